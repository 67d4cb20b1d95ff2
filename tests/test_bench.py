"""The benchmark: its portfolios are sound and always the same, and what is timed gives the right triples."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from .bench import build, importing, rml, road
from .bench.compare import triples
from .bench.document import places, replaced
from .bench.engines import OURS, OUTPUTS, PEERS
from .bench.generate import generate
from .bench.goals import goals
from .bench.measure import Run, Runs
from .bench.measurement import Measurement
from .bench.peers import ENVIRONMENTS, NEEDED
from .bench.rows import KINDS
from .bench.tables import OTHERS, TITLES
from .bench.tree import watched
from .bench.words import AWKWARD

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "performance.md"
PROJECTS = 20

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module", params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a portfolio of each kind up and map it once."""
    folder: Path = tmp_path_factory.mktemp("made") / request.param
    generate(folder, PROJECTS, kind=request.param)
    OURS["ours, three formats"].run(folder)
    return folder


def _tables(folder: Path) -> dict[str, list[str]]:
    return {path.name: path.read_text("utf-8").splitlines() for path in sorted(folder.glob("*.csv"))}


def test_the_same_seed_makes_the_same_tables_and_another_seed_others(made: Path, tmp_path: Path) -> None:
    generate(tmp_path / "same", PROJECTS, kind=made.name)
    generate(tmp_path / "other", PROJECTS, seed=2, kind=made.name)
    assert _tables(tmp_path / "same") == _tables(made)
    assert _tables(tmp_path / "other") != _tables(made)


def test_a_made_up_portfolio_is_sound_shapes_included(made: Path) -> None:
    command = [sys.executable, "-m", "linkedproj", "check", str(made)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^(\d+) problems \(\1 notes\) in .*; (\d+) of \2 records are fine\.", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(("kind", "columns"), [("lean", 12), ("full", 17)])
def test_projects_have_their_columns_and_three_to_six_participations(kind: str, columns: int, tmp_path: Path) -> None:
    generate(tmp_path, 300, kind=kind)
    with (tmp_path / "participation.csv").open(encoding="utf-8", newline="") as file:
        projects = [row["project"] for row in csv.DictReader(file)]
    assert {projects.count(project) for project in set(projects)} == {3, 4, 5, 6}
    assert len(_tables(tmp_path)["project.csv"][0].split(",")) == columns


def test_made_up_texts_hold_what_writers_trip_over(tmp_path: Path) -> None:
    generate(tmp_path, 300)
    text = (tmp_path / "project.csv").read_text("utf-8").lower().replace('""', '"')
    assert [awkward for awkward in AWKWARD if awkward.lower() not in text] == []


@pytest.mark.parametrize("peer", ["rdflib", "pyoxigraph stream", "polars", "duckdb", "strings, no checks"])
def test_our_n_triples_are_those_of_a_mapping_by_hand(made: Path, peer: str) -> None:
    if peer in NEEDED and not find_spec(library := NEEDED[peer].partition(",")[0]):
        pytest.skip(f"{library} is not installed")
    PEERS[peer].run(made)
    assert triples(made / "ours.nt") == triples(made / OUTPUTS[peer])


def test_the_mapping_for_morph_kgc_is_rml_over_tables_that_have_its_columns(made: Path) -> None:
    import rdflib

    rml.prepare(made)
    graph = rdflib.Graph().parse(made / "morph-kgc" / "mapping.ttl")
    rows = graph.query("""
        PREFIX rr: <http://www.w3.org/ns/r2rml#> PREFIX rml: <http://semweb.mmlab.be/ns/rml#>
        SELECT ?file ?column WHERE {
          ?map rml:logicalSource/rml:source ?file ; rr:predicateObjectMap/rr:objectMap/rml:reference ?column
        }""")
    used = {(str(file), str(column)) for file, column in rows}  # type: ignore[misc]  # rdflib 7.6: rows of SELECT
    assert {Path(file).name for file, _ in used} >= {"project.csv", "theme.csv", "organisation.csv"}
    assert [column for file, column in used if column not in Path(file).read_text("utf-8").splitlines()[0]] == []


def test_shuffled_rows_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    generate(tmp_path, PROJECTS, kind=made.name, shuffled=True)
    OURS["ours"].run(tmp_path)
    assert _tables(tmp_path) != _tables(made)
    assert (tmp_path / "ours.nt").read_bytes() == (made / "ours.nt").read_bytes()


def test_one_pass_writes_all_three_formats(made: Path) -> None:
    assert sorted(path.name for path in made.glob("ours.*") if path.is_file()) == ["ours.jsonld", "ours.nt", "ours.ttl"]


def test_every_environment_pins_every_version_and_names_no_registry() -> None:
    assert set(ENVIRONMENTS) == set(NEEDED.values())
    for path in ENVIRONMENTS.values():
        lines = path.read_text("utf-8").splitlines()
        assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line)] == [], path


