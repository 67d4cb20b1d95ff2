"""What the page of one record shows, as plain values: what is said, where it was read, what leads here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.model.context import RDF
from linkedproj.model.lexical import XSD
from linkedproj.model.schema import RDFS, SKOS
from linkedproj.pages.gathered import SUBJECT
from linkedproj.pages.names import Terms, Text, chosen
from linkedproj.pages.order import place_of
from linkedproj.pages.paths import direction
from linkedproj.pages.values import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.pages.gathered import Gathered, Link, Portfolio, Statement, Term
    from linkedproj.pages.paths import Paths

_DCT, _LP, _OA = "http://purl.org/dc/terms/", "https://w3id.org/linkedproj/ns#", "http://www.w3.org/ns/oa#"
_TYPE, _LABEL = f"{RDF}type", f"{RDFS}label"
_PREDICATE, _OBJECT = f"{RDF}predicate", f"{RDF}object"
_ABSTRACTS = (f"{_DCT}description", f"{SKOS}definition", f"{_DCT}abstract")
_NAMINGS = (_LABEL, f"{SKOS}prefLabel", f"{_DCT}title")
_LEADING = frozenset({*_ABSTRACTS, f"{_DCT}title"})
_WEB = ("http://", "https://")
_BLANK: Mapping[str, Any] = {
    "text": "", "lang": "", "dir": "", "href": "", "outside": False, "code": False, "raw": "", "facts": None,
    "anchor": "",
}  # fmt: skip
_DEPTH = 3
_NAMES = 1 << 15
_EXCERPT = 4000


@dataclass(frozen=True)
class Reader:
    """Whoever reads a page: in a language, or in those that stand in for it where there is no text in it."""

    portfolio: Portfolio
    paths: Paths
    language: str

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The language of the page, then those of the portfolio in their order."""
        return tuple(dict.fromkeys((self.language, *self.paths.languages)))

    @cached_property
    def terms(self) -> Terms:
        """What properties and types are called."""
        return Terms(self.portfolio.schema, self.languages)

    def said(self, text: Text | None) -> dict[str, str]:
        """Give a text as a template takes it: with its language and direction, where these are not the page's."""
        if text is None:
            return {"text": "", "lang": "", "dir": ""}
        return {"text": text.text, **self.marks(text.language)}

    def marks(self, language: str) -> Mapping[str, str]:
        """Give the language and direction of a text, where these are not the page's; "" is that of the page."""
        known = self._marks.get(language)
        if known is None:
            is_turned = bool(language) and direction(language) != direction(self.language)
            known = self._marks[language] = {
                "lang": language if language != self.language else "",
                "dir": direction(language) if is_turned else "",
            }
        return known

    @cached_property
    def _marks(self) -> dict[str, dict[str, str]]:
        return {}

    def label(self, predicate: str, kind: RecordType | None) -> Mapping[str, str]:
        """Name a property, as a template takes it."""
        key = predicate, kind.name if kind else ""
        known = self._labels.get(key)
        if known is None:
            known = self._labels[key] = self.said(self.terms.property(predicate, kind))
        return known

    @cached_property
    def _labels(self) -> dict[tuple[str, str], dict[str, str]]:
        return {}

    def linked(self, iri: str, here: str) -> Mapping[str, str]:
        """Name a node, and lead to it from a page, as a template takes it; "" for one that has no page."""
        # All pages of a folder lead there in one way.
        key = here.rpartition("/")[0], iri
        known = self._linked.get(key)
        if known is None:
            if len(self._linked) >= _NAMES:
                self._linked.clear()
            href = self.paths.href(iri, self.language, here)
            known = self._linked[key] = {**self.said(self.name(iri)), "href": href}
        return known

    @cached_property
    def _linked(self) -> dict[tuple[str, str], dict[str, str]]:
        return {}

    def name(self, iri: str) -> Text:
        """Name a node: by its label, else by its type and id, else by its IRI."""
        known = self._names.get(iri)
        if known is None:
            if len(self._names) >= _NAMES:
                self._names.clear()
            known = self._names[iri] = self._name(iri)
        return known

    @cached_property
    def _names(self) -> dict[str, Text]:
        return {}

    def place(self, text: str) -> str:
        """Return what a name is sorted by."""
        return place_of(text, self.language)

    def _name(self, iri: str) -> Text:
        found = self.portfolio.names.of(iri, self.languages)
        if found:
            return found
        named = self.portfolio.schema.split(iri)
        if named:
            kind = self.portfolio.schema.types[named[0]]
            return Text(f"{self.terms.type(kind).text} {named[1]}")
        return Text(self.portfolio.schema.context.compact(iri))


