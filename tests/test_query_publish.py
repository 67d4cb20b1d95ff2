"""Saved queries as they are published: every file, equal bytes at each build, and the same answers everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest

from linkedproj.model.errors import QueryError
from linkedproj.queries.ask import local
from linkedproj.queries.ask.answers import Bounds
from linkedproj.queries.ask.asking import InProcess, InWorker
from linkedproj.queries.published.publish import RESULTS, publish
from linkedproj.queries.results.formats import FORMATS
from linkedproj.queries.results.geojson import write_geojson
from linkedproj.queries.results.table import Table, Triples, as_table
from linkedproj.queries.saved.bases import by_table, context_of
from linkedproj.queries.saved.bind import bind, resolve
from linkedproj.queries.saved.collection import open_collection, read_query
from linkedproj.system.caches import cache_folder, keep, recall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.conftest import Small

    from linkedproj.queries.saved.collection import SavedQuery

QUERIES = open_collection(Path(__file__).parents[1] / "data").read()
IDS = list(QUERIES)
SMALL = Path(__file__).parent / "fixtures" / "small"
CONTEXT = context_of()

every_query = pytest.mark.parametrize("query_id", IDS)


@pytest.fixture(scope="module")
def published(release: Path) -> Path:
    return release.parents[1] / "query"


@pytest.fixture(scope="module")
def index(published: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((published / "queries.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def store(release: Path) -> ox.Store:
    return local.load(local.dump_files(release))


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _entry(index: dict[str, Any], query_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(query for query in index["queries"] if query["id"] == query_id)
    return found


# ---------------------------------------------------------------- the files


def test_there_are_at_least_34_questions() -> None:
    assert len(IDS) >= 34


@every_query
def test_each_query_has_the_files_of_its_form(query_id: str, published: Path, index: dict[str, Any]) -> None:
    entry = _entry(index, query_id)
    results = {"SELECT": [".csv", ".tsv", ".srj", ".srx"], "ASK": [".srj", ".srx"], "CONSTRUCT": [".result.ttl"]}
    located = [".geojson"] if "wkt" in entry["columns"] else []
    expected = [".rq", ".template.rq", ".ttl", *results[entry["form"]], *located]
    names = [file["name"].removeprefix(query_id) for file in entry["files"]]
    assert names == expected
    assert all((published / file["name"]).is_file() for file in entry["files"])


def test_the_index_names_every_file_and_no_other(published: Path, index: dict[str, Any]) -> None:
    listed = [file["name"] for part in (index, *index["queries"]) for file in part["files"]]
    assert sorted([*listed, "queries.json"]) == sorted(path.name for path in published.iterdir())
    assert len(set(listed)) == len(listed)


@every_query
def test_the_index_says_what_the_query_says(query_id: str, index: dict[str, Any], store: ox.Store) -> None:
    entry, query = _entry(index, query_id), QUERIES[query_id]
    answer = local.evaluate(store, bind(query, {}, by_table(CONTEXT)))
    assert (entry["title"], entry["description"]) == (query.title, query.description)
    assert (entry["tags"], entry["view"]) == (list(query.tags), query.view)
    assert entry["columns"] == (list(answer.columns) if isinstance(answer, Table) else [])
    sizes = len(answer.rows) if isinstance(answer, Table) else len(answer.triples) if isinstance(answer, Triples) else 1
    assert entry["rows"] == sizes
    assert [one["name"] for one in entry["parameters"]] == list(query.parameters)


def test_the_index_tells_how_to_fill_a_parameter_in(index: dict[str, Any]) -> None:
    parameters = {one["name"]: one for one in _entry(index, "projects-by-city")["parameters"]}
    assert parameters["city"] == {
        "name": "city",
        "label": {"en": "City", "ca": "Ciutat", "es": "Ciudad"},
        "datatype": "http://www.w3.org/2001/XMLSchema#anyURI",
        "language": None,
        "required": True,
        "default": "https://data.example.org/id/city/barcelona",
        "enum": [],
        "of": "city",
        "pick": "places",
    }
    assert parameters["lang"]["enum"] == ["en", "ca", "es"]
    assert _entry(index, "running-on")["parameters"][0]["datatype"] == "http://www.w3.org/2001/XMLSchema#date"
    assert not _entry(index, "themes-by-city")["parameters"][0]["required"]


@every_query
def test_the_published_source_says_how_this_portfolio_asks(query_id: str, published: Path, tmp_path: Path) -> None:
    query = QUERIES[query_id]
    (tmp_path / f"{query_id}.rq").write_bytes((published / f"{query_id}.template.rq").read_bytes())
    found = read_query(tmp_path / f"{query_id}.rq")
    for part in ("body", "title", "description", "tags", "view", "expect", "budget_ms"):
        assert getattr(found, part) == getattr(query, part)
    bases = by_table(CONTEXT)
    for name, one in query.parameters.items():
        default = one.default if one.default is None else resolve(one, one.default, bases)
        assert found.parameters[name] == replace(one, default=default)


@every_query
def test_the_published_query_has_no_parameter_left(query_id: str, published: Path) -> None:
    text = (published / f"{query_id}.rq").read_text("utf-8")
    query = QUERIES[query_id]
    assert text == bind(query, {}, by_table(CONTEXT))
    assert not text.startswith("#+")


def test_all_queries_together_are_the_queries_one_by_one(published: Path) -> None:
    one_by_one = {
        str(quad)
        for name in IDS
        for quad in ox.parse((published / f"{name}.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    }
    together = {str(quad) for quad in ox.parse((published / "all.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)}
    assert together == one_by_one
    assert not any("_:" in statement.split(" ", 1)[0] for statement in together)


def test_the_interface_lists_every_file_of_every_query(published: Path, index: dict[str, Any]) -> None:
    described = json.loads((published / "openapi.json").read_text("utf-8"))
    files = {f"/query/{file['name']}": file["type"] for query in index["queries"] for file in query["files"]}
    assert described["servers"] == [{"url": "https://data.example.org"}]
    assert {
        path: next(iter(item["get"]["responses"]["200"]["content"])) for path, item in described["paths"].items()
    } == files


# ---------------------------------------------------------------- the answers


@every_query
def test_the_published_answer_is_that_of_the_published_query(query_id: str, published: Path, store: ox.Store) -> None:
    """That rdflib answers alike is asked in test_queries, of the same text."""
    found = local.evaluate(store, (published / f"{query_id}.rq").read_text("utf-8"))
    if isinstance(found, Triples):
        triples = ox.parse((published / f"{query_id}.result.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
        assert {str(quad.triple) for quad in triples} == set(map(str, found.triples))
        return
    answer = ox.parse_query_results((published / f"{query_id}.srj").read_bytes(), format=ox.QueryResultsFormat.JSON)
    if isinstance(answer, ox.QueryBoolean):
        assert as_table(found).rows == as_table(bool(answer)).rows
        return
    assert isinstance(found, Table)
    assert _table(answer).multiset() == found.multiset()


def _table(answer: Any) -> Table:  # noqa: ANN401 - parsed results have no public type
    columns = tuple(variable.value for variable in answer.variables)
    return Table(columns, tuple(tuple(row[column] for column in columns) for row in answer))


@every_query
def test_all_formats_hold_the_same_answer(query_id: str, published: Path) -> None:
    tables = [
        _table(ox.parse_query_results((published / f"{query_id}{suffix}").read_bytes(), format=form))
        for suffix, form in (
            (".srj", ox.QueryResultsFormat.JSON),
            (".srx", ox.QueryResultsFormat.XML),
            (".tsv", ox.QueryResultsFormat.TSV),
        )
        if (published / f"{query_id}.csv").is_file()
    ]
    assert all(table.rows == tables[0].rows and table.columns == tables[0].columns for table in tables)


@pytest.mark.parametrize(
    ("query_id", "form", "name"),
    [
        ("places", "csv", "places.csv"),
        ("conflicts", "tsv", "conflicts.tsv"),
        ("projects-by-city", "json", "projects-by-city.srj"),
        ("project-timeline", "xml", "project-timeline.srx"),
        ("project-excerpt", "ttl", "project-excerpt.result.ttl"),
        ("works-together", "json", "works-together.srj"),
    ],
)
def test_the_command_answers_with_the_same_bytes(
    query_id: str, form: str, name: str, published: Path, release: Path
) -> None:
    command = [sys.executable, "-m", "linkedproj", "query", query_id, "--data", str(release), "--format", form]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == (published / name).read_bytes()


# ---------------------------------------------------------------- coordinates


def _assert_rfc7946(collection: dict[str, Any]) -> None:
    assert set(collection) == {"type", "features"}
    assert collection["type"] == "FeatureCollection"
    for feature in collection["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        assert feature["type"] == "Feature"
        assert isinstance(feature["properties"], dict)
        if feature["geometry"] is not None:
            assert set(feature["geometry"]) == {"type", "coordinates"}
            assert feature["geometry"]["type"] == "Point"
            east, north = feature["geometry"]["coordinates"]
            assert -180 <= east <= 180
            assert -90 <= north <= 90


def test_every_map_is_published_as_geojson(published: Path, index: dict[str, Any]) -> None:
    maps = [query for query in index["queries"] if query["view"] == "map"]
    assert len(maps) >= 4
    for query in maps:
        collection = json.loads((published / f"{query['id']}.geojson").read_text("utf-8"))
        _assert_rfc7946(collection)
        assert len(collection["features"]) == query["rows"]
        assert any(feature["geometry"] for feature in collection["features"])


def test_longitude_comes_first(published: Path) -> None:
    features = json.loads((published / "places.geojson").read_text("utf-8"))["features"]
    barcelona = next(one for one in features if one["properties"]["value"].endswith("city/barcelona"))
    assert barcelona["geometry"]["coordinates"] == [2.15899, 41.38879]
    assert barcelona["properties"] == {
        "value": "https://data.example.org/id/city/barcelona",
        "label": "Barcelona",
        "country_label": "Spain",
        "projects": 7,
        "cooperations": 4,
    }


@pytest.mark.parametrize(
    ("wkt", "position"),
    [
        ("POINT(2.5 41)", [2.5, 41.0]),
        (" point ( -1.5   -52.25 ) ", [-1.5, -52.25]),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(2.5 41)", [2.5, 41.0]),
        ("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(41 2.5)", None),
        ("POINT(181 0)", None),
        ("POINT(0 91)", None),
        ("POINT EMPTY", None),
        ("LINESTRING(0 0, 1 1)", None),
        ("", None),
    ],
)
def test_only_a_point_of_the_globe_is_placed(wkt: str, position: list[float] | None) -> None:
    found = json.loads(write_geojson(Table(("wkt",), ((ox.Literal(wkt),),))))
    geometry = {"type": "Point", "coordinates": position} if position else None
    assert found["features"] == [{"type": "Feature", "geometry": geometry, "properties": {}}]


def test_latitude_and_longitude_will_do_and_values_keep_their_types() -> None:
    row = (
        ox.Literal(41.5),
        ox.Literal("2"),
        ox.Literal(7),
        ox.Literal(value=True),
        ox.Literal("x", language="ca"),
        None,
    )
    found = json.loads(write_geojson(Table(("lat", "long", "n", "b", "t", "none"), (row,))))
    assert found["features"] == [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [2.0, 41.5]},
            "properties": {"n": 7, "b": True, "t": "x", "none": None},
        }
    ]


# ---------------------------------------------------------------- every build


def _build(seed: str, out: Path) -> dict[str, bytes]:
    command = [sys.executable, "-m", "linkedproj", "build", "--no-site", str(SMALL), "--out", str(out)]
    subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True)
    return _contents(out / "query")


def test_each_build_writes_the_same_bytes(tmp_path: Path) -> None:
    assert _build("0", tmp_path / "a") == _build("77", tmp_path / "b")


def test_an_empty_portfolio_has_answers_without_rows(tmp_path: Path) -> None:
    published = publish(ox.Store(), QUERIES, tmp_path, CONTEXT, "1")
    index = json.loads((tmp_path / "queries.json").read_text("utf-8"))
    assert {path.name for path in published.files} == set(_contents(tmp_path))
    assert {query["id"]: query["rows"] for query in index["queries"] if query["form"] != "ASK"} == dict.fromkeys(
        (query["id"] for query in index["queries"] if query["form"] != "ASK"), 0
    )
    assert json.loads((tmp_path / "works-together.srj").read_text("utf-8")) == {"head": {}, "boolean": False}
    assert json.loads((tmp_path / "places.geojson").read_text("utf-8"))["features"] == []


def test_published_queries_follow_the_base_of_the_portfolio(small: Small) -> None:
    small.run("build")
    folder = small.home / "public/query"
    assert [name for name, content in _contents(folder).items() if b"https://data.example.org/" in content] == []
    template = (folder / "projects-by-city.template.rq").read_text("utf-8")
    assert "#+ - city: https://small.example/id/city/marella\n" in template
    assert "<https://small.example/id/city/marella>" in (folder / "projects-by-city.rq").read_text("utf-8")
    index = json.loads((folder / "queries.json").read_text("utf-8"))
    assert (index["base"], index["version"]) == ("https://small.example/id/", "1.0-draft")
    assert _entry(index, "projects")["rows"] > 0


def test_what_is_published_anew_replaces_the_whole_folder(small: Small) -> None:
    small.run("build")
    folder = small.home / "public/query"
    before = _contents(folder)
    (folder / "gone.csv").write_text("an answer of long ago", "utf-8")
    sums = small.home / "public/SHA256SUMS"
    sums.write_text(sums.read_text("utf-8") + f"{'0' * 64}  query/gone.csv\n", "utf-8")
    assert small.run("build").code == 0
    assert _contents(folder) == before
    assert sorted(path.name for path in (small.home / "public").iterdir()) == ["SHA256SUMS", "dump", "query"]
    assert not list(small.home.glob(".public*"))


BROKEN = {
    "no SPARQL": ("SELECT ?x WHERE { ?x }", "this is no SPARQL 1.1: "),
    "a parameter that does not fit": ("SELECT ?x WHERE { ?x ?y ?_lang_xsd_date }", "lang 'en'"),
}


@pytest.mark.parametrize(("body", "message"), BROKEN.values(), ids=BROKEN)
def test_a_query_that_cannot_be_run_publishes_nothing(
    body: str, message: str, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.run("build")
    before = {path: path.read_bytes() for path in (small.home / "public").rglob("*") if path.is_file()}
    broken = QUERIES | {"projects": _broken(QUERIES["projects"], body)}
    monkeypatch.setattr("linkedproj.build.Collection.read", lambda _: broken)
    small.edit("portfolio.toml", 'version = "1.0"', 'version = "1.1"')
    outcome = small.run("build")
    assert outcome.code == 2
    assert message in outcome.err
    assert {path: path.read_bytes() for path in (small.home / "public").rglob("*") if path.is_file()} == before


def _broken(query: SavedQuery, body: str) -> SavedQuery:
    parameters = {
        name: replace(one, type="xsd_date" if "xsd_date" in body else one.type, enum=())
        for name, one in query.parameters.items()
    }
    prefix = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
    return replace(query, text=query.text.removesuffix(query.body) + prefix + body, parameters=parameters)


def test_two_queries_never_write_the_same_file(tmp_path: Path) -> None:
    twice = {"projects": QUERIES["projects"], "again": QUERIES["projects"]}
    with pytest.raises(QueryError) as refused:
        publish(ox.Store(), twice, tmp_path, CONTEXT, "1")
    assert str(refused.value) == "projects.rq: two published files would be called projects.rq. Rename the query."


# ---------------------------------------------------------------- what shipped records cannot show


def _ask(query_id: str, turtle: str) -> Sequence[tuple[str | None, ...]]:
    store = ox.Store()
    store.load(turtle.encode(), format=ox.RdfFormat.TURTLE)
    table = local.answer(store, QUERIES[query_id], {}, by_table(CONTEXT))
    return [tuple(None if cell is None else cell.value for cell in row) for row in table.rows]


def test_a_text_without_translation_is_found() -> None:
    turtle = """
        @prefix dct: <http://purl.org/dc/terms/> . @prefix lp: <https://w3id.org/linkedproj/ns#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        <http://a/> a lp:Initiative ; rdfs:label "A"@en , "A"@ca , "A"@es ; dct:description "B"@ca , "B"@es .
        <http://b/> a lp:Programme ; rdfs:label "C"@es .
    """
    label, abstract = "http://www.w3.org/2000/01/rdf-schema#label", "http://purl.org/dc/terms/description"
    assert _ask("labels-missing", turtle) == [
        ("http://a/", abstract, "en"),
        ("http://b/", label, "ca"),
        ("http://b/", label, "en"),
    ]


def test_money_of_different_kinds_is_never_added_up() -> None:
    turtle = """
        @prefix lp: <https://w3id.org/linkedproj/ns#> . @prefix schema: <https://schema.org/> .
        @prefix kind: <https://w3id.org/linkedproj/amount-kind/> .
        <http://p/1> a lp:Project ; lp:programme <http://g/> ; lp:budget <http://m/1> .
        <http://p/2> a lp:Project ; lp:programme <http://g/> ; lp:budget <http://m/2> .
        <http://p/3> a lp:Project ; lp:programme <http://g/> ; lp:budget <http://m/3> .
        <http://p/4> a lp:Project ; lp:programme <http://g/> .
        <http://m/1> schema:value 10.5 ; schema:currency "EUR" ; lp:amountKind kind:total .
        <http://m/2> schema:value 10.5 ; schema:currency "EUR" ; lp:amountKind kind:total .
        <http://m/3> schema:value 4.0 ; schema:currency "EUR" ; lp:amountKind kind:unspecified .
    """
    kind = "https://w3id.org/linkedproj/amount-kind/"
    assert _ask("money-by-programme", turtle) == [
        ("http://g/", None, f"{kind}total", None, "EUR", "2", "4", "10.5", "10.5", "21"),
        ("http://g/", None, f"{kind}unspecified", None, "EUR", "1", "4", "4", "4", None),
    ]


def test_a_project_counts_in_each_year_it_touches() -> None:
    turtle = """
        @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix lp: <https://w3id.org/linkedproj/ns#> . @prefix org: <http://www.w3.org/ns/org#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <http://p/> a lp:Project ; lp:participation <http://x/1> , <http://x/2> ; dct:temporal <http://t/> .
        <http://x/1> org:member <http://o/> . <http://x/2> org:member <http://o/> .
        <http://t/> dcat:startDate "2017-12-31"^^xsd:date ; dcat:endDate "2019-01-01"^^xsd:date .
    """
    assert _ask("participations-by-year", turtle) == [(str(year), "1", "2", "1") for year in (2017, 2018, 2019)]


def test_every_format_of_published_answers_is_known() -> None:
    assert set(RESULTS) <= set(FORMATS)


# ---------------------------------------------------------------- what a draft keeps for the next one


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., dict[str, bytes]]:
    """Publish some queries on files, with what is kept in a file; return all that was written."""
    chosen = {name: QUERIES[name] for name in IDS[::6]}

    def publish_again(
        data: Sequence[Path], kept: Path | None, queries: dict[str, SavedQuery] = chosen
    ) -> dict[str, bytes]:
        folder = tmp_path / f"answers-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        publish(data, queries, folder, CONTEXT, "1", kept=kept)
        return _contents(folder)

    return publish_again


def test_after_any_edit_a_draft_answers_as_from_nothing(
    release: Path, tmp_path: Path, ask: Callable[..., dict[str, bytes]]
) -> None:
    random, kept = Random(5), tmp_path / "kept.json"  # noqa: S311 - the same edits each time
    data = [tmp_path / "portfolio.nt", release / "vocabulary.ttl"]
    lines = (release / "portfolio.nt").read_text("utf-8").splitlines(keepends=True)
    for edits in (0, 1, 0, 3, 20):
        for number in random.sample(range(len(lines)), edits):
            lines[number] = random.choice(["", lines[number].replace('"@en', ' -"@en')])
        data[0].write_text("".join(lines), "utf-8")
        assert ask(data, kept) == ask(data, None)


def test_what_did_not_change_is_not_asked_again(
    release: Path, tmp_path: Path, ask: Callable[..., dict[str, bytes]]
) -> None:
    data, kept = local.dump_files(release), tmp_path / "kept.json"
    first = ask(data, kept)
    content = recall(kept)
    told = {name: "#+ told: again\n" if isinstance(piece, str) else piece for name, piece in content.items()}
    [answer] = (piece for piece in told.values() if isinstance(piece, dict) and "activities.csv" in piece["texts"])
    answer["texts"]["activities.csv"] = "told again"
    keep(kept, told)
    again = ask(data, kept)
    assert again["activities.csv"] == b"told again"
    assert again["activities.template.rq"].startswith(b"#+ told: again\n")
    unlike = {name for name in first if first[name] != again[name]}
    assert unlike <= {"activities.csv", "all.ttl", *(name for name in first if name.endswith((".template.rq", ".ttl")))}
    asked = QUERIES["activities"]
    edited = replace(asked, text=asked.text.replace("SELECT", "SELECT # anew\n", 1))
    assert ask(data, kept, {"activities": edited})["activities.csv"] == first["activities.csv"]


@pytest.mark.parametrize("harm", ["cut", "no plain data", "other pieces", "writable by others"])
def test_what_is_kept_of_answers_is_used_only_while_it_is_whole_and_ours(
    release: Path, tmp_path: Path, ask: Callable[..., dict[str, bytes]], harm: str
) -> None:
    data, kept = local.dump_files(release), tmp_path / "kept.json"
    first = ask(data, kept)
    content = recall(kept)
    if harm == "cut":
        kept.write_bytes(kept.read_bytes()[:-9])
    elif harm == "no plain data":
        keep(kept, ["not", "what", "it", "was"])
    elif harm == "other pieces":
        keep(kept, dict.fromkeys(content, 3))
    else:
        keep(kept, {name: "" if isinstance(piece, str) else piece for name, piece in content.items()})
        kept.chmod(0o666)
    assert ask(data, kept) == first
    assert recall(kept) == content


@pytest.mark.parametrize("above", [2**30, 0], ids=["in this process", "in another one"])
def test_large_answers_are_taken_from_where_they_are_published(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: int
) -> None:
    monkeypatch.setattr("linkedproj.queries.published.kept._MOST", 0)
    data, kept, bounds = local.dump_files(release), tmp_path / "kept.json", replace(Bounds(), above=above)

    def publish_into(name: str, before: str) -> dict[str, bytes]:
        (tmp_path / name).mkdir()
        few = {each: QUERIES[each] for each in IDS[::20]}
        publish(data, few, tmp_path / name, CONTEXT, "1", bounds=bounds, kept=kept, before=tmp_path / before)
        return _contents(tmp_path / name)

    first = publish_into("first", "nowhere")
    assert not any(piece["texts"] for piece in recall(kept).values() if isinstance(piece, dict))
    with monkeypatch.context() as patch:
        patch.setattr(InProcess, "ask", None)
        patch.setattr(InWorker, "ask", None)
        assert publish_into("again", "first") == first
    changed = min((tmp_path / "again").glob("*.csv"))
    changed.unlink()
    changed.write_text("somebody else wrote this")
    assert publish_into("third", "again") == first
    assert changed.read_text() == "somebody else wrote this"


def test_a_release_and_a_build_without_cache_ask_all(small: Small) -> None:
    place = cache_folder() / "queries"
    before = set(place.glob("*.json"))
    assert small.run("build").code == 0
    first = _contents(small.home / "public/query")
    [kept] = set(place.glob("*.json")) - before
    content = recall(kept)
    for piece in content.values():
        if isinstance(piece, dict) and "places.csv" in piece["texts"]:
            piece["texts"]["places.csv"] = "told again"
    keep(kept, content)
    assert small.run("build", "--no-cache").code == 0
    assert _contents(small.home / "public/query") == first
    assert small.run("build").code == 0
    assert (small.home / "public/query/places.csv").read_text() == "told again"
    assert small.run("build", "--release", "1").code == 0
    assert (small.home / "public/query/places.csv").read_bytes() == first["places.csv"]
