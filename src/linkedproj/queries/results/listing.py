"""Saved queries as a table: what can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.errors import QueryError
from linkedproj.model.rules import text_in
from linkedproj.queries.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.queries.saved.collection import SavedQuery


def list_queries(queries: Mapping[str, SavedQuery], language: str, tag: str | None = None) -> Table:
    """List queries with their titles in a language; with `tag`, those that have it.

    Raises:
        QueryError: no query has the tag.
    """
    tags = sorted({name for query in queries.values() for name in query.tags})
    if tag and tag not in tags:
        raise QueryError(f"no query has the tag '{tag}'. There are: {', '.join(tags)}.")
    rows = (
        (query.id, text_in(query.title, language), ", ".join(query.parameters), ", ".join(query.tags), _whose(query))
        for query in queries.values()
        if not tag or tag in query.tags
    )
    names = ("id", "question", "parameters", "tags", "from")
    return Table(names, tuple(tuple(map(ox.Literal, row)) for row in rows))


def _whose(query: SavedQuery) -> str:
    return "portfolio" if query.is_own else "linkedproj"
