"""What the cells of a column are like, whatever they may mean."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkedproj.model.lists import fold
from linkedproj.tables.readers.source import Day, Number

if TYPE_CHECKING:
    from collections.abc import Iterable

# What people write where nothing is known, in several languages, without accents.
_MISSING = frozenset(
    ("n/a", "na", "n.a.", "n. a.", "-", "--", "none", "null", "nan", "#n/a", "not available", "not applicable",
     "non renseigne", "non communique", "keine angabe", "keine angaben", "k.a.", "k. a.", "sin datos", "no consta",
     "non disponibile", "ei tietoa", "ikke oplyst", "ikke oppgitt", "uppgift saknas")
)  # fmt: skip
_KEPT, _SAMPLE, _SHOWN = 50_000, 3, 60


@dataclass
class Profile:
    """What the cells of a column are like: how many are filled, of how many kinds, and some of them."""

    header: str
    rows: int = 0
    filled: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    days: int = 0
    numbers: int = 0
    length: int = 0
    more: int = 0

    def take(self, cell: str) -> None:
        """Take in one cell."""
        self.rows += 1
        text = cell.strip()
        if not text:
            return
        if fold(text) in _MISSING:
            self.missing[text] += 1
            return
        self.filled += 1
        self.days += isinstance(cell, Day)
        self.numbers += isinstance(cell, Number)
        self.length += len(text)
        if len(self.values) < _KEPT or text in self.values:
            self.values[text] += 1
        else:
            self.more += 1

    @property
    def seen(self) -> int:
        """How many of the filled cells were looked at one by one."""
        return self.values.total()

    def count(self, matches: Iterable[str]) -> int:
        """Count the cells that hold one of some values."""
        return sum(self.values[value] for value in matches)

    @property
    def sample(self) -> str:
        """Some of the values."""
        shown = (value.replace("\n", " ") for value in list(self.values)[:_SAMPLE])
        return " | ".join(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…" for value in shown)
