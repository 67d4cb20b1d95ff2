"""SHACL Core through our own interface: our cases always, the suite of the W3C where there is a copy of it.

LINKEDPROJ_W3C_SHACL=…/data-shapes-test-suite/tests/core pytest tests/conformance/test_shacl.py

Without the variable, a copy beside the project is taken: ../shared/suites/data-shapes-test-suite.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from linkedproj.check.engine import is_installed
from linkedproj.check.engines import ENGINES
from linkedproj.check.shacl import COMPONENTS, PATHS, TARGETS

from .w3c_shacl import KNOWN, Case, cases, difference

OWN = Path(__file__).parent / "shacl"
BESIDE = Path(__file__).parents[3] / "shared/suites/data-shapes-test-suite/tests/core"
SUITE = os.environ.get("LINKEDPROJ_W3C_SHACL") or (str(BESIDE) if BESIDE.is_dir() else "")
engines = [
    pytest.param(name, marks=pytest.mark.skipif(not is_installed(name), reason=f"{ENGINES[name].package} is missing"))
    for name in ENGINES
]


@pytest.mark.parametrize("engine", engines)
@pytest.mark.parametrize("case", [*cases(OWN / "manifest.ttl")], ids=lambda case: case.name)
def test_our_cases(case: Case, engine: str) -> None:
    assert difference(case, engine) == ""


def test_our_cases_use_every_term_that_can_fail_or_aim() -> None:
    text = "".join(path.read_text("utf-8") for path in OWN.glob("*.ttl"))
    assert [name for name in (*COMPONENTS, *PATHS, *TARGETS) if f"sh:{name} " not in text] == []
    components = {
        line.split("sh:sourceConstraintComponent sh:")[1].split()[0]
        for line in text.splitlines()
        if "sh:sourceC" in line
    }
    assert {name.removesuffix("ConstraintComponent").lower() for name in components} == {
        name.lower() for name in COMPONENTS
    }


def test_every_file_of_cases_is_run() -> None:
    assert {case.data for case in cases(OWN / "manifest.ttl")} | {OWN / "manifest.ttl"} == set(OWN.glob("*.ttl"))


@pytest.mark.skipif(not SUITE, reason="no copy of the W3C suite is there (LINKEDPROJ_W3C_SHACL)")
@pytest.mark.parametrize("engine", engines)
@pytest.mark.parametrize(
    "case",
    [*cases(Path(SUITE, "manifest.ttl"))] if SUITE else [],
    # Some names are used in two of its folders.
    ids=lambda case: f"{case.data.parent.name}/{case.name}",
)
def test_the_suite_of_the_w3c(case: Case, engine: str) -> None:
    assert bool(difference(case, engine)) == ((engine, case.name) in KNOWN)
