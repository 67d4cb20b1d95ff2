"""datapackage.json, by which statistics packages load all tables at once.

Source: Data Package and Table Schema specifications of Frictionless Data, version 1.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from linkedproj.system.files import sha256
from linkedproj.writers.described.columns import foreign_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from linkedproj.model.settings import Config
    from linkedproj.writers.described.columns import Described, Meaning

_TYPES = {"decimal": "number", "double": "number", "integer": "integer", "boolean": "boolean", "gYear": "year"}


def write_datapackage(tables: Sequence[Described], config: Config, folder: Path) -> None:
    """Write the package of the tables in a folder, with their sizes and checksums."""
    package = {
        "profile": "tabular-data-package",
        "name": config.id.lower(),
        "title": _text(config, config.title),
        "description": _text(config, config.portal.description),
        "homepage": config.base,
        "version": config.version,
        "licenses": [{"path": config.licence}],
        "resources": [_resource(table, config, folder, tables) for table in tables],
    }
    text = json.dumps({key: value for key, value in package.items() if value}, ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(text + "\n", "utf-8", newline="\n")


def _resource(table: Described, config: Config, folder: Path, tables: Sequence[Described]) -> dict[str, Any]:
    path = folder / table.file
    foreign = _foreign_keys(table, tables)
    return {
        "profile": "tabular-data-resource",
        "name": table.kind.table,
        "title": _text(config, table.titles),
        "path": table.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
        "schema": {
            "fields": [_field(column, config) for column in table.columns],
            **({"primaryKey": "id"} if table.has_ids else {}),
            **({"foreignKeys": foreign} if foreign else {}),
        },
    }


def _foreign_keys(table: Described, tables: Sequence[Described]) -> list[dict[str, Any]]:
    """Lead from each column of one link to the table of what it names."""
    # Source: Table Schema, version 1: "" is the resource itself.
    return [
        {
            "fields": column.header,
            "reference": {"resource": "" if target is table else target.kind.table, "fields": "id"},
        }
        for column, target in foreign_keys(table, tables)
    ]


def _field(column: Meaning, config: Config) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.header,
        "title": _text(config, column.titles),
        "type": _TYPES.get(column.datatype, "string") if not column.many else "string",
    }
    if column.is_iri and not column.many:
        field["format"] = "uri"
    if column.field:
        field["rdfType"] = column.field.iri
    return field


def _text(config: Config, texts: object) -> str:
    """Choose the text in the first language of the portfolio: a data package speaks one."""
    found = texts if isinstance(texts, dict) else {}
    return next((found[code] for code in config.languages if code in found), next(iter(found.values()), ""))
