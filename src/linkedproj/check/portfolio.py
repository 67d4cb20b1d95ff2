"""All checks of a portfolio, in the order in which each needs the one before.

Cells while reading; ids and references across tables; evidence against records; then the shapes, on the very triples
that would be published. Where a cell check and a shape object to the same cell, the cell check's wording wins.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.check.checked import Checked
from linkedproj.check.completeness import completeness_problems
from linkedproj.check.engine import EngineError
from linkedproj.check.judge import Options, judge
from linkedproj.check.lint import coverage, lint
from linkedproj.check.locate import locate
from linkedproj.check.quotes import Quotes, check_quotes
from linkedproj.importers.source.origins import with_origins
from linkedproj.mapping.parts import Output
from linkedproj.mapping.runners import opened
from linkedproj.mapping.runners.resources import Resources
from linkedproj.mapping.tables import map_tables
from linkedproj.model.errors import Place, Problem
from linkedproj.model.folder import open_folder
from linkedproj.model.paths import shipped
from linkedproj.model.policy import without_counted
from linkedproj.model.rules import Rules, Severity, load_rules
from linkedproj.model.schema import vocabulary_terms
from linkedproj.model.shapes import SH, Shapes, read_shapes
from linkedproj.system.caches import kept_in
from linkedproj.tables.cells import REMARKS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from linkedproj.check.engine import Result
    from linkedproj.mapping.evidence import Evidence
    from linkedproj.mapping.tables import Mapped, Tell
    from linkedproj.model.folder import Folder
    from linkedproj.model.schema import Schema
    from linkedproj.tables.portfolio import Portfolio

    Further = Callable[[Folder, Portfolio], Iterable[Problem]]

_ALL = Resources()
_UNIT = 25
_SAMPLE = 3
"""Units of a draft without results that the reference judges again; of a release it judges all."""
_PROGRAM_SHAPES = "<linkedproj>/ontology/shapes.ttl"
_ABSENT, _LANGUAGE_ABSENT = SH + "MinCountConstraintComponent", SH + "QualifiedMinCountConstraintComponent"


@dataclass(frozen=True)
class Findings:
    """What a check found: the portfolio as read, how its values are known, and every problem in order.

    `triples` counts those of each type, by its name; `rules` are those in force, which word the problems. `remarks` say
    what could not be looked for.
    """

    portfolio: Portfolio
    evidence: Evidence
    problems: tuple[Problem, ...]
    checked: Checked
    triples: Mapping[str, int]
    rules: Rules
    quotes: Quotes | None = None
    remarks: tuple[str, ...] = ()


def check_folder(  # noqa: PLR0913 - what can be asked of a check, each by its own name
    path: Path,
    sources: Path | None = None,
    tell: Tell = lambda _: None,
    *,
    engine: str = "auto",
    resources: Resources = _ALL,
    ontology: Path | None = None,
    further: Further = lambda *_: (),
    keep: bool = False,
    alike: bool = False,
) -> Findings:
    """Map the tables in a folder and check what came of it by a SHACL engine (see `linkedproj.check.judge`).

    `sources` holds private copies that quotes are looked up in, `resources` say which processes map the tables, `tell`
    hears what is being done. `further` finds what is wrong with the records for rooms that this one does not know.
    With `keep`, only what has changed since the last check that kept its verdicts is judged (see `judging`); without,
    nothing is left behind. With `alike`, names are compared for records that may be one.

    Raises:
        EngineDisagreement: the reference engine found something else.
        SetupError: portfolio.toml, the ontology, the folder of sources or the engine cannot be used.
    """
    # As a draft would be, so that a build finds what was judged.
    folder = open_folder(path, ontology).drafted
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        mapped = map_statements(folder, Path(scratch), resources, tell)
        options = judging(path, engine, resources.jobs, keep=keep)
        return check(folder, mapped, sources, tell, options=options, further=further, alike=alike)


def judging(path: Path, engine: str, jobs: int, *, keep: bool, for_good: bool = False) -> Options:
    """Say how the records of a folder are judged: with `keep`, what was judged before is not judged again.

    Verdicts are kept where the system has caches for this user, in small units: an edit is one record in one of them.
    What is published `for_good` is judged by two engines as far as that is possible.
    """
    verdicts = kept_in("verdicts", path.resolve(), engine) if keep and not for_good else None
    if verdicts:
        return Options(engine, jobs, unit=_UNIT, sample=_SAMPLE, verdicts=verdicts)
    return Options(engine, jobs, all_again=for_good)


def map_statements(folder: Folder, scratch: Path, resources: Resources, tell: Tell = lambda _: None) -> Mapped:
    """Map the tables of a folder to what is checked and asked, and no more: N-Triples in a folder for scratch files.

    Raises:
        SetupError: the runner is not installed, or cannot be started.
    """
    dumps = {
        Output("records", "ntriples"): scratch / "records.nt",
        Output("evidence", "ntriples", supporting=True): scratch / "evidence.nt",
    }
    tell("reading the tables")
    parts = scratch / "parts"
    parts.mkdir()
    with opened(resources) as run:
        return map_tables(folder.path, folder.schema, folder.config, folder.shown, parts, dumps, run=run, tell=tell)


def check(  # noqa: PLR0913 - what can be asked of a check, as above
    folder: Folder,
    mapped: Mapped,
    sources: Path | None = None,
    tell: Tell = lambda _: None,
    *,
    options: Options | None = None,
    further: Further = lambda *_: (),
    alike: bool = False,
) -> Findings:
    """Judge what the tables of a folder were mapped to; nothing is written.

    `sources` holds the private copies that quotes are looked up in, if there are any; `options` say how the shapes are
    applied; `tell` hears what is being done; `further` and `alike` as in `check_folder`.

    Raises:
        EngineDisagreement: two SHACL engines judge the records differently.
        SetupError: the folder of sources cannot be used; the engine is not installed.
    """
    portfolio, evidence, schema = mapped.portfolio, mapped.evidence, folder.schema
    quotes = check_quotes(portfolio, sources) if sources else None
    likenesses, remarks = _likenesses(portfolio, tell) if alike else ([], ())
    tell("checking the shapes")
    problems = [*portfolio.problems, *evidence.problems, *(quotes.problems if quotes else ())]
    problems += likenesses
    problems += completeness_problems(evidence)
    problems += further(folder, portfolio)
    problems += _shape_problems(folder, mapped)
    checked = Checked("")
    # Every engine answers differently where a shape asks for itself, and one may run a query without end.
    if all(problem.rule not in _UNJUDGED for problem in problems):
        judged, checked = _judge(folder, mapped, options or Options(), problems)
        problems += judged
    triples = {name: mapped.triples[name] for name in schema.types if mapped.triples[name]}
    in_order = tuple(sorted(with_origins(folder.path, problems), key=lambda problem: problem.order))
    rules = load_rules(folder.shapes, "ontology/shapes.ttl", folder.ontology)
    return Findings(portfolio, evidence, in_order, checked, triples, rules, quotes, remarks)


def is_sound(findings: Findings) -> bool:
    """Check that nothing stands against publication."""
    return all(findings.rules.severity(problem) is not Severity.VIOLATION for problem in findings.problems)


def _likenesses(portfolio: Portfolio, tell: Tell) -> tuple[list[Problem], tuple[str, ...]]:
    """Compare the names of records; return which may be one, and what could not be compared."""
    from linkedproj.check.alike import alike_problems, alike_remarks  # only who asks for it waits for the importers

    tell("comparing names")
    return list(alike_problems(portfolio)), alike_remarks()


def _shape_problems(folder: Folder, mapped: Mapped) -> list[Problem]:
    """Check the shapes themselves, where whoever checks a portfolio may edit them: not those of the program."""
    if folder.ontology == shipped("ontology"):
        return []
    shapes, schema = folder.ontology / "shapes.ttl", folder.schema
    # Where people are in the folder of the portfolio, its own file is called so too.
    shown = _PROGRAM_SHAPES if folder.in_force.is_made else "ontology/shapes.ttl"
    problems = lint(shapes, vocabulary_terms(folder.ontology, schema), shown)
    if mapped.portfolio.whole:
        above = {kind.iri: kind.classes for kind in schema.types.values()}
        problems += coverage(shapes, _classes(schema, mapped.nodes), shown, above)
    return [problem for problem in problems if problem.place.file != _PROGRAM_SHAPES]


def _classes(schema: Schema, nodes: Mapping[str, int]) -> dict[str, int]:
    """Count the nodes of each class that is a type's own: a node has the classes above its own as well."""
    counts: Counter[str] = Counter()
    for kind in schema.types.values():
        counts.update(dict.fromkeys(kind.classes, nodes[kind.name]))
    return {kind.iri: counts[kind.iri] for kind in schema.types.values()}


