"""Lints of what other engines read otherwise: each names the engine, and how to say the same so that all agree.

`tests/foreign/` asks every saved query of these engines.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from linkedproj.model.errors import Problem
from linkedproj.queries.lint.code import find_selects, group_after
from linkedproj.queries.saved.tokens import declared_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.queries.lint.code import Select, Word
    from linkedproj.queries.lint.known import KnownTerms
    from linkedproj.queries.saved.collection import SavedQuery

_ANY_TERM = "http://www.w3.org/1999/02/22-rdf-syntax-ns#object"
_REPEATED = {"*", "+"}


def engine_problems(query: SavedQuery, words: Sequence[Word], known: KnownTerms) -> Iterator[Problem]:
    """Find what Virtuoso answers wrongly, and orders that SPARQL leaves to the engine."""
    yield from _joined_exists(words)
    yield from _repeated_after_choice(words)
    yield from _open_sorts(query, words, known)


def _joined_exists(words: Sequence[Word]) -> Iterator[Problem]:
    """Find EXISTS beside `||` in one expression."""
    for n, word in enumerate(words):
        if word.keyword not in {"FILTER", "BIND", "IF"} or n + 1 == len(words) or words[n + 1].text != "(":
            continue
        inside = group_after(words, n)
        level = word.braces
        here = [item for item in inside if item.braces == level]
        ors = any(one.text == two.text == "|" for one, two in pairwise(here)) or any(item.text == "||" for item in here)
        found = next((item for item in here if item.keyword == "EXISTS"), None)
        if ors and found is not None:
            yield Problem("LP-QUERY-EXISTS", found.place)


def _repeated_after_choice(words: Sequence[Word]) -> Iterator[Problem]:
    """Find a path that chooses in brackets and then repeats a step: (a|b)/c*."""
    for n, word in enumerate(words):
        if word.text != "(" or not word.braces or n + 1 == len(words):
            continue
        inside = group_after(words, n)
        after = words[n + len(inside) + 2 :]
        chooses = any(item.text == "|" and item.brackets == word.brackets + 1 for item in inside)
        if chooses and after and after[0].text == "/" and _repeats(after[1:], word.brackets):
            yield Problem("LP-QUERY-PATH", word.place)


def _repeats(words: Sequence[Word], level: int) -> bool:
    """Return whether a step of the path that begins here is repeated."""
    for word in words:
        if word.kind not in {"name", "iri"} and word.text not in {"/", "^", "(", ")", *_REPEATED}:
            return False
        if word.text in _REPEATED and word.brackets == level:
            return True
    return False


def _open_sorts(query: SavedQuery, words: Sequence[Word], known: KnownTerms) -> Iterator[Problem]:
    """Find texts with a language, and terms of any kind, by which rows are ordered as they are.

    A text behind the thing that it is a text of decides nothing any more.
    """
    declared = declared_prefixes(query.text)
    texts = {
        words[n + 2].variable
        for n, word in enumerate(words[:-2])
        if word.keyword == "LANG" and words[n + 1].text == "(" and words[n + 2].variable
    }
    terms = {
        words[n + 1].variable
        for n, word in enumerate(words[:-1])
        if word.kind == "name" and ":" in word.text and known.iri(declared, word.text) == _ANY_TERM
    }
    outer = next((select for select in find_selects(words) if not select.inner), None)
    before: set[str] = set()
    for word in _bare_keys(outer) if outer else ():
        name = word.text
        if word.variable in terms:
            needed = f'COALESCE(STR({name}), "") COALESCE(LANG({name}), "") COALESCE(STR(DATATYPE({name})), "")'
            yield _open_sort(word, needed)
        elif word.variable in texts and not before & _owners(words, word.variable):
            yield _open_sort(word, f'COALESCE(STR({name}), "") COALESCE(LANG({name}), "")')
        before.add(word.variable)


def _owners(words: Sequence[Word], text: str) -> set[str]:
    """Return the variables whose text this is: what stands before a property and the text."""
    found = (words[n - 2].variable for n, word in enumerate(words) if n > 1 and word.variable == text)
    return {name for name in found if name}


def _open_sort(word: Word, needed: str) -> Problem:
    return Problem("LP-QUERY-SORT", word.place, cell=word.text, values={"needed": needed})


def _bare_keys(select: Select) -> Iterator[Word]:
    """Yield each variable in ORDER BY that is no argument of a function."""
    order = next((n for n, word in enumerate(select.words) if word.keyword == "ORDER" and not word.braces), None)
    if order is None:
        return
    words = select.words[order:]
    for n, word in enumerate(words):
        if word.keyword in {"LIMIT", "OFFSET", "VALUES"}:
            return
        called = words[n - 2].keyword if words[n - 1].text == "(" else ""
        if word.variable and called in {"", "BY", "ASC", "DESC"}:
            yield word
