"""Processes of this machine."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from linkedproj.mapping.runners.resources import handed_over, perform_from, run_here
from linkedproj.model.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor

    from linkedproj.mapping.runners.resources import Resources, Run
    from linkedproj.mapping.tasks import MappingRun, Outcome, Task

_WORTH = 4 << 20
"""Bytes of tables below which other processes would cost more than they save."""


@contextmanager
def opened(resources: Resources) -> Iterator[Run]:
    """Offer so many processes; they are started when there is enough to do."""
    if resources.processes == 1:
        yield run_here
        return
    # A build that needs one process alone does not wait for these.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ExitStack() as closing:
        pools: list[ProcessPoolExecutor] = []

        def run(setting: MappingRun, tasks: Sequence[Task]) -> Iterator[Outcome]:
            if len(tasks) == 1 or sum(task.weight for task in tasks) < _WORTH:
                return run_here(setting, tasks)
            if not pools:
                # Forked processes would take over whatever threads and locks the caller has.
                spawned = multiprocessing.get_context("spawn")
                pools.append(closing.enter_context(ProcessPoolExecutor(resources.processes, spawned)))
            path = handed_over(setting)
            # The heaviest first: none is left over for one process at the end.
            heaviest = sorted(tasks, key=lambda task: -task.weight)
            return _results([pools[0].submit(perform_from, path, task) for task in heaviest])

        yield run


def _results(done: Sequence[Future[Outcome]]) -> Iterator[Outcome]:
    """Give each outcome as soon as it is there.

    Raises:
        SetupError: a process was ended from outside.
    """
    from concurrent.futures import as_completed
    from concurrent.futures.process import BrokenProcessPool

    try:
        yield from (future.result() for future in as_completed(done))
    except BrokenProcessPool:
        hint = "A long build keeps what is finished: run it again, with fewer --jobs if memory was short."
        raise SetupError(f"a process that maps the tables was ended by the system. {hint}") from None
    finally:
        # Whoever stops listening wants no more.
        for future in done:
            future.cancel()