def _judge(folder: Folder, mapped: Mapped, options: Options, known: Iterable[Problem]) -> tuple[list[Problem], Checked]:
    """Run the SHACL engine, and drop what a check before it has said of the same cell.

    Raises:
        EngineDisagreement: the reference engine found something else.
        SetupError: the engine is not installed.
    """
    portfolio, evidence = mapped.portfolio, mapped.evidence
    try:
        judgement = judge(mapped.statements, _judged_shapes(folder), options)
    except EngineError as error:
        return [Problem("LP-ENGINE", Place("ontology/shapes.ttl"), values={"detail": str(error)})], Checked("")
    certain = (result for result in _each_once(judgement.results) if not _is_uncertain(result, portfolio))
    said = _said(known)
    lost = {header.file.place().table: header for header in portfolio.headers if header.problems}
    problems = [
        problem
        for problem in locate(certain, portfolio, evidence)
        if said.isdisjoint(_keys(problem))
        and (problem.place.table not in lost or problem.column in ("", *lost[problem.place.table].names))
    ]
    return problems, judgement.checked


def _each_once(results: Collection[Result]) -> list[Result]:
    """Leave out the languages in which a text is missing, where it is missing altogether."""
    absent = {(result.focus, result.path) for result in results if result.component == _ABSENT}
    return [each for each in results if each.component != _LANGUAGE_ABSENT or (each.focus, each.path) not in absent]


