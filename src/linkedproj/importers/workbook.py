"""Tables as one workbook, a sheet a table, with a list of choices in each cell that takes a code or a link.

Codes, and the columns that tables may have, stand in sheets whose names begin with "_": such sheets are put aside when
the workbook is read. A property of the workbook names the vocabulary they are of, so that `linkedproj check` can tell
when it is old. Every cell is text, so that a month or a number with zeros before it stays as it was typed. Rows are
written one by one: a workbook of any length needs little memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Literal

from linkedproj.model.context import Kind
from linkedproj.tables.cells import column_named
from linkedproj.tables.offers import CODES, COLUMNS
from linkedproj.tables.readers.source import MADE_FOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.columns import Explained
    from linkedproj.model.context import Field
    from linkedproj.model.schema import Schema

MOST_ROWS, LONGEST_NAME = 1_048_576, 31
"""What a sheet can have: rows, characters of its name."""

_Held = Literal["stop", "warning"] | None

_SPARE = 2000
"""Rows below the last one in which cells offer choices."""
_MOST_CHOICES = 1000
_LOOKED_AT = 200
_NARROW, _WIDE = 12, 48
_COMMENT_WIDE, _COMMENT_LINE, _COMMENT_SIGNS = 360, 17, 52
_GREY, _HEAD, _ASKED = "808080", "E4EBF2", "FFF2B3"
_AUTHOR, _FONT, _SIZE = "linkedproj", "Calibri", 11


@dataclass(frozen=True)
class SheetPlan:
    """A sheet that is to be written: the rows below its header, and what it says of its columns.

    `table` is the table whose columns it has, or "". `comments` are by header, as are the columns in `faint`, which are
    not for editing, and those in `asked`, whose empty cells are to be filled.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]
    table: str = ""
    comments: Mapping[str, str] = field(default_factory=dict)
    faint: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    is_hidden: bool = False


def can_write() -> bool:
    """Return whether the package that writes workbooks is installed."""
    return find_spec("openpyxl") is not None


