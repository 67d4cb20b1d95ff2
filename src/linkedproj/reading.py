"""The way in: from the files of a folder to a portfolio, every cell checked on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkedproj.cells import RESERVED, CellChecks, Column, Fault, id_fault, split
from linkedproj.consistency import consistency_problems
from linkedproj.context import Kind
from linkedproj.errors import Place, Problem
from linkedproj.keys import id_problems, reference_problems
from linkedproj.lexical import ID
from linkedproj.portfolio import IN_INITIATIVE, INVERSES, Portfolio, Row
from linkedproj.readers import READERS
from linkedproj.tables import Header, find_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from linkedproj.config import Config
    from linkedproj.context import RecordType
    from linkedproj.readers.source import TableFile
    from linkedproj.runs import SortedRuns
    from linkedproj.schema import Schema

# Cells are joined by this for one look at a whole row: it is printable, and rare.
_JOINT = "¦"
_MEMO = 32_768
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
        self._before = 0

    def run(self) -> None:
        before = self._before = len(self.portfolio.problems)
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
        add, add_key = portfolio.stored[self.kind.name].add, portfolio.keys[self.kind.name].add
        counts, table, width = portfolio.counts, self.kind.name, len(names)
        at = names.index("id") if "id" in names else width
        links = self._links(header)

        def take(line: int, cells: list[str]) -> None:
            counts[table] += 1
            if len(cells) == width and at < width and _is_plain_text(cells) and _is_plain_id(cells[at]):
                # Every memo is asked, even after a fault: it notes the references of its cell.
                sound = False not in [memo[cells[index]] for index, memo in memos]
                if sound and "" not in [cells[index] for index in required]:
                    identifier = cells[at]
                    add((identifier, number, line, cells))
                    add_key((identifier, number, line))
                    for index, linked in links:
                        if cells[index]:
                            linked.add((cells[index], identifier))
                    return
            self._take_slowly(header, Row("", number, line, cells))

        return take

    def _links(self, header: Header) -> list[tuple[int, SortedRuns[tuple[str, str]]]]:
        """Find the columns that lead to the initiative of a record, and where such pairs are gathered."""
        links = self.portfolio.links
        return [
            (column.index, links[column.field.target, self.kind.name])
            for column in header.columns
            if column.field and column.field.iri == IN_INITIATIVE and self.kind.name in INVERSES.values()
        ]

    def _cell_check(self, column: Column) -> Callable[[str], bool]:
        """Compile the check of a column; the ids that a link names are noted, to be looked up when all is read."""
        is_plain, faults = self.checks.is_plain, self.checks.faults
        is_link = column.field is not None and column.field.kind is Kind.LINK

        def check(cell: str) -> bool:
            if not is_plain(column, cell) and any(faults(column, cell)):
                return False
            if is_link:
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
        for column in (column for column in header.columns if column.name != "id"):
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
            if column.index in blocked:
                self.portfolio.emptied.add((f"{self.kind.table}/{identifier}", column.name))
        if identifier and not any(fault.rule in {"LP-ID-FORM", "LP-ID-RESERVED"} for _, fault in faults):
            self.portfolio.stored[self.kind.name].add((identifier, row.header, row.line, kept))
            self.portfolio.keys[self.kind.name].add((identifier, row.header, row.line))
            for index, linked in self._links(header):
                if kept[index]:
                    linked.add((kept[index], identifier))
        else:
            self.portfolio.incomplete.add(self.kind.name)

    def _identify(self, header: Header, line: int, cells: list[str]) -> tuple[str, list[tuple[Column, Fault]]]:
        """Find the id of a row: its cell, or joined from others by the rule in portfolio.toml."""
        column = next((c for c in header.columns if c.name == "id"), Column("id", -1))
        identifier = cells[column.index] if column.index >= 0 else ""
        if not identifier and self.kind.name in ANONYMOUS:
            return f"{self.file.path.name}:{line:09}", []
        identifier = identifier or self._joined(header, cells)
        if not identifier and column.index < 0 and self.file.path.suffix == ".csv":
            return "", []  # the header was told that it has no column for it
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
        at = header.names.index("id") if "id" in header.names else found
        if at < found:
            self.portfolio.unread[self.kind.name].add(row.cells[at])
        else:
            self.portfolio.incomplete.add(self.kind.name)

    def _report(self, header: Header, row: Row, column: Column, fault: Fault) -> None:
        place = header.place(row.line, column.index) if column.index >= 0 else Place(self.file.shown, row.line, 1)
        cell = row.cells[column.index] if column.index >= 0 else ""
        if fault.rule == "LP-CELL-REQUIRED" and any(p.place == place for p in self.portfolio.problems[self._before :]):
            return  # the reader could make nothing of what stands there
        record = f"{self.kind.table}/{row.id}" if row.id and self.kind.name not in ANONYMOUS else ""
        self.portfolio.problems.append(Problem(fault.rule, place, record, column.name, cell, fault.values))


def _is_plain_text(cells: list[str]) -> bool:
    """Tell at a glance that no cell has a control, an e-mail's @ or a blank at its edge; False says nothing."""
    joined = _JOINT.join(cells)
    if "\n" in joined:
        joined = joined.replace("\n", " ")
    return (
        joined.isprintable()
        and "@" not in joined
        and joined[:1] != " "
        and joined[-1:] != " "
        and _JOINT + " " not in joined
        and " " + _JOINT not in joined
    )


def _is_plain_id(identifier: str) -> bool:
    return ID.fullmatch(identifier) is not None and identifier not in RESERVED


def _is_typed(column: Column) -> bool:
    return column.field is not None and column.field.kind not in (Kind.TEXT, Kind.PLAIN, Kind.VALUE)
