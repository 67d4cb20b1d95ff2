"""JSON-LD: the context inline, then one record a line.

Source: JSON-LD 1.1, W3C Recommendation of 2020-07-16. Each line is the record itself, as the context reads it.
"""

from __future__ import annotations

import json
from itertools import repeat
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from linkedproj.model.context import RDF, Kind
from linkedproj.model.lexical import DATES
from linkedproj.tables.cells import split
from linkedproj.writers.plan import Fragments, plan
from linkedproj.writers.values import Value, datatype_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.cells import Column
    from linkedproj.writers.plan import Group
    from linkedproj.writers.values import Node

    # What one field says of each record of a batch.
    Make = Callable[[Batch], Iterable[str]]


_BETWEEN = '","'


def head(schema: Schema) -> str:
    """Write all that stands before the first record."""
    context = json.dumps(schema.context.document["@context"], ensure_ascii=False, separators=(",", ":"))
    return f'{{"@context":{context},\n"@graph":[\n'


def compile_rows(kind: RecordType, columns: Iterable[Column], schema: Schema) -> Callable[[Batch], list[str]]:
    """Return the function that writes the records of a batch: one JSON object a line."""
    makers = [_maker(group, schema) for group in plan(columns, schema)]
    start = _start(kind, schema)

    def write(batch: Batch) -> list[str]:
        made = ([f'{start}{identifier}"' for identifier in batch.ids], *(make(batch) for make in makers), repeat("}"))
        return list(map("".join, zip(*made, strict=False)))

    return write


def describe(nodes: Iterable[Node], schema: Schema) -> list[str]:
    """Write nodes that are no records: one JSON object a line, which needs no term of the context."""
    alias = {keyword: term for term, keyword in schema.context.aliases.items()}
    short = schema.context.compact
    found = []
    for node in nodes:
        identity, said = f'"{alias["@id"]}":{encode_basestring(node.iri)}', []
        for iri, values in node.said:
            if iri == f"{RDF}type":
                classes = [short(value.iri) for value in values]
                said += [f'"{alias["@type"]}":{json.dumps(classes if len(classes) > 1 else classes[0])}', identity]
            else:
                said.append(f"{encode_basestring(short(iri))}:[{','.join(map(_any, values))}]")
        found.append(f"{{{','.join(said if identity in said else [identity, *said])}}}")
    return found


def _start(kind: RecordType, schema: Schema) -> str:
    """Write a record up to its id."""
    alias = {keyword: term for term, keyword in schema.context.aliases.items()}
    return f'{{"{alias["@type"]}":{_types(kind, schema)},"{alias["@id"]}":"'


def _types(kind: RecordType, schema: Schema) -> str:
    """Name the record's type by its term, which sets the base of its id, and the classes above it by prefix."""
    above = [schema.context.compact(iri) for iri in kind.classes if iri != kind.iri]
    return json.dumps([kind.name, *above] if above else kind.name, separators=(",", ":"))


def _maker(group: Group, schema: Schema) -> Make:
    start = f',"{group.field.term}":'
    if group.nested:
        return _nested(group, group.nested, schema)
    if group.field.kind is Kind.TEXT and not group.field.many:
        return _texts(group, start)
    if group.field.kind is Kind.TEXT:
        return _lists(group, start)
    if group.is_text or group.is_typed or group.is_name:
        index = group.index
        return lambda batch: [f'{start}"{text}"' if text else "" for text in batch.quoted(index)]
    if group.is_names:
        index = group.index
        return lambda batch: [
            f'{start}["{cell.replace("; ", _BETWEEN)}"]' if cell else "" for cell in batch.listed(index)
        ]
    return _dated(group, start) if group.is_date else _listed(group, start, schema)


def _dated(group: Group, start: str) -> Make:
    index, day = group.index, len("YYYY-MM-DD")
    end = {length: f'","@type":"{datatype}"}}' for length, datatype in DATES.items()}

    def make(batch: Batch) -> Iterable[str]:
        return [
            (f'{start}"{date}"' if len(date) == day else f'{start}{{"@value":"{date}{end[len(date)]}') if date else ""
            for date in batch.columns[index]
        ]

    return make


def _texts(group: Group, start: str) -> Make:
    """Write a text in its languages."""
    columns = [(column.index, f'"{column.language}":"') for column in group.columns]

    def make(batch: Batch) -> Iterable[str]:
        said = [[f'{language}{text}"' if text else "" for text in batch.quoted(index)] for index, language in columns]
        if len(said) == 1:
            return [f"{start}{{{text}}}" if text else "" for text in said[0]]
        return [
            f"{start}{{{','.join(filter(None, texts))}}}" if any(texts) else "" for texts in zip(*said, strict=True)
        ]

    return make


def _lists(group: Group, start: str) -> Make:
    """Write lists of texts in their languages."""
    columns = [(column.index, f'"{column.language}":[') for column in group.columns]

    def make(batch: Batch) -> Iterable[str]:
        said = []
        for index, language in columns:
            cells = (split(group.field, cell) for cell in batch.columns[index])
            said.append([f"{language}{','.join(map(encode_basestring, texts))}]" if texts else "" for texts in cells])
        return [
            f"{start}{{{','.join(filter(None, texts))}}}" if any(texts) else "" for texts in zip(*said, strict=True)
        ]

    return make


def _listed(group: Group, start: str, schema: Schema) -> Make:
    """Write any column; what it says is remembered by the cell."""
    field, index = group.field, group.index
    write = _value(field, schema)

    def listed(cell: str) -> str:
        values = [write(value) for value in split(field, cell)]
        if not values:
            return ""
        return f"{start}[{','.join(values)}]" if field.many else start + values[0]

    known = Fragments(listed)
    return lambda batch: [known[cell] for cell in batch.columns[index]]


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


def _nested(group: Group, nested: RecordType, schema: Schema) -> Make:
    """Write a nested record where it has any value."""
    makers = [_maker(inner, schema) for inner in group.inner]
    index, start = group.identifier, f',"{group.field.term}":{_start(nested, schema)}'

    def make(batch: Batch) -> Iterable[str]:
        inner = map("".join, zip(*(maker(batch) for maker in makers), strict=True))
        return [
            f'{start}{identifier}"{text}}}' if text else ""
            for identifier, text in zip(batch.columns[index], inner, strict=True)
        ]

    return make
