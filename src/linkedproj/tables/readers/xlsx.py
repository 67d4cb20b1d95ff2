"""Workbooks of Excel (ECMA-376), row by row: a workbook of any length is read in flat memory."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections import defaultdict
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from itertools import islice
from typing import IO, TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, iterparse

from linkedproj.model.errors import Place, SetupError
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
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from openpyxl import Workbook

    from linkedproj.tables.readers.source import Read, Report, TableFile

    # A row by its number; of a cell without a value None.
    _Row = tuple[int, list[str | Told | None]]

__all__ = ["find", "kept_open", "made_for", "read", "sheets"]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_VALUE, _WITHIN, _TEXT = f"{_MAIN}v", f"{_MAIN}is", f"{_MAIN}t"
_DIGITS = "0123456789"
_ROWS = 256
_MOST_ROWS = 2**20
"""Rows that a sheet of Excel can have."""
_CHUNK, _LONGEST_SIGN = 1 << 20, 64
# In UTF-16, every other byte is zero: such a sheet is looked at closely.
_MORE = re.compile(rb"<(?:[^<>\s:]{1,40}:)?(?:f[\s/>]|mergeCell)|\shidden\s*=|\0")
# One of these is in whatever the pattern finds, and looking for them takes a tenth of the time.
_SIGNS_OF_MORE = (b"<f", b":f", b"mergeCell", b"hidden", b"\0")
_REFERENCE = re.compile(r"\$?([A-Z]+)\$?([0-9]+)")
# Of a number format: colours, conditions and places, room for a character, fillers.
_UNWRITTEN = re.compile(r"\[[^\]]*\]|_.|\*.")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_MONTH = re.compile(r"(?<![hs:.m])m+(?![m:])(?![:.]?s)")
_CURRENCY = re.compile(r"[A-Z]{3}")

_KEPT: dict[Path, Workbook] = {}


def sheets(file: TableFile, report: Report) -> list[Sheet]:
    """List the sheets of a workbook that hold any text.

    Raises:
        SetupError: the package that reads workbooks is not installed.
    """
    try:
        with _opened(file) as book:
            return [
                Sheet(name, book[name].sheet_state != "visible") for name in book.sheetnames if _has_text(book, name)
            ]
    except BROKEN as error:
        report(broken(file, error))
        return []


def made_for(file: TableFile) -> str:
    """Return the version of the vocabulary that a workbook was made for, as a property of it says, or ""."""
    try:
        with _opened(file) as opened:
            book: Any = opened
            stated = (each.value for each in book.custom_doc_props.props if each.name == MADE_FOR)
            return str(next(stated, None) or "")
    except BROKEN:
        return ""


def read(file: TableFile, report: Report) -> Iterator[Read]:
    """Read the rows of one sheet; the first with any text names the columns, and is given with no cells.

    Raises:
        SetupError: the package that reads workbooks is not installed.
    """
    try:
        with _opened(file) as book:
            sheet: Any = book[file.sheet]
            # Most sheets have neither formulas nor anything hidden or merged, and are read once.
            layout, blank_formulas = _layout(sheet) if _has_more_than_values(sheet) else (Layout(), {})
            yield from read_rows(file, _rows(sheet, blank_formulas), layout, report)
    except BROKEN as error:
        report(broken(file, error))


@contextmanager
def kept_open(file: TableFile) -> Iterator[None]:
    """Open a workbook once for all that is read of it meanwhile: what its sheets share is read once.

    Raises:
        SetupError: the package that reads workbooks is not installed.
    """
    with ExitStack() as stack:
        # What is damaged is told by what reads it.
        with suppress(*BROKEN):
            _KEPT[file.path] = stack.enter_context(_opened(file))
        try:
            yield
        finally:
            _KEPT.pop(file.path, None)


@contextmanager
def _opened(file: TableFile) -> Iterator[Workbook]:
    if file.path in _KEPT:
        yield _KEPT[file.path]
        return
    try:
        import openpyxl  # noqa: F401 - whether it is there
    except ImportError:
        remedy = "Install it with: pip install 'linkedproj[spreadsheets]'"
        raise SetupError(f"one more package is needed to read workbooks. {remedy}", Place(file.shown)) from None
    refuse_bomb(file.path)
    # openpyxl leaves a file open that it opened and cannot read, so it is given one that is open.
    with file.path.open("rb") as data:
        with warnings.catch_warnings():
            # Of what is of no matter to the cells, such as drop-downs.
            warnings.simplefilter("ignore")
            reader = _reader_class()(data, read_only=True, data_only=True)
            reader.read()
            book = reader.wb
        with closing(book):
            yield book


@cache
def _reader_class() -> Any:  # noqa: ANN401 - a class of a package that carries no types
    """Return a reader of workbooks that takes texts as they are.

    openpyxl 3.1 makes several objects of each text, with its fonts: of a workbook of many texts, half of the time.
    """
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.xml.constants import SHARED_STRINGS

    class Reader(ExcelReader):
        def read_strings(self) -> None:
            package: Any = self.package
            part = package.find(SHARED_STRINGS)
            if part is not None:
                with self.archive.open(part.PartName[1:]) as source:
                    self.shared_strings = list(_strings(source))

    return Reader


def _strings(source: IO[bytes]) -> Iterator[str]:
    """Yield the shared texts of a workbook: the pieces of one in several fonts, joined; not how it is pronounced."""
    for _, element in iterparse(source):  # noqa: S314 - expat bounds entities and fetches none
        if element.tag == f"{_MAIN}si":
            if len(element) == 1 and element[0].tag == _TEXT:
                text = element[0].text or ""
            else:
                runs = (element, *element.findall(f"{_MAIN}r"))
                text = "".join(run.findtext(_TEXT) or "" for run in runs)
            yield _unescaped(text)
            element.clear()


@cache
def _parser_class() -> Any:  # noqa: ANN401 - a class of a package that carries no types
    """Return a parser of sheets that takes plain texts as they are, and of any other cell the text of what is parsed.

    openpyxl 3.1 makes a dict and an object of each cell, and reads its reference letter by letter: half of the time.
    """
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.worksheet._reader import WorkSheetParser

    known: dict[str, int] = {}

    class Parser(WorkSheetParser):
        sheet: Any = None

        def parse_cell(self, element: Element) -> tuple[int, str | Told | None]:  # type: ignore[override]  # less than a dict
            place = element.get("r", "")
            letters = place.rstrip(_DIGITS)
            column = known.get(letters, 0) if letters != place else 0
            kind = element.get("t")
            if column and kind == "s":
                self.col_counter = column
                int(element.get("s") or 0)
                number = element.findtext(_VALUE)
                return column, self.shared_strings[int(number)] if number else None
            if column and kind == "inlineStr":
                within = element.find(_WITHIN)
                if within is not None and len(within) == 1 and within[0].tag == _TEXT:
                    self.col_counter = column
                    int(element.get("s") or 0)
                    return column, _unescaped(within[0].text or "")
            parsed: Any = super().parse_cell(element)
            if letters != place:
                known[letters] = parsed["column"]
            cell = ReadOnlyCell(self.sheet, **parsed)
            return parsed["column"], None if cell.value is None else _text(cell)

    return Parser


def _parsed(sheet: Any) -> Iterator[_Row]:  # noqa: ANN401 - a sheet that is read row by row: its stubs take none
    """Yield the rows of a sheet that have cells.

    As openpyxl has it, a row is as long as its last cell says, and one that does not stand below those before it is
    passed over.

    Raises:
        ValueError: there are more than a sheet can have.
    """
    book = sheet.parent
    source: IO[bytes]
    with sheet._get_source() as source:  # noqa: SLF001 - the part of the archive that this sheet is kept in
        parser = _parser_class()(
            source,
            sheet._shared_strings,  # noqa: SLF001 - what `iter_rows` of the sheet gives to its parser, as are the next two
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        parser.sheet = sheet
        last = 0
        for line, cells in parser.parse():
            if line > _MOST_ROWS:
                raise ValueError(f"a row beyond the last one that a sheet can have ({_MOST_ROWS:,})")
            if cells and line > last:
                row: list[str | Told | None] = [None] * cells[-1][0]
                for column, text in cells:
                    if column <= len(row):
                        row[column - 1] = text
                yield line, row
            last = max(line, last)


def _has_text(book: Workbook, name: str) -> bool:
    sheet: Any = book[name]
    # A chart has a sheet of its own, without cells.
    if not hasattr(sheet, "reset_dimensions"):
        return False
    return any(cell is not None for _, row in _quietly(_parsed(sheet)) for cell in row)


def _quietly(rows: Iterator[_Row]) -> Iterator[_Row]:
    """Yield rows without the warnings that the package gives on the way."""
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chunk = list(islice(rows, _ROWS))
        yield from chunk
        if len(chunk) < _ROWS:
            return


def _rows(
    sheet: Any,  # noqa: ANN401 - a sheet that is read row by row: its stubs take none
    blank_formulas: Mapping[int, Sequence[int]],
) -> Iterator[tuple[int, list[str | Told]]]:
    """Yield the rows of a sheet, each with its number."""
    for line, row in _quietly(_parsed(sheet)):
        cells: list[str | Told] = ["" if cell is None else cell for cell in row]
        for column in blank_formulas.get(line, ()):
            cells += [""] * (column - len(cells))
            cells[column - 1] = Told("LP-SHEET-FORMULA", "")
        yield line, cells


def _layout(sheet: Any) -> tuple[Layout, dict[int, list[int]]]:  # noqa: ANN401 - a sheet, and what is its own
    """Read what a sheet says of rows and columns, and the columns of cells whose formula has no value, by row.

    openpyxl 3.1 hands this over only for sheets that it holds in memory whole.
    """
    layout, blank = Layout(), defaultdict[int, list[int]](list)
    source: IO[bytes]
    with sheet._get_source() as source:  # noqa: SLF001 - the part of the archive that this sheet is kept in
        rows: Element | None = None
        for event, element in iterparse(source, ("start", "end")):  # noqa: S314 - expat bounds entities and fetches none
            name = element.tag.removeprefix(_MAIN)
            if event == "start":
                rows = element if name == "sheetData" else rows
            elif name == "c":
                formula, value = element.find(f"{_MAIN}f"), element.find(f"{_MAIN}v")
                has_value = (value is not None and value.text) or element.get("t") == "str"
                if formula is not None and not has_value:
                    line, column = _position(element.get("r", ""))
                    blank[line].append(column)
            elif name == "row":
                if element.get("hidden") in {"1", "true"}:
                    layout.hidden_rows.add(int(element.get("r", "0")))
                if rows is not None:
                    rows.clear()
            elif name == "col" and element.get("hidden") in {"1", "true"}:
                last = min(int(element.get("max", "0")), 16_384)
                layout.hidden_columns.update(range(int(element.get("min", "1")), last + 1))
            elif name == "mergeCell":
                first, _, last_cell = element.get("ref", "").partition(":")
                layout.merged.append((*_position(first), *_position(last_cell or first)))
    return layout, blank


def _has_more_than_values(sheet: Any) -> bool:  # noqa: ANN401 - a sheet, and what is its own
    """Return whether a sheet may have formulas, hidden rows or columns, or merged cells."""
    source: IO[bytes]
    with sheet._get_source() as source:  # noqa: SLF001 - the part of the archive that this sheet is kept in
        before = b""
        while chunk := source.read(_CHUNK):
            piece = before + chunk
            if any(map(piece.__contains__, _SIGNS_OF_MORE)) and _MORE.search(piece):
                return True
            before = chunk[-_LONGEST_SIGN:]
    return False


def _position(reference: str) -> tuple[int, int]:
    """Read a reference such as "C7" as row and column."""
    match = _REFERENCE.fullmatch(reference)
    column = 0
    for letter in match[1] if match else "":
        column = column * 26 + ord(letter) - ord("A") + 1
    return (int(match[2]), column) if match else (0, 0)


def _text(cell: Any) -> str | Told:  # noqa: ANN401 - one of the cell classes of openpyxl
    """Write a cell as text, as it was meant."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return Told("LP-SHEET-ERROR", value) if cell.data_type == "e" else _unescaped(value)
    if isinstance(value, bool):
        return Typed(str(value).lower())
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, dt.datetime | dt.date):
        return date_text(value, _parts(cell.number_format))
    return value.isoformat() if isinstance(value, dt.time) else str(value)


def _unescaped(text: str) -> str:
    """Read characters that XML cannot hold, such as "_x000D_" (ECMA-376, part 1, section 22.9.2.19)."""
    from openpyxl.utils.escape import unescape

    return unescape(text) if "_x" in text else text


def _number(value: float, form: str) -> str | Told:
    """Write a number by its format: zeros before it are part of it, words around it are not in the cell."""
    shown = _UNWRITTEN.sub("", form.partition(";")[0])
    words = "".join(a or b for a, b in _LITERAL.findall(shown)).strip()
    bare = _LITERAL.sub("", shown)
    if "%" in bare or (any(map(str.isalnum, words)) and not _CURRENCY.fullmatch(words)):
        return Told("LP-SHEET-SHOWN", f"{value:.15g}")
    return number_text(value, len(bare) if set(bare) == {"0"} else 0)


def _parts(form: str) -> str:
    """Name what a date format shows, such as "ym" for a month; an "m" beside hours or seconds stands for minutes."""
    bare = _LITERAL.sub("", _UNWRITTEN.sub("", form.partition(";")[0])).lower().replace("am/pm", "")
    parts = {part for part in "ydh" if part in bare}
    return "".join(sorted(parts)) + ("m" if _MONTH.search(bare) else "")
