"""Pitfalls of vocabularies that a test can find, under their numbers in the catalogue of OOPS! (oops.linkeddata.es)."""

from __future__ import annotations

import re
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ONTOLOGY = Path(__file__).parents[1] / "ontology"
NS = "https://w3id.org/linkedproj/"
DCT = rdflib.DCTERMS
VANN = rdflib.Namespace("http://purl.org/vocab/vann/")
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty)
KINDS = (OWL.Class, *PROPERTIES, OWL.AnnotationProperty, SKOS.Concept, SKOS.ConceptScheme)
LANGUAGES = {"en", "ca", "es"}
# A vocabulary as sound as can be, for the tests that break it in one place.
SOUND = """
@prefix lp: <https://w3id.org/linkedproj/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vann: <http://purl.org/vocab/vann/> .
<https://w3id.org/linkedproj/ns> a owl:Ontology ; dct:title "t"@en , "t"@ca , "t"@es ; dct:license <http://l/> ;
  dct:description "d"@en , "d"@ca , "d"@es ; owl:versionInfo "1" ; vann:preferredNamespacePrefix "lp" ;
  vann:preferredNamespaceUri "https://w3id.org/linkedproj/ns#" .
lp:Whole a owl:Class ; rdfs:label "whole"@en , "tot"@ca , "todo"@es ; skos:definition "a"@en , "b"@ca , "c"@es ;
  rdfs:isDefinedBy <https://w3id.org/linkedproj/ns> .
lp:Part a owl:Class ; rdfs:label "part"@en , "part"@ca , "parte"@es ; skos:definition "d"@en , "e"@ca , "f"@es ;
  owl:disjointWith lp:Whole ; rdfs:isDefinedBy <https://w3id.org/linkedproj/ns> .
lp:isPartOf a owl:ObjectProperty ; rdfs:label "is part of"@en , "part de"@ca , "parte de"@es ; rdfs:domain lp:Part ;
  rdfs:range lp:Whole ; skos:definition "g"@en , "h"@ca , "i"@es ; rdfs:isDefinedBy <https://w3id.org/linkedproj/ns> ;
  owl:inverseOf lp:hasPart .
lp:hasPart a owl:ObjectProperty ; rdfs:label "has part"@en , "té part"@ca , "tiene parte"@es ; rdfs:domain lp:Whole ;
  rdfs:range lp:Part ; skos:definition "j"@en , "k"@ca , "l"@es ; rdfs:isDefinedBy <https://w3id.org/linkedproj/ns> .
"""


def own(graph: rdflib.Graph, *kinds: rdflib.URIRef) -> list[rdflib.URIRef]:
    """Give our terms of some kinds, in order."""
    found = {term for kind in kinds for term in graph.subjects(RDF.type, kind) if isinstance(term, rdflib.URIRef)}
    return sorted(term for term in found if str(term).startswith(NS))


def name(term: rdflib.term.Node) -> str:
    return re.split("[#/]", str(term))[-1]


def wrong_inverses(graph: rdflib.Graph) -> Iterator[str]:
    """P05, P25, P26: an inverse whose ends are not those of the other the other way round, or the property itself."""
    for one, other in graph.subject_objects(OWL.inverseOf):
        ends = {(graph.value(one, RDFS.domain), graph.value(other, RDFS.range))}
        ends |= {(graph.value(one, RDFS.range), graph.value(other, RDFS.domain))}
        if one == other or any(left != right for left, right in ends):
            yield f"P05 {name(one)}"


