"""Tables as one workbook, a sheet a table, with a list of choices in each cell that takes a code or a link.

Codes, and the columns that tables may have, stand in sheets whose names begin with "_": such sheets are put aside when
the workbook is read. A property of the workbook names the vocabulary they are of, so that `linkedproj check` can tell
when it is old. Every cell is text, so that a month or a number with zeros before it stays as it was typed.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from linkedproj.model.context import Kind
from linkedproj.tables.cells import column_named
from linkedproj.tables.offers import CODES, COLUMNS
from linkedproj.tables.readers.source import MADE_FOR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.columns import Explained
    from linkedproj.model.schema import Schema

_ROWS = 2000
"""The row down to which cells offer choices."""
_NARROW, _WIDE = 12, 48


def can_write() -> bool:
    """Return whether the package that writes workbooks is installed."""
    return find_spec("openpyxl") is not None


def write_workbook(path: Path, tables: Mapping[str, Sequence[Sequence[str]]], schema: Schema, says: Explained) -> None:
    """Write tables, each with its header as the first row, as the sheets of a workbook.

    Raises:
        ImportError: the package that writes workbooks is not installed.
    """
    from openpyxl import Workbook
    from openpyxl.packaging.custom import StringProperty

    book: Any = Workbook()
    book.remove(book.worksheets[0])
    ranges: dict[str, str] = {}
    for name, rows in tables.items():
        _fill(book.create_sheet(name), rows)
    codes = book.create_sheet(CODES)
    for name, rows in tables.items():
        _offer(book[name], rows[0], _choices(name, tables, schema, says, codes, ranges))
    codes.sheet_state = "hidden"
    columns = book.create_sheet(COLUMNS)
    for number, kind in enumerate((kind for kind in schema.types.values() if not kind.nested), 1):
        _write_down(columns, number, [kind.table, *(name for name, *_ in schema.fillable(kind))])
    columns.sheet_state = "hidden"
    book.custom_doc_props.append(StringProperty(name=MADE_FOR, value=schema.version))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def _fill(sheet: Any, rows: Sequence[Sequence[str]]) -> None:  # noqa: ANN401 - a sheet: its package carries no types
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for row in rows:
        sheet.append([cell or None for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, cells in enumerate(zip(*rows, strict=True), 1):
        longest = max(len(cell) for cell in cells)
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = min(_WIDE, max(_NARROW, longest + 2))
        column.number_format = "@"
        for row_number in range(1, len(rows) + 1):
            sheet.cell(row_number, number).number_format = "@"
    sheet.freeze_panes = "B2"


def _choices(  # noqa: PLR0913, PLR0917 - where choices are, and where those found are kept
    name: str,
    tables: Mapping[str, Sequence[Sequence[str]]],
    schema: Schema,
    says: Explained,
    codes: Any,  # noqa: ANN401 - a sheet: its package carries no types
    ranges: dict[str, str],
) -> dict[str, tuple[str, bool]]:
    """Return by header the range of cells to choose from, and whether a cell may hold several."""
    kind = schema.type_of_table(name)
    listed = {column.name: column.codes for column in says.columns(kind)} if kind else {}
    found: dict[str, tuple[str, bool]] = {}
    for header in tables[name][0]:
        field = column_named(header, 0, schema.fields).field
        if field is None:
            continue
        target = schema.types[field.target].table if field.target else ""
        if field.kind is Kind.LINK and target in tables:
            found[header] = (f"'{target}'!$A$2:$A${_ROWS}", field.many)
        elif listed.get(header):
            values = [code.value for code in listed[header]]
            if header not in ranges:
                ranges[header] = _list(codes, len(ranges) + 1, header, values)
            found[header] = (ranges[header], field.many)
    return found


def _list(codes: Any, number: int, header: str, values: Sequence[str]) -> str:  # noqa: ANN401 - a sheet, as above
    from openpyxl.utils import get_column_letter

    _write_down(codes, number, [header, *values])
    letter = get_column_letter(number)
    return f"'{CODES}'!${letter}$2:${letter}${len(values) + 1}"


def _write_down(sheet: Any, number: int, values: Sequence[str]) -> None:  # noqa: ANN401 - a sheet, as above
    for row, value in enumerate(values, 1):
        sheet.cell(row, number, value)


def _offer(sheet: Any, headers: Sequence[str], choices: Mapping[str, tuple[str, bool]]) -> None:  # noqa: ANN401 - a sheet
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for number, header in enumerate(headers, 1):
        if header not in choices:
            continue
        cells, is_many = choices[header]
        # A cell with several values holds more than one choice: it is offered, and not insisted on.
        offered = DataValidation(type="list", formula1=cells, allow_blank=True, showErrorMessage=not is_many)
        letter = get_column_letter(number)
        offered.add(f"{letter}2:{letter}{_ROWS}")
        sheet.add_data_validation(offered)
