"""Terms as values of Python, and tables as typed columns for pandas, polars and Parquet."""

from __future__ import annotations

import datetime as dt
import importlib
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import pyoxigraph as ox

from linkedproj.model.errors import SetupError
from linkedproj.model.lexical import SPELLINGS, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkedproj.queries.results.table import RdfTerm, Table

_INTEGERS = (
    "integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
    "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
)  # fmt: skip
_INTEGER = re.compile("[+-]?[0-9]+")
_WIDEST = 1 << 63
_DIGITS = 38


class Iri(str):
    """An IRI: a string that knows it is no mere text."""

    __slots__ = ()


class LangString(str):
    """A text in a language; `language` is its tag ("ca")."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> Self:
        """Join a text and its language."""
        found = super().__new__(cls, text)
        found.language = language
        return found

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        """Return what a copy is made from."""
        return type(self), (str(self), self.language)


PythonValue: TypeAlias = Iri | LangString | str | int | Decimal | float | bool | dt.date | dt.datetime | None


def to_python(cell: RdfTerm | None) -> PythonValue:
    """Return the value of a term; what is ill-typed or has no type of Python stays a string, an unbound cell is None.

    A month (xsd:gYearMonth) or a year stays a string too: it is no day.
    """
    if cell is None:
        return None
    if isinstance(cell, ox.NamedNode):
        return Iri(cell.value)
    if isinstance(cell, ox.BlankNode):
        return str(cell)
    if cell.language:
        return LangString(cell.value, cell.language)
    return _READ.get(cell.datatype.value, str)(cell.value)


def typed_columns(table: Table) -> dict[str, tuple[type, list[Any]]]:
    """Return each column with the one type that all its values have: int, Decimal, float, bool, date, datetime or str.

    A column of mixed values is one of strings, spelled as in the results.
    """
    return {name: _column([row[n] for row in table.rows]) for n, name in enumerate(table.columns)}


def write_parquet(table: Table) -> bytes:
    """Write a Parquet file of typed columns.

    Raises:
        SetupError: pyarrow is not installed.
    """
    arrow = needed("pyarrow", "tables", "A Parquet file")
    out = arrow.BufferOutputStream()
    importlib.import_module("pyarrow.parquet").write_table(arrow_table(table), out)
    return bytes(out.getvalue().to_pybytes())


def arrow_table(table: Table) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a table of Arrow with typed columns.

    Raises:
        SetupError: pyarrow is not installed.
    """
    arrow = needed("pyarrow", "tables", "A table of Arrow")
    types = {
        int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_(), dt.date: arrow.date32(),
        dt.datetime: arrow.timestamp("us", "UTC"), str: arrow.string(),
    }  # fmt: skip
    columns = {
        name: arrow.array(values, _decimal(arrow, values) if kind is Decimal else types[kind])
        for name, (kind, values) in typed_columns(table).items()
    }
    return arrow.table(columns)


def needed(module: str, extra: str, what: str) -> Any:  # noqa: ANN401 - a module that may have no types
    """Import a package that only some users need.

    Raises:
        SetupError: it is not installed; the sentence says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise SetupError(f"{what} needs {module}. Install it with: pip install 'linkedproj[{extra}]'") from error


def _column(cells: Sequence[RdfTerm | None]) -> tuple[type, list[Any]]:
    values = [to_python(cell) for cell in cells]
    kinds = {str if isinstance(found, str) else type(found) for found in values if found is not None}
    kind = kinds.pop() if len(kinds) == 1 else str
    if kind in {int, Decimal} and not all(_fits(found) for found in values):
        kind = str
    if kind is str:
        return str, [None if cell is None else _text(cell) for cell in cells]
    return kind, values


def _text(cell: RdfTerm) -> str:
    return str(cell) if isinstance(cell, ox.BlankNode) else cell.value


def _fits(found: PythonValue) -> bool:
    """Return whether columnar formats can hold a number: 64 bits, or 38 digits with half of them behind the point."""
    if isinstance(found, int):
        return -_WIDEST <= found < _WIDEST
    return not isinstance(found, Decimal) or (
        abs(found) < Decimal(10) ** (_DIGITS // 2) and _scale(found) <= _DIGITS // 2
    )


def _scale(found: Decimal) -> int:
    exponent = found.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _decimal(arrow: Any, values: Sequence[Decimal | None]) -> Any:  # noqa: ANN401 - pyarrow has no types
    return arrow.decimal128(_DIGITS, max((_scale(found) for found in values if found is not None), default=0))


def _integer(text: str) -> PythonValue:
    return int(text) if _INTEGER.fullmatch(text) else text


def _number(text: str) -> PythonValue:
    return text if SPELLINGS[XSD + "decimal"](text) else Decimal(text)


def _float(text: str) -> PythonValue:
    try:
        return float(text.replace("INF", "inf"))
    except ValueError:
        return text


def _boolean(text: str) -> PythonValue:
    return {"true": True, "1": True, "false": False, "0": False}.get(text, text)


def _date(text: str) -> PythonValue:
    return text if SPELLINGS[XSD + "date"](text) or len(text) != len("YYYY-MM-DD") else dt.date.fromisoformat(text)


def _datetime(text: str) -> PythonValue:
    return text if SPELLINGS[XSD + "dateTime"](text) else dt.datetime.fromisoformat(text)


_READ: dict[str, Callable[[str], PythonValue]] = {
    **{XSD + name: _integer for name in _INTEGERS},
    XSD + "decimal": _number,
    XSD + "double": _float,
    XSD + "float": _float,
    XSD + "boolean": _boolean,
    XSD + "date": _date,
    XSD + "dateTime": _datetime,
}
"""Datatype IRI -> how its values are read."""
