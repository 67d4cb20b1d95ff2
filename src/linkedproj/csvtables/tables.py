"""One CSV per table, as a spreadsheet reader or a statistics package wants it.

Source: RFC 4180, with LF line ends. Cells are those of the records, so that a published table can be read in again.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.portfolio import Portfolio


SEPARATOR = ";"
"""What stands between the values of a list in one cell, with or without blanks."""


def write_tables(portfolio: Portfolio, folder: Path) -> dict[str, list[str]]:
    """Write the published columns of every table that has rows, by id; the curator's own columns stay at home.

    Gives the columns of each table that was written, by the name of its record type.
    """
    found = {name: _columns(portfolio, name) for name in portfolio.schema.types if portfolio.counts[name]}
    for name, columns in found.items():
        _write(portfolio, name, columns, folder / f"{portfolio.schema.types[name].table}.csv")
    return found


def _write(portfolio: Portfolio, name: str, columns: list[str], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        for row in portfolio.rows(name):
            cells = dict(zip(portfolio.headers[row.header].names, row.cells, strict=True))
            out.writerow(row.id if column == "id" else cells.get(column, "") for column in columns)


def _columns(portfolio: Portfolio, name: str) -> list[str]:
    """Unite the columns of a table's files, in the order of the context."""
    fields, languages = portfolio.schema.fields, portfolio.config.languages
    found: set[str] = set()
    for header in portfolio.headers:
        if header.kind.name == name:
            found |= {column.name for column in header.columns if not column.own and column.name != "id"}

    def order(column: str) -> tuple[int, int, int]:
        path, _, language = column.partition("@")
        head, _, tail = path.partition(".")
        inner = fields[tail].order if tail in fields else -1
        return fields[head].order, inner, languages.index(language) if language in languages else -1

    ids = ["id"] if name != "Evidence" else []
    return ids + sorted(found, key=order)
