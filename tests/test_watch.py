"""A portfolio that is watched: each save is looked at, what is mended is struck off, and nothing ends it but Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("watchfiles", reason="watchfiles is not installed")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Small

SOURCE = Path(__file__).parents[1] / "src"
PATIENCE, PRESSES = 120, 6


class Watched:
    """A command that watches, and what it has said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.said = process, ""
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            with self._news:
                self.said += line
                self._news.notify_all()

    def after(self, *texts: str) -> str:
        """Wait until it has said something; give what it said, and forget it."""
        with self._news:
            assert self._news.wait_for(lambda: all(text in self.said for text in texts), PATIENCE), self.said
            said, self.said = self.said, ""
        return said

    def stop(self) -> int:
        """Press Ctrl-C, and give the exit code.

        Python forgets a press that falls into what runs when an object goes: it is pressed until it is heard.
        """
        for _ in range(PRESSES):
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(PATIENCE // PRESSES)
        return self.process.wait(1)


@contextmanager
def watched(small: Small, *command: str) -> Iterator[Watched]:
    process = subprocess.Popen(
        [sys.executable, "-m", "linkedproj", *command],
        cwd=small.home,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    try:
        yield Watched(process)
    finally:
        process.kill()
        process.communicate()


def test_a_fault_is_told_when_it_is_saved_and_struck_off_when_it_is_mended(small: Small) -> None:
    with watched(small, "check", "--watch") as watching:
        assert watching.after("is watched", "No problems").startswith("data is watched: save a file")
        small.edit("project.csv", "2022-06-30", "2019")
        said = watching.after("[LP-DATE-ORDER]", "records are fine")
        assert "project.csv\n" in said
        assert "mended" not in said
        (small.folder / "~$project.xlsx").touch()
        (small.folder / ".project.csv.swp").touch()
        small.edit("project.csv", "2020-01-15,2019", "2020-01-15,2022-06-30")
        said = watching.after("No problems")
        assert said.splitlines()[1] == "project.csv"
        assert "mended: data/project.csv:3:" in said
        assert "[LP-DATE-ORDER]" in said
        assert watching.stop() == 0


def test_settings_that_cannot_be_read_wait_for_the_next_save(small: Small) -> None:
    with watched(small, "check", "--watch", "--lang", "es") as watching:
        watching.after("Se vigila data")
        right = (small.folder / "portfolio.toml").read_text("utf-8")
        small.write("portfolio.toml", right.replace("version = ", "version == "))
        watching.after("linkedproj: data/portfolio.toml:")
        small.write("portfolio.toml", right)
        watching.after("Ningún problema")
        assert watching.stop() == 0


def test_a_draft_is_built_at_each_save_and_not_because_of_itself(small: Small) -> None:
    with watched(small, "build", ".", "--watch", "--no-site") as watching:
        watching.after("there is no portfolio")
    (small.home / "data").rename(small.home / "mine")
    with watched(small, "build", "mine", "--watch", "--no-site", "--out", "mine/public") as watching:
        watching.after("is watched", "the same files: mine/public/dump/latest", "next: linkedproj")
        path = small.home / "mine/project.csv"
        path.write_text(path.read_text("utf-8").replace("2022-06-30", "2019"), "utf-8")
        said = watching.after("Nothing was published; mine/public/ is as it was.")
        assert said.splitlines()[1] == "project.csv"
        assert watching.stop() == 0


@pytest.mark.parametrize(
    "command",
    [
        ("check", "--watch", "--format", "json"),
        ("check", "--watch", "--out", "x"),
        ("build", "--watch", "--release", "1"),
    ],
)
def test_what_makes_no_sense_beside_it_is_refused(small: Small, command: tuple[str, ...]) -> None:
    outcome = small.run(*command)
    assert outcome.code == 2
    assert "--watch" in outcome.err
    assert not (small.home / "public").exists()
