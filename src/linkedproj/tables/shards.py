"""Tables cut into shards: pieces that can be read by themselves, in any order and by any process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.tables.readers.csv import cell_at, cuts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.tables.readers.source import TableFile

SIZE = 4 << 20
"""Bytes of a table in one shard."""


@dataclass(frozen=True)
class Shard:
    """Some records of one table: the bytes from `start` to `stop`, of which the first is on line `line`.

    `header` is the number of the columns that all of them have; a reader of records that name their own finds them
    itself (-1). `is_last` tells that the table ends here, `first` is the id of the first record where it was looked at.
    """

    file: TableFile
    header: int
    start: int = 0
    stop: int = 0
    line: int = 1
    is_last: bool = True
    first: str = ""


def whole(file: TableFile, header: int, start: int, line: int) -> Shard:
    """Return the whole of a table as one shard."""
    return Shard(file, header, start, file.path.stat().st_size, line)


def first_id(shard: Shard, column: int) -> str:
    """Read the cell `column` of the first record of a shard, "" when there is none."""
    return cell_at(shard.file, shard.start, column)


def cut(shard: Shard, column: int, size: int = SIZE) -> Iterator[Shard]:
    """Cut a table into shards of about `size` bytes; `column` is that of the ids, or -1.

    Cells that hold stray quotation marks can lead the cut astray: the reader of a shard notices when it ends within
    a cell.
    """
    start, line, first = shard.start, shard.line, shard.first
    for stop, next_line, next_first in cuts(shard.file, (start, shard.stop), size, column):
        yield Shard(shard.file, shard.header, start, stop, line, is_last=False, first=first)
        start, line, first = stop, line + next_line, next_first
    yield Shard(shard.file, shard.header, start, shard.stop, line, is_last=True, first=first)
