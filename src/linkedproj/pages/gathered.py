"""All that the dumps say of each record, brought together: its own statements, its evidence, and what leads to it.

Dumps come by subject; a page needs what lies far apart in them. Statements are brought together by a sort on disk; what
is kept in memory are the names of records, the words of quotes, and which small node belongs to which record.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.changes.dumps import blocks_of, parse
from linkedproj.model.context import RDF
from linkedproj.model.lexical import XSD
from linkedproj.pages.names import Names, Text
from linkedproj.pages.values import point_of
from linkedproj.system.caches import digest
from linkedproj.system.sorting import Sorter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.schema import Schema

Term = ox.NamedNode | ox.Literal
Statement = tuple[str, Term]
"""A property and a value."""

SUBJECT = RDF + "subject"
_OA, _LANGUAGE = "http://www.w3.org/ns/oa#", "http://purl.org/dc/terms/language"
_TEMPORAL = "http://purl.org/dc/terms/temporal"
_START, _END = "http://www.w3.org/ns/dcat#startDate", "http://www.w3.org/ns/dcat#endDate"
_EXACT, _SELECTOR = f"{_OA}exact", f"{_OA}hasSelector"
_TAG = 2
_OWN, _LINK = 0, 1
_IRI = re.compile(r"<([^<>\\]+)>")
_LINE = re.compile(r"^<[^<>]*> <([^<>]*)> <([^<>]*)> \.$", re.MULTILINE)
"""Our own N-Triples that lead from node to node: property and object."""


@dataclass(frozen=True)
class Link:
    """A statement of another page that leads to this one: by which property, of which subject, on whose page.

    `text` has the statements of the subject as N-Triples, if it is a small one that has no page of its own.
    """

    predicate: str
    subject: str
    page: str
    text: str = ""

    @cached_property
    def node(self) -> tuple[Statement, ...]:
        """The statements of the subject."""
        return _statements(self.text)


@dataclass(frozen=True)
class Gathered:
    """What is known of one record: `texts` are its statements and those of the small nodes on its page, by IRI.

    `is_cut` tells that there are more `links` to it.
    """

    iri: str
    texts: Mapping[str, str]
    links: Sequence[Link] = ()
    is_cut: bool = False

    @cached_property
    def own(self) -> tuple[Statement, ...]:
        """The statements of the record itself."""
        return _statements(self.texts.get(self.iri, ""))

    @cached_property
    def nodes(self) -> Mapping[str, tuple[Statement, ...]]:
        """The statements of the record and of the small nodes on its page, by IRI."""
        return {node: self.own if node == self.iri else _statements(text) for node, text in self.texts.items()}

    @cached_property
    def span(self) -> tuple[str, str] | None:
        """The first and the last possible day, if both are known."""
        for predicate, value in self.own:
            if predicate == _TEMPORAL and isinstance(value, ox.NamedNode):
                said = _statements(self.texts.get(value.value, ""))
                days = {p: v.value for p, v in said if p in {_START, _END} and isinstance(v, ox.Literal)}
                if len(days) == len((_START, _END)):
                    return days[_START], days[_END]
        return None

    @cached_property
    def points(self) -> list[tuple[float, float]]:
        """Where it is: longitude and latitude."""
        values = (value for _, value in self.own if isinstance(value, ox.Literal))
        return [point for value in values if (point := point_of(value))]

    @cached_property
    def claims(self) -> Sequence[tuple[str, Mapping[str, Term]]]:
        """The nodes that say what statements rest on, with their values by property."""
        told = ((node, dict(statements)) for node, statements in self.nodes.items())
        return [(node, values) for node, values in told if SUBJECT in values]

    @cached_property
    def embedded(self) -> str:
        """The statements of the record itself as JSON-LD, safe inside a page."""
        document: dict[str, Any] = {"@id": self.iri}
        for predicate, value in self.own:
            if predicate == f"{RDF}type" and isinstance(value, ox.NamedNode):
                document.setdefault("@type", []).append(value.value)
            else:
                document.setdefault(predicate, []).append(_json(value))
        return json.dumps(document, ensure_ascii=False).replace("<", "\\u003c")

    @cached_property
    def key(self) -> str:
        """A digest of all that is known, in its order."""
        links = [(link.predicate, link.subject, link.page, link.text) for link in self.links]
        told = [self.iri, *chain(*self.texts.items()), "", *chain(*links), str(self.is_cut)]
        found = hashlib.sha256(repr([*map(len, told)]).encode())
        found.update("".join(told).encode("utf-8"))
        return found.hexdigest()

    def mentioned(self) -> set[str]:
        """Return the nodes that are named in it."""
        found = {iri for text in self.texts.values() for iri in _IRI.findall(text)}
        for link in self.links:
            found |= {link.page, link.subject, link.predicate, *_IRI.findall(link.text)}
        return found


@dataclass
class Portfolio:
    """The records of some dumps, and on whose page each node stands; `files` are N-Triples, sorted by subject.

    `subjects` are all nodes, `sentences` are the words of quotes, by the IRI of these.
    """

    schema: Schema
    files: Sequence[Path]
    names: Names = field(default_factory=Names)
    sentences: dict[str, Text] = field(default_factory=dict)
    subjects: list[str] = field(default_factory=list)
    _owners: dict[str, str] = field(default_factory=dict)
    _pages: list[str] = field(default_factory=list)
    _called: dict[str, str] = field(default_factory=dict)
    _worded: dict[str, frozenset[str]] = field(default_factory=dict)

    def read(self) -> None:
        """Learn what things are called, and which node belongs to which."""
        small: dict[str, str] = {}
        spoken: dict[str, frozenset[str]] = {}
        subjects = self.subjects
        words: dict[str, str] = {}
        passages: dict[str, tuple[str, str]] = {}
        for iri, statements in self._subjects():
            named = self.schema.split(iri)
            self.names.learn(iri, statements, self.schema.types[named[0]].short_name if named else "")
            if named is None:
                continue
            subjects.append(iri)
            tags = {v.language for _, v in statements if isinstance(v, ox.Literal) and v.language}
            spoken[iri] = spoken.get(iri, frozenset()) | tags
            values = dict(statements)
            if _EXACT in values:
                words[iri] = values[_EXACT].value
            elif _SELECTOR in values:
                passages[iri] = values[_SELECTOR].value, values[_LANGUAGE].value if _LANGUAGE in values else ""
            for predicate, value in statements:
                if not isinstance(value, ox.NamedNode):
                    continue
                if predicate == SUBJECT:
                    small[iri] = value.value
                elif predicate != f"{RDF}object":
                    self._offer(small, value.value, iri)
        known = self._tags()
        self.sentences = {
            iri: Text(words[selector], known.get(language, ""))
            for iri, (selector, language) in passages.items()
            if selector in words
        }
        self._owners = {node: owner for node, owner in small.items() if not self.names.has(node)}
        self._pages = [iri for iri in subjects if self.page_of(iri) == iri]
        # Of a large portfolio, sets that are equal are kept once.
        alike: dict[frozenset[str], frozenset[str]] = {}
        self._worded = {iri: alike.setdefault(spoken[iri], spoken[iri]) for iri in self._pages}

    def _tags(self) -> dict[str, str]:
        """Return the language tags that stand for the codes of the lists that others keep, by the IRI of the code."""
        return {
            kept.base + code: tag
            for kept in self.schema.authorities.values()
            for tag, code in kept.spellings.items()
            if len(tag) == _TAG and tag.isalpha()
        }

    def _offer(self, small: dict[str, str], node: str, owner: str) -> None:
        """Note who leads to a node; one that has a name of its own owns it sooner than one that has none."""
        if node == owner or self.names.has(node) or self.schema.split(node) is None:
            return
        known = small.get(node)
        if known is None or (self.names.has(owner) and not self.names.has(known)):
            small[node] = owner

    def page_of(self, iri: str) -> str:
        """Return the IRI of the record on whose page a node stands; "" for what is not of this portfolio."""
        if iri not in self._owners:
            return iri
        seen = set[str]()
        while iri in self._owners and iri not in seen:
            seen.add(iri)
            iri = self._owners[iri]
        return iri

    def worded(self, iri: str) -> Collection[str]:
        """Return the languages in which a record has texts."""
        return self._worded.get(iri, ())

    @property
    def pages(self) -> Sequence[str]:
        """The records that have a page, in the order of the dumps."""
        return self._pages

    def gather(self, most: int) -> Iterator[Gathered]:
        """Yield what is known of each record with a page, by IRI, with so many links to it at most of each property."""
        known = set(self._pages)
        with Sorter[tuple[str, int, str, str, str]]() as sorter:
            for iri, lines in self._blocks():
                page = self.page_of(iri)
                if page not in known:
                    continue
                text = lines.decode("utf-8")
                sorter.add([(page, _OWN, iri, "", text)])
                sorter.add(self._links(iri, page, text, known))
            for iri, items in groupby(sorter, key=itemgetter(0)):
                yield self._one(iri, items, most)

    def called(self, iri: str) -> str:
        """Return a digest of what pages say of a node that is not theirs: its names, its page, the words of a quote."""
        known = self._called.get(iri)
        if known is None:
            known = digest(self.names.told(iri), self.page_of(iri), self.sentences.get(iri))
            self._called[iri] = known
        return known

    def _links(self, iri: str, page: str, text: str, known: set[str]) -> list[tuple[str, int, str, str, str]]:
        found = []
        for predicate, value in _LINE.findall(text):
            if predicate in {SUBJECT, f"{RDF}object"}:
                continue
            there = self.page_of(value)
            if there in known and there != page:
                found.append((there, _LINK, predicate, iri, text if iri != page else ""))
        return found

    def _one(self, iri: str, items: Iterable[tuple[str, int, str, str, str]], most: int) -> Gathered:
        texts: dict[str, str] = {}
        links: list[Link] = []
        counts: dict[str, int] = {}
        for _, what, first, second, text in items:
            if what == _OWN:
                texts[first] = texts.get(first, "") + text
                continue
            counts[first] = counts.get(first, 0) + 1
            if counts[first] <= most:
                links.append(Link(first, second, self.page_of(second), text))
        return Gathered(iri, texts, links, any(count > most for count in counts.values()))

    def _subjects(self) -> Iterator[tuple[str, tuple[Statement, ...]]]:
        for iri, lines in self._blocks():
            yield iri, _statements(lines)

    def _blocks(self) -> Iterator[tuple[str, bytes]]:
        for path in self.files:
            for subject, lines in blocks_of(path):
                yield subject[1:-1].decode("utf-8"), lines


def _json(value: Term) -> dict[str, str]:
    if isinstance(value, ox.NamedNode):
        return {"@id": value.value}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    plain = value.datatype.value == f"{XSD}string"
    return {"@value": value.value} if plain else {"@value": value.value, "@type": value.datatype.value}


def _statements(lines: str | bytes) -> tuple[Statement, ...]:
    if not lines:
        return ()
    return tuple(
        (quad.predicate.value, quad.object)
        for quad in parse(lines)
        if isinstance(quad.object, ox.NamedNode | ox.Literal)
    )
