"""Comma-separated tables, as spreadsheets write them.

Source: RFC 4180; the delimiter is the portfolio's. A byte-order mark is passed over.
"""

from __future__ import annotations

import csv
import re
import sys
from array import array
from functools import lru_cache
from io import TextIOWrapper
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING

from linkedproj.errors import Place, Problem
from linkedproj.readers.source import encoding_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from linkedproj.readers.source import Read, Report, TableFile

# The module's own limit, 131,072 characters a cell, is shorter than some descriptions and ends in a bare error.
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


def read(file: TableFile, report: Report) -> Iterator[Read]:
    """Read the rows of a table; the first row names the columns, and is given with no cells.

    Rows without any text are passed over.
    """
    try:
        yield from _rows(file, report)
    except UnicodeDecodeError as error:
        report(encoding_problem(file, file.path.read_bytes(), error))


def _rows(file: TableFile, report: Report) -> Iterator[Read]:
    line = 0
    with file.path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines, delimiter=file.delimiter, strict=True)
        try:
            columns = tuple(next(rows, ()))
            if not columns:
                report(Problem("LP-FILE-EMPTY", Place(file.shown, 1, 1)))
                return
            yield columns, 1, []
            line = rows.line_num
            for cells in rows:
                if any(cells):
                    yield columns, line + 1, cells
                line = rows.line_num
        except csv.Error as error:
            report(_syntax_problem(file, line + 1, str(error)))


def _syntax_problem(file: TableFile, line: int, detail: str) -> Problem:
    if "unexpected end of data" not in detail:
        return Problem("LP-FILE-SYNTAX", Place(file.shown, line, 1), values={"detail": detail})
    *_, opened, _ = _marks(file, line)
    return Problem("LP-FILE-QUOTE", Place(file.shown, line + opened[0], opened[1]))


def find(file: TableFile, line: int, columns: Sequence[str], index: int) -> Place:  # noqa: ARG001 - all finders alike
    """Find the cell `index` of the record that begins at `line`; past the last cell, the record's end."""
    marks = _marks(file, line)
    row, column = marks[min(index, len(marks) - 1)]
    return Place(file.shown, line + row, column)


def _marks(file: TableFile, line: int) -> list[tuple[int, int]]:
    """Give line (from 0) and column (from 1) of each cell of the record that begins at `line`, then of its end."""
    found, row, column = [(0, 1)], 0, 0
    begins, fenced, quoted = True, False, False
    for row, column, character in _characters(file, line):
        # In a cell that does not begin with a quotation mark, such a mark is text.
        if character == '"' and (begins or fenced):
            begins, fenced, quoted = False, True, not quoted
        elif quoted:
            continue
        elif character == file.delimiter:
            found.append((row, column + 1))
            begins, fenced = True, False
        elif character in "\r\n":
            return [*found, (row, column)]
        else:
            begins = False
    return [*found, (row, column + 1)]


def _characters(file: TableFile, line: int) -> Iterator[tuple[int, int, str]]:
    """Give the characters from `line` on, each with its line (from 0) and column (from 1)."""
    stat = file.path.stat()
    starts = _line_starts(file.path, stat.st_mtime_ns, stat.st_size)
    with file.path.open("rb") as data:
        data.seek(starts[min(line, len(starts)) - 1])
        lines = TextIOWrapper(data, "utf-8-sig" if line == 1 else "utf-8", errors="replace", newline="")
        for row, text in enumerate(lines):
            for column, character in enumerate(text, 1):
                yield row, column, character


@lru_cache(maxsize=4)
def _line_starts(path: Path, *_: int) -> array[int]:
    """Index the lines of a file, when the first place in it is asked for: a table can have many faults."""
    starts = array("q", [0])
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        starts.extend(match.end() for match in re.finditer(rb"\r\n|\n|\r", data))
    return starts
