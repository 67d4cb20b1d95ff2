"""Tables of separated cells, as spreadsheets write them.

Source: RFC 4180; what separates the cells is found in the first line. A byte-order mark is passed over.
"""

from __future__ import annotations

import csv
import re
import sys
from array import array
from codecs import BOM_UTF8
from dataclasses import replace
from functools import lru_cache
from io import BufferedReader, RawIOBase, StringIO, TextIOWrapper
from itertools import islice
from mmap import ACCESS_READ, mmap
from typing import IO, TYPE_CHECKING, NamedTuple

from linkedproj.model.errors import Problem
from linkedproj.tables.batch import ROWS
from linkedproj.tables.readers.source import encoding_problem, has_zeros, named, zero_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from typing_extensions import Buffer

    from linkedproj.model.errors import Place
    from linkedproj.tables.readers.source import Read, Report, TableFile

_BUFFER = 1 << 16
_BREAK = re.compile(r"\r\n|\n|\r")
_TITLES = 10
_DELIMITERS = (",", ";", "\t", "|")
_NAME = re.compile(r"_.*|[A-Za-z][A-Za-z.]*(?:@[A-Za-z0-9-]+)?", re.DOTALL)

# The module's own limit, 131,072 characters a cell, is shorter than some descriptions and ends in a bare error.
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


class TornError(Exception):
    """A piece of a table ends within a cell: it was not cut between records."""


def read(file: TableFile, report: Report) -> Iterator[Read]:
    """Read the rows of a table; the first row names the columns, and is given with no cells.

    Rows without any text are passed over.
    """
    head = read_head(file, report)
    if head is None:
        return
    yield head.names, head.line, []
    for first, rows in batches(head.file, (head.start, file.path.stat().st_size), head.first, report):
        yield from ((head.names, at, row) for at, row in zip(lines_of(first, rows), rows, strict=True) if any(row))


class Head(NamedTuple):
    """The head of a table: the file with the delimiter that was found in it, and the names of its columns.

    The names stand at `line`, the records begin at the byte `start` in the line `first`.
    """

    file: TableFile
    names: tuple[str, ...]
    line: int
    start: int
    first: int


def read_head(file: TableFile, report: Report) -> Head | None:
    """Read the names of the columns, from the first row with any text."""
    if has_zeros(file):
        report(zero_problem(file, file.path.read_bytes()))
        return None
    file = replace(file, delimiter=_delimiter(file))
    consumed = 0

    def counted(lines: Iterable[str]) -> Iterator[str]:
        nonlocal consumed
        for text in lines:
            consumed += len(text.encode("utf-8"))
            yield text

    try:
        with file.path.open("rb") as data:
            mark = len(BOM_UTF8) if data.read(len(BOM_UTF8)) == BOM_UTF8 else 0
        with file.path.open(encoding="utf-8-sig", newline="") as lines:
            rows, line = csv.reader(counted(lines), delimiter=file.delimiter, strict=True), 1
            for row in rows:
                if any(row):
                    return Head(file, named(row), line, mark + consumed, rows.line_num + 1)
                line = rows.line_num + 1
            report(Problem("LP-FILE-EMPTY", file.place(1, 1)))
    except UnicodeDecodeError as error:
        report(encoding_problem(file, file.path.read_bytes(), error))
    except csv.Error as error:
        report(_syntax_problem(file, 1, str(error)))
    return None


def _delimiter(file: TableFile) -> str:
    """Find what separates the cells of a table: what parts its first line into the most names of columns.

    Where that is the same, the file's own delimiter counts. A title above the header names no columns.
    """
    with file.path.open("rb") as data:
        lines = data.read(_BUFFER).decode("utf-8-sig", "replace").splitlines()
    known = dict.fromkeys((file.delimiter, *_DELIMITERS))
    for line in lines[:_TITLES]:
        counts = {delimiter: _names(line, delimiter) for delimiter in known}
        if max(counts.values()) > 1:
            return max(counts, key=counts.__getitem__)
    return file.delimiter


def _names(line: str, delimiter: str) -> int:
    """Count the cells of a line that may be names of columns."""
    row = next(csv.reader([line], delimiter=delimiter), [])
    return sum(_NAME.fullmatch(name) is not None for name in row)


def batches(
    file: TableFile, span: tuple[int, int], line: int, report: Report, *, is_last: bool = True
) -> Iterator[tuple[int, list[list[str]]]]:
    """Read the records between two bytes: the line at which a batch begins, and its rows of cells.

    Raises:
        TornError: the span ends within a cell, and the table does not.
    """
    with TextIOWrapper(BufferedReader(_Section(file.path, *span), _BUFFER), encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter=file.delimiter, strict=True)
        while True:
            before, batch = rows.line_num, list[list[str]]()
            failure: Problem | None = None
            try:
                # What was read before a failure stays in the list.
                batch.extend(islice(rows, ROWS))
            except UnicodeDecodeError as error:
                failure = encoding_problem(file, file.path.read_bytes(), error)
            except csv.Error as error:
                if not is_last and "unexpected end of data" in str(error):
                    raise TornError from None
                failure = _syntax_problem(file, line + before + sum(map(_height, batch)), str(error))
            if batch:
                yield line + before, batch
            if failure:
                report(failure)
            if failure or not batch:
                return


