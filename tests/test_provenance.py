"""How each value came about, in the words of PROV and Web Annotation, and whether these words agree with each other."""

from __future__ import annotations

import shutil
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import RDF, RDFS
from tests.conftest import graph_of

from linkedproj.check.engine import validate
from linkedproj.model.context import load_context
from linkedproj.model.errors import SetupError
from linkedproj.model.schema import load_schema
from linkedproj.queries.ask.about import look_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Small

ROOT = Path(__file__).parents[1]
ONTOLOGY = ROOT / "ontology"
BASE = "https://small.example/id/"
DCT = rdflib.DCTERMS
LP = rdflib.Namespace("https://w3id.org/linkedproj/ns#")
BASIS = rdflib.Namespace("https://w3id.org/linkedproj/basis/")
OA = rdflib.Namespace("http://www.w3.org/ns/oa#")
PROV = rdflib.PROV


@pytest.fixture(scope="module")
def evidence(small_release: Path) -> rdflib.Graph:
    return graph_of(small_release / "evidence.ttl")


def said(graph: rdflib.Graph, statement: rdflib.term.Node) -> dict[str, str]:
    """Give what a statement says of its provenance: properties and values without their bases."""
    return {
        graph.namespace_manager.curie(str(predicate)): str(value).removeprefix(BASE)
        for predicate, value in graph.predicate_objects(statement)
        if predicate in (DCT.source, LP.quote, LP.rule) or str(predicate).startswith(str(PROV))
    }


def about(graph: rdflib.Graph, subject: str, column: str, basis: str) -> list[dict[str, str]]:
    """Give what is said by the statements on one basis about one value."""
    return [
        said(graph, statement)
        for statement in graph.subjects(RDF.subject, rdflib.URIRef(BASE + subject))
        if f"-{column}-" in str(statement) and (statement, LP.basis, BASIS[basis]) in graph
    ]


# ---------------------------------------------------------------- the four ways to know a value


def test_a_quoted_value_leads_to_the_passage_which_is_quoted_from_its_source(evidence: rdflib.Graph) -> None:
    [stated] = about(evidence, "project/harbour", "acronym", "stated")
    assert stated.pop("lp:quote").startswith("quote/")
    assert stated == {"dct:source": "source/gazette"}
    gazette = rdflib.URIRef(BASE + "source/gazette")
    passages = set(evidence.subjects(RDF.type, OA.SpecificResource))
    assert len(passages) == 3
    assert set(evidence.subjects(PROV.wasQuotedFrom)) == set(evidence.objects(None, LP.quote)) == passages
    for passage in passages:
        assert evidence.value(passage, OA.hasSource) == evidence.value(passage, PROV.wasQuotedFrom) == gazette
        [selector] = evidence.objects(passage, OA.hasSelector)
        assert (selector, RDF.type, OA.TextQuoteSelector) in evidence
        assert len(list(evidence.objects(selector, OA.exact))) == 1


def test_a_cited_value_has_a_primary_source(evidence: rdflib.Graph) -> None:
    assert about(evidence, "activity/listening", "start", "cited") == [
        {"dct:source": "source/leaflet", "prov:hadPrimarySource": "source/leaflet"}
    ]


def test_a_derived_value_names_what_it_is_derived_from_and_the_rule(evidence: rdflib.Graph) -> None:
    rule = "Counted back from the first lesson."
    assert about(evidence, "project/orchard", "start", "derived") == [
        {"dct:source": "source/gazette", "prov:wasDerivedFrom": "source/gazette", "lp:rule": rule}
    ]
    [statement] = evidence.subjects(LP.rule)
    assert list(evidence.objects(statement, LP.rule)) == list(evidence.objects(statement, rdflib.SKOS.note))


def test_a_judgement_is_attributed_to_the_one_who_publishes(evidence: rdflib.Graph) -> None:
    judged = set(evidence.subjects(LP.basis, BASIS.curator))
    assert len(judged) > 50
    assert set(evidence.subjects(PROV.wasAttributedTo)) == judged
    [agent] = set(evidence.objects(None, PROV.wasAttributedTo))
    assert agent == rdflib.URIRef(BASE + "agent/publisher")
    assert (agent, RDF.type, PROV.Agent) in evidence
    assert (agent, RDFS.label, rdflib.Literal("Nobody", "en")) in evidence


