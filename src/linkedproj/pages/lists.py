"""The lists of records of a type, whole and narrowed down: each choice is a page of its own, reached by a link."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from linkedproj.model.context import RDF, Kind
from linkedproj.pages.paths import between

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.pages.gathered import Gathered
    from linkedproj.pages.record import Reader

PER_PAGE = 500
_PIECE, _PIECES = re.compile(r"[A-Za-z0-9._~-]+"), 3
_FACETS, _CHOICES, _LEAST = 6, 200, 2
_LINKED = frozenset({Kind.CODE, Kind.LINK})


class Card(NamedTuple):
    """What a list tells of a record: its point and its time, if there are any, and what it leads to, by property."""

    iri: str
    point: tuple[float, float] | None
    choices: tuple[tuple[str, str], ...]
    span: tuple[str, str] | None = None


@dataclass
class Lists:
    """The records by type, as they are read.

    `filled` counts those that have a property, `worded` those that have a text in a language; `joined` are the pairs of
    records of which one leads to the other.
    """

    cards: dict[str, list[Card]] = field(default_factory=lambda: defaultdict(list))
    filled: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    worded: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    joined: set[tuple[str, str]] = field(default_factory=set)
    _choosing: dict[str, set[str]] = field(default_factory=dict)

    def take(self, found: Gathered, kind: RecordType, reader: Reader) -> None:
        """Keep of a record what lists tell of it."""
        if kind.name not in self._choosing:
            fields = reader.portfolio.schema.fields_of(kind)
            self._choosing[kind.name] = {one.iri for one in fields if one.kind in _LINKED} - {f"{RDF}type"}
        kinds = self._choosing[kind.name]
        own = found.own
        choices = tuple(
            (predicate, value.value)
            for predicate, value in own
            if isinstance(value, ox.NamedNode)
            and predicate in kinds
            and reader.portfolio.names.has(value.value)
            and reader.portfolio.page_of(value.value) != found.iri
        )
        self.cards[kind.name].append(Card(found.iri, next(iter(found.points), None), choices, found.span))
        self.filled[kind.name].update({predicate for predicate, _ in own})
        self.worded[kind.name].update({v.language for _, v in own if isinstance(v, ox.Literal) and v.language})
        if not kind.supporting:
            pages = {link.page for link in found.links}
            self.joined |= {(min(found.iri, page), max(found.iri, page)) for page in pages if page != found.iri}


@dataclass(frozen=True)
class Page:
    """One page of a list: its file, and what its template is filled with."""

    stem: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Listing:
    """The list of the records of one type, for one reader."""

    kind: RecordType
    cards: Sequence[Card]
    reader: Reader
    _known: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """Where the whole list lies."""
        return f"doc/{self.kind.table}/index"

    def pages(self) -> Iterator[Page]:
        """Yield the pages of the whole list, and one for each choice that narrows it down."""
        facets = self._facets()
        ordered = sorted(self.cards, key=lambda card: self.reader.place(self.reader.name(card.iri).text))
        yield from self._paged(self.stem, ordered, facets, None)
        narrowed: dict[tuple[str, str], list[Card]] = defaultdict(list)
        for card in ordered:
            for choice in dict.fromkeys(card.choices):
                narrowed[choice].append(card)
        for predicate, choices in facets.items():
            for value in choices:
                choice = predicate, value
                yield from self._paged(self._choice(*choice), narrowed[choice], facets, choice)

    def _facets(self) -> dict[str, Counter[str]]:
        """Choose the properties by which records differ, in the order of the model, and count their values."""
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for card in self.cards:
            for predicate, value in set(card.choices):
                counted[predicate][value] += 1
        schema = self.reader.portfolio.schema
        useful = [
            predicate
            for predicate, values in counted.items()
            if _LEAST <= len(values) <= _CHOICES and len(values) < len(self.cards)
        ]
        useful.sort(key=lambda one: schema.fields[schema.term_for(self.kind, one)].order)
        return {predicate: counted[predicate] for predicate in useful[:_FACETS]}

    def _choice(self, predicate: str, value: str) -> str:
        schema = self.reader.portfolio.schema
        term = schema.term_for(self.kind, predicate)
        # Of what list or type it is belongs to it: a city and a country may have one id.
        place = self.reader.paths.anchor(value) or "-".join(_PIECE.findall(value.partition("://")[2])[-_PIECES:])
        return f"list/{self.kind.table}/{term}/{place}"

    def _paged(
        self, stem: str, cards: Sequence[Card], facets: Mapping[str, Counter[str]], chosen: tuple[str, str] | None
    ) -> Iterator[Page]:
        reader = self.reader
        parts = [cards[start : start + PER_PAGE] for start in range(0, len(cards), PER_PAGE)] or [[]]
        stems = [stem if number == 0 else f"{stem}-{number + 1}" for number in range(len(parts))]
        for number, part in enumerate(parts):
            here = reader.paths.file(stems[number], reader.language)
            records = [self.told(card, here) for card in part]
            yield Page(
                stems[number],
                {
                    "heading": reader.said(reader.terms.types(self.kind)),
                    "count": len(cards),
                    "records": records,
                    "points": [one for one in records if one["point"]],
                    "facets": self._marked(facets, here, chosen),
                    "facet": self._facet(chosen),
                    "all": between(here, reader.paths.file(self.stem, reader.language)),
                    "pages": [
                        {
                            "href": between(here, reader.paths.file(other, reader.language)),
                            "text": str(n + 1),
                            "here": n == number,
                        }
                        for n, other in enumerate(stems)
                    ],
                },
            )

    def told(self, card: Card, here: str) -> dict[str, Any]:
        """Tell of a record in a list."""
        reader = self.reader
        return {
            **reader.linked(card.iri, here),
            "brief": reader.portfolio.names.brief(card.iri),
            "beside": "",
            "point": card.point,
        }

    def _facet(self, chosen: tuple[str, str] | None) -> dict[str, Any] | None:
        if chosen is None:
            return None
        reader = self.reader
        label = reader.said(reader.terms.property(chosen[0], self.kind))
        return {"label": label, "value": reader.said(reader.name(chosen[1]))}

    def _marked(
        self, facets: Mapping[str, Counter[str]], here: str, chosen: tuple[str, str] | None
    ) -> list[dict[str, Any]]:
        """Return the choices as links from a page, with the one marked that it shows."""
        folder = here.rpartition("/")[0]
        if folder not in self._known:
            self._known[folder] = [*self._shown(facets, here)]
        found = []
        for group in self._known[folder]:
            values = group["values"]
            if chosen and chosen[0] == group["property"]:
                values = [{**one, "here": one["value"] == chosen[1]} for one in values]
            found.append({"label": group["label"], "values": values})
        return found

    def _shown(self, facets: Mapping[str, Counter[str]], here: str) -> Iterator[dict[str, Any]]:
        reader = self.reader
        for predicate, counts in facets.items():
            values: list[dict[str, Any]] = [
                {
                    **reader.said(reader.name(value)),
                    "count": count,
                    "href": between(here, reader.paths.file(self._choice(predicate, value), reader.language)),
                    "here": False,
                    "value": value,
                }
                for value, count in counts.items()
            ]
            values.sort(key=lambda one: (-one["count"], reader.place(one["text"])))
            label = reader.said(reader.terms.property(predicate, self.kind))
            yield {"property": predicate, "label": label, "values": values}


def tree(listing: Listing, here: str) -> list[dict[str, Any]]:
    """Return the records of a type below those that they name as broader, each with how many it leads to."""
    reader = listing.reader
    schema = reader.portfolio.schema
    upward = {one.iri for one in schema.fields_of(listing.kind) if one.term in listing.kind.acyclic}
    known = {card.iri: card for card in listing.cards}
    below: dict[str, list[Card]] = defaultdict(list)
    for card in listing.cards:
        above = [value for predicate, value in card.choices if predicate in upward and value in known]
        below[above[0] if above else ""].append(card)

    def branch(iri: str) -> list[dict[str, Any]]:
        cards = sorted(below.get(iri, ()), key=lambda card: reader.place(reader.name(card.iri).text))
        return [{**listing.told(card, here), "count": "", "below": branch(card.iri)} for card in cards]

    return branch("")
