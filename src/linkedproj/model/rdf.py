"""RDF as text: one term, and a whole graph.

Records are written by `linkedproj.writers`, which never see a graph. Everything else that is published as RDF is a
graph, and becomes text here: the same triples are always the same bytes.

Sources: RDF 1.1 N-Triples and RDF 1.1 Turtle, W3C Recommendations of 2014-02-25 (both escape literals alike).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal

TURTLE, RDF_XML, N_TRIPLES = ox.RdfFormat.TURTLE, ox.RdfFormat.RDF_XML, ox.RdfFormat.N_TRIPLES

_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def escape(text: str) -> str:
    """Escape what may not stand in a quoted literal of N-Triples and Turtle."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if '"' in text:
        text = text.replace('"', '\\"')
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\r" in text:
        text = text.replace("\r", "\\r")
    return text


def literal(text: str, language: str = "", datatype: str = "") -> str:
    r"""Spell a literal of a language, or of a datatype (an IRI), as N-Triples, Turtle and SPARQL do.

    >>> print(literal('5" pipe\n', "en"))
    "5\" pipe\n"@en
    """
    end = f"@{language}" if language else f"^^<{datatype}>" if datatype else ""
    return f'"{escape(text)}"{end}'


def read_term(text: str) -> Term:
    """Read a term as N-Triples spell it.

    Raises:
        SyntaxError: it is none.
    """
    term = next(iter(ox.parse(f"<x:s> <x:p> {text} .", format=N_TRIPLES))).object
    return cast("Term", term)  # N-Triples of RDF 1.1 have no triple terms


def ordered(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Sort triples, each once: by subject, its classes first, then by predicate, language and spelling."""
    return sorted(set(triples), key=_key)


def serialize(triples: Iterable[ox.Triple], syntax: ox.RdfFormat, prefixes: Mapping[str, str] | None = None) -> str:
    """Write a graph in order; of `prefixes` (name to namespace) those that some IRI begins with, by their names."""
    graph = ordered(triples)
    iris = {iri for triple in graph for iri in _iris(triple)}
    fitting = {
        name: space for name, space in sorted((prefixes or {}).items()) if any(iri.startswith(space) for iri in iris)
    }
    return (ox.serialize(graph, format=syntax, prefixes=fitting) or b"").decode()


def _key(triple: ox.Triple) -> tuple[str, bool, str, str, str]:
    value = triple.object
    language = (value.language or "") if isinstance(value, ox.Literal) else ""
    return str(triple.subject), triple.predicate != _TYPE, triple.predicate.value, language, str(value)


def _iris(triple: ox.Triple) -> Iterable[str]:
    for term in triple:
        if isinstance(term, ox.NamedNode):
            yield term.value
        elif isinstance(term, ox.Literal):
            yield term.datatype.value