def test_a_table_goes_between_its_markers_and_the_prose_stays() -> None:
    text = "Prose.\n<!-- measured: growth -->\nold\n<!-- end -->\nMore.\n<!-- measured: jobs -->\nkept\n<!-- end -->\n"
    assert replaced(text, {"growth": "| new \\1 |\n"}) == text.replace("old\n", "\n| new \\1 |\n\n")
    with pytest.raises(LookupError, match="no place for: limits"):
        replaced(text, {"limits": ""})


def test_the_document_has_a_place_for_every_table_and_no_other() -> None:
    assert sorted(places(DOCUMENT.read_text("utf-8"))) == sorted(TITLES)


def test_a_goal_that_is_missed_is_said_to_be() -> None:
    def runs(cpu: float, mebibytes: int) -> Runs:
        return Runs([Run(cpu, cpu, mebibytes << 20, "")])

    ours = {name: runs(1.0, 50) for name in OURS}
    found = Measurement("lean", 1000, 1, Path(), found={**ours, "rdflib": runs(29.9, 90), "morph-kgc": runs(10.1, 90)})
    told = goals([found])
    assert "| rdflib takes ≥ 30 × our CPU | 1,000 | 29.9 | **no** |" in told
    assert "| morph-kgc takes ≥ 10 × our CPU | 1,000 | 10.1 | yes |" in told
    assert "| two processes are ≥ 1.8 × as fast as one, N-Triples | 1,000 | 1.00 | **no** |" in told


