"""Records that may be one although no key of theirs is equal: names propose, and a curator decides.

A likely key says what records of a type are called by, and what places them. Their names are compared as an import
compares them (`importers.source.matching`); only names and what places them are held in memory, and the tables are read
again for the records that may be one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.importers.source.matching import Alike, Pair, at_large, can_compare, pairs
from linkedproj.mapping.identity import declared_different, place_of
from linkedproj.model.context import Kind, Rule
from linkedproj.model.lists import fold
from linkedproj.tables.cells import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.model.context import Key, RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.tables.cells import Column
    from linkedproj.tables.portfolio import Portfolio, Row

_TOLD = {"LP-SAME-KEY", "LP-SAME-LIKELY"}


def alike_problems(portfolio: Portfolio) -> Iterator[Problem]:
    """Yield the pairs of records whose names are alike, unless a problem of the portfolio tells them already."""
    known = _Known(portfolio.problems)
    called = _Called(portfolio)
    for kind in portfolio.schema.types.values():
        for key in kind.keys:
            if names := _naming(portfolio, kind, key):
                yield from _Comparison(portfolio, kind, key, names, called).problems(known)


def alike_remarks() -> tuple[str, ...]:
    """Say which names cannot be compared with what is installed."""
    told = "names that are only nearly equal are not compared: pip install 'linkedproj[import]' adds that"
    return () if can_compare() else (told,)


class _Known:
    """What was told already: of two records, or of each of them and a third one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self._above: dict[str, str] = {}
        self._pairs: set[frozenset[str]] = set()
        for problem in problems:
            if problem.rule in _TOLD:
                self._join(problem.record, problem.values["other"])

    def takes(self, one: str, other: str) -> bool:
        """Note a pair; return whether nothing was told of it before."""
        pair = frozenset({one, other})
        if pair in self._pairs or self._first(one) == self._first(other):
            return False
        self._pairs.add(pair)
        return True

    def _join(self, one: str, other: str) -> None:
        first, second = sorted((self._first(one), self._first(other)))
        if first != second:
            self._above[second] = first

    def _first(self, record: str) -> str:
        first = record
        while first in self._above:
            first = self._above[first]
        if first != record:
            self._above[record] = first
        return first


