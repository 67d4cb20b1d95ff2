"""Turtle for people: one block a record, a prefix per record type and code list.

Source: RDF 1.1 Turtle, W3C Recommendation of 2014-02-25.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from linkedproj.context import Kind
from linkedproj.writers.ntriples import escape
from linkedproj.writers.plan import inner_key, plan, slot
from linkedproj.writers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from linkedproj.cells import Column
    from linkedproj.context import Field, RecordType
    from linkedproj.schema import Schema
    from linkedproj.writers.plan import Group
    from linkedproj.writers.values import Value

_BETWEEN = " ,\n        "
# An id that ends in "." or holds "~" is no plain prefixed name: `project:a.` would end the statement.
_LOCAL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def prefixes(schema: Schema) -> dict[str, str]:
    """Give the prefixes of a dump: the context's, one per record type, one per code list."""
    found = dict(schema.context.prefixes)
    named = [(kind.table, kind.base) for kind in schema.types.values()]
    named += [(field.base[:-1].rpartition("/")[2], field.base) for field in schema.fields.values() if field.base]
    for name, base in named:
        fits = _PREFIX.fullmatch(name) and base != schema.base
        if fits and name not in found and base not in found.values():
            found[name] = base
    return found


def head(schema: Schema) -> str:
    """Write the prefix lines that a document begins with."""
    return "".join(f"@prefix {name}: <{base}> .\n" for name, base in prefixes(schema).items()) + "\n"


class Names:
    """The writing of IRIs by prefix."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._by_base = {base: name for name, base in known.items()}

    def link(self, base: str, identifier: str) -> str:
        """Write the IRI of an id or code."""
        name = self._by_base.get(base)
        return f"{name}:{identifier}" if name and _LOCAL.fullmatch(identifier) else f"<{base}{identifier}>"

    def iri(self, iri: str) -> str:
        """Write any IRI, shortened where its namespace has a prefix."""
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        return self.link(iri[:cut], iri[cut:])

    def term(self, value: Value) -> str:
        """Write an RDF term."""
        if value.iri:
            return self.iri(value.iri)
        text = f'"{escape(value.text)}"'
        if value.language:
            return f"{text}@{value.language}"
        return f"{text}^^{self.iri(value.datatype)}" if value.datatype else text


def compile_rows(kind: RecordType, columns: Iterable[Column], schema: Schema) -> Callable[[str, Sequence[str]], str]:
    """Give the function that writes the row of a record: (id, cells) -> block, and a block per nested record."""
    names = Names(prefixes(schema))
    groups = plan(columns, schema)
    slots = [slot(group, _link(group, names) if group.nested else _plain(group, names, schema)) for group in groups]
    blocks = [slot(group, _block(group, names, schema)) for group in groups if group.nested]
    types = f" a {' , '.join(map(names.iri, kind.classes))}"

    def write(identifier: str, cells: Sequence[str]) -> str:
        text = "".join([make(key(cells)) for key, make in slots])
        text = f"{names.link(kind.base, identifier)}{types}{text} .\n\n"
        for key, make in blocks:
            text += make(key(cells))
        return text

    return write


def _plain(group: Group, names: Names, schema: Schema) -> Callable[[Any], str]:
    start = f" ;\n    {names.iri(group.field.iri)} "
    write = _object(group.field, names, schema)

    def make(key: Any) -> str:  # noqa: ANN401 - a cell, or a tuple of cells
        values = group.values(key)
        return start + _BETWEEN.join([write(value, language) for value, language in values]) if values else ""

    return make


def _object(field: Field, names: Names, schema: Schema) -> Callable[[str, str], str]:
    if field.kind is Kind.TEXT:
        return lambda value, language: f'"{escape(value)}"@{language}'
    if field.kind in (Kind.LINK, Kind.CODE):
        return lambda value, _: names.link(field.base, value)
    return lambda value, language: names.term(value_of(field, value, language, schema))


def _link(group: Group, names: Names) -> Callable[[Any], str]:
    take, base = inner_key(group), group.nested.base if group.nested else ""
    start = f" ;\n    {names.iri(group.field.iri)} "

    def make(key: Any) -> str:  # noqa: ANN401 - a cell, or a tuple of cells
        identifier, keys = take(key)
        filled = any(inner.values(part) for inner, part in zip(group.inner, keys, strict=True))
        return start + names.link(base, identifier) if filled else ""

    return make


def _block(group: Group, names: Names, schema: Schema) -> Callable[[Any], str]:
    take, base = inner_key(group), group.nested.base if group.nested else ""
    makers = [_plain(inner, names, schema) for inner in group.inner]
    types = f" a {' , '.join(map(names.iri, group.nested.classes))}" if group.nested else ""

    def make(key: Any) -> str:  # noqa: ANN401 - a cell, or a tuple of cells
        identifier, keys = take(key)
        inner = "".join([maker(part) for maker, part in zip(makers, keys, strict=True)])
        return f"{names.link(base, identifier)}{types}{inner} .\n\n" if inner else ""

    return make
