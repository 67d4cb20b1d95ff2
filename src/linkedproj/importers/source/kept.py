"""What an import leaves behind: where the next one finds it, and what became of the tables, in numbers and words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

COLUMNS, FILES, KEY, FROM = "columns.csv", "files.csv", "_key", "_origin"
"""Beside the records of a source: which column came from where, and which files were read; of a record, what tells it
apart, and the row that it comes from."""


@dataclass
class Kept:
    """What became of the tables: how many records of each, what is new, changed, edited by hand or gone, in words."""

    records: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    by_hand: int = 0
    conflicts: int = 0
    ranked: int = 0
    gone: int = 0
    removed: int = 0
    told: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
