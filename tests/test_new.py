"""`linkedproj new`: what it writes passes the check, can be built, and is refused where it would harm."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from tests.conftest import run

from linkedproj.importers.new import Start, example_tables, plan, read_base, read_languages
from linkedproj.model.columns import Explained
from linkedproj.model.errors import SetupError
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.paths import shipped
from linkedproj.model.schema import load_schema

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://ports.example.net/"


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Begin a portfolio, and go there."""
    made = tmp_path / "ports"
    assert run("new", str(made), "--languages", "en,ca,es", "--base", BASE, "--title", 'Ports "& co"').code == 0
    monkeypatch.chdir(made)
    return made


def test_a_new_portfolio_is_sound_and_can_be_built_at_once(started: Path) -> None:
    checked = run("check", "--format", "json")
    assert checked.code == 0
    severities = {found["severity"] for found in json.loads(checked.out)["problems"]}
    assert severities <= {"info"}
    built = run("build")
    assert built.code == 0, built.err
    dump = (started / "public/dump/latest/portfolio.nt").read_text("utf-8")
    assert f"<{BASE}id/project/green-quays>" in dump
    assert "data.example.org" not in dump


def test_its_settings_keep_to_the_schema_beside_them(started: Path) -> None:
    text = (started / "data/portfolio.toml").read_text("utf-8")
    named = re.match(r"#:schema (\S+)\n", text)
    assert named
    schema = json.loads((started / "data" / named[1]).read_text("utf-8"))
    settings = json.loads(json.dumps(tomllib.loads(text), default=str))
    jsonschema.validate(settings, schema)
    assert settings["title"]["en"] == 'Ports "& co"'


def test_its_workflows_are_yaml_that_pins_what_it_uses() -> None:
    texts = plan("x", Start(("en",), BASE, "X"))
    used = re.findall(r"uses: (\S+)", texts[".github/workflows/portfolio.yml"])
    assert used
    assert all(re.fullmatch(r"[\w./-]+@v[0-9]+", one) for one in used)
    for name in (".github/workflows/portfolio.yml", ".gitlab-ci.yml"):
        commands = json.dumps(yaml.safe_load(texts[name]))
        assert "linkedproj check" in commands
        assert "linkedproj build" in commands


