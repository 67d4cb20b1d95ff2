"""Run queries here, on pyoxigraph: a store filled from files, an answer for each query."""

from __future__ import annotations

import gzip
import re
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox

from linkedproj.errors import Place, QueryError
from linkedproj.query.bind import bind
from linkedproj.query.table import Table, Triples
from linkedproj.query.tokens import prefixes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from linkedproj.query.saved import SavedQuery
    from linkedproj.query.table import Answer

SUFFIXES = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".ttl": ox.RdfFormat.TURTLE,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
}
"""Suffix -> syntax; each may carry ".gz" behind it."""

DUMP = ("portfolio.nt", "evidence.ttl", "vocabulary.ttl")
"""The files of a built dump that queries run on."""

_SYNTAX = re.compile(r"error at (?P<line>[0-9]+):(?P<column>[0-9]+): (?P<what>.*)", re.DOTALL)


def dump_files(folder: Path) -> list[Path]:
    """Give the files of the dump in `folder` that queries run on.

    Raises:
        QueryError: there is no dump.
    """
    files = [folder / name for name in DUMP]
    if not all(file.is_file() for file in files):
        advice = "Build one with 'linkedproj build', or query the records themselves with --records DIR"
        raise QueryError(f"there is no dump in {folder}. {advice}.")
    return files


def data_files(path: Path) -> list[Path]:
    """Give the files to load for a file, for the folder of a built dump, or for any folder with files of RDF.

    Of a file and its compressed copy, one is given.

    Raises:
        QueryError: the folder has none, or is not there.
    """
    if not path.exists() and not path.suffix:
        return dump_files(path)
    if not path.is_dir():
        return [path]
    files = [file for file in sorted(path.iterdir()) if file.is_file() and _syntax(file)]
    if not files or all((path / name).is_file() for name in DUMP):
        return dump_files(path)
    return [file for file in files if file.suffix != ".gz" or file.with_suffix("") not in files]


def load(paths: Sequence[Path]) -> ox.Store:
    """Read files into the default graph of one store; the suffix says in which syntax a file is.

    Raises:
        QueryError: a file is missing, has a suffix we do not know, or does not parse.
    """
    store = ox.Store()
    for path in paths:
        try:
            _load(store, path)
        except OSError as error:
            raise QueryError(f"the file cannot be read: {error.strerror or error}.", Place(str(path))) from error
        except (SyntaxError, ValueError) as error:
            raise QueryError(f"the file does not parse: {error}.", Place(str(path))) from error
    return store


def _load(store: ox.Store, path: Path) -> None:
    syntax = _syntax(path)
    if syntax is None:
        raise QueryError(f"no RDF syntax is known by this suffix. There are: {', '.join(SUFFIXES)}.", Place(str(path)))
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        if syntax.supports_datasets:
            # Queries ask the default graph; which graph a triple came in is not asked here.
            quads = ox.parse(cast("IO[bytes]", file), format=syntax)
            store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
        else:
            store.bulk_load(cast("IO[bytes]", file), format=syntax)


def _syntax(path: Path) -> ox.RdfFormat | None:
    return SUFFIXES.get(path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix)


def run(store: ox.Store, sparql: str, file: str = "query", above: int = 0) -> Table:
    """Run a SELECT query; `file` and the number of lines that stood `above` it serve messages.

    Raises:
        QueryError: it does not parse, or is no SELECT.
    """
    found = evaluate(store, sparql, file, above)
    if not isinstance(found, Table):
        raise QueryError("only SELECT queries give rows. Select the columns that are wanted.", Place(file))
    return found


def evaluate(store: ox.Store, sparql: str, file: str = "query", above: int = 0) -> Answer:
    """Run a query of any form: rows for SELECT, yes or no for ASK, triples for CONSTRUCT and DESCRIBE.

    Raises:
        QueryError: it does not parse, or cannot be run to its end.
    """
    try:
        return _answer(store.query(sparql), sparql)
    except SyntaxError as error:
        place, what = _unparsed(str(error), file, above)
        raise QueryError(f"this is no SPARQL 1.1: {what}.", place) from error
    except OSError as error:
        raise QueryError(f"the query cannot be run to its end: {error}.", Place(file)) from error


def _answer(found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, sparql: str) -> Answer:
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return Triples.of(found, prefixes(sparql))
    columns = tuple(variable.value for variable in found.variables)
    return Table(columns, tuple(tuple(_plain(row[column]) for column in columns) for row in found))


def answer(store: ox.Store, query: SavedQuery, arguments: Mapping[str, str], bases: Mapping[str, str]) -> Table:
    """Bind a saved query and run it; `bases` as in `bind`.

    Raises:
        QueryError: the arguments do not fit, or the query does not parse.
    """
    return run(store, bind(query, arguments, bases), query.file, query.header_lines)


def _plain(term: object) -> ox.NamedNode | ox.BlankNode | ox.Literal | None:
    return term if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else None


def _unparsed(message: str, file: str, above: int) -> tuple[Place, str]:
    match = _SYNTAX.fullmatch(message)
    if not match:
        return Place(file), message
    return Place(file, int(match["line"]) + above, int(match["column"])), match["what"]
