"""What describes the published tables: CSVW that gives the triples of the dump, a data package, Parquet."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Small

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def metadata(folder: Path) -> Iterator[tuple[dict[str, Any], list[dict[str, str]]]]:
    """Give each description with the rows of its table."""
    for path in sorted(folder.glob("*.csv-metadata.json")):
        described = json.loads(path.read_text("utf-8"))
        assert f"{described['url']}-metadata.json" == path.name
        yield described, rows(folder / described["url"])


def expand(template: str, cells: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: cells[match[1]], template)


def triples(schema: dict[str, Any], row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Give the triples of a row as the standard says, with the text of a literal for its object."""
    columns = [column for column in schema["columns"] if not column.get("virtual")]
    cells = {column["name"]: row[column["titles"]["en"][0]] for column in columns}
    for column in columns:
        if column.get("suppressOutput") or not cells[column["name"]]:
            continue
        about = expand(column.get("aboutUrl", schema["aboutUrl"]), cells)
        cell = cells[column["name"]]
        for value in cell.split(column["separator"]) if "separator" in column else [cell]:
            put = cells | {column["name"]: value}
            value_url = column.get("valueUrl")
            yield about, column["propertyUrl"], expand(value_url, put) if value_url else value.strip()


@pytest.mark.parametrize("name", ["small_release", "release"])
def test_the_description_of_a_table_gives_triples_of_the_dump(name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(name)
    dump: dict[tuple[str, str], set[str]] = {}
    records = ox.parse(path=folder / "portfolio.nt", format=ox.RdfFormat.N_TRIPLES)
    for quad in [*records, *ox.parse(path=folder / "evidence.ttl", format=ox.RdfFormat.TURTLE)]:
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.NamedNode | ox.Literal)
        dump.setdefault((quad.subject.value, quad.predicate.value), set()).add(quad.object.value)
    count = 0
    for described, table in metadata(folder):
        schema = described["tableSchema"]
        for row in table if "aboutUrl" in schema else ():
            virtual = schema["columns"][-1]
            assert virtual["valueUrl"] in dump[expand(schema["aboutUrl"], row), RDF_TYPE]
            for subject, predicate, value in triples(schema, row):
                known = dump[subject, predicate]
                # The ids in a list have no address in CSVW.
                assert value in known or any(iri.endswith(f"/{value}") for iri in known), (subject, predicate, value)
                count += 1
    assert count > 100


def test_every_column_is_described_in_three_languages(release: Path) -> None:
    for described, table in metadata(release):
        columns = [column for column in described["tableSchema"]["columns"] if not column.get("virtual")]
        assert [column["titles"]["en"][0] for column in columns] == list(table[0])
        for column in columns:
            assert set(column["titles"]) == {"en", "ca", "es"}
            assert re.fullmatch(r"\w+", column["name"])
    text = (release / "project.csv-metadata.json").read_text("utf-8")
    named = {column["name"]: column for column in json.loads(text)["tableSchema"]["columns"]}
    assert named["start"]["titles"]["ca"] == ["start", "data d’inici"]
    assert named["title_es"] | {"titles": {}} == {
        "name": "title_es",
        "titles": {},
        "propertyUrl": "http://purl.org/dc/terms/title",
        "lang": "es",
        "required": True,
    }


def test_the_package_lists_every_table_with_its_bytes(release: Path) -> None:
    package = json.loads((release / "datapackage.json").read_text("utf-8"))
    assert package["version"] == "2026.11.0-draft"
    assert package["licenses"] == [{"path": "http://creativecommons.org/licenses/by/4.0/"}]
    assert sorted(resource["path"] for resource in package["resources"]) == sorted(
        path.name for path in release.glob("*.csv")
    )
    for resource in package["resources"]:
        data = (release / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        header = data.decode().partition("\n")[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header


def test_parquet_holds_what_the_tables_hold(release: Path) -> None:
    paths = sorted(release.glob("*.csv"))
    for path in paths:
        table = pq.read_table(path.with_suffix(".parquet"))
        found = [{name: cell or "" for name, cell in row.items()} for row in table.to_pylist()]
        assert found == rows(path), path.name
    assert len(paths) == len(list(release.glob("*.parquet")))


def test_without_the_extra_there_is_no_parquet_and_the_summary_says_so(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linkedproj.writers.described.parquet.find_spec", lambda _: None)
    outcome = small.run("build")
    assert "no Parquet tables: pip install 'linkedproj[tables]' adds what writes them\n" in outcome.out
    assert list(small.latest.glob("*.parquet")) == []
    assert (small.latest / "project.csv").is_file()
