"""What a careful user would write to publish the made-up tables: rdflib for all, pySHACL and gzip.

`python -m tests.bench.careful TABLES SECONDS` publishes a folder; a query is ended after SECONDS of CPU. It knows
nothing of `linkedproj` but the vocabulary, the shapes and the texts of the queries, which `prepare` puts beside the
tables. It writes no catalogue, no tables, no changes, and says nothing of a wrong cell.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .graphs import by_hand

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rdflib

FOLDER = "careful"
DUMP, TOLD = "portfolio.nt", "told.json"
_DUMPS = {DUMP: "nt", "portfolio.ttl": "turtle", "portfolio.jsonld": "json-ld", "portfolio.rdf": "xml"}
_ANSWERS, _TRUTHS = ("csv", "json"), ("json",)
"""What rdflib can write of answers: its XML (7.6) refuses a row with an empty cell, and it has no TSV."""


class OutOfTime(BaseException):
    """A query has used up its time; no Exception, which rdflib would take for a fault in an expression."""


def prepare(tables: Path, ontology: Path, published: Path) -> None:
    """Put vocabulary, shapes and the texts of published queries beside the tables."""
    folder = tables / FOLDER
    folder.mkdir()
    for name in ("linkedproj.ttl", "shapes.ttl"):
        shutil.copyfile(ontology / name, folder / name)
    for query in published.glob("*.rq"):
        if ".template" not in query.name:
            shutil.copyfile(query, folder / query.name)


def publish(tables: Path, seconds: float) -> None:
    """Publish the tables of a folder into one beside them; tell steps, violations, rows and seconds of answers."""
    import pyshacl
    import rdflib

    folder, steps = tables / FOLDER, Steps()
    with steps.step("reading the tables into a graph"):
        graph = by_hand(tables)
    with steps.step("writing four formats"):
        for name, form in _DUMPS.items():
            options: dict[str, Any] = {"auto_compact": True} if form == "json-ld" else {}
            graph.serialize(folder / name, format=form, encoding="utf-8", **options)
    with steps.step("compressing"):
        _compress(folder)
    with steps.step("checking the shapes"):
        vocabulary = rdflib.Graph().parse(folder / "linkedproj.ttl")
        shapes = rdflib.Graph().parse(folder / "shapes.ttl")
        # Beside the records and not among them: the rules are about themes, and not about the lists of codes.
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, ont_graph=vocabulary)
        violations = sum(1 for _ in report.subjects(rdflib.SH.resultSeverity, rdflib.SH.Violation))
    with steps.step("answering the saved queries"):
        graph += vocabulary
        answers = {path.stem: _timed(graph, path, seconds) for path in sorted(folder.glob("*.rq"))}
    found = {"steps": steps.taken, "violations": violations, "answers": answers}
    (folder / TOLD).write_text(json.dumps(found), "utf-8")


class Steps:
    """What was done, with its seconds of CPU and on the clock."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, float, float]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        cpu, wall = time.process_time(), time.monotonic()
        yield
        self.taken.append((name, time.process_time() - cpu, time.monotonic() - wall))


def _compress(folder: Path) -> None:
    import gzip

    for name in _DUMPS:
        with (folder / name).open("rb") as plain, gzip.open(folder / f"{name}.gz", "wb", compresslevel=6) as packed:
            shutil.copyfileobj(plain, packed, 1 << 20)


def _timed(graph: rdflib.Graph, query: Path, seconds: float) -> tuple[int, float]:
    """Answer a query; give the rows, and the CPU seconds that it took."""
    begun = time.process_time()
    return _answered(graph, query, seconds), time.process_time() - begun


def _answered(graph: rdflib.Graph, query: Path, seconds: float) -> int:
    """Write the answer to a query in the forms that rdflib has; give its rows, -1 if there was no time."""
    with suppress(OutOfTime), _limited(seconds):
        found: Any = graph.query(query.read_text("utf-8"))
        if found.graph is not None:
            found.graph.serialize(query.with_suffix(".result.ttl"), format="turtle", encoding="utf-8")
            return len(found.graph)
        rows = len(found)
        for form in _ANSWERS if found.type == "SELECT" else _TRUTHS:
            found.serialize(str(query.with_suffix(f".{form}")), format=form)
        return rows
    return -1


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise OutOfTime when so many seconds of CPU are used up, and again each second after."""

    def ring(*_: object) -> None:
        raise OutOfTime

    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    publish(Path(sys.argv[1]), float(sys.argv[2]))
