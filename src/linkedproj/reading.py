"""The way in: from the files of a folder to a portfolio, every cell checked on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkedproj.cells import CellChecks, Column, Fault, id_fault, split
from linkedproj.consistency import consistency_problems
from linkedproj.context import Kind
from linkedproj.errors import Place, Problem
from linkedproj.keys import id_problems, reference_problems
from linkedproj.lexical import ID
from linkedproj.portfolio import Portfolio, Row
from linkedproj.readers import READERS
from linkedproj.tables import Header, find_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from linkedproj.config import Config
    from linkedproj.context import RecordType
    from linkedproj.readers.source import TableFile
    from linkedproj.schema import Schema

# What makes a row take the slow way: controls, CR, an e-mail's @, blanks at the edge of a cell. The cells are joined by
# U+0080 for this one look at the whole row: it is harmless, and keeps most rows one byte a character.
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f@\ud800-\udfff\ufffe\uffff]|(?:^|\x80)[ \t\n]|[ \t\n](?:\x80|$)")
_MEMO = 65_536
_SLOT = re.compile(r"\{([A-Za-z|]+)\}")

ANONYMOUS = frozenset({"Evidence"})
"""Types whose records need no id of the curator's: the build derives one."""


def read_portfolio(folder: Path, schema: Schema, config: Config, shown: str) -> Portfolio:
    """Read all tables of a folder; `shown` is the folder as people call it.

    Nothing is raised for what is wrong in a table: it is in the portfolio's `problems`.
    """
    portfolio = Portfolio(schema, config)
    portfolio.files = find_tables(folder, shown, schema, config, portfolio.problems.append)
    checks = CellChecks(schema, config.mailboxes)
    for file in portfolio.files:
        _Reading(portfolio, file, checks).run()
    for name in schema.types:
        if name not in ANONYMOUS:
            portfolio.problems += id_problems(portfolio, name)
    portfolio.problems += reference_problems(portfolio)
    portfolio.problems += consistency_problems(portfolio)
    return portfolio


class _Memo(dict[str, bool]):
    """Remember which cells of a column are well formed; forget all when there are too many."""

    def __init__(self, check: Callable[[str], bool]) -> None:
        super().__init__()
        self._check = check

    def __missing__(self, cell: str) -> bool:
        if len(self) > _MEMO:
            self.clear()
        self[cell] = found = self._check(cell)
        return found


