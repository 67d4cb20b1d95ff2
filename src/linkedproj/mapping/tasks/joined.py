"""What other tables say of the records of a task."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from linkedproj.system.sorting import merged_in_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.system.sorting import SortedRun


class Joined:
    """Items of other tables in the order of the ids they begin with, for the ids of one task."""

    def __init__(self, runs: Sequence[SortedRun], low: str, high: str) -> None:
        self._blocks = merged_in_blocks(runs, (low,) if low else None)
        self._high = high
        self._block: Sequence[Any] = ()

    def upto(self, last: str) -> list[Any]:
        """Return the items up to an id that were not returned before."""
        found: list[Any] = []
        while self._load():
            end = bisect_right(self._block, last, key=itemgetter(0))
            found += self._block[:end]
            self._block = self._block[end:]
            if self._block:
                break
        return found

    def rest(self) -> Iterator[Any]:
        """Yield what was never asked for."""
        while self._load():
            yield from self._block
            self._block = ()

    def _load(self) -> bool:
        """Have some items at hand, if there are any more."""
        while not self._block:
            block = next(self._blocks, None)
            if block is None:
                return False
            self._block = block[: bisect_left(block, self._high, key=itemgetter(0))] if self._high else block
            if len(self._block) < len(block):
                self._blocks = iter(())
        return True
