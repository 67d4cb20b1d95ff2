"""A place agrees with itself: its point with its country, its country with that of the place it lies in.

The ontology says which terms these are (`RecordType.lies_in`, `RecordType.agrees_in`), and the list that a country is a
code of says where its places can lie (`linkedproj.model.lists`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from linkedproj.model.context import Kind
from linkedproj.model.lists import bare
from linkedproj.system.sorting import Sorter, merged
from linkedproj.tables.cells import split
from linkedproj.tables.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.model.lists import CodeList
    from linkedproj.model.schema import Schema
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.headers import Header
    from linkedproj.tables.portfolio import Portfolio, Tables

_POINT = re.compile(r"POINT ?\((-?[0-9]+(?:\.[0-9]+)?) (-?[0-9]+(?:\.[0-9]+)?)\)")
_LEVELS = 64
_LETTERS = 2


class _Inside(NamedTuple):
    """The record that a link leads to, then the row it stands in: what it says itself, and where it lies."""

    whole: str
    id: str
    header: int
    line: int
    code: str
    point: str


class _Said(NamedTuple):
    """What a record says that others lie in: its code, where it stands, and the record that it lies in itself."""

    id: str
    code: str
    header: int
    line: int
    whole: str


def place_problems(batch: Batch, tables: Tables) -> Iterator[Problem]:
    """Find points of a batch that do not lie where their record says."""
    header = tables.headers[batch.header]
    for term, coded in header.kind.lies_in.items():
        found = tables.schema.list_of(tables.schema.fields[coded])
        if not (found and found.boxes and {term, coded} <= set(header.names)):
            continue
        columns = batch.columns[header.names.index(term)], batch.columns[header.names.index(coded)]
        # Lines are counted only for what is told.
        wrong = [
            (number, rule)
            for number, (point, code) in enumerate(zip(*columns, strict=True))
            if point and code and (rule := _astray(found, code, point))
        ]
        lines = list(batch.lines) if wrong else []
        for number, rule in wrong:
            row = Row(batch.ids[number], batch.header, lines[number], [column[number] for column in batch.columns])
            yield tables.problem(row, rule, term, **_told(tables.cell(row, term), tables.cell(row, coded)))


def gazetteer_problems(batch: Batch, tables: Tables) -> Iterator[Problem]:
    """Find records of a batch with the IRI of a place that is known to be elsewhere."""
    header = tables.headers[batch.header]
    for found, codes, points in _located(header, batch, tables.schema):
        for column in header.columns:
            if column.field is None or column.field.kind is not Kind.IRI or column.parents:
                continue
            rows = zip(batch.columns[column.index], codes, points, strict=True)
            wrong = [
                (number, value, *elsewhere)
                for number, (cell, code, point) in enumerate(rows)
                if cell and code
                for value in split(column.field, cell)
                if (elsewhere := _elsewhere(found, value, code, point))
            ]
            lines = list(batch.lines) if wrong else []
            for number, value, expected, own in wrong:
                row = Row(batch.ids[number], batch.header, lines[number], [])
                values = {"value": value, "expected": expected, "code": own}
                yield tables.problem(row, "LP-PLACE-OTHER", column.name, **values)


def region_problems(batch: Batch, tables: Tables) -> Iterator[Problem]:
    """Find codes of regions of a batch that begin with another country than their record's."""
    header = tables.headers[batch.header]
    for term, coded in header.kind.begins_with.items():
        found = tables.schema.list_of(tables.schema.fields[coded])
        if not (found and {term, coded} <= set(header.names)):
            continue
        columns = batch.columns[header.names.index(term)], batch.columns[header.names.index(coded)]
        wrong = [
            (number, own, meant)
            for number, (region, own) in enumerate(zip(*columns, strict=True))
            if region[:_LETTERS].isupper() and own and (meant := found.meant(region[:_LETTERS]))
            if not found.agree(meant, own)
        ]
        lines = list(batch.lines) if wrong else []
        for number, own, meant in wrong:
            row = Row(batch.ids[number], batch.header, lines[number], [column[number] for column in batch.columns])
            values = {"value": tables.cell(row, term), "expected": meant, "code": own, "link": coded}
            yield tables.problem(row, "LP-PLACE-REGION", term, **values)


def _located(header: Header, batch: Batch, schema: Schema) -> Iterator[tuple[CodeList, Sequence[str], Sequence[str]]]:
    """Yield the lists with a gazetteer that records are located by, with the codes and the points of a batch."""
    empty = [""] * len(batch)
    own = schema.authorities.get(header.kind.base)
    if own and own.places:
        yield own, batch.ids, empty
    for term, coded in header.kind.lies_in.items():
        found = schema.list_of(schema.fields[coded])
        if found and found.places and coded in header.names:
            points = batch.columns[header.names.index(term)] if term in header.names else empty
            yield found, batch.columns[header.names.index(coded)], points


