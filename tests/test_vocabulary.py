"""The ontology as a whole: every own term explained in three languages, the lists equal, and nothing false inferred."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib
from owlrl import DeductiveClosure, RDFS_Semantics  # type: ignore[import-untyped]  # owlrl 7 has no types
from rdflib import FOAF, ORG, OWL, RDF, RDFS, SKOS
from tests.conftest import graph_of

from linkedproj.check.engine import validate

if TYPE_CHECKING:
    from tests.conftest import Small

ROOT = Path(__file__).parents[1]
ONTOLOGY = ROOT / "ontology"
NS = "https://w3id.org/linkedproj/"
LP = rdflib.Namespace(NS + "ns#")
SCHEMA = rdflib.Namespace("https://schema.org/")
EURIO = ROOT.parent / "shared/data/EURIO.ttl"
EURIO_NS = "http://data.europa.eu/s66#"
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
LANGUAGES = {"en", "ca", "es"}
# Codes of which a portfolio brings the list itself.
BROUGHT = ("lau",)
LISTS = (
    "role",
    "status",
    "activity-type",
    "amount-kind",
    "cooperation-type",
    "organisation-type",
    "rank",
    "basis",
    "programme-kind",
    "output-type",
    "target-group",
    "legal-status",
    "organisation-size",
    "identifier-type",
    "network-type",
)
PROSE = {".ttl", ".jsonld", ".rq", ".csv", ".toml"}

# What the reused vocabularies say of their own terms, as far as it types the subjects or objects of ours.
# Sources: ORG, FOAF, SKOS, OA and PROV in RDFS, as published; schema.org's rdfs: statements; DCAT 3.
REUSED = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

org:Organization rdfs:subClassOf foaf:Agent .
foaf:Organization rdfs:subClassOf foaf:Agent .
foaf:Person rdfs:subClassOf foaf:Agent .
org:member rdfs:domain org:Membership ; rdfs:range foaf:Agent .
org:organization rdfs:domain org:Membership ; rdfs:range org:Organization .
org:linkedTo rdfs:domain org:Organization ; rdfs:range org:Organization .
org:role rdfs:domain org:Membership ; rdfs:range org:Role .
org:subOrganizationOf rdfs:domain org:Organization ; rdfs:range org:Organization .
org:classification rdfs:domain org:Organization ; rdfs:range skos:Concept .
org:Role rdfs:subClassOf skos:Concept .
skos:semanticRelation rdfs:domain skos:Concept ; rdfs:range skos:Concept .
skos:mappingRelation rdfs:subPropertyOf skos:semanticRelation .
skos:exactMatch rdfs:subPropertyOf skos:closeMatch .
skos:closeMatch rdfs:subPropertyOf skos:mappingRelation .
skos:broadMatch rdfs:subPropertyOf skos:mappingRelation , skos:broader .
skos:relatedMatch rdfs:subPropertyOf skos:mappingRelation , skos:related .
skos:related rdfs:subPropertyOf skos:semanticRelation .
skos:broader rdfs:subPropertyOf skos:broaderTransitive .
skos:broaderTransitive rdfs:subPropertyOf skos:semanticRelation .
skos:inScheme rdfs:range skos:ConceptScheme .
skos:prefLabel rdfs:subPropertyOf rdfs:label .
oa:SpecificResource rdfs:subClassOf oa:ResourceSelection .
oa:hasSelector rdfs:domain oa:ResourceSelection .
oa:hasSource rdfs:domain oa:ResourceSelection .
prov:wasDerivedFrom rdfs:domain prov:Entity ; rdfs:range prov:Entity .
prov:wasQuotedFrom rdfs:subPropertyOf prov:wasDerivedFrom .
prov:hadPrimarySource rdfs:subPropertyOf prov:wasDerivedFrom .
prov:wasAttributedTo rdfs:domain prov:Entity ; rdfs:range prov:Agent .
dct:temporal rdfs:range dct:PeriodOfTime .
dct:spatial rdfs:range dct:Location .
dct:publisher rdfs:range dct:Agent .
dcat:startDate rdfs:domain dct:PeriodOfTime .
schema:Project rdfs:subClassOf schema:Organization .
schema:FundingAgency rdfs:subClassOf schema:Project .
"""


