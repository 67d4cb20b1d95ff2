"""All checks of a portfolio, in the order in which each needs the one before.

Cells while reading; ids and references across tables; evidence against records; then the shapes, on the very triples
that would be published. Where a cell check and a shape object to the same cell, the cell check's wording wins.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkedproj.check.engine import EngineError, Limits, engine_name, validate
from linkedproj.check.lint import coverage, lint
from linkedproj.check.locate import locate
from linkedproj.check.quotes import Quotes, check_quotes
from linkedproj.config import load_config
from linkedproj.context import RDF
from linkedproj.emission import Dump, emit
from linkedproj.errors import Place, Problem
from linkedproj.portfolio import INVERSES
from linkedproj.reading import read_portfolio
from linkedproj.schema import load_schema, vocabulary_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from linkedproj.check.engine import Result
    from linkedproj.evidence import Evidence
    from linkedproj.portfolio import Portfolio
    from linkedproj.schema import Schema


@dataclass(frozen=True)
class Findings:
    """What a check found: the portfolio as read, how its values are known, and every problem in order.

    `triples` counts those of each type, by its name.
    """

    portfolio: Portfolio
    evidence: Evidence
    problems: tuple[Problem, ...]
    engine: str
    triples: Mapping[str, int]
    quotes: Quotes | None = None


@dataclass(frozen=True)
class Setup:
    """Where everything is: the portfolio's folder, its name to people, the ontology, and a folder for scratch files.

    `sources` holds the private copies that quotes are looked up in, if there are any.
    """

    folder: Path
    shown: str
    ontology: Path
    scratch: Path
    sources: Path | None = None
    limits: Limits = field(default_factory=Limits)


def check(
    setup: Setup,
    dumps: Callable[[Schema], Sequence[Dump]] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Findings:
    """Check a portfolio; `dumps` opens further dumps that are written in the same pass (see `linkedproj.build`).

    `tell` hears what is being done.

    Raises:
        SetupError: portfolio.toml, the ontology or the folder of sources cannot be used.
    """
    config = load_config(setup.folder, setup.shown)
    schema = load_schema(setup.ontology, config.base)
    tell("reading the tables")
    portfolio = read_portfolio(setup.folder, schema, config, setup.shown)
    quotes = check_quotes(portfolio, setup.sources) if setup.sources else None
    tell("writing the records")
    nodes = [setup.scratch / "records.nt", setup.scratch / "evidence.nt"]
    evidence = _write(portfolio, schema, nodes, dumps(schema) if dumps else ())
    tell("checking the shapes")
    shapes = setup.ontology / "shapes.ttl"
    problems = [*portfolio.problems, *evidence.problems, *(quotes.problems if quotes else ())]
    problems += lint(shapes, vocabulary_terms(setup.ontology, schema), "ontology/shapes.ttl")
    kinds = schema.types.values()
    counts, triples = _census(nodes, schema)
    classes = {kind.iri: counts.get(kind.iri, 0) for kind in kinds}
    if portfolio.whole:
        problems += coverage(shapes, classes, "ontology/shapes.ttl", {kind.iri: kind.classes for kind in kinds})
    problems += _judge(setup, nodes, portfolio, evidence, problems)
    return Findings(portfolio, evidence, tuple(sorted(problems, key=lambda p: p.order)), engine_name(), triples, quotes)


def _write(portfolio: Portfolio, schema: Schema, nodes: Sequence[Path], dumps: Iterable[Dump]) -> Evidence:
    records, supporting = (Dump(path, "ntriples", schema) for path in nodes)
    more = list(dumps)
    try:
        return emit(
            portfolio,
            [records, *(dump for dump in more if not dump.supporting)],
            [supporting, *(dump for dump in more if dump.supporting)],
        )
    finally:
        for dump in (records, supporting, *more):
            dump.close()


def _judge(
    setup: Setup, nodes: Sequence[Path], portfolio: Portfolio, evidence: Evidence, known: Iterable[Problem]
) -> list[Problem]:
    """Run the SHACL engine, and drop what a check before it has said of the same cell."""
    try:
        results = validate(nodes, setup.ontology / "shapes.ttl", setup.limits)
    except EngineError as error:
        return [Problem("LP-ENGINE", Place("ontology/shapes.ttl"), values={"detail": str(error)})]
    certain = (result for result in results if not _is_uncertain(result, portfolio))
    said = _said(known)
    lost = {header.file.shown: header for header in portfolio.headers if header.problems}
    return [
        problem
        for problem in locate(certain, portfolio, evidence)
        if said.isdisjoint(_keys(problem))
        and (problem.place.file not in lost or problem.column in ("", *lost[problem.place.file].names))
    ]


_OTHER_MATTERS = frozenset({"LP-CELL-BLANK", "LP-EVIDENCE-MISSING", "LP-MONEY-PART", "LP-DATE-INSIDE"})
"""Rules of a cell that leave its value as it is, so that shapes may still object to it."""


def _said(known: Iterable[Problem]) -> set[tuple[str, int, str]]:
    """Give the cells, and the columns that a whole table lacks (line 0), of which something was said."""
    said = {
        (problem.place.file, 0 if problem.rule == "LP-COLUMN-MISSING" else problem.place.line, problem.column)
        for problem in known
        if problem.rule not in _OTHER_MATTERS
    }
    return said | {(file, line, name.partition("@")[0]) for file, line, name in said if line}


def _keys(problem: Problem) -> set[tuple[str, int, str]]:
    return {(problem.place.file, line, problem.column) for line in (0, problem.place.line)}


def _is_uncertain(result: Result, portfolio: Portfolio) -> bool:
    """Tell whether a result may only come of rows that could not be read: a link to one of them, or none found."""
    found = portfolio.schema.split(result.value[1:-1]) if result.value.startswith("<") else None
    if found and portfolio.may_hold(*found):
        return True
    children = {portfolio.schema.fields[term].iri: child for term, child in INVERSES.items()}
    child = children.get(result.path, "")
    return not result.value and (child in portfolio.incomplete or child in portfolio.unread)


def _census(nodes: Iterable[Path], schema: Schema) -> tuple[dict[str, int], dict[str, int]]:
    """Count the nodes of each class, and the triples of each type, in N-Triples files that this program wrote."""
    marker = f" <{RDF}type> <"
    classes: Counter[str] = Counter()
    bases: Counter[str] = Counter()
    for path in nodes:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                subject, _, rest = line.partition(marker)
                if rest:
                    classes[rest[:-4]] += 1
                bases[subject[1 : subject.rindex("/", 0, subject.find(">")) + 1]] += 1
    return dict(classes), {name: bases[kind.base] for name, kind in schema.types.items() if bases[kind.base]}
