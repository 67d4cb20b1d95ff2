"""The unit of work: one shard of a table, read, checked and written by itself.

`perform` is a pure function of its arguments and of the files they name, so that any runner may call it in any order,
in any process, on any machine that sees the same folders: the parts it writes make the same dumps.
"""

from __future__ import annotations

import gc
import hashlib
import pickle
from contextlib import contextmanager
from typing import TYPE_CHECKING

from linkedproj.mapping.tasks.mapping import MappingWork
from linkedproj.mapping.tasks.model import CLAIMS, STATED, MappingRun, Outcome, Slice, Task, links_of
from linkedproj.mapping.tasks.rows import ROW_BLOCK, SortingWork, batches, rows_of
from linkedproj.system.sorting import RunFile
from linkedproj.tables.readers.csv import TornError
from linkedproj.tables.shards import SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "CLAIMS", "ROW_BLOCK", "STATED", "MappingRun", "Outcome", "Slice", "Task", "batches", "links_of", "perform",
    "rows_of",
]  # fmt: skip


def perform(setting: MappingRun, task: Task) -> Outcome:
    """Do one task; what it writes lies in the folder of the setting, under the task's name.

    What an earlier run left there is taken, if it was made of the same bytes by the same program.
    """
    origin = _origin(setting, task) if setting.digest else ""
    kept = setting.folder / f"{task.name}.outcome"
    if origin and (outcome := _kept(kept, origin)):
        return outcome
    outcome = _performed(setting, task, RunFile(setting.folder / f"{task.name}.runs", origin))
    if origin:
        beside = kept.with_suffix(".new")
        beside.write_bytes(pickle.dumps((origin, outcome)))
        beside.replace(kept)
    return outcome


def _kept(path: Path, origin: str) -> Outcome | None:
    """Take up an earlier outcome, if it was made of the same, and what it wrote is still there."""
    if not path.exists():
        return None
    known, outcome = pickle.loads(path.read_bytes())  # noqa: S301 - written by `perform`, in a folder of its own
    if known != origin or not outcome.is_there():
        return None
    return outcome  # type: ignore[no-any-return]  # what `perform` wrote


def _origin(setting: MappingRun, task: Task) -> str:
    """Give a digest of all that the outcome of a task depends on; runs carry that of the task that made them."""
    columns = [(header.file.shown, header.names) for header in setting.tables.headers]
    evidence = (setting.weighs, setting.knows_all, sorted(setting.emptied))
    found = hashlib.sha256(repr((setting.digest, setting.folder, setting.outputs, evidence, columns, task)).encode())
    if not isinstance(task.source, Slice):
        with task.source.file.path.open("rb") as table:
            table.seek(task.source.start)
            # A shard can be a whole table.
            for start in range(task.source.start, task.source.stop, SIZE):
                found.update(table.read(min(SIZE, task.source.stop - start)))
    return found.hexdigest()


def _performed(setting: MappingRun, task: Task, runs: RunFile) -> Outcome:
    outcome = Outcome(task.name, "" if isinstance(task.source, Slice) else task.source.file.shown)
    work_class = SortingWork if task.sorts else MappingWork
    work = work_class(setting, task, outcome, runs)
    try:
        with _uncollected():
            work.run()
    except TornError:
        outcome.is_torn = True
    finally:
        work.close()
        runs.close()
    outcome.sizes = {path: path.stat().st_size for path in (*outcome.parts.values(), runs.path) if path.exists()}
    return outcome


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the collector of cycles off: rows make none, and it looks at every one of them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
