"""One process that answers saved queries: a task, then queries, pickled on standard input; what became of each back."""

from __future__ import annotations

import math
import pickle
import sys
from typing import TYPE_CHECKING, BinaryIO

import pyoxigraph as ox

from linkedproj.model.errors import LinkedprojError, QueryError
from linkedproj.queries.ask.answers import unanswered, write_answer
from linkedproj.queries.ask.local import TooLargeError, evaluate, load
from linkedproj.queries.ask.store import fill_on_disk
from linkedproj.queries.saved.bind import bind

if TYPE_CHECKING:
    from linkedproj.queries.ask.answers import AnsweredQuery, Bounds
    from linkedproj.queries.ask.asking import Task
    from linkedproj.queries.saved.collection import SavedQuery


def main() -> None:
    """Fill the store of the task, or answer queries until there are no more."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    task: Task = pickle.load(asked)  # noqa: S301 - from the process that started this one
    if sys.argv[1:] == ["fill"]:
        _fill(task)
        return
    try:
        store = _opened(task)
    except (LinkedprojError, OSError) as error:
        _send(answers, QueryError(str(error)))
        return
    _limit(task.bounds)
    _send(answers, None)
    while True:
        try:
            query: SavedQuery = pickle.load(asked)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        _limit_time(task.bounds)
        _send(answers, _told(task, store, query))


def ask(task: Task, store: ox.Store | None, query: SavedQuery) -> AnsweredQuery:
    """Answer a query with its defaults.

    Raises:
        QueryError: it cannot be run.
    """
    if store is None:
        return unanswered(query, "loaded")
    try:
        sparql = bind(query, {}, task.bases)
        answer = evaluate(store, sparql, query.file, query.header_lines, most=task.bounds.rows)
        return write_answer(query, answer, task.folder, task.bounds)
    except TooLargeError:
        return unanswered(query, "rows")
    except MemoryError:
        return unanswered(query, "memory")


def _told(task: Task, store: ox.Store | None, query: SavedQuery) -> AnsweredQuery | QueryError:
    try:
        return ask(task, store, query)
    except LinkedprojError as error:
        return QueryError(str(error))


def _opened(task: Task) -> ox.Store | None:
    if task.store:
        return ox.Store.read_only(str(task.store))
    return load(task.files) if task.files else None


def _fill(task: Task) -> None:
    try:
        if task.store:
            fill_on_disk(task.files, task.store)
    except (LinkedprojError, OSError) as error:
        sys.exit(str(error))


def _send(answers: BinaryIO, what: object) -> None:
    pickle.dump(what, answers)
    answers.flush()


def _limit(bounds: Bounds) -> None:
    """Limit the memory of this process, where the system can."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (bounds.megabytes * 2**20,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(bounds: Bounds) -> None:
    """Let the system end this process when its seconds are used up, whoever else is using the machine."""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = math.ceil(used.ru_utime + used.ru_stime + bounds.seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
