"""One record for one thing: keys that two records share.

The ontology says which properties are keys of a type (`RecordType.keys`). A task only notes a digest of each key of its
rows; the digests that come twice lead to a second look at the tables, where keys are compared as they are. A sound
portfolio never takes it.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from itertools import islice, pairwise, product
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.context import Kind
from linkedproj.model.lists import fold
from linkedproj.system.sorting import merged
from linkedproj.tables.cells import split
from linkedproj.tables.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linkedproj.model.context import Key, RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.system.sorting import SortedRun
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.cells import Column
    from linkedproj.tables.headers import Header
    from linkedproj.tables.portfolio import Portfolio, Tables

_DIGEST = 8
_JOINT, _WITHIN = "\x1f", "\x1e"  # no cell of a table can hold them


class _Value(NamedTuple):
    """A value as it is compared, as it was written, and the column that it stands in."""

    text: str
    written: str = ""
    column: str = ""


_NOTHING = _Value("")


def keys_of(number: int) -> str:
    """Name what is gathered of a key of a type, by its number."""
    return f"keys {number}"


class _Reader:
    """The keys of one kind, read from rows under one header; empty where it has no column for the first part."""

    def __init__(self, key: Key, header: Header) -> None:
        self._key = key
        self._parts = [
            [each for each in header.columns if each.field and each.field.iri == iri and not each.parents]
            for iri in key.properties
        ]
        needed = self._parts if key.is_certain else self._parts[:1]
        self.is_idle = not all(needed)

    def read(self, batch: Batch) -> Iterator[tuple[int, str, tuple[_Value, ...]]]:
        """Yield the keys of a batch: the number of the row, the key in one text, and its values."""
        parts = [
            list(zip(*(batch.columns[column.index] for column in part), strict=True)) if part else []
            for part in self._parts
        ]
        for number in range(len(batch)):
            values = []
            for at, part in enumerate(self._parts):
                found = self._values(part, parts[at][number]) if part else []
                if not found and (at == 0 or self._key.is_certain):
                    break
                values.append(found or [_NOTHING])
            else:
                for each in product(*values):
                    yield number, _JOINT.join([value.text for value in each]), each

    def _values(self, columns: Sequence[Column], cells: Sequence[str]) -> list[_Value]:
        """Return the values of a property in one row; links of a likely key are one value together."""
        if not any(cells):
            return []
        found: dict[str, _Value] = {}
        for column, cell in zip(columns, cells, strict=True):
            for value in _compared(column, cell) if cell else ():
                found.setdefault(value.text, value)
        ordered = [found[text] for text in sorted(found)]
        kind = columns[0].field.kind if columns[0].field else None
        if kind in {Kind.LINK, Kind.CODE} and not self._key.is_certain:
            return [ordered[0]._replace(text=_WITHIN.join([value.text for value in ordered]))]
        return ordered


def _compared(column: Column, cell: str) -> Iterator[_Value]:
    """Yield the values of a cell as they are compared: texts without case, accents and blanks, IRIs without scheme."""
    field = column.field
    if field is None:
        return
    for value in split(field, cell):
        if field.kind is Kind.TEXT:
            yield _Value(fold(value), value, column.name)
        elif field.kind is Kind.IRI:
            yield _Value(value.partition("://")[2].rstrip("/") or value, value, column.name)
        else:
            yield _Value(field.base + value, value, column.name)


class KeyDigests:
    """The digests of all keys of the rows of one type."""

    def __init__(self, kind: RecordType) -> None:
        self._kind = kind
        self._readers: dict[int, list[tuple[str, _Reader]]] = {}

    def read(self, batch: Batch, tables: Tables) -> Iterator[tuple[str, list[bytes]]]:
        """Yield what is gathered of a batch, by its name."""
        if batch.header not in self._readers:
            header = tables.headers[batch.header]
            readers = ((keys_of(number), _Reader(key, header)) for number, key in enumerate(self._kind.keys))
            self._readers[batch.header] = [(name, reader) for name, reader in readers if not reader.is_idle]
        for name, reader in self._readers[batch.header]:
            digests = [_digest(text) for _, text, _ in reader.read(batch)]
            if digests:
                yield name, digests


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=_DIGEST).digest()


def identity_problems(portfolio: Portfolio) -> Iterator[Problem]:
    """Find records with a key of another record of their type."""
    for kind in portfolio.schema.types.values():
        told: set[frozenset[str]] = set()
        for number, key in enumerate(kind.keys):
            twice = _repeated(portfolio.runs.get((keys_of(number), kind.name), ()))
            if twice:
                yield from _Look(portfolio, kind, key, told).problems(twice)


def _repeated(runs: Iterable[SortedRun]) -> set[bytes]:
    """Return the digests that come more than once."""
    return {one for one, other in pairwise(merged(runs)) if one == other}


class _Holder(NamedTuple):
    """A row that has a key, and the values of the key in it."""

    row: Row
    values: tuple[_Value, ...]


class _Look:
    """The second look at the records of a type, for one of its keys; `told` are the pairs that others told."""

    def __init__(self, portfolio: Portfolio, kind: RecordType, key: Key, told: set[frozenset[str]]) -> None:
        self._portfolio, self._kind, self._key, self._told = portfolio, kind, key, told
        self._different: set[frozenset[str]] = set()

    def problems(self, digests: set[bytes]) -> Iterator[Problem]:
        """Compare the keys themselves, and tell each record with the first one that has the same key."""
        for holders in self._holders(digests).values():
            ordered = sorted(holders, key=lambda holder: self._place_of(holder.row))
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

    def _holders(self, digests: set[bytes]) -> dict[str, list[_Holder]]:
        found: dict[str, list[_Holder]] = {}
        readers: dict[int, _Reader] = {}
        for batch in self._portfolio.batches(self._kind.name):
            if batch.header not in readers:
                readers[batch.header] = _Reader(self._key, self._portfolio.headers[batch.header])
            if readers[batch.header].is_idle:
                continue
            lines: list[int] = []
            for number, text, values in readers[batch.header].read(batch):
                if _digest(text) in digests:
                    lines = lines or list(batch.lines)
                    cells = [column[number] for column in batch.columns]
                    row = Row(batch.ids[number], batch.header, lines[number], cells)
                    found.setdefault(text, []).append(_Holder(row, values))
                    self._note_different(row)
        return found

    def _note_different(self, row: Row) -> None:
        """Note which records a curator says this one is not, unless the key is certain."""
        if self._key.is_certain or not self._kind.differs:
            return
        schema = self._portfolio.schema
        for value in split(schema.fields[self._kind.differs], self._portfolio.cell(row, self._kind.differs)):
            resolved = schema.resolve(value)
            if resolved and resolved[0] is self._kind:
                self._different.add(frozenset({row.id, resolved[1]}))

    def _place_of(self, row: Row) -> tuple[str, str, int, str]:
        file = self._portfolio.headers[row.header].file.place(row.line, 1)
        return file.file, file.sheet, row.line, row.id

    def _problem(self, first: _Holder, other: _Holder) -> Problem:
        portfolio = self._portfolio
        stated = [value for value in other.values if value.column]
        place = portfolio.place(first.row, first.values[0].column)
        values = {
            "first": str(place),
            "other": f"{self._kind.table}/{first.row.id}",
            "value": stated[0].written,
            "columns": ", ".join(dict.fromkeys(value.column for value in stated)),
            "declared": self._kind.differs,
        }
        rule = "LP-SAME-KEY" if self._key.is_certain else "LP-SAME-LIKELY"
        return replace(portfolio.problem(other.row, rule, stated[0].column, **values), also=(place,))
