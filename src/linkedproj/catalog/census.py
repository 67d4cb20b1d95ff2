"""Counting a dump in one pass: its triples, classes, properties and links to other data sets."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from linkedproj.model.schema import Schema

_CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_ORIGIN = re.compile(r"<([^/>]*//[^/?#>]*/?)")
_START, _END = ("<http://www.w3.org/ns/dcat#startDate>", "<http://www.w3.org/ns/dcat#endDate>")
_MATCHES = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
_LINKS = frozenset({
    "<https://schema.org/sameAs>",
    "<http://www.w3.org/2002/07/owl#sameAs>",
    *(f"<http://www.w3.org/2004/02/skos/core#{name}>" for name in _MATCHES),
})  # fmt: skip


@dataclass(frozen=True)
class Census:
    """Figures of a dump: `classes` and `properties` by IRI.

    `links` are by property and what the IRIs begin with that it leads to ("https://ror.org/"); those to other records
    are left out. `start` and `end` are the first and last day that a period names, `example` is a typical record,
    `themes` are the ids of the policy themes. What there is none of is "".
    """

    triples: int
    classes: Mapping[str, int]
    properties: Mapping[str, int]
    links: Mapping[tuple[str, str], int]
    start: str = ""
    end: str = ""
    example: str = ""
    themes: tuple[str, ...] = ()


def take_census(dump: Path, schema: Schema) -> Census:
    """Count an N-Triples dump of this program, compressed or not, in memory that does not grow with it.

    The example is the first record of a type that a portfolio lists; themes are concepts.
    """
    listed = {f"<{schema.types[name].iri}>" for name in schema.members[:1]}
    concept = next((kind.base for kind in schema.types.values() if _CONCEPT in kind.classes), "")
    triples, classes, properties, links = 0, Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    days: dict[str, tuple[str, str]] = {}
    example, themes, theme, own = "", set[str](), f"<{concept}", f"<{schema.base}"
    with _lines(dump) as lines:
        for line in lines:
            subject, predicate, rest = line.split(" ", 2)
            triples += 1
            properties[predicate] += 1
            if predicate == _TYPE:
                classes[rest[:-3]] += 1
                example = example or (subject if rest[:-3] in listed else "")
                if concept and subject.startswith(theme):
                    themes.add(subject[len(theme) : -1])
            elif predicate in _LINKS:
                origin = _ORIGIN.match(rest)
                if origin and not rest.startswith(own):
                    links[predicate[1:-1], origin[1]] += 1
            elif predicate in {_START, _END}:
                day = rest[1 : rest.index('"', 1)]
                first, last = days.get(predicate, (day, day))
                days[predicate] = min(first, day), max(last, day)
    return Census(
        triples,
        {iri[1:-1]: number for iri, number in sorted(classes.items())},
        {iri[1:-1]: number for iri, number in sorted(properties.items())},
        dict(sorted(links.items())),
        days.get(_START, ("", ""))[0],
        days.get(_END, ("", ""))[1],
        example[1:-1],
        tuple(sorted(themes)),
    )


@contextmanager
def _lines(dump: Path) -> Iterator[TextIO]:
    if dump.suffix == ".gz":
        with gzip.open(dump, "rt", encoding="utf-8") as packed:
            yield cast("TextIO", packed)
    else:
        with dump.open(encoding="utf-8") as plain:
            yield plain
