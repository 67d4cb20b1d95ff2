"""From a SHACL result back to the cell it came from; for a missing value, to the column that should have been filled.

No index is kept for a sound portfolio: only the records that fail are looked for.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.check.terms import canonical
from linkedproj.model.context import Rule
from linkedproj.model.errors import Place, Problem
from linkedproj.tables.cells import split
from linkedproj.writers.ntriples import term
from linkedproj.writers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linkedproj.check.engine import Result
    from linkedproj.mapping.evidence import Evidence
    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import NestedPath
    from linkedproj.tables.cells import Column
    from linkedproj.tables.portfolio import Portfolio, Row


class _Owner(NamedTuple):
    """A record that a failing node belongs to; `path` leads to a nested one."""

    kind: RecordType
    id: str
    path: NestedPath | None = None


class _Stated(NamedTuple):
    """The row of an evidence table behind a failing node: its header and line, the record it speaks of."""

    header: int
    line: int
    subject: str
    prefix: str = ""


def locate(results: Iterable[Result], portfolio: Portfolio, evidence: Evidence) -> list[Problem]:
    """Return a problem for each result, at its cell where there is one, else at its row, else at the shapes."""
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
            row = self._rows.get((owner.kind.name, owner.id))
            if row is not None:
                return self._in_row(result, owner, row)
        stated = self._claims.get(result.focus)
        if stated is not None:
            return self._in_claim(result, stated)
        return Problem(result.code or "LP-SHACL", Place("ontology/shapes.ttl"), result.focus, values=result.facts())

    def _possible_owners(self, node: str) -> Iterator[_Owner]:
        """Yield the records a node may belong to: itself, or those whose nested record it is."""
        found = self._schema.split(node)
        if not found:
            return
        type_name, identifier = found
        yield _Owner(self._schema.types[type_name], identifier)
        for kind in self._schema.types.values():
            for path in self._schema.nested_paths(kind):
                if path.nested.name == type_name and identifier.endswith(path.suffix):
                    yield _Owner(kind, identifier.removesuffix(path.suffix), path)

    def _find_rows(self) -> dict[tuple[str, str], Row]:
        wanted: dict[str, set[str]] = defaultdict(set)
        for owners in self._owners.values():
            for owner in owners:
                wanted[owner.kind.name].add(owner.id)
        return {
            (name, row.id): row for name, ids in wanted.items() for row in self._portfolio.rows(name) if row.id in ids
        }

    def _find_claims(self, evidence: Evidence) -> dict[str, _Stated]:
        """Find the rows behind failing evidence and quotes; their ids are made by the build."""
        terms, types = self._schema.evidence, self._schema.types
        if not terms.type_name:
            return {}
        fields = self._schema.fields
        stated, quoted, selected = types[terms.type_name].base, fields[terms.quote].base, fields[terms.selector].base
        if not any(node.startswith((stated, quoted, selected)) for node in self._owners):
            return {}
        found: dict[str, _Stated] = {}
        quote = terms.stated.index(terms.quote)
        for identifier, cells, header, line in evidence.statements:
            within = f"{terms.quote}."
            nodes = {stated + identifier: "", quoted + cells[quote]: within, selected + cells[quote]: within}
            for node, prefix in nodes.items():
                if node in self._owners:
                    found.setdefault(node, _Stated(header, line, cells[0], prefix))
        return found

    def _in_claim(self, result: Result, stated: _Stated) -> Problem:
        header = self._portfolio.headers[stated.header]
        named = [stated.prefix + name for name in self._columns_of(result, {})]
        name = next((name for name in named if name in header.names), "")
        place = header.place(stated.line, header.names.index(name) if name else 0)
        return Problem(result.code or "LP-SHACL", place, stated.subject, name, values=result.facts())

    def _in_row(self, result: Result, owner: _Owner, row: Row) -> Problem:
        header = self._portfolio.headers[row.header]
        columns = {column.name: column for column in header.columns}
        named = list(self._columns_of(result, self._typed_as(owner)))
        present = [name for name in named if name in columns]
        name = next((n for n in present if self._holds(row, columns[n], result.value)), (present or named or [""])[0])
        problem = self._portfolio.problem(row, result.code or "LP-SHACL", name)
        return Problem(problem.rule, problem.place, problem.record, name, problem.cell, result.facts())

    def _typed_as(self, owner: _Owner) -> dict[str, tuple[str, ...]]:
        """Return by term of a node the columns of its record that a curator fills for it."""
        if owner.path is None:
            return {term: derived.sources for term, derived in owner.kind.derived.items() if not derived.is_fillable}
        dates = {Rule.FIRST_DAY: owner.kind.begins, Rule.LAST_DAY: owner.kind.ends}
        nested = owner.path.nested
        found: dict[str, tuple[str, ...]] = {term: (f"{owner.path.name}.{term}",) for term in nested.terms or ()}
        return found | {term: (dates[derived.rule],) for term, derived in nested.derived.items()}

    def _columns_of(self, result: Result, typed_as: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
        """Name the columns a result can be about, those a curator fills for a computed one included."""
        names = self._schema.shape_columns.get(result.source_shape)
        if not names:
            names = tuple(field.term for field in self._schema.fields.values() if field.iri == result.path)
        for name in names:
            head, _, language = name.partition("@")
            tags = [f"@{language}"] if language else ["", *(f"@{tag}" for tag in self._portfolio.config.read_languages)]
            for typed in typed_as.get(head) or (head,):
                yield from (typed + tag for tag in tags)

    def _holds(self, row: Row, column: Column, value: str) -> bool:
        if not value or column.field is None:
            return False
        field = column.field
        cells = split(field, row.cells[column.index])
        return any(canonical(term(value_of(field, cell, column.language, self._schema))) == value for cell in cells)