class _Reading:
    """One file on its way in."""

    def __init__(self, portfolio: Portfolio, file: TableFile, checks: CellChecks) -> None:
        self.portfolio, self.file, self.checks = portfolio, file, checks
        kind = portfolio.schema.type_of_table(file.table)
        if kind is None:
            raise LookupError(file.table)
        self.kind: RecordType = kind

    def run(self) -> None:
        before = len(self.portfolio.problems)
        takers: dict[tuple[str, ...], Callable[[int, list[str]], None]] = {}
        for names, line, cells in READERS[self.file.path.suffix].read(self.file, self.portfolio.problems.append):
            take = takers.get(names)
            if take is None:
                take = takers[names] = self._taker(names, line)
            if cells:
                take(line, cells)
        if any(problem.rule.startswith("LP-FILE-") for problem in self.portfolio.problems[before:]):
            self.portfolio.incomplete.add(self.kind.name)

    def _taker(self, names: tuple[str, ...], line: int) -> Callable[[int, list[str]], None]:
        """Compile the way in for the rows under one header, which stands at `line`."""
        portfolio = self.portfolio
        header = Header(self.file, self.kind, names, portfolio.schema, portfolio.config.languages)
        number = len(portfolio.headers)
        portfolio.headers.append(header)
        self._report_header(header, line)
        memos = [(c.index, _Memo(self._cell_check(c))) for c in header.columns if _is_typed(c)]
        required = [c.index for c in header.columns if c.name in self.kind.required]
        counts, rows, table, width = portfolio.counts, portfolio.stored[self.kind.name], self.kind.name, len(names)
        at = names.index("id") if "id" in names else width
        suspect, is_id = _SUSPECT.search, ID.fullmatch

        def take(line: int, cells: list[str]) -> None:
            counts[table] += 1
            sound = len(cells) == width and at < width and not suspect("\x80".join(cells)) and bool(is_id(cells[at]))
            if sound:
                for index, memo in memos:
                    if not memo[cells[index]]:
                        sound = False
                for index in required:
                    if not cells[index]:
                        sound = False
            if sound and not id_fault(cells[at]):
                rows.add(Row(cells[at], number, line, cells))
            else:
                self._take_slowly(header, Row("", number, line, cells))

        return take

    def _cell_check(self, column: Column) -> Callable[[str], bool]:
        """Compile the check of a column; the ids that a link names are noted, to be looked up when all is read."""

        def check(cell: str) -> bool:
            if any(self.checks.faults(column, cell)):
                return False
            self._note_references(column, cell)
            return True

        return check

    def _note_references(self, column: Column, cell: str) -> None:
        if column.field and column.field.kind is Kind.LINK and not column.parent:
            for value in split(column.field, cell):
                self.portfolio.references[column.field.target].add((value,))

    def _report_header(self, header: Header, line: int) -> None:
        problems = self.portfolio.problems
        for index, fault in header.problems:
            name = header.names[index]
            values = {"table": self.kind.table, **fault.values}
            problems.append(Problem(fault.rule, header.place(line, index), column=name, cell=name, values=values))
        if self.file.path.suffix != ".csv":
            return
        named = "id" in header.names or self.kind.table in self.portfolio.config.ids or self.kind.name in ANONYMOUS
        for name in [*([] if named else ["id"]), *header.missing]:
            place = Place(self.file.shown, line, 1)
            problems.append(Problem("LP-COLUMN-MISSING", place, column=name, values={"table": self.kind.table}))

    def _take_slowly(self, header: Header, row: Row) -> None:
        """Take a row that is not plainly sound: name each fault at its place, and empty the faulty cells."""
        cells = [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row.cells]
        if len(cells) != len(header.names):
            self._report_width(header, row)
            return
        identifier, faults = self._identify(header, row.line, cells)
        for column in header.columns:
            faults += [(column, fault) for fault in self.checks.faults(column, cells[column.index])]
            if not cells[column.index] and column.name in self.kind.required:
                faults.append((column, Fault("LP-CELL-REQUIRED", {"table": self.kind.table})))
        row = Row(identifier, row.header, row.line, cells)
        for column, fault in faults:
            self._report(header, row, column, fault)
        blocked = {column.index for column, fault in faults if fault.rule != "LP-CELL-BLANK"}
        kept = ["" if index in blocked else cell for index, cell in enumerate(cells)]
        for column in header.columns:
            self._note_references(column, kept[column.index])
        if identifier and not any(fault.rule in {"LP-ID-FORM", "LP-ID-RESERVED"} for _, fault in faults):
            self.portfolio.stored[self.kind.name].add(row._replace(cells=kept))

    def _identify(self, header: Header, line: int, cells: list[str]) -> tuple[str, list[tuple[Column, Fault]]]:
        """Find the id of a row: its cell, or joined from others by the rule in portfolio.toml."""
        column = next((c for c in header.columns if c.name == "id"), Column("id", -1))
        identifier = cells[column.index] if column.index >= 0 else ""
        if not identifier and self.kind.name in ANONYMOUS:
            return f"{self.file.path.name}:{line:09}", []
        identifier = identifier or self._joined(header, cells)
        if not identifier:
            return "", [(column, Fault("LP-ID-MISSING", {"table": self.kind.table}))]
        fault = id_fault(identifier)
        return identifier, [(column, fault)] if fault else []

    def _joined(self, header: Header, cells: list[str]) -> str:
        """Fill a rule such as "{project|cooperation}-{organisation}": the first cell of each slot that is not empty."""
        values = dict(zip(header.names, cells, strict=True))

        def fill(slot: re.Match[str]) -> str:
            return next((values[name].split(";")[0].strip() for name in slot[1].split("|") if values.get(name)), "")

        return _SLOT.sub(fill, self.portfolio.config.ids.get(self.kind.table, "")).strip("-")

    def _report_width(self, header: Header, row: Row) -> None:
        found, width = len(row.cells), len(header.names)
        rule, index = ("LP-ROW-LONG", width) if found > width else ("LP-ROW-SHORT", found)
        values = {"found": str(found), "expected": str(width), "table": self.kind.table}
        self.portfolio.problems.append(Problem(rule, header.place(row.line, index), values=values))

    def _report(self, header: Header, row: Row, column: Column, fault: Fault) -> None:
        place = header.place(row.line, column.index) if column.index >= 0 else Place(self.file.shown, row.line, 1)
        cell = row.cells[column.index] if column.index >= 0 else ""
        record = f"{self.kind.table}/{row.id}" if row.id and self.kind.name not in ANONYMOUS else ""
        self.portfolio.problems.append(Problem(fault.rule, place, record, column.name, cell, fault.values))


def _is_typed(column: Column) -> bool:
    return column.field is not None and column.field.kind not in (Kind.TEXT, Kind.PLAIN, Kind.VALUE)
