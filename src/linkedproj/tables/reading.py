"""The way in: from a shard of a table to batches of rows, every cell checked on the way."""

from __future__ import annotations

import re
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.errors import Problem
from linkedproj.model.languages import stands_for
from linkedproj.model.lexical import is_blank, is_composed, is_printable, trace_of_recoding
from linkedproj.tables.batch import ROWS, Batch
from linkedproj.tables.cells import REMARKS, CellChecks, Column, Fault
from linkedproj.tables.headers import Header
from linkedproj.tables.portfolio import Row
from linkedproj.tables.readers import reader_of
from linkedproj.tables.readers.csv import batches, lines_of, swallows
from linkedproj.tables.readers.source import Day, Items, named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.errors import Place
    from linkedproj.tables.portfolio import Found, Tables
    from linkedproj.tables.readers.source import Read, TableFile
    from linkedproj.tables.shards import Shard

# Cells are joined by this for one look at many of them: it is printable, and rare.
_JOINT = "¦"
_KNOWN = 32_768
_TITLES = 10  # rows that may stand above a header
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
    taker = Taker(tables, shard.header, CellChecks(tables.schema, tables.config), found, before)
    span = (shard.start, shard.stop)
    for line, rows in batches(shard.file, span, shard.line, found.problems.append, is_last=shard.is_last):
        batch = taker.take(_Lines(line, rows), rows)
        if batch:
            yield batch
    _note_loss(header.kind, before, found)


def read_file(file: TableFile, kind: RecordType, tables: Tables, found: Found) -> Iterator[Batch]:
    """Read the rows of a file of records that name their own columns; new columns are added to `tables.headers`."""
    takers: dict[tuple[str, ...], Taker] = {}
    checks = CellChecks(tables.schema, tables.config)
    before = len(found.problems)
    for (names, _), read in groupby(_numbered(reader_of(file.path).read(file, found.problems.append)), itemgetter(0)):
        rows = [(line, cells) for _, (_, line, cells) in read]
        if names not in takers:
            header = Header(file, kind, names, tables.schema, tables.config.read_languages)
            tables.headers.append(header)
            if not report_header(header, rows[0][0], tables, found):
                break
            takers[names] = Taker(tables, len(tables.headers) - 1, checks, found, before)
        taker = takers[names]
        plain = [(line, taker.plain(line, cells)) for line, cells in rows if cells]
        batch = taker.take([line for line, _ in plain], [cells for _, cells in plain]) if plain else None
        if batch:
            yield batch
    _note_loss(kind, before, found)


