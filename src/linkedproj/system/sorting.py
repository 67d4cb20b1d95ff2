"""Sort more than fits in memory."""

from __future__ import annotations

import heapq
import marshal
import tempfile
import weakref
from bisect import bisect_left
from dataclasses import dataclass
from itertools import chain, dropwhile, islice, pairwise
from operator import itemgetter
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

T = TypeVar("T", bound=tuple[Any, ...])

_BLOCK, _FEW = 256, 256
_LENGTH = 8


class SortedRuns(Generic[T]):
    """Collect tuples of strings, numbers and lists of strings; give them back in order, as often as asked.

    Up to `limit` items stay in memory; beyond that, sorted runs go to unnamed temporary files and are merged when
    read, so that memory stays flat however many items there are. Items that compare equal keep no order of their own:
    put something that tells them apart (a row number) into the tuple.
    """

    def __init__(self, limit: int = 16_384) -> None:
        self._limit = limit
        self._items: list[T] = []
        self._files: list[IO[bytes]] = []
        self._bounds: list[tuple[T, T]] = []
        self._sorted = True
        self._count = 0

    def __len__(self) -> int:
        """Count the items."""
        return self._count + len(self._items)

    def add(self, item: T) -> None:
        """Add one item."""
        self._items.append(item)
        self._sorted = False
        if len(self._items) >= self._limit:
            self._spill()

    def __iter__(self) -> Iterator[T]:
        """Give all items in order."""
        if not self._sorted:
            self._items.sort()
            self._sorted = True
        runs = [*map(self._read, self._files), iter(self._items)]
        bounds = [*self._bounds, *([(self._items[0], self._items[-1])] if self._items else [])]
        in_order = all(last < first for (_, last), (first, _) in pairwise(bounds))
        # What came in order need not be merged: this is how tables mostly are.
        return chain.from_iterable(runs) if in_order else heapq.merge(*runs)

    def _spill(self) -> None:
        self._items.sort()
        file: IO[bytes] = tempfile.TemporaryFile(prefix="linkedproj-")  # noqa: SIM115 - lives as long as the runs
        weakref.finalize(self, file.close)
        for start in range(0, len(self._items), _BLOCK):
            # marshal takes plain tuples only, none with named parts.
            write_block(file, [tuple(item) for item in self._items[start : start + _BLOCK]])
        self._files.append(file)
        self._bounds.append((self._items[0], self._items[-1]))
        self._count += len(self._items)
        self._items = []

    def _read(self, file: IO[bytes]) -> Iterator[T]:
        """Read one run; the bound method keeps the files open as long as somebody reads."""
        yield from read_blocks(file)


def write_block(file: IO[bytes], block: list[Any]) -> None:
    """Append a block of plain tuples, strings, bytes and numbers to a temporary file."""
    packed = marshal.dumps(block)
    file.write(len(packed).to_bytes(_LENGTH, "little") + packed)


def read_blocks(file: IO[bytes]) -> Iterator[Any]:
    """Give the items of all blocks of a file; several readers of the same file each keep their own position."""
    position = 0
    while True:
        file.seek(position)
        block = _load(file)
        if not block:
            return
        position = file.tell()
        yield from block