@pytest.fixture(scope="module")
def vocabulary() -> rdflib.Graph:
    return graph_of(ONTOLOGY / "linkedproj.ttl")


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    return graph_of(ONTOLOGY / "shapes.ttl")


def terms(graph: rdflib.Graph) -> set[rdflib.URIRef]:
    """Give what the vocabulary defines: classes, properties, lists and codes."""
    return {s for s in graph.subjects() if isinstance(s, rdflib.URIRef) and s != rdflib.URIRef(NS + "ns")}


def concepts(graph: rdflib.Graph, name: str) -> set[str]:
    base = f"{NS}{name}/"
    return {str(s).removeprefix(base) for s in graph.subjects(RDF.type, SKOS.Concept) if str(s).startswith(base)}


# ---------------------------------------------------------------- the vocabulary


def test_every_own_term_has_a_label_and_a_definition_in_three_languages(vocabulary: rdflib.Graph) -> None:
    for term in terms(vocabulary):
        labels = [*vocabulary.objects(term, RDFS.label), *vocabulary.objects(term, SKOS.prefLabel)]
        assert {getattr(label, "language", None) for label in labels} == LANGUAGES, term
        definitions = list(vocabulary.objects(term, SKOS.definition))
        assert sorted(str(getattr(d, "language", None)) for d in definitions) == sorted(LANGUAGES), term
        assert len(set(map(str, definitions))) == 3, term


def test_every_concept_is_in_one_list_and_every_role_is_an_org_role(vocabulary: rdflib.Graph) -> None:
    for concept in vocabulary.subjects(RDF.type, SKOS.Concept):
        [scheme] = vocabulary.objects(concept, SKOS.inScheme)
        assert (scheme, RDF.type, SKOS.ConceptScheme) in vocabulary
        assert str(scheme) == str(concept).rpartition("/")[0] + "/scheme"
        assert ((concept, RDF.type, ORG.Role) in vocabulary) == str(concept).startswith(NS + "role/")


def test_the_ontology_has_no_blank_node() -> None:
    for name in ("linkedproj.ttl", "alignments.ttl"):
        for quad in ox.parse(path=ONTOLOGY / name, format=ox.RdfFormat.TURTLE):
            assert not isinstance(quad.subject, ox.BlankNode)
            assert not isinstance(quad.object, ox.BlankNode)


def test_domains_and_ranges_are_stated_for_own_terms_only(vocabulary: rdflib.Graph) -> None:
    for predicate in (RDFS.domain, RDFS.range, RDFS.subClassOf, RDFS.subPropertyOf):
        assert all(str(subject).startswith(NS) for subject in vocabulary.subjects(predicate))


def test_the_lists_of_the_shapes_are_those_of_the_vocabulary(vocabulary: rdflib.Graph, shapes: rdflib.Graph) -> None:
    listed: dict[str, list[set[str]]] = defaultdict(list)
    for shape, head in shapes.subject_objects(SH["in"]):
        if "LP-CODE-" in str(shapes.value(shape, rdflib.DCTERMS.identifier)):
            members = [str(member).removeprefix(NS) for member in shapes.items(head)]
            [name] = {member.partition("/")[0] for member in members}
            listed[name].append({member.partition("/")[2] for member in members})
    assert set(listed) == set(LISTS)
    for name in LISTS:
        assert listed[name] == [concepts(vocabulary, name)], name


