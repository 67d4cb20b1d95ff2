"""What a SELECT query answers: named columns and rows of RDF terms."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import pyoxigraph as ox

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Row: TypeAlias = tuple[Term | None, ...]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_DECIMALS = {_XSD + "decimal", _XSD + "integer"}


@dataclass(frozen=True, slots=True)
class Table:
    """Columns in the order of the SELECT clause, rows in the order of the engine; a cell may be unbound (None)."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def multiset(self) -> Counter[tuple[str, ...]]:
        """Count equal rows, whatever their order.

        Decimals are compared by value: one engine keeps "10.0" as it was written, another stores 10.
        """
        return Counter(tuple(_key(cell) for cell in row) for row in self.rows)


def _key(cell: Term | None) -> str:
    if isinstance(cell, ox.Literal) and cell.datatype.value in _DECIMALS:
        return f'"{Decimal(cell.value).normalize():f}"^^{cell.datatype.value}'
    return "" if cell is None else str(cell)
