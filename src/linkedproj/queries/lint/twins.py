"""The lint of twins: the same columns and parameters as the query, tables that there are, SQL that DuckDB can run."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, Problem, QueryError
from linkedproj.model.lexical import LANGUAGE
from linkedproj.queries.ask.duck import columns_of
from linkedproj.queries.ask.sqlterms import datatype_of
from linkedproj.queries.saved.faults import HeaderError
from linkedproj.queries.saved.twin import LANGUAGE_OF, read_twin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.model.context import Context
    from linkedproj.queries.saved.collection import SavedQuery
from linkedproj.queries.saved.twin import Twin

_KINDS = frozenset({"iri", "literal", "number", "integer"})


def twin_problems(query: SavedQuery, context: Context) -> Iterator[Problem]:
    """Find what is wrong with the twin of a query, if it has one."""
    if query.twin is None:
        return
    try:
        twin = read_twin(query.twin)
    except HeaderError as error:
        yield error.problem
        return
    for detail in (*_unlike(query, twin), *_unknown(twin, context), *_unrun(twin, context)):
        yield Problem("LP-QUERY-TWIN", Place(twin.file, 1, 1), values={"detail": detail})


def _unlike(query: SavedQuery, twin: Twin) -> Iterator[str]:
    if tuple(twin.columns) != query.expect.columns:
        yield f"the columns are {', '.join(twin.columns)}, not {', '.join(query.expect.columns)}."
    used = twin.parameters | ({twin.language} if twin.language else set())
    for name in sorted(used ^ set(query.parameters)):
        yield f"the parameter {name} is {'not used' if name in query.parameters else 'none of the query'}."


def _unknown(twin: Twin, context: Context) -> Iterator[str]:
    for kind in twin.columns.values():
        if kind in _KINDS or kind.startswith(LANGUAGE_OF) or LANGUAGE.fullmatch(kind):
            continue
        try:
            datatype_of(kind, context.prefixes)
        except QueryError as error:
            yield str(error)


def _unrun(twin: Twin, context: Context) -> Iterator[str]:
    if find_spec("duckdb") is None:
        return
    try:
        found = columns_of(twin, context)
    except QueryError as error:
        yield str(error)
        return
    if found != len(twin.columns):
        yield f"the SQL gives {found} columns, the header names {len(twin.columns)}."
