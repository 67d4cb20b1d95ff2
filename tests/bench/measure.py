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
    """One run of one process: seconds and bytes, and the CPU seconds of its parts as the process tells them."""

    cpu: float
    wall: float
    peak: int
    laps: Mapping[str, float]


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

    def lap(self, name: str) -> float:
        """CPU seconds of one part, 0 where the process has no such part."""
        return median(run.laps.get(name, 0.0) for run in self.runs)

    @property
    def work(self) -> float:
        """CPU seconds without what does not depend on the number of rows: start of the program, its schema."""
        return median(run.cpu - run.laps.get("start", 0.0) - run.laps.get("schema", 0.0) for run in self.runs)


def child(module: str, *arguments: str) -> Run:
    """Run a module of the benchmark in a process of its own; the last line it prints is its laps as JSON.

    Raises:
        ChildError: it did not end well.
    """
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    begun = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ChildError(f"{' '.join(command[2:])} ended with {process.returncode}")
    laps: Any = json.loads(output.splitlines()[-1]) if output else {}
    # Linux counts kibibytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * unit, laps)


class ChildError(RuntimeError):
    """A measured process did not end well; what it said stands on standard error."""


def measure(names: Sequence[str], folder: Path, rounds: int) -> dict[str, Runs]:
    """Run engines so often, one after the other in each round, so that a busy minute of the machine meets them all."""
    found: dict[str, list[Run]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            found[name].append(child("engines", name, str(folder)))
    return {name: Runs(runs) for name, runs in found.items()}
