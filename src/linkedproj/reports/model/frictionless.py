"""Tables as a curator fills them, for programs: schemas of Frictionless Data (Table Schema, version 1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from linkedproj.model.columns import column_names
from linkedproj.model.context import Kind
from linkedproj.model.lexical import XSD
from linkedproj.model.rules import text_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.model.columns import TableColumn
    from linkedproj.model.context import RecordType
    from linkedproj.reports.model.tables import Model

_TYPES = {f"{XSD}decimal": "number", f"{XSD}integer": "integer", f"{XSD}boolean": "boolean"}


def write_schemas(model: Model, kinds: Sequence[RecordType]) -> str:
    """Write the schema of one table, or the resources of several as a package."""
    if len(kinds) == 1:
        found = _schema(model, kinds[0])
    else:
        resources = [
            {"name": kind.table, "path": f"{kind.table}.csv", "schema": _schema(model, kind)} for kind in kinds
        ]
        found = {"profile": "tabular-data-package", "resources": resources}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _schema(model: Model, kind: RecordType) -> dict[str, Any]:
    columns = model.says.columns(kind)
    fields = [field for column in columns for field in _fields(model, column)]
    keyed = not kind.anonymous
    own = {"name": "id", "type": "string", "constraints": {"required": True, "unique": True}}
    foreign = [
        {
            "fields": column.name,
            "reference": {"resource": "" if target is kind else target.table, "fields": "id"},
        }
        for column in columns
        if column.field.kind is Kind.LINK and not column.field.many
        for target in [model.schema.types[column.field.target]]
    ]
    return {
        "fields": [own, *fields] if keyed else fields,
        "missingValues": [""],
        **({"primaryKey": "id"} if keyed else {}),
        **({"foreignKeys": foreign} if foreign else {}),
    }


def _fields(model: Model, column: TableColumn) -> Iterator[dict[str, Any]]:
    for name in column_names([column], model.languages):
        tag = name.partition("@")[2]
        # That one of several columns must be filled cannot be said of any of them.
        is_one_column = column.field.kind is not Kind.TEXT or len(model.languages) == 1
        required = column.must == "required" and (tag in column.languages if column.languages else is_one_column)
        constraints: dict[str, Any] = {"required": True} if required else {}
        if column.codes and not column.field.many:
            constraints["enum"] = [code.value for code in column.codes]
        yield {
            "name": name,
            "type": _TYPES.get(column.field.datatype, "string") if not column.field.many else "string",
            "description": text_in(column.meaning, model.language),
            "rdfType": column.field.iri,
            **({"constraints": constraints} if constraints else {}),
        }
