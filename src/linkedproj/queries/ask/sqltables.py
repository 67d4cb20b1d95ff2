"""Published tables as a twin in SQL sees them: links are IRIs, lists are lists, texts are those of one language."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.context import Kind
from linkedproj.model.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from linkedproj.model.context import Context, Field
    from linkedproj.queries.saved.twin import Twin

CODES = "code"
"""A table besides those of the release: the codes of the vocabulary, with id, label and definition."""

_LABELS = ("title", "name")
"""What rdfs:label is a copy of."""

# What str.strip() takes away.
_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))


def parquet_files(twin: Twin, folder: Path) -> dict[str, Path] | None:
    """Find the Parquet files of a twin's tables; a table without rows has none. None: the release has no such tables.

    A release whose CSV tables have no Parquet beside them was built without the extra that writes it.
    """
    names = [name for name in twin.tables if name != CODES]
    csvs = {name for name in names if (folder / f"{name}.csv").is_file()}
    found = {name: path for name in names if (path := folder / f"{name}.parquet").is_file()}
    # DuckDB would read a sign of these in the name of a folder as a pattern.
    return found if found and csvs <= set(found) and not set("*?[") & set(str(folder)) else None


class Published(NamedTuple):
    """A table as it is published: where SQL reads it ("" for one without rows), and its headers."""

    source: str = ""
    headers: frozenset[str] = frozenset()


def view(name: str, columns: Collection[str], table: Published, context: Context, tag: str) -> str:
    """Write a view of a published table; columns that the table lacks are there, empty. `tag` is the language of texts.

    Raises:
        QueryError: there is no such table or column.
    """
    kind = next((kind for kind in context.types.values() if kind.table == name), None)
    if kind is None:
        raise QueryError(f"there is no table '{name}'.")
    cells = [f"{_cell(column, table.headers, context, tag, kind.base)} AS {quoted(column)}" for column in columns]
    rows = f"FROM {table.source}" if table.source else "WHERE false"
    return f"CREATE VIEW {quoted(name)} AS SELECT {', '.join(cells)} {rows}"


def quoted(name: str) -> str:
    """Spell a name of SQL, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Spell a string of SQL, whatever it holds."""
    return "'" + value.replace("'", "''") + "'"


def _cell(column: str, headers: Collection[str], context: Context, tag: str, base: str) -> str:
    if column == "id":
        return f"{text(base)} || {quoted('id')}" if "id" in headers else "NULL::VARCHAR"
    if column == "label":
        found = [quoted(f"{name}@{tag}") for name in _LABELS if f"{name}@{tag}" in headers]
        return f"coalesce({', '.join(found)})" if found else "NULL::VARCHAR"
    field = _field(column, context)
    header = f"{column}@{tag}" if field.kind is Kind.TEXT else column
    if header not in headers:
        return "NULL::VARCHAR[]" if field.many else "NULL::VARCHAR"
    before = f"{text(field.base)} || " if field.base else ""
    if not field.many:
        return f"{before}{quoted(header)}"
    value = f"trim(x, {text(_BLANKS)})"
    return f"[{before}{value} FOR x IN string_split({quoted(header)}, ';') IF {value} <> '']"


def _field(column: str, context: Context) -> Field:
    """Find what a column, such as "theme" or "budget.value", means.

    Raises:
        QueryError: there is no such column, or a table does not tell what its values are.
    """
    fields: Mapping[str, Field] = context.fields
    head, _, tail = column.partition(".")
    if head not in fields or (tail or head) not in fields:
        raise QueryError(f"no table has a column '{column}'.")
    found = fields[tail or head]
    if found.kind in {Kind.RECORD, Kind.PREDICATE, Kind.VALUE}:
        raise QueryError(f"what a value of the column '{column}' is, its table does not tell.")
    return found
