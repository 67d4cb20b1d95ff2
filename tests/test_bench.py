"""The benchmark: its portfolios are sound and always the same, and what is timed gives the right triples."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from linkedproj.config import load_config
from linkedproj.paths import shipped
from linkedproj.reading import read_portfolio
from linkedproj.schema import load_schema

from .bench.compare import triples
from .bench.engines import OUTPUTS, PEERS, Laps, ours, ours_all
from .bench.generate import generate
from .bench.words import AWKWARD

ROOT = Path(__file__).parents[1]
PROJECTS = 20


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a portfolio up and map it once."""
    folder = tmp_path_factory.mktemp("made")
    generate(folder, PROJECTS)
    ours(folder, Laps())
    return folder


def _tables(folder: Path) -> dict[str, list[str]]:
    return {path.name: path.read_text("utf-8").splitlines() for path in sorted(folder.glob("*.csv"))}


def test_the_same_seed_makes_the_same_tables_and_another_seed_others(made: Path, tmp_path: Path) -> None:
    generate(tmp_path / "same", PROJECTS)
    generate(tmp_path / "other", PROJECTS, seed=2)
    assert _tables(tmp_path / "same") == _tables(made)
    assert _tables(tmp_path / "other") != _tables(made)


def test_no_cell_of_a_made_up_portfolio_is_wrong(made: Path) -> None:
    config = load_config(made, "made")
    portfolio = read_portfolio(made, load_schema(shipped("ontology"), config.base), config, "made")
    assert portfolio.problems == []
    assert portfolio.counts["Project"] == PROJECTS
    assert 3 * PROJECTS <= portfolio.counts["Participation"] <= 6 * PROJECTS


def test_made_up_texts_hold_what_writers_trip_over(tmp_path: Path) -> None:
    generate(tmp_path, 300)
    text = (tmp_path / "project.csv").read_text("utf-8").lower().replace('""', '"')
    assert [awkward for awkward in AWKWARD if awkward.lower() not in text] == []


@pytest.mark.parametrize("peer", ["rdflib", "pyoxigraph stream", "strings, no checks"])
def test_our_n_triples_are_those_of_a_mapping_by_hand(made: Path, peer: str) -> None:
    PEERS[peer](made, Laps())
    assert triples(made / "ours.nt") == triples(made / OUTPUTS[peer])


def test_shuffled_rows_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    generate(tmp_path, PROJECTS, shuffled=True)
    ours(tmp_path, Laps())
    assert _tables(tmp_path) != _tables(made)
    assert (tmp_path / "ours.nt").read_bytes() == (made / "ours.nt").read_bytes()


def test_one_pass_writes_all_three_formats(tmp_path: Path) -> None:
    generate(tmp_path, PROJECTS)
    ours_all(tmp_path, Laps())
    assert sorted(path.name for path in tmp_path.glob("ours.*")) == ["ours.jsonld", "ours.nt", "ours.ttl"]


def test_the_command_prints_ratios_verdicts_and_memory() -> None:
    command = [sys.executable, "-m", "tests.bench", "--projects", "20", "--ours-only", "30", "--runs", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^## (.*)$", done.stdout, re.MULTILINE) == ["20 projects", "30 projects", "Peak memory, MiB"]
    assert re.search(r"^Ours and rdflib: the same set of [0-9,]+ triples\.$", done.stdout, re.MULTILINE)
    assert re.search(r"^\| rdflib \| [0-9.]+ \|.*\*\*[0-9.]+\*\*", done.stdout, re.MULTILINE)
