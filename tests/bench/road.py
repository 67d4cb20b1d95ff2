"""The whole road, as people walk it: check and build a portfolio first, unchanged, after one edit, and release it.

Each way begins in a folder and a cache of its own; what is measured is the command, with all processes it starts.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
import time
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from linkedproj.model.paths import shipped

from . import careful
from .generate import generate
from .measure import MEBIBYTE, ROOT, child
from .peers import home
from .tree import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .tree import Watched

SETTLED = 2.5
"""Seconds after which the program relies on the times of files."""

FIRST, UNCHANGED, EDITED = "first", "unchanged", "one edit"
CHECK, BUILD, PAGES = "check", "build", "build with pages"
REFERENCE, RELEASE = "check --engine pyshacl", "build --release 1"
_WITHOUT = {BUILD: ["--no-site"], RELEASE: ["--no-site"]}
SMALL, MIDDLE = 1000, 10_000
START = "starting: program, settings, ontology"
PEER = "a careful user's script"

_TABLE, _COLUMN, _ADDED = "project.csv", "summary@en", " It goes on."


class Step(NamedTuple):
    """A part of a run that the program told of: CPU seconds of all processes meanwhile, and seconds on the clock."""

    name: str
    cpu: float
    wall: float


@dataclass(frozen=True)
class Run:
    """One command from its start to its end: seconds, MiB of all its processes together, and its steps."""

    cpu: float
    wall: float
    peak: float
    steps: Sequence[Step] = ()


@dataclass
class Road:
    """What was measured of one portfolio; `projects` is 0 for the shipped one, sizes are bytes, `files` published ones.

    `found` has runs by the name of their way ("build, first"), `failed` why one has none. `violations`, `answers` and
    `agreement` are what the peer found, and how its triples and the rows of its answers compare with ours; in `answers`
    a query has its rows, -1 if it was ended after `seconds`, and the CPU seconds that it took.
    """

    projects: int
    about: str
    triples: int = 0
    tables: int = 0
    published: int = 0
    found: dict[str, list[Run]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    violations: int = 0
    answers: dict[str, tuple[int, float]] = field(default_factory=dict)
    agreement: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the portfolio is called in a table."""
        return f"{self.projects:,} projects" if self.projects else "shipped"

    def typical(self, way: str) -> Run | None:
        """Give the run whose CPU is the median, so that its figures belong together; None where there is none.

        Its peak is the highest of all runs: between two looks, memory may have been given back.
        """
        runs = sorted(self.found.get(way, ()), key=lambda run: run.cpu)
        return replace(runs[(len(runs) - 1) // 2], peak=max(run.peak for run in runs)) if runs else None


def way(command: str, when: str) -> str:
    """Name a command and the state it finds."""
    return f"{command}, {when}"


WAYS = (
    *(way(command, when) for command in (CHECK, REFERENCE, BUILD, PAGES) for when in (FIRST, UNCHANGED, EDITED)),
    RELEASE,
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Where to work, and how often; `limit` seconds for a command (0: any), CPU `seconds` for a query of the peer."""

    scratch: Path
    environments: Path
    runs: int = 3
    limit: float = 0
    seconds: float = 30
    kind: str = "full"

    def rounds(self, projects: int) -> int:
        """Say how often each way is gone."""
        return self.runs if projects <= MIDDLE else 1


def measured(plan: Plan, projects: int, keep: Callable[[Road], None] = lambda _: None, *, peer: bool) -> Road:
    """Measure all ways over one portfolio, 0 for the shipped one, and the peer over the same tables.

    What did not end well has its reason instead of a figure. `keep` is given what there is after each command.
    """
    origin = plan.scratch / "tables"
    if projects:
        generate(origin, projects, kind=plan.kind)
    else:
        shutil.copytree(ROOT / "data", origin)
    road = Road(projects, f"`{plan.kind}`" if projects else "")
    road.tables = sum(path.stat().st_size for path in origin.glob("*.csv"))
    try:
        for _ in range(plan.rounds(projects)):
            for command in (CHECK, *((REFERENCE, PAGES) if projects <= SMALL else ()), BUILD, RELEASE):
                _go(plan, road, command, origin, keep=peer)
                keep(road)
        if peer:
            _measure_peer(plan, road, origin)
    finally:
        for folder in plan.scratch.iterdir():
            shutil.rmtree(folder)
    return road


def _go(plan: Plan, road: Road, command: str, origin: Path, *, keep: bool) -> None:
    """Go one way in a folder and a cache of its own, unless it failed before."""
    folder = plan.scratch / "way"
    shutil.copytree(origin, folder / "data")
    # A release is made once; what it may skip the second time is not what anybody waits for.
    states = (RELEASE,) if command == RELEASE else [way(command, when) for when in (FIRST, UNCHANGED, EDITED)]
    for state in states:
        if state in road.failed:
            break
        if state == way(command, EDITED):
            _edit(folder / "data")
        else:
            time.sleep(SETTLED)
        print(f"{road.name}: {state}", file=sys.stderr, flush=True)
        found = _run(plan, folder, [BUILD] if command == PAGES else [*command.split(), *_WITHOUT.get(command, ())])
        if isinstance(found, str):
            road.failed[state] = found
            break
        road.found.setdefault(state, []).append(found)
    if command == RELEASE and RELEASE in road.found:
        _note_published(road, folder / "out")
        if keep and not _ours(plan).exists():
            _keep(folder / "out", _ours(plan))
    shutil.rmtree(folder)


def _run(plan: Plan, folder: Path, command: Sequence[str]) -> Run | str:
    """Run the program on the tables of a folder; give why there is nothing to tell, if it did not end well."""
    notes, own = folder / "notes", {"LINKEDPROJ_CACHE": str(folder / "cache"), "TMPDIR": str(folder / "tmp")}
    (folder / "tmp").mkdir(exist_ok=True)
    notes.write_text("", "utf-8")
    out = ["--out", str(folder / "out")] if command[0] == BUILD else []
    arguments = [*command, str(folder / "data"), *out]
    done = watched([sys.executable, "-m", "tests.bench.told", str(notes), *arguments], folder / "said", own, plan.limit)
    noted = [json.loads(line) for line in notes.read_text("utf-8").splitlines()]
    if done.is_late or done.code:
        last = noted[-1][0] if noted else START
        return f"{_why(done)} It was {last}."
    steps = tuple(_steps(noted, done.began, done.cpu, done.wall))
    return Run(done.cpu, done.wall, done.peak / MEBIBYTE, steps)


def _why(done: Watched) -> str:
    if done.is_late:
        return f"It was ended after {done.wall:,.0f} s."
    return f"It ended with {done.code} after {done.wall:,.0f} s: {' '.join(done.said.split())}"


def _steps(noted: Sequence[tuple[str, float, float]], began: float, cpu: float, wall: float) -> Iterator[Step]:
    """Yield what was told of, each from its beginning to that of the next; what was told twice is one step."""
    marks = [(START, 0.0, began), *noted, ("", cpu, began + wall)]
    sums: dict[str, tuple[float, float]] = {}
    for (name, cpu_then, then), (_, cpu_next, following) in pairwise(marks):
        before = sums.get(name, (0.0, 0.0))
        sums[name] = before[0] + cpu_next - cpu_then, before[1] + following - then
    yield from (Step(name, *taken) for name, taken in sums.items())


def _edit(tables: Path) -> None:
    """Add a few words to a cell in the middle of the table of projects."""
    path, changed = tables / _TABLE, tables / f"{_TABLE}.new"
    with path.open(encoding="utf-8", newline="") as file:
        middle = sum(1 for _ in csv.reader(file)) // 2
    with path.open(encoding="utf-8", newline="") as source, changed.open("w", encoding="utf-8", newline="") as target:
        rows, out = csv.reader(source), csv.writer(target, lineterminator="\n")
        for number, row in enumerate(rows):
            if not number:
                column = row.index(_COLUMN)
            elif number == middle:
                row[column] += _ADDED
            out.writerow(row)
    changed.replace(path)


def _note_published(road: Road, out: Path) -> None:
    """Note how much was published: what has two places counts once."""
    found = [path.stat() for path in out.rglob("*") if path.is_file()]
    road.published = sum({each.st_ino: each.st_size for each in found}.values())
    with (out / "dump" / "latest" / careful.DUMP).open("rb") as file:
        road.triples = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def _ours(plan: Plan) -> Path:
    """Give the folder in which a release waits to be compared with what the peer makes."""
    return plan.scratch / "ours"


def _keep(out: Path, kept: Path) -> None:
    shutil.copytree(out / "query", kept / "query")
    shutil.copyfile(out / "dump" / "latest" / careful.DUMP, kept / careful.DUMP)


def _measure_peer(plan: Plan, road: Road, tables: Path) -> None:
    """Let the peer publish the same tables, and compare what came of it."""
    ours, place = _ours(plan), home(PEER, plan.environments)
    if place is None or not ours.is_dir():
        road.failed[PEER] = "pyshacl is not installed" if place is None else "there is no release to compare it with"
        return
    print(f"{road.name}: {PEER}", file=sys.stderr, flush=True)
    careful.prepare(tables, shipped("ontology"), ours / "query")
    command = [place.python, "-m", "tests.bench.careful", str(tables), str(plan.seconds)]
    done = watched(command, tables / "said", {}, plan.limit)
    if done.code or done.is_late:
        road.failed[PEER] = _why(done)
        return
    found = json.loads((tables / careful.FOLDER / careful.TOLD).read_text("utf-8"))
    steps = [Step(*each) for each in found["steps"]]
    start = Step(START, done.cpu - sum(each.cpu for each in steps), done.wall - sum(each.wall for each in steps))
    road.found[PEER] = [Run(done.cpu, done.wall, done.peak / MEBIBYTE, (start, *steps))]
    road.seconds = plan.seconds
    road.violations = found["violations"]
    road.answers = found["answers"]
    road.agreement = _compared(ours, tables / careful.FOLDER, found["answers"])


def _compared(ours: Path, theirs: Path, answers: Mapping[str, tuple[int, float]]) -> dict[str, Any]:
    """Compare the triples with ours, and the rows of the answers that came to an end on both sides."""
    triples = child("compare", str(ours / careful.DUMP), str(theirs / careful.DUMP)).told
    index = json.loads((ours / "query" / "queries.json").read_text("utf-8"))["queries"]
    rows = {query["id"]: query.get("rows") for query in index}
    other = {
        name: [rows[name], found]
        for name, (found, _) in answers.items()
        if found >= 0 and rows.get(name) is not None and rows[name] != found
    }
    return {**triples, "rows": other}
