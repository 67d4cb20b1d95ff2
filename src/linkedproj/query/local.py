"""Run queries here, on pyoxigraph: a store filled from files, a table for each answer."""

from __future__ import annotations

import gzip
import re
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox

from linkedproj.errors import Place, QueryError
from linkedproj.query.bind import bind
from linkedproj.query.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from linkedproj.query.saved import SavedQuery

SUFFIXES = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".ttl": ox.RdfFormat.TURTLE,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
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
    packed = path.suffix == ".gz"
    syntax = SUFFIXES.get(path.with_suffix("").suffix if packed else path.suffix)
    if syntax is None:
        raise QueryError(f"no RDF syntax is known by this suffix. There are: {', '.join(SUFFIXES)}.", Place(str(path)))
    with gzip.open(path) if packed else path.open("rb") as file:
        store.bulk_load(cast("IO[bytes]", file), format=syntax)


def run(store: ox.Store, sparql: str, file: str = "query", above: int = 0) -> Table:
    """Run a SELECT query; `file` and the number of lines that stood `above` it serve messages.

    Raises:
        QueryError: it does not parse, or is no SELECT.
    """
    try:
        found = store.query(sparql)
    except SyntaxError as error:
        place, what = _unparsed(str(error), file, above)
        raise QueryError(f"this is no SPARQL 1.1: {what}.", place) from error
    if not isinstance(found, ox.QuerySolutions):
        raise QueryError("only SELECT queries can be run so far. Select the columns that are wanted.", Place(file))
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
