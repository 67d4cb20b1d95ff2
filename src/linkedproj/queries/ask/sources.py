"""Where a question is asked: files here, a store, or an endpoint elsewhere. Whoever asks chooses here, and only here.

A source knows where the IRIs of its portfolio begin, so that a saved query can be worded for it (`prepare`) before
anything is loaded: a wrong argument is reported at once. Then `Source.answer` asks it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from linkedproj.model.errors import QueryError
from linkedproj.queries.results.table import Table, Triples
from linkedproj.queries.saved import bases
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.defaults import kind_of, most_linked, open_parameters, records, with_defaults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from linkedproj.model.context import Context
    from linkedproj.queries.results.table import Answer
    from linkedproj.queries.saved.collection import SavedQuery
    from linkedproj.queries.saved.parameters import Parameter

LATEST = Path("public/dump/latest")
"""Where `linkedproj build` leaves the newest dump, seen from the current folder."""


@dataclass(frozen=True)
class Question:
    """A saved query worded for one portfolio: `sparql` is what is run, `context` that of the portfolio.

    `arguments` are those that were given; the parameters of the query have their defaults. `most` is how many rows or
    triples an answer from here may have.
    """

    query: SavedQuery
    sparql: str
    context: Context
    arguments: Mapping[str, str] = field(default_factory=dict)
    most: int | None = None


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
            QueryError: the data cannot be read, the query cannot be run, or its answer is larger than wanted.
        """
        from linkedproj.queries.ask.local import evaluate

        query = question.query
        return evaluate(self.store, question.sparql, query.file, query.header_lines, most=question.most)


@dataclass(frozen=True)
class EndpointSource:
    """A SPARQL endpoint, which cannot tell where the IRIs begin; `tell` hears what should be known of an answer.

    `seconds` are for an answer, however often it is asked for; None: as long as `remote.Patience` has.
    """

    address: str
    tell: Callable[[str], None] = lambda _: None
    seconds: float | None = None
    base: str | None = None

    def answer(self, question: Question) -> Answer:
        """Answer by the endpoint.

        Raises:
            RemoteError: it does not answer, or not as it must.
            TooLargeError: the answer has more rows or triples than are wanted.
        """
        from linkedproj.queries.ask import remote
        from linkedproj.queries.ask.local import refuse_more

        patience = remote.Patience()
        if self.seconds is not None:
            patience = remote.Patience(seconds=self.seconds, in_all=self.seconds)
        found = remote.ask(self.address, question.sparql, patience, tell=self.tell)
        refuse_more(found, question.most)
        return found


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


def endpoint_source(
    address: str, tell: Callable[[str], None] = lambda _: None, seconds: float | None = None
) -> EndpointSource:
    """Return the source that an endpoint is; `seconds` are for one whole answer.

    Raises:
        QueryError: this is no address of one.
    """
    from linkedproj.queries.ask.remote import refuse_address

    refuse_address(address)
    return EndpointSource(address, tell, seconds)


def prepare(
    source: Source, query: SavedQuery, arguments: Mapping[str, str], base: str = "", ontology: Path | None = None
) -> Question:
    """Word a query for the portfolio of a source, or for IRIs that begin with `base`; arguments as in `bind`.

    What has neither argument nor default asks about the record with the most links. `ontology` is the folder of the
    one in force, if it is not the shipped one.

    Raises:
        QueryError: an argument does not fit, or there is no record to ask about.
        SetupError: `base` is no IRI that ends in "/".
    """
    context = bases.context_of(base or source.base, ontology)
    moved = bases.rebase(query, context.base)
    by_table = bases.by_table(context)
    bind(moved, arguments, by_table)  # what does not fit is reported before anything is loaded
    missing = open_parameters(moved, arguments)
    found = {parameter.of: _most_linked(source, parameter, len(missing), context) for parameter in missing}
    moved = with_defaults(moved, missing, found)
    for parameter in open_parameters(moved, arguments):
        advice = f"Choose one with -p {parameter.name}=…"
        raise QueryError(f"the data have no {parameter.of} to ask {query.id} about. {advice}")
    return Question(moved, bind(moved, arguments, by_table), context, arguments)


def ask(source: Source, question: Question) -> Answer:
    """Answer a question; one without an answer that is about what is not there is an error.

    Raises:
        QueryError: the data cannot be read, the query cannot be run, or an argument names no record.
        RemoteError: an endpoint does not answer, or not as it must.
    """
    answer = source.answer(question)
    if not _is_empty(answer):
        return answer
    for parameter in question.query.parameters.values():
        kind, value = kind_of(parameter, question.context), question.arguments.get(parameter.name, "")
        if kind and value:
            iris = _values(source, records(kind), question.context)
            ids = [iri.removeprefix(kind.base) for iri in iris]
            if value.removeprefix(kind.base) not in ids:
                raise QueryError(f"there is no {kind.table} '{value}'. {_advice(parameter, value, ids)}")
    return answer


def _is_empty(answer: Answer) -> bool:
    if isinstance(answer, Table):
        return not len(answer)
    return not answer.triples if isinstance(answer, Triples) else not answer


def _advice(parameter: Parameter, value: str, ids: Sequence[str]) -> str:
    by_small = {identifier.lower(): identifier for identifier in ids}
    nearest = difflib.get_close_matches(value.lower(), by_small, 1)
    if nearest:
        return f"Did you mean '{by_small[nearest[0]]}'?"
    return f"'linkedproj query {parameter.pick}' lists them." if parameter.pick else "Write the id of a record."


def _most_linked(source: Source, parameter: Parameter, number: int, context: Context) -> list[str]:
    kind = kind_of(parameter, context)
    return _values(source, most_linked(kind, number), context) if kind else []


def _values(source: Source, query: SavedQuery, context: Context) -> list[str]:
    """Ask for the values of the first column."""
    answer = source.answer(Question(query, query.text, context))
    rows = answer.rows if isinstance(answer, Table) else ()
    return [row[0].value for row in rows if isinstance(row[0], ox.NamedNode)]
