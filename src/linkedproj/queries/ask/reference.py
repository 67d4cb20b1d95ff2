"""Run queries on rdflib: the second opinion on every saved query. Slow; used by tests only."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.queries.results.table import Table, Triples, as_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import rdflib
    from rdflib.term import Identifier

    from linkedproj.queries.results.table import RdfTerm


@contextmanager
def _literals_as_written() -> Iterator[None]:
    """Keep rdflib from spelling literals its own way; the switch is global, so it is put back."""
    import rdflib

    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def read_graph(paths: Sequence[Path]) -> rdflib.Graph:
    """Read files, in the syntax of their suffix, with rdflib's own parsers."""
    import rdflib

    graph = rdflib.Graph()
    with _literals_as_written():
        for path in paths:
            graph.parse(path)
    return graph


def graph_of(store: ox.Store) -> rdflib.Graph:
    """Copy the default graph of a store."""
    import rdflib

    graph = rdflib.Graph()
    with _literals_as_written():
        graph.parse(data=store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()), format="nt")
    return graph


def run_reference(graph: rdflib.Graph, sparql: str) -> Table:
    """Run a query that is known to parse, of any form (see `as_table`); unbound cells are None."""
    with _literals_as_written():
        found = graph.query(sparql)
        if found.type == "ASK":
            return as_table(bool(found.askAnswer))
        if found.graph is not None:
            triples = [ox.Triple(*(_term(term) for term in triple)) for triple in found.graph]  # type: ignore[arg-type] # no variables
            return as_table(Triples.of(triples, {}))
        columns = tuple(str(variable) for variable in found.vars or ())
        rows = tuple(tuple(_term(row.get(variable)) for variable in found.vars or ()) for row in found.bindings)
    return Table(columns, rows)


def _term(term: Identifier | None) -> RdfTerm | None:
    from rdflib import BNode, Literal, URIRef

    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    if not isinstance(term, Literal):
        return None
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else None)
