"""What Python gets to see of an answer: rows with names, and the ways into pandas, polars, Arrow and CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

from linkedproj.queries.results.sparql import write_csv
from linkedproj.queries.results.values import PythonValue, arrow_table, needed, to_python, typed_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from linkedproj.queries.results.table import Table


class ResultRow(Sequence[PythonValue]):
    """One row of an answer: values by position (`row[0]`), by column (`row["from"]`) and by name (`row.project`).

    Unbound cells are None. A column with a name that Python (`from`) or every sequence (`count`) has for itself is read
    in brackets.
    """

    __slots__ = ("_columns", "_values")

    def __init__(self, columns: tuple[str, ...], values: tuple[PythonValue, ...]) -> None:
        self._columns, self._values = columns, values

    @overload
    def __getitem__(self, key: int | str) -> PythonValue: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[PythonValue, ...]: ...
    def __getitem__(self, key: int | str | slice) -> PythonValue | tuple[PythonValue, ...]:
        """Return one value, or a slice of them.

        Raises:
            KeyError: there is no such column.
        """
        if not isinstance(key, str):
            return self._values[key]
        if key not in self._columns:
            raise KeyError(f"no column {key!r}; there are: {', '.join(self._columns)}")
        return self._values[self._columns.index(key)]

    def __getattr__(self, name: str) -> PythonValue:
        """Return the value in the column of that name.

        Raises:
            AttributeError: there is no such column.
        """
        if name.startswith("_") or name not in self._columns:
            raise AttributeError(f"no column {name!r}")
        return self._values[self._columns.index(name)]

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return self._values == (other._values if isinstance(other, ResultRow) else other)

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        return f"ResultRow({', '.join(f'{n}={v!r}' for n, v in zip(self._columns, self._values, strict=True))})"

    def as_dict(self) -> dict[str, PythonValue]:
        """Return the values by column."""
        return dict(zip(self._columns, self._values, strict=True))


class QueryResult(Sequence[ResultRow]):
    """The answer to a query: a sequence of rows.

    `query` is the exact text that was run; `table` holds the same rows as RDF terms, with datatypes and languages.
    """

    def __init__(self, table: Table, query: str) -> None:
        self.table, self.query = table, query
        self._rows = [ResultRow(table.columns, tuple(map(to_python, row))) for row in table.rows]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return self.table.columns

    @overload
    def __getitem__(self, key: int) -> ResultRow: ...
    @overload
    def __getitem__(self, key: slice) -> list[ResultRow]: ...
    def __getitem__(self, key: int | slice) -> ResultRow | list[ResultRow]:
        """Return a row, or a slice of them."""
        return self._rows[key]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ResultRow]:
        return iter(self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} rows: {', '.join(self.columns)}>"

    def to_csv(self, path: str | Path | None = None) -> str:
        """Return SPARQL 1.1 Query Results CSV, and write it to a file where a `path` is given."""
        text = write_csv(self.table)
        if path is not None:
            Path(path).write_bytes(text.encode())
        return text

    def to_pandas(self) -> pd.DataFrame:
        """Return a pandas DataFrame: int, bool, float and date columns typed, decimals as Decimal, all else as text.

        Raises:
            SetupError: pandas is not installed.
        """
        pandas = needed("pandas", "pandas", "to_pandas()")
        types = {int: "Int64", bool: "boolean", float: "Float64", dt.date: "datetime64[s]"}
        columns = typed_columns(self.table).items()
        frame: pd.DataFrame = pandas.DataFrame(
            {name: pandas.Series(values, dtype=types.get(kind, "object")) for name, (kind, values) in columns}
        )
        return frame

    def to_arrow(self) -> pa.Table:
        """Return a table of Arrow with typed columns.

        Raises:
            SetupError: pyarrow is not installed.
        """
        found: pa.Table = arrow_table(self.table)
        return found

    def to_polars(self) -> pl.DataFrame:
        """Return a polars DataFrame with typed columns.

        Raises:
            SetupError: polars is not installed.
        """
        polars = needed("polars", "polars", "to_polars()")
        columns = typed_columns(self.table)
        types = {dt.datetime: polars.Datetime("us", "UTC"), str: polars.String, dt.date: polars.Date}
        frame: pl.DataFrame = polars.DataFrame(
            {name: values for name, (_, values) in columns.items()},
            schema_overrides={name: types[kind] for name, (kind, _) in columns.items() if kind in types},
        )
        return frame
