"""The unit of work: one shard of a table, read, checked and written by itself.

`perform` is a pure function of its arguments and of the files they name, so that any runner may call it in any order,
in any process, on any machine that sees the same folders: the parts it writes make the same dumps.
"""

from __future__ import annotations

import gc
import hashlib
import pickle
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, groupby, islice, takewhile
from operator import itemgetter, lt
from typing import TYPE_CHECKING, Any

from linkedproj.batch import ROWS, Batch
from linkedproj.cells import split
from linkedproj.consistency import batch_problems, stated_by
from linkedproj.context import Kind
from linkedproj.derive import Derivation
from linkedproj.evidence import Coverage, Subject, Weighing, claimed
from linkedproj.parts import Part
from linkedproj.portfolio import IN_INITIATIVE, INVERSES, Found, Row
from linkedproj.readers.csv import TornError
from linkedproj.reading import read_shard
from linkedproj.runs import Gathering, RunFile, merged, merged_in_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.parts import Output
    from linkedproj.portfolio import Tables
    from linkedproj.runs import Run
    from linkedproj.shards import Shard

_ROW_BLOCK, _ROW_BYTES = 32, 100
CLAIMS, STATED = "claims", "stated"


@dataclass(frozen=True)
class Setting:
    """What all tasks of one run share.

    `folder` takes what they write, `outputs` are the dumps they write parts of. `weighs` tells that there is evidence,
    `knows_all` that all of it could be read. `step` names this part of the run; `digest` stands for everything but the
    tables that the result depends on: with one, outcomes are kept, and taken up by a later run.
    """

    tables: Tables
    folder: Path
    outputs: tuple[Output, ...] = ()
    weighs: bool = False
    knows_all: bool = True
    step: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Slice:
    """Rows that were read and sorted before: of several runs, from the id `low` to below `high` ("" is no bound)."""

    runs: tuple[Run, ...]
    low: str = ""
    high: str = ""


@dataclass(frozen=True)
class Task:
    """Some rows of one type, and what other tables say of them.

    `name` names the files it writes. With `sorts`, rows are only read, checked and sorted. `joins` are runs of tuples
    that begin with an id of this type: the links of a type of INVERSES, claims, and stated dates and amounts. The task
    answers for the ids from `low` to below `high` ("" is no bound).
    """

    name: str
    kind: str
    source: Shard | Slice
    sorts: bool = False
    joins: Mapping[str, tuple[Run, ...]] = field(default_factory=dict)
    low: str = ""
    high: str = ""

    @property
    def weight(self) -> int:
        """About how many bytes of tables there are to read."""
        if isinstance(self.source, Slice):
            return sum(run.count for run in self.source.runs) * _ROW_BYTES
        return self.source.stop - self.source.start


@dataclass
class Outcome:
    """What came of a task.

    `file` is the table it read, "" for a slice; `parts` are the files it wrote, by output. `runs` is what it gathered,
    by kind and type. `is_torn` tells that its shard ended within a cell, `in_order` that ids only rose; else nothing of
    it can be used. `triples` and `nodes` count by type.
    """

    name: str
    file: str = ""
    found: Found = field(default_factory=Found)
    parts: dict[str, Path] = field(default_factory=dict)
    runs: dict[tuple[str, str], tuple[Run, ...]] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    in_order: bool = True
    is_torn: bool = False
    has_capitals: bool = False
    triples: Counter[str] = field(default_factory=Counter)
    nodes: Counter[str] = field(default_factory=Counter)
    coverage: Coverage = field(default_factory=Coverage)
    unclaimed: list[Row] = field(default_factory=list)


def perform(setting: Setting, task: Task) -> Outcome:
    """Do one task; what it writes lies in the folder of the setting, under the task's name.

    What an earlier run left there is taken, if it was made of the same bytes by the same program.
    """
    origin = _origin(setting, task) if setting.digest else ""
    kept = setting.folder / f"{task.name}.outcome"
    if origin and kept.exists():
        # Written below, in a folder of this program's own.
        known, outcome = pickle.loads(kept.read_bytes())  # noqa: S301
        if known == origin:
            return outcome  # type: ignore[no-any-return]
    outcome = _performed(setting, task, RunFile(setting.folder / f"{task.name}.runs", origin))
    if origin:
        beside = kept.with_suffix(".new")
        beside.write_bytes(pickle.dumps((origin, outcome)))
        beside.replace(kept)
    return outcome


def _origin(setting: Setting, task: Task) -> str:
    """Give a digest of all that the outcome of a task depends on; runs carry that of the task that made them."""
    found = hashlib.sha256(f"{setting.digest}\n{setting.weighs}\n{setting.knows_all}\n{task}".encode())
    if not isinstance(task.source, Slice):
        with task.source.file.path.open("rb") as table:
            table.seek(task.source.start)
            found.update(table.read(task.source.stop - task.source.start))
    return found.hexdigest()


