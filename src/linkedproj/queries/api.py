"""Saved queries for Python: `linkedproj.query("projects-by-city", city="barcelona")`."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from linkedproj.model.errors import QueryError
from linkedproj.queries.ask import local
from linkedproj.queries.ask.engines import ENGINES, LocalData
from linkedproj.queries.results.rows import Result
from linkedproj.queries.results.table import Table
from linkedproj.queries.saved import bases
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.collection import choose, read_queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.queries.saved.collection import SavedQuery

Argument: TypeAlias = str | int | float | bool | Decimal | dt.date
Data: TypeAlias = str | Path | Sequence[str | Path] | ox.Store

LATEST = Path("public/dump/latest")
"""Where `linkedproj build` leaves the newest dump, seen from the current folder."""


def query(  # noqa: PLR0913 - what can be asked of a query, each by its own name
    query_id: str,
    /,
    *,
    data: Data | None = None,
    endpoint: str = "",
    base: str = "",
    engine: str = "auto",
    store: str | Path | None = None,
    **arguments: Argument,
) -> Result:
    """Run a saved query and give its rows; arguments are given by name, in text or as values of Python.

    `data` is a dump folder, a file or files of RDF, or a store (`linkedproj.queries.records.load_records`); without
    it the newest dump in public/ is asked. `endpoint` is the address of a SPARQL endpoint to ask instead. `base` is
    what the IRIs of the portfolio begin with, where the data do not tell ("https://data.example.org/id/"). `engine` is "sparql",
    "duckdb" or "auto"; `store` a folder in which a store on disk is kept.

    Raises:
        QueryError: there is no such query, an argument does not fit, or the data cannot be read.
        RemoteError: the endpoint does not answer, or not as it must.
    """
    from linkedproj.model.paths import shipped

    if endpoint and data is not None:
        raise QueryError("data and endpoint exclude each other. Give one of them.")
    if engine not in ENGINES:
        raise QueryError(f"there is no engine '{engine}'. There are: {', '.join(ENGINES)}.")
    saved = choose(read_queries(shipped("queries")), query_id)
    given = {name: _spelled(value) for name, value in arguments.items()}
    if endpoint:
        from linkedproj.queries.ask import remote

        text = bound(saved, given, base)
        notes: list[str] = []
        answer = remote.ask(endpoint, text, tell=notes.append)
        for note in notes:
            warnings.warn(note, UserWarning, stacklevel=3)
    elif isinstance(data, ox.Store):
        text = bound(saved, given, base or bases.base_in(data))
        answer = local.evaluate(data, text, saved.file, saved.header_lines)
    else:
        found = _data(LATEST if data is None else data, engine, store)
        context = bases.context_of(base or found.base)
        text = bound(saved, given, context.base)
        answer = found.answer(bases.rebase(saved, context.base), given, context)
    if not isinstance(answer, Table):
        raise QueryError(f"{query_id} gives no rows. Run it with: linkedproj query {query_id}")
    return Result(answer, text)


def bound(saved: SavedQuery, arguments: Mapping[str, str], base: str | None = None) -> str:
    """Give the text that is run on a portfolio whose IRIs begin with `base` (the shipped one, if not given).

    Raises:
        QueryError: an argument does not fit.
        SetupError: `base` is no IRI that ends in "/".
    """
    context = bases.context_of(base or None)
    return bind(bases.rebase(saved, context.base), arguments, bases.by_table(context))


def _data(data: str | Path | Sequence[str | Path], engine: str, store: str | Path | None) -> LocalData:
    paths = tuple(Path(path) for path in ([data] if isinstance(data, str | Path) else data))
    files = [file for path in paths for file in local.data_files(path)]
    return _kept(paths, engine, None if store is None else Path(store), tuple(_stamp(file) for file in files))


@lru_cache(maxsize=1)
def _kept(paths: tuple[Path, ...], engine: str, place: Path | None, stamps: tuple[object, ...]) -> LocalData:
    """Keep data while the files are as they were, since one asks the same data many times."""
    del stamps
    return LocalData(paths, engine, place)


def _stamp(file: Path) -> object:
    try:
        found = file.resolve().stat()
    except OSError:
        return None
    return file.resolve(), found.st_mtime_ns, found.st_size, found.st_ino


def _spelled(value: Argument) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
