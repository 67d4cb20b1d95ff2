"""What a query answers: rows of RDF terms (SELECT), yes or no (ASK), or triples (CONSTRUCT, DESCRIBE)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Self, TypeAlias

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RdfTerm: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Solution: TypeAlias = tuple[RdfTerm | None, ...]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_DECIMALS = {_XSD + "decimal", _XSD + "integer"}


@dataclass(frozen=True, slots=True)
class Table:
    """Columns in the order of the SELECT clause, rows in the order of the engine; a cell may be unbound (None)."""

    columns: tuple[str, ...]
    rows: tuple[Solution, ...]

    @classmethod
    def of(cls, variables: Iterable[ox.Variable], solutions: Iterable[ox.QuerySolution]) -> Self:
        """Take over what pyoxigraph found; a quoted triple is no term of RDF 1.1, and left unbound."""
        columns = tuple(variable.value for variable in variables)
        return cls(columns, tuple(tuple(_plain(found[name]) for name in columns) for found in solutions))

    def multiset(self) -> Counter[tuple[str, ...]]:
        """Count equal rows, whatever their order.

        Decimals are compared by value: one engine keeps "10.0" as it was written, another stores 10.
        """
        return Counter(tuple(_key(cell) for cell in row) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Triples:
    """What CONSTRUCT and DESCRIBE answer, without repetition, in the order of the terms' spelling.

    `prefixes` are those of the query, by which it can be written shorter.
    """

    triples: tuple[ox.Triple, ...]
    prefixes: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, found: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> Self:
        """Sort what an engine gives in any order."""
        return cls(tuple(sorted(set(found), key=str)), prefixes)


Answer: TypeAlias = Table | bool | Triples


def as_table(answer: Answer) -> Table:
    """Return any answer as rows: a triple is a row of three columns, yes or no is one row of one column."""
    if isinstance(answer, Table):
        return answer
    if isinstance(answer, Triples):
        rows = tuple(tuple(_plain(term) for term in triple) for triple in answer.triples)
        return Table(("subject", "predicate", "object"), rows)
    return Table(("answer",), ((ox.Literal(answer),),))


def _plain(term: object) -> RdfTerm | None:
    return term if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else None


def _key(cell: RdfTerm | None) -> str:
    if isinstance(cell, ox.Literal) and cell.datatype.value in _DECIMALS:
        return f'"{Decimal(cell.value).normalize():f}"^^{cell.datatype.value}'
    return "" if cell is None else str(cell)
