"""The saved queries that turn records into terms of other vocabularies: their answers, read as strangers do.

EURIO and schema.org are read as they are published; the copy of EURIO is not ours to ship, so without it one test is
skipped.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from owlrl import DeductiveClosure, RDFS_Semantics  # type: ignore[import-untyped]  # owlrl 7 has no types
from rdflib import FOAF, ORG, OWL, RDF, RDFS, SDO, XSD
from rdflib.collection import Collection

ROOT = Path(__file__).parents[1]
EURIO_FILE = ROOT.parent / "shared/data/EURIO.ttl"
EURIO = rdflib.Namespace("http://data.europa.eu/s66#")
LP = rdflib.Namespace("https://w3id.org/linkedproj/ns#")
PROJECT = rdflib.URIRef("https://data.example.org/id/project/dsiscale")


def answer(release: Path, name: str) -> rdflib.Graph:
    """Read what a build published as the answer to a query."""
    return rdflib.Graph().parse(release.parents[1] / f"query/{name}.result.ttl", format="turtle")


def members(graph: rdflib.Graph, kind: rdflib.term.Node) -> set[rdflib.term.Node]:
    return set(graph.subjects(RDF.type, kind))


def used(graph: rdflib.Graph, namespace: str) -> tuple[set[str], set[str]]:
    """Give the classes and the properties of a namespace that a graph uses, by their local names."""
    classes = {str(value) for value in graph.objects(None, RDF.type)}
    properties = {str(value) for value in graph.predicates()}
    return tuple(
        {each.removeprefix(namespace) for each in found if each.startswith(namespace)}
        for found in (classes, properties)
    )  # type: ignore[return-value]  # two of them


def closed(release: Path, graph: rdflib.Graph, *more: Path) -> rdflib.Graph:
    """Add the records themselves, our vocabulary, and all that RDFS infers."""
    for path in (release / "portfolio.ttl", ROOT / "ontology/linkedproj.ttl", *more):
        graph.parse(path, format="turtle")
    DeductiveClosure(RDFS_Semantics).expand(graph)
    return graph


# ---------------------------------------------------------------- EURIO


def test_only_what_cordis_lists_is_a_project_of_eurio(release: Path) -> None:
    graph = answer(release, "as-eurio")
    assert members(graph, EURIO.Project) == {PROJECT}
    assert graph.value(PROJECT, EURIO.identifier) == rdflib.Literal("780473")
    assert graph.value(PROJECT, EURIO.url) == rdflib.Literal(
        "https://cordis.europa.eu/project/id/780473", datatype=XSD.anyURI
    )
    assert len(list(graph.objects(PROJECT, EURIO.hasInvolvedParty))) == 7
    assert graph.value(graph.value(PROJECT, EURIO.hasAcronym), EURIO.shortForm) == rdflib.Literal("DSISCALE")


def test_texts_and_days_are_what_eurio_asks_for(release: Path) -> None:
    graph = answer(release, "as-eurio")
    for predicate in (EURIO.title, EURIO.abstract, EURIO.name, EURIO.shortForm, EURIO.roleLabel):
        for value in graph.objects(None, predicate):
            assert isinstance(value, rdflib.Literal)
            assert value.language is None
            assert value.datatype in (None, XSD.string)
    for predicate in (EURIO.startDate, EURIO.endDate):
        assert {value.datatype for value in graph.objects(PROJECT, predicate) if isinstance(value, rdflib.Literal)} == {
            XSD.date
        }
    for predicate in (
        EURIO.title,
        EURIO.abstract,
        EURIO.startDate,
        EURIO.endDate,
        EURIO.projectStatus,
        EURIO.identifier,
    ):
        assert len(list(graph.objects(PROJECT, predicate))) == 1, "EURIO allows exactly one"
    for party in graph.objects(PROJECT, EURIO.hasInvolvedParty):
        assert len(list(graph.objects(party, EURIO.isRoleOf))) == len(list(graph.objects(party, EURIO.roleLabel))) == 1


def test_the_terms_of_eurio_exist_and_infer_nothing_false(release: Path) -> None:
    if not EURIO_FILE.is_file():
        pytest.skip("the ontology EURIO is not at hand")
    eurio = rdflib.Graph().parse(EURIO_FILE, format="turtle")
    graph = answer(release, "as-eurio")
    classes, properties = used(graph, str(EURIO))
    assert len(classes) > 5
    assert len(properties) > 12
    assert {EURIO[name] for name in classes} <= members(eurio, OWL.Class)
    assert {EURIO[name] for name in properties} <= members(eurio, OWL.ObjectProperty) | members(
        eurio, OWL.DatatypeProperty
    )
    for name in ("projectStatus", "roleLabel"):
        range_ = eurio.value(EURIO[name], RDFS.range)
        head = eurio.value(range_, OWL.oneOf)
        assert head is not None
        allowed = {str(value) for value in Collection(eurio, head)}
        assert {str(value) for value in graph.objects(None, EURIO[name])} <= allowed
    excluded = list(eurio.subject_objects(OWL.disjointWith))
    stated = {kind: members(graph, EURIO[kind]) for kind in classes}
    inferred = closed(release, graph, EURIO_FILE)
    for kind, nodes in stated.items():
        assert members(inferred, EURIO[kind]) == nodes, f"{kind} is inferred of something that it was not said of"
    for one, other in excluded:
        assert not members(inferred, one) & members(inferred, other)
    assert not members(inferred, LP.Initiative) & members(inferred, EURIO.Organisation)


# ---------------------------------------------------------------- schema.org


def test_the_terms_of_schema_org_exist_and_call_no_project_an_organisation(release: Path) -> None:
    graph = answer(release, "as-schema-org")
    known = {str(term).removeprefix(str(SDO)) for term in dir(SDO)}
    classes, properties = used(graph, str(SDO))
    assert classes == {"Action", "Role", "Organization", "City", "AdministrativeArea", "Country"}
    assert classes | properties <= known
    statuses = {str(value).removeprefix(str(SDO)) for value in graph.objects(None, SDO.actionStatus)}
    assert "CompletedActionStatus" in statuses
    assert statuses <= known
    inferred = closed(release, graph)
    assert members(inferred, SDO.Action) == members(inferred, LP.Initiative)
    for kind in (SDO.Organization, FOAF.Agent, ORG.Organization):
        assert not members(inferred, LP.Initiative) & members(inferred, kind)
    assert members(inferred, SDO.Organization) == members(inferred, ORG.Organization)


def test_a_role_of_schema_org_leads_on_to_who_has_it(release: Path) -> None:
    graph = answer(release, "as-schema-org")
    roles = members(graph, SDO.Role)
    assert len(roles) > 50
    for role in roles:
        [initiative] = graph.subjects(SDO.participant, role)
        assert initiative in members(graph, SDO.Action)
        [organisation] = graph.objects(role, SDO.participant)
        assert organisation in members(graph, SDO.Organization)


# ---------------------------------------------------------------- ORG


def test_memberships_of_org_are_whole_and_no_project_is_an_organisation(release: Path) -> None:
    graph = answer(release, "as-org")
    memberships = members(graph, ORG.Membership)
    consortia = members(graph, ORG.OrganizationalCollaboration)
    assert len(memberships) > 50
    assert len(consortia) == 7
    for membership in memberships:
        assert len(list(graph.objects(membership, ORG.member))) == 1
        assert set(graph.objects(membership, ORG.organization)) <= consortia
        assert list(graph.objects(membership, ORG.role))
    inferred = closed(release, graph)
    org = """
        @prefix org: <http://www.w3.org/ns/org#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix foaf: <http://xmlns.com/foaf/0.1/> .
        org:organization rdfs:domain org:Membership ; rdfs:range org:Organization .
        org:OrganizationalCollaboration rdfs:subClassOf org:Organization .
        org:Organization rdfs:subClassOf foaf:Agent .
    """
    inferred.parse(data=org, format="turtle")
    DeductiveClosure(RDFS_Semantics).expand(inferred)
    assert consortia <= members(inferred, FOAF.Agent)
    assert not members(inferred, LP.Initiative) & members(inferred, FOAF.Agent)
