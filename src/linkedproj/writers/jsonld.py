"""JSON-LD: the context inline, then one record a line.

Source: JSON-LD 1.1, W3C Recommendation of 2020-07-16. Each line is the record itself, as the context reads it.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from linkedproj.context import Kind
from linkedproj.writers.plan import inner_key, plan, slot
from linkedproj.writers.values import Value, datatype_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linkedproj.cells import Column
    from linkedproj.context import Field, RecordType
    from linkedproj.schema import Schema
    from linkedproj.writers.plan import Group


def head(schema: Schema) -> str:
    """Write all that stands before the first record."""
    context = json.dumps(schema.context.document["@context"], ensure_ascii=False, separators=(",", ":"))
    return f'{{"@context":{context},\n"@graph":[\n'


def compile_rows(kind: RecordType, columns: Iterable[Column], schema: Schema) -> Callable[[str, Sequence[str]], str]:
    """Give the function that writes the row of a record: (id, cells) -> one JSON object on one line."""
    slots = [
        slot(group, _nested(group, schema) if group.nested else _plain(group, schema))
        for group in plan(columns, schema)
    ]
    alias = {keyword: term for term, keyword in schema.context.aliases.items()}
    start = f'{{"{alias["@type"]}":{_types(kind, schema)},"{alias["@id"]}":"'

    def write(identifier: str, cells: Sequence[str]) -> str:
        text = "".join([make(key(cells)) for key, make in slots])
        return f'{start}{identifier}"{text}}}'

    return write


def _types(kind: RecordType, schema: Schema) -> str:
    """Name the record's type by its term, which sets the base of its id, and the classes above it by prefix."""
    above = [schema.context.compact(iri) for iri in kind.classes if iri != kind.iri]
    return json.dumps([kind.name, *above] if above else kind.name, separators=(",", ":"))


def _plain(group: Group, schema: Schema) -> Callable[[Any], str]:
    start = f',"{group.field.term}":'
    write = _value(group.field, schema)
    if group.field.kind is Kind.TEXT:

        def make_text(key: Any) -> str:  # noqa: ANN401 - a cell, or a tuple of cells
            texts = ",".join([f'"{language}":{encode_basestring(text)}' for text, language in group.values(key)])
            return f"{start}{{{texts}}}" if texts else ""

        return make_text

    def make(key: Any) -> str:  # noqa: ANN401 - a cell, or a tuple of cells
        values = [write(value) for value, _ in group.values(key)]
        if not values:
            return ""
        return f"{start}[{','.join(values)}]" if group.field.many else start + values[0]

    return make


def _value(field: Field, schema: Schema) -> Callable[[str], str]:
    if field.kind is Kind.LITERAL:
        return lambda cell: _typed(field, cell)
    if field.kind is Kind.VALUE:
        return lambda cell: _any(Value.unpacked(cell))
    if field.kind is Kind.RECORD:
        return lambda cell: encode_basestring(_reference(field, cell, schema))
    return encode_basestring


def _reference(field: Field, cell: str, schema: Schema) -> str:
    """Write "type/id" as it is where the base of the type lets it, else the whole IRI."""
    iri = schema.iri_of(field, cell)
    return cell if field.base + cell == iri else iri


def _typed(field: Field, cell: str) -> str:
    datatype = datatype_of(field, cell)
    if datatype == field.datatype:
        return encode_basestring(cell)
    return f'{{"@value":{encode_basestring(cell)},"@type":"{datatype}"}}'


def _any(value: Value) -> str:
    if value.iri:
        return f'{{"@id":{encode_basestring(value.iri)}}}'
    text = encode_basestring(value.text)
    if value.language:
        return f'{{"@value":{text},"@language":"{value.language}"}}'
    return f'{{"@value":{text},"@type":"{value.datatype}"}}' if value.datatype else text


def _nested(group: Group, schema: Schema) -> Callable[[Any], str]:
    nested = group.nested
    if nested is None:
        raise LookupError(group.field.term)
    makers = [_plain(inner, schema) for inner in group.inner]
    take = inner_key(group)
    alias = {keyword: term for term, keyword in schema.context.aliases.items()}
    start = f',"{group.field.term}":{{"{alias["@type"]}":{_types(nested, schema)},"{alias["@id"]}":"'

    def make(key: Any) -> str:  # noqa: ANN401 - a cell, or a tuple of cells
        identifier, keys = take(key)
        inner = "".join([maker(part) for maker, part in zip(makers, keys, strict=True)])
        return f'{start}{identifier}"{inner}}}' if inner else ""

    return make
