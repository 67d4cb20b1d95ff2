"""Saved queries for Python: `linkedproj.query("projects-by-city", city="kigali")`."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from linkedproj.model.errors import QueryError
from linkedproj.model.folder import current_ontology
from linkedproj.model.paths import current_portfolio
from linkedproj.queries.ask.bounded import MEGABYTES, ROWS, SECONDS, BoundedSource, Limits
from linkedproj.queries.ask.local import data_files
from linkedproj.queries.ask.sources import LATEST, StoreSource, ask, endpoint_source, files_source, prepare
from linkedproj.queries.results.rows import QueryResult
from linkedproj.queries.results.table import Table, TooLargeError
from linkedproj.queries.saved.collection import open_collection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.queries.ask.sources import Source

Argument: TypeAlias = str | int | float | bool | Decimal | dt.date
Data: TypeAlias = str | Path | Sequence[str | Path] | ox.Store


def query(  # noqa: PLR0913 - all but the first by name
    query_id: str,
    /,
    *,
    data: Data | None = None,
    endpoint: str = "",
    base: str = "",
    store: str | Path | None = None,
    timeout: float = SECONDS,
    memory: int = MEGABYTES,
    rows: int = ROWS,
    **arguments: Argument,
) -> QueryResult:
    """Run a saved query and return its rows; arguments are given by name, in text or as values of Python.

    `data` is a dump folder, a file or files of RDF, or a store (`linkedproj.queries.records.load_records`); without
    it the newest dump in public/ is asked. `endpoint` is the address of a SPARQL endpoint to ask instead. `base` is
    what the IRIs of the portfolio begin with, where the data do not tell ("https://data.example.org/id/"). `store` is
    a folder in which a store on disk is kept.

    A query may take `timeout` seconds and `memory` MB, and give so many `rows` (0: any). Files are asked in another
    process, which is ended when a query takes more; a store that is handed over is asked here, where only rows are
    bounded. An endpoint is bounded by time and rows.

    Raises:
        QueryError: there is no such query, an argument does not fit, the data cannot be read, or it takes too much.
        RemoteError: the endpoint does not answer, or not as it must.
    """
    if endpoint and data is not None:
        raise QueryError("data and endpoint exclude each other. Give one of them.")
    notes: list[str] = []
    limits = Limits(timeout, memory, rows)
    source: Source
    if endpoint:
        source = endpoint_source(endpoint, notes.append, timeout or None)
    else:
        source = _local_source(data, store, limits)
    found = ask_saved(source, query_id, arguments, base, rows)
    for note in notes:
        warnings.warn(note, UserWarning, stacklevel=2)
    return found


def ask_saved(
    source: Source, query_id: str, arguments: Mapping[str, Argument], base: str = "", rows: int = ROWS
) -> QueryResult:
    """Ask a saved query of a source for at most so many rows (0: any).

    Raises:
        QueryError: there is no such query, it gives no rows, an argument does not fit, the data cannot be read, or it
            takes too much.
        RemoteError: the endpoint does not answer, or not as it must.
    """
    saved = open_collection(current_portfolio()).find(query_id)
    in_force = current_ontology()
    given = {name: spelled(value) for name, value in arguments.items()}
    question = prepare(source, saved, given, base, in_force.path)
    try:
        answer = ask(source, replace(question, most=rows or None))
    except TooLargeError as error:
        raise QueryError(f"{error} Add LIMIT to the query, or allow more with rows=….") from error
    if not isinstance(answer, Table):
        raise QueryError(f"{query_id} gives no rows. Run it with: linkedproj query {query_id}")
    return QueryResult(answer, question.sparql)


def _local_source(data: Data | None, store: str | Path | None, limits: Limits) -> Source:
    if isinstance(data, ox.Store):
        return StoreSource(lambda: data)
    chosen = [LATEST] if data is None else [data] if isinstance(data, str | Path) else data
    paths = tuple(Path(path) for path in chosen)
    stamps = tuple(_stamp(file) for path in paths for file in data_files(path))
    return _kept_source(paths, None if store is None else Path(store), limits, stamps)


@lru_cache(maxsize=1)
def _kept_source(paths: tuple[Path, ...], place: Path | None, limits: Limits, stamps: tuple[object, ...]) -> Source:
    """Keep data while the files are as they were, since one asks the same data many times."""
    del stamps
    return BoundedSource(files_source(paths, place), paths, place, limits)


def _stamp(file: Path) -> object:
    try:
        found = file.resolve().stat()
    except OSError:
        return None
    return file.resolve(), found.st_mtime_ns, found.st_size, found.st_ino


def spelled(value: Argument) -> str:
    """Write a value of Python as an argument of a query."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
