"""The command `query`: formats, sources, ad-hoc queries, portfolios with another base, and calls that make no sense."""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner
from rdflib.query import Result as RdflibResult

from linkedproj.build import build
from linkedproj.commands.queries import command as queries_command
from linkedproj.commands.query import command
from linkedproj.model.errors import LinkedprojError, QueryError, SetupError
from linkedproj.model.lexical import XSD
from linkedproj.queries.ask import local
from linkedproj.queries.results import formats, values
from linkedproj.queries.results.formats import FORMATS
from linkedproj.queries.results.table import Table, Triples
from linkedproj.queries.saved import bases, collection
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.collection import open_collection, read_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkedproj.queries.results.table import Answer, RdfTerm
    from linkedproj.queries.saved.collection import SavedQuery

ROOT = Path(__file__).parents[1]
OTHER = "https://opendata.example.net/agency/"


def _run(*arguments: str | Path, given: str | bytes = "") -> bytes:
    done = CliRunner().invoke(command, [str(part) for part in arguments], input=given, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout_bytes


def _typed(text: str, name: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + name))


# ---------------------------------------------------------------- result formats

ODD: Sequence[RdfTerm | None] = (
    ox.NamedNode("http://a/é?x=1&y=2#f"),
    ox.BlankNode("b1"),
    ox.Literal(""),
    ox.Literal("plain"),
    ox.Literal("quote \" comma , semicolon ; apostrophe ' tab \t end"),
    ox.Literal("line\nfeed"),
    ox.Literal("carriage\r\nreturn \r alone"),
    ox.Literal("back\\slash \\n \\u0041"),
    ox.Literal("<b>&amp;</b> ]]>"),
    ox.Literal("東 😀 \u2028 \u0301"),
    ox.Literal(" spaces "),
    ox.Literal("català", language="ca"),
    ox.Literal("=1+1"),
    _typed("10.0", "decimal"),
    _typed("007", "integer"),
    _typed("2018-01-01", "date"),
    _typed("true", "boolean"),
    _typed("not a number", "integer"),
    None,
)
TABLE = Table(("x", "y"), tuple((cell, ox.Literal("end")) for cell in ODD))
OX_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "tsv": ox.QueryResultsFormat.TSV,
}


@pytest.mark.parametrize("form", OX_FORMATS)
def test_another_engine_reads_back_every_term(form: str) -> None:
    # pyoxigraph's XML reader cuts spaces off both ends of a value.
    odd = [cell for cell in ODD if form != "xml" or cell != ox.Literal(" spaces ")]
    table = Table(("x", "y"), tuple((cell, ox.Literal("end")) for cell in odd))
    read = ox.parse_query_results(FORMATS[form].write(table), format=OX_FORMATS[form])
    assert isinstance(read, ox.QuerySolutions)
    assert [variable.value for variable in read.variables] == ["x", "y"]
    assert [row["x"] for row in read] == odd


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_rdflib_reads_back_every_term(form: str) -> None:
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        # rdflib's TSV reader forgets empty cells, and takes U+2028 for the end of a line.
        odd = [cell for cell in ODD if form != "tsv" or not (cell is None or "\u2028" in str(cell))]
        table = Table(("x", "y"), tuple((cell, ox.Literal("end")) for cell in odd))
        read = RdflibResult.parse(io.BytesIO(FORMATS[form].write(table)), format=form)
        found = [row.get(rdflib.Variable("x")) for row in read.bindings]
    finally:
        rdflib.NORMALIZE_LITERALS = before
    assert len(found) == len(odd)
    for ours, theirs in zip(odd, found, strict=True):
        if ours is None or isinstance(ours, ox.BlankNode):
            assert type(theirs) is (type(None) if ours is None else rdflib.BNode)
        else:
            assert str(theirs) == ours.value
            assert getattr(theirs, "language", None) == getattr(ours, "language", None)