def test_a_judgement_from_a_sentence_keeps_the_sentence(small: Small) -> None:
    small.edit("evidence.csv", "role,partner,,,gazette", "role,partner,,curator,gazette")
    assert small.run("build").code == 0
    [judged] = [
        found
        for found in about(graph_of(small.latest / "evidence.ttl"), "participation/harbour-mill", "role", "curator")
        if "lp:quote" in found
    ]
    assert judged.pop("lp:quote").startswith("quote/")
    assert judged == {
        "dct:source": "source/gazette",
        "prov:wasDerivedFrom": "source/gazette",
        "prov:wasAttributedTo": "agent/publisher",
    }


def test_what_is_said_of_a_country_is_told_as_ours_or_with_its_source(release: Path) -> None:
    """The IRI of a country is the European Union's; its names here are not."""
    records, statements = graph_of(release / "portfolio.ttl"), graph_of(release / "evidence.ttl")
    authority = "http://publications.europa.eu/resource/authority/country/"
    named = [
        (one, text) for one, text in records.subject_objects(rdflib.SKOS.prefLabel) if str(one).startswith(authority)
    ]
    assert len(named) > 20
    for country, text in named:
        about = set(statements.subjects(RDF.object, text)) & set(statements.subjects(RDF.subject, country))
        assert about
        for statement in about:
            assert {PROV.wasAttributedTo, DCT.source} & set(statements.predicates(statement))


def test_nobody_is_named_where_the_portfolio_names_no_publisher(small: Small) -> None:
    settings = (small.folder / "portfolio.toml").read_text("utf-8")
    before, _, after = settings.partition("[publisher.name]\n")
    small.write("portfolio.toml", before + after[after.index("[curated]") :])
    assert small.run("build").code == 0
    graph = graph_of(small.latest / "evidence.ttl")
    assert set(graph.subjects(LP.basis, BASIS.curator))
    assert not set(graph.subjects(PROV.wasAttributedTo))
    assert not set(graph.subjects(RDF.type, PROV.Agent))


def test_a_public_body_is_the_one_of_the_register(small: Small) -> None:
    small.edit("portfolio.toml", "[publisher.name]", '[publisher]\ndir3 = "L01080193"\n\n[publisher.name]')
    assert small.run("build").code == 0
    graph = graph_of(small.latest / "evidence.ttl")
    [register] = graph.objects(rdflib.URIRef(BASE + "agent/publisher"), rdflib.URIRef("https://schema.org/sameAs"))
    assert str(register).endswith("/org/Organismo/L01080193")


# ---------------------------------------------------------------- said in the ontology, not in the program


def test_what_a_basis_says_is_read_from_the_ontology() -> None:
    echoes = {(echo.term, echo.of): echo.bases for echo in load_schema(ONTOLOGY).evidence.echoes}
    assert echoes == {
        ("primarySource", "source"): {"cited"},
        ("derivedFrom", "source"): {"derived", "curator"},
        ("rule", "note"): {"derived"},
        ("attributedTo", ""): {"curator"},
    }


NAMED = "names http://www.w3.org/ns/prov#wasRevisionOf, and Evidence has no computed term"
SELECTED = "no term for http://www.w3.org/ns/oa#hasSelector"


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("linkedproj.ttl", "lp:sourceBy prov:hadPrimarySource", "lp:sourceBy prov:wasRevisionOf", NAMED),
        ("context.jsonld", '"oa:hasSelector"', '"oa:hasScope"', SELECTED),
        ("shapes.ttl", "s:exact-none , s:quote-language", "s:quote-language", "no shape of the type Quote names exact"),
    ],
)
def test_an_ontology_that_contradicts_itself_is_refused(
    tmp_path: Path, name: str, old: str, new: str, expected: str
) -> None:
    shutil.copytree(ONTOLOGY, tmp_path / "ontology")
    path = tmp_path / "ontology" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(SetupError, match=expected):
        load_schema(tmp_path / "ontology")


# ---------------------------------------------------------------- the shapes of a passage


