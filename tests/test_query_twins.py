"""Twins in SQL: the same terms in the same order as SPARQL gives, from nothing but the release's tables."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import linkedproj
from linkedproj.model.context import load_context
from linkedproj.model.errors import QueryError, SetupError
from linkedproj.queries import golden
from linkedproj.queries.ask import duck, engines, local, reference, sqlterms
from linkedproj.queries.ask.sqltables import Published, view
from linkedproj.queries.lint import lint_queries
from linkedproj.queries.results.formats import FORMATS
from linkedproj.queries.results.table import Table
from linkedproj.queries.saved.bases import by_table, rebase
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.collection import LANGUAGES, read_queries, read_query
from linkedproj.queries.saved.expect import Expect
from linkedproj.queries.saved.twin import read_twin

from .bench.released import release as make_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .conftest import Small

FOLDER = Path(__file__).parents[1] / "queries"
ONTOLOGY = FOLDER.parent / "ontology"
QUERIES = read_queries(FOLDER)
TWINS = [name for name, query in QUERIES.items() if query.twin]

every_twin = pytest.mark.parametrize("query_id", TWINS)


class Release:
    """A release that twins and queries are run on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = local.load(local.dump_files(folder))
        self.context = load_context(folder / "context.jsonld")
        self.bases = by_table(self.context)

    def both(self, query_id: str, arguments: Mapping[str, str]) -> tuple[Table, Table]:
        """Answer by SPARQL and by SQL."""
        query = rebase(QUERIES[query_id], self.context.base)
        found = local.evaluate(self.store, bind(query, arguments, self.bases))
        assert isinstance(found, Table)
        return found, duck.answer(query, arguments, self.bases, self.folder)


@pytest.fixture(scope="module")
def shipped(release: Path) -> Release:
    return Release(release)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return Release(make_up(tmp_path_factory.mktemp("thousand"), 1000))


def _arguments(query_id: str, language: str) -> list[Mapping[str, str]]:
    spoken = {"lang": language} if "lang" in QUERIES[query_id].parameters else {}
    return [spoken, *({**case.arguments, **spoken} for case in QUERIES[query_id].cases)]


# ---------------------------------------------------------------- equal answers


def test_there_are_twins_and_none_without_a_query() -> None:
    assert len(TWINS) >= 5
    assert sorted(path.stem for path in FOLDER.glob("*.sql")) == TWINS


@pytest.mark.parametrize("language", LANGUAGES)
@every_twin
def test_a_twin_gives_what_sparql_gives(query_id: str, language: str, shipped: Release) -> None:
    for arguments in _arguments(query_id, language):
        sparql, sql = shipped.both(query_id, arguments)
        assert sql == sparql
        for form in (FORMATS[name] for name in ("csv", "tsv", "json", "xml")):
            assert form.write(sql) == form.write(sparql)


@every_twin
def test_a_twin_gives_what_sparql_gives_on_a_thousand_made_up_projects(query_id: str, made_up: Release) -> None:
    cities = [{}, {"city": "city-000"}, {"city": "city-199"}] if "city" in QUERIES[query_id].parameters else [{}]
    for arguments in cities:
        sparql, sql = made_up.both(query_id, arguments)
        assert sql == sparql
    assert sparql.rows


@every_twin
def test_three_engines_agree(query_id: str, small_release: Path) -> None:
    found = Release(small_release)
    graph = reference.graph_of(found.store)
    query = replace(rebase(QUERIES[query_id], found.context.base), expect=Expect(), cases=())
    differences = golden.verify(query, found.store, graph, FOLDER, found.bases, tables=small_release)
    assert [text for text in differences if "only " in text or "DuckDB" in text] == []


AWKWARD: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "blanks round the items of a list": (
        "project.csv",
        "theme",
        lambda cell: cell.replace("; ", ";").replace(";", " ;\u00a0"),
    ),
    "no themes": ("project.csv", "theme", lambda _: ""),
    "no roles": ("participation.csv", "role", lambda _: ""),
    "no members": ("participation.csv", "organisation", lambda _: ""),
    "no seats": ("organisation.csv", "seat", lambda _: ""),
    "years only": ("project.csv", "start", lambda cell: cell[:4]),
    "no end": ("project.csv", "end", lambda _: ""),
}


