"""The steps of a mapping: what has to be sorted first, what waits for what, and what all tasks found together."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from linkedproj.mapping.pace import Pace
from linkedproj.mapping.tasks import CLAIMS, PASSED, STATED, Slice, Task, batches, links_of, turned_within
from linkedproj.system.sorting import merged
from linkedproj.tables.portfolio import Found, Row, Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linkedproj.mapping.evidence import Evidence
    from linkedproj.mapping.inventory import Inventory
    from linkedproj.mapping.runners.resources import Perform
    from linkedproj.mapping.tasks import MappingRun, Outcome
    from linkedproj.system.sorting import SortedRun
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.shards import Shard

_SLICE = 64 << 20


class Steps:
    """The tasks of one mapping.

    `outcomes` are those of each type, in the order of the ids; `triples` and `nodes` count by type.
    """

    def __init__(
        self, inventory: Inventory, evidence: Evidence, setting: MappingRun, run: Perform, tell: Callable[[str], None]
    ) -> None:
        self.portfolio, self.evidence = inventory.portfolio, evidence
        self.outcomes: dict[str, list[Outcome]] = {}
        self.triples: Counter[str] = Counter()
        self.nodes: Counter[str] = Counter()
        self._inventory, self._setting, self._run, self._tell, self._number = inventory, setting, run, tell, 0
        self._sliced: dict[str, Slice] = {}

    @property
    def with_capitals(self) -> list[str]:
        """The types of which some ids have capital letters."""
        types, found = self.portfolio.schema.types, self.outcomes.items()
        return [name for name, done in found if not types[name].anonymous and any(each.has_capitals for each in done)]

    def write(self) -> None:
        """Run all tasks: rows in no order are sorted first, then the types follow each other in waves."""
        kinds = self.portfolio.schema.types.values()
        ordered = {kind.name: shards for kind in kinds if (shards := self._inventory.in_order(kind.name))}
        self._sort([name for name in (*self._inventory.shards, *self._inventory.sorted_rows) if name not in ordered])
        for wave in self.portfolio.schema.waves:
            in_order = {name: ordered[name] for name in wave if name in ordered}
            self._map(in_order, [name for name in wave if name in self._sliced and name not in ordered])
        for name in (target for what, target in self.portfolio.runs if what == CLAIMS and target not in self.outcomes):
            self.evidence.unclaimed += (Row(*claim) for claim in merged(self.portfolio.runs[CLAIMS, name]))

    def _sort(self, names: Iterable[str]) -> None:
        """Read, check and sort the rows of types whose tables are in no order."""
        todo = dict.fromkeys(names)
        tasks = [Task("", name, piece, sorts=True) for name in todo for piece in self._inventory.cut(name)]
        for name, done in self._performed(tasks, "rows").items():
            outcomes = _before_breaks(self._mended(name, done))
            self._settle(outcomes)
            runs = [run for outcome in outcomes for run in outcome.runs["rows", name]]
            self._sliced[name] = Slice((*runs, *self._inventory.sorted_rows.get(name, ())))
        for name in todo:
            self._sliced.setdefault(name, Slice(tuple(self._inventory.sorted_rows.get(name, ()))))

    def _mended(self, name: str, outcomes: list[Outcome]) -> list[Outcome]:
        """Read tables whole that were cut within a cell."""
        if not any(outcome.is_torn for outcome in outcomes):
            return outcomes
        tasks = [Task("", name, shard, sorts=True) for shard in self._inventory.shards[name]]
        return self._performed(tasks, "whole")[name]

    def _map(self, ordered: Mapping[str, list[Shard]], names: Sequence[str]) -> None:
        """Write the records of some types; those that are not in order after all are sorted first."""
        self._turn([(name, shard) for name, shards in ordered.items() for shard in shards])
        self._turn([(name, self._sliced[name]) for name in names])
        tasks = [task for name, shards in ordered.items() for task in self._shard_tasks(name, shards)]
        tasks += [task for name in names for task in self._slice_tasks(name)]
        failed = []
        for name, outcomes in self._performed(tasks, "part").items():
            own = [task for task in tasks if task.kind == name]
            if all(map(_is_within, own, outcomes)):
                self.outcomes[name] = _before_breaks(outcomes)
                self._settle(self.outcomes[name])
                kept = {outcome.name for outcome in self.outcomes[name]}
                done = zip(own, outcomes, strict=True)
                self._provide(name, [task.source for task, outcome in done if outcome.name in kept])
            else:
                failed.append(name)
        if failed:
            self._sort(failed)
            self._map({}, failed)

    def _turn(self, sources: Iterable[tuple[str, Shard | Slice]]) -> None:
        """Gather the links among records of one type, where there are any."""
        types, headers = self.portfolio.schema.types, self.portfolio.headers
        linked = {h.kind.name for h in headers if any(turned_within(types[h.kind.name], each) for each in h.columns)}
        tasks = [Task("", name, source, turns=True) for name, source in sources if name in linked]
        for name, outcomes in self._performed(tasks, "links").items():
            for inverse in types[name].inverses:
                key = links_of(inverse), name
                if inverse.child == name:
                    self.portfolio.runs[key] = [run for each in outcomes for run in each.runs.get(key, ())]

    def _shard_tasks(self, name: str, shards: Sequence[Shard]) -> Iterator[Task]:
        bounds = ["", *(shard.first for shard in shards[1:]), ""]
        for shard, (low, high) in zip(shards, pairwise(bounds), strict=True):
            yield Task("", name, shard, joins=self._joins(name, low, high), low=low, high=high)

    def _slice_tasks(self, name: str) -> Iterator[Task]:
        """Cut sorted rows into ranges of ids, by the ids that blocks of them begin with."""
        runs = self._sliced[name].runs
        number = -(-self._inventory.bytes[name] // _SLICE)
        firsts = sorted(start for run in runs for start in run.starts)
        cuts = sorted({firsts[len(firsts) * each // number] for each in range(1, number)}) if firsts else []
        for low, high in pairwise(["", *cuts, ""]):
            yield Task("", name, Slice(runs, low, high), joins=self._joins(name, low, high), low=low, high=high)

    def _joins(self, name: str, low: str, high: str) -> dict[str, tuple[SortedRun, ...]]:
        kind = self.portfolio.schema.types[name]
        wanted = {key: (key, name) for key in (STATED, PASSED, CLAIMS, *map(links_of, kind.inverses))}
        return {
            join: tuple(run for run in self.portfolio.runs[key] if run.meets((low,), (high,) if high else None))
            for join, key in wanted.items()
            if key in self.portfolio.runs
        }

    def _performed(self, tasks: Sequence[Task], step: str) -> dict[str, list[Outcome]]:
        """Run tasks, and return what came of them by type, in the order of the tasks."""
        if not tasks:
            return {}
        named = [replace(task, name=f"{task.kind.lower()}-{step}-{number:05}") for number, task in enumerate(tasks)]
        self._number += 1
        setting = replace(
            self._setting,
            tables=Tables(self.portfolio.schema, self.portfolio.config, self.portfolio.headers),
            weighs=self.evidence.is_weighed,
            knows_all=self.portfolio.schema.evidence.type_name not in self.portfolio.incomplete,
            emptied=frozenset(self.portfolio.found.emptied),
            step=f"{step}-{self._number}",
        )
        by_name: dict[str, Outcome] = {}
        weights = {task.name: task.weight for task in named}
        pace = Pace(
            "sorting the tables"
            if named[0].sorts or named[0].turns
            else f"writing {', '.join({t.kind.lower(): 0 for t in named})}"
        )
        for outcome in self._run(setting, named):
            by_name[outcome.name] = outcome
            self._tell(pace.after(weights.pop(outcome.name), sum(weights.values())))
        found: dict[str, list[Outcome]] = {}
        for task in named:
            found.setdefault(task.kind, []).append(by_name[task.name])
        return found

    def _settle(self, outcomes: Iterable[Outcome]) -> None:
        """Add what tasks found to the portfolio."""
        for outcome in outcomes:
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


def _is_within(task: Task, outcome: Outcome) -> bool:
    """Check whether a task could be done, and found no ids but those that it answers for."""
    if outcome.is_torn or not outcome.in_order:
        return False
    return not outcome.first or (task.low <= outcome.first and (not task.high or outcome.last < task.high))


def _before_breaks(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Leave out what comes after a break in a file: nobody knows what it means."""
    found: list[Outcome] = []
    broken: set[str] = set()
    for outcome in outcomes:
        if outcome.file not in broken:
            found.append(outcome)
        if any(problem.rule.startswith("LP-FILE-") for problem in outcome.found.problems):
            broken.add(outcome.file)
    return found
