"""Every saved query in queries/: header, determinism, and equal answers from two engines on the shipped portfolio."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkedproj.model.context import load_context
from linkedproj.model.languages import LANGUAGES
from linkedproj.queries import golden
from linkedproj.queries.ask import local, reference
from linkedproj.queries.ask.adhoc import form_of
from linkedproj.queries.results.table import Table, as_table
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.collection import open_collection, read_query
from linkedproj.queries.saved.tokens import declared_prefixes, tokens

if TYPE_CHECKING:
    import pyoxigraph as ox
    import rdflib

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "data/queries"
QUERIES = open_collection(ROOT / "data").read()
IDS = sorted(path.stem for folder in (ROOT / "queries", FOLDER) for path in folder.glob("*.rq"))
CONTEXT = ROOT / "ontology/context.jsonld"
BASES = {kind.table: kind.base for kind in load_context(CONTEXT).types.values()}
PINNED = {
    **{name: iri for name, iri in json.loads(CONTEXT.read_text("utf-8"))["@context"].items() if isinstance(iri, str)},
    **{name: f"https://w3id.org/linkedproj/{name}/" for name in ("amount-kind", "role", "status", "rank", "basis")},
    "eurio": "http://data.europa.eu/s66#",
    "owl": "http://www.w3.org/2002/07/owl#",
}
UNSTABLE = {"NOW", "RAND", "UUID", "STRUUID", "BNODE", "SAMPLE", "GROUP_CONCAT", "DESCRIBE", "SERVICE", "FROM"}

ROWS = [name for name in IDS if form_of(QUERIES[name].body) == "SELECT"]

every_query = pytest.mark.parametrize("query_id", IDS)
every_table = pytest.mark.parametrize("query_id", ROWS)


@pytest.fixture(scope="module")
def store(release: Path) -> ox.Store:
    return local.load(local.dump_files(release))


@pytest.fixture(scope="module")
def graph(release: Path) -> rdflib.Graph:
    return reference.read_graph(local.dump_files(release))


@pytest.fixture(scope="module")
def empty() -> tuple[ox.Store, rdflib.Graph]:
    nothing = local.load([])
    return nothing, reference.graph_of(nothing)


def _code(query_id: str) -> list[str]:
    """Give the words of the query's code, without strings, IRIs, comments and spaces."""
    skipped = {"space", "comment", "string", "iri"}
    return [token.text for token in tokens(QUERIES[query_id].body) if token.kind not in skipped]


def test_the_program_finds_both_folders() -> None:
    assert list(QUERIES) == IDS
    assert [name for name, query in QUERIES.items() if query.is_own] == sorted(p.stem for p in FOLDER.glob("*.rq"))


def test_the_queries_of_the_program_fit_any_portfolio() -> None:
    """Nothing in them names a record or a language, expects so many rows, or has a default of its own."""
    for path in (ROOT / "queries").glob("*.rq"):
        query = read_query(path)
        assert not query.cases
        assert "https://data.example.org/" not in query.text
        assert not re.search(r'"(?:en|ca|es)"', query.body)
        assert all(one.default is None for one in query.parameters.values())
        assert max(query.expect.min_rows, query.expect.max_rows) <= 0


@every_query
def test_says_in_three_languages_what_it_answers(query_id: str) -> None:
    query = QUERIES[query_id]
    for texts in (query.title, query.description):
        assert set(texts) == set(LANGUAGES)
        assert all(text.strip() for text in texts.values())
        assert len(set(texts.values())) == len(LANGUAGES)
    assert query.tags
    assert query.expect.columns


@every_query
def test_binds_each_prefix_to_the_pinned_iri(query_id: str) -> None:
    declared = declared_prefixes(QUERIES[query_id].text)
    assert declared == {name: PINNED.get(name, "not pinned") for name in declared}


@every_query
def test_declares_exactly_the_prefixes_it_uses(query_id: str) -> None:
    query = QUERIES[query_id]
    names = {word.partition(":")[0] for word in _code(query_id) if ":" in word and not word.endswith(":")}
    types = {p.type.partition("_")[0] for p in query.parameters.values() if "_" in p.type}
    assert names | types == set(declared_prefixes(query.text))


@every_query
def test_leaves_nothing_to_chance(query_id: str) -> None:
    words = [word.upper() for word in _code(query_id)]
    assert not UNSTABLE & set(words)
    assert not any((one, two) == ("SELECT", "*") for one, two in pairwise(words))


