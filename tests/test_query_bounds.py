"""What a build does with answers that are too large or take too long: the query is published without, and says so."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import run

import linkedproj
import linkedproj.queries.dataset
from linkedproj.model.context import load_context
from linkedproj.model.errors import QueryError
from linkedproj.queries.ask import local
from linkedproj.queries.ask.asking import Assignment, InWorker
from linkedproj.queries.ask.bounded import BoundedSource
from linkedproj.queries.ask.sources import files_source, prepare
from linkedproj.queries.published.publish import Bounds, publish
from linkedproj.queries.results.table import as_table
from linkedproj.queries.saved.collection import open_collection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.queries.saved.collection import SavedQuery

SOURCE = Path(__file__).parents[1] / "src"
QUERIES = open_collection(Path(__file__).parents[1] / "data").read()
SOME = {name: QUERIES[name] for name in ("network", "places", "project-excerpt", "projects", "works-together")}
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?n"
HUNGRY = "SELECT ?a ?d ?g WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?d ?g ?c ?f ?i"

# What a person may type in, and what it takes.
GREEDY = {
    "a product of all triples": ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", "time"),
    "a search without an answer": (
        "SELECT ?a { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(CONCAT(STR(?c), STR(?f), STR(?i)) = 'no') }",
        "time",
    ),
    "a yes or no": ("ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(CONCAT(STR(?c), STR(?f), STR(?i)) = 'no') }", "time"),
    "triples without end": (
        "CONSTRUCT { ?a ?b ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(CONCAT(STR(?c), STR(?f)) = 'no') }",
        "time",
    ),
    "an order of too many rows": ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i", "memory"),
    "a text that doubles": (
        "SELECT (STRLEN(?z) AS ?n) { BIND('0123456789abcdef' AS ?a) "
        + " ".join(f"BIND(CONCAT({', '.join(['?' + chr(97 + at)] * 16)}) AS ?{chr(98 + at)})" for at in range(6))
        + " BIND(?g AS ?z) }",
        "memory",
    ),
}

_WATCHED = [sys.executable, "-m", "linkedproj", "query", "-f", "greedy.rq", "--data"]


@pytest.mark.parametrize("name", GREEDY)
def test_a_greedy_query_is_stopped_with_a_sentence(name: str, release: Path, tmp_path: Path) -> None:
    query, takes = GREEDY[name]
    (tmp_path / "greedy.rq").write_text(query, "utf-8")
    done = subprocess.run(
        [*_WATCHED, str(release), "--timeout", "2" if takes == "time" else "60", "--memory", "150"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    told = {
        "time": "it took longer than 2 seconds. Ask for less, or allow more with --timeout.",
        "memory": "it took more than 150 MB of memory. Ask for less, or allow more with --memory.",
    }
    said = [
        f"linkedproj: the query was stopped: {told[takes]}\n",
        f"linkedproj: the query was stopped: {told['time']}\n",
    ]
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr in said
    assert [path.name for path in tmp_path.iterdir()] == ["greedy.rq"]


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these signals")
def test_an_interruption_is_heard_while_the_engine_works(release: Path, tmp_path: Path) -> None:
    (tmp_path / "greedy.rq").write_text(GREEDY["a product of all triples"][0], "utf-8")
    started = subprocess.Popen(
        [*_WATCHED, str(release)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever runs the tests may have had it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread is at work
    )
    time.sleep(4)
    begun = time.monotonic()
    os.killpg(started.pid, signal.SIGINT)
    started.communicate(timeout=20)
    # Of its thirty seconds it had more than twenty left.
    assert time.monotonic() - begun < 15
    assert started.returncode in {1, 130}


def test_more_rows_than_are_allowed_are_refused(release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.rq").write_text("SELECT ?s { ?s a ?c } LIMIT 11", "utf-8")
    asked = ("query", "-f", "all.rq", "--data", str(release), "--format", "csv", "--rows")
    assert run(*asked, "11").out.count("\n") == 12
    assert run(*asked, "0").out.count("\n") == 12
    outcome = run(*asked, "10")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "linkedproj: the answer has more than 10 rows. Add LIMIT to the query, or allow more with --rows.\n"
    )


def test_a_greedy_query_of_the_portfolio_is_stopped_when_it_is_tested(release: Path, tmp_path: Path) -> None:
    header = QUERIES["leads"].text.removesuffix(QUERIES["leads"].body)
    shutil.copytree(Path(__file__).parent / "fixtures/small", tmp_path / "data")
    (tmp_path / "data/queries").mkdir()
    greedy = ENDLESS.replace("?l }", "?l FILTER(?_lang != '') }")
    (tmp_path / "data/queries/greedy.rq").write_text(header + greedy, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "linkedproj", "queries", "test", "greedy", "--data", str(release), "--timeout", "3"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "linkedproj: data/queries/greedy.rq: the query was stopped: it took longer than 3 seconds. "
        "Allow more with --timeout."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


# ---------------------------------------------------------------- from Python

TAKES_TIME, TAKES_MEMORY = GREEDY["a product of all triples"][0], GREEDY["an order of too many rows"][0]
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/linkedproj/ns#Project> }"


def _open(place: str | Path, **limits: float) -> linkedproj.queries.dataset.Dataset:
    return linkedproj.open(place, **limits)  # type: ignore[arg-type] # numbers of either kind


@pytest.mark.parametrize("of", ["files", "tables"])
def test_a_question_from_python_is_stopped_and_the_next_one_answered(of: str, small_release: Path) -> None:
    data = _open(small_release if of == "files" else Path(__file__).parent / "fixtures/small", timeout=2)
    with pytest.raises(QueryError) as stopped:
        data.query(TAKES_TIME)
    assert str(stopped.value) == (
        "the query was stopped: it took longer than 2 seconds. Ask for less, or allow more with timeout=…."
    )
    assert [row.n for row in data.query(COUNT)] == [2]
    assert len(data.saved("projects")) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process to so much memory")
def test_a_question_from_python_takes_no_more_memory_than_is_allowed(release: Path) -> None:
    data = _open(release, memory=700, timeout=60)
    with pytest.raises(QueryError) as stopped:
        data.query(TAKES_MEMORY)
    assert str(stopped.value) == (
        "the query was stopped: it took more than 700 MB of memory. Ask for less, or allow more with memory=…."
    )


def test_a_question_from_python_gives_no_more_rows_than_are_allowed(small_release: Path) -> None:
    told = "the answer has more than 2 rows. Add LIMIT to the query, or allow more with rows=…."
    stores = (small_release, local.load(local.dump_files(small_release)))
    for data in stores:
        with pytest.raises(QueryError) as refused:
            linkedproj.query("projects", data=data, rows=2)
        assert str(refused.value) == told
        assert len(linkedproj.query("projects", data=data, rows=3)) == 3
    with pytest.raises(QueryError) as refused:
        _open(small_release, rows=2).query("SELECT ?s { ?s ?p ?o }")
    assert str(refused.value) == told
    assert len(_open(small_release, rows=0).query("SELECT ?s { ?s ?p ?o }")) > 2


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s ?p ?o }",
        "CONSTRUCT { ?s a ?o } { ?s a ?o }",
        'SELECT * { VALUES (?a ?b) { ("x\\n\\"y"@ca UNDEF) (<https://x.org/é> 1.50) (true "") } }',
    ],
)
def test_an_answer_from_the_other_process_is_that_of_this_one(query: str, small_release: Path) -> None:
    data = _open(small_release)
    assert data.query(query).table == as_table(local.evaluate(data.store, query))


def test_the_process_ends_with_the_data(small_release: Path) -> None:
    source = BoundedSource(files_source([small_release]), [small_release])
    source.answer(prepare(source, QUERIES["projects"], {}))
    pid = source._worker.pid  # noqa: SLF001 - whose end is looked at
    os.kill(pid, 0)
    del source
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


class Publication:
    """A folder with published queries."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = {one["id"]: one for one in json.loads((folder / "queries.json").read_text("utf-8"))["queries"]}

    @property
    def contents(self) -> dict[str, bytes]:
        """Give all files."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}

    def why(self, query_id: str) -> str | None:
        """Say why a query has no answer."""
        found: dict[str, Any] = self.index[query_id]
        return found["unanswered"]["why"]["en"] if "unanswered" in found else None


def _publish(release: Path, folder: Path, queries: Mapping[str, SavedQuery] = SOME, **bounds: float) -> Publication:
    folder.mkdir()
    context = load_context(release / "context.jsonld")
    given = Bounds(**bounds)  # type: ignore[arg-type] # numbers of either kind
    files = local.dump_files(release)
    publish(files, queries, folder, context, "1", bounds=given)
    return Publication(folder)


def _asking(name: str, body: str) -> SavedQuery:
    query = QUERIES[name]
    return replace(query, text=query.text.removesuffix(query.body) + body, parameters={})


@pytest.fixture(scope="module")
def whole(small_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Publication:
    return _publish(small_release, tmp_path_factory.mktemp("whole") / "query")


# ---------------------------------------------------------------- the same bytes, whoever answers


@pytest.mark.parametrize("memory", [0, 1 << 30], ids=["on disk", "in memory"])
def test_another_process_publishes_the_same_bytes(
    memory: int, small_release: Path, whole: Publication, tmp_path: Path
) -> None:
    found = _publish(small_release, tmp_path / "query", above=0, memory=memory)
    assert found.contents == whole.contents
    assert [found.why(name) for name in SOME] == [None] * len(SOME)


def test_a_release_that_is_too_large_for_a_store_is_published_without_answers(
    small_release: Path, whole: Publication, tmp_path: Path
) -> None:
    found = _publish(small_release, tmp_path / "query", above=0, loaded=0)
    said = "The release is too large to be loaded for it when it is built."
    assert {name: found.why(name) for name in SOME} == dict.fromkeys(SOME, said)
    assert found.contents["places.rq"] == whole.contents["places.rq"]


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize("above", [0, 1 << 30], ids=["there", "here"])
def test_an_answer_with_too_many_rows_is_left_out_and_said(
    above: int, small_release: Path, whole: Publication, tmp_path: Path
) -> None:
    rows = whole.index["network"]["rows"]
    found = _publish(small_release, tmp_path / "query", above=above, rows=rows - 1)
    assert found.index["network"] == whole.index["network"] | {
        "rows": None,
        "unanswered": {
            "why": {
                "en": f"The answer has more than {rows - 1} rows.",
                "ca": f"La resposta té més de {rows - 1} files.",
                "es": f"La respuesta tiene más de {rows - 1} filas.",
            },
            "run": "linkedproj query network",
        },
        "files": whole.index["network"]["files"][:3],
    }
    listed = {file["name"] for one in found.index.values() for file in one["files"]}
    assert listed | {"queries.json", "all.ttl", "openapi.json"} == set(found.contents)
    assert "/query/network.csv" not in json.loads(found.contents["openapi.json"])["paths"]
    assert found.contents["works-together.srj"] == whole.contents["works-together.srj"]
    assert _publish(small_release, tmp_path / "all", above=above, rows=10_000).contents == whole.contents


def test_an_answer_with_too_many_bytes_is_left_out(small_release: Path, whole: Publication, tmp_path: Path) -> None:
    answers = [f"places.{suffix}" for suffix in ("csv", "tsv", "srj", "srx", "geojson")]
    size = max(len(whole.contents[name]) for name in answers)
    assert _publish(small_release, tmp_path / "all", {"places": QUERIES["places"]}, size=size).why("places") is None
    found = _publish(small_release, tmp_path / "query", {"places": QUERIES["places"]}, size=size - 1)
    assert found.why("places") == f"A file of the answer would have more than {size - 1:,} bytes."
    assert not set(answers) & set(found.contents)


@pytest.mark.parametrize("above", [0, 1 << 30], ids=["there", "here"])
@pytest.mark.parametrize("bound", ["verbose_rows", "verbose_size"])
def test_a_long_answer_is_published_as_csv_and_tsv_alone_and_said(
    bound: str, above: int, small_release: Path, whole: Publication, tmp_path: Path
) -> None:
    sizes = {"verbose_rows": whole.index["places"]["rows"], "verbose_size": len(whole.contents["places.tsv"])}
    queries = {"places": QUERIES["places"]}
    found = _publish(small_release, tmp_path / "query", queries, above=above, **{bound: sizes[bound] - 1})
    entry = found.index["places"]
    assert entry["left_out"]["types"] == [
        "application/sparql-results+json", "application/sparql-results+xml", "application/geo+json"
    ]  # fmt: skip
    assert entry["left_out"]["run"] == "linkedproj query places --format json"
    assert entry["left_out"]["why"]["ca"].endswith("és aquí en CSV i TSV.")
    assert entry["rows"] == whole.index["places"]["rows"]
    assert [name for name in sorted(found.contents) if name.startswith("places.")] == [
        "places.csv", "places.rq", "places.template.rq", "places.tsv", "places.ttl"
    ]  # fmt: skip
    assert found.contents["places.csv"] == whole.contents["places.csv"]
    assert "application/geo+json" not in found.contents["openapi.json"].decode()
    exact = _publish(small_release, tmp_path / "exact", queries, above=above, verbose_rows=sizes["verbose_rows"])
    assert "left_out" not in exact.index["places"]


@pytest.mark.slow
@pytest.mark.parametrize("memory", [0, 1 << 30], ids=["on disk", "in memory"])
def test_a_query_without_end_is_stopped_and_the_next_one_answered(
    memory: int, small_release: Path, whole: Publication, tmp_path: Path
) -> None:
    queries = {"leads": _asking("leads", ENDLESS), **SOME}
    begun = time.monotonic()
    found = _publish(small_release, tmp_path / "query", queries, above=0, memory=memory, seconds=3)
    assert time.monotonic() - begun < 60
    assert found.why("leads") == "It takes longer than 3 seconds."
    assert found.index["leads"]["unanswered"]["why"]["ca"] == "Triga més de 3 segons."
    assert found.contents["network.csv"] == whole.contents["network.csv"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process to so much memory")
def test_a_query_that_takes_too_much_memory_is_stopped(small_release: Path, whole: Publication, tmp_path: Path) -> None:
    queries = {"leads": _asking("leads", HUNGRY), **SOME}
    found = _publish(small_release, tmp_path / "query", queries, above=0, seconds=60, megabytes=1500)
    assert found.why("leads") == "It needs more than 1,500 MB of memory."
    assert found.contents["network.csv"] == whole.contents["network.csv"]


@pytest.mark.parametrize("above", [0, 1 << 30], ids=["there", "here"])
def test_a_query_that_cannot_be_run_still_stops_all(above: int, small_release: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"this is no SPARQL 1\.1: "):
        _publish(small_release, tmp_path / "query", {"leads": _asking("leads", "SELECT ?x WHERE { ?x }")}, above=above)


@pytest.mark.parametrize("memory", [0, 1 << 30], ids=["on disk", "in memory"])
def test_records_that_cannot_be_loaded_are_told(memory: int, small_release: Path, tmp_path: Path) -> None:
    broken = tmp_path / "records.nt"
    broken.write_text("nonsense", "utf-8")
    context = load_context(small_release / "context.jsonld")
    with pytest.raises(
        QueryError, match=r"cannot be loaded to answer the saved queries: .*records\.nt: the file does not"
    ):
        publish([broken], SOME, tmp_path, context, "1", bounds=Bounds(above=0, memory=memory))


def test_nobody_is_asked_before_there_is_a_query(tmp_path: Path) -> None:
    with InWorker(Assignment(None, (), {}, tmp_path, Bounds())) as asker:
        assert asker.worker.pid == 0
        assert list(tmp_path.iterdir()) == []
