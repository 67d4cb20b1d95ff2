"""CSV on the Web: what the columns of each table mean, for programs that turn it into RDF.

Source: Metadata Vocabulary for Tabular Data, W3C Recommendation of 2015-12-17; a processor finds the description of
`project.csv` in `project.csv-metadata.json` (section 5.2 of the Model for Tabular Data). A reference between tables can
only be stated where both are described (Metadata Vocabulary, section 5.5.2.1), so all of them stand in
`csv-metadata.json` too, with their foreign keys.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from linkedproj.model.context import RDF
from linkedproj.writers.described.columns import foreign_keys
from linkedproj.writers.table import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config
    from linkedproj.writers.described.columns import Described, Meaning


_CONTEXT = "http://www.w3.org/ns/csvw"


def write_csvw(tables: Sequence[Described], schema: Schema, config: Config, folder: Path) -> None:
    """Write a description beside each table, and one of all tables with the references between them."""
    described = [(table, _table(table, schema, config)) for table in tables]
    for table, content in described:
        _write(folder / f"{table.file}-metadata.json", {"@context": _CONTEXT, **content})
    group = [_with_keys(content, list(foreign_keys(table, tables))) for table, content in described]
    if group:
        _write(folder / "csv-metadata.json", {"@context": _CONTEXT, "tables": group})


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n")


def _with_keys(table: dict[str, Any], keys: Sequence[tuple[Meaning, Described]]) -> dict[str, Any]:
    stated = [
        {"columnReference": column.name, "reference": {"resource": target.file, "columnReference": "id"}}
        for column, target in keys
    ]
    return {**table, "tableSchema": {**table["tableSchema"], "foreignKeys": stated}} if stated else table


def _table(table: Described, schema: Schema, config: Config) -> dict[str, Any]:
    about = f"{table.kind.base}{{id}}" if table.has_ids else ""
    columns = [_column(column, table, schema) for column in table.columns]
    # Not rdf:type: rdf-parser-csvw 1.1 takes a prefixed name for an IRI.
    kind = {"name": "type", "virtual": True, "propertyUrl": f"{RDF}type", "valueUrl": table.kind.iri}
    return {
        "url": table.file,
        "dc:title": [{"@value": text, "@language": code} for code, text in table.titles.items()],
        "dc:license": {"@id": config.licence},
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {
            **({"aboutUrl": about, "primaryKey": "id"} if table.has_ids else {}),
            # What a row without an id says is more than a triple a cell: its columns are explained, and no more.
            "columns": [*columns, kind] if table.has_ids else [column | {"suppressOutput": True} for column in columns],
        },
    }


def _column(column: Meaning, table: Described, schema: Schema) -> dict[str, Any]:
    """Describe a column; its header is among its titles, as validators ask."""
    described = _called(column)
    if column.field is None:
        return {**described, "required": True, "suppressOutput": True}
    described["propertyUrl"] = column.field.iri
    for path in schema.nested_paths(table.kind):
        if path.links == column.parents:
            described["aboutUrl"] = f"{path.nested.base}{{id}}{path.suffix}"
    if column.language:
        described["lang"] = column.language
    if column.many:
        described["separator"] = SEPARATOR
    if column.datatype or column.is_iri or column.many:
        # Values of other types than string are freed of the blanks round them.
        described["datatype"] = "anyURI" if column.is_iri else column.datatype or "token"
    # A template joins the values of a list, so that only single ones lead somewhere.
    if column.address and not column.many:
        described["valueUrl"] = column.address
    if column.header in table.kind.required:
        described["required"] = True
    return described


def _called(column: Meaning) -> dict[str, Any]:
    """Say what a column is called: by its header for programs, in each language for people.

    A header that can be no name stands first among titles of no language: there every reader looks for it, and csvw
    4.1 nowhere else. What the column is called in each language is its label then.
    """
    if column.name:
        titles = {code: list(dict.fromkeys([column.header, text])) for code, text in column.titles.items()}
        return {"name": column.name, "titles": titles}
    return {
        "titles": [column.header],
        "rdfs:label": [{"@value": text, "@language": code} for code, text in column.titles.items()],
    }
