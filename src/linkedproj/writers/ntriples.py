"""N-Triples, one statement a line.

Source: RDF 1.1 N-Triples, W3C Recommendation of 2014-02-25.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkedproj.cells import split
from linkedproj.context import RDF, Kind
from linkedproj.writers.plan import plan, remembered, singly, slot
from linkedproj.writers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linkedproj.cells import Column
    from linkedproj.context import RecordType
    from linkedproj.schema import Schema
    from linkedproj.writers.plan import Group
    from linkedproj.writers.values import Value

# No cell can hold it: it stands for the subject until that is known.
_SUBJECT = "\x00"


def compile_rows(kind: RecordType, columns: Iterable[Column], schema: Schema) -> Callable[[str, Sequence[str]], str]:
    """Give the function that writes the row of a record: (id, cells) -> lines."""
    slots = [slot(group, _maker(group, schema)) for group in singly(plan(columns, schema))]
    head = _types(kind)

    def write(identifier: str, cells: Sequence[str]) -> str:
        text = head + "".join([make(key(cells)) for key, make in slots])
        return text.replace(_SUBJECT, f"<{kind.base}{identifier}>")

    return write


def term(value: Value) -> str:
    """Write an RDF term."""
    if value.iri:
        return f"<{value.iri}>"
    text = f'"{escape(value.text)}"'
    if value.language:
        return f"{text}@{value.language}"
    return f"{text}^^<{value.datatype}>" if value.datatype else text


def escape(text: str) -> str:
    """Escape what may not stand in a quoted literal."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if '"' in text:
        text = text.replace('"', '\\"')
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\r" in text:
        text = text.replace("\r", "\\r")
    return text


def _types(kind: RecordType) -> str:
    return "".join(f"{_SUBJECT} <{RDF}type> <{iri}> .\n" for iri in kind.classes)


def _maker(group: Group, schema: Schema) -> Callable[[Any], str]:
    return _nested(group, group.nested, schema) if group.nested else _plain(group, schema)


def _plain(group: Group, schema: Schema) -> Callable[[str], str]:
    """Write the statements of one column; the subject is filled in later."""
    field = group.field
    start = f"{_SUBJECT} <{field.iri}> "
    write = _object(group, schema)
    if not field.many:
        return lambda cell: f"{start}{write(cell)} .\n" if cell else ""
    return lambda cell: "".join([f"{start}{write(value)} .\n" for value in split(field, cell)])


def _object(group: Group, schema: Schema) -> Callable[[str], str]:
    field, language = group.field, group.columns[0].language or group.field.language
    if field.kind in (Kind.TEXT, Kind.PLAIN):
        end = f'"@{language}' if language else '"'
        return lambda cell: f'"{escape(cell)}{end}'
    if field.kind in (Kind.LINK, Kind.CODE, Kind.IRI):
        return lambda cell: f"<{field.base}{cell}>"
    return lambda cell: term(value_of(field, cell, language, schema))


def _nested(group: Group, nested: RecordType, schema: Schema) -> Callable[[Sequence[str]], str]:
    """Write a nested record: its key is its own id, then a cell for each of its columns."""
    makers = [remembered(inner, _plain(inner, schema)) for inner in group.inner]
    link = f"{_SUBJECT} <{group.field.iri}> "
    head = _types(nested)

    def make(key: Sequence[str]) -> str:
        identifier, *cells = key
        inner = "".join([maker(cell) for maker, cell in zip(makers, cells, strict=True)])
        if not inner:
            return ""
        iri = f"<{nested.base}{identifier}>"
        return f"{link}{iri} .\n" + (head + inner).replace(_SUBJECT, iri)

    return make
