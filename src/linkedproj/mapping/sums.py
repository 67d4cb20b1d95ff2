"""What amounts of money add up to: of one record, and of the records that are parts of it.

Figures are added only where kind and unit are equal, and compared with those of the same kind or of one that contains
it. The ontology says which figures there are (`lp:unitOf`, `lp:kindOf`), along which links they add up
(`lp:sumsWithin`, `lp:addsUpTo`), and which kind contains which (`lp:containedIn`).
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.tables.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.headers import Header
    from linkedproj.tables.portfolio import Stated, Tables


class _Columns(NamedTuple):
    """Where an amount stands: the columns of its figure, of its unit and of its kind."""

    figure: str
    unit: str
    sort: str


class _Amount(NamedTuple):
    """An amount as a row states it; `is_row` tells that the row is there for nothing else."""

    sort: str
    unit: str
    figure: Decimal
    row: Row
    column: str
    is_row: bool


_Grouped = dict[tuple[str, str], list[_Amount]]


def added_columns(tables: Tables, kind: RecordType, link: str) -> list[str]:
    """Return the columns whose figures add up along a link of a type."""
    return [columns.figure for columns in _amounts_of(tables, kind, kind.sums.get(link, ()))]


def passed_on(batch: Batch, stated: Iterable[Stated], tables: Tables) -> Iterator[tuple[str, Stated]]:
    """Yield amounts of the records of a batch that add up along a link of theirs as well.

    Each comes with the type that the link leads to; it begins with the id of that record.
    """
    header = tables.headers[batch.header]
    links = [
        link
        for link, terms in header.kind.sums.items()
        if link in header.names and any(inverse.term in terms for inverse in header.kind.inverses)
    ]
    amounts: dict[str, list[Stated]] = defaultdict(list)
    for each in stated if links else ():
        if _own_amount(tables, tables.headers[each[2]].kind):
            amounts[each[0]].append(each)
    if not amounts:
        return
    for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
        row = Row(identifier, batch.header, line, list(cells))
        for link in links:
            whole = tables.cell(row, link)
            for each in amounts.get(identifier, ()) if whole else ():
                yield tables.schema.fields[link].target, (whole, *each[1:])


def sum_problems(batch: Batch, stated: Iterable[Stated], passed: Iterable[Stated], tables: Tables) -> Iterator[Problem]:
    """Find amounts that together are more than what contains them, in a batch and the rows that lead to it."""
    header = tables.headers[batch.header]
    direct, parts = _by_id(stated), _by_id(passed)
    whole = _amounts_of(tables, header.kind, header.kind.terms or ())
    has_own = any(columns.figure in header.names for columns in whole)
    if not (direct or parts):
        return
    for identifier, line, cells in zip(batch.ids, batch.lines, batch.rows(), strict=True):
        rows = [Row(*each[1:]) for each in direct.get(identifier, ())]
        if not rows and identifier not in parts:
            continue
        row = Row(identifier, batch.header, line, list(cells))
        own = list(_stated(tables, row, whole)) if has_own else []
        inner: list[_Amount] = []
        for each in rows:
            kind = tables.headers[each.header].kind
            (own if _own_amount(tables, kind) else inner).extend(_leading(tables, each, header))
        inner += (amount for each in parts.get(identifier, ()) for amount in _leading(tables, Row(*each[1:]), None))
        known = _grouped(own)
        yield from _too_much(tables, row, known, known, own_only=True)
        yield from _too_much(tables, row, _grouped(inner), known, own_only=False)
        yield from _over_limit(tables, row, rows)


def _too_much(tables: Tables, row: Row, parts: _Grouped, wholes: _Grouped, *, own_only: bool) -> Iterator[Problem]:
    """Compare the sum of each kind with the kinds that contain it, and with its own kind unless it is the same sum."""
    containers = tables.schema.containers
    for (sort, unit), amounts in parts.items():
        above = next((found[sort] for found in containers.values() if sort in found), frozenset[str]())
        for container in sorted(above if own_only else {sort, *above}):
            limits = wholes.get((container, unit), ())
            total, most = sum(each.figure for each in amounts), sum(each.figure for each in limits)
            if not limits or total <= most or _is_compared(amounts, limits, Decimal(most)):
                continue
            last = amounts[-1]
            values = {
                "whole": _name(tables, row),
                "sort": sort,
                "found": f"{total} {unit}".strip(),
                "container": container,
                "expected": f"{most} {unit}".strip(),
            }
            yield tables.problem(last.row, "LP-MONEY-SUM", last.column, **values)
            break


def _is_compared(amounts: list[_Amount], limits: Iterable[_Amount], most: Decimal) -> bool:
    """Check whether one of some amounts is told by itself: two columns of rows that are more than amounts."""
    if any(each.is_row for each in limits):
        return False
    return any(not each.is_row and each.figure > most for each in amounts)


def _over_limit(tables: Tables, whole: Row, rows: Iterable[Row]) -> Iterator[Problem]:
    """Add up the shares of one kind in the amounts of one record."""
    shares: dict[tuple[str, str], list[Row]] = defaultdict(list)
    limits: dict[str, str] = {}
    for row in rows:
        kind = tables.headers[row.header].kind
        found = _own_amount(tables, kind)
        for term, most in kind.limits.items() if found else ():
            if tables.cell(row, term):
                limits[term] = most
                shares[term, tables.cell(row, found[0].sort)].append(row)
    for (term, sort), stated in shares.items():
        total = sum(Decimal(tables.cell(row, term)) for row in stated)
        if len(stated) > 1 and total > Decimal(limits[term]):
            values = {"whole": _name(tables, whole), "sort": sort, "found": str(total), "expected": limits[term]}
            yield tables.problem(stated[-1], "LP-SHARE-SUM", term, **values)


def _leading(tables: Tables, row: Row, whole: Header | None) -> Iterator[_Amount]:
    """Yield the amounts of a row that add up along a link of it; along any link where `whole` is None."""
    kind = tables.headers[row.header].kind
    terms = {
        term: None
        for link, added in kind.sums.items()
        if whole is None or tables.schema.fields[link].target == whole.kind.name
        for term in added
    }
    yield from _stated(tables, row, _amounts_of(tables, kind, terms))


def _stated(tables: Tables, row: Row, found: Iterable[_Columns]) -> Iterator[_Amount]:
    for columns in found:
        figure, sort = tables.cell(row, columns.figure), tables.cell(row, columns.sort)
        if figure and sort:
            is_row = "." not in columns.figure
            yield _Amount(sort, tables.cell(row, columns.unit), Decimal(figure), row, columns.figure, is_row)


def _amounts_of(tables: Tables, kind: RecordType, terms: Iterable[str]) -> list[_Columns]:
    """Return the amounts that some terms of a type stand for: its own figures, and those of nested records."""
    fields, types = tables.schema.fields, tables.schema.types
    found: list[_Columns] = []
    for term in sorted(set(terms) & fields.keys(), key=lambda term: fields[term].order):
        nested = types.get(fields[term].target)
        holder, before = (nested, f"{term}.") if nested is not None and nested.nested else (kind, "")
        found += [
            _Columns(before + figure, before + holder.units[figure], before + holder.sorts[figure])
            for figure in sorted(holder.units.keys() & holder.sorts.keys())
            if before or figure == term
        ]
    return found


def _own_amount(tables: Tables, kind: RecordType) -> list[_Columns]:
    """Return the figures of a type whose records are amounts themselves."""
    return _amounts_of(tables, kind, kind.units.keys() & kind.sorts.keys())


def _by_id(stated: Iterable[Stated]) -> dict[str, list[Stated]]:
    found: dict[str, list[Stated]] = defaultdict(list)
    for each in stated:
        found[each[0]].append(each)
    return found


def _grouped(amounts: Iterable[_Amount]) -> _Grouped:
    found: _Grouped = defaultdict(list)
    for amount in amounts:
        found[amount.sort, amount.unit].append(amount)
    return found


def _name(tables: Tables, row: Row) -> str:
    return f"{tables.headers[row.header].kind.table}/{row.id}"
