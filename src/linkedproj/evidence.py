"""Where each value comes from: the rows of evidence.csv, held against the records they speak of.

Four ways to know a value: *stated* (a sentence of the source, quoted), *cited* (a source, no sentence), *derived* (by a
rule) and *curator* (judged or written by a person). Three ranks: *preferred* and *normal* for what the record says,
*deprecated* for what a source says otherwise.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.cells import CellChecks, Column, split
from linkedproj.context import Kind
from linkedproj.keys import absent
from linkedproj.portfolio import Row
from linkedproj.runs import SortedRuns
from linkedproj.writers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.context import RecordType
    from linkedproj.derive import Derivation
    from linkedproj.errors import Problem
    from linkedproj.portfolio import Portfolio
    from linkedproj.writers.values import Value

BASES = ("stated", "cited", "derived", "curator")
"""How a value is known, the strongest first."""

_FIELDS = ("subject", "predicate", "object", "rank", "basis", "source", "quote")


class Coverage:
    """How the values of each column are known.

    `values` counts by (table, column, basis); `records` the records of a table; `filled` by (table, column) the
    records that have a value there.
    """

    def __init__(self) -> None:
        self.values: Counter[tuple[str, str, str]] = Counter()
        self.records: Counter[str] = Counter()
        self.filled: Counter[tuple[str, str]] = Counter()

    def count(self, basis: str) -> int:
        """Count all values known in one way."""
        return sum(number for (_, _, known), number in self.values.items() if known == basis)

    def rows(self) -> Iterator[tuple[str, str, dict[str, int]]]:
        """Give table, column, and the count of its values by basis and of the records where it is unknown."""
        for table, column in sorted(self.filled):
            counts = {basis: self.values[table, column, basis] for basis in BASES}
            yield table, column, {**counts, "unknown": self.records[table] - self.filled[table, column]}


class Stored(NamedTuple):
    """An evidence record on its way out: its id, and where it was written (a header and a line)."""

    id: str
    cells: list[str]
    header: int
    line: int


class Evidence:
    """The claims of a portfolio, to be weighed record by record.

    `problems` are those found so far, `statements` the evidence records to be written, `quotes` the quoted sentences
    (id, text, language code).
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.schema, self.config = portfolio.schema, portfolio.config
        self.problems: list[Problem] = []
        self.coverage = Coverage()
        self.statements: SortedRuns[Stored] = SortedRuns()
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

    def weigh(self, row: Row, derivation: Derivation, cells: Sequence[str], claims: Sequence[Row]) -> None:
        """Hold the claims on one record against its cells, and count how each of its values is known."""
        kind = self.portfolio.headers[row.header].kind
        known: dict[tuple[str, str], set[str]] = defaultdict(set)
        columns = {column.name: column for column in derivation.columns}
        for claim in claims:
            self._weigh_claim(_Claim(self, claim), row, kind, columns, cells, known)
        if self.present:
            self._count(row, kind, derivation, cells, known)

    def unknown_subject(self, claim: Row) -> None:
        """Report a claim on a record that does not exist."""
        self.problems.append(self.portfolio.problem(claim, "LP-EVIDENCE-SUBJECT", "subject", value=_Claim(self, claim)["subject"]))

    def finish(self) -> None:
        """Report what can only be told when every record has been seen."""
        for target, wanted in self._elsewhere.items():
            missing = set(absent((item[0] for item in wanted), (row.id for row in self.portfolio.rows(target))))
            for value, header, line, cells in wanted:
                if value in missing:
                    claim, table = Row("", header, line, cells), self.schema.types[target].table
                    self.problems.append(self.portfolio.problem(claim, "LP-LINK-DANGLING", "object", value=value, table=table))

    def _gather(self) -> None:
        for row in self.portfolio.rows("Evidence"):
            self.present = True
            subject = _Claim(self, row)["subject"]
            resolved = self.schema.resolve(subject)
            if resolved:
                self._claims[resolved[0].name].add(row._replace(id=resolved[1]))

    def _weigh_claim(
        self,
        claim: _Claim,
        row: Row,
        kind: RecordType,
        columns: dict[str, Column],
        cells: Sequence[str],
        known: dict[tuple[str, str], set[str]],
    ) -> None:
        if not claim.is_consistent():
            return
        for name in split(self.schema.fields["theme"], claim["predicate"]):
            column = columns.get(name) or claim.column(name, kind)
            if column is None or column.field is None:
                claim.report("LP-EVIDENCE-COLUMN", "predicate", name=name, table=kind.table)
                continue
            held = split(column.field, cells[column.index]) if column.index >= 0 else []
            values = claim.values(column, held)
            for value in values:
                if value in held and claim.rank != "deprecated":
                    known[name, value].add(claim.basis)
                self._store(claim, row, kind, column, value)

    def check_elsewhere(self, column: Column, value: str, claim: Row) -> None:
        """Note a link that only a claim names, to be looked up when all is read."""
        if column.field and column.field.kind is Kind.LINK:
            self._elsewhere[column.field.target].add((value, claim.header, claim.line, claim.cells))

    def faults(self, column: Column, value: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Give what is wrong with a value that only a claim holds."""
        return ((fault.rule, dict(fault.values)) for fault in self._checks.faults(column, value))

    def _store(self, claim: _Claim, row: Row, kind: RecordType, column: Column, value: str) -> None:
        source, quote, language = claim["source"], claim["quote.exact"], claim["quote.language"]
        quote_id = _digest(source, quote) if quote else ""
        if quote:
            self.quotes.add((quote_id, quote, language))
        cells = [claim.rank, claim.basis, source, quote_id, *(claim[note] for note in self._notes)]
        salt = _digest(value, claim.rank, source, quote)[:8]
        self._add(row, kind, column, value, cells, salt, (claim.row.header, claim.row.line))

    def _add(
        self, row: Row, kind: RecordType, column: Column, value: str, cells: list[str], salt: str, origin: tuple[int, int]
    ) -> None:
        if column.field is None:
            return
        subject = f"{kind.table}/{row.id}"
        if column.parent:
            subject = f"{column.parent.target.lower()}/{row.id}-{column.parent.term}"
        packed = self._value(column, value).packed()
        slug = column.name.replace("@", "-")
        identifier = f"{kind.table}-{row.id}-{slug}-{salt}"
        self.statements.add(Stored(identifier, [subject, column.field.term, packed, *cells], *origin))

    def _value(self, column: Column, value: str) -> Value:
        if column.field is None:
            raise LookupError(column.name)
        return value_of(column.field, value, column.language, self.schema)

    def _count(
        self,
        row: Row,
        kind: RecordType,
        derivation: Derivation,
        cells: Sequence[str],
        known: dict[tuple[str, str], set[str]],
    ) -> None:
        """Count how each value of a record is known; one that nobody vouches for is a problem."""
        self.coverage.records[kind.table] += 1
        curated = self.config.curated.get(kind.table, ())
        for column in derivation.columns:
            if column.field is None or column.parent and column.name in derivation.computed:
                continue
            values = split(column.field, cells[column.index])
            computed = column.name in derivation.computed
            if computed and column.name != "status":
                continue
            self.coverage.filled[kind.table, column.name] += bool(values)
            for value in values:
                bases = known.get((column.name, value), set())
                if not bases:
                    bases = {self._vouch(row, kind, column, value, curated=column.name in curated, computed=computed)}
                basis = min(bases, key=BASES.index) if bases != {""} else ""
                if basis:
                    self.coverage.values[kind.table, column.name, basis] += 1

    def _vouch(
        self, row: Row, kind: RecordType, column: Column, value: str, *, curated: bool, computed: bool
    ) -> str:
        """Say in the graph that a value is the curator's, or report that nobody vouches for it."""
        if computed:
            return "derived"
        if not curated:
            self.problems.append(self.portfolio.problem(row, "LP-EVIDENCE-MISSING", column.name, value=value, table=kind.table))
            return ""
        cells = ["preferred", "curator", "", "", *("" for _ in self._notes)]
        self._add(row, kind, column, value, cells, _digest(value)[:8], (row.header, row.line))
        return "curator"


class _Claim:
    """One row of an evidence table, read by column name."""

    def __init__(self, evidence: Evidence, row: Row) -> None:
        self._evidence, self.row = evidence, row
        self._names = evidence.portfolio.headers[row.header].names
        self.rank = self["rank"] or "preferred"
        self.basis = self["basis"] or self._usual_basis()

    def __getitem__(self, name: str) -> str:
        return self.row.cells[self._names.index(name)] if name in self._names else ""

    def _usual_basis(self) -> str:
        if self["quote.exact"]:
            return "stated"
        return "cited" if self["source"] else "curator"

    def report(self, rule: str, column: str, **values: str) -> None:
        """Report a problem at a cell of this row."""
        evidence = self._evidence
        record = self["subject"]
        problem = evidence.portfolio.problem(self.row, rule, column, **values)
        evidence.problems.append(_with_record(problem, record))

    def is_consistent(self) -> bool:
        """Check the cells of the claim against each other."""
        if not self["predicate"]:
            return False
        if self["quote.exact"] and not self["source"]:
            self.report("LP-EVIDENCE-SOURCE", "source", basis="stated")
            return False
        if self.basis == "cited" and not self["source"]:
            self.report("LP-EVIDENCE-SOURCE", "source", basis=self.basis)
            return False
        if self.basis == "stated" and not self["quote.exact"]:
            self.report("LP-EVIDENCE-BASIS", "basis", basis=self.basis)
            return False
        return True

    def column(self, name: str, kind: RecordType) -> Column | None:
        """Give a column that the record's own file does not have, but its type may."""
        fields = self._evidence.schema.fields
        path, _, language = name.partition("@")
        head, _, tail = path.partition(".")
        field = fields.get(tail or head)
        if field is None or (kind.terms is not None and head not in kind.terms):
            return None
        if (field.kind is Kind.TEXT) != bool(language):
            return None
        return Column(name, -1, field, language, fields[head] if tail else None)

    def values(self, column: Column, held: list[str]) -> list[str]:
        """Give the values that the claim is about, once they agree with what the record holds."""
        stated = self["object"]
        if not stated:
            if not held or self.rank == "deprecated":
                self.report("LP-EVIDENCE-EMPTY", "object", name=column.name)
                return []
            return held
        faults = list(self._evidence.faults(column, stated))
        for rule, values in faults:
            self.report(rule, "object", name=column.name, **values)
        if faults:
            return []
        return [stated] if self._agrees(column, stated, held) else []

    def _agrees(self, column: Column, stated: str, held: list[str]) -> bool:
        if self.rank == "preferred" and stated not in held:
            self.report("LP-EVIDENCE-VALUE", "object", name=column.name, value=stated, found="; ".join(held))
            return False
        if self.rank == "deprecated" and stated in held:
            self.report("LP-EVIDENCE-DEPRECATED", "object", name=column.name, value=stated)
            return False
        if stated not in held:
            self._evidence.check_elsewhere(column, stated, self.row)
        return True


def _with_record(problem: Problem, record: str) -> Problem:
    from dataclasses import replace  # noqa: PLC0415

    return replace(problem, record=record)


def _digest(*texts: str) -> str:
    """Give a short name for texts that is the same on every machine."""
    return hashlib.sha256("\t".join(texts).encode()).hexdigest()[:12]