@dataclass(frozen=True)
class Run:
    """Items in order, written once: a few of them in memory, more in blocks of a file.

    `blocks` are the first item and the position of each block, `origin` is a digest of what it was made of. A run can
    be handed to another process, which sees the same files.
    """

    count: int
    last: Any
    items: tuple[Any, ...] = ()
    path: Path | None = None
    blocks: tuple[tuple[Any, int], ...] = ()
    origin: str = ""

    @property
    def first(self) -> Any:  # noqa: ANN401 - an item
        """The first item."""
        return self.blocks[0][0] if self.blocks else self.items[0]

    def meets(self, low: Any, high: Any) -> bool:  # noqa: ANN401 - items
        """Tell whether any item may lie from `low` to below `high` (None is no bound)."""
        return self.count > 0 and self.last >= low and (high is None or self.first < high)

    def since(self, low: Any = None) -> Iterator[Any]:  # noqa: ANN401 - items
        """Give the items from the first that is not below `low` on."""
        start = bisect_left(self.blocks, low, key=itemgetter(0)) if self.blocks and low is not None else 0
        items = self._read(max(start - 1, 0)) if self.path else iter(self.items)
        return items if low is None else dropwhile(lambda item: item < low, items)

    def since_in_blocks(self, low: Any = None) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - items
        """Give what `since` gives, in lists."""
        start = bisect_left(self.blocks, low, key=itemgetter(0)) if self.blocks and low is not None else 0
        first = True
        for block in self._blocks(max(start - 1, 0)):
            yield block if low is None or not first else block[bisect_left(block, low) :]
            first = False

    def _read(self, block: int) -> Iterator[Any]:
        return chain.from_iterable(self._blocks(block))

    def _blocks(self, first: int) -> Iterator[Sequence[Any]]:
        if self.path is None:
            yield self.items
            return
        for _, position in self.blocks[first:]:
            # Opened for each block: hundreds of runs are merged at a time.
            with self.path.open("rb") as file:
                file.seek(position)
                yield _load(file)


def merged(runs: Iterable[Run], low: Any = None) -> Iterator[Any]:  # noqa: ANN401 - items
    """Give the items of several runs in order, from `low` on; equal items all come."""
    return chain.from_iterable(merged_in_blocks(runs, low))


def merged_in_blocks(runs: Iterable[Run], low: Any = None) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - items
    """Give what `merged` gives, in lists."""
    found = sorted((run for run in runs if run.count and (low is None or run.last >= low)), key=lambda run: run.first)
    # What came in order need not be merged: this is how tables mostly are.
    if all(before.last <= after.first for before, after in pairwise(found)):
        for run in found:
            yield from run.since_in_blocks(low)
        return
    items = heapq.merge(*(run.since(low) for run in found))
    while block := list(islice(items, _BLOCK)):
        yield block


class RunFile:
    """The file into which one task writes all its runs; it is made when it is needed."""

    def __init__(self, path: Path, origin: str = "") -> None:
        self.path, self._origin = path, origin
        self._file: IO[bytes] | None = None

    def write(self, items: Sequence[Any], block: int = _BLOCK) -> Run:
        """Write items that are in order, so many to a block."""
        if len(items) <= _FEW:
            return Run(len(items), items[-1] if items else None, tuple(items), origin=self._origin)
        if self._file is None:
            self._file = self.path.open("wb")
        blocks = []
        for start in range(0, len(items), block):
            blocks.append((items[start], self._file.tell()))
            write_block(self._file, list(items[start : start + block]))
        return Run(len(items), items[-1], (), self.path, tuple(blocks), self._origin)

    def close(self) -> None:
        """Write the rest."""
        if self._file:
            self._file.close()


class Gathering:
    """Items of one kind that a task comes across, in any order; sorted and written away whenever there are many.

    `unique` items are kept once a run.
    """

    def __init__(self, file: RunFile, *, unique: bool = False, limit: int = 32_768, block: int = _BLOCK) -> None:
        self._file, self._limit, self._block = file, limit, block
        self._items: set[Any] | list[Any] = set() if unique else []
        self._runs: list[Run] = []

    def add(self, items: Iterable[Any]) -> None:
        """Take items."""
        if isinstance(self._items, set):
            self._items.update(items)
        else:
            self._items.extend(items)
        if len(self._items) >= self._limit:
            self._spill()

    def runs(self) -> tuple[Run, ...]:
        """Write what is left, and give all runs."""
        if self._items:
            self._spill()
        return tuple(self._runs)

    def _spill(self) -> None:
        self._runs.append(self._file.write(sorted(self._items), self._block))
        self._items.clear()


def _load(file: IO[bytes]) -> list[Any]:
    """Read one block: whole, and loaded from memory, for marshal.load asks the file for every small piece."""
    length = int.from_bytes(file.read(_LENGTH), "little")
    return marshal.loads(file.read(length)) if length else []  # noqa: S302 - written by `write_block`