@every_table
def test_orders_by_every_column_or_a_key(query_id: str, store: ox.Store) -> None:
    query = QUERIES[query_id]
    words = _code(query_id)
    last = max(n for n, word in enumerate(words) if word.upper() == "ORDER")
    keys = {word.lstrip("?$") for word in words[last:]} & set(query.expect.columns)
    table = local.answer(store, query, {}, BASES)
    places = [n for n, column in enumerate(table.columns) if column in keys]
    ordered = Table(tuple(table.columns[n] for n in places), tuple(tuple(row[n] for n in places) for row in table.rows))
    assert len(ordered.multiset()) == len(table.rows)


@every_query
def test_compares_no_stated_dates(query_id: str) -> None:
    """Stated dates may be months or years, which engines compare differently: use the envelope."""
    stated = {"schema:startDate", "schema:endDate"}
    # One names the property as the object of a statement, the other asks how exact the dates are.
    allowed = {"projects-2020", "uncertain-dates"}
    assert query_id in allowed or not stated & set(_code(query_id))


@every_query
def test_no_record_goes_without_a_label_for_want_of_a_translation(query_id: str) -> None:
    only = re.compile(r"\?\w+ rdfs:label (\?\w+) FILTER\(LANG\(\1\) = \?_lang\)")
    assert not only.search(QUERIES[query_id].body)


@every_query
def test_answers_alike_and_as_expected(query_id: str, store: ox.Store, graph: rdflib.Graph) -> None:
    query = QUERIES[query_id]
    assert list(golden.verify(query, store, graph, FOLDER, BASES)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@every_table
def test_answers_in_each_language(query_id: str, language: str, store: ox.Store) -> None:
    query = QUERIES[query_id]
    table = local.answer(store, query, {"lang": language} if "lang" in query.parameters else {}, BASES)
    assert golden.against_expect(table, query.expect) == []


@every_query
def test_finds_nothing_in_an_empty_portfolio(query_id: str, empty: tuple[ox.Store, rdflib.Graph]) -> None:
    query = QUERIES[query_id]
    sparql = bind(query, {}, BASES)
    nothing = as_table(False).rows if form_of(query.body) == "ASK" else ()  # noqa: FBT003 - what ASK answers
    assert as_table(local.evaluate(empty[0], sparql)).rows == nothing
    assert reference.run_reference(empty[1], sparql).rows == nothing


CASES = {
    "cities-network-themes": [({"city": "birmingham"}, 3, 99), ({"city": "atlantis"}, 0, 0)],
    "city-partners-map": [({"city": "birmingham"}, 1, 1), ({"city": "kigali"}, 1, 1)],
    "evidence-of-project": [({"project": "birmingham-barcelona"}, 10, 999)],
    "network-by-theme": [({"theme": "creative-industries"}, 20, 999), ({"theme": "astronomy"}, 0, 0)],
    "partners-by-country": [({"city": "birmingham"}, 0, 0), ({"city": "umea"}, 6, 99)],
    "partners-by-project": [({"project": "dsiscale"}, 7, 99)],
    "partners-of-organisation": [({"organisation": "cles"}, 3, 99), ({"organisation": "nobody"}, 0, 0)],
    "project-excerpt": [({"project": "nothing"}, 0, 0)],
    "project-timeline": [({"project": "birmingham-barcelona"}, 1, 99), ({"project": "nothing"}, 0, 0)],
    "projects-by-city": [({"city": "birmingham"}, 1, 1), ({"city": "atlantis"}, 0, 0)],
    "projects-by-theme": [({"theme": "social-justice"}, 1, 99)],
    "quotes-of-source": [({"source": "news-2020-02-11"}, 50, 999)],
    "running-on": [({"day": "2018-06-01"}, 2, 99), ({"day": "1990-01-01"}, 0, 0)],
    "themes-by-city": [({"city": "kigali"}, 2, 99)],
}
"""Arguments, and between how many rows the answer on the shipped portfolio has."""


@pytest.mark.parametrize("query_id", CASES)
def test_answers_to_arguments_alike(query_id: str, store: ox.Store, graph: rdflib.Graph) -> None:
    for arguments, least, most in CASES[query_id]:
        sparql = bind(QUERIES[query_id], arguments, BASES)
        table = as_table(local.evaluate(store, sparql))
        assert golden.against_reference(table, reference.run_reference(graph, sparql)) == []
        assert least <= len(table.rows) <= most, arguments


def test_no_expected_answer_is_left_over() -> None:
    assert sorted(path.stem for path in (FOLDER / "expected").glob("*.csv")) == IDS


@every_query
def test_pickers_list_values_with_labels(query_id: str) -> None:
    picks = {p.pick for p in QUERIES[query_id].parameters.values() if p.pick}
    for pick in picks:
        assert {"value", "label"} <= set(QUERIES[pick].expect.columns)
