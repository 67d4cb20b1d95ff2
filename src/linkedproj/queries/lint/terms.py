"""Lints of terms: those of our namespaces must be in the vocabulary, others must occur in the data."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from linkedproj.model.errors import Problem
from linkedproj.queries.lint.code import group_after, query_form
from linkedproj.queries.lint.known import XSD, namespace
from linkedproj.queries.saved.tokens import declared_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linkedproj.queries.lint.code import Word
    from linkedproj.queries.lint.known import KnownTerms
    from linkedproj.queries.saved.collection import SavedQuery
    from linkedproj.queries.saved.parameters import Parameter

STATED = {"https://schema.org/startDate", "https://schema.org/endDate"}

_NO_TERM_AFTER = {"PREFIX", "BASE", "SERVICE", "SILENT", "FROM", "NAMED"}
_COMPARED_IN = {"FILTER", "HAVING", "BIND"}
_PATH = {"/", "|", "^", "*", "+", "?", "(", ")"}


def term_problems(query: SavedQuery, words: Sequence[Word], known: KnownTerms) -> Iterator[Problem]:
    """Find terms that do not exist, and default values that do not occur in the data."""
    declared = declared_prefixes(query.text)
    asked = query_form(words)
    constructs = asked is not None and asked.keyword == "CONSTRUCT"
    made = {word.place for word in group_after(words, words.index(asked))} if asked and constructs else set()
    # A query of the program asks for all that records can have, whether or not these do.
    expected = frozenset() if query.is_own else known.modelled
    for word, iri in used_terms(words, known, declared):
        if namespace(iri) in known.namespaces:
            yield from _misspelt(word, iri, known)
        elif known.data is not None and iri not in known.data and iri not in expected and word.place not in made:
            yield Problem("LP-QUERY-ABSENT", word.place, cell=word.text)
    for parameter in query.parameters.values():
        yield from _absent_default(parameter, known)


def _absent_default(parameter: Parameter, known: KnownTerms) -> Iterator[Problem]:
    value = parameter.default or ""
    iri = value if ":" in value else known.bases.get(parameter.of, "") + value
    if value and parameter.type == "iri" and ":" in iri and known.data is not None and iri not in known.data:
        yield Problem("LP-QUERY-ABSENT", parameter.default_place, cell=value)


def used_terms(words: Sequence[Word], known: KnownTerms, declared: Mapping[str, str]) -> Iterator[tuple[Word, str]]:
    """Yield each word that is a term, with its IRI: no declaration, no datatype, no name of a function."""
    for n, word in enumerate(words):
        iri = _term(words, n, known.iri(declared, word.text) if word.kind == "name" else word.text[1:-1])
        if iri:
            yield word, iri


def date_problems(query: SavedQuery, words: Sequence[Word], known: KnownTerms) -> Iterator[Problem]:
    """Find comparisons of a stated date, which may be a month or a year."""
    declared = declared_prefixes(query.text)
    stated: set[str] = set()
    for n, word in enumerate(words):
        iri = known.iri(declared, word.text) if word.kind == "name" else word.text[1:-1]
        if iri in STATED and (variable := _object(words, n)):
            stated.add(variable)
    seen: set[int] = set()
    for n, word in enumerate(words):
        inside = group_after(words, n) if word.keyword in _COMPARED_IN else ()
        if not any(item.text in {"<", ">"} for item in inside):
            continue
        for item in inside:
            if item.variable in stated and id(item) not in seen:
                seen.add(id(item))
                yield Problem("LP-QUERY-DATE", item.place, cell=item.text)


def _term(words: Sequence[Word], n: int, iri: str) -> str:
    """Return the IRI of a word that is a term, or "" for a declaration, a datatype or the name of a function."""
    word, before = words[n], words[n - 1] if n else words[n]
    if word.kind not in {"name", "iri"} or (word.kind == "name" and ":" not in word.text):
        return ""
    declares = before.keyword in _NO_TERM_AFTER or words[max(n - 2, 0)].keyword == "PREFIX"
    typed = before.text == "^" and words[max(n - 2, 0)].text == "^"
    # The name of a function is followed by its arguments, with no space between them.
    called = n + 1 < len(words) and words[n + 1].text == "(" and words[n + 1].place.column == _end(word)
    return "" if declares or typed or called or iri.startswith(XSD) else iri


def _end(word: Word) -> int:
    return word.place.column + len(word.text)


def _misspelt(word: Word, iri: str, known: KnownTerms) -> Iterator[Problem]:
    if iri in known.terms:
        return
    base = namespace(iri)
    names = [term[len(base) :] for term in known.terms if namespace(term) == base]
    near = difflib.get_close_matches(iri[len(base) :], names, 1)
    yield Problem(
        "LP-QUERY-TERM", word.place, cell=word.text, values={"nearest": _short(base + near[0], known)} if near else {}
    )


def _short(iri: str, known: KnownTerms) -> str:
    base = namespace(iri)
    return next((f"{name}:{iri[len(base) :]}" for name, pinned in known.prefixes.items() if pinned == base), iri)


def _object(words: Sequence[Word], n: int) -> str:
    """Return the variable that a property ends in; the property may be part of a path."""
    following = n + 1
    while following < len(words) and words[following].text in _PATH:
        step = words[following].text
        following += 2 if step in {"/", "|"} else 1
    return words[following].variable if following < len(words) else ""
