"""`linkedproj check --alike`: names that are alike propose what may be one record, and a curator decides."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from linkedproj.check import unchanged
from linkedproj.check.alike import alike_problems
from linkedproj.check.portfolio import check_folder
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.rules import Rules, catalogue

from .mapping import travel
from .test_broken_input import told
from .test_identity import OWN_SHAPES, with_own_terms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from linkedproj.model.errors import Problem

    from .conftest import Small

HEAD = "id,name@en,name@ca,seat,differentFrom\n"
CITY = "id,name@en,name@es,country\na,Probestadt,,IRL\nb,Exampleford,,IRL\nc,Tryhaven,Probestadt,IRL\n"
COMMON = "".join(
    f"z{n},Harbour office of district {word},,b,\n" for n, word in enumerate(("ash", "birch", "elm", "fir"))
)
LONG = "Tramuntana Grove Night School of Riding and Sailing with Boats and Ponies for Young Girls under Ten Years"

CASES = {
    "a legal form": ("m,Mill House,,a,\nn,MILL-HOUSE Ltd.,,a,\n", ["equal-shared"]),
    "a place that is not known": ("m,Mill House,,a,\nn,Mill House,,,\n", ["equal"]),
    "another place": ("m,Mill House,,a,\nn,Mill House,,b,\n", ["equal-apart"]),
    "another place of that name": ("m,Mill House,,a,\nn,Mill House,,c,\n", ["equal-shared"]),
    "across languages": ("m,,Casa del Molí,a,\nn,Casa Moli,,a,\n", ["equal-shared"]),
    "a slip": ("m,Tramuntana Riding School,,a,\nn,Tramuntana Ridding School,,a,\n", ["near-shared"]),
    "a slip without a place": (f"m,{LONG},,,\nn,{LONG[:-1]},,a,\n", ["near"]),
    "a slip and another place": (f"m,{LONG},,b,\nn,{LONG[:-1]},,a,\n", ["near-apart"]),
    "a part": ("m,Tramuntana,,a,\nn,Fundació Tramuntana,,a,\n", ["part-shared"]),
    "a part in another place": ("m,Tramuntana,,a,\nn,Fundació Tramuntana,,b,\n", []),
    "the place alone": ("m,Probestadt,,a,\nn,Probestadt Choir,,a,\n", []),
    "another name": ("m,Mill House,,a,\nn,Quay School,,a,\n", []),
    "declared by the first": ("m,Mill House,,a,organisation/n\nn,Mill House Ltd.,,a,\n", []),
    "declared by the second": ("m,Mill House,,a,\nn,Mill House Ltd.,,a,organisation/m\n", []),
    "told by the key": ("m,Mill House,,a,\nn,Mill  house,,a,\no,mill house,,a,\n", []),
    "told by the key, and a third": ("m,Mill House,,a,\nn,Mill house,,a,\no,Mill House SA,,a,\n", ["equal-shared"] * 2),
}  # fmt: skip


def likenesses(tmp_path: Path, rows: str) -> list[Problem]:
    tables = {
        "organisation.csv": HEAD + rows + COMMON,
        "city.csv": CITY,
        "country.csv": "id,name@en\nIRL,Ireland\n",
    }
    return list(alike_problems(travel(tmp_path, tables).portfolio))


# ---------------------------------------------------------------- what is told


@pytest.mark.parametrize(("rows", "reasons"), CASES.values(), ids=CASES)
def test_names_that_are_alike_are_told_with_the_reason(rows: str, reasons: Sequence[str], tmp_path: Path) -> None:
    found = likenesses(tmp_path, rows)
    assert [problem.values["reason"] for problem in found] == reasons
    for problem in found:
        wordings = [Rules(catalogue()).wording(problem, language) for language in LANGUAGES]
        assert not any("…" in wording.message + wording.fix for wording in wordings)
        assert len({wording.message for wording in wordings}) == len(LANGUAGES)


def test_each_reason_that_has_words_is_one_that_is_given() -> None:
    given = {reason for _, reasons in CASES.values() for reason in reasons}
    assert catalogue()["LP-SAME-ALIKE"].cases["message"].keys() == given


def test_a_pair_is_told_once_at_the_name_of_the_record_that_stands_behind(tmp_path: Path) -> None:
    [problem] = likenesses(tmp_path, "n,Quay,Tramuntana,a,\nm,,Fundació Tramuntana,a,\n")
    assert (problem.record, problem.column, problem.cell) == ("organisation/m", "name@ca", "Fundació Tramuntana")
    assert str(problem.place) == "data/organisation.csv:3:4"
    assert [str(place) for place in problem.also] == ["data/organisation.csv:2:8"]
    assert Rules(catalogue()).wording(problem, "en").message == (
        "organisation/m may be the same as organisation/n (data/organisation.csv:2:8), "
        f"{problem.values['score']} of 100: all words of one of 'Fundació Tramuntana' and 'Tramuntana' are in the "
        "other, among them tramuntana, and both have Probestadt in seat."
    )


def test_two_records_with_one_identifier_are_told_once(tmp_path: Path) -> None:
    tables = {
        "organisation.csv": "id,name@en,sameAs\nm,Mill House,https://ror.org/1\nn,Mill House Ltd.,https://ror.org/1\n"
    }
    road = travel(tmp_path, tables)
    assert [problem.rule for problem in road.portfolio.problems] == ["LP-SAME-KEY"]
    assert not list(alike_problems(road.portfolio))


def test_what_places_a_project_is_its_year(tmp_path: Path) -> None:
    rows = "p,Quays of Tramuntana,2019-03\nq,The Quays of Tramuntana,2019-11\nr,Quays Tramuntana,2021\n"
    found = list(alike_problems(travel(tmp_path, {"project.csv": "id,title@en,start\n" + rows}).portfolio))
    told = {problem.record + problem.values["other"]: problem.values for problem in found}
    assert {pair: (values["reason"], values["score"]) for pair, values in told.items()} == {
        "project/qproject/p": ("equal-shared", "100"),
        "project/rproject/p": ("equal-apart", "60"),
        "project/rproject/q": ("equal-apart", "60"),
    }
    assert {(values["places"], values["columns"]) for values in told.values()} >= {("2019", "start")}


def test_records_without_a_name_in_their_likely_key_are_not_compared(tmp_path: Path) -> None:
    tables = {
        "theme.csv": "id,inScheme,name@en\na,x,Water and ports\nb,x,Ports and water\n",
        "scheme.csv": "id,name@en\nx,X\n",
    }
    assert not list(alike_problems(travel(tmp_path, tables).portfolio))


def test_a_type_of_a_portfolio_is_compared_and_one_without_a_column_for_it_has_nothing_to_declare(small: Small) -> None:
    shapes = OWN_SHAPES.replace(
        "own:BerthShape a sh:NodeShape ;",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "own:BerthShape a sh:NodeShape ; lp:likelyKey ( skos:prefLabel own:behind ) ;",
    )
    with_own_terms(small, shapes)
    small.write(
        "berth.csv", "id,name@en,behind,mark\na,Outer wall,,1\nb,Tern Quay,a,2\nc,Tern-Quay,a,3\nd,tern quay,a,4\n"
    )
    small.edit("portfolio.toml", 'evidence = "every value"\n', "")
    assert told(small.map(alike=True)) == (
        "data/berth.csv:4:3: berth/c may be the same as berth/b (data/berth.csv:3:3), 100 of 100: 'Tern-Quay' and "
        "'Tern Quay' are the same name, and both have Outer wall in behind. [LP-SAME-ALIKE]\n"
        "    Candidates: make one record of the two, or leave them as they are if you know that they are two.\n"
        "data/berth.csv:5:3: berth/d may be the same as berth/c (data/berth.csv:4:3), 100 of 100: 'tern quay' and "
        "'Tern-Quay' are the same name, and both have Outer wall in behind. [LP-SAME-ALIKE]\n"
        "    Candidates: make one record of the two, or leave them as they are if you know that they are two.\n"
        "data/berth.csv:5:3: berth/d may be the same as berth/b (data/berth.csv:3:3): both have the same name@en, "
        "behind. [LP-SAME-LIKELY]\n"
        "    Candidates: make one record of the two, or leave them as they are if you know that they are two.\n"
    )


def test_a_name_of_a_portfolio_may_have_no_language(small: Small) -> None:
    shapes = OWN_SHAPES.replace("a sh:NodeShape ;", "a sh:NodeShape ; lp:likelyKey ( own:mark own:behind ) ;", 1)
    with_own_terms(small, shapes.replace("dash:uniqueValueForClass own:Berth ;", ""))
    small.write("berth.csv", "id,name@en,behind,mark\na,A,,North pier\nb,B,a,West pier\nc,C,a,West-pier\n")
    [found] = [each["message"] for each in small.problems("--alike") if each["code"] == "LP-SAME-ALIKE"]
    assert "'West-pier' and 'West pier' are the same name, and both have A in behind" in str(found)


# ---------------------------------------------------------------- the command


def with_mills(small: Small) -> None:
    """Add a record with a name that is equal to another one, and one with a name that is nearly equal."""
    mill = "mill,Mill House,Casa del Molí,Casa del Molino,A school.,Una escola.,Una escuela.,association,,PRT"
    rest = ",Una escola.,Una escuela.,association,,PRT"
    mills = f"{mill}\nmill-ltd,Mill House Ltd.,M,N,A school.{rest}\nkiln,Tramuntana Kiln Works,T,U,A school.{rest}"
    small.edit("organisation.csv", mill, f"{mills}\nkilns,Tramuntana Kilns Works,V,W,A school.{rest}")


def reasons(report: str) -> list[str]:
    return [each["values"]["reason"] for each in json.loads(report)["problems"] if each["code"] == "LP-SAME-ALIKE"]


def test_check_compares_names_where_it_is_asked_to_and_warns(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "_SETTLED", 0)
    with_mills(small)
    without = small.run("check")
    outcome = small.run("check", "--alike")
    assert (without.code, outcome.code) == (0, 0)
    assert "LP-SAME-ALIKE" not in without.codes
    assert outcome.codes.count("LP-SAME-ALIKE") == 2
    assert "need" not in outcome.out.splitlines()[-1]
    assert small.run("check") == without
    assert "compare" in small.run("check", "--help").out.lower()
    assert small.run("build").code == 0


def test_the_function_takes_the_same_word(small: Small) -> None:
    with_mills(small)
    found = {alike: check_folder(small.folder, alike=alike) for alike in (False, True)}
    told = {alike: [each.rule for each in findings.problems] for alike, findings in found.items()}
    assert told[True].count("LP-SAME-ALIKE") == 2
    assert [rule for rule in told[True] if rule != "LP-SAME-ALIKE"] == told[False]
    assert found[True].remarks == ()


def test_without_rapidfuzz_equal_names_are_told_and_what_is_missing_is_said(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_mills(small)
    assert sorted(reasons(small.run("check", "--alike", "--format", "json").out)) == ["equal-shared", "near-shared"]
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    report = small.run("check", "--alike", "--format", "json").out
    assert reasons(report) == ["equal-shared"]
    sentence = "names that are only nearly equal are not compared: pip install 'linkedproj[import]' adds that"
    assert sentence in json.loads(report)["notes"]
    assert small.run("check", "--alike").out.splitlines()[-1] == sentence
    assert sentence not in small.run("check").out


@pytest.mark.parametrize(("arguments", "are_there"), [((), False), (("--alike",), True)], ids=["check", "--alike"])
def test_a_check_that_compares_no_names_loads_nothing_that_does(
    arguments: Sequence[str],
    are_there: bool,  # noqa: FBT001 - a parameter
    small: Small,
) -> None:
    modules = ["linkedproj.check.alike", "linkedproj.importers.source.matching", "rapidfuzz"]
    code = (
        "import json, sys\nfrom linkedproj.cli import main\n"
        "try:\n    main(['check', 'data', '--no-cache', *sys.argv[1:]])\n"
        "finally:\n"
        f"    print()\n    print(json.dumps([name in sys.modules for name in {modules!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=small.home, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [are_there] * len(modules)
