"""The rows of a task, in the order of their ids, and how they are brought into it."""

from __future__ import annotations

from itertools import groupby, islice, takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from linkedproj.mapping.tasks.model import Slice, links_of
from linkedproj.system.sorting import Sorter, merged
from linkedproj.tables.batch import ROWS, Batch
from linkedproj.tables.cells import split
from linkedproj.tables.portfolio import Found, Row
from linkedproj.tables.reading import read_shard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.mapping.tasks.model import MappingRun, Outcome, Task
    from linkedproj.model.context import Inverse, RecordType
    from linkedproj.system.sorting import RunFile
    from linkedproj.tables.cells import Column
    from linkedproj.tables.portfolio import Tables
    from linkedproj.tables.shards import Shard

ROW_BLOCK = 32
"""Rows in a block of a run: slices of many runs are read, and little more than each of them."""


def batches(source: Shard | Slice, tables: Tables, found: Found) -> Iterator[Batch]:
    """Return the rows of a task in the order of their source; of two rows with one id in a slice, only the first.

    Raises:
        TornError: a shard ends within a cell.
    """
    if isinstance(source, Slice):
        return _sliced(source, tables, found)
    return read_shard(source, tables, found)


def _sliced(source: Slice, tables: Tables, found: Found) -> Iterator[Batch]:
    items = merged(source.runs, (source.low,) if source.low else None)
    if source.high:
        items = takewhile(lambda item: item[0] < source.high, items)
    for header, rows in groupby(_singly(items, tables, found), key=itemgetter(1)):
        while chunk := list(islice(rows, ROWS)):
            columns = list(zip(*(row[3] for row in chunk), strict=True))
            yield Batch(header, [row[0] for row in chunk], [row[2] for row in chunk], columns)


def _singly(items: Iterable[Any], tables: Tables, found: Found) -> Iterator[Any]:
    """Pass over rows whose id is taken, and report them."""
    previous: Any = None
    for item in items:
        if previous and previous[0] == item[0]:
            first = str(tables.place(Row(*previous), "id"))
            found.problems.append(tables.problem(Row(*item), "LP-ID-TWICE", "id", first=first, value=item[0]))
        else:
            previous = item
            yield item


class SortingWork:
    """Read rows that are not in the order of their ids, and sort them."""

    def __init__(self, setting: MappingRun, task: Task, outcome: Outcome, runs: RunFile) -> None:
        self._setting, self._task, self._outcome = setting, task, outcome
        self._rows: Sorter[Any] = Sorter(runs, block=ROW_BLOCK)

    def run(self) -> None:
        """Sort all rows."""
        for batch in batches(self._task.source, self._setting.tables, self._outcome.found):
            self._rows.add(rows_of(batch))
        self._outcome.runs["rows", self._task.kind] = self._rows.runs()

    def close(self) -> None:
        """Close nothing: a run is written when it is made."""


class LinkingWork:
    """Read rows for the links among records of one type: a record may be led to by one that comes later."""

    def __init__(self, setting: MappingRun, task: Task, outcome: Outcome, runs: RunFile) -> None:
        self._setting, self._task, self._outcome, self._runs = setting, task, outcome, runs

    def run(self) -> None:
        """Gather the links; what is wrong in the rows is told when they are written."""
        tables, gathered = self._setting.tables, dict[tuple[str, str], Sorter[Any]]()
        kind = tables.schema.types[self._task.kind]
        for batch in batches(self._task.source, tables, Found()):
            for column in tables.headers[batch.header].columns:
                for inverse in turned_within(kind, column):
                    sorter = gathered.setdefault((links_of(inverse), kind.name), Sorter(self._runs))
                    sorter.add(links_in(column, batch))
        self._outcome.runs = {key: sorter.runs() for key, sorter in gathered.items()}

    def close(self) -> None:
        """Close nothing: a run is written when it is made."""


def turned_within(kind: RecordType, column: Column) -> list[Inverse]:
    """Return the inverses of a type that turn round what a column of its own tables says."""
    if column.field is None or column.parents or column.field.target != kind.name:
        return []
    return [each for each in kind.inverses if (each.child, each.iri) == (kind.name, column.field.iri)]


def links_in(column: Column, batch: Batch) -> list[tuple[str, str]]:
    """Return the links in a column, from the records they lead to: pairs of ids."""
    links = zip(batch.columns[column.index], batch.ids, strict=True)
    if column.field and column.field.many:
        return [(value, child) for cell, child in links for value in split(column.field, cell)]
    return [link for link in links if link[0]]


def rows_of(batch: Batch) -> Iterator[tuple[str, int, int, list[str]]]:
    """Yield the rows of a batch as items of a run."""
    for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
        yield identifier, batch.header, line, list(cells)
