"""What a workbook offers its curator, in sheets that are put aside: the columns of each table, and the codes of lists.

`linkedproj new --workbook` writes them for the vocabulary of its day. When the vocabulary has grown since, the workbook
does not know: its lists of choices are those of that day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.errors import Problem
from linkedproj.tables.cells import column_named
from linkedproj.tables.readers import reader_of
from linkedproj.tables.readers.source import TableFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from linkedproj.model.schema import Schema

CODES = "_codes"
"""The sheet that holds the codes, a column a list; its first row names the columns that take them."""

COLUMNS = "_columns"
"""The sheet that holds the columns that a table may have, a column a table; its first row names the tables."""

_SHOWN = 8


def stale_offer(file: TableFile, sheets: Collection[str], schema: Schema) -> Problem | None:
    """Return what a workbook of another vocabulary cannot offer, if that is anything."""
    made_for = reader_of(file.path).made_for
    if made_for is None or not {CODES, COLUMNS} <= {*sheets}:
        return None
    version = made_for(file)
    if version in {"", schema.version}:
        return None
    lacking = [*_codes(_listed(file, CODES), schema), *_columns(_listed(file, COLUMNS), schema)]
    if not lacking:
        return None
    shown = ", ".join(lacking[:_SHOWN]) + (", …" if len(lacking) > _SHOWN else "")
    return Problem("LP-SHEET-OLD", file.place(), values={"version": version, "present": schema.version, "names": shown})


def _codes(listed: Mapping[str, Collection[str]], schema: Schema) -> Iterator[str]:
    for column, codes in listed.items():
        field = column_named(column, 0, schema.fields).field
        if field:
            yield from (f"{column} {code}" for code in sorted(schema.codes.get(field.base, frozenset()) - {*codes}))


def _columns(listed: Mapping[str, Collection[str]], schema: Schema) -> Iterator[str]:
    for kind in schema.types.values():
        if not kind.nested:
            known = listed.get(kind.table, ())
            yield from (f"{kind.table}.{name}" for name, *_ in schema.fillable(kind) if name not in known)


def _listed(file: TableFile, sheet: str) -> dict[str, set[str]]:
    """Read lists that stand side by side, by the names in the first row."""
    listed: dict[str, set[str]] = {}
    found = TableFile(file.path, file.shown, file.table, file.delimiter, sheet)
    for names, _, cells in reader_of(file.path).read(found, lambda _: None):
        for name in names:
            listed.setdefault(name, set())
        for name, cell in zip(names, cells, strict=False):
            if cell:
                listed[name].add(cell)
    return listed
