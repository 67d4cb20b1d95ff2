"""Where each value comes from: the rows of evidence.csv, held against the records they speak of.

Four ways to know a value: *stated* (a sentence of the source, quoted), *cited* (a source, no sentence), *derived* (by a
rule) and *curator* (judged or written by a person). Three ranks: *preferred* and *normal* for what the record says,
*deprecated* for what a source says otherwise.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.cells import CellChecks, Column, split
from linkedproj.context import Kind
from linkedproj.errors import Place, Problem
from linkedproj.evidence.claim import Claim, Subject
from linkedproj.evidence.coverage import BASES, Coverage
from linkedproj.keys import absent
from linkedproj.portfolio import Row
from linkedproj.runs import SortedRuns
from linkedproj.writers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.portfolio import Portfolio

__all__ = ["BASES", "Coverage", "Evidence", "Statement", "Subject"]

_FIELDS = ("subject", "predicate", "object", "rank", "basis", "source", "quote")
_COUNTED = "status"
_DERIVED_FROM = {"status": ("status", "start", "end")}


class Statement(NamedTuple):
    """An evidence record on its way out: its id, its cells, and where it was written (a header and a line)."""

    id: str
    cells: list[str]
    header: int
    line: int


class Evidence:
    """The claims of a portfolio, to be weighed record by record.

    `problems` are those found so far, `statements` the evidence records to be written, `quotes` the quoted sentences
    (id, text, language code), `present` whether the portfolio keeps evidence at all.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.schema, self.config = portfolio.schema, portfolio.config
        self.problems: list[Problem] = []
        self.coverage = Coverage()
        self.statements: SortedRuns[Statement] = SortedRuns()
        self.quotes: SortedRuns[tuple[str, str, str]] = SortedRuns()
        self.present = False
        self._checks = CellChecks(self.schema, self.config.mailboxes)
        self._claims: dict[str, SortedRuns[Row]] = defaultdict(SortedRuns)
        self._elsewhere: dict[str, SortedRuns[tuple[str, int, int, list[str]]]] = defaultdict(SortedRuns)
        self._notes = [f"note@{tag}" for tag in self.config.languages]
        self._gather()

    @property
    def columns(self) -> list[Column]:
        """The columns of `statements`."""
        fields = self.schema.fields
        plain = [Column(name, index, fields[name]) for index, name in enumerate(_FIELDS)]
        return plain + [Column(n, i, fields["note"], n[5:]) for i, n in enumerate(self._notes, len(plain))]

    def claims(self, type_name: str) -> Iterator[Row]:
        """Give the claims on records of a type, by their subject's id (which stands in `Row.id`)."""
        return (Row(*claim) for claim in self._claims[type_name])

    def weigh(self, subject: Subject, claims: Sequence[Row]) -> None:
        """Hold the claims on one record against its cells, and count how each of its values is known."""
        for row in claims:
            claim = self._claim(row)
            if claim.is_consistent():
                self._weigh_claim(claim, subject)
            else:
                subject.disputed.update(claim.predicates)
        self._count(subject)

    def unknown_subject(self, row: Row) -> None:
        """Report a claim on a record that does not exist."""
        claim = self._claim(row)
        resolved = self.schema.resolve(claim["subject"])
        if resolved and self.portfolio.may_hold(resolved[0].name, resolved[1]):
            return
        claim.report("LP-EVIDENCE-SUBJECT", "subject", value=claim["subject"])

    def finish(self) -> None:
        """Report what can only be told when every record has been seen."""
        for target, wanted in self._elsewhere.items():
            missing = set(absent((item[0] for item in wanted), self.portfolio.ids(target)))
            table = self.schema.types[target].table
            for value, header, line, cells in wanted:
                if value in missing and not self.portfolio.may_hold(target, value):
                    claim = self._claim(Row("", header, line, cells))
                    claim.report("LP-LINK-DANGLING", "object", value=value, table=table)

        for _, same in groupby(self.statements, key=itemgetter(0)):
            first, *others = (Statement(*statement) for statement in same)
            for other in others:
                if (other.header, other.line) != (first.header, first.line):
                    self._report_twice(first, other)

    def _report_twice(self, first: Statement, other: Statement) -> None:
        earlier, later = sorted(
            (self.portfolio.headers[statement.header].file.shown, statement.line) for statement in (first, other)
        )
        place = Place(*later, 1)
        self.problems.append(
            Problem("LP-EVIDENCE-TWICE", place, first.cells[0], values={"first": str(Place(*earlier, 1))})
        )

    def _claim(self, row: Row) -> Claim:
        return Claim(self.portfolio, row, self.problems.append)

    def _gather(self) -> None:
        for row in self.portfolio.rows("Evidence"):
            self.present = True
            resolved = self.schema.resolve(self._claim(row)["subject"])
            if resolved:
                self._claims[resolved[0].name].add(row._replace(id=resolved[1]))

    def _weigh_claim(self, claim: Claim, subject: Subject) -> None:
        for name in claim.predicates:
            column = subject.column(name, self.schema)
            if column is None or column.field is None:
                claim.report("LP-EVIDENCE-COLUMN", "predicate", name=name, table=subject.kind.table)
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
        """Tell whether the record's own cell was faulty: then nothing can be held against it."""
        header = self.portfolio.headers[subject.row.header]
        lost = column.index < 0 and bool(header.problems)
        names = _DERIVED_FROM.get(column.name, (column.name,))
        return lost or any((subject.reference, name) in self.portfolio.emptied for name in names)

    def _values(self, claim: Claim, column: Column, held: list[str]) -> list[str]:
        """Give the values that a claim is about, once they agree with what the record holds."""
        stated = claim["object"]
        if not stated:
            if held and claim.rank != "deprecated":
                return held
            claim.report("LP-EVIDENCE-EMPTY", "object", name=column.name)
            return []
        faults = list(self._checks.faults(column, stated))
        for fault in faults:
            claim.report(fault.rule, "object", name=column.name, **fault.values)
        if faults or not claim.agrees(column, stated, held):
            return []
        if stated not in held and column.field and column.field.kind is Kind.LINK:
            self._elsewhere[column.field.target].add((stated, claim.row.header, claim.row.line, claim.row.cells))
        return [stated]

    def _state(self, claim: Claim, subject: Subject, column: Column, value: str) -> None:
        """Write down a claim as a statement, and its quote beside it."""
        source, quote = claim["source"], claim["quote.exact"]
        quote_id = _digest(source, quote) if quote else ""
        if quote:
            self.quotes.add((quote_id, quote, claim["quote.language"]))
        cells = [claim.rank, claim.basis, source, quote_id, *(claim[note] for note in self._notes)]
        salt = _digest(value, claim.rank, source, quote)
        self._add(subject, column, value, cells, Statement(salt, [], claim.row.header, claim.row.line))

    def _add(self, subject: Subject, column: Column, value: str, cells: list[str], origin: Statement) -> None:
        """Store a statement about a value; `origin` tells where it was written, its id what tells it from others."""
        if column.field is None:
            return
        about = subject.reference
        if column.parent:
            about = f"{column.parent.target.lower()}/{subject.row.id}-{column.parent.term}"
        packed = value_of(column.field, value, column.language, self.schema).packed()
        slug = column.name.replace("@", "-")
        identifier = f"{subject.kind.table}-{subject.row.id}-{slug}-{origin.id[:8]}"
        self.statements.add(origin._replace(id=identifier, cells=[about, column.field.term, packed, *cells]))

    def _count(self, subject: Subject) -> None:
        """Count how each value of a record is known; one that nobody vouches for is a problem."""
        table, coverage, computed = subject.kind.table, self.coverage, subject.derivation.computed
        coverage.records[table] += 1
        for column in subject.derivation.columns:
            if column.field is None or (column.name in computed and column.name != _COUNTED):
                continue
            values = split(column.field, subject.cells[column.index])
            coverage.filled[table, column.name] += bool(values)
            for value in values:
                bases = subject.known.get((column.name, value)) or self._vouch(subject, column, value)
                if bases:
                    coverage.values[table, column.name, min(bases, key=BASES.index)] += 1

    def _vouch(self, subject: Subject, column: Column, value: str) -> set[str]:
        """Say in the graph that a value is the curator's, or report that nobody vouches for it."""
        if column.name in subject.derivation.computed:
            return {"derived"}
        row, table = subject.row, subject.kind.table
        if column.name in subject.disputed or "Evidence" in self.portfolio.incomplete:
            return set()
        if column.name not in self.config.curated.get(table, ()):
            problem = self.portfolio.problem(row, "LP-EVIDENCE-MISSING", column.name, value=value, table=table)
            self.problems.append(problem)
            return set()
        cells = ["preferred", "curator", "", "", *("" for _ in self._notes)]
        self._add(subject, column, value, cells, Statement(_digest(value), [], row.header, row.line))
        return {"curator"}


def _digest(*texts: str) -> str:
    """Give a short name for texts that is the same on every machine."""
    return hashlib.sha256("\t".join(texts).encode()).hexdigest()[:12]