def _performed(setting: Setting, task: Task, runs: RunFile) -> Outcome:
    outcome = Outcome(task.name, "" if isinstance(task.source, Slice) else task.source.file.shown)
    work = _Sorting(setting, task, outcome, runs) if task.sorts else _Mapping(setting, task, outcome, runs)
    try:
        with _uncollected():
            work.run()
    except TornError:
        outcome.is_torn = True
    finally:
        work.close()
        runs.close()
    return outcome


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the collector of cycles off: rows make none, and it looks at every one of them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def batches(source: Shard | Slice, tables: Tables, found: Found) -> Iterator[Batch]:
    """Give the rows of a task in the order of their source; of two rows with one id in a slice, only the first.

    Raises:
        TornError: a shard ends within a cell.
    """
    if isinstance(source, Slice):
        return _sliced(source, tables, found)
    return read_shard(source, tables, found)


def _sliced(source: Slice, tables: Tables, found: Found) -> Iterator[Batch]:
    items = merged(source.runs, (source.low,) if source.low else None)
    if source.high:
        items = takewhile(lambda item: item[0] < source.high, items)
    for header, rows in groupby(_singly(items, tables, found), key=itemgetter(1)):
        while chunk := list(islice(rows, ROWS)):
            columns = list(zip(*(row[3] for row in chunk), strict=True))
            yield Batch(header, [row[0] for row in chunk], [row[2] for row in chunk], columns)


def _singly(items: Iterable[Any], tables: Tables, found: Found) -> Iterator[Any]:
    """Pass over rows whose id is taken, and report them."""
    previous: Any = None
    for item in items:
        if previous and previous[0] == item[0]:
            first = str(tables.place(Row(*previous), "id"))
            found.problems.append(tables.problem(Row(*item), "LP-ID-TWICE", "id", first=first, value=item[0]))
        else:
            previous = item
            yield item


class _Sorting:
    """Read rows that are not in the order of their ids, and sort them."""

    def __init__(self, setting: Setting, task: Task, outcome: Outcome, runs: RunFile) -> None:
        self._setting, self._task, self._outcome = setting, task, outcome
        self._rows = Gathering(runs, limit=16_384, block=_ROW_BLOCK)

    def run(self) -> None:
        for batch in batches(self._task.source, self._setting.tables, self._outcome.found):
            self._rows.add(rows_of(batch))
        self._outcome.runs["rows", self._task.kind] = self._rows.runs()

    def close(self) -> None:
        """Close nothing: the runs are closed by who made them."""


def rows_of(batch: Batch) -> Iterator[tuple[str, int, int, list[str]]]:
    """Give a batch as the items of a run of rows."""
    for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
        yield identifier, batch.header, line, list(cells)


