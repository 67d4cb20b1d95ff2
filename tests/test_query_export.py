"""Queries in the conventions of others: what is written is read back, nothing is overwritten, losses are listed."""

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
from linkedproj.queries.published.convention import import_file, openapi, sib
from linkedproj.queries.published.convention.draft import Draft
from linkedproj.queries.saved.bases import by_table, context_of
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.collection import SavedQuery, inspect_query, read_queries, read_query

FOLDER = Path(__file__).parents[1] / "queries"
QUERIES = read_queries(FOLDER)
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


# ---------------------------------------------------------------- written as RDF, and read back


def test_what_is_exported_is_imported_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "all.ttl").write_text(sib.export_all(QUERIES.values(), BASE, BASES), "utf-8", newline="")
    imported = import_file(tmp_path / "all.ttl", tmp_path / "in")
    assert (imported.dropped, imported.missing) == ((), ())
    assert {path.name: path.read_bytes() for path in imported.written} == {
        f"{name}.rq": (FOLDER / f"{name}.rq").read_bytes() for name in QUERIES
    }


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
    query = _query(tmp_path, text)
    (tmp_path / "q.ttl").write_text(sib.export(query, BASE), "utf-8", newline="")
    [written] = import_file(tmp_path / "q.ttl", tmp_path / "in").written
    assert written.read_bytes() == text.encode()


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


# ---------------------------------------------------------------- read from others

SIB = """
@prefix ex: <https://example.org/.well-known/sparql-examples/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix spex: <https://purl.expasy.org/sparql-examples/ontology#> .
ex:7_Select_all a sh:SPARQLExecutable , sh:SPARQLSelectExecutable ;
  rdfs:comment "Every <b>thing</b>, with\\n its parts. No more."^^rdf:HTML , "Cada cosa"@ca , "Jedes Ding"@de ;
  sh:prefixes _:all ;
  sh:select '''SELECT ?thing WHERE {
  SERVICE <https://example.org/b> { ?thing up:part un:known }
}''' ;
  schema:keywords "things" , "parts" ;
  schema:target <https://example.org/sparql> , <https://example.org/zweite> ;
  schema:subjectOf <https://example.org/course> ;
  spex:federatesWith <https://example.org/b> .
ex:ask sh:ask "ASK { ?x ?y ?z }" ; rdfs:label "Is there anything?"@en .
_:all sh:declare [ sh:prefix "up" ; sh:namespace "https://example.org/up#" ] .
"""


def test_imports_the_examples_of_sib(tmp_path: Path) -> None:
    (tmp_path / "sib.ttl").write_text(SIB, "utf-8")
    imported = import_file(tmp_path / "sib.ttl", tmp_path / "in")
    assert [path.name for path in imported.written] == ["query-7-select-all.rq", "ask.rq"]
    assert imported.written[0].read_text("utf-8") == (
        '#+ summary: "Every thing, with its parts"\n'
        '#+ description: "Every thing, with its parts. No more."\n'
        '#+ endpoint: "https://example.org/sparql"\n'
        '#+ tags: ["parts", "things"]\n'
        "#+ linkedproj:\n"
        "#+   description:\n"
        '#+     ca: "Cada cosa"\n'
        '#+   federates: ["https://example.org/b"]\n'
        "PREFIX up: <https://example.org/up#>\n"
        "SELECT ?thing WHERE {\n"
        "  SERVICE <https://example.org/b> { ?thing up:part un:known }\n"
        "}\n"
    )
    assert sorted(imported.dropped) == [
        "query-7-select-all: <https://schema.org/subjectOf> https://example.org/course",
        "query-7-select-all: description in 'de': Jedes Ding",
        "query-7-select-all: schema:target https://example.org/zweite",
        "query-7-select-all: the file does not declare the prefix 'un:'",
        "query-7-select-all: the markup of the description: Every <b>thing</b>, with\n its parts. No more.",
    ]
    assert [line.partition(":1:1: ")[2] for line in imported.missing if "query-7" in line][:2] == [
        "title in 'ca' is missing. Add it under linkedproj: title: {ca: …}.",
        "title in 'es' is missing. Add it under linkedproj: title: {es: …}.",
    ]
    query = inspect_query(imported.written[0])[0]
    assert query is not None
    assert (query.endpoint, query.federates) == ("https://example.org/sparql", ("https://example.org/b",))


WDQS = """\
#title:Heads of government and their spouses
# Who is married
# to whom
#defaultView:Map{"hide":"?x"}
#TEMPLATE={"template":"Heads","variables":{"?country":{"query":"SELECT ?id {?id a wd:Q6}"},"?no":{},"?n_1":{},"?t":{}}}
SELECT ?head ?headLabel WHERE {
  BIND(wd:Q30 AS ?country) BIND(5 AS ?n_1) BIND("x" AS ?t) # United States
  ?country (p:P6/ps:P6) ?head . ?head foo:bar ?n_1
  SERVICE wikibase:label { bd:serviceParam wikibase:language "en". } #defaultView:ImageGrid
}
"""


