"""Comma-separated tables, as spreadsheets write them.

Source: RFC 4180; the delimiter is the portfolio's. A byte-order mark is passed over.
"""

from __future__ import annotations

import csv
import sys
from itertools import islice
from typing import TYPE_CHECKING

from linkedproj.errors import Place, Problem
from linkedproj.readers.source import encoding_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    starts = list(_starts(_record(file, line), file.delimiter))
    return Problem("LP-FILE-QUOTE", Place(file.shown, line + starts[-1][0], starts[-1][1]))


def find(file: TableFile, line: int, columns: Sequence[str], index: int) -> Place:
    """Find the cell `index` of the record that begins at `line`; past the last cell, the record's end."""
    starts = list(_starts(_record(file, line), file.delimiter))
    if index < len(starts):
        return Place(file.shown, line + starts[index][0], starts[index][1])
    return Place(file.shown, line, 1) if len(columns) <= index else Place(file.shown, line, len(starts))


def _record(file: TableFile, line: int) -> str:
    """Give the text from `line` on, as far as a record can reach (its end is found by its quotes)."""
    with file.path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        found = []
        quotes = 0
        for text in islice(lines, line - 1, None):
            found.append(text)
            quotes += text.count('"')
            if quotes % 2 == 0:
                break
    return "".join(found)


def _starts(record: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """Give line (from 0) and column (from 1) of each cell of the first record in `record`."""
    line, column, quoted, fresh = 0, 0, False, True
    for position, character in enumerate(record):
        column += 1
        if fresh:
            yield line, column
            fresh = False
        if character == '"':
            quoted = not quoted
        elif character == "\n" or (character == "\r" and record[position + 1 : position + 2] != "\n"):
            if not quoted:
                return
            line, column = line + 1, 0
        elif character == delimiter and not quoted:
            fresh = True
    if fresh and record:
        yield line, column + 1
