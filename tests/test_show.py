"""`linkedproj show`, `linkedproj.open`, and questions that people bring along."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyoxigraph as ox
import pytest
from click.shell_completion import ShellComplete

import linkedproj
from linkedproj import cli
from linkedproj.model.errors import QueryError, SetupError
from linkedproj.queries.ask import local
from linkedproj.queries.ask.adhoc import preset_prefixes, read_adhoc
from linkedproj.queries.lint.misspelt import misspelt_terms

from .conftest import SMALL, run

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.queries.dataset import Dataset


@pytest.fixture(scope="module")
def data(release: Path) -> Dataset:
    return linkedproj.open(release)


@pytest.fixture(scope="module")
def small_data() -> Dataset:
    return linkedproj.open(SMALL)


# ---------------------------------------------------------------- show


def test_a_record_is_shown_with_the_sentence_and_the_source_of_each_value(release: Path) -> None:
    shown = run("show", "project/smath", "--data", str(release))
    assert shown.code == 0
    assert "start date: 2018-02-01\n" in shown.out
    assert "theme: Access to funding (theme/access-to-funding)\n    “in particular to improve market focus" in shown.out
    assert "participation: Veneto Region · coordinator (participation/smath-veneto)\n" in shown.out
    assert "\n← portfolio/barcelona-activa-2019 (projects): " in shown.out
    assert "end date: 2020 (a source says so; the record does not follow it)\n" in shown.out


def test_every_value_of_every_project_is_shown(data: Dataset) -> None:
    for row in data.query("SELECT ?p WHERE { ?p a lp:Project } ORDER BY ?p"):
        own = {
            (quad.predicate.value, str(quad.object))
            for quad in data.store.quads_for_pattern(ox.NamedNode(str(row.p)), None, None)
            if getattr(quad.object, "language", None) in {None, "en"}
        }
        shown = {(fact.predicate, str(fact.term)) for fact in data.show(str(row.p)).facts if fact.is_held}
        missed = {predicate.rpartition("/")[2] for predicate, _ in own - shown}
        # What has no name of its own is shown by its parts.
        parts = {"temporal", "ns#budget", "m8g#contactPoint", "contactPoint", "adms#identifier"}
        assert missed <= parts | {"22-rdf-syntax-ns#type", "rdf-schema#label"}


def test_nested_values_have_the_names_of_their_columns(small_data: Dataset) -> None:
    known = small_data.show("project/harbour")
    assert known.values("budget.value") == [Decimal("120000.50")]
    assert known.values("start") == ["2019-03"]
    assert known.values("temporal.from") == [dt.date(2019, 3, 1)]
    assert "portfolio/small" in {link.name for link in known.links}


def test_labels_are_in_the_language_that_is_asked_for(data: Dataset) -> None:
    assert data.show("city/barcelona", language="ca").values("country") == [
        "http://publications.europa.eu/resource/authority/country/ESP"
    ]
    labels = {fact.label for fact in data.show("city/barcelona", language="ca").facts if fact.column == "country"}
    assert labels == {"Espanya (country/ESP)"}


@pytest.mark.parametrize(
    ("asked", "advice"),
    [("project/smat", "Did you mean 'project/smath'?"), ("citty/barcelona", "Did you mean 'city/barcelona'?")],
)
def test_a_record_that_is_not_there_is_told_with_the_nearest(data: Dataset, asked: str, advice: str) -> None:
    with pytest.raises(QueryError, match="nothing is known of") as refused:
        data.show(asked)
    assert advice in str(refused.value)


# ---------------------------------------------------------------- open


def test_a_published_folder_a_dump_and_a_portfolio_can_be_opened(
    release: Path, tmp_path: Path, small_data: Dataset
) -> None:
    (tmp_path / "public/dump").mkdir(parents=True)
    (tmp_path / "public/dump/latest").symlink_to(release)
    counted = [
        len(linkedproj.open(place).saved("projects"))
        for place in (tmp_path / "public", release, [release / "portfolio.ttl", release / "vocabulary.ttl"])
    ]
    assert len(set(counted)) == 1
    assert len(small_data.query("SELECT ?p WHERE { ?p a lp:Project }")) == 2


def test_what_cannot_be_opened_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="linkedproj build"):
        linkedproj.open(tmp_path / "public")


def test_a_saved_query_takes_its_parameters_by_name(data: Dataset) -> None:
    rows = data.saved("projects-by-city", city="birmingham")
    assert [row.acronym for row in rows] == [None]
    with pytest.raises(QueryError):
        data.saved("projects-by-city", town="birmingham")


def test_results_have_real_types_in_arrow(data: Dataset) -> None:
    found = data.query("""
        SELECT ?from ?amount (?amount > 1 AS ?large) (1 AS ?one) WHERE {
          ?p a lp:Project ; dct:temporal/dcat:startDate ?from . OPTIONAL { ?p lp:budget/schema:value ?amount }
        } ORDER BY ?from ?amount""").to_arrow()
    types = [field.type for field in found.schema]
    assert types[0] == pa.date32()
    assert pa.types.is_decimal(types[1])
    assert types[2:] == [pa.bool_(), pa.int64()]


def test_ask_and_construct_answer_rows_too(data: Dataset) -> None:
    assert data.query("ASK { project:smath a lp:Project }")[0][0] is True
    triples = data.query("CONSTRUCT { ?p a lp:Project } WHERE { ?p a lp:Project }")
    assert triples.columns == ("subject", "predicate", "object")


# ---------------------------------------------------------------- questions of one's own


def test_the_prefixes_of_the_portfolio_need_no_declaration(data: Dataset) -> None:
    known = preset_prefixes()
    assert {"lp", "schema", "project", "city", "role", "xsd"} <= set(known)
    assert data.query("SELECT ?o WHERE { ?x org:role role:coordinator ; org:member ?o } ORDER BY ?o")
    declared = read_adhoc("PREFIX lp: <https://own.example/> SELECT ?p WHERE { ?p a lp:Project }", "mine.rq")
    assert declared.text.count("PREFIX") == 1


def test_a_fault_is_told_where_it_stands_in_the_text_as_it_came() -> None:
    text = "SELECT ?p WHERE { ?p a lp:Project ORDER"
    with pytest.raises(QueryError) as refused:
        read_adhoc(text, "mine.rq")
    with pytest.raises(QueryError) as declared:
        local.evaluate(ox.Store(), f"PREFIX lp: <https://w3id.org/linkedproj/ns#>\n{text}", "mine.rq")
    assert str(refused.value) == str(declared.value).replace("mine.rq:2:", "mine.rq:1:")


def test_a_prefix_that_nobody_knows_is_refused(data: Dataset) -> None:
    with pytest.raises(QueryError):
        data.query("SELECT ?p WHERE { ?p a nowhere:Project }")


def test_a_misspelt_property_is_told_and_a_right_one_is_not(data: Dataset) -> None:
    with pytest.warns(UserWarning, match=r"nothing has schema:stratDate\. Did you mean schema:startDate\?"):
        data.query("SELECT ?p WHERE { ?p schema:stratDate ?d }")
    right = (
        "SELECT ?p { ?p schema:startDate ?d ; dct:subject/skos:prefLabel ?t ; <http://purl.org/dc/terms/created> ?c }"
    )
    assert misspelt_terms(read_adhoc(right, "query")) == []


def test_the_command_tells_a_misspelt_property_beside_the_answer(release: Path, tmp_path: Path) -> None:
    question = tmp_path / "mine.rq"
    question.write_text("SELECT ?p WHERE { ?p a lp:Projekt }", "utf-8")
    outcome = run("query", "-f", str(question), "--data", str(release), "--format", "csv")
    assert outcome.out.strip() == "p"
    assert outcome.err == "line 1: nothing has lp:Projekt. Did you mean lp:Project?\n"


def test_without_pyarrow_a_sentence_says_what_to_install(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SetupError, match=r"linkedproj\[tables\]"):
        data.query("SELECT ?p WHERE { ?p a lp:Project }").to_arrow()


# ---------------------------------------------------------------- completion


@pytest.mark.parametrize(
    ("arguments", "incomplete", "offered"),
    [
        (["query"], "projects-by-c", ["projects-by-city"]),
        (["explain"], "lp-cell-da", ["LP-CELL-DATE", "LP-CELL-DATETIME", "LP-CELL-DAY"]),
        (["show", "--data", "{release}"], "project/sm", ["project/smath"]),
        (["show", "--data", "nowhere"], "project/sm", []),
    ],
)
def test_a_shell_is_offered_what_fits(arguments: list[str], incomplete: str, offered: list[str], release: Path) -> None:
    spelled = [argument.format(release=release) for argument in arguments]
    shell = ShellComplete(cli.linkedproj, {}, "linkedproj", "_LINKEDPROJ_COMPLETE")
    assert [item.value for item in shell.get_completions(spelled, incomplete)] == offered
