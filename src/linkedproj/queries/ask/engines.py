"""Data that lie here, and which engine answers from them: pyoxigraph from the RDF, DuckDB from the tables beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from linkedproj.model.errors import QueryError
from linkedproj.queries.ask import duck, local
from linkedproj.queries.ask.sqltables import parquet_files
from linkedproj.queries.ask.store import open_store, weight
from linkedproj.queries.saved import bases
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.twin import read_twin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyoxigraph as ox

    from linkedproj.model.context import Context
    from linkedproj.queries.results.table import Answer
    from linkedproj.queries.saved.collection import SavedQuery

ENGINES = ("auto", "sparql", "duckdb")

FROM_TABLES = 8 * 2**20
"""Bytes of RDF in a release above which a query that has a twin is answered from the tables.

Measured with DuckDB 2.0: a twin takes 0.1 s and loads nothing. With some 600 projects, 8 MB, loading the RDF takes
0.2 s, and from there on it grows with the release.
"""


@dataclass(frozen=True)
class LocalData:
    """A folder of a release, or files of RDF, to be queried by one of ENGINES.

    `place` is where a store on disk is kept, as in `open_store`.
    """

    paths: tuple[Path, ...]
    engine: str = "auto"
    place: Path | None = None
    above: int = FROM_TABLES

    @cached_property
    def files(self) -> list[Path]:
        """The files of RDF."""
        return [file for path in self.paths for file in local.data_files(path)]

    @cached_property
    def store(self) -> ox.Store:
        """A store that holds the files."""
        return open_store(self.files, self.place)

    @property
    def base(self) -> str | None:
        """What the IRIs of the portfolio begin with, where the data tell."""
        return bases.base_beside(self.files) or bases.base_in(self.store)

    def answer(self, query: SavedQuery, arguments: Mapping[str, str], context: Context) -> Answer:
        """Answer a query that is written for the portfolio; arguments as in `bind`.

        Raises:
            QueryError: an argument does not fit, or the query cannot be run; with "duckdb", it has no twin, or the data
                are no release with tables.
            SetupError: duckdb is not installed.
        """
        by_table = bases.by_table(context)
        sparql = bind(query, arguments, by_table)
        if self.engine == "duckdb":
            return duck.answer(query, arguments, by_table, self._release(), None)
        if self.engine == "auto" and self._is_large(query):
            try:
                return duck.answer(query, arguments, by_table, self.paths[0])
            except QueryError:
                # Such as a number beyond 38 digits: the RDF says it, DuckDB cannot count with it.
                pass
        return local.evaluate(self.store, sparql, query.file, query.header_lines)

    def _release(self) -> Path:
        """Give the folder of the release.

        Raises:
            QueryError: the data are something else.
        """
        folder = self.paths[0]
        if len(self.paths) > 1 or not (folder / "context.jsonld").is_file():
            raise QueryError("DuckDB answers from the tables of one release. Name its folder, such as dump/latest.")
        return folder

    def _is_large(self, query: SavedQuery) -> bool:
        """Tell whether the query can be answered from tables, and is so sooner."""
        if query.twin is None or len(self.paths) > 1 or not can_count(query, self.paths[0]):
            return False
        return weight(local.dump_files(self.paths[0])) > self.above


def can_count(query: SavedQuery, folder: Path) -> bool:
    """Tell whether DuckDB is here, the query has a twin, and the folder is that of a release with tables for it."""
    if query.twin is None or find_spec("duckdb") is None or not (folder / "context.jsonld").is_file():
        return False
    return parquet_files(read_twin(query.twin), folder) is not None
