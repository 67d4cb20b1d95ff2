"""From a SHACL result back to the cell it came from; for a missing value, to the column that should have been filled.

No index is kept for a sound portfolio: only the records that fail are looked for.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.check.terms import canonical
from linkedproj.model.errors import Place, Problem
from linkedproj.tables.cells import split
from linkedproj.writers.ntriples import term
from linkedproj.writers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linkedproj.check.engine import Result
    from linkedproj.mapping.evidence import Evidence
    from linkedproj.tables.cells import Column
    from linkedproj.tables.portfolio import Portfolio, Row

_TYPED_AS = {"label": ("title", "name"), "temporal": ("start", "end"), "from": ("start",), "until": ("end",)}
"""Computed field -> the fields that a curator fills for it."""

_QUOTE_CELL = 6


class _Owner(NamedTuple):
    """A record that a failing node belongs to; `prefix` stands before the columns of a nested record ("budget.")."""

    type_name: str
    id: str
    prefix: str = ""


class _Stated(NamedTuple):
    """The row of an evidence table behind a failing node: its header and line, the record it speaks of."""

    header: int
    line: int
    subject: str
    prefix: str = ""


def locate(results: Iterable[Result], portfolio: Portfolio, evidence: Evidence) -> list[Problem]:
    """Give a problem for each result, at its cell where there is one, else at its row, else at the shapes."""
    results = list(results)
    locator = _Locator(portfolio, evidence, {result.focus for result in results})
    return [locator.problem(result) for result in results]


class _Locator:
    def __init__(self, portfolio: Portfolio, evidence: Evidence, nodes: set[str]) -> None:
        self._portfolio, self._schema = portfolio, portfolio.schema
        self._owners = {node: list(self._possible_owners(node)) for node in nodes}
        self._rows = self._find_rows()
        self._claims = self._find_claims(evidence)

    def problem(self, result: Result) -> Problem:
        for owner in self._owners[result.focus]:
            row = self._rows.get((owner.type_name, owner.id))
            if row is not None:
                return self._in_row(result, owner, row)
        stated = self._claims.get(result.focus)
        if stated is not None:
            return self._in_claim(result, stated)
        return Problem(result.code or "LP-SHACL", Place("ontology/shapes.ttl"), result.focus, values=result.facts())

    def _possible_owners(self, node: str) -> Iterator[_Owner]:
        """Give the records a node may belong to: itself, or those whose nested record it is."""
        found = self._schema.split(node)
        if not found:
            return
        type_name, identifier = found
        yield _Owner(type_name, identifier)
        for term_name, field in self._schema.fields.items():
            if field.target != type_name or not field.base:
                continue
            for kind in self._schema.types.values():
                if kind.terms and term_name in kind.terms:
                    if term_name == "temporal":
                        yield _Owner(kind.name, identifier)
                    elif identifier.endswith(f"-{term_name}"):
                        yield _Owner(kind.name, identifier.removesuffix(f"-{term_name}"), f"{term_name}.")

    def _find_rows(self) -> dict[tuple[str, str], Row]:
        wanted: dict[str, set[str]] = defaultdict(set)
        for owners in self._owners.values():
            for owner in owners:
                wanted[owner.type_name].add(owner.id)
        return {
            (name, row.id): row for name, ids in wanted.items() for row in self._portfolio.rows(name) if row.id in ids
        }

    def _find_claims(self, evidence: Evidence) -> dict[str, _Stated]:
        """Find the rows behind failing evidence and quotes; their ids are made by the build."""
        base = {name: self._schema.types[name].base for name in ("Evidence", "Quote") if name in self._schema.types}
        if not any(node.startswith(tuple(base.values())) for node in self._owners):
            return {}
        found: dict[str, _Stated] = {}
        for identifier, cells, header, line in evidence.statements:
            nodes = {base["Evidence"] + identifier: "", base["Quote"] + cells[_QUOTE_CELL]: "quote."}
            for node, prefix in nodes.items():
                if node in self._owners:
                    found.setdefault(node, _Stated(header, line, cells[0], prefix))
        return found

    def _in_claim(self, result: Result, stated: _Stated) -> Problem:
        header = self._portfolio.headers[stated.header]
        named = [stated.prefix + name for name in self._columns_of(result, typed_as={})]
        name = next((name for name in named if name in header.names), "")
        place = header.place(stated.line, header.names.index(name) if name else 0)
        return Problem(result.code or "LP-SHACL", place, stated.subject, name, values=result.facts())

    def _in_row(self, result: Result, owner: _Owner, row: Row) -> Problem:
        header = self._portfolio.headers[row.header]
        columns = {column.name: column for column in header.columns}
        named = [owner.prefix + name for name in self._columns_of(result, {} if owner.prefix else _TYPED_AS)]
        present = [name for name in named if name in columns]
        name = next((n for n in present if self._holds(row, columns[n], result.value)), (present or named or [""])[0])
        problem = self._portfolio.problem(row, result.code or "LP-SHACL", name)
        return Problem(problem.rule, problem.place, problem.record, name, problem.cell, result.facts())

    def _columns_of(self, result: Result, typed_as: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
        """Name the columns a result can be about, those a curator fills for a computed one included."""
        names = self._schema.shape_columns.get(result.source_shape)
        if not names:
            names = tuple(field.term for field in self._schema.fields.values() if field.iri == result.path)
        for name in names:
            head, _, language = name.partition("@")
            tags = [f"@{language}"] if language else ["", *(f"@{tag}" for tag in self._portfolio.config.languages)]
            for typed in typed_as.get(head, (head,)):
                yield from (typed + tag for tag in tags)

    def _holds(self, row: Row, column: Column, value: str) -> bool:
        if not value or column.field is None:
            return False
        field = column.field
        cells = split(field, row.cells[column.index])
        return any(canonical(term(value_of(field, cell, column.language, self._schema))) == value for cell in cells)
