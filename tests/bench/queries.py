"""Saved queries on two engines in one run: `python -m tests.bench.queries` from the top of a checkout.

It makes a portfolio up, runs every saved query on pyoxigraph and on rdflib, and prints a table of times and ratios as
Markdown. rdflib answers each query in a process of its own, which is ended when its time is up.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from linkedproj.config import load_config
from linkedproj.paths import shipped
from linkedproj.query import local, reference
from linkedproj.query.bind import bind
from linkedproj.query.saved import read_queries
from linkedproj.schema import load_schema

from .measure import child
from .report import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection

    import pyoxigraph as ox
    import rdflib

    from linkedproj.query.saved import SavedQuery

ASKED = {"city": "city-000", "organisation": "org-0000000", "project": "project-0000000", "theme": "theme-00"}
"""Record type -> the id by which queries about one such record are asked."""

RUNS, ENOUGH = 5, 2.0
"""pyoxigraph answers so often, or until so many seconds are spent."""


@dataclass(frozen=True)
class Answered:
    """What came of one query on one engine: seconds and size of the answer; `rows` is -1 when there was no end."""

    seconds: float
    rows: int


@dataclass(frozen=True)
class Line:
    """One query on both engines; `theirs` is None when rdflib was not asked."""

    id: str
    ours: Answered
    theirs: Answered | None


def answered(size: Callable[[], int]) -> Answered:
    """Time one answer."""
    begun = time.perf_counter()
    rows = size()
    return Answered(time.perf_counter() - begun, rows)


def on_pyoxigraph(store: ox.Store, sparql: str) -> Answered:
    """Answer several times; the time is the median."""
    runs: list[Answered] = []
    while len(runs) < RUNS and sum(run.seconds for run in runs) < ENOUGH:
        runs.append(answered(lambda: _size(store.query(sparql))))
    return Answered(median(run.seconds for run in runs), runs[0].rows)


def _size(found: object) -> int:
    import pyoxigraph as ox

    if isinstance(found, ox.QuerySolutions | ox.QueryTriples):
        return sum(1 for _ in found)
    return 1


def on_rdflib(graph: rdflib.Graph, sparql: str, limit: float) -> Answered:
    """Answer once, in a copy of this process, for so many seconds at most."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(graph, sparql, theirs))
    process.start()
    try:
        return ours.recv() if ours.poll(limit) else Answered(limit, -1)
    finally:
        process.kill()
        process.join()


def _child(graph: rdflib.Graph, sparql: str, out: Connection) -> None:
    out.send(answered(lambda: len(list(graph.query(sparql)))))


def compare(store: ox.Store, graph: rdflib.Graph, queries: Mapping[str, str], limit: float, total: float) -> list[Line]:
    """Answer all queries (id -> text) on both engines; `total` seconds after the start rdflib is asked no more.

    rdflib gets the quick ones first, so that what is left out is what would have taken longest.
    """
    end = time.perf_counter() + total
    ours = {name: on_pyoxigraph(store, sparql) for name, sparql in queries.items()}
    gc.freeze()  # the copies of this process share the graph, and the collector would write to it
    lines = []
    for name in sorted(ours, key=lambda name: ours[name].seconds):
        theirs = on_rdflib(graph, queries[name], limit) if time.perf_counter() < end else None
        lines.append(Line(name, ours[name], theirs))
        print(name, ours[name], theirs, file=sys.stderr)
    return lines


def bound(queries: Mapping[str, SavedQuery], bases: Mapping[str, str]) -> dict[str, str]:
    """Fill parameters in so that they name made-up records."""
    texts = {}
    for name, query in queries.items():
        arguments = {p.name: ASKED[p.of] for p in query.parameters.values() if p.of in ASKED and p.default}
        texts[name] = bind(query, arguments, bases)
    return texts


def shown(lines: Sequence[Line], limit: float) -> str:
    """Write the table, the greatest ratio first, and say what it holds together."""
    ordered = sorted(lines, key=lambda line: (-_ratio(line), line.id))
    late = sum(line.theirs is not None and line.theirs.rows < 0 for line in lines)
    unasked = sum(line.theirs is None for line in lines)
    head = ("saved query", "rows", "pyoxigraph, ms", "rdflib, s", "rdflib is × pyoxigraph")
    cells = [head, ("---", *("---:" for _ in head[1:])), *map(_cells, ordered)]
    rows = "".join(f"| {' | '.join(line)} |\n" for line in cells)
    ended = [_ratio(line) for line in lines if line.theirs and line.theirs.rows >= 0]
    middle = f"{median(ended):,.0f}" if ended else "unknown"
    agreed = "; ".join(_differences(lines)) or "Sizes of all answers agree"
    return (
        f"{rows}\n{len(lines)} queries. rdflib was ended after {limit:.0f} s in {late}, and not asked {unasked}; "
        f"the median ratio of the others is {middle}. {agreed}.\n"
    )


def _cells(line: Line) -> tuple[str, ...]:
    return f"`{line.id}`", f"{line.ours.rows:,}", f"{line.ours.seconds * 1000:,.1f}", *_theirs(line)


def _theirs(line: Line) -> tuple[str, str]:
    if line.theirs is None:
        return "not run", ""
    more = "> " if line.theirs.rows < 0 else ""
    return f"{more}{line.theirs.seconds:,.2f}", f"{more}{_ratio(line):,.0f}"


def _ratio(line: Line) -> float:
    return line.theirs.seconds / max(line.ours.seconds, 1e-6) if line.theirs else 0.0


def _differences(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if line.theirs and line.theirs.rows not in {-1, line.ours.rows}:
            yield f"{line.id}: {line.ours.rows} rows on pyoxigraph, {line.theirs.rows} on rdflib"


def main() -> None:
    """Measure what the command line asks for."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="linkedproj-bench-") as scratch:
        folder = Path(scratch)
        child("generate", scratch, "--projects", str(options.projects))
        child("engines", "ours", scratch)
        schema = load_schema(shipped("ontology"), load_config(folder, scratch).base)
        files = [folder / "ours.nt", shipped("ontology") / "linkedproj.ttl"]
        store, graph = local.load(files), reference.read_graph(files)
    print(machine())
    print(f"{options.projects:,} projects, {len(store):,} triples.\n")
    bases = {kind.table: kind.base for kind in schema.types.values()}
    lines = compare(store, graph, bound(read_queries(shipped("queries")), bases), options.limit, options.total)
    print(shown(lines, options.limit))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.queries", description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000, help="size of the made-up portfolio (10000)")
    parser.add_argument("--limit", type=float, default=60, help="seconds that rdflib has for one query (60)")
    parser.add_argument("--total", type=float, default=600, help="seconds after which rdflib is asked no more (600)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
