"""N-Triples, one statement a line.

Source: RDF 1.1 N-Triples, W3C Recommendation of 2014-02-25.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkedproj.context import RDF, Kind
from linkedproj.writers.plan import inner_key, plan, slot
from linkedproj.writers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linkedproj.cells import Column
    from linkedproj.context import Field, RecordType
    from linkedproj.schema import Schema
    from linkedproj.writers.plan import Group, Slot
    from linkedproj.writers.values import Value

# No cell can hold it: it stands for the subject until that is known.
_SUBJECT = "\x00"


def compile_rows(kind: RecordType, columns: Iterable[Column], schema: Schema) -> Callable[[str, Sequence[str]], str]:
    """Give the function that writes the row of a record: (id, cells) -> lines."""
    slots = [_slot(group, schema) for group in plan(columns, schema)]
    head = _types(kind)

    def write(identifier: str, cells: Sequence[str]) -> str:
        text = head + "".join([fragments[key(cells)] for key, fragments in slots])
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


def _slot(group: Group, schema: Schema) -> Slot:
    return slot(group, _nested(group, schema) if group.nested else _plain(group, schema))


def _plain(group: Group, schema: Schema) -> Callable[[Any], str]:
    start = f"{_SUBJECT} <{group.field.iri}> "
    write = _object(group.field, schema)
    if group.field.kind is Kind.TEXT and len(group.columns) == 1:
        end = f'"@{group.columns[0].language} .\n'
        start += '"'
        return lambda cell: f"{start}{escape(cell)}{end}" if cell else ""

    def make(key: Any) -> str:  # noqa: ANN401 - a cell, or a tuple of cells
        return "".join([f"{start}{write(value, language)} .\n" for value, language in group.values(key)])

    return make


def _object(field: Field, schema: Schema) -> Callable[[str, str], str]:
    if field.kind in (Kind.LINK, Kind.CODE):
        return lambda value, _: f"<{field.base}{value}>"
    return lambda value, language: term(value_of(field, value, language, schema))


def _nested(group: Group, schema: Schema) -> Callable[[Any], str]:
    nested = group.nested
    if nested is None:
        raise LookupError(group.field.term)
    makers = [_plain(inner, schema) for inner in group.inner]
    take, head = inner_key(group), _types(nested)

    def make(key: Any) -> str:  # noqa: ANN401 - a cell, or a tuple of cells
        identifier, keys = take(key)
        inner = "".join([maker(part) for maker, part in zip(makers, keys, strict=True)])
        if not inner:
            return ""
        iri = f"<{nested.base}{identifier}>"
        return f"{_SUBJECT} <{group.field.iri}> {iri} .\n" + (head + inner).replace(_SUBJECT, iri)

    return make
