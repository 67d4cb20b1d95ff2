"""The tables as Parquet, with the extra `linkedproj[tables]`: cells as text, an empty one as null."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from linkedproj.writers.described.columns import Described

_GROUP = 16_384


def can_write() -> bool:
    """Return whether the extra is installed."""
    return find_spec("pyarrow") is not None


def write_parquet(tables: Iterable[Described], folder: Path) -> None:
    """Write each CSV table in a folder as Parquet beside it, in groups of rows."""
    for table in tables:
        _write(folder / table.file, [column.header for column in table.columns])


def _write(path: Path, columns: list[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in columns])
    with path.open(encoding="utf-8", newline="") as file, pq.ParquetWriter(path.with_suffix(".parquet"), schema) as out:
        rows = csv.reader(file)
        next(rows)
        for group in _groups(rows):
            cells = zip(*group, strict=True)
            out.write_table(pa.table([[cell or None for cell in column] for column in cells], schema=schema))


def _groups(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while group := list(islice(rows, _GROUP)):
        yield group