def swallows(cell: str, delimiter: str, width: int) -> bool:
    """Return whether a cell holds what look like rows of its table: a stray quotation mark joined them.

    They have just as many delimiters as their rows would; in prose, most commas have a blank behind them.
    """
    lines, count = cell.split("\n"), cell.count(delimiter)
    return (
        len(lines) > 1 < width - 1
        and count == (len(lines) - 1) * (width - 1)
        and all(line.count(delimiter) == width - 1 for line in lines[1:-1])
        and cell.count(delimiter + " ") * 2 < count
    )


def lines_of(line: int, rows: Iterable[list[str]]) -> Iterator[int]:
    """Give the line at which each row begins, the first of them at `line`."""
    for row in rows:
        yield line
        line += _height(row)


def _height(row: list[str]) -> int:
    """Count the lines of a row: a cell may hold line breaks of any kind."""
    text = "".join(row)
    if "\n" not in text and "\r" not in text:
        return 1
    # Joined by what is no line break: one may end a cell and another begin the next.
    return 1 + len(_BREAK.findall("|".join(row)))


class _Section(RawIOBase):
    """Some bytes of a file, as if they were all of it."""

    def __init__(self, path: Path, start: int, stop: int) -> None:
        self._file, self._left = path.open("rb", buffering=0), stop - start
        self._file.seek(start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)[: self._left]
        count = self._file.readinto(view) or 0
        self._left -= count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def cuts(file: TableFile, span: tuple[int, int], size: int, column: int) -> Iterator[tuple[int, int, str]]:
    """Find where to cut a table between records, about every `size` bytes.

    Gives the byte after each cut, the lines since the cut before it, and the cell `column` of the record behind it.
    """
    begin, end = span
    with file.path.open("rb") as data:
        data.seek(begin)
        while end - begin > size:
            text = _piece(data, size)
            begin += len(text)
            if begin >= end:
                return
            # A cut stands behind a line feed: a line break is not taken apart.
            breaks = text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
            yield begin, breaks, cell_at(file, begin, column)


def _piece(data: IO[bytes], size: int) -> bytes:
    """Read so many bytes, and on behind the first line feed that stands outside of quotation marks."""
    lines = [data.read(size), data.readline()]
    quotes = sum(line.count(b'"') for line in lines)
    while quotes % 2 and (line := data.readline()):
        lines.append(line)
        quotes += line.count(b'"')
    return b"".join(lines)


def cell_at(file: TableFile, start: int, column: int) -> str:
    """Read the cell `column` of the first record with any text behind a byte; "" when it cannot be read."""
    with file.path.open("rb") as data:
        data.seek(start)
        text = data.read(_BUFFER).decode("utf-8", "replace")
    rows = csv.reader(StringIO(text, newline=""), delimiter=file.delimiter)
    row = next((row for row in rows if any(row)), [])
    return row[column] if 0 <= column < len(row) else ""


def _syntax_problem(file: TableFile, line: int, detail: str) -> Problem:
    if "unexpected end of data" not in detail:
        return Problem("LP-FILE-SYNTAX", file.place(line, 1), values={"detail": detail})
    *_, opened, _ = _marks(file, line)
    return Problem("LP-FILE-QUOTE", file.place(line + opened[0], opened[1]))


def find(file: TableFile, line: int, columns: Sequence[str], index: int) -> Place:  # noqa: ARG001 - all finders alike
    """Find the cell `index` of the record that begins at `line`; past the last cell, the record's end."""
    marks = _marks(file, line)
    row, column = marks[min(index, len(marks) - 1)]
    return file.place(line + row, column)


def _marks(file: TableFile, line: int) -> list[tuple[int, int]]:
    """Give the marks of a record; where a row has one fault, it often has one in each cell."""
    stat = file.path.stat()
    return _read_marks(file.path, file.delimiter, line, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=16)
def _read_marks(path: Path, delimiter: str, line: int, changed: int, size: int) -> list[tuple[int, int]]:
    """Give line (from 0) and column (from 1) of each cell of the record that begins at `line`, then of its end."""
    found, row, column = [(0, 1)], 0, 0
    begins, fenced, quoted = True, False, False
    for row, column, character in _characters(path, line, changed, size):
        # In a cell that does not begin with a quotation mark, such a mark is text.
        if character == '"' and (begins or fenced):
            begins, fenced, quoted = False, True, not quoted
        elif quoted:
            continue
        elif character == delimiter:
            found.append((row, column + 1))
            begins, fenced = True, False
        elif character in "\r\n":
            return [*found, (row, column)]
        else:
            begins = False
    return [*found, (row, column + 1)]


def _characters(path: Path, line: int, changed: int, size: int) -> Iterator[tuple[int, int, str]]:
    """Give the characters from `line` on, each with its line (from 0) and column (from 1)."""
    starts = _line_starts(path, changed, size)
    with path.open("rb") as data:
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
