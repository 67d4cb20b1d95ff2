"""The records of one portfolio, as they were read.

Every record is a flat row of text cells. Rows of one table are kept in id order, beyond a bound on disk, so that a
portfolio of any size is held in flat memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.errors import Place, Problem
from linkedproj.runs import SortedRuns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.config import Config
    from linkedproj.readers.source import TableFile
    from linkedproj.schema import Schema
    from linkedproj.tables import Header


class Row(NamedTuple):
    """One record as it was read: its id, the number of its header, the line where it begins, its cells."""

    id: str
    header: int
    line: int
    cells: list[str]


class Portfolio:
    """The tables of one folder.

    `problems` holds all that is wrong with cells, ids and references; the rows of `rows(type)` are sound but for the
    cells named there, which are emptied. `stored` are the rows by type, `references` the ids that links name by the
    type they lead to, `incomplete` the types of which a file could not be read to its end.
    """

    def __init__(self, schema: Schema, config: Config) -> None:
        self.schema, self.config = schema, config
        self.headers: list[Header] = []
        self.problems: list[Problem] = []
        self.files: list[TableFile] = []
        self.counts: Counter[str] = Counter()
        self.incomplete: set[str] = set()
        self.stored: dict[str, SortedRuns[Row]] = defaultdict(SortedRuns)
        self.references: dict[str, SortedRuns[tuple[str]]] = defaultdict(SortedRuns)

    def rows(self, type_name: str) -> Iterator[Row]:
        """Give the rows of one type in the order of their ids; of two with one id, only the first."""
        for _, same in groupby(self.stored[type_name], key=itemgetter(0)):
            yield Row(*next(same))

    def place(self, row: Row, column: str = "") -> Place:
        """Give the place of a row, or of the cell of one of its columns."""
        header = self.headers[row.header]
        if column in header.names:
            return header.place(row.line, header.names.index(column))
        return Place(header.file.shown, row.line, 1)

    def problem(self, row: Row, rule: str, column: str = "", **values: str) -> Problem:
        """Make a problem of a row, at the cell of `column` where the table has it."""
        header = self.headers[row.header]
        cell = row.cells[header.names.index(column)] if column in header.names else ""
        record = f"{header.kind.table}/{row.id}"
        return Problem(rule, self.place(row, column), record, column, cell, values)
