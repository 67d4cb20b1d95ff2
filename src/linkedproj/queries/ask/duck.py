"""Answer a saved query by its twin in SQL: DuckDB on the Parquet tables of a release.

DuckDB reads those files and no others, fetches nothing, and takes arguments as values, never as text.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.model.context import load_context
from linkedproj.model.errors import Place, QueryError
from linkedproj.queries.ask.local import DUMP, TooLargeError, opened, stored
from linkedproj.queries.ask.sqltables import CODES, Published, parquet_files, text, view
from linkedproj.queries.ask.sqlterms import Terms, maker
from linkedproj.queries.results.table import Table
from linkedproj.queries.results.values import needed
from linkedproj.queries.saved.bind import bound_terms
from linkedproj.queries.saved.twin import read_twin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from linkedproj.model.context import Context
    from linkedproj.queries.saved.collection import SavedQuery
    from linkedproj.queries.saved.twin import Twin

_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_TOLD = {_RDFS + "label": 0, _SKOS + "definition": 1}

_LIMITS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "default_null_order": "nulls_first_on_asc_last_on_desc",  # as SPARQL orders unbound cells
}


def answer(
    query: SavedQuery,
    arguments: Mapping[str, str],
    bases: Mapping[str, str],
    folder: Path,
    most: int | None = None,
) -> Table:
    """Answer by the twin from the tables in `folder`; arguments and `bases` as in `bind`.

    Raises:
        QueryError: the query has no twin, the release no tables, or a value is beyond what DuckDB can count with.
        SetupError: duckdb is not installed.
        TooLargeError: the answer has more than `most` rows.
    """
    if query.twin is None:
        raise QueryError(f"{query.id} has no twin in SQL.", Place(query.file))
    duckdb = needed("duckdb", "analytics", "An answer from the tables")
    twin = read_twin(query.twin)
    terms = {name: _value(term) for name, term in bound_terms(query, arguments, bases).items()}
    context = load_context(folder / "context.jsonld")
    makes = [maker(kind, terms, context) for kind in twin.columns.values()]
    files = parquet_files(twin, folder)
    if files is None:
        advice = "Install linkedproj[tables] and build it again, or ask without --engine duckdb"
        raise QueryError(f"there are no tables in Parquet in {folder}. {advice}.")
    with _connection(duckdb, files.values()) as connection:
        try:
            _describe(connection, twin, files, context, terms.get(twin.language, ""))
            if CODES in twin.tables:
                _codes(connection, stored(folder / DUMP[-1]), terms.get(twin.language, ""))
            connection.execute(twin.sql, {name: terms.get(name) for name in twin.parameters})
            rows = connection.fetchall() if most is None else connection.fetchmany(most + 1)
        except duckdb.Error as error:
            raise QueryError(f"the twin cannot be run: {error}", Place(twin.file)) from error
    if most is not None and len(rows) > most:
        raise TooLargeError(most)
    terms_of = [Terms(make).__getitem__ for make in makes]
    columns = [map(term_of, cells) for term_of, cells in zip(terms_of, zip(*rows, strict=True), strict=bool(rows))]
    return Table(tuple(twin.columns), tuple(zip(*columns, strict=True)))


def columns_of(twin: Twin, context: Context) -> int:
    """Run the twin on empty tables; give the number of its columns.

    Raises:
        QueryError: it is no query in SQL, or names a table or column that is not there.
        SetupError: duckdb is not installed.
    """
    duckdb = needed("duckdb", "analytics", "A twin in SQL")
    with _connection(duckdb, ()) as connection:
        try:
            statements = connection.extract_statements(twin.sql)
            if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
                raise QueryError("it must be one SELECT.")
            _describe(connection, twin, {}, context, "")
            if CODES in twin.tables:
                _codes(connection, None, "")
            connection.execute(twin.sql, dict.fromkeys(twin.parameters))
        except duckdb.Error as error:
            raise QueryError(" ".join(str(error).split("\n", 1)[0].split()) + ".") from error
        return len(connection.description)


@contextmanager
def _connection(duckdb: Any, files: Iterable[Path]) -> Iterator[Any]:  # noqa: ANN401 - a module without types
    """Open a database in memory that reads these files and nothing else."""
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        connection = duckdb.connect(config={**_LIMITS, "temp_directory": scratch})
        try:
            allowed = ", ".join(text(str(path)) for path in files)
            connection.execute(f"SET allowed_paths = [{allowed}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()


def _describe(
    connection: Any,  # noqa: ANN401 - duckdb's
    twin: Twin,
    files: Mapping[str, Path],
    context: Context,
    language: str,
) -> None:
    """Make the published tables that the twin names."""
    for name, columns in twin.tables.items():
        if name == CODES:
            continue
        table = _published(connection, files[name]) if name in files else Published()
        connection.execute(view(name, columns, table, context, language))


def _published(connection: Any, file: Path) -> Published:  # noqa: ANN401 - duckdb's
    source = f"read_parquet({text(str(file))})"
    connection.execute(f"SELECT * FROM {source} LIMIT 0")  # noqa: S608 - a spelled path
    return Published(source, frozenset(column[0] for column in connection.description))


def _codes(connection: Any, file: Path | None, language: str) -> None:  # noqa: ANN401 - duckdb's
    """Copy the labels and definitions of the vocabulary."""
    found: dict[str, list[str | None]] = {}
    if file is not None:
        with opened(file) as source:
            for quad in ox.parse(source, format=ox.RdfFormat.TURTLE):
                place = _TOLD.get(quad.predicate.value)
                if place is not None and isinstance(quad.object, ox.Literal) and quad.object.language == language:
                    found.setdefault(str(quad.subject)[1:-1], [None, None])[place] = quad.object.value
    connection.execute(f"CREATE TABLE {CODES} (id VARCHAR, label VARCHAR, definition VARCHAR)")
    rows = [list(found), *(list(cells) for cells in zip(*found.values(), strict=True))] if found else [[], [], []]
    connection.execute(f"INSERT INTO {CODES} SELECT unnest($1), unnest($2), unnest($3)", rows)


def _value(term: str) -> str:
    """Give the text of a term from its N-Triples spelling."""
    quad = next(iter(ox.parse(f"<x:x> <x:x> {term} .".encode(), format=ox.RdfFormat.N_TRIPLES)))
    return str(getattr(quad.object, "value", ""))
