"""The whole road: `python -m tests.bench.build` from the top of a checkout, with the package installed.

The shipped portfolio and made-up ones are checked and built, first, unchanged and after one edit, and released; a
script of a careful user publishes the same tables. It prints tables of CPU, time, memory and steps, and the goals.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from compileall import compile_dir
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .document import replaced
from .goals import Goal
from .measure import MEBIBYTE, ROOT
from .peers import cache_folder
from .report import machine, table, verdict
from .road import (
    BUILD,
    CHECK,
    EDITED,
    FIRST,
    MIDDLE,
    PEER,
    REFERENCE,
    RELEASE,
    SMALL,
    UNCHANGED,
    WAYS,
    Plan,
    Road,
    Run,
    Step,
    measured,
    way,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

NAME = "build"
"""What the tables are called where a document has a place for them."""

LARGE, VAST = 100_000, 1_000_000
SHIPPED = 0
FASTER = 28.0
"""How many times the CPU of a first build the careful user's script has to take, at SMALL projects."""

_STEPPED = (way(BUILD, FIRST), way(BUILD, EDITED), RELEASE)


@dataclass(frozen=True)
class Wanted:
    """What a command may take over a portfolio: CPU seconds, or MiB, at most; 0 where it only has to end."""

    projects: int
    way: str
    cpu: float = 0
    peak: float = 0


WANTED = (
    Wanted(SHIPPED, way(CHECK, FIRST), 1.5),
    Wanted(SHIPPED, way(CHECK, UNCHANGED), 0.6),
    Wanted(SHIPPED, way(CHECK, EDITED), 1.2),
    Wanted(SHIPPED, way(REFERENCE, EDITED), 1.2),
    Wanted(SMALL, way(CHECK, FIRST), 2.5),
    Wanted(SMALL, way(CHECK, EDITED), 1.5),
    Wanted(SHIPPED, way(BUILD, FIRST), 4.0),
    Wanted(SHIPPED, way(BUILD, EDITED), 2.5),
    Wanted(SMALL, way(BUILD, FIRST), 7.0),
    Wanted(SMALL, way(BUILD, EDITED), 3.5),
    Wanted(MIDDLE, way(BUILD, FIRST), 25.0),
    Wanted(MIDDLE, way(BUILD, FIRST), peak=400.0),
    Wanted(LARGE, RELEASE, 150.0),
    Wanted(LARGE, RELEASE, peak=600.0),
    Wanted(VAST, way(BUILD, FIRST)),
)


def main() -> None:
    """Measure what the command line asks for, and show it with what was measured before.

    What did not end well is told in the tables: hours of other measurements are not given up for it.
    """
    options = _options()
    roads = _read(options.results) if options.results else {}
    started = machine()
    # As it is where pip installed it, also where Python is told to keep nothing.
    compile_dir(ROOT / "src", quiet=1)

    def keep(road: Road) -> None:
        roads[road.projects] = road
        if options.results:
            known = {str(projects): asdict(roads[projects]) for projects in sorted(roads)}
            options.results.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", "utf-8")

    with tempfile.TemporaryDirectory(prefix="linkedproj-bench-") as scratch:
        plan = Plan(Path(scratch), options.peers, options.runs, options.limit, options.seconds, options.kind)
        for projects in sorted({*options.projects, *([] if options.no_shipped else [SHIPPED])}):
            keep(measured(plan, projects, keep, peer=projects in options.peer))
    text = shown(started, [road for _, road in sorted(roads.items())])
    print(text)
    if options.write:
        options.write.write_text(replaced(options.write.read_text("utf-8"), {NAME: text}), "utf-8")


def _read(path: Path) -> dict[int, Road]:
    """Read what an earlier run measured; nothing, where there was none."""
    if not path.exists():
        return {}
    return {int(size): _road(plain) for size, plain in json.loads(path.read_text("utf-8")).items()}


