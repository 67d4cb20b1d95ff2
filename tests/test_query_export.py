"""Queries written for other tools: as RDF, and as an interface."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from linkedproj.model.errors import QueryError
from linkedproj.queries.published import openapi, sib
from linkedproj.queries.saved.bases import by_table, context_of
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.collection import SavedQuery, open_collection, read_query

FOLDER = Path(__file__).parents[1] / "queries"
QUERIES = open_collection(FOLDER.parent / "data").read()
BASES = by_table(context_of())
BASE = "https://data.example.org/query/"
LPQ = ox.NamedNode(sib.LPQ + "template")

HEADER = """\
#+ summary: S
#+ description: D
#+ tags: [t]
#+ linkedproj:
#+   title: {ca: T, es: T}
#+   description: {ca: D, es: D}
"""


def _triples(turtle: str) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)}


def _query(folder: Path, text: str, name: str = "q") -> SavedQuery:
    (folder / f"{name}.rq").write_text(text, "utf-8", newline="")
    return read_query(folder / f"{name}.rq")


# ---------------------------------------------------------------- written as RDF


def test_an_export_holds_the_source_of_every_query() -> None:
    found = {
        quad.subject.value.removeprefix(BASE): quad.object.value
        for quad in ox.parse(sib.export_all(QUERIES.values(), BASE, BASES), format=ox.RdfFormat.TURTLE)
        if quad.predicate == LPQ and isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
    }
    files = open_collection(FOLDER.parent / "data").files()
    assert found == {name: path.read_bytes().decode() for name, path in files.items()}


def test_an_export_says_all_that_editors_look_for() -> None:
    turtle = sib.export(QUERIES["projects-by-city"], BASE, BASES, "https://data.example.org/sparql")
    said = turtle.split("sh:select")[0].splitlines()[8:]
    assert said == [
        ":projects-by-city a sh:SPARQLExecutable , sh:SPARQLSelectExecutable ;",
        (
            '  rdfs:label "Projects that involve a city"@en , "Projectes que impliquen una ciutat"@ca , '
            '"Proyectos que implican a una ciudad"@es ;'
        ),
        f'  rdfs:comment "{QUERIES["projects-by-city"].description["en"]}"@en ;',
        "  sh:prefixes :prefixes ;",
        '  schema:keywords "projects" , "cities" ;',
        "  schema:target <https://data.example.org/sparql> ;",
        "  ",
    ]
    assert (
        "  lpq:parameter <https://data.example.org/query/projects-by-city#city> , "
        "<https://data.example.org/query/projects-by-city#lang> .\n"
        "\n"
        '<https://data.example.org/query/projects-by-city#city> schema:valueName "city" ;\n'
        "  schema:defaultValue <https://data.example.org/id/city/barcelona> .\n"
    ) in turtle
    assert ":prefixes sh:declare <https://data.example.org/query/prefixes#dcat> , " in turtle
    assert (
        '<https://data.example.org/query/prefixes#lp> sh:prefix "lp" ;\n'
        '  sh:namespace "https://w3id.org/linkedproj/ns#"^^xsd:anyURI .\n'
    ) in turtle
    assert "schema:target" not in sib.export(QUERIES["projects-by-city"], BASE, BASES)


@pytest.mark.parametrize("query_id", QUERIES)
def test_two_parsers_read_the_same_from_an_export(query_id: str) -> None:
    query = QUERIES[query_id]
    turtle = sib.export(query, BASE, BASES)
    graph = rdflib.Graph().parse(data=turtle, format="turtle")
    shacl = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    runnable = [str(text) for part in ("select", "ask", "construct") for text in graph.objects(None, shacl[part])]
    assert runnable == [bind(query, {}, BASES)]
    assert [str(text) for text in graph.objects(None, rdflib.URIRef(LPQ.value))] == [query.text]
    assert len(list(graph.objects(rdflib.URIRef(BASE + query_id), rdflib.RDFS.comment))) == 1
    assert not any(isinstance(term, rdflib.BNode) for triple in graph for term in triple)
    assert len(_triples(turtle)) == len(graph)


def test_merged_exports_say_what_one_export_of_all_says() -> None:
    some = [QUERIES[name] for name in ("places", "running-on", "network")]
    merged = set().union(*(_triples(sib.export(query, BASE, BASES)) for query in some))
    assert merged == _triples(sib.export_all(some, BASE, BASES))


@given(
    st.text(st.one_of(st.sampled_from("\\\"\r\n\tuU0'"), st.characters(exclude_categories=["Cs"], min_codepoint=32)))
)
def test_any_comment_in_a_query_survives(text: str) -> None:
    code = f"{HEADER}SELECT ?x WHERE {{ ?x ?y ?z }} ORDER BY ?x # {text}"
    query = SavedQuery(**{**_fields(QUERIES["running-on"]), "text": code, "parameters": {}})
    turtle = sib.export(query, BASE)
    assert [quad.object.value for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE) if quad.predicate == LPQ] == [
        code
    ]
    graph = rdflib.Graph().parse(data=turtle, format="turtle")
    assert [str(text) for text in graph.objects(None, rdflib.URIRef(LPQ.value))] == [code]


def _fields(query: SavedQuery) -> dict[str, Any]:
    return {name: getattr(query, name) for name in query.__dataclass_fields__}


def test_line_ends_are_kept(tmp_path: Path) -> None:
    text = (HEADER + "SELECT ?x\nWHERE { ?x ?y ?z } ORDER BY ?x\n").replace("\n", "\r\n")
    turtle = sib.export(_query(tmp_path, text), BASE)
    assert [quad.object.value for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE) if quad.predicate == LPQ] == [
        text
    ]


def test_federation_and_the_endpoint_of_the_query_are_said(tmp_path: Path) -> None:
    header = HEADER.replace("#+ tags", "#+ endpoint: https://example.org/a\n#+ tags")
    header += "#+   federates: ['https://example.org/b']\n"
    query = _query(tmp_path, header + "ASK { SERVICE <https://example.org/b> { ?x ?y ?z } }")
    turtle = sib.export(query, BASE, endpoint="https://example.org/c")
    assert "schema:target <https://example.org/a> ;" in turtle
    assert "spex:federatesWith <https://example.org/b> ;" in turtle
    assert "a sh:SPARQLExecutable , sh:SPARQLAskExecutable ;" in turtle


def test_describe_has_no_place_there(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"q\.rq: only SELECT, ASK and CONSTRUCT can be published\.$"):
        sib.export(_query(tmp_path, HEADER + "DESCRIBE <http://a/>"), BASE)


def test_our_terms_are_defined_in_three_languages() -> None:
    graph = rdflib.Graph().parse(FOLDER.parent / "ontology" / "query.ttl")
    for name in ("template", "parameter"):
        labels = graph.objects(rdflib.URIRef(sib.LPQ + name), rdflib.RDFS.label)
        assert {label.language for label in labels if isinstance(label, rdflib.Literal)} == {"en", "ca", "es"}


# ---------------------------------------------------------------- described as an interface

MEDIA_TYPES = ("text/csv", "application/sparql-results+json")


def test_the_interface_is_valid_openapi() -> None:
    described = openapi.describe(
        QUERIES.values(), "https://data.example.org", "2020-02-11", dict.fromkeys(QUERIES, MEDIA_TYPES)
    )
    OpenAPIV31SpecValidator(json.loads(json.dumps(described))).validate()
    assert list(described["paths"]) == [f"/query/{name}" for name in QUERIES]
    operation = described["paths"]["/query/running-on"]["get"]
    assert operation["summary"] == "What was running on a given day"
    assert list(operation["responses"]["200"]["content"]) == list(MEDIA_TYPES)
    assert operation["parameters"] == [
        {
            "name": "day",
            "in": "query",
            "required": False,
            "description": "Day",
            "schema": {"type": "string", "format": "date"},
        },
        {
            "name": "lang",
            "in": "query",
            "required": False,
            "description": "Language",
            "schema": {"type": "string", "enum": ["en", "ca", "es"], "default": "en"},
        },
    ]


def test_prebuilt_files_are_described_without_parameters() -> None:
    files = {"running-on": {"running-on.csv": "text/csv"}, "places": {"places.geojson": "application/geo+json"}}
    described = openapi.describe_files(QUERIES.values(), "https://data.example.org", "2020-02-11", files)
    OpenAPIV31SpecValidator(json.loads(json.dumps(described))).validate()
    assert list(described["paths"]) == ["/query/places.geojson", "/query/running-on.csv"]
    assert "parameters" not in described["paths"]["/query/running-on.csv"]["get"]


def test_types_and_defaults_are_those_of_the_parameters(tmp_path: Path) -> None:
    header = HEADER.replace(
        "#+ linkedproj", "#+ defaults: [{n: 5}, {m: 7.5}, {b: true}, {i: 'http://a/'}]\n#+ linkedproj"
    )
    label = "{label: {en: L, ca: L, es: L}}"
    header += "#+   params:\n" + "".join(f"#+     {name}: {label}\n" for name in "nmbi")
    code = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\nASK { ?_n_integer ?_m_number ?_b_xsd_boolean , ?_i_iri }"
    query = _query(tmp_path, header + code)
    [operation] = openapi.describe([query], "https://a.example", "1", {})["paths"].values()
    assert [one["schema"] for one in operation["get"]["parameters"]] == [
        {"type": "integer", "default": 5},
        {"type": "number", "default": 7.5},
        {"type": "boolean", "default": True},
        {"type": "string", "format": "iri", "default": "http://a/"},
    ]
