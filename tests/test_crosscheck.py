"""The reference judges again: what it is given, what is said of it, and what happens when it finds something else."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkedproj.check.checked import Checked, Crosscheck
from linkedproj.check.engine import Result, is_installed
from linkedproj.check.engines import ENGINES, REFERENCE, Engine
from linkedproj.check.judge import Options, judge
from linkedproj.check.parted import crosscheck
from linkedproj.check.parted.blocks import Unit
from linkedproj.model.errors import EngineDisagreement
from linkedproj.reports.report import judged_by

if TYPE_CHECKING:
    from tests.conftest import Small

SHAPES = Path(__file__).parents[1] / "ontology" / "shapes.ttl"
EX, SH, XSD = "https://example.org/", "http://www.w3.org/ns/shacl#", "http://www.w3.org/2001/XMLSchema#"
PYSHACL = f"pyshacl {version('pyshacl')}"
needs_fast = pytest.mark.skipif(not is_installed("fast"), reason="shacl is not installed")

# Engines that are wrong on purpose, each around the reference.
FORGETS = """
def load(shapes):
    judge = reference.load(shapes)
    return lambda data: sorted(judge(data), key=str)[1:]
"""
INVENTS = """
def load(shapes):
    judge = reference.load(shapes)
    return lambda data: [one for facts in judge(data) for one in (facts, {**facts, "value": '"invented"'})]
"""
REWORDS = """
def load(shapes):
    judge = reference.load(shapes)
    return lambda data: [{**facts, "details": [], "spoken": {"": "as I say"}} for facts in judge(data)]
"""


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a module in the place of the fast engine; its text is still to be written."""
    (tmp_path / "engines").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "engines"))
    monkeypatch.setitem(ENGINES, "fast", Engine("pyshacl", "wrong_engine", records=20))
    return tmp_path / "engines" / "wrong_engine.py"


def write(module: Path, text: str) -> None:
    module.write_text("from linkedproj.check.engines import reference\n" + text)


@pytest.mark.parametrize("command", ["check", "build"])
def test_a_result_that_one_engine_forgets_stops_everything(small: Small, wrong: Path, command: str) -> None:
    write(wrong, FORGETS)
    small.edit("project.csv", "2022-06-30", "2019")
    outcome = small.run(command, "--engine", "fast", "--no-cache")
    assert outcome.code == 3
    assert outcome.err.startswith("linkedproj: the two SHACL engines disagree, and nobody knows which one is right.")
    assert f"only {PYSHACL} finds (1):\n  https://small.example/id/period/orchard" in outcome.err
    assert "LessThanOrEqualsConstraintComponent" in outcome.err
    assert "(LP-DATE-ORDER)" in outcome.err
    assert not (small.home / "public").exists()


def test_a_result_that_one_engine_invents_stops_everything(small: Small, wrong: Path) -> None:
    write(wrong, INVENTS)
    small.edit("project.csv", "2022-06-30", "2019")
    outcome = small.run("check", "--engine", "fast")
    assert (outcome.code, "invented" in outcome.err) == (3, True)


def test_other_words_are_no_difference(small: Small, wrong: Path) -> None:
    write(wrong, REWORDS)
    small.edit("project.csv", "2022-06-30", "2019")
    outcome = small.run("check", "--engine", "fast")
    assert (outcome.code, outcome.codes) == (1, ["LP-DATE-ORDER"])
    assert "The end is before the start." in outcome.out


def test_what_is_forgotten_in_a_block_that_is_not_sampled_stays_unknown(small_release: Path, wrong: Path) -> None:
    write(wrong, "def load(shapes):\n    return lambda data: []\n")
    found = judge([small_release / "portfolio.nt"], SHAPES, Options("fast", cap=0, sample=0))
    assert found.checked.crosscheck == Crosscheck(PYSHACL, 0, 0, 0, 1)
    assert "does not remove it" in judged_by(found.checked, "en")[1]


@needs_fast
def test_the_report_says_what_was_judged_again(small: Small) -> None:
    small.edit("project.csv", "2022-06-30", "2019")
    report = json.loads(small.run("check", "--engine", "fast", "--format", "json", "--no-cache").out)
    assert report["engine"].startswith("shacl 0.3.")
    assert report["crosscheck"]["engine"] == PYSHACL
    assert report["crosscheck"]["units"] == report["crosscheck"]["of"] == 2
    assert report["crosscheck"]["faulty"] == 1
    said = small.run("check", "--engine", "fast", "--no-cache").out
    assert "Checked with shacl 0.3." in said
    assert f"All of it was checked again with {PYSHACL}, with the same results." in said
    assert "checked again with pyshacl" in small.run("check", "--engine", "fast", "--no-cache", "--format", "html").out
    assert (
        "checked again with pyshacl" in small.run("check", "--engine", "fast", "--no-cache", "--format", "turtle").out
    )


