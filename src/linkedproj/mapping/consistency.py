"""What must hold between cells of one record, and between a record and the one that it is a part of.

Amounts and dates are compared as stated: shapes cannot tell two columns of one property apart. The ontology says which
terms are compared: `lp:part` and `lp:whole` within a record, `lp:keepsWithin` along a link. Sums are in `sums`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.mapping.sums import added_columns
from linkedproj.model.lexical import envelope
from linkedproj.tables.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.portfolio import Stated, Tables


class _Amount(NamedTuple):
    """The columns of an amount: its figure, and what it is measured in ("" for a plain number)."""

    figure: str
    unit: str


class _Bound(NamedTuple):
    """What is compared of a row and of the record that contains it: a date, or two amounts."""

    date: str = ""
    part: _Amount = _Amount("", "")
    whole: _Amount = _Amount("", "")


def stated_by(batch: Batch, tables: Tables) -> Iterator[tuple[str, Stated]]:
    """Yield the rows of a batch that state what is bounded, each with the type that its link leads to."""
    header = tables.headers[batch.header]
    kind = header.kind
    stating = {link: [_stating(tables, kind, term) for term in terms] for link, terms in kind.bounds.items()}
    for link in kind.sums:
        stating[link] = [*stating.get(link, ()), *added_columns(tables, kind, link)]
    bounds = {link: stated for link, names in stating.items() if (stated := [n for n in names if n in header.names])}
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
    wholes = ((_amount_of(tables, part), _amount_of(tables, whole)) for part, whole in header.kind.wholes.items())
    parts = [_Bound("", part, whole) for part, whole in wholes if part.figure in header.names]
    if not (inside or parts):
        return
    bounds: dict[int, list[_Bound]] = {}
    for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
        row = Row(identifier, batch.header, line, list(cells))
        for part in parts:
            yield from _too_large(tables, row, row, part)
        for stated in inside.get(identifier, ()):
            if stated[2] not in bounds:
                bounds[stated[2]] = _bounds(tables, tables.headers[stated[2]].kind, header.kind)
            yield from _outside(tables, Row(*stated[1:]), row, bounds[stated[2]])


def _bounds(tables: Tables, kind: RecordType, whole: RecordType) -> list[_Bound]:
    """Return what is compared of rows of a type with those of the type that their links lead to."""
    links = [link for link in kind.bounds if tables.schema.fields[link].target == whole.name]
    terms = dict.fromkeys(term for link in links for term in kind.bounds[link])
    amounts = {term: _amount_of(tables, term) for term in terms}
    return [
        _Bound(term) if term in (kind.begins, kind.ends) else _Bound("", amount, amount)
        for term, amount in amounts.items()
    ]


def _outside(tables: Tables, row: Row, whole: Row, bounds: Iterable[_Bound]) -> Iterator[Problem]:
    """Compare a row with the one that a link of it leads to."""
    kind = tables.headers[whole.header].kind
    first, last = tables.cell(whole, kind.begins), tables.cell(whole, kind.ends)
    for bound in bounds:
        if not bound.date:
            yield from _too_large(tables, row, whole, bound)
            continue
        stated = tables.cell(row, bound.date)
        if not stated:
            continue
        early = first and envelope(stated)[1] < envelope(first)[0]
        late = last and envelope(stated)[0] > envelope(last)[1]
        if early or late:
            values = {"initiative": f"{kind.table}/{whole.id}", "expected": f"{first}..{last}"}
            yield tables.problem(row, "LP-DATE-INSIDE", bound.date, **values)


def _too_large(tables: Tables, row: Row, whole: Row, bound: _Bound) -> Iterator[Problem]:
    """Compare two amounts, if they are measured in the same."""
    small, large = tables.cell(row, bound.part.figure), tables.cell(whole, bound.whole.figure)
    if not (small and large and tables.cell(row, bound.part.unit) == tables.cell(whole, bound.whole.unit)):
        return
    if Decimal(small) > Decimal(large):
        yield tables.problem(row, "LP-MONEY-PART", bound.part.figure, expected=str(Decimal(large)))


def _amount_of(tables: Tables, term: str) -> _Amount:
    """Return the columns of a term: of a nested amount, those of its figure and of its unit."""
    nested = tables.schema.types.get(tables.schema.fields[term].target)
    if nested is None:
        return _Amount(term, "")
    figure, unit = next(iter(nested.units.items()), ("", ""))
    return _Amount(f"{term}.{figure}", f"{term}.{unit}")


def _stating(tables: Tables, kind: RecordType, term: str) -> str:
    """Return the column that states a term of a type."""
    return term if term in (kind.begins, kind.ends) else _amount_of(tables, term).figure
