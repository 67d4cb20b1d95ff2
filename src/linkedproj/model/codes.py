"""The codes of the code lists, with what they are called: a dump explains those that its records can name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.localised import texts_for
from linkedproj.model.shapes import RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CONCEPT, IN_SCHEME, BROADER = f"{SKOS}Concept", f"{SKOS}inScheme", f"{SKOS}broader"
TOP_OF, HAS_TOP = f"{SKOS}topConceptOf", f"{SKOS}hasTopConcept"
VERSION = "http://www.w3.org/2002/07/owl#versionInfo"
NAMINGS = (f"{SKOS}prefLabel", f"{RDFS}label")
"""The properties that name a code in every dump: many viewers show rdfs:label and nothing else."""


@dataclass(frozen=True)
class Code:
    """One code of a list: its IRI, its labels by language tag, the lists that it stands in, and what is above it.

    Of some of its lists it may be a top concept. A list itself is no concept: it has top concepts, may have a version.
    """

    iri: str
    labels: Mapping[str, str]
    schemes: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    top_of: tuple[str, ...] = ()
    tops: tuple[str, ...] = ()
    version: str = ""
    is_concept: bool = True

    def spoken_in(self, languages: Sequence[str]) -> Code:
        """Return the code with the labels that a portfolio in these languages publishes."""
        return replace(self, labels=texts_for(self.labels, languages))

    @property
    def links(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What it leads to, by property; a property that leads nowhere is left out."""
        links = ((BROADER, self.broader), (IN_SCHEME, self.schemes), (TOP_OF, self.top_of), (HAS_TOP, self.tops))
        return tuple((iri, ends) for iri, ends in links if ends)


def schemes_of(codes: Sequence[Code], labels: Mapping[str, Mapping[str, str]]) -> list[Code]:
    """Return the lists that codes stand in, in order, each with its labels and with those of the codes on its top."""
    tops: dict[str, list[str]] = {iri: [] for code in codes for iri in code.schemes}
    for code in codes:
        for iri in code.top_of:
            tops.setdefault(iri, []).append(code.iri)
    return [Code(iri, labels.get(iri, {}), tops=tuple(sorted(tops[iri])), is_concept=False) for iri in sorted(tops)]


def with_schemes(codes: Sequence[Code], labels: Mapping[str, Mapping[str, str]]) -> list[Code]:
    """Return codes with the lists that they stand in, each in its place among what its IRI begins like."""
    both = [*codes, *schemes_of(codes, labels)]
    places = {base: place for place, base in enumerate(dict.fromkeys(code.iri.rpartition("/")[0] for code in both))}
    return sorted(both, key=lambda code: (places[code.iri.rpartition("/")[0]], code.iri))


def code_lists(triples: Iterable[ox.Triple], bases: Iterable[str]) -> dict[str, tuple[Code, ...]]:
    """Return the codes of each list by the base of their IRIs, in the order of these; a base without any is no list."""
    concepts = set[str]()
    links: dict[str, dict[str, set[str]]] = {IN_SCHEME: {}, TOP_OF: {}}
    labels: dict[str, dict[str, dict[str, str]]] = {naming: {} for naming in NAMINGS}
    for triple in triples:
        if not isinstance(triple.subject, ox.NamedNode):
            continue
        iri, predicate, value = triple.subject.value, triple.predicate.value, triple.object
        if isinstance(value, ox.NamedNode):
            if predicate == f"{RDF}type" and value.value == CONCEPT:
                concepts.add(iri)
            elif predicate == HAS_TOP:
                links[TOP_OF].setdefault(value.value, set()).add(iri)
            elif predicate in links:
                links[predicate].setdefault(iri, set()).add(value.value)
        elif predicate in labels and isinstance(value, ox.Literal):
            labels[predicate].setdefault(iri, {})[value.language or ""] = value.value
    preferred, others = (labels[naming] for naming in NAMINGS)

    def code(iri: str) -> Code:
        schemes, top_of = (tuple(sorted(links[predicate].get(iri, ()))) for predicate in (IN_SCHEME, TOP_OF))
        return Code(iri, preferred.get(iri) or others.get(iri, {}), schemes, top_of=top_of)

    # By code point, which is the order of their bytes: that in which records are found again in a dump.
    lists = {base: tuple(code(iri) for iri in sorted(concepts) if iri.startswith(base)) for base in bases}
    return {base: codes for base, codes in lists.items() if codes}
