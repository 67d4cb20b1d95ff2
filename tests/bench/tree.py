"""A process and all that it started, as Linux tells of them in /proc: the CPU that they took, the memory they hold."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .measure import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Self

_PAUSE, _SHARE = 0.02, 19
"""Seconds between two looks at memory, but at least so many times what a look takes: it holds up whom it looks at."""

_TAIL = 400


@dataclass(frozen=True)
class Watched:
    """What a process took that has ended: seconds, bytes, the exit code, and the last of what it said.

    CPU is that of the tree. So is the peak: PSS, in which memory that several hold counts once; without /proc it is
    what the largest process held. `began` is by `time.monotonic`; `is_late` means that its time was up.
    """

    cpu: float
    wall: float
    peak: int
    code: int
    said: str
    began: float
    is_late: bool


def watched(command: Sequence[str], said: Path, env: Mapping[str, str], limit: float = 0) -> Watched:
    """Run a command from the top of the checkout to its end, or for so many seconds (0: however long it takes).

    What it says goes into a file. Of those it started, those it waited for count.
    """
    late = threading.Event()
    began = time.monotonic()
    with said.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, env={**os.environ, **env})

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(limit or threading.TIMEOUT_MAX, end)
        timer.daemon = True
        timer.start()
        try:
            with _Peak(process.pid) as peak:
                _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            timer.cancel()
            # Nobody waits for it any more, when this was interrupted.
            if process.returncode is None:
                process.kill()
    wall = time.monotonic() - began
    # Linux counts kibibytes, macOS bytes.
    largest = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    told = said.read_text("utf-8", "replace").strip()[-_TAIL:]
    cpu = used.ru_utime + used.ru_stime
    return Watched(cpu, wall, peak.most or largest, process.returncode, told, began, late.is_set())


def spent() -> float:
    """Give the CPU seconds that this process and those below it have taken so far, those that have ended included."""
    own = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own + sum(map(_taken, _below("self")))


class _Peak:
    """The most memory that a process and those below it held at one time."""

    def __init__(self, pid: int) -> None:
        self.most, self._pid, self._ended = 0, pid, threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        pause = 0.0
        while not self._ended.wait(pause):
            begun = time.perf_counter()
            self.most = max(self.most, sum(map(_held, (str(self._pid), *_below(str(self._pid))))))
            pause = max(_PAUSE, _SHARE * (time.perf_counter() - begun))


def _below(pid: str) -> Iterator[str]:
    """Yield the numbers of all processes below one, which may be no more."""
    try:
        threads = list(Path("/proc", pid, "task").iterdir())
    except OSError:
        return
    for thread in threads:
        for child in _read(thread / "children").split():
            yield child
            yield from _below(child)


def _held(pid: str) -> int:
    lines = _read(Path("/proc", pid, "smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def _taken(pid: str) -> float:
    """Give the CPU seconds of a process and of those it waited for. Source of the fields: proc_pid_stat(5)."""
    fields = _read(Path("/proc", pid, "stat")).rpartition(")")[2].split()[11:15]
    return sum(map(int, fields)) / os.sysconf("SC_CLK_TCK")


def _read(path: Path) -> str:
    """Read what /proc tells, "" of a process that is no more."""
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""
