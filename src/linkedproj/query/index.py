"""The index of published queries: what a page, a script or a search needs to know of each, as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from linkedproj.context import RDF
from linkedproj.lexical import LANGUAGE, XSD
from linkedproj.query.table import Table, Triples
from linkedproj.query.tokens import prefixes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkedproj.query.parameters import Parameter
    from linkedproj.query.saved import SavedQuery
    from linkedproj.query.table import Answer

_DATATYPES = {
    "": XSD + "string",
    "literal": XSD + "string",
    "iri": XSD + "anyURI",
    "integer": XSD + "integer",
    "number": XSD + "decimal",
}

_FORMS = {Table: "SELECT", bool: "ASK", Triples: "CONSTRUCT"}


def entry(query: SavedQuery, answer: Answer, files: Mapping[str, str]) -> dict[str, Any]:
    """Describe a query, its answer to the defaults, and its files (name -> media type).

    `rows` are those of a SELECT query, the triples of a CONSTRUCT query, or 1 for the yes or no of an ASK query.
    """
    return {
        "id": query.id,
        "form": _FORMS[type(answer)],
        "title": dict(query.title),
        "description": dict(query.description),
        "tags": list(query.tags),
        "view": query.view,
        "parameters": [_parameter(one, prefixes(query.body)) for one in query.parameters.values()],
        "columns": list(answer.columns) if isinstance(answer, Table) else [],
        "rows": _size(answer),
        "files": [{"name": name, "type": media_type} for name, media_type in files.items()],
    }


def write_index(head: Mapping[str, str], entries: Sequence[Mapping[str, Any]], files: Mapping[str, str]) -> str:
    """Write the whole index: `head`, the files that speak of all queries (name -> media type), and every query."""
    listed = [{"name": name, "type": media_type} for name, media_type in files.items()]
    return json.dumps({**head, "files": listed, "queries": list(entries)}, ensure_ascii=False, indent=1) + "\n"


def _size(answer: Answer) -> int:
    if isinstance(answer, Table):
        return len(answer.rows)
    return len(answer.triples) if isinstance(answer, Triples) else 1


def _parameter(parameter: Parameter, declared: Mapping[str, str]) -> dict[str, Any]:
    """Describe a parameter; `of` is the record type whose ids will do, `pick` the query that lists values."""
    return {
        "name": parameter.name,
        "label": dict(parameter.label),
        "datatype": _datatype(parameter.type, declared),
        "language": parameter.type if _is_language(parameter.type) else None,
        "required": not parameter.optional,
        "default": parameter.default,
        "enum": list(parameter.enum),
        "of": parameter.of or None,
        "pick": parameter.pick or None,
    }


def _is_language(name: str) -> bool:
    return name not in _DATATYPES and LANGUAGE.fullmatch(name) is not None


def _datatype(name: str, declared: Mapping[str, str]) -> str:
    if name in _DATATYPES:
        return _DATATYPES[name]
    if _is_language(name):
        return RDF + "langString"
    prefix, _, local = name.partition("_")
    return declared.get(prefix, "") + local
