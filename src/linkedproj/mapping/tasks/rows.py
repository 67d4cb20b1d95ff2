"""The rows of a task, in the order of their ids, and how they are brought into it."""

from __future__ import annotations

from itertools import groupby, islice, takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from linkedproj.mapping.tasks.model import Slice
from linkedproj.system.sorting import Sorter, merged
from linkedproj.tables.batch import ROWS, Batch
from linkedproj.tables.portfolio import Row
from linkedproj.tables.reading import read_shard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.mapping.tasks.model import MappingRun, Outcome, Task
    from linkedproj.system.sorting import RunFile
    from linkedproj.tables.portfolio import Found, Tables
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


def rows_of(batch: Batch) -> Iterator[tuple[str, int, int, list[str]]]:
    """Yield the rows of a batch as items of a run."""
    for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
        yield identifier, batch.header, line, list(cells)
