"""Ask saved queries one after the other for publication: here, or in a process that can be stopped.

pyoxigraph has no way to stop a query: who waits no longer must end the process. The next one opens the store on disk
in 0.05 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Self

from linkedproj.model.errors import QueryError
from linkedproj.queries.ask.answers import unanswered, write_answer
from linkedproj.queries.ask.local import evaluate
from linkedproj.queries.results.table import TooLargeError
from linkedproj.queries.saved.bind import bind
from linkedproj.system.plain import from_plain, to_plain
from linkedproj.system.workers import Reason, Request, Worker, WorkerError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyoxigraph as ox

    from linkedproj.queries.ask.answers import AnsweredQuery, Bounds
    from linkedproj.queries.saved.collection import SavedQuery

_PATIENCE = 3
"""How many times its seconds of CPU a query may take by the clock: others may be using the machine."""

_UNLOADED = "the records cannot be loaded to answer the saved queries: {}"

_WORKER = "linkedproj.queries.ask.worker"


@dataclass(frozen=True)
class Assignment:
    """What a process that answers has to know.

    `store` is where the store is to be, and `files` what it is filled with; None: in memory. Without files there is no
    store. `bases` are as in `bind`; answers are written to `folder`.
    """

    store: Path | None
    files: tuple[Path, ...]
    bases: Mapping[str, str]
    folder: Path
    bounds: Bounds


class InProcess:
    """Asks a store in this process, for several threads at once; only what is too large is left out."""

    def __init__(self, store: ox.Store, bases: Mapping[str, str], folder: Path, bounds: Bounds) -> None:
        self._store, self._bases, self._folder, self._bounds = store, bases, folder, bounds

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the store as it is."""

    def ask(self, query: SavedQuery) -> AnsweredQuery:
        """Answer a query with its defaults.

        Raises:
            QueryError: it cannot be run.
        """
        sparql = bind(query, {}, self._bases)
        try:
            answer = evaluate(self._store, sparql, query.file, query.header_lines, most=self._bounds.rows)
        except TooLargeError:
            return unanswered(query, "rows")
        return write_answer(query, answer, self._folder, self._bounds)


class InWorker:
    """Asks in another process, which is ended when its time is up, and begun anew for the next query.

    Threads wait for each other: what one query takes is counted for the whole process.
    """

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._alone = Lock()
        self.worker = self._make_worker(fills=False)

    def _make_worker(self, *, fills: bool) -> Worker:
        setup = {"assignment": to_plain(self._assignment), "fills": fills}
        return Worker(_WORKER, setup, self._assignment.bounds.megabytes)

    def __enter__(self) -> Self:
        """Fill the store on disk, in a process of its own: what it takes is given back.

        Raises:
            QueryError: a file cannot be read, or the store cannot be written.
        """
        if self._assignment.store:
            with self._make_worker(fills=True) as filler:
                _start(filler)
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.worker.close()

    def ask(self, query: SavedQuery) -> AnsweredQuery:
        """Answer a query with its defaults.

        Raises:
            QueryError: it cannot be run, or the records cannot be loaded.
            WorkerError: answering failed by a fault of our own.
        """
        bind(query, {}, self._assignment.bases)  # what does not fit is reported as everywhere
        with self._alone:
            return self._exchanged(query)

    def _exchanged(self, query: SavedQuery) -> AnsweredQuery:
        # What it takes to load is no query's time.
        _start(self.worker)
        seconds = self._assignment.bounds.seconds
        try:
            found: AnsweredQuery = from_plain(self.worker.ask(Request(to_plain(query), seconds, _PATIENCE * seconds)))
        except WorkerError as error:
            if error.kind == QueryError.__name__:
                raise QueryError(error.text) from error
            if error.reason is Reason.FAILED:
                raise
            return unanswered(query, "seconds" if error.reason is Reason.TIME else "memory")
        return found


def _start(worker: Worker) -> None:
    """Start a process.

    Raises:
        QueryError: it cannot open the store, or read the files.
    """
    try:
        worker.start()
    except WorkerError as error:
        raise QueryError(_UNLOADED.format(error.text or error.reason.value)) from error
