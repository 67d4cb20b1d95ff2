"""Publish saved queries as data: each with its text, its answer to the defaults, and how to ask it anew.

The files of a query are named by its id. All bytes follow from the records and the queries: no clock, no chance.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.errors import Place, QueryError
from linkedproj.queries.ask.answers import RESULTS, Bounds
from linkedproj.queries.ask.asking import Assignment, InProcess, InWorker
from linkedproj.queries.ask.local import load
from linkedproj.queries.ask.store import weight
from linkedproj.queries.published import openapi, sib
from linkedproj.queries.published.index import describe_query, write_index
from linkedproj.queries.saved.bases import by_table, context_of, rebase
from linkedproj.queries.saved.bind import bind

__all__ = ["RESULTS", "Bounds", "publish"]

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linkedproj.model.context import Context
    from linkedproj.queries.saved.collection import SavedQuery

ANSWERS = "answers"
_TWICE = "two published files would be called {}. Rename the query."
_QUERY, _TURTLE, _JSON = "application/sparql-query", "text/turtle", "application/json"


def publish(  # noqa: PLR0913 - what a release is, and how far its answers go
    data: ox.Store | Sequence[Path],
    queries: Mapping[str, SavedQuery],
    folder: Path,
    context: Context,
    version: str,
    *,
    bounds: Bounds | None = None,
) -> list[Path]:
    """Write all queries and their answers into a folder that is there; return the files.

    `data` are the files of RDF of a release, or a store that holds them. `context` is the one of the portfolio:
    defaults and texts follow its base. One query that cannot be run stops all: what is published answers. A query whose
    answer is beyond the `bounds` is published without it, and the index says why.

    Raises:
        QueryError: a query or a default cannot be run, or two files would have the same name.
    """
    moved = {name: portfolio_query(query, context) for name, query in queries.items()}
    bounds = bounds or Bounds()
    written: dict[str, dict[str, str]] = {}
    paths: list[Path] = []
    entries = []
    with (
        TemporaryDirectory(prefix="linkedproj-") as scratch,
        _asker(data, Path(scratch), context, bounds) as asker,
    ):
        for name, query in moved.items():
            found = asker.ask(query)
            sparql = bind(query, {}, by_table(context))
            written[name] = {
                _write(folder / file, content, paths): media_type
                for file, media_type, content in _files(query, sparql, context)
            }
            for file, media_type in found.files.items():
                written[name][_move(Path(scratch, ANSWERS, file), folder / file, paths)] = media_type
            entries.append(describe_query(query, found, written[name], bounds))
    common = _common(moved, written, context, version)
    listed = {_write(folder / file, content, paths): media_type for file, media_type, content in common}
    head = {"base": context.base, "version": version}
    _write(folder / "queries.json", write_index(head, entries, listed).encode(), paths)
    return paths


def _asker(data: ox.Store | Sequence[Path], scratch: Path, context: Context, bounds: Bounds) -> InProcess | InWorker:
    """Choose who answers: this process while the release is small, another one that can be stopped above that."""
    answers = scratch / ANSWERS
    answers.mkdir()
    bases = by_table(context)
    if isinstance(data, ox.Store):
        return InProcess(data, bases, answers, bounds)
    if weight(data) <= bounds.above:
        return InProcess(load(data), bases, answers, bounds)
    files = tuple(data) if weight(data) <= bounds.loaded else ()
    store = scratch / "store" if files and weight(data) > bounds.memory else None
    return InWorker(Assignment(store, files, bases, answers, bounds))


def _write(path: Path, content: bytes, written: list[Path]) -> str:
    if path in written:
        raise QueryError(_TWICE.format(path.name), Place(path.name))
    path.write_bytes(content)
    written.append(path)
    return path.name


def _move(source: Path, path: Path, written: list[Path]) -> str:
    if path in written:
        raise QueryError(_TWICE.format(path.name), Place(path.name))
    shutil.move(source, path)
    written.append(path)
    return path.name


def portfolio_query(query: SavedQuery, context: Context) -> SavedQuery:
    """Return the query for the base of a portfolio, in the texts of its header too."""
    moved = rebase(query, context.base)
    header = query.text.removesuffix(query.body)
    return replace(moved, text=header.replace(context_of().base, context.base) + moved.body)


def _files(query: SavedQuery, sparql: str, context: Context) -> Iterator[tuple[str, str, bytes]]:
    """Yield name, media type and content of each file of a query, but for its answer."""
    yield f"{query.id}.rq", _QUERY, sparql.encode()
    yield f"{query.id}.template.rq", _QUERY, query.text.encode()
    yield f"{query.id}.ttl", _TURTLE, sib.export(query, site_address(context) + "query/", by_table(context)).encode()


def _common(
    queries: Mapping[str, SavedQuery], files: Mapping[str, Mapping[str, str]], context: Context, version: str
) -> Iterator[tuple[str, str, bytes]]:
    """Yield name, media type and content of each file that speaks of all queries, but for the index."""
    site = site_address(context)
    yield "all.ttl", _TURTLE, sib.export_all(queries.values(), site + "query/", by_table(context)).encode()
    described = openapi.describe_files(queries.values(), site.removesuffix("/"), version, files)
    yield "openapi.json", _JSON, (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode()


def site_address(context: Context) -> str:
    """Return the address that pages and data are below: the records' own base without its last step."""
    return context.base.removesuffix("id/")
