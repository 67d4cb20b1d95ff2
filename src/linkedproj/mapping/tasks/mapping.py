"""Rows on their way to the dumps: checked against other tables, computed columns added, written in every format."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, groupby, islice
from operator import itemgetter, lt
from typing import TYPE_CHECKING, Any

from linkedproj.mapping.chains import CHAIN, links_onward
from linkedproj.mapping.concepts import CONCEPTS, concepts_in
from linkedproj.mapping.consistency import batch_problems, stated_by
from linkedproj.mapping.derive import Derivation
from linkedproj.mapping.evidence import Subject, Weighing, claimed
from linkedproj.mapping.identity import KeyDigests
from linkedproj.mapping.keys import names_records
from linkedproj.mapping.parts import DumpPart
from linkedproj.mapping.places import gazetteer_problems, place_problems, region_problems, stated_places
from linkedproj.mapping.sums import passed_on, sum_problems
from linkedproj.mapping.tasks.joined import Joined
from linkedproj.mapping.tasks.model import CLAIMS, PASSED, STATED, Slice, links_of
from linkedproj.mapping.tasks.rows import batches, links_in, rows_of
from linkedproj.model.context import Kind
from linkedproj.model.policy import counted_columns
from linkedproj.system.sorting import Sorter
from linkedproj.tables.cells import split
from linkedproj.tables.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkedproj.mapping.tasks.model import MappingRun, Outcome, Task
    from linkedproj.model.context import Field
    from linkedproj.system.sorting import RunFile
    from linkedproj.tables.batch import Batch


class MappingWork:
    """Read rows, and write what they say to every output."""

    def __init__(self, setting: MappingRun, task: Task, outcome: Outcome, runs: RunFile) -> None:
        self._setting, self._task, self._outcome, self._runs = setting, task, outcome, runs
        self._tables = setting.tables
        self._kind = self._tables.schema.types[task.kind]
        self._parts = [
            DumpPart(output, self._kind, setting.folder / f"{task.name}{output.suffix}", self._tables)
            for output in setting.outputs
            if output.takes(self._kind)
        ]
        self._derivations: dict[int, Derivation] = {}
        self._digests = KeyDigests(self._kind, self._tables.schema)
        self._gathered: dict[tuple[str, str], Sorter[Any]] = {}
        self._joins = {name: Joined(found, task.low, task.high) for name, found in task.joins.items()}
        emptied = setting.emptied if isinstance(task.source, Slice) else outcome.found.emptied
        self._weighing = Weighing(self._tables, emptied, runs, is_whole=setting.knows_all)

    def run(self) -> None:
        """Map all rows, as long as their ids are in order."""
        for batch in batches(self._task.source, self._tables, self._outcome.found):
            if not self._note_ids(batch):
                return
            self._gather(batch)
            self._write(batch)
        self._finish()

    def close(self) -> None:
        """Write the rest of the parts."""
        for part in self._parts:
            part.close()

    def _note_ids(self, batch: Batch) -> bool:
        """Note the ids, and check that they are in order so far."""
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

    def _gathering(self, what: str, name: str, *, unique: bool) -> Sorter[Any]:
        if (what, name) not in self._gathered:
            self._gathered[what, name] = Sorter(self._runs, unique=unique)
        return self._gathered[what, name]

    def _gather(self, batch: Batch) -> None:
        """Note what other tables have to be held against."""
        self._gather_references(batch)
        for iris in concepts_in(batch, self._tables):
            self._gathering(CONCEPTS, self._kind.name, unique=True).add(iris)
        for name, digests in self._digests.read(batch, self._tables):
            self._gathering(name, self._kind.name, unique=False).add(digests)
        for iri, links in links_onward(batch, self._tables):
            self._gathering(CHAIN, iri, unique=False).add(links)
        for name, places in stated_places(batch, self._tables):
            self._gathering(name, self._kind.name, unique=False).add(places)
        for target, stated in stated_by(batch, self._tables):
            self._gathering(STATED, target, unique=False).add([stated])
        if self._kind.anonymous:
            for item in rows_of(batch):
                about = claimed(Row(*item), self._tables)
                if about:
                    self._gathering(CLAIMS, about[0], unique=False).add([(about[1], *item[1:])])

    def _gather_references(self, batch: Batch) -> None:
        """Note the ids that links name; what evidence is about is looked up where it is weighed."""
        schema = self._tables.schema
        for term, schemes in self._derivation(batch.header).tops(batch):
            links = sorted((scheme, one) for scheme, one in zip(schemes, batch.ids, strict=True) if scheme)
            self._gather_links(schema.fields[term], links)
        for column in self._tables.headers[batch.header].columns:
            if column.field and names_records(self._kind, column.field):
                self._gather_named(column.field, batch.columns[column.index])
            if column.field and column.field.kind is Kind.LINK and not column.parents:
                cells = set(batch.columns[column.index]) - {""}
                values: Iterable[str] = (
                    chain.from_iterable(split(column.field, cell) for cell in cells) if column.field.many else cells
                )
                if schema.takes_concepts(column.field):
                    values = [value for value in values if ":" not in value]
                self._gathering("references", column.field.target, unique=True).add(values)
                self._gather_links(column.field, links_in(column, batch))

    def _gather_named(self, field: Field, cells: Iterable[str]) -> None:
        """Note the records that are named with their type."""
        for value in {value for cell in set(cells) for value in split(field, cell)}:
            resolved = self._tables.schema.resolve(value)
            if resolved:
                self._gathering("references", resolved[0].name, unique=True).add([resolved[1]])

    def _gather_links(self, field: Field, links: Sequence[tuple[str, str]]) -> None:
        """Note the links that an inverse of the type they lead to turns round; those within a type are known."""
        for inverse in self._tables.schema.types[field.target].inverses:
            if (inverse.child, inverse.iri) == (self._kind.name, field.iri) and field.target != self._kind.name:
                self._gathering(links_of(inverse), field.target, unique=False).add(links)

    def _write(self, batch: Batch) -> None:
        derivation = self._derivation(batch.header)
        joined = {name: join.upto(batch.ids[-1]) for name, join in self._joins.items()}
        linked = [_linked(batch.ids, joined.get(links_of(inverse), ())) for inverse in self._kind.inverses]
        filled = derivation.fill(batch, linked)
        for part in self._parts:
            part.write(filled, derivation)
        self._compare(batch, joined.get(STATED, ()), joined.get(PASSED, ()))
        self._outcome.found.problems += place_problems(batch, self._tables)
        self._outcome.found.problems += gazetteer_problems(batch, self._tables)
        self._outcome.found.problems += region_problems(batch, self._tables)
        self._count_lacking(filled, derivation)
        if self._setting.weighs and not self._kind.anonymous:
            self._weigh(filled, derivation, joined.get(CLAIMS, ()))

    def _compare(self, batch: Batch, stated: Sequence[Any], passed: Sequence[Any]) -> None:
        """Compare records with what is stated of their parts, and hand on what counts for the next whole as well."""
        self._outcome.found.problems += batch_problems(batch, stated, self._tables)
        self._outcome.found.problems += sum_problems(batch, stated, passed, self._tables)
        for target, item in passed_on(batch, stated, self._tables):
            self._gathering(PASSED, target, unique=False).add([item])

    def _count_lacking(self, batch: Batch, derivation: Derivation) -> None:
        """Count the records that lack what the portfolio wants to be told of."""
        for names in counted_columns(self._tables.schema.wants, self._kind.name):
            columns = [batch.columns[column.index] for column in derivation.columns if column.name in names]
            if any(all(column) for column in columns):
                continue
            empty = [
                (batch.header, line, names[0])
                for line, *cells in zip(batch.lines, *columns, strict=True)
                if not any(cells)
            ]
            self._weighing.coverage.lacking.add((self._kind.table, names[0]), len(empty), empty)

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
        basis = "" if by_id else self._weighing.inherited(self._kind, derivation)
        if basis:
            self._weighing.count_all(batch, self._kind, derivation, basis)
            return
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


def _linked(ids: Sequence[str], links: Iterable[tuple[str, str]]) -> list[str]:
    """Return for each id the ids that lead to it, as one cell."""
    found = {key: "; ".join([child for _, child in same]) for key, same in groupby(links, key=itemgetter(0))}
    return [found.get(identifier, "") for identifier in ids]
