"""Sort the records of a dump that does not fit in memory."""

from __future__ import annotations

import heapq
import tempfile
from itertools import groupby
from operator import itemgetter
from typing import IO, TYPE_CHECKING, Self

from linkedproj.system.sorting import read_blocks, write_block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MEMORY = 16 << 20
"""Bytes of blocks that one sorter keeps before it writes them to a temporary file."""

Block = tuple[bytes, bytes]

_BATCH = 1 << 16
_OVERHEAD = 200
_RUNS = 64


class BlockSorter:
    """Collect (key, lines) and give them back in order, as often as asked, until its context ends.

    At most `memory` bytes of them are kept; the rest lies sorted in unnamed temporary files. When there are `runs`
    files they are merged into one, so that neither memory nor open files grow with the size of a dump.
    """

    def __init__(self, memory: int = MEMORY, runs: int = _RUNS) -> None:
        self._memory, self._most = memory, runs
        self._blocks: list[Block] = []
        self._size = 0
        self._runs: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the temporary files."""
        for run in self._runs:
            run.close()
        self._runs = []

    def add(self, key: bytes, lines: bytes) -> None:
        """Add the lines of a record, or some of them."""
        self._blocks.append((key, lines))
        self._size += len(key) + len(lines) + _OVERHEAD
        if self._size >= self._memory:
            self._spill()

    def __iter__(self) -> Iterator[Block]:
        """Give all blocks in order of key, then lines."""
        self._blocks.sort()
        return heapq.merge(*(read_blocks(run) for run in self._runs), self._blocks)

    def groups(self) -> Iterator[tuple[bytes, list[bytes]]]:
        """Give each key once, with its blocks in order."""
        for key, blocks in groupby(self, key=itemgetter(0)):
            yield key, [lines for _, lines in blocks]

    def _spill(self) -> None:
        self._blocks.sort()
        self._runs.append(_write(self._blocks))
        self._blocks, self._size = [], 0
        if len(self._runs) >= self._most:
            merged = _write(heapq.merge(*(read_blocks(run) for run in self._runs)))
            self.__exit__()
            self._runs = [merged]


def _write(blocks: Iterable[Block]) -> IO[bytes]:
    file: IO[bytes] = tempfile.TemporaryFile(prefix="linkedproj-")  # noqa: SIM115 - closed with the sorter
    batch: list[Block] = []
    size = 0
    for block in blocks:
        batch.append(block)
        size += len(block[0]) + len(block[1])
        if size >= _BATCH:
            write_block(file, batch)
            batch, size = [], 0
    if batch:
        write_block(file, batch)
    return file
