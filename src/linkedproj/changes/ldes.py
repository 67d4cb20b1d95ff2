"""A static linked data event stream: each release adds pages of versions of the records that changed.

Source: Linked Data Event Streams 1.0 and TREE (SEMIC). Pages are immutable; only `index.ttl`, the root node, grows.
A nested node (an amount, a period) is a blank node here, and only here: the member extraction of TREE takes blank nodes
along and stops at IRIs, and versions of one amount would be confused under its own IRI.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyoxigraph as ox

from linkedproj.changes.dumps import parse, triples_of
from linkedproj.model.context import RDF
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.lexical import XSD
from linkedproj.model.rdf import N_TRIPLES, TURTLE, serialize
from linkedproj.system.sorting import Sorter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from linkedproj.changes.compare import Changes
    from linkedproj.changes.notes import What

    # The IRI of a record, what happened to it, and its triples as lines.
    Member = tuple[str, What, set[str]]

MEMBERS = 1000
"""So many members a page has at most."""

DCT = "http://purl.org/dc/terms/"
LDES = "https://w3id.org/ldes#"
TREE = "https://w3id.org/tree#"
AS = "https://www.w3.org/ns/activitystreams#"
_EVENTS: dict[What, str] = {
    "added": "Create",
    "renaming": "Create",
    "changed": "Update",
    "removed": "Delete",
    "renamed": "Delete",
    "merged": "Delete",
}
_BOUNDS = (("from", "GreaterThanOrEqualToRelation"), ("until", "LessThanOrEqualToRelation"))


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
        # Written as it comes and not sorted: a page of large records would not fit in memory.
        ox.serialize(
            _page(changes, stream, stream.root + names[-1], time, members), folder / names[-1], format=N_TRIPLES
        )
    return names


def _page(
    changes: Changes, stream: Stream, page: str, time: str, members: Iterable[tuple[int, Member]]
) -> Iterator[ox.Triple]:
    yield _triple(page, RDF + "type", TREE + "Node")
    yield _triple(page, LDES + "immutable", ox.Literal(True))  # noqa: FBT003 - it is the value
    for number, (iri, what, lines) in members:
        yield from _member(changes, stream, page, _Event(number % MEMBERS + 1, iri, what, time), lines)


def _members(changes: Changes) -> Iterator[Member]:
    """Yield each record that differs with all its triples, those of its nested nodes too, as they are now."""
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


def _member(changes: Changes, stream: Stream, page: str, event: _Event, lines: Iterable[str]) -> Iterator[ox.Triple]:
    member = _version(changes, page, event.iri)
    yield _triple(stream.iri, TREE + "member", member)
    yield _triple(member, RDF + "type", AS + _EVENTS[event.what])
    yield _triple(member, DCT + "isVersionOf", event.iri)
    yield _triple(member, DCT + "modified", _instant(event.time))

    nodes: dict[str, ox.BlankNode] = {}

    def versioned(term: Any) -> Any:  # noqa: ANN401 - a term of any kind, and one of the same position
        """Name the record after this version of it; its nested nodes lose their names, or versions would mix."""
        if not isinstance(term, ox.NamedNode) or changes.owner(term.value) != event.iri:
            return term
        if term.value == event.iri:
            return ox.NamedNode(member)
        return nodes.setdefault(term.value, ox.BlankNode(f"m{event.number}n{len(nodes) + 1}"))

    # A version is not in the dataset, the record is: no shape of the dump is held against what a record was once.
    for line in sorted(line for line in lines if not changes.is_membership(line)):
        for triple in parse(line):
            yield ox.Triple(versioned(triple.subject), triple.predicate, versioned(triple.object))


def _version(changes: Changes, page: str, iri: str) -> str:
    """Name one version of a record: a fragment of the page that holds it."""
    return f"{page}#{changes.short(iri) if changes.kind(iri) else quote(iri, safe='')}"


def read_index(path: Path) -> dict[str, str]:
    """Return the pages that a root node names, with the time of their members.

    Raises:
        SetupError: the file is not one that this program wrote.
    """
    if not path.is_file():
        return {}
    values: dict[str, dict[str, str]] = defaultdict(dict)
    bounds, has_view = list[str](), False
    try:
        for quad in ox.parse(path=path, format=TURTLE):
            has_view |= quad.predicate.value == TREE + "view"
            subject, value = str(quad.subject), str(getattr(quad.object, "value", ""))
            values[subject][quad.predicate.value] = value
            if quad.predicate.value == TREE + "relation":
                bounds.append(str(quad.object))
        pages = {
            values[bound][TREE + "node"].rpartition("/")[2]: values[bound][TREE + "value"] for bound in sorted(bounds)
        }
    except (SyntaxError, KeyError):
        has_view = False
    if not has_view:
        raise SetupError(
            "this is no event stream as this program writes it. Move the folder away to begin a new one.",
            Place(path.as_posix()),
        )
    return pages


def render_index(stream: Stream, pages: Mapping[str, str]) -> str:
    """Write the root node: what the stream is, and for each page the bounds of its members' times."""
    index = stream.index
    triples = [
        _triple(stream.iri, RDF + "type", LDES + "EventStream"),
        _triple(stream.iri, LDES + "timestampPath", DCT + "modified"),
        _triple(stream.iri, LDES + "versionOfPath", DCT + "isVersionOf"),
        _triple(stream.iri, TREE + "view", index),
        _triple(index, RDF + "type", TREE + "Node"),
    ]
    for event in dict.fromkeys(_EVENTS.values()):
        triples.append(_triple(stream.iri, f"{LDES}version{event}Path", RDF + "type"))
        triples.append(_triple(stream.iri, f"{LDES}version{event}Object", AS + event))
    for page, time in pages.items():
        for name, relation in _BOUNDS:
            bound = f"{index}#page-{page}-{name}"
            triples += [
                _triple(index, TREE + "relation", bound),
                _triple(bound, RDF + "type", TREE + relation),
                _triple(bound, TREE + "node", stream.root + page),
                _triple(bound, TREE + "path", DCT + "modified"),
                _triple(bound, TREE + "value", _instant(time)),
            ]
    return serialize(triples, TURTLE, {"as": AS, "dct": DCT, "ldes": LDES, "rdf": RDF, "tree": TREE, "xsd": XSD})


def _triple(subject: str, predicate: str, value: str | ox.Literal) -> ox.Triple:
    term = ox.NamedNode(value) if isinstance(value, str) else value
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), term)


def _instant(time: str) -> ox.Literal:
    return ox.Literal(time, datatype=ox.NamedNode(XSD + "dateTime"))
