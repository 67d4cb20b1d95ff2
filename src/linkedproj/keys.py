"""Ids and references across tables: given once, and leading somewhere.

All comparisons run over rows and references in order, so that memory does not grow with the portfolio.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from linkedproj.cells import nearest, split
from linkedproj.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.errors import Problem
    from linkedproj.portfolio import Portfolio


def id_problems(portfolio: Portfolio, type_name: str) -> Iterator[Problem]:
    """Find ids that are given twice, and ids that differ only in case: their pages and files would collide."""
    capitals: set[str] = set()
    for identifier, same in groupby(portfolio.stored[type_name], key=itemgetter(0)):
        first, *others = (Row(*row) for row in same)
        for other in others:
            place = portfolio.place(first, "id")
            yield portfolio.problem(other, "LP-ID-TWICE", "id", first=str(place), value=identifier)
        if identifier != identifier.lower():
            capitals.add(identifier.lower())
    if capitals:
        yield from _case_problems(portfolio, type_name, capitals)


def _case_problems(portfolio: Portfolio, type_name: str, capitals: set[str]) -> Iterator[Problem]:
    """Only an id with a capital can collide with another; only a table with such ids is read again."""
    seen: dict[str, Row] = {}
    for row in portfolio.rows(type_name):
        folded = row.id.lower()
        if folded in capitals and folded in seen:
            first = portfolio.place(seen[folded], "id")
            yield portfolio.problem(row, "LP-ID-CASE", "id", first=str(first), value=seen[folded].id)
        elif folded in capitals:
            seen[folded] = row


def reference_problems(portfolio: Portfolio) -> Iterator[Problem]:
    """Find links to records that do not exist; a table that could not be read whole is not held against others."""
    for target, references in portfolio.references.items():
        if target not in portfolio.incomplete:
            missing = set(absent((item[0] for item in references), (row.id for row in portfolio.rows(target))))
            if missing:
                yield from _dangling(portfolio, target, missing)


def absent(wanted: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """Give what is wanted and not known; both come in order."""
    present = iter(known)
    current = next(present, None)
    for value in wanted:
        while current is not None and current < value:
            current = next(present, None)
        if current != value:
            yield value


def _dangling(portfolio: Portfolio, target: str, missing: set[str]) -> Iterator[Problem]:
    """Find the cells that hold the missing ids: only a faulty portfolio pays for this second look."""
    table = portfolio.schema.types[target].table
    ids = [row.id for row in portfolio.rows(target)]
    for type_name in portfolio.schema.types:
        for row in portfolio.rows(type_name):
            for column in portfolio.headers[row.header].columns:
                if column.field and column.field.target == target and not column.parent:
                    for value in split(column.field, row.cells[column.index]):
                        if value in missing:
                            values = {"value": value, "table": table, **nearest(value, ids)}
                            yield portfolio.problem(row, "LP-LINK-DANGLING", column.name, **values)
