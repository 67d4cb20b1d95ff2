"""What all runners have in common."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from linkedproj.mapping.tasks import MappingRun, Outcome, Task, perform
from linkedproj.model.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path

Run = Callable[[MappingRun, Sequence[Task]], Iterator[Outcome]]


@dataclass(frozen=True)
class Resources:
    """Which of RUNNERS does the work: with so many processes of this machine (0 is all cores), or on a cluster."""

    jobs: int = 0
    runner: str = "local"
    master: str = ""

    def __post_init__(self) -> None:
        """Check that the options go together.

        Raises:
            SetupError: a cluster is named, and not the runner that would use it.
        """
        if self.master and self.runner != "spark":
            raise SetupError("--master names a Spark cluster. Add --runner spark, or leave it out.")

    @property
    def processes(self) -> int:
        """How many processes that is."""
        if self.jobs:
            return self.jobs
        # Fewer than the machine has, where the process is held to some of them.
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_here(setting: MappingRun, tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Do the tasks one after the other in this process."""
    return (perform(setting, task) for task in tasks)


def handed_over(setting: MappingRun) -> Path:
    """Write a setting where other processes find it: it is large, and each of them needs it once."""
    path = setting.folder / f"{setting.step}.setting"
    path.write_bytes(pickle.dumps(setting))
    return path


def perform_from(path: Path, task: Task) -> Outcome:
    """Do a task in another process."""
    return perform(_setting(path, path.stat().st_mtime_ns), task)


@lru_cache(maxsize=1)
def _setting(path: Path, _: int) -> MappingRun:
    setting: MappingRun = pickle.loads(path.read_bytes())  # noqa: S301 - written by `handed_over`
    return setting