def _elsewhere(found: CodeList, iri: str, code: str, text: str) -> tuple[str, str] | None:
    """Return where the place of an IRI is, and where the record is, if they are far from each other."""
    spot = found.places.get(bare(iri))
    if spot is None:
        return None
    if not found.agree(spot.code, code):
        return spot.code, code
    match = _POINT.fullmatch(text)
    if spot.point and match and spot.is_far(float(match[1]), float(match[2])):
        return f"POINT({spot.point[0]} {spot.point[1]})", text
    return None


def _astray(found: CodeList, code: str, text: str) -> str:
    """Return the rule that a point breaks which lies in no box of a code, or ""."""
    boxes, match = found.boxes.get(code, ()), _POINT.fullmatch(text)
    if not (boxes and match):
        return ""
    longitude, latitude = float(match[1]), float(match[2])
    if any(box.holds(longitude, latitude) for box in boxes):
        return ""
    is_swapped = any(box.holds(latitude, longitude) for box in boxes)
    return "LP-PLACE-SWAPPED" if is_swapped else "LP-PLACE-OUTSIDE"


def _told(text: str, code: str) -> dict[str, str]:
    """Return what there is to say of a point astray."""
    match = _POINT.fullmatch(text)
    return {"value": text, "code": code, "expected": f"POINT({match[2]} {match[1]})" if match else ""}


def inside_of(link: str) -> str:
    """Name what is gathered of the rows that have a link to the record they lie in."""
    return f"inside {link}"


def said_of(link: str) -> str:
    """Name what is gathered of the records that such a link can lead to (`_Said`)."""
    return f"said {link}"


def stated_places(batch: Batch, tables: Tables) -> Iterator[tuple[str, list[Any]]]:
    """Yield what records of a batch say that has to agree with what others say."""
    header = tables.headers[batch.header]
    for link, coded in header.kind.agrees_in.items():
        if tables.schema.fields[link].target != header.kind.name:
            continue
        points = [term for term, other in header.kind.lies_in.items() if other == coded][:1]
        empty = [""] * len(batch)
        columns = {
            name: batch.columns[header.names.index(name)] if name in header.names else empty
            for name in (link, coded, *points)
        }
        field = tables.schema.fields[link]
        wholes = [split(field, cell) for cell in columns[link]]
        point = columns[points[0]] if points else empty
        if any(wholes):
            rows = zip(wholes, batch.ids, batch.lines, columns[coded], point, strict=True)
            yield (
                inside_of(link),
                [(whole, own, batch.header, line, code, at) for many, own, line, code, at in rows for whole in many],
            )
        yield (
            said_of(link),
            [
                (own, code, batch.header, line, many[0] if many else "")
                for own, code, line, many in zip(batch.ids, columns[coded], batch.lines, wholes, strict=True)
                if code or many
            ],
        )


def agreement_problems(portfolio: Portfolio) -> Iterator[Problem]:
    """Find records that say something else than the record they lie in."""
    for kind in portfolio.schema.types.values():
        for link, coded in kind.agrees_in.items():
            if portfolio.runs.get((inside_of(link), kind.name)):
                yield from _disagreeing(portfolio, kind, link, coded)


def _disagreeing(portfolio: Portfolio, kind: RecordType, link: str, coded: str) -> Iterator[Problem]:
    """Compare each record with the nearest one around it that has a code: one level after the other."""
    found = portfolio.schema.list_of(portfolio.schema.fields[coded])
    point = next((term for term, other in kind.lies_in.items() if other == coded), "")
    said = portfolio.runs[said_of(link), kind.name]
    pending: Iterable[Any] = merged(portfolio.runs[inside_of(link), kind.name])
    for _ in range(_LEVELS):
        further: Sorter[Any] = Sorter()
        for inside, around in _joined(pending, merged(said)):
            row = Row(inside.id, inside.header, inside.line, [])
            if not around.code:
                further.add([(around.whole, *inside[1:])] if around.whole else [])
            elif inside.code and not (found.agree(inside.code, around.code) if found else inside.code == around.code):
                place = portfolio.place(Row(around.id, around.header, around.line, []), coded)
                values = {"value": inside.code, "expected": around.code, "link": link}
                values |= {"other": f"{kind.table}/{around.id}", "first": str(place)}
                yield replace(portfolio.problem(row, "LP-PLACE-COUNTRY", coded, **values), also=(place,))
            elif found and not inside.code and inside.point and (rule := _astray(found, around.code, inside.point)):
                yield portfolio.problem(row, rule, point, **_told(inside.point, around.code))
        if not len(further):
            return
        pending = further


def _joined(inside: Iterable[Any], said: Iterable[Any]) -> Iterator[tuple[_Inside, _Said]]:
    """Yield each row with what the record says that it lies in."""
    known = iter(said)
    current = next(known, None)
    for whole, rows in groupby(inside, key=itemgetter(0)):
        while current is not None and current[0] < whole:
            current = next(known, None)
        if current is not None and current[0] == whole:
            for row in rows:
                yield _Inside(*row), _Said(*current)
