"""Every shipped query is read by grlc's own parser, and means the same to it as to us."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkedproj.queries.lint.code import find_selects, query_form, read_code
from linkedproj.queries.saved.collection import SavedQuery, read_queries

if TYPE_CHECKING:
    from types import ModuleType

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "queries"
QUERIES = read_queries(FOLDER)
UNREAD = {"AskQuery"}
"""Forms of which grlc itself says that it reads no parameters."""

pytestmark = pytest.mark.slow


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    env = _module("grlc_env")
    try:
        python = env.grlc_python(request.config.cache.mkdir("grlc"))
    except env.CannotInstallError as error:
        pytest.skip(str(error))
    files = [str(FOLDER / f"{name}.rq") for name in QUERIES]
    # grlc looks for its configuration where it is started, and makes one.
    where = tmp_path_factory.mktemp("grlc")
    done = subprocess.run(
        [str(python), str(HERE / "grlc_read.py"), *files], cwd=where, check=True, capture_output=True, text=True
    )
    read: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return read


def _columns(query: SavedQuery) -> list[str]:
    return [name for select in find_selects(read_code(query.body, query.file))[:1] for name, _ in select.columns]


@pytest.mark.parametrize("query_id", QUERIES)
def test_grlc_reads_what_we_read(query_id: str, found: dict[str, Any]) -> None:
    query, read = QUERIES[query_id], found[query_id]
    asked = query_form(read_code(query.body, query.file))
    assert asked is not None
    assert read["form"] == f"{asked.keyword.capitalize()}Query"
    assert (read["summary"], read["tags"]) == (query.title["en"], list(query.tags))
    assert read["columns"] == (_columns(query) if asked.keyword == "SELECT" else [])


@pytest.mark.parametrize("query_id", [name for name, query in QUERIES.items() if query.parameters])
def test_grlc_finds_the_same_parameters(query_id: str, found: dict[str, Any]) -> None:
    query, read = QUERIES[query_id], found[query_id]
    if read["form"] in UNREAD:
        assert read["parameters"] is None
        return
    given = {name: (one["required"], str(one.get("default", ""))) for name, one in read["parameters"].items()}
    assert given == {name: (not one.optional, one.default or "") for name, one in query.parameters.items()}
