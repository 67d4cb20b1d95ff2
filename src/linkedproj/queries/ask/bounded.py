"""Ask data within bounds from Python: in another process, which is ended when a query takes too much.

pyoxigraph cannot stop a query, and a program that asks must not end with it. The process opens the data once and is
kept for the next question; after it was ended, the next question begins another, which opens them anew.
"""

from __future__ import annotations

import tempfile
import weakref
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.errors import QueryError
from linkedproj.queries.ask.local import data_files
from linkedproj.queries.ask.questions import unpacked
from linkedproj.queries.results.table import TooLargeError
from linkedproj.system.workers import Reason, Request, Worker, WorkerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkedproj.queries.ask.sources import Question, StoreSource
    from linkedproj.queries.results.table import Answer

SECONDS, MEGABYTES, ROWS = 30.0, 4096, 1_000_000
"""What a question may take by default, as at the command line."""


@dataclass(frozen=True)
class Limits:
    """What one question may take: seconds by the clock, MB of memory of its process, rows of its answer (0: any)."""

    seconds: float = SECONDS
    megabytes: int = MEGABYTES
    rows: int = ROWS


@dataclass(frozen=True)
class BoundedSource:
    """A source whose questions are answered in another process.

    That opens the files in `paths`, or else a copy of the store of `inner`. `kept` is a folder in which a
    store of large data is kept on disk.
    """

    inner: StoreSource
    paths: Sequence[Path] = ()
    kept: Path | None = None
    limits: Limits = Limits()

    @property
    def base(self) -> str | None:
        """What the IRIs of the portfolio begin with."""
        return self.inner.base

    @property
    def store(self) -> ox.Store:
        """The data in this process."""
        return self.inner.store

    def answer(self, question: Question) -> Answer:
        """Answer a question.

        Raises:
            QueryError: the data cannot be read, or the query cannot be run, or takes too much.
            WorkerError: answering failed by a fault of our own.
        """
        query, limits = question.query, self.limits
        most = question.most if question.most is not None else limits.rows or None
        asked = {"sparql": question.sparql, "file": query.file, "above": query.header_lines, "most": most}
        try:
            # Opening the data is no query's time.
            self._worker.start()
            packed = self._worker.ask(Request(asked, 0, limits.seconds))
        except WorkerError as error:
            raise self._told(error, most or 0) from error
        except BaseException:
            # Whoever is interrupted does not wait for the answer, which would be taken for that of the next question.
            self._worker.close()
            raise
        return unpacked(packed, question.sparql)

    def _told(self, error: WorkerError, most: int) -> Exception:
        if error.kind == TooLargeError.__name__:
            return QueryError(f"{TooLargeError(most)} Add LIMIT to the query, or allow more with rows=….")
        if error.kind == QueryError.__name__:
            return QueryError(error.text)
        taken = {
            Reason.TIME: (f"longer than {self.limits.seconds:g} seconds", "timeout"),
            Reason.MEMORY: (f"more than {self.limits.megabytes:,} MB of memory", "memory"),
        }.get(error.reason)
        if taken is None:
            return error
        return QueryError(f"the query was stopped: it took {taken[0]}. Ask for less, or allow more with {taken[1]}=….")

    @cached_property
    def _worker(self) -> Worker:
        files = [file for path in self.paths for file in data_files(path)] if self.paths else [self._copy()]
        kept = str(self.kept.absolute()) if self.kept else ""
        setup = {"files": [str(file.absolute()) for file in files], "kept": kept}
        worker = Worker("linkedproj.queries.ask.questions", setup, self.limits.megabytes)
        weakref.finalize(self, worker.close)
        return worker

    def _copy(self) -> Path:
        """Write the store to a file, for the other process to read."""
        folder = tempfile.TemporaryDirectory(prefix="linkedproj-")
        weakref.finalize(self, folder.cleanup)
        file = Path(folder.name, "records.nt")
        with file.open("wb") as out:
            self.inner.store.dump(out, format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        return file
