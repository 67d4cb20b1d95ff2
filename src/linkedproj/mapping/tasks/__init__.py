"""The unit of work: one shard of a table, read, checked and written by itself.

`perform` is a pure function of its arguments and of the files they name, so that any runner may call it in any order,
in any process, on any machine that sees the same folders: the parts it writes make the same dumps.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from linkedproj.mapping.tasks.mapping import MappingWork
from linkedproj.mapping.tasks.model import CLAIMS, PASSED, STATED, MappingRun, Outcome, Slice, Task, links_of
from linkedproj.mapping.tasks.rows import ROW_BLOCK, LinkingWork, SortingWork, batches, rows_of, turned_within
from linkedproj.system.sorting import RunFile
from linkedproj.tables.readers.csv import TornError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "CLAIMS", "PASSED", "ROW_BLOCK", "STATED", "MappingRun", "Outcome", "Slice", "Task", "batches", "links_of",
    "perform", "rows_of", "turned_within",
]  # fmt: skip


def perform(setting: MappingRun, task: Task) -> Outcome:
    """Do one task; what it writes lies in the folder of the setting, under the task's name."""
    runs = RunFile(setting.folder / f"{task.name}.runs")
    outcome = Outcome(task.name, "" if isinstance(task.source, Slice) else task.source.file.shown)
    work_class = SortingWork if task.sorts else LinkingWork if task.turns else MappingWork
    work = work_class(setting, task, outcome, runs)
    try:
        with _uncollected():
            work.run()
    except TornError:
        outcome.is_torn = True
    finally:
        work.close()
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
