"""From tables to dumps: the tables cut into tasks, the tasks run, their parts joined, and what only the whole can tell.

Children (the types that INVERSES turns round) are written before their initiatives, evidence is read before all; which
process does what, and when, leaves no trace in the dumps.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby, islice, pairwise
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from linkedproj.batch import ROWS, Batch
from linkedproj.cells import Column
from linkedproj.config import load_config
from linkedproj.errors import DataError
from linkedproj.evidence import Evidence
from linkedproj.keys import case_problems, reference_problems
from linkedproj.pace import Pace
from linkedproj.parts import TABLE, Output, join, table_columns
from linkedproj.paths import shipped
from linkedproj.portfolio import ANONYMOUS, INVERSES, Found, Portfolio, Tables
from linkedproj.readers.csv import read_header
from linkedproj.reading import read_file, report_header
from linkedproj.runners import Resources, opened, run_here
from linkedproj.runs import Gathering, RunFile
from linkedproj.schema import load_schema
from linkedproj.shards import SIZE, cut, first_id, whole
from linkedproj.tables import Header, find_tables
from linkedproj.tasks import CLAIMS, STATED, Outcome, Setting, Slice, Task, batches, rows_of
from linkedproj.writers import FORMATS, ntriples
from linkedproj.writers.table import header_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linkedproj.config import Config
    from linkedproj.context import RecordType
    from linkedproj.readers.source import TableFile
    from linkedproj.runners import Run
    from linkedproj.runs import Run as Items
    from linkedproj.schema import Schema
    from linkedproj.shards import Shard

Tell = Callable[[str], None]
"""Hears what is being done, and how much of it."""

_SLICE = 64 << 20


@dataclass(frozen=True)
class Mapped:
    """What came of a mapping: the portfolio as read, its evidence, and how many triples and nodes each type has."""

    portfolio: Portfolio
    evidence: Evidence
    triples: Mapping[str, int]
    nodes: Mapping[str, int]


def map_tables(  # noqa: PLR0913, PLR0917 - what there is to say of a mapping, each by its own name
    folder: Path,
    schema: Schema,
    config: Config,
    shown: str,
    work: Path,
    dumps: Mapping[Output, Path],
    *,
    run: Run = run_here,
    tell: Tell = lambda _: None,
    size: int = SIZE,
    digest: str = "",
) -> Mapped:
    """Read and check all tables of a folder (`shown` as people call it), and write dumps of them in the same pass.

    `work` is a folder for parts, which lasts as long as the rows of the portfolio are asked for. `dumps` are files, but
    for the tables, of which a folder takes one a type. `run` runs the tasks, `size` is that of a shard in bytes, and
    `tell` hears how many of them are done. With a `digest` of settings, ontology and program, what an earlier run left
    in `work` is taken up. Nothing is raised for what is wrong in a table: it is in the `problems` of portfolio and
    evidence.
    """
    mapping = _Mapping(
        Portfolio(schema, config), work, Setting(Tables(schema, config), work, tuple(dumps), digest=digest)
    )
    mapping.perform, mapping.size, mapping.tell = run, size, tell
    mapping.read(folder, shown)
    mapping.write()
    mapping.compare()
    mapping.join(dumps)
    return Mapped(mapping.portfolio, mapping.evidence, mapping.triples, mapping.nodes)


def map_folder(
    folder: Path, out: Path, formats: Sequence[str] = ("ntriples",), *, jobs: int = 1, runner: str = "local"
) -> Mapped:
    """Write the records of a folder as `portfolio.nt` and so on into another: no shapes, no catalogue, no release.

    Raises:
        DataError: the records are not sound.
        SetupError: portfolio.toml, the ontology or the runner cannot be used.
    """
    config = load_config(folder, folder.as_posix())
    schema = load_schema(shipped("ontology"), config.base)
    out.mkdir(parents=True, exist_ok=True)
    dumps = {Output(name, name): out / f"portfolio{FORMATS[name].suffix}" for name in formats}
    with opened(Resources(jobs, runner)) as run, TemporaryDirectory(dir=out, prefix=".parts-") as work:
        mapped = map_tables(folder, schema, config, folder.as_posix(), Path(work), dumps, run=run)
    problems = [*mapped.portfolio.problems, *mapped.evidence.problems]
    if problems:
        raise DataError(problems)
    return mapped


class _Mapping:
    """One mapping on its way."""

    perform: Run
    tell: Tell
    size: int

    def __init__(self, portfolio: Portfolio, work: Path, setting: Setting) -> None:
        self.portfolio, self.evidence = portfolio, Evidence(portfolio)
        self.triples: Counter[str] = Counter()
        self.nodes: Counter[str] = Counter()
        self._work, self._setting, self._steps = work, setting, 0
        self._shards: dict[str, list[Shard]] = {}
        self._own: dict[str, list[Items]] = {}
        self._bytes: Counter[str] = Counter()
        self._outcomes: dict[str, list[Outcome]] = {}
        self._sliced: dict[str, Slice] = {}

    # -------------------------------------------------------------- what there is

    def read(self, folder: Path, shown: str) -> None:
        """Look at all files, and read those of which the columns are known only when they are read."""
        portfolio = self.portfolio
        portfolio.files = find_tables(folder, shown, portfolio.schema, portfolio.config, portfolio.problems.append)
        for number, file in enumerate(portfolio.files):
            kind = portfolio.schema.type_of_table(file.table)
            if kind is None:
                continue
            self._bytes[kind.name] += file.path.stat().st_size
            if file.path.suffix == ".csv":
                self._open(file, kind)
            else:
                self._take_in(file, kind, self._work / f"file-{number:04}.runs")

    def _open(self, file: TableFile, kind: RecordType) -> None:
        portfolio = self.portfolio
        before = len(portfolio.problems)
        found = read_header(file, portfolio.problems.append)
        if found is None:
            if len(portfolio.problems) > before:
                portfolio.incomplete.add(kind.name)
            return
        names, start, line = found
        header = Header(file, kind, names, portfolio.schema, portfolio.config.languages)
        portfolio.headers.append(header)
        report_header(header, 1, portfolio, portfolio.found)
        self._shards.setdefault(kind.name, []).append(whole(file, len(portfolio.headers) - 1, start, line))

    def _take_in(self, file: TableFile, kind: RecordType, path: Path) -> None:
        runs = RunFile(path)
        rows = Gathering(runs, limit=16_384, block=32)
        for batch in read_file(file, kind, self.portfolio, self.portfolio.found):
            rows.add(rows_of(batch))
        self._own.setdefault(kind.name, []).extend(rows.runs())
        runs.close()

    # -------------------------------------------------------------- tasks

    def write(self) -> None:
        """Run all tasks: rows in no order are sorted first; evidence, children and initiatives follow each other."""
        kinds = self.portfolio.schema.types.values()
        ordered = {kind.name: shards for kind in kinds if (shards := self._in_order(kind.name))}
        self._sort([name for name in (*self._shards, *self._own) if name not in ordered])
        children = set(INVERSES.values())
        initiatives = {kind.name for kind in kinds if kind.terms and not kind.terms.isdisjoint(INVERSES)}
        present = [kind.name for kind in kinds if kind.name in ordered or kind.name in self._sliced]
        waves = (
            [name for name in present if name in ANONYMOUS],
            [name for name in present if name not in ANONYMOUS and name not in initiatives],
            [name for name in present if name in initiatives and name not in children],
        )
        for wave in waves:
            self._map({name: ordered[name] for name in wave if name in ordered}, [n for n in wave if n not in ordered])

    def _in_order(self, name: str) -> list[Shard]:
        """Cut the tables of a type, if the ids look as if they were in order; else give nothing."""
        if name in ANONYMOUS or name in self._own or name not in self._shards:
            return []
        shards: list[Shard] = []
        for shard in self._shards[name]:
            names = self.portfolio.headers[shard.header].names
            if "id" not in names:
                return []
            at = names.index("id")
            shards += cut(replace(shard, first=first_id(shard, at)), at, self.size)
        shards.sort(key=lambda shard: shard.first)
        return shards if all(one.first < other.first for one, other in pairwise(shards)) else []

    def _sort(self, names: Iterable[str]) -> None:
        """Read, check and sort the rows of types whose tables are in no order."""
        todo = dict.fromkeys(names)
        tasks = []
        for name in todo:
            for shard in self._shards.get(name, ()):
                tasks += [Task("", name, piece, sorts=True) for piece in cut(shard, -1, self.size)]
        for name, done in self._performed(tasks, "rows").items():
            outcomes = self._mended(name, done)
            self._settle(outcomes)
            runs = [run for outcome in outcomes for run in outcome.runs["rows", name]]
            self._sliced[name] = Slice((*runs, *self._own.get(name, ())))
        for name in todo:
            self._sliced.setdefault(name, Slice(tuple(self._own.get(name, ()))))

    def _mended(self, name: str, outcomes: list[Outcome]) -> list[Outcome]:
        """Read tables whole that were cut within a cell."""
        if not any(outcome.is_torn for outcome in outcomes):
            return outcomes
        tasks = [Task("", name, shard, sorts=True) for shard in self._shards[name]]
        return self._performed(tasks, "whole")[name]

    def _map(self, ordered: Mapping[str, list[Shard]], names: Sequence[str]) -> None:
        """Write the records of some types; those that are not in order after all are sorted first."""
        tasks = [task for name, shards in ordered.items() for task in self._shard_tasks(name, shards)]
        tasks += [task for name in names for task in self._slice_tasks(name)]
        failed = []
        for name, outcomes in self._performed(tasks, "part").items():
            if all(outcome.in_order and not outcome.is_torn for outcome in outcomes) and _rises(outcomes):
                self._outcomes[name] = outcomes
                self._settle(outcomes)
                self._provide(name, [task.source for task in tasks if task.kind == name])
            else:
                failed.append(name)
        if failed:
            self._sort(failed)
            self._map({}, failed)

    def _shard_tasks(self, name: str, shards: Sequence[Shard]) -> Iterator[Task]:
        bounds = ["", *(shard.first for shard in shards[1:]), ""]
        for shard, (low, high) in zip(shards, pairwise(bounds), strict=True):
            yield Task("", name, shard, joins=self._joins(name, low, high), low=low, high=high)

    def _slice_tasks(self, name: str) -> Iterator[Task]:
        """Cut sorted rows into ranges of ids, by the ids that blocks of them begin with."""
        runs = self._sliced[name].runs
        number = -(-self._bytes[name] // _SLICE)
        firsts = sorted(first[0] for run in runs for first, _ in run.blocks)
        cuts = sorted({firsts[len(firsts) * each // number] for each in range(1, number)}) if firsts else []
        for low, high in pairwise(["", *cuts, ""]):
            yield Task("", name, Slice(runs, low, high), joins=self._joins(name, low, high), low=low, high=high)

    def _joins(self, name: str, low: str, high: str) -> dict[str, tuple[Items, ...]]:
        kind = self.portfolio.schema.types[name]
        wanted = {INVERSES[term]: (f"links {INVERSES[term]}", name) for term in INVERSES if term in (kind.terms or ())}
        wanted |= {STATED: (STATED, name), CLAIMS: (CLAIMS, name)}
        return {
            join: tuple(run for run in self.portfolio.runs[key] if run.meets((low,), (high,) if high else None))
            for join, key in wanted.items()
            if key in self.portfolio.runs
        }

    def _performed(self, tasks: Sequence[Task], step: str) -> dict[str, list[Outcome]]:
        """Run tasks, and give what came of them by type, in the order of the tasks."""
        if not tasks:
            return {}
        named = [replace(task, name=f"{task.kind.lower()}-{step}-{number:05}") for number, task in enumerate(tasks)]
        self._steps += 1
        setting = replace(
            self._setting,
            tables=Tables(self.portfolio.schema, self.portfolio.config, self.portfolio.headers),
            weighs=self.evidence.present,
            knows_all="Evidence" not in self.portfolio.incomplete,
            step=f"{step}-{self._steps}",
        )
        by_name: dict[str, Outcome] = {}
        weights = {task.name: task.weight for task in named}
        pace = Pace(
            "sorting the tables" if named[0].sorts else f"writing {', '.join({t.kind.lower(): 0 for t in named})}"
        )
        for outcome in self.perform(setting, named):
            by_name[outcome.name] = outcome
            self.tell(pace.after(weights.pop(outcome.name), sum(weights.values())))
        found: dict[str, list[Outcome]] = {}
        for task in named:
            found.setdefault(task.kind, []).append(by_name[task.name])
        return found

    def _settle(self, outcomes: Iterable[Outcome]) -> None:
        """Add what tasks found to the portfolio; what comes after a break in a file is not heard."""
        broken: set[str] = set()
        for outcome in outcomes:
            if outcome.file in broken:
                continue
            if any(problem.rule.startswith("LP-FILE-") for problem in outcome.found.problems):
                broken.add(outcome.file)
            self.portfolio.found.take(outcome.found)
            for key, runs in outcome.runs.items():
                if runs and key[0] != "rows":
                    self.portfolio.runs[key] += runs
            self.triples += outcome.triples
            self.nodes += outcome.nodes
            self.evidence.coverage.take(outcome.coverage)
            self.evidence.unclaimed += outcome.unclaimed

    def _provide(self, name: str, sources: Sequence[Shard | Slice]) -> None:
        portfolio = self.portfolio

        def provide() -> Iterator[Batch]:
            for source in sources:
                yield from batches(source, portfolio, Found())

        portfolio.sources[name] = provide

    # -------------------------------------------------------------- the whole

    def compare(self) -> None:
        """Hold ids and references of all tables against each other."""
        portfolio, counts = self.portfolio, self.portfolio.counts
        portfolio.found.counts = Counter({name: counts[name] for name in portfolio.schema.types if counts[name]})
        for name, outcomes in self._outcomes.items():
            if any(outcome.has_capitals for outcome in outcomes) and name not in ANONYMOUS:
                portfolio.problems.extend(case_problems(portfolio, name))
        portfolio.problems.extend(reference_problems(portfolio))
        self.evidence.finish()

    def join(self, dumps: Mapping[Output, Path]) -> None:
        """Make the dumps of their parts."""
        with ThreadPoolExecutor() as threads:
            # The system copies while Python waits: all dumps at once, as many as there are cores for.
            deque(threads.map(self._join, dumps, dumps.values()), maxlen=0)

    def _join(self, output: Output, path: Path) -> None:
        schema = self.portfolio.schema
        if output.format == TABLE:
            self._join_tables(output, path)
            return
        parts = [part for name in schema.types for part in self._parts(name, output)]
        tail = self._statements(output) if output.supporting and "Evidence" in schema.types else ()
        join(parts, path, output.format, schema, tail=tail)

    def _parts(self, name: str, output: Output) -> Iterator[Path]:
        for outcome in self._outcomes.get(name, ()):
            if output.name in outcome.parts:
                yield outcome.parts[output.name]

    def _join_tables(self, output: Output, folder: Path) -> None:
        for name in self._outcomes:
            if self.portfolio.counts[name]:
                path = folder / f"{self.portfolio.schema.types[name].table}.csv"
                with path.open("wb") as out:
                    out.write(header_line(table_columns(self.portfolio, name)).encode())
                    for part in self._parts(name, output):
                        out.write(part.read_bytes())

    def _statements(self, output: Output) -> Iterator[str]:
        """Write evidence and quotes, each once: several statements share a sentence."""
        schema, evidence = self.portfolio.schema, self.evidence
        fields = schema.fields
        spoken = [Column("exact", 0, fields["exact"]), Column("language", 1, fields["language"])]
        stated = ((identifier, cells) for identifier, cells, _, _ in evidence.statements)
        quoted = ((identifier, [text, language]) for identifier, text, language in evidence.quotes)
        for name, columns, records in (("Evidence", evidence.columns, stated), ("Quote", spoken, quoted)):
            write = self._compile(output.format, schema.types[name], columns)
            once = (next(same) for _, same in groupby(records, key=itemgetter(0)))
            while chunk := list(islice(once, ROWS)):
                cells = list(zip(*(row for _, row in chunk), strict=True))
                batch = Batch(0, [identifier for identifier, _ in chunk], [0] * len(chunk), cells)
                yield from write(batch)

    def _compile(self, form: str, kind: RecordType, columns: Sequence[Column]) -> Callable[[Batch], list[str]]:
        schema = self.portfolio.schema
        if form == "ntriples":
            return ntriples.compile_counting(kind, columns, schema, self.triples, self.nodes)
        return FORMATS[form].compile_rows(kind, columns, schema)


def _rises(outcomes: Iterable[Outcome]) -> bool:
    """Tell whether the ids of each shard come after those of the one before it."""
    filled = [outcome for outcome in outcomes if outcome.first]
    return all(before.last < after.first for before, after in pairwise(filled))
