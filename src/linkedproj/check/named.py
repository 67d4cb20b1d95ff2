"""The shapes as engines get them: every shape has an IRI, so that what an engine reports can be looked up again.

A blank node's label means nothing outside the parser that made it; each engine would name a nameless shape anew.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.shapes import DCT, RDF, RDFS, SH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from linkedproj.model.shapes import Term

MADE_UP = "urn:linkedproj:shape:"
"""What the IRIs of shapes begin with that have none in their file."""

NESTING = ("node", "or", "xone", "and", "not", "qualifiedValueShape")
_SIGNS = {"inversePath": "^{}", "zeroOrMorePath": "{}*", "oneOrMorePath": "{}+", "zeroOrOnePath": "{}?"}
_CLASSES = {ox.NamedNode(RDFS + "Class"), ox.NamedNode("http://www.w3.org/2002/07/owl#Class")}
_SHAPES = {ox.NamedNode(SH + "NodeShape"), ox.NamedNode(SH + "PropertyShape")}
_SINGLE = ("property", "node", "not", "qualifiedValueShape")
_LISTS = ("and", "or", "xone")


class NamedShapes:
    """The graph of a Turtle file of shapes.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: it is no Turtle.
    """

    def __init__(self, path: Path) -> None:
        quads = ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=path.absolute().as_uri())
        triples = [quad.triple for quad in quads]
        self._index(triples)
        names: dict[Term, ox.NamedNode] = {}
        for node in self._blank_shapes(triples):
            names.setdefault(node, ox.NamedNode(f"{MADE_UP}{len(names) + 1}"))
        self.triples = [
            ox.Triple(names.get(t.subject, t.subject), t.predicate, names.get(t.object, t.object)) for t in triples
        ]
        self._index(self.triples)

    def _index(self, triples: Iterable[ox.Triple]) -> None:
        self._objects: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._parents: dict[Term, list[Term]] = defaultdict(list)
        for triple in triples:
            self._objects[triple.subject][triple.predicate.value].append(triple.object)  # type: ignore[index, arg-type]  # no RDF-star
            self._parents[triple.object].append(triple.subject)  # type: ignore[index, arg-type]  # no RDF-star

    def _blank_shapes(self, triples: Iterable[ox.Triple]) -> Iterator[Term]:
        """Find the nodes that can only be shapes (SHACL, section 2); a blank path or list stays blank."""
        single, lists = {SH + name for name in _SINGLE}, {SH + name for name in _LISTS}
        for triple in triples:
            name = triple.predicate.value
            found: list[Term] = []
            if name in single:
                found = [triple.object]  # type: ignore[list-item]  # no RDF-star
            elif name in lists:
                found = self.members(triple.object)  # type: ignore[arg-type]  # no RDF-star
            elif name == SH + "path" or name.startswith(SH + "target"):
                found = [triple.subject]  # type: ignore[list-item]  # no RDF-star
            yield from (node for node in found if isinstance(node, ox.BlankNode))

    def ntriples(self, triples: Iterable[ox.Triple] | None = None) -> bytes:
        """Write the graph, or another, as N-Triples."""
        written = ox.serialize(self.triples if triples is None else triples, format=ox.RdfFormat.N_TRIPLES)
        return written or b""

    def subjects(self, predicate: str) -> list[Term]:
        """Give what has a value for a predicate of SHACL, in the order of the file."""
        return [subject for subject, values in self._objects.items() if SH + predicate in values]

    def implicit(self) -> list[Term]:
        """Give the shapes that are classes, and therefore their own targets (SHACL, section 2.1.3.3)."""
        kinds = {subject: set(self.objects(subject, RDF + "type")) for subject in self._objects}
        return [s for s, k in kinds.items() if k & _CLASSES and k & _SHAPES and isinstance(s, ox.NamedNode)]

    def objects(self, node: Term, predicate: str) -> list[Term]:
        """Give the values of a predicate."""
        return self._objects[node].get(predicate, []) if node in self._objects else []

    def shacl(self, node: Term, name: str) -> list[Term]:
        """Give the values of a term of SHACL."""
        return self.objects(node, SH + name)

    def members(self, head: Term) -> list[Term]:
        """Give the members of an RDF list."""
        found: list[Term] = []
        seen: set[Term] = set()
        while head in self._objects and head not in seen:
            seen.add(head)
            found += self.objects(head, RDF + "first")
            head = next(iter(self.objects(head, RDF + "rest")), head)
        return found

    def inner(self, node: Term, names: Iterable[str] = NESTING) -> list[Term]:
        """Give the shapes that a value must (or must not) conform to, lists spread out."""
        values = [value for name in names for value in self.shacl(node, name)]
        return [inner for value in values for inner in (self.members(value) or [value])]

    def parents(self, node: Term) -> list[Term]:
        """Give what refers to a node."""
        return self._parents.get(node, [])

    def nearest(self, iri: str) -> str:
        """Give the IRI of a shape as its file has it, or that of the nearest node above it that has one."""
        pending: list[Term] = [ox.NamedNode(iri)] if iri else []
        seen: set[Term] = set()
        while pending:
            node = pending.pop(0)
            if isinstance(node, ox.NamedNode) and not node.value.startswith(MADE_UP):
                return node.value
            if node not in seen:
                seen.add(node)
                pending += sorted(self.parents(node), key=str)
        return ""

    def code(self, shape: Term) -> str:
        """Give the code of a shape, or ""."""
        return next((value.value for value in self.objects(shape, DCT + "identifier")), "")

    def messages(self, shape: Term) -> dict[str, str]:
        """Give the messages of a shape by language, "" for those without a tag."""
        literals = sorted((m for m in self.shacl(shape, "message") if isinstance(m, ox.Literal)), key=lambda m: m.value)
        return {literal.language or "": literal.value for literal in literals}

    def path(self, node: Term) -> str:
        """Spell a path: a property as its IRI, anything longer as in SPARQL 1.1, section 9.1."""
        if isinstance(node, ox.NamedNode):
            return node.value
        if self.objects(node, RDF + "first"):
            return "/".join(self._step(part) for part in self.members(node))
        for alternatives in self.shacl(node, "alternativePath"):
            return "|".join(self._step(part) for part in self.members(alternatives))
        parts = ((sign, part) for name, sign in _SIGNS.items() for part in self.shacl(node, name))
        return next((sign.format(self._step(part)) for sign, part in parts), "")

    def _step(self, node: Term) -> str:
        return f"<{node.value}>" if isinstance(node, ox.NamedNode) else f"({self.path(node)})"
