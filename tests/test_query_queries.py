"""The command `queries`: list, show, test and export."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from openapi_spec_validator import OpenAPIV31SpecValidator

from linkedproj.commands import query
from linkedproj.commands.queries import command
from linkedproj.model.errors import Place, Problem, QueryError
from linkedproj.queries import lint
from linkedproj.queries.published import sib
from linkedproj.queries.saved.collection import open_collection

if TYPE_CHECKING:
    import click

FOLDER = Path(__file__).parents[1] / "queries"
QUERIES = open_collection(FOLDER.parent / "data").read()


def _run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


HELPS: dict[str, click.Command] = {"query": query.command, "queries": command, **command.commands}


@pytest.mark.parametrize("name", HELPS)
def test_the_help_fits_a_screen(name: str) -> None:
    lines = CliRunner().invoke(HELPS[name], ["--help"], terminal_width=80).output.splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 80


HEAVY = """
import sys
from click.testing import CliRunner
from linkedproj.commands import queries, query
for command in (query.command, queries.command, *queries.command.commands.values()):
    assert CliRunner().invoke(command, ["--help"]).exit_code == 0
print(sorted({"pyoxigraph", "rdflib", "yaml", "SPARQLWrapper"} & set(sys.modules)))
"""


def test_the_help_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", HEAVY], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_the_list_has_labels_and_parameters_in_the_language_asked_for() -> None:
    assert "running-on " in _run("list")
    assert "Què estava en marxa un dia determinat" in _run("list", "--lang", "ca")
    listed = json.loads(_run("list", "--format", "json"))["results"]["bindings"]
    assert [row["id"]["value"] for row in listed] == list(QUERIES)
    assert {row["id"]["value"]: row["parameters"]["value"] for row in listed}["running-on"] == "day, lang"
    tagged = [name for name, one in QUERIES.items() if "vocabulary" in one.tags]
    lines = _run("list", "--tag", "vocabulary", "--format", "csv").splitlines()
    assert [line.split(",")[0] for line in lines] == ["id", *tagged]
    assert "vocabulary-terms" in tagged


def test_a_query_is_shown_as_it_is_kept_and_as_it_is_run() -> None:
    assert _run("show", "projects-by-city") == QUERIES["projects-by-city"].text
    for option in (["--bound"], ["-p", "city=barcelona"]):
        shown = _run("show", "projects-by-city", *option)
        assert "<https://data.example.org/id/city/barcelona>" in shown
        assert "?_" not in shown
        assert "#+" not in shown
    assert "<https://data.example.org/id/city/kigali>" in _run("show", "projects-by-city", "-p", "city=kigali")


REFUSED = {
    "unknown-id": (["show", "runing-on"], "there is no saved query 'runing-on'. Did you mean 'running-on'?"),
    "unknown-tag": (["list", "--tag", "x"], "no query has the tag 'x'. There are: "),
    "unknown-test": (["test", "leads", "xyzzy"], "there is no saved query 'xyzzy'. "),
    "unknown-export": (["export", "xyzzy"], "there is no saved query 'xyzzy'. "),
    "no-dump": (["test", "leads", "--data", "nowhere"], "there is no dump in nowhere. "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_command_says_what_is_wrong(case: str) -> None:
    arguments, message = REFUSED[case]
    done = CliRunner().invoke(command, arguments)
    assert isinstance(done.exception, QueryError)
    assert str(done.exception).startswith(message)


@pytest.mark.parametrize(
    "arguments",
    [["test", "--data", "x", "--records", "."], ["export", "--format", "openapi", "--endpoint", "http://a/"]],
)
def test_options_that_contradict_are_a_wrong_call(arguments: list[str]) -> None:
    assert CliRunner().invoke(command, arguments).exit_code == 2


# ---------------------------------------------------------------- test


def test_a_difference_ends_the_test_with_one(small_release: Path) -> None:
    done = CliRunner().invoke(command, ["test", "running-on", "--data", str(small_release)])
    assert done.exit_code == 1
    assert "queries/running-on.rq: --- expected\n" in done.output
    assert done.output.endswith("1 queries, 1 with differences.\n")


def test_the_lints_are_part_of_the_test(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem("LP-QUERY-DESCRIBE", Place("queries/projects.rq", 3, 1), values={"detail": "the fault"})
    monkeypatch.setattr(lint, "lint_collection", lambda *_: [problem])
    done = CliRunner().invoke(command, ["test", "projects", "--data", str(release)])
    assert done.exit_code == 1
    assert "queries/projects.rq:3:1: " in done.output
    assert "1 queries, 0 with differences." in done.output
    other = CliRunner().invoke(command, ["test", "places", "--data", str(release)])
    assert (other.exit_code, other.output) == (0, "1 queries, 0 with differences.\n")


def test_an_update_writes_what_differs_and_nothing_else(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = tmp_path / "data/queries/expected"
    expected.mkdir(parents=True)
    kept = FOLDER.parent / "data/queries/expected"
    shutil.copy(FOLDER.parent / "data/portfolio.toml", tmp_path / "data")
    shutil.copy(kept / "places.csv", expected)
    monkeypatch.chdir(tmp_path)
    written = _run("test", "places", "leads", "--update", "--data", release)
    assert written == "data/queries/expected/leads.csv written\n2 queries, 0 with differences.\n"
    assert (expected / "leads.csv").read_bytes() == (kept / "leads.csv").read_bytes()


# ---------------------------------------------------------------- export


def test_queries_are_exported_as_rdf(tmp_path: Path) -> None:
    out = tmp_path / "all.ttl"
    assert not _run("export", "places", "leads", "--endpoint", "https://data.example.org/sparql", "--out", out)
    templates = {
        str(quad.subject): quad.object.value
        for quad in ox.parse(path=out)
        if quad.predicate.value == f"{sib.LPQ}template" and isinstance(quad.object, ox.Literal)
    }
    bodies = {f"<https://data.example.org/query/{name}>": QUERIES[name].body for name in ("places", "leads")}
    assert {name: text[-len(bodies[name]) :] for name, text in templates.items()} == bodies
    assert "schema:target <https://data.example.org/sparql>" in out.read_text("utf-8")
    moved = _run("export", "projects-by-city", "--base", "https://opendata.example.net/agency/id/")
    assert "<https://opendata.example.net/agency/id/city/barcelona>" in moved
    assert "@prefix : <https://opendata.example.net/agency/query/> ." in moved
    assert "data.example.org" not in moved


def test_queries_are_exported_as_an_interface() -> None:
    described = json.loads(_run("export", "--format", "openapi"))
    OpenAPIV31SpecValidator(described).validate()
    assert list(described["paths"]) == [f"/query/{name}" for name in QUERIES]
    contents = {path: list(one["get"]["responses"]["200"]["content"]) for path, one in described["paths"].items()}
    assert contents["/query/works-together"] == ["application/sparql-results+json", "application/sparql-results+xml"]
    assert contents["/query/themes-as-skos"] == ["text/turtle"]
    assert contents["/query/places"][0] == "text/csv"