def write_workbook(path: Path, tables: Mapping[str, Sequence[Sequence[str]]], schema: Schema, says: Explained) -> None:
    """Write tables, each with its header as the first row, as the sheets of a workbook.

    Raises:
        ImportError: the package that writes workbooks is not installed.
    """
    plans = [SheetPlan(name, rows[0], rows[1:], name) for name, rows in tables.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_sheets(path, plans, schema, says)


def write_sheets(path: Path, plans: Sequence[SheetPlan], schema: Schema, says: Explained) -> None:
    """Write sheets in their order as a workbook, with those that hold codes and columns behind them.

    Raises:
        ImportError: the package that writes workbooks is not installed.
    """
    from openpyxl import Workbook
    from openpyxl.packaging.custom import StringProperty

    book: Any = Workbook(write_only=True)
    offers = _Offers(plans, schema, says)
    listed = [[kind.table, *(name for name, *_ in schema.fillable(kind))] for kind in _kinds(schema)]
    for plan in plans:
        _write(book.create_sheet(plan.name), plan, offers)
    for name, columns in ((CODES, offers.lists), (COLUMNS, listed)):
        _write(book.create_sheet(name), SheetPlan(name, *_side_by_side(columns), is_hidden=True), offers)
    book.custom_doc_props.append(StringProperty(name=MADE_FOR, value=schema.version))
    book.save(path)


def _kinds(schema: Schema) -> Iterator[Any]:
    return (kind for kind in schema.types.values() if not kind.nested)


def _side_by_side(lists: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Turn lists into columns: the header, and the rows below it."""
    longest = max(map(len, lists), default=0)
    rows = [[values[row] if row < len(values) else "" for values in lists] for row in range(longest)]
    return (rows[0], rows[1:]) if rows else ([], [])


class _Offers:
    """What the cells of each sheet can choose from; `lists` are those of codes, each below the name of its column."""

    def __init__(self, plans: Sequence[SheetPlan], schema: Schema, says: Explained) -> None:
        self._schema, self._says = schema, says
        self._ids = {plan.table: (plan.name, list(plan.header).index("id")) for plan in plans if "id" in plan.header}
        self.lists: list[list[str]] = []

    def of(self, plan: SheetPlan) -> Iterator[tuple[int, str, _Held]]:
        """Yield the columns that offer choices: position, range of cells, and how far a cell is held to them."""
        kind = self._schema.type_of_table(plan.table) if plan.table else None
        listed = {column.name: column.codes for column in self._says.columns(kind)} if kind else {}
        for index, header in enumerate(plan.header):
            field = column_named(header, 0, self._schema.fields).field if kind else None
            if field is None:
                continue
            target = self._schema.types[field.target].table if field.target else ""
            values = [code.value for code in listed.get(header, ())] or self._kept_by_others(field)
            if field.kind is Kind.LINK and target in self._ids:
                # A record may be named before it has its row.
                yield index, self._ids_of(target), None if field.many else "warning"
            elif values:
                # A cell with several values holds more than one choice: it is offered, and not insisted on.
                yield index, self._list(header, values), None if field.many else "stop"

    def _kept_by_others(self, field: Field) -> list[str]:
        found = self._schema.list_of(field) if field.kind is not Kind.LINK else None
        return sorted(found.codes) if found and len(found.codes) <= _MOST_CHOICES else []

    def _ids_of(self, table: str) -> str:
        sheet, column = self._ids[table]
        first, every = f"'{sheet}'!{_cell(column, 2)}", f"'{sheet}'!{_cell(column, 2)}:{_cell(column, MOST_ROWS)}"
        # As many as there are: ids of rows that are added are offered too.
        return f"OFFSET({first},0,0,MAX(1,COUNTA({every})),1)"

    def _list(self, header: str, values: Sequence[str]) -> str:
        wanted = [header, *values]
        if wanted not in self.lists:
            self.lists.append(wanted)
        column = self.lists.index(wanted)
        return f"'{CODES}'!{_cell(column, 2)}:{_cell(column, len(wanted))}"


def _cell(column: int, row: int) -> str:
    """Name a cell, whatever is moved: columns count from 0, rows from 1."""
    from openpyxl.utils import get_column_letter

    return f"${get_column_letter(column + 1)}${row}"


def _write(sheet: Any, plan: SheetPlan, offers: _Offers) -> None:  # noqa: ANN401 - a sheet: its package carries no types
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    rows = iter(plan.rows)
    first = list(islice(rows, _LOOKED_AT))
    if plan.is_hidden:
        sheet.sheet_state = "hidden"
    else:
        sheet.freeze_panes = "B2"
    for index, header in enumerate(plan.header):
        longest = max(len(header), *(len(row[index]) for row in first)) if first else len(header)
        column = sheet.column_dimensions[get_column_letter(index + 1)]
        column.width = min(_WIDE, max(_NARROW, longest + 2))
        column.number_format = "@"
    heads = []
    for header in plan.header:
        head = WriteOnlyCell(sheet)
        _set(head, header)
        head.number_format, head.font = (
            "@",
            Font(name=_FONT, size=_SIZE, bold=True, color=_GREY if header in plan.faint else None),
        )
        head.fill = PatternFill("solid", fgColor=_HEAD)
        if text := plan.comments.get(header):
            height = _COMMENT_LINE * (2 + sum(1 + len(line) // _COMMENT_SIGNS for line in text.splitlines()))
            head.comment = Comment(text, _AUTHOR, height=height, width=_COMMENT_WIDE)
        heads.append(head)
    sheet.append(heads)
    plain, faint = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
    plain.number_format = faint.number_format = "@"
    faint.font = Font(name=_FONT, size=_SIZE, color=_GREY)
    plain.alignment = faint.alignment = Alignment(vertical="top", wrap_text=bool(plan.asked))
    cells = [faint if header in plan.faint else plain for header in plan.header]
    count = 1
    for row in chain(first, rows):
        # One cell is written after the other, so that one of each looks will do.
        sheet.append(_set(cell, text) if text else None for cell, text in zip(cells, row, strict=True))
        count += 1
    if plan.is_hidden or not plan.header:
        return
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(plan.header))}{count}"
    _offer(sheet, count, offers.of(plan))
    for index, header in enumerate(plan.header):
        if header in plan.asked:
            _ask(sheet, f"{get_column_letter(index + 1)}2", count)


def _set(cell: Any, text: str) -> Any:  # noqa: ANN401 - a cell: its package carries no types
    """Put a text into a cell: what begins with "=" is no formula, and "#N/A" no error."""
    cell.value = text
    cell.data_type = "s"
    return cell


def _ask(sheet: Any, first: str, count: int) -> None:  # noqa: ANN401 - a sheet
    """Show which cells of a column are empty."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    formatting: Any = FormulaRule  # it carries no types
    rule = formatting(formula=[f"LEN({first})=0"], fill=PatternFill("solid", bgColor=_ASKED))
    sheet.conditional_formatting.add(f"{first}:{first.rstrip('2')}{max(2, count)}", rule)


def _offer(sheet: Any, count: int, choices: Iterable[tuple[int, str, _Held]]) -> None:  # noqa: ANN401 - a sheet
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for index, cells, style in choices:
        offered = DataValidation(
            type="list", formula1=cells, allow_blank=True, showErrorMessage=bool(style), errorStyle=style
        )
        letter = get_column_letter(index + 1)
        offered.add(f"{letter}2:{letter}{min(count + _SPARE, MOST_ROWS)}")
        sheet.data_validations.append(offered)
