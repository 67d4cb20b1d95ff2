"""Saved queries as an HTTP interface, described by OpenAPI 3.1: one GET for each.

Source: OpenAPI Specification 3.1.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkedproj.model.rules import text_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linkedproj.queries.saved.collection import SavedQuery
    from linkedproj.queries.saved.parameters import Parameter

_TYPES: Mapping[str, Mapping[str, str]] = {
    "iri": {"type": "string", "format": "iri"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "xsd_date": {"type": "string", "format": "date"},
    "xsd_dateTime": {"type": "string", "format": "date-time"},
    "xsd_boolean": {"type": "boolean"},
}


def describe(
    queries: Iterable[SavedQuery],
    server: str,
    version: str,
    media_types: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Describe a server that answers `GET /query/<id>?name=value`.

    `server` is its address ("https://data.example.org"), `version` that of the data, `media_types` the forms in which
    each query can be answered, by its id.
    """
    paths = {
        f"/query/{query.id}": {
            "get": _operation(query, query.id, media_types.get(query.id, ()), list(query.parameters.values()))
        }
        for query in queries
    }
    return _document(server, version, paths)


def describe_files(
    queries: Iterable[SavedQuery], server: str, version: str, files: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Describe a folder of prebuilt answers, which take no parameters: `GET /query/<file>`.

    `files` gives the media type of each file, by the id of its query and then by name.
    """
    paths = {
        f"/query/{name}": {"get": _operation(query, name, (media_type,), ())}
        for query in queries
        for name, media_type in files.get(query.id, {}).items()
    }
    return _document(server, version, paths)


def _document(server: str, version: str, paths: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Saved queries",
            "version": version,
            "description": "Each path answers one question; what a parameter is not given has its default.",
        },
        "servers": [{"url": server}],
        "paths": paths,
    }


def _operation(
    query: SavedQuery, name: str, media_types: Sequence[str], parameters: Sequence[Parameter]
) -> dict[str, Any]:
    content: dict[str, Any] = {media_type: {} for media_type in media_types}
    responses: dict[str, Any] = {"200": {"description": "The answer", **({"content": content} if content else {})}}
    if parameters:
        responses["400"] = {"description": "A parameter is unknown, or its value does not fit; every fault is told."}
    return {
        "operationId": name,
        "summary": text_in(query.title, "en"),
        "description": text_in(query.description, "en"),
        "tags": list(query.tags),
        **({"parameters": [_parameter(parameter) for parameter in parameters]} if parameters else {}),
        "responses": responses,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    """Describe a parameter; none is required, because each has a default or may be left out."""
    label = text_in(parameter.label, "en") or parameter.name
    also = f". The id of a {parameter.of} will do." if parameter.of else ""
    return {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": label + also,
        "schema": _schema(parameter),
    }


def _schema(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = dict(_TYPES.get(parameter.type, {"type": "string"}))
    if parameter.of:
        schema.pop("format", None)
    if parameter.enum:
        schema["enum"] = [_typed(value, schema["type"]) for value in parameter.enum]
    if parameter.default is not None:
        schema["default"] = _typed(parameter.default, schema["type"])
    return schema


def _typed(value: str, kind: str) -> str | float | bool:
    if kind == "integer":
        return int(value)
    if kind == "number":
        return float(value)
    return value in {"true", "1"} if kind == "boolean" else value
