"""Ids and references across tables: given once, and leading somewhere.

All comparisons run over rows and references in order, so that memory does not grow with the portfolio.
"""

from __future__ import annotations

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
    previous: tuple[str, int, int] | None = None
    for key in portfolio.keys[type_name]:
        if previous and previous[0] == key[0]:
            first = str(portfolio.place(_row(previous), "id"))
            yield portfolio.problem(_row(key), "LP-ID-TWICE", "id", first=first, value=key[0])
        else:
            previous = key
            if not key[0].islower() and key[0] != key[0].lower():
                capitals.add(key[0].lower())
    if capitals:
        yield from _case_problems(portfolio, type_name, capitals)


def _row(key: tuple[str, int, int]) -> Row:
    return Row(*key, [])


def _case_problems(portfolio: Portfolio, type_name: str, capitals: set[str]) -> Iterator[Problem]:
    """Find ids that differ only in case: one with a capital is needed, so only such tables are looked at again."""
    seen: dict[str, tuple[str, int, int]] = {}
    for key in portfolio.keys[type_name]:
        folded = key[0].lower()
        if folded not in capitals or seen.get(folded, ("",))[0] == key[0]:
            continue
        if folded in seen:
            first = str(portfolio.place(_row(seen[folded]), "id"))
            yield portfolio.problem(_row(key), "LP-ID-CASE", "id", first=first, value=seen[folded][0])
        else:
            seen[folded] = key


def reference_problems(portfolio: Portfolio) -> Iterator[Problem]:
    """Find links to records that do not exist; rows that could not be read are not held against others."""
    for target, references in portfolio.references.items():
        wanted = absent((item[0] for item in references), portfolio.ids(target))
        missing = {identifier for identifier in wanted if not portfolio.may_hold(target, identifier)}
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
    ids = list(portfolio.ids(target))
    for type_name in portfolio.schema.types:
        for row in portfolio.rows(type_name):
            for column in portfolio.headers[row.header].columns:
                if column.field and column.field.target == target and not column.parent:
                    for value in split(column.field, row.cells[column.index]):
                        if value in missing:
                            values = {"value": value, "table": table, **nearest(value, ids)}
                            yield portfolio.problem(row, "LP-LINK-DANGLING", column.name, **values)
