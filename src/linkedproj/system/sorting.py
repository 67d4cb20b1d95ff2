"""Sort more than fits in memory: runs of sorted tuples on disk, read back in order.

A `Sorter` takes items in any order. Whenever they reach its bytes of memory they are sorted and written to a file as a
`SortedRun`, and `merged` reads several runs as one. A run can be handed to another process, which sees the same files.

Items are plain tuples of texts, bytes, numbers and lists of them, or single texts; items that compare equal keep no
order of their own. They are written by marshal, which tells tuples, lists and bytes apart and takes a third of the time
of JSON (20,000 items out and in: 28 ms of CPU, not 76). What reads marshal trusts every byte, so a run is written to a
new file that only its user may read or write, and read by a handle of which that is known: a link, or a file that
somebody else has put in its place, is refused.
"""

from __future__ import annotations

import errno
import heapq
import marshal
import os
import shutil
import stat
import tempfile
import weakref
from bisect import bisect_left
from dataclasses import dataclass
from itertools import chain, dropwhile, groupby, islice, pairwise
from operator import itemgetter
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Self

T = TypeVar("T")

MEMORY = 8 << 20
"""Bytes of items that a sorter keeps before it writes them to its file."""

BLOCK = 256
"""Items in a block of a run; so many are read at a time."""

_BLOCK_BYTES, _BLOCKS = 1 << 16, 64
_FEW, _FEW_BYTES = 256, 1 << 16
_OVERHEAD = 100
_LENGTH = 8
_NO_LINK, _BINARY = getattr(os, "O_NOFOLLOW", 0), getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class SortedRun:
    """Items in order, written once: a few of them in memory, more in blocks of a file.

    `starts` are what the first item of each block begins with (the first part of a tuple, or a text itself: an item may
    be large), `positions` are where the blocks lie. `last` is the key of the last item: its first part, as a tuple.
    """

    count: int
    last: Any
    items: tuple[Any, ...] = ()
    path: Path | None = None
    starts: tuple[Any, ...] = ()
    positions: tuple[int, ...] = ()

    @property
    def first(self) -> Any:  # noqa: ANN401 - an item
        """The key of the first item."""
        if not self.starts:
            return _key(self.items[0])
        return (self.starts[0],) if isinstance(self.last, tuple) else self.starts[0]

    def meets(self, low: Any, high: Any) -> bool:  # noqa: ANN401 - items
        """Return whether any item may lie from the key `low` to below `high` (None is no bound)."""
        return self.count > 0 and self.last >= low and (high is None or self.first < high)

    def since(self, low: Any = None) -> Iterator[Any]:  # noqa: ANN401 - items
        """Yield the items from the first that is not below `low` on."""
        items = chain.from_iterable(self._blocks_from(low))
        return items if low is None else dropwhile(lambda item: item < low, items)

    def since_in_blocks(self, low: Any = None) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - items
        """Yield what `since` does, in lists."""
        is_first = True
        for block in self._blocks_from(low):
            yield block if low is None or not is_first else block[bisect_left(block, low) :]
            is_first = False

    def _blocks_from(self, low: Any) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - an item
        """Yield the blocks from the one that may hold `low` on."""
        if self.path is None:
            yield self.items
            return
        # As tuples only while they are compared: the starts of all runs are kept as long as these are.
        as_key = (lambda start: (start,)) if isinstance(self.last, tuple) else None
        start = bisect_left(self.starts, low, key=as_key) if low is not None else 0
        for position in islice(self.positions, max(start - 1, 0), None):
            # Opened for each block: hundreds of runs are merged at a time.
            with _open_own(self.path) as file:
                file.seek(position)
                # Read whole, for marshal.load asks the file for every small piece.
                packed = file.read(int.from_bytes(file.read(_LENGTH), "little"))
            yield marshal.loads(packed)  # noqa: S302 - the file is our own, see `_open_own`


def merged(runs: Iterable[SortedRun], low: Any = None) -> Iterator[Any]:  # noqa: ANN401 - items
    """Yield the items of several runs in order, from `low` on; equal items all come."""
    return chain.from_iterable(merged_in_blocks(runs, low))


def merged_in_blocks(runs: Iterable[SortedRun], low: Any = None) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - items
    """Yield what `merged` does, in lists."""
    found = sorted((run for run in runs if run.count and (low is None or run.last >= low)), key=lambda run: run.first)
    # What came in order need not be merged: this is how tables mostly are.
    if all(before.last < after.first for before, after in pairwise(found)):
        for run in found:
            yield from run.since_in_blocks(low)
        return
    items = heapq.merge(*(run.since(low) for run in found))
    while block := list(islice(items, BLOCK)):
        yield block


