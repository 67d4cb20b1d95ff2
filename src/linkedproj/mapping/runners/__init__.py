"""Who does the tasks of a mapping: one runner a module, and the table that names them.

A runner is opened with `Resources`, and yields a function that takes what all tasks share and the tasks, and yields an
outcome for each, in any order. All have `linkedproj.mapping.tasks.perform` do the work, so that no runner can change a
dump. `local` does the tasks here, or in processes of this machine (what these do is in `worker`); `spark` on a cluster.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from linkedproj.mapping.runners.resources import Perform, Resources

    Open = Callable[[Resources], AbstractContextManager[Perform]]


def _opener(module: str) -> Open:
    """Return the `opened(resources)` of a module, which is imported when it is first called."""

    def open_runner(resources: Resources) -> AbstractContextManager[Perform]:
        found: AbstractContextManager[Perform] = import_module(module).opened(resources)
        return found

    return open_runner


RUNNERS: Mapping[str, Open] = {
    "local": _opener("linkedproj.mapping.runners.local"),
    "spark": _opener("linkedproj.mapping.runners.spark"),
}
"""Name of a runner -> how it is opened; the command line takes its choices from here."""


def opened(resources: Resources) -> AbstractContextManager[Perform]:
    """Open the runner that is asked for.

    Raises:
        SetupError: it is not installed, or cannot be started.
    """
    return RUNNERS[resources.runner](resources)