def test_plain_csv_is_exact() -> None:
    rows = list(csv.reader(io.StringIO(FORMATS["csv"].write(TABLE).decode(), newline="")))
    assert rows[0] == ["x", "y"]
    assert [row[0] for row in rows[1:]] == [
        "" if cell is None else str(cell) if isinstance(cell, ox.BlankNode) else cell.value for cell in ODD
    ]
    # rdflib's CSV reader takes U+2028 for the end of a line.
    table = Table(TABLE.columns, tuple(row for row in TABLE.rows if "\u2028" not in str(row[0])))
    read = RdflibResult.parse(io.BytesIO(FORMATS["csv"].write(table)), format="csv")
    assert len(read.bindings) == len(table.rows)


SHEET = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'x", "x=1", "", " =1"]


def test_csv_for_spreadsheets_holds_no_formula() -> None:
    written = FORMATS["sheet"].write(Table(("x",), tuple((ox.Literal(text),) for text in SHEET)))
    assert written.startswith(b"\xef\xbb\xbfx\r\n")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows[1:]] == [
        "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", "'\rx", "'x", "x=1", "", " =1",
    ]  # fmt: skip


def test_xml_cannot_hold_control_characters_and_says_so() -> None:
    with pytest.raises(QueryError) as refused:
        FORMATS["xml"].write(Table(("x",), ((ox.Literal("a\x0bb"),),)))
    assert str(refused.value) == ("a value of ?x holds the character U+000B, which XML cannot hold. Use json or tsv.")


@pytest.mark.parametrize("truth", [True, False])
def test_yes_and_no_are_read_back(truth: bool) -> None:  # noqa: FBT001 - what ASK answers
    for form in ("json", "xml"):
        written = FORMATS[form].write(truth)
        assert bool(ox.parse_query_results(written, format=OX_FORMATS[form])) is truth
        assert RdflibResult.parse(io.BytesIO(written), format=form).askAnswer is truth
    assert FORMATS["table"].write(truth) == (b"yes\n" if truth else b"no\n")


TRIPLE = ox.Triple(ox.NamedNode("http://a/1"), ox.NamedNode("http://a/p"), ox.Literal("é", language="ca"))


@pytest.mark.parametrize("form", ["ttl", "jsonld", "nt"])
def test_triples_are_read_back_by_rdflib(form: str) -> None:
    names = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt"}
    written = FORMATS[form].write(Triples.of([TRIPLE, TRIPLE], {"a": "http://a/"}))
    graph = rdflib.Graph().parse(data=written, format=names[form])
    assert {(str(s), str(p), str(o)) for s, p, o in graph} == {("http://a/1", "http://a/p", "é")}
    assert written.endswith(b"\n")
    assert (b"a:1" in written) is (form == "ttl")


HELD: dict[str, Answer] = {"rows": TABLE, "the yes or no of an ASK query": True, "triples": Triples.of([TRIPLE], {})}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("what", HELD)
def test_a_format_holds_an_answer_or_names_those_that_do(form: str, what: str) -> None:
    if FORMATS[form].holds(HELD[what]):
        table = Table(("x",), ((ox.Literal("a"),),))
        assert FORMATS[form].write(table if what == "rows" else HELD[what])
        return
    able = ", ".join(name for name, one in FORMATS.items() if one.holds(HELD[what]))
    with pytest.raises(QueryError) as refused:
        FORMATS[form].write(HELD[what])
    assert str(refused.value) == f"{form} cannot hold {what}. Use one of: {able}."


def test_each_format_has_a_suffix_of_its_own() -> None:
    assert len({form.suffix for form in FORMATS.values()}) == len(FORMATS)
    assert formats.format_by_suffix("x.sheet.csv") == "sheet"
    assert formats.format_by_suffix("x.csv") == "csv"
    assert not formats.format_by_suffix("x.docx")


def test_the_command_offers_every_format() -> None:
    (choice,) = [parameter.type for parameter in command.params if parameter.name == "form"]
    assert list(getattr(choice, "choices", ())) == list(FORMATS)
    help_text = CliRunner().invoke(command, ["--help"]).output
    assert all(f" {name}" in help_text for name in FORMATS)


def test_every_writer_that_the_table_names_is_there() -> None:
    for form in FORMATS.values():
        for writer in filter(None, (form.table, form.truth, form.triples)):
            module, _, function = writer.rpartition(".")
            found = importlib.import_module(f"linkedproj.queries.results.{module}")
            assert callable(getattr(found, function)), writer


