"""Lints of saved queries: each finds what it is for, says where it stands, and passes the queries we ship."""

from __future__ import annotations

import socket
import tomllib
from pathlib import Path
from typing import Any

import pytest

from linkedproj.model.languages import LANGUAGES
from linkedproj.model.rules import Severity, catalogue
from linkedproj.queries import golden
from linkedproj.queries.ask import local
from linkedproj.queries.lint import lint_collection, lint_folder, lint_queries, terms_of
from linkedproj.queries.lint.syntax import parse_error
from linkedproj.queries.saved.collection import inspect_query, open_collection, read_queries
from linkedproj.queries.saved.faults import in_words

ROOT = Path(__file__).parents[1]
ONTOLOGY = ROOT / "ontology"

GOOD = """\
#+ summary: Projects of a city
#+ description: All of them
#+ tags: [projects]
#+ defaults:
#+   - city: barcelona
#+   - since: "2000-01-01"
#+ linkedproj:
#+   title: {ca: Projectes d'una ciutat, es: Proyectos de una ciudad}
#+   description: {ca: Tots, es: Todos}
#+   params:
#+     city: {label: {en: City, ca: Ciutat, es: Ciudad}, of: city}
#+     since: {label: {en: Since, ca: Des de, es: Desde}}
#+   view: timeline
#+   expect: {columns: [project, from], min_rows: 2}
#+   cases: [{city: kigali, rows: 1}]
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX lp: <https://w3id.org/linkedproj/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?project ?from WHERE {
  ?project a lp:Project ; dct:spatial ?_city_iri ; dct:temporal/dcat:startDate ?from .
  FILTER(?from >= ?_since_xsd_date) # "?_city" in a comment
}
ORDER BY ?from ?project
"""
SELECT = GOOD[GOOD.index("SELECT") :]
PREFIX = GOOD[GOOD.index("PREFIX") : GOOD.index("SELECT")]
TERMS = frozenset(
    {
        "http://purl.org/dc/terms/spatial",
        "http://purl.org/dc/terms/temporal",
        "http://www.w3.org/ns/dcat#startDate",
        "https://data.example.org/id/city/barcelona",
    }
)


def _lint(folder: Path, text: str, name: str = "good.rq") -> list[str]:
    folder = folder / "queries"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8", newline="")
    return [f"{p.place} {p.rule} {in_words(p)}" for p in lint_folder(folder, ONTOLOGY, TERMS)]


def test_a_good_query_passes(tmp_path: Path) -> None:
    assert _lint(tmp_path, GOOD) == []


def test_the_place_does_not_depend_on_line_ends_or_letters(tmp_path: Path) -> None:
    wrong = GOOD.replace("?project a lp:Project", '?project rdfs:label "é😀" ; a lp:Project')
    [told] = _lint(tmp_path, wrong.replace("\n", "\r\n"))
    assert told.startswith("queries/good.rq:21:12 LP-QUERY-UNDECLARED ")


WRONG: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "wrong_queries.toml").read_text("utf-8"))


@pytest.mark.parametrize("case", WRONG)
def test_says_what_is_wrong_where_and_what_to_do(case: str, tmp_path: Path) -> None:
    old = WRONG[case].get("old", SELECT)
    assert old in GOOD
    told = _lint(tmp_path, GOOD.replace(old, WRONG[case]["new"]))
    assert told == [f"queries/good.rq:{line}" for line in WRONG[case]["told"]]


def test_the_file_name_is_the_id(tmp_path: Path) -> None:
    assert _lint(tmp_path, GOOD, "Projects_of.rq") == [
        (
            "queries/Projects_of.rq LP-QUERY-ID The file name is the id of the query. "
            "Write it in kebab-case: projects-by-city.rq."
        )
    ]


def test_a_file_that_cannot_be_read_is_told_with_all_others(tmp_path: Path) -> None:
    (tmp_path / "bad.rq").write_bytes(b"#+ summary: \xff")
    (tmp_path / "good.rq").write_text(GOOD.replace("- city: barcelona", "- city: atlantis"), "utf-8")
    told = [f"{p.place.file} {p.rule} {in_words(p)}" for p in lint_folder(tmp_path, ONTOLOGY, TERMS)]
    assert told == [
        (
            f"{tmp_path.name}/bad.rq LP-QUERY-FILE The file cannot be read: 'utf-8' codec can't decode byte 0xff "
            "in position 12: invalid start byte. Save it as UTF-8 text that everybody may read."
        ),
        (
            f"{tmp_path.name}/good.rq LP-QUERY-ABSENT atlantis occurs nowhere in the data. "
            "Correct it, or wait with the query until there is something to find."
        ),
    ]


def test_every_rule_has_a_wrong_query() -> None:
    told = {line.split()[1] for case in WRONG.values() for line in case["told"]}
    rules = {code for code in catalogue() if code.startswith("LP-QUERY-")}
    # These are about the files themselves.
    assert rules - told == {"LP-QUERY-ID", "LP-QUERY-FILE"}
    assert told <= rules