def _road(plain: dict[str, Any]) -> Road:
    found = {
        name: [Run(**{**run, "steps": [Step(*step) for step in run["steps"]]}) for run in runs]
        for name, runs in plain["found"].items()
    }
    return Road(**{**plain, "found": found})


def shown(about: str, roads: Sequence[Road]) -> str:
    """Write all tables: what each way took, where it went, the peer, and the goals."""
    parts = [f"{about.rstrip()[:-1]}; {_engines()}.\n", _ways(roads), *map(_steps, roads)]
    parts += [_peer(road) for road in roads if PEER in road.found]
    return "\n".join([*parts, _goals(roads)])


def _engines() -> str:
    return ", ".join(f"{package} {_version(package)}" for package in ("pyshacl", "shacl", "pyarrow"))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _ways(roads: Sequence[Road]) -> str:
    """Show what each way took, over all portfolios."""
    sizes = "".join(f"- {_size(road)}\n" for road in roads)
    rows, failed = [], []
    for road in roads:
        for name in WAYS:
            run = road.typical(name)
            if run:
                rows.append((road.name, f"`{name}`", f"**{run.cpu:.2f}**", f"{run.wall:.2f}", f"{run.peak:,.0f}"))
        failed += [f"\n**Not measured**: {road.name}, {name}: {why}\n" for name, why in road.failed.items()]
    return f"{sizes}\n{table(('portfolio', 'command', 'CPU s', 'wall s', 'peak MiB'), rows)}{''.join(failed)}"


def _size(road: Road) -> str:
    runs = len(next(iter(road.found.values()), ()))
    often = f"medians of {runs} runs" if runs > 1 else "one run"
    kind = f" of the kind {road.about}" if road.about else ""
    return (
        f"{road.name}{kind}: {road.triples:,} triples, {road.tables / MEBIBYTE:,.1f} MiB of tables, "
        f"{road.published / MEBIBYTE:,.1f} MiB published; {often}"
    )


def _steps(road: Road) -> str:
    """Show the steps of the builds of one portfolio: what all processes took meanwhile."""
    runs = {name: run for name in _STEPPED if (run := road.typical(name))}
    if not runs:
        return ""
    longest_first = sorted(runs.values(), key=lambda run: -len(run.steps))
    steps = dict.fromkeys(step.name for run in longest_first for step in run.steps)
    by_name = {way: {step.name: step for step in run.steps} for way, run in runs.items()}
    rows = [(name, *(cell for each in by_name.values() for cell in _step(each.get(name)))) for name in steps]
    rows.append(("all", *(cell for run in runs.values() for cell in _step(Step("", run.cpu, run.wall)))))
    head = (f"{road.name}: step", *(cell for name in runs for cell in (f"`{name}`, CPU s", "wall s")))
    return table(head, rows)


def _step(step: Step | None) -> tuple[str, str]:
    return (f"{step.cpu:.2f}", f"{step.wall:.2f}") if step else ("", "")


def _peer(road: Road) -> str:
    """Show what the careful user's script took for the same tables, and whether it made the same."""
    run = road.found[PEER][0]
    rows = [(step.name, *_step(step)) for step in run.steps]
    rows.append(("all", *_step(Step("", run.cpu, run.wall))))
    late = [f"`{name}`" for name, (rows, _) in road.answers.items() if rows < 0]
    ended = f"{len(late)} of {len(road.answers)} queries were ended after {road.seconds:g} s of CPU"
    named = f": {', '.join(late)}" if late else ""
    other = road.agreement["rows"]
    told = [f"`{name}` ({ours:,} rows in ours, {theirs:,} in theirs)" for name, (ours, theirs) in other.items()]
    rows_said = f"**other numbers of rows** for {', '.join(told)}" if told else "the same number of rows for all others"
    ratios = ", ".join(
        f"**{run.cpu / ours.cpu:.1f} ×** the CPU of `{name}`" for name in _STEPPED if (ours := road.typical(name))
    )
    return (
        f"{table((f'{road.name}: {PEER}', 'CPU s', 'wall s'), rows)}\n"
        f"It takes {ratios}{_less(road, run.cpu)}; peak {run.peak:,.0f} MiB. {ended}{named}; {rows_said}. "
        f"Its SHACL engine finds {road.violations} violations.\n\n{verdict(PEER, road.agreement)}\n"
    )


