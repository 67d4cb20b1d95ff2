"""The tables as Parquet, with the extra `linkedproj[tables]`: cells as what they mean, not as they are written.

Numbers, truth values and days have their types, a column that can hold several values is one of lists, an empty cell
is null. Beside a column that leads somewhere stand the IRIs (`theme_iri`) and what they are called in the portfolio's
first language, or in the one there is (`theme_label`); beside one of days, which may be stated as a month or a year,
the text as stated (`start_stated`). No term of a context holds a "_", so that these names are free.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from importlib.util import find_spec
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any

from linkedproj.model.context import Kind, Rule
from linkedproj.model.lexical import XSD, envelope
from linkedproj.tables.cells import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.context import Field
    from linkedproj.model.schema import Schema
    from linkedproj.writers.described.columns import Described, Meaning

_GROUP = 16_384
_LABELLED = 100_000
"""Records of the largest table whose labels are kept in memory; those of a larger one are left to a join."""

_DIGITS = 38
_WIDEST = 1 << 63

Labels = dict[str, str]


@dataclass(frozen=True)
class _Out:
    """A column of a Parquet file: its name and type, the place of its cell in a row, and what is made of a cell."""

    name: str
    type: Any
    place: int
    read: Callable[[str], object]


def can_write() -> bool:
    """Return whether the extra is installed."""
    return find_spec("pyarrow") is not None


def write_parquet(
    tables: Sequence[Described], folder: Path, schema: Schema, languages: Sequence[str], codes: Mapping[str, str]
) -> None:
    """Write each CSV table in a folder as Parquet beside it, in groups of rows; `codes` has the labels by IRI."""
    labels: dict[str, Labels] = {}
    for table in tables:
        if table.kind.name in {column.field.target for each in tables for column in each.columns if column.field}:
            labels[table.kind.name] = _labels(table, folder, languages)
    for table in tables:
        _write(folder / table.file, _columns(table, folder, schema, labels, codes))


def _write(path: Path, columns: Sequence[_Out]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column.name, column.type) for column in columns])
    with pq.ParquetWriter(path.with_suffix(".parquet"), schema) as out:
        for group in _groups(_rows(path)):
            cells = list(zip(*group, strict=True))
            values = [
                _array([column.read(cell) if cell else None for cell in cells[column.place]], column.type)
                for column in columns
            ]
            out.write_table(pa.Table.from_arrays(values, schema=schema))


def _array(values: Sequence[Any], of: Any) -> Any:  # noqa: ANN401 - whatever a column holds, and types of pyarrow
    """Make an array as pyarrow.array does, which (in 26.0) imports pandas, where that is installed: a second of CPU."""
    import pyarrow as pa

    if pa.types.is_list(of):
        ends = list(accumulate((len(value or ()) for value in values), initial=0))
        starts = [None if value is None else start for value, start in zip(values, ends, strict=False)]
        items = [item for value in values for item in value or ()]
        return pa.ListArray.from_arrays(_array([*starts, ends[-1]], pa.int32()), _array(items, of.value_type))
    builder = pa.lib.StringBuilder()
    builder.append_values([value if value is None else str(value) for value in values])
    return builder.finish().cast(of)


def _columns(
    table: Described, folder: Path, schema: Schema, labels: Mapping[str, Labels], codes: Mapping[str, str]
) -> list[_Out]:
    import pyarrow as pa

    found: list[_Out] = []
    for place, column in enumerate(table.columns):
        field = column.field
        if field is None:
            base = table.kind.base
            found += [
                _Out(column.header, pa.string(), place, str),
                _Out(f"{column.header}_iri", pa.string(), place, base.__add__),
            ]
        elif field.kind is Kind.LITERAL and not field.many:
            found += _literals(column, field, place, folder / table.file, ends=field.term == table.kind.ends)
        else:
            found += _words(column, field, place, schema, labels, codes)
    return found


def _literals(column: Meaning, field: Field, place: int, path: Path, *, ends: bool) -> Iterator[_Out]:
    import pyarrow as pa

    if field.datatype == f"{XSD}date":
        yield _Out(column.header, pa.date32(), place, lambda cell: dt.date.fromisoformat(envelope(cell)[ends]))
        yield _Out(f"{column.header}_stated", pa.string(), place, str)
    elif field.datatype == f"{XSD}boolean":
        yield _Out(column.header, pa.bool_(), place, {"true": True, "1": True, "false": False, "0": False}.get)
    elif field.datatype == f"{XSD}integer" and _all(path, place, lambda cell: -_WIDEST <= int(cell) < _WIDEST):
        yield _Out(column.header, pa.int64(), place, int)
    elif field.datatype == f"{XSD}decimal" and _all(path, place, lambda cell: max(_digits(cell)) <= _DIGITS // 2):
        scale = max((_digits(cell)[1] for cell in _cells(path, place)), default=0)
        yield _Out(column.header, pa.decimal128(_DIGITS, scale), place, Decimal)
    else:
        yield _Out(column.header, pa.string(), place, str)


def _words(  # noqa: PLR0913, PLR0917 - a column, and all that is known of what it leads to
    column: Meaning, field: Field, place: int, schema: Schema, labels: Mapping[str, Labels], codes: Mapping[str, str]
) -> Iterator[_Out]:
    yield _out(column.header, field, place, str)
    if field.kind not in {Kind.LINK, Kind.CODE, Kind.RECORD}:
        return
    yield _out(f"{column.header}_iri", field, place, lambda value: schema.iri_of(field, value))
    if field.kind is Kind.CODE:
        yield _out(f"{column.header}_label", field, place, lambda value: codes.get(field.base + value))
    elif field.target in labels:
        yield _out(f"{column.header}_label", field, place, labels[field.target].get)


def _out(name: str, field: Field, place: int, read: Callable[[str], object]) -> _Out:
    import pyarrow as pa

    if field.many:
        return _Out(name, pa.list_(pa.string()), place, lambda cell: [read(value) for value in split(field, cell)])
    return _Out(name, pa.string(), place, read)


def _labels(table: Described, folder: Path, languages: Sequence[str]) -> Labels:
    """Return what the records of a table are called, by id; nothing where there are too many of them."""
    places = {column.header: place for place, column in enumerate(table.columns)}
    sources = [source for one in table.kind.derived_by(Rule.COPY).values() for source in one.sources]
    tags = dict.fromkeys((*languages, *sorted(header.partition("@")[2] for header in places)))
    named = [places[name] for term in sources for tag in tags if (name := f"{term}@{tag}") in places]
    rows = list(islice(_rows(folder / table.file), _LABELLED + 1)) if named and "id" in places else []
    if len(rows) > _LABELLED:
        return {}
    return {row[places["id"]]: next((row[place] for place in named if row[place]), "") for row in rows}


def _digits(cell: str) -> tuple[int, int]:
    """Return how many digits stand before the point, and how many behind it."""
    whole, _, part = cell.lstrip("+-").partition(".")
    return len(whole.lstrip("0")), len(part)


def _all(path: Path, place: int, fits: Callable[[str], bool]) -> bool:
    return all(fits(cell) for cell in _cells(path, place))


def _cells(path: Path, place: int) -> Iterator[str]:
    return (row[place] for row in _rows(path) if row[place])


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from rows


def _groups(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while group := list(islice(rows, _GROUP)):
        yield group
