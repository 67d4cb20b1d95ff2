"""A build is killed at many moments, and each time the served folder is whole: the old one or the new one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import SMALL

from linkedproj.check.checked import Checked
from linkedproj.check.judge import Judgement
from linkedproj.release import verify

if TYPE_CHECKING:
    from tests.conftest import Small

SOURCE = Path(__file__).parents[1] / "src"
MOMENTS = {"exchange": 20, "renames": 6}

# Every file that is opened, made, moved or removed is a moment. One process imports the program and splits: a child
# counts the moments of a whole build, then for each chosen one a child is killed by itself, without a warning.
# The engine of the shapes and most saved queries are left out: they take the time, and write like the others.
_KILLER = """
import os, shutil, signal, sys, tempfile
import linkedproj.build as builder, linkedproj.check.portfolio as check, linkedproj.changes.page, jinja2
from linkedproj.check.judge import Judgement
from linkedproj.cli import main
from linkedproj.release import exchange
from linkedproj.check.checked import Checked

moments, renames = int(sys.argv[1]), sys.argv[2] == "renames"
check.judge = lambda *_: Judgement((), Checked(''))
few = dict(list(builder.Collection().read().items())[:3])
builder.Collection.read = lambda _: few
if renames:
    exchange._exchange = lambda *_: False
watched = {"open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "shutil.copyfile", "ctypes.dlsym"}
state = {"left": 0, "on": False, "seen": 0}

def watch(event, arguments):
    if state["on"] and event in watched:
        state["seen"] += 1
        if state["seen"] == state["left"]:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)

def build(home, at):
    # What other programs leave for temporary files would be swept, and counted.
    os.mkdir(f"tmp-{home}")
    os.environ["TMPDIR"] = tempfile.tempdir = os.path.abspath(f"tmp-{home}")
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.chdir(home)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        state.update(left=at, on=True)
        try:
            main(["build", "--no-site", "--release", "1.1", "--at", "2100-01-01"])
        except SystemExit as ended:
            code = ended.code
        os.write(writing, str(state["seen"]).encode())
        os._exit(code)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading) as seen:
        return status, int(seen.read() or 0)

shutil.copytree("start", "counting")
status, total = build("counting", 0)
assert status == 0 and total > 20 * moments, (status, total)
for number in range(moments):
    # The last moments are the nearest: around the exchange every one counts.
    at = total - number if number < moments // 2 else total * (number - moments // 2 + 1) // (moments // 2 + 1)
    home = f"killed-{number}"
    shutil.copytree("start", home)
    status, _ = build(home, at)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (number, status)
    print(home)
"""


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed builds are made by splitting a process")
@pytest.mark.parametrize("way", ["exchange", "renames"])
def test_whenever_a_build_is_killed_the_folder_is_whole(
    way: str, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
    start = small.home / "start"
    shutil.copytree(SMALL, start / "data")
    config = start / "data/portfolio.toml"
    config.write_text("issued = 2021-07-01\n" + config.read_text("utf-8"), "utf-8")
    assert small.run("build", str(start / "data"), "--out", str(start / "public"), "--release", "1.0").code == 0
    table = start / "data/project.csv"
    table.write_text(table.read_text("utf-8").replace("More trees.", "Many more trees."), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", _KILLER, str(MOMENTS[way]), way],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    old, new = everything(start / "public"), everything(small.home / "counting/public")
    assert old != new
    killed = [small.home / name for name in done.stdout.split()]
    assert len(killed) == MOMENTS[way]
    for home in killed:
        assert verify(home / "public").faults == (), home.name
        assert everything(home / "public") in (old, new), home.name
    left = [home for home in killed if len(list(home.iterdir())) > 2]
    assert left, "some were killed in the middle of writing"
    for home in left[:2]:
        assert (
            small.run(
                "build",
                "--no-site",
                str(home / "data"),
                "--out",
                str(home / "public"),
                "--release",
                "1.1",
                "--at",
                "2100-01-01",
            ).code
            == 0
        )
        assert everything(home / "public/dump") == everything(small.home / "counting/public/dump")
        assert everything(home / "public/changes") == everything(small.home / "counting/public/changes")
        assert sorted(path.name for path in home.iterdir()) == ["data", "public"]
