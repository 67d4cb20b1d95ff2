"""The way in: from a shard of a table to batches of rows, every cell checked on the way."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.errors import Place, Problem
from linkedproj.tables.batch import Batch
from linkedproj.tables.cells import RESERVED, CellChecks, Column, Fault, id_fault
from linkedproj.tables.headers import Header
from linkedproj.tables.portfolio import Row
from linkedproj.tables.readers import READERS
from linkedproj.tables.readers.csv import batches, lines_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.tables.portfolio import Found, Tables
    from linkedproj.tables.readers.source import TableFile
    from linkedproj.tables.shards import Shard

# Cells are joined by this for one look at many of them: it is printable, and rare.
_JOINT = "¦"
_KNOWN = 32_768
_SLOT = re.compile(r"\{([A-Za-z|]+)\}")
_NO_ID = re.compile(r"[^A-Za-z0-9._~\n-]")
_NO_START = ("\n.", "\n_", "\n~", "\n-", "\n\n")


def read_shard(shard: Shard, tables: Tables, found: Found) -> Iterator[Batch]:
    """Read the rows of a shard of a CSV table, in the order of the file.

    Nothing is raised for what is wrong in a table: it is in the `problems` of `found`.

    Raises:
        TornError: the shard ends within a cell.
    """
    header = tables.headers[shard.header]
    before = len(found.problems)
    taker = Taker(tables, shard.header, CellChecks(tables.schema, tables.config.mailboxes), found, before)
    span = (shard.start, shard.stop)
    for line, rows in batches(shard.file, span, shard.line, found.problems.append, is_last=shard.is_last):
        batch = taker.take(_Lines(line, rows), rows)
        if batch:
            yield batch
    _note_loss(header.kind, before, found)


def read_file(file: TableFile, kind: RecordType, tables: Tables, found: Found) -> Iterator[Batch]:
    """Read the rows of a file of records that name their own columns; new columns are added to `tables.headers`."""
    takers: dict[tuple[str, ...], Taker] = {}
    checks = CellChecks(tables.schema, tables.config.mailboxes)
    before = len(found.problems)
    for names, line, cells in READERS[file.path.suffix].read(file, found.problems.append):
        if names not in takers:
            header = Header(file, kind, names, tables.schema, tables.config.languages)
            tables.headers.append(header)
            report_header(header, line, tables, found)
            takers[names] = Taker(tables, len(tables.headers) - 1, checks, found, before)
        batch = takers[names].take([line], [cells]) if cells else None
        if batch:
            yield batch
    _note_loss(kind, before, found)


def _note_loss(kind: RecordType, before: int, found: Found) -> None:
    if any(problem.rule.startswith("LP-FILE-") for problem in found.problems[before:]):
        found.incomplete.add(kind.name)


def report_header(header: Header, line: int, tables: Tables, found: Found) -> None:
    """Report what cannot be a column of a table, and which columns it lacks; the header stands at `line`."""
    table, problems = header.kind.table, found.problems
    for index, fault in header.problems:
        name = header.names[index]
        values = {"table": table, **fault.values}
        problems.append(Problem(fault.rule, header.place(line, index), column=name, cell=name, values=values))
    if header.file.path.suffix != ".csv":
        return
    named = "id" in header.names or table in tables.config.ids or header.kind.anonymous
    for name in [*([] if named else ["id"]), *header.missing]:
        place = Place(header.file.shown, line, 1)
        problems.append(Problem("LP-COLUMN-MISSING", place, column=name, values={"table": table}))


class _Lines:
    """The lines at which rows begin, counted when one is asked for: sound rows need none."""

    def __init__(self, line: int, rows: Sequence[list[str]]) -> None:
        self._line, self._rows = line, rows

    def __iter__(self) -> Iterator[int]:
        return lines_of(self._line, self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class _Known(set[str]):
    """The cells of one column that are known to be well formed."""

    def __init__(self, column: Column, checks: CellChecks) -> None:
        super().__init__([""])
        self._column, self._checks = column, checks

    def hold(self, cells: Iterable[str]) -> bool:
        """Check whether all cells are well formed; none is looked at twice."""
        fresh = set(cells) - self
        if not fresh:
            return True
        if not self._are_plain(fresh) and not all(map(self._is_sound, fresh)):
            return False
        if len(self) > _KNOWN:
            self.clear()
            self.add("")
        self.update(fresh)
        return True

    def _are_plain(self, cells: Collection[str]) -> bool:
        """Check at a glance that cells hold ids or codes, each once; False says nothing."""
        field = self._column.field
        if field is None or field.kind not in (Kind.LINK, Kind.CODE):
            return False
        if field.many:
            lists = [cell.split("; ") for cell in cells]
            if any(len(set(found)) < len(found) for found in lists if len(found) > 1):
                return False
            cells = set(chain.from_iterable(lists))
        return _are_plain_ids(cells) if field.kind is Kind.LINK else self._checks.are_codes(field, cells)

    def _is_sound(self, cell: str) -> bool:
        return self._checks.is_plain(self._column, cell) or not any(self._checks.faults(self._column, cell))


class Taker:
    """The way in for the rows under one header.

    Whole columns are looked at; only when something is not plainly sound, each row by itself. `before` is the number of
    problems that were found before this file.
    """

    def __init__(self, tables: Tables, number: int, checks: CellChecks, found: Found, before: int) -> None:
        self.tables, self.number, self.checks, self.found, self._before = tables, number, checks, found, before
        self.header = tables.headers[number]
        self.kind, self.file = self.header.kind, self.header.file
        names = self.header.names
        self._width = len(names)
        self._at = names.index("id") if "id" in names else -1
        self._typed = [(column.index, _Known(column, checks)) for column in self.header.columns if _is_typed(column)]
        self._required = [column.index for column in self.header.columns if column.name in self.kind.required]

    def take(self, lines: Iterable[int], rows: list[list[str]]) -> Batch | None:
        """Check some rows, each with the line where it begins; return those that have an id."""
        if self._at >= 0 and set(map(len, rows)) == {self._width} and _is_plain_text(map(_JOINT.join, rows)):
            columns = list(zip(*rows, strict=True))
            if self._is_sound(columns):
                self.found.counts[self.kind.name] += len(rows)
                return Batch(self.number, columns[self._at], lines, columns)
        kept = [row for line, cells in zip(lines, rows, strict=True) if (row := self._take_row(line, cells))]
        if not kept:
            return None
        columns = list(zip(*(row.cells for row in kept), strict=True))
        return Batch(self.number, [row.id for row in kept], [row.line for row in kept], columns)

    def _is_sound(self, columns: Sequence[Sequence[str]]) -> bool:
        return (
            _are_plain_ids(columns[self._at])
            and all(known.hold(columns[index]) for index, known in self._typed)
            and not any("" in columns[index] for index in self._required)
        )

    def _take_row(self, line: int, cells: list[str]) -> Row | None:
        """Take one row as it is when it is plainly sound; rows without any text are passed over."""
        is_plain = self._at >= 0 and len(cells) == self._width and _is_plain_text([_JOINT.join(cells)])
        if is_plain and self._is_sound([(cell,) for cell in cells]):
            self.found.counts[self.kind.name] += 1
            return Row(cells[self._at], self.number, line, cells)
        if not any(cells):
            return None
        self.found.counts[self.kind.name] += 1
        return self._take_slowly(Row("", self.number, line, cells))

    def _take_slowly(self, row: Row) -> Row | None:
        """Take a row that is not plainly sound: name each fault at its place, and empty the faulty cells."""
        cells = [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row.cells]
        if len(cells) != len(self.header.names):
            self._report_width(row)
            return None
        identifier, faults = self._identify(row.line, cells)
        for column in (column for column in self.header.columns if column.name != "id"):
            faults += [(column, fault) for fault in self.checks.faults(column, cells[column.index])]
            if not cells[column.index] and column.name in self.kind.required:
                faults.append((column, Fault("LP-CELL-REQUIRED", {"table": self.kind.table})))
        row = Row(identifier, row.header, row.line, cells)
        for column, fault in faults:
            self._report(row, column, fault)
        blocked = {column.index for column, fault in faults if fault.rule != "LP-CELL-BLANK"}
        emptied = (column.name for column in self.header.columns if column.index in blocked)
        self.found.emptied.update((f"{self.kind.table}/{identifier}", name) for name in emptied)
        if identifier and not any(fault.rule in {"LP-ID-FORM", "LP-ID-RESERVED"} for _, fault in faults):
            return row._replace(cells=["" if index in blocked else cell for index, cell in enumerate(cells)])
        self.found.incomplete.add(self.kind.name)
        return None

    def _identify(self, line: int, cells: list[str]) -> tuple[str, list[tuple[Column, Fault]]]:
        """Find the id of a row: its cell, or joined from others by the rule in portfolio.toml."""
        column = next((c for c in self.header.columns if c.name == "id"), Column("id", -1))
        identifier = cells[column.index] if column.index >= 0 else ""
        if not identifier and self.kind.anonymous:
            return f"{self.file.path.name}:{line:09}", []
        identifier = identifier or self._joined(cells)
        if not identifier and column.index < 0 and self.file.path.suffix == ".csv":
            return "", []  # the header was told that it has no column for it
        if not identifier:
            return "", [(column, Fault("LP-ID-MISSING", {"table": self.kind.table}))]
        fault = id_fault(identifier)
        return identifier, [(column, fault)] if fault else []

    def _joined(self, cells: list[str]) -> str:
        """Fill a rule such as "{project|cooperation}-{organisation}": the first cell of each slot that is not empty."""
        values = dict(zip(self.header.names, cells, strict=True))

        def fill(slot: re.Match[str]) -> str:
            return next((values[name].split(";")[0].strip() for name in slot[1].split("|") if values.get(name)), "")

        return _SLOT.sub(fill, self.tables.config.ids.get(self.kind.table, "")).strip("-")

    def _report_width(self, row: Row) -> None:
        found, width = len(row.cells), len(self.header.names)
        rule, index = ("LP-ROW-LONG", width) if found > width else ("LP-ROW-SHORT", found)
        values = {"found": str(found), "expected": str(width), "table": self.kind.table}
        self.found.problems.append(Problem(rule, self.header.place(row.line, index), values=values))
        at = self.header.names.index("id") if "id" in self.header.names else found
        if at < found:
            self.found.unread[self.kind.name].add(row.cells[at])
        else:
            self.found.incomplete.add(self.kind.name)

    def _report(self, row: Row, column: Column, fault: Fault) -> None:
        place = self.header.place(row.line, column.index) if column.index >= 0 else Place(self.file.shown, row.line, 1)
        cell = row.cells[column.index] if column.index >= 0 else ""
        if fault.rule == "LP-CELL-REQUIRED" and any(p.place == place for p in self.found.problems[self._before :]):
            return  # the reader could make nothing of what stands there
        record = f"{self.kind.table}/{row.id}" if row.id and not self.kind.anonymous else ""
        self.found.problems.append(Problem(fault.rule, place, record, column.name, cell, fault.values))


def _is_plain_text(texts: Iterable[str]) -> bool:
    """Check at a glance that no cell has a control, an e-mail's @ or a blank at its edge; False says nothing."""
    joined = _JOINT.join(texts)
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


def _are_plain_ids(ids: Collection[str]) -> bool:
    joined = "\n".join(("", *ids, ""))
    return (
        not _NO_ID.search(joined)
        and joined.count("\n") == len(ids) + 1
        and not any(start in joined for start in _NO_START)
        and RESERVED.isdisjoint(ids)
    )


def _is_typed(column: Column) -> bool:
    return column.field is not None and column.field.kind not in (Kind.TEXT, Kind.PLAIN, Kind.VALUE)
