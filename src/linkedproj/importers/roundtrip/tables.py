"""The tables of a portfolio as they stand in its files: every cell as text, the curator's own columns included."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.errors import Problem
from linkedproj.model.languages import canonical_column
from linkedproj.tables.folder import find_tables, type_of
from linkedproj.tables.headers import Header
from linkedproj.tables.portfolio import Found, Tables
from linkedproj.tables.readers import reader_of
from linkedproj.tables.reading import report_header

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Place
    from linkedproj.model.folder import Folder
    from linkedproj.tables.readers.source import Report, TableFile

_STOPPING = frozenset({"LP-FILE-HEADER", "LP-COLUMN-TWICE", "LP-COLUMN-EMPTY"})
"""Of what can be wrong with a header, what leaves open which column a cell belongs to."""


class Line(NamedTuple):
    """A row of a table: the line where it begins, its cells in the order of its part's columns."""

    line: int
    cells: Sequence[str]


@dataclass
class Part:
    """One file of a table, or one sheet of a workbook: its columns as they are called, in the line `head`, its rows."""

    file: TableFile
    names: list[str] = field(default_factory=list)
    head: int = 1
    lines: list[Line] = field(default_factory=list)
    stamp: tuple[int, int] = (0, 0)

    @property
    def is_changed(self) -> bool:
        """Whether the file was changed since it was read."""
        return self.stamp != _stamp(self.file.path)

    @property
    def key(self) -> str:
        """What the part is called in its folder."""
        return f"{self.file.path.name}:{self.file.sheet}" if self.file.sheet else self.file.path.name

    @property
    def last(self) -> int:
        """The line of the last row, or of the header where there is none."""
        return self.lines[-1].line if self.lines else self.head

    @property
    def is_editable(self) -> bool:
        """Whether cells can be changed in place: of separated cells, nothing else need be written anew."""
        return reader_of(self.file.path).is_cut

    @property
    def columns(self) -> list[str]:
        """The columns, with their language tags in the recommended case."""
        return list(map(canonical_column, self.names))

    def place(self, line: int, column: str = "") -> Place:
        """Return the place of a row, or of a cell in it."""
        columns = self.columns
        if column in columns:
            return reader_of(self.file.path).find(self.file, line, self.names, columns.index(column))
        return self.file.place(line)


@dataclass
class Table:
    """All rows of one record type, in the parts that they stand in."""

    kind: RecordType
    parts: list[Part] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """The columns of all parts, each behind the one that it follows in its part."""
        found: list[str] = []
        for part in self.parts:
            before = -1
            for name in part.columns:
                if name not in found:
                    found.insert(before + 1, name)
                before = found.index(name)
        return found


def read_tables(folder: Folder, report: Report) -> list[Table]:
    """Read all tables of a portfolio, and report what cannot be read whole, and columns that cannot be told apart."""
    found: dict[str, Table] = {}
    for file in find_tables(folder.path, folder.shown, folder.schema, folder.config, report):
        kind = type_of(file.table, folder.schema)
        if kind is not None:
            table = found.setdefault(kind.table, Table(kind))
            table.parts.append(read_part(file, kind, report))
            for problem in header_problems(table.parts[-1], kind, folder):
                if problem.rule in _STOPPING:
                    report(problem)
    return list(found.values())


def read_part(file: TableFile, kind: RecordType, report: Report) -> Part:
    """Read one file of a table, or one sheet; a row that has other columns than its header is reported."""
    part = Part(file, stamp=_stamp(file.path))
    if not reader_of(file.path).has_header:
        _read_records(part, report)
        return part
    for names, line, cells in reader_of(file.path).read(file, report):
        if not cells:
            part.names, part.head = list(names), line
            continue
        width = len(part.names)
        if len(cells) > width and not any(cells[width:]):
            del cells[width:]
        if len(cells) == width:
            part.lines.append(Line(line, cells))
        else:
            rule = "LP-ROW-LONG" if len(cells) > width else "LP-ROW-SHORT"
            values = {"found": str(len(cells)), "expected": str(width), "table": kind.table}
            report(Problem(rule, file.place(line), values=values))
    return part


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


def _read_records(part: Part, report: Report) -> None:
    """Read records that name their own columns: a later one may have some that none before it had."""
    at: dict[str, int] = {}
    read = []
    for names, line, cells in reader_of(part.file.path).read(part.file, report):
        for name in names:
            at.setdefault(name, len(at))
        read.append((line, dict(zip(names, cells, strict=True))))
    part.names = list(at)
    part.lines = [Line(line, [str(cells.get(name, "")) for name in at]) for line, cells in read]


def header_problems(part: Part, kind: RecordType, folder: Folder) -> list[Problem]:
    """Return what is wrong with the columns of a part."""
    found = Found()
    if part.names:
        header = Header(part.file, kind, part.names, folder.schema, folder.config.read_languages)
        report_header(header, part.head, Tables(folder.schema, folder.config), found)
    return found.problems


def ids_once(ids: Sequence[str]) -> dict[str, int]:
    """Return the ids that stand once in a list, each with its position."""
    counts = Counter(ids)
    return {identifier: at for at, identifier in enumerate(ids) if identifier and counts[identifier] == 1}