def _less(road: Road, cpu: float) -> str:
    """Say what the ratio is without the queries that were ended: what they would have taken is not known."""
    ours = road.typical(way(BUILD, FIRST))
    if ours is None:
        return ""
    ended = sum(seconds for rows, seconds in road.answers.values() if rows < 0)
    answering = sum(seconds for _, seconds in road.answers.values())
    return (
        f" ({(cpu - ended) / ours.cpu:.1f} × that of `{way(BUILD, FIRST)}` without the queries that were ended, and "
        f"{(cpu - answering) / ours.cpu:.1f} × without any query, while ours answers all)"
    )


def _goals(roads: Iterable[Road]) -> str:
    """Set what was wanted beside what was measured; what was not measured was not reached."""
    rows = [
        (goal.aim, goal.at, goal.measured, "yes" if goal.reached else "**no**")
        for goal in goals({road.projects: road for road in roads})
    ]
    return table(("goal", "portfolio", "measured", "reached"), rows)


def goals(roads: dict[int, Road]) -> Iterator[Goal]:
    """Yield each goal with what was measured against it."""
    for wanted in WANTED:
        road = roads.get(wanted.projects, Road(wanted.projects, ""))
        run = road.typical(wanted.way)
        aim = f"`{wanted.way}` {_aim(wanted)}"
        if run is None:
            yield Goal(aim, road.name, road.failed.get(wanted.way, "not measured"), reached=False)
            continue
        figure = run.peak if wanted.peak else run.cpu
        told = f"{run.peak:,.0f} MiB" if wanted.peak else f"{run.cpu:.2f} s"
        yield Goal(aim, road.name, told, reached=figure <= (wanted.peak or wanted.cpu or figure))
    road = roads.get(SMALL, Road(SMALL, ""))
    theirs, ours = road.typical(PEER), road.typical(way(BUILD, FIRST))
    aim = f"{PEER} takes ≥ {FASTER:.0f} × the CPU of `{way(BUILD, FIRST)}`"
    ratio = theirs.cpu / ours.cpu if theirs and ours else 0.0
    yield Goal(aim, road.name, f"{ratio:.1f}" if ratio else "not measured", ratio >= FASTER)


def _aim(wanted: Wanted) -> str:
    if wanted.peak:
        return f"holds ≤ {wanted.peak:.0f} MiB"
    return f"takes ≤ {wanted.cpu} s of CPU" if wanted.cpu else "comes to its end"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.build", description=__doc__)
    sizes: dict[str, Any] = {"type": int, "nargs": "*", "metavar": "N"}
    add = parser.add_argument
    add(
        "--projects",
        default=[SMALL, MIDDLE],
        help=f"sizes to measure ({SMALL} {MIDDLE}); also {LARGE}, {VAST}",
        **sizes,
    )
    add("--no-shipped", action="store_true", help="leave the shipped portfolio out")
    add("--peer", default=[SMALL], help=f"sizes of these for a careful user's script ({SMALL})", **sizes)
    add("--runs", type=int, default=3, help="runs of each command up to 10,000 projects (3); then 1")
    add("--limit", type=float, default=0, metavar="SECONDS", help="end a command after so long (0: never)")
    add("--seconds", type=float, default=30, help="CPU that a query of that script has (30)")
    add("--kind", choices=("lean", "full"), default="full", help="12 or 17 columns a project (full)")
    add("--peers", type=Path, default=cache_folder(), metavar="DIR", help="where environments are (%(default)s)")
    add("--results", type=Path, metavar="FILE", help="add what is measured to this file, and show all that is in it")
    add("--write", type=Path, metavar="FILE", help="put the tables into a document, between its markers")
    return parser.parse_args()


if __name__ == "__main__":
    main()
