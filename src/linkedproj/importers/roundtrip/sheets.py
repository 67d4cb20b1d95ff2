"""A sheet of records that comes back, compared with what it was when it left, and with its table today."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from linkedproj.importers.roundtrip.held import mark, mark_of_row, marks_of_cells, row_mark, with_line_feeds
from linkedproj.importers.roundtrip.plan import END, TOP, record_name
from linkedproj.importers.roundtrip.rows import match
from linkedproj.importers.roundtrip.tables import ids_once
from linkedproj.model.errors import Problem
from linkedproj.model.lexical import date_fault
from linkedproj.tables.readers.source import Day, Typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linkedproj.importers.roundtrip.comparison import Comparison, Today
    from linkedproj.importers.roundtrip.left import LeftSheet
    from linkedproj.importers.roundtrip.rows import Now
    from linkedproj.importers.roundtrip.tables import Line, Part
    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Place

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")
_DIGITS = ".15g"  # what a spreadsheet keeps of a number


class Compared:
    """One sheet, compared with what it was when it left, and with its table of today."""

    def __init__(self, how: Comparison, sheet: Part, left: LeftSheet, kind: RecordType, today: Today) -> None:
        self._how, self._plan, self._today = how, how.plan, today
        self._sheet, self._left, self._kind = sheet, left, kind
        self._now = today.now
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

    def compare(self) -> None:
        """Plan what changes in the table."""
        left, sheet = self._left, self._sheet
        if not sheet.names:
            self._plan.tell("LP-BOOK-SHEET", sheet.file.place(), cell=left.name)
            return
        if not self._how.tell_header(sheet, self._kind, {*left.columns, left.column_of_places}):
            return
        used = {column for part in self._today.parts for column in part.columns}
        for column in (column for column in left.columns if column in used and column not in self._columns):
            self._plan.tell("LP-BOOK-COLUMN", sheet.file.place(sheet.head, 1), column)
        rows = self._match({part.key for part in self._today.parts})
        self._take_renamed(rows)
        for line, at in zip(sheet.lines, rows, strict=True):
            if at is not None:
                self._compare_row(line, at)
        # A row that nobody can place may be the one that seems to be gone.
        if not self._matched.faults:
            self._remove(set(rows))
        self._add(rows)

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
        self._how.written[self._names[at], column] = new
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
        if isinstance(cell, Day) and was and date_fault(was):
            # A text such as 1-2 became a day; of the curator's own columns nobody else knows what they take.
            self._plan.tell("LP-SHEET-DATE", place, column, str(cell))
            return False
        return self._how.is_day_fit(place, column, cell)

    def _may_rename(self, place: Place, was: str, new: str) -> bool:
        """Tell that an id was changed, unless that is asked for."""
        if new in self._ids:
            self._plan.tell("LP-BOOK-SORTED", place, "id", new, other=was)
        elif not new or not self._how.rename:
            self._plan.tell("LP-BOOK-ID", place, "id", was, other=new)
        else:
            return True
        return False

    def _remove(self, seen: set[int | None]) -> None:
        """Tell rows that are gone, or plan that they go."""
        gone = [(at, now) for at, now in enumerate(self._now) if at not in seen and now is not None]
        if self._how.delete and gone and not self._sheet.lines:
            self._plan.tell("LP-BOOK-ALL", self._sheet.file.place(), cell=self._left.name)
            return
        for at, now in gone:
            record = record_name(self._left.table, self._left.rows[at].id)
            if self._how.delete:
                self._plan.remove(record, now)
            else:
                place = now.part.file.place(now.line)
                self._plan.problems.append(Problem("LP-BOOK-DELETED", place, record, values={"names": self._left.name}))

    def _take_renamed(self, rows: Sequence[int | None]) -> None:
        """Find a row that left by the id that it was given since, here and in its table."""
        for (_, cells), at in zip(self._sheet.lines, rows, strict=True):
            if at is not None and self._now[at] is None and "id" in self._columns:
                self._now[at] = self._today.same_id(str(cells[self._columns.index("id")]))

    def _add(self, rows: Sequence[int | None]) -> None:
        """Plan the rows that are new: each behind the row that it stands below, or last where the sheet was sorted."""
        sheet, parts = self._sheet, self._today.parts
        known = [at for at in rows if at is not None]
        is_in_order = all(one < other for one, other in pairwise(known))
        old = [line for line, at in zip(sheet.lines, rows, strict=True) if at is not None]
        adding = Adding(self._how, sheet, self._kind, self._today, {**ids_in(sheet), **ids_in(sheet, old)})
        unclear = {fault[1] for fault in self._matched.faults}
        above: Now | None = None
        for number, (line, at) in enumerate(zip(sheet.lines, rows, strict=True)):
            if at is not None:
                above = self._now[at] or above
            elif number not in unclear:
                wanted, behind = self._matched.into.get(number, ""), above if is_in_order else None
                where = _where(parts, behind, wanted, is_top=is_in_order)
                adding.add(line, where, self._left.column_of_places)


@dataclass
class Adding:
    """Rows of a sheet that are new; `taken` are the ids in the sheet, each with the line of the row that has it."""

    how: Comparison
    sheet: Part
    kind: RecordType
    today: Today
    taken: Mapping[str, int]

    def add(self, new: Line, where: tuple[Part, int] | None, but_not: str = "") -> None:
        """Plan a new row, behind a line of a part; one that its table has by now is none."""
        cells, columns, plan = {}, self.sheet.columns, self.how.plan
        for index, (column, cell) in enumerate(zip(columns, new.cells, strict=True)):
            if column != but_not:
                self.how.is_day_fit(self._place(new, index), column, cell)
                cells[column] = with_line_feeds(str(cell))
        identifier, at = cells.get("id", ""), columns.index("id") if "id" in columns else 0
        if self.today.same_cells(cells):
            return
        if twin := self.today.same_id(identifier):
            for index, column in enumerate(columns):
                present, text = twin.texts.get(column, ""), cells.get(column, "")
                if column != but_not and text != present:
                    told = {"other": present, "at": str(twin.part.place(twin.line, column))}
                    plan.tell("LP-BOOK-BOTH", self._place(new, index), column, text, **told)
            return
        if not identifier and not self.kind.anonymous and self.kind.table not in self.how.folder.config.ids:
            plan.tell("LP-ID-MISSING", self._place(new, at), "id", table=self.kind.table)
        elif identifier and self.taken.get(identifier, new.line) != new.line:
            also = (self.sheet.file.place(self.taken[identifier], at + 1),)
            plan.problems.append(Problem("LP-BOOK-SAME", self._place(new, at), column="id", cell=identifier, also=also))
        plan.add(self.kind.table, cells, where, self._place(new, at))

    def _place(self, line: Line, index: int) -> Place:
        return self.sheet.file.place(line.line, index + 1)


def take_new(how: Comparison, sheet: Part, kind: RecordType, today: Today) -> None:
    """Take a sheet that the curator added: its rows are new."""
    if how.tell_header(sheet, kind, set()):
        part = next((each for each in today.parts if each.is_editable), next(iter(today.parts), None))
        adding = Adding(how, sheet, kind, today, ids_in(sheet))
        for line in sheet.lines:
            adding.add(line, (part, END) if part else None)


def ids_in(sheet: Part, lines: Iterable[Line] | None = None) -> dict[str, int]:
    """Return the ids of some rows, or of all, each with the line of the first that has it."""
    at = sheet.columns.index("id") if "id" in sheet.columns else -1
    found: dict[str, int] = {}
    for line, cells in (sheet.lines if lines is None else lines) if at >= 0 else ():
        found.setdefault(str(cells[at]), line)
    return found


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
