"""All checks of a portfolio, in the order in which each needs the one before.

Cells while reading; ids and references across tables; evidence against records; then the shapes, on the very triples
that would be published. Where a cell check and a shape object to the same cell, the cell check's wording wins.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from linkedproj.check.checked import Checked
from linkedproj.check.engine import EngineError
from linkedproj.check.judge import Options, judge
from linkedproj.check.lint import coverage, lint
from linkedproj.check.locate import locate
from linkedproj.check.quotes import Quotes, check_quotes
from linkedproj.mapping.parts import Output
from linkedproj.mapping.runners import Resources, opened
from linkedproj.mapping.tables import map_tables
from linkedproj.model.errors import Place, Problem
from linkedproj.model.paths import fingerprint
from linkedproj.model.schema import load_schema, vocabulary_terms
from linkedproj.model.settings import load_config
from linkedproj.tables.cells import REMARKS
from linkedproj.tables.portfolio import INVERSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from linkedproj.check.engine import Result
    from linkedproj.mapping.evidence import Evidence
    from linkedproj.mapping.tables import Mapped, Tell
    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config
    from linkedproj.tables.portfolio import Portfolio


@dataclass(frozen=True)
class Findings:
    """What a check found: the portfolio as read, how its values are known, and every problem in order.

    `triples` counts those of each type, by its name; `nodes` are the N-Triples that the shapes were held against.
    """

    portfolio: Portfolio
    evidence: Evidence
    problems: tuple[Problem, ...]
    checked: Checked
    triples: Mapping[str, int]
    nodes: tuple[Path, ...] = ()
    quotes: Quotes | None = None


@dataclass(frozen=True)
class Setup:
    """Where everything is: the portfolio's folder, its name to people, the ontology, and a folder for scratch files.

    `sources` holds the private copies that quotes are looked up in, if there are any; `options` say how the shapes are
    applied, `resources` with what the tables are mapped. `kept` is a folder that outlives a run that is killed.
    """

    folder: Path
    shown: str
    ontology: Path
    scratch: Path
    sources: Path | None = None
    options: Options = field(default_factory=Options)
    resources: Resources = field(default_factory=Resources)
    kept: Path | None = None


def check(
    setup: Setup,
    dumps: Mapping[Output, Path] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Findings:
    """Check a portfolio; `dumps` are files that are written in the same pass (see `linkedproj.mapping.tables`).

    `tell` hears what is being done.

    Raises:
        EngineDisagreement: two SHACL engines judge the records differently.
        SetupError: portfolio.toml, the ontology or the folder of sources cannot be used; the engine is not installed.
    """
    config = load_config(setup.folder, setup.shown)
    schema = load_schema(setup.ontology, config.base)
    tell("reading the tables and writing the records")
    written = {**_nodes(setup, dumps or {}), **(dumps or {})}
    mapped = _map(setup, schema, config, written, tell)
    portfolio, evidence = mapped.portfolio, mapped.evidence
    nodes = tuple(path for output, path in written.items() if output.format == "ntriples")
    quotes = check_quotes(portfolio, setup.sources) if setup.sources else None
    tell("checking the shapes")
    shapes = setup.ontology / "shapes.ttl"
    problems = [*portfolio.problems, *evidence.problems, *(quotes.problems if quotes else ())]
    problems += lint(shapes, vocabulary_terms(setup.ontology, schema), "ontology/shapes.ttl")
    kinds = schema.types.values()
    if portfolio.whole:
        above = {kind.iri: kind.classes for kind in kinds}
        problems += coverage(shapes, _classes(schema, mapped.nodes), "ontology/shapes.ttl", above)
    judged, checked = _judge(setup, nodes, portfolio, evidence, problems)
    problems += judged
    triples = {name: mapped.triples[name] for name in schema.types if mapped.triples[name]}
    in_order = tuple(sorted(problems, key=lambda problem: problem.order))
    return Findings(portfolio, evidence, in_order, checked, triples, nodes, quotes)


def _map(setup: Setup, schema: Schema, config: Config, dumps: Mapping[Output, Path], tell: Tell) -> Mapped:
    """Map the tables; where their parts are kept, those of an earlier run are taken up."""
    parts = setup.kept or setup.scratch / "parts"
    parts.mkdir(exist_ok=True)
    digest = _digest(setup) if setup.kept else ""
    with opened(setup.resources) as run:
        return map_tables(setup.folder, schema, config, setup.shown, parts, dumps, run=run, tell=tell, digest=digest)


def _digest(setup: Setup) -> str:
    """Give a digest of all but the tables that the dumps depend on."""
    found = hashlib.sha256(fingerprint().encode())
    for path in (setup.folder / "portfolio.toml", *sorted(setup.ontology.glob("*.*"))):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def _nodes(setup: Setup, dumps: Mapping[Output, Path]) -> dict[Output, Path]:
    """Name what the shapes are held against: N-Triples of the records and of the evidence."""
    wanted = {
        Output("records", "ntriples"): "records.nt",
        Output("evidence", "ntriples", supporting=True): "evidence.nt",
    }
    given = {(output.format, output.supporting) for output in dumps}
    return {
        output: setup.scratch / name
        for output, name in wanted.items()
        if (output.format, output.supporting) not in given
    }


def _classes(schema: Schema, nodes: Mapping[str, int]) -> dict[str, int]:
    """Count the nodes of each class that is a type's own: a node has the classes above its own as well."""
    counts: Counter[str] = Counter()
    for kind in schema.types.values():
        counts.update(dict.fromkeys(kind.classes, nodes[kind.name]))
    return {kind.iri: counts[kind.iri] for kind in schema.types.values()}


