"""Look up all that a store knows of a record: its values, what each rests on, and what leads to it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.context import RDF
from linkedproj.model.errors import QueryError
from linkedproj.queries.results.record import Fact, Known, Link, Statement
from linkedproj.queries.saved.bases import by_table, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.model.context import Context
    from linkedproj.queries.results.table import RdfTerm

_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_LP = "https://w3id.org/linkedproj/ns#"
_PROV = "http://www.w3.org/ns/prov#"
_LABELS = tuple(map(ox.NamedNode, (f"{_RDFS}label", f"{_SKOS}prefLabel")))
_TYPE = ox.NamedNode(f"{RDF}type")
_SUBJECT, _PREDICATE, _OBJECT = (ox.NamedNode(RDF + name) for name in ("subject", "predicate", "object"))
_STATEMENT = {_SUBJECT, _PREDICATE, _OBJECT}
_RANK, _BASIS = ox.NamedNode(f"{_LP}rank"), ox.NamedNode(f"{_LP}basis")
_QUOTE, _SOURCE = ox.NamedNode(f"{_LP}quote"), ox.NamedNode("http://purl.org/dc/terms/source")
_SELECTOR, _EXACT = ox.NamedNode("http://www.w3.org/ns/oa#hasSelector"), ox.NamedNode("http://www.w3.org/ns/oa#exact")
# Releases of the vocabulary 0.1 lead from a statement to its source by this.
_QUOTED_FROM = ox.NamedNode(f"{_PROV}wasQuotedFrom")
_URL = ox.NamedNode("https://schema.org/url")
_NEAREST = 0.5


def look_up(store: ox.Store, context: Context, reference: str, language: str = "en") -> Known:
    """Return all that a store knows of the record "type/id", or of an IRI; names are in a language where there are any.

    Raises:
        QueryError: nothing is known of it; the nearest record is named.
    """
    iri = _iri(context, reference)
    about = _About(store, context, language, iri)
    if not about.is_known:
        raise QueryError(f"nothing is known of '{reference}'. {_advice(store, context, reference)}")
    return about.known()


def record_names(store: ox.Store, context: Context) -> Iterator[str]:
    """Yield the names ("project/smath") of the records in a store, in no order."""
    for kind in context.types.values():
        for quad in store.quads_for_pattern(None, _TYPE, ox.NamedNode(kind.iri)):
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(kind.base):
                yield f"{kind.table}/{quad.subject.value[len(kind.base) :]}"


def _iri(context: Context, reference: str) -> str:
    table, _, identifier = reference.partition("/")
    base = by_table(context).get(table.lower())
    return base + identifier if base else reference


def _advice(store: ox.Store, context: Context, reference: str) -> str:
    names = set(record_names(store, context))
    table = reference.partition("/")[0]
    # What is meant is sooner another id of this table than the same id of another.
    same = sorted(name for name in names if name.startswith(f"{table}/")) or sorted(names)
    near = difflib.get_close_matches(reference, same, 1, _NEAREST)
    return f"Did you mean '{near[0]}'?" if near else "Write it as type/id, such as project/my-project."


class _About:
    def __init__(self, store: ox.Store, context: Context, language: str, iri: str) -> None:
        self._store, self._context, self._language = store, context, language
        try:
            self._node = ox.NamedNode(iri)
        except ValueError:
            self._node = ox.NamedNode("urn:none")
        self._nested = {kind.base for kind in context.types.values()}

    @property
    def is_known(self) -> bool:
        return next(self._store.quads_for_pattern(self._node, None, None), None) is not None

    def known(self) -> Known:
        facts = [*self._facts(self._node, "", 0), *self._rejected()]
        order = {name: field.order for name, field in self._context.fields.items()}
        facts.sort(key=lambda fact: [order.get(part, len(order)) for part in fact.column.split(".")])
        kind = next((one for one in self._context.types.values() if self._node.value.startswith(one.base)), None)
        named = self._label(ox.NamedNode(kind.iri)) if kind else ""
        called = named if kind and ":" not in named else kind.table if kind else ""
        name = shorten(self._context, self._node.value)
        return Known(self._node.value, name, called, self._text(self._node), tuple(facts), tuple(self._links()))

    def _facts(self, node: ox.NamedNode, above: str, depth: int) -> Iterator[Fact]:
        quads = sorted(self._store.quads_for_pattern(node, None, None), key=str)
        for quad in self._in_language(quads):
            value = quad.object
            if quad.predicate == _TYPE or quad.predicate in _LABELS[:1] or not isinstance(value, _TERMS):
                continue
            column = above + self._column(quad.predicate.value, value)
            if depth <= 1 and isinstance(value, ox.NamedNode) and self._is_owned(value):
                yield from self._facts(value, f"{column}.", depth + 1)
                continue
            statements = tuple(self._statements(node, quad.predicate, value))
            yield Fact(quad.predicate.value, column, value, self._label(value), statements)

    def _in_language(self, quads: list[ox.Quad]) -> Iterator[ox.Quad]:
        """Leave out the translations of a text that is there in the language that is asked for."""
        spoken = {
            quad.predicate
            for quad in quads
            if isinstance(quad.object, ox.Literal) and quad.object.language == self._language
        }
        for quad in quads:
            other = isinstance(quad.object, ox.Literal) and quad.object.language not in {None, self._language}
            if not (other and quad.predicate in spoken):
                yield quad

    def _rejected(self) -> Iterator[Fact]:
        """Yield what sources say and the record does not hold."""
        for quad in self._store.quads_for_pattern(None, _SUBJECT, self._node):
            property_, value = self._object(quad.subject, _PREDICATE), self._object(quad.subject, _OBJECT)
            if not isinstance(property_, ox.NamedNode) or value is None:
                continue
            if next(self._store.quads_for_pattern(self._node, property_, value), None) is None:
                column = self._column(property_.value, value)
                statement = self._statement(quad.subject)
                yield Fact(property_.value, column, value, self._label(value), (statement,), is_held=False)

    def _statements(self, node: ox.NamedNode, property_: ox.NamedNode, value: RdfTerm) -> Iterator[Statement]:
        found = [
            self._statement(quad.subject)
            for quad in self._store.quads_for_pattern(None, _OBJECT, value)
            if self._object(quad.subject, _SUBJECT) == node and self._object(quad.subject, _PREDICATE) == property_
        ]
        yield from sorted(found, key=str)

    def _statement(self, evidence: _Subject) -> Statement:
        passage = self._object(evidence, _QUOTE)
        # In releases of the vocabulary 0.1 the statement itself has the selector.
        selector = self._object(passage if isinstance(passage, ox.NamedNode) else evidence, _SELECTOR)
        source = self._object(evidence, _SOURCE) or self._object(evidence, _QUOTED_FROM)
        quote = self._object(selector, _EXACT) if isinstance(selector, ox.NamedNode) else None
        basis, rank = (self._name(self._object(evidence, each)) for each in (_BASIS, _RANK))
        sentence = quote.value if isinstance(quote, ox.Literal) else ""
        if not isinstance(source, ox.NamedNode):
            return Statement(basis, rank, sentence, "", "", "")
        url = self._object(source, _URL)
        address = url.value if isinstance(url, ox.NamedNode) else ""
        return Statement(basis, rank, sentence, shorten(self._context, source.value), self._text(source), address)

    def _links(self) -> Iterator[Link]:
        held = {quad.object for quad in self._store.quads_for_pattern(self._node, None, None)}
        for quad in sorted(self._store.quads_for_pattern(None, None, self._node), key=str):
            subject = quad.subject
            if quad.predicate in _STATEMENT or not isinstance(subject, ox.NamedNode) or subject in held:
                continue
            if self._is_said_again(quad):
                continue
            name = shorten(self._context, subject.value)
            column = self._column(quad.predicate.value, self._node)
            yield Link(quad.predicate.value, column, subject.value, name, self._text(subject) or self._joined(subject))

    def _is_said_again(self, quad: ox.Quad) -> bool:
        """Return whether a link in words of PROV stands beside another from the same record."""
        if not quad.predicate.value.startswith(_PROV):
            return False
        beside = self._store.quads_for_pattern(quad.subject, None, quad.object)
        return any(not each.predicate.value.startswith(_PROV) for each in beside)

    def _is_owned(self, node: ox.NamedNode) -> bool:
        """Return whether a node is a part of the record: it has no label, and nothing else leads to it."""
        if self._text(node) or next(self._store.quads_for_pattern(node, None, None), None) is None:
            return False
        leading = [quad for quad in self._store.quads_for_pattern(None, None, node) if quad.predicate not in _STATEMENT]
        back = any(
            isinstance(quad.object, ox.NamedNode) and quad.object == self._node
            for quad in self._store.quads_for_pattern(node, None, None)
        )
        return len(leading) == 1 and not back

    def _column(self, iri: str, value: RdfTerm) -> str:
        """Return the term of a property, by where its values lead when several have it; else the IRI shortened."""
        fields = [field for field in self._context.fields.values() if field.iri == iri]
        led = [
            field
            for field in fields
            if field.base and isinstance(value, ox.NamedNode) and value.value.startswith(field.base)
        ]
        return next((field.term for field in [*led, *fields]), shorten(self._context, iri))

    def _label(self, term: RdfTerm) -> str:
        """Word a value: its label and its name, or the text of a literal with a foreign language."""
        if isinstance(term, ox.Literal):
            foreign = f" ({term.language})" if term.language and term.language != self._language else ""
            return term.value + foreign
        if isinstance(term, ox.BlankNode):
            return str(term)
        name = shorten(self._context, term.value)
        label = self._text(term) or self._joined(term)
        return f"{label} ({name})" if label and not self._is_code(term) else label or name

    def _name(self, term: RdfTerm | None) -> str:
        if not isinstance(term, ox.NamedNode):
            return ""
        return self._text(term) or shorten(self._context, term.value)

    def _is_code(self, term: ox.NamedNode) -> bool:
        return not any(term.value.startswith(kind.base) for kind in self._context.types.values())

    def _joined(self, node: ox.NamedNode) -> str:
        """Call a record without a label by what it leads to, the record in question left out."""
        led = sorted(self._store.quads_for_pattern(node, None, None), key=str)
        names = [
            self._text(quad.object)
            for quad in led
            if isinstance(quad.object, ox.NamedNode) and quad.object != self._node and quad.predicate != _TYPE
        ]
        return " · ".join(dict.fromkeys(name for name in names if name))

    def _text(self, node: ox.NamedNode) -> str:
        """Return the label of a node, or ""; where it has none in the language, the same one as in saved queries."""
        for label in _LABELS:
            texts = {
                quad.object.language or "": quad.object.value
                for quad in self._store.quads_for_pattern(node, label, None)
                if isinstance(quad.object, ox.Literal)
            }
            if texts:
                return texts.get(self._language) or texts[min(texts)]
        return ""

    def _object(self, subject: _Subject, predicate: ox.NamedNode) -> RdfTerm | None:
        quads = self._store.quads_for_pattern(subject, predicate, None)
        return next((quad.object for quad in quads if isinstance(quad.object, _TERMS)), None)


_TERMS = (ox.NamedNode, ox.BlankNode, ox.Literal)
_Subject = ox.NamedNode | ox.BlankNode | ox.Triple
