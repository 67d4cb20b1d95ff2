"""The tables of one portfolio, and what was found in them.

Records are flat rows of text cells. They stay in the files they came from, or in sorted runs on disk where those are in
another order, so that a portfolio of any size is held in flat memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linkedproj.model.errors import Place
    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config
    from linkedproj.system.sorting import SortedRun
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.headers import Header
    from linkedproj.tables.readers.source import TableFile


class Row(NamedTuple):
    """One record as it was read: its id, the number of its header, the line where it begins, its cells."""

    id: str
    header: int
    line: int
    cells: list[str]


Stated = tuple[str, str, int, int, list[str]]
"""The id of the record that a link leads to, then a row that has this link."""


@dataclass
class Tables:
    """What the columns of each table mean, and where its cells stand: all that a shard needs to be read."""

    schema: Schema
    config: Config
    headers: list[Header] = field(default_factory=list)

    def place(self, row: Row, column: str = "") -> Place:
        """Return the place of a row, or of the cell of one of its columns."""
        header = self.headers[row.header]
        if column in header.names:
            return header.place(row.line, header.names.index(column))
        return header.file.place(row.line, 1)

    def problem(self, row: Row, rule: str, column: str = "", **values: str) -> Problem:
        """Make a problem of a row, at the cell of `column` where the table has it; a row's cells may be left out."""
        header = self.headers[row.header]
        cells = dict(zip(header.names, row.cells, strict=False))
        cell = cells.get(column, row.id if column == "id" else "")
        record = f"{header.kind.table}/{row.id}"
        return Problem(rule, self.place(row, column), record, column, cell, values)

    def cell(self, row: Row, column: str) -> str:
        """Return a cell by the name of its column, "" where the table has no such column."""
        names = self.headers[row.header].names
        return row.cells[names.index(column)] if column in names else ""

    def has(self, type_name: str, column: str) -> bool:
        """Check whether any table of a type has a column."""
        return any(column in header.names for header in self.headers if header.kind.name == type_name)

    def published(self, type_name: str) -> list[str]:
        """Unite the published columns of a type's files, in the order of the context.

        The curator's own columns stay at home.
        """
        fields, languages = self.schema.fields, self.config.read_languages
        found: set[str] = set()
        for header in self.headers:
            if header.kind.name == type_name:
                found |= {column.name for column in header.columns if not column.is_private and column.name != "id"}

        def order(column: str) -> tuple[list[int], int]:
            path, _, language = column.partition("@")
            terms = [fields[term].order for term in path.split(".")]
            return terms, languages.index(language) if language in languages else -1

        ids = ["id"] if not self.schema.types[type_name].anonymous else []
        return ids + sorted(found, key=order)


@dataclass
class Found:
    """What was found while rows were read.

    `problems` are all that is wrong with the cells and rows; faulty cells are emptied, and told in `emptied` as
    (record, column). `counts` are the rows of each type; `incomplete` the types of which a file, or the id of a row,
    could not be read, `unread` the ids of other rows that were left out.
    """

    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    incomplete: set[str] = field(default_factory=set)
    unread: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    emptied: set[tuple[str, str]] = field(default_factory=set)

    def take(self, other: Found) -> None:
        """Add what was found elsewhere."""
        self.problems += other.problems
        self.counts += other.counts
        self.incomplete |= other.incomplete
        self.emptied |= other.emptied
        for name, ids in other.unread.items():
            self.unread[name] |= ids


class Portfolio(Tables):
    """The tables of one folder, when all have been read.

    `runs` holds what tasks gathered, in order: by ("ids", type) the ids, by ("references", type) the ids that links
    name, and what else joins tables.
    """

    def __init__(self, schema: Schema, config: Config) -> None:
        super().__init__(schema, config)
        self.found = Found()
        self.files: list[TableFile] = []
        self.runs: defaultdict[tuple[str, str], list[SortedRun]] = defaultdict(list)
        self.sources: dict[str, Callable[[], Iterator[Batch]]] = {}

    @property
    def problems(self) -> list[Problem]:
        """All that is wrong with cells, ids, references and amounts."""
        return self.found.problems

    @property
    def counts(self) -> Counter[str]:
        """The rows of each type."""
        return self.found.counts

    @property
    def incomplete(self) -> set[str]:
        """The types of which not every row could be read, and nobody knows which."""
        return self.found.incomplete

    def batches(self, type_name: str) -> Iterator[Batch]:
        """Yield the rows of one type in the order of their ids; of two with one id, only the first."""
        return self.sources[type_name]() if type_name in self.sources else iter(())

    def rows(self, type_name: str) -> Iterator[Row]:
        """Yield the rows of one type one by one, in the order of `batches`."""
        for batch in self.batches(type_name):
            for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
                yield Row(identifier, batch.header, line, list(cells))

    @property
    def whole(self) -> bool:
        """Whether every row of every table could be read."""
        return not self.found.incomplete and not self.found.unread

    def may_hold(self, type_name: str, identifier: str) -> bool:
        """Check whether a record may be there although `rows` does not yield it: it could not be read."""
        return type_name in self.found.incomplete or identifier in self.found.unread.get(type_name, ())
