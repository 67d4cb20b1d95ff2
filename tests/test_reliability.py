"""The proof of reliability: its attacks, its guards and its fuzzers run, and its document has a place for each."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .attacks.__main__ import SECTIONS
from .attacks.files import FILES, OVERLAYS
from .attacks.fuzz import TARGETS, tried
from .attacks.mutants import Mutant, lost, mutants, table
from .attacks.questions import QUESTIONS
from .attacks.trial import Trial, counts
from .bench.document import places

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs/reliability.md"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="what a run leaves behind is seen in /proc")
def test_some_of_every_attack_lose_nothing_leave_nothing_and_are_bounded() -> None:
    command = [sys.executable, "-m", "tests.attacks", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert re.findall(r"^## (.*)$", done.stdout, re.MULTILINE) == list(SECTIONS.values())
    ends = re.findall(r"^\| \*\*all\*\* \| \*\*(\d+)\*\* \| \|(.*)$", done.stdout, re.MULTILINE)
    assert [numbers for _, numbers in ends] == [" **0** | **0** | **0** | **0** |"] * len(SECTIONS)
    assert all(int(times) for times, _ in ends)


def test_what_must_not_be_is_counted() -> None:
    found = [Trial("a", "b", losses=("x",), tracebacks=("y", "z")), Trial("a", "b", unbounded=("u",), leftovers=("v",))]
    assert counts(found) == (1, 1, 2, 1)
    assert [len(trial.faults) for trial in found] == [3, 2]


def test_there_are_as_many_hostile_things_as_are_promised() -> None:
    assert len(QUESTIONS) >= 60
    assert len(set(QUESTIONS.values())) >= 60
    assert len(FILES) + len(OVERLAYS) >= 40
    assert len(mutants()) >= 45


def test_the_document_has_a_place_for_every_table_and_no_other() -> None:
    assert sorted(places(DOCUMENT.read_text("utf-8"))) == sorted([*SECTIONS, "mutants", "fuzz"])


def test_every_guard_of_the_list_is_in_the_code_and_its_tests_are_there() -> None:
    listed = mutants()
    assert lost(listed) == []
    assert len({each.guard for each in listed}) == len(listed)
    assert [each.tests[0] for each in listed if not (ROOT / each.tests[0]).is_file()] == []


def test_a_mutant_that_survives_is_told_in_capitals_unless_a_reason_stands_there() -> None:
    told = table([Mutant("a", "src/linkedproj/a.py", "x", "y", ("tests/test_a.py",))] * 2, ["killed", "SURVIVES"])
    assert told.startswith("2 mutants: 1 killed, 1 SURVIVES.\n")
    assert "| a | `a.py` | SURVIVES |" in told


@pytest.mark.parametrize("target", TARGETS)
def test_whatever_is_read_ends_in_an_error_of_ours_or_in_none(target: str, tmp_path: Path) -> None:
    assert tried(target, 60, 20_260_101, tmp_path, whole=False) > 0
