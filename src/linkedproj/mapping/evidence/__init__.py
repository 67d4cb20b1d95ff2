"""Where each value comes from: the rows of evidence, compared with the records they speak of.

Four ways to know a value: *stated* (a sentence of the source, quoted), *cited* (a source, no sentence), *derived* (by a
rule) and *curator* (judged or written by a person). Three ranks: *preferred* and *normal* for what the record says,
*deprecated* for what a source says otherwise.

What no evidence says of a value is inherited: its column is the curator's ([curated]), or its record names a source
(`dct:source`), or the table of the record has one ([sources]). What is inherited makes no statement of its own.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from linkedproj.mapping.evidence.claim import Claim, Subject
from linkedproj.mapping.evidence.coverage import BASES, STRONGEST_FIRST, Coverage
from linkedproj.mapping.keys import absent
from linkedproj.model.context import Kind
from linkedproj.model.domain import ORIGIN, READ_ON, RETIRES
from linkedproj.model.errors import Place, Problem
from linkedproj.model.policy import evidence_policy
from linkedproj.model.settings import EVERYTHING
from linkedproj.model.wants import EVERY_RECORD, EVERY_VALUE, NO
from linkedproj.system.sorting import Sorter, merged
from linkedproj.tables.cells import CellChecks, column_named, split
from linkedproj.tables.portfolio import Row
from linkedproj.writers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from linkedproj.mapping.derive import Derivation
    from linkedproj.model.context import Field, RecordType
    from linkedproj.system.sorting import RunFile
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.cells import Column
    from linkedproj.tables.portfolio import Portfolio, Tables

__all__ = ["BASES", "PUBLISHER", "Coverage", "Evidence", "Statement", "Subject", "Weighing", "claimed"]

PUBLISHER = "publisher"
"""The id of the agent who publishes the portfolio: a role, never a person."""


class Statement(NamedTuple):
    """An evidence record on its way out: its id, its cells, and where it was written (a header and a line)."""

    id: str
    cells: list[str]
    header: int
    line: int


class Weighing:
    """Compare the claims on some records with them.

    `emptied` are the faulty cells as (record, column), which no claim is compared with; `is_whole` tells whether all
    claims could be read. `problems` are those found, `coverage` how each value is known; `statements`, `quotes` and
    `elsewhere` (the ids that claims name besides their record's, by type) are gathered in `file`.
    """

    def __init__(self, tables: Tables, emptied: AbstractSet[tuple[str, str]], file: RunFile, *, is_whole: bool) -> None:
        self.tables, self.schema, self.config = tables, tables.schema, tables.config
        self.problems: list[Problem] = []
        self.coverage = Coverage()
        self.statements: Sorter[Any] = Sorter(file)
        self.quotes: Sorter[Any] = Sorter(file, unique=True)
        self.elsewhere: dict[str, Sorter[Any]] = defaultdict(lambda: Sorter(file))
        self._emptied, self._is_whole = emptied, is_whole
        self._checks = CellChecks(self.schema, self.config)
        self._terms = self.schema.evidence
        self._notes = _notes(tables)
        self._echoes = _echoes(tables)
        self._policy = evidence_policy(self.config)
        # Records come table by table.
        self._derivation: Derivation | None = None
        self._counted: list[tuple[Column, Field]] = []

    def weigh(self, subject: Subject, claims: Sequence[Row]) -> None:
        """Compare the claims on one record with its cells, and count how each of its values is known."""
        for row in claims:
            claim = self._claim(row)
            if claim.is_consistent():
                self._weigh_claim(claim, subject)
            else:
                subject.disputed.update(claim.predicates)
        self._count(subject)

    def _claim(self, row: Row) -> Claim:
        return Claim(self.tables, row, self.problems.append)

    def _weigh_claim(self, claim: Claim, subject: Subject) -> None:
        for name in claim.predicates:
            column = subject.column(name, self.schema)
            if column is None or column.field is None:
                claim.report("LP-EVIDENCE-COLUMN", self._terms.predicate, name=name, table=subject.kind.table)
                continue
            if self._is_emptied(subject, column):
                continue
            held = subject.held(column)
            values = self._values(claim, column, held)
            if not values:
                subject.disputed.add(name)
            for value in values:
                if value in held:
                    subject.known[name, value].add(claim.basis)
                self._state(claim, subject, column, value)

    def _is_emptied(self, subject: Subject, column: Column) -> bool:
        """Check whether the record's own cell was faulty: then no claim can be compared with it."""
        header = self.tables.headers[subject.row.header]
        lost = column.index < 0 and bool(header.problems)
        derived = subject.kind.derived.get(column.name)
        names = (column.name, *(derived.sources if derived else ()))
        return lost or any((subject.reference, name) in self._emptied for name in names)

    def _values(self, claim: Claim, column: Column, held: list[str]) -> list[str]:
        """Return the values that a claim is about, once they agree with what the record holds."""
        stated, term = claim[self._terms.object], self._terms.object
        if not stated:
            if held and claim.rank != "deprecated":
                return held
            claim.report("LP-EVIDENCE-EMPTY", term, name=column.name)
            return []
        faults = list(self._checks.faults(column, stated))
        for fault in faults:
            claim.report(fault.rule, term, name=column.name, **fault.values)
        if column.field and not faults:
            stated = self._checks.canonical(column.field, stated)
        if faults or not claim.agrees(column, stated, held):
            return []
        if stated not in held and column.field and column.field.kind is Kind.LINK and ":" not in stated:
            self.elsewhere[column.field.target].add([(stated, *claim.row[1:])])
        return [stated]

    def _state(self, claim: Claim, subject: Subject, column: Column, value: str) -> None:
        """Write down a claim as a statement, and its quote beside it."""
        source, quote = claim[self._terms.source], claim[self._terms.quoted_text]
        quote_id = _digest(source, quote) if quote else ""
        if quote:
            self.quotes.add([(quote_id, source, quote, claim[self._terms.quoted_language])])
        cells = [claim.rank, claim.basis, source, quote_id, *(claim[note] for note in self._notes)]
        cells += self._echoed(claim.basis, claim)
        salt = _digest(value, claim.rank, source, quote)
        self._add(subject, column, value, cells, Statement(salt, [], claim.row.header, claim.row.line))

    def _echoed(self, basis: str, claim: Claim | None = None) -> Iterator[str]:
        """Yield the cells that say something of the claim again, because its basis asks for it."""
        for _, of, bases in self._echoes:
            said = PUBLISHER if not of else claim[of] if claim else ""
            yield said if basis in bases else ""

    def _add(self, subject: Subject, column: Column, value: str, cells: list[str], origin: Statement) -> None:
        """Store a statement about a value; `origin` tells where it was written, its id what tells it from others."""
        if column.field is None:
            return
        about = subject.reference
        if column.parents:
            path = next(path for path in self.schema.nested_paths(subject.kind) if path.links == column.parents)
            about = f"{path.nested.table}/{subject.row.id}{path.suffix}"
        packed = value_of(column.field, value, column.language, self.schema).packed()
        slug = column.name.replace("@", "-")
        identifier = f"{subject.kind.table}-{subject.row.id}-{slug}-{origin.id[:8]}"
        stated = [about, column.field.term, packed, *cells]
        self.statements.add([(identifier, stated, origin.header, origin.line)])

    def inherited(self, kind: RecordType, derivation: Derivation) -> str:
        """Return how every value of a table is known whose records have no claims, "" where that differs."""
        if kind.table in self.config.curated:
            return ""
        if kind.table in self.config.sources:
            return "cited"
        if self.schema.term_for(kind, RETIRES):
            # Which records are gone is not read in a source: it is what the curator did.
            return "curator"
        has_origin = any(column.field and column.field.iri == ORIGIN for column in derivation.columns)
        return "curator" if self.config.is_curated and not has_origin else ""

    def count_all(self, batch: Batch, kind: RecordType, derivation: Derivation, basis: str) -> None:
        """Count the values of records that are all known in one way, column by column."""
        table, coverage = kind.table, self.coverage
        coverage.records[table] += len(batch)
        for column, field in _counted(kind, derivation):
            cells = [cell for cell in batch.columns[column.index] if cell]
            number = sum(len(split(field, cell)) for cell in cells) if field.many else len(cells)
            coverage.filled[table, column.name] += len(cells)
            coverage.values[table, column.name, "derived" if column.name in derivation.computed else basis] += number

    def _count(self, subject: Subject) -> None:
        """Count how each value of a record is known."""
        table, coverage = subject.kind.table, self.coverage
        coverage.records[table] += 1
        is_known = bool(subject.origin)
        if self._derivation is not subject.derivation:
            self._derivation, self._counted = subject.derivation, list(_counted(subject.kind, subject.derivation))
        for column, field in self._counted:
            values = split(field, subject.cells[column.index])
            coverage.filled[table, column.name] += bool(values)
            for value in values:
                bases = subject.known.get((column.name, value)) or self._vouch(subject, column, value)
                if bases:
                    coverage.values[table, column.name, min(bases, key=STRONGEST_FIRST.index)] += 1
                    is_known = is_known or column.name not in subject.derivation.computed
        if self._policy == EVERY_RECORD and not is_known and self._is_whole:
            self.problems.append(self.tables.problem(subject.row, "LP-EVIDENCE-RECORD", "id", table=table))

    def _vouch(self, subject: Subject, column: Column, value: str) -> set[str]:
        """Return how a value is known that no claim is about; one that nobody vouches for is reported or counted."""
        if column.name in subject.derivation.computed:
            return {"derived"}
        row, table = subject.row, subject.kind.table
        if column.name in subject.disputed or not self._is_whole:
            return set()
        curated = self.config.curated.get(table, ())
        if column.name in curated:
            cells = ["preferred", "curator", "", "", *("" for _ in self._notes), *self._echoed("curator")]
            self._add(subject, column, value, cells, Statement(_digest(value), [], row.header, row.line))
            return {"curator"}
        if subject.origin:
            return {"cited"}
        if self.config.is_curated or EVERYTHING in curated:
            return {"curator"}
        if self._policy == EVERY_VALUE:
            problem = self.tables.problem(row, "LP-EVIDENCE-MISSING", column.name, value=value, table=table)
            self.problems.append(problem)
        elif self._policy != NO and not subject.kind.supporting:  # what describes a source is read in that source
            self.coverage.unknown.add((table, ""), 1, [(row.header, row.line, column.name)])
        return set()


class Evidence:
    """What is known of the values of a portfolio, when all its records have been weighed.

    `problems` are those found so far, `unclaimed` the claims on records that are not there (the subject's id stands in
    `Row.id`), `present` whether the portfolio keeps evidence at all.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.problems: list[Problem] = []
        self.coverage = Coverage()
        self.unclaimed: list[Row] = []

    @property
    def present(self) -> bool:
        """Whether the portfolio keeps evidence at all."""
        return bool(self.portfolio.counts[self.portfolio.schema.evidence.type_name])

    @property
    def is_weighed(self) -> bool:
        """Whether anything says where values come from, or the portfolio requires that something does."""
        config, headers = self.portfolio.config, self.portfolio.headers
        stated = (column.field for header in headers for column in header.columns if not header.kind.anonymous)
        return bool(
            self.present
            or config.curated
            or config.is_curated
            or config.sources
            or evidence_policy(config) in (EVERY_VALUE, EVERY_RECORD)
            or any(field and field.iri == ORIGIN for field in stated)
        )

    @property
    def columns(self) -> list[Column]:
        """The columns of `statements`."""
        fields, terms = self.portfolio.schema.fields, self.portfolio.schema.evidence
        echoed = (name for name, _, _ in _echoes(self.portfolio))
        names = (*terms.stated, *_notes(self.portfolio), *echoed)
        return [column_named(name, index, fields) for index, name in enumerate(names)]

    @property
    def statements(self) -> Iterator[tuple[str, list[str], int, int]]:
        """Yield the evidence records in order: id, cells, and where each was written (a header and a line)."""
        return merged(self.portfolio.runs.get(("statements", ""), ()))

    @property
    def count(self) -> int:
        """How many statements there are."""
        return sum(run.count for run in self.portfolio.runs.get(("statements", ""), ()))

    @property
    def quotes(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield the quoted sentences in order: id, source, text, language code."""
        return merged(self.portfolio.runs.get(("quotes", ""), ()))

    def finish(self) -> None:
        """Report what can only be told when every record has been seen."""
        for row in self.unclaimed:
            claim = self._claim(row)
            resolved = self.portfolio.schema.resolve(claim.subject)
            if not resolved or not self.portfolio.may_hold(resolved[0].name, resolved[1]):
                claim.report("LP-EVIDENCE-SUBJECT", claim.terms.subject, value=claim.subject)
        self._report_missing_sources()
        targets = [name for kind, name in self.portfolio.runs if kind == "elsewhere"]
        for target in targets:
            self._report_dangling(target)
        for _, same in groupby(self.statements, key=itemgetter(0)):
            first, *others = same
            for other in others:
                if other[2:] != first[2:]:
                    self._report_twice(Statement(*first), Statement(*other))

    def _report_missing_sources(self) -> None:
        """Report the sources of tables that are no records."""
        portfolio, schema = self.portfolio, self.portfolio.schema
        for table, stated in portfolio.config.sources.items():
            kind = schema.type_of_table(table)
            term = schema.term_for(kind, ORIGIN) if kind else ""
            target = schema.fields[term].target if term else ""
            known = merged(portfolio.runs.get(("ids", target), ()))
            if target and stated.source not in known and not portfolio.may_hold(target, stated.source):
                name = f"sources.{table}"
                values = {"value": stated.source, "table": schema.types[target].table}
                place = portfolio.config.places.get(name, Place("portfolio.toml"))
                self.problems.append(Problem("LP-LINK-DANGLING", place, "", name, stated.source, values))

    def _report_dangling(self, target: str) -> None:
        table = self.portfolio.schema.types[target].table
        wanted = self.portfolio.runs["elsewhere", target]
        known = merged(self.portfolio.runs["ids", target])
        missing = set(absent((item[0] for item in merged(wanted)), known))
        for value, header, line, cells in merged(wanted):
            if value in missing and not self.portfolio.may_hold(target, value):
                claim = self._claim(Row("", header, line, cells))
                claim.report("LP-LINK-DANGLING", claim.terms.object, value=value, table=table)

    def _report_twice(self, first: Statement, other: Statement) -> None:
        headers = self.portfolio.headers
        places = (headers[each.header].file.place(each.line, 1) for each in (first, other))
        earlier, later = sorted(places, key=lambda place: (place.table, place.line))
        self.problems.append(Problem("LP-EVIDENCE-TWICE", later, first.cells[0], values={"first": str(earlier)}))

    def _claim(self, row: Row) -> Claim:
        return Claim(self.portfolio, row, self.problems.append)


def claimed(row: Row, tables: Tables) -> tuple[str, str] | None:
    """Return the record that a row of evidence speaks of, as its type and id; None when that is no record."""
    resolved = tables.schema.resolve(tables.cell(row, tables.schema.evidence.subject))
    return (resolved[0].name, resolved[1]) if resolved else None


def _counted(kind: RecordType, derivation: Derivation) -> Iterator[tuple[Column, Field]]:
    """Yield the columns whose values somebody has to answer for: not those that say where a record was read."""
    for column in derivation.columns:
        derived = kind.derived.get(column.name)
        # What a curator might have written is counted as known, also where it was computed.
        is_counted = column.name not in derivation.computed or (derived and derived.is_fillable and derived.sources)
        if column.field is not None and is_counted and column.field.iri not in (ORIGIN, READ_ON):
            yield column, column.field


def _notes(tables: Tables) -> list[str]:
    """Name the further columns of a statement: its notes, and the day of reading."""
    schema = tables.schema
    kind, term = schema.types.get(schema.evidence.type_name), schema.evidence.note
    day = schema.term_for(kind, READ_ON) if kind else ""
    return [*(f"{term}@{tag}" for tag in tables.config.languages if term), *([day] if day else [])]


def _echoes(tables: Tables) -> list[tuple[str, str, frozenset[str]]]:
    """Name the columns of a statement that follow from its basis, what each says again, and for which bases."""
    found: list[tuple[str, str, frozenset[str]]] = []
    for echo in tables.schema.evidence.echoes:
        tags = tables.config.languages if tables.schema.fields[echo.term].kind is Kind.TEXT else ("",)
        found += [(f"{echo.term}@{tag}".rstrip("@"), f"{echo.of}@{tag}".strip("@"), echo.bases) for tag in tags]
    # Nobody is named as the one who publishes, so nothing is said of that.
    return [each for each in found if each[1] or tables.config.portal.publisher.name]


def _digest(*texts: str) -> str:
    """Return a short name for texts that is the same on every machine."""
    return hashlib.sha256("\t".join(texts).encode()).hexdigest()[:12]