GROUPED = """\
SELECT ?project (COUNT(?x) AS ?from) WHERE {
  ?project a lp:Project ; dct:spatial ?_city_iri ; dcat:startDate ?x FILTER(?x > ?_since_xsd_date)
}
GROUP BY ?project
ORDER BY DESC(?from) ASC(?project)
"""
JOINED = """\
SELECT ?project (GROUP_CONCAT(?x) AS ?from) WHERE {
  { SELECT ?project ?x WHERE { ?project dct:spatial ?_city_iri ; dcat:startDate ?x } ORDER BY ?x }
  ?project a lp:Project FILTER(?x > ?_since_xsd_date)
}
GROUP BY ?project
ORDER BY ?project
"""
COUNTED = """\
SELECT (COUNT(?x) AS ?project) (MIN(?x) AS ?from) WHERE {
  ?any a lp:Project ; dct:spatial ?_city_iri ; dcat:startDate ?x FILTER(?x > ?_since_xsd_date)
}
"""
RIGHT = {
    "declared-service": (
        "  FILTER",
        "  SERVICE SILENT <https://example.org/sparql> { ?project dct:spatial ?from }\n  FILTER",
    ),
    "declared-from": (
        " WHERE {\n",
        " FROM <https://example.org/sparql> FROM NAMED <https://example.org/sparql> WHERE {\n",
    ),
    "words-that-are-no-code": (
        "  FILTER",
        "  # SERVICE ?x\n  BIND('''NOW() FROM <a> SAMPLE(''' AS ?SERVICE) FILTER(?SERVICE != 'RAND()')\n  FILTER",
    ),
    "terms-as-values": ("  FILTER", "  FILTER(?project != dct:spatial && STR(dcat:startDate) != '')\n  FILTER"),
    "casts-and-datatypes": ("  FILTER", "  FILTER(xsd:integer('1') = '1'^^xsd:integer)\n  FILTER"),
    "ordered-by-the-key-of-groups": (SELECT, GROUPED),
    "joined-from-an-ordered-select": (SELECT, JOINED),
    "one-row": (SELECT, COUNTED),
    "new-terms-in-what-is-made": (
        SELECT,
        (
            "CONSTRUCT { ?s dct:title ?from }\n"
            "WHERE { ?s dct:spatial ?_city_iri ; dcat:startDate ?from , ?_since_xsd_date ; a lp:Project }\n"
        ),
    ),
    "a-question": (SELECT, "ASK { ?s dct:spatial ?_city_iri ; dcat:startDate ?_since_xsd_date ; a lp:Project }\n"),
}


@pytest.mark.parametrize("case", RIGHT)
def test_what_only_looks_wrong_passes(case: str, tmp_path: Path) -> None:
    federates = "#+   federates: ['https://example.org/sparql']\n#+   view"
    assert _lint(tmp_path, GOOD.replace(*RIGHT[case]).replace("#+   view", federates)) == []


def test_without_data_only_our_own_terms_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "good.rq").write_text(GOOD.replace("dct:spatial", "lp:seet/dct:spacial"), "utf-8")
    assert [problem.rule for problem in lint_folder(tmp_path, ONTOLOGY)] == ["LP-QUERY-TERM"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_speaks_three_languages(language: str, tmp_path: Path) -> None:
    (tmp_path / "good.rq").write_text(GOOD.replace("view: timeline", "view: pie"), "utf-8")
    [problem] = inspect_query(tmp_path / "good.rq")[1]
    sentences = {
        "en": "'pie' is none of table, map, timeline, bar, network. Write one of them.",
        "ca": "«pie» no és cap de table, map, timeline, bar, network. Escriviu-ne un.",
        "es": "«pie» no es ninguno de table, map, timeline, bar, network. Escriba uno de ellos.",
    }
    assert in_words(problem, language) == sentences[language]


def test_only_what_changes_no_answer_is_a_warning() -> None:
    warnings = {code for code, rule in catalogue().items() if rule.severity is Severity.WARNING}
    assert {code for code in warnings if code.startswith("LP-QUERY-")} == {"LP-QUERY-UNUSED", "LP-QUERY-CONCAT"}


def test_parsing_a_query_calls_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)  # noqa: FBT003 - the socket module takes it so
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert parse_error(f"SELECT (COUNT(?x) AS ?n) WHERE {{ SERVICE SILENT <{address}> {{ ?x ?y ?z }} }}") is None
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_the_shipped_queries_have_no_problem(release: Path) -> None:
    terms = terms_of(local.load(local.dump_files(release)))
    problems = lint_collection(open_collection(ROOT / "data"), ONTOLOGY, terms)
    assert [f"{problem.place}: {in_words(problem)}" for problem in problems] == []
    assert lint_queries(list(open_collection(ROOT / "data").read().values()), ONTOLOGY, terms) == []


def test_what_the_header_says_of_time_and_endpoints_is_kept(tmp_path: Path) -> None:
    text = GOOD.replace("#+ tags", "#+ endpoint: https://example.org/sparql\n#+ tags")
    text = text.replace("#+   view", "#+   budget_ms: 2500\n#+   federates: ['https://example.org/b']\n#+   view")
    (tmp_path / "good.rq").write_text(text, "utf-8")
    query = read_queries(tmp_path)["good"]
    assert (query.endpoint, query.federates, query.budget_ms) == (
        "https://example.org/sparql",
        ("https://example.org/b",),
        2500,
    )


def test_the_time_is_reported_beside_the_budget(tmp_path: Path) -> None:
    (tmp_path / "good.rq").write_text(GOOD, "utf-8")
    query = read_queries(tmp_path)["good"]
    bases = {"city": "https://data.example.org/id/city/"}
    assert golden.measure(query, local.load([]), bases).query is query
    assert str(golden.Timing(query, 1000)) == f"{query.file}: 1,000 ms, within its budget of 1,000 ms"
    assert str(golden.Timing(query, 1001)) == f"{query.file}: 1,001 ms, over its budget of 1,000 ms"
    assert golden.Timing(query, 1001).is_over
