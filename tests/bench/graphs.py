"""Peers that make each statement by hand, with a library's terms or with none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .byhand import ByHand, Makers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyoxigraph as ox
    import rdflib


def by_hand(folder: Path) -> rdflib.Graph:
    """Add every statement to an rdflib graph."""
    from rdflib import Graph, Literal, URIRef

    makers = Makers(
        iri=URIRef,
        text=lambda text, language: Literal(text, lang=language),
        plain=Literal,
        typed=lambda text, datatype: Literal(text, datatype=datatype),
    )
    graph = Graph()
    for statement in ByHand(folder, makers):
        graph.add(statement)
    return graph


def rdflib_graph(folder: Path) -> None:
    """Add every statement to an rdflib graph; serialise it."""
    by_hand(folder).serialize(folder / "rdflib.nt", format="nt", encoding="utf-8")


def pyoxigraph_store(folder: Path) -> None:
    """Load every statement into a pyoxigraph store; dump it."""
    import pyoxigraph as ox

    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in _pyoxigraph_triples(folder))
    store.dump(folder / "pyoxigraph-store.nt", ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())


def pyoxigraph_stream(folder: Path) -> None:
    """Hand every statement to pyoxigraph's writer; no graph is held."""
    import pyoxigraph as ox

    ox.serialize(_pyoxigraph_triples(folder), folder / "pyoxigraph-stream.nt", ox.RdfFormat.N_TRIPLES)


def _pyoxigraph_triples(folder: Path) -> Iterator[ox.Triple]:
    import pyoxigraph as ox

    makers = Makers(
        iri=ox.NamedNode,
        text=lambda text, language: ox.Literal(text, language=language),
        plain=ox.Literal,
        typed=lambda text, datatype: ox.Literal(text, datatype=datatype),
    )
    return (ox.Triple(*statement) for statement in ByHand(folder, makers))


def strings(folder: Path) -> None:
    """Format every statement as a line of text, with no library and no check: about as little as Python can do."""
    makers = Makers(
        iri=lambda iri: f"<{iri}>",
        text=lambda text, language: f'"{_escaped(text)}"@{language}',
        plain=lambda text: f'"{_escaped(text)}"',
        typed=lambda text, datatype: f'"{text}"^^{datatype}',
    )
    with (folder / "strings.nt").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{subject} {predicate} {value} .\n" for subject, predicate, value in ByHand(folder, makers))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
