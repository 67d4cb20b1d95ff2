"""One thing that a portfolio wants of the records of a type; `policy` reads all of them from its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.languages import is_in_range

if TYPE_CHECKING:
    from linkedproj.model.shapes import Term

ALL, ONE, OWN, TOLD, NO = "all languages", "one language", "own language", "told", "no"
"""How far a text is required; anything else is an "error" or a "warning", TOLD or NO.

Of ONE, what the other languages lack is counted; of OWN it is not, for a name needs no translation.
"""

EVERY_VALUE, EVERY_RECORD = "every value", "every record"
"""How far values need evidence; else TOLD or NO."""


@dataclass(frozen=True)
class Want:
    """What a portfolio wants of the records of a type, how far (`level`).

    `terms` are the columns any of which will do; of a text there is one, and `languages` are those it is wanted in, of
    all in which tables may have it (`written`): a text in British English is one in English.
    `shape` is the shape of the ontology that says so, or None; `is_formal` tells that it holds for every portfolio.
    """

    terms: tuple[str, ...]
    level: str
    languages: tuple[str, ...] = ()
    shape: Term | None = None
    is_formal: bool = False
    written: tuple[str, ...] = ()

    @property
    def counted(self) -> list[tuple[str, ...]]:
        """The columns that are counted; where there are several together, any of them will do."""
        if self.languages:
            return [self._columns(tag) for tag in self.languages] if self.level in (ONE, TOLD) else []
        return [self.terms] if self.level == TOLD else []

    def _columns(self, wanted: str) -> tuple[str, ...]:
        """Return the columns in a language, the one that is called so first."""
        tags = dict.fromkeys((wanted, *(tag for tag in self.written if is_in_range(tag, wanted))))
        return tuple(f"{self.terms[0]}@{tag}" for tag in tags)
