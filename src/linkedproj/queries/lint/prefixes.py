"""Lints of prefixes: declared, pinned, used."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from linkedproj.model.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.queries.lint.code import Word
    from linkedproj.queries.lint.known import KnownTerms
    from linkedproj.queries.saved.collection import SavedQuery


def prefix_problems(query: SavedQuery, words: Sequence[Word], known: KnownTerms) -> Iterator[Problem]:
    """Find prefixes that are not declared, bound to another IRI than elsewhere, or not used."""
    declared = dict(_declared(words))
    used = dict(_used(query, words, {id(name) for name, _ in declared.values()}))
    for prefix, word in used.items():
        if prefix not in declared:
            pinned = {"pinned": known.prefixes.get(prefix, "…")}
            yield Problem("LP-QUERY-UNDECLARED", word.place, cell=prefix, values=pinned)
    for prefix, (name, iri) in declared.items():
        yield from _pinned(prefix, name, iri.text[1:-1], known)
        if prefix not in used:
            yield Problem("LP-QUERY-UNUSED", name.place, cell=prefix)


def _declared(words: Sequence[Word]) -> Iterator[tuple[str, tuple[Word, Word]]]:
    for word, name, iri in zip(words, words[1:], words[2:], strict=False):
        if word.keyword == "PREFIX" and name.text.endswith(":") and iri.kind == "iri":
            yield name.text[:-1], (name, iri)


def _used(query: SavedQuery, words: Sequence[Word], declarations: set[int]) -> Iterator[tuple[str, Word]]:
    """Yield each prefix with the first place it is used at; the type of a parameter uses one too."""
    seen: set[str] = set()
    types = {item.place: item.type.partition("_") for item in query.parameters.values()}
    for before, word in pairwise([words[0], *words] if words else ()):
        prefix, local, _ = types.get(word.place, ("", "", ""))
        if word.kind == "name" and ":" in word.text and id(word) not in declarations and before.keyword != "PREFIX":
            prefix, local, _ = word.text.partition(":")
        if local and prefix not in seen:
            seen.add(prefix)
            yield prefix, word


def _pinned(prefix: str, name: Word, iri: str, known: KnownTerms) -> Iterator[Problem]:
    pinned = known.prefixes.get(prefix)
    if pinned is not None and pinned != iri:
        yield Problem("LP-QUERY-PINNED", name.place, cell=prefix, values={"found": iri, "pinned": pinned})
    elif pinned is None:
        other = next((known_as for known_as, namespace in known.prefixes.items() if namespace == iri), "")
        nearest = {"nearest": other} if other else {}
        yield Problem("LP-QUERY-PREFIX", name.place, cell=prefix, values={"found": iri, **nearest})