class RunFile:
    """The file into which several sorters may write their runs; it is made when it is needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_new = True

    def write(self, items: Sequence[Any], block: int = BLOCK) -> SortedRun:
        """Write items that are in order, so many to a block."""
        starts, positions = [], []
        if self._is_new:
            # Of a task that was begun before, or somebody else's: neither is written to.
            self.path.unlink(missing_ok=True)
        with os.fdopen(os.open(self.path, self._flags(), 0o600), "ab") as file:
            for start in range(0, len(items), block):
                first = items[start]
                starts.append(first[0] if isinstance(first, tuple) else first)
                positions.append(file.tell())
                packed = marshal.dumps(list(items[start : start + block]))
                file.write(len(packed).to_bytes(_LENGTH, "little") + packed)
        self._is_new = False
        return SortedRun(len(items), _key(items[-1]), (), self.path, tuple(starts), tuple(positions))

    def _flags(self) -> int:
        new = os.O_CREAT | os.O_EXCL if self._is_new else 0
        return os.O_WRONLY | os.O_APPEND | new | _NO_LINK | _BINARY


def _open_own(path: Path) -> IO[bytes]:
    """Open a file that only this user may read and write, and nobody could have put there.

    Raises:
        PermissionError: it is none.
    """
    file = os.fdopen(os.open(path, os.O_RDONLY | _NO_LINK | _BINARY), "rb")
    found = os.fstat(file.fileno())
    is_own = not hasattr(os, "geteuid") or (found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o077)
    if not is_own or not stat.S_ISREG(found.st_mode):
        file.close()
        raise PermissionError(errno.EPERM, "it was not written by this run", str(path))
    return file


class Sorter(Generic[T]):
    """Collect items in any order, and yield them in order, as often as asked.

    At most about `memory` bytes of them are kept; the rest lies in runs of `file`, or of a file of its own, which goes
    with the sorter. `unique` items are kept once a run. A block has `block` items, or fewer where these are large.
    """

    def __init__(
        self, file: RunFile | None = None, *, memory: int = MEMORY, unique: bool = False, block: int = BLOCK
    ) -> None:
        self._file, self._memory, self._block = file, memory, block
        self._items: set[Any] | list[Any] = set() if unique else []
        self._size = self._count = 0
        self._runs: list[SortedRun] = []
        self._removal: weakref.finalize[Any, Any] | None = None

    def __enter__(self) -> Self:
        """Return the sorter itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove its own file."""
        if self._removal:
            self._removal()

    def __len__(self) -> int:
        """Count the items."""
        return self._count + len(self._items)

    def add(self, items: Iterable[T]) -> None:
        """Take items."""
        fresh = [item for item in set(items) if item not in self._items] if self._is_unique else list(items)
        # What they take when written is close to what they take in memory, and quick to know.
        self._size += len(marshal.dumps(fresh)) + _OVERHEAD * len(fresh)
        if isinstance(self._items, set):
            self._items.update(fresh)
        else:
            self._items += fresh
        if self._items and self._size >= self._memory:
            self._spill()

    @property
    def _is_unique(self) -> bool:
        return isinstance(self._items, set)

    def __iter__(self) -> Iterator[T]:
        """Yield all items in order."""
        # A generator, which keeps the sorter and its file as long as somebody reads.
        yield from merged([*self._runs, _in_memory(self._items)])

    def groups(self) -> Iterator[tuple[Any, list[Any]]]:
        """Yield the first part of items that are pairs, each once, with its second parts in order."""
        pairs: Iterator[Any] = iter(self)
        for key, same in groupby(pairs, key=itemgetter(0)):
            yield key, [second for _, second in same]

    def runs(self) -> tuple[SortedRun, ...]:
        """Return all runs; a few last items stay in memory."""
        if 0 < len(self._items) <= _FEW and self._size <= _FEW_BYTES:
            self._runs.append(_in_memory(self._items))
            self._forget()
        elif self._items:
            self._spill()
        return tuple(self._runs)

    def _spill(self) -> None:
        if self._file is None:
            folder = tempfile.mkdtemp(prefix="linkedproj-")
            self._removal = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            self._file = RunFile(Path(folder, "runs"))
        items = sorted(self._items)
        # Of every run that is merged, a block is in memory: all of them together are a small part of what was sorted.
        most = min(_BLOCK_BYTES, self._memory // _BLOCKS) // max(self._size // len(items), 1)
        self._runs.append(self._file.write(items, max(1, min(self._block, most))))
        self._forget()

    def _forget(self) -> None:
        self._count += len(self._items)
        self._items.clear()
        self._size = 0


def _in_memory(items: Iterable[Any]) -> SortedRun:
    ordered = tuple(sorted(items))
    return SortedRun(len(ordered), _key(ordered[-1]) if ordered else None, ordered)


def _key(item: Any) -> Any:  # noqa: ANN401 - an item
    return item[:1] if isinstance(item, tuple) else item
