"""Run queries here, on pyoxigraph: a store filled from files, an answer for each query."""

from __future__ import annotations

import gzip
import re
from itertools import islice
from typing import IO, TYPE_CHECKING, TypeVar, cast

import pyoxigraph as ox

from linkedproj.model.errors import Place, QueryError
from linkedproj.queries.results.table import Table, TooLargeError, Triples
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.tokens import declared_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.queries.results.table import Answer
    from linkedproj.queries.saved.collection import SavedQuery

_Item = TypeVar("_Item")

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
"""The files of a built dump that queries run on; of each, the compressed copy will do."""

_SYNTAX = re.compile(r"error at (?P<line>[0-9]+):(?P<column>[0-9]+): (?P<what>.*)", re.DOTALL)


def dump_files(folder: Path) -> list[Path]:
    """Return the files of the dump in `folder` that queries run on; a compressed one where there is no other.

    Raises:
        QueryError: there is no dump.
    """
    files = [file for name in DUMP if (file := stored_copy(folder / name))]
    if len(files) < len(DUMP):
        advice = "Build one with 'linkedproj build', or query the records themselves with --records DIR"
        raise QueryError(f"there is no dump in {folder}. {advice}.")
    return files


def stored_copy(file: Path) -> Path | None:
    """Return a file, or else its compressed copy, or else nothing."""
    return next((one for one in (file, file.with_name(f"{file.name}.gz")) if one.is_file()), None)


def data_files(path: Path) -> list[Path]:
    """Return the files to load for a file, for the folder of a built dump, or for any folder with files of RDF.

    Of a file and its compressed copy, one is given.

    Raises:
        QueryError: the folder has none, or is not there.
    """
    if not path.exists() and not path.suffix:
        return dump_files(path)
    if not path.is_dir():
        return [path]
    files = [file for file in sorted(path.iterdir()) if file.is_file() and _syntax(file)]
    if not files or all(stored_copy(path / name) for name in DUMP):
        return dump_files(path)
    return [file for file in files if file.suffix != ".gz" or file.with_suffix("") not in files]


def load(paths: Sequence[Path]) -> ox.Store:
    """Read files into the default graph of one store in memory; the suffix says in which syntax a file is.

    Raises:
        QueryError: a file is missing, has a suffix we do not know, or does not parse.
    """
    store = ox.Store()
    for path in paths:
        fill(store, path)
    return store


def fill(store: ox.Store, path: Path) -> None:
    """Read one file into the default graph of a store.

    Raises:
        OSError: a store on disk cannot be written.
        QueryError: the file is missing, has a suffix we do not know, or does not parse.
    """
    syntax = _syntax(path)
    if syntax is None:
        raise QueryError(f"no RDF syntax is known by this suffix. There are: {', '.join(SUFFIXES)}.", Place(str(path)))
    try:
        file = open_rdf(path)
    except OSError as error:
        raise QueryError(f"the file cannot be read: {error.strerror or error}.", Place(str(path))) from error
    with file:
        try:
            _fill(store, file, syntax)
        except (gzip.BadGzipFile, EOFError) as error:
            raise QueryError(f"the file is no whole gzip: {error}.", Place(str(path))) from error
        except (SyntaxError, ValueError) as error:
            raise QueryError(f"the file does not parse: {error}.", Place(str(path))) from error


def open_rdf(path: Path) -> IO[bytes]:
    """Open a file, or what is compressed in it."""
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _fill(store: ox.Store, file: IO[bytes], syntax: ox.RdfFormat) -> None:
    if syntax.supports_datasets:
        # Queries ask the default graph; which graph a triple came in is not asked here.
        quads = ox.parse(file, format=syntax)
        store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    else:
        store.bulk_load(file, format=syntax)


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


def parse(sparql: str, file: str, prefixes: Mapping[str, str]) -> None:
    """Refuse what is no SPARQL; `prefixes` are declared besides those in the text.

    Raises:
        QueryError: it does not parse.
    """
    try:
        ox.Store().query(sparql, prefixes=dict(prefixes))
    except SyntaxError as error:
        place, what = _unparsed(str(error), file, 0)
        raise QueryError(f"this is no SPARQL 1.1: {what}.", place) from error


def evaluate(store: ox.Store, sparql: str, file: str = "query", above: int = 0, *, most: int | None = None) -> Answer:
    """Run a query of any form: rows for SELECT, yes or no for ASK, triples for CONSTRUCT and DESCRIBE.

    Raises:
        QueryError: it does not parse, or cannot be run to its end.
        TooLargeError: the answer has more than `most` rows or triples.
    """
    try:
        return _answer(store.query(sparql), sparql, most)
    except SyntaxError as error:
        place, what = _unparsed(str(error), file, above)
        raise QueryError(f"this is no SPARQL 1.1: {what}.", place) from error
    except OSError as error:
        raise QueryError(f"the query cannot be run to its end: {error}.", Place(file)) from error


def _answer(found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, sparql: str, most: int | None) -> Answer:
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return Triples.of(_at_most(found, most), declared_prefixes(sparql))
    return Table.found(found, most)


def refuse_more(answer: Answer, most: int | None) -> None:
    """Refuse an answer that has more than `most` rows or triples.

    Raises:
        TooLargeError: it has.
    """
    found = len(answer) if isinstance(answer, Table) else len(answer.triples) if isinstance(answer, Triples) else 0
    if most is not None and found > most:
        raise TooLargeError(most)


def _at_most(found: Iterable[_Item], most: int | None) -> Iterator[_Item]:
    items = iter(found)
    yield from islice(items, most)
    if most is not None and next(items, None) is not None:
        raise TooLargeError(most)


def answer(store: ox.Store, query: SavedQuery, arguments: Mapping[str, str], bases: Mapping[str, str]) -> Table:
    """Bind a saved query and run it; `bases` as in `bind`.

    Raises:
        QueryError: the arguments do not fit, or the query does not parse.
    """
    return run(store, bind(query, arguments, bases), query.file, query.header_lines)


def _unparsed(message: str, file: str, above: int) -> tuple[Place, str]:
    match = _SYNTAX.fullmatch(message)
    if not match:
        return Place(file), message
    return Place(file, int(match["line"]) + above, int(match["column"])), match["what"]