def test_every_own_term_of_the_context_is_in_the_vocabulary(vocabulary: rdflib.Graph) -> None:
    context = json.loads((ONTOLOGY / "context.jsonld").read_text("utf-8"))["@context"]
    iris = [value["@id"] for value in context.values() if isinstance(value, dict) and "@id" in value]
    own = {LP[iri.removeprefix("lp:")] for iri in iris if iri.startswith("lp:")}
    assert len(own) > 15
    assert own <= terms(vocabulary)
    bases = {
        value["@context"]["@base"] for value in context.values() if isinstance(value, dict) and "@context" in value
    }
    assert {base.removeprefix(NS).rstrip("/") for base in bases if base.startswith(NS)} == {*LISTS, *BROUGHT}


@pytest.fixture(scope="module")
def alignments() -> rdflib.Graph:
    return graph_of(ONTOLOGY / "alignments.ttl")


def test_alignments_speak_of_own_terms_by_their_kind(vocabulary: rdflib.Graph, alignments: rdflib.Graph) -> None:
    codes, classes = members(vocabulary, SKOS.Concept), members(vocabulary, OWL.Class)
    properties = members(vocabulary, OWL.ObjectProperty) | members(vocabulary, OWL.DatatypeProperty)
    assert set(alignments.subjects()) - terms(vocabulary) == {rdflib.URIRef(NS + "alignments")}
    assert set(alignments.subjects(RDFS.subClassOf)) <= classes
    assert set(alignments.subjects(RDFS.subPropertyOf)) <= properties
    matches = {p for p in alignments.predicates() if str(p).startswith(str(SKOS)) and str(p).endswith("Match")}
    matched = {subject for p in matches for subject in alignments.subjects(p)}
    assert matched
    assert matched <= codes, "a match would make concepts of classes"
    assert not [p for p in alignments.predicates() if "equivalent" in str(p) or p == OWL.sameAs]


def test_each_alignment_of_a_class_or_a_property_is_argued(alignments: rdflib.Graph) -> None:
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.seeAlso):
        for subject, other in alignments.subject_objects(predicate):
            prefix, _, local = alignments.namespace_manager.curie(str(other)).partition(":")
            said = " ".join(map(str, alignments.objects(subject, RDFS.comment)))
            assert f"{prefix}:{local}" in said or predicate == RDFS.subClassOf, (subject, other)
            assert said


def test_what_ours_is_aligned_with_exists(alignments: rdflib.Graph) -> None:
    found = {str(value) for value in alignments.objects() if isinstance(value, rdflib.URIRef)}
    schema = {value.removeprefix(SCHEMA) for value in found if value.startswith(SCHEMA)}
    assert {"Action", "Role", "alternateName"} <= schema <= {str(term).removeprefix(SCHEMA) for term in dir(rdflib.SDO)}
    listed = graph_of(ONTOLOGY / "profiles/dcat-ap/codes.ttl")
    types = {value for value in found if "publishertype/" in value}
    assert types
    assert all((None, None, rdflib.URIRef(value)) in listed or value in terms_in(listed) for value in types)
    if not EURIO.is_file():
        pytest.skip("the ontology EURIO is not at hand")
    eurio = terms_in(graph_of(EURIO))
    used = {value for value in found if value.startswith(EURIO_NS)}
    assert len(used) > 5
    assert used <= eurio


def terms_in(graph: rdflib.Graph) -> set[str]:
    return {str(subject) for subject in graph.subjects() if isinstance(subject, rdflib.URIRef)}


# ---------------------------------------------------------------- T1, T2: dates


def test_stated_dates_of_mixed_precision_are_compared_by_their_envelope(small: Small) -> None:
    small.run("build")
    store = ox.Store()
    store.bulk_load(path=small.latest / "portfolio.nt", format=ox.RdfFormat.N_TRIPLES)
    graph = rdflib.Graph().parse(small.latest / "portfolio.nt", format="nt")
    query = """PREFIX dct: <http://purl.org/dc/terms/> PREFIX dcat: <http://www.w3.org/ns/dcat#>
      PREFIX lp: <https://w3id.org/linkedproj/ns#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
      SELECT ?project { ?project a lp:Project ; dct:temporal [ dcat:startDate ?start ]
        FILTER(?start >= "2019-06-01"^^xsd:date) } ORDER BY ?start"""
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    by_oxigraph = [str(row[0]) for row in solutions]
    by_rdflib = [f"<{row[0]}>" for row in graph.query(query) if isinstance(row, rdflib.query.ResultRow)]
    assert by_oxigraph == by_rdflib == ["<https://small.example/id/project/orchard>"]