@dataclass(frozen=True)
class View:
    """The view of one record for one reader; `here` is the file of the page."""

    found: Gathered
    reader: Reader
    here: str

    @cached_property
    def kind(self) -> RecordType | None:
        """The type of the record."""
        return self._kind_of(self.found.iri)

    @cached_property
    def _own(self) -> Sequence[Statement]:
        return self.found.own

    def page(self) -> dict[str, Any]:
        """Return all that the page shows."""
        reader, iri = self.reader, self.found.iri
        quotes = self._quotes()
        return {
            "iri": iri,
            "title": reader.said(reader.name(iri)),
            "brief": reader.portfolio.names.brief(iri),
            "kind": reader.said(reader.terms.type(self.kind)) if self.kind else None,
            "table": self.kind.table if self.kind else "",
            "lead": self._lead(),
            "quote": quotes[0] if quotes else None,
            "quotes": quotes,
            "facts": [*self._facts(iri, self._own, 0)],
            "disputed": self._disputed(),
            "links": self._links(),
            "is_cut": self.found.is_cut,
            "points": self.found.points,
            "span": self.found.span,
            "anchors": [*self._unshown()],
            "jsonld": self.found.embedded,
        }

    # ------------------------------------------------------------ what is said

    def _lead(self) -> dict[str, str] | None:
        for predicate in _ABSTRACTS:
            texts = _texts(self._own, predicate)
            if texts:
                return self.reader.said(chosen(texts, self.reader.languages))
        return None

    def _facts(self, node: str, statements: Sequence[Statement], depth: int) -> Iterator[dict[str, Any]]:
        kind = self._kind_of(node)
        grouped: dict[str, list[Term]] = defaultdict(list)
        for predicate, value in statements:
            if predicate not in {_TYPE, _LABEL} and not (depth == 0 and predicate in _NAMINGS):
                grouped[predicate].append(value)
        for predicate in sorted(grouped, key=lambda one: self._order(one, kind)):
            if depth == 0 and predicate in _ABSTRACTS[:1]:
                continue
            values = [self._value(node, predicate, value, depth) for value in self._in_language(grouped[predicate])]
            if values:
                yield {
                    "label": self.reader.label(predicate, kind),
                    "property": predicate,
                    "values": values,
                }

    def _kind_of(self, node: str) -> RecordType | None:
        found = self.reader.paths.kind(node)
        return found[0] if found else None

    def _order(self, predicate: str, kind: RecordType | None) -> tuple[int, str]:
        return self.reader.terms.order(predicate, kind), predicate

    def _in_language(self, values: Sequence[Term]) -> Iterator[Term]:
        """Leave out translations of what is there in the language of the page; names of their own language stay."""
        if len(values) == 1:
            yield from values
            return
        texts = {value.language or "": value for value in values if isinstance(value, ox.Literal) and value.language}
        spoken = {tag for tag in texts if tag in self.reader.paths.languages}
        wanted = chosen({tag: tag for tag in spoken}, self.reader.languages).language if spoken else ""
        for value in values:
            if isinstance(value, ox.Literal) and value.language in spoken and value.language != wanted:
                continue
            yield value

    def _value(self, node: str, predicate: str, value: Term, depth: int) -> dict[str, Any]:
        reader = self.reader
        blank = {**_BLANK, "why": self._why(node, predicate, value)}
        if isinstance(value, ox.Literal):
            return {**blank, **self._literal(value)}
        iri = value.value
        is_here = reader.portfolio.page_of(iri) == self.found.iri
        place = reader.paths.anchor(iri) if is_here else ""
        if (
            is_here
            and place not in self._shown
            and iri in self.found.nodes
            and depth < _DEPTH
            and iri != self.found.iri
        ):
            self._shown.add(place)
            inner = self._facts(iri, self._inner(iri, node), depth + 1)
            return {**blank, "anchor": place, "facts": [*inner]}
        if is_here:
            return {**blank, **reader.said(reader.name(iri)), "href": f"#{place}"}
        led = reader.linked(iri, self.here)
        if led["href"]:
            return {**blank, **led}
        outside = iri.startswith(_WEB)
        text = led if reader.portfolio.names.has(iri) else {"text": iri}
        return {**blank, **text, "href": iri if outside else "", "outside": outside, "code": outside and text is led}

    def _literal(self, value: ox.Literal) -> dict[str, Any]:
        if value.language:
            return self.reader.said(Text(value.value, value.language))
        text = value.value
        if text.startswith(_WEB) and value.datatype.value == f"{XSD}anyURI":
            return {"text": text, "href": text, "outside": True}
        return {"text": written(value, self.reader.language), "raw": text}

    def _inner(self, node: str, owner: str) -> list[Statement]:
        """Return what a small node says, without the way back to what it belongs to."""
        back = {owner, self.found.iri}
        return [(p, v) for p, v in self.found.nodes[node] if not (isinstance(v, ox.NamedNode) and v.value in back)]

    # ------------------------------------------------------------ where it was read

    @cached_property
    def _evidence(self) -> Mapping[tuple[str, str, str], list[dict[str, Any]]]:
        found: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
        for node, values in self.found.claims:
            about, predicate, value = (values.get(one) for one in (SUBJECT, _PREDICATE, _OBJECT))
            if isinstance(about, ox.NamedNode) and isinstance(predicate, ox.NamedNode) and value is not None:
                found[about.value, predicate.value, str(value)].append(self._ground(node, values))
        return found

    def _ground(self, node: str, values: Mapping[str, Term]) -> dict[str, Any]:
        """Say what a statement rests on: the sentence, the source, and of which kind it is."""
        reader = self.reader
        passage = values.get(f"{_LP}quote")
        sentence = self._sentence(passage.value) if isinstance(passage, ox.NamedNode) else None
        source = values.get(f"{_DCT}source")
        basis, rank = values.get(f"{_LP}basis"), values.get(f"{_LP}rank")
        note = _texts(tuple(values.items()), f"{SKOS}note")
        return {
            "anchor": reader.paths.anchor(node),
            "quote": reader.said(sentence) if sentence else None,
            "source": reader.linked(source.value, self.here) if isinstance(source, ox.NamedNode) else None,
            "basis": reader.said(reader.name(basis.value)) if isinstance(basis, ox.NamedNode) else None,
            "held": not (isinstance(rank, ox.NamedNode) and rank.value.endswith("/deprecated")),
            "note": reader.said(chosen(note, reader.languages)) if note else None,
        }

    def _sentence(self, passage: str) -> Text | None:
        sentences = self.reader.portfolio.sentences
        return sentences.get(passage)

    def _why(self, node: str, predicate: str, value: Term) -> list[dict[str, Any]]:
        if not self._evidence:
            return []
        grounds = self._evidence.get((node, predicate, str(value)), ())
        fresh = [ground for ground in grounds if ground["anchor"] not in self._shown]
        self._shown.update(ground["anchor"] for ground in fresh)
        return fresh

    def _quotes(self) -> list[dict[str, Any]]:
        """Return the sentences about this record, each once, with what was read in them."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for (about, predicate, _), grounds in self._evidence.items():
            for ground in grounds:
                if ground["quote"]:
                    key = (ground["quote"]["text"], (ground["source"] or {}).get("text", ""))
                    told = found.setdefault(key, {**ground, "about": [], "leads": False})
                    told["leads"] = told["leads"] or (about == self.found.iri and predicate in _LEADING)
                    label = self.reader.label(predicate, self._kind_of(about))
                    told["about"] += [] if label in told["about"] else [label]
        # First the sentence that says what it is; then those that say much.
        return sorted(found.values(), key=lambda told: (not told["leads"], -len(told["quote"]["text"])))

    def _disputed(self) -> list[dict[str, Any]]:
        """Return what sources say and the record does not hold."""
        if not self._evidence:
            return []
        held = {(node, predicate, str(value)) for node, said in self.found.nodes.items() for predicate, value in said}
        found = []
        for node, predicate, value in self._evidence:
            if (node, predicate, value) not in held:
                term = next(
                    v for said in self.found.nodes.values() for p, v in said if p == _OBJECT and str(v) == value
                )
                shown = self._value(node, predicate, term, _DEPTH)
                label = self.reader.label(predicate, self._kind_of(node))
                found.append({"label": label, "value": shown})
        return found

    # ------------------------------------------------------------ what leads here

    def _links(self) -> list[dict[str, Any]]:
        """Return the links to this record by type of page and property."""
        groups: dict[tuple[str, str], list[Link]] = defaultdict(list)
        schema = self.reader.portfolio.schema
        for link in self.found.links:
            node = self._kind_of(link.subject)
            is_evidence = node is not None and node.supporting and link.subject != link.page
            named = schema.split(link.page)
            # Of evidence it is said where something was read, and no more: the rest stands at the value.
            if named and not (is_evidence and link.predicate != f"{_DCT}source"):
                groups[named[0], link.predicate].append(replace(link, text="") if is_evidence else link)
        found = []
        for (name, predicate), links in groups.items():
            kind = schema.types[name]
            node_kind = self._kind_of(links[0].subject)
            items = self._items(links)
            found.append(
                {
                    "heading": self.reader.said(self.reader.terms.type(kind)),
                    "property": self.reader.label(predicate, node_kind),
                    "order": (kind.order, predicate),
                    "items": items,
                }
            )
        return sorted(found, key=lambda group: group["order"])

    def _items(self, links: Iterable[Link]) -> list[dict[str, Any]]:
        reader, items, seen = self.reader, [], set[tuple[str, str]]()
        for link in links:
            key = link.page, link.subject if link.node else ""
            if key in seen:
                continue
            seen.add(key)
            beside = [
                (p, v)
                for p, v in link.node
                if not (isinstance(v, ox.NamedNode) and v.value in {link.page, self.found.iri})
            ]
            facts = [*self._facts(link.subject, beside, _DEPTH)] if link.node else []
            brief = reader.portfolio.names.brief(link.page)
            items.append({**reader.linked(link.page, self.here), "brief": brief, "facts": facts})
        return sorted(items, key=lambda item: (self.reader.place(item["text"]), item["href"]))

    # ------------------------------------------------------------ on the map, in time, for machines

    def _unshown(self) -> Iterator[str]:
        """Yield the places of the nodes that are shown nowhere, such as what translations rest on."""
        places = (self.reader.paths.anchor(node) for node in self.found.nodes if node != self.found.iri)
        return (place for place in places if place not in self._shown)

    @cached_property
    def _shown(self) -> set[str]:
        return set()


def _texts(statements: Iterable[Statement], predicate: str) -> dict[str, str]:
    found = ((p, v) for p, v in statements if p == predicate and isinstance(v, ox.Literal))
    return {value.language or "": value.value[:_EXCERPT] for _, value in found}