def _numbered(reads: Iterable[Read]) -> Iterator[tuple[tuple[tuple[str, ...], int], Read]]:
    """Yield what is read with the key of its batch: the columns, and a number that changes every 256 rows."""
    for number, read in enumerate(reads):
        yield (read[0], number // ROWS), read


def _note_loss(kind: RecordType, before: int, found: Found) -> None:
    if any(problem.rule.startswith("LP-FILE-") for problem in found.problems[before:]):
        found.incomplete.add(kind.name)


def report_header(header: Header, line: int, tables: Tables, found: Found) -> bool:
    """Report what cannot be a column of a table, and which columns it lacks; the header stands at `line`.

    Returns whether it is a header at all: when it names no known column, that alone is reported, and nothing of the
    table is read.
    """
    table, problems, has_header = header.kind.table, found.problems, reader_of(header.file.path).has_header
    if has_header and not header.known:
        better = _better_header(header)
        place = header.file.place(line, 1)
        problems.append(
            Problem("LP-FILE-HEADER", place, values={"table": table} | ({"nearest": better} if better else {}))
        )
        found.incomplete.add(header.kind.name)
        return False
    for index, fault in header.problems:
        name = header.names[index]
        values = {"table": table, **fault.values}
        problems.append(Problem(fault.rule, header.place(line, index), column=name, cell=name, values=values))
    if not has_header:
        return True
    named = "id" in header.names or table in tables.config.ids or header.kind.anonymous
    for name in [*([] if named else ["id"]), *header.missing]:
        place = header.file.place(line, 1)
        problems.append(Problem("LP-COLUMN-MISSING", place, column=name, values={"table": table}))
    return True


def _better_header(header: Header) -> str:
    """Find the line, among the first rows below a header, that looks like the real one, or ""."""
    rows = islice(reader_of(header.file.path).read(header.file, lambda _: None), _TITLES)
    return next((str(line) for _, line, cells in rows if cells and header.like(named(cells)).known > 1), "")


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
        is_code = field.kind is Kind.CODE or self._checks.is_listed(field)
        return self._checks.are_codes(field, cells) if is_code else _are_plain_ids(cells, self._checks.reserved)

    def _is_sound(self, cell: str) -> bool:
        return self._checks.is_plain(self._column, cell) or not any(self._checks.faults(self._column, cell))


class _Concepts(dict[str, str]):
    """What the sound cells of one column are written as that name concepts of other publishers."""

    def __init__(self, field: Field, checks: CellChecks) -> None:
        super().__init__()
        self._field, self._checks = field, checks

    def __missing__(self, cell: str) -> str:
        if len(self) > _KNOWN:
            self.clear()
        self[cell] = written = self._checks.canonical(self._field, cell)
        return written


class Taker:
    """The way in for the rows under one header.

    Whole columns are looked at; only when something is not plainly sound, each row by itself. `before` is the number of
    problems that were found before this file.
    """

    def __init__(self, tables: Tables, number: int, checks: CellChecks, found: Found, before: int) -> None:
        self.tables, self.number, self.checks, self.found, self._before = tables, number, checks, found, before
        self._told: set[Place] = set()
        self.header = tables.headers[number]
        self.kind, self.file = self.header.kind, self.header.file
        names = self.header.names
        self._width = len(names)
        self._at = names.index("id") if "id" in names else -1
        self._typed = [
            (column.index, _Known(column, checks)) for column in self.header.columns if checks.is_typed(column)
        ]
        self._listed = (
            tables.schema.authorities[self.kind.base].codes if self.kind.base in tables.schema.authorities else None
        )
        self._led_out = [
            (column.index, _Concepts(column.field, checks))
            for column in self.header.columns
            if column.field and checks.takes_concepts(column)
        ]
        self._required = [column.index for column in self.header.columns if column.name in self.kind.required]
        self._is_cut = reader_of(self.file.path).is_cut

    def take(self, lines: Iterable[int], rows: list[list[str]]) -> Batch | None:
        """Check some rows, each with the line where it begins; return those that have an id."""
        widths = set(map(len, rows))
        if widths != {self._width}:
            rows = [self._trimmed(row) for row in rows]
            widths = set(map(len, rows))
        texts = list(map(_JOINT.join, rows))
        text = _JOINT.join(texts)
        if self._is_cut and "\n" in text:
            self._report_swallowed(lines, rows, texts)
        is_numbered = self._at < 0 and self.kind.anonymous and _JOINT * (self._width - 1) not in texts
        if (self._at >= 0 or is_numbered) and widths == {self._width} and _is_plain_text(text):
            columns = list(zip(*rows, strict=True))
            if self._is_sound(columns):
                self.found.counts[self.kind.name] += len(rows)
                ids = [self._numbered(line) for line in lines] if is_numbered else columns[self._at]
                return Batch(self.number, ids, lines, self._canonical(columns))
        kept = [row for line, cells in zip(lines, rows, strict=True) if (row := self._take_row(line, cells))]
        if not kept:
            return None
        columns = list(zip(*(row.cells for row in kept), strict=True))
        ids, begun = [row.id for row in kept], [row.line for row in kept]
        return Batch(self.number, ids, begun, self._canonical(columns))

    def _canonical(self, columns: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
        """Write concepts of other publishers as their IRIs."""
        if not self._led_out:
            return columns
        written = list(columns)
        for index, concepts in self._led_out:
            written[index] = [concepts[cell] if ":" in cell else cell for cell in columns[index]]
        return written

    def plain(self, line: int, cells: list[str]) -> list[str]:
        """Make texts of cells that know what they are, and report those whose column cannot take that."""
        found = list(map(str, cells))
        for column in (column for column in self.header.columns if not column.is_private and column.index < len(cells)):
            fault = kind_fault(column, cells[column.index])
            if fault:
                self._report(Row("", self.number, line, found), column, fault)
                found[column.index] = ""
        return found

    def _trimmed(self, row: list[str]) -> list[str]:
        """Leave out the cells behind the last column, when there is nothing in them."""
        return row if len(row) <= self._width or any(row[self._width :]) else row[: self._width]

    def _report_swallowed(self, lines: Iterable[int], rows: Sequence[Sequence[str]], texts: Iterable[str]) -> None:
        """Report cells in which a stray quotation mark has joined rows; `texts` are the rows, joined."""
        for number in (number for number, text in enumerate(texts) if "\n" in text):
            for index, cell in enumerate(rows[number][: self._width]):
                if "\n" in cell and swallows(cell, self.file.delimiter, self._width):
                    # Lines are counted only for what is told.
                    line = next(islice(lines, number, None))
                    values = {"lines": str(cell.count("\n") + 1), "delimiter": self.file.delimiter}
                    place, name = self.header.place(line, index), self.header.names[index]
                    self.found.problems.append(Problem("LP-CELL-ROWS", place, "", name, cell, values))

    def _is_sound(self, columns: Sequence[Sequence[str]]) -> bool:
        return (
            (self._at < 0 or _are_plain_ids(columns[self._at], self.checks.reserved))
            and (self._at < 0 or self._listed is None or self._listed.issuperset(columns[self._at]))
            and all(known.hold(columns[index]) for index, known in self._typed)
            and not any("" in columns[index] for index in self._required)
        )

    def _take_row(self, line: int, cells: list[str]) -> Row | None:
        """Take one row as it is when it is plainly sound; rows without any text are passed over."""
        is_plain = self._at >= 0 and len(cells) == self._width and _is_plain_text(_JOINT.join(cells))
        if is_plain and self._is_sound([(cell,) for cell in cells]):
            self.found.counts[self.kind.name] += 1
            return Row(cells[self._at], self.number, line, cells)
        cells = ["" if is_blank(cell) else cell for cell in cells]
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
            if column.name in self.kind.required and not any(cells[index] for index in self._standing_for(column)):
                faults.append((column, Fault("LP-CELL-REQUIRED", {"table": self.kind.table})))
        row = Row(identifier, row.header, row.line, cells)
        for column, fault in faults:
            self._report(row, column, fault)
        blocked = {column.index for column, fault in faults if fault.rule not in REMARKS}
        emptied = (column.name for column in self.header.columns if column.index in blocked)
        self.found.emptied.update((f"{self.kind.table}/{identifier}", name) for name in emptied)
        if identifier and not any(fault.rule in {"LP-ID-FORM", "LP-ID-RESERVED"} for _, fault in faults):
            return row._replace(cells=["" if index in blocked else cell for index, cell in enumerate(cells)])
        self.found.incomplete.add(self.kind.name)
        return None

    def _standing_for(self, column: Column) -> Iterator[int]:
        """Yield the columns any of which will do where one is required."""
        return (index for index, name in enumerate(self.header.names) if stands_for(name, column.name))

    def _identify(self, line: int, cells: list[str]) -> tuple[str, list[tuple[Column, Fault]]]:
        """Find the id of a row: its cell, or joined from others by the rule in portfolio.toml."""
        column = next((c for c in self.header.columns if c.name == "id"), Column("id", -1))
        identifier = cells[column.index] if column.index >= 0 else ""
        if not identifier and self.kind.anonymous:
            return self._numbered(line), []
        identifier = identifier or self._joined(cells)
        if not identifier and column.index < 0 and reader_of(self.file.path).has_header:
            return "", []  # the header was told that it has no column for it
        if not identifier:
            return "", [(column, Fault("LP-ID-MISSING", {"table": self.kind.table}))]
        fault = self.checks.id_fault(self.kind, identifier)
        return identifier, [(column, fault)] if fault else []

    def _numbered(self, line: int) -> str:
        """Return the id of a record that has none of its own: where it stands."""
        return f"{self.file.path.name}:{line:09}"

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
        place = self.header.place(row.line, column.index) if column.index >= 0 else self.file.place(row.line, 1)
        cell = row.cells[column.index] if column.index >= 0 else ""
        if fault.rule == "LP-CELL-REQUIRED" and self._is_told(place):
            return  # the reader could make nothing of what stands there
        record = f"{self.kind.table}/{row.id}" if row.id and not self.kind.anonymous else ""
        self.found.problems.append(Problem(fault.rule, place, record, column.name, cell, fault.values))

    def _is_told(self, place: Place) -> bool:
        """Return whether a problem of this table is at a place; each problem is looked at once."""
        self._told.update(problem.place for problem in self.found.problems[self._before :])
        self._before = len(self.found.problems)
        return place in self._told


def kind_fault(column: Column, cell: str) -> Fault | None:
    """Return why a column cannot take a cell that was written as a list, or that a spreadsheet holds as a date."""
    field = column.field
    if isinstance(cell, Items):
        if field is not None and field.kind is Kind.TEXT and not field.many:
            return Fault("LP-CELL-SHAPE", {})
        divided = next((item for item in cell.items if ";" in item), "")
        if field is None or not field.many:
            return Fault("LP-CELL-MANY", {"value": str(cell)}) if len(cell.items) > 1 else None
        return Fault("LP-CELL-LIST", {"item": divided}) if divided else None
    if isinstance(cell, Day) and (field is None or field.kind not in {Kind.LITERAL, Kind.VALUE}):
        return Fault("LP-SHEET-DATE", {"value": str(cell)})
    return None


def _is_plain_text(joined: str) -> bool:
    """Return whether no cell of those joined has a control, an e-mail's @, a blank at its edge or a sign of recoding.

    False says nothing: cells are then looked at one by one.
    """
    if "\n" in joined:
        joined = joined.replace("\n", " ")
    return (
        is_printable(joined)
        and "@" not in joined
        and joined[:1] != " "
        and joined[-1:] != " "
        and _JOINT + " " not in joined
        and " " + _JOINT not in joined
        and not trace_of_recoding(joined)
        and is_composed(joined)
    )


def _are_plain_ids(ids: Collection[str], reserved: frozenset[str]) -> bool:
    joined = "\n".join(("", *ids, ""))
    return (
        not _NO_ID.search(joined)
        and joined.count("\n") == len(ids) + 1
        and not any(start in joined for start in _NO_START)
        and reserved.isdisjoint(ids)
    )