def unpaired_inverses(graph: rdflib.Graph) -> Iterator[str]:
    """P13: two properties between the same classes in opposite directions, neither of which speaks of the other."""
    properties = own(graph, OWL.ObjectProperty)
    for one in properties:
        # Between records of one class any two properties are in opposite directions: each has its own partner.
        if None is not graph.value(one, RDFS.domain) == graph.value(one, RDFS.range):
            pairs = [*graph.objects(one, OWL.inverseOf), *graph.subjects(OWL.inverseOf, one)]
            if not pairs and (one, RDF.type, OWL.SymmetricProperty) not in graph:
                yield f"P13 {name(one)}"
    for one, other in combinations(properties, 2):
        if graph.value(one, RDFS.domain) == graph.value(one, RDFS.range):
            continue
        ends = [(graph.value(each, RDFS.domain), graph.value(each, RDFS.range)) for each in (one, other)]
        speaks = [(one, OWL.inverseOf, other), (other, OWL.inverseOf, one)]
        speaks += [(one, RDFS.seeAlso, other), (other, RDFS.seeAlso, one)]
        if None not in ends[0] and ends[0] == ends[1][::-1] and not any(each in graph for each in speaks):
            yield f"P13 {name(one)}"


def cycles(graph: rdflib.Graph) -> Iterator[str]:
    """P06: a class, a property or a concept above itself."""
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf, SKOS.broader):
        above = {node: set(graph.objects(node, predicate)) for node in graph.subjects(predicate)}
        try:
            TopologicalSorter(above).prepare()
        except CycleError:
            yield f"P06 {name(predicate)}"


def unexplained(graph: rdflib.Graph) -> Iterator[str]:
    """P08: a term without label or definition in each language, or without the vocabulary that defines it."""
    for term in own(graph, *KINDS):
        for predicate in (RDFS.label, SKOS.definition):
            if Counter(getattr(text, "language", "") for text in graph.objects(term, predicate)) != Counter(LANGUAGES):
                yield f"P08 {name(term)}"
        if graph.value(term, RDFS.isDefinedBy) is None:
            yield f"P08 {name(term)}"


def missing_ends(graph: rdflib.Graph) -> Iterator[str]:
    """P11: a property without domain or range that does not say why."""
    for term in own(graph, *PROPERTIES):
        comments = " ".join(map(str, graph.objects(term, RDFS.comment)))
        for predicate, word in ((RDFS.domain, "domain"), (RDFS.range, "range")):
            if graph.value(term, predicate) is None and word not in comments:
                yield f"P11 {name(term)}"


def several_ends(graph: rdflib.Graph) -> Iterator[str]:
    """P19: two domains or two ranges, which mean both at once and not either."""
    for predicate in (RDFS.domain, RDFS.range):
        yield from (f"P19 {name(term)}" for term in own(graph, *KINDS) if len(set(graph.objects(term, predicate))) > 1)


def conflicting_ends(graph: rdflib.Graph) -> Iterator[str]:
    """Find a domain or a range that excludes that of the property above, or the kind of the property."""
    excluded = {frozenset(pair) for pair in graph.subject_objects(OWL.disjointWith)}
    for one, above in graph.subject_objects(RDFS.subPropertyOf):
        for predicate in (RDFS.domain, RDFS.range):
            if frozenset((graph.value(one, predicate), graph.value(above, predicate))) in excluded:
                yield f"conflict {name(one)}"
    for term in own(graph, *PROPERTIES):
        kind, range_ = graph.value(term, RDF.type, default=None), graph.value(term, RDFS.range)
        is_data = str(range_).startswith(str(rdflib.XSD)) or range_ in (RDFS.Literal, RDF.langString)
        is_object = (term, RDF.type, OWL.ObjectProperty) in graph
        if kind and range_ and is_data == is_object:
            yield f"conflict {name(term)}"
    for one, other in graph.subject_objects(OWL.disjointWith):
        if other in set(graph.transitive_objects(one, RDFS.subClassOf)):
            yield f"conflict {name(one)}"


def misnamed(graph: rdflib.Graph) -> Iterator[str]:
    """P22: a class that begins small, a property that begins with a capital, a code that is not in small letters."""
    forms = {OWL.Class: "[A-Z][A-Za-z]*", SKOS.Concept: "[a-z]+(-[a-z]+)*", SKOS.ConceptScheme: "scheme"}
    for kind in KINDS:
        pattern = forms.get(kind, "[a-z][A-Za-z]*")
        yield from (f"P22 {name(term)}" for term in own(graph, kind) if not re.fullmatch(pattern, name(term)))


