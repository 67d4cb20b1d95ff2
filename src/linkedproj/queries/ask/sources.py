"""Where a question is asked: files here, a store, or an endpoint elsewhere. Whoever asks chooses here, and only here.

A source knows where the IRIs of its portfolio begin, so that a saved query can be worded for it (`prepare`) before
anything is loaded: a wrong argument is reported at once. Then `Source.answer` asks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from linkedproj.queries.saved import bases
from linkedproj.queries.saved.bind import bind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyoxigraph as ox

    from linkedproj.model.context import Context
    from linkedproj.queries.results.table import Answer
    from linkedproj.queries.saved.collection import SavedQuery

LATEST = Path("public/dump/latest")
"""Where `linkedproj build` leaves the newest dump, seen from the current folder."""


@dataclass(frozen=True)
class Question:
    """A saved query worded for one portfolio: `sparql` is what is run, `context` that of the portfolio."""

    query: SavedQuery
    sparql: str
    context: Context


class Source(Protocol):
    """What answers questions."""

    @property
    def base(self) -> str | None:
        """What the IRIs of the portfolio begin with; None where the data do not tell."""

    def answer(self, question: Question) -> Answer:
        """Answer a question.

        Raises:
            QueryError: the data cannot be read, or the query cannot be run.
            RemoteError: an endpoint does not answer, or not as it must.
        """


@dataclass(frozen=True)
class StoreSource:
    """A store, opened when it is first needed; `find_base` finds where the IRIs begin, if it can without the store."""

    open: Callable[[], ox.Store]
    find_base: Callable[[], str | None] = lambda: None

    @cached_property
    def store(self) -> ox.Store:
        """The store, opened."""
        return self.open()

    @cached_property
    def base(self) -> str | None:
        """What the IRIs begin with, looked up in the store where nothing else tells."""
        return self.find_base() or bases.base_in(self.store)

    def answer(self, question: Question) -> Answer:
        """Answer by pyoxigraph.

        Raises:
            QueryError: the data cannot be read, or the query cannot be run.
        """
        from linkedproj.queries.ask.local import evaluate

        return evaluate(self.store, question.sparql, question.query.file, question.query.header_lines)


@dataclass(frozen=True)
class EndpointSource:
    """A SPARQL endpoint, which cannot tell where the IRIs begin; `tell` hears what should be known of an answer."""

    address: str
    tell: Callable[[str], None] = lambda _: None
    base: str | None = None

    def answer(self, question: Question) -> Answer:
        """Answer by the endpoint.

        Raises:
            RemoteError: it does not answer, or not as it must.
        """
        from linkedproj.queries.ask import remote

        return remote.ask(self.address, question.sparql, tell=self.tell)


def files_source(paths: Sequence[Path] = (), kept: Path | None = None) -> StoreSource:
    """Return the source that files of RDF, or folders of them, are; without any, the newest dump.

    `kept` is a folder in which a store on disk is kept, as in `open_store`.
    """
    chosen = tuple(paths) or (LATEST,)

    def open_files() -> ox.Store:
        from linkedproj.queries.ask.local import data_files
        from linkedproj.queries.ask.store import open_store

        return open_store([file for path in chosen for file in data_files(path)], kept)

    def find_base() -> str | None:
        found = bases.base_beside([path if path.is_file() else path / "-" for path in chosen])
        # Where there is nothing to read, a query can still be worded, and shown.
        return found or (None if all(path.exists() for path in chosen) else bases.context_of().base)

    return StoreSource(open_files, find_base)


def endpoint_source(address: str, tell: Callable[[str], None] = lambda _: None) -> EndpointSource:
    """Return the source that an endpoint is.

    Raises:
        QueryError: this is no address of one.
    """
    from linkedproj.queries.ask.remote import refuse_address

    refuse_address(address)
    return EndpointSource(address, tell)


def prepare(source: Source, query: SavedQuery, arguments: Mapping[str, str], base: str = "") -> Question:
    """Word a query for the portfolio of a source, or for IRIs that begin with `base`; arguments as in `bind`.

    Raises:
        QueryError: an argument does not fit.
        SetupError: `base` is no IRI that ends in "/".
    """
    context = bases.context_of(base or source.base)
    moved = bases.rebase(query, context.base)
    return Question(moved, bind(moved, arguments, bases.by_table(context)), context)
