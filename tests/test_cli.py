"""The command line: what it understands, what it answers, and with which exit code it ends."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import pkgutil
import shutil
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import click
import pytest
import rdflib
from tests.conftest import SMALL, Small

from linkedproj import cli, commands
from linkedproj.reports import REPORTS

if TYPE_CHECKING:
    from tests.conftest import Outcome

COMMANDS = sorted(module.name.strip("_").replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))
PLACE, SENTENCE = ("data/project.csv", 2, 99), "start '3/2019' is not written as a date."


@pytest.fixture
def faulty(small: Small) -> Small:
    """Break one cell."""
    small.edit("project.csv", "2019-03", "3/2019")
    return small


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Check the portfolio with one broken cell once for each format."""
    small = Small(tmp_path_factory.mktemp("faulty"))
    shutil.copytree(SMALL, small.folder)
    small.edit("project.csv", "2019-03", "3/2019")
    with contextlib.chdir(small.home):
        return {form: small.run("check", "--format", form) for form in REPORTS}


def options(name: str) -> list[click.Option]:
    found = cli.linkedproj.get_command(click.Context(cli.linkedproj), name)
    assert found is not None
    return [parameter for parameter in found.params if isinstance(parameter, click.Option)]


# ---------------------------------------------------------------- help


def test_help_lists_every_command(small: Small) -> None:
    outcome = small.run("--help")
    assert small.run("-h") == outcome
    assert outcome.code == 0
    listed = outcome.out.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines() if line[2:3].strip()] == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_and_what_its_options_are(name: str, small: Small) -> None:
    outcome = small.run(name, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Usage: linkedproj {name} ")
    for option in options(name):
        assert option.help, f"{name} {option.opts[0]} says nothing of itself"
        assert max(option.opts, key=len) in outcome.out
    assert "TODO" not in outcome.out


def test_the_version_is_that_of_the_package(small: Small) -> None:
    outcome = small.run("--version")
    assert outcome.code == 0
    assert outcome.out == f"linkedproj, version {version('linkedproj')}\n"


def test_it_can_be_run_as_a_module(small: Small) -> None:
    command = ["explain", "LP-CELL-DAY"]
    done = subprocess.run([sys.executable, "-m", "linkedproj", *command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == small.run(*command).out


# ---------------------------------------------------------------- exit codes


def _is_told(outcome: Outcome, code: int, sentence: str) -> None:
    assert outcome.code == code
    assert outcome.out == ""
    assert sentence in outcome.err
    assert "Traceback" not in outcome.err


def test_findings_end_with_1_in_the_language_asked_for(faulty: Small) -> None:
    outcome = faulty.run("build", "--lang", "ca")
    assert outcome.code == 1
    assert "1 problema (1 error)" in outcome.err


@pytest.mark.parametrize("name", ["check", "build"])
def test_a_wrong_set_up_ends_with_2(name: str, small: Small) -> None:
    _is_told(small.run(name, "nowhere"), 2, "linkedproj: there is no portfolio.toml in nowhere.")
    _is_told(small.run(name, "--sources", "nowhere"), 2, "linkedproj: nowhere is no folder.")


def test_a_wrong_call_ends_with_2(small: Small) -> None:
    _is_told(small.run("chekc"), 2, "No such command 'chekc'")
    _is_told(small.run("check", "--lang", "fr"), 2, "'fr' is not one of 'en', 'ca', 'es'")
    _is_told(small.run("check", "--format", "word"), 2, "'word' is not one of")
    _is_told(small.run("build", "--format", "text"), 2, "No such option")
    _is_told(small.run("explain", "LP-CELL-DAI"), 2, "LP-CELL-DAI is no rule. The nearest are LP-CELL-DAY, ")


def test_a_query_that_cannot_be_run_ends_with_2(small: Small) -> None:
    _is_told(small.run("query", "projects"), 2, "there is no dump in public/dump/latest. Build one with ")


def test_records_that_are_not_sound_are_not_queried(faulty: Small) -> None:
    _is_told(
        faulty.run("query", "projects", "--records", "data"),
        2,
        "linkedproj: 1 problem in the records. Run linkedproj check to see them; nothing was written.",
    )


def test_a_sound_build_ends_with_0_and_a_query_runs_on_records_and_on_the_dump_alike(small: Small) -> None:
    by_records = small.run("query", "projects", "--records", "data")
    assert small.run("build").code == 0
    by_dump = small.run("query", "projects")
    assert by_records.code == by_dump.code == 0
    assert by_records.out == by_dump.out
    assert "Quiet harbour" in by_dump.out


# ---------------------------------------------------------------- check


def test_check_speaks_the_language_asked_for(faulty: Small, reports: dict[str, Outcome]) -> None:
    said = {language: faulty.run("check", "--lang", language).blocks for language in ("ca", "es")}
    assert said | {"en": reports["text"].blocks} == {
        "en": [
            (
                f"data/project.csv:2:99: {SENTENCE} [LP-CELL-DATE]\n"
                "Write YYYY-MM-DD, or YYYY-MM or YYYY if no more is known."
            )
        ],
        "ca": [
            (
                "data/project.csv:2:99: start «3/2019» no està escrit com una data. [LP-CELL-DATE]\n"
                "Escriviu AAAA-MM-DD, o bé AAAA-MM o AAAA si no se sap res més."
            )
        ],
        "es": [
            (
                "data/project.csv:2:99: start «3/2019» no está escrito como una fecha. [LP-CELL-DATE]\n"
                "Escriba AAAA-MM-DD, o bien AAAA-MM o AAAA si no se sabe más."
            )
        ],
    }


@pytest.mark.parametrize("form", REPORTS)
def test_check_writes_every_format_with_the_same_exit_code(form: str, reports: dict[str, Outcome]) -> None:
    assert reports[form].code == 1
    assert reports[form].err == ""
    assert "LP-CELL-DATE" in reports[form].out


def test_a_report_goes_into_a_file(faulty: Small, reports: dict[str, Outcome]) -> None:
    written = faulty.run("check", "--format", "csv", "--out", "report")
    assert written.code == 1
    assert (faulty.home / "report").read_bytes().decode("utf-8").rstrip() == reports["csv"].out.rstrip()
    assert written.out.endswith("Written to report.\n")


def test_json_for_programs_holds_the_place_and_the_exit_code(reports: dict[str, Outcome]) -> None:
    found = json.loads(reports["json"].out)
    assert found["exitCode"] == 1
    [problem] = found["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == PLACE
    assert problem["message"]["en"] == SENTENCE
    assert (problem["record"], problem["field"], problem["cell"]) == ("project/harbour", "start", "3/2019")


def test_sarif_for_code_hosts_holds_the_place(reports: dict[str, Outcome]) -> None:
    [result] = json.loads(reports["sarif"].out)["runs"][0]["results"]
    [location] = result["locations"]
    region = location["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == PLACE[1:]
    assert result["ruleId"] == "LP-CELL-DATE"


def test_github_annotations_are_one_line_each(reports: dict[str, Outcome]) -> None:
    [line] = [line for line in reports["github"].out.splitlines() if line.startswith("::error")]
    assert line.startswith("::error file=data/project.csv,line=2,col=99,title=LP-CELL-DATE::start '3/2019' is not ")


def test_turtle_is_a_shacl_report(reports: dict[str, Outcome]) -> None:
    graph = rdflib.Graph().parse(data=reports["turtle"].out, format="turtle")
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    [report] = graph.subjects(rdflib.RDF.type, sh.ValidationReport)
    assert [bool(value) for value in graph.objects(report, sh.conforms)] == [False]
    assert len(list(graph.objects(report, sh.result))) == 1


def test_csv_is_a_line_a_problem(reports: dict[str, Outcome]) -> None:
    rows = list(csv.reader(io.StringIO(reports["csv"].out)))
    assert len(rows) == 2
    assert tuple(rows[1][:3]) == ("data/project.csv", "2", "99")


def test_html_is_a_page_in_the_language_asked_for(faulty: Small) -> None:
    page = faulty.run("check", "--format", "html", "--lang", "es").out
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "Informe de los registros" in page


def test_coverage_is_a_table_after_the_report(small: Small) -> None:
    outcome = small.run("check", "--coverage")
    assert outcome.code == 0
    report, _, table = outcome.out.partition("\n\n")
    assert report.startswith("No problems: all 33 records are fine.")
    head, *rows = table.splitlines()
    assert head.split() == ["table", "column", "stated", "cited", "derived", "curator", "unknown"]
    assert len(rows) > 60
    assert len({len(row) for row in (head, *rows)}) == 1, "numbers are aligned"


def test_a_warning_does_not_stop_the_build_and_is_told(small: Small) -> None:
    small.edit("organisation.csv", "association,,PRT", "association,,")
    checked, published = small.run("check"), small.run("build")
    assert checked.code == published.code == 0
    assert checked.blocks == [
        (
            "data/organisation.csv:2:94: organisation/mill: The seat of the organisation is missing. [LP-SEAT-NONE]\n"
            "Fill the column seat, or seatCountry when the city is not known."
        )
    ]
    assert "1 problem (1 warning) in 1 of 14 files; 32 of 33 records are fine." in published.out + published.err


def test_another_folder_is_called_by_its_path(faulty: Small) -> None:
    (faulty.home / "elsewhere").mkdir()
    (faulty.home / "data").rename(faulty.home / "elsewhere/tables")
    assert faulty.run("check", "elsewhere/tables").blocks[0].startswith("elsewhere/tables/project.csv:2:99: ")


# ---------------------------------------------------------------- explain


def test_explain_tells_about_a_rule_in_each_language(small: Small) -> None:
    for language, words in (
        ("en", "not a day of the calendar"),
        ("ca", "dia del calendari"),
        ("es", "día del calendario"),
    ):
        outcome = small.run("explain", "lp-cell-day", "--lang", language)
        assert outcome.code == 0
        assert outcome.out.startswith("LP-CELL-DAY\n")
        assert words in outcome.out


def test_every_rule_that_a_report_names_can_be_explained(small: Small, reports: dict[str, Outcome]) -> None:
    for code in reports["text"].codes:
        assert small.run("explain", code).code == 0