def test_a_format_is_one_function_and_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    text = importlib.import_module("linkedproj.queries.results.text")
    monkeypatch.setattr(text, "write_count", lambda table: f"{len(table.rows)}\n", raising=False)
    monkeypatch.setitem(FORMATS, "count", formats.ResultFormat(".count", "text/plain", table="text.write_count"))
    assert FORMATS["count"].write(TABLE) == f"{len(TABLE.rows)}\n".encode()
    assert formats.format_by_suffix("a.count") == "count"
    assert not FORMATS["count"].holds(True)  # noqa: FBT003 - what ASK answers


def test_parquet_has_typed_columns() -> None:
    table = Table(
        ("day", "number", "sum", "mixed", "iri", "nothing", "truth", "moment", "real"),
        (
            (
                _typed("2018-01-01", "date"), _typed("7", "integer"), _typed("1.50", "decimal"), _typed("1", "integer"),
                ox.NamedNode("http://a/"), None, _typed("1", "boolean"),
                _typed("2018-01-01T10:00:00+02:00", "dateTime"),
                _typed("1e3", "double"),
            ),
            (None, None, _typed("-3.125", "decimal"), ox.Literal("a"), None, None, None, None, _typed("INF", "double")),
        ),
    )  # fmt: skip
    read = pq.read_table(pa.BufferReader(FORMATS["parquet"].write(table)))
    assert {name: str(read.schema.field(name).type) for name in read.column_names} == {
        "day": "date32[day]", "number": "int64", "sum": "decimal128(38, 3)", "mixed": "string", "iri": "string",
        "nothing": "string", "truth": "bool", "moment": "timestamp[us, tz=UTC]", "real": "double",
    }  # fmt: skip
    assert [str(found) for found in read.column("sum").to_pylist()] == ["1.500", "-3.125"]
    assert read.column("mixed").to_pylist() == ["1", "a"]
    assert pq.read_table(pa.BufferReader(FORMATS["parquet"].write(Table(("x",), ())))).num_rows == 0


def test_numbers_too_large_for_parquet_stay_text() -> None:
    table = Table(("n", "d"), ((_typed("9" * 30, "integer"), _typed("9" * 40 + ".5", "decimal")),))
    read = pq.read_table(pa.BufferReader(FORMATS["parquet"].write(table)))
    assert read.to_pylist() == [{"n": "9" * 30, "d": "9" * 40 + ".5"}]


def test_a_missing_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(SetupError) as refused:
        values.write_parquet(TABLE)
    assert str(refused.value) == ("A Parquet file needs pyarrow. Install it with: pip install 'linkedproj[tables]'")


# ---------------------------------------------------------------- what is asked, and where


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "xml", "sheet", "parquet"])
def test_the_command_writes_each_format_to_a_file_and_to_the_screen(form: str, release: Path, tmp_path: Path) -> None:
    shown = _run("projects", "--data", release, "--format", form)
    out = tmp_path / f"answer{FORMATS[form].suffix}"
    _run("projects", "--data", release, "--out", out)
    assert out.read_bytes() == shown
    assert len(shown) > 100


def test_every_kind_of_dump_gives_the_same_answer(release: Path, tmp_path: Path) -> None:
    store = local.load(local.dump_files(release))
    kinds = {"nt": ox.RdfFormat.N_TRIPLES, "ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD,
             "rdf": ox.RdfFormat.RDF_XML}  # fmt: skip
    for suffix, kind in kinds.items():
        store.dump(tmp_path / f"all.{suffix}", format=kind, from_graph=ox.DefaultGraph())
    named = ox.Store()
    graph = ox.NamedNode("http://g/")
    named.extend(ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in store)
    named.dump(tmp_path / "all.nq", format=ox.RdfFormat.N_QUADS)
    named.dump(tmp_path / "all.trig", format=ox.RdfFormat.TRIG)
    (tmp_path / "all.nq.gz").write_bytes(gzip.compress((tmp_path / "all.nq").read_bytes()))
    expected = _run("projects-by-city", "--data", release, "--format", "tsv")
    for suffix in [*kinds, "nq", "trig", "nq.gz"]:
        assert _run("projects-by-city", "--data", tmp_path / f"all.{suffix}", "--format", "tsv") == expected, suffix
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("all.ttl", "all.nq.gz"):
        shutil.copy(tmp_path / name, folder)
    assert _run("projects-by-city", "--data", folder, "--format", "tsv") == expected