def _judged_shapes(folder: Folder) -> Shapes:
    """Return the shapes in force without those whose results are counted in the mapping."""
    shapes = read_shapes(folder.shapes, "ontology/shapes.ttl")
    return Shapes(without_counted(shapes, folder.config.base), shapes.text_of_file, shapes.shown)


_UNJUDGED = frozenset({"LP-SHAPE-RECURSION", "LP-SHAPE-SPARQL"})
_OTHER_MATTERS = REMARKS | {
    "LP-COMPLETE-COLUMN",
    "LP-EVIDENCE-MISSING",
    "LP-EVIDENCE-SHARE",
    "LP-MONEY-PART",
    "LP-DATE-INSIDE",
    "LP-LINK-CIRCLE",
    "LP-SAME-KEY",
    "LP-SAME-LIKELY",
    "LP-SAME-ALIKE",
    "LP-PLACE-SWAPPED",
    "LP-PLACE-OUTSIDE",
    "LP-PLACE-COUNTRY",
    "LP-PLACE-OTHER",
}
"""Rules of a cell that leave its value as it is, so that shapes may still object to it."""


def _said(known: Iterable[Problem]) -> set[tuple[str, int, str]]:
    """Return the cells, and the columns that a whole table lacks (line 0), of which something was said."""
    said = {
        (problem.place.table, 0 if problem.rule == "LP-COLUMN-MISSING" else problem.place.line, problem.column)
        for problem in known
        if problem.rule not in _OTHER_MATTERS
    }
    return said | {(file, line, name.partition("@")[0]) for file, line, name in said if line}


def _keys(problem: Problem) -> set[tuple[str, int, str]]:
    return {(problem.place.table, line, problem.column) for line in (0, problem.place.line)}


def _is_uncertain(result: Result, portfolio: Portfolio) -> bool:
    """Check whether a result may only come of rows that could not be read: a link to one of them, or none found."""
    found = portfolio.schema.split(result.value[1:-1]) if result.value.startswith("<") else None
    if found and portfolio.may_hold(*found):
        return True
    fields, kinds = portfolio.schema.fields, portfolio.schema.types.values()
    inverses = [inverse for kind in kinds for inverse in kind.inverses if fields[inverse.term].iri == result.path]
    lost = portfolio.incomplete | portfolio.found.unread.keys()
    return not result.value and any(inverse.child in lost for inverse in inverses)
