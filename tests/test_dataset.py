"""What is ours is said: by a class on each record, by the head of each dump, by the targets of the published shapes."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib.namespace import SH
from tests.conftest import SMALL, graph_of

from linkedproj.build import build
from linkedproj.changes import compare
from linkedproj.check.checked import Checked
from linkedproj.check.judge import Judgement
from linkedproj.model.folder import open_folder
from linkedproj.model.schema import load_schema

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://small.example/"
RDF, DCT, DCAT = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://purl.org/dc/terms/",
    "http://www.w3.org/ns/dcat#",
)
AT = "2021-07-01T09:00:00Z"
FOREIGN = """
@prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix lp: <https://w3id.org/linkedproj/ns#> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix schema: <https://schema.org/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<http://other.example/scheme> a skos:ConceptScheme .
<http://other.example/land> a schema:Country ; schema:name "Land" .
<http://other.example/town> a schema:City , dct:Location ; schema:name "Town" .
<http://other.example/page> a foaf:Document ; dct:title "Page" .
<http://other.example/body> a org:Organization ; skos:prefLabel "Body"@fr .
<http://other.example/time> a dct:PeriodOfTime .
<http://other.example/project> a lp:Project ; dct:title "Another agency's"@fr .
"""
FORMATS = {
    "portfolio.nt": ox.RdfFormat.N_TRIPLES,
    "portfolio.ttl": ox.RdfFormat.TURTLE,
    "portfolio.jsonld": ox.RdfFormat.JSON_LD,
    "portfolio.rdf": ox.RdfFormat.RDF_XML,
    "evidence.ttl": ox.RdfFormat.TURTLE,
}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish two releases of the small portfolio with a catalogue."""
    home = tmp_path_factory.mktemp("dataset")
    shutil.copytree(SMALL, home / "data")
    settings = home / "data/portfolio.toml"
    settings.write_text('profiles = ["void"]\n' + settings.read_text("utf-8"), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
        build(home / "data", home / "public", release="1.0", at="2021-07-01T08:00Z")
        table = home / "data/project.csv"
        table.write_text(table.read_text("utf-8").replace("More trees.", "Many more trees."), "utf-8")
        build(home / "data", home / "public", release="1.1", at=AT)
    return home / "public"


def results(latest: Path, *graphs: rdflib.Graph) -> list[tuple[str, str]]:
    """Hold the published shapes against what somebody has put together; return what is a violation."""
    data = rdflib.Graph()
    for graph in graphs:
        data += graph
    _, report, _ = pyshacl.validate(data, shacl_graph=graph_of(latest / "shapes.ttl"))
    found = list(report.subjects(SH.resultSeverity, SH.Violation))
    return sorted((str(report.value(one, SH.focusNode)), str(report.value(one, SH.sourceShape))) for one in found)


def foreign() -> rdflib.Graph:
    return rdflib.Graph().parse(data=FOREIGN, format="turtle")


# ---------------------------------------------------------------- the class


def test_every_record_is_of_the_class_of_its_type(public: Path) -> None:
    schema = open_folder(public.parent / "data").schema
    quads = list(ox.parse(path=public / "dump/latest/portfolio.nt", format=ox.RdfFormat.N_TRIPLES))
    classes: dict[str, set[str]] = {}
    for quad in quads:
        if quad.predicate.value == f"{RDF}type":
            classes.setdefault(str(quad.subject)[1:-1], set()).add(str(quad.object)[1:-1])
    found = {iri: schema.split(iri) for iri in classes}
    records = {iri: split[0] for iri, split in found.items() if split}
    assert {"Project", "City", "Country", "Period", "Amount"} <= set(records.values())
    assert {iri for iri, name in records.items() if f"{BASE}dataset#{name}" not in classes[iri]} == set()


def test_published_shapes_mean_the_same_types_and_columns(public: Path) -> None:
    latest = public / "dump/latest"
    again = load_schema(latest, BASE, latest / "shapes.ttl", vocabulary_file=latest / "vocabulary.ttl")
    assert again.types == open_folder(public.parent / "data").schema.types


# ---------------------------------------------------------------- the shapes


@pytest.mark.slow
def test_shapes_over_all_that_lies_together_find_nothing(public: Path) -> None:
    latest = public / "dump/latest"
    ours = graph_of(latest / "portfolio.ttl", latest / "evidence.ttl", *(public / "ldes").glob("*.ttl"))
    described = rdflib.Graph().parse(public / ".well-known/void", format="turtle")
    assert results(latest, ours, described, foreign()) == []


@pytest.mark.slow
def test_shapes_find_what_is_wrong_in_ours_among_all_that_lies_together(public: Path) -> None:
    latest = public / "dump/latest"
    ours = graph_of(latest / "portfolio.ttl", latest / "evidence.ttl")
    project = rdflib.URIRef(f"{BASE}id/project/orchard")
    ours.remove((project, rdflib.DCTERMS.title, None))
    found = results(latest, ours, graph_of(*(public / "ldes").glob("*.ttl")), foreign())
    assert {focus for focus, _ in found} == {str(project)}


def test_shapes_target_no_class_of_others(public: Path) -> None:
    shapes = graph_of(public / "dump/latest/shapes.ttl")
    targets = {str(target) for target in shapes.objects(None, SH.targetClass)}
    assert targets
    assert {target for target in targets if not target.startswith(f"{BASE}dataset#")} == set()


# ---------------------------------------------------------------- the header


@pytest.mark.parametrize("name", FORMATS)
def test_each_dump_opens_with_what_it_is(name: str, public: Path) -> None:
    first = next(iter(ox.parse(path=public / "dump/latest" / name, format=FORMATS[name])))
    assert str(first.subject) == f"<{BASE}dump/1.1/>"
    store = ox.Store()
    store.load(path=public / "dump/latest" / name, format=FORMATS[name])
    answer = store.query(
        f"PREFIX dcat: <{DCAT}> PREFIX dct: <{DCT}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>"
        "SELECT ?dataset ?version ?day ?licence ?rights { ?dump dct:isVersionOf ?dataset ; dcat:version ?version ; "
        "dct:issued ?day ; dct:license ?licence ; dct:rights/rdfs:label ?rights FILTER(LANG(?rights) = 'en') }"
    )
    ((dataset, version, day, licence, rights),) = answer  # type: ignore[misc]  # a SELECT
    assert (dataset.value, version.value, day.value) == (f"{BASE}dataset", "1.1", AT)
    assert licence.value == "http://creativecommons.org/licenses/by/4.0/"
    assert "not under this licence" in rights.value


def test_the_text_of_a_dump_begins_with_its_header(public: Path) -> None:
    latest = public / "dump/latest"
    assert (latest / "portfolio.nt").read_text("utf-8").startswith(f"<{BASE}dump/1.1/> ")
    body = re.sub(r"(?m)^@prefix .*\n", "", (latest / "portfolio.ttl").read_text("utf-8")).lstrip()
    assert body.startswith(f"<{BASE}dump/1.1/> a ")


def test_the_classes_of_a_dump_have_names(public: Path) -> None:
    graph = graph_of(public / "dump/latest/portfolio.ttl", public / "dump/latest/evidence.ttl")
    used = {kind for kind in graph.objects(None, rdflib.RDF.type) if str(kind).startswith(f"{BASE}dataset#")}
    assert used
    assert {kind for kind in used if not graph.value(kind, rdflib.RDFS.label)} == set()


# ---------------------------------------------------------------- what it does not change


def test_neither_the_class_nor_the_header_is_told_as_a_change(public: Path, tmp_path: Path) -> None:
    new = public / "dump/1.1"
    for name in ("context.jsonld", "vocabulary.ttl", "shapes.ttl"):
        shutil.copy(new / name, tmp_path / name)
    lines = (new / "portfolio.nt").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if f"<{BASE}dataset#" not in line and f"<{BASE}dump/" not in line]
    assert len(kept) < len(lines)
    (tmp_path / "portfolio.nt").write_text("".join(kept), "utf-8")
    with compare(tmp_path, new) as changes:
        assert list(changes.notes.touched()) == []
        assert changes.triples["added"] == len(lines) - len(kept)


def test_a_draft_without_a_day_states_none(small_release: Path) -> None:
    head, rights, _ = (small_release / "portfolio.nt").read_text("utf-8").partition("RightsStatement")
    assert rights
    assert f"<{DCT}issued>" not in head
