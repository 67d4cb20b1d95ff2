"""What judged the records, what judged the judge, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkedproj.check.result import Result


@dataclass(frozen=True, slots=True)
class Crosscheck:
    """What the reference engine judged again, and found the same: so many records in `units` of all `of` blocks.

    `faulty` of these had results; all numbers are 0 when everything was judged again in one go.
    """

    engine: str
    units: int = 0
    records: int = 0
    faulty: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """Which engine judged the records ("pyshacl 0.40.1", "" for none), and what the reference judged again.

    `records` counts those of all `parts`, with the records of evidence; both are 0 when all was judged in one go. Of
    `units`, so many were `unchanged` since they were judged before.
    """

    engine: str
    parts: int = 0
    records: int = 0
    crosscheck: Crosscheck | None = None
    unchanged: int = 0
    units: int = 0


NOBODY = Checked("")
"""No engine had its say."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The results in order, and how they came about."""

    results: tuple[Result, ...]
    checked: Checked
