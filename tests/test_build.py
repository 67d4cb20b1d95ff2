"""What a build publishes: which files, that they agree with each other, and that they come out whole or not at all."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib
from tests.conftest import schema_for
from tests.mapping import dump

from linkedproj.model.settings import load_config
from linkedproj.model.width import width
from linkedproj.release import COMPRESS_FROM
from linkedproj.reports.progress import Progress
from linkedproj.writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Small

SOURCE = Path(__file__).parents[1] / "src"
GOLDEN = Path(__file__).parent / "golden"
MAPPED = (*(f"portfolio{form.suffix}" for form in FORMATS.values()), "evidence.ttl")

Terms = set[tuple[tuple[str, str], ...]]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def tables(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.suffix == ".csv")


def rewrite(path: Path, change: Callable[[list[list[str]]], list[list[str]]], end: str = "\n") -> None:
    """Write a table anew after a change to its rows."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = change(list(csv.reader(file)))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator=end).writerows(rows)


def linkedproj(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line as its users do."""
    return subprocess.run(
        [sys.executable, "-m", "linkedproj", *arguments],
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


# ---------------------------------------------------------------- which files


def test_a_release_holds_every_form_of_the_records(release: Path, small_release: Path) -> None:
    for folder, source in (
        (release, SOURCE.parent / "data"),
        (small_release, Path(__file__).parent / "fixtures/small"),
    ):
        names = set(contents(folder))
        csv_tables = {f"{path.name.partition('.')[0]}.csv" for path in tables(source)}
        ontology = {"vocabulary.ttl", "shapes.ttl", "context.jsonld"}
        assert names >= {*MAPPED, "portfolio.rdf", *ontology, *csv_tables, "SHA256SUMS"}
        assert {name for name in names if name.endswith(".csv")} == csv_tables


def test_large_files_have_a_compressed_copy_that_is_equal(release: Path) -> None:
    files = contents(release)
    large = {f"{name}.gz" for name, data in files.items() if len(data) >= COMPRESS_FROM and not name.endswith(".gz")}
    assert {name for name in files if name.endswith(".gz")} == large
    assert "portfolio.nt.gz" in large
    for name in large:
        assert gzip.decompress(files[name]) == files[name.removesuffix(".gz")]
        flags, time = files[name][3], files[name][4:8]
        assert (flags, time) == (0, bytes(4)), "neither a name nor a time makes two equal copies differ"


def test_the_sums_are_those_of_every_file(release: Path) -> None:
    files = contents(release)
    lines = files.pop("SHA256SUMS").decode().splitlines()
    assert [line.partition("  ")[2] for line in lines] == sorted(files)
    for line in lines:
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest


def test_latest_has_the_bytes_of_the_version(release: Path) -> None:
    versions = [folder for folder in release.parent.iterdir() if folder.name != "latest"]
    assert [contents(folder) for folder in versions] == [contents(release)]


def test_the_summary_says_what_was_read_and_written(small: Small) -> None:
    outcome = small.run("build")
    assert outcome.err == ""
    assert outcome.out.startswith("read     33 records from 14 tables: 1 portfolio, 2 project, 1 cooperation, ")
    assert "evidence: 100 % of " in outcome.out
    assert re.search(r"^Participation +4 +29$", outcome.out, re.MULTILINE)
    for name, data in contents(small.latest).items():
        if name != "SHA256SUMS":
            size = f"{len(data)} B" if len(data) < 1000 else f"{len(data) / 1000:.1f} kB"
            assert re.search(rf"^  {re.escape(name)} +{re.escape(size)}$", outcome.out, re.MULTILINE)
    assert "the same files: public/dump/latest (a draft; --release VERSION makes a release)\n" in outcome.out


# ---------------------------------------------------------------- the same bytes


@pytest.mark.slow
def test_the_hash_seed_changes_nothing_and_a_pipe_gets_no_progress(small: Small) -> None:
    sums = []
    for seed in ("0", "1"):
        done = linkedproj("build", str(small.folder), "--out", str(small.home / seed), PYTHONHASHSEED=seed)
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"\r" not in done.stdout
        sums.append((small.home / seed / "dump/latest/SHA256SUMS").read_bytes())
    assert sums[0] == sums[1]


def test_a_second_build_changes_nothing(small: Small, small_release: Path) -> None:
    shutil.copytree(small_release.parents[1], small.home / "public")
    small.run("build")
    assert contents(small.latest) == contents(small_release)


def mapped(folder: Path) -> dict[str, bytes]:
    """Write every dump of a folder without checks, catalogue and answers; these are made of nothing but the dumps."""
    config = load_config(folder, "data")
    config = replace(config, version=f"{config.version}-draft")
    with TemporaryDirectory() as place:
        dumps = dump(folder, Path(place), schema_for(config.base), config).dumps
    names = {name: f"portfolio{form.suffix}" for name, form in FORMATS.items()} | {"supporting": "evidence.ttl"}
    return {names[name]: text.encode("utf-8") for name, text in dumps.items()}


def published(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in contents(folder).items() if name in MAPPED}


def test_the_order_of_rows_and_columns_changes_no_dump(small: Small, small_release: Path) -> None:
    chance = random.Random(20200211)  # noqa: S311 - an order, no secret

    def shuffle(rows: list[list[str]]) -> list[list[str]]:
        head, *body = rows
        order = chance.sample(range(len(head)), len(head))
        return [[row[index] for index in order] for row in [head, *chance.sample(body, len(body))]]

    for path in tables(small.folder):
        rewrite(path, shuffle)
    assert mapped(small.folder) == published(small_release)


def test_line_ends_of_a_spreadsheet_and_split_tables_change_nothing(small: Small, small_release: Path) -> None:
    for path in tables(small.folder):
        rewrite(path, list, "\r\n")
    head, first, *rest = (small.folder / "theme.csv").read_bytes().splitlines(keepends=True)
    small.write("theme.csv", head + first)
    small.write("theme.more.csv", head + b"".join(rest))
    small.run("build")
    assert contents(small.latest) == contents(small_release)


@pytest.mark.parametrize("suffix", ["json", "jsonl", "yaml"])
def test_the_file_format_changes_no_dump(suffix: str, small: Small, small_release: Path) -> None:
    for path in tables(small.folder):
        with path.open(encoding="utf-8", newline="") as file:
            records = [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(file)]
        path.unlink()
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        text = "\n".join(lines) if suffix == "jsonl" else "[" + ",\n".join(lines) + "]"
        small.write(f"{path.stem}.{suffix}", text)
    assert mapped(small.folder) == published(small_release)


def test_the_dumps_are_the_golden_ones(small_release: Path, request: pytest.FixtureRequest) -> None:
    for name in ("portfolio.ttl", "evidence.ttl"):
        if request.config.getoption("--update-golden"):
            (GOLDEN / name).write_bytes((small_release / name).read_bytes())
        assert (small_release / name).read_text("utf-8") == (GOLDEN / name).read_text("utf-8")


def test_published_tables_can_be_read_in_again(small: Small, small_release: Path) -> None:
    for path in [*tables(small.folder), *tables(small_release)]:
        small.write(path.name, (small_release / path.name).read_bytes())
    assert small.map().problems == ()
    small.run("build")
    assert contents(small.latest) == contents(small_release)


def test_the_published_tables_of_the_portfolio_can_be_read_in_again(release: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    for path in [*tables(release), SOURCE.parent / "data/portfolio.toml"]:
        (again / path.name).write_bytes(path.read_bytes())
    assert mapped(again) == published(release)


def test_the_curators_own_columns_are_not_published(release: Path, small_release: Path) -> None:
    for path in [*tables(release), *tables(small_release)]:
        header = path.read_text("utf-8").partition("\n")[0]
        assert not [name for name in header.split(",") if name.startswith("_")]
    for name, data in contents(small_release).items():
        assert b"_line" not in data, name


# ---------------------------------------------------------------- the same triples


def by_oxigraph(path: Path, form: ox.RdfFormat) -> Terms:
    def term(value: object) -> tuple[str, str]:
        if isinstance(value, ox.Literal):
            return value.value, value.language or value.datatype.value
        assert isinstance(value, ox.NamedNode), f"{value} in {path.name}"
        return value.value, ""

    return {(term(quad.subject), term(quad.predicate), term(quad.object)) for quad in ox.parse(path=path, format=form)}


def by_rdflib(path: Path, form: str) -> Terms:
    def term(value: rdflib.term.Node) -> tuple[str, str]:
        if isinstance(value, rdflib.Literal):
            return str(value), value.language or str(value.datatype or rdflib.XSD.string)
        assert isinstance(value, rdflib.URIRef), f"{value} in {path.name}"
        return str(value), ""

    graph = rdflib.Graph().parse(path, format=form)
    return {tuple(term(part) for part in triple) for triple in graph}


@pytest.mark.parametrize("folder", ["release", "small_release"])
def test_all_dumps_are_the_same_triples_to_both_libraries(
    folder: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    path: Path = request.getfixturevalue(folder)
    expected = by_oxigraph(path / "portfolio.nt", ox.RdfFormat.N_TRIPLES)
    assert len(expected) == len((path / "portfolio.nt").read_text("utf-8").splitlines())
    assert by_oxigraph(path / "portfolio.ttl", ox.RdfFormat.TURTLE) == expected
    assert by_oxigraph(path / "portfolio.jsonld", ox.RdfFormat.JSON_LD) == expected
    assert by_oxigraph(path / "portfolio.rdf", ox.RdfFormat.RDF_XML) == expected
    assert by_rdflib(path / "portfolio.rdf", "xml") == expected
    assert by_rdflib(path / "portfolio.nt", "nt") == expected
    assert by_rdflib(path / "portfolio.ttl", "turtle") == expected
    assert by_rdflib(path / "portfolio.jsonld", "json-ld") == expected


def test_evidence_is_the_same_to_both_libraries(small_release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    path = small_release / "evidence.ttl"
    assert by_rdflib(path, "turtle") == by_oxigraph(path, ox.RdfFormat.TURTLE)


def test_no_dump_has_a_blank_node(release: Path) -> None:
    for name in ("portfolio.ttl", "evidence.ttl", "vocabulary.ttl"):
        for quad in ox.parse(path=release / name, format=ox.RdfFormat.TURTLE):
            assert not {ox.BlankNode} & {type(quad.subject), type(quad.object)}, f"{quad} in {name}"


# ---------------------------------------------------------------- whole, or not at all


def test_an_interrupted_build_leaves_nothing(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("linkedproj.build.publish_tables", interrupt)
    assert small.run("build").code != 0
    assert [path.name for path in small.home.iterdir()] == ["data"]


def test_an_empty_folder_that_was_there_stays(small: Small) -> None:
    (small.home / "public").mkdir()
    small.edit("project.csv", "2019-03", "soon")
    assert small.run("build").code == 1
    assert list((small.home / "public").iterdir()) == []


# ---------------------------------------------------------------- progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_what_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkedproj.reports.progress._PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "30")
    terminal = _Terminal()
    with Progress(terminal) as tell:
        tell("reading the tables")
        for _ in range(500):
            if "reading" in terminal.getvalue():
                break
            time.sleep(0.01)
        tell("[writing] " + "東京" * 20)
        for _ in range(500):
            if "writing" in terminal.getvalue():
                break
            time.sleep(0.01)
    assert "reading the tables … 0 s" in terminal.getvalue()
    lines = re.split(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]", terminal.getvalue())
    assert max(map(width, lines)) <= 30, "a line is no wider than the terminal"
    assert terminal.getvalue().endswith("\x1b[2K"), "the line is cleared at the end"


def test_work_that_is_quick_is_not_told_of() -> None:
    terminal = _Terminal()
    with Progress(terminal) as tell:
        tell("reading the tables")
    assert terminal.getvalue() == ""
