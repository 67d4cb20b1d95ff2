"""The benchmark as a test that is left out unless asked for: it prints, and asserts no time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from .measure import ROOT


@pytest.mark.bench
def test_mapping_speed_at_two_sizes() -> None:
    subprocess.run([sys.executable, "-m", "tests.bench", "--projects", "1000", "10000"], cwd=ROOT, check=True)


@pytest.mark.bench
def test_one_percent_of_a_hundred_thousand_projects_is_found() -> None:
    subprocess.run([sys.executable, "-m", "tests.bench.changes", "--projects", "100000"], cwd=ROOT, check=True)
