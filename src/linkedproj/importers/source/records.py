"""Rows of a source as records of tables: which fields go where, as an importer file says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.lists import folded_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linkedproj.importers.source.cells import Value
    from linkedproj.importers.source.spec import Importer, RecordSpec, ValueSpec
    from linkedproj.model.lists import CodeList

    Values = dict[str, Value]
    Keys = Mapping[str, Sequence[str]]
    Getter = Callable[[Values, Keys], list[str]]
    # By list and language what its codes are called.
    Names = Mapping[str, Mapping[str, Mapping[str, str]]]

JOINT = "\x1f"
"""Between the parts of a key; no cell of a source can hold it, once it is clean."""

LINK = "\x1e"
"""Before a link to other records of the importer: their name, JOINT, and the key of one."""

OPTIONAL, ALL, ITEM = "?", "*", "value"
"""Behind a part of a key that may be empty; the key of all rows; the item that a record for each of them is about."""

_KNOWN = 50_000
_SLOT = re.compile(r"\{([^{}]+)\}")


class Made(NamedTuple):
    """One record that a row says something of: the cells of its columns, with links to others still open.

    `derived` says by column how a value was found that does not stand in the source. `ident` is what its id is made of.
    """

    spec: RecordSpec
    key: str
    ident: str
    cells: dict[str, list[str]]
    derived: dict[str, str]
    values: Mapping[str, Value]


class Mapper:
    """Makes the records of the rows of one resource; `has_made` tells whether there were any of the last row."""

    def __init__(self, importer: Importer, resource: str, names: Names) -> None:
        self.specs = [spec for spec in importer.records if resource in spec.resources]
        by_name = {spec.name: spec for spec in reversed(importer.records)}
        getters = _Getters(by_name, names)
        self._columns = {
            spec.name: [
                (column, _plain_field(value), getters.of(value), value.derived)
                for column, value in spec.columns.items()
            ]
            for spec in self.specs
        }
        self._keys = [(spec, _key_getter(spec)) for spec in self.specs]
        self._ids = {spec.name: _filler(spec.id, " ") for spec in self.specs}
        single = [spec for spec in self.specs if not spec.each]
        self.primary = next((spec for spec in single if spec.is_main), single[0] if single else None)
        self.has_made = False
        self._told = {spec.name: set[str]() for spec in self.specs if _is_told_by_key(spec, by_name)}
        self.fields = tuple(dict.fromkeys(field for spec in self.specs for field in fields_of(spec)))

    def lacking(self, values: Values) -> tuple[str, ...]:
        """Return the fields without which a row is no record at all."""
        if self.primary is None:
            return ()
        return tuple(
            name for name in self.primary.key if name != ALL and name[-1:] != OPTIONAL and not values.get(name)
        )

    def begin_file(self) -> None:
        """Yield all records again that further rows of one file would only repeat."""
        for keys in self._told.values():
            keys.clear()

    def records(self, values: Values) -> Iterator[Made]:
        """Yield the records of a row; of one that its key says all about, only the first of a file."""
        found: list[tuple[RecordSpec, str, Values]] = []
        keys: dict[str, list[str]] = {}
        for spec, get_key in self._keys:
            for each in _spread(spec, values):
                key = get_key(each)
                if key and all(map(each.get, spec.when)):
                    found.append((spec, key, each))
                    keys.setdefault(spec.name, []).append(key)
        self.has_made = bool(found)
        yield from (self._made(spec, key, each, keys) for spec, key, each in found if self._is_new(spec, key))

    def _is_new(self, spec: RecordSpec, key: str) -> bool:
        told = self._told.get(spec.name)
        if told is None:
            return True
        if key in told:
            return False
        if len(told) < _KNOWN:
            told.add(key)
        return True

    def _made(self, spec: RecordSpec, key: str, values: Values, keys: Keys) -> Made:
        cells: dict[str, list[str]] = {}
        derived: dict[str, str] = {}
        for column, field, getter, note in self._columns[spec.name]:
            value = values.get(field) if field else None
            # Most columns are what a field says.
            if field and not value:
                continue
            items = [value] if isinstance(value, str) else getter(values, keys)
            if items:
                cells[column] = items
                if note:
                    derived[column] = note
        return Made(spec, key, self._ids[spec.name](values), cells, derived, values)


def _plain_field(value: ValueSpec) -> str:
    """Return the field whose values a column is filled with, whatever else is in the row, or ""."""
    return "" if value.codelist or value.when or value.unless else value.column


def _is_told_by_key(spec: RecordSpec, records: Mapping[str, RecordSpec]) -> bool:
    """Return whether rows with one key say the same of a record, whatever else is in them."""
    if spec.is_row or spec.is_folded or spec.same or spec.place:
        return False
    links = [link for value in spec.columns.values() for link in links_of(value)]
    own = {name.rstrip(OPTIONAL) for name in spec.key} | ({ITEM} if spec.each else set())
    used = {name.rstrip(OPTIONAL) for value in spec.columns.values() for name in _used(value)}
    used |= {name.rstrip(OPTIONAL) for link in links for name in records[link].key}
    return used - {ALL} <= own and not any(records[link].each for link in links)


def links_of(value: ValueSpec) -> list[str]:
    """Return the records that a value leads to."""
    inner = [link for each in (*value.first, *value.every) for link in links_of(each)]
    return [*([value.record] if value.record else ()), *inner]


def fields_of(spec: RecordSpec) -> Iterator[str]:
    """Yield the fields that records of one kind are made of."""
    own = {ALL, ITEM} if spec.each else {ALL}
    used = (name for value in spec.columns.values() for name in _used(value))
    listed = (*spec.key, *spec.each, *spec.when, *_SLOT.findall(spec.id), *used)
    yield from (name.rstrip(OPTIONAL) for name in listed if name not in own)
    if spec.same:
        yield from filter(None, (*spec.same.names, spec.same.within, *spec.same.places))
    if spec.place:
        yield from (spec.place.name, spec.place.country)


def sources_of(value: ValueSpec, spec: RecordSpec) -> Iterator[str]:
    """Yield the fields that a value comes from, the ones that say most first."""
    if value.column == ITEM:
        yield from spec.each
    elif value.column:
        yield value.column
    yield from (name.split("}")[0] for name in value.template.split("{")[1:])
    for each in (*value.first, *value.every):
        yield from sources_of(each, spec)
    yield from (name.rstrip(OPTIONAL) for name in value.key)
    if value.when:
        yield value.when


def _used(value: ValueSpec) -> Iterator[str]:
    listed = (value.column, value.when, value.unless, *_SLOT.findall(value.template), *value.key)
    yield from filter(None, listed)
    for each in (*value.first, *value.every):
        yield from _used(each)


def _key_getter(spec: RecordSpec, names: Sequence[str] = ()) -> Callable[[Values], str]:
    """Return what gets the key of a record from the values of a row, or "" where a part that it needs is missing."""
    parts = [(name.rstrip(OPTIONAL), name[-1:] != OPTIONAL) for name in names or spec.key]

    def get(values: Values) -> str:
        found = []
        for name, is_needed in parts:
            value = values.get(name, "")
            text = value if isinstance(value, str) else "; ".join(value)
            if not text and is_needed:
                return ""
            found.append(folded_once(text) if spec.is_folded else text)
        return JOINT.join(found)

    return get if spec.key != (ALL,) else lambda _: ALL


def _spread(spec: RecordSpec, values: Values) -> Iterable[Values]:
    if not spec.each:
        return (values,)
    items = (item for name in spec.each for item in items_of(values.get(name, "")))
    return ({**values, ITEM: item} for item in dict.fromkeys(items))


def items_of(value: Value) -> tuple[str, ...]:
    """Return the values of a field one by one."""
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()


def _filler(template: str, other: str = "") -> Callable[[Values], str]:
    """Return what fills the slots of a template; an empty one makes it "", unless something stands for it."""
    names = _SLOT.findall(template)

    def fill(values: Values) -> str:
        found = template
        for name in names:
            value = values.get(name, "")
            text = value if isinstance(value, str) else " ".join(value)
            if not text and not other:
                return ""
            found = found.replace(f"{{{name}}}", text or other)
        return found

    return fill


class _Getters:
    """Makes what gets the cells of a column from the values of a row, and from the keys of its other records."""

    def __init__(self, records: Mapping[str, RecordSpec], names: Names) -> None:
        self._records, self._names = records, names

    def of(self, spec: ValueSpec) -> Getter:
        """Return what gets the cells that a column is filled with."""
        inner = self._plain(spec)
        if not spec.when and not spec.unless:
            return inner

        def get(values: Values, keys: Keys) -> list[str]:
            is_on = (not spec.when or values.get(spec.when)) and not (spec.unless and values.get(spec.unless))
            return inner(values, keys) if is_on else []

        return get

    def _plain(self, spec: ValueSpec) -> Getter:
        """Return the same, whatever else the row has to hold."""
        if spec.codelist:
            called = self._names.get(spec.codelist, {}).get(spec.language, {})
            return lambda values, _: [called[item] for item in items_of(values.get(spec.column, "")) if item in called]
        if spec.column:
            return lambda values, _: list(items_of(values.get(spec.column, "")))
        if spec.constant:
            return lambda _, __: [spec.constant]
        if spec.template:
            fill = _filler(spec.template)
            return lambda values, _: [text] if (text := fill(values)) else []
        if spec.record:
            return _link_getter(spec, self._records[spec.record])
        parts = [self.of(each) for each in (*spec.first, *spec.every)]

        def get(values: Values, keys: Keys) -> list[str]:
            found: list[str] = []
            for part in parts:
                found += part(values, keys)
                if found and spec.first:
                    break
            return list(dict.fromkeys(found))

        return get


def _link_getter(spec: ValueSpec, target: RecordSpec) -> Getter:
    if spec.key:
        get_key = _key_getter(target, spec.key)

        def by_key(values: Values, _: Keys) -> list[str]:
            if len(spec.key) == 1:
                # A field of several values leads to a record for each.
                return [
                    f"{LINK}{target.name}{JOINT}{folded_once(item) if target.is_folded else item}"
                    for item in items_of(values.get(spec.key[0], ""))
                ]
            key = get_key(values)
            return [f"{LINK}{target.name}{JOINT}{key}"] if key else []

        return by_key
    return lambda _, keys: [f"{LINK}{target.name}{JOINT}{key}" for key in dict.fromkeys(keys.get(target.name, ()))]


def list_names(lists: Iterable[CodeList], read: Callable[[CodeList], Iterable[Mapping[str, str]]]) -> dict[
    str, dict[str, dict[str, str]]
]:  # fmt: skip
    """Return by list and language what its codes are called."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for each in lists:
        by_language = found.setdefault(each.name, {})
        for row in read(each):
            for column, text in row.items():
                base, _, language = column.partition("@")
                if base == "name" and text:
                    by_language.setdefault(language, {})[row["code"]] = text
    return found
