"""The release graph: our own facts as RDF, which the queries of the profiles turn into what a portal reads.

Its terms (prefix rel) are for these queries only and are never published; ontology/profiles/README.md lists them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.languages import primary, spoken
from linkedproj.model.lexical import WKT, XSD
from linkedproj.model.portal import DIR3
from linkedproj.model.shapes import DCT, RDFS, SH, read_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from linkedproj.catalog.facts import FileFacts, ReleaseFacts
    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config

REL = "https://w3id.org/linkedproj/release#"
_IANA = "https://www.iana.org/assignments/media-types/"
_SAFE = re.compile(r"[^A-Za-z0-9_-]+")
_RDFTYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

Object = ox.NamedNode | ox.Literal


def release_graph(release: ReleaseFacts, config: Config, schema: Schema, ontology: Path) -> set[ox.Triple]:
    """Return what is known of a release as RDF: its figures and files, and the curator's block of portfolio.toml."""
    about = _ReleaseTriples(release, config)
    labels = _table_labels(schema, ontology)
    return {
        *about.release(),
        *about.people(),
        *about.territory(),
        *about.figures(),
        *about.versions(),
        *(triple for file in release.files for triple in about.file(file, labels)),
    }


class _ReleaseTriples:
    def __init__(self, release: ReleaseFacts, config: Config) -> None:
        self._release, self._config, self._portal = release, config, config.portal
        self._node = self._iri("release")
        dir3 = self._portal.publisher.dir3
        self._publisher = ox.NamedNode(DIR3 + dir3) if dir3 else self._iri("id/agent/publisher")

    def _iri(self, path: str) -> ox.NamedNode:
        return ox.NamedNode(self._config.base + path)

    def release(self) -> Iterator[ox.Triple]:
        """Describe the release as a whole."""
        release, config, portal = self._release, self._config, self._portal
        used = [theme for theme in release.census.themes if theme in portal.themes]
        yield ox.Triple(self._node, ox.NamedNode(_RDFTYPE), ox.NamedNode(REL + "Release"))
        yield from _statements(self._node, {
            "id": _text(config.id),
            "version": _text(release.version),
            "issued": _date(release.issued),
            "modified": _date(release.modified),
            "previous": [self._iri(f"dump/{release.previous}/")] if release.previous else [],
            "title": _texts(config.title),
            "description": _texts(portal.description),
            "keyword": [ox.Literal(word, language=tag) for tag, words in portal.keywords.items() for word in words],
            "licence": _iris([config.licence]),
            "language": _text(*dict.fromkeys(map(primary, config.languages))),
            "spoken": _text(*spoken(config.languages)),
            "frequency": _text(portal.frequency),
            "legislation": _iris(portal.legislation),
            "endpoint": _iris([portal.endpoint]),
            "queries": [self._iri("query/")] if release.has_queries else [],
            "note": _texts(release.notes),
            "theme": [self._iri(f"id/theme/{theme}") for theme in used],
        })  # fmt: skip
        for theme in used:
            codes = {name: _text(code) for name, code in portal.themes[theme].items()}
            yield from _statements(self._iri(f"id/theme/{theme}"), codes)

    def people(self) -> Iterator[ox.Triple]:
        """Describe the publisher and the contact, where they have a name."""
        publisher, contact, node = self._portal.publisher, self._portal.contact, self._iri("catalog#contact")
        if publisher.name:
            yield from _statements(self._node, {"publisher": [self._publisher]})
            yield from _statements(self._publisher, {
                "name": _texts(publisher.name),
                "dir3": _text(publisher.dir3),
                "publisherType": _iris([publisher.type]),
                "homepage": _iris([publisher.homepage]),
            })  # fmt: skip
        if contact.name:
            yield from _statements(self._node, {"contact": [node]})
            yield from _statements(node, {
                "name": _texts(contact.name),
                "email": _iris([contact.email and f"mailto:{contact.email}"]),
                "telephone": _iris([contact.telephone and f"tel:{contact.telephone}"]),
                "page": _iris([contact.url]),
            })  # fmt: skip

    def territory(self) -> Iterator[ox.Triple]:
        """Describe the territory."""
        territory = self._portal.territory
        if territory.iri:
            node, wkt = ox.NamedNode(territory.iri), ox.NamedNode(WKT)
            yield from _statements(self._node, {"territory": [node]})
            yield from _statements(node, {
                "name": _texts(territory.label),
                "bbox": [ox.Literal(territory.bbox, datatype=wkt)] if territory.bbox else [],
                "centroid": [ox.Literal(territory.centroid, datatype=wkt)] if territory.centroid else [],
            })  # fmt: skip

    def figures(self) -> Iterator[ox.Triple]:
        """Describe counts, the period covered, and the links to other data sets."""
        census, void = self._release.census, ".well-known/void#"
        yield from _statements(self._node, {
            "triples": _number(census.triples),
            "start": _date(census.start),
            "end": _date(census.end),
            "example": _iris([census.example]),
            "uriSpace": _text(self._config.base + "id/"),
        })  # fmt: skip
        for what, counts in (("class", census.classes), ("property", census.properties)):
            for iri, count in counts.items():
                node = self._iri(f"{void}{what}-{_slug(iri)}")
                yield from _statements(self._node, {what: [node]})
                yield from _statements(node, {"of": _iris([iri]), "count": _number(count)})
        for (predicate, space), count in census.links.items():
            node = self._iri(f"{void}links-{_slug(predicate)}-{_SAFE.sub('-', space).strip('-')}")
            yield from _statements(self._node, {"linkset": [node]})
            yield from _statements(node, {"of": _iris([predicate]), "space": _text(space), "count": _number(count)})

    def versions(self) -> Iterator[ox.Triple]:
        """Describe every version published so far, each with the one before."""
        known = self._release.versions or ((self._release.version, self._release.issued),)
        nodes = [self._iri(f"dump/{version}/") for version, _ in known]
        yield from _statements(self._node, {"hasVersion": nodes, "firstVersion": nodes[:1], "lastVersion": nodes[-1:]})
        for number, (version, date) in enumerate(known):
            before = nodes[number - 1 : number] if number else []
            yield from _statements(nodes[number], {"version": _text(version), "issued": _date(date), "after": before})

    def file(self, file: FileFacts, labels: Mapping[str, Mapping[str, str]]) -> Iterator[ox.Triple]:
        """Describe one file; it is named by the file's name, which stays the same from release to release."""
        node = self._iri(f"dataset#{_SAFE.sub('-', file.name)}")
        title, description = (
            {tag: texts[tag] for tag in spoken(self._config.languages)} for texts in _words(file, labels)
        )
        yield from _statements(self._node, {"file": [node]})
        yield from _statements(node, {
            "title": _texts(title),
            "description": _texts(description),
            "url": [self._iri(file.path)],
            "fileType": _text(file.file_type),
            "mediaType": _text(file.media_type),
            "mediaTypeIri": [ox.NamedNode(_IANA + file.media_type)],
            "compression": _text(file.compression),
            "compressionIri": _iris([file.compression and _IANA + file.compression]),
            "bytes": [ox.Literal(str(file.bytes), datatype=ox.NamedNode(XSD + "nonNegativeInteger"))],
            "sha1": [ox.Literal(file.sha1, datatype=ox.NamedNode(XSD + "hexBinary"))],
            "sha256": [ox.Literal(file.sha256, datatype=ox.NamedNode(XSD + "hexBinary"))],
            "table": _text(file.table),
        })  # fmt: skip


