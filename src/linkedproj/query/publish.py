"""Publish saved queries as data: each with its text, its answer to the defaults, and how to ask it anew.

The files of a query are named by its id. All bytes follow from the records and the queries: no clock, no chance.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from linkedproj.errors import Place, QueryError
from linkedproj.query.bases import by_table, context_of, rebase
from linkedproj.query.bind import bind
from linkedproj.query.convention import openapi, sib
from linkedproj.query.formats import FORMATS
from linkedproj.query.geojson import MEDIA_TYPE, is_located, write_geojson
from linkedproj.query.index import entry, write_index
from linkedproj.query.local import evaluate
from linkedproj.query.table import Table, Triples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyoxigraph as ox

    from linkedproj.context import Context
    from linkedproj.query.saved import SavedQuery
    from linkedproj.query.table import Answer

RESULTS = ("csv", "tsv", "json", "xml", "ttl")
"""The formats in which answers are published, each for the answers it can hold."""

_QUERY, _TURTLE, _JSON = "application/sparql-query", "text/turtle", "application/json"


def publish(
    store: ox.Store, queries: Mapping[str, SavedQuery], folder: Path, context: Context, version: str
) -> list[Path]:
    """Write all queries and their answers into a folder that is there; give the files.

    `context` is the one of the portfolio: defaults and texts follow its base. One query that cannot be run stops all:
    what is published answers.

    Raises:
        QueryError: a query or a default cannot be run, or two files would have the same name.
    """
    moved = {name: _moved(query, context) for name, query in queries.items()}
    written: dict[str, dict[str, str]] = {}
    paths: list[Path] = []
    entries = []
    for name, query in moved.items():
        sparql = bind(query, {}, by_table(context))
        answer = evaluate(store, sparql, query.file, query.header_lines)
        written[name] = {
            _write(folder / file, content, paths): media_type
            for file, media_type, content in _files(query, sparql, answer, context)
        }
        entries.append(entry(query, answer, written[name]))
    common = _common(moved, written, context, version)
    listed = {_write(folder / file, content, paths): media_type for file, media_type, content in common}
    head = {"base": context.base, "version": version}
    _write(folder / "queries.json", write_index(head, entries, listed).encode(), paths)
    return paths


def _write(path: Path, content: bytes, written: list[Path]) -> str:
    if path in written:
        raise QueryError(f"two published files would be called {path.name}. Rename the query.", Place(path.name))
    path.write_bytes(content)
    written.append(path)
    return path.name


def _moved(query: SavedQuery, context: Context) -> SavedQuery:
    """Give the query for the portfolio's base, in the texts of its header too."""
    moved = rebase(query, context.base)
    header = query.text.removesuffix(query.body)
    return replace(moved, text=header.replace(context_of().base, context.base) + moved.body)


def _files(query: SavedQuery, sparql: str, answer: Answer, context: Context) -> Iterator[tuple[str, str, bytes]]:
    """Give name, media type and content of each file of a query."""
    yield f"{query.id}.rq", _QUERY, sparql.encode()
    yield f"{query.id}.template.rq", _QUERY, query.text.encode()
    yield f"{query.id}.ttl", _TURTLE, sib.export(query, _site(context) + "query/", by_table(context)).encode()
    middle = ".result" if isinstance(answer, Triples) else ""
    for form in (FORMATS[name] for name in RESULTS):
        if form.holds(answer):
            yield f"{query.id}{middle}{form.suffix}", form.media_type, form.write(answer)
    if isinstance(answer, Table) and is_located(answer):
        yield f"{query.id}.geojson", MEDIA_TYPE, write_geojson(answer).encode()


def _common(
    queries: Mapping[str, SavedQuery], files: Mapping[str, Mapping[str, str]], context: Context, version: str
) -> Iterator[tuple[str, str, bytes]]:
    """Give name, media type and content of each file that speaks of all queries, but for the index."""
    site = _site(context)
    yield "all.ttl", _TURTLE, sib.export_all(queries.values(), site + "query/", by_table(context)).encode()
    described = openapi.describe_files(queries.values(), site.removesuffix("/"), version, files)
    yield "openapi.json", _JSON, (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode()


def _site(context: Context) -> str:
    """Give the address that pages and data are below: the records' own base without its last step."""
    return context.base.removesuffix("id/")
