"""Records that a release no longer has: their identifiers stay known for ever and name nothing else.

`tombstones.csv` beside the dumps has one line a record: its IRI, when and in which version it was first lacking, what
it was called, and the IRIs of the records that stand for it now, with spaces between them.
"""

from __future__ import annotations

import csv
import heapq
from dataclasses import astuple, dataclass, fields
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol

from linkedproj.changes.compare import compare
from linkedproj.changes.notes import GONE
from linkedproj.model.errors import Place, SetupError
from linkedproj.system.sorting import Sorter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from linkedproj.changes.compare import Changes
    from linkedproj.changes.notes import Notes

NAME = "tombstones.csv"


@dataclass(frozen=True, order=True)
class Tombstone:
    """One record that was removed."""

    iri: str
    removed: str
    version: str
    label: str
    successors: str = ""


class Identifiers(Protocol):
    """Any collection that tells whether an identifier is in use."""

    def __contains__(self, iri: object, /) -> bool:
        """Return whether this identifier is in use."""


def tombstones(old: Path, new: Path, base: str = "") -> list[str]:
    """Return the IRIs of the records in the dump or release `old` that are not in `new`, in order.

    Records of foreign authorities, such as countries, are not ours to bury.

    Raises:
        SetupError: a dump cannot be read.
    """
    with compare(old, new, base) as changes:
        return sorted(buried(changes))


def buried(changes: Changes) -> Iterator[str]:
    """Yield the IRIs of our own records that were removed."""
    for _, iri, what in changes.notes.touched():
        if what in GONE and iri.startswith(changes.schema.base):
            yield iri


def reused(ids: Identifiers, path: Path) -> list[Tombstone]:
    """Return the tombstones in a file whose identifiers are in use again.

    Raises:
        SetupError: the file is not one that this program wrote.
    """
    return [stone for stone in read_tombstones(path) if stone.iri in ids]


def read_tombstones(path: Path) -> Iterator[Tombstone]:
    """Read tombstones.csv; without the file nothing was ever removed.

    Raises:
        SetupError: the file is not one that this program wrote.
    """
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        try:
            # Older versions of this program knew of no successors.
            well_formed = next(rows, None) in (_columns(), _columns()[:-1])
            for row in rows if well_formed else ():
                yield Tombstone(*row)
        except (csv.Error, TypeError, UnicodeDecodeError):
            well_formed = False
    if not well_formed:
        raise SetupError(
            "these are no tombstones as this program writes them. Restore the file: it keeps identifiers from being "
            "given twice.",
            Place(path.as_posix()),
        )


class Added:
    """The records that a release has and the one before it had not, as a collection."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def __contains__(self, iri: object) -> bool:
        """Return whether a record was added."""
        return isinstance(iri, str) and self._notes.what(iri) in {"added", "renaming"}


def write_tombstones(known: Iterable[Tombstone], new: Iterable[Tombstone], path: Path) -> None:
    """Write old and new tombstones by IRI; of two for the same record the earlier stays."""
    fresh: Sorter[tuple[str, str, str, str, str]] = Sorter()
    for stone in new:
        fresh.add([astuple(stone)])
    merged = heapq.merge(known, (Tombstone(*row) for row in fresh))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(_columns())
        out.writerows(astuple(next(same)) for _, same in groupby(merged, key=attrgetter("iri")))


def _columns() -> list[str]:
    return [field.name for field in fields(Tombstone)]
