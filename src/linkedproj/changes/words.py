"""The words of a comparison in each language, and what records, columns and codes are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.phrases import Phrases, number
from linkedproj.model.rules import text_in, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkedproj.changes.compare import Changes
    from linkedproj.changes.notes import What

__all__ = ["Speaker", "column", "count", "kind_name", "number", "phrase"]

_LONGEST = 160
_AROUND = 40


phrase = Phrases("linkedproj.changes")


def count(language: str, kind: str, what: What, n: int) -> str:
    """Word how many records of a type were added, removed or changed.

    >>> count("ca", "Organisation", "added", 2)
    '2 organitzacions afegides'
    """
    types = phrase.entry(language, "types")
    one, many, gender = types.get(kind) or types["other"]
    ending = phrase.entry(language, what)[gender][0 if n == 1 else 1]
    return phrase(language, "count", n=number(language, n), noun=one if n == 1 else many, done=ending)


def kind_name(language: str, kind: str) -> str:
    """Name a record type."""
    types = phrase.entry(language, "types")
    return str((types.get(kind) or types["other"])[0])


def column(language: str, name: str) -> str:
    """Name a column as people call it: "end date", "summary (ca)", "budget: amount"; else as the table does.

    >>> column("es", "summary@ca")
    'resumen (ca)'
    """
    columns = phrase.entry(language, "columns")
    path, _, tag = name.partition("@")
    words = ": ".join(str(columns.get(part, part)) for part in path.split(".")) if ":" not in path else path
    return f"{words} ({tag})" if tag else words


class Speaker:
    """Names of things in one language, from the data where it has one."""

    def __init__(self, changes: Changes, language: str) -> None:
        self._changes, self.language = changes, language

    def record(self, iri: str) -> str:
        """Call a record by its short name, its label, or those it joins; else by type and id."""
        return visible(self._record(iri), _LONGEST)

    def _record(self, iri: str, depth: int = 1) -> str:
        found = self._changes.notes.named(iri)
        if isinstance(found, dict):
            kind = self._changes.kind(iri)
            # An acronym stands for a long title; who has a name is called by it.
            brief = found.pop("", "") if kind is None or kind.short_name else ""
            found.pop("", None)
            return brief or text_in(found, self.language) or self._code(iri)
        parts = [self._record(part, depth - 1) for part in found] if depth else []
        return " · ".join(parts) or self._changes.short(iri)

    def _code(self, iri: str) -> str:
        return text_in(self._changes.label(iri), self.language) or self._changes.short(iri)

    def value(self, value: ox.NamedNode | ox.Literal) -> str:
        """Write a value: the name of what an IRI stands for, the text of a literal."""
        return self._record(value.value) if isinstance(value, ox.NamedNode) else value.value

    def values(
        self, old: Sequence[ox.NamedNode | ox.Literal], new: Sequence[ox.NamedNode | ox.Literal]
    ) -> tuple[list[str], list[str]]:
        """Write the values that went and came; of long texts, what is round the first difference."""
        before, after = [self.value(value) for value in old], [self.value(value) for value in new]
        if len(before) == len(after) == 1:
            start = _difference(before[0], after[0])
            before, after = [_excerpt(before[0], start)], [_excerpt(after[0], start)]
        return [_clip(text) for text in before], [_clip(text) for text in after]


def _difference(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _excerpt(text: str, start: int) -> str:
    """Leave out what comes long before a place in a text, from the beginning of a word."""
    if len(text) <= _LONGEST or start <= _AROUND:
        return text
    begin = text.rfind(" ", 0, start - _AROUND) + 1
    return "…" + text[begin:] if begin else text


def _clip(text: str) -> str:
    return visible(text, _LONGEST)
