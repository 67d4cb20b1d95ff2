"""How the values of each column are known, counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BASES = ("stated", "cited", "derived", "curator")
"""How a value is known, the strongest first."""


class Coverage:
    """How many values are known in which way.

    `values` counts by (table, column, basis); `records` the records of a table; `filled` by (table, column) the
    records that have a value there.
    """

    def __init__(self) -> None:
        self.values: Counter[tuple[str, str, str]] = Counter()
        self.records: Counter[str] = Counter()
        self.filled: Counter[tuple[str, str]] = Counter()

    def take(self, other: Coverage) -> None:
        """Add what was counted elsewhere."""
        self.values.update(other.values)
        self.records.update(other.records)
        self.filled.update(other.filled)

    def count(self, basis: str) -> int:
        """Count all values known in one way."""
        return sum(number for (_, _, known), number in self.values.items() if known == basis)

    def rows(self) -> Iterator[tuple[str, str, dict[str, int]]]:
        """Yield table, column, and the count of its values by basis and of the records where it is unknown."""
        for table, column in sorted(self.filled):
            counts = {basis: self.values[table, column, basis] for basis in BASES}
            yield table, column, {**counts, "unknown": self.records[table] - self.filled[table, column]}