def published_by(command: str, version: str, folder: Path) -> None:
    """Run what a workflow does to publish, with the program that is tested, in a folder under version control."""
    tools = folder.parent / "tools"
    tools.mkdir(exist_ok=True)
    program = tools / "linkedproj"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m linkedproj "$@"\n', "utf-8")
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "VERSION": version, "CI_COMMIT_TAG": ""}
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-e", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder."""
    own = ["-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        [shutil.which("git") or "git", *own, *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_its_workflows_make_releases_and_keep_all_of_them(tmp_path: Path) -> None:
    texts = plan("x", Start(("en",), BASE, "X"))
    steps = yaml.safe_load(texts[".github/workflows/portfolio.yml"])["jobs"]["publish"]["steps"]
    (by_github,) = [step["run"] for step in steps if "publish.sh" in step.get("run", "")]
    (by_gitlab,) = [line for line in yaml.safe_load(texts[".gitlab-ci.yml"])["pages"]["script"] if "publish.sh" in line]
    git(tmp_path, "init", "--quiet", "--bare", "forge")
    made = tmp_path / "ports"
    assert run("new", str(made), "--languages", "en", "--base", BASE).code == 0
    git(made, "init", "--quiet")
    git(made, "remote", "add", "origin", str(tmp_path / "forge"))
    git(made, "add", "--all")
    git(made, "commit", "--quiet", "--message", "Begin")
    git(made, "push", "--quiet", "origin", "main")
    for number, (command, version) in enumerate(((by_github, "v1.0"), (by_gitlab, "v1.1"), (by_github, ""))):
        clone = tmp_path / f"run-{number}"
        git(tmp_path, "clone", "--quiet", "--branch", "main", "--depth", "1", f"file://{tmp_path}/forge", str(clone))
        table = clone / "data/project.csv"
        table.write_text(table.read_text("utf-8").replace("Green Quays", f"Green Quays {number}"), "utf-8")
        published_by(command, version, clone)
    public = tmp_path / "run-2/public"
    assert {path.name for path in (public / "dump").iterdir() if path.is_dir()} >= {"1.0", "1.1", "latest"}
    assert any(path.name.endswith("-draft") for path in (public / "dump").iterdir())
    for version, words in (("1.0", "Green Quays 0"), ("1.1", "Green Quays 1"), ("latest", "Green Quays 1")):
        assert words in (public / "dump" / version / "portfolio.ttl").read_text("utf-8")
    assert (public / "changes/1.1/added.nt.gz").is_file()
    kept = git(tmp_path / "run-2", "ls-tree", "-r", "--name-only", "origin/published").split()
    assert "dump/1.0/portfolio.ttl" in kept
    assert not [name for name in kept if "-draft" in name or name.startswith("data/")]
    refused = subprocess.run(
        [shutil.which("sh") or "sh", "publish.sh"], cwd=tmp_path / "run-2", capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "public/ is there already" in refused.stderr


@pytest.mark.parametrize("languages", [("en", "fi"), ("fi", "sv"), ("ca",), ("pt", "en", "es")])
def test_every_label_is_there_in_the_first_language_and_in_no_language_that_is_not_asked_for(
    languages: tuple[str, ...],
) -> None:
    schema = load_schema(shipped("ontology"))
    for name, (header, *rows) in example_tables(Start(languages, BASE, "X")).items():
        assert {column.partition("@")[2] for column in header} <= {"", *languages}
        kind = schema.type_of_table(name)
        assert kind
        needed = {column.partition("@")[0] for column in kind.required} & {"title", "name"}
        for row in rows:
            cells = dict(zip(header, row, strict=True))
            assert all(cells[f"{term}@{languages[0]}"] for term in needed), (name, cells)


def test_the_readme_is_in_a_language_of_the_portfolio() -> None:
    first = {tag: plan("x", Start(("fi", tag), BASE, "X"))["README.md"].splitlines()[2] for tag in LANGUAGES}
    assert len(set(first.values())) == len(LANGUAGES)


def test_a_folder_that_holds_anything_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    outcome = run("new", str(tmp_path))
    assert outcome.code == 2
    assert "is not empty" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_makes_no_sense_is_refused_in_a_sentence(tmp_path: Path) -> None:
    for options in (
        ["--languages", "english"],
        ["--languages", ","],
        ["--base", "example"],
        ["--base", "https://a b/"],
    ):
        outcome = run("new", str(tmp_path / "x"), *options)
        assert outcome.code == 2
        assert outcome.err.startswith("linkedproj: ")
        assert not (tmp_path / "x").exists()


def test_tags_and_bases_are_read_as_people_write_them() -> None:
    assert read_languages(" en, fi,en,sr-Latn") == ("en", "fi", "sr-Latn")
    assert read_base("https://data.example.net/agency") == "https://data.example.net/agency/"
    with pytest.raises(SetupError):
        read_base("ftp://data.example.net/")


def test_the_program_says_how_to_begin_where_there_is_no_portfolio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "linkedproj new DIR" in run("--help").out
    assert "linkedproj new DIR" in run("build").err
    run("new", "here")
    monkeypatch.chdir(tmp_path / "here")
    assert "linkedproj new DIR" not in run("--help").out


def test_without_the_package_for_workbooks_the_tables_are_csv_and_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linkedproj.importers.workbook.find_spec", lambda _: None)
    outcome = run("new", str(tmp_path / "x"), "--workbook")
    assert outcome.code == 0
    assert "linkedproj[spreadsheets]" in outcome.err
    assert (tmp_path / "x/data/project.csv").is_file()


@pytest.mark.skipif(not find_spec("openpyxl"), reason="needs the extra spreadsheets")
def test_a_workbook_holds_the_same_cells_and_offers_every_code_and_link(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    run("new", str(tmp_path / "c"), "--title", "Ports")
    assert run("new", str(tmp_path / "w"), "--title", "Ports", "--workbook").code == 0
    assert not list((tmp_path / "w/data").glob("*.csv"))
    book: Any = load_workbook(tmp_path / "w/data/tables.xlsx")
    schema = load_schema(shipped("ontology"))
    says = Explained.of(schema, shipped("ontology"))
    tables = {path.stem: path for path in (tmp_path / "c/data").glob("*.csv")}
    assert {name for name in book.sheetnames if name[0] != "_"} == set(tables)
    codes = 0
    for name, path in tables.items():
        with path.open(encoding="utf-8", newline="") as file:
            expected = list(csv.reader(file))
        assert [[cell or "" for cell in row] for row in book[name].iter_rows(values_only=True)] == expected
        offered = {str(one.sqref)[0]: one.formula1 for one in book[name].data_validations.dataValidation}
        kind = schema.type_of_table(name)
        assert kind
        for column in says.columns(kind):
            if column.name not in expected[0]:
                continue
            letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[expected[0].index(column.name)]
            target = schema.types[column.field.target].table if column.field.target else ""
            if target in tables:
                assert f"'{target}'!" in offered[letter]
            elif column.codes:
                codes += 1
                _, _, cells = offered[letter].partition("!")
                found = [cell.value for (cell,) in book["_codes"][cells.replace("$", "")]]
                assert found == [code.value for code in column.codes]
    assert codes > 3
    tabled = {cell.value for cell in book["_columns"][1]}
    assert tabled >= {kind.table for kind in says.tables()}
    assert [(prop.name, prop.value) for prop in book.custom_doc_props.props] == [
        ("linkedproj vocabulary", schema.version)
    ]


@pytest.mark.skipif(not find_spec("openpyxl"), reason="needs the extra spreadsheets")
@pytest.mark.parametrize("is_old", [True, False])
def test_a_workbook_of_an_older_vocabulary_is_told_once_with_what_it_lacks(tmp_path: Path, is_old: bool) -> None:  # noqa: FBT001 - both are tried
    from openpyxl import load_workbook

    assert run("new", str(tmp_path / "w"), "--workbook").code == 0
    path = tmp_path / "w/data/tables.xlsx"
    book: Any = load_workbook(path)
    for name, gone in (("_codes", "hosting"), ("_columns", "acronym")):
        cells = [cell for row in book[name].iter_rows() for cell in row if cell.value == gone]
        assert cells
        for cell in cells:
            cell.value = None
    if is_old:
        book.custom_doc_props["linkedproj vocabulary"].value = "0.0.9"
    book.save(path)
    problems = json.loads(run("check", str(tmp_path / "w/data"), "--format", "json").out)["problems"]
    told = [problem for problem in problems if problem["code"] == "LP-SHEET-OLD"]
    assert len(told) == is_old
    for problem in told:
        assert "made for version 0.0.9 of the vocabulary" in problem["message"]["en"]
        assert re.search(r"cooperationType hosting\b.*project\.acronym\b", problem["message"]["en"])
        assert "linkedproj new DIR --workbook" in problem["fix"]["en"]