def test_of_a_file_and_its_compressed_copy_one_is_read(tmp_path: Path) -> None:
    for name in ("a.nt", "a.nt.gz", "b.ttl.gz", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [file.name for file in local.data_files(tmp_path)] == ["a.nt", "b.ttl.gz"]


ASKED = {
    "select": ("SELECT ?x { VALUES ?x { 1 } }", "csv", b"x\r\n1\r\n"),
    "ask": ("ASK { }", "json", b'{"head":{},"boolean":true}\n'),
    "construct": ("CONSTRUCT { <http://a/> <http://b/> 1 } WHERE { }", "nt",
                  b'<http://a/> <http://b/> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'),
    "byte-order-mark": ("\ufeffASK { }", "table", b"yes\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_a_query_of_any_form_is_run_from_a_file_and_from_what_is_typed(
    name: str, release: Path, tmp_path: Path
) -> None:
    sparql, form, expected = ASKED[name]
    (tmp_path / "my.rq").write_text(sparql, "utf-8")
    assert _run("-f", tmp_path / "my.rq", "--data", release, "--format", form) == expected
    assert _run("-f", "-", "--data", release, "--format", form, given=sparql.encode()) == expected


def test_triples_are_shown_as_turtle(release: Path) -> None:
    sparql = "PREFIX a: <http://a/> CONSTRUCT { a:b a:c a:d } WHERE { }"
    assert _run("-f", "-", "--data", release, given=sparql) == b"@prefix a: <http://a/> .\na:b a:c a:d .\n"


def test_a_query_that_is_brought_along_takes_parameters(release: Path) -> None:
    sparql = "SELECT ?x { BIND(?_text AS ?x) }"
    assert _run("-f", "-", "-p", "text=a b", "--data", release, "--format", "csv", given=sparql) == b"x\r\na b\r\n"
    done = CliRunner().invoke(command, ["-f", "-", "--data", str(release)], input=sparql)
    assert str(done.exception) == "parameter 'text' has no value. Give it with -p text=…."


REFUSED = {
    "no-file": (["-f", "nowhere.rq"], "nowhere.rq: the file cannot be read: No such file or directory."),
    "no-folder": (
        ["projects", "--out", "nowhere/a.csv"],
        "nowhere/a.csv: the answer cannot be written: No such file or directory.",
    ),
    "rows-as-turtle": (
        ["projects", "--format", "ttl"],
        "ttl cannot hold rows. Use one of: table, csv, tsv, json, xml, sheet, parquet.",
    ),
    "no-address": (
        ["projects", "--endpoint", "file:///etc/hostname"],
        "'file:///etc/hostname' is no address of an endpoint. Write it like https://data.example.org/sparql.",
    ),
    "no-base": (["projects", "--base", "x"], 'the base "x" must be an absolute IRI'),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_told_in_one_sentence(name: str, release: Path) -> None:
    arguments, message = REFUSED[name]
    data = [] if "--endpoint" in arguments else ["--data", str(release)]
    done = CliRunner().invoke(command, [*arguments, *data])
    assert isinstance(done.exception, LinkedprojError)
    assert str(done.exception).startswith(message)


LISTS = "'linkedproj queries list' lists the saved ones."
SENSELESS = {
    "nothing": ([], f"Name a saved query, or give one with -f. {LISTS}"),
    "id-and-file": (["projects", "-f", "x.rq"], f"ID and -f exclude each other. {LISTS}"),
    "two-sources": (["projects", "--data", "x", "--records", "."], "--data and --records exclude each other."),
    "file-and-endpoint": (
        ["projects", "--data", "x", "--endpoint", "http://a/"], "--data and --endpoint exclude each other.",
    ),
    "store-of-records": (
        ["projects", "--records", ".", "--store", "x"], "--store has no meaning with --records: it is for a dump.",
    ),
    "store-of-an-endpoint": (
        ["projects", "--endpoint", "http://a/", "--store", "x"],
        "--store has no meaning with --endpoint: it is for a dump.",
    ),
    "unknown-suffix": (
        ["projects", "--out", "a.docx"], "no format has the suffix of a.docx. Give --format, or one of: .txt, ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SENSELESS)
def test_options_that_make_no_sense_together_are_a_wrong_call(name: str) -> None:
    arguments, message = SENSELESS[name]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 2
    assert f"Error: {message}" in done.output


# ---------------------------------------------------------------- a portfolio with another base


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the shipped records under another base; give the folder with the tables and, in it, the dump."""
    home = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(ROOT / "data", home / "data")
    config = home / "data/portfolio.toml"
    text = config.read_text("utf-8")
    assert 'base = "https://data.example.org/"' in text
    config.write_text(text.replace("https://data.example.org/", OTHER), "utf-8")
    build(home / "data", home / "public")
    return home


def test_ids_and_defaults_follow_the_base_of_the_release(elsewhere: Path, release: Path) -> None:
    latest = elsewhere / "public/dump/latest"
    for arguments in ([], ["-p", "city=birmingham"]):
        here = _run("projects-by-city", *arguments, "--data", release, "--format", "csv").decode()
        there = _run("projects-by-city", *arguments, "--data", latest, "--format", "csv").decode()
        assert there == here.replace("https://data.example.org/", OTHER)
        assert OTHER in there


def test_every_query_answers_alike_under_another_base(elsewhere: Path, release: Path) -> None:
    context = bases.context_of(OTHER + "id/")
    here, there = (local.load(local.dump_files(at)) for at in (release, elsewhere / "public/dump/latest"))
    for query in open_collection(ROOT / "data").read().values():
        moved = bases.rebase(query, context.base)
        assert "https://data.example.org/" not in moved.body
        expected = local.evaluate(here, bind(query, {}, bases.by_table(bases.context_of())))
        found = local.evaluate(there, bind(moved, {}, bases.by_table(context)))
        assert len(getattr(found, "rows", ())) == len(getattr(expected, "rows", ())), query.id


def test_the_base_is_found_in_the_records_and_in_bare_files(elsewhere: Path, tmp_path: Path) -> None:
    expected = _run("projects-by-city", "--data", elsewhere / "public/dump/latest", "--format", "csv")
    assert OTHER.encode() in expected
    assert _run("projects-by-city", "--records", elsewhere / "data", "--format", "csv") == expected
    shutil.copy(elsewhere / "public/dump/latest/portfolio.nt", tmp_path)
    assert _run("projects-by-city", "--data", tmp_path / "portfolio.nt", "--format", "csv") == expected
    arguments = ["show", "projects-by-city", "--bound", "--base", OTHER + "id/"]
    assert f"<{OTHER}id/city/barcelona>" in CliRunner().invoke(queries_command, arguments).output


def test_data_of_two_portfolios_are_not_mixed_up(elsewhere: Path, release: Path) -> None:
    done = CliRunner().invoke(
        command, ["projects", "--data", str(elsewhere / "public/dump/latest"), "--data", str(release)]
    )
    assert str(done.exception) == (
        f"the data have different bases: https://data.example.org/id/, {OTHER}id/. Query them one by one."
    )


# ---------------------------------------------------------------- what is read


def test_only_the_query_that_is_asked_is_read(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(path: Path, own: Sequence[str] = ()) -> SavedQuery:
        read.append(path.stem)
        return read_query(path, own)

    monkeypatch.setattr(collection, "read_query", reading)
    assert _run("projects", "--data", release)
    assert read == ["projects"]
    done = CliRunner().invoke(command, ["project", "--data", str(release)])
    assert str(done.exception) == "there is no saved query 'project'. Did you mean 'projects'?"
    for stray in ("../queries/projects", "README", "xyzzy"):
        done = CliRunner().invoke(command, [stray])
        assert str(done.exception) == f"there is no saved query '{stray}'. 'linkedproj queries list' lists them."
    assert read == ["projects"]
