"""What the tests share: the shipped portfolio as it would be published, and a small one to break."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import threading
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
import rdflib
from tests.releases import publish_three

from linkedproj.build import build
from linkedproj.check.alike import alike_problems
from linkedproj.cli import main
from linkedproj.mapping.tables import map_tables
from linkedproj.model.folder import open_folder
from linkedproj.model.rules import load_rules
from linkedproj.model.schema import load_schema
from linkedproj.release.lock import locked
from linkedproj.reports.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.desks import Desk

    from linkedproj.model.rules import Rules
    from linkedproj.model.schema import Schema

ROOT = Path(__file__).parents[1]
SMALL = Path(__file__).parent / "fixtures" / "small"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that renews golden files."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew; then read the difference")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many processes share the tests: none for single files, where starting them takes longer."""
    return min(4, os.cpu_count() or 1) if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let nothing that was kept by another run decide what is found, nor by this one what others find."""
    os.environ["LINKEDPROJ_CACHE"] = str(tmp_path_factory.mktemp("cache"))


def graph_of(*paths: Path) -> rdflib.Graph:
    """Read Turtle files into one graph."""
    graph = rdflib.Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


@dataclass(frozen=True)
class Outcome:
    """What a run of the command line gave: its exit code, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def blocks(self) -> list[str]:
        """Give the problems as the report words them: place, sentence and code, and what to do on the next line."""
        found = re.findall(r"^\S.*\[LP-[A-Z0-9-]+\](?:\n    .*)*|^… and .*", self.out + self.err, re.MULTILINE)
        return [re.sub(r"\n +", "\n", block) for block in found]

    @property
    def codes(self) -> list[str]:
        """Give the code of each problem that is shown."""
        return re.findall(r"\[(LP-[A-Z0-9-]+)\]$", self.out + self.err, re.MULTILINE)


@dataclass(frozen=True)
class Small:
    """A copy of tests/fixtures/small in `home`/data, to be changed; `home` is the current folder."""

    home: Path

    @property
    def folder(self) -> Path:
        """The tables."""
        return self.home / "data"

    @property
    def latest(self) -> Path:
        """The newest release."""
        return self.home / "public/dump/latest"

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that is there once."""
        path = self.folder / name
        text = path.read_bytes().decode("utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        path.write_bytes(text.replace(old, new).encode("utf-8"))

    def write(self, name: str, content: str | bytes) -> None:
        """Write a whole file, bytes as they are."""
        data = content.encode("utf-8") if isinstance(content, str) else content
        (self.folder / name).write_bytes(data)

    def run(self, *arguments: str) -> Outcome:
        """Run a command of linkedproj in this process."""
        return run(*arguments)

    def map(self, *, alike: bool = False) -> Report:
        """Read the tables and write nothing: what the mapping finds, and which names are `alike`."""
        folder = open_folder(self.folder)
        with TemporaryDirectory() as work:
            mapped = map_tables(self.folder, folder.schema, folder.config, "data", Path(work), {})
            likenesses = tuple(alike_problems(mapped.portfolio)) if alike else ()
        problems = (*mapped.portfolio.problems, *mapped.evidence.problems, *likenesses)
        return Report(problems, mapped.portfolio.counts, shipped_rules())

    def problems(self, *options: str) -> list[dict[str, object]]:
        """Check the tables, and give the problems as the report for programs does."""
        found: list[dict[str, object]] = json.loads(self.run("check", "--format", "json", *options).out)["problems"]
        return found


def run(*arguments: str) -> Outcome:
    """Run the command line in this process."""
    if arguments[:1] == ("build",) and not {"--site", "--help"} & {*arguments}:
        # Pages have tests of their own, and make a small build take twice as long.
        arguments = ("build", "--no-site", *arguments[1:])
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(arguments))
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return Outcome(code, out.getvalue(), err.getvalue())


@cache
def schema_for(base: str) -> Schema:
    """Load the shipped ontology once for each base of identifiers."""
    return load_schema(ROOT / "ontology", base)


@cache
def shipped_rules() -> Rules:
    """Load the rules, those in shapes included."""
    return load_rules(ROOT / "ontology/shapes.ttl", "ontology/shapes.ttl")


def made_once(name: str, make: Callable[[Path], object], factory: pytest.TempPathFactory) -> Path:
    """Fill a folder once for all processes that share the tests; return it."""
    home = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        home = home.parent
    with locked(home / f"{name}.once", lambda _: None):
        done = home / f"{name}.done"
        if not done.exists():
            (home / name).mkdir()
            make(home / name)
            done.touch()
    return home / name


def published_once(name: str, folder: Path, factory: pytest.TempPathFactory, *, site: bool = False) -> Path:
    """Publish a folder once for all processes that share the tests; return the folder of the dumps."""
    return made_once(name, lambda home: build(folder, home / "public", site=site), factory) / "public/dump/latest"


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the shipped records once; give the folder of the dumps, not to be written to."""
    return published_once("shipped", ROOT / "data", tmp_path_factory)


@pytest.fixture(scope="session")
def shipped_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the shipped records with their pages once; give the public folder, not to be written to."""
    return published_once("shipped-site", ROOT / "data", tmp_path_factory, site=True).parents[1]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine only; give its address, with a slash at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the small portfolio once, unchanged; give the folder of the dumps, not to be written to."""
    return published_once("small", SMALL, tmp_path_factory)


@pytest.fixture(scope="session")
def whole_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish once the portfolio that fills every table; give the folder of the dumps, not to be written to."""
    return published_once("vilamar", ROOT / "tests/fixtures/vilamar", tmp_path_factory)


@pytest.fixture(scope="session")
def three_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish three releases of the small portfolio once; give the folder above public/, not to be written to."""
    return made_once("three", lambda home: publish_three(SMALL, home), tmp_path_factory)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Copy the small portfolio into an empty folder and go there, so that it is called data/ in messages."""
    shutil.copytree(SMALL, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return Small(tmp_path)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export the small portfolio once, not to be written to."""
    path = tmp_path_factory.mktemp("left") / "small.xlsx"
    assert run("export", "workbook", str(path), "--data", str(SMALL)).code == 0
    return path


@pytest.fixture
def desk(small: Small, left: Path) -> Desk:
    """Lay a copy of the workbook beside the portfolio."""
    from tests.desks import Desk

    book = small.home / "small.xlsx"
    shutil.copyfile(left, book)
    return Desk(small, book)
