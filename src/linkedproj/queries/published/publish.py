"""Publish saved queries as data: each with its text, its answer to the defaults, and how to ask it anew.

The files of a query are named by its id. All bytes follow from the records and the queries: no clock, no chance.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.errors import Place, QueryError
from linkedproj.queries.ask.answers import RESULTS, Bounds, unanswered
from linkedproj.queries.ask.asking import Assignment, InProcess, InWorker
from linkedproj.queries.ask.local import load
from linkedproj.queries.ask.store import weight
from linkedproj.queries.published import openapi, sib
from linkedproj.queries.published.index import describe_query, write_index
from linkedproj.queries.published.kept import Kept, Remembering
from linkedproj.queries.saved.bases import by_table, rebase
from linkedproj.queries.saved.bind import bind, resolve
from linkedproj.queries.saved.collection import header_of
from linkedproj.queries.saved.defaults import most_linked, open_parameters, with_defaults
from linkedproj.system.workers import cores

__all__ = ["RESULTS", "Bounds", "PublishedQueries", "publish"]

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linkedproj.model.context import Context
    from linkedproj.queries.ask.answers import AnsweredQuery
    from linkedproj.queries.saved.collection import SavedQuery

ANSWERS = "answers"


@dataclass(frozen=True)
class PublishedQueries:
    """What was published: the files, and the ids of the queries.

    `poor` ones have no answer here, or fewer rows than they should; for those `left_out` there is no record to ask
    about.
    """

    files: tuple[Path, ...]
    ids: tuple[str, ...]
    poor: tuple[str, ...]
    left_out: tuple[str, ...]


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
    kept: Path | None = None,
    before: Path | None = None,
) -> PublishedQueries:
    """Write all queries and their answers into a folder that is there.

    `data` are the files of RDF of a release, or a store that holds them. `context` is the one of the portfolio:
    defaults and texts follow its base. One query that cannot be run stops all: what is published answers. A query whose
    answer is beyond the `bounds` is published without it, and the index says why; one that needs a record to ask about,
    of a type that has none, is left out.
    What has not changed since a run that had the same file `kept` is not made again; large answers are then taken from
    the folder `before`, in which they were published.

    Raises:
        QueryError: a query or a default cannot be run, or two files would have the same name.
    """
    moved: dict[str, SavedQuery] = {}
    bounds = bounds or Bounds()
    left_out, poor = [], []
    written: dict[str, dict[str, str]] = {}
    paths: dict[Path, None] = {}
    entries = []
    known = Kept(kept) if kept else None
    with (
        TemporaryDirectory(prefix="linkedproj-") as scratch,
        _asker(data, Path(scratch), context, bounds, known, before) as asker,
        # The engine lets others work while it looks for an answer.
        ThreadPoolExecutor(cores()) as threads,
    ):
        subjects = _Subjects(asker, Path(scratch), context, queries.values())
        asked: dict[str, str] = {}
        for name, worded in queries.items():
            query = portfolio_query(subjects.settle(worded), context, known)
            missing = open_parameters(query)
            why = next((subjects.why[each.of] for each in missing if each.of in subjects.why), "")
            if missing and not why:
                left_out.append(name)
                continue
            moved[name], asked[name] = query, why
        answered = threads.map(lambda name: _answer(asker, moved[name], asked[name]), moved)
        for (name, query), found in zip(moved.items(), answered, strict=True):
            if not found.why and found.rows < (1 if query.expect.min_rows < 0 else query.expect.min_rows):
                poor.append(name)
            sparql = bind(query, {}, by_table(context))
            written[name] = {
                _write(folder / file, content, paths): media_type
                for file, media_type, content in _files(query, sparql, context)
            }
            for file, media_type in found.files.items():
                written[name][_move(Path(scratch, ANSWERS, file), folder / file, paths)] = media_type
            entries.append(describe_query(query, found, written[name], bounds))
    if known:
        known.save()
    common = _common(moved, written, context, version)
    listed = {_write(folder / file, content, paths): media_type for file, media_type, content in common}
    head = {"base": context.base, "version": version}
    _write(folder / "queries.json", write_index(head, entries, listed).encode(), paths)
    return PublishedQueries(tuple(paths), tuple(moved), tuple(poor), tuple(left_out))


def _answer(asker: InProcess | InWorker | Remembering, query: SavedQuery, why: str) -> AnsweredQuery:
    return unanswered(query, why) if why else asker.ask(query)


class _Subjects:
    """The records that queries ask about where nobody chooses, by record type; `why` names the bound that hid them."""

    def __init__(
        self, asker: InProcess | InWorker | Remembering, scratch: Path, context: Context, queries: Iterable[SavedQuery]
    ) -> None:
        self._found: dict[str, list[str]] = {}
        self.why: dict[str, str] = {}
        needed: Counter[str] = Counter()
        for query in queries:
            needed |= Counter(parameter.of for parameter in open_parameters(query))
        for kind in (kind for kind in context.types.values() if kind.table in needed):
            query = most_linked(kind, needed[kind.table])
            answer = asker.ask(query)
            if answer.why:
                self.why[kind.table] = answer.why
                continue
            with (scratch / ANSWERS / f"{query.id}.csv").open(encoding="utf-8", newline="") as file:
                self._found[kind.table] = [row["value"] for row in csv.DictReader(file)]

    def settle(self, query: SavedQuery) -> SavedQuery:
        """Let a query ask about what nothing was chosen for."""
        return with_defaults(query, open_parameters(query), self._found)


def _asker(  # noqa: PLR0913, PLR0917 - what is asked, how far, and what is known of it
    data: ox.Store | Sequence[Path],
    scratch: Path,
    context: Context,
    bounds: Bounds,
    known: Kept | None,
    before: Path | None,
) -> InProcess | InWorker | Remembering:
    """Choose who answers: this process while the release is small, another one that can be stopped above that."""
    answers = scratch / ANSWERS
    answers.mkdir()
    bases = by_table(context)
    if isinstance(data, ox.Store):
        return InProcess(data, bases, answers, bounds)
    files = tuple(data)

    def made() -> InProcess | InWorker:
        if weight(files) <= bounds.above:
            return InProcess(load(files), bases, answers, bounds)
        loaded = files if weight(files) <= bounds.loaded else ()
        store = scratch / "store" if loaded and weight(files) > bounds.memory else None
        return InWorker(Assignment(store, loaded, bases, answers, bounds))

    return Remembering(made, known, files, bases, answers, bounds, before) if known else made()


def _write(path: Path, content: bytes, written: dict[Path, None]) -> str:
    if path in written:
        raise QueryError(_TWICE.format(path.name), Place(path.name))
    path.write_bytes(content)
    written[path] = None
    return path.name


def _move(source: Path, path: Path, written: dict[Path, None]) -> str:
    if path in written:
        raise QueryError(_TWICE.format(path.name), Place(path.name))
    shutil.move(source, path)
    written[path] = None
    return path.name


def portfolio_query(query: SavedQuery, context: Context, known: Kept | None = None) -> SavedQuery:
    """Return the query for the base of a portfolio, with a header that says how this portfolio asks it."""
    moved, bases = rebase(query, context.base), by_table(context)
    parameters = {
        name: replace(one, default=resolve(one, one.default, bases)) if one.default is not None else one
        for name, one in moved.parameters.items()
    }
    settled = replace(moved, parameters=parameters)
    return replace(settled, text=_header(settled, known) + moved.body)


def _header(query: SavedQuery, known: Kept | None) -> str:
    """Write the header of a query, which takes as long as its answer, or find it among what is known."""
    name = known.name("header", query) if known else ""
    header = known.find(name) if known else None
    if not isinstance(header, str):
        header = header_of(query)
        if known:
            known.put(name, header)
    return header


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
