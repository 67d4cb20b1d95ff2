"""The benchmark as a test that is left out unless asked for: it prints, and asserts no time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from .measure import ROOT


@pytest.mark.bench
def test_mapping_speed_at_two_sizes() -> None:
    subprocess.run([sys.executable, "-m", "tests.bench", "--projects", "1000", "10000"], cwd=ROOT, check=True)
