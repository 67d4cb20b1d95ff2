"""Programs that others wrote read what we publish, and find in it what we put there."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

import duckdb
import pyoxigraph as ox
import pytest
import rdflib
from pyshacl import validate
from rdflib.namespace import RDF, SH
from tests.foreign.programs import read, run_script

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.slow

NO_TYPE = "Invalid value for property: token"
"""csvw 4.1 does not know the datatype token, which the Metadata Vocabulary names (5.11.1): lists need it, so that
the blanks round their values are no part of them."""


def _numbers_of_rows(dump: Path) -> dict[str, int]:
    with_rows = {path.name: path.read_text("utf-8") for path in dump.glob("*.csv")}
    return {name: len(list(csv.reader(text.splitlines(keepends=True)))) - 1 for name, text in with_rows.items()}


def test_csvw_reads_every_row_and_finds_every_key(whole_release: Path) -> None:
    (found,) = read("csvw", whole_release / "csv-metadata.json")
    assert found["rows"] == _numbers_of_rows(whole_release)
    assert found["warnings"] == [NO_TYPE]


def _said(quads: Iterable[ox.Quad]) -> set[tuple[str, ...]]:
    """Write triples without the types of literals: a date of CSVW is a text, since it may be a month or a year."""
    return {
        (str(quad.subject), quad.predicate.value, quad.object.value, quad.object.language or "")
        if isinstance(quad.object, ox.Literal)
        else (str(quad.subject), quad.predicate.value, str(quad.object))
        for quad in quads
    }


def test_another_reader_of_csvw_makes_triples_of_the_dump(whole_release: Path) -> None:
    found = run_script("csvw.mjs", whole_release / "csv-metadata.json")
    assert found["rows"] == _numbers_of_rows(whole_release)
    theirs = _said(ox.parse("\n".join(found["triples"]), format=ox.RdfFormat.N_TRIPLES))
    ours = _said(quad for name in ("portfolio.ttl", "evidence.ttl") for quad in ox.parse(path=whole_release / name))
    assert theirs <= ours
    assert len(theirs) > 500


def test_frictionless_finds_the_package_valid_with_its_keys(whole_release: Path) -> None:
    (found,) = read("package", whole_release / "datapackage.json")
    assert found == {"valid": True, "tables": len(list(whole_release.glob("*.csv"))), "errors": []}


def test_maps_are_geojson(whole_release: Path) -> None:
    maps = sorted((whole_release.parents[1] / "query").glob("*.geojson"))
    assert maps
    assert max(read("map", *maps)) > 1


def test_duckdb_adds_up_what_parquet_holds(whole_release: Path) -> None:
    ask = duckdb.connect().sql
    ask(f"CREATE TABLE project AS FROM '{whole_release / 'project.parquet'}'")
    assert ask('SELECT sum("budget.value") FROM project').fetchall() == [(2_000_000,)]
    types = dict(ask("SELECT column_name, column_type FROM (DESCRIBE project)").fetchall())
    assert (types["start"], types["theme"], types["budget.value"].partition("(")[0]) == ("DATE", "VARCHAR[]", "DECIMAL")


def test_javascript_reads_the_same_triples_from_every_syntax(whole_release: Path) -> None:
    files = [path for path in sorted(whole_release.iterdir()) if path.suffix in {".ttl", ".nt", ".jsonld"}]
    found = run_script("read.mjs", *files)
    ours = {path.name: len(set(ox.parse(path=path))) for path in files if path.suffix != ".jsonld"}
    assert {name: count for name, count in found.items() if name in ours} == ours
    assert found["portfolio.jsonld"] == ours["portfolio.nt"] == ours["portfolio.ttl"]


def _drop_titles(dump: Path, out: Path) -> Path:
    """Copy the records without any title: every shape that asks for one has something to find."""
    lines = (dump / "portfolio.nt").read_text("utf-8").splitlines(keepends=True)
    out.write_text("".join(line for line in lines if "<http://purl.org/dc/terms/title>" not in line), "utf-8")
    return out


def test_the_published_shapes_find_the_same_with_another_engine(whole_release: Path, tmp_path: Path) -> None:
    shapes, evidence = whole_release / "shapes.ttl", whole_release / "evidence.ttl"
    counts = []
    for records in (whole_release / "portfolio.ttl", _drop_titles(whole_release, tmp_path / "untitled.nt")):
        found = run_script("shacl.mjs", shapes, records, evidence)
        theirs = Counter(tuple(one) for one in found["results"])
        data = rdflib.Graph().parse(records).parse(evidence)
        _, report, _ = validate(data, shacl_graph=rdflib.Graph().parse(shapes))
        assert isinstance(report, rdflib.Graph)
        assert theirs == _results(report)
        counts.append(theirs.total())
    assert counts[0] < counts[1]


def _results(report: rdflib.Graph) -> Counter[tuple[str, ...]]:
    asked = (SH.resultSeverity, SH.focusNode, SH.resultPath, SH.sourceConstraintComponent)
    rows = ([report.value(one, part) for part in asked] for one in report.subjects(RDF.type, SH.ValidationResult))
    return Counter(tuple(str(term) if isinstance(term, rdflib.URIRef) else "" for term in row) for row in rows)
