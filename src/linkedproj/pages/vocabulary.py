"""The page of the vocabulary: what each class and property means, and how often the data use it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.model.context import RDF
from linkedproj.model.schema import OWL, RDFS, SKOS
from linkedproj.pages.names import Text, chosen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from linkedproj.catalog.census import Census
    from linkedproj.pages.record import Reader

    Told = dict[str, dict[str, list[ox.NamedNode | ox.Literal]]]

_CLASSES = frozenset({f"{RDFS}Class", f"{OWL}Class"})
_PROPERTIES = frozenset({f"{RDF}Property", f"{OWL}ObjectProperty", f"{OWL}DatatypeProperty"})
_PARTS = 4
_COMMENTS = (f"{RDFS}comment", f"{SKOS}definition")


def read_terms(vocabulary: Path) -> Told:
    """Read what a vocabulary in Turtle says of each term, by IRI and property."""
    found: Told = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse(path=vocabulary, format=ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
            found[quad.subject.value][quad.predicate.value].append(quad.object)
    return found


def groups(told: Told, census: Census, reader: Reader, titles: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield classes, properties and codes with their meanings, each group by its title in `titles`."""
    kinds: dict[str, list[str]] = {"classes": [], "properties": [], "codes": []}
    for iri, said in told.items():
        types = {str(value.value) for value in said.get(f"{RDF}type", ())}
        if types & _CLASSES:
            kinds["classes"].append(iri)
        elif types & _PROPERTIES:
            kinds["properties"].append(iri)
        elif f"{SKOS}Concept" in types:
            kinds["codes"].append(iri)
    for name, iris in kinds.items():
        terms = [_term(iri, told[iri], census, reader) for iri in iris]
        if terms:
            yield {"title": titles[name], "terms": sorted(terms, key=lambda one: one["short"].casefold())}


def _term(
    iri: str, said: Mapping[str, list[ox.NamedNode | ox.Literal]], census: Census, reader: Reader
) -> dict[str, Any]:
    labels = _texts(said, (f"{RDFS}label", f"{SKOS}prefLabel"))
    comments = _texts(said, _COMMENTS)
    short = reader.portfolio.schema.context.compact(iri)
    used = census.classes.get(iri, 0) or census.properties.get(iri, 0)
    deprecated = any(str(value.value) == "true" for value in said.get(f"{OWL}deprecated", ()))
    return {
        "id": "-".join(re.findall(r"[A-Za-z0-9]+", iri.partition("://")[2])[-_PARTS:]),
        "iri": iri,
        "short": short,
        "label": reader.said(chosen(labels, reader.languages)) if labels else reader.said(Text(short)),
        "comment": reader.said(chosen(comments, reader.languages)) if comments else None,
        "count": used,
        "deprecated": deprecated,
    }


def _texts(said: Mapping[str, list[ox.NamedNode | ox.Literal]], properties: tuple[str, ...]) -> dict[str, str]:
    for predicate in properties:
        found = {v.language or "": v.value for v in said.get(predicate, ()) if isinstance(v, ox.Literal)}
        if found:
            return found
    return {}
