"""Who does the tasks of a mapping: one runner a module, and the table that names them.

A runner is opened with `Resources`, and gives a function that takes a setting and tasks, and gives an outcome for each,
in any order. All of them have `linkedproj.mapping.tasks.perform` do the work, so that no runner can change a dump.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.mapping.runners import local, spark
from linkedproj.mapping.runners.resources import Resources, Run, run_here

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    Open = Callable[[Resources], AbstractContextManager[Run]]

RUNNERS: Mapping[str, Open] = {"local": local.opened, "spark": spark.opened}
"""Name of a runner -> how it is opened."""


def opened(resources: Resources) -> AbstractContextManager[Run]:
    """Open the runner that is asked for.

    Raises:
        SetupError: it is not installed, or cannot be started.
    """
    return RUNNERS[resources.runner](resources)


__all__ = ["RUNNERS", "Resources", "Run", "opened", "run_here"]
