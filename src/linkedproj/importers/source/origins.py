"""Where in a source a value of a table stands: what is kept of each import says it, so that `check` can tell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from linkedproj.importers.source.decisions import FOLDER, read_rows
from linkedproj.importers.source.kept import COLUMNS, FILES, FROM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from linkedproj.importers.source.reading import Column
    from linkedproj.model.errors import Place, Problem


def with_origins(portfolio: Path, problems: Sequence[Problem]) -> list[Problem]:
    """Return problems, each with the places of the sources that its cell, or its record, was imported from."""
    homes = sorted(path.parent for path in (portfolio / FOLDER).glob(f"*/{FILES}"))
    wanted: dict[str, set[str]] = defaultdict(set)
    for problem in problems if homes else ():
        table, _, identifier = problem.record.partition("/")
        wanted[table].add(identifier)
    found = {(table, row["id"], home.name): row for home in homes for table, row in _rows(home, wanted)}
    columns = {home.name: _columns(home) for home in homes}
    told = []
    for problem in problems:
        table, _, identifier = problem.record.partition("/")
        rows = [(home.name, found[key]) for home in homes if (key := (table, identifier, home.name)) in found]
        places = [
            place
            for name, row in rows
            if not problem.column or row.get(problem.column) or len(rows) == 1
            if (place := _place(row, table, problem.column, columns[name]))
        ]
        told.append(replace(problem, also=(*problem.also, *places)) if places else problem)
    return told


def _rows(home: Path, wanted: dict[str, set[str]]) -> Iterable[tuple[str, dict[str, str]]]:
    for table, identifiers in wanted.items():
        yield from ((table, row) for row in read_rows(home / f"{table}.csv") if row["id"] in identifiers)


def _columns(home: Path) -> dict[tuple[str, str, str], Column]:
    from linkedproj.importers.source.reading import Column

    rows = read_rows(home / COLUMNS)
    return {(r["table"], r["column"], r["resource"]): Column(r["title"], int(r["number"])) for r in rows}


def _place(row: dict[str, str], table: str, column: str, columns: dict[tuple[str, str, str], Column]) -> Place | None:
    """Return the place of a cell in its source: most of a record come from one row, the others are told by column."""
    # What was never imported is checked without what reads sources.
    from linkedproj.importers.source.reading import Column, place_of

    first, *others = row[FROM].split("\n")
    by_column = dict(line.partition("|")[::2] for line in others)
    resource, file, part, number = by_column.get(column, first).split("|")
    if not resource:
        return None
    return place_of(file, part, int(number), columns.get((table, column, resource), Column("", 0)))
