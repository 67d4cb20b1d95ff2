"""How the values of each column are known, and what records lack, counted."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

BASES = ("stated", "cited", "derived", "curator")
"""How a value is known."""

STRONGEST_FIRST = ("stated", "derived", "curator", "cited")
"""What a value with several statements is counted as. The weakest is a source without a sentence to compare."""

_FIRST = 3


class Gaps:
    """How often something is missing, by a key such as (table, column).

    `first` holds for each key where the first three of them stand: the number of a header, a line, and a column.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.first: dict[tuple[str, str], list[tuple[int, int, str]]] = {}

    def add(self, key: tuple[str, str], number: int, cells: Iterable[tuple[int, int, str]]) -> None:
        """Count so many more, which stand in some cells."""
        self.counts[key] += number
        self.first[key] = heapq.nsmallest(_FIRST, [*self.first.get(key, ()), *cells])

    def take(self, other: Gaps) -> None:
        """Add what was counted elsewhere."""
        for key, number in other.counts.items():
            self.add(key, number, other.first[key])


class Coverage:
    """How many values are known in which way.

    `values` counts by (table, column, basis); `records` the records of a table; `filled` by (table, column) the
    records that have a value there. `lacking` counts by (table, column) the records that lack what the portfolio
    wants, `unknown` by (table, "") the values that nothing is known of.
    """

    def __init__(self) -> None:
        self.values: Counter[tuple[str, str, str]] = Counter()
        self.records: Counter[str] = Counter()
        self.filled: Counter[tuple[str, str]] = Counter()
        self.lacking, self.unknown = Gaps(), Gaps()

    def take(self, other: Coverage) -> None:
        """Add what was counted elsewhere."""
        self.values.update(other.values)
        self.records.update(other.records)
        self.filled.update(other.filled)
        self.lacking.take(other.lacking)
        self.unknown.take(other.unknown)

    def count(self, basis: str) -> int:
        """Count all values known in one way."""
        return sum(number for (_, _, known), number in self.values.items() if known == basis)

    def known(self, table: str) -> int:
        """Count the values of a table that are known in any way."""
        return sum(number for (of, _, _), number in self.values.items() if of == table)

    def rows(self) -> Iterator[tuple[str, str, Mapping[str, int]]]:
        """Yield table, column, and the count of its values by basis and of the records where it is unknown."""
        for table, column in sorted(self.filled):
            counts = {basis: self.values[table, column, basis] for basis in BASES}
            yield table, column, {**counts, "unknown": self.records[table] - self.filled[table, column]}
