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
VERSION = "http://www.w3.org/2002/07/owl#versionInfo"
NAMINGS = (f"{SKOS}prefLabel", f"{RDFS}label")
"""The properties that name a code in every dump: many viewers show rdfs:label and nothing else."""


@dataclass(frozen=True)
class Code:
    """One code of a list: its IRI, its labels by language tag, the lists that it stands in, and what is above it.

    A list itself is no concept, and may have a version.
    """

    iri: str
    labels: Mapping[str, str]
    schemes: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    version: str = ""
    is_concept: bool = True

    def spoken_in(self, languages: Sequence[str]) -> Code:
        """Return the code with the labels that a portfolio in these languages publishes."""
        return replace(self, labels=texts_for(self.labels, languages))

    @property
    def links(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What it leads to, by property; a property that leads nowhere is left out."""
        return tuple((iri, ends) for iri, ends in ((BROADER, self.broader), (IN_SCHEME, self.schemes)) if ends)


def code_lists(triples: Iterable[ox.Triple], bases: Iterable[str]) -> dict[str, tuple[Code, ...]]:
    """Return the codes of each list by the base of their IRIs, in the order of these; a base without any is no list."""
    concepts, schemes = set[str](), dict[str, list[str]]()
    labels: dict[str, dict[str, dict[str, str]]] = {naming: {} for naming in NAMINGS}
    for triple in triples:
        if not isinstance(triple.subject, ox.NamedNode):
            continue
        iri, predicate, value = triple.subject.value, triple.predicate.value, triple.object
        if isinstance(value, ox.NamedNode):
            if predicate == f"{RDF}type" and value.value == CONCEPT:
                concepts.add(iri)
            elif predicate == IN_SCHEME:
                schemes.setdefault(iri, []).append(value.value)
        elif predicate in labels and isinstance(value, ox.Literal):
            labels[predicate].setdefault(iri, {})[value.language or ""] = value.value
    preferred, others = (labels[naming] for naming in NAMINGS)

    def code(iri: str) -> Code:
        return Code(iri, preferred.get(iri) or others.get(iri, {}), tuple(sorted(schemes.get(iri, ()))))

    # By code point, which is the order of their bytes: that in which records are found again in a dump.
    lists = {base: tuple(code(iri) for iri in sorted(concepts) if iri.startswith(base)) for base in bases}
    return {base: codes for base, codes in lists.items() if codes}
