"""Processes of this machine."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from linkedproj.mapping.runners.resources import hand_over, run_here
from linkedproj.model.errors import SetupError
from linkedproj.system.plain import from_plain, to_plain
from linkedproj.system.workers import Pool, Reason, Request, WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.mapping.runners.resources import Perform, Resources
    from linkedproj.mapping.tasks import MappingRun, Outcome, Task

_WORKER = "linkedproj.mapping.runners.worker"
_WORTH = 4 << 20
"""Bytes of tables below which other processes would cost more than they save."""


@contextmanager
def opened(resources: Resources) -> Iterator[Perform]:
    """Offer so many processes; they are started when there is enough to do."""
    if resources.processes == 1:
        yield run_here
        return
    with Pool(_WORKER, jobs=resources.processes) as pool:

        def run(setting: MappingRun, tasks: Sequence[Task]) -> Iterator[Outcome]:
            if len(tasks) == 1 or sum(task.weight for task in tasks) < _WORTH:
                return run_here(setting, tasks)
            # The heaviest first: none is left over for one process at the end.
            return _outcomes(pool, setting, sorted(tasks, key=lambda task: -task.weight))

        yield run


def _outcomes(pool: Pool, setting: MappingRun, tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Yield each outcome as soon as it is there.

    Raises:
        OSError: a task could not write, such as to a full disk.
        SetupError: a process was ended from outside.
        WorkerError: a task failed by a fault of our own.
    """
    path = str(hand_over(setting))
    requests = (Request({"setting": path, "task": to_plain(task)}) for task in tasks)
    try:
        for _, answer in pool.ask(requests):
            yield from_plain(answer)
    except WorkerError as error:
        if error.reason is Reason.FAILED and error.errno:
            raise OSError(error.errno, os.strerror(error.errno)) from error
        if error.reason is Reason.FAILED:
            raise
        hint = "Run it again, with fewer --jobs if memory was short."
        raise SetupError(f"a process that maps the tables was ended by the system. {hint}") from error
