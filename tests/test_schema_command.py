"""`linkedproj schema` and docs/reference.md: every table, column, code and setting is explained, in every language."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import pytest

from linkedproj.importers.new import Start, example_tables
from linkedproj.model.columns import Explained, column_names
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.paths import shipped
from linkedproj.model.schema import Schema, load_schema
from linkedproj.model.settings import load_config

from .conftest import ROOT, SMALL, Small, run

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = ROOT / "docs/reference.md"


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema(shipped("ontology"))


@pytest.fixture(scope="module")
def says(schema: Schema) -> Explained:
    return Explained.of(schema, shipped("ontology"))


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go where there is no portfolio."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_table_column_and_code_is_explained_in_every_language(says: Explained) -> None:
    for kind in says.tables():
        assert set(LANGUAGES) <= set(says.table_meaning(kind)), kind.name
        for column in says.columns(kind):
            assert set(LANGUAGES) <= set(column.meaning), (kind.name, column.name)


READ = load_config(ROOT / "data", "data").read_languages


def test_the_columns_are_those_that_tables_may_have(schema: Schema, says: Explained) -> None:
    tables = {path.name.partition(".")[0]: path for path in [*SMALL.glob("*.csv"), *(ROOT / "data").glob("*.csv")]}
    for name, path in tables.items():
        kind = schema.type_of_table(name)
        assert kind
        with path.open(encoding="utf-8", newline="") as file:
            used = {column for column in next(csv.reader(file)) if column[0] != "_" and column != "id"}
        listed = set(column_names(says.columns(kind), READ))
        assert used <= listed, (path.name, used - listed)


def test_a_column_tells_its_codes_and_who_fills_it(schema: Schema, says: Explained) -> None:
    columns = {column.name: column for column in says.columns(schema.types["Project"])}
    assert columns["title"].must == "required"
    assert columns["status"].must == "filled"
    assert not columns["theme"].must
    assert columns["budget.value"].must == "together"
    assert not columns["acronym"].must
    assert [code.value for code in columns["status"].codes][:2] == ["planned", "ongoing"]
    assert columns["status"].codes[0].label["ca"] == "prevista"
    assert {code.value for code in columns["budget.kind"].codes} == schema.codes[columns["budget.kind"].field.base]


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_table_is_explained_in_a_language(lang: str) -> None:
    listed = run("schema", "--lang", lang).out
    assert re.search("^participation ", listed, re.MULTILINE)
    told = run("schema", "Project", "--lang", lang)
    assert told.code == 0
    assert "\nstatus  (" in told.out
    assert len({run("schema", "theme", "--lang", other).out for other in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.usefixtures("nowhere")
def test_a_table_that_is_not_there_is_told_with_the_nearest() -> None:
    outcome = run("schema", "projet")
    assert outcome.code == 2
    assert "there is no table 'projet'. Did you mean 'project'?" in outcome.err


def test_the_schema_for_programs_fits_the_example_tables(nowhere: Path) -> None:
    made = nowhere / "p"
    run("new", str(made), "--languages", "en,ca,es")
    written = json.loads(run("schema", "--records", str(made / "data"), "--format", "frictionless").out)
    resources = {one["name"]: one["schema"] for one in written["resources"]}
    for name, (header, *rows) in example_tables(Start(("en", "ca", "es"), "https://x.example/", "X")).items():
        fields = {field["name"]: field for field in resources[name]["fields"]}
        assert set(header) <= set(fields)
        for row in rows:
            cells = dict(zip(header, row, strict=True))
            for column, field in fields.items():
                rule = field.get("constraints", {})
                cell = cells.get(column, "")
                assert cell or not rule.get("required"), (name, column)
                assert not cell or cell in rule.get("enum", [cell]), (name, column, cell)
        for key in resources[name].get("foreignKeys", ()):
            assert (key["reference"]["resource"] or name) in resources


def test_own_languages_are_those_of_the_portfolio(small: Small) -> None:
    (field,) = [
        field
        for field in json.loads(small.run("schema", "scheme", "--format", "frictionless").out)["fields"]
        if field["name"] == "name@ca"
    ]
    assert field["constraints"] == {"required": True}


@pytest.mark.usefixtures("nowhere")
def test_the_reference_is_what_the_command_writes(pytestconfig: pytest.Config) -> None:
    written = run("schema", "--format", "markdown").out
    if pytestconfig.getoption("update_golden"):
        REFERENCE.write_text(written, "utf-8", newline="\n")
    assert REFERENCE.read_text("utf-8") == written
    settings = json.loads((ROOT / "src/linkedproj/model/portfolio.schema.json").read_text("utf-8"))
    for key in settings["properties"]:
        assert f"| `{key}` |" in written
