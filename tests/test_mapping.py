"""Tables in shards: however they are cut, sorted and handed out, the dumps and the problems are the same."""

from __future__ import annotations

import csv
import os
import pickle
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import SMALL
from tests.mapping import CONFIG, ROOT, dump, shipped_schema, travel

from linkedproj.cli import main
from linkedproj.mapping.pace import Pace
from linkedproj.mapping.parts import TABLE, Output
from linkedproj.mapping.runners import RUNNERS, opened
from linkedproj.mapping.runners.resources import Resources, run_here
from linkedproj.mapping.tables import map_folder, map_tables
from linkedproj.model.errors import SetupError
from linkedproj.model.schema import load_schema
from linkedproj.model.settings import load_config
from linkedproj.system.workers import WorkerError
from linkedproj.tables.shards import cut, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from linkedproj.mapping.runners.resources import Perform
    from linkedproj.mapping.tasks import MappingRun, Outcome, Task

SIZES = [60, 700, 9000]


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def mapped(home: Path, run: Perform = run_here, size: int = 900) -> dict[str, bytes]:
    """Map a folder of tables to every dump, and return the files."""
    config = load_config(home, "data")
    out = Path(f"{home}-out")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    parts = out / "parts"
    parts.mkdir()
    dumps = {Output(name, name): out / name for name in ("ntriples", "turtle", "jsonld")}
    dumps |= {Output("supporting", "turtle", supporting=True): out / "supporting", Output("tables", TABLE): out}
    schema = load_schema(ROOT / "ontology", config.base)
    map_tables(home, schema, config, "data", parts, dumps, run=run, size=size)
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "data"))


@pytest.fixture(scope="session")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make up a thousand projects in ten shards and more."""
    return made(tmp_path_factory.mktemp("made") / "data", 1000)


def made(folder: Path, projects: int) -> Path:
    """Make up a portfolio."""
    command = [sys.executable, "-m", "tests.bench.generate", str(folder), "--projects", str(projects)]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


# ---------------------------------------------------------------- cutting

FAULTY = {
    "project.csv": (
        "id,title@en,summary@en,start,end,budget.value,budget.currency,_line\n"
        'a,A,"two\nlines, and ""quotes""",2020-02-30,,12.5,EUR,\n'
        "b,B,,2020,2019,\n"
        "\n"
        'c,C,"x\r\ny",2020-13,,"1,5 €",EUR,\n'
        "d,,,,,,,\n"
        "B,B,,,,,,\n"
        "d, D ,write to jane.doe@example.org,,,,,\n"
        ",,,,,,,\n"
        "é,E,,,,,,\n"
        "f,F,,,,,,,,more\n"
        "g,G\x07,,,,,,\n"
        "h,H\u00a0,\u200bw,1.3.2020,,12,EUR,\n"
    ),
    "participation.csv": (
        "id,project,organisation,role\n"
        "a-1,a,nobody,coordinator\nc-1,c,org,partner; partner\nb-1,b,org,boss\nz-1,z,org; org,\n"
    ),
    "organisation.csv": "id,name@en\norg,Org\norg,Org again\n",
    "theme.yaml": "- id: t\n  name: {en: T, ca: 5}\n",
}


@pytest.mark.parametrize("size", SIZES)
def test_the_same_faults_are_told_however_tables_are_cut(size: int, tmp_path: Path) -> None:
    told = travel(tmp_path, FAULTY).told
    assert len(told) == 18
    shutil.rmtree(tmp_path / "parts")
    assert dump(tmp_path / "data", tmp_path, shipped_schema(), CONFIG, size).told == told


@pytest.mark.parametrize("size", SIZES)
def test_the_same_dumps_are_written_however_tables_are_cut(size: int, small: Path) -> None:
    assert mapped(small, size=size) == mapped(small, size=1 << 30)


def pipes(count: int) -> str:
    """Write projects with a stray quotation mark in every third title, and line breaks between quotes in others."""
    titles = ('5" pipe', '"a\nb, ""c"""', '"plain, and, long"')
    return "id,title@en\n" + "".join(f"p{number:03},{titles[number % 3]}\n" for number in range(count))


