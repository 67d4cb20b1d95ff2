"""Where each record stands in the N-Triples that a build writes: cuts between records, and any record found again.

A record is a block of lines: its own, and those of the nodes nested in it, each of which follows the line that leads
to it. Blocks of one type (one base of IRIs) stand together, in the order of their IRIs. So no index of all records is
needed: one in so many kilobytes is kept (a fence), and the rest is a look at what lies between two of them.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.dataset import DEPRECATED, REPLACES
from linkedproj.model.errors import LinkedprojError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_SPACING = 1 << 14
_BESIDE = tuple(f"<{iri}>".encode() for iri in (DEPRECATED, REPLACES))
"""What a block begins with that is no record: it says which records are gone, and which stand for them."""


class OrderError(LinkedprojError):
    """A file is not in the order that makes records findable."""


class Unit(NamedTuple):
    """Some records that stand together: number of their file, where they begin and end in it, how many they are."""

    file: int
    start: int
    end: int
    records: int


@dataclass
class Fences:
    """Records of one type in one file, one in so many kilobytes, and where each begins."""

    iris: list[bytes] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)


class Layout:
    """The fences of some files, by base and number of the file.

    `nested` holds the bases of nodes that were met inside the block of another record.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files
        self.fences: dict[tuple[bytes, int], Fences] = {}
        self.nested: set[bytes] = set()

    def save(self, path: Path) -> None:
        """Write the fences to a file, for other processes."""
        fences = [
            (base.decode(), file, [iri.decode() for iri in found.iris], found.offsets)
            for (base, file), found in self.fences.items()
        ]
        path.write_text(json.dumps({"nested": [base.decode() for base in self.nested], "fences": fences}), "utf-8")

    @staticmethod
    def load(path: Path, files: Sequence[Path]) -> Layout:
        """Read what `save` wrote about the files."""
        stored = json.loads(path.read_text("utf-8"))
        layout = Layout(files)
        layout.nested = {base.encode() for base in stored["nested"]}
        for base, file, iris, offsets in stored["fences"]:
            layout.fences[base.encode(), file] = Fences([iri.encode() for iri in iris], offsets)
        return layout


def cut(layout: Layout, records: int, spacing: int = _SPACING) -> Iterator[Unit]:
    """Cut the files of a layout into units of so many records (the last of a file may have fewer); fill the layout.

    Raises:
        OrderError: records are not in order, or not together.
    """
    for number, path in enumerate(layout.files):
        start = count = end = 0
        for offset, end in _blocks(layout, number, path, spacing):  # noqa: B007 - the end of the last one is needed
            if count == records:
                yield Unit(number, start, offset, count)
                start, count = offset, 0
            count += 1
        if count:
            yield Unit(number, start, end, count)


def _blocks(layout: Layout, number: int, path: Path, spacing: int) -> Iterator[tuple[int, int]]:
    """Yield where each record begins and ends."""
    start = position = 0
    inside: set[bytes] = set()
    owner = subject = link = b""
    with path.open("rb") as lines:
        for line in lines:
            if not subject or not line.startswith(subject):
                subject = line[: line.find(b"> ") + 1]
                if subject not in inside:
                    if owner and subject == link and base_of(subject) != base_of(owner):
                        layout.nested.add(base_of(subject))
                        inside.add(subject)
                    else:
                        if owner:
                            yield start, position
                        if line.startswith(_BESIDE, len(subject) + 1):
                            owner = b""
                        else:
                            _note(layout, number, owner, subject, position, spacing)
                            start, owner = position, subject
                        inside = {subject}
            position += len(line)
            link = line[line.rfind(b" <") + 1 : -3]
    if owner:
        yield start, position


