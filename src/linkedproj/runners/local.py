"""Processes of this machine."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from linkedproj.runners.resources import handed_over, perform_from, run_here

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.runners.resources import Resources, Run
    from linkedproj.tasks import Outcome, Setting, Task

_WORTH = 4 << 20
"""Bytes of tables below which other processes would cost more than they save."""


@contextmanager
def opened(resources: Resources) -> Iterator[Run]:
    """Offer so many processes; they are started when there is enough to do."""
    if resources.processes == 1:
        yield run_here
        return
    with ExitStack() as closing:
        pools: list[ProcessPoolExecutor] = []

        def run(setting: Setting, tasks: Sequence[Task]) -> Iterator[Outcome]:
            if len(tasks) == 1 or sum(task.weight for task in tasks) < _WORTH:
                return run_here(setting, tasks)
            if not pools:
                # Forked processes would take over whatever threads and locks the caller has.
                spawned = multiprocessing.get_context("spawn")
                pools.append(closing.enter_context(ProcessPoolExecutor(resources.processes, spawned)))
            path = handed_over(setting)
            # The heaviest first: none is left over for one process at the end.
            heaviest = sorted(tasks, key=lambda task: -task.weight)
            return (done.result() for done in as_completed([pools[0].submit(perform_from, path, t) for t in heaviest]))

        yield run
