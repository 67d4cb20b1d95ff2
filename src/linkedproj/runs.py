"""Sort more than fits in memory."""

from __future__ import annotations

import heapq
import marshal
import tempfile
import weakref
from itertools import chain, pairwise
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T", bound=tuple[Any, ...])

_BLOCK = 256
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
        length = int.from_bytes(file.read(_LENGTH), "little")
        if not length:
            return
        # Read whole and loaded from memory: marshal.load asks the file for every small piece.
        block = marshal.loads(file.read(length))  # noqa: S302 - a file this process wrote and nobody else can name
        position += _LENGTH + length
        yield from block
