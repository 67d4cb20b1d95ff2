"""Cells of an answer in SQL as RDF terms, by what the header of the twin says of each column."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.model.errors import QueryError
from linkedproj.model.lexical import LANGUAGE, XSD
from linkedproj.queries.saved.twin import LANGUAGE_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linkedproj.model.context import Context
    from linkedproj.queries.results.table import Term


class Terms(dict[Any, "Term | None"]):
    """The terms of a column: the same few are in many rows, and making one takes longer than finding it."""

    def __init__(self, make: Callable[[Any], Term]) -> None:
        super().__init__({None: None})
        self._make = make

    def __missing__(self, cell: Any) -> Term:  # noqa: ANN401 - whatever DuckDB has in a column
        found = self[cell] = self._make(cell)
        return found


def maker(kind: str, terms: Mapping[str, str], context: Context) -> Callable[[Any], Term]:
    """Say how a cell becomes a term."""
    if kind == "iri":
        return ox.NamedNode
    if kind == "literal":
        return ox.Literal
    if kind == "number":
        decimal = ox.NamedNode(XSD + "decimal")
        return lambda cell: ox.Literal(_spelled(Decimal(cell)), datatype=decimal)
    tag = terms.get(kind.removeprefix(LANGUAGE_OF), "") if kind.startswith(LANGUAGE_OF) else kind
    if LANGUAGE.fullmatch(tag):
        return lambda cell: ox.Literal(cell, language=tag)
    datatype = ox.NamedNode(datatype_of(kind, context.prefixes))
    return lambda cell: ox.Literal(str(cell), datatype=datatype)


def _spelled(number: Decimal) -> str:
    # Not normalize(): it rounds to 28 digits.
    whole, point, fraction = f"{number:f}".partition(".")
    return whole + point * bool(digits := fraction.rstrip("0")) + digits


def datatype_of(kind: str, declared: Mapping[str, str]) -> str:
    """Give the datatype that "integer" or "xsd_date" stands for.

    Raises:
        QueryError: it stands for none.
    """
    prefix, _, local = kind.partition("_")
    if kind == "integer":
        return XSD + "integer"
    if not local or prefix not in declared:
        raise QueryError(f"'{kind}' is no kind of term that a twin can give.")
    return declared[prefix] + local