@pytest.mark.parametrize("size", SIZES)
def test_stray_quotation_marks_do_not_lead_the_cut_astray(size: int, tmp_path: Path) -> None:
    tables = {"project.csv": pipes(40)}
    road = travel(tmp_path, tables)
    assert road.portfolio.counts["Project"] == 40
    shutil.rmtree(tmp_path / "parts")
    again = dump(tmp_path / "data", tmp_path, shipped_schema(), CONFIG, size)
    assert (again.told, again.dumps) == (road.told, road.dumps)


def test_an_unclosed_quote_is_told_once_and_ends_its_table(tmp_path: Path) -> None:
    rows = [f"p{number:03},Title {number}\n" for number in range(60)]
    rows[20] = 'p020,"never closed\n'
    tables = {"project.csv": "id,title@en\n" + "".join(rows)}
    told = [line for line in travel(tmp_path, tables).told if "LP-FILE" in line]
    assert len(told) == 1
    assert told[0].startswith("data/project.csv:22:6 LP-FILE-QUOTE")
    shutil.rmtree(tmp_path / "parts")
    again = dump(tmp_path / "data", tmp_path, shipped_schema(), CONFIG, 200)
    assert [line for line in again.told if "LP-FILE" in line] == told


def test_shards_follow_each_other_without_a_gap(thousand: Path) -> None:
    schema, config = shipped_schema(), load_config(thousand, "data")
    read: list[Task] = []

    def run(setting: MappingRun, tasks: Sequence[Task]) -> Iterator[Outcome]:
        read.extend(tasks)
        return run_here(setting, tasks)

    work = thousand.parent / "parts"
    work.mkdir()
    map_tables(thousand, schema, config, "data", work, {}, run=run, size=50_000)
    shards = [task.source for task in read if task.kind == "Project"]
    assert len(shards) > 10
    spans = [(shard.start, shard.stop) for shard in shards]  # type: ignore[union-attr] # tables in order are not sorted
    assert [stop for _, stop in spans][:-1] == [start for start, _ in spans][1:]
    file = shards[0].file  # type: ignore[union-attr] # as above
    lines = file.path.read_bytes()
    assert spans[-1][1] == len(lines)
    for shard in cut(whole(file, 0, spans[0][0], 2), 0, 50_000):
        assert shard.line == lines[: shard.start].count(b"\n") + 1


# ---------------------------------------------------------------- order