class _Called:
    """What the records that links lead to are called, by the type and the id; a type is read when it is asked for."""

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self._names: dict[str, dict[str, tuple[str, ...]]] = {}

    def names(self, type_name: str, identifier: str) -> tuple[str, ...]:
        """Return the names of a record, each once; "" is no type."""
        if type_name and type_name not in self._names:
            self._names[type_name] = dict(self._read(type_name))
        return self._names.get(type_name, {}).get(identifier, ())

    def _read(self, type_name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        # A label is the copy of a name.
        copied = self._portfolio.schema.types[type_name].derived_by(Rule.COPY).values()
        terms = {source for derived in copied for source in derived.sources}
        for batch in self._portfolio.batches(type_name):
            columns = [each for each in self._portfolio.headers[batch.header].columns if _is_of(each, terms)]
            cells = zip(*(batch.columns[each.index] for each in columns), strict=True)
            for identifier, names in zip(batch.ids, cells, strict=bool(columns)):
                yield identifier, tuple(dict.fromkeys(filter(None, names)))


class _Spot(NamedTuple):
    """A value that places a record: its column, the value as people know it, and all that is compared."""

    column: str
    shown: str
    texts: tuple[str, ...]


class _Found(NamedTuple):
    """A record of a pair: its row without cells, the column and the cell of each name, and what places it."""

    row: Row
    names: dict[str, tuple[str, str]]
    spots: tuple[_Spot, ...]

    @property
    def folded(self) -> set[str]:
        """All that places it, as it is compared."""
        return {fold(text) for spot in self.spots for text in spot.texts}


class _Comparison:
    """The records of one type, compared by one likely key; its terms `names` say what a record is called."""

    def __init__(self, portfolio: Portfolio, kind: RecordType, key: Key, names: set[str], called: _Called) -> None:
        self._portfolio, self._kind, self._called = portfolio, kind, called
        fields = portfolio.schema.fields_of(kind)
        places = {field.term for field in fields if field.iri in key.properties} - names
        self._columns = [
            tuple([each for each in header.columns if _is_of(each, terms)] for terms in (names, places))
            for header in portfolio.headers
        ]
        self._different: set[frozenset[str]] = set()

    def problems(self, known: _Known) -> Iterator[Problem]:
        """Yield a problem for each pair, at the record that stands behind the other."""
        table, kept = self._kind.table, list[Pair]()
        for pair in pairs(self._records()):  # all are read, and with them what is declared, before the first pair
            one, other = pair.one.key, pair.other.key
            if frozenset({one, other}) not in self._different and known.takes(f"{table}/{one}", f"{table}/{other}"):
                kept.append(pair)
        found = self._found({record.key for pair in kept for record in (pair.one, pair.other)})
        for pair in kept:
            holders = zip((found[pair.one.key], found[pair.other.key]), pair.names, strict=True)
            first, second = sorted(holders, key=lambda each: place_of(self._portfolio, each[0].row))
            yield self._problem(pair, first, second)

    def _records(self) -> Iterator[Alike]:
        """Yield the records that have names, and note which ones a curator calls different."""
        for row in self._portfolio.rows(self._kind.name):
            self._different.update(declared_different(self._portfolio, self._kind, row))
            names = tuple(self._names_of(row))
            if names:
                places = dict.fromkeys(text for spot in self._spots_of(row) for text in spot.texts)
                yield Alike(row.id, names, "", tuple(places))

    def _found(self, ids: set[str]) -> dict[str, _Found]:
        """Look up the records of pairs."""
        rows = (row for row in self._portfolio.rows(self._kind.name) if row.id in ids) if ids else ()
        return {row.id: _Found(row._replace(cells=[]), self._names_of(row), tuple(self._spots_of(row))) for row in rows}

    def _names_of(self, row: Row) -> dict[str, tuple[str, str]]:
        """Return the names of a record, each with the column and the cell that it stands in first."""
        found: dict[str, tuple[str, str]] = {}
        for column in self._columns[row.header][0]:
            cell = row.cells[column.index]
            for name in _values(column, cell):
                found.setdefault(name, (column.name, cell))
        return found

    def _spots_of(self, row: Row) -> Iterator[_Spot]:
        for column in self._columns[row.header][1]:
            for value in _values(column, row.cells[column.index]):
                names = self._called.names(column.field.target, value) if column.field else ()
                texts = (value, *names) if names else (at_large(value),)
                yield _Spot(column.name, (names or texts)[0], texts)

    def _problem(self, pair: Pair, first: tuple[_Found, str], second: tuple[_Found, str]) -> Problem:
        (one, one_name), (other, other_name) = first, second
        portfolio, table = self._portfolio, self._kind.table
        shared = [spot for spot in other.spots if not one.folded.isdisjoint(map(fold, spot.texts))]
        told = shared or ([*one.spots, *other.spots] if pair.are_apart else [])
        column, cell = other.names[other_name]
        place = portfolio.place(one.row, one.names[one_name][0])
        values = {
            "first": str(place),
            "other": f"{table}/{one.row.id}",
            "score": str(pair.score),
            "reason": pair.kind + ("-shared" if shared else "-apart" if pair.are_apart else ""),
            "name": one_name,
            "value": other_name,
            "words": ", ".join(pair.telling),
            "places": ", ".join(dict.fromkeys(spot.shown for spot in told)),
            "columns": ", ".join(dict.fromkeys(spot.column for spot in told)),
            "declared": self._kind.differs,
            "remedy": "" if self._kind.differs else "leave",
        }
        problem = portfolio.problem(other.row, "LP-SAME-ALIKE", column, **values)
        return replace(problem, cell=cell, also=(place,))


def _naming(portfolio: Portfolio, kind: RecordType, key: Key) -> set[str]:
    """Return the terms of a likely key that are names: its texts by language, else a first property that is text."""
    if key.is_certain:
        return set()
    fields = [field for field in portfolio.schema.fields_of(kind) if field.iri in key.properties]
    texts = {field.term for field in fields if field.kind is Kind.TEXT}
    return texts or {field.term for field in fields if field.kind is Kind.PLAIN and field.iri == key.properties[0]}


def _is_of(column: Column, terms: set[str]) -> bool:
    """Check whether a column of a record itself, not of one nested in it, is of one of some terms."""
    return column.field is not None and not column.parents and column.field.term in terms


def _values(column: Column, cell: str) -> list[str]:
    return split(column.field, cell) if column.field else []
