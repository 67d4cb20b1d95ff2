"""Any value in one cell, as evidence needs it: an IRI, a typed literal or a text with its language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.lexical import XSD, date_type

if TYPE_CHECKING:
    from linkedproj.model.context import Field
    from linkedproj.model.schema import Schema

_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Value:
    """An RDF term: `iri`, or `text` with a `language` or a `datatype` IRI ("" is xsd:string)."""

    iri: str = ""
    text: str = ""
    datatype: str = ""
    language: str = ""

    def packed(self) -> str:
        """Write the value into one cell; no cell of a table can hold the separator."""
        return _SEPARATOR.join((self.iri, self.datatype, self.language, self.text))

    @staticmethod
    def unpacked(cell: str) -> Value:
        """Read what `packed` wrote."""
        iri, datatype, language, text = cell.split(_SEPARATOR, 3)
        return Value(iri, text, datatype, language)


@dataclass(frozen=True)
class Node:
    """What a dump says beside its records: of a subject, values by the IRI of their property, classes first."""

    iri: str
    said: tuple[tuple[str, tuple[Value, ...]], ...]


def value_of(field: Field, cell: str, language: str, schema: Schema) -> Value:
    """Return the RDF term that one well spelled value of a field becomes."""
    if field.kind in (Kind.LINK, Kind.CODE, Kind.RECORD, Kind.PREDICATE):
        return Value(iri=schema.iri_of(field, cell))
    if field.kind is Kind.IRI:
        return Value(iri=cell)
    if field.kind is Kind.LITERAL:
        return Value(text=cell, datatype=datatype_of(field, cell))
    if field.kind is Kind.VALUE:
        return Value.unpacked(cell)
    return Value(text=cell, language=language or field.language)


def datatype_of(field: Field, cell: str) -> str:
    """Return the datatype of a cell: a date is typed by its precision."""
    return date_type(cell) if field.datatype == XSD + "date" else field.datatype
