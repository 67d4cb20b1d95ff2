"""Some rows of one table, column by column: what the road from tables to dumps carries.

A column of many cells costs little more than one cell, so checks, computed columns and writers all work on columns.
"""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from linkedproj.model.rdf import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROWS = 256
"""How many rows a batch holds at most."""

# It is printable and rare; a column that holds it is escaped cell by cell.
_JOINT = "¦"


class Batch:
    """Rows with the ids `ids`, as `columns` of cells; `header` is the number of their header, `lines` their places."""

    __slots__ = ("_escaped", "_listed", "_quoted", "columns", "header", "ids", "lines")

    def __init__(self, header: int, ids: Sequence[str], lines: Iterable[int], columns: Sequence[Sequence[str]]) -> None:
        self.header, self.ids, self.lines, self.columns = header, ids, lines, list(columns)
        self._escaped: dict[int, Sequence[str]] = {}
        self._quoted: dict[int, Sequence[str]] = {}
        self._listed: dict[int, Sequence[str]] = {}

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.ids)

    def with_more(self, columns: Iterable[Sequence[str]]) -> Batch:
        """Return the same rows with further columns."""
        return Batch(self.header, self.ids, self.lines, [*self.columns, *columns])

    def rows(self) -> zip[tuple[str, ...]]:
        """Yield the cells row by row."""
        return zip(*self.columns, strict=True)

    def escaped(self, index: int) -> Sequence[str]:
        """Return a column with what may not stand in a quoted literal of N-Triples and Turtle escaped.

        Columns that are the same object, such as a title and the label copied from it, are escaped once.
        """
        return self._remembered(self._escaped, index, escape)

    def quoted(self, index: int) -> Sequence[str]:
        """Return a column as JSON strings without their quotation marks."""
        return self._remembered(self._quoted, index, _json)

    def listed(self, index: int) -> Sequence[str]:
        """Return a column of lists with "; " and nothing else between the values."""
        column = self.columns[index]
        if id(column) not in self._listed:
            self._listed[id(column)] = column if _are_regular(column) else [_regular(cell) for cell in column]
        return self._listed[id(column)]

    def _remembered(self, known: dict[int, Sequence[str]], index: int, change: Callable[[str], str]) -> Sequence[str]:
        column = self.columns[index]
        if id(column) not in known:
            known[id(column)] = _changed(column, change)
        return known[id(column)]


def _json(text: str) -> str:
    return encode_basestring(text)[1:-1]


def _changed(column: Sequence[str], change: Callable[[str], str]) -> Sequence[str]:
    """Change all cells of a column at once, where their joint tells them apart."""
    joined = _JOINT.join(column)
    changed = change(joined)
    if changed == joined:
        return column
    if joined.count(_JOINT) == len(column) - 1:
        return changed.split(_JOINT)
    return [change(cell) for cell in column]


def _are_regular(column: Sequence[str]) -> bool:
    joined = _JOINT.join(("", *column, ""))
    marks = joined.count(";")
    return not marks or (
        marks == joined.count("; ")
        and " ;" not in joined
        and "  " not in joined
        and _JOINT + ";" not in joined
        and " " + _JOINT not in joined
    )


def _regular(cell: str) -> str:
    return "; ".join([item for item in map(str.strip, cell.split(";")) if item])
