"""What all runners have in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from linkedproj.mapping.tasks import MappingRun, Outcome, Task, perform
from linkedproj.model.errors import SetupError
from linkedproj.system.plain import from_plain, to_plain
from linkedproj.system.workers import cores

if TYPE_CHECKING:
    from pathlib import Path

Perform = Callable[[MappingRun, Sequence[Task]], Iterator[Outcome]]
"""Does tasks that share a setting, and yields an outcome for each, in any order."""


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
        return self.jobs or cores()


def run_here(setting: MappingRun, tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Do the tasks one after the other in this process."""
    return (perform(setting, task) for task in tasks)


def hand_over(setting: MappingRun) -> Path:
    """Write a setting where other processes find it, and return the file: it is large, and each needs it once."""
    path = setting.folder / f"{setting.step}.setting"
    path.write_text(json.dumps(to_plain(setting)), "utf-8")
    return path


def perform_from(path: Path, task: Task) -> Outcome:
    """Do a task with the setting that lies in a file, as another process does."""
    return perform(_setting(path, path.stat().st_mtime_ns), task)


@lru_cache(maxsize=1)
def _setting(path: Path, _: int) -> MappingRun:
    setting: MappingRun = from_plain(json.loads(path.read_text("utf-8")))
    return setting
