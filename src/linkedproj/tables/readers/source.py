"""What all readers have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from linkedproj.model.errors import Place, Problem
from linkedproj.model.lexical import is_blank

if TYPE_CHECKING:
    from pathlib import Path

Read = tuple[tuple[str, ...], int, list[str]]
Report = Callable[[Problem], None]

_HEAD = 4096


class Items(str):
    """A cell that was written as a list: its text is what a cell of several values would hold."""

    __slots__ = ("items",)

    items: tuple[str, ...]

    def __new__(cls, items: Sequence[str]) -> Self:
        """Make a cell of the texts of a list."""
        cell = super().__new__(cls, "; ".join(items))
        cell.items = tuple(items)
        return cell


class Typed(str):
    """A cell that a spreadsheet holds as something else than text: what was typed may be spelled otherwise."""

    __slots__ = ()


class Day(Typed):
    """A cell that a spreadsheet holds as a date, whatever was typed."""

    __slots__ = ()


class Number(Typed):
    """A cell that its file holds as a number: the point is before its decimals, whatever the sheet's locale."""

    __slots__ = ()


@dataclass(frozen=True)
class TableFile:
    """One file of a table: where it is, how people call it, and the table it belongs to.

    In a workbook, `sheet` is the name of the one sheet that holds the table.
    """

    path: Path
    shown: str
    table: str
    delimiter: str = ","
    sheet: str = ""

    def place(self, line: int = 0, column: int = 0) -> Place:
        """Return a place in this file; without a line, the file as a whole."""
        return Place(self.shown, line, column, self.sheet)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook that holds any text."""

    name: str
    is_hidden: bool = False


MADE_FOR = "linkedproj vocabulary"
"""The property of a workbook that holds the version of the vocabulary whose columns and codes it offers."""

Reader = Callable[[TableFile, Report], Iterator[Read]]
Finder = Callable[[TableFile, int, Sequence[str], int], Place]


def named(row: Sequence[str]) -> tuple[str, ...]:
    """Return the names in a header, without the empty cells behind the last of them."""
    names = list(row)
    while names and is_blank(names[-1]):
        names.pop()
    return tuple(names)


def decoded(file: TableFile, report: Report) -> str:
    """Read a whole file as UTF-8; one that cannot be decoded is reported at its byte, a blank one as empty."""
    data = file.path.read_bytes()
    if b"\0" in data[:_HEAD]:
        report(zero_problem(file, data))
        return ""
    try:
        text = data.decode("utf-8-sig")
        if not text.strip():
            report(Problem("LP-FILE-EMPTY", file.place(1, 1)))
    except UnicodeDecodeError as error:
        report(encoding_problem(file, data, error))
        return ""
    return text


def has_zeros(file: TableFile) -> bool:
    """Return whether a file begins with zero bytes among others: UTF-16 without its mark, or no text at all."""
    with file.path.open("rb") as data:
        return b"\0" in data.read(_HEAD)


def zero_problem(file: TableFile, data: bytes) -> Problem:
    """Make the problem of a file that holds zero bytes, at the first byte that is no text."""
    return _encoding_problem(file, data, min(data.index(b"\0"), _first_bad(data)))


def encoding_problem(file: TableFile, data: bytes, error: UnicodeDecodeError) -> Problem:
    """Make the problem of a file that stops being UTF-8, where it does."""
    return _encoding_problem(file, data, error.start if error.object == data else _first_bad(data))


def _encoding_problem(file: TableFile, data: bytes, start: int) -> Problem:
    before = data[:start].decode("utf-8-sig", "replace")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    byte = f"0x{data[start]:02X}" if start < len(data) else ""
    return Problem("LP-FILE-ENCODING", file.place(line, column), values={"byte": byte})


def _first_bad(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return len(data)
