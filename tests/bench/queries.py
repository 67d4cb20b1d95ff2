"""Saved queries on three engines in one run: `python -m tests.bench.queries` from the top of a checkout.

It makes a portfolio up, runs every saved query on pyoxigraph in memory and on disk, and on rdflib, and prints a table
of times and ratios as Markdown. Whoever answers does so in a process of its own, which is ended when its time is up.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from linkedproj.model.context import load_context
from linkedproj.model.paths import shipped
from linkedproj.queries.ask import local, reference, store
from linkedproj.queries.saved.bases import by_table, rebase
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.collection import read_queries

from .released import release
from .report import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection

    import pyoxigraph as ox
    import rdflib

    from linkedproj.queries.saved.collection import SavedQuery

ASKED = {"city": "city-000", "organisation": "org-0000000", "project": "project-0000000", "theme": "theme-00"}
"""Record type -> the id by which queries about one such record are asked."""

RUNS, ENOUGH = 5, 2.0
"""An engine of ours answers so often, or until so many seconds are spent."""

HEAD = (
    "saved query", "rows", "in memory, ms", "on disk, ms", "on disk is × in memory", "rdflib, s",
    "rdflib is × in memory",
)  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """What came of one query on one engine: seconds and size of the answer; `rows` is -1 when there was no end."""

    seconds: float
    rows: int

    @property
    def ended(self) -> bool:
        """Whether there was an answer in time."""
        return self.rows >= 0


@dataclass(frozen=True)
class Asked:
    """One query, and its text with made-up records for its parameters."""

    query: SavedQuery
    sparql: str


@dataclass(frozen=True)
class Line:
    """One query on all engines: pyoxigraph in memory and on disk, rdflib; None where one was not asked."""

    id: str
    memory: Answered
    disk: Answered | None = None
    rdflib: Answered | None = None


@dataclass(frozen=True)
class Engines:
    """The release in each form that is asked."""

    memory: ox.Store
    disk: ox.Store
    bases: Mapping[str, str]

    def ask(self, asked: Asked, limit: float) -> Line:
        """Answer a query on all engines of ours."""
        line = Line(asked.query.id, limited(lambda: repeated(lambda: _size(self.memory, asked.sparql)), limit))
        return replace(line, disk=limited(lambda: repeated(lambda: _size(self.disk, asked.sparql)), limit))


def answered(size: Callable[[], int]) -> Answered:
    """Time one answer."""
    begun = time.perf_counter()
    rows = size()
    return Answered(time.perf_counter() - begun, rows)


def repeated(size: Callable[[], int]) -> Answered:
    """Answer several times; the time is the median."""
    runs: list[Answered] = []
    while len(runs) < RUNS and sum(run.seconds for run in runs) < ENOUGH:
        runs.append(answered(size))
    return Answered(median(run.seconds for run in runs), runs[0].rows)


def _size(graph: ox.Store, sparql: str) -> int:
    import pyoxigraph as ox

    found = graph.query(sparql)
    return 1 if isinstance(found, ox.QueryBoolean) else sum(1 for _ in found)


def limited(work: Callable[[], Answered], limit: float) -> Answered:
    """Do something in a copy of this process, for so many seconds at most."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(work, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(limit) else Answered(limit, -1)
    finally:
        process.kill()
        process.join()


def _child(work: Callable[[], Answered], out: Connection) -> None:
    out.send(work())


def compare(
    engines: Engines, graph: rdflib.Graph | None, asked: Sequence[Asked], limit: float, total: float
) -> list[Line]:
    """Answer queries on all engines; `total` seconds after its first one rdflib is asked no more.

    rdflib gets the quick ones first, so that what is left out is what would have taken longest.
    """
    gc.freeze()  # the copies of this process share the graph, and the collector would write to it
    lines = {one.query.id: engines.ask(one, limit) for one in asked}
    end = time.perf_counter() + total
    for one in sorted(asked, key=lambda one: lines[one.query.id].memory.seconds):
        line = lines[one.query.id]
        if graph is not None and time.perf_counter() < end:
            found = limited(lambda: answered(lambda: len(list(graph.query(one.sparql)))), limit)  # noqa: B023 - run at once
            line = lines[one.query.id] = replace(line, rdflib=found)
        print(line, file=sys.stderr)
    return list(lines.values())


