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

from linkedproj.errors import QueryError
from linkedproj.query import bases, local
from linkedproj.query.bind import bind
from linkedproj.query.rows import Result
from linkedproj.query.saved import choose, read_queries
from linkedproj.query.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.query.saved import SavedQuery

Argument: TypeAlias = str | int | float | bool | Decimal | dt.date
Data: TypeAlias = str | Path | Sequence[str | Path] | ox.Store

LATEST = Path("public/dump/latest")
"""Where `linkedproj build` leaves the newest dump, seen from the current folder."""


def query(
    query_id: str, /, *, data: Data | None = None, endpoint: str = "", base: str = "", **arguments: Argument
) -> Result:
    """Run a saved query and give its rows; arguments are given by name, in text or as values of Python.

    `data` is a dump folder, a file or files of RDF, or a store (`linkedproj.build.load_store`); without it the newest
    dump in public/ is asked. `endpoint` is the address of a SPARQL endpoint to ask instead. `base` is what the IRIs
    of the portfolio begin with, where the data do not tell ("https://data.example.org/id/").

    Raises:
        QueryError: there is no such query, an argument does not fit, or the data cannot be read.
        RemoteError: the endpoint does not answer, or not as it must.
    """
    from linkedproj.paths import shipped

    if endpoint and data is not None:
        raise QueryError("data and endpoint exclude each other. Give one of them.")
    saved = choose(read_queries(shipped("queries")), query_id)
    given = {name: _spelled(value) for name, value in arguments.items()}
    if endpoint:
        from linkedproj.query import remote

        text = bound(saved, given, base)
        notes: list[str] = []
        answer = remote.ask(endpoint, text, tell=notes.append)
        for note in notes:
            warnings.warn(note, UserWarning, stacklevel=3)
    else:
        store, found = _store(LATEST if data is None else data)
        text = bound(saved, given, base or found)
        answer = local.evaluate(store, text, saved.file, saved.header_lines)
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


def _store(data: Data) -> tuple[ox.Store, str | None]:
    """Load data; give the base of the portfolio with it."""
    if isinstance(data, ox.Store):
        return data, bases.base_in(data)
    paths = [data] if isinstance(data, str | Path) else data
    files = [file for path in paths for file in local.data_files(Path(path))]
    store = _loaded(tuple((file, _stamp(file)) for file in files))
    return store, bases.base_beside(files) or bases.base_in(store)


@lru_cache(maxsize=1)
def _loaded(stamped: tuple[tuple[Path, object], ...]) -> ox.Store:
    """Load files; kept while they are as they were, since one asks the same data many times."""
    return local.load([file for file, _ in stamped])


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
