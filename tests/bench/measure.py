"""Measure a whole process: CPU of user and system, wall time and peak memory, as the operating system counts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[2]
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Run:
    """One run of one process: seconds and bytes, and what it printed."""

    cpu: float
    wall: float
    peak: int
    output: str

    @property
    def told(self) -> Any:  # noqa: ANN401 - whatever the process tells
        """Read the last line that the process printed as JSON."""
        return json.loads(self.output.splitlines()[-1])


@dataclass(frozen=True)
class Runs:
    """Several runs of the same process; what is asked for is their median."""

    runs: Sequence[Run]

    @property
    def cpu(self) -> float:
        """CPU seconds of the whole process."""
        return median(run.cpu for run in self.runs)

    @property
    def wall(self) -> float:
        """Seconds on the clock."""
        return median(run.wall for run in self.runs)

    @property
    def peak(self) -> float:
        """The most memory ever held, in MiB."""
        return median(run.peak for run in self.runs) / MEBIBYTE

    @property
    def spread(self) -> float:
        """The slowest run against the fastest, in CPU: 1.10 is ten percent apart."""
        return max(run.cpu for run in self.runs) / max(min(run.cpu for run in self.runs), 1e-3)


def child(module: str, *arguments: str, python: str = sys.executable) -> Run:
    """Run a module of the benchmark in a process of its own.

    Its workers, where it has some, count too: their CPU is added, and the peak is that of the largest process.

    Raises:
        ChildError: it did not end well.
    """
    command = [python, "-m", f"tests.bench.{module}", *arguments]
    begun = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ChildError(f"{' '.join(command[2:])} ended with {process.returncode}")
    # Linux counts kibibytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * unit, output)


class ChildError(RuntimeError):
    """A measured process did not end well; what it said stands on standard error."""


def measure(homes: Mapping[str, str], folder: Path, rounds: int) -> dict[str, Runs]:
    """Run engines so often, one after the other in each round, so that a busy minute of the machine meets them all.

    `homes` are the engines, each with the interpreter it runs in.
    """
    found: dict[str, list[Run]] = {name: [] for name in homes}
    for _ in range(rounds):
        for name, python in homes.items():
            found[name].append(child("engines", name, str(folder), python=python))
    return {name: Runs(runs) for name, runs in found.items()}
