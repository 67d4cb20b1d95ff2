"""What a worker of this room does: it opens the records of an `Assignment`, then answers one saved query a message.

It answers with what became of the query, its files lie in the folder of the assignment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.model.errors import LinkedprojError, QueryError
from linkedproj.queries.ask.answers import unanswered, write_answer
from linkedproj.queries.ask.local import evaluate, load
from linkedproj.queries.ask.store import fill_on_disk
from linkedproj.queries.results.table import TooLargeError
from linkedproj.queries.saved.bind import bind
from linkedproj.system.plain import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkedproj.queries.ask.answers import AnsweredQuery
    from linkedproj.queries.ask.asking import Assignment
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


def _answer(assignment: Assignment, store: ox.Store | None, query: SavedQuery) -> AnsweredQuery:
    """Answer a query with its defaults.

    Raises:
        QueryError: it cannot be run.
    """
    if store is None:
        return unanswered(query, "loaded")
    try:
        sparql = bind(query, {}, assignment.bases)
        answer = evaluate(store, sparql, query.file, query.header_lines, most=assignment.bounds.rows)
        return write_answer(query, answer, assignment.folder, assignment.bounds)
    except TooLargeError:
        return unanswered(query, "rows")
    except LinkedprojError as error:
        raise QueryError(str(error)) from error