def bound(queries: Mapping[str, SavedQuery], base: str, bases: Mapping[str, str]) -> list[Asked]:
    """Fill parameters in so that they name made-up records."""
    found = []
    for query in queries.values():
        arguments = {p.name: ASKED[p.of] for p in query.parameters.values() if p.of in ASKED and p.default}
        moved = rebase(query, base)
        found.append(Asked(moved, bind(moved, arguments, bases)))
    return found


def shown(lines: Sequence[Line], limit: float) -> str:
    """Write the table, the slowest query first, and what it holds together."""
    ordered = sorted(lines, key=lambda line: (-line.memory.seconds, line.id))
    cells = [HEAD, ("---", *("---:" for _ in HEAD[1:])), *map(_cells, ordered)]
    rows = "".join(f"| {' | '.join(line)} |\n" for line in cells)
    late = sum(line.rdflib is not None and not line.rdflib.ended for line in lines)
    unasked = sum(line.rdflib is None for line in lines)
    ended = [_ratio(line.rdflib, line.memory) for line in lines if line.rdflib and line.rdflib.ended]
    middle = f"{median(ended):,.0f}" if ended else "unknown"
    agreed = "; ".join(_differences(lines)) or "Sizes of all answers agree"
    return (
        f"{rows}\n{len(lines)} queries. rdflib was ended after {limit:.0f} s in {late}, and not asked {unasked}; "
        f"the median ratio of the others is {middle}. {agreed}.\n"
    )


def _cells(line: Line) -> tuple[str, ...]:
    return (
        f"`{line.id}`", f"{line.memory.rows:,}", _time(line.memory), _time(line.disk), _times(line.disk, line.memory),
        _time(line.rdflib, 1), _times(line.rdflib, line.memory),
    )  # fmt: skip


def _time(found: Answered | None, unit: int = 1000) -> str:
    if found is None:
        return ""
    return f"{'' if found.ended else '> '}{found.seconds * unit:,.{2 if unit == 1 else 1}f}"


def _times(one: Answered | None, other: Answered | None) -> str:
    if one is None or other is None or not other.ended:
        return ""
    return f"{'' if one.ended else '> '}{_ratio(one, other):,.1f}"


def _ratio(one: Answered | None, other: Answered | None) -> float:
    return one.seconds / max(other.seconds, 1e-6) if one and other else 0.0


def _differences(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        for name, found in (("on disk", line.disk), ("rdflib", line.rdflib)):
            if found and found.ended and line.memory.ended and found.rows != line.memory.rows:
                yield f"{line.id}: {line.memory.rows} rows in memory, {found.rows} {name}"


def main() -> None:
    """Measure what the command line asks for."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="linkedproj-bench-") as scratch:
        folder = release(Path(scratch), options.projects)
        files = local.dump_files(folder)
        engines = _engines(folder, files, Path(scratch, "store"))
        graph = reference.read_graph(files) if options.total else None
        context = load_context(folder / "context.jsonld")
        chosen = read_queries(shipped("queries"))
        print(machine())
        print(f"{options.projects:,} projects, {len(engines.memory):,} triples.\n")
        asked = bound(chosen, context.base, engines.bases)
        print(shown(compare(engines, graph, asked, options.limit, options.total), options.limit))


def _engines(folder: Path, files: Sequence[Path], place: Path) -> Engines:
    import pyoxigraph as ox

    store.fill_on_disk(files, place)
    bases = by_table(load_context(folder / "context.jsonld"))
    return Engines(local.load(files), ox.Store.read_only(str(place)), bases)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.queries", description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000, help="size of the made-up portfolio (10000)")
    parser.add_argument("--limit", type=float, default=60, help="seconds that an engine has for one query (60)")
    parser.add_argument("--total", type=float, default=600, help="seconds after which rdflib is asked no more (600)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
