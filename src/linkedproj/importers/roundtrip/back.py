"""A workbook that comes back: what a curator changed in it, planned as edits of the tables, or told.

Three are compared: what a cell was when the workbook left, what it is in the workbook, and what it is in the table
today. Only what the workbook changed is written; where both changed, that is told, and nothing is written at all.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.importers.roundtrip.held import mark, mark_of_row, marks_of_cells, row_mark, with_line_feeds
from linkedproj.importers.roundtrip.left import FIELD, LEFT, RECORD, TRANSLATIONS, VERSION, read_left
from linkedproj.importers.roundtrip.plan import END, TOP, Plan, record_name
from linkedproj.importers.roundtrip.rows import match, rows_now
from linkedproj.importers.roundtrip.tables import Line, Part, header_problems, ids_once, read_part, read_tables
from linkedproj.model.errors import Problem, SetupError
from linkedproj.model.languages import canonical_column
from linkedproj.tables.cells import column_named
from linkedproj.tables.folder import type_of
from linkedproj.tables.readers import READERS, reader_of
from linkedproj.tables.readers.source import Day, TableFile, Typed
from linkedproj.tables.reading import kind_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.importers.roundtrip.left import LeftSheet
    from linkedproj.importers.roundtrip.rows import Now
    from linkedproj.importers.roundtrip.tables import Table
    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Place
    from linkedproj.model.folder import Folder

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")
# Columns that are not there are told as what was there.
_MUTE = frozenset({"LP-COLUMN-MISSING"})
_DIGITS = ".15g"  # what a spreadsheet keeps of a number


def bring_back(book: Path, shown: str, folder: Folder, *, delete: bool = False, rename: bool = False) -> Plan:
    """Compare a workbook that `leave` wrote with the tables of a portfolio, and plan what changes in them.

    `shown` is the workbook as people call it. With `delete`, rows that are gone from it go from the tables; with
    `rename`, ids that were changed in it are taken. Nothing is written: see `Plan.write`.

    Raises:
        SetupError: the file is no workbook.
    """
    known = [suffix for suffix, each in READERS.items() if each.sheets]
    if book.suffix.lower() not in known:
        raise SetupError(f"{shown} is no workbook that can be read. Its name ends in one of {', '.join(known)}.")
    back = _Back(book, shown, folder, delete=delete, rename=rename)
    with reader_of(book).kept_open(TableFile(book, shown, "")):
        back.compare()
    return back.plan


class _Back:
    """A workbook that comes back to a portfolio.

    `written` holds what a sheet of records changes, by record as a translator finds it and column: the sheet of
    translations may say otherwise.
    """

    def __init__(self, book: Path, shown: str, folder: Folder, *, delete: bool, rename: bool) -> None:
        self.folder, self.delete, self.rename = folder, delete, rename
        self.plan = Plan(folder)
        self.written: dict[tuple[str, str], str] = {}
        self._book, self._shown = book, shown

    def compare(self) -> None:
        """Plan what changes."""
        list_sheets = reader_of(self._book).sheets
        listed = list_sheets(self._file(), self._report) if list_sheets else []
        if self.plan.problems:
            return
        hidden = {sheet.name: sheet.is_hidden for sheet in listed}
        left = read_left(self._file(LEFT)) if LEFT in hidden else None
        if left is None or left.version != VERSION:
            self.plan.tell("LP-BOOK-ORIGIN", self._file().place())
            return
        if left.portfolio != self.folder.config.id:
            values = {"expected": self.folder.config.id}
            self.plan.tell("LP-BOOK-OTHER", self._file().place(), cell=left.portfolio, **values)
            return
        tables = {table.kind.table: table for table in read_tables(self.folder, self._report)}
        if not self.plan.is_stopped:
            self._compare_sheets(left.sheets, hidden, tables)

    def _compare_sheets(
        self, left: Mapping[str, LeftSheet], hidden: Mapping[str, bool], tables: Mapping[str, Table]
    ) -> None:
        now = {name: rows_now(was, tables.get(was.table)) for name, was in left.items()}
        for name, kind in self._sheets(left, hidden):
            sheet, table = read_part(self._file(name, kind.table), kind, self._report), tables.get(kind.table)
            if name in left:
                _Compared(self, sheet, left[name], kind, now[name]).compare(table)
            else:
                _take_new(self, sheet, kind, table)
        if TRANSLATIONS in hidden:
            _take_translations(self, self._translations(), left, now)

    def _translations(self) -> Part:
        part = Part(self._file(TRANSLATIONS))
        for names, number, cells in reader_of(self._book).read(part.file, self._report):
            part.names = list(names)
            if cells:
                part.lines.append(Line(number, cells))
        return part

    def _file(self, sheet: str = "", table: str = "") -> TableFile:
        return TableFile(self._book, self._shown, table, self.folder.config.delimiter, sheet)

    def _report(self, problem: Problem) -> None:
        self.plan.problems.append(problem)

    def _sheets(self, left: Mapping[str, LeftSheet], hidden: Mapping[str, bool]) -> Iterator[tuple[str, RecordType]]:
        """Yield the sheets to be read, each with the type of its records; tell which are missing, hidden or others."""
        missing = [name for name in left if name not in hidden]
        for name in missing:
            self.plan.tell("LP-BOOK-SHEET", self._file().place(), cell=name)
        for name, is_hidden in hidden.items():
            kind = type_of(left[name].table if name in left else name.partition(".")[0], self.folder.schema)
            if kind is not None:
                if is_hidden:
                    self.plan.tell("LP-SHEET-HIDDEN", self._file(name).place(), names=name)
                yield name, kind
            elif name[:1] != "_":
                # Where a sheet is missing, this may be it under another name: what was changed there would be lost.
                severity = {} if missing else {"severity": "warning"}
                self.plan.tell("LP-SHEET-NAME", self._file(name).place(), cell=name, **severity)

    def tell_header(self, sheet: Part, kind: RecordType, known: set[str]) -> bool:
        """Report columns that cannot be, but for those that are `known`; return whether rows can be read at all."""
        stops = not sheet.names
        for problem in header_problems(sheet, kind, self.folder):
            is_told = problem.rule in {"LP-FILE-HEADER", "LP-COLUMN-TWICE"} or problem.column not in known
            if is_told and problem.rule not in _MUTE and not _is_gap(problem, sheet):
                self._report(problem)
                stops = stops or problem.rule in {"LP-FILE-HEADER", "LP-COLUMN-TWICE"}
        return not stops

    def is_day_fit(self, place: Place, column: str, cell: str) -> bool:
        """Report a cell that a spreadsheet holds as a date where its column takes none."""
        if not isinstance(cell, Day) or column[:1] == "_":
            return True
        fault = kind_fault(column_named(column, 0, self.folder.schema.fields), cell)
        if fault:
            self.plan.tell(fault.rule, place, column, str(cell), **fault.values)
        return fault is None

    def add(self, new: NewRow, kind: RecordType, where: tuple[Part, int] | None) -> None:
        """Plan a new row of a sheet, behind a line of a part."""
        sheet, (line, row) = new.sheet, new.line
        cells = {}
        for index, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            if column != new.but_not:
                self.is_day_fit(sheet.file.place(line, index + 1), column, cell)
                cells[column] = with_line_feeds(str(cell))
        identifier = cells.get("id", "")
        at = sheet.columns.index("id") + 1 if "id" in sheet.columns else 1
        place, other = sheet.file.place(line, at), new.taken.get(identifier, line)
        if not identifier and not kind.anonymous and kind.table not in self.folder.config.ids:
            self.plan.tell("LP-ID-MISSING", place, "id", table=kind.table)
        elif identifier and other != line:
            also = (sheet.file.place(other, at),)
            self._report(Problem("LP-BOOK-SAME", place, column="id", cell=identifier, also=also))
        self.plan.add(kind.table, cells, where, place)


def _is_gap(problem: Problem, sheet: Part) -> bool:
    """Return whether a column without a name is one without any cell: others were moved away from there."""
    is_nameless = problem.rule in {"LP-COLUMN-EMPTY", "LP-COLUMN-TWICE"} and not problem.column.strip()
    return is_nameless and not any(line.cells[problem.place.column - 1] for line in sheet.lines)


class NewRow(NamedTuple):
    """A row of a sheet that is new; `taken` are the ids of the sheet, each with the line of the row that has it."""

    sheet: Part
    line: Line
    taken: Mapping[str, int]
    but_not: str = ""


def _take_new(back: _Back, sheet: Part, kind: RecordType, table: Table | None) -> None:
    """Take a sheet that the curator added: all its rows are new."""
    if not back.tell_header(sheet, kind, set()):
        return
    parts = table.parts if table else []
    part = next((each for each in parts if each.is_editable), parts[0] if parts else None)
    taken = _ids(sheet, sheet.lines)
    for line in sheet.lines:
        back.add(NewRow(sheet, line, taken), kind, (part, END) if part else None)


def _ids(sheet: Part, lines: Iterable[Line]) -> dict[str, int]:
    """Return the ids of some rows, each with the line of the first that has it."""
    at = sheet.columns.index("id") if "id" in sheet.columns else -1
    found: dict[str, int] = {}
    for line, cells in lines if at >= 0 else ():
        found.setdefault(str(cells[at]), line)
    return found


class _Compared:
    """One sheet, compared with what it was when it left, and with its table of today."""

    def __init__(
        self, back: _Back, sheet: Part, left: LeftSheet, kind: RecordType, now: Sequence[Now | None]
    ) -> None:  # fmt: skip
        self._back, self._plan, self._sheet, self._left, self._kind, self._now = back, back.plan, sheet, left, kind, now
        self._columns = sheet.columns
        self._names = left.record_names()
        self._was = {column: index for index, column in enumerate(left.columns)}
        self._ids = ids_once([row.id for row in left.rows])
        at = {column: index for index, column in enumerate(self._columns)}
        # Where all columns are there that left, one look at a row tells whether it is as it was.
        self._order = [at[column] for column in left.columns] if at.keys() >= self._was.keys() else []
        self._new = [index for index, column in enumerate(self._columns) if self._is_new(column)]

    def _is_new(self, column: str) -> bool:
        return column not in self._was and column != self._left.column_of_places

    def compare(self, table: Table | None) -> None:
        """Plan what changes in the table."""
        left, sheet = self._left, self._sheet
        if not sheet.names:
            self._plan.tell("LP-BOOK-SHEET", sheet.file.place(), cell=left.name)
            return
        if not self._back.tell_header(sheet, self._kind, {*left.columns, left.column_of_places}):
            return
        for column in (column for column in left.columns if column not in self._columns):
            self._plan.tell("LP-BOOK-COLUMN", sheet.file.place(sheet.head, 1), column)
        rows = self._match({part.key for part in table.parts} if table else set())
        for line, at in zip(sheet.lines, rows, strict=True):
            if at is not None:
                self._compare_row(line, at)
        # A row that nobody can place may be the one that seems to be gone.
        if not self._matched.faults:
            self._remove(set(rows))
        self._add(rows, table)

    def _match(self, files: set[str]) -> list[int | None]:
        """Find out which row is which, and tell what leaves that open."""
        sheet, places = self._sheet, self._left.column_of_places
        texts = [
            {column: with_line_feeds(cell) for column, cell in zip(self._columns, cells, strict=True)}
            for _, cells in sheet.lines
        ]
        stated = [each.pop(places, "").strip() for each in texts]
        # A row that only says where it was from is gone.
        empty = {number for number, each in enumerate(texts) if not any(each.values())}
        sheet.lines = [line for number, line in enumerate(sheet.lines) if number not in empty]
        texts = [each for number, each in enumerate(texts) if number not in empty]
        stated = [each for number, each in enumerate(stated) if number not in empty]
        self._matched = match(self._left, stated, texts, files)
        column = self._columns.index(places) if places in self._columns else 0
        for rule, number, told, other in self._matched.faults:
            also = (sheet.file.place(sheet.lines[other].line, column + 1),) if other >= 0 else ()
            place = sheet.file.place(sheet.lines[number].line, column + 1)
            self._plan.problems.append(Problem(rule, place, column=places, cell=told, also=also))
        return self._matched.rows

    def _compare_row(self, line: Line, at: int) -> None:
        stated, cells = self._left.rows[at].marks, line.cells
        is_same = self._order and row_mark(with_line_feeds(cells[index]) for index in self._order) == mark_of_row(
            stated
        )
        if is_same and not any(cells[index] for index in self._new):
            return
        marks = marks_of_cells(stated)
        for index, (column, cell) in enumerate(zip(self._columns, cells, strict=True)):
            if column in self._was:
                was = marks[self._was[column]]
            elif column != self._left.column_of_places:
                was = mark("")
            else:
                continue
            if mark(with_line_feeds(cell)) != was:
                self._compare_cell(self._sheet.file.place(line.line, index + 1), at, column, cell, was)

    def _compare_cell(self, place: Place, at: int, column: str, cell: str, was: str) -> None:
        new, now, left = with_line_feeds(str(cell)), self._now[at], self._left.rows[at]
        if now is None:
            self._plan.tell("LP-BOOK-GONE", place, column, left.id or left.place)
            return
        present = now.texts.get(column, "")
        if present == new or not self._is_meant(place, column, cell, present if mark(present) == was else ""):
            return
        if mark(present) != was:
            self._plan.tell("LP-BOOK-BOTH", place, column, new, other=present, at=str(now.part.place(now.line, column)))
            return
        if column == "id" and left.id and not self._may_rename(place, left.id, new):
            return
        self._back.written[self._names[at], column] = new
        self._plan.change(record_name(self._left.table, left.id), now, column, new, place)

    def _is_meant(self, place: Place, column: str, cell: str, was: str) -> bool:
        """Tell what a spreadsheet made of a cell that it took for a number or a date; return whether it is taken."""
        if not isinstance(cell, Typed):
            return True
        if is_respelled(was, cell):
            self._plan.tell("LP-BOOK-TYPED", place, column, was, shown=str(cell))
            return False
        if isinstance(cell, Day) and was and str(cell).startswith(f"{was}-"):
            self._plan.tell("LP-BOOK-DAY", place, column, was, shown=str(cell))
            return False
        return self._back.is_day_fit(place, column, cell)

    def _may_rename(self, place: Place, was: str, new: str) -> bool:
        """Tell that an id was changed, unless that is asked for."""
        if new in self._ids:
            self._plan.tell("LP-BOOK-SORTED", place, "id", new, other=was)
        elif not new or not self._back.rename:
            self._plan.tell("LP-BOOK-ID", place, "id", was, other=new)
        else:
            return True
        return False

    def _remove(self, seen: set[int | None]) -> None:
        """Tell rows that are gone, or plan that they go."""
        gone = [(at, now) for at, now in enumerate(self._now) if at not in seen and now is not None]
        if self._back.delete and gone and len(gone) == sum(now is not None for now in self._now):
            self._plan.tell("LP-BOOK-ALL", self._sheet.file.place(), cell=self._left.name)
            return
        for at, now in gone:
            record = record_name(self._left.table, self._left.rows[at].id)
            if self._back.delete:
                self._plan.remove(record, now)
            else:
                place = now.part.file.place(now.line)
                self._plan.problems.append(Problem("LP-BOOK-DELETED", place, record, values={"names": self._left.name}))

    def _add(self, rows: Sequence[int | None], table: Table | None) -> None:
        """Plan the rows that are new: each behind the row that it stands below, or last where the sheet was sorted."""
        sheet = self._sheet
        parts = table.parts if table else []
        known = [at for at in rows if at is not None]
        is_in_order = all(one < other for one, other in pairwise(known))
        old = [line for line, at in zip(sheet.lines, rows, strict=True) if at is not None]
        taken = {**_ids(sheet, sheet.lines), **_ids(sheet, old)}
        unclear = {fault[1] for fault in self._matched.faults}
        above: Now | None = None
        for number, (line, at) in enumerate(zip(sheet.lines, rows, strict=True)):
            if at is not None:
                above = self._now[at] or above
            elif number not in unclear:
                where = _where(
                    parts, above if is_in_order else None, self._matched.into.get(number, ""), is_top=is_in_order
                )
                self._back.add(NewRow(sheet, line, taken, self._left.column_of_places), self._kind, where)


def _where(parts: Sequence[Part], above: Now | None, wanted: str, *, is_top: bool) -> tuple[Part, int] | None:
    """Return the part that a new row goes into, and the line that it goes behind."""
    asked = next((part for part in parts if part.key == wanted), None)
    if above and (asked is None or asked is above.part) and above.part.is_editable:
        return above.part, above.line
    part = asked or (above.part if above else None)
    if part is None or not part.is_editable:
        part = part if asked else next((each for each in parts if each.is_editable), part or next(iter(parts), None))
    if part is None:
        return None
    return part, TOP if is_top and above is None and not asked else END


def is_respelled(was: str, cell: Typed) -> bool:
    """Return whether a number or a truth value in a spreadsheet says the same as the text that it was.

    >>> is_respelled("08018", Typed("8018")), is_respelled("TRUE", Typed("true")), is_respelled("1.5", Typed("15"))
    (True, True, False)
    """
    if isinstance(cell, Day) or not was:
        return False
    if _NUMBER.fullmatch(was) and _NUMBER.fullmatch(cell):
        return format(float(was), _DIGITS) == format(float(cell), _DIGITS)
    return was.lower() == cell


def _take_translations(
    back: _Back, sheet: Part, left: Mapping[str, LeftSheet], now: Mapping[str, Sequence[Now | None]]
) -> None:
    """Take what a translator filled in."""
    columns, plan = sheet.columns, back.plan
    if not {RECORD, FIELD} <= {*columns}:
        plan.tell("LP-BOOK-RECORD", sheet.file.place(1, 1), cell=", ".join(columns))
        return
    rows = {name: (was, at) for was in left.values() for at, name in enumerate(was.record_names())}
    for line, cells in sheet.lines:
        texts = dict(zip(columns, cells, strict=False))
        record, term = texts[RECORD], texts[FIELD]
        was, at = rows.get(record, (None, 0))
        for index, (tag, text) in enumerate(texts.items()):
            if tag in {RECORD, FIELD} or tag[:1] == "_" or not (text or was):
                continue
            column, place = canonical_column(f"{term}@{tag}"), sheet.file.place(line, index + 1)
            if was is None or column not in was.columns:
                if text:
                    plan.tell("LP-BOOK-RECORD", place, cell=f"{record} {term}@{tag}".strip())
                continue
            _take_translation(back, was, (record, column), was.rows[at].marks, now[was.name][at], text, place)


def _take_translation(  # noqa: PLR0913, PLR0917 - a text as it left, as it is today, and what is said
    back: _Back, left: LeftSheet, key: tuple[str, str], marks: str, now: Now | None, text: str, place: Place
) -> None:
    record, column = key
    plan, new = back.plan, with_line_feeds(str(text))
    was = marks_of_cells(marks)[left.columns.index(column)]
    present, written = now.texts.get(column, "") if now else "", back.written.get(key)
    if mark(new) == was:
        return
    if not new:
        plan.tell("LP-BOOK-EMPTIED", place, column, written or present)
    elif written is not None:
        if written != new:
            plan.tell("LP-BOOK-TRANSLATED", place, column, new, other=written)
    elif now is None:
        plan.tell("LP-BOOK-GONE", place, column, record)
    elif present != new and mark(present) != was:
        plan.tell("LP-BOOK-BOTH", place, column, new, other=present, at=str(now.part.place(now.line, column)))
    elif present != new:
        plan.change(record if "/" in record else "", now, column, new, place)
