"""What queries are held against: the prefixes, the terms of our own vocabulary, the types of record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.context import load_context
from linkedproj.model.shapes import read_shapes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

XSD = "http://www.w3.org/2001/XMLSchema#"
_VOCABULARIES = ("linkedproj.ttl", "query.ttl")
_ALIGNMENTS = "alignments.ttl"
_FURTHER = {
    "geof": "http://www.opengis.net/def/function/geosparql/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "sh": "http://www.w3.org/ns/shacl#",
    "vann": "http://purl.org/vocab/vann/",
    "xsd": XSD,
}


@dataclass(frozen=True, slots=True)
class KnownTerms:
    """`terms` are the IRIs that our vocabularies describe, `namespaces` those they are in.

    `bases` gives the IRI that ids of a record type are appended to; `modelled` are the classes and properties that
    records can have; `data` are the IRIs that occur in the data, or None where there is no data to compare with.
    """

    prefixes: Mapping[str, str]
    terms: frozenset[str]
    namespaces: frozenset[str]
    bases: Mapping[str, str]
    data: Collection[str] | None
    modelled: frozenset[str] = frozenset()

    def iri(self, declared: Mapping[str, str], name: str) -> str:
        """Return the IRI of a prefixed name, or "" where the prefix is not declared."""
        prefix, _, local = name.partition(":")
        return declared[prefix] + local.replace("\\", "") if prefix in declared else ""


def load_known(ontology: Path, data: Collection[str] | None) -> KnownTerms:
    """Read the context and the vocabularies in a folder.

    Raises:
        SetupError: the context or the alignments cannot be read.
    """
    context = load_context(ontology / "context.jsonld")
    terms: set[str] = set()
    for name in _VOCABULARIES:
        if (ontology / name).is_file():
            terms |= _subjects(ontology / name)
    namespaces = frozenset(namespace(term) for term in terms)
    lists = {iri[:-1].rpartition("/")[2]: iri for iri in namespaces if f"{iri}scheme" in terms}
    bases = {kind.table: kind.base for kind in context.types.values()}
    # A query may turn records into terms that ours are aligned with.
    aligned = read_shapes(ontology / _ALIGNMENTS).prefixes if (ontology / _ALIGNMENTS).is_file() else {}
    modelled = {field.iri for field in context.fields.values()} | {kind.iri for kind in context.types.values()}
    prefixes = {**aligned, **_FURTHER, **lists, **context.prefixes}
    return KnownTerms(prefixes, frozenset(terms), namespaces, bases, data, frozenset(modelled))


def terms_of(store: ox.Store) -> frozenset[str]:
    """Return every IRI that occurs in a store."""
    nodes = {node for quad in store for node in (quad.subject, quad.predicate, quad.object)}
    return frozenset(node.value for node in nodes if isinstance(node, ox.NamedNode))


def namespace(iri: str) -> str:
    """Cut an IRI behind its last "#" or "/"."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _subjects(path: Path) -> set[str]:
    quads = ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
