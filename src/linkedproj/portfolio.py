"""The records of one portfolio, as they were read.

Every record is a flat row of text cells. Rows of one table are kept in id order, beyond a bound on disk, so that a
portfolio of any size is held in flat memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.errors import Place, Problem
from linkedproj.runs import SortedRuns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.config import Config
    from linkedproj.readers.source import TableFile
    from linkedproj.schema import Schema
    from linkedproj.tables import Header


IN_INITIATIVE = "https://w3id.org/linkedproj/ns#inInitiative"

INVERSES = {"participation": "Participation", "activity": "Activity"}
"""Field of an initiative -> the record type whose links to the initiative it turns round."""


class Row(NamedTuple):
    """One record as it was read: its id, the number of its header, the line where it begins, its cells."""

    id: str
    header: int
    line: int
    cells: list[str]


class Portfolio:
    """The tables of one folder.

    `problems` holds all that is wrong with cells, ids and references; the rows of `rows(type)` are sound but for the
    cells named there, which are emptied. By record type there are the rows as `stored`, the `keys` (id, header, line)
    of them, and the `references`: the ids that links name. `links` are the pairs (initiative, record) by the types of
    both; `incomplete` the types of which a file, or the id of a row, could not be read, `unread` the ids of other rows
    that were left out; `emptied` are the faulty cells as (record, column).
    """

    def __init__(self, schema: Schema, config: Config) -> None:
        self.schema, self.config = schema, config
        self.headers: list[Header] = []
        self.problems: list[Problem] = []
        self.files: list[TableFile] = []
        self.counts: Counter[str] = Counter()
        self.incomplete: set[str] = set()
        self.unread: defaultdict[str, set[str]] = defaultdict(set)
        self.emptied: set[tuple[str, str]] = set()
        self.stored: defaultdict[str, SortedRuns[tuple[str, int, int, list[str]]]] = defaultdict(SortedRuns)
        self.keys: defaultdict[str, SortedRuns[tuple[str, int, int]]] = defaultdict(SortedRuns)
        self.references: defaultdict[str, SortedRuns[tuple[str]]] = defaultdict(SortedRuns)
        self.links: defaultdict[tuple[str, str], SortedRuns[tuple[str, str]]] = defaultdict(SortedRuns)

    def rows(self, type_name: str) -> Iterator[Row]:
        """Give the rows of one type in the order of their ids; of two with one id, only the first."""
        previous = ""
        for item in self.stored.get(type_name, ()):
            if item[0] != previous:
                previous = item[0]
                yield Row._make(item)

    def ids(self, type_name: str) -> Iterator[str]:
        """Give the ids of one type in order."""
        return (key[0] for key in self.keys[type_name]) if type_name in self.keys else iter(())

    @property
    def whole(self) -> bool:
        """Whether every row of every table could be read."""
        return not self.incomplete and not self.unread

    def may_hold(self, type_name: str, identifier: str) -> bool:
        """Tell whether a record may be there although `rows` does not give it: it could not be read."""
        return type_name in self.incomplete or identifier in self.unread.get(type_name, ())

    def place(self, row: Row, column: str = "") -> Place:
        """Give the place of a row, or of the cell of one of its columns."""
        header = self.headers[row.header]
        if column in header.names:
            return header.place(row.line, header.names.index(column))
        return Place(header.file.shown, row.line, 1)

    def problem(self, row: Row, rule: str, column: str = "", **values: str) -> Problem:
        """Make a problem of a row, at the cell of `column` where the table has it; a row's cells may be left out."""
        header = self.headers[row.header]
        cells = dict(zip(header.names, row.cells, strict=False))
        cell = cells.get(column, row.id if column == "id" else "")
        record = f"{header.kind.table}/{row.id}"
        return Problem(rule, self.place(row, column), record, column, cell, values)
