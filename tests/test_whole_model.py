"""A made-up portfolio that fills every record type and every column, and what can be asked of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from owlrl import DeductiveClosure, RDFS_Semantics  # type: ignore[import-untyped]  # owlrl 7 has no types
from rdflib import RDF, Graph, URIRef
from tests.conftest import published_once, schema_for
from tests.test_vocabulary import REUSED

from linkedproj.mapping.tables import map_tables
from linkedproj.model.columns import Explained, column_names
from linkedproj.model.folder import open_folder
from linkedproj.queries import golden
from linkedproj.queries.ask import local, reference
from linkedproj.queries.saved.collection import open_collection

if TYPE_CHECKING:
    import pyoxigraph as ox

    from linkedproj.model.schema import Schema

ROOT = Path(__file__).parents[1]
VILAMAR = Path(__file__).parent / "fixtures/vilamar"
BASE = "https://vilamar.example/"
EXPECTED = sorted(path.stem for path in (VILAMAR / "queries/expected").glob("*.csv"))
LP = "https://w3id.org/linkedproj/ns#"
OUTSIDE = [
    "http://xmlns.com/foaf/0.1/Agent",
    "http://xmlns.com/foaf/0.1/Document",
    "http://purl.org/dc/terms/Location",
    "http://www.w3.org/2004/02/skos/core#Concept",
    "http://www.w3.org/ns/org#Organization",
]
"""Classes that no record of money, results or projects is in."""


@pytest.fixture(scope="module")
def vilamar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the portfolio once; give the folder of its dumps."""
    return published_once("vilamar", VILAMAR, tmp_path_factory)


@pytest.fixture(scope="module")
def store(vilamar: Path) -> ox.Store:
    return local.load(local.dump_files(vilamar))


@pytest.fixture(scope="module")
def graph(vilamar: Path) -> Graph:
    return reference.read_graph(local.dump_files(vilamar))


@pytest.fixture(scope="module")
def schema() -> Schema:
    return schema_for(BASE)


def test_every_record_type_and_every_term_of_each_is_filled(schema: Schema, graph: Graph) -> None:
    empty = []
    for kind in schema.types.values():
        subjects = {s for s in graph.subjects(RDF.type, URIRef(kind.iri)) if str(s).startswith(kind.base)}
        assert subjects, kind.name
        # What evidence says of a value depends on its basis, and has tests of its own.
        for term in () if kind.supporting or not kind.terms else kind.terms:
            field = schema.fields[term]
            found = (str(o) for s in subjects for o in graph.objects(s, URIRef(field.iri)))
            if not any(value.startswith(field.base) for value in found):
                empty.append(f"{kind.name}.{term}")
    assert empty == []


def test_every_column_that_a_table_may_have_is_in_one(tmp_path: Path) -> None:
    folder = open_folder(VILAMAR)
    portfolio = map_tables(VILAMAR, folder.schema, folder.config, "data", tmp_path, {}).portfolio
    explained = Explained.of(folder.schema, ROOT / "ontology")
    for kind in explained.tables():
        columns = set(column_names(explained.columns(kind), folder.config.languages))
        assert columns <= {*portfolio.published(kind.name)}, kind.table


def test_every_code_list_is_used_and_each_code_has_a_meaning(schema: Schema, graph: Graph) -> None:
    vocabulary = Graph().parse(ROOT / "ontology/linkedproj.ttl")
    definition = URIRef("http://www.w3.org/2004/02/skos/core#definition")
    used = {str(value) for value in graph.objects()}
    for base, codes in schema.codes.items():
        assert {code for code in codes if base + code in used}, base
        for code in codes:
            assert {getattr(text, "language", "") for text in vocabulary.objects(URIRef(base + code), definition)} == {
                "en", "ca", "es",
            }, base + code  # fmt: skip


def test_the_dumps_say_the_same(vilamar: Path) -> None:
    lines = set(Graph().parse(vilamar / "portfolio.nt"))
    assert len(lines) > 1000
    assert set(Graph().parse(vilamar / "portfolio.ttl")) == lines
    assert set(Graph().parse(vilamar / "portfolio.jsonld")) == lines


