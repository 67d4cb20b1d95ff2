"""One row of an evidence table, and the record that it speaks of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.domain import ORIGIN
from linkedproj.model.languages import canonical_column
from linkedproj.tables.cells import column_named, split

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkedproj.mapping.derive import Derivation
    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.model.schema import Schema
    from linkedproj.tables.cells import Column
    from linkedproj.tables.portfolio import Row, Tables


@dataclass(frozen=True)
class Subject:
    """A record that is being weighed: its row, its columns, and its cells with the computed ones.

    `known` gathers by column and value in which ways a value is known, `disputed` the columns of faulty claims.
    """

    row: Row
    kind: RecordType
    derivation: Derivation
    cells: Sequence[str]
    known: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    disputed: set[str] = field(default_factory=set)

    @property
    def reference(self) -> str:
        """The record as the column `subject` names it."""
        return f"{self.kind.table}/{self.row.id}"

    @property
    def origin(self) -> str:
        """The sources that the record was read in, its own or those of its table, or ""."""
        for column in self.derivation.columns:
            if column.field and column.field.iri == ORIGIN and not column.parents:
                return self.cells[column.index]
        return ""

    def column(self, name: str, schema: Schema) -> Column | None:
        """Return a column of the record's file, or one that its type may have elsewhere (with no cell here)."""
        for column in self.derivation.columns:
            if column.name == name:
                return column
        found = column_named(name, -1, schema.fields)
        if found.field is None or (found.field.kind is Kind.TEXT) != bool(found.language):
            return None
        holders = [self.kind, *(path.nested for path in schema.nested_paths(self.kind) if path.links == found.parents)]
        terms, depth = holders[-1].terms, name.partition("@")[0].count(".")
        if len(holders) != 1 + bool(depth) or (terms is not None and found.field.term not in terms):
            return None
        return found

    def held(self, column: Column) -> list[str]:
        """Return the values that the record has in a column."""
        return split(column.field, self.cells[column.index]) if column.field and column.index >= 0 else []


class Claim:
    """One row of an evidence table, read by column name; what is wrong with it goes to `report`."""

    def __init__(self, tables: Tables, row: Row, report: Callable[[Problem], None]) -> None:
        self._tables, self.row, self._report = tables, row, report
        self._names = tables.headers[row.header].names
        self.terms = tables.schema.evidence
        self.subject = self[self.terms.subject]
        self.rank = self[self.terms.rank] or "preferred"
        self.basis = self[self.terms.basis] or self._usual_basis()

    def __getitem__(self, name: str) -> str:
        """Return a cell, "" where the table has no such column."""
        return self.row.cells[self._names.index(name)] if name in self._names else ""

    def _usual_basis(self) -> str:
        if self[self.terms.quoted_text]:
            return "stated"
        return "cited" if self[self.terms.source] else "curator"

    @property
    def predicates(self) -> list[str]:
        """The names of the columns it is about."""
        names = map(str.strip, self[self.terms.predicate].split(";"))
        return [canonical_column(name) for name in names if name]

    def report(self, rule: str, column: str, **values: str) -> None:
        """Report a problem at a cell of this row."""
        problem = self._tables.problem(self.row, rule, column, **values)
        self._report(replace(problem, record=self.subject))

    def is_consistent(self) -> bool:
        """Check the cells of the claim against each other."""
        terms, quote = self.terms, self[self.terms.quoted_text]
        if not self[terms.predicate]:
            return False
        if not self[terms.source] and (quote or self.basis == "cited"):
            self.report("LP-EVIDENCE-SOURCE", terms.source, basis=self.basis)
            return False
        if self.basis == "stated" and not quote:
            self.report("LP-EVIDENCE-BASIS", terms.basis, basis=self.basis)
            return False
        return True

    def agrees(self, column: Column, stated: str, held: Sequence[str]) -> bool:
        """Check that the rank fits what the record holds: preferred values are there, deprecated ones are not."""
        if self.rank == "preferred" and stated not in held:
            self.report("LP-EVIDENCE-VALUE", self.terms.object, name=column.name, value=stated, found="; ".join(held))
            return False
        if self.rank == "deprecated" and stated in held:
            self.report("LP-EVIDENCE-DEPRECATED", self.terms.object, name=column.name, value=stated)
            return False
        return True