def quoted(tmp_path: Path, old: str, new: str) -> list[str]:
    """Break a sound passage in one place, and give the rules that it breaks."""
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in (("oa", OA), ("prov", PROV), ("", BASE)))
    text = """
      :q a oa:SpecificResource ; oa:hasSource :s ; prov:wasQuotedFrom :s ; oa:hasSelector :x .
      :x a oa:TextQuoteSelector ; oa:exact "words" .
      :s a <http://xmlns.com/foaf/0.1/Document> .
    """
    assert old in text
    graph = rdflib.Graph().parse(data=prefixes + text.replace(old, new), format="turtle")
    data = tmp_path / "data.nt"
    graph.serialize(data, format="nt", encoding="utf-8")
    found = validate([data], ONTOLOGY / "shapes.ttl")
    return sorted(result.code for result in found if not result.focus.endswith("/s"))


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("oa:hasSource :s", "oa:hasSource :s", []),
        ("oa:hasSource :s ; prov:wasQuotedFrom :s", "prov:wasQuotedFrom :s", ["LP-QUOTE-FROM", "LP-QUOTE-ORIGIN"]),
        ("prov:wasQuotedFrom :s ;", "", ["LP-QUOTE-FROM"]),
        ("prov:wasQuotedFrom :s", "prov:wasQuotedFrom :other", ["LP-QUOTE-FROM", "LP-QUOTE-FROM"]),
        ("oa:hasSource :s", "oa:hasSource :x", ["LP-QUOTE-FROM", "LP-QUOTE-FROM"]),
        ('oa:exact "words"', 'oa:prefix "words"', ["LP-QUOTETEXT-NONE"]),
        ("oa:hasSelector :x", "oa:hasSelector :x , :s", ["LP-LINK-SELECTOR", "LP-SELECTOR-ONCE"]),
    ],
)
def test_a_passage_names_its_source_and_its_words(tmp_path: Path, old: str, new: str, codes: list[str]) -> None:
    assert quoted(tmp_path, old, new) == codes


# ---------------------------------------------------------------- PROV holds together

# What PROV-O says of its own properties, as far as it types subjects and objects. Source: PROV-O, section 3.
PROV_O = """
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
prov:wasQuotedFrom rdfs:subPropertyOf prov:wasDerivedFrom .
prov:hadPrimarySource rdfs:subPropertyOf prov:wasDerivedFrom .
prov:wasRevisionOf rdfs:subPropertyOf prov:wasDerivedFrom .
prov:wasDerivedFrom rdfs:domain prov:Entity ; rdfs:range prov:Entity .
prov:wasAttributedTo rdfs:domain prov:Entity ; rdfs:range prov:Agent .
prov:generatedAtTime rdfs:domain prov:Entity .
prov:wasGeneratedBy rdfs:domain prov:Entity ; rdfs:range prov:Activity .
prov:used rdfs:domain prov:Activity ; rdfs:range prov:Entity .
prov:wasAssociatedWith rdfs:domain prov:Activity ; rdfs:range prov:Agent .
"""


def closure(graph: rdflib.Graph) -> rdflib.Graph:
    """Add what PROV-O and our vocabulary infer: properties above those stated, and the types of both ends."""
    closed = rdflib.Graph()
    for triple in (*graph, *rdflib.Graph().parse(data=PROV_O, format="turtle")):
        closed.add(triple)
    above = [*closed.subject_objects(RDFS.subPropertyOf)] * 3  # as deep as the hierarchy is
    for one, other in above:
        for subject, value in list(closed.subject_objects(one)):
            closed.add((subject, other, value))
    for place, end in ((RDFS.domain, 0), (RDFS.range, 1)):
        for predicate, kind in list(closed.subject_objects(place)):
            for pair in list(closed.subject_objects(predicate)):
                closed.add((pair[end], RDF.type, kind))
    return closed


def violations(graph: rdflib.Graph) -> Iterator[str]:
    """Name the constraints of PROV (PROV-CONSTRAINTS, section 6) that a graph with its closure breaks.

    Checked is what can be told without a clock: typing and its disjointness (50, 55), one generation an entity (24),
    and that no entity is derived from itself, directly or through others (41: what is derived comes later).
    """
    closed = closure(graph)
    entities, activities, agents = (
        set(closed.subjects(RDF.type, kind)) for kind in (PROV.Entity, PROV.Activity, PROV.Agent)
    )
    yield from (f"entity-activity-disjoint: {node}" for node in entities & activities)
    yield from (f"typing: {node}" for node in entities | activities | agents if isinstance(node, rdflib.Literal))
    for predicate in (PROV.wasGeneratedBy, PROV.generatedAtTime):
        number = Counter(closed.subjects(predicate))
        yield from (f"unique-generation: {node}" for node in number if number[node] > 1)
    derived = {node: set(closed.objects(node, PROV.wasDerivedFrom)) for node in closed.subjects(PROV.wasDerivedFrom)}
    try:
        TopologicalSorter(derived).prepare()
    except CycleError as error:
        yield f"derivation-cycle: {error.args[1][0]}"


