"""What workbooks have in common: a sheet is a table, its first row with any text is the header.

A cell knows what it means, and what it shows may be less or other than that: a month without its day, a number with the
zeros before it. What is shown is what a curator answers for, so it is what is taken; where the two cannot be told
apart, the cell is reported.
"""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile, ZipFile

from linkedproj.model.errors import Place, Problem
from linkedproj.tables.readers.source import Day, Number, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from linkedproj.tables.readers.source import Read, Report, TableFile

BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    OSError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What the libraries that open a workbook raise when it is damaged: each meets the damage somewhere else.

Files that the system does not open were told before. NotImplementedError is a RuntimeError, ParseError a SyntaxError.
"""

_LARGE, _TIMES = 32 << 20, 150
_LARGEST = 2 << 30
"""Bytes of a part that may be packed to any size, how many times its packed size a larger one may have, and of all.

A sheet of a million equal rows is packed to about a hundredth of its size.
"""

_LISTED = 12
_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number


class Told(NamedTuple):
    """A cell of which no text is taken: the rule it breaks, and what is shown or stored there."""

    rule: str
    shown: str


@dataclass
class Layout:
    """What a sheet says of its rows and columns, counted from 1.

    `merged` are ranges as (first row, first column, last row, last column).
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def read_rows(
    file: TableFile, rows: Iterable[tuple[int, Sequence[str | Told]]], layout: Layout, report: Report
) -> Iterator[Read]:
    """Yield the header and the records of a sheet; `layout` need not be complete before the last row was read."""
    names: tuple[str, ...] = ()
    hidden: list[int] = []
    line = 0
    for line, row in rows:
        if Told in map(type, row):
            for index, cell in enumerate(row):
                if isinstance(cell, Told) and (not names or index < len(names)):
                    column = names[index] if names else ""
                    report(Problem(cell.rule, file.place(line, index + 1), column=column, cell=cell.shown))
        cells = [cell if isinstance(cell, str) else "" for cell in row]
        if not any(cells):
            continue
        if not names:
            names, header = named(cells), line
            yield names, line, []
            continue
        if line in layout.hidden_rows:
            hidden.append(line)
        while len(cells) > len(names) and not cells[-1]:
            cells.pop()
        yield names, line, cells + [""] * (len(names) - len(cells))
    if names:
        _report_layout(file, names, (header, line), hidden, layout, report)


def _report_layout(  # noqa: PLR0913, PLR0917 - all that is known of a sheet
    file: TableFile, names: Sequence[str], span: tuple[int, int], hidden: list[int], layout: Layout, report: Report
) -> None:
    """Report what keeps a curator from seeing a value, and what a value seems to be in but is not."""
    if hidden:
        listed = ", ".join(f"{line}:{line}" for line in hidden[:_LISTED]) + (", …" if hidden[_LISTED:] else "")
        report(Problem("LP-SHEET-HIDDEN", file.place(hidden[0], 1), values={"names": listed}))
    for column in sorted(layout.hidden_columns):
        name = names[column - 1] if column <= len(names) else ""
        if name and name[0] != "_":
            report(Problem("LP-SHEET-HIDDEN", file.place(span[0], column), column=name, values={"names": name}))
    for top, left, bottom, right in layout.merged:
        if span[0] <= bottom and top <= span[1] and left <= len(names):
            cells = f"{Place('', top, left).cell}:{Place('', bottom, right).cell}"
            report(Problem("LP-SHEET-MERGED", file.place(top, left), column=names[left - 1], values={"cells": cells}))


def refuse_bomb(path: Path) -> None:
    """Refuse an archive that is far larger than its file when it is unpacked, before anything of it is.

    Raises:
        ValueError: it is.
    """
    with ZipFile(path) as archive:
        parts = archive.infolist()
    for part in parts:
        # What is read of a part ends at the size that is stated for it.
        if part.file_size > _LARGE and part.file_size > _TIMES * part.compress_size:
            raise ValueError(f"{part.filename} has {part.file_size >> 20} MiB when it is unpacked")
    if sum(part.file_size for part in parts) > _LARGEST:
        raise ValueError(f"it has more than {_LARGEST >> 20} MiB when it is unpacked")


def broken(file: TableFile, error: Exception) -> Problem:
    """Make the problem of a workbook that is damaged, or is none."""
    return Problem("LP-FILE-BOOK", Place(file.shown), values={"detail": str(error) or type(error).__name__})


def find(file: TableFile, line: int, columns: Sequence[str], index: int) -> Place:  # noqa: ARG001 - all finders alike
    """Return the place of a cell: rows and columns are numbered in the file."""
    return file.place(line, index + 1)


def number_text(value: float, digits: int = 0) -> str | Told:
    """Write a number as it was typed: no ".0" behind a whole one, no noise of binary fractions behind the 15th digit.

    `digits` is how many are shown at least, with zeros before them.
    """
    if abs(value) >= _EXACT:
        return Told("LP-SHEET-SHOWN", f"{value:.0f}")
    if value == int(value):
        return Number(f"{'-' if value < 0 else ''}{abs(int(value)):0{digits}}")
    return Number(format(Decimal(f"{value:.15g}"), "f"))


def date_text(value: dt.datetime | dt.date, parts: str) -> str | Told:
    """Write what is shown of a day: `parts` holds "y", "m", "d" and "h" for what is shown."""
    if "h" in parts and isinstance(value, dt.datetime):
        return Day(value.isoformat())
    day = value.date() if isinstance(value, dt.datetime) else value
    if "y" not in parts:
        return Told("LP-SHEET-SHOWN", day.isoformat())
    return Day(day.isoformat() if "d" in parts else f"{day:%Y-%m}" if "m" in parts else f"{day:%Y}")
