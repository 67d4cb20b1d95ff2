"""A described release in the four syntaxes of a catalogue, each byte for byte the same for the same graph.

Turtle, RDF/XML and N-Triples are those of `linkedproj.model.rdf`. JSON-LD (1.1) is written here, because search engines
read it as plain JSON: with short names, and nested under one node where the profile names it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.model.context import RDF
from linkedproj.model.lexical import XSD
from linkedproj.model.rdf import N_TRIPLES, RDF_XML, TURTLE, ordered, serialize

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SCHEMA = "https://schema.org/"
_BOOLEANS = {"true": True, "false": False}

Node = dict[str, Any]


@dataclass(frozen=True)
class Graph:
    """Triples without blank nodes; `root` is the IRI that JSON-LD is nested under, or ""."""

    triples: Collection[ox.Triple]
    prefixes: Mapping[str, str]
    root: str = ""

    @cached_property
    def by_subject(self) -> dict[str, dict[str, list[ox.NamedNode | ox.Literal]]]:
        """Values by subject and predicate, in order.

        Raises:
            TypeError: there is a blank node.
        """
        found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for triple in ordered(self.triples):
            if any(isinstance(term, ox.BlankNode) for term in triple):
                raise TypeError(f"{triple} has a blank node; a catalogue has none.")
            found[str(triple.subject)[1:-1]][triple.predicate.value].append(triple.object)
        return found


def jsonld(graph: Graph) -> str:
    """Write JSON-LD with its context inside: a list of nodes, or one node that holds the others."""
    writer = _JsonLd(graph)
    nodes = writer.nested(graph.root) if graph.root else {"@graph": [writer.node(s) for s in graph.by_subject]}
    return json.dumps({"@context": writer.context(), **nodes}, ensure_ascii=False, indent=1) + "\n"


@dataclass
class _JsonLd:
    graph: Graph
    taken: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def context(self) -> dict[str, str]:
        """Return the prefixes that were used; in a nested document schema.org needs none, as its readers expect."""
        plain = {"@vocab": _SCHEMA} if self.graph.root else {}
        return plain | {name: self.graph.prefixes[name] for name in sorted(self.used)}

    def nested(self, subject: str) -> Node:
        """Return a node with the nodes that it refers to inside, each where it is met first."""
        self.taken.add(subject)
        return self.node(subject, self._inside)

    def _inside(self, iri: str) -> Node:
        is_known = iri in self.graph.by_subject and iri not in self.taken
        return self.nested(iri) if is_known else {"@id": iri}

    def node(self, subject: str, follow: Callable[[str], Node] = lambda iri: {"@id": iri}) -> Node:
        """Return a node; `follow` makes what stands for an IRI."""
        content: Node = {"@id": subject}
        for predicate, values in self.graph.by_subject[subject].items():
            if predicate == f"{RDF}type":
                content["@type"] = _single([self._short(value.value) for value in values])
            else:
                content[self._short(predicate)] = _single([self._json(value, follow) for value in values])
        return content

    def _short(self, iri: str) -> str:
        """Write an IRI with its prefix where one fits; that of schema.org is left out in a nested document."""
        if self.graph.root and iri.startswith(_SCHEMA):
            return iri.removeprefix(_SCHEMA)
        for name, space in sorted(self.graph.prefixes.items()):
            if iri.startswith(space) and _LOCAL.fullmatch(iri[len(space) :]):
                self.used.add(name)
                return f"{name}:{iri[len(space) :]}"
        return iri

    def _json(self, value: ox.NamedNode | ox.Literal, follow: Callable[[str], Node]) -> Node | str | bool:
        if isinstance(value, ox.NamedNode):
            return follow(value.value)
        if value.language:
            return {"@value": value.value, "@language": value.language}
        datatype = value.datatype.value
        if datatype == f"{XSD}boolean" and value.value in _BOOLEANS:
            return _BOOLEANS[value.value]
        return value.value if datatype == f"{XSD}string" else {"@value": value.value, "@type": self._short(datatype)}


def _single(values: list[Any]) -> object:
    return values[0] if len(values) == 1 else values


def _plain(syntax: ox.RdfFormat, graph: Graph) -> str:
    return serialize(graph.triples, syntax, graph.prefixes)


SYNTAXES: Mapping[str, Callable[[Graph], str]] = {
    "": partial(_plain, TURTLE),
    ".ttl": partial(_plain, TURTLE),
    ".rdf": partial(_plain, RDF_XML),
    ".jsonld": jsonld,
    ".nt": partial(_plain, N_TRIPLES),
}
"""Suffix of a file -> how its graph is written."""
