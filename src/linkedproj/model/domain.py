"""What the ontology says of its terms beside their rules: what is nested, computed, turned round or compared.

Nothing here knows a term by its name. Shapes name terms by `sh:name`, and annotate them (see the head of
`ontology/shapes.ttl`); evidence and the settings of a portfolio are found by the properties that give them their
meaning, such as `rdf:subject`, whatever their columns are called.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from linkedproj.model.codes import BROADER, IN_SCHEME
from linkedproj.model.context import RDF, Derived, Inverse, Key, Kind, Rule
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.lexical import XSD
from linkedproj.model.shapes import DCT, SH, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linkedproj.model.context import Context, RecordType

DASH = "http://datashapes.org/dash#"
LP = "https://w3id.org/linkedproj/ns#"
OA = "http://www.w3.org/ns/oa#"
PROV = "http://www.w3.org/ns/prov#"

COMPUTED = "https://w3id.org/linkedproj/shapes#Derived"
"""The group of the shapes whose values the build computes."""

DAY, LICENCE, MEMBER = DCT + "valid", DCT + "license", DCT + "hasPart"
"""Of a portfolio: the day it holds for, its licence, and the records it lists."""

ORIGIN, READ_ON = DCT + "source", LP + "readOn"
"""Of any record: the sources that it was read in, and the day."""

SOURCE_BY, NOTE_BY, AGENT_BY = LP + "sourceBy", LP + "noteBy", LP + "agentBy"
"""Of a basis of evidence: the properties that say the source, the note and the publisher in words of provenance."""

RETIRES, SUCCESSOR = LP + "retires", LP + "successor"
"""What is said of identifiers that name no record any more, and of the records that stand for them."""

NAME, SAME = SKOS + "prefLabel", "https://schema.org/sameAs"
"""Of who publishes: the name, and how a register calls them."""
DIFFERENT = "http://www.w3.org/2002/07/owl#differentFrom"
"""Of any record: others that are not the same, however alike."""

CHECKSUM = "http://spdx.org/rdf/terms#checksumValue"
"""Of a source: the SHA-256 of the copy that is kept of it."""

PHASES = ("past", "present", "future", "unknown")
"""Where the dates of a record stand to a day."""

_LIST_END = RDF + "nil"
_NUMBERS = frozenset({XSD + "decimal", XSD + "integer"})
_NAMED = {rule.value: rule for rule in (Rule.FIRST_DAY, Rule.LAST_DAY, Rule.PHASE, Rule.EVIDENCE, Rule.TOP)}

_SHAPES, _VOCABULARY = Place("ontology/shapes.ttl"), Place("ontology/linkedproj.ttl")

Triples = dict[str, dict[str, list[str]]]
Shape = dict[str, list[str]]


@dataclass(frozen=True)
class Echo:
    """A term of a statement that says the value of the term `of` again, when the statement has one of some bases.

    Of a term for an agent `of` is "": who publishes the portfolio stands in no table.
    """

    term: str
    of: str
    bases: frozenset[str]


@dataclass(frozen=True)
class EvidenceTerms:
    """What the columns of evidence are called, and its type; all are "" in a vocabulary without evidence.

    `quote` leads to the passage, whose `origins` are its terms for the source and whose `selector` leads to the node
    that holds the `text`. `language` is a term of the passage; it and `note` may be "" although there is evidence.
    `echoes` are terms of the statement that follow from its basis, `agent` is the one for who publishes, or "".
    """

    type_name: str = ""
    subject: str = ""
    predicate: str = ""
    object: str = ""
    rank: str = ""
    basis: str = ""
    source: str = ""
    quote: str = ""
    selector: str = ""
    origins: tuple[str, ...] = ()
    text: str = ""
    language: str = ""
    note: str = ""
    echoes: tuple[Echo, ...] = ()

    @property
    def agent(self) -> str:
        """The term that leads to who publishes, or ""."""
        return next((echo.term for echo in self.echoes if not echo.of), "")

    @property
    def quoted_text(self) -> str:
        """The column that holds a quoted sentence."""
        return f"{self.quote}.{self.text}"

    @property
    def quoted_language(self) -> str:
        """The column that holds the language of a quoted sentence, or ""."""
        return f"{self.quote}.{self.language}" if self.language else ""

    @property
    def stated(self) -> tuple[str, ...]:
        """The terms of a published statement, notes left out."""
        return (self.subject, self.predicate, self.object, self.rank, self.basis, self.source, self.quote)


_NEEDED = {
    "subject": RDF + "subject",
    "predicate": RDF + "predicate",
    "object": RDF + "object",
    "rank": LP + "rank",
    "basis": LP + "basis",
    "source": ORIGIN,
    "quote": LP + "quote",
}
_SELECTOR, _TEXT, _LANGUAGE, _NOTE = OA + "hasSelector", OA + "exact", DCT + "language", SKOS + "note"
_ORIGINS = (OA + "hasSource", PROV + "wasQuotedFrom")


class Domain:
    """The shapes of each type, by the terms they name."""

    def __init__(self, context: Context, shapes: Triples, vocabulary: Triples) -> None:
        self._fields, self._vocabulary = context.fields, vocabulary
        self._types = context.types
        self._named: dict[str, dict[str, list[Shape]]] = {}
        self._details: set[str] = set()
        self._keys: dict[str, list[Key]] = defaultdict(list)
        by_class: dict[str, dict[str, list[Shape]]] = {}
        for po in shapes.values():
            for target in po.get(SH + "targetClass", ()):
                terms = by_class.setdefault(target, defaultdict(list))
                if "true" in po.get(LP + "detail", ()):
                    self._details.add(target)
                self._keys[target] += [
                    Key(tuple(_members(shapes, head)), is_certain)
                    for name, is_certain in ((LP + "key", True), (LP + "likelyKey", False))
                    for head in po.get(name, ())
                ]
                for prop in po.get(SH + "property", ()):
                    for name in shapes[prop].get(SH + "name", ()):
                        terms[name].append(shapes[prop])
        for name, kind in self._types.items():
            self._named[name] = {
                term: found for term, found in by_class.get(kind.iri, {}).items() if term in self._fields
            }

    def types(self, types: Mapping[str, RecordType]) -> dict[str, RecordType]:
        """Return the types with all that the shapes say of them.

        Raises:
            SetupError: the shapes contradict themselves, or name what is not there.
        """
        nested = {
            self._fields[term].target
            for terms in self._named.values()
            for term, shapes in terms.items()
            if "true" in _values(shapes, DASH + "composite")
        }
        evidence = self.evidence()
        quoted = (evidence.source, evidence.quote, evidence.selector, evidence.agent)
        supporting = {self._fields[term].target for term in quoted if term}
        found = {
            name: replace(
                kind,
                nested=name in nested,
                anonymous=name == evidence.type_name,
                supporting=name in {*supporting, evidence.type_name},
                is_detail=kind.iri in self._details,
            )
            for name, kind in types.items()
        }
        found = {name: self._marked(kind) for name, kind in found.items()}
        for kind in found.values():
            self._refuse_strays(kind)
        # A period is known by the terms of its nested type, so that those have to be read first.
        found = {name: replace(kind, derived=self._derived(kind)) for name, kind in found.items()}
        found = {
            name: replace(kind, derived={**self._periods(kind, found), **kind.derived}) for name, kind in found.items()
        }
        for kind in found.values():
            self._refuse_incomparable(kind, found)
            known = kind.derived_by(Rule.FIRST_DAY, Rule.LAST_DAY, Rule.EVIDENCE)
            stray = set(kind.derived) - set(known) if kind.nested else ()
            if stray:
                raise SetupError(
                    f"{min(stray)} of the nested type {kind.name} is computed: only days of a period can be.", _SHAPES
                )
        return found

    def _refuse_strays(self, kind: RecordType) -> None:
        """Refuse annotations that name what is not there.

        Raises:
            SetupError: naming the first.
        """
        for inverse in kind.inverses:
            terms = self._named.get(inverse.child, ())
            if not any(
                (self._fields[term].iri, self._fields[term].target) == (inverse.iri, kind.name) for term in terms
            ):
                raise SetupError(
                    f"{inverse.term} of {kind.name} is an inverse, and no link leads back by {inverse.iri}.",
                    _SHAPES,
                )
        for annotation, links in (("lp:keepsWithin", kind.bounds), ("lp:sumsWithin", kind.sums)):
            for link in links:
                if not self._fields[link].target:
                    raise SetupError(f"{link} of {kind.name} has {annotation}, and is no link to a record.", _SHAPES)
        self._refuse_unknown(kind)
        named = {
            *kind.wholes,
            *kind.wholes.values(),
            *kind.units,
            *kind.sorts,
            *(term for each in (*kind.bounds.values(), *kind.sums.values()) for term in each),
        }
        for term in sorted(named - self._fields.keys()):
            raise SetupError(f"'{term}' is named by a shape of {kind.name}, and is no term of the context.", _SHAPES)

    def _refuse_unknown(self, kind: RecordType) -> None:
        """Refuse keys, hierarchies and places that are told of what is not there.

        Raises:
            SetupError: naming the first.
        """
        properties = {self._fields[term].iri for term in self._named[kind.name]}
        for iri in (iri for key in kind.keys for iri in key.properties if iri not in properties):
            raise SetupError(f"a key of {kind.name} names {iri}, and no column of it has this property.", _SHAPES)
        for link in sorted(kind.acyclic | kind.agrees_in.keys()):
            if self._fields[link].kind is not Kind.LINK:
                raise SetupError(f"{link} of {kind.name} is no link to a record: it can lead nowhere.", _SHAPES)
        named = {*kind.lies_in.values(), *kind.agrees_in.values(), *kind.begins_with.values()}
        for term in sorted(named - self._named[kind.name].keys()):
            raise SetupError(f"'{term}' is named by a shape of {kind.name}, and is no column of it.", _SHAPES)

    def _refuse_incomparable(self, kind: RecordType, types: Mapping[str, RecordType]) -> None:
        """Refuse to compare what is neither a date that bounds a record, a number nor an amount.

        Raises:
            SetupError: naming the first such term.
        """
        compared = {*kind.wholes, *kind.wholes.values(), *(term for terms in kind.bounds.values() for term in terms)}
        for term in sorted(compared - {kind.begins, kind.ends}):
            field = self._fields[term]
            is_amount = field.target and types[field.target].nested and types[field.target].units
            if not is_amount and field.datatype not in _NUMBERS:
                raise SetupError(
                    f"{term} of {kind.name} cannot be compared: it is no number, no amount with lp:unitOf "
                    "and no date with lp:marks.",
                    _SHAPES,
                )
        added = dict.fromkeys(term for terms in kind.sums.values() for term in terms)
        for term in added:
            holder = types[self._fields[term].target] if self._fields[term].target else kind
            figures = holder.units.keys() & holder.sorts.keys()
            if not (figures if holder is not kind else term in figures):
                raise SetupError(
                    f"{term} of {kind.name} cannot be added up: its figures need a term with lp:unitOf and one with "
                    "lp:kindOf.",
                    _SHAPES,
                )

    def evidence(self) -> EvidenceTerms:
        """Find the type that speaks of values, and what its columns are called.

        Raises:
            SetupError: there is one, and it lacks a term.
        """
        for name in self._types:
            terms = {part: self._term(name, iri) for part, iri in _NEEDED.items()}
            if not terms["subject"]:
                continue
            quote = self._fields[terms["quote"]].target if terms["quote"] else ""
            selector = self._term(quote, _SELECTOR)
            text = self._term(self._fields[selector].target, _TEXT) if selector else ""
            origins = tuple(term for iri in _ORIGINS if (term := self._term(quote, iri)))
            lacking = [iri for part, iri in _NEEDED.items() if not terms[part]]
            if not lacking:
                lacking = [iri for iri, term in ((_SELECTOR, selector), (_TEXT, text)) if not term][:1]
            if lacking:
                raise SetupError(
                    f"the record type {name} states {RDF}subject but has no term for {', '.join(lacking)}.", _SHAPES
                )
            if text not in self._named[quote]:
                raise SetupError(f"no shape of the type {quote} names {text}: no table could have quotes.", _SHAPES)
            language, note = self._term(quote, _LANGUAGE), self._term(name, _NOTE)
            echoes = tuple(self._echoes(name, terms["basis"], terms["source"], note))
            found = EvidenceTerms(name, **terms, echoes=echoes)  # type: ignore[arg-type]  # `terms` are the seven above
            return replace(found, selector=selector, origins=origins, text=text, language=language, note=note)
        return EvidenceTerms()

    def _echoes(self, name: str, basis: str, source: str, note: str) -> Iterator[Echo]:
        """Read from the bases by which further properties a statement says its source, its note and its publisher.

        Raises:
            SetupError: a basis names a property that statements have no computed term for.
        """
        base = self._fields[basis].base
        codes = {iri[len(base) :]: po for iri, po in self._vocabulary.items() if iri.startswith(base)}
        for by, of in ((SOURCE_BY, source), (NOTE_BY, note), (AGENT_BY, "")):
            for iri in sorted({iri for po in codes.values() for iri in po.get(by, ())}):
                term = self._term(name, iri)
                if not term or not _is_computed(self._named[name][term]):
                    raise SetupError(
                        f"a basis of evidence names {iri}, and {name} has no computed term for it. Name one by a "
                        'shape in the group s:Derived with lp:derivedBy "evidence".',
                        _SHAPES,
                    )
                if of or by == AGENT_BY:
                    yield Echo(term, of, frozenset(code for code, po in codes.items() if iri in po.get(by, ())))

    def _term(self, type_name: str, iri: str) -> str:
        """Return the term of a type for a property, the first in the context, or ""."""
        terms = self._named.get(type_name, {})
        found = [self._fields[term] for term in terms if self._fields[term].iri == iri]
        return min(found, key=lambda field: field.order).term if found else ""

    def _marked(self, kind: RecordType) -> RecordType:
        """Read what the shapes of a type say of its terms one by one."""
        terms = self._named[kind.name]
        marks = {mark: term for term, shapes in terms.items() for mark in _values(shapes, LP + "marks")}
        parts = [(part, whole) for _, shape in _each(terms) for part, whole in _pairs(shape, LP + "part", LP + "whole")]
        return replace(
            kind,
            inverses=tuple(
                Inverse(term, iri, self._fields[term].target)
                for term, shapes in terms.items()
                for iri in _values(shapes, LP + "inverseOf")
            ),
            begins=marks.get("beginning", ""),
            ends=marks.get("end", ""),
            bounds={
                term: tuple(names) for term, shapes in terms.items() if (names := _values(shapes, LP + "keepsWithin"))
            },
            wholes=dict(parts),
            units={value: term for term, shapes in terms.items() for value in _values(shapes, LP + "unitOf")},
            sorts={value: term for term, shapes in terms.items() for value in _values(shapes, LP + "kindOf")},
            sums={
                term: tuple(names) for term, shapes in terms.items() if (names := _values(shapes, LP + "sumsWithin"))
            },
            limits={term: most for term, shapes in terms.items() for most in _values(shapes, LP + "addsUpTo")},
            short_name=next(iter(_values([s for _, s in _each(terms)], LP + "shortenedBy")), ""),
            keys=tuple(dict.fromkeys((*self._single_keys(kind), *self._keys[kind.iri]))),
            differs=self._term(kind.name, DIFFERENT),
            acyclic=frozenset(t for t, shapes in terms.items() if "true" in _values(shapes, DASH + "nonRecursive")),
            lies_in=self._first(terms, LP + "liesIn"),
            agrees_in=self._first(terms, LP + "agreesIn"),
            begins_with=self._first(terms, LP + "beginsWith"),
        )

    def _single_keys(self, kind: RecordType) -> Iterator[Key]:
        """Yield the properties of which no two records of a type have the same value."""
        for term, shapes in self._named[kind.name].items():
            if kind.iri in _values(shapes, DASH + "uniqueValueForClass"):
                yield Key((self._fields[term].iri,), is_certain=True)

    @staticmethod
    def _first(terms: Mapping[str, list[Shape]], annotation: str) -> dict[str, str]:
        return {term: value for term, shapes in terms.items() for value in _values(shapes, annotation)[:1]}

    def listed(self) -> dict[str, str]:
        """Return by term the IRI base of the list that its codes are looked up in, where a shape names one."""
        return {
            term: base
            for terms in self._named.values()
            for term, shapes in terms.items()
            for base in _values(shapes, LP + "codeIn")
        }

    def concept_terms(self) -> frozenset[str]:
        """Return the links that may lead to a concept of another publisher.

        Raises:
            SetupError: a shape says so of what is no link to a record.
        """
        found = {
            term
            for terms in self._named.values()
            for term, shapes in terms.items()
            if "true" in _values(shapes, LP + "takesConcepts")
        }
        for term in sorted(found):
            if self._fields[term].kind is not Kind.LINK:
                raise SetupError(f"{term} has lp:takesConcepts, and is no link to a record.", _SHAPES)
        return frozenset(found)

    def _derived(self, kind: RecordType) -> dict[str, Derived]:
        found: dict[str, Derived] = {}
        is_portfolio = any(
            self._fields[term].iri == DAY and _is_computed(s) for term, s in self._named[kind.name].items()
        )
        for term, shapes in self._named[kind.name].items():
            is_fillable = not _is_computed(shapes)
            rule = self._rule(kind, term, shapes)
            if rule:
                found[term] = replace(rule, is_fillable=is_fillable)
            elif self._fields[term].iri in ((READ_ON,) if kind.anonymous else (ORIGIN, READ_ON)) or (
                is_portfolio and self._fields[term].iri in (DAY, LICENCE)
            ):
                found[term] = Derived(Rule.SETTING, is_fillable=is_fillable)
        return found

    def _rule(self, kind: RecordType, term: str, shapes: list[Shape]) -> Derived | None:
        dates = tuple(name for name in (kind.begins, kind.ends) if name)
        if term in {inverse.term for inverse in kind.inverses}:
            return Derived(Rule.INVERSE)
        for name in _values(shapes, LP + "derivedBy"):
            if name not in _NAMED:
                raise SetupError(
                    f"'{name}' is no rule that a term can be derived by. Write one of {', '.join(_NAMED)}.", _SHAPES
                )
            return Derived(_NAMED[name], self._hierarchy(kind) if name == Rule.TOP.value else dates)
        computed = [shape for shape in shapes if COMPUTED in shape.get(SH + "group", ())]
        sources = (self._term(kind.name, iri) for iri in _values(computed, SH + "equals"))
        return next((Derived(Rule.COPY, (source,)) for source in sources if source and source != term), None)

    def _hierarchy(self, kind: RecordType) -> tuple[str, ...]:
        """Return the terms for the scheme that the records of a type are of, and for what is above them, if any."""
        return tuple(term for iri in (IN_SCHEME, BROADER) if (term := self._term(kind.name, iri)))

    def _periods(self, kind: RecordType, types: Mapping[str, RecordType]) -> dict[str, Derived]:
        """Find the computed terms that lead to a nested record of days.

        Raises:
            SetupError: a term is computed, and nothing says how.
        """
        found: dict[str, Derived] = {}
        for term, shapes in self._named[kind.name].items():
            if term in kind.derived or not _is_computed(shapes):
                continue
            nested = types.get(self._fields[term].target)
            if nested is None or not nested.derived_by(Rule.FIRST_DAY, Rule.LAST_DAY):
                raise SetupError(
                    f"the term {term} of {kind.name} is computed, and no shape says how. Write lp:derivedBy, "
                    "lp:inverseOf or sh:equals, or take its shapes out of the group s:Derived.",
                    _SHAPES,
                )
            found[term] = Derived(Rule.PERIOD, tuple(name for name in (kind.begins, kind.ends) if name))
        return found


def read_phases(context: Context, vocabulary: Triples) -> dict[str, dict[str, str]]:
    """Read by code list which code stands for which phase.

    Raises:
        SetupError: a phase is none of those that there are.
    """
    found: dict[str, dict[str, str]] = {}
    bases = {field.base for field in context.fields.values() if field.base}
    for concept, po in vocabulary.items():
        for phase in po.get(LP + "phase", ()):
            if phase not in PHASES:
                raise SetupError(f"'{phase}' is no phase. Write one of {', '.join(PHASES)}.", _VOCABULARY)
            base = next((base for base in bases if concept.startswith(base)), "")
            found.setdefault(base, {})[phase] = concept[len(base) :]
    return found


def read_containers(context: Context, vocabulary: Triples) -> dict[str, dict[str, frozenset[str]]]:
    """Read by code list, for each code, the codes whose amounts contain those of this one, however far up."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for base in {field.base for field in context.fields.values() if field.base}:
        above = {
            concept[len(base) :]: [whole[len(base) :] for whole in po[LP + "containedIn"] if whole.startswith(base)]
            for concept, po in vocabulary.items()
            if concept.startswith(base) and LP + "containedIn" in po
        }
        if above:
            found[base] = {code: frozenset(_climbed(code, above)) for code in above}
    return found


