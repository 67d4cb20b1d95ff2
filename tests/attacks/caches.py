"""Caches, lists and leftovers that are damaged, or that somebody else has put there."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import sys
import time
from typing import TYPE_CHECKING

from .ground import Home, digest_of
from .kills import AT, MEGABYTES
from .trial import Trial, tracebacks, unbounded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .kills import Start

_ASK = ("query", "projects", "--format", "csv", "--store", "cache")
_DECADE = 10 * 365 * 86_400
_ALIEN = 65_534


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        """Let whoever unpickles this run a command."""
        return os.system, (f"touch {self._path}",)


def _store(home: Path) -> Path:
    return next((home / "cache").glob("*/store"))


def _flip(path: Path, every: int) -> None:
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), every):
        data[at] ^= 0xFF
    path.write_bytes(data)


def _largest(folder: Path) -> Path:
    return max(folder.glob("*.sst"), key=lambda path: path.stat().st_size)


KEPT: dict[str, Callable[[Path], object]] = {
    "flipped bytes": lambda home: _flip(_largest(_store(home)), 97),
    "one flipped byte": lambda home: _flip(_largest(_store(home)), 1 << 30),
    "cut off": lambda home: os.truncate(_largest(_store(home)), 100),
    "emptied": lambda home: os.truncate(_largest(_store(home)), 0),
    "no entry": lambda home: (_store(home) / "CURRENT").unlink(),
    "a wrong entry": lambda home: (_store(home) / "CURRENT").write_text("MANIFEST-999999\n", "utf-8"),
    "no manifest": lambda home: next(_store(home).glob("MANIFEST-*")).unlink(),
    "a list that is none": lambda home: (_store(home).parent / "files.json").write_text("[" * 100_000, "utf-8"),
    "a list of a pickle": lambda home: (_store(home).parent / "files.json").write_bytes(
        pickle.dumps(Bomb(home / "bang"))
    ),
    "no list": lambda home: (_store(home).parent / "files.json").unlink(),
    "a file more": lambda home: (_store(home) / "999999.sst").write_bytes(b"\0" * 4096),
    "of another user": lambda home: _give_away(_store(home)),
    "a link in its place": lambda home: _linked(_store(home)),
    "a folder that is a file": lambda home: _filed(_store(home).parent),
    "half made": lambda home: _store(home).rename(_store(home).with_name("part")),
}
"""What is done to a kept store: the answer has to be the same, from a store that is made again."""


def _give_away(store: Path) -> None:
    """Let a file be another user's, and tell other things; without the rights for that, it is only changed."""
    path = _largest(store)
    found = path.stat()
    _flip(path, 97)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    if os.geteuid() == 0:
        os.chown(path, _ALIEN, _ALIEN)
    else:
        os.utime(path)


def _linked(store: Path) -> None:
    elsewhere = store.parent.parent.parent / "tmp/elsewhere"
    shutil.move(store, elsewhere)
    _flip(_largest(elsewhere), 97)
    store.symlink_to(elsewhere)


def _filed(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("a file", "utf-8")


def kept(start: Start, folder: Path, name: str) -> Trial:
    """Damage a kept store, and ask again."""
    with Home(folder, start.folder) as home:
        first = home.run(*_ASK)
        KEPT[name](home.folder)
        second = home.run(*_ASK)
        same = second.said == first.said and not second.code
        told = name in {"a folder that is a file", "a link in its place"} and second.code == 2
        losses = () if same or told else (f"another answer ({name}): {second.said[-300:]}",)
        if (home.folder / "bang").exists():
            losses = (*losses, f"what was planted was run ({name})")
        happened = "the same answer, from a store made again" if same else "refused in a sentence"
        shutil.rmtree(home.folder / "tmp/elsewhere", ignore_errors=True)
        runs = [first, second]
        return Trial(
            "a damaged or planted store", happened, losses, home.left(), tracebacks(runs), unbounded(runs, 3 << 10)
        )


LAUGHS: str = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "lol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + ']><feed xmlns="http://www.w3.org/2005/Atom"><id>&a11;</id></feed>'
)
"""XML that is three gigabytes when its entities are written out."""