def test_a_thirteenth_month_breaks_a_shape_whatever_ran_before(tmp_path: Path, small_release: Path) -> None:
    text = (small_release / "portfolio.nt").read_text("utf-8")
    assert text.count('"2019-03"') == 1
    data = tmp_path / "data.nt"
    data.write_text(text.replace('"2019-03"', '"2019-13"'), "utf-8")
    for _ in range(2):
        results = validate([data], ONTOLOGY / "shapes.ttl")
        assert [(result.code, result.value) for result in results if result.code == "LP-START-FORM"] == [
            ("LP-START-FORM", '"2019-13"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>')
        ]
        DeductiveClosure(RDFS_Semantics).expand(rdflib.Graph())


# ---------------------------------------------------------------- T3, T4, T5: nothing false is inferred


@pytest.fixture(scope="module")
def closure(small_release: Path) -> rdflib.Graph:
    own = (ONTOLOGY / name for name in ("linkedproj.ttl", "alignments.ttl"))
    graph = graph_of(small_release / "portfolio.ttl", small_release / "evidence.ttl", *own)
    graph.parse(data=REUSED, format="turtle")
    DeductiveClosure(RDFS_Semantics).expand(graph)
    return graph


def members(graph: rdflib.Graph, kind: rdflib.term.Node) -> set[rdflib.term.Node]:
    return set(graph.subjects(RDF.type, kind))


def test_no_initiative_becomes_an_agent_or_a_concept(closure: rdflib.Graph) -> None:
    initiatives = members(closure, LP.Initiative)
    assert len(initiatives) == 3
    for wrong in (FOAF.Agent, ORG.Organization, SCHEMA.Organization, SKOS.Concept, ORG.Membership):
        assert not initiatives & members(closure, wrong), wrong


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LP.Participation, FOAF.Agent),
        (LP.Participation, LP.Initiative),
        (LP.Activity, LP.Initiative),
        (LP.Programme, FOAF.Agent),
        (ORG.Organization, SKOS.Concept),
        (ORG.Organization, rdflib.DCTERMS.Location),
        (FOAF.Document, FOAF.Agent),
        (LP.Evidence, SKOS.Concept),
        (SCHEMA.Country, FOAF.Agent),
        (SCHEMA.MonetaryAmount, LP.Initiative),
    ],
    ids=lambda term: re.split("[/#]", str(term))[-1],
)
def test_kinds_that_exclude_each_other_stay_apart(
    one: rdflib.URIRef, other: rdflib.URIRef, closure: rdflib.Graph
) -> None:
    assert members(closure, one)
    assert members(closure, other)
    assert not members(closure, one) & members(closure, other)


def test_the_closure_does_infer(closure: rdflib.Graph, small_release: Path) -> None:
    # Or the tests above would prove nothing.
    organisations = members(closure, ORG.Organization)
    assert organisations <= members(closure, FOAF.Agent)
    graph = graph_of(small_release / "portfolio.ttl")
    graph.parse(data=REUSED, format="turtle")
    project = rdflib.URIRef("https://small.example/id/project/harbour")
    graph.add((rdflib.URIRef("https://small.example/id/participation/x"), ORG.organization, project))
    DeductiveClosure(RDFS_Semantics).expand(graph)
    assert project in members(graph, FOAF.Agent)


