"""What a query answers: rows of RDF terms (SELECT), yes or no (ASK), or triples (CONSTRUCT, DESCRIBE).

pyoxigraph 0.5.13 spells a whole answer as TSV in a sixth of the time that it takes to hand over its terms one by one,
and most answers are only written down. So a table is either, and becomes the other when that is asked for.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Self, TypeAlias, cast

import pyoxigraph as ox

from linkedproj.model.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typing_extensions import Buffer

RdfTerm: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Solution: TypeAlias = tuple[RdfTerm | None, ...]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_DECIMALS = {_XSD + "decimal", _XSD + "integer"}


class TooLargeError(QueryError):
    """An answer has more rows or triples than are wanted."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the answer has more than {most:,} rows.")


class _Lines(io.BytesIO):
    """A heading and at most so many lines."""

    def __init__(self, most: int | None) -> None:
        super().__init__()
        self._most, self._found = most, -1

    def write(self, block: Buffer) -> int:
        """Take some of it.

        Raises:
            TooLargeError: there are more lines.
        """
        self._found += bytes(block).count(b"\n")
        if self._most is not None and self._found > self._most:
            raise TooLargeError(self._most)
        return super().write(block)


class Table:
    """Columns in the order of the SELECT clause, rows in the order of the engine; a cell may be unbound (None)."""

    __slots__ = ("_rows", "_spelled", "columns")

    def __init__(self, columns: tuple[str, ...], rows: tuple[Solution, ...]) -> None:
        self.columns = columns
        self._rows: tuple[Solution, ...] | None = rows
        self._spelled = b""

    @classmethod
    def of(cls, variables: Iterable[ox.Variable], solutions: Iterable[ox.QuerySolution]) -> Self:
        """Take over what pyoxigraph read; a quoted triple is no term of RDF 1.1, and left unbound."""
        columns = tuple(variable.value for variable in variables)
        return cls(columns, tuple(tuple(_plain(found[name]) for name in columns) for found in solutions))

    @classmethod
    def found(cls, solutions: ox.QuerySolutions, most: int | None = None) -> Self:
        """Take over what pyoxigraph finds in a store; a quoted triple is no term of RDF 1.1, and left unbound.

        Raises:
            OSError: the engine cannot go on to the end.
            TooLargeError: there are more than `most` rows.
        """
        columns = tuple(variable.value for variable in solutions.variables)
        lines = _Lines(most)
        solutions.serialize(lines, format=ox.QueryResultsFormat.TSV)
        table = cls(columns, ())
        table._spelled, table._rows = lines.getvalue(), None
        return cls(columns, table.rows) if not columns or b"<<" in table._spelled else table

    @property
    def rows(self) -> tuple[Solution, ...]:
        """The terms of each row."""
        if self._rows is None:
            if self.columns:
                solutions = cast("ox.QuerySolutions", _parsed(self._spelled))
                rows = tuple(tuple(map(_plain, found)) for found in solutions)
            else:
                rows = ((),) * (self._spelled.count(b"\n") - 1)
            self._rows = rows
        return self._rows

    @property
    def spelled(self) -> bytes:
        """SPARQL 1.1 Query Results TSV, in which a number or truth value may stand without its type."""
        if not self._spelled:
            lines = ["\t".join(f"?{name}" for name in self.columns)]
            lines += ["\t".join("" if cell is None else str(cell) for cell in row) for row in self.rows]
            self._spelled = "".join(f"{line}\n" for line in lines).encode()
        return self._spelled

    def serialised(self, form: ox.QueryResultsFormat) -> bytes:
        """Let pyoxigraph write this in another format."""
        return cast("ox.QuerySolutions", _parsed(self.spelled)).serialize(format=form) or b""

    def __len__(self) -> int:
        """Count the rows."""
        return self.spelled.count(b"\n") - 1 if self._rows is None else len(self._rows)

    def __bool__(self) -> bool:
        """Say that it is one, without rows as well."""
        return True

    def __eq__(self, other: object) -> bool:
        """Compare columns and terms."""
        return isinstance(other, Table) and self.columns == other.columns and self.rows == other.rows

    def __hash__(self) -> int:
        """Agree with what is equal."""
        return hash((self.columns, self.rows))

    def __repr__(self) -> str:
        """Show columns and terms."""
        return f"Table({self.columns!r}, {self.rows!r})"

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


def _parsed(spelled: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
    return ox.parse_query_results(spelled, format=ox.QueryResultsFormat.TSV)


def _plain(term: object) -> RdfTerm | None:
    return term if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else None


def _key(cell: RdfTerm | None) -> str:
    if isinstance(cell, ox.Literal) and cell.datatype.value in _DECIMALS:
        return f'"{Decimal(cell.value).normalize():f}"^^{cell.datatype.value}'
    return "" if cell is None else str(cell)
