"""The picture of the model as Mermaid text, which forges and editors draw: record types, columns, links.

Source: the entity relationship diagrams of Mermaid. A line from a type to another is a column whose cells name its
records: one ("|") or many ("{"), and whether there may be none ("o").
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.schema import Schema

_TYPES = {
    Kind.TEXT: "text", Kind.PLAIN: "string", Kind.CODE: "code", Kind.IRI: "IRI", Kind.RECORD: "record",
    Kind.PREDICATE: "column", Kind.VALUE: "value",
}  # fmt: skip
_ENDS = {(False, False): "o|", (False, True): "||", (True, False): "o{", (True, True): "|{"}


def draw(schema: Schema, *, columns: bool = True, details: bool = True) -> str:
    """Draw the model, or only its types and links; the same ontology gives the same text.

    Without `details`, what the ontology says to stand beside the core (lp:detail) is left out.
    """
    lines = ["erDiagram"]
    drawn = [kind for kind in schema.types.values() if details or not kind.is_detail]
    for kind in sorted(drawn, key=lambda kind: (kind.is_detail, kind.order)):
        lines += _entity(kind, schema) if columns else [kind.name]
        lines += _links(kind, schema, {each.name for each in drawn})
    return "\n    ".join(lines) + "\n"


def _fields(kind: RecordType, schema: Schema) -> list[Field]:
    terms = schema.fields if kind.terms is None else kind.terms & schema.fields.keys()
    return sorted((schema.fields[term] for term in terms), key=lambda field: field.order)


def _is_required(field: Field, kind: RecordType) -> bool:
    return any(column.partition("@")[0] == field.term for column in kind.required)


def _entity(kind: RecordType, schema: Schema) -> Iterator[str]:
    """Draw a box with the columns that lead to no record."""
    yield f"{kind.name} {{"
    for field in _fields(kind, schema):
        if not field.target:
            spelled = _TYPES.get(field.kind) or field.datatype.rpartition("#")[2]
            must = ' "required"' if _is_required(field, kind) else ""
            yield f"    {spelled}{'[]' if field.many else ''} {field.term}{must}"
    yield "}"


def _links(kind: RecordType, schema: Schema, drawn: Container[str]) -> Iterator[str]:
    """Draw a line to each type that columns lead to, with their names; those of unlike number apart."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for field in _fields(kind, schema):
        if field.target in drawn:
            found[field.target, _ENDS[field.many, _is_required(field, kind)]].append(field.term)
    for (target, end), terms in found.items():
        yield f'{kind.name} }}o--{end} {target} : "{", ".join(terms)}"'
