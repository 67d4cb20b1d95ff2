"""Exported queries against the conventions of sib-swiss/sparql-examples."""

from __future__ import annotations

import os
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from pyshacl import validate

from linkedproj.queries.published import sib
from linkedproj.queries.saved.bases import by_table, context_of
from linkedproj.queries.saved.collection import open_collection

QUERIES = open_collection(Path(__file__).parents[2] / "data").read()
OURS = Path(__file__).parent / "sib-shapes.ttl"
BASE = "https://data.example.org/query/"
ENDPOINT = "https://data.example.org/sparql"
DISCOVERY = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?query ?comment ?code WHERE {
  ?query a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct ?code
}
"""

BESIDE = Path(__file__).parents[3] / "shared/suites/sparql-examples/spex.shacl"


def _original() -> str:
    """Read SIB's own shapes, where somebody has them, with the one repair that a strict parser needs."""
    path = os.environ.get("LINKEDPROJ_SPEX", "") or (str(BESIDE) if BESIDE.is_file() else "")
    if not path:
        pytest.skip("LINKEDPROJ_SPEX does not name a copy of spex.shacl from sib-swiss/sparql-examples-utils")
    return Path(path).read_text("utf-8").replace(r'"^[^\s].*[^\s]$"', r'"^[^\\s].*[^\\s]$"')


def _ours() -> str:
    return OURS.read_text("utf-8")


def _missed(shapes: str, turtle: str) -> set[str]:
    """Give the properties about which the shapes complain."""
    data = rdflib.Graph().parse(data=turtle, format="turtle")
    shacl = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    conforms, report, _ = validate(data, shacl_graph=rdflib.Graph().parse(data=shapes, format="turtle"))
    assert isinstance(report, rdflib.Graph)
    paths = {str(path) for path in report.objects(None, shacl.resultPath)}
    assert conforms == (not paths)
    return paths


def _export(endpoint: str = ENDPOINT) -> str:
    return sib.export_all(QUERIES.values(), BASE, by_table(context_of()), endpoint)


@pytest.mark.parametrize("shapes", [_ours, _original], ids=["restated", "original"])
def test_exported_queries_conform(shapes: object) -> None:
    assert callable(shapes)
    assert _missed(shapes(), _export()) == set()


@pytest.mark.parametrize("shapes", [_ours, _original], ids=["restated", "original"])
def test_without_an_endpoint_only_the_endpoint_is_missed(shapes: object) -> None:
    assert callable(shapes)
    assert _missed(shapes(), _export("")) == {"https://schema.org/target"}


SCHEMA, SH = "https://schema.org/", "http://www.w3.org/ns/shacl#"
FAULTY = {
    "no-comment": ("rdfs:comment", "rdfs:remark", "http://www.w3.org/2000/01/rdf-schema#comment"),
    "plain-comment": ('by."@en', 'by."', "http://www.w3.org/2000/01/rdf-schema#comment"),
    "misspelt": ("schema:keywords", "schema:keyowrds", SCHEMA + "keyowrds"),
    "blank-at-the-end": ('"tag"', '"tag "', SCHEMA + "keywords"),
}
SMALL = f"""
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <{SCHEMA}> .
@prefix sh: <{SH}> .
<https://example.org/q> a sh:SPARQLExecutable ; rdfs:comment "What it is answered by."@en ; schema:keywords "tag" ;
  schema:target <{ENDPOINT}> ; sh:select "SELECT ?x WHERE {{ ?x ?y ?z }}" .
"""


@pytest.mark.parametrize("case", FAULTY)
@pytest.mark.parametrize("shapes", [_ours, _original], ids=["restated", "original"])
def test_the_shapes_find_what_they_are_for(case: str, shapes: object) -> None:
    assert callable(shapes)
    old, new, path = FAULTY[case]
    assert old in SMALL
    assert path in _missed(shapes(), SMALL.replace(old, new))


def test_editors_find_each_query_once() -> None:
    store = ox.Store()
    store.load(_export().encode(), format=ox.RdfFormat.TURTLE)
    found = store.query(DISCOVERY)
    assert isinstance(found, ox.QuerySolutions)
    assert sorted(row["query"].value for row in found) == sorted(BASE + name for name in QUERIES)
