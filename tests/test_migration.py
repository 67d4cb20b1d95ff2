"""What changed in the vocabulary since the version before: compared here, told to users in docs/migration.md.

`golden/terms-0.1.csv` holds what version 0.1 said of each name in the context, record type and own term, a line each.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import rdflib
from rdflib import OWL, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest

ROOT = Path(__file__).parents[1]
BEFORE = ROOT / "tests/golden/terms-0.1.csv"
PAGE = ROOT / "docs/migration.md"
NS = "https://w3id.org/linkedproj/"
BEGIN, END = "<!-- what changed, compared by the tests -->\n", "<!-- end -->\n"


def terms(ontology: Path) -> dict[str, str]:
    """Say of each name in the context (a column), record type and own term of an ontology what it means, in a line."""
    context = json.loads((ontology / "context.jsonld").read_text("utf-8"))["@context"]
    named = {name: value for name, value in context.items() if isinstance(value, dict) and "@id" in value}
    found = {f"{'type' if name[0].isupper() else 'name'} {name}": value["@id"] for name, value in named.items()}
    graph = rdflib.Graph().parse(ontology / "linkedproj.ttl", format="turtle")
    for term in graph.subjects(RDFS.isDefinedBy):
        curie = graph.namespace_manager.curie(str(term))
        parts = [_short(graph, value) for value in sorted(graph.objects(term, RDF.type), key=str)]
        for predicate in (
            RDFS.subClassOf,
            RDFS.subPropertyOf,
            RDFS.domain,
            RDFS.range,
            OWL.disjointWith,
            SKOS.inScheme,
        ):
            values = sorted(_short(graph, value) for value in graph.objects(term, predicate))
            parts += [f"{_short(graph, predicate)} {value}" for value in values]
        found[f"term {curie}"] = "; ".join(parts)
    return found


def _short(graph: rdflib.Graph, term: rdflib.term.Node) -> str:
    return graph.namespace_manager.curie(str(term))


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield what was added, removed or changed: what it is, what it was before, and what it is now."""
    for key in [*before, *(key for key in after if key not in before)]:
        if before.get(key) != after.get(key):
            yield key, before.get(key, ""), after.get(key, "")


def table() -> str:
    """Write the difference as it stands in the page."""
    rows = sorted(difference(read_before(), terms(ROOT / "ontology")), key=lambda row: (not row[1], row[0]))
    cells = ("| " + " | ".join(f"`{cell}`" if cell else "–" for cell in row) + " |\n" for row in rows)
    return "| what | 0.1 | 0.2 |\n|---|---|---|\n" + "".join(cells)


def read_before() -> dict[str, str]:
    with BEFORE.open(encoding="utf-8", newline="") as file:
        return dict(csv.reader(file))


def test_the_page_says_what_changed(request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    expected = head + BEGIN + table() + END + tail
    if request.config.getoption("--update-golden"):
        PAGE.write_text(expected, "utf-8")
    assert PAGE.read_text("utf-8") == expected


def test_no_own_term_of_before_is_gone_without_a_successor() -> None:
    graph = rdflib.Graph().parse(ROOT / "ontology/linkedproj.ttl", format="turtle")
    deprecated = {str(term) for term in graph.subjects(OWL.deprecated)}
    now = terms(ROOT / "ontology")
    gone = [key for key in read_before() if key.startswith("term ") and key not in now]
    assert gone == []
    replaced = {str(term) for term in graph.subjects(rdflib.DCTERMS.isReplacedBy)}
    assert deprecated == replaced


def test_no_column_of_before_is_gone() -> None:
    """Curators' tables stay as they are: what a column is published as may change, its name may not."""
    now = terms(ROOT / "ontology")
    assert [key for key in read_before() if key.startswith(("name ", "type ")) and key not in now] == []


def test_the_version_of_the_vocabulary_went_up() -> None:
    graph = rdflib.Graph().parse(ROOT / "ontology/linkedproj.ttl", format="turtle")
    ontology = rdflib.URIRef(NS + "ns")
    version = graph.value(ontology, OWL.versionInfo)
    assert str(version) == "0.2.0"
    assert str(graph.value(ontology, OWL.versionIRI)) == f"{ontology}/{version}"
    assert str(graph.value(ontology, OWL.priorVersion)) == f"{ontology}/0.1.0"


def test_a_difference_is_told() -> None:
    before, after = {"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "5", "d": "4"}
    assert list(difference(before, after)) == [("b", "2", "5"), ("c", "3", ""), ("d", "", "4")]
