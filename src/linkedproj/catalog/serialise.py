"""One graph without blank nodes in four syntaxes, each byte for byte the same for the same graph.

Sources: Turtle 1.1, RDF 1.1 XML Syntax, JSON-LD 1.1, N-Triples 1.1.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RDF = _TYPE.removesuffix("type")
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SCHEMA = "https://schema.org/"
_WIDTH = 116

Term = ox.NamedNode | ox.Literal


@dataclass(frozen=True)
class Graph:
    """Triples to be written: `base` begins our own IRIs, `root` is what a nested JSON-LD begins with, or ""."""

    triples: Collection[ox.Triple]
    prefixes: Mapping[str, str]
    base: str
    root: str = ""

    @cached_property
    def by_subject(self) -> dict[str, dict[str, list[Term]]]:
        """Values by subject and predicate, all sorted; the class comes first."""
        found: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in sorted(self.triples, key=_order):
            found[_iri(triple.subject)][triple.predicate.value].append(_value(triple.object))
        return found

    @cached_property
    def subjects(self) -> list[str]:
        """Subjects as they are best read: ours from the top down, then the others by IRI."""
        own = [subject for subject in self.by_subject if subject.startswith(self.base)]
        referred = {_iri(triple.object) for triple in self.triples if isinstance(triple.object, ox.NamedNode)}
        pending, seen = [*(s for s in own if s not in referred), *own], dict[str, None]()
        while pending:
            subject = pending.pop(0)
            if subject not in seen:
                seen[subject] = None
                below = [_iri(v) for values in self.by_subject[subject].values() for v in values if _is_iri(v)]
                pending = [iri for iri in below if iri in self.by_subject and iri.startswith(self.base)] + pending
        return [*seen, *(subject for subject in self.by_subject if subject not in seen)]

    def short(self, iri: str) -> str:
        """Write an IRI with its prefix, or give "" where none fits."""
        fitting = [
            f"{name}:{iri[len(space) :]}"
            for name, space in self.prefixes.items()
            if iri.startswith(space) and _LOCAL.fullmatch(iri[len(space) :])
        ]
        return min(fitting, key=len, default="")

    @cached_property
    def used(self) -> dict[str, str]:
        """The prefixes that are needed, by name."""
        iris = {term for triple in self.triples for term in _iris(triple)}
        names = {self.short(iri).partition(":")[0] for iri in iris if self.short(iri)}
        return {name: space for name, space in sorted(self.prefixes.items()) if name in names}


def turtle(graph: Graph) -> str:
    """Write Turtle: a block a subject, a line a property."""
    heads = [f"@prefix {name}: <{space}> .\n" for name, space in graph.used.items()]
    return "".join(heads) + "".join(_block(graph, subject) for subject in graph.subjects)


def _block(graph: Graph, subject: str) -> str:
    lines = [
        _values("a" if predicate == _TYPE else _turtle_iri(graph, predicate), [_turtle_term(graph, v) for v in values])
        for predicate, values in graph.by_subject[subject].items()
    ]
    return f"\n{_turtle_iri(graph, subject)} " + " ;\n  ".join(lines) + " .\n"


def _values(predicate: str, values: list[str]) -> str:
    """Write the values of a property in one line if they fit, else a line each."""
    line = f"{predicate} {' , '.join(values)}"
    return line if len(line) < _WIDTH else f"{predicate} " + " ,\n    ".join(values)


def _turtle_iri(graph: Graph, iri: str) -> str:
    return graph.short(iri) or f"<{iri}>"


def _turtle_term(graph: Graph, term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return _turtle_iri(graph, term.value)
    plain = term.language or term.datatype.value == _STRING
    return str(term) if plain else f"{ox.Literal(term.value)}^^{_turtle_iri(graph, term.datatype.value)}"


def ntriples(graph: Graph) -> str:
    """Write N-Triples, sorted."""
    return "".join(sorted(f"{triple} .\n" for triple in graph.triples))


def rdfxml(graph: Graph) -> str:
    """Write RDF/XML: an rdf:Description a subject, an element a value."""
    spaces = dict(graph.prefixes) | {"rdf": _RDF}
    names = {iri: _xml_name(iri, spaces) for iri in sorted({t.predicate.value for t in graph.triples})}
    used = {name.partition(":")[0] for name in names.values()} | {"rdf"}
    heads = "".join(f"\n  xmlns:{name}={quoteattr(space)}" for name, space in sorted(spaces.items()) if name in used)
    body = "".join(_description(graph, subject, names) for subject in graph.subjects)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{heads}>\n{body}</rdf:RDF>\n'


def _xml_name(iri: str, spaces: dict[str, str]) -> str:
    local = re.search(r"[A-Za-z_][A-Za-z0-9_.-]*$", iri)
    if not local:
        raise ValueError(f"{iri} cannot be written as RDF/XML: its end is no XML name.")
    space = iri[: local.start()]
    name = next((name for name, known in sorted(spaces.items()) if known == space and name), f"n{len(spaces)}")
    spaces[name] = space
    return f"{name}:{local[0]}"


def _description(graph: Graph, subject: str, names: Mapping[str, str]) -> str:
    elements = "".join(
        f"    {_element(names[predicate], value)}\n"
        for predicate, values in graph.by_subject[subject].items()
        for value in values
    )
    return f"  <rdf:Description rdf:about={quoteattr(subject)}>\n{elements}  </rdf:Description>\n"


def _element(name: str, value: Term) -> str:
    if isinstance(value, ox.NamedNode):
        return f"<{name} rdf:resource={quoteattr(value.value)}/>"
    kind = value.datatype.value
    tag = f" xml:lang={quoteattr(value.language)}" if value.language else ""
    tag = tag or ("" if kind == _STRING else f" rdf:datatype={quoteattr(kind)}")
    return f"<{name}{tag}>{escape(value.value)}</{name}>"


def jsonld(graph: Graph) -> str:
    """Write JSON-LD with its context inside: flat, or nested under the root for those who read it as plain JSON."""
    writer = _JsonLd(graph)
    if graph.root:
        content = writer.nested(graph.base + graph.root)
    else:
        content = {"@graph": [writer.node(subject) for subject in graph.subjects]}
    return json.dumps({"@context": writer.context(), **content}, ensure_ascii=False, indent=1) + "\n"


@dataclass
class _JsonLd:
    graph: Graph
    taken: set[str] = field(default_factory=set)

    def context(self) -> dict[str, str]:
        """Give the prefixes; in a nested document schema.org needs none, as its readers expect."""
        plain = {"@vocab": _SCHEMA} if self.graph.root else {}
        return plain | {name: space for name, space in self.graph.used.items() if not (plain and space == _SCHEMA)}

    def nested(self, subject: str) -> dict[str, Any]:
        """Give a node with the nodes that it refers to inside, each where it is met first."""
        self.taken.add(subject)
        return self.node(subject, self._inside)

    def _inside(self, iri: str) -> dict[str, Any]:
        known = iri in self.graph.by_subject and iri not in self.taken
        return self.nested(iri) if known else {"@id": iri}

    def node(self, subject: str, follow: Callable[[str], dict[str, Any]] = lambda iri: {"@id": iri}) -> dict[str, Any]:
        """Give a node; `follow` says what stands for an IRI."""
        content: dict[str, Any] = {"@id": subject}
        for predicate, values in self.graph.by_subject[subject].items():
            if predicate == _TYPE:
                content["@type"] = _single([self._term(_iri(value)) for value in values])
            else:
                content[self._term(predicate)] = _single([self._json(value, follow) for value in values])
        return content

    def _term(self, iri: str) -> str:
        if self.graph.root and iri.startswith(_SCHEMA):
            return iri.removeprefix(_SCHEMA)
        return self.graph.short(iri) or iri

    def _json(self, value: Term, follow: Callable[[str], dict[str, Any]]) -> dict[str, Any] | str:
        if isinstance(value, ox.NamedNode):
            return follow(value.value)
        if value.language:
            return {"@value": value.value, "@language": value.language}
        kind = value.datatype.value
        return value.value if kind == _STRING else {"@value": value.value, "@type": self._term(kind)}


def _single(values: list[Any]) -> object:
    return values[0] if len(values) == 1 else values


def _order(triple: ox.Triple) -> tuple[str, bool, str, str, str]:
    predicate = triple.predicate.value
    return (_iri(triple.subject), predicate != _TYPE, predicate, _language(triple.object), str(triple.object))


def _language(term: object) -> str:
    return (term.language or "") if isinstance(term, ox.Literal) else ""


def _is_iri(term: object) -> bool:
    return isinstance(term, ox.NamedNode)


def _iri(term: object) -> str:
    if not isinstance(term, ox.NamedNode):
        raise TypeError(f"{term} is no IRI; a catalogue has no blank nodes.")
    return term.value


def _value(term: object) -> Term:
    if not isinstance(term, ox.NamedNode | ox.Literal):
        raise TypeError(f"{term} is neither IRI nor literal; a catalogue has no blank nodes.")
    return term


def _iris(triple: ox.Triple) -> Iterator[str]:
    for term in triple:
        if isinstance(term, ox.NamedNode):
            yield term.value
        elif isinstance(term, ox.Literal) and not term.language:
            yield term.datatype.value


SYNTAXES: Mapping[str, Callable[[Graph], str]] = {
    "": turtle,
    ".ttl": turtle,
    ".rdf": rdfxml,
    ".jsonld": jsonld,
    ".nt": ntriples,
}
"""Suffix of a file -> how its graph is written."""