def _statements(subject: ox.NamedNode, values: Mapping[str, Iterable[Object]]) -> Iterator[ox.Triple]:
    for name, objects in values.items():
        for value in objects:
            yield ox.Triple(subject, ox.NamedNode(REL + name), value)


def _text(*values: str) -> list[Object]:
    return [ox.Literal(value) for value in values if value]


def _texts(values: Mapping[str, str]) -> list[Object]:
    return [ox.Literal(text, language=language) for language, text in values.items()]


def _iris(values: Iterable[str]) -> list[Object]:
    return [ox.NamedNode(value) for value in values if value]


def _date(value: str) -> list[Object]:
    """Write a day, or an instant."""
    datatype = XSD + ("dateTime" if "T" in value else "date")
    return [ox.Literal(value, datatype=ox.NamedNode(datatype))] if value else []


def _number(value: int) -> list[Object]:
    return [ox.Literal(value)]


def _slug(iri: str) -> str:
    """Name a partition after what it is a part of, vocabulary and all, since two may have a term of one name."""
    return _SAFE.sub("-", re.sub(r"^https?://(?:www\.)?", "", iri)).strip("-")


def _table_labels(schema: Schema, ontology: Path) -> dict[str, dict[str, str]]:
    """Return the names of each table by language: those of the node shape of its class."""
    shapes = read_shapes(ontology / "shapes.ttl", "ontology/shapes.ttl")
    by_class = {
        target.value: shapes.texts(shape, RDFS + "label")
        for shape in shapes.subjects(SH + "targetClass")
        for target in shapes.objects(shape, SH + "targetClass")
        if not shapes.objects(shape, DCT + "identifier")
    }
    return {kind.table: by_class.get(kind.iri, {}) for kind in schema.types.values()}


_COMPRESSED = {"en": ", compressed", "ca": ", comprimit", "es": ", comprimido"}
_RECORDS = {"en": "All records", "ca": "Tots els registres", "es": "Todos los registros"}
_EVIDENCE = {"en": "Evidence", "ca": "Evidències", "es": "Evidencias"}
_TABLE = {"en": "Table", "ca": "Taula", "es": "Tabla"}
_ABOUT = {
    "records": {
        "en": "Every record of the portfolio in one file.",
        "ca": "Tots els registres de la cartera en un fitxer.",
        "es": "Todos los registros de la cartera en un archivo.",
    },
    "evidence": {
        "en": "For each value how it is known, the page it was read in and, where there is one, the quoted sentence.",
        "ca": "De cada valor, com se sap, la pàgina on es va llegir i, si n’hi ha, la frase citada.",
        "es": "De cada valor, cómo se sabe, la página en la que se leyó y, si la hay, la frase citada.",
    },
    "table": {
        "en": "One row for each record of this type.",
        "ca": "Una fila per a cada registre d’aquest tipus.",
        "es": "Una fila por cada registro de este tipo.",
    },
}


def _words(file: FileFacts, labels: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """Title and describe a file in each language."""
    names = labels.get(file.table, {})
    if file.table:
        head, about = {tag: f"{word}: {names.get(tag, file.table)}" for tag, word in _TABLE.items()}, "table"
    else:
        about = "evidence" if file.name.startswith("evidence") else "records"
        head = _EVIDENCE if about == "evidence" else _RECORDS
    packed = _COMPRESSED if file.compression else dict.fromkeys(_RECORDS, "")
    return {tag: f"{text} ({file.format}{packed[tag]})" for tag, text in head.items()}, _ABOUT[about]
