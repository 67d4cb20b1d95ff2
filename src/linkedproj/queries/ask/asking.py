"""Ask saved queries one after the other for publication: here, or in a process that can be stopped.

pyoxigraph has no way to stop a query: who waits no longer must end the process. The next one opens the store on disk
in 0.05 s.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from dataclasses import dataclass
from threading import Event, Timer
from typing import IO, TYPE_CHECKING, Self, cast

from linkedproj.model.errors import QueryError
from linkedproj.queries.ask.answers import unanswered, write_answer
from linkedproj.queries.ask.local import TooLargeError, evaluate
from linkedproj.queries.saved.bind import bind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyoxigraph as ox

    from linkedproj.queries.ask.answers import AnsweredQuery, Bounds
    from linkedproj.queries.saved.collection import SavedQuery

_PATIENCE = 3
"""How many times its seconds of CPU a query may take by the clock: others may be using the machine."""

_UNLOADED = "the records cannot be loaded to answer the saved queries: {}"

_OUT_OF_TIME = getattr(signal, "SIGXCPU", 0)

_WORKER = [sys.executable, "-m", "linkedproj.queries.ask.worker"]


@dataclass(frozen=True)
class Task:
    """What the other process has to know.

    `store` is where the store is to be, and `files` what it is filled with; None: in memory. Without files there is no
    store. `bases` are as in `bind`; answers are written to `folder`.
    """

    store: Path | None
    files: tuple[Path, ...]
    bases: Mapping[str, str]
    folder: Path
    bounds: Bounds


class Here:
    """Asks a store in this process; only what is too large is left out."""

    def __init__(self, store: ox.Store, bases: Mapping[str, str], folder: Path, bounds: Bounds) -> None:
        self._store, self._bases, self._folder, self._bounds = store, bases, folder, bounds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

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


class There:
    """Asks in another process, which is ended when its time is up, and begun anew for the next query."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Fill the store.

        Raises:
            QueryError: a file cannot be read, or the store cannot be written.
        """
        if self._task.store:
            told = pickle.dumps(self._task)
            done = subprocess.run([*_WORKER, "fill"], input=told, stderr=subprocess.PIPE, check=False)  # noqa: S603 - ourselves
            if done.returncode:
                said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it was ended"]
                raise QueryError(_UNLOADED.format(said[-1]))
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def ask(self, query: SavedQuery) -> AnsweredQuery:
        """Answer a query with its defaults.

        Raises:
            QueryError: it cannot be run.
        """
        bind(query, {}, self._task.bases)  # what does not fit is told as everywhere
        process = self._process or self._started()
        self._send(process, query)
        found = self._received(process)
        if isinstance(found, str):
            self._end()
            return unanswered(query, found)
        return found

    def _started(self) -> subprocess.Popen[bytes]:
        """Begin a process.

        Raises:
            QueryError: it cannot open the store, or read the files.
        """
        self._process = subprocess.Popen(_WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ourselves
        self._send(self._process, self._task)
        try:
            # What it takes to load is no query's time.
            failed: Exception | None = pickle.load(_pipe(self._process.stdout))  # noqa: S301 - from ourselves
        except (EOFError, pickle.UnpicklingError):
            failed = QueryError("it was ended")
        if failed:
            raise QueryError(_UNLOADED.format(failed)) from failed
        return self._process

    def _send(self, process: subprocess.Popen[bytes], what: object) -> None:
        pipe = _pipe(process.stdin)
        pickle.dump(what, pipe)
        pipe.flush()

    def _received(self, process: subprocess.Popen[bytes]) -> AnsweredQuery | str:
        """Wait for an answer: "seconds" if it does not come in time, "memory" if the process fails.

        Raises:
            QueryError: the query cannot be run.
        """
        late = Event()
        timer = Timer(_PATIENCE * self._task.bounds.seconds, _stop, (process, late))
        timer.start()
        try:
            found: AnsweredQuery | str | Exception = pickle.load(_pipe(process.stdout))  # noqa: S301 - from ourselves
        except (EOFError, pickle.UnpicklingError):
            found = "seconds" if -process.wait() == _OUT_OF_TIME else "memory"
        finally:
            timer.cancel()
        if isinstance(found, Exception):
            raise QueryError(str(found)) from found
        return "seconds" if late.is_set() else found

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _stop(process: subprocess.Popen[bytes], late: Event) -> None:
    late.set()
    process.kill()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    return cast("IO[bytes]", pipe)
