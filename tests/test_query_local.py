"""Loading, running and writing answers; the command on a small dump of its own."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from linkedproj.commands.query import command
from linkedproj.model.errors import QueryError
from linkedproj.queries import golden
from linkedproj.queries.ask import local, reference
from linkedproj.queries.results.formats import FORMATS
from linkedproj.queries.results.sparql import write_csv, write_json
from linkedproj.queries.results.table import Table, TooLargeError
from linkedproj.queries.results.text import write_text
from linkedproj.queries.saved.collection import Expect

if TYPE_CHECKING:
    from pathlib import Path

TURTLE = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix lp: <https://w3id.org/linkedproj/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://data.example.org/id/project/a> a lp:Project, lp:Initiative ; rdfs:label "Plan"@en , "Pla"@ca ;
  dct:temporal <https://data.example.org/id/period/a> ; dct:spatial <https://data.example.org/id/city/b> .
<https://data.example.org/id/period/a> dcat:startDate "2018-01-01"^^xsd:date ; dcat:endDate "2018-12-31"^^xsd:date .
"""
TABLE = Table(
    ("x", "y"),
    (
        (ox.NamedNode("http://a/"), ox.Literal('say "a, b"\nc', language="ca")),
        (ox.Literal("10.0", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")), None),
        (ox.BlankNode("b"), ox.Literal("東")),
    ),
)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    store = ox.Store()
    store.load(TURTLE.encode(), format=ox.RdfFormat.TURTLE)
    store.dump(tmp_path / "portfolio.nt", format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    (tmp_path / "evidence.ttl").write_text("", "utf-8")
    (tmp_path / "vocabulary.ttl").write_text(TURTLE, "utf-8")
    return tmp_path


def select(query: str) -> ox.QuerySolutions:
    found = ox.Store().query(query)
    assert isinstance(found, ox.QuerySolutions)
    return found


def test_the_suffix_says_which_syntax(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(TURTLE, "utf-8")
    (tmp_path / "b.jsonld").write_text('{"@id": "http://a/", "http://b/": {"@id": "http://c/"}}', "utf-8")
    with gzip.open(tmp_path / "c.nt.gz", "wb") as file:
        file.write(b"<http://a/> <http://b/> <http://d/> .\n")
    assert len(local.load([tmp_path / name for name in ("a.ttl", "b.jsonld", "c.nt.gz")])) == 9 + 1


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.xyz", "", "no RDF syntax is known by this suffix. There are: .nt, .ttl, .jsonld, .rdf, .nq, .trig."),
        ("a.nt", "nonsense", "the file does not parse: "),
    ],
)
def test_a_file_that_cannot_be_loaded_is_named(name: str, text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(QueryError) as refused:
        local.load([tmp_path / name])
    assert str(refused.value).startswith(f"{tmp_path / name}: {message}")


def test_a_missing_dump_names_the_command_that_builds_one(tmp_path: Path) -> None:
    with pytest.raises(QueryError) as refused:
        local.dump_files(tmp_path)
    assert str(refused.value) == (
        f"there is no dump in {tmp_path}. "
        "Build one with 'linkedproj build', or query the records themselves with --records DIR."
    )


def test_a_fault_in_the_query_is_placed_in_its_file() -> None:
    with pytest.raises(QueryError, match=r"^queries/q.rq:12:6: this is no SPARQL 1.1: "):
        local.run(ox.Store(), "SELECT ?x WHERE {\n ?x }", "queries/q.rq", 10)
    with pytest.raises(QueryError, match="only SELECT queries give rows"):
        local.run(ox.Store(), "ASK { ?x ?y ?z }")


def test_csv_holds_the_values_alone() -> None:
    assert write_csv(TABLE) == 'x,y\r\nhttp://a/,"say ""a, b""\nc"\r\n10.0,\r\n_:b,東\r\n'


def test_json_says_what_each_value_is() -> None:
    parsed = json.loads(write_json(TABLE))
    assert parsed["head"] == {"vars": ["x", "y"]}
    assert parsed["results"]["bindings"] == [
        {
            "x": {"type": "uri", "value": "http://a/"},
            "y": {"type": "literal", "value": 'say "a, b"\nc', "xml:lang": "ca"},
        },
        {"x": {"type": "literal", "value": "10.0", "datatype": "http://www.w3.org/2001/XMLSchema#decimal"}},
        {"x": {"type": "bnode", "value": "b"}, "y": {"type": "literal", "value": "東"}},
    ]
    assert json.loads(write_json(Table(("x",), ())))["results"] == {"bindings": []}


def test_another_program_reads_our_json() -> None:
    solutions = ox.parse_query_results(write_json(TABLE), format=ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [row["y"] for row in solutions] == [row[1] for row in TABLE.rows]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x { }",
        "SELECT * { }",
        "SELECT ?x { VALUES ?x { UNDEF 1 UNDEF } }",
        'SELECT ?x ?y { VALUES (?x ?y) { (UNDEF UNDEF) (1 "a,b\\n\\"c\\"") ("" "<<") ("t\\ta\\rb" "\\\\") } }',
        'SELECT ?x { VALUES ?x { "<<" "-5" -5 1.50 01 1e3 true "true" "x"@ca <http://e/é> "é\u0001" "\u2028" } }',
        "SELECT ?x ?y { VALUES (?x ?y) { (<<( <http://e/a> <http://e/b> <http://e/c> )>> 1) } }",
    ],
)
def test_what_the_engine_spells_is_what_it_hands_over(query: str) -> None:
    spelled = Table.found(select(query))
    found = select(query)
    terms = Table.of(found.variables, found)
    assert len(spelled) == len(terms)
    for form in ("csv", "tsv", "json"):
        assert FORMATS[form].write(spelled) == FORMATS[form].write(terms)
    assert (spelled, hash(spelled)) == (terms, hash(terms))
    assert repr(spelled) == repr(terms)


def test_no_more_rows_are_taken_over_than_are_wanted() -> None:
    query = "SELECT ?x { VALUES ?x { 1 2 3 } }"
    assert len(Table.found(select(query), 3)) == 3
    with pytest.raises(TooLargeError, match="more than 2 rows"):
        Table.found(select(query), 2)


def test_a_text_table_is_aligned_and_cut_to_the_terminal() -> None:
    assert write_text(TABLE) == 'x          y\n---------  ------------\nhttp://a/  say "a, b" c\n10.0\n_:b        東\n'
    narrow = write_text(TABLE, width=19).splitlines()
    assert narrow[2] == 'http://…  say "a, …'
    assert "short" in write_text(TABLE, shorten=lambda _: "short")


def test_the_formats_have_a_name_a_suffix_and_a_media_type() -> None:
    assert {name: (form.suffix, form.media_type) for name, form in FORMATS.items()} == {
        "table": (".txt", "text/plain"),
        "csv": (".csv", "text/csv"),
        "tsv": (".tsv", "text/tab-separated-values"),
        "json": (".srj", "application/sparql-results+json"),
        "xml": (".srx", "application/sparql-results+xml"),
        "sheet": (".sheet.csv", "text/csv"),
        "parquet": (".parquet", "application/vnd.apache.parquet"),
        "ttl": (".ttl", "text/turtle"),
        "jsonld": (".jsonld", "application/ld+json"),
        "nt": (".nt", "application/n-triples"),
    }


def test_decimals_are_compared_by_value_and_rows_without_order() -> None:
    decimal = ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
    one = Table(("x",), ((ox.Literal("10.0", datatype=decimal),), (ox.Literal("a"),)))
    other = Table(("x",), ((ox.Literal("a"),), (ox.Literal("10", datatype=decimal),)))
    assert golden.against_reference(one, other) == []
    assert golden.against_reference(one, Table(("x",), other.rows[:1])) == [
        'only pyoxigraph, 1 times: "10"^^http://www.w3.org/2001/XMLSchema#decimal'
    ]


def test_rdflib_keeps_literals_as_they_are_written() -> None:
    import rdflib

    store = local.load([])
    before = rdflib.NORMALIZE_LITERALS
    table = reference.run_reference(
        reference.graph_of(store),
        'SELECT ?x WHERE { BIND("01"^^<http://www.w3.org/2001/XMLSchema#integer> AS ?x) }',
    )
    assert [getattr(row[0], "value", None) for row in table.rows] == ["01"]
    assert before == rdflib.NORMALIZE_LITERALS


def test_expectations_are_told_one_by_one() -> None:
    assert golden.against_expect(TABLE, Expect(("x", "y"), 1, 3, 3)) == []
    assert golden.against_expect(TABLE, Expect(("y",), 4, 2, 5)) == [
        "expected columns ('y',), not ('x', 'y')",
        "expected 5 rows, not 3",
        "expected at least 4 rows, not 3",
        "expected at most 2 rows, not 3",
    ]


def test_a_changed_answer_shows_as_a_changed_line(tmp_path: Path) -> None:
    path = tmp_path / "expected.csv"
    path.write_text("x\na\nb\n", "utf-8")
    table = Table(("x",), ((ox.Literal("a"),), (ox.Literal("c"),)))
    assert golden.against_golden(table, path) == ["--- expected\n+++ found\n@@ -2,2 +2,2 @@\n a\n-b\n+c"]


def _run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_answers_from_a_dump(dump: Path) -> None:
    shown = _run("running-on", "-p", "day=2018-06-01", "--data", dump, "--lang", "ca").splitlines()
    assert shown[0].split() == ["initiative", "initiative_label", "acronym", "from", "until"]
    assert shown[2].split() == ["project/a", "Pla", "2018-01-01", "2018-12-31"]
    found = _run("projects-by-city", "-p", "city=b", "--data", dump / "portfolio.nt", "--format", "csv")
    assert found.splitlines()[1] == "https://data.example.org/id/project/a,Plan,,2018-01-01,2018-12-31"


REFUSED = {
    "unknown-id": (["runing-on"], "there is no saved query 'runing-on'. Did you mean 'running-on'?"),
    "no-value": (["running-on", "-p", "day"], "-p 'day' has no value. Write -p name=value."),
    "twice": (["running-on", "-p", "day=2018-01-01", "-p", "day=2019-01-01"], "-p day is given twice. Give it once."),
    "bad-argument": (
        ["running-on", "-p", "day=2018"],
        "running-on: day '2018' is no date. Write a day of the calendar as YYYY-MM-DD.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_command_says_what_is_wrong(case: str) -> None:
    arguments, message = REFUSED[case]
    done = CliRunner().invoke(command, arguments)
    assert isinstance(done.exception, QueryError)
    assert str(done.exception).startswith(message)