def equivalents(graph: rdflib.Graph) -> Iterator[str]:
    """P02, P12, P27, P30: something declared equivalent to a term of its own vocabulary, or of another kind."""
    for predicate, kinds in ((OWL.equivalentClass, (OWL.Class,)), (OWL.equivalentProperty, PROPERTIES)):
        for one, other in graph.subject_objects(predicate):
            if str(other).startswith(NS) or not any((one, RDF.type, kind) in graph for kind in kinds):
                yield f"P27 {name(one)}"


def same_labels(graph: rdflib.Graph) -> Iterator[str]:
    """P32: two classes with one label."""
    labels = Counter(label for term in own(graph, OWL.Class) for label in set(graph.objects(term, RDFS.label)))
    yield from (f"P32 {label}" for label, number in labels.items() if number > 1)


def untyped(graph: rdflib.Graph) -> Iterator[str]:
    """P34, P35: a term of ours that is used and never said to be a class, a property or a code."""
    typed = set(own(graph, *KINDS))
    used = {node for triple in graph for node in triple if isinstance(node, rdflib.URIRef)}
    for term in sorted(used - typed):
        if re.match(rf"{re.escape(NS)}(ns#|query#|[a-z-]+/(?!\d))", str(term)) and (term, RDF.type, None) not in graph:
            yield f"P34 {name(term)}"


def undeclared(graph: rdflib.Graph) -> Iterator[str]:
    """P38, P41: no ontology that says what it is, its version, its namespace and its licence."""
    ontologies = list(graph.subjects(RDF.type, OWL.Ontology))
    if len(ontologies) != 1:
        yield "P38"
    for ontology in ontologies:
        for predicate in (DCT.license, OWL.versionInfo, VANN.preferredNamespacePrefix, VANN.preferredNamespaceUri):
            if graph.value(ontology, predicate) is None:
                yield f"P41 {name(predicate)}"
        for predicate in (DCT.title, DCT.description):
            if {getattr(text, "language", "") for text in graph.objects(ontology, predicate)} != LANGUAGES:
                yield f"P38 {name(predicate)}"


def hijacked(graph: rdflib.Graph) -> Iterator[str]:
    """P40: something new that is said of a term of somebody else."""
    yield from (f"P40 {term}" for term in set(graph.subjects()) if not str(term).startswith(NS))


def unconnected(graph: rdflib.Graph) -> Iterator[str]:
    """P04: a class that no property leads to or from, and that stands under no other."""
    for term in own(graph, OWL.Class):
        linked = [*graph.subjects(RDFS.domain, term), *graph.subjects(RDFS.range, term)]
        if not linked and not list(graph.objects(term, RDFS.subClassOf)):
            yield f"P04 {name(term)}"


def without_successor(graph: rdflib.Graph) -> Iterator[str]:
    """Find what is deprecated and does not say what replaces it, or is replaced and not deprecated."""
    gone = set(graph.subjects(OWL.deprecated, rdflib.Literal("true", datatype=rdflib.XSD.boolean)))
    replaced = set(graph.subjects(DCT.isReplacedBy))
    yield from (f"deprecated {name(term)}" for term in gone ^ replaced)
    for term in replaced:
        for other in graph.objects(term, DCT.isReplacedBy):
            if other in gone:
                yield f"deprecated {name(term)}"


CHECKS: tuple[Callable[[rdflib.Graph], Iterator[str]], ...] = (
    wrong_inverses, unpaired_inverses, cycles, unexplained, missing_ends, several_ends, conflicting_ends, misnamed,
    equivalents, same_labels, untyped, undeclared, hijacked, unconnected, without_successor,
)  # fmt: skip


def pitfalls(graph: rdflib.Graph) -> set[str]:
    return {found for check in CHECKS for found in check(graph)}


@pytest.mark.parametrize("file", ["linkedproj.ttl", "query.ttl"])
def test_the_vocabulary_falls_into_no_pitfall(file: str) -> None:
    assert pitfalls(rdflib.Graph().parse(ONTOLOGY / file, format="turtle")) == set()


