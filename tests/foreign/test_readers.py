"""Programs that others wrote read what we publish, and find in it what we put there."""

from __future__ import annotations

import csv
import json
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Any

import duckdb
import pyoxigraph as ox
import pytest
import rdflib
from pyshacl import validate
from rdflib.namespace import RDF, SH
from tests.foreign.install import NotHereError, install_scripts, python

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.slow
HERE = __file__.rpartition("/")[0]

NO_TYPE = "Invalid value for property: token"
"""csvw 4.1 does not know the datatype token, which the Metadata Vocabulary names (5.11.1): lists need it, so that
the blanks round their values are no part of them."""


def _run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def found(whole_release: Path) -> dict[str, Any]:
    try:
        program = str(python())
    except NotHereError as error:
        pytest.skip(str(error))
    return _run([program, f"{HERE}/read.py", str(whole_release.parents[1])])


def _numbers_of_rows(dump: Path) -> dict[str, int]:
    with_rows = {path.name: path.read_text("utf-8") for path in dump.glob("*.csv")}
    return {name: len(list(csv.reader(text.splitlines(keepends=True)))) - 1 for name, text in with_rows.items()}


def test_csvw_reads_every_row_and_finds_every_key(found: dict[str, Any], whole_release: Path) -> None:
    assert found["csvw"]["rows"] == _numbers_of_rows(whole_release)
    assert found["csvw"]["warnings"] == [NO_TYPE]


def _said(quads: Iterable[ox.Quad]) -> set[tuple[str, ...]]:
    """Write triples without the types of literals: a date of CSVW is a text, since it may be a month or a year."""
    return {
        (str(quad.subject), quad.predicate.value, quad.object.value, quad.object.language or "")
        if isinstance(quad.object, ox.Literal)
        else (str(quad.subject), quad.predicate.value, str(quad.object))
        for quad in quads
    }


def test_another_reader_of_csvw_makes_triples_of_the_dump(whole_release: Path, tmp_path: Path) -> None:
    try:
        scripts = install_scripts(tmp_path)
    except NotHereError as error:
        pytest.skip(str(error))
    read = _run(["node", str(scripts / "csvw.mjs"), str(whole_release / "csv-metadata.json")])
    assert read["rows"] == _numbers_of_rows(whole_release)
    theirs = _said(ox.parse("\n".join(read["triples"]), format=ox.RdfFormat.N_TRIPLES))
    ours = _said(quad for name in ("portfolio.ttl", "evidence.ttl") for quad in ox.parse(path=whole_release / name))
    assert theirs <= ours
    assert len(theirs) > 500


def test_frictionless_finds_the_package_valid_with_its_keys(found: dict[str, Any], whole_release: Path) -> None:
    assert found["package"] == {"valid": True, "tables": len(list(whole_release.glob("*.csv"))), "errors": []}


def test_maps_are_geojson(found: dict[str, Any]) -> None:
    assert found["maps"]
    assert max(found["maps"].values()) > 1


def test_duckdb_adds_up_what_parquet_holds(whole_release: Path) -> None:
    read = duckdb.connect().sql
    read(f"CREATE TABLE project AS FROM '{whole_release / 'project.parquet'}'")
    assert read('SELECT sum("budget.value") FROM project').fetchall() == [(2_000_000,)]
    types = dict(read("SELECT column_name, column_type FROM (DESCRIBE project)").fetchall())
    assert (types["start"], types["theme"], types["budget.value"].partition("(")[0]) == ("DATE", "VARCHAR[]", "DECIMAL")


def test_javascript_reads_the_same_triples_from_every_syntax(whole_release: Path, tmp_path: Path) -> None:
    try:
        scripts = install_scripts(tmp_path)
    except NotHereError as error:
        pytest.skip(str(error))
    files = [path for path in sorted(whole_release.iterdir()) if path.suffix in {".ttl", ".nt", ".jsonld"}]
    read = _run(["node", str(scripts / "read.mjs"), *map(str, files)])
    ours = {path.name: len(set(ox.parse(path=path))) for path in files if path.suffix != ".jsonld"}
    assert {name: count for name, count in read.items() if name in ours} == ours
    assert read["portfolio.jsonld"] == ours["portfolio.nt"] == ours["portfolio.ttl"]


def _drop_titles(dump: Path, out: Path) -> Path:
    """Copy the records without any title: every shape that asks for one has something to find."""
    lines = (dump / "portfolio.nt").read_text("utf-8").splitlines(keepends=True)
    out.write_text("".join(line for line in lines if "<http://purl.org/dc/terms/title>" not in line), "utf-8")
    return out


def test_the_published_shapes_find_the_same_with_another_engine(whole_release: Path, tmp_path: Path) -> None:
    try:
        scripts = install_scripts(tmp_path)
    except NotHereError as error:
        pytest.skip(str(error))
    shapes, evidence = whole_release / "shapes.ttl", whole_release / "evidence.ttl"
    counts = []
    for records in (whole_release / "portfolio.ttl", _drop_titles(whole_release, tmp_path / "untitled.nt")):
        command = ["node", str(scripts / "shacl.mjs"), str(shapes), str(records), str(evidence)]
        theirs = Counter(tuple(one) for one in _run(command)["results"])
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