def test_the_evidence_of_every_portfolio_keeps_the_constraints_of_prov(release: Path, small_release: Path) -> None:
    for folder in (release, small_release):
        graph = graph_of(folder / "evidence.ttl", ONTOLOGY / "linkedproj.ttl")
        assert list(violations(graph)) == []
        assert set(graph.subjects(PROV.wasQuotedFrom))


@pytest.mark.parametrize(
    ("statements", "broken"),
    [
        (":a prov:wasQuotedFrom :b . :b prov:hadPrimarySource :a .", "derivation-cycle"),
        (":a lp:quote :b . :b prov:wasDerivedFrom :c . :c prov:wasRevisionOf :a .", "derivation-cycle"),
        (":a prov:wasDerivedFrom :a .", "derivation-cycle"),
        (":a prov:generatedAtTime '2026-01-01T00:00:00Z' , '2026-01-02T00:00:00Z' .", "unique-generation"),
        (":a prov:wasGeneratedBy :x , :y .", "unique-generation"),
        (":a prov:wasGeneratedBy :x . :x prov:wasDerivedFrom :b .", "entity-activity-disjoint"),
        (":a prov:wasAttributedTo 'somebody' .", "typing"),
    ],
)
def test_a_graph_that_breaks_a_constraint_of_prov_is_found(statements: str, broken: str) -> None:
    prefixes = f"@prefix : <{BASE}> .\n@prefix lp: <{LP}> .\n@prefix prov: <{PROV}> .\n"
    graph = graph_of(ONTOLOGY / "linkedproj.ttl").parse(data=prefixes + statements, format="turtle")
    assert [found.partition(":")[0] for found in violations(graph)] == [broken]


def test_a_day_is_never_given_as_a_time(release: Path) -> None:
    """The day of reading stays a day: prov:generatedAtTime asks for a time that nobody wrote down."""
    text = (release / "evidence.ttl").read_text("utf-8")
    assert "generatedAtTime" not in text
    assert "xsd:dateTime" not in text.replace("@prefix xsd:", "")


# ---------------------------------------------------------------- what was published before

OLD = """
@prefix lp: <https://w3id.org/linkedproj/ns#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://small.example/id/evidence/e> rdf:subject <https://small.example/id/project/a> ; rdf:predicate rdfs:comment ;
  rdf:object "New"@en ; prov:wasQuotedFrom <https://small.example/id/source/s> ;
  oa:hasSelector <https://small.example/id/quote/q> .
<https://small.example/id/quote/q> a oa:TextQuoteSelector ; oa:exact "It is new." .
<https://small.example/id/source/s> rdfs:label "The source"@en .
"""


def test_the_evidence_of_a_release_of_before_is_still_shown() -> None:
    store = ox.Store()
    store.load(OLD, format=ox.RdfFormat.TURTLE)
    store.load(f'<{BASE}project/a> <{RDFS.label}> "A"@en ; <{RDFS.comment}> "New"@en .', format=ox.RdfFormat.TURTLE)
    known = look_up(store, load_context(ONTOLOGY / "context.jsonld", BASE), "project/a")
    [statement] = [statement for fact in known.facts for statement in fact.statements]
    assert (statement.quote, statement.source_label) == ("It is new.", "The source")


def test_a_source_is_led_to_once_by_each_statement(small_release: Path) -> None:
    store = ox.Store()
    for name in ("portfolio.ttl", "evidence.ttl"):
        store.load(path=small_release / name, format=ox.RdfFormat.TURTLE)
    known = look_up(store, load_context(ONTOLOGY / "context.jsonld", BASE), "source/leaflet")
    named = [link.name for link in known.links]
    assert named
    assert len(named) == len(set(named))
    assert {link.column for link in known.links} == {"readIn"}