def test_a_sample_is_said_to_be_one() -> None:
    checked = Checked("shacl 0.3.4", 3, 600, Crosscheck("pyshacl 0.40.1", 2, 400, 1, 3))
    assert judged_by(checked, "en") == [
        "Checked with shacl 0.3.4 in 3 parts.",
        (
            "Checked again with pyshacl 0.40.1, with the same results: 2 of 3 blocks, 1 of these with problems (400 of "
            "600 records, evidence included). Such a sample bounds the risk that a problem in the other blocks was "
            "missed; it does not remove it."
        ),
    ]
    assert len({sentence for tag in ("en", "ca", "es") for sentence in judged_by(checked, tag)}) == 6


def test_the_reference_judges_where_it_is_asked_to(small: Small) -> None:
    assert f"Checked with {PYSHACL}." in small.run("check", "--engine", "pyshacl", "--no-cache").out


@needs_fast
def test_without_being_asked_the_fast_engine_judges_little_as_well(small: Small) -> None:
    assert "Checked with shacl 0.3." in small.run("check").out
    assert "Checked with shacl 0.3." in small.run("check", "--no-cache").out


@needs_fast
def test_many_triples_are_judged_by_the_fast_engine(small_release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, REFERENCE, Engine("pyshacl", "linkedproj.check.engines.reference", whole=100))
    data = [small_release / "portfolio.nt"]
    assert judge(data, SHAPES).checked.engine.startswith("shacl ")
    monkeypatch.setitem(ENGINES, "fast", Engine("no-such-package", "", "0.3."))
    checked = judge(data, SHAPES).checked
    assert (checked.engine, checked.parts, checked.crosscheck) == (PYSHACL, 1, None)


# What two engines are known to judge differently: it is found out, never published. Where it matters, the cells are
# checked before there is any RDF, and dates are compared as full days only.
ILL_TYPED = {
    "months compared": ('"2017-05"^^<XSDgYearMonth>', '"2017-06"^^<XSDgYearMonth>', "sh:lessThan ex:end"),
    "a day and a time": ('"2017-05-01"^^<XSDdate>', '"2017-04-01T00:00:00Z"^^<XSDdateTime>', "sh:lessThan ex:end"),
    "a number and a day": ('"5.0E0"^^<XSDdouble>', "", 'sh:minInclusive "2017-05-01"^^<XSDdate>'),
    "a derived integer out of range": ('"300"^^<XSDbyte>', "", "sh:maxExclusive 5"),
    "a day that is no time": ('"2020-02-03"^^<XSDdateTime>', "", "sh:datatype <XSDdateTime>"),
}


@needs_fast
@pytest.mark.parametrize(("start", "end", "constraint"), ILL_TYPED.values(), ids=ILL_TYPED)
def test_what_engines_are_known_to_judge_differently_is_found_out(
    tmp_path: Path, start: str, end: str, constraint: str
) -> None:
    lines = [f"<{EX}p/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{EX}P> .\n"]
    lines += [f"<{EX}p/1> <{EX}{name}> {value} .\n" for name, value in (("start", start), ("end", end)) if value]
    (tmp_path / "data.nt").write_text("".join(lines).replace("XSD", XSD))
    (tmp_path / "shapes.ttl").write_text(
        f"@prefix ex: <{EX}> .\n@prefix sh: <{SH}> .\n"
        "ex:S a sh:NodeShape ; sh:targetClass ex:P ; sh:property ex:S-p .\n"
        f"ex:S-p sh:path ex:start ; {constraint.replace('XSD', XSD)} .\n"
    )
    with pytest.raises(EngineDisagreement, match=r"only shacl 0\.3") as caught:
        judge([tmp_path / "data.nt"], tmp_path / "shapes.ttl", Options("fast"))
    assert f"{EX}p/1 {EX}start " in str(caught.value)


def result(focus: str, shape: str = "s:a", value: str = "") -> Result:
    return Result(focus, "p", value, f"{SH}MinCountConstraintComponent", "violation", shape, "LP-X")


def test_both_answers_are_shown_and_capped() -> None:
    mine = [result(f"n{number:02}") for number in range(13)]
    with pytest.raises(EngineDisagreement) as caught:
        crosscheck.compare("shacl 0.3.4", mine, "pyshacl 0.40.1", [result("m", value='"v"'), mine[0]])
    assert str(caught.value).splitlines()[1:] == [
        "only shacl 0.3.4 finds (12):",
        *(f"  n{number:02} p MinCountConstraintComponent (LP-X)" for number in range(1, 11)),
        "  … and 2 more",
        "only pyshacl 0.40.1 finds (1):",
        '  m p MinCountConstraintComponent "v" (LP-X)',
    ]


def test_every_rule_and_every_type_is_judged_again_before_more_of_the_same() -> None:
    units = {n: Unit(0, 100 * n, 100 * n + 100, 10) for n in range(1000)}
    found = {n: [result("x", "s:common")] for n in range(500)} | {
        7: [result("x", "s:rare")],
        490: [result("x", "s:other")],
    }

    def kind(unit: Unit) -> str:
        return "city" if unit.start == 99_900 else "project"

    chosen = crosscheck.choose(units, found, 10, 5, kind)
    assert {7, 490, 999} <= set(chosen)
    assert (len([n for n in chosen if n in found]), len(chosen)) == (10, 15)
    assert chosen == crosscheck.choose(units, found, 10, 5, kind)
    assert chosen != crosscheck.choose({n: unit for n, unit in units.items() if n < 999}, found, 10, 5, kind)
