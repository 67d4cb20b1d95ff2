"""What must hold between cells of one record, and between a record and the one that it is a part of.

Amounts and dates are compared as stated: shapes cannot tell two columns of one property apart. The ontology says which
terms are compared: `lp:part` and `lp:whole` within a record, `lp:keepsWithin` along a link.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from linkedproj.model.lexical import envelope
from linkedproj.tables.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.portfolio import Tables

Stated = tuple[str, str, int, int, list[str]]
"""The id of the record that a link leads to, then a row that has this link."""


def stated_by(batch: Batch, tables: Tables) -> Iterator[tuple[str, Stated]]:
    """Yield the rows of a batch that state what is bounded, each with the type that its link leads to."""
    header = tables.headers[batch.header]
    bounds = {
        link: stated
        for link, terms in header.kind.bounds.items()
        if (stated := [column for term in terms if (column := _stating(tables, header.kind, term)) in header.names])
    }
    if not bounds:
        return
    for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
        row = Row(identifier, batch.header, line, list(cells))
        for link, columns in bounds.items():
            whole = tables.cell(row, link)
            if whole and any(tables.cell(row, column) for column in columns):
                yield tables.schema.fields[link].target, (whole, *row)


def batch_problems(batch: Batch, bounded: Iterable[Stated], tables: Tables) -> Iterator[Problem]:
    """Find parts larger than their whole in a batch, and dates and amounts of `bounded` rows that do not fit in."""
    header = tables.headers[batch.header]
    inside: dict[str, list[Stated]] = {}
    for stated in bounded:
        inside.setdefault(stated[0], []).append(stated)
    parts = [part for part in header.kind.wholes if _stating(tables, header.kind, part) in header.names]
    if not (inside or parts):
        return
    for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
        row = Row(identifier, batch.header, line, list(cells))
        for part in parts:
            yield from _too_large(tables, row, part, row, header.kind.wholes[part])
        for stated in inside.get(identifier, ()):
            yield from _outside(tables, Row(*stated[1:]), row)


def _outside(tables: Tables, row: Row, whole: Row) -> Iterator[Problem]:
    """Compare a row with the one that a link of it leads to."""
    kind, target = tables.headers[row.header].kind, tables.headers[whole.header].kind
    links = [link for link in kind.bounds if tables.schema.fields[link].target == target.name]
    for term in dict.fromkeys(term for link in links if tables.cell(row, link) for term in kind.bounds[link]):
        if term in (kind.begins, kind.ends):
            yield from _outside_dates(tables, row, term, whole)
        else:
            yield from _too_large(tables, row, term, whole, term)


def _outside_dates(tables: Tables, row: Row, term: str, whole: Row) -> Iterator[Problem]:
    kind = tables.headers[whole.header].kind
    first, last, stated = tables.cell(whole, kind.begins), tables.cell(whole, kind.ends), tables.cell(row, term)
    if not stated:
        return
    early = first and envelope(stated)[1] < envelope(first)[0]
    late = last and envelope(stated)[0] > envelope(last)[1]
    if early or late:
        yield tables.problem(
            row, "LP-DATE-INSIDE", term, initiative=f"{kind.table}/{whole.id}", expected=f"{first}..{last}"
        )


def _too_large(tables: Tables, row: Row, part: str, whole: Row, term: str) -> Iterator[Problem]:
    """Compare two amounts, if they are measured in the same."""
    small, large = _amount(tables, row, part), _amount(tables, whole, term)
    if small and large and small[1] == large[1] and small[0] > large[0]:
        column = _stating(tables, tables.headers[row.header].kind, part)
        yield tables.problem(row, "LP-MONEY-PART", column, expected=str(large[0]))


def _amount(tables: Tables, row: Row, term: str) -> tuple[Decimal, str] | None:
    kind = tables.headers[row.header].kind
    value = tables.cell(row, _stating(tables, kind, term))
    if not value:
        return None
    nested = tables.schema.types.get(tables.schema.fields[term].target)
    unit = next(iter(nested.units.values()), "") if nested else ""
    return Decimal(value), tables.cell(row, f"{term}.{unit}") if unit else ""


def _stating(tables: Tables, kind: RecordType, term: str) -> str:
    """Return the column that states a term: of a nested amount, that of its figure."""
    if term in (kind.begins, kind.ends):
        return term
    field = tables.schema.fields.get(term)
    nested = tables.schema.types.get(field.target) if field else None
    return f"{term}.{next(iter(nested.units))}" if nested and nested.units else term
