"""What a dump is of, said and not inferred: the dataset, and the class by which each record says that it is in it.

A record of the type Project is of the class `<base>dataset#Project` as well. It is a class and not `void:inDataset`,
because SHACL Core can target a class and not a value, and because the domain of that property is foaf:Document (VoID,
section 6.3): a place or a project would be a document. Published shapes target these classes, and so nothing of others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.shapes import DCT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linkedproj.model.context import RecordType

DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"
REPLACED_BY, REPLACES = DCT + "isReplacedBy", DCT + "replaces"
"""What a dump says of identifiers that name no record any more, and of the records that stand for them."""

_RECORDS = "id/"


def dataset_of(records: str) -> str:
    """Return the IRI of the dataset whose records' IRIs begin with `records`.

    >>> dataset_of("https://data.example.org/id/")
    'https://data.example.org/dataset'
    """
    return f"{public_root(records)}dataset"


def public_root(records: str) -> str:
    """Return what the addresses of a published folder begin with, by what the IRIs of its records begin with."""
    return records.removesuffix(_RECORDS)


def class_of(records: str, name: str) -> str:
    """Return the class of the records of one type in one dataset.

    >>> class_of("https://data.example.org/id/", "Project")
    'https://data.example.org/dataset#Project'
    """
    return f"{dataset_of(records)}#{name}"


def targets(records: str, types: Iterable[RecordType]) -> dict[str, list[str]]:
    """Return for each class that records are of the classes of this dataset that it is narrowed to.

    That of a record type is narrowed to its own, which has others below it as its class has (`above`); one that is no
    type's, such as that of all initiatives, to those of the types below it.
    """
    kinds, found = list(types), dict[str, list[str]]()
    taken = {kind.iri for kind in kinds}
    for kind in kinds:
        own = class_of(records, kind.name)
        for iri in kind.classes:
            if iri == kind.iri or (iri != own and iri not in taken):
                found.setdefault(iri, []).append(own)
    return found


def above(records: str, kind: RecordType, types: Iterable[RecordType]) -> list[str]:
    """Return the classes of this dataset that those of a type's records are below."""
    return [class_of(records, other.name) for other in types if other.iri != kind.iri and other.iri in kind.classes]


def kinds_of(records: str, types: Mapping[str, RecordType]) -> dict[str, str]:
    """Return for each class of this dataset the class of its record type."""
    return {class_of(records, name): kind.iri for name, kind in types.items()}
