"""How many records of each type changed in a way that is worth telling, and which come first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from linkedproj.changes.notes import ALWAYS, WHATS
from linkedproj.changes.story import stories

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linkedproj.changes.compare import Changes
    from linkedproj.changes.notes import What
    from linkedproj.changes.story import Story


@dataclass(frozen=True)
class Tally:
    """How many records of each type ("Project") are told as added, removed and changed, in the order of the context."""

    counts: Mapping[tuple[str, What], int]
    types: tuple[str, ...]

    def by_type(self, what: What) -> list[tuple[str, int]]:
        """Return type and number of what was added, removed or changed."""
        return [(kind, self.counts[kind, what]) for kind in self.types if self.counts.get((kind, what))]

    def total(self, what: What) -> int:
        """Count the records of all types."""
        return sum(n for _, n in self.by_type(what))

    @property
    def whats(self) -> tuple[What, ...]:
        """What there is to tell, in its order: what is added, removed and changed in any case."""
        return tuple(what for what in WHATS if what in ALWAYS or self.total(what))

    def __bool__(self) -> bool:
        """Return whether there is anything to tell."""
        return bool(self.counts)


def tally(changes: Changes) -> Tally:
    """Count what is worth telling: a record that changed in computed values only is not."""
    counts: Counter[tuple[str, What]] = Counter()
    for key, n in changes.counts.items():
        if key[1] in WHATS and key[1] != "changed" and n:
            counts[key] = n
    for story in stories(changes, "changed"):
        counts[story.kind.name if story.kind else "", "changed"] += 1
    return Tally(counts, (*changes.types, ""))


def first_stories(changes: Changes, what: What, kind: str, limit: int) -> Iterator[Story]:
    """Yield the first `limit` records of a type (0: all of them)."""
    return islice(stories(changes, what, kind), limit or None)
