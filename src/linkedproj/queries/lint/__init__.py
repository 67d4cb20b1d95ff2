"""Find what is wrong with saved queries before anybody asks them.

A query is cut into words that know how deep in braces and brackets they stand (`code`). Each of the other modules looks
at one thing: `forms` at what is asked and in which order, `prefixes`, `terms` at what exists, `values` at defaults and
cases, `syntax` at what the parser says, `engines` at what others read otherwise. `known` is what queries are held
against.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from linkedproj.queries.lint.code import read_code
from linkedproj.queries.lint.engines import engine_problems
from linkedproj.queries.lint.forms import federation_problems, form_problems
from linkedproj.queries.lint.known import load_known, terms_of
from linkedproj.queries.lint.prefixes import prefix_problems
from linkedproj.queries.lint.syntax import syntax_problems
from linkedproj.queries.lint.terms import date_problems, term_problems
from linkedproj.queries.lint.values import value_problems
from linkedproj.queries.saved.collection import inspect_query

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.errors import Problem
    from linkedproj.queries.lint.known import KnownTerms
    from linkedproj.queries.saved.collection import Collection as QueryCollection
    from linkedproj.queries.saved.collection import SavedQuery

__all__ = ["lint_collection", "lint_folder", "lint_queries", "terms_of"]


# Where one of these is told, the parser would only tell it again.
_UNPARSED = {"LP-QUERY-UNDECLARED", "LP-QUERY-UPDATE", "LP-QUERY-PROJECTED"}


def lint_folder(folder: Path, ontology: Path, data_terms: Collection[str] | None = None) -> list[Problem]:
    """Read every query of a folder as far as it can be read, and find all that is wrong with headers and code.

    They are held against the data as a portfolio's own are: what they ask for has to be there.

    Raises:
        SetupError: the context in `ontology` cannot be read.
    """
    read = (inspect_query(path) for path in sorted(folder.glob("*.rq")))
    own = ((query and replace(query, is_own=True), problems) for query, problems in read)
    return _lint_read(own, ontology, data_terms)


def lint_collection(
    collection: QueryCollection, ontology: Path, data_terms: Collection[str] | None = None
) -> list[Problem]:
    """Do the same for all queries that a portfolio asks, worded for it.

    Raises:
        SetupError: the context in `ontology` cannot be read.
    """
    read = (collection.inspect(path) for path in collection.files().values())
    return _lint_read(read, ontology, data_terms)


def _lint_read(
    read: Iterable[tuple[SavedQuery | None, list[Problem]]], ontology: Path, data_terms: Collection[str] | None
) -> list[Problem]:
    found: list[Problem] = []
    queries: list[SavedQuery] = []
    for query, problems in read:
        found += problems
        queries += [query] if query else []
    found += lint_queries(queries, ontology, data_terms)
    return sorted(found, key=lambda problem: problem.order)


def lint_queries(
    queries: Sequence[SavedQuery], ontology: Path, data_terms: Collection[str] | None = None
) -> list[Problem]:
    """Find what is wrong with the code of queries whose headers could be read.

    `data_terms` are the IRIs that occur in the data (`terms_of`); without them only our own terms are looked up.

    Raises:
        SetupError: the context in `ontology` cannot be read.
    """
    known = load_known(ontology, data_terms)
    by_id = {query.id: query for query in queries}
    found = [problem for query in queries for problem in _lint(query, known, by_id)]
    return sorted(found, key=lambda problem: problem.order)


def _lint(query: SavedQuery, known: KnownTerms, queries: Mapping[str, SavedQuery]) -> Iterator[Problem]:
    words = read_code(query.text, query.file)
    found = [*prefix_problems(query, words, known), *form_problems(query, words)]
    yield from found
    yield from federation_problems(query, words)
    yield from term_problems(query, words, known)
    yield from date_problems(query, words, known)
    yield from value_problems(query, known, queries)
    yield from engine_problems(query, words, known)
    if not _UNPARSED & {problem.rule for problem in found}:
        yield from syntax_problems(query, words, known.bases)
