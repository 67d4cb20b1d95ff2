"""What a worker of this room does: it opens the records of an `Assignment`, then answers one saved query a message.

It answers with what became of the query, its files lie in the folder of the assignment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.model.errors import LinkedprojError, QueryError
from linkedproj.queries.ask import duck
from linkedproj.queries.ask.answers import unanswered, written
from linkedproj.queries.ask.engines import can_count
from linkedproj.queries.ask.local import TooLargeError, evaluate, load
from linkedproj.queries.ask.store import fill_on_disk
from linkedproj.queries.saved.bind import bind
from linkedproj.system.plain import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkedproj.queries.ask.answers import Published
    from linkedproj.queries.ask.asking import Assignment
    from linkedproj.queries.results.table import Answer
    from linkedproj.queries.saved.collection import SavedQuery


def begin(setup: dict[str, Any]) -> Callable[[Any], Any]:
    """Fill the store of an assignment, if that is all it is for, or open it; return the function that answers.

    Raises:
        QueryError: a file cannot be read, or the store cannot be written.
    """
    assignment: Assignment = from_plain(setup["assignment"])
    try:
        if setup["fills"] and assignment.store:
            fill_on_disk(assignment.files, assignment.store)
        store = _open_store(assignment) if not setup["fills"] else None
    except (LinkedprojError, OSError) as error:
        raise QueryError(str(error)) from error
    return lambda query: to_plain(_answer(assignment, store, from_plain(query)))


def _open_store(assignment: Assignment) -> ox.Store | None:
    if assignment.store:
        return ox.Store.read_only(str(assignment.store))
    return load(assignment.files) if assignment.files else None


def _answer(assignment: Assignment, store: ox.Store | None, query: SavedQuery) -> Published:
    """Answer a query with its defaults, by its twin if it has one.

    Raises:
        QueryError: it cannot be run.
    """
    try:
        answer = _counted(assignment, query)
        if answer is None and store is not None:
            sparql = bind(query, {}, assignment.bases)
            answer = evaluate(store, sparql, query.file, query.header_lines, most=assignment.bounds.rows)
        if answer is None:
            return unanswered(query, "loaded")
        return written(query, answer, assignment.folder, assignment.bounds)
    except TooLargeError:
        return unanswered(query, "rows")
    except LinkedprojError as error:
        raise QueryError(str(error)) from error


def _counted(assignment: Assignment, query: SavedQuery) -> Answer | None:
    """Answer from the tables, where DuckDB can.

    Raises:
        TooLargeError: the answer has too many rows.
    """
    if assignment.tables is None or not can_count(query, assignment.tables):
        return None
    try:
        return duck.answer(query, {}, assignment.bases, assignment.tables, assignment.bounds.rows)
    except TooLargeError:
        raise
    except QueryError:
        return None
