"""From tables to dumps: the tables cut into tasks, the tasks run, their parts joined, and what only the whole can tell.

Types are written in the waves of the schema: evidence is read before all, children before the records they lead to.
Which process does what, and when, leaves no trace in the dumps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from linkedproj.mapping.chains import chain_problems
from linkedproj.mapping.dumps import Dumps
from linkedproj.mapping.evidence import Evidence
from linkedproj.mapping.identity import identity_problems
from linkedproj.mapping.inventory import Inventory
from linkedproj.mapping.keys import case_problems, reference_problems
from linkedproj.mapping.parts import Output
from linkedproj.mapping.places import agreement_problems
from linkedproj.mapping.retired import retired_problems
from linkedproj.mapping.runners import opened
from linkedproj.mapping.runners.resources import Resources, run_here
from linkedproj.mapping.steps import Steps
from linkedproj.mapping.tasks import MappingRun
from linkedproj.model.errors import DataError, Place, Problem
from linkedproj.model.folder import open_folder
from linkedproj.model.rules import Rules, Severity, catalogue
from linkedproj.tables.portfolio import Portfolio
from linkedproj.tables.shards import SIZE
from linkedproj.writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkedproj.mapping.runners.resources import Perform
    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config

__all__ = ["Mapped", "Tell", "map_folder", "map_tables"]

Tell = Callable[[str], None]
"""Hears what is being done, and how much of it."""


@dataclass(frozen=True)
class Mapped:
    """What came of a mapping: the portfolio as read, its evidence, and how many triples and nodes each type has.

    Triples of the header, and those that say what codes are called, are counted under "".

    `dumps` are the files that were written.
    """

    portfolio: Portfolio
    evidence: Evidence
    triples: Mapping[str, int]
    nodes: Mapping[str, int]
    dumps: Mapping[Output, Path]

    @property
    def statements(self) -> tuple[Path, ...]:
        """The dumps in N-Triples: what shapes and questions are held against."""
        return tuple(path for output, path in self.dumps.items() if output.format == "ntriples")


def map_tables(  # noqa: PLR0913, PLR0917 - what there is to say of a mapping, each by its own name
    folder: Path,
    schema: Schema,
    config: Config,
    shown: str,
    work: Path,
    dumps: Mapping[Output, Path],
    *,
    run: Perform = run_here,
    tell: Tell = lambda _: None,
    size: int = SIZE,
) -> Mapped:
    """Read and check all tables of a folder (`shown` as people call it), and write dumps of them in the same pass.

    `work` is a folder for parts, which lasts as long as the rows of the portfolio are asked for. `dumps` are files, but
    for the tables, of which a folder takes one a type. `run` runs the tasks, `size` is that of a shard in bytes, and
    `tell` hears how many of them are done. Nothing is raised for what is wrong in a table: it is in the `problems` of
    portfolio and evidence.
    """
    portfolio = Portfolio(schema, config)
    evidence, inventory = Evidence(portfolio), Inventory(portfolio, work, size)
    inventory.read(folder, shown)
    steps = Steps(inventory, evidence, MappingRun(portfolio, work, tuple(dumps)), run, tell)
    steps.write()
    portfolio.found.counts = Counter({name: portfolio.counts[name] for name in schema.types if portfolio.counts[name]})
    if not portfolio.counts and not portfolio.incomplete:
        portfolio.problems.append(Problem("LP-FILE-NONE", Place(shown)))
    with ThreadPoolExecutor(1) as beside:
        # Parts are copied within the system, while Python compares.
        joined = beside.submit(Dumps(portfolio, evidence, steps).join, dumps)
        for name in steps.with_capitals:
            portfolio.problems.extend(case_problems(portfolio, name))
        for problems in (reference_problems, identity_problems, chain_problems, agreement_problems, retired_problems):
            portfolio.problems.extend(problems(portfolio))
        evidence.finish()
        joined.result()
    return Mapped(portfolio, evidence, steps.triples, steps.nodes, dict(dumps))


def map_folder(  # noqa: PLR0913 - what can be asked of a mapping, each by its own name
    folder: Path,
    out: Path,
    formats: Sequence[str] = ("ntriples",),
    *,
    jobs: int = 1,
    runner: str = "local",
    ontology: Path | None = None,
) -> Mapped:
    """Write the records of a folder as `portfolio.nt` and so on into another: no shapes, no catalogue, no release.

    `ontology` is the folder of context, vocabulary and shapes, if it is not the shipped one.

    Raises:
        DataError: the records are not sound.
        SetupError: portfolio.toml, the ontology or the runner cannot be used.
    """
    found = open_folder(folder, ontology)
    out.mkdir(parents=True, exist_ok=True)
    dumps = {Output(name, name): out / f"portfolio{FORMATS[name].suffix}" for name in formats}
    with opened(Resources(jobs, runner)) as run, TemporaryDirectory(dir=out, prefix=".parts-") as work:
        mapped = map_tables(folder, found.schema, found.config, folder.as_posix(), Path(work), dumps, run=run)
    problems = [*mapped.portfolio.problems, *mapped.evidence.problems]
    rules = Rules(catalogue() if problems else {})
    if any(rules.severity(problem) is Severity.VIOLATION for problem in problems):
        raise DataError(problems)
    return mapped