@pytest.mark.slow
def test_one_command_measures_everything_and_renews_the_document(tmp_path: Path) -> None:
    document = Path(shutil.copy(DOCUMENT, tmp_path))
    sizes = [f"--{name}=20" for name in ("projects", "full", "validate", "profile")]
    options = [*sizes, "--ours-only=30", "--runs=1", "--no-spark", f"--peers={tmp_path}", f"--write={document}"]
    command = [sys.executable, "-m", "tests.bench", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    headings = [title for name, title in TITLES.items() if name not in OTHERS]
    assert re.findall(r"^## (.*)$", done.stdout, re.MULTILINE) == headings
    assert re.search(r"^- rdflib: the same set of [0-9,]+ triples as ours\.$", done.stdout, re.MULTILINE)
    assert re.search(r"^\| rdflib \| [0-9.]+ \|.*\*\*[0-9.]+\*\*", done.stdout, re.MULTILINE)
    assert "Not measured: morph-kgc: morph-kgc is not installed" in done.stdout
    assert "All are the same, byte for byte." in done.stdout
    _prose_is_kept_and_tables_are_new(document.read_text("utf-8"))


def _prose_is_kept(written: str) -> None:
    marked = re.compile(r"(<!-- measured: [a-z]+ -->\n).*?(?=<!-- end -->)", re.DOTALL)
    assert marked.sub(r"\1", written) == marked.sub(r"\1", DOCUMENT.read_text("utf-8"))


def _prose_is_kept_and_tables_are_new(written: str) -> None:
    _prose_is_kept(written)
    assert "20 projects of the kind `lean`" in written
    assert "20 projects of the kind `full`" in written


SMALLEST = 7
MAPPED, JUDGED, ANSWERED = (
    "reading the tables and writing the records",
    "checking the shapes",
    "answering the saved queries",
)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, Path]:
    """Measure the whole road over a few projects; give what was measured, what was printed, and the document."""
    folder = tmp_path_factory.mktemp("road")
    document, results = Path(shutil.copy(DOCUMENT, folder)), folder / "results.json"
    sizes = [f"--projects={SMALLEST}", f"--peer={SMALLEST}", "--no-shipped", "--runs=1", "--seconds=1"]
    options = [*sizes, f"--peers={folder}", f"--results={results}", f"--write={document}"]
    command = [sys.executable, "-m", "tests.bench.build", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(results.read_text("utf-8"))[str(SMALLEST)]
    return found, done.stdout, document


@pytest.mark.road
@pytest.mark.slow
def test_the_whole_road_has_a_row_for_every_command_and_goal(walked: tuple[dict[str, Any], str, Path]) -> None:
    found, printed, document = walked
    assert (set(found["found"]), found["failed"]) == ({*road.WAYS, road.PEER}, {})
    assert [name for name in road.WAYS if f"| {SMALLEST} projects | `{name}` | **" not in printed] == []
    assert printed.count(" MiB | ") + printed.count("| not measured | **no** |") >= len(build.WANTED)
    assert printed.rstrip() in document.read_text("utf-8")
    _prose_is_kept(document.read_text("utf-8"))


@pytest.mark.road
@pytest.mark.slow
def test_the_steps_of_a_command_are_told_and_add_up(walked: tuple[dict[str, Any], str, Path]) -> None:
    runs = {name: run for name, runs in walked[0]["found"].items() for run in runs}
    for name, run in runs.items():
        # Of other processes the system tells hundredths of a second.
        assert [step for step in run["steps"] if min(step[1:]) < -0.05] == [], name
        assert sum(step[1] for step in run["steps"]) == pytest.approx(run["cpu"]), name
        assert sum(step[2] for step in run["steps"]) == pytest.approx(run["wall"]), name
    steps = {name: [step[0] for step in run["steps"]] for name, run in runs.items()}
    for name in (name for name in road.WAYS if name.startswith(road.BUILD)):
        assert [step for step in steps[name] if step in {MAPPED, JUDGED, ANSWERED}] == [MAPPED, JUDGED, ANSWERED], name
    assert JUDGED in steps["check, first"]
    assert JUDGED in steps["check, one edit"]
    assert steps["check, unchanged"] == [road.START]


@pytest.mark.road
@pytest.mark.slow
def test_a_careful_users_script_publishes_what_we_publish(walked: tuple[dict[str, Any], str, Path]) -> None:
    found, printed, _ = walked
    both = found["agreement"]["both"]
    assert both > 3000
    assert f"- {road.PEER}: the same set of {both:,} triples as ours." in printed
    assert found["violations"] == 0
    # All that is said of a project: ours says of which dataset it is.
    assert set(found["agreement"]["rows"]) == {"project-excerpt"}
    answered = [name for name, (rows, _) in found["answers"].items() if rows >= 0]
    assert len(answered) > 40
    assert found["answers"]["leads"][0] == SMALLEST
    assert sum(seconds for _, seconds in found["answers"].values()) < found["found"][road.PEER][0]["cpu"]


def test_an_import_and_pandas_see_the_same_rows(tmp_path: Path) -> None:
    document = tmp_path / "d.md"
    document.write_text("<!-- measured: importing -->\n\nNot yet.\n\n<!-- end -->\n", "utf-8")
    importing.workbook(tmp_path / "keep.xlsx", 6, 3)
    assert (importing.ours(tmp_path / "keep.xlsx"), importing.peer(tmp_path / "keep.xlsx")) == (24, 24)
    command = [
        sys.executable,
        "-m",
        "tests.bench.importing",
        "--projects",
        "6",
        "--runs",
        "1",
        "--write",
        str(document),
    ]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    assert "\n36 rows in two sheets, 1 runs of each.\n" in document.read_text("utf-8")
    assert re.search(r"\| pandas\.read_excel \| [0-9.]+ \| [0-9.]+ \| [0-9]+ \| 1\.0 \|", document.read_text("utf-8"))


def test_a_command_that_does_not_end_well_is_told_of_and_has_no_figure(tmp_path: Path) -> None:
    found = road.measured(road.Plan(tmp_path, tmp_path, runs=2, limit=0.01), SMALLEST, peer=False)
    assert found.found == {}
    begun = ("check", "check --engine pyshacl", "build", "build with pages")
    assert set(found.failed) == {*(f"{command}, first" for command in begun), "build --release 1"}
    assert list(tmp_path.iterdir()) == []
    said = build.shown("CPython.\n", [found])
    assert (
        f"**Not measured**: {SMALLEST} projects, build --release 1: It was ended after 0 s. It was {road.START}."
        in said
    )


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_processes_that_a_command_starts_are_measured_with_it(tmp_path: Path) -> None:
    size = 64 << 20
    held = f"import subprocess, sys, time; x = bytearray(b'x') * {size}"
    child = f"{held}; time.sleep(0.5); y = sum(range(10_000_000))"
    both = watched(
        [sys.executable, "-c", f"{held}; subprocess.run([sys.executable, '-c', {child!r}])"], tmp_path / "said", {}
    )
    assert (both.code, both.said) == (0, "")
    assert both.peak >= 2 * size
    alone = watched([sys.executable, "-c", child], tmp_path / "said", {})
    assert size <= alone.peak < 2 * size


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_what_living_processes_have_taken_counts_for_the_step() -> None:
    busy = "sum(range(20_000_000)); print('done', flush=True); input()"
    program = f"""
import subprocess, sys
from tests.bench.tree import spent
with subprocess.Popen([sys.executable, "-c", {busy!r}], stdin=-1, stdout=-1) as child:
    child.stdout.readline()
    alive = spent()
print(alive, spent())
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    alive, ended = map(float, done.stdout.split())
    assert alive > ended / 2, done.stderr


def test_a_goal_of_the_road_is_reached_only_where_it_was_measured() -> None:
    def run(cpu: float, peak: float = 100) -> list[road.Run]:
        return [road.Run(cpu, cpu, peak)]

    few = road.Road(1000, "", found={"check, first": run(2.5), "build, first": run(7.1), road.PEER: run(7.1 * 28)})
    many = road.Road(10_000, "", found={"build, first": run(1, 401)})
    most = road.Road(1_000_000, "", found={"build, first": run(9999, 9999)})
    told = [
        (goal.aim, goal.at, goal.measured, goal.reached)
        for goal in build.goals({1000: few, 10_000: many, 1_000_000: most})
    ]
    assert ("`check, first` takes ≤ 2.5 s of CPU", "1,000 projects", "2.50 s", True) in told
    assert ("`check, one edit` takes ≤ 1.5 s of CPU", "1,000 projects", "not measured", False) in told
    assert ("`build, first` takes ≤ 7.0 s of CPU", "1,000 projects", "7.10 s", False) in told
    assert ("`build, first` holds ≤ 400 MiB", "10,000 projects", "401 MiB", False) in told
    assert ("`build, first` comes to its end", "1,000,000 projects", "9999.00 s", True) in told
    assert told[-1][2:] == ("28.0", True)


def test_a_row_is_the_run_whose_cpu_is_the_median_with_the_highest_peak_of_all() -> None:
    runs = [road.Run(3.0, 1.0, 10), road.Run(1.0, 9.0, 90), road.Run(2.0, 5.0, 50)]
    assert road.Road(7, "", found={"check, first": runs}).typical("check, first") == road.Run(2.0, 5.0, 90)
