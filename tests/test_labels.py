"""Every node of ours has a label wherever it is published, or is of a kind that says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from tests.portals import GIVEN, publish, settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RDF, DCT, SH = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://purl.org/dc/terms/", "http://www.w3.org/ns/shacl#"
LP, SCHEMA, VOID = "https://w3id.org/linkedproj/ns#", "https://schema.org/", "http://rdfs.org/ns/void#"
OA, TREE, SKOS = "http://www.w3.org/ns/oa#", "https://w3id.org/tree#", "http://www.w3.org/2004/02/skos/core#"

LABELS = {
    "http://www.w3.org/2000/01/rdf-schema#label", f"{SKOS}prefLabel", f"{DCT}title", "http://xmlns.com/foaf/0.1/name",
    f"{SCHEMA}name", f"{SH}name", "http://www.w3.org/2006/vcard/ns#fn",
}  # fmt: skip

UNNAMED = {
    # Records that are said of others, and told with those (`diff` calls a participation "project · organisation").
    f"{LP}Participation": "who takes part in what: named by the two that it joins",
    f"{LP}FinancialAmount": "an amount with its circumstances: named by the number and by what it is for",
    f"{SCHEMA}MonetaryAmount": "an amount: it is the number, and belongs to one record",
    f"{SCHEMA}MonetaryGrant": "a grant: named by its number and its project",
    f"{DCT}PeriodOfTime": "the days that dates can mean: it belongs to one record",
    "http://www.w3.org/ns/locn#Address": "an address: it is its lines, and belongs to one record",
    "http://www.w3.org/ns/adms#Identifier": "an identifier: it is its skos:notation",
    f"{LP}Retirement": "why an identifier names nothing any more: it is met with that",
    f"{LP}Evidence": "how one value is known: it is met with the value",
    f"{OA}SpecificResource": "a passage of a source, which has a title",
    f"{OA}TextQuoteSelector": "the words of a passage: it is the text",
    # What catalogue, VoID and stream are made of.
    "http://spdx.org/rdf/terms#Checksum": "a checksum: it is the number, of a file that has a title",
    "http://www.w3.org/ns/dcat#CatalogRecord": "when a catalogue took a data set, which has a title",
    f"{SCHEMA}GeoShape": "a box on the map, of a place that has a name",
    f"{VOID}Linkset": "links by one property to one data set, both of which have a name",
    "https://w3id.org/ldes#EventStream": "met as a file, by programs only",
    f"{TREE}Node": "a page of the event stream, met by programs only",
    f"{TREE}GreaterThanOrEqualToRelation": "a bound of a page",
    f"{TREE}LessThanOrEqualToRelation": "a bound of a page",
}  # fmt: skip
"""Classes of nodes without a label, and why they have none."""

BEARERS = {
    f"{VOID}class": "a partition of VoID: named by its class",
    f"{VOID}property": "a partition of VoID: named by its property",
    f"{SH}prefix": "a declaration of a prefix: it is the prefix",
    f"{SH}declare": "the declarations of prefixes, met by programs only",
    f"{SCHEMA}valueName": "a parameter of a query: it is the name to write",
    "http://www.w3.org/2002/07/owl#deprecated": "an identifier of old: the record that stands for it has the label",
}
"""Properties of nodes that need neither class nor label, and why."""


def unlabelled(paths: Iterable[Path], *bases: str) -> dict[str, set[str]]:
    """Return the nodes with an IRI of ours that have no label in these files together, with their classes."""
    store = ox.Store()
    for path in paths:
        form = {".nt": ox.RdfFormat.N_TRIPLES, ".jsonld": ox.RdfFormat.JSON_LD}.get(path.suffix, ox.RdfFormat.TURTLE)
        store.load(path=path, format=form)
    found: dict[str, set[str]] = {}
    labelled = set()
    for quad in store:
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(bases):
            said = found.setdefault(quad.subject.value, set())
            if quad.predicate.value in LABELS or quad.predicate.value in BEARERS:
                labelled.add(quad.subject.value)
            elif quad.predicate.value == f"{RDF}type":
                said.add(str(quad.object).strip("<>"))
    assert labelled, "nothing of ours is in these files"
    return {iri: classes for iri, classes in found.items() if iri not in labelled}


def unexplained(paths: Iterable[Path], *bases: str) -> list[str]:
    return sorted(iri for iri, classes in unlabelled(paths, *bases).items() if UNNAMED.keys().isdisjoint(classes))


OURS = "https://w3id.org/linkedproj/"


@pytest.mark.parametrize("name", ["portfolio.nt", "vocabulary.ttl", "shapes.ttl"])
@pytest.mark.parametrize("fixture", ["release", "whole_release", "small_release"])
def test_a_dump_labels_what_it_describes(fixture: str, name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(fixture)
    bases = ("https://data.example.org/", "https://vilamar.example/", "https://small.example/", OURS)
    assert unexplained([folder / name], *bases) == []


def test_evidence_labels_what_it_describes(whole_release: Path, release: Path) -> None:
    for folder, base in ((whole_release, "https://vilamar.example/"), (release, "https://data.example.org/")):
        assert unexplained([folder / "evidence.ttl"], base, OURS) == []


def test_catalogue_void_and_versions_label_what_they_describe(release: Path, tmp_path: Path) -> None:
    publish(release, tmp_path / "public", settings(tmp_path, GIVEN))
    for name in ("catalog.ttl", "dataset.jsonld", "versions.ttl", ".well-known/void"):
        assert unexplained([tmp_path / "public" / name], "https://data.example.org/", OURS) == [], name


def test_stream_and_queries_label_what_they_describe(three_releases: Path) -> None:
    public = three_releases / "public"
    pages = sorted((public / "ldes").glob("*.ttl"))
    assert len(pages) > 1
    removed = {
        iri for iri, classes in unlabelled(pages, "https://small.example/").items()
        if "https://www.w3.org/ns/activitystreams#Delete" in classes
    }  # fmt: skip
    assert set(unexplained(pages, "https://small.example/")) <= removed
    assert unexplained([public / "query/all.ttl"], "https://small.example/", OURS) == []


def test_every_reason_is_needed(whole_release: Path, release: Path, three_releases: Path, tmp_path: Path) -> None:
    publish(release, tmp_path / "public", settings(tmp_path, GIVEN))
    named = ("catalog.ttl", "dataset.jsonld", "versions.ttl", ".well-known/void")
    files = [
        [whole_release / "portfolio.nt"], [whole_release / "evidence.ttl"],
        *([tmp_path / "public" / name] for name in named), sorted((three_releases / "public/ldes").glob("*.ttl")),
    ]  # fmt: skip
    met = {
        one
        for paths in files
        for classes in unlabelled(paths, "https://", "http://").values()
        for one in classes
    }  # fmt: skip
    assert UNNAMED.keys() - met == set()