def test_a_list_of_texts_is_one_statement_for_each(vilamar: Path) -> None:
    graph = Graph().parse(vilamar / "portfolio.ttl")
    words = graph.objects(URIRef(f"{BASE}id/project/marola"), URIRef("https://schema.org/keywords"))
    assert {(str(word), getattr(word, "language", "")) for word in words} == {
        ("ondas", "pt"), ("portos", "pt"), ("harbours", "en"), ("wave energy", "en"),
    }  # fmt: skip


def test_money_of_columns_and_of_the_table_is_found_on_one_path(graph: Graph) -> None:
    budget, amount = URIRef(LP + "budget"), URIRef("https://schema.org/MonetaryAmount")
    found = set(graph.objects(URIRef(f"{BASE}id/project/marola"), budget))
    assert {str(node).split("/id/")[1].partition("/")[0] for node in found} == {"amount", "finance"}
    assert found <= set(graph.subjects(RDF.type, amount))


@pytest.mark.parametrize(
    ("link", "back"),
    [("follows", "followedBy"), ("continues", "continuedBy"), ("subprojectOf", "subproject")],
)
def test_links_among_projects_are_turned_round_wherever_the_records_stand(link: str, back: str, graph: Graph) -> None:
    forth = set(graph.subject_objects(URIRef(LP + link)))
    assert forth
    assert {(target, source) for source, target in forth} == set(graph.subject_objects(URIRef(LP + back)))


def test_nothing_false_is_inferred_of_money_and_results(graph: Graph) -> None:
    closed = Graph()
    for triple in graph:
        closed.add(triple)
    closed.parse(ROOT / "ontology/linkedproj.ttl")
    closed.parse(data=REUSED, format="turtle")
    DeductiveClosure(RDFS_Semantics).expand(closed)
    kinds = [LP + "FinancialAmount", LP + "Output", LP + "Indicator", "https://schema.org/MonetaryGrant"]
    others = [LP + "Initiative", LP + "Participation", LP + "Programme", LP + "Activity", *OUTSIDE]
    for kind in kinds:
        members = set(closed.subjects(RDF.type, URIRef(kind)))
        assert members, kind
        for other in [*others, *(set(kinds) - {kind})]:
            assert not members & set(closed.subjects(RDF.type, URIRef(other))), (kind, other)
    projects = set(closed.subjects(RDF.type, URIRef(LP + "Project")))
    assert not projects & {node for kind in OUTSIDE for node in closed.subjects(RDF.type, URIRef(kind))}


# ---------------------------------------------------------------- questions


QUERIES = open_collection(VILAMAR).read()


def test_two_dozen_questions_have_an_expected_answer() -> None:
    assert len(EXPECTED) >= 24
    assert {name for name, query in QUERIES.items() if query.is_own} <= set(EXPECTED) <= set(QUERIES)


@pytest.mark.parametrize("query_id", EXPECTED)
def test_each_question_has_an_answer_and_two_engines_agree(
    query_id: str, store: ox.Store, graph: Graph, schema: Schema
) -> None:
    bases = {kind.table: kind.base for kind in schema.types.values()}
    assert list(golden.verify(QUERIES[query_id], store, graph, VILAMAR / "queries", bases)) == []
    assert len(re.findall(r"^.", (VILAMAR / f"queries/expected/{query_id}.csv").read_text("utf-8"), re.MULTILINE)) > 1


def test_a_project_counts_once_for_a_programme_however_many_ways_lead_there(store: ox.Store, schema: Schema) -> None:
    # It names the fund itself, and a programme of the fund, and its grant an objective of that.
    bases = {kind.table: kind.base for kind in schema.types.values()}
    table = local.answer(store, QUERIES["money-by-programme-tree"], {}, bases)
    rows = [dict(zip(table.columns, map(str, row), strict=True)) for row in table.rows]
    fund = [row for row in rows if "programme/fundo-regional>" in row["programme"] and "/total>" in row["kind"]]
    assert [(row["initiatives"].split('"')[1], row["sum"].split('"')[1]) for row in fund] == [("1", "800000")]


def test_money_of_one_grant_counts_for_its_own_programme_only(store: ox.Store, schema: Schema) -> None:
    bases = {kind.table: kind.base for kind in schema.types.values()}
    table = local.answer(store, QUERIES["money-by-programme-tree"], {}, bases)
    farol = [" ".join(map(str, row)) for row in table.rows if "programme/farol-mares" in str(row[0])]
    assert farol
    assert not any("NOK" in row for row in farol)