class _Mapping:
    """Read rows, and write what they say to every output."""

    def __init__(self, setting: Setting, task: Task, outcome: Outcome, runs: RunFile) -> None:
        self._setting, self._task, self._outcome, self._runs = setting, task, outcome, runs
        self._tables = setting.tables
        self._kind = self._tables.schema.types[task.kind]
        self._parts = [
            Part(output, self._kind, setting.folder / f"{task.name}{output.suffix}", self._tables)
            for output in setting.outputs
            if output.takes(task.kind)
        ]
        self._derivations: dict[int, Derivation] = {}
        self._gathered: dict[tuple[str, str], Gathering] = {}
        self._inverses = [term for term in INVERSES if self._kind.terms and term in self._kind.terms]
        self._joins = {name: _Joined(found, task.low, task.high) for name, found in task.joins.items()}
        self._weighing = Weighing(self._tables, outcome.found.emptied, runs, is_whole=setting.knows_all)

    def run(self) -> None:
        for batch in batches(self._task.source, self._tables, self._outcome.found):
            if not self._note_ids(batch):
                return
            self._gather(batch)
            self._write(batch)
        self._finish()

    def close(self) -> None:
        for part in self._parts:
            part.close()

    def _note_ids(self, batch: Batch) -> bool:
        """Note the ids, and tell whether they are in order so far."""
        ids, outcome = list(batch.ids), self._outcome
        if isinstance(self._task.source, Slice):
            outcome.first = outcome.first or ids[0]
        elif ids[0] <= outcome.last or not all(map(lt, ids, islice(ids, 1, None))):
            outcome.in_order = False
            return False
        outcome.first, outcome.last = outcome.first or ids[0], ids[-1]
        outcome.has_capitals = outcome.has_capitals or "".join(ids).lower() != "".join(ids)
        self._gathering("ids", self._kind.name, unique=False).add(ids)
        return True

    def _gathering(self, what: str, name: str, *, unique: bool) -> Gathering:
        if (what, name) not in self._gathered:
            self._gathered[what, name] = Gathering(self._runs, unique=unique)
        return self._gathered[what, name]

    def _gather(self, batch: Batch) -> None:
        """Note what other tables have to be held against."""
        for column in self._tables.headers[batch.header].columns:
            if column.field and column.field.kind is Kind.LINK and not column.parent:
                cells = set(batch.columns[column.index]) - {""}
                values = (
                    chain.from_iterable(split(column.field, cell) for cell in cells) if column.field.many else cells
                )
                self._gathering("references", column.field.target, unique=True).add(values)
                if column.field.iri == IN_INITIATIVE and self._kind.name in INVERSES.values():
                    links = zip(batch.columns[column.index], batch.ids, strict=True)
                    found = self._gathering(f"links {self._kind.name}", column.field.target, unique=False)
                    found.add([link for link in links if link[0]])
        for target, stated in stated_by(batch, self._tables):
            self._gathering(STATED, target, unique=False).add([stated])
        if self._kind.name == "Evidence":
            for item in rows_of(batch):
                about = claimed(Row(*item), self._tables)
                if about:
                    self._gathering(CLAIMS, about[0], unique=False).add([(about[1], *item[1:])])

    def _write(self, batch: Batch) -> None:
        derivation = self._derivation(batch.header)
        joined = {name: join.upto(batch.ids[-1]) for name, join in self._joins.items()}
        linked = [_linked(batch.ids, joined.get(INVERSES[term], ())) for term in self._inverses]
        filled = derivation.fill(batch, linked)
        for part in self._parts:
            part.write(filled, derivation)
        self._outcome.found.problems += batch_problems(batch, joined.get(STATED, ()), self._tables)
        if self._setting.weighs and self._kind.name != "Evidence":
            self._weigh(filled, derivation, joined.get(CLAIMS, ()))

    def _derivation(self, header: int) -> Derivation:
        if header not in self._derivations:
            self._derivations[header] = Derivation(
                self._tables.headers[header], self._tables.schema, self._tables.config
            )
        return self._derivations[header]

    def _weigh(self, batch: Batch, derivation: Derivation, claims: Iterable[Any]) -> None:
        by_id: defaultdict[str, list[Row]] = defaultdict(list)
        for claim in claims:
            by_id[claim[0]].append(Row(*claim))
        for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
            row = Row(identifier, batch.header, line, list(cells))
            self._weighing.weigh(Subject(row, self._kind, derivation, cells), by_id.pop(identifier, ()))
        for rows in by_id.values():
            self._outcome.unclaimed += rows

    def _finish(self) -> None:
        """Hand over what was gathered."""
        outcome, weighing = self._outcome, self._weighing
        if CLAIMS in self._joins:
            outcome.unclaimed += (Row(*claim) for claim in self._joins[CLAIMS].rest())
        outcome.runs = {key: gathering.runs() for key, gathering in self._gathered.items()}
        outcome.runs["statements", ""] = weighing.statements.runs()
        outcome.runs["quotes", ""] = weighing.quotes.runs()
        outcome.runs |= {("elsewhere", name): gathering.runs() for name, gathering in weighing.elsewhere.items()}
        outcome.found.problems += weighing.problems
        outcome.coverage = weighing.coverage
        for part in self._parts:
            outcome.parts[part.output.name] = part.path
            outcome.triples += part.triples
            outcome.nodes += part.nodes


class _Joined:
    """Items of other tables in the order of the ids they begin with, for the ids of one task."""

    def __init__(self, runs: Sequence[Run], low: str, high: str) -> None:
        self._blocks = merged_in_blocks(runs, (low,) if low else None)
        self._high = high
        self._block: Sequence[Any] = ()

    def upto(self, last: str) -> list[Any]:
        """Give the items up to an id that were not given before."""
        found: list[Any] = []
        while self._load():
            end = bisect_right(self._block, last, key=itemgetter(0))
            found += self._block[:end]
            self._block = self._block[end:]
            if self._block:
                break
        return found

    def rest(self) -> Iterator[Any]:
        """Give what was never asked for."""
        while self._load():
            yield from self._block
            self._block = ()

    def _load(self) -> bool:
        """Have some items at hand, if there are any more."""
        while not self._block:
            block = next(self._blocks, None)
            if block is None:
                return False
            self._block = block[: bisect_left(block, self._high, key=itemgetter(0))] if self._high else block
            if len(self._block) < len(block):
                self._blocks = iter(())
        return True


def _linked(ids: Sequence[str], links: Iterable[tuple[str, str]]) -> list[str]:
    """Give for each id the ids that lead to it, as one cell."""
    found = {key: "; ".join([child for _, child in same]) for key, same in groupby(links, key=itemgetter(0))}
    return [found.get(identifier, "") for identifier in ids]
