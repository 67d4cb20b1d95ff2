"""pySHACL: the reference."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

# Heavy, and at the top for once: only the process that runs the engine imports this module.
import pyoxigraph as ox
import rdflib
from pyshacl import Validator
from pyshacl.graph_abstraction import DataGraph
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef

from linkedproj.check.terms import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rdflib.term import Node

_OPTIONS = {"inference": "none", "advanced": False, "use_js": False, "inplace": True}
_TARGETS = (SH.targetClass, SH.targetObjectsOf)


def load(shapes: bytes) -> Callable[[bytes], Iterator[dict[str, Any]]]:
    """Read the shapes; this changes rdflib for the whole process."""
    # pyshacl 0.40.1: validate() sets this to True before the run, so that "01" is reported as 1. The class
    # underneath leaves it alone.
    rdflib.NORMALIZE_LITERALS = False
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    rules = Graph().parse(data=shapes, format="nt")
    _aim(rules)
    compiled: list[Any] = []

    def judge(data: bytes) -> Iterator[dict[str, Any]]:
        records = _graph(data)
        validator = Validator(DataGraph.from_rdflib(records), shacl_graph=rules, options=dict(_OPTIONS))
        # pyshacl 0.40.1 compiles the shapes anew for every Validator; they hold nothing of the data.
        validator.shacl_graph = compiled[0] if compiled else validator.shacl_graph
        compiled[:] = [validator.shacl_graph]
        _, report, _ = validator.run()  # type: ignore[no-untyped-call]  # pyshacl 0.40.1
        return (_facts(report, node) for node in report.objects(predicate=SH.result))

    return judge


def _graph(data: bytes) -> Graph:
    """Read N-Triples; the parser of rdflib 7.6 takes the square of a line's length, minutes for a cell of 3 MB."""
    graph = Graph()
    for quad in ox.parse(input=data, format=ox.RdfFormat.N_TRIPLES):
        graph.add((_node(quad.subject), URIRef(quad.predicate.value), _node(quad.object)))
    return graph


def _node(term: object) -> Node:
    """Make a term of rdflib; a literal of type xsd:string is one without a type there."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        plain = term.language or datatype == str(XSD.string)
        return Literal(term.value, lang=term.language, datatype=None if plain else URIRef(datatype))
    return BNode(getattr(term, "value", None))


def _aim(rules: Graph) -> None:
    """Aim property shapes at the targets of their node shape, which says the same and takes less than half the time.

    pyshacl 0.40.1 runs a property shape once per focus node when a node shape leads to it by sh:property, and once for
    all of them when it has the target itself. A node shape that other shapes refer to is left as it is.
    """
    nested = {value for term in (SH.node, SH["not"], SH.qualifiedValueShape) for value in rules.objects(None, term)}
    nested |= set(rules.objects(None, RDF.first))
    for shape in {shape for term in _TARGETS for shape in rules.subjects(term)} - nested:
        if (shape, SH.property, None) not in rules or _is_needed_whole(rules, shape):
            continue
        targets = [(term, iri) for term in _TARGETS for iri in rules.objects(shape, term)]
        for prop in list(rules.objects(shape, SH.property)):
            if (prop, SH.path, None) in rules and isinstance(prop, URIRef):
                rules.remove((shape, SH.property, prop))
                for term, iri in targets:
                    rules.add((prop, term, iri))


def _is_needed_whole(rules: Graph, shape: Node) -> bool:
    """Return whether a shape says more of its property shapes than that its targets must conform to them."""
    others = (SH.targetNode, SH.targetSubjectsOf, SH.deactivated, SH.closed)
    if any((shape, term, None) in rules for term in others) or (shape, RDF.type, rdflib.RDFS.Class) in rules:
        return True
    return any((prop, SH.qualifiedValueShapesDisjoint, None) in rules for prop in rules.objects(shape, SH.property))


def _facts(report: Graph, node: Node) -> dict[str, Any]:
    path = report.value(node, SH.resultPath)
    details = sorted(
        (_term(report.value(d, SH.sourceShape)), _term(report.value(d, SH.value), brackets=True))
        for d in report.objects(node, SH.detail)
    )
    spoken = {getattr(m, "language", None) or "": str(m) for m in report.objects(node, SH.resultMessage)}
    shape = report.value(node, SH.sourceShape)
    return {
        "focus": _term(report.value(node, SH.focusNode)),
        "path": "*" if isinstance(path, BNode) else _term(path),
        "value": _term(report.value(node, SH.value), brackets=True),
        "component": _term(report.value(node, SH.sourceConstraintComponent)),
        "severity": _term(report.value(node, SH.resultSeverity)),
        "shape": _term(shape) if isinstance(shape, URIRef) else "",
        "details": [shape for shape, _ in details],
        "spoken": dict(sorted(spoken.items())),
    }


def _term(node: Node | None, *, brackets: bool = False) -> str:
    if node is None:
        return ""
    if isinstance(node, Literal):
        return literal(str(node), node.language or "", str(node.datatype or ""))
    if isinstance(node, BNode):
        return f"_:{node}"
    return f"<{node}>" if brackets else str(node)