def test_imports_a_commented_query_of_wikidata(tmp_path: Path) -> None:
    (tmp_path / "Heads of.sparql").write_text(WDQS, "utf-8")
    imported = import_file(tmp_path / "Heads of.sparql", tmp_path / "in")
    [path] = imported.written
    assert path.name == "heads-of.rq"
    assert path.read_text("utf-8") == (
        '#+ summary: "Heads of government and their spouses"\n'
        '#+ description: "Who is married to whom"\n'
        '#+ endpoint: "https://query.wikidata.org/sparql"\n'
        "#+ tags: []\n"
        "#+ defaults:\n"
        '#+   - country: "http://www.wikidata.org/entity/Q30"\n'
        '#+   - n1: "5"\n'
        '#+   - t: "x"\n'
        "#+ linkedproj:\n"
        "#+   params:\n"
        '#+     country: {label: {en: "country"}}\n'
        '#+     n1: {label: {en: "n1"}}\n'
        '#+     t: {label: {en: "t"}}\n'
        "#+   view: map\n"
        "PREFIX bd: <http://www.bigdata.com/rdf#>\n"
        "PREFIX p: <http://www.wikidata.org/prop/>\n"
        "PREFIX ps: <http://www.wikidata.org/prop/statement/>\n"
        "PREFIX wd: <http://www.wikidata.org/entity/>\n"
        "PREFIX wikibase: <http://wikiba.se/ontology#>\n"
        "SELECT ?head ?headLabel WHERE {\n"
        "  BIND(?_country_iri AS ?country) BIND(?_n1_integer AS ?n_1) BIND(?_t AS ?t) # United States\n"
        "  ?country (p:P6/ps:P6) ?head . ?head foo:bar ?n_1\n"
        '  SERVICE wikibase:label { bd:serviceParam wikibase:language "en". } \n'
        "}\n"
    )
    assert imported.dropped == (
        'heads-of: the settings of the view: {"hide":"?x"}',
        "heads-of: the list to choose ?country from: SELECT ?id {?id a wd:Q6}",
        "heads-of: #defaultView:ImageGrid is a view we do not have",
        "heads-of: nothing is known of the prefix 'foo:'",
        "heads-of: ?no of the template: the code has no BIND(… AS ?no) to take a default from",
    )
    query = inspect_query(path)[0]
    assert query is not None
    assert "BIND(<http://www.wikidata.org/entity/Q64> AS ?country)" in bind(
        query, {"country": "http://www.wikidata.org/entity/Q64"}
    )


@pytest.mark.parametrize("template", ["{", "[]", '{"template": "x"}', '{"template": 1, "variables": {"?x": 5}}'])
def test_a_template_that_is_none_is_listed(template: str, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(f"#TEMPLATE={template}\nASK {{ ?x ?y ?z }}", "utf-8")
    assert import_file(tmp_path / "q.rq", tmp_path / "in").dropped == (f"q: #TEMPLATE= is no template: {template}",)


def test_a_query_of_grlc_is_kept_and_what_it_lacks_is_told(tmp_path: Path) -> None:
    text = "#+ summary: Things\n#+ pagination: 100\n\nSELECT ?x WHERE { ?x ?y ?_name_en }\n"
    (tmp_path / "Things.rq").write_text(text, "utf-8", newline="")
    imported = import_file(tmp_path / "Things.rq", tmp_path / "in")
    assert imported.written[0].read_text("utf-8") == text
    assert imported.dropped == ()
    said = "in/things.rq:"
    assert [line for line in imported.missing if "in '" not in line] == [
        (
            f"{said}2:16: 'pagination' is no key of the header. "
            "There are: defaults, description, endpoint, linkedproj, method, summary, tags."
        ),
        f"{said}1:1: tags is missing. Add a line '#+ tags: …' to the header.",
        f"{said}1:1: description is missing. Add a line '#+ description: …' to the header.",
        (
            f"{said}4:25: Parameter 'name' has no default. "
            "Add it under defaults, or write ?__name if it may be left out."
        ),
    ]


def test_nothing_is_overwritten_and_then_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "sib.ttl").write_text(SIB, "utf-8")
    there = tmp_path / "in" / "ask.rq"
    there.parent.mkdir()
    there.write_text("mine", "utf-8")
    with pytest.raises(QueryError) as refused:
        import_file(tmp_path / "sib.ttl", there.parent)
    assert str(refused.value) == (
        f"{tmp_path / 'sib.ttl'}: {there} is there already. Nothing was written. "
        "Rename or remove that file, or import into another folder."
    )
    assert [path.name for path in there.parent.iterdir()] == ["ask.rq"]
    assert there.read_text("utf-8") == "mine"


REFUSED = {
    "q.csv": (b"a", "no query is known by this suffix. There are: .ttl, .rq, .sparql, .txt."),
    "q.ttl": (b"nonsense", "the file is no Turtle: "),
    "empty.ttl": (b"", "there is no query in it. SIB examples have sh:select, sh:ask or sh:construct."),
    "q.rq": (b"\xff", "the file cannot be read: "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_query_is_refused(name: str, tmp_path: Path) -> None:
    content, message = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(QueryError, match=message):
        import_file(tmp_path / name, tmp_path / "in")
    assert not (tmp_path / "in").exists()


def test_a_foreign_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    ask = '<http://www.w3.org/ns/shacl#ask> "ASK {}" .\n'
    text = "".join(f"<http://{name}> {ask}" for name in ("a/%2e%2e/../etc/..", "a/ETC", "b/etc"))
    (tmp_path / "a.ttl").write_text(text, "utf-8")
    written = import_file(tmp_path / "a.ttl", tmp_path / "in").written
    assert {path.parent for path in written} == {tmp_path / "in"}
    assert sorted(path.name for path in written) == ["etc-2.rq", "etc.rq", "query.rq"]


@given(st.text(), st.text())
def test_any_text_fits_into_a_header(title: str, tag: str) -> None:
    from linkedproj.queries.saved.header import read_header

    draft = Draft("q", "ASK {}", texts={"title": {"en": title or "x"}, "description": {}}, tags=[tag])
    if any("\ud800" <= character <= "\udfff" for character in title + tag):
        return
    parts = read_header(draft.text(), "q").parts()
    assert parts["summary"].text() == (title or "x")
    assert [part.text() for part in parts["tags"].items()] == [tag]


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
            "schema": {"type": "string", "format": "date", "default": "2020-02-11"},
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
