"""One record for one thing: keys that two records share.

The ontology says which properties are keys of a type (`RecordType.keys`). A task only notes a digest of each key of its
rows; the digests that come twice lead to a second look at the tables, where keys are compared as they are. A sound
portfolio never takes it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from hashlib import blake2b
from itertools import chain, islice, pairwise, product, takewhile, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.context import Kind
from linkedproj.model.lists import bare, folded
from linkedproj.tables.cells import split
from linkedproj.tables.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linkedproj.model.context import Field, Key, RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.model.schema import Schema
    from linkedproj.system.sorting import SortedRun
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.cells import Column
    from linkedproj.tables.headers import Header
    from linkedproj.tables.portfolio import Portfolio, Tables

_DIGEST = 8
_JOINT, _MARK = "\x1f", "\x1e"  # no cell of a table can hold them
_AT_ONCE = 1 << 16


def keys_of(number: int) -> str:
    """Name what is gathered of a key of a type, by its number."""
    return f"keys {number}"


class _Alternative(NamedTuple):
    """One value of each row of a batch ("" without one) as it is compared, and the columns it comes from."""

    columns: tuple[Column, ...]
    texts: Sequence[str]


class _Reader:
    """The keys of one kind, read from rows under one header: column by column, for every row is asked."""

    def __init__(self, key: Key, header: Header, fields: Iterable[Field]) -> None:
        self._key = key
        plain = {each.field: each for each in header.columns if each.field and not each.parents and not each.language}
        terms = [[field for field in fields if field.iri == iri] for iri in key.properties]
        self._links = [[plain.get(field) for field in part if field.kind in _LINKS] for part in terms]
        self._others = [
            [each for each in header.columns if each.field in part and each.field.kind not in _LINKS] for part in terms
        ]
        has_column = [any(part) for part in map(chain, self._links, self._others)]
        self.is_idle = not (all(has_column) if key.is_certain else has_column[0])

    def read(self, batch: Batch) -> Iterator[_Alternative]:
        """Yield the keys of a batch; a row with several names or identifiers has several."""
        parts = [list(self._part(batch, number)) for number in range(len(self._key.properties))]
        for each in product(*parts):
            columns = tuple(column for part in each for column in part.columns)
            if len(each) == 1:
                yield _Alternative(columns, each[0].texts)
                continue
            rows = zip(*(part.texts for part in each), strict=True)
            if self._key.is_certain:
                yield _Alternative(columns, [_JOINT.join(row) if all(row) else "" for row in rows])
            else:
                yield _Alternative(columns, [_JOINT.join(row) if row[0] else "" for row in rows])

    def _part(self, batch: Batch, number: int) -> Iterator[_Alternative]:
        """Yield what a batch has of one property of the key: nothing of it counts as something too."""
        links, is_empty = self._links[number], True
        if self._key.is_certain:
            for column in filter(None, links):
                is_empty = False
                yield from _spread(column, batch.columns[column.index])
        elif any(links):
            is_empty = False
            yield _Alternative(tuple(filter(None, links)), _together(links, batch))
        for column in self._others[number]:
            is_empty, cells = False, batch.columns[column.index]
            if column.field and column.field.kind is Kind.TEXT:
                yield _Alternative((column,), folded(cells))
            elif number == 0 or self._key.is_certain:
                yield from _spread(column, cells)
            else:
                yield _Alternative((column,), _in_order(column, cells))
        if is_empty:
            yield _Alternative((), [""] * len(batch))


_LINKS = frozenset({Kind.LINK, Kind.CODE})


def _together(links: Sequence[Column | None], batch: Batch) -> Sequence[str]:
    """Write what several links of one property say as one text: which of them is filled matters."""
    found: Sequence[str] = [""] * len(batch)
    is_empty = True
    for number, column in enumerate(links):
        cells = _in_order(column, batch.columns[column.index]) if column else ()
        if not any(cells):
            continue
        own = [_MARK * number + cell if cell else "" for cell in cells] if number else cells
        found = own if is_empty else list(map(str.__add__, found, own))
        is_empty = False
    return found


def _in_order(column: Column, cells: Sequence[str]) -> Sequence[str]:
    """Write lists of links in one order."""
    field = column.field
    if field is None or not field.many or ";" not in "".join(cells):
        return cells
    return ["; ".join(sorted(split(field, cell))) if ";" in cell else cell for cell in cells]


def _spread(column: Column, cells: Sequence[str]) -> Iterator[_Alternative]:
    """Yield the values of cells one by one: the first of all rows, then the second of all."""
    if column.field is None or not any(cells):
        return
    field = column.field
    lists = [[_plain(field, value) for value in split(field, cell)] if cell else [] for cell in cells]
    for texts in zip_longest(*lists, fillvalue=""):
        yield _Alternative((column,), texts)


def _plain(field: Field, value: str) -> str:
    """Write a value as it is compared: an IRI without its scheme and the slash at its end, a link with its base."""
    if field.kind is Kind.IRI:
        return bare(value)
    return field.base + value


class KeyDigests:
    """The digests of all keys of the rows of one type."""

    def __init__(self, kind: RecordType, schema: Schema) -> None:
        self._kind, self._fields = kind, schema.fields_of(kind)
        self._readers: dict[int, list[tuple[str, _Reader]]] = {}

    def read(self, batch: Batch, tables: Tables) -> Iterator[tuple[str, list[int]]]:
        """Yield what is gathered of a batch, by its name."""
        if batch.header not in self._readers:
            header = tables.headers[batch.header]
            readers = (
                (keys_of(number), _Reader(key, header, self._fields)) for number, key in enumerate(self._kind.keys)
            )
            self._readers[batch.header] = [(name, reader) for name, reader in readers if not reader.is_idle]
        for name, reader in self._readers[batch.header]:
            for found in reader.read(batch):
                yield name, [_digest(text) for text in found.texts if text]


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=_DIGEST).digest())


def identity_problems(portfolio: Portfolio) -> Iterator[Problem]:
    """Find records with a key of another record of their type."""
    for kind in portfolio.schema.types.values():
        told: set[frozenset[str]] = set()
        for number, key in enumerate(kind.keys):
            twice = _repeated(portfolio.runs.get((keys_of(number), kind.name), ()))
            if twice:
                yield from _Look(portfolio, kind, key, told).problems(twice)


def _repeated(runs: Sequence[SortedRun]) -> set[int]:
    """Return the digests that come more than once: those of one range are compared at a time."""
    found: set[int] = set()
    ranges = 1 + sum(run.count for run in runs) // _AT_ONCE
    bounds = [(1 << 8 * _DIGEST) * number // ranges for number in range(ranges)]
    for low, high in zip(bounds, [*bounds[1:], None], strict=True):
        met = (run.since(low) for run in runs if run.meets(low, high))
        digests = sorted(chain.from_iterable(met if high is None else map(partial(_below, high), met)))
        found.update(one for one, other in pairwise(digests) if one == other)
    return found


def _below(high: int, digests: Iterable[int]) -> Iterator[int]:
    return takewhile(high.__gt__, digests)


class _Holder(NamedTuple):
    """A row that has a key, the key, and the columns it comes from."""

    row: Row
    key: str
    columns: tuple[Column, ...]


class _Look:
    """The second look at the records of a type, for one of its keys; `told` are the pairs that others told."""

    def __init__(self, portfolio: Portfolio, kind: RecordType, key: Key, told: set[frozenset[str]]) -> None:
        self._portfolio, self._kind, self._key, self._told = portfolio, kind, key, told
        self._different: set[frozenset[str]] = set()

    def problems(self, digests: set[int]) -> Iterator[Problem]:
        """Compare the keys themselves, and tell each record with the first one that has the same key."""
        for holders in self._holders(digests).values():
            ordered = sorted(holders, key=lambda holder: place_of(self._portfolio, holder.row))
            for at, other in enumerate(ordered):
                before = (each for each in islice(ordered, at) if self._may_be_one(each, other))
                first = next(before, None)
                pair = frozenset({first.row.id, other.row.id}) if first else frozenset()
                if first and pair not in self._told:
                    self._told.add(pair)
                    yield self._problem(first, other)

    def _may_be_one(self, one: _Holder, other: _Holder) -> bool:
        pair = frozenset({one.row.id, other.row.id})
        return len(pair) > 1 and pair not in self._different

    def _holders(self, digests: set[int]) -> dict[str, list[_Holder]]:
        found: dict[str, list[_Holder]] = {}
        readers: dict[int, _Reader] = {}
        fields = self._portfolio.schema.fields_of(self._kind)
        for batch in self._portfolio.batches(self._kind.name):
            if batch.header not in readers:
                readers[batch.header] = _Reader(self._key, self._portfolio.headers[batch.header], fields)
            if readers[batch.header].is_idle:
                continue
            for alternative in readers[batch.header].read(batch):
                lines: list[int] = []
                for number, text in enumerate(alternative.texts):
                    if text and _digest(text) in digests:
                        lines = lines or list(batch.lines)
                        cells = [column[number] for column in batch.columns]
                        row = Row(batch.ids[number], batch.header, lines[number], cells)
                        found.setdefault(text, []).append(_Holder(row, text, alternative.columns))
                        if not self._key.is_certain:
                            self._different.update(declared_different(self._portfolio, self._kind, row))
        return found

    def _problem(self, first: _Holder, other: _Holder) -> Problem:
        portfolio = self._portfolio
        names = _columns(other)
        place = portfolio.place(first.row, _columns(first)[0])
        values = {
            "first": str(place),
            "other": f"{self._kind.table}/{first.row.id}",
            "columns": ", ".join(names),
            "value": _written(other),
            "declared": self._kind.differs,
            "remedy": "" if self._kind.differs else "leave",
        }
        rule = "LP-SAME-KEY" if self._key.is_certain else "LP-SAME-LIKELY"
        return replace(portfolio.problem(other.row, rule, names[0], **values), also=(place,))


def declared_different(tables: Tables, kind: RecordType, row: Row) -> Iterator[frozenset[str]]:
    """Yield the pairs of ids of a record and of each one of its type that a curator says it is not."""
    if not kind.differs:
        return
    for value in split(tables.schema.fields[kind.differs], tables.cell(row, kind.differs)):
        resolved = tables.schema.resolve(value)
        if resolved and resolved[0] is kind:
            yield frozenset({row.id, resolved[1]})


def place_of(tables: Tables, row: Row) -> tuple[str, str, int, str]:
    """Return what orders rows as they stand in files; the place of a cell is counted where it is told."""
    file = tables.headers[row.header].file.place(row.line, 1)
    return file.file, file.sheet, row.line, row.id


def _columns(holder: _Holder) -> list[str]:
    """Return the columns of a key that are filled."""
    return [column.name for column in holder.columns if holder.row.cells[column.index]]


def _written(holder: _Holder) -> str:
    """Return the value of the first column of a key as it stands in the cell."""
    column = next(column for column in holder.columns if holder.row.cells[column.index])
    cell, field = holder.row.cells[column.index], column.field
    if field is None or not field.many:
        return cell
    return next((value for value in split(field, cell) if _plain(field, value) == holder.key.split(_JOINT)[0]), cell)
