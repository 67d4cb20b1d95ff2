"""OpenDocument spreadsheets (OASIS ODF 1.3, parts 2 and 3), as LibreOffice writes them, row by row.

A cell holds both what is stored and what is shown, so that no package is needed to know what it means.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, iterparse
from zipfile import ZipFile

from linkedproj.tables.readers.sheet import (
    BROKEN,
    Layout,
    Told,
    broken,
    date_text,
    find,
    number_text,
    read_rows,
    refuse_bomb,
)
from linkedproj.tables.readers.source import MADE_FOR, Sheet, Typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.tables.readers.source import Read, Report, TableFile

__all__ = ["find", "made_for", "read", "sheets"]

_ODF = "{{urn:oasis:names:tc:opendocument:xmlns:{}:1.0}}"
_OFFICE, _STYLE, _TABLE, _TEXT, _META = (_ODF.format(name) for name in ("office", "style", "table", "text", "meta"))
_DATE = _ODF.format("datastyle")
_ERROR = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_PARTS = {f"{_DATE}year": "y", f"{_DATE}month": "m", f"{_DATE}day": "d", f"{_DATE}hours": "h"}
# What may stand around a number and leaves it the same: a currency, an exponent, signs.
_WORDS = re.compile(r"\b[A-Z]{3}\b|[Ee][+-]?[0-9]+")
_MOST = 1_048_576
_WIDEST = 16_384
_LONGEST = 32_767
"""Characters that a cell can hold, in Excel and LibreOffice alike."""
_REPEATED = 100_000
"""Cells with a text that may stand for one row of the file: it fills a sheet of any size with few bytes."""


def sheets(file: TableFile, report: Report) -> list[Sheet]:
    """List the sheets of a spreadsheet that hold any text."""
    found: dict[str, Sheet] = {}
    try:
        refuse_bomb(file.path)
        with ZipFile(file.path) as archive:
            walk = _Walk(archive)
            for _ in walk.rows():
                found.setdefault(walk.name, Sheet(walk.name, walk.is_hidden))
    except BROKEN as error:
        report(broken(file, error))
        return []
    return list(found.values())


def made_for(file: TableFile) -> str:
    """Return the version of the vocabulary that a spreadsheet was made for, as a property of it says, or ""."""
    try:
        with ZipFile(file.path) as archive, archive.open("meta.xml") as source:
            for _, element in iterparse(source):  # noqa: S314 - expat bounds entities and fetches none
                if element.tag == f"{_META}user-defined" and element.get(f"{_META}name") == MADE_FOR:
                    return element.text or ""
    except BROKEN:
        return ""
    return ""


def read(file: TableFile, report: Report) -> Iterator[Read]:
    """Read the rows of one sheet; the first with any text names the columns, and is given with no cells."""
    try:
        with ZipFile(file.path) as archive:
            walk = _Walk(archive)
            yield from read_rows(file, walk.rows(file.sheet), walk.layout, report)
    except BROKEN as error:
        report(broken(file, error))


class _Walk:
    """A walk through the sheets of a spreadsheet.

    `name` is that of the present one; `layout` holds what was seen of those whose rows were asked for.
    """

    def __init__(self, archive: ZipFile) -> None:
        self.name, self.is_hidden, self.layout = "", False, Layout()
        self._archive = archive
        self._styles: dict[str, Element] = {}
        self._dates: dict[str, str] = {}
        self._columns: list[str] = []
        self._table: Element | None = None
        for _ in self._events("styles.xml") if "styles.xml" in archive.namelist() else ():
            pass

    def rows(self, wanted: str = "") -> Iterator[tuple[int, list[str | Told]]]:
        """Yield the rows of all sheets, or of the one that is wanted, each with its number.

        Raises:
            ValueError: one row stands for more text than a curator can have written.
        """
        line = 0
        for element in self._events("content.xml"):
            if element.tag == f"{_TABLE}table":
                line = 0
            if wanted not in {"", self.name}:
                element.clear()
            elif element.tag == f"{_TABLE}table-column":
                self._take_column(element)
            elif element.tag == f"{_TABLE}table-row":
                times = _count(element, "number-rows-repeated", _MOST)
                cells = self._cells(element, line + 1)
                if times * len(cells) > _REPEATED:
                    raise ValueError(
                        f"{times:,} rows from row {line + 1} on have the same text in {len(cells):,} cells"
                    )
                for number in range(line + 1, line + times + 1) if any(cells) else ():
                    if element.get(f"{_TABLE}visibility", "visible") != "visible":
                        self.layout.hidden_rows.add(number)
                    yield number, list(cells)
                line += times
                # Rows that were read are kept no longer, or a long sheet would fill the memory.
                (element if self._table is None else self._table).clear()

    def _events(self, part: str) -> Iterator[Element]:
        """Yield the sheets as they begin, their columns and rows when they are whole; take in the styles."""
        with self._archive.open(part) as source:
            for event, element in iterparse(source, ("start", "end")):  # noqa: S314 - expat bounds entities and fetches none
                if event == "start":
                    if element.tag == f"{_TABLE}table":
                        self._begin(element)
                        yield element
                elif element.tag in {f"{_TABLE}table-column", f"{_TABLE}table-row"}:
                    yield element
                elif element.tag == f"{_STYLE}style":
                    self._styles[element.get(f"{_STYLE}name", "")] = element
                elif element.tag == f"{_DATE}date-style":
                    shown = "".join(_PARTS.get(part.tag, "") for part in element)
                    self._dates[element.get(f"{_STYLE}name", "")] = shown

    def _begin(self, table: Element) -> None:
        self.name, self._columns, self._table = table.get(f"{_TABLE}name", ""), [], table
        style = self._styles.get(table.get(f"{_TABLE}style-name", ""))
        properties = style.find(f"{_STYLE}table-properties") if style is not None else None
        self.is_hidden = properties is not None and properties.get(f"{_TABLE}display") == "false"

    def _take_column(self, column: Element) -> None:
        first, times = len(self._columns) + 1, _count(column, "number-columns-repeated", _WIDEST)
        self._columns += [column.get(f"{_TABLE}default-cell-style-name", "")] * times
        if column.get(f"{_TABLE}visibility", "visible") != "visible":
            self.layout.hidden_columns.update(range(first, first + times))

    def _cells(self, row: Element, line: int) -> list[str | Told]:
        """Return the cells of a row up to the last with any text."""
        cells: list[str | Told] = []
        column = 0
        for cell in row:
            if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
                continue
            times = _count(cell, "number-columns-repeated", _WIDEST)
            high, wide = (_count(cell, f"number-{kind}-spanned", _MOST) for kind in ("rows", "columns"))
            if max(high, wide) > 1:
                self.layout.merged.append((line, column + 1, line + high - 1, column + wide))
            text = self._text(cell, column)
            if text:
                cells += [""] * (column - len(cells)) + [text] * times
            column += times
        return cells

    def _text(self, cell: Element, column: int) -> str | Told:
        """Write a cell as text, as it was meant."""
        kind, shown = cell.get(f"{_OFFICE}value-type", ""), _shown(cell)
        has_formula = cell.get(f"{_TABLE}formula") is not None
        if cell.get(_ERROR) == "error" or (has_formula and shown.startswith(("#", "Err:"))):
            return Told("LP-SHEET-ERROR", shown)
        if not kind:
            return Told("LP-SHEET-FORMULA", "") if has_formula else shown
        if kind in {"float", "currency", "percentage"}:
            return _number(float(cell.get(f"{_OFFICE}value", "")), shown)
        if kind == "date":
            value = dt.datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", ""))
            return date_text(value, self._parts(cell, column))
        return Typed(cell.get(f"{_OFFICE}boolean-value", shown)) if kind == "boolean" else shown

    def _parts(self, cell: Element, column: int) -> str:
        """Name what the style of a cell, or of its column, shows of a date; without one, all of it is shown."""
        own = cell.get(f"{_TABLE}style-name") or (self._columns[column] if column < len(self._columns) else "")
        seen = set[str]()
        # A style may be made from itself.
        while own in self._styles and own not in seen:
            seen.add(own)
            data = self._styles[own].get(f"{_STYLE}data-style-name")
            if data in self._dates:
                return self._dates[data]
            own = self._styles[own].get(f"{_STYLE}parent-style-name", "")
        return "ymd"


def _count(element: Element, name: str, most: int) -> int:
    return min(int(element.get(f"{_TABLE}{name}", "1")), most)


def _number(value: float, shown: str) -> str | Told:
    """Write a number; zeros before it are part of it, words around it and a percentage are not in the cell."""
    if "%" in shown or any(map(str.isalpha, _WORDS.sub("", shown))):
        return Told("LP-SHEET-SHOWN", f"{value:.15g}")
    return number_text(value, len(shown) if shown.isdecimal() and shown.isascii() else 0)


def _shown(cell: Element) -> str:
    """Return the text that a cell shows, a paragraph a line; a comment to the cell is none of it."""
    return "\n".join(_inner(paragraph) for paragraph in cell if paragraph.tag == f"{_TEXT}p")


def _blanks(element: Element) -> int:
    """Return how many blanks stand at a place of a text.

    Raises:
        ValueError: more than a cell can hold.
    """
    count = int(element.get(f"{_TEXT}c", "1"))
    if count > _LONGEST:
        raise ValueError(f"a text has {count:,} blanks at one place")
    return count


def _inner(element: Element) -> str:
    text = element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            text += " " * _blanks(child)
        elif child.tag in {f"{_TEXT}tab", f"{_TEXT}line-break"}:
            text += "\t" if child.tag == f"{_TEXT}tab" else "\n"
        elif not child.tag.startswith(_OFFICE):
            text += _inner(child)
        text += child.tail or ""
    return text
