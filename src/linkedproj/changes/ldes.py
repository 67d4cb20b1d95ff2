"""A static linked data event stream: each release adds pages of versions of the records that changed.

Source: Linked Data Event Streams 1.0 and TREE (SEMIC). Pages are immutable; only `index.ttl`, the root node, grows.
A nested node (an amount, a period) is a blank node here, and only here: the member extraction of TREE takes blank nodes
along and stops at IRIs, and versions of one amount would be confused under its own IRI.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from linkedproj.changes.dumps import parse, triples_of
from linkedproj.model.context import RDF
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.lexical import XSD
from linkedproj.system.sorting import Sorter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from linkedproj.changes.compare import Changes
    from linkedproj.changes.notes import What

    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

MEMBERS = 1000
"""So many members a page has at most."""

DCT = "http://purl.org/dc/terms/"
LDES = "https://w3id.org/ldes#"
TREE = "https://w3id.org/tree#"
AS = "https://www.w3.org/ns/activitystreams#"
_EVENTS: dict[What, str] = {"added": "Create", "changed": "Update", "removed": "Delete"}
_BOUNDS = (("from", "GreaterThanOrEqualToRelation"), ("until", "LessThanOrEqualToRelation"))
_PAGE = re.compile(r'^<[^<>]*#page-(?P<page>[^<>]*)-from> <[^<>]*#value> "(?P<time>[^"]*)"', re.MULTILINE)


@dataclass(frozen=True)
class Stream:
    """Where the stream is published: `root` is the IRI of its folder, such as https://data.example.org/ldes/."""

    root: str

    @property
    def index(self) -> str:
        """The root node, where a client begins."""
        return f"{self.root}index.ttl"

    @property
    def iri(self) -> str:
        """The stream itself."""
        return f"{self.index}#stream"


def write_pages(changes: Changes, stream: Stream, version: str, time: str, folder: Path) -> list[str]:
    """Write the pages of one release, `<version>-<n>.ttl`, and give their names: none if nothing changed.

    A member is the whole record as it now is, or the notice that it is gone; `time` is its dct:modified.
    """
    names: list[str] = []
    for _, members in groupby(enumerate(_members(changes)), key=lambda item: item[0] // MEMBERS):
        names.append(f"{version}-{len(names) + 1}.ttl")
        with (folder / names[-1]).open("w", encoding="utf-8", newline="\n") as file:
            page = stream.root + names[-1]
            file.write(
                f"<{page}> <{RDF}type> <{TREE}Node> .\n<{page}> <{LDES}immutable> {_typed('true', 'boolean')} .\n"
            )
            for number, (iri, what, lines) in members:
                event = _Event(number % MEMBERS + 1, iri, what, time)
                file.writelines(_member(changes, stream, page, event, lines))
    return names


def _members(changes: Changes) -> Iterator[tuple[str, What, set[str]]]:
    """Give each record that differs with all its triples, those of its nested nodes too, as they are now."""
    with Sorter[tuple[bytes, bytes]]() as current:
        for key, blocks in changes.after.groups():
            owner = changes.owner(key[1:-1].decode())
            if changes.notes.what(owner):
                for block in blocks:
                    current.add([(_key(changes.rank(owner), owner), block)])
        groups = current.groups()
        group = next(groups, None)
        for rank, iri, what in changes.notes.touched():
            lines = set[str]()
            if group and group[0] == _key(rank, iri):
                lines = triples_of(group[1], changes.new)
                group = next(groups, None)
            yield iri, what, lines


def _key(rank: int, iri: str) -> bytes:
    return f"{rank:04} {iri}".encode()


@dataclass(frozen=True)
class _Event:
    """What happened to a record: its number on the page, its IRI, and when it happened."""

    number: int
    iri: str
    what: What
    time: str


def _member(changes: Changes, stream: Stream, page: str, event: _Event, lines: Iterable[str]) -> Iterator[str]:
    number, iri = event.number, event.iri
    member = _version(changes, page, iri)
    yield f"<{stream.iri}> <{TREE}member> <{member}> .\n"
    yield f"<{member}> <{RDF}type> <{AS}{_EVENTS[event.what]}> .\n"
    yield f"<{member}> <{DCT}isVersionOf> <{iri}> .\n"
    yield f"<{member}> <{DCT}modified> {_typed(event.time, 'dateTime')} .\n"

    nodes: dict[str, ox.BlankNode] = {}

    def own(term: Term) -> Term:
        """Name the record after this version of it; its nested nodes lose their names, or versions would mix."""
        if not isinstance(term, ox.NamedNode) or changes.owner(term.value) != iri:
            return term
        if term.value == iri:
            return ox.NamedNode(member)
        return nodes.setdefault(term.value, ox.BlankNode(f"m{number}n{len(nodes) + 1}"))

    for line in sorted(lines):
        for triple in parse(line):
            yield f"{own(triple.subject)} {triple.predicate} {own(triple.object)} .\n"


def _version(changes: Changes, page: str, iri: str) -> str:
    """Name one version of a record: a fragment of the page that holds it."""
    return f"{page}#{changes.short(iri) if changes.kind(iri) else quote(iri, safe='')}"


def read_index(path: Path) -> dict[str, str]:
    """Give the pages that a root node names, with the time of their members, in its order.

    Raises:
        SetupError: the file is not one that this program wrote.
    """
    if not path.is_file():
        return {}
    text = path.read_text("utf-8", errors="replace")
    pages = {match["page"]: match["time"] for match in _PAGE.finditer(text)}
    if f"<{TREE}view>" not in text or text.count(f"<{TREE}relation>") != len(_BOUNDS) * len(pages):
        raise SetupError(
            "this is no event stream as this program writes it. Move the folder away to begin a new one.",
            Place(path.as_posix()),
        )
    return pages


def render_index(stream: Stream, pages: Mapping[str, str]) -> str:
    """Write the root node: what the stream is, and for each page the bounds of its members' times."""
    index, iri = f"<{stream.index}>", f"<{stream.iri}>"
    lines = [
        f"{iri} <{RDF}type> <{LDES}EventStream> .\n",
        f"{iri} <{LDES}timestampPath> <{DCT}modified> .\n",
        f"{iri} <{LDES}versionOfPath> <{DCT}isVersionOf> .\n",
        *(
            f"{iri} <{LDES}version{event}{part}> <{value}> .\n"
            for event in _EVENTS.values()
            for part, value in (("Path", f"{RDF}type"), ("Object", AS + event))
        ),
        f"{iri} <{TREE}view> {index} .\n",
        f"{index} <{RDF}type> <{TREE}Node> .\n",
    ]
    for page, time in pages.items():
        for name, relation in _BOUNDS:
            node = f"<{stream.index}#page-{page}-{name}>"
            lines += [
                f"{index} <{TREE}relation> {node} .\n",
                f"{node} <{RDF}type> <{TREE}{relation}> .\n",
                f"{node} <{TREE}node> <{stream.root}{page}> .\n",
                f"{node} <{TREE}path> <{DCT}modified> .\n",
                f"{node} <{TREE}value> {_typed(time, 'dateTime')} .\n",
            ]
    return "".join(lines)


def _typed(text: str, datatype: str) -> str:
    return f'"{text}"^^<{XSD}{datatype}>'
