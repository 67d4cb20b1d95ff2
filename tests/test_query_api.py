"""`linkedproj.query` as its users see it: rows, tables, types, and the page about it."""

from __future__ import annotations

import ast
import contextlib
import copy
import datetime as dt
import io
import os
import pickle
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest

import linkedproj
from linkedproj.model.errors import QueryError, SetupError
from linkedproj.model.lexical import XSD
from linkedproj.queries import api
from linkedproj.queries.ask import local
from linkedproj.queries.results.rows import QueryResult
from linkedproj.queries.results.table import Table
from linkedproj.queries.results.values import Iri, LangString, to_python
from linkedproj.queries.saved.collection import open_collection

if TYPE_CHECKING:
    from collections.abc import Sequence


ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "docs" / name for name in ("queries-in-python.md", "tables-elsewhere.md", "cookbook.md")]


# ---------------------------------------------------------------- the pages

BLOCK = re.compile(r"```python\n(.*?)```\n(?:```text\n(.*?)```\n)?", re.DOTALL)


@pytest.fixture
def home(release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go where there is a dump, and the tables that it was made of."""
    shutil.copytree(release, tmp_path / "public/dump/latest")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
@pytest.mark.usefixtures("home")
def test_what_the_page_shows_is_what_happens(page: Path, pytestconfig: pytest.Config) -> None:
    names: dict[str, object] = {}

    def renewed(block: re.Match[str]) -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block[1], str(page), "exec"), names)  # noqa: S102 - the page is ours
        shown = f"```text\n{out.getvalue()}```\n" if out.getvalue() else ""
        return f"```python\n{block[1]}```\n{shown}"

    text = page.read_text("utf-8")
    found = BLOCK.sub(renewed, text)
    if pytestconfig.getoption("update_golden"):
        page.write_text(found, "utf-8")
        return
    assert found == text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_the_page_is_found(page: Path) -> None:
    text = page.read_text("utf-8")
    assert len(BLOCK.findall(text)) == text.count("```python") > 3


def test_r_counts_what_polars_counts(home: Path) -> None:
    program = shutil.which("Rscript")
    if not program:
        pytest.skip("R is not installed")
    text = PAGES[1].read_text("utf-8")
    blocks = re.findall(r"```r\n(.*?)```\n", text, re.DOTALL)
    (shown,) = re.findall(r"^\[\(.*\]$", text, re.MULTILINE)
    done = subprocess.run([program, "-e", "".join(blocks)], capture_output=True, check=True, cwd=home, text=True)
    assert done.stdout.splitlines() == [f"{theme} {projects}" for theme, projects in ast.literal_eval(shown)]


# ---------------------------------------------------------------- the call


def test_the_function_is_loaded_when_it_is_asked_for() -> None:
    code = (
        "import linkedproj\n"
        "assert callable(linkedproj.query)\n"
        "import linkedproj.queries.saved.collection, linkedproj.queries.api as api\n"
        "from linkedproj import query\n"
        "from linkedproj.queries.saved import bind\n"
        "assert linkedproj.query is query and callable(query)\n"
        "assert linkedproj.queries.saved.collection.read_queries and bind.bind and api.query\n"
        "import sys\n"
        "assert not {'rdflib', 'pandas', 'polars', 'pyarrow', 'SPARQLWrapper'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=_environment(), timeout=60)
    with pytest.raises(AttributeError, match="module 'linkedproj' has no attribute 'queri'"):
        getattr(linkedproj, "queri")  # noqa: B009 - type checkers know that it is missing
    assert linkedproj.query is api.query


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT / "src")}


def test_every_source_gives_the_same_rows(release: Path) -> None:
    store = local.load(local.dump_files(release))
    expected = list(linkedproj.query("projects-by-city", data=store))
    assert len(expected) >= 7
    sources: Sequence[api.Data] = (release, str(release), local.dump_files(release), release / "portfolio.nt")
    for data in sources:
        assert list(linkedproj.query("projects-by-city", data=data)) == expected


def test_a_dump_that_was_built_anew_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    counts = []
    for number in (1, 2):
        file.write_text(
            "@prefix lp: <https://w3id.org/linkedproj/ns#> . @prefix d: <https://data.example.org/id/project/> .\n"
            + "".join(f"d:p{n} a lp:Project, lp:Initiative .\n" for n in range(number)),
            "utf-8",
        )
        counts.append(len(linkedproj.query("projects", data=file)))
    assert counts == [1, 2]


def test_arguments_may_be_values_of_python(release: Path) -> None:
    asked = linkedproj.query("running-on", data=release, day=dt.date(2018, 6, 1), lang="ca")
    assert '"2018-06-01"^^<http://www.w3.org/2001/XMLSchema#date>' in asked.query
    assert list(asked) == list(linkedproj.query("running-on", data=release, day="2018-06-01", lang="ca"))


REFUSED: dict[str, tuple[tuple[str], dict[str, Any], str]] = {
    "unknown-query": (("project",), {}, "there is no saved query 'project'. Did you mean 'projects'?"),
    "unknown-argument": (
        ("running-on",), {"dya": "x"}, "running-on: there is no parameter 'dya'. There are: day, lang.",
    ),
    "two-sources": (
        ("projects",), {"endpoint": "http://a/"}, "data and endpoint exclude each other. Give one of them.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_call_is_told_in_one_sentence(name: str, release: Path) -> None:
    (query_id,), options, message = REFUSED[name]
    with pytest.raises(QueryError) as refused:
        linkedproj.query(query_id, data=release, **options)
    assert str(refused.value) == message


def test_without_a_dump_the_sentence_says_how_to_build_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(QueryError, match="public/dump/latest"):
        linkedproj.query("projects")


def test_no_parameter_has_a_name_of_the_call() -> None:
    names = {name for query in open_collection(ROOT / "data").read().values() for name in query.parameters}
    assert not names & {"data", "endpoint", "base", "store"}


# ---------------------------------------------------------------- values


def _typed(text: str, name: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + name))


VALUES = [
    (ox.NamedNode("http://a/"), Iri("http://a/")),
    (ox.BlankNode("b"), "_:b"),
    (ox.Literal("a"), "a"),
    (ox.Literal("a", language="ca"), LangString("a", "ca")),
    (_typed("007", "integer"), 7),
    (_typed("7", "nonNegativeInteger"), 7),
    (_typed("10.50", "decimal"), Decimal("10.50")),
    (_typed("1e3", "double"), 1000.0),
    (_typed("-INF", "float"), float("-inf")),
    (_typed("1", "boolean"), True),
    (_typed("false", "boolean"), False),
    (_typed("2018-02-28", "date"), dt.date(2018, 2, 28)),
    (_typed("2018-02-28T10:00:00Z", "dateTime"), dt.datetime(2018, 2, 28, 10, tzinfo=dt.UTC)),
    (_typed("2018-02", "gYearMonth"), "2018-02"),
    (_typed("2018", "gYear"), "2018"),
    (_typed("2018-02-30", "date"), "2018-02-30"),
    (_typed("2018", "date"), "2018"),
    (_typed("seven", "integer"), "seven"),
    (_typed("yes", "boolean"), "yes"),
    (_typed("much", "double"), "much"),
    (_typed("1e5", "decimal"), "1e5"),
    (_typed("\u0667", "integer"), "\u0667"),
    (None, None),
]


@pytest.mark.parametrize(("term", "value"), VALUES, ids=str)
def test_a_term_becomes_a_value_of_python(term: ox.Literal, value: object) -> None:
    found = to_python(term)
    assert found == value
    assert type(found) is type(value)


def test_a_text_keeps_its_language_when_it_is_copied() -> None:
    text = LangString("a", "ca")
    for other in (copy.copy(text), pickle.loads(pickle.dumps(text))):  # noqa: S301 - made in this line
        assert (other, other.language) == ("a", "ca")


TABLE = Table(("from", "n", "label"), ((_typed("2018-01-01", "date"), _typed("1", "integer"), None),) * 2)


def test_a_row_is_read_by_name_position_and_column() -> None:
    result = QueryResult(TABLE, "SELECT")
    row = result[0]
    assert (row.n, row["from"], row[1], row[-1]) == (1, dt.date(2018, 1, 1), 1, None)
    assert list(row) == [dt.date(2018, 1, 1), 1, None] == list(row[:])
    assert row.as_dict() == {"from": dt.date(2018, 1, 1), "n": 1, "label": None}
    assert repr(row) == "ResultRow(from=datetime.date(2018, 1, 1), n=1, label=None)"
    assert row == result[1] == (dt.date(2018, 1, 1), 1, None)
    assert len({row, result[1]}) == 1
    with pytest.raises(AttributeError, match="no column 'm'"):
        row.m  # noqa: B018 - reading is what fails
    with pytest.raises(KeyError, match="no column 'm'; there are: from, n, label"):
        row["m"]
    assert [len(result), len(result[:1]), repr(result)] == [2, 1, "<2 rows: from, n, label>"]


def test_a_result_is_written_as_csv(tmp_path: Path) -> None:
    text = QueryResult(TABLE, "SELECT").to_csv(tmp_path / "a.csv")
    assert text == "from,n,label\r\n2018-01-01,1,\r\n2018-01-01,1,\r\n"
    assert (tmp_path / "a.csv").read_bytes() == text.encode()


def test_every_saved_query_becomes_a_data_frame(release: Path) -> None:
    store = local.load(local.dump_files(release))
    for query_id, query in open_collection(ROOT / "data").read().items():
        if "SELECT" not in query.body or "CONSTRUCT" in query.body:
            continue
        result = linkedproj.query(query_id, data=store)
        assert result.to_pandas().shape == (len(result), len(result.columns)), query_id
        assert result.to_polars().shape == (len(result), len(result.columns)), query_id


def test_data_frames_have_typed_columns() -> None:
    result = QueryResult(TABLE, "SELECT")
    assert [str(kind) for kind in result.to_pandas().dtypes] == ["datetime64[s]", "Int64", "object"]
    assert [str(kind) for kind in result.to_polars().dtypes] == ["Date", "Int64", "String"]


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_missing_package_says_how_to_install_it(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SetupError) as refused:
        getattr(QueryResult(TABLE, "SELECT"), f"to_{package}")()
    assert str(refused.value) == (
        f"to_{package}() needs {package}. Install it with: pip install 'linkedproj[{package}]'"
    )


# ---------------------------------------------------------------- types

SCRIPT = """\
import linkedproj
import linkedproj.queries.saved.collection
from linkedproj.queries.results.rows import QueryResult, ResultRow

rows: QueryResult = linkedproj.query("projects-by-city", city="barcelona")
first: ResultRow = rows[0]
text: str = rows.query
names: tuple[str, ...] = rows.columns
several: list[ResultRow] = rows[:2]
reveal_type(first[0])
linkedproj.query(7)
linkedproj.query("projects", city=[])
"""


def test_type_checkers_know_what_a_query_gives(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", tmp_path / "cache",
         "--follow-imports=silent", "script.py"],
        cwd=tmp_path, env=_environment() | {"MYPYPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip
    errors = [line for line in done.stdout.splitlines() if line.startswith("script.py")]
    assert len(errors) == 3, done.stdout + done.stderr
    assert errors[0].startswith('script.py:10: note: Revealed type is "')
    assert 'script.py:11: error: Argument 1 to "query" has incompatible type "int"; expected "str"' in errors[1]
    assert 'script.py:12: error: Argument "city" to "query" has incompatible type "list[Never]"' in errors[2]
