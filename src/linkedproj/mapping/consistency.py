"""What must hold between cells of one record, and between a record and its initiative.

Amounts and dates are compared as stated: shapes cannot tell two columns of one property apart.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from linkedproj.model.lexical import envelope
from linkedproj.tables.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.model.errors import Problem
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.portfolio import Tables

CHILDREN = ("Participation", "Activity")
"""Types whose records state dates and amounts within their initiative's."""

INITIATIVES = {"project": "Project", "cooperation": "Cooperation"}
"""Column of a child -> the type of the initiative it leads to."""

_WATCHED = ("start", "end", "budget.value")

Stated = tuple[str, str, int, int, list[str]]
"""The id of an initiative, then a row of a child."""


def stated_by(batch: Batch, tables: Tables) -> Iterator[tuple[str, Stated]]:
    """Give the children of a batch that state a date or an amount, each with the type of its initiative."""
    header = tables.headers[batch.header]
    if header.kind.name not in CHILDREN or not any(column in header.names for column in _WATCHED):
        return
    for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
        row = Row(identifier, batch.header, line, list(cells))
        if any(tables.cell(row, column) for column in _WATCHED):
            for link, target in INITIATIVES.items():
                if initiative := tables.cell(row, link):
                    yield target, (initiative, *row)


def batch_problems(batch: Batch, children: Iterable[Stated], tables: Tables) -> Iterator[Problem]:
    """Find contributions larger than their budget, and dates and shares of `children` that do not fit in."""
    header = tables.headers[batch.header]
    inside: dict[str, list[Stated]] = {}
    for child in children:
        inside.setdefault(child[0], []).append(child)
    if header.kind.name not in INITIATIVES.values() or not (inside or "contribution.value" in header.names):
        return
    for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
        row = Row(identifier, batch.header, line, list(cells))
        yield from _contribution(tables, row)
        for child in inside.get(identifier, ()):
            yield from _inside(tables, Row(*child[1:]), row)


def _contribution(tables: Tables, row: Row) -> Iterator[Problem]:
    whole, part = _amount(tables, row, "budget"), _amount(tables, row, "contribution")
    if whole and part and whole[1] == part[1] and part[0] > whole[0]:
        yield tables.problem(row, "LP-MONEY-PART", "contribution.value", expected=str(whole[0]))


def _inside(tables: Tables, child: Row, initiative: Row) -> Iterator[Problem]:
    whole, part = _amount(tables, initiative, "budget"), _amount(tables, child, "budget")
    if whole and part and whole[1] == part[1] and part[0] > whole[0]:
        yield tables.problem(child, "LP-MONEY-PART", "budget.value", expected=str(whole[0]))
    first, last = tables.cell(initiative, "start"), tables.cell(initiative, "end")
    name = f"{tables.headers[initiative.header].kind.table}/{initiative.id}"
    for column in ("start", "end"):
        stated = tables.cell(child, column)
        if not stated:
            continue
        early = first and envelope(stated)[1] < envelope(first)[0]
        late = last and envelope(stated)[0] > envelope(last)[1]
        if early or late:
            yield tables.problem(child, "LP-DATE-INSIDE", column, initiative=name, expected=f"{first}..{last}")


def _amount(tables: Tables, row: Row, term: str) -> tuple[Decimal, str] | None:
    value = tables.cell(row, f"{term}.value")
    return (Decimal(value), tables.cell(row, f"{term}.currency")) if value else None