def _note(  # noqa: PLR0913, PLR0917 - the state of the walk
    layout: Layout, number: int, before: bytes, subject: bytes, position: int, spacing: int
) -> None:
    """Check the order, and set up a fence where one is due.

    Raises:
        OrderError: the record does not come after the one before it, or is a blank node.
    """
    if not subject.startswith(b"<"):
        raise OrderError("it has blank nodes, which nothing can lead to.")
    base, iri = base_of(subject), subject[1:-1]
    known = layout.fences.get((base, number))
    if base == base_of(before) and known:
        if iri <= before[1:-1]:
            raise OrderError(f"{_readable(subject)} stands after {_readable(before)}, which is not their order.")
        if position - known.offsets[-1] < spacing:
            return
    elif known:
        raise OrderError(f"{_readable(subject)} stands apart from the other records of its type.")
    found = layout.fences.setdefault((base, number), Fences())
    found.iris.append(iri)
    found.offsets.append(position)


def base_of(subject: bytes) -> bytes:
    """Return the IRI of a subject ("<IRI>") up to its last slash."""
    return subject[1 : subject.rfind(b"/") + 1]


def _readable(subject: bytes) -> str:
    return subject.decode("utf-8", "replace").strip("<>")


class Finder:
    """Finds the lines of any record in files whose layout is known."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._opened = [path.open("rb") for path in layout.files]
        self._edges = [self._edges_of(number) for number in range(len(layout.files))]

    def close(self) -> None:
        """Close the files."""
        for file in self._opened:
            file.close()

    def _edges_of(self, number: int) -> list[int]:
        """Return where each type begins in a file, and where the file ends."""
        starts = [fences.offsets[0] for (_, file), fences in self.layout.fences.items() if file == number]
        return sorted([*starts, self.layout.files[number].stat().st_size])

    def read(self, file: int, start: int, end: int) -> bytes:
        """Return the bytes of a part of a file."""
        self._opened[file].seek(start)
        return self._opened[file].read(end - start)

    def lines(self, subjects: Iterable[bytes]) -> dict[bytes, list[bytes]]:
        """Return the lines of those subjects (spelled "<IRI>") that the files hold; in the order of their IRIs."""
        found: dict[bytes, list[bytes]] = {}
        hidden: set[bytes] = set()
        window, shown = b"", (-1, -1, -1)
        for subject in sorted(subjects):
            place = self._place(subject)
            if place and place != shown:
                window, shown = b"\n" + self.read(*place), place
            lines = _lines_of(window, subject) if place else []
            if lines:
                found[subject] = lines
            elif base_of(subject) in self.layout.nested:
                hidden.add(subject)
        return found | (self._nested(hidden) if hidden else {})

    def _place(self, subject: bytes) -> tuple[int, int, int] | None:
        """Return the part of a file, from one fence to the next, that must hold a record if any does."""
        base, iri = base_of(subject), subject[1:-1]
        for number, edges in enumerate(self._edges):
            fences = self.layout.fences.get((base, number))
            if fences and iri >= fences.iris[0]:
                at = bisect_right(fences.iris, iri)
                last = at == len(fences.offsets)
                end = edges[bisect_right(edges, fences.offsets[-1])] if last else fences.offsets[at]
                return number, fences.offsets[at - 1], end
        return None

    def _nested(self, subjects: set[bytes]) -> dict[bytes, list[bytes]]:
        """Look through everything: a nested node stands wherever its owner does."""
        found: dict[bytes, list[bytes]] = {}
        for file in self._opened:
            file.seek(0)
            for line in file:
                subject = line[: line.find(b"> ") + 1]
                if subject in subjects:
                    found.setdefault(subject, []).append(line)
        return found


def _lines_of(window: bytes, subject: bytes) -> list[bytes]:
    """Return the lines of a subject in a window, which begins with a line end; nested nodes may lie between."""
    key = b"\n" + subject + b" "
    at, found = window.find(key), []
    while at >= 0:
        end = window.find(b"\n", at + 1)
        found.append(window[at + 1 : end + 1])
        if window.startswith(key, end):
            at = end
        else:
            link = window[window.rfind(b" <", at, end) + 1 : end - 2]
            at = window.find(key, end) if window.startswith(b"\n" + link + b" ", end) else -1
    return found