def _judge(
    setup: Setup, nodes: Sequence[Path], portfolio: Portfolio, evidence: Evidence, known: Iterable[Problem]
) -> tuple[list[Problem], Checked]:
    """Run the SHACL engine, and drop what a check before it has said of the same cell.

    Raises:
        EngineDisagreement: the reference engine found something else.
        SetupError: the engine is not installed.
    """
    try:
        options = replace(setup.options, jobs=setup.options.jobs or setup.resources.jobs)
        judgement = judge(nodes, setup.ontology / "shapes.ttl", options)
    except EngineError as error:
        return [Problem("LP-ENGINE", Place("ontology/shapes.ttl"), values={"detail": str(error)})], Checked("")
    certain = (result for result in judgement.results if not _is_uncertain(result, portfolio))
    said = _said(known)
    lost = {header.file.place().table: header for header in portfolio.headers if header.problems}
    problems = [
        problem
        for problem in locate(certain, portfolio, evidence)
        if said.isdisjoint(_keys(problem))
        and (problem.place.table not in lost or problem.column in ("", *lost[problem.place.table].names))
    ]
    return problems, judgement.checked


_OTHER_MATTERS = REMARKS | {"LP-EVIDENCE-MISSING", "LP-MONEY-PART", "LP-DATE-INSIDE"}
"""Rules of a cell that leave its value as it is, so that shapes may still object to it."""


def _said(known: Iterable[Problem]) -> set[tuple[str, int, str]]:
    """Give the cells, and the columns that a whole table lacks (line 0), of which something was said."""
    said = {
        (problem.place.table, 0 if problem.rule == "LP-COLUMN-MISSING" else problem.place.line, problem.column)
        for problem in known
        if problem.rule not in _OTHER_MATTERS
    }
    return said | {(file, line, name.partition("@")[0]) for file, line, name in said if line}


def _keys(problem: Problem) -> set[tuple[str, int, str]]:
    return {(problem.place.table, line, problem.column) for line in (0, problem.place.line)}


def _is_uncertain(result: Result, portfolio: Portfolio) -> bool:
    """Tell whether a result may only come of rows that could not be read: a link to one of them, or none found."""
    found = portfolio.schema.split(result.value[1:-1]) if result.value.startswith("<") else None
    if found and portfolio.may_hold(*found):
        return True
    children = {portfolio.schema.fields[term].iri: child for term, child in INVERSES.items()}
    child = children.get(result.path, "")
    return not result.value and (child in portfolio.incomplete or child in portfolio.found.unread)
