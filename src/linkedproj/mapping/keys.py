"""Ids and references across tables: given once, and leading somewhere.

All comparisons run over ids and references in order, so that memory does not grow with the portfolio.
"""

from __future__ import annotations

from itertools import islice, takewhile
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.domain import RETIRES, SUCCESSOR
from linkedproj.system.sorting import Sorter, merged, merged_in_blocks
from linkedproj.tables.cells import nearest, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.system.sorting import SortedRun
    from linkedproj.tables.portfolio import Portfolio, Row

_CHUNK = 1 << 16
_CANDIDATES = 20_000


def case_problems(portfolio: Portfolio, type_name: str) -> Iterator[Problem]:
    """Find ids that differ only in case: their pages and files would collide."""
    folded: Sorter[tuple[str, str]] = Sorter()
    for ids in merged_in_blocks(portfolio.runs["ids", type_name]):
        folded.add((identifier.lower(), identifier) for identifier in ids)
    collisions: dict[str, str] = {}
    previous = ("", "")
    for key in folded:
        if key[0] == previous[0] and key[1] != previous[1]:
            # The first of several stays the one that the others collide with.
            collisions.setdefault(previous[1], previous[1])
            collisions[key[1]] = collisions[previous[1]]
        else:
            previous = key
    rows = {row.id: row for row in portfolio.rows(type_name) if row.id in collisions} if collisions else {}
    for identifier, first in collisions.items():
        if identifier != first:
            place = str(portfolio.place(rows[first], "id"))
            yield portfolio.problem(rows[identifier], "LP-ID-CASE", "id", first=place, value=first)


def reference_problems(portfolio: Portfolio) -> Iterator[Problem]:
    """Find links to records that do not exist; a record that could not be read may be there."""
    for target in [name for kind, name in portfolio.runs if kind == "references"]:
        wanted = unknown(portfolio.runs["references", target], portfolio.runs["ids", target])
        missing = {identifier for identifier in wanted if not portfolio.may_hold(target, identifier)}
        if missing:
            yield from _dangling(portfolio, target, missing)


def unknown(references: Iterable[SortedRun], ids: Iterable[SortedRun]) -> set[str]:
    """Return the references that are no ids: all are compared with as many ids as fit in memory at a time."""
    found: set[str] = set()
    known = merged(ids)
    low = ""
    while True:
        chunk = frozenset(islice(known, _CHUNK))
        high = max(chunk) if len(chunk) == _CHUNK else None
        for run in references:
            if run.count and run.last >= low:
                found.update(set(_between(run, low, high)) - chunk)
        if high is None:
            return found
        low = high + "\0"


def _between(run: SortedRun, low: str, high: str | None) -> Iterator[str]:
    items = run.since(low)
    return items if high is None or run.last <= high else takewhile(lambda item: item <= high, items)


def absent(wanted: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """Yield what is wanted and not known; both come in order."""
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
    # Among very many ids, the nearest one says little and takes long to find.
    ids = list(islice(merged(portfolio.runs["ids", target]), _CANDIDATES + 1))
    candidates = ids if len(ids) <= _CANDIDATES else []
    leading = (h.kind.name for h in portfolio.headers if any(_may_lead(h.kind, c.field, target) for c in h.columns))
    for type_name in dict.fromkeys(leading):
        for row in portfolio.rows(type_name):
            for name, value in _links(portfolio, row, target):
                if value in missing:
                    values = {"value": value, "table": table, **nearest(value, candidates)}
                    yield portfolio.problem(row, "LP-LINK-DANGLING", name, **values)


def _may_lead(kind: RecordType, field: Field | None, target: str) -> bool:
    """Check whether a term leads to records of a type."""
    return field is not None and (field.target == target or names_records(kind, field))


def names_records(kind: RecordType, field: Field) -> bool:
    """Check whether a term of a type names records with their types, which must be there.

    What evidence is about is looked up where it is weighed, and what is gone with what is said of it (`retired`).
    """
    return field.kind is Kind.RECORD and not kind.anonymous and field.iri not in {RETIRES, SUCCESSOR}


def _links(portfolio: Portfolio, row: Row, target: str) -> Iterator[tuple[str, str]]:
    for column in portfolio.headers[row.header].columns:
        if column.field and column.field.target == target and not column.parents:
            yield from ((column.name, value) for value in split(column.field, row.cells[column.index]))
        elif column.field and _may_lead(portfolio.headers[row.header].kind, column.field, target):
            named = map(portfolio.schema.resolve, split(column.field, row.cells[column.index]))
            yield from ((column.name, found[1]) for found in named if found and found[0].name == target)