@pytest.mark.parametrize("case", AWKWARD)
def test_awkward_cells_make_no_difference(case: str, small_release: Path, tmp_path: Path) -> None:
    """The tables are changed and mapped anew, sound or not: twin and query must still see the same."""
    import csv

    import pyarrow as pa
    import pyarrow.parquet as pq

    name, column, change = AWKWARD[case]
    shutil.copytree(small_release, tmp_path / "release")
    shutil.copytree(Path(__file__).parent / "fixtures/small", tmp_path / "data")
    (tmp_path / "data/evidence.csv").unlink()  # it speaks of what is changed
    for place in (tmp_path / "data" / name, tmp_path / "release" / name):
        with place.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if column not in rows[0]:
            pytest.skip(f"the small portfolio has no {column}")
        for row in rows:
            row[column] = change(row[column])
        with place.open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            out.writeheader()
            out.writerows(rows)
    table = pa.table({key: pa.array([row[key] or None for row in rows], pa.string()) for key in rows[0]})
    pq.write_table(table, (tmp_path / "release" / name).with_suffix(".parquet"))
    _map(tmp_path / "data", tmp_path / "release/portfolio.nt")
    found = Release(tmp_path / "release")
    for query_id in TWINS:
        sparql, sql = found.both(query_id, {})
        assert sql == sparql, query_id


def _map(tables: Path, out: Path) -> None:
    from .bench.ours import ours

    ours(tables)
    (tables / "ours.nt").replace(out)


# ---------------------------------------------------------------- which engine answers


def test_a_large_release_is_answered_from_its_tables(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "evaluate", _never)
    context = load_context(release / "context.jsonld")
    data = engines.LocalData((release,), above=0)
    assert isinstance(data.answer(QUERIES["places"], {}, context), Table)
    with pytest.raises(AssertionError):
        engines.LocalData((release,), engine="sparql", above=0).answer(QUERIES["places"], {}, context)
    with pytest.raises(AssertionError):
        engines.LocalData((release,)).answer(QUERIES["places"], {}, context)


def _never(*_: object) -> None:
    raise AssertionError


@pytest.mark.parametrize("value", ["9" * 60, "0." + "1" * 19])
def test_what_duckdb_cannot_count_with_is_answered_by_sparql(value: str, small: Small) -> None:
    small.run("build")
    home = next((small.home / "public/dump").glob("*-draft"))
    path = home / "project.parquet"
    import pyarrow.parquet as pq

    table = pq.read_table(path).to_pylist()
    assert "budget.value" in table[0]
    import pyarrow as pa

    for row in table:
        row["budget.value"] = value
        row["budget.currency"], row["budget.kind"] = "EUR", "total"
    pq.write_table(pa.Table.from_pylist(table), path)
    context = load_context(home / "context.jsonld")
    query = rebase(QUERIES["money-by-programme"], context.base)
    with pytest.raises(QueryError, match=r"^queries/money-by-programme.sql: the twin cannot be run: "):
        engines.LocalData((home,), engine="duckdb").answer(query, {}, context)
    assert isinstance(engines.LocalData((home,), above=0).answer(query, {}, context), Table)


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml", "table", "parquet"])
def test_the_command_line_takes_either_engine(form: str, small: Small) -> None:
    small.run("build")
    told = {}
    for engine in ("sparql", "duckdb"):
        file = small.home / f"{engine}.out"
        assert small.run("query", "places", "--format", form, "--engine", engine, "--out", str(file)).err == ""
        told[engine] = file.read_bytes()
    assert told["sparql"] == told["duckdb"]


def test_python_takes_either_engine(release: Path) -> None:
    told = [linkedproj.query("themes", data=release, engine=engine) for engine in ("sparql", "duckdb", "auto")]
    assert told[0].table == told[1].table == told[2].table
    with pytest.raises(QueryError, match=r"there is no engine 'mysql'\. There are: auto, sparql, duckdb\."):
        linkedproj.query("themes", data=release, engine="mysql")


