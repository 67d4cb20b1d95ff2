"""The index of published queries: what a page, a script or a search needs to know of each, as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from linkedproj.model.context import RDF
from linkedproj.model.lexical import LANGUAGE, XSD
from linkedproj.queries.saved.tokens import declared_prefixes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkedproj.queries.ask.answers import AnsweredQuery, Bounds
    from linkedproj.queries.saved.collection import SavedQuery
    from linkedproj.queries.saved.parameters import Parameter

_DATATYPES = {
    "": XSD + "string",
    "literal": XSD + "string",
    "iri": XSD + "anyURI",
    "integer": XSD + "integer",
    "number": XSD + "decimal",
}

_WHY = {
    "rows": {
        "en": "The answer has more than {rows} rows.",
        "ca": "La resposta té més de {rows} files.",
        "es": "La respuesta tiene más de {rows} filas.",
    },
    "size": {
        "en": "A file of the answer would have more than {size} bytes.",
        "ca": "Un fitxer de la resposta tindria més de {size} bytes.",
        "es": "Un archivo de la respuesta tendría más de {size} bytes.",
    },
    "seconds": {
        "en": "It takes longer than {seconds} seconds.",
        "ca": "Triga més de {seconds} segons.",
        "es": "Tarda más de {seconds} segundos.",
    },
    "memory": {
        "en": "It needs more than {megabytes} MB of memory.",
        "ca": "Necessita més de {megabytes} MB de memòria.",
        "es": "Necesita más de {megabytes} MB de memoria.",
    },
    "loaded": {
        "en": "The release is too large to be loaded for it when it is built.",
        "ca": "La publicació és massa gran per carregar-la en construir-la.",
        "es": "La publicación es demasiado grande para cargarla al construirla.",
    },
}
"""Which bound left a query without an answer -> the sentence that says so."""

_LONG = {
    "en": "The answer has more than {verbose_rows} rows or {verbose_size} bytes: it is here as CSV and TSV.",
    "ca": "La resposta té més de {verbose_rows} files o {verbose_size} bytes: és aquí en CSV i TSV.",
    "es": "La respuesta tiene más de {verbose_rows} filas o {verbose_size} bytes: está aquí en CSV y TSV.",
}
"""The sentence that says why an answer is not here in every format."""

_SWAP = str.maketrans(",.", ".,")


def describe_query(query: SavedQuery, found: AnsweredQuery, files: Mapping[str, str], bounds: Bounds) -> dict[str, Any]:
    """Describe a query, what became of its answer to the defaults, and its files (name -> media type).

    `rows` are those of a SELECT query, the triples of a CONSTRUCT query, or 1 for the yes or no of an ASK query; null
    for one that is published without its answer, which `unanswered` then explains. `left_out` explains the media types
    in which a long answer is not published.
    """
    return {
        "id": query.id,
        "form": found.form,
        "title": dict(query.title),
        "description": dict(query.description),
        "tags": list(query.tags),
        "view": query.view,
        "parameters": [_parameter(one, declared_prefixes(query.body)) for one in query.parameters.values()],
        "columns": list(found.columns),
        "rows": None if found.why else found.rows,
        **({"unanswered": _told(query, _WHY[found.why], bounds)} if found.why else {}),
        **({"left_out": _left_out(query, found.left_out, bounds)} if found.left_out else {}),
        "files": [{"name": name, "type": media_type} for name, media_type in files.items()],
    }


def _left_out(query: SavedQuery, media_types: Sequence[str], bounds: Bounds) -> dict[str, Any]:
    """Explain in which media types a long answer is not published, and how to have it in one of them."""
    told = _told(query, _LONG, bounds)
    return {"types": list(media_types), **told, "run": f"{told['run']} --format json"}


def _told(query: SavedQuery, sentence: Mapping[str, str], bounds: Bounds) -> dict[str, Any]:
    """Put a bound into words, in the languages of a query, and say how to have what it left out."""
    numbers = {name: f"{number:,}".removesuffix(".0") for name, number in asdict(bounds).items()}
    swapped = {name: number.translate(_SWAP) for name, number in numbers.items()}
    spoken = [code for code in sentence if code in query.title] or ["en"]
    told = {code: sentence[code].format(**(numbers if code == "en" else swapped)) for code in spoken}
    return {"why": told, "run": f"linkedproj query {query.id}"}


def write_index(head: Mapping[str, str], entries: Sequence[Mapping[str, Any]], files: Mapping[str, str]) -> str:
    """Write the whole index: `head`, the files that speak of all queries (name -> media type), and every query."""
    listed = [{"name": name, "type": media_type} for name, media_type in files.items()]
    return json.dumps({**head, "files": listed, "queries": list(entries)}, ensure_ascii=False, indent=1) + "\n"


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
