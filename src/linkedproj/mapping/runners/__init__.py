"""Who does the tasks of a mapping: one runner a module, and the table that names them.

A runner is opened with `Resources`, and yields a function that takes a setting and tasks, and yields an outcome for
each, in any order. All have `linkedproj.mapping.tasks.perform` do the work, so that no runner can change a dump.

`local` does the tasks here, or in processes of this machine (what these do is in `worker`); `spark` on a cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.mapping.runners import local, spark
from linkedproj.mapping.runners.resources import Perform, Resources, run_here

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    Open = Callable[[Resources], AbstractContextManager[Perform]]

RUNNERS: Mapping[str, Open] = {"local": local.opened, "spark": spark.opened}
"""Name of a runner -> how it is opened."""


def opened(resources: Resources) -> AbstractContextManager[Perform]:
    """Open the runner that is asked for.

    Raises:
        SetupError: it is not installed, or cannot be started.
    """
    return RUNNERS[resources.runner](resources)


__all__ = ["RUNNERS", "Perform", "Resources", "opened", "run_here"]
