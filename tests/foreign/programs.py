"""Ask the programs that install.py installs; a test that needs one is skipped where it is not installed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from tests.foreign.install import NotHereError, install_scripts, python

_READ = Path(__file__).parent / "read.py"
_PATIENCE = 300


def read(kind: str, *paths: Path) -> list[Any]:
    """Read files of a kind that read.py knows with the Python programs of others; give what they found in each."""
    try:
        program = str(python())
    except NotHereError as error:
        pytest.skip(str(error))
    found: list[Any] = json.loads(_run([program, str(_READ), kind, *map(str, paths)]).splitlines()[-1])
    return found


def run_script(name: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the script prints
    """Run one of the scripts of this folder, which print JSON in their last line."""
    with TemporaryDirectory() as work:
        return json.loads(_run(["node", str(_scripts(Path(work)) / name), *map(str, arguments)]).splitlines()[-1])


def run_package(path: str, *arguments: str) -> str:
    """Run a program of an npm package by its path below node_modules; give what it prints."""
    with TemporaryDirectory() as work:
        return _run(["node", str(_scripts(Path(work)) / "node_modules" / path), *arguments])


def _scripts(work: Path) -> Path:
    try:
        return install_scripts(work)
    except NotHereError as error:
        pytest.skip(str(error))


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PATIENCE).stdout
