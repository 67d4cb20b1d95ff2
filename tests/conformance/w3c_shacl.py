"""Runs manifests of SHACL cases, in the format of the W3C test suite, through our own interface to the engines.

`python -m tests.conformance.w3c_shacl FOLDER` prints the figures of a folder, such as tests/core of the W3C suite.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox

from linkedproj.check.engine import ENGINES, EngineError, engine_name, validate
from linkedproj.check.terms import canonical
from linkedproj.model.shapes import MADE_UP, read_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.model.shapes import Shapes, Term

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"

# The cases that an engine is known to fail, and why.
KNOWN = {
    ("pyshacl", "uniqueLang-002"): 'pyshacl 0.40.1 takes sh:uniqueLang "1"^^xsd:boolean for true',
}


@dataclass(frozen=True)
class Case:
    """One entry of a manifest: what is judged by what, and whether the report conforms, with its results."""

    name: str
    data: Path
    shapes: Path
    expected: Counter[tuple[str, ...]]
    fails: bool = False


def cases(manifest: Path) -> Iterator[Case]:
    """Read a manifest, and those that it includes."""
    graph = read_shapes(manifest, base=manifest.absolute().as_uri()).all_named
    root = ox.NamedNode(manifest.absolute().as_uri())
    for included in graph.objects(root, MF + "include"):
        yield from cases(_file(included))
    for entries in graph.objects(root, MF + "entries"):
        for entry in graph.members(entries):
            yield _case(graph, entry)


def _case(graph: Shapes, entry: Term) -> Case:
    action = graph.objects(entry, MF + "action")[0]
    result = graph.objects(entry, MF + "result")[0]
    return Case(
        entry.value.rpartition("/")[2].rpartition("#")[2],
        _file(graph.objects(action, SHT + "dataGraph")[0]),
        _file(graph.objects(action, SHT + "shapesGraph")[0]),
        Counter(_expected(graph, node) for node in graph.shacl(result, "result")),
        isinstance(result, ox.NamedNode),
    )


def _file(node: Term) -> Path:
    return Path(unquote(urlsplit(node.value).path))


def _expected(graph: Shapes, node: Term) -> tuple[str, ...]:
    """Give what is compared: focus node, path, value, component, severity, named shape; a blank node is "_:"."""

    def first(name: str) -> Term | None:
        return next(iter(graph.shacl(node, name)), None)

    path, shape = first("resultPath"), first("sourceShape")
    return (
        _term(first("focusNode")),
        graph.path(path) if path else "",
        _term(first("value")),
        _term(first("sourceConstraintComponent")),
        _term(first("resultSeverity")).rpartition("#")[2].lower().rstrip(">"),
        graph.named(shape) if isinstance(shape, ox.NamedNode) else "",
    )


def _term(term: Term | None) -> str:
    if isinstance(term, ox.BlankNode) or (term and term.value.startswith(MADE_UP)):
        return "_:"
    return canonical(str(term)) if term else ""


def found(case: Case, engine: str) -> Counter[tuple[str, ...]]:
    """Judge a case; where its shape has no IRI, none is compared.

    Raises:
        EngineError: the engine ended without a report.
    """
    nameless = {row[:5] for row in case.expected if not row[5]}
    rows: Counter[tuple[str, ...]] = Counter()
    for result in validate([case.data], case.shapes, engine=engine):
        focus = result.focus if result.focus.startswith(('"', "_:")) else f"<{result.focus}>"
        row = (_blank(focus), result.path, _blank(result.value), f"<{result.component}>", result.severity)
        rows[*row, "" if row in nameless else result.source_shape] += 1
    return rows


def _blank(term: str) -> str:
    return "_:" if term.startswith("_:") else term


def difference(case: Case, engine: str) -> str:
    """Say what an engine gets wrong in a case; "" is nothing. What the suite expects to fail must fail."""
    try:
        rows = found(case, engine)
    except EngineError as error:
        return "" if case.fails else str(error)
    if case.fails:
        return "it should have failed"
    lines = [f"- {row}" for row in (case.expected - rows)] + [f"+ {row}" for row in (rows - case.expected)]
    return "\n".join(lines)


def main() -> None:
    """Print how many cases each engine passes, and what it gets wrong in the others."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.w3c_shacl", description=__doc__)
    parser.add_argument("folder", type=Path)
    every = list(cases(parser.parse_args().folder / "manifest.ttl"))
    for engine in ENGINES:
        wrong = {case.name: text for case in every if (text := difference(case, engine))}
        print(f"{engine_name(engine)}: {len(every) - len(wrong)} of {len(every)}")
        for name, text in wrong.items():
            print(f"  {name} ({KNOWN.get((engine, name), 'not known before')})\n    " + text.replace("\n", "\n    "))


if __name__ == "__main__":
    main()