LISTS: dict[str, Callable[[Path], object]] = {
    "no releases": lambda public: (public / "dump/releases.json").unlink(),
    "releases cut off": lambda public: os.truncate(public / "dump/releases.json", 40),
    "releases of zeros": lambda public: (public / "dump/releases.json").write_bytes(b"\0" * 500),
    "releases of a pickle": lambda public: (public / "dump/releases.json").write_bytes(
        pickle.dumps(Bomb(public / "bang"))
    ),
    "releases nested": lambda public: (public / "dump/releases.json").write_text("[" * 50_000, "utf-8"),
    "a release of numbers": lambda public: (public / "dump/releases.json").write_text('[{"version": 1}]', "utf-8"),
    "a huge number": lambda public: (public / "dump/releases.json").write_text(f"[{'9' * 6000}]", "utf-8"),
    "another count": lambda public: _recounted(public / "dump/releases.json"),
    "no sums": lambda public: (public / "dump/1.0/SHA256SUMS").unlink(),
    "sums of zeros": lambda public: (public / "dump/1.0/SHA256SUMS").write_bytes(b"\0" * 500),
    "a path in the sums": lambda public: (public / "SHA256SUMS").write_text(
        f"{'0' * 64}  ../../../etc/passwd\n", "utf-8"
    ),
    "sums that are a folder": lambda public: _foldered(public / "SHA256SUMS"),
    "no latest": lambda public: shutil.rmtree(public / "dump/latest"),
    "a changed dump": lambda public: (public / "dump/1.0/portfolio.nt").write_text("", "utf-8"),
    "a feed of zeros": lambda public: (public / "feed.atom").write_bytes(b"\0" * 500),
    "a feed of entities": lambda public: (public / "feed.atom").write_text(LAUGHS, "utf-8"),
    "tombstones of zeros": lambda public: (public / "tombstones.csv").write_bytes(b"\xff\0" * 500),
    "a catalogue of zeros": lambda public: (public / "catalog.ttl").write_bytes(b"\0" * 500),
    "a list that is a pipe": lambda public: _piped(public / "dump/releases.json"),
    "a feed that is a pipe": lambda public: _piped(public / "feed.atom"),
}
"""What is done to the lists of a published folder, which the next build and verify read."""


def _recounted(path: Path) -> None:
    listed = json.loads(path.read_text("utf-8"))
    listed[0]["records"] = 1
    path.write_text(json.dumps(listed), "utf-8")


