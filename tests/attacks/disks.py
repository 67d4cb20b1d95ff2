"""Disks that are full, files that may not grow, and places where nothing may be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from tests.test_attacks import FAULTS, as_anybody

from .ground import COMMAND, Home, digest_of
from .kills import MEGABYTES
from .trial import Trial, tracebacks, unbounded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .ground import Run
    from .kills import Start

_NEXT = "1.1"
_SPARE_BYTES, _SPARE_ENTRIES = 1 << 17, 8
_LIMITED = "import resource, runpy, sys; most = int(sys.argv.pop(1)); resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)); runpy.run_module('linkedproj', run_name='__main__')"


def can_mount() -> bool:
    """Return whether this process may make file systems of its own: the superuser of most systems may."""
    with tempfile.TemporaryDirectory(prefix="linkedproj-attack-") as folder:
        done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False)
        if done.returncode == 0:
            subprocess.run(["umount", folder], check=True)
        return done.returncode == 0


@contextmanager
def disk(folder: Path, options: str) -> Iterator[None]:
    """Let a folder be a file system in memory."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class _Room:
    """Notes how much of a file system was used at most, while something is done."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._done = folder, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.bytes = self.entries = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.01):
            found = os.statvfs(self._folder)
            self.bytes = max(self.bytes, (found.f_blocks - found.f_bfree) * found.f_frsize)
            self.entries = max(self.entries, found.f_files - found.f_ffree)


def needed(start: Start, folder: Path) -> tuple[_Room, _Room]:
    """Return what the published folder takes on a disk of its own, and at most while a release is built."""
    with Home(folder, start.folder) as home:
        with disk(home.folder / "disk", "size=200m"):
            with _Room(home.folder / "disk") as before:
                shutil.copytree(home.public, home.folder / "disk/public")
            with _Room(home.folder / "disk") as after:
                home.run("build", "--release", _NEXT, "--out", "disk/public")
        return before, after


def full(start: Start, folder: Path, rooms: tuple[_Room, _Room], share: float) -> Trial:
    """Build a release on a disk that has only a share of the bytes which that takes."""
    return _full(start, folder, (rooms[0].bytes + _SPARE_BYTES, rooms[1].bytes), share, entries=False)


def full_entries(start: Start, folder: Path, rooms: tuple[_Room, _Room], share: float) -> Trial:
    """Build a release on a disk that can hold only a share of the entries which that takes."""
    return _full(start, folder, (rooms[0].entries + _SPARE_ENTRIES, rooms[1].entries), share, entries=True)


def _full(start: Start, folder: Path, rooms: tuple[int, int], share: float, *, entries: bool) -> Trial:
    before, after = rooms
    most = int(before + share * (after - before))
    kind = "full disk: no room for another entry" if entries else "full disk: no room for more bytes"
    with Home(folder, start.folder) as home, disk(home.folder / "disk", f"{'nr_inodes' if entries else 'size'}={most}"):
        shutil.copytree(home.public, home.folder / "disk/public")
        run = home.run("build", "--release", _NEXT, "--out", "disk/public")
        left = [f"disk/{path.name} is left" for path in (home.folder / "disk").iterdir() if path.name != "public"]
        return _told(kind, start, run, home.folder / "disk/public", home.left(("disk",)) + tuple(left))


def full_scratch(start: Start, folder: Path, kilobytes: int) -> Trial:
    """Build a release while there is little room for temporary files."""
    with Home(folder, start.folder) as home, disk(home.folder / "tmp", f"size={kilobytes}k"):
        run = home.run("build", "--release", _NEXT)
        return _told("full disk: temporary files", start, run, home.public, home.left())


def short_files(start: Start, folder: Path, most: int) -> Trial:
    """Build a release while no file may have more than so many bytes, as a quota or a file system may have it."""
    with Home(folder, start.folder) as home:
        command = (COMMAND[0], "-c", _LIMITED, str(most))
        run = home.run("build", "--release", _NEXT, command=command)
        return _told("no file may grow beyond some bytes", start, run, home.public, home.left())


def _told(kind: str, start: Start, run: Run, public: Path, left: tuple[str, ...]) -> Trial:
    digest = digest_of(public)
    losses = () if digest in {start.old, *start.new} else ("what is published is neither the old nor the new",)
    if run.code and digest != start.old:
        losses = (*losses, "it failed, and what is published is not what it was")
    told = run.said.strip().splitlines()
    happened = (
        "enough, after all" if not run.code else "refused in a sentence" if len(told) <= 3 else "refused at length"
    )
    return Trial(kind, happened, losses, left, tracebacks([run]), unbounded([run], MEGABYTES))


OUTPUTS = {
    "a report": ("check", "--format", "json"),
    "a report in a file": ("check", "--format", "html", "--out", "/dev/full"),
    "an answer": ("query", "projects", "--format", "csv"),
    "an answer in a file": ("query", "projects", "--format", "csv", "--out", "/dev/full"),
    "differences in a file": ("diff", "public/dump/1.0", "public/dump/latest", "--out", "/dev/full"),
    "help": ("--help",),
    "a list": ("queries", "list"),
    "the model": ("schema",),
    "a record": ("show", "project/harbour"),
    "a rule": ("explain", "LP-CELL-DATE"),
}
"""What is written to a device that is full -> the command."""


def no_room_for_output(start: Start, folder: Path, name: str) -> Trial:
    """Write to /dev/full, which takes nothing."""
    with Home(folder, start.folder) as home:
        arguments = OUTPUTS[name]
        script = '"$@" > /dev/full' if "/dev/full" not in arguments else '"$@"'
        run = home.run(*arguments, command=("/bin/sh", "-c", script, "sh", *COMMAND))
        losses: tuple[str, ...] = () if run.code else ("nothing was written, and it says that all went well",)
        losses += () if digest_of(home.public) == start.old else ("what is published has changed",)
        happened = "refused in a sentence"
        return Trial(
            "/dev/full for the output", happened, losses, home.left(), tracebacks([run]), unbounded([run], MEGABYTES)
        )


def forbidden(folder: Path, name: str) -> Trial:
    """Let a place be one that may not be read or written, for somebody who is not the superuser."""
    prepare, arguments = FAULTS[name]
    with Home(folder) as home:
        (home.folder / "out").mkdir()
        (home.folder / "dump.ttl").write_text("", "utf-8")
        prepare(home.folder)
        done = as_anybody(home.folder, *arguments, TMPDIR=str(home.folder / "tmp"))
        for each in ("data", "out", "."):
            (home.folder / each).chmod(0o700)
        said = done.stdout + done.stderr
        faults = (said[-500:],) if "Traceback" in said or done.returncode not in {1, 2} else ()
        left = home.left(("out", "dump.ttl", "q.rq"))
        return Trial("a place that may not be read or written", "refused in a sentence", (), left, faults)


def read_only(start: Start, folder: Path, arguments: tuple[str, ...]) -> Trial:
    """Let the published folder be on a disk that can only be read."""
    with Home(folder, start.folder) as home, disk(home.folder / "disk", "size=50m"):
        shutil.copytree(home.public, home.folder / "disk/public")
        remount = ["mount", "-o", "remount,ro", str(home.folder / "disk")]
        subprocess.run(remount, check=True)
        run = home.run(*arguments)
        losses = () if digest_of(home.folder / "disk/public") == start.old else ("what is published has changed",)
        happened = "refused in a sentence" if run.code else "done, for nothing is written there"
        left = home.left(("disk", "report.json"))
        return Trial(
            "a disk that can only be read", happened, losses, left, tracebacks([run]), unbounded([run], MEGABYTES)
        )


READ_ONLY = [
    ("build", "--out", "disk/public"),
    ("build", "--release", _NEXT, "--out", "disk/public"),
    ("verify", "disk/public"),
    ("query", "projects", "--data", "disk/public/dump/latest"),
    ("query", "projects", "--data", "disk/public/dump/latest", "--store", "disk/kept"),
    ("check", "--format", "json", "--out", "disk/report.json"),
    ("new", "disk/new"),
    ("rate", "disk/public"),
]
