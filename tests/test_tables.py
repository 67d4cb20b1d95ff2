"""What describes the published tables: CSVW that gives the triples of the dump, a data package, Parquet."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest

from linkedproj.writers.described.parquet import _array

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


def header(column: dict[str, Any]) -> str:
    """Give the header of a column: the first of its titles."""
    titles = column["titles"]
    first: str = titles["en"][0] if isinstance(titles, dict) else titles[0]
    return first


def expand(template: str, cells: dict[str, str]) -> str:
    return re.sub(r"\{\+?([\w.]+)\}", lambda match: cells[match[1]], template)


def triples(schema: dict[str, Any], row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Give the triples of a row as the standard says, with the text of a literal for its object."""
    columns = [column for column in schema["columns"] if not column.get("virtual")]
    cells = {column.get("name", header(column)): row[header(column)] for column in columns}
    for column in columns:
        name = column.get("name", header(column))
        if column.get("suppressOutput") or not cells[name]:
            continue
        about = expand(column.get("aboutUrl", schema["aboutUrl"]), cells)
        cell = cells[name]
        for value in cell.split(column["separator"]) if "separator" in column else [cell]:
            put = cells | {name: value}
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


@pytest.mark.parametrize("name", ["small_release", "release"])
def test_the_description_of_all_tables_says_which_column_leads_to_which(
    name: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(name)
    group = json.loads((folder / "csv-metadata.json").read_text("utf-8"))
    tables = {table["url"]: table["tableSchema"] for table in group["tables"]}
    assert set(tables) == {path.name for path in folder.glob("*.csv")}
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    checked = 0
    for described, table in metadata(folder):
        schema = tables[described["url"]]
        keys = schema.pop("foreignKeys", [])
        assert schema == described["tableSchema"]
        (resource,) = [each for each in package["resources"] if each["path"] == described["url"]]
        assert len(keys) == len(resource["schema"].get("foreignKeys", []))
        columns = {column["name"]: column for column in schema["columns"] if "name" in column}
        for key in keys:
            column, target = columns[key["columnReference"]], key["reference"]["resource"]
            assert tables[target]["primaryKey"] == key["reference"]["columnReference"]
            # Nobody has said yet what a key of lists would mean: https://github.com/w3c/csvw/issues/899
            assert "separator" not in column
            known = {row["id"] for row in rows(folder / target)}
            cells = {row[header(column)] for row in table} - {""}
            assert cells <= known
            checked += len(cells)
    assert checked > 10


def test_every_column_is_described_in_three_languages(release: Path) -> None:
    for described, table in metadata(release):
        columns = [column for column in described["tableSchema"]["columns"] if not column.get("virtual")]
        assert [header(column) for column in columns] == list(table[0])
        for column in columns:
            said = column["titles"] if "name" in column else {text["@language"] for text in column["rdfs:label"]}
            assert set(said) == {"en", "ca", "es"}
            # Readers look a column up by its header, which is its name wherever CSVW allows it.
            assert column.get("name", header(column)) == header(column)
            assert ("name" in column) == bool(re.fullmatch(r"\w+(\.\w+)*", header(column)))
    text = (release / "project.csv-metadata.json").read_text("utf-8")
    columns = [column for column in json.loads(text)["tableSchema"]["columns"] if not column.get("virtual")]
    named = {header(column): column for column in columns}
    assert named["start"]["titles"]["ca"] == ["start", "data d’inici"]
    assert named["title@es"] | {"rdfs:label": []} == {
        "titles": ["title@es"],
        "rdfs:label": [],
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


def spelled(value: object) -> str:
    """Write a value as the cells of the tables do."""
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("name", ["small_release", "release"])
def test_parquet_holds_what_the_tables_hold(name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(name)
    paths = sorted(folder.glob("*.csv"))
    for path in paths:
        table = pq.read_table(path.with_suffix(".parquet"))
        stated = {column.removesuffix("_stated") for column in table.column_names if column.endswith("_stated")}
        cells = rows(path)
        for column in cells[0]:
            found = [spelled(value) for value in table[f"{column}_stated" if column in stated else column].to_pylist()]
            expected = [row[column] for row in cells]
            if pa.types.is_decimal(table.schema.field(column).type):
                assert [value and Decimal(value) for value in found] == [cell and Decimal(cell) for cell in expected]
            else:
                assert found == expected, (path.name, column)
    assert len(paths) == len(list(folder.glob("*.parquet")))


@pytest.mark.parametrize(
    ("values", "of"),
    [
        (["", None, "a\x00é"], pa.string()),
        ([-(2**63), None, 2**63 - 1], pa.int64()),
        ([True, None, False], pa.bool_()),
        ([dt.date(1, 1, 1), None, dt.date(9999, 12, 31)], pa.date32()),
        ([Decimal("0.0000001"), None, Decimal("-12.5"), Decimal(10**18)], pa.decimal128(38, 7)),
        ([["a", None], None, [], ["b"]], pa.list_(pa.string())),
        ([], pa.list_(pa.string())),
    ],
)
def test_parquet_gets_the_arrays_that_pyarrow_makes(values: list[object], of: pa.DataType) -> None:
    made = _array(values, of)
    made.validate(full=True)
    assert made.equals(pa.array(values, type=of))


def test_pandas_is_not_loaded_to_write_parquet(small: Small) -> None:
    build = "import sys; from linkedproj.cli import main\ntry: main()\nfinally: print('pandas' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", build, "build", "--no-site"], cwd=small.home, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"
    assert list(small.latest.glob("*.parquet"))


def test_parquet_has_the_types_of_values(small_release: Path) -> None:
    types = {field.name: field.type for field in pq.read_schema(small_release / "project.parquet")}
    assert types["start"] == types["end"] == pa.date32()
    assert types["theme"] == types["theme_iri"] == types["theme_label"] == pa.list_(pa.string())
    assert types["budget.value"] == pa.decimal128(38, 2)
    assert types["title@en"] == types["url"] == types["start_stated"] == pa.string()
    taken = {field.name: field.type for field in pq.read_schema(small_release / "participation.parquet")}
    assert taken["position"] == pa.int64()


def test_a_date_of_a_month_or_a_year_is_its_first_day_and_at_the_end_its_last(small_release: Path) -> None:
    project = pq.read_table(small_release / "project.parquet").to_pylist()[0]
    assert (project["start_stated"], project["start"]) == ("2019-03", dt.date(2019, 3, 1))
    assert (project["end_stated"], project["end"]) == ("2021", dt.date(2021, 12, 31))


def test_parquet_names_the_iri_and_the_label_of_what_a_cell_leads_to(small_release: Path) -> None:
    base = "https://small.example/id/"
    (project, orchard) = pq.read_table(small_release / "project.parquet").to_pylist()
    assert project["id_iri"] == f"{base}project/harbour"
    assert project["programme_iri"] == [f"{base}programme/coast-fund"]
    assert project["programme_label"] == ["Coast Fund"]
    assert [iri.removeprefix(base) for iri in orchard["theme_iri"]] == ["theme/learning", "theme/water"]
    city = pq.read_table(small_release / "city.parquet").to_pylist()[0]
    assert city["country_label"] in {"Spain", "Japan", "Portugal"}
    organisation = pq.read_table(small_release / "organisation.parquet").to_pylist()[0]
    assert organisation["classification_iri"] == "https://w3id.org/linkedproj/organisation-type/association"
    assert organisation["classification_label"] == "association"


@pytest.mark.parametrize("name", ["small_release", "release"])
def test_the_keys_of_the_package_lead_to_rows(name: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(name)
    resources = {one["name"]: one for one in json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]}
    count = 0
    for resource in resources.values():
        for key in resource["schema"].get("foreignKeys", ()):
            target = resources[key["reference"]["resource"] or resource["name"]]
            ids = {row["id"] for row in rows(folder / target["path"])}
            cells = {row[key["fields"]] for row in rows(folder / resource["path"])} - {""}
            assert cells <= ids
            count += len(cells)
    assert count > 5


def test_without_the_extra_there_is_no_parquet_and_the_summary_says_so(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linkedproj.writers.described.parquet.find_spec", lambda _: None)
    outcome = small.run("build")
    assert "no Parquet tables: pip install 'linkedproj[tables]' adds what writes them\n" in outcome.out
    assert list(small.latest.glob("*.parquet")) == []
    assert (small.latest / "project.csv").is_file()