def _foldered(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def listed(start: Start, folder: Path, name: str) -> Trial:
    """Damage a list, then build a draft, build a release, and verify; other files of the release have to stay."""
    with Home(folder, start.folder) as home:
        LISTS[name](home.public)
        before = _files(home.public / "dump/1.0")
        runs = [home.run("build"), home.run("build", "--release", "1.1"), home.run("verify", "public")]
        losses = () if _files(home.public / "dump/1.0") == before else (f"the old release has changed ({name})",)
        if list(home.folder.rglob("bang")):
            losses = (*losses, f"what was planted was run ({name})")
        happened = "told in a sentence" if any(run.code for run in runs) else "made whole again"
        return Trial(
            "a damaged or planted list", happened, losses, home.left(), tracebacks(runs), unbounded(runs, MEGABYTES)
        )


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


PLANTED: dict[str, Callable[[Path, Path], object]] = {
    "an old scratch folder with pickles": lambda home, _: _pickled(home / ".public.scratch", home),
    "parts of another time": lambda home, _: _pickled(home / ".public.parts", home),
    "a link as scratch folder": lambda home, precious: (home / ".public.scratch").symlink_to(precious),
    "a link as next folder": lambda home, precious: (home / ".public.next").symlink_to(precious),
    "a link as folder set aside": lambda home, precious: (home / ".public.previous").symlink_to(precious),
    "links in the next folder": lambda home, precious: _with_links(home / ".public.next", precious),
    "a link as lock": lambda home, precious: (home / ".public.lock").symlink_to(precious / "text"),
    "a folder as lock": lambda home, _: (home / ".public.lock").mkdir(),
    "a pipe as lock": lambda home, _: os.mkfifo(home / ".public.lock"),
    "a lock of zeros": lambda home, _: (home / ".public.lock").write_bytes(b"\0" * 2000),
    "a run folder of pickles": lambda home, _: _pickled(home / "tmp/linkedproj-run-old", home, lock=True),
    "a run folder that is a link": lambda home, precious: (home / "tmp/linkedproj-run-x").symlink_to(precious),
    "a run folder whose lock is a link": lambda home, precious: _with_links(home / "tmp/linkedproj-run-y", precious),
}
"""What is put where a build works: (home, a folder of somebody else) -> done."""


def _pickled(folder: Path, home: Path, *, lock: bool = False) -> None:
    folder.mkdir()
    for name in ("city-part-00000.outcome", "runs", "map.setting", "part.json"):
        (folder / name).write_bytes(pickle.dumps(Bomb(home / "bang")))
    if lock:
        (folder / ".lock").write_bytes(b"")


def _with_links(folder: Path, precious: Path) -> None:
    folder.mkdir()
    (folder / "inner").symlink_to(precious)
    (folder / ".lock").symlink_to(precious / "text")


def planted(start: Start, folder: Path, name: str) -> Trial:
    """Put something where a build works, and build; what belongs to others has to stay."""
    with Home(folder, start.folder) as home:
        precious = home.folder / "data/_precious"
        precious.mkdir()
        (precious / "text").write_text("precious", "utf-8")
        PLANTED[name](home.folder, precious)
        run = home.run("build", "--release", "1.1", "--at", AT)
        losses: tuple[str, ...] = ()
        if not (precious / "text").is_file() or (precious / "text").read_text("utf-8") != "precious":
            losses = (*losses, f"a file of somebody else is gone ({name})")
        if (home.folder / "bang").exists():
            losses = (*losses, f"what was planted was run ({name})")
        if digest_of(home.public) not in {start.old, *start.new}:
            losses = (*losses, f"what is published is neither the old nor the new ({name})")
        happened = "refused in a sentence" if run.code else "done, as if it were not there"
        # What the program cannot know to be its own stays: it is somebody's.
        own = (".public.parts", ".public.lock", ".public.next", ".public.previous", ".public.scratch")
        left = tuple(
            what
            for what in home.left(own if run.code else (".public.parts", ".public.previous"))
            if "linkedproj-run-" not in what
        )
        return Trial(
            "planted where a build works", happened, losses, left, tracebacks([run]), unbounded([run], MEGABYTES)
        )


_BACK = """
import datetime, sys, time
real = time.time
time.time = lambda: real() - {decade}
import linkedproj.release.lock as lock
class Back(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(time.time(), tz)
lock.datetime = Back
from linkedproj.cli import main
main(sys.argv[1:])
"""

_DATED = "a release dated by that clock"
CLOCKS: dict[str, tuple[str, ...]] = {
    "a draft": ("build",),
    "a release": ("build", "--release", "1.1", "--at", AT),
    _DATED: ("build", "--release", "1.1"),
    "the same release again": ("build", "--release", "1.0"),
    "verify": ("verify", "public"),
    "a question to a kept store": _ASK,
}
"""What is done when the clock was set back by ten years."""


def clock(start: Start, folder: Path, name: str) -> Trial:
    """Set back the clock that Python tells, and let all files be of the time before, which is now to come."""
    with Home(folder, start.folder) as home:
        first = home.run(*_ASK)
        if name == "the same release again":
            table = home.folder / "data/project.csv"
            table.write_text(table.read_text("utf-8").replace("Many more trees.", "More trees."), "utf-8")
        later = time.time() + _DECADE
        for path in home.folder.rglob("*"):
            os.utime(path, (later, later), follow_symlinks=False)
        command = (sys.executable, "-c", _BACK.format(decade=_DECADE))
        runs = [home.run(*CLOCKS[name], command=command), home.run(*CLOCKS[name])]
        losses = tuple(f"{run.arguments} fails: {run.said[-300:]}" for run in runs if run.code)
        if CLOCKS[name] == _ASK and {run.said for run in runs} != {first.said}:
            losses = (*losses, "another answer")
        if name == _DATED:
            runs.append(home.run("verify", "public"))
            losses = (*losses, *(("what is published is not whole",) if runs[-1].code else ()))
        elif digest_of(home.public) not in {start.old, *start.new}:
            losses = (*losses, "what is published is neither the old nor the new")
        return Trial(
            "clock set back ten years", "as ever", losses, home.left(), tracebacks(runs), unbounded(runs, MEGABYTES)
        )