ORDERS: dict[str, Callable[[list[list[str]]], list[list[str]]]] = {
    "in no order": lambda rows: random.Random(7).sample(rows, len(rows)),  # noqa: S311 - an order, no secret
    "backwards": lambda rows: rows[::-1],
    # Each shard begins where it should, and is in no order inside.
    "but for two neighbours": lambda rows: [*rows[:101], rows[102], rows[101], *rows[103:]],
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_rows_leaves_no_trace(order: str, thousand: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(thousand, tmp_path / "data"))
    expected = mapped(thousand, size=50_000)
    for name in ("participation.csv", "organisation.csv"):
        with (home / name).open(encoding="utf-8", newline="") as table:
            head, *rows = csv.reader(table)
        with (home / name).open("w", encoding="utf-8", newline="") as table:
            csv.writer(table).writerows([head, *ORDERS[order](rows)])
    assert mapped(home, size=50_000) == expected


def test_the_same_id_is_found_in_another_file_and_far_away(thousand: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(thousand, tmp_path / "data"))
    head, *rows = (home / "participation.csv").read_text("utf-8").splitlines(keepends=True)
    (home / "participation.more.csv").write_text(head + rows[3], "utf-8")
    (home / "participation.csv").write_text(head + "".join([*rows, rows[5]]), "utf-8")
    (tmp_path / "parts").mkdir()
    config = load_config(home, "data")
    problems = map_tables(
        home, shipped_schema(), config, "data", tmp_path / "parts", {}, size=20_000
    ).portfolio.problems
    found = sorted((str(problem.place), problem.values["first"]) for problem in problems)
    assert [problem.rule for problem in problems] == ["LP-ID-TWICE"] * 2
    assert found == [
        (f"data/participation.csv:{len(rows) + 2}:1", "data/participation.csv:7:1"),
        ("data/participation.more.csv:2:1", "data/participation.csv:5:1"),
    ]


# ---------------------------------------------------------------- processes


@pytest.mark.slow
def test_two_processes_write_the_same_bytes(thousand: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkedproj.mapping.runners.local._WORTH", 0)
    with opened(Resources(2)) as run:
        found = mapped(thousand, run, 50_000)
    assert found == mapped(thousand)


# A machine for Java takes most of a minute; that runners write alike is tried with two processes as well.
@pytest.mark.road
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java, and there is none")
def test_spark_writes_the_same_bytes_and_tells_the_same_problems(thousand: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'linkedproj[spark]'")
    home = Path(shutil.copytree(thousand, tmp_path / "made"))
    faulty = tmp_path / "faulty"
    faulty.mkdir()
    for name, text in FAULTY.items():
        (faulty / name).write_text(text, "utf-8")
    # A process of its own: Spark leaves a Java process and settings behind.
    program = f"""
import sys, pickle
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tests.test_mapping import mapped, told_by
from linkedproj.mapping.runners import opened
from linkedproj.mapping.runners.resources import Resources
with opened(Resources(2, "spark", "local[2]")) as run:
    found = mapped(Path({str(home)!r}), run, 50_000), told_by(Path({str(faulty)!r}), run)
sys.stdout.buffer.write(pickle.dumps(found))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    dumps, problems = pickle.loads(done.stdout)  # noqa: S301 - what the lines above wrote
    assert dumps == mapped(thousand)
    assert problems == told_by(faulty, run_here)
    assert len(problems) > 10


def told_by(home: Path, run: Perform) -> list[str]:
    """Give the problems of a folder of tables."""
    work = Path(f"{home}-parts")
    work.mkdir(exist_ok=True)
    portfolio = map_tables(home, shipped_schema(), CONFIG, "data", work, {}, run=run, size=200).portfolio
    return sorted(f"{problem.place} {problem.rule} {problem.cell}" for problem in portfolio.problems)


def test_without_pyspark_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(SetupError, match=r"Spark is not installed\. Run: pip install 'linkedproj\[spark\]'\."):
        RUNNERS["spark"](Resources()).__enter__()


# What the system does when memory is short, what a full disk does, and what a fault of our own would.
ENDS = {
    "os.kill(os.getpid(), 9)": (
        SetupError,
        r"ended by the system\. Run it again, with fewer --jobs if memory was short",
    ),
    "raise OSError(28, 'No space')": (OSError, "No space left on device"),
    "raise KeyError('of our own')": (WorkerError, "KeyError: 'of our own'"),
}


@pytest.mark.slow
@pytest.mark.parametrize("end", ENDS)
def test_how_a_process_ends_is_told(end: str, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ending.py").write_text(
        f"import os\n\ndef begin(_):\n    def answer(_):\n        {end}\n    return answer\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("linkedproj.mapping.runners.local._WORTH", 0)
    monkeypatch.setattr("linkedproj.mapping.runners.local._WORKER", "ending")
    with opened(Resources(2)) as run, pytest.raises(ENDS[end][0], match=ENDS[end][1]):
        mapped(small, run)


def test_a_cluster_is_for_spark_alone(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["build", str(small), "--master", "spark://x:7077"])
    assert ended.value.code == 2
    assert "--master names a Spark cluster. Add --runner spark, or leave it out." in capsys.readouterr().err


def test_a_folder_is_mapped_by_one_call(thousand: Path, tmp_path: Path) -> None:
    found = map_folder(thousand, tmp_path / "out", ("ntriples", "turtle"))
    expected = mapped(thousand)
    assert everything(tmp_path / "out") == {
        "portfolio.nt": expected["ntriples"],
        "portfolio.ttl": expected["turtle"],
    }
    assert sum(found.triples.values()) == expected["ntriples"].count(b"\n")


# ---------------------------------------------------------------- progress


def test_the_time_left_is_told_once_it_can_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 10.0, 600.0, 7200.0])
    monkeypatch.setattr("linkedproj.mapping.pace.time.monotonic", lambda: next(clock))
    pace = Pace("writing project")
    assert pace.after(10, 90) == "writing project: 10%"
    assert pace.after(10, 80) == "writing project: 20%, less than a minute left"
    assert pace.after(10, 70) == "writing project: 30%, about 23 min left"
    assert pace.after(10, 60) == "writing project: 40%, about 3 h 0 min left"


def test_as_many_processes_as_cores_are_the_default() -> None:
    assert Resources().processes == (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    )
    assert Resources(3).processes == 3
