"""Cells, rows and columns of a table of separated cells changed in place: all else stays byte for byte.

Quotation marks stay where they are, and so do line ends of each kind, blank rows, the byte-order mark, the order of
columns and of rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from linkedproj.tables.readers.csv import read_head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linkedproj.tables.readers.source import TableFile

_MARK = "\ufeff"
_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass
class _Record:
    """A record as it is written: its cells with their quotation marks, and the line end behind them."""

    cells: list[str]
    end: str


@dataclass
class Edits:
    """What is to be changed in one file; rows are named by the line where they begin, columns as the file does.

    `cells` are new texts by line and column, `columns` new columns as (name, the column it comes behind, or ""),
    `rows` new ones as (the line of the row it comes behind, 0: the top, its cells by column), `gone` lines of rows.
    """

    file: TableFile
    cells: dict[tuple[int, str], str] = field(default_factory=dict)
    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Return whether anything is to be changed."""
        return bool(self.cells or self.columns or self.rows or self.gone)

    def applied(self) -> bytes:
        """Return the whole file as it is to be.

        Raises:
            ValueError: the file has no header.
        """
        head = read_head(self.file, lambda _: None)
        if head is None:
            raise ValueError(f"{self.file.shown} has no header")
        text = self.file.path.read_bytes().decode("utf-8")
        mark = _MARK if text.startswith(_MARK) else ""
        return (mark + _Table(text.removeprefix(mark), head.file.delimiter, head.line).edited(self)).encode("utf-8")


class _Table:
    def __init__(self, text: str, delimiter: str, header: int) -> None:
        self._delimiter, self._header = delimiter, header
        self._records = dict(_records(text, delimiter))
        cells = self._records[header].cells
        # Where every name is in quotation marks, so is every cell.
        self._is_quoted = all(cell.startswith('"') for cell in cells)
        self._names = [_value(cell) for cell in cells]
        self._end = self._records[header].end or "\n"
        self._added = 0

    def edited(self, edits: Edits) -> str:
        order = list(range(len(self._names)))
        for name, behind in edits.columns:
            at = order.index(self._names.index(behind)) + 1 if behind else len(order)
            order.insert(at, len(self._names))
            self._names.append(name)
        self._added = len(edits.columns)
        new: dict[int, list[_Record]] = defaultdict(list)
        for line, cells in edits.rows:
            texts = [cells.get(self._names[index], "") for index in order]
            new[line or self._header].append(_Record([self._written(each) for each in texts], self._end))
        changed: dict[int, dict[int, str]] = defaultdict(dict)
        for (line, column), text in edits.cells.items():
            changed[line][self._names.index(column)] = text
        found: list[_Record] = []
        for line, record in self._records.items():
            if line not in edits.gone:
                found.append(self._changed(record, line, changed.get(line, {}), order if edits.columns else ()))
            found += new.pop(line, ())
        return "".join(chain.from_iterable(self._joined(found)))

    def _changed(self, record: _Record, line: int, texts: Mapping[int, str], order: Sequence[int]) -> _Record:
        cells = list(record.cells)
        is_blank = not any(map(_value, cells))
        if is_blank and len(cells) == 1:
            return record
        for index, text in texts.items():
            if index < len(cells):
                cells[index] = self._written(text, cells[index])
        if order:
            old, width = len(self._names) - self._added, len(self._names)
            # Empty cells behind the last column stay behind it.
            cells, behind = cells[:old] + [""] * (old - len(cells)), cells[old:]
            for index in range(old, width):
                cells.append(self._written(self._names[index] if line == self._header else texts.get(index, "")))
            cells = [cells[index] for index in order] + behind
        return _Record(cells, record.end)

    def _written(self, text: str, before: str = "") -> str:
        """Write a cell, in quotation marks where the cell before was, or where it needs them."""
        if "\r\n" in before:
            text = text.replace("\r\n", "\n").replace("\n", "\r\n")
        needs = any(sign in text for sign in (self._delimiter, '"', "\n", "\r"))
        was = before.startswith('"') and bool(text)
        return '"' + text.replace('"', '""') + '"' if needs or was or self._is_quoted else text

    def _joined(self, records: Sequence[_Record]) -> Iterator[tuple[str, ...]]:
        for number, record in enumerate(records, 1):
            # The last row of a file may have no line end; one that comes behind it needs it.
            is_last = number == len(records)
            yield self._delimiter.join(record.cells), record.end or ("" if is_last else self._end)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, _Record]]:
    """Yield the records of a text that is well formed, each with the line where it begins.

    Raises:
        ValueError: it is not.
    """
    mark = re.escape(delimiter)
    # Source: RFC 4180, section 2; a quotation mark within a cell that does not begin with one is text.
    pattern = re.compile(rf'("[^"]*(?:""[^"]*)*"|[^{mark}\r\n]*)({mark}|\r\n|\n|\r|\Z)')
    at, line, begun, cells = 0, 1, 1, list[str]()
    while at < len(text) or cells:
        match = pattern.match(text, at)
        if match is None:
            raise ValueError(f"line {line}: a cell does not end")
        cell, end = match.groups()
        at = match.end()
        cells.append(cell)
        line += len(_BREAK.findall(cell))
        if end != delimiter:
            line += 1
            yield begun, _Record(cells, end)
            begun, cells = line, []


def _value(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell
