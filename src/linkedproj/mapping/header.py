"""What a dump says beside its records: before them what it is, behind them what their codes are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.codes import CONCEPT, NAMINGS, VERSION
from linkedproj.model.dataset import above, class_of, dataset_of, public_root
from linkedproj.model.languages import spoken
from linkedproj.model.lexical import XSD
from linkedproj.model.localised import texts_for
from linkedproj.model.shapes import DCT, RDF, RDFS
from linkedproj.writers.values import Node, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linkedproj.model.codes import Code
    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config

_DCAT, _VOID = "http://www.w3.org/ns/dcat#", "http://rdfs.org/ns/void#"
_TYPE, _LABEL = f"{RDF}type", f"{RDFS}label"
_QUOTED = {
    "en": "The licence is that of the data. Quoted sentences are the words of those who published the sources. They "
    "are quoted to show where a value was read, and are not under this licence.",
    "ca": "La llicència és la de les dades. Les frases citades són paraules de qui va publicar les fonts. Se citen "
    "per mostrar on es va llegir un valor, i no estan sota aquesta llicència.",
    "es": "La licencia es la de los datos. Las frases citadas son palabras de quien publicó las fuentes. Se citan para "
    "mostrar dónde se leyó un valor, y no están bajo esta licencia.",
}


def header(schema: Schema, config: Config, types: Iterable[str]) -> list[Node]:
    """Say of which dataset and version a dump is, of which day, under which licence, and what its classes are.

    `types` are the record types that it holds.
    """
    dataset, version = dataset_of(schema.base), f"{public_root(schema.base)}dump/{config.version}/"
    rights, issued = f"{dataset}#quotes", config.portal.modified or config.portal.issued
    said = [
        (_TYPE, [Value(iri=f"{_VOID}Dataset")]),
        (f"{DCT}title", _texts(config.title)),
        (_LABEL, _texts(config.title)),
        (f"{DCT}isVersionOf", [Value(iri=dataset)]),
        (f"{_DCAT}version", [Value(text=config.version)]),
        (f"{DCT}issued", [Value(text=issued, datatype=XSD + ("dateTime" if "T" in issued else "date"))]),
        (f"{DCT}license", [Value(iri=config.licence)]),
        (f"{DCT}rights", [Value(iri=rights)]),
    ]
    languages = spoken(config.languages)
    statement = [
        (_TYPE, [Value(iri=f"{DCT}RightsStatement")]),
        (_LABEL, _texts({tag: _QUOTED[tag] for tag in languages})),
    ]
    # By code point, as records are: so they are found again in a dump that is judged in parts.
    defined = sorted(
        [_node(rights, statement), *(_own_class(schema, config, name, dataset) for name in types)],
        key=lambda node: node.iri,
    )
    return [_node(version, said if issued else [each for each in said if each[0] != f"{DCT}issued"]), *defined]


def _own_class(schema: Schema, config: Config, name: str, dataset: str) -> Node:
    kind = schema.types[name]
    labels = texts_for(schema.names.get(name) or {"en": name}, config.languages)
    said = [
        (_TYPE, [Value(iri=f"{RDFS}Class")]),
        (_LABEL, _texts(labels)),
        (f"{RDFS}subClassOf", [Value(iri=iri) for iri in (kind.iri, *above(schema.base, kind, schema.types.values()))]),
        (f"{RDFS}isDefinedBy", [Value(iri=dataset)]),
    ]
    return _node(class_of(schema.base, name), said)


def naming(code: Code) -> Node | None:
    """Say what a code is called, what is above it, and in which lists it stands; nothing where nothing is known."""
    texts = _texts(code.labels)
    said = [
        (_TYPE, [Value(iri=CONCEPT)] * code.is_concept),
        *((iri, texts) for iri in NAMINGS),
        *((iri, [Value(iri=end) for end in ends]) for iri, ends in code.links),
        (VERSION, [Value(text=code.version)] * bool(code.version)),
    ]
    node = _node(code.iri, said)
    return node if node.said else None


def _texts(texts: Mapping[str, str]) -> list[Value]:
    return [Value(text=text, language=tag) for tag, text in texts.items()]


def _node(iri: str, said: Iterable[tuple[str, list[Value]]]) -> Node:
    return Node(iri, tuple((predicate, tuple(values)) for predicate, values in said if values))