def test_what_stands_in_the_way_of_duckdb_is_told(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    small.run("build")
    told = small.run("query", "projects", "--engine", "duckdb")
    assert (told.code, told.err) == (2, "linkedproj: queries/projects.rq: projects has no twin in SQL.\n")
    told = small.run("query", "places", "--engine", "duckdb", "--data", "public/dump/latest/portfolio.nt")
    assert told.err == (
        "linkedproj: DuckDB answers from the tables of one release. Name its folder, such as dump/latest.\n"
    )
    for option in (("--endpoint", "http://localhost:1/"), ("--records", "data")):
        told = small.run("query", "places", "--engine", "duckdb", *option)
        assert told.code == 2
        assert f"--engine has no meaning with {option[0]}: it is for a dump." in told.err
    monkeypatch.setitem(sys.modules, "duckdb", None)
    told = small.run("query", "places", "--engine", "duckdb")
    assert told.err == (
        "linkedproj: An answer from the tables needs duckdb. Install it with: pip install 'linkedproj[analytics]'\n"
    )
    for path in small.latest.glob("*.parquet"):
        path.unlink()
    monkeypatch.undo()
    told = small.run("query", "places", "--engine", "duckdb", "--data", str(small.latest))
    assert "there are no tables in Parquet in " in told.err


# ---------------------------------------------------------------- safety


HOSTILE = [
    "https://a/'; DROP TABLE city; --",
    'https://a/"x',
    "https://a/$lang",
    "https://a/' OR '1'='1",
    "https://a/%27%20OR%201=1",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_an_argument_is_a_value_and_never_sql(value: str, shipped: Release) -> None:
    try:
        found = duck.answer(QUERIES["themes-by-city"], {"city": value}, shipped.bases, shipped.folder)
    except QueryError as error:
        assert "holds a character that no IRI has" in str(error)  # noqa: PT017 - some values are no IRIs
    else:
        assert found.rows == ()


REACHING = {
    "a file": "SELECT content FROM read_text('/etc/hostname')",
    "a table beside": "SELECT * FROM '{folder}/organisation.parquet'",
    "the folder": "SELECT * FROM glob('{folder}/*')",
    "an extension": "INSTALL httpfs",
    "the settings": "SET enable_external_access = true",
    "a copy": "COPY (SELECT 1) TO '{folder}/out.csv'",
    "a database": "ATTACH '{folder}/new.db'",
}


@pytest.mark.parametrize("case", REACHING)
def test_a_twin_reaches_no_file_but_its_tables(case: str, shipped: Release, tmp_path: Path) -> None:
    before = sorted(path.name for path in shipped.folder.iterdir())
    text = (FOLDER / "themes.sql").read_text("utf-8")
    header = text[: text.index("WITH")]
    twin = tmp_path / "themes.sql"
    twin.write_text(header + REACHING[case].format(folder=shipped.folder), "utf-8")
    with pytest.raises(QueryError, match=r"the twin cannot be run: "):
        duck.answer(replace(QUERIES["themes"], twin=twin), {}, shipped.bases, shipped.folder)
    assert sorted(path.name for path in shipped.folder.iterdir()) == before


def test_names_and_texts_are_spelled_so_that_they_end_nothing() -> None:
    context = load_context(ONTOLOGY / "context.jsonld")
    made = view("city", ["id", "label"], Published("t", frozenset({"id", "name@en"})), context, "en")
    assert made == (
        'CREATE VIEW "city" AS SELECT \'https://data.example.org/id/city/\' || "id" AS "id", '
        'coalesce("name@en") AS "label" FROM t'
    )
    odd = view("city", ["label"], Published("t", frozenset({"name@en"})), context, 'en" FROM x --')
    assert odd == 'CREATE VIEW "city" AS SELECT NULL::VARCHAR AS "label" FROM t'


# ---------------------------------------------------------------- lint


@every_twin
def test_the_twins_we_ship_pass(query_id: str) -> None:
    assert [one for one in lint_queries([QUERIES[query_id]], ONTOLOGY) if one.rule == "LP-QUERY-TWIN"] == []


WRONG: dict[str, tuple[str, str, str]] = {
    "another column": ("{value: iri", "{theme: iri", "the columns are theme, label, definition, "),
    "a column more": ("SELECT id, label,", "SELECT id, id, label,", "the SQL gives 6 columns, the header names 5."),
    "an unknown table": ("--+   theme:", "--+   topic:", "there is no table 'topic'."),
    "an unknown column": (
        "[id, label, definition]",
        "[id, label, definition, colour]",
        "no table has a column 'colour'.",
    ),
    "an unknown kind": ("projects: integer", "projects: whole", "'whole' is no kind of term that a twin can give."),
    "a parameter of nobody": (
        "GROUP BY theme",
        "WHERE theme <> $day GROUP BY theme",
        "the parameter day is none of the query.",
    ),
    "an unused parameter": (
        "label: $lang, definition: $lang",
        "label: en, definition: en",
        "the parameter lang is not used.",
    ),
    "no SQL": ("SELECT id, label,", "SELEKT id, label,", 'Parser Error: syntax error at or near "SELEKT".'),
    "two statements": ("ORDER BY projects", "ORDER BY id; SELECT 1; --", "it must be one SELECT."),
    "no SELECT": ("WITH filed AS", "EXPLAIN WITH filed AS", "it must be one SELECT."),
    "a value without a kind": (
        "[id, label, definition]",
        "[id, label, definition, object]",
        "what a value of the column 'object' is, ",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_says_what_is_wrong_with_a_twin(case: str, tmp_path: Path) -> None:
    old, new, detail = WRONG[case]
    text = (FOLDER / "themes.sql").read_text("utf-8")
    assert text.count(old) == 1
    shutil.copyfile(FOLDER / "themes.rq", tmp_path / "themes.rq")
    (tmp_path / "themes.sql").write_text(text.replace(old, new), "utf-8")
    found = lint_queries([read_query(tmp_path / "themes.rq")], ONTOLOGY)
    told = [one.values["detail"] for one in found if one.rule == "LP-QUERY-TWIN"]
    assert [text for text in told if text.startswith(detail)]
    assert str(found[0].place) == f"{tmp_path.name}/themes.sql:1:1"


def test_a_twin_without_a_header_is_told(tmp_path: Path) -> None:
    shutil.copyfile(FOLDER / "themes.rq", tmp_path / "themes.rq")
    (tmp_path / "themes.sql").write_text("SELECT 1", "utf-8")
    [found] = lint_queries([read_query(tmp_path / "themes.rq")], ONTOLOGY)
    assert (found.rule, str(found.place)) == ("LP-QUERY-HEADER", f"{tmp_path.name}/themes.sql:1:1")


def test_parameters_in_strings_names_and_comments_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_text("--+ columns: {a: $lang}\nSELECT '$x', \"$y\", $b -- $c\n/* $d */ WHERE 'it''s $e' = $b", "utf-8")
    twin = read_twin(path)
    assert sorted(twin.parameters) == ["b"]
    assert (twin.language, dict(twin.tables)) == ("lang", {})
    assert re.match("SELECT", twin.sql)


KINDS: list[tuple[str, Any, str]] = [
    ("iri", "http://a/", "<http://a/>"),
    ("literal", "a", '"a"'),
    ("ca", "a", '"a"@ca'),
    ("$lang", "a", '"a"@es'),
    ("integer", 7, '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    ("number", "10.50", '"10.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
    ("number", "-0.0", '"-0"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
    (
        "number",
        "12345678901234567890.123456789012345678",
        '"12345678901234567890.123456789012345678"^^<http://www.w3.org/2001/XMLSchema#decimal>',
    ),
    ("number", "1000", '"1000"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
    ("xsd_date", "2019-01-01", '"2019-01-01"^^<http://www.w3.org/2001/XMLSchema#date>'),
    ("geo_wktLiteral", "POINT(1 2)", '"POINT(1 2)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'),
]


@pytest.mark.parametrize(("kind", "cell", "term"), KINDS)
def test_the_header_says_what_term_a_cell_is(kind: str, cell: object, term: str) -> None:
    context = load_context(ONTOLOGY / "context.jsonld")
    assert str(sqlterms.maker(kind, {"lang": "es"}, context)(cell)) == term


def test_a_missing_package_is_a_matter_of_setup(shipped: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(SetupError, match=r"linkedproj\[analytics\]"):
        duck.answer(QUERIES["themes"], {}, shipped.bases, shipped.folder)