def test_superclasses_are_written_out(release: Path) -> None:
    graph = graph_of(release / "portfolio.ttl")
    assert members(graph, LP.Project) | members(graph, LP.Cooperation) == members(graph, LP.Initiative)
    assert members(graph, LP.Project) == members(graph, FOAF.Project)
    assert members(graph, LP.Participation) == members(graph, ORG.Membership)


def test_classes_that_infer_an_organisation_are_not_used(release: Path) -> None:
    for path in [ONTOLOGY / "context.jsonld", release / "portfolio.nt", release / "evidence.ttl"]:
        text = path.read_text("utf-8")
        assert not re.search(r"schema(?:\.org/|:)(?:Project|FundingAgency|ResearchProject)\b", text), path.name
        assert not re.search(r"ns/org#(?:organization|linkedTo)\b|org:(?:organization|linkedTo)\b", text), path.name


def test_matches_stand_between_concepts_only(release: Path) -> None:
    graph = graph_of(release / "portfolio.ttl")
    themes = members(graph, SKOS.Concept)
    for name in ("exactMatch", "closeMatch", "broadMatch", "relatedMatch"):
        assert set(graph.subjects(SKOS[name])) <= themes


# ---------------------------------------------------------------- T6, T8, T9, T11, T13, T14: how it is written


def test_no_dump_needs_named_graphs(release: Path) -> None:
    for name, form in (("portfolio.ttl", "TURTLE"), ("evidence.ttl", "TURTLE"), ("portfolio.jsonld", "JSON_LD")):
        quads = ox.parse(path=release / name, format=getattr(ox.RdfFormat, form))
        assert all(isinstance(quad.graph_name, ox.DefaultGraph) for quad in quads)


def test_schema_org_is_written_with_https_everywhere(release: Path) -> None:
    folders = (ONTOLOGY, ROOT / "queries", ROOT / "data", release)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in PROSE:
                assert "http://schema.org/" not in path.read_text("utf-8"), path


def test_each_title_and_name_is_a_label_as_well(release: Path) -> None:
    graph = graph_of(release / "portfolio.ttl", release / "evidence.ttl")
    named = [*graph.subject_objects(rdflib.DCTERMS.title), *graph.subject_objects(SKOS.prefLabel)]
    assert len(named) > 500
    assert [pair for pair in named if (pair[0], RDFS.label, pair[1]) not in graph] == []


def test_own_iris_are_written_with_a_prefix(release: Path) -> None:
    for name in ("portfolio.ttl", "evidence.ttl"):
        body = [line for line in (release / name).read_text("utf-8").splitlines() if not line.startswith("@prefix")]
        # The dataset and its versions are no records, and have an address that no prefix fits.
        plain = [re.sub(r"<https://data\.example\.org/(dataset|dump/[^<>]*)>", "", line) for line in body]
        assert not [line for line in plain if "<https://data.example.org/" in line or f"<{NS}" in line]


def test_a_quote_with_a_language_tag_breaks_a_shape(tmp_path: Path) -> None:
    oa = "http://www.w3.org/ns/oa#"
    quote = f"<https://small.example/id/quote/q> <{RDF.type}> <{oa}TextQuoteSelector> .\n"
    data = tmp_path / "data.nt"
    for text, codes in (('"words"', []), ('"words"@en', ["LP-QUOTETEXT-FORM"])):
        data.write_text(f"{quote}<https://small.example/id/quote/q> <{oa}exact> {text} .\n", "utf-8")
        assert [result.code for result in validate([data], ONTOLOGY / "shapes.ttl")] == codes


def test_countries_in_use_have_their_three_languages(release: Path) -> None:
    graph = graph_of(release / "portfolio.ttl")
    base = "http://publications.europa.eu/resource/authority/country/"
    used = {o for o in graph.objects() if isinstance(o, rdflib.URIRef) and str(o).startswith(base)}
    assert len(used) > 20
    for country in used:
        assert {getattr(name, "language", None) for name in graph.objects(country, SKOS.prefLabel)} == LANGUAGES
