"""A release for Python: `linkedproj.open("public")`, and then its saved queries, own ones, and single records."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from linkedproj.model.errors import QueryError
from linkedproj.model.folder import current_ontology
from linkedproj.queries import api
from linkedproj.queries.ask.about import look_up
from linkedproj.queries.ask.adhoc import read_adhoc, require_values
from linkedproj.queries.ask.bounded import MEGABYTES, ROWS, SECONDS, BoundedSource, Limits
from linkedproj.queries.ask.sources import files_source, prepare
from linkedproj.queries.lint.misspelt import misspelt_terms
from linkedproj.queries.results.rows import QueryResult
from linkedproj.queries.results.table import as_table
from linkedproj.queries.saved.bases import context_of

if TYPE_CHECKING:
    import pyoxigraph as ox

    from linkedproj.queries.api import Argument
    from linkedproj.queries.results.record import Known

Place: TypeAlias = str | Path | Sequence[str | Path]

_LATEST = Path("dump", "latest")


def open_dataset(
    place: Place = "public",
    /,
    *,
    store: str | Path | None = None,
    timeout: float = SECONDS,
    memory: int = MEGABYTES,
    rows: int = ROWS,
) -> Dataset:
    """Open a published folder, the folder of a dump, a portfolio's folder of tables, or files of RDF.

    `store` is a folder in which a store of large data is kept on disk. Each question may take `timeout` seconds and
    `memory` MB, and give so many `rows` (0: any): it is asked in another process, which holds the data for the next one
    and is ended when a question takes more.

    Raises:
        QueryError: there is nothing of the kind.
        SetupError: portfolio.toml cannot be used.
    """
    limits = Limits(timeout, memory, rows)
    paths = [Path(place)] if isinstance(place, str | Path) else [Path(one) for one in place]
    missing = [path for path in paths if not path.exists()]
    if missing or not paths:
        named = ", ".join(map(str, missing)) or "nothing"
        raise QueryError(f"there is no {named}. Build a release with 'linkedproj build', and name its folder.")
    if len(paths) == 1 and (paths[0] / "portfolio.toml").is_file():
        from linkedproj.queries.records import records_source

        return Dataset(BoundedSource(records_source(paths[0]), limits=limits))
    chosen = [path / _LATEST if (path / _LATEST).is_dir() else path for path in paths]
    place_of_store = None if store is None else Path(store)
    return Dataset(BoundedSource(files_source(chosen, place_of_store), chosen, place_of_store, limits))


class Dataset:
    """Data that are asked again and again; they are loaded at the first question."""

    def __init__(self, source: BoundedSource) -> None:
        self._source = source

    @property
    def store(self) -> ox.Store:
        """The store of all triples, in this process and without bounds, for whatever is not foreseen here."""
        return self._source.store

    def query(self, sparql: str, /, **arguments: Argument) -> QueryResult:
        """Ask a query of your own; the prefixes of the portfolio need no declaration.

        `arguments` fill its parameters (`?_city_iri`). A term that nothing in the vocabulary has is told as a warning.
        What ASK and CONSTRUCT answer is given as rows, too.

        Raises:
            QueryError: it is no query, would reach beyond the data, an argument does not fit, or it takes too much.
        """
        in_force = current_ontology()
        query = read_adhoc(sparql, "query", in_force.path)
        spelled = {name: api.spelled(value) for name, value in arguments.items()}
        require_values(query, spelled)
        question = prepare(self._source, query, spelled, ontology=in_force.path)
        for note in misspelt_terms(query, in_force.path):
            warnings.warn(note, UserWarning, stacklevel=2)
        return QueryResult(as_table(self._source.answer(question)), question.sparql)

    def saved(self, query_id: str, /, **arguments: Argument) -> QueryResult:
        """Ask a saved query, with its parameters by name.

        Raises:
            QueryError: there is no such query, an argument does not fit, or it takes too much.
        """
        return api.ask_saved(self._source, query_id, arguments, rows=self._source.limits.rows)

    def show(self, record: str, /, *, language: str = "en") -> Known:
        """Return all that is known of a record ("project/smath"): values, sentences, sources, and what leads to it.

        Raises:
            QueryError: nothing is known of it; the nearest record is named.
        """
        in_force = current_ontology()
        return look_up(self.store, context_of(self._source.base, in_force.path), record, language)
