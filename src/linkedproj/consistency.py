"""What must hold between cells of one record, and between a record and its initiative.

Amounts and dates are compared as stated, over rows in order: shapes cannot tell two columns of one property apart.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from linkedproj.lexical import envelope
from linkedproj.portfolio import Row
from linkedproj.runs import SortedRuns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.errors import Problem
    from linkedproj.portfolio import Portfolio

_CHILDREN = ("Participation", "Activity")
_LINKS = {"project": "Project", "cooperation": "Cooperation"}
_WATCHED = ("start", "end", "budget.value")

Children = dict[str, SortedRuns[tuple[str, str, int, int, list[str]]]]


def consistency_problems(portfolio: Portfolio) -> Iterator[Problem]:
    """Find contributions larger than their budget, and dates and shares that do not fit into their initiative."""
    children = _children(portfolio)
    for type_name in _LINKS.values():
        if not children[type_name] and not _has(portfolio, type_name, "contribution.value"):
            continue
        pending = groupby(children[type_name], key=itemgetter(0))
        current = next(pending, None)
        for row in portfolio.rows(type_name):
            yield from _contribution(portfolio, row)
            while current and current[0] < row.id:
                current = next(pending, None)
            if current and current[0] == row.id:
                for _, identifier, header, line, cells in current[1]:
                    yield from _inside(portfolio, Row(identifier, header, line, cells), row)


def _children(portfolio: Portfolio) -> Children:
    """Gather the participations and activities that state a date or an amount, by their initiative."""
    found: Children = defaultdict(SortedRuns)
    for name in _CHILDREN:
        if not any(_has(portfolio, name, column) for column in _WATCHED):
            continue
        for row in portfolio.rows(name):
            if any(_cell(portfolio, row, column) for column in _WATCHED):
                for link, target in _LINKS.items():
                    if initiative := _cell(portfolio, row, link):
                        found[target].add((initiative, *row))
    return found


def _has(portfolio: Portfolio, type_name: str, column: str) -> bool:
    """Tell whether any table of a type has a column."""
    return any(column in header.names for header in portfolio.headers if header.kind.name == type_name)


def _contribution(portfolio: Portfolio, row: Row) -> Iterator[Problem]:
    whole, part = _amount(portfolio, row, "budget"), _amount(portfolio, row, "contribution")
    if whole and part and whole[1] == part[1] and part[0] > whole[0]:
        yield portfolio.problem(row, "LP-MONEY-PART", "contribution.value", expected=str(whole[0]))


def _inside(portfolio: Portfolio, child: Row, initiative: Row) -> Iterator[Problem]:
    whole, part = _amount(portfolio, initiative, "budget"), _amount(portfolio, child, "budget")
    if whole and part and whole[1] == part[1] and part[0] > whole[0]:
        yield portfolio.problem(child, "LP-MONEY-PART", "budget.value", expected=str(whole[0]))
    first, last = _cell(portfolio, initiative, "start"), _cell(portfolio, initiative, "end")
    name = f"{portfolio.headers[initiative.header].kind.table}/{initiative.id}"
    for column in ("start", "end"):
        stated = _cell(portfolio, child, column)
        if not stated:
            continue
        early = first and envelope(stated)[1] < envelope(first)[0]
        late = last and envelope(stated)[0] > envelope(last)[1]
        if early or late:
            yield portfolio.problem(child, "LP-DATE-INSIDE", column, initiative=name, expected=f"{first}..{last}")


def _amount(portfolio: Portfolio, row: Row, term: str) -> tuple[Decimal, str] | None:
    value = _cell(portfolio, row, f"{term}.value")
    return (Decimal(value), _cell(portfolio, row, f"{term}.currency")) if value else None


def _cell(portfolio: Portfolio, row: Row, column: str) -> str:
    names = portfolio.headers[row.header].names
    return row.cells[names.index(column)] if column in names else ""
