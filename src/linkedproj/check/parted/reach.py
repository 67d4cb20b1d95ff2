"""What a shape looks at beyond the node it is about: the triples of other nodes that must ride along with a part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.check.shacl import PAIRS, TARGETS
from linkedproj.model.shapes import RDF, SH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.model.shapes import Shapes, Term

_SAME_NODE = ("node", "and", "or", "xone", "not")
# The nodes that point to one may stand anywhere, a chain of nodes may have any length, and a node that is a target
# because of another's statement, or by its name alone, may be in no part or in many.
_FAR_PATHS = ("inversePath", "zeroOrMorePath", "oneOrMorePath")
_MARKED = ox.NamedNode(SH + "targetObjectsOf")
_FAR_TARGETS = ("targetObjectsOf", "targetNode")


@dataclass(eq=False)
class Need:
    """What must be known of a node: the values of some properties, and in turn of those nodes; `all` means all."""

    all: bool = False
    steps: dict[str, Need] = field(default_factory=dict)

    def for_values(self, predicate: str) -> Need:
        """Return the need at the values of a property, which is needed from now on."""
        return self.steps.setdefault(predicate, Need())

    def plain(self) -> dict[str, Any]:
        """Return the need as JSON can hold it."""
        return {"all": self.all, "steps": {name: step.plain() for name, step in self.steps.items()}}

    @staticmethod
    def from_plain(plain: dict[str, Any]) -> Need:
        """Read what `plain` gave."""
        return Need(plain["all"], {name: Need.from_plain(step) for name, step in plain["steps"].items()})


@dataclass(frozen=True)
class Obstacle:
    """Why a shape cannot be judged on a part of the data: the term of SHACL in it; "node" stands for recursion.

    `shape` is the IRI of the shape, or of the nearest one above that has one.
    """

    shape: str
    term: str


class Reach:
    """What the shapes of a file need of the nodes that their focus nodes point to, directly or through others.

    `obstacles` names the shapes that no part can satisfy; with any, the data are judged as a whole.
    """

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self.obstacles: list[Obstacle] = []
        self.need = Need()
        for shape in dict.fromkeys(shape for name in TARGETS for shape in shapes.subjects(SH + name)):
            self._look(shape, self.need, ())
        for shape in shapes.implicit():
            self._look(shape, self.need, ())
        for term in _FAR_TARGETS:
            for shape in shapes.subjects(SH + term):
                self._refuse(shape, term)

    def _refuse(self, shape: Term, term: str) -> None:
        obstacle = Obstacle(self._shapes.named(shape), term)
        if obstacle not in self.obstacles:
            self.obstacles.append(obstacle)

    def _look(self, shape: Term, need: Need, above: tuple[Term, ...]) -> None:
        """Note what a shape needs at a node that it is about."""
        if shape in above:
            self._refuse(shape, "node")
            return
        above = (*above, shape)
        if self._shapes.shacl(shape, "sparql"):
            self._refuse(shape, "sparql")
        values = [need]
        for path in self._shapes.shacl(shape, "path"):
            values = list(self._follow(path, need, shape))
        for name in PAIRS:
            for other in self._shapes.shacl(shape, name):
                need.for_values(other.value)
        for value in values:
            self._look_inside(shape, value, above)

    def _look_inside(self, shape: Term, value: Need, above: tuple[Term, ...]) -> None:
        """Note what a shape needs at its value nodes."""
        if self._shapes.shacl(shape, "class"):
            value.for_values(RDF + "type")
        if self._shapes.shacl(shape, "closed"):
            value.all = True
        inner = [*self._shapes.inner(shape, _SAME_NODE), *self._shapes.shacl(shape, "property")]
        inner += self._shapes.shacl(shape, "qualifiedValueShape")
        if self._shapes.shacl(shape, "qualifiedValueShapesDisjoint"):
            inner += self._siblings(shape)
        for other in inner:
            self._look(other, value, above)

    def _siblings(self, shape: Term) -> Iterator[Term]:
        """Yield the qualified shapes that stand beside that of a property shape (SHACL, section 4.7.3)."""
        for parent in self._shapes.parents(shape):
            for prop in self._shapes.shacl(parent, "property"):
                yield from self._shapes.shacl(prop, "qualifiedValueShape")

    def _follow(self, path: Term, need: Need, shape: Term) -> Iterator[Need]:
        """Follow a path from a node, and yield the need at each of its ends."""
        if isinstance(path, ox.NamedNode):
            yield need.for_values(path.value)
            return
        for term in _FAR_PATHS:
            if self._shapes.shacl(path, term):
                self._refuse(shape, term)
        for inner in self._shapes.shacl(path, "zeroOrOnePath"):
            yield need
            yield from self._follow(inner, need, shape)
        for alternatives in self._shapes.shacl(path, "alternativePath"):
            for part in self._shapes.members(alternatives):
                yield from self._follow(part, need, shape)
        ends = [need] if self._shapes.objects(path, RDF + "first") else []
        for part in self._shapes.members(path):
            ends = [end for start in ends for end in self._follow(part, start, shape)]
        yield from ends


def marks(shapes: Shapes) -> dict[str, str]:
    """Return, for each class that is a target, the property by which a part marks its own nodes of that class.

    For targets by sh:targetSubjectsOf, there is one for each property, with "^" before its IRI.
    """
    classes = {
        value.value for shape in shapes.subjects(SH + "targetClass") for value in shapes.shacl(shape, "targetClass")
    }
    classes |= {shape.value for shape in shapes.implicit()}
    found = shapes.subjects(SH + "targetSubjectsOf")
    properties = {f"^{value.value}" for shape in found for value in shapes.shacl(shape, "targetSubjectsOf")}
    return {name: f"urn:linkedproj:mark:{n}" for n, name in enumerate(sorted(classes | properties))}


def with_marks(shapes: Shapes) -> list[ox.Triple]:
    """Return the shapes with targets that only the marks of a part can hit, whatever other nodes ride along.

    Each target becomes sh:targetObjectsOf the property that marks it; no path leads along such a mark.
    """
    marked, before = marks(shapes), {SH + "targetClass": "", SH + "targetSubjectsOf": "^"}
    changed: list[ox.Triple] = []
    for triple in shapes.triples:
        name, value = triple.predicate.value, triple.object
        if name in before and isinstance(value, ox.NamedNode):
            changed.append(ox.Triple(triple.subject, _MARKED, ox.NamedNode(marked[before[name] + value.value])))
        else:
            changed.append(triple)
    implicit = [shape for shape in shapes.implicit() if isinstance(shape, ox.NamedNode)]
    changed += [ox.Triple(shape, _MARKED, ox.NamedNode(marked[shape.value])) for shape in implicit]
    return changed
