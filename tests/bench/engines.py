"""What is measured: each engine is one process that goes from the tables of a folder to a file beside them.

An engine imports only what it needs, and calls `lap` at the end of each part of its work.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyoxigraph as ox

    Engine = Callable[[Path, "Laps"], None]


class Laps:
    """The CPU seconds of this process, part by part; the first part begins with the interpreter."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = 0.0

    def __call__(self, part: str) -> None:
        """End a part."""
        now = time.process_time()
        self.seconds[part] = now - self._last
        self._last = now


def ours(folder: Path, lap: Laps) -> None:
    """Read with all checks of cells, keys and references; write N-Triples."""
    _ours(folder, ["ntriples"], lap)


def ours_all(folder: Path, lap: Laps) -> None:
    """Read with all checks of cells, keys and references; write N-Triples, Turtle and JSON-LD in one pass."""
    _ours(folder, ["turtle", "jsonld", "ntriples"], lap)


def ours_start(folder: Path, lap: Laps) -> None:
    """Import the program and compile the context, the vocabulary and the shapes; read and write nothing."""
    from linkedproj.config import load_config
    from linkedproj.emission import Dump, emit
    from linkedproj.paths import shipped
    from linkedproj.reading import read_portfolio
    from linkedproj.schema import load_schema

    lap("start")
    load_schema(shipped("ontology"), load_config(folder, folder.name).base)
    lap("schema")
    del Dump, emit, read_portfolio


def _ours(folder: Path, formats: list[str], lap: Laps) -> None:
    from linkedproj.config import load_config
    from linkedproj.emission import Dump, emit
    from linkedproj.paths import shipped
    from linkedproj.reading import read_portfolio
    from linkedproj.schema import load_schema
    from linkedproj.writers import FORMATS

    lap("start")
    config = load_config(folder, folder.name)
    schema = load_schema(shipped("ontology"), config.base)
    lap("schema")
    portfolio = read_portfolio(folder, schema, config, folder.name)
    lap("read")
    dumps = [Dump(folder / f"ours{FORMATS[name].suffix}", name, schema) for name in formats]
    evidence = emit(portfolio, dumps, [])
    for dump in dumps:
        dump.close()
    lap("write")
    problems = [*portfolio.problems, *evidence.problems]
    if problems:
        raise SystemExit(f"The made-up portfolio has {len(problems)} problems, the first: {problems[0]}")


def rdflib_start(_: Path, lap: Laps) -> None:
    """Import rdflib."""
    import rdflib

    lap("start")
    del rdflib


def rdflib_graph(folder: Path, lap: Laps) -> None:
    """Add every statement to an rdflib graph; serialise it."""
    from rdflib import Graph, Literal, URIRef

    from .byhand import ByHand, Makers

    lap("start")
    makers = Makers(
        iri=URIRef,
        text=lambda text, language: Literal(text, lang=language),
        plain=Literal,
        typed=lambda text, datatype: Literal(text, datatype=datatype),
    )
    graph = Graph()
    for statement in ByHand(folder, makers):
        graph.add(statement)
    lap("read")
    graph.serialize(folder / "rdflib.nt", format="nt", encoding="utf-8")
    lap("write")


def pyoxigraph_store(folder: Path, lap: Laps) -> None:
    """Load every statement into a pyoxigraph store; dump it."""
    import pyoxigraph as ox

    lap("start")
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in _pyoxigraph_triples(folder))
    lap("read")
    store.dump(folder / "pyoxigraph-store.nt", ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    lap("write")


def pyoxigraph_stream(folder: Path, lap: Laps) -> None:
    """Hand every statement to pyoxigraph's writer; no graph is held."""
    import pyoxigraph as ox

    lap("start")
    ox.serialize(_pyoxigraph_triples(folder), folder / "pyoxigraph-stream.nt", ox.RdfFormat.N_TRIPLES)
    lap("read")


def _pyoxigraph_triples(folder: Path) -> Iterator[ox.Triple]:
    import pyoxigraph as ox

    from .byhand import ByHand, Makers

    makers = Makers(
        iri=ox.NamedNode,
        text=lambda text, language: ox.Literal(text, language=language),
        plain=ox.Literal,
        typed=lambda text, datatype: ox.Literal(text, datatype=datatype),
    )
    return (ox.Triple(*statement) for statement in ByHand(folder, makers))


def strings(folder: Path, lap: Laps) -> None:
    """Format every statement as a line of text, with no library and no check: about as little as Python can do."""
    from .byhand import ByHand, Makers

    lap("start")
    makers = Makers(
        iri=lambda iri: f"<{iri}>",
        text=lambda text, language: f'"{_escaped(text)}"@{language}',
        plain=lambda text: f'"{_escaped(text)}"',
        typed=lambda text, datatype: f'"{text}"^^{datatype}',
    )
    with (folder / "strings.nt").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{subject} {predicate} {value} .\n" for subject, predicate, value in ByHand(folder, makers))
    lap("read")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def only_csv(folder: Path, lap: Laps) -> None:
    """Read every row of the tables with csv.reader, and do nothing with it."""
    import csv
    from collections import deque

    lap("start")
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            deque(csv.reader(file), maxlen=0)
    lap("read")


def only_copy(folder: Path, lap: Laps) -> None:
    """Read the bytes of our N-Triples and write them again."""
    lap("start")
    with (folder / "ours.nt").open("rb") as source, (folder / "copy.nt").open("wb") as target:
        while block := source.read(1 << 20):
            target.write(block)
    lap("write")


def only_gzip(folder: Path, lap: Laps) -> None:
    """Compress the bytes of our N-Triples, as a release does."""
    import gzip
    import shutil

    lap("start")
    with (folder / "ours.nt").open("rb") as source, gzip.open(folder / "ours.nt.gz", "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    lap("write")


def only_parse(folder: Path, lap: Laps) -> None:
    """Parse our N-Triples with pyoxigraph, and do nothing with them."""
    from collections import deque

    import pyoxigraph as ox

    lap("start")
    deque(ox.parse(path=folder / "ours.nt", format=ox.RdfFormat.N_TRIPLES), maxlen=0)
    lap("read")


OURS: dict[str, Engine] = {"ours": ours, "ours, three formats": ours_all}
PEERS: dict[str, Engine] = {
    "rdflib": rdflib_graph,
    "pyoxigraph store": pyoxigraph_store,
    "pyoxigraph stream": pyoxigraph_stream,
    "strings, no checks": strings,
}
STARTS: dict[str, Engine] = {"ours, start only": ours_start, "rdflib, start only": rdflib_start}
LIMITS: dict[str, Engine] = {
    "csv.reader alone": only_csv,
    "copy the N-Triples": only_copy,
    "gzip the N-Triples": only_gzip,
    "parse the N-Triples": only_parse,
}
OUTPUTS = {
    "rdflib": "rdflib.nt",
    "pyoxigraph store": "pyoxigraph-store.nt",
    "pyoxigraph stream": "pyoxigraph-stream.nt",
    "strings, no checks": "strings.nt",
}
"""Peer -> the file it leaves, to be compared with ours."""


def main() -> None:
    """Run the engine that the command line names on a folder; tell its laps as JSON."""
    name, folder = sys.argv[1:]
    lap = Laps()
    (OURS | PEERS | STARTS | LIMITS)[name](Path(folder), lap)
    print(json.dumps(lap.seconds))


if __name__ == "__main__":
    main()
