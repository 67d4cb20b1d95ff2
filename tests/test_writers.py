"""The dumps: readable Turtle, one JSON-LD record a line, equal bytes for equal records, and flat memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from tests.mapping import BASE, ROOT, agreed, oxigraph_triples, schema_of, travel, write

from linkedproj.tables.readers import READERS
from linkedproj.writers import FORMATS, turtle
from linkedproj.writers.plan import Fragments

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.model.schema import Schema

HEAD = {
    "@version": 1.1,
    "@base": "https://x.org/id/",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": "@id",
    "type": "@type",
    "Plan": {"@id": "dct:Plan", "@context": {"@base": "https://x.org/id/plan/"}},
    "Sum": {"@id": "dct:Sum", "@context": {"@base": "https://x.org/id/sum/"}},
}
TERMS = {
    "title": {"@id": "dct:title", "@container": "@language"},
    "value": {"@id": "dct:value", "@type": "xsd:decimal"},
    "start": {"@id": "dct:start", "@type": "xsd:date"},
    "part": {
        "@id": "dct:part", "@type": "@id", "@container": "@set", "@context": {"@base": "https://x.org/id/plan/"},
    },
    "cost": {"@id": "dct:cost", "@type": "@id", "@context": {"@base": "https://x.org/id/sum/"}},
    "word": {"@id": "dct:word", "@container": "@set"},
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> Schema:
    return schema_of({"@context": {**HEAD, **TERMS}})


def body(form: str, names: list[str], rows: list[list[str]], schema: Schema) -> str:
    """Write plans in a format, and give what stands between head and foot."""
    text = write(form, schema.types["Plan"], names, rows, schema)
    return text.removeprefix(FORMATS[form].head(schema)).removesuffix(FORMATS[form].foot)


# ---------------------------------------------------------------- Turtle


def test_turtle_has_a_prefix_for_each_type(schema: Schema) -> None:
    assert turtle.head(schema) == (
        "@prefix dct: <http://purl.org/dc/terms/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "@prefix plan: <https://x.org/id/plan/> .\n"
        "@prefix sum: <https://x.org/id/sum/> .\n"
        "@prefix dataset: <https://x.org/dataset#> .\n"
        "\n"
    )


def test_turtle_has_a_block_for_each_record(schema: Schema) -> None:
    names = ["title@ca", "title@en", "value", "start", "part", "cost.id", "cost.value"]
    row = ["a", "El «pla»", 'The "plan"\n', "12.", "2017-11", "b; c.d", "a-cost", "7"]
    assert body("turtle", names, [row], schema) == (
        "plan:a a dct:Plan ;\n"
        '    dct:title "El «pla»"@ca ,\n        "The \\"plan\\"\\n"@en ;\n'
        '    dct:value "12."^^xsd:decimal ;\n'
        '    dct:start "2017-11"^^xsd:gYearMonth ;\n'
        "    dct:part plan:b ,\n        plan:c.d ;\n"
        "    dct:cost sum:a-cost .\n"
        "\n"
        'sum:a-cost a dct:Sum ;\n    dct:value "7"^^xsd:decimal .\n'
        "\n"
    )


SPECIAL = {
    "a": "plan:a",
    "a.": "<https://x.org/id/plan/a.>",
    "a..": "<https://x.org/id/plan/a..>",
    "a~b": "<https://x.org/id/plan/a~b>",
    "a.b": "plan:a.b",
    "a-": "plan:a-",
    "a_": "plan:a_",
    "0": "plan:0",
    "9.5": "plan:9.5",
    "true": "plan:true",
}


@pytest.mark.parametrize("identifier", SPECIAL)
def test_an_id_that_is_no_plain_name_is_written_in_full(schema: Schema, identifier: str) -> None:
    text = body("turtle", ["part"], [[identifier, identifier]], schema)
    name = SPECIAL[identifier]
    assert text == f"{name} a dct:Plan ;\n    dct:part {name} .\n\n"
    read = oxigraph_triples(turtle.head(schema) + text, ox.RdfFormat.TURTLE)
    assert {s for s, _, _ in read} == {("iri", f"https://x.org/id/plan/{identifier}")}


CLASHES: dict[str, tuple[dict[str, str], dict[str, Any], str]] = {
    "a prefix with the name of a type": (
        {"plan": "https://y.org/plan#"},
        {"value": {"@id": "plan:value"}},
        '<https://x.org/id/plan/a> a dct:Plan ;\n    plan:value "1" .\n\n',
    ),
    "a code list with the name of a prefix": (
        {},
        {"value": {"@id": "dct:v", "@type": "@id", "@context": {"@base": "https://y.org/dct/"}}},
        "plan:a a dct:Plan ;\n    dct:v <https://y.org/dct/1> .\n\n",
    ),
    "two code lists of one name": (
        {},
        {
            "first": {"@id": "dct:v", "@type": "@id", "@context": {"@base": "https://y.org/role/"}},
            "value": {"@id": "dct:v", "@type": "@id", "@context": {"@base": "https://z.org/role/"}},
        },
        "plan:a a dct:Plan ;\n    dct:v <https://z.org/role/1> .\n\n",
    ),
    "a code list whose name is no prefix": (
        {},
        {"value": {"@id": "dct:v", "@type": "@id", "@context": {"@base": "https://y.org/3d/"}}},
        "plan:a a dct:Plan ;\n    dct:v <https://y.org/3d/1> .\n\n",
    ),
    "a code list under a port": (
        {},
        {"value": {"@id": "dct:v", "@type": "@id", "@context": {"@base": "http://localhost:8080/"}}},
        "plan:a a dct:Plan ;\n    dct:v <http://localhost:8080/1> .\n\n",
    ),
    "a type in the namespace of a prefix": (
        {"p": "https://x.org/id/plan/"},
        {"value": {"@id": "dct:v"}},
        'p:a a dct:Plan ;\n    dct:v "1" .\n\n',
    ),
}


@pytest.mark.parametrize("case", CLASHES)
def test_names_that_clash_are_written_in_full(case: str) -> None:
    prefixes, terms, expected = CLASHES[case]
    schema = schema_of({"@context": {**HEAD, **prefixes, **terms}})
    assert body("turtle", ["value"], [["a", "1"]], schema) == expected
    agreed({form: write(form, schema.types["Plan"], ["value"], [["a", "1"]], schema) for form in FORMATS})


# ---------------------------------------------------------------- JSON-LD


def test_json_ld_has_one_record_a_line(schema: Schema) -> None:
    names = ["title@ca", "title@en", "value", "start", "part", "cost.id", "cost.value"]
    rows = [
        ["a", "El\npla\u2028", "", "12.", "2017-11", "b", "a-cost", "7"],
        ["b.", "", "", "", "2017-11-05", "", "", ""],
    ]
    text = write("jsonld", schema.types["Plan"], names, rows, schema)
    lines = text.split("\n")
    assert [line[:12] for line in lines] == ['{"@context":', '"@graph":[', '{"type":"Pla', '{"type":"Pla', "]}", ""]
    assert json.loads(lines[2].removesuffix(",")) == {
        "type": "Plan",
        "id": "a",
        "title": {"ca": "El\npla\u2028"},
        "value": "12.",
        "start": {"@value": "2017-11", "@type": "http://www.w3.org/2001/XMLSchema#gYearMonth"},
        "part": ["b"],
        "cost": {"type": "Sum", "id": "a-cost", "value": "7"},
    }
    assert json.loads(lines[3]) == {"type": "Plan", "id": "b.", "start": "2017-11-05"}
    assert json.loads(text)["@context"] == {**HEAD, **TERMS}


def test_json_ld_without_records_is_valid(tmp_path: Path) -> None:
    document = json.loads(travel(tmp_path, {}).dumps["jsonld"])
    assert document["@graph"] == []


# ---------------------------------------------------------------- all formats


@pytest.mark.parametrize("form", FORMATS)
def test_properties_come_in_the_order_of_the_context(schema: Schema, form: str) -> None:
    names = ["cost.value", "cost.id", "part", "value", "title@en", "title@ca", "start"]
    row = ["1", "a-cost", "b; c", "2", "T", "t", "2017"]
    one = body(form, names, [["a", *row]], schema)
    other = body(form, names[::-1], [["a", *row[::-1]]], schema)
    assert one == other
    found = [one.index(word) for word in ("title", "value", "start", "part", "cost")]
    assert found == sorted(found)


@pytest.mark.parametrize("form", FORMATS)
def test_empty_cells_are_not_written(schema: Schema, form: str) -> None:
    names = ["title@en", "value", "part", "cost.id", "cost.value", "cost.word"]
    bare = body(form, [], [["a"]], schema)
    assert body(form, names, [["a", "", "", "", "a-cost", "", ""]], schema) == bare
    assert body(form, names, [["a", "", "", " ; ;", "a-cost", "", ";"]], schema) == bare


def test_fragments_are_forgotten_when_there_are_too_many() -> None:
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return f"<{key}>"

    fragments = Fragments(make)
    for number in range(70_000):
        assert fragments[str(number)] == f"<{number}>"
    assert len(fragments) < 66_000
    assert fragments["69999"] == "<69999>"
    assert len(made) == 70_000


PROJECTS = [
    ["id", "title@en", "start", "theme", "budget.value", "acronym"],
    ["b", 'The "B"', "2017-11", "x; y", "12.50", ""],
    ["a", "A", "", "", "", "AA"],
    ["c", "Ca, d", "2019", "y", "1", "Z"],
]
THEMES = "id,name@en\nx,X\ny,Y\n"


def table(order: list[int], rows: list[int], end: str = "\n") -> str:
    """Write the projects with their columns and rows in another order."""
    lines = [[PROJECTS[row][column] for column in order] for row in [0, *rows]]
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    return end.join([*quoted, ""])


VARIANTS = {
    "another order of columns": {"project.csv": table([5, 4, 3, 2, 1, 0], [1, 2, 3])},
    "another order of rows": {"project.csv": table([0, 1, 2, 3, 4, 5], [3, 1, 2])},
    "both": {"project.csv": table([3, 0, 5, 1, 4, 2], [2, 3, 1])},
    "CRLF": {"project.csv": table([0, 1, 2, 3, 4, 5], [1, 2, 3], "\r\n")},
    "several files": {
        "project.csv": table([0, 1, 2, 3, 4, 5], [3]),
        "project.z.csv": table([2, 1, 0, 3, 4, 5], [2]),
        "project.more.csv": table([0, 1, 2, 3, 5, 4], [1]),
    },
}


@pytest.mark.parametrize("case", VARIANTS)
def test_the_same_records_are_the_same_bytes(tmp_path: Path, case: str) -> None:
    plain, other = tmp_path / "plain", tmp_path / "other"
    for home in (plain, other):
        home.mkdir()
    expected = travel(plain, {"project.csv": table([0, 1, 2, 3, 4, 5], [1, 2, 3]), "theme.csv": THEMES}).dumps
    found = travel(other, {**VARIANTS[case], "theme.csv": THEMES}).dumps
    assert found == expected
    assert expected["turtle"].count("a lp:Project") == 3


def test_every_dump_of_tables_says_the_same(tmp_path: Path) -> None:
    road = travel(tmp_path, {"project.csv": table([0, 1, 2, 3, 4, 5], [1, 2, 3]), "theme.csv": THEMES})
    assert agreed(road.dumps) == road.triples


# ---------------------------------------------------------------- the road as a process of its own

ROAD = f"""
import sys
from pathlib import Path
from linkedproj.model.settings import Config
from linkedproj.mapping.tables import map_tables
from linkedproj.model.schema import load_schema
from linkedproj.writers import FORMATS
from linkedproj.mapping.parts import Output

