"""Where attacks take place: a home with a portfolio, the real command line in it, and what is left there afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests/fixtures/small"

COMMAND = (sys.executable, "-m", "linkedproj")

AS_LARGE = (
    sys.executable,
    "-c",
    """
import functools, sys
import linkedproj.mapping.runners.local as runners
import linkedproj.queries.published.publish as published
from linkedproj.cli import main
runners._WORTH = 0
published.Bounds = functools.partial(published.Bounds, above=0, memory=0)
main(sys.argv[1:])
""",
)
"""The command line with the thresholds at 0 from which processes map tables and answer queries: small tables do."""

WORKERS = {
    "SHACL engine": "linkedproj.check.worker",
    "mapping process": "linkedproj.mapping.runners.worker",
    "query process": "linkedproj.queries.ask.worker",
}
"""What a process of ours does -> the module that its command line names."""

_MARK = "LINKEDPROJ_ATTACK"
_GRACE = 5.0
_LOOK = 0.01
_MEGABYTES = 6144


@dataclass(frozen=True)
class Limits:
    """What one run may take by the clock and of address space; whatever needs more is stopped, and a fault."""

    seconds: float = 150
    megabytes: int = _MEGABYTES


@dataclass(frozen=True)
class Run:
    """How a run ended: `peak` is the memory of its largest process in MiB."""

    arguments: tuple[str, ...]
    code: int
    said: str
    seconds: float
    peak: int
    was_stopped: bool


class Running:
    """A run that has begun."""

    def __init__(self, home: Home, command: tuple[str, ...], arguments: tuple[str, ...], limits: Limits) -> None:
        self._home, self._arguments = home, arguments
        self._limits, self._was_stopped = limits, False
        home.runs += 1
        self._log = home.logs / f"{home.runs}.log"
        # A limit that the shell sets: between fork and exec, Python may not run beside other threads.
        script = f'ulimit -v {limits.megabytes << 10}; exec "$@"'
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", script, "sh", *command, *arguments],
                cwd=home.folder,
                env=home.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._begun = time.monotonic()
        self._alarm = threading.Timer(limits.seconds, self._stop)
        self._alarm.daemon = True
        self._alarm.start()

    def _stop(self) -> None:
        self._was_stopped = True
        self.send(signal.SIGKILL)

    def send(self, number: int) -> bool:
        """Send a signal; return whether the process was still at work."""
        if self.process.returncode is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            # One that has ended is still there until it is waited for: it is a zombie.
            if _state(self.process.pid) == "Z":
                return False
            os.kill(self.process.pid, number)
            return True
        return False

    def is_over(self) -> bool:
        """Return whether it has ended by itself."""
        return _state(self.process.pid) in {"Z", ""}

    def wait(self) -> Run:
        """Wait until it has ended."""
        _, status, used = os.wait4(self.process.pid, 0)
        self._alarm.cancel()
        self.process.returncode = os.waitstatus_to_exitcode(status)
        said = self._log.read_bytes()[:200_000].decode("utf-8", "replace")
        spent = time.monotonic() - self._begun
        code = self.process.returncode
        return Run(self._arguments, code, said, spent, used.ru_maxrss >> 10, self._was_stopped)


class Home:
    """A folder with tables in `data/`, and places for what is temporary and for caches; `logs` lie outside of it.

    What else lies in it when an attack begins is `kept`.
    """

    def __init__(self, folder: Path, start: Path | None = None) -> None:
        self.folder, self.logs = folder, folder.with_name(f"{folder.name}.logs")
        if start:
            shutil.copytree(start, folder, symlinks=True)
        else:
            folder.mkdir(parents=True)
            shutil.copytree(SMALL, folder / "data")
        for name in ("tmp", "cache"):
            (folder / name).mkdir(exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        self.runs = 0
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in {"XDG_CACHE_HOME", "COLUMNS"}},
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUTF8": "1",
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(folder),
            "LINKEDPROJ_CACHE": str(folder / "cache"),
            _MARK: str(folder),
        }

    def __enter__(self) -> Self:
        """Return the home itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End what still runs in it, and remove it."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for folder in (self.folder, self.logs):
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def public(self) -> Path:
        """Where it is published."""
        return self.folder / "public"

    def start(self, *arguments: str, command: tuple[str, ...] = COMMAND, limits: Limits | None = None) -> Running:
        """Begin a run of the command line."""
        if arguments[:1] == ("build",):
            # Pages are files among others: a build with them only takes longer.
            arguments = ("build", "--no-site", *arguments[1:])
        return Running(self, command, arguments, limits or Limits())

    def run(self, *arguments: str, command: tuple[str, ...] = COMMAND, limits: Limits | None = None) -> Run:
        """Run the command line to its end."""
        return self.start(*arguments, command=command, limits=limits).wait()

    def processes(self, module: str = "") -> list[int]:
        """Return the processes that were started here, by whomever, or those of them that do the work of a module."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                marks = (entry / "environ").read_bytes().split(b"\0")
                if f"{_MARK}={self.folder}".encode() in marks and (not module or module.encode() in words):
                    found.append(int(entry.name))
        return found

    def wait_for(self, module: str, running: Running) -> int:
        """Wait for a process that does the work of a module; return its number, 0 when the run ended without one."""
        while not running.is_over():
            found = self.processes(module)
            if found:
                return found[0]
            time.sleep(_LOOK)
        return 0

    def left(self, expected: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return what is left here that should not be: files beside the published folder, temporary ones, processes."""
        usual = {"data", "public", "tmp", "cache", *expected}
        found = [f"{path.name} is left" for path in sorted(self.folder.iterdir()) if path.name not in usual]
        found += [f"tmp/{path.name} is left" for path in sorted((self.folder / "tmp").iterdir())]
        until = time.monotonic() + _GRACE
        while (alive := self.processes()) and time.monotonic() < until:
            time.sleep(_LOOK)
        return (*found, *(f"process {pid} is left" for pid in alive))


def _state(pid: int) -> str:
    """Return the state of a process as the system gives it ("Z": it has ended), "" for one that is not there."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
    except OSError:
        return ""


def digest_of(folder: Path) -> str:
    """Sum all names and bytes below a folder."""
    sums = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        kind = b"link" if path.is_symlink() else b"file" if path.is_file() else b"folder"
        sums.update(path.relative_to(folder).as_posix().encode() + b"\0" + kind + b"\0")
        if kind == b"file":
            sums.update(hashlib.sha256(path.read_bytes()).digest())
    return sums.hexdigest()


class Reader:
    """Somebody who reads the published folder all the time, and compares what is there with its checksums.

    A reading during which the folder was replaced counts for nothing: its files may be those of two. Each other one
    must be whole.
    """

    def __init__(self, public: Path) -> None:
        self._public, self._done = public, threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self.readings, self.faults = 0, set[str]()

    def __enter__(self) -> Self:
        """Begin to read."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._done.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._done.wait(0.2):
            before = self._number()
            faults = list(self._differing())
            if before and before == self._number():
                self.readings += 1
                self.faults.update(faults)
            elif not before:
                self.faults.add("the published folder was not there")

    def _number(self) -> int:
        try:
            return self._public.stat().st_ino
        except FileNotFoundError:
            return 0

    def _differing(self) -> Iterator[str]:
        for folder in (self._public, self._public / "dump/latest"):
            try:
                lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
                for digest, _, name in (line.partition("  ") for line in lines):
                    if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                        yield f"{name} does not have its checksum"
            except OSError as error:
                yield f"{error.filename} cannot be read: {error.strerror}"
