"""Faults of the shapes themselves, which every validator passes over in silence, and shapes that nothing meets."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.check.parted.reach import Reach
from linkedproj.check.patterns import is_endless, is_nested
from linkedproj.check.shacl import BEYOND, COMPARISONS, COMPONENTS, CORE, PAIRS, PATHS, RANGES, TARGETS
from linkedproj.model.errors import Place, Problem
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.rules import catalogue
from linkedproj.model.shapes import DCT, NESTING, RDF, RDFS, SH, read_shapes

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator, Mapping
    from pathlib import Path

    from linkedproj.model.shapes import Shapes, Term

_SHOWN = "ontology/shapes.ttl"
_CLASS = {ox.NamedNode(RDFS + "Class"), ox.NamedNode("http://www.w3.org/2002/07/owl#Class")}
_NODE_SHAPE = ox.NamedNode(SH + "NodeShape")
_ALWAYS_KNOWN = {RDF + "type", RDFS + "label"}
# One sentence can speak of all of these together: they bound the form of one text, or count the same values.
_TOGETHER = ({"pattern", "minLength", "maxLength"}, {"qualifiedMinCount", "qualifiedMaxCount"})


def lint(shapes: Path, terms: Container[str], shown: str = _SHOWN) -> list[Problem]:
    """Find what is wrong with a shapes file, whatever the data.

    `terms` are the IRIs of the classes and properties that context and vocabulary know.

    Raises:
        SetupError: the file is missing or is no Turtle.
    """
    graph = read_shapes(shapes, shown)
    rules = (_terms, _codes, _taken_codes, _messages, _together, _patterns, _datatypes, _recursion)
    found = [problem for rule in rules for problem in rule(graph)]
    return sorted([*found, *_unknown(graph, terms), *_far_shapes(graph)], key=lambda problem: problem.order)


def coverage(
    shapes: Path,
    classes: Mapping[str, int],
    shown: str = _SHOWN,
    superclasses: Mapping[str, Collection[str]] | None = None,
) -> list[Problem]:
    """Find shapes that no record meets, and classes of records that no shape looks at.

    `classes` gives the number of nodes of each class in the data; a class that is known but has no record (an empty or
    absent table) has 0, and a shape for it is noted, no more. `superclasses` gives the further classes that the nodes
    of a class have.

    Raises:
        SetupError: the file is missing or is no Turtle.
    """
    graph = read_shapes(shapes, shown)
    found = [*_idle(graph, classes), *_unshaped(graph, classes, superclasses or {})]
    return sorted(found, key=lambda problem: problem.order)


def _problem(rule: str, graph: Shapes, shape: Term, at: str = "", **values: str) -> Problem:
    """Point at the term `at` within the statement about a shape; `found` is that shape unless said otherwise."""
    stated = {"found": graph.short(graph.named(shape)), **values}
    return Problem(rule, graph.place(shape, at), cell=values.get("cell", ""), values=stated)


def _terms(graph: Shapes) -> Iterator[Problem]:
    for token in graph.tokens:
        name = token.iri.removeprefix(SH)
        if name == token.iri or not name or name in CORE:
            continue
        rule = "LP-SHAPE-SPARQL" if name in BEYOND else "LP-SHAPE-TERM"
        near = difflib.get_close_matches(name, sorted(CORE), 1) if name not in BEYOND else []
        values = {"found": graph.short(token.iri), "nearest": graph.short(SH + near[0]) if near else ""}
        yield Problem(rule, graph.place_of(token), values=values)


def _unknown(graph: Shapes, terms: Container[str]) -> Iterator[Problem]:
    for shape in graph.subjects(*(SH + name for name in ("path", "class", *PAIRS, *TARGETS)), RDF + "type"):
        paths = [path for value in graph.objects(shape, SH + "path") for path in _path_terms(graph, value)]
        paths += [
            v for name in (*PAIRS, "targetSubjectsOf", "targetObjectsOf") for v in graph.objects(shape, SH + name)
        ]
        for rule, values in (("PATH", paths), ("CLASS", _target_classes(graph, shape, "targetClass", "class"))):
            for value in values:
                iri = value.value
                if iri not in terms and iri not in _ALWAYS_KNOWN:
                    yield _problem(f"LP-SHAPE-{rule}", graph, shape, iri, found=graph.short(iri))


def _path_terms(graph: Shapes, path: Term) -> Iterator[Term]:
    if isinstance(path, ox.NamedNode):
        yield path
    steps = [value for name in PATHS for value in graph.objects(path, SH + name)]
    for step in [*steps, *graph.members(path)]:
        yield from _path_terms(graph, step)


def _target_classes(graph: Shapes, shape: Term, *names: str) -> list[Term]:
    """Return the classes a shape names; a shape that is itself a class is its own target (SHACL, 2.1.3.3)."""
    stated = [value for name in names for value in graph.objects(shape, SH + name)]
    types = set(graph.objects(shape, RDF + "type"))
    return [*stated, shape] if types & _CLASS and _NODE_SHAPE in types else stated


def _codes(graph: Shapes) -> Iterator[Problem]:
    for shape in _reporting(graph):
        lacking = [] if isinstance(shape, ox.NamedNode) else ["IRI"]
        lacking += [] if graph.text(shape, DCT + "identifier") else ["dct:identifier"]
        if lacking:
            path = graph.text(shape, SH + "path")
            yield _problem("LP-SHAPE-CODE", graph, shape, path if "IRI" in lacking else "", detail=", ".join(lacking))


def _taken_codes(graph: Shapes) -> Iterator[Problem]:
    holders: dict[str, Place] = {code: rule.place for code, rule in catalogue().items()}
    for shape in graph.subjects(DCT + "identifier"):
        code, place = graph.text(shape, DCT + "identifier"), graph.place(shape, DCT + "identifier")
        first = holders.setdefault(code, place)
        if first is not place:
            detail = f"{code} ({first})"
            yield Problem("LP-SHAPE-CODE", place, cell=code, values={"detail": detail}, also=(first,))


def _messages(graph: Shapes) -> Iterator[Problem]:
    for shape in _reporting(graph):
        messages = graph.texts(shape, SH + "message")
        missing = [language for language in LANGUAGES if not messages.get(language, "").strip()]
        # What a portfolio adds speaks the language of the portfolio.
        is_added = graph.place(shape).file != graph.shown
        if missing and not (is_added and any(text.strip() for text in messages.values())):
            yield _problem("LP-SHAPE-LANGUAGE", graph, shape, SH + "message", expected=", ".join(missing))
        unhelpful = [tag for tag, text in messages.items() if tag in LANGUAGES and "\n" not in text.strip()]
        if unhelpful:
            yield _problem("LP-SHAPE-FIX", graph, shape, SH + "message", expected=", ".join(sorted(unhelpful)))


def _together(graph: Shapes) -> Iterator[Problem]:
    for shape in graph.subjects(SH + "message"):
        names = _components(graph, shape)
        if len(names) > 1 and not any(set(names) <= together for together in _TOGETHER):
            stated = ", ".join(graph.short(SH + name) for name in names)
            yield _problem("LP-SHAPE-MESSAGE", graph, shape, SH + "message", expected=stated)


def _patterns(graph: Shapes) -> Iterator[Problem]:
    for shape in graph.subjects(SH + "pattern"):
        pattern = graph.text(shape, SH + "pattern")
        if is_nested(pattern):
            yield _problem("LP-SHAPE-PATTERN", graph, shape, SH + "pattern", cell=pattern)
        elif is_endless(pattern) and not graph.objects(shape, SH + "maxLength"):
            yield _problem("LP-SHAPE-LENGTH", graph, shape, SH + "pattern", cell=pattern)


def _datatypes(graph: Shapes) -> Iterator[Problem]:
    typed = {graph.text(shape, SH + "path") for shape in graph.subjects(SH + "datatype")}
    for name in (*COMPARISONS, *RANGES):
        for shape in graph.subjects(SH + name):
            path = graph.text(shape, SH + "path")
            own = bool(graph.objects(shape, SH + "datatype")) or path in typed
            other = graph.text(shape, SH + name) if name in COMPARISONS else ""
            for iri in ([] if own else [path]) + ([other] if other and other not in typed else []):
                values = {"found": graph.short(iri), "term": graph.short(SH + name)}
                yield _problem("LP-SHAPE-DATATYPE", graph, shape, SH + name, **values)


def _far_shapes(graph: Shapes) -> Iterator[Problem]:
    """Name the shapes that no part of the data can satisfy; recursion and queries have rules of their own."""
    for obstacle in Reach(graph.all_named).obstacles:
        if obstacle.term not in {"node", "sparql"}:
            shape = ox.NamedNode(obstacle.shape)
            detail = graph.short(SH + obstacle.term)
            yield _problem("LP-SHAPE-PARTITION", graph, shape, SH + obstacle.term, detail=detail)


def _recursion(graph: Shapes) -> Iterator[Problem]:
    known: set[Term] = set()
    for shape in graph.subjects(*(SH + name for name in NESTING)):
        below = _below(graph, shape)
        if shape in below and shape not in known:
            known |= {other for other in below if shape in _below(graph, other)}
            yield _problem("LP-SHAPE-RECURSION", graph, shape)


def _idle(graph: Shapes, classes: Mapping[str, int]) -> Iterator[Problem]:
    for shape in graph.subjects(SH + "targetClass", RDF + "type"):
        targets = [value.value for value in _target_classes(graph, shape, "targetClass")]
        if targets and not any(classes.get(iri) for iri in targets):
            severity = "info" if any(iri in classes for iri in targets) else "warning"
            yield _problem("LP-SHAPE-IDLE", graph, shape, SH + "targetClass", severity=severity)


def _unshaped(
    graph: Shapes, classes: Mapping[str, int], superclasses: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    shapes = graph.subjects(SH + "targetClass", RDF + "type")
    shaped = {value.value for shape in shapes for value in _target_classes(graph, shape, "targetClass")}
    general = {iri for own, above in superclasses.items() for iri in above if iri != own}
    for iri, count in classes.items():
        if count and iri not in general and not shaped & {iri, *superclasses.get(iri, ())}:
            values = {"found": graph.short(iri), "count": str(count)}
            yield Problem("LP-RECORD-UNSHAPED", Place(graph.shown), values=values)


def _components(graph: Shapes, shape: Term) -> list[str]:
    """Return the constraints of a shape."""
    return [name for name in COMPONENTS if graph.objects(shape, SH + name)]


def _reporting(graph: Shapes) -> list[Term]:
    """Return the shapes whose own results a person reads: not those that only serve as a measure in another."""
    shapes = graph.subjects(*(SH + name for name in COMPONENTS))
    targeted = set(graph.subjects(*(SH + name for name in TARGETS)))
    reached = {inner for shape in targeted for inner in _properties(graph, shape)} | targeted
    measures = {inner for shape in shapes for value in graph.inner(shape) for inner in _properties(graph, value)}
    return [shape for shape in shapes if shape in reached or shape not in measures]


def _properties(graph: Shapes, shape: Term) -> set[Term]:
    """Return a shape and the property shapes it consists of."""
    found, pending = set(), [shape]
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending += graph.objects(current, SH + "property")
    return found


def _below(graph: Shapes, shape: Term) -> set[Term]:
    """Return every shape that a shape leads to."""
    found: set[Term] = set()
    pending = [*graph.inner(shape), *graph.objects(shape, SH + "property")]
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending += [*graph.inner(current), *graph.objects(current, SH + "property")]
    return found