def _climbed(code: str, above: Mapping[str, list[str]]) -> Iterator[str]:
    pending, seen = list(above[code]), {code}
    while pending:
        current = pending.pop()
        if current not in seen:
            seen.add(current)
            yield current
            pending += above.get(current, ())


def _each(terms: Mapping[str, Iterable[Shape]]) -> Iterator[tuple[str, Shape]]:
    return ((term, shape) for term, shapes in terms.items() for shape in shapes)


def _pairs(shape: Shape, one: str, other: str) -> Iterator[tuple[str, str]]:
    return zip(shape.get(one, ()), shape.get(other, ()), strict=False)


def _values(shapes: Iterable[Shape], predicate: str) -> list[str]:
    return [value for shape in shapes for value in shape.get(predicate, ())]


def _members(triples: Triples, head: str) -> Iterator[str]:
    """Yield the members of an RDF list."""
    seen: set[str] = set()
    while head != _LIST_END and head not in seen:
        seen.add(head)
        node = triples.get(head, {})
        yield from node.get(RDF + "first", ())
        head = next(iter(node.get(RDF + "rest", ())), _LIST_END)


def _is_computed(shapes: Iterable[Shape]) -> bool:
    return all(COMPUTED in shape.get(SH + "group", ()) for shape in shapes)