def test_every_term_that_shapes_and_columns_name_is_defined() -> None:
    vocabulary = rdflib.Graph().parse(ONTOLOGY / "linkedproj.ttl", format="turtle")
    typed = {str(term) for term in own(vocabulary, *KINDS)}
    text = "".join((ONTOLOGY / file).read_text("utf-8") for file in ("shapes.ttl", "context.jsonld", "alignments.ttl"))
    used = {f"{NS}ns#{term}" for term in re.findall(r"\blp:([A-Za-z]+)", text)}
    assert len(used) > 30
    assert used <= typed


def test_the_sound_vocabulary_is_sound() -> None:
    assert pitfalls(rdflib.Graph().parse(data=SOUND, format="turtle")) == set()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("owl:inverseOf lp:hasPart", "owl:inverseOf lp:isPartOf", {"P05 isPartOf", "P13 hasPart"}),
        ("owl:inverseOf lp:hasPart", 'skos:note "n"', {"P13 hasPart"}),
        ("owl:disjointWith lp:Whole", "rdfs:subClassOf lp:Part", {"P06 subClassOf"}),
        ('rdfs:label "whole"@en ,', "rdfs:label", {"P08 Whole"}),
        ('skos:definition "a"@en ,', "skos:definition", {"P08 Whole"}),
        ("rdfs:domain lp:Part ;", "", {"P05 isPartOf", "P11 isPartOf"}),
        ("rdfs:range lp:Whole ;", "rdfs:range lp:Whole , lp:Part ;", {"P19 isPartOf"}),
        ("lp:hasPart a owl:ObjectProperty ;", "lp:hasPart a owl:DatatypeProperty ;", {"conflict hasPart"}),
        ("owl:disjointWith lp:Whole", "owl:disjointWith lp:Whole ; rdfs:subClassOf lp:Whole", {"conflict Part"}),
        ("owl:inverseOf lp:hasPart", "owl:inverseOf lp:hasPart ; rdfs:subPropertyOf lp:hasPart", {"conflict isPartOf"}),
        ("owl:disjointWith lp:Whole", "owl:equivalentClass lp:Whole", {"P27 Part"}),
        ('rdfs:label "part"@en , "part"@ca', 'rdfs:label "whole"@en , "part"@ca', {"P32 whole"}),
        ("owl:disjointWith lp:Whole", "owl:disjointWith lp:Nothing", {"P34 Nothing"}),
        ("dct:license <http://l/> ;", "", {"P41 license"}),
        ("a owl:Ontology", "a owl:Thing", {"P38"}),
        ('"d"@ca , "d"@es ; owl', '"d"@ca ; owl', {"P38 description"}),
        ("lp:Whole a owl:Class", "foaf:Agent rdfs:subClassOf lp:Whole . lp:Whole a owl:Class", {"P40 http://xmlns.com/foaf/0.1/Agent"}),
        ("lp:Whole a owl:Class", "lp:Whole a owl:Class ; owl:deprecated true", {"deprecated Whole"}),
        ("lp:Whole a owl:Class", "lp:Whole a owl:Class ; dct:isReplacedBy lp:Part", {"deprecated Whole"}),
    ],
)  # fmt: skip
def test_a_vocabulary_that_falls_into_a_pitfall_is_found(old: str, new: str, expected: set[str]) -> None:
    assert old in SOUND
    assert pitfalls(rdflib.Graph().parse(data=SOUND.replace(old, new, 1), format="turtle")) >= expected


@pytest.mark.parametrize(("old", "expected"), [("Whole", "P22 whole"), ("hasPart", "P22 HasPart")])
def test_a_name_in_the_wrong_style_is_found(old: str, expected: str) -> None:
    new = expected.removeprefix("P22 ")
    assert pitfalls(rdflib.Graph().parse(data=SOUND.replace(f"lp:{old}", f"lp:{new}"), format="turtle")) == {expected}


def test_a_class_without_any_tie_is_found() -> None:
    alone = SOUND.replace("rdfs:domain lp:Whole ;", "").replace("rdfs:range lp:Whole ;", "")
    assert "P04 Whole" in pitfalls(rdflib.Graph().parse(data=alone, format="turtle"))