folder = Path(sys.argv[1])
config = Config("t", "1", {BASE!r}, "2020-02-11", "https://x.org/by", ("en", "ca", "es"))
schema = load_schema(Path({str(ROOT / "ontology")!r}), config.base)
dumps = {{Output(name, name): folder / f"out{{form.suffix}}" for name, form in FORMATS.items()}}
dumps[Output("supporting", "turtle", supporting=True)] = folder / "supporting.ttl"
work = folder / "parts"
work.mkdir()
portfolio = map_tables(folder, schema, config, "data", work, dumps).portfolio
"""


def walk(folder: Path, then: str, seed: str = "0") -> str:
    """Walk the road in a fresh process, and give what the code after it prints."""
    environment = {"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": seed, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", ROAD + then, str(folder)]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=120).stdout


def test_the_dumps_are_written_without_rdflib(tmp_path: Path) -> None:
    (tmp_path / "project.csv").write_text(table([0, 1, 2, 3, 4, 5], [1, 2, 3]), "utf-8")
    heavy = ("rdflib", "pyshacl", "jinja2", "yaml", "SPARQLWrapper")
    assert walk(tmp_path, f"print([name for name in {heavy!r} if name in sys.modules])") == "[]\n"


def test_the_hash_seed_changes_nothing(tmp_path: Path) -> None:
    found = []
    for seed in ("1", "2"):
        home = tmp_path / seed
        home.mkdir()
        for path in (ROOT / "data").glob("*.csv"):
            (home / path.name).write_bytes(path.read_bytes())
        walk(home, "", seed)
        found.append({path.name: path.read_bytes() for path in home.glob("*.*") if path.suffix not in READERS})
    assert len(found[0]) == len(FORMATS) + 1
    assert found[0] == found[1]


def generate(folder: Path, count: int) -> None:
    """Write that many projects, with three participations each, in no order of their ids."""
    folder.mkdir()
    ids = [f"p{number * 7919 % count:07}" for number in range(count)]
    rows = (f'{name},"Project ""{name}"" of a long and telling name","Línia u\nlínia dos",2017-11,2019,{n}.50\n'
            for n, name in enumerate(ids))  # fmt: skip
    with (folder / "project.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("id,title@en,title@ca,start,end,budget.value\n")
        file.writelines(rows)
    with (folder / "participation.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("id,project,organisation,role\n")
        file.writelines(f"{name}-{n},{name},o{n},partner\n" for name in ids for n in range(3))
    (folder / "organisation.csv").write_text("id,name@en\no0,A\no1,B\no2,C\n", "utf-8")


@pytest.mark.slow
def test_memory_stays_flat_however_many_records_there_are(tmp_path: Path) -> None:
    peaks = {}
    for count in (2_000, 20_000):
        generate(tmp_path / str(count), count)
        out = walk(
            tmp_path / str(count),
            "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, portfolio.counts.total())",
        )
        peak, records = map(int, out.split())
        assert records == 4 * count + 3
        peaks[count] = peak
    assert peaks[20_000] < 1.1 * peaks[2_000], peaks
