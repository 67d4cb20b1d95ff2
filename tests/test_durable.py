"""Before one folder takes the place of another, all of it is on the disk: a power cut leaves the old one or the new."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import SMALL

SOURCE = Path(__file__).parents[1] / "src"
STRACE = shutil.which("strace")

# The engine of the shapes and the saved queries write nothing in a way of their own.
_BUILD = """
import linkedproj.build as builder, linkedproj.check.portfolio as check
from linkedproj.check.checked import Checked
from linkedproj.check.judge import Judgement
from linkedproj.cli import main
check.judge = lambda *_: Judgement((), Checked(''))
few = dict(list(builder.Collection().read().items())[:2])
builder.Collection.read = lambda _: few
main(["build", "--no-site", "--release", "{}"])
"""
_CHANGES = "openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlinkat,unlink,unlinkat,rmdir"
_CALLS = f"{_CHANGES},fsync,fdatasync,write,pwrite64,ftruncate"
_LINE = re.compile(r"^\d+ +(?P<call>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?:<(?P<to>[^>]*)>)?")


def built(home: Path, version: str, *before: str) -> None:
    """Build a release, by another program that runs it."""
    done = subprocess.run(
        [*before, sys.executable, "-c", _BUILD.format(version)],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def recorded(home: Path) -> list[tuple[str, str, str]]:
    """Build a second release under strace; return its calls that change the disk, in order: name, path, arguments."""
    log = home / "calls"
    built(home, "1.1", str(STRACE), "-f", "-y", "-qq", "-s", "4096", "-e", f"trace={_CALLS}", "-o", str(log))
    calls = []
    for line in log.read_text("utf-8", "replace").splitlines():
        found = _LINE.match(line.replace(" <unfinished ...>", ") = 0").replace("AT_FDCWD<", "AT_FDCWD <"))
        if found and int(found["result"]) >= 0:
            named = re.search(r"\d+<([^>]*)>", found["arguments"])
            calls.append((found["call"], found["to"] or (named[1] if named else ""), found["arguments"]))
    return calls


@pytest.mark.slow
@pytest.mark.skipif(STRACE is None, reason="the order of system calls is read by strace, which is not installed")
def test_nothing_takes_the_place_of_another_before_it_is_on_the_disk(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "data")
    config = tmp_path / "data/portfolio.toml"
    config.write_text("issued = 2021-07-01\n" + config.read_text("utf-8"), "utf-8")
    built(tmp_path, "1.0")
    before = {path.stat().st_ino for path in (tmp_path / "public").rglob("*")}
    calls = recorded(tmp_path)
    [exchanged] = [
        at for at, (call, _, arguments) in enumerate(calls) if call == "renameat2" and "EXCHANGE" in arguments
    ]
    staged = str(tmp_path / ".public.next")
    written: dict[str, int] = {}
    synced: dict[str, int] = {}
    for at, (call, path, _) in enumerate(calls[:exchanged]):
        if path.startswith(staged):
            (synced if call in {"fsync", "fdatasync"} else written)[path] = at
    new = [path for path in sorted((tmp_path / "public").rglob("*")) if path.stat().st_ino not in before]
    assert len(new) > 50
    # A file in two places (a release, and latest/) is on the disk when one of them is.
    names: dict[int, list[str]] = {}
    for fresh in [tmp_path / "public", *new]:
        name = str(fresh).replace(str(tmp_path / "public"), staged, 1)
        names.setdefault(fresh.stat().st_ino, []).append(name)
    for same in names.values():
        assert synced.keys() & {*same}, f"{same} is not on the disk when it takes its place"
        last = max(written.get(name, -1) for name in same)
        assert max(synced.get(name, -1) for name in same) > last, f"{same} is written to after it was synced"
    removed = [
        at
        for at, (call, _, arguments) in enumerate(calls)
        if at > exchanged and call in {"unlink", "unlinkat", "rmdir"} and ".next" in arguments
    ]
    above = [
        at for at, (call, path, _) in enumerate(calls) if call == "fsync" and path == str(tmp_path) and at > exchanged
    ]
    assert above
    assert removed
    assert above[0] < removed[0], "the old folder goes before the exchange is on the disk"
