"""The pages for those who begin are true: each command of the tutorial is run, in its order."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from .conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TUTORIAL = ROOT / "docs/tutorial.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.slow


def commands_of(page: Path) -> list[str]:
    """Give the commands on a page, but for those that install."""
    return [block for block in BLOCK.findall(page.read_text("utf-8")) if not block.startswith("pip install")]


def follow(blocks: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    """Run commands in a folder, one after the other."""
    program = shlex.join([sys.executable, "-m", "linkedproj"])
    script = "\n".join(
        ["set -e", f'linkedproj() {{ {program} "$@"; }}', f'python() {{ {sys.executable} "$@"; }}', *blocks]
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    outcome = subprocess.run(
        ["/bin/bash", "-c", script], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome


def test_the_page_about_workbooks_brings_one_back(tmp_path: Path) -> None:
    blocks = commands_of(ROOT / "docs/workbook.md")
    outcome = follow(["linkedproj new p --languages en,fi && cd p", *blocks], tmp_path)
    assert outcome.stdout.count("tables.xlsx: nothing was changed in it.") == 2


def test_the_tutorial_leads_to_a_published_folder(tmp_path: Path) -> None:
    outcome = follow(commands_of(TUTORIAL), tmp_path)
    latest = tmp_path / "my-portfolio/public/dump/latest"
    assert (latest / "portfolio.ttl").is_file()
    assert "project/open-shores" in (latest / "portfolio.nt").read_text("utf-8")
    assert "SHORES" in outcome.stdout


def test_a_sheet_becomes_a_published_folder_in_few_commands(tmp_path: Path) -> None:
    text = (ROOT / "docs/from-your-sheet.md").read_text("utf-8")
    blocks = BLOCK.findall(text)
    commands = [line for block in blocks for line in block.splitlines() if line.startswith(("pip ", "linkedproj "))]
    assert len(commands) <= 5
    program = shlex.join([sys.executable, "-m", "linkedproj"])
    script = "\n".join(["set -e", f'linkedproj() {{ {program} "$@"; }}', *blocks[1:]])
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    outcome = subprocess.run(
        ["/bin/bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    assert "9 of 9 columns are known" in outcome.stdout
    assert (tmp_path / "ports/public/index.html").is_file()
    assert "id/project/green-quays" in (tmp_path / "ports/public/dump/latest/portfolio.nt").read_text("utf-8")


def test_the_tutorial_counts_its_steps_and_decisions() -> None:
    text = TUTORIAL.read_text("utf-8")
    numbers = {"five": 5, "six": 6, "seven": 7, "two": 2, "three": 3, "four": 4}
    told = re.search(r"in (\w+) steps and (\w+) decisions", text)
    assert told
    assert numbers[told[1]] == len(re.findall(r"^## \d\. ", text, re.MULTILINE))
    options = re.search(r"^linkedproj new (.*)$", text, re.MULTILINE)
    assert options
    assert numbers[told[2]] == len(re.findall(r"--\w+", options[1]))
