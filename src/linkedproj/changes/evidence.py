"""In which source a new value was read: from the evidence that is published beside a dump."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.changes.files import unpacked
from linkedproj.model.context import RDF
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.schema import RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from linkedproj.changes.notes import Notes

_RANK = "https://w3id.org/linkedproj/ns#rank"
# Releases of the vocabulary 0.1 said it with the second.
_SOURCES = ("http://purl.org/dc/terms/source", "http://www.w3.org/ns/prov#wasQuotedFrom")
_STATEMENT = tuple(RDF + part for part in ("subject", "predicate", "object"))


def read_evidence(folder: Path, notes: Notes) -> None:
    """Note the sources of all values of subjects that differ, and what the sources are called.

    Reads evidence.ttl (or .gz) statement by statement; without such a file no source is known.

    Raises:
        SetupError: the file is damaged.
    """
    path = next((folder / n for n in ("evidence.ttl", "evidence.ttl.gz") if (folder / n).is_file()), None)
    if path is None:
        return
    try:
        with unpacked(path) as file:
            for subject, triples in groupby(
                ox.parse(input=file, format=ox.RdfFormat.TURTLE), key=attrgetter("subject")
            ):
                _node(subject.value, triples, notes)
    except (OSError, EOFError, SyntaxError) as error:
        raise SetupError(f"the evidence cannot be read: {error}", Place(path.as_posix())) from error


def _node(iri: str, triples: Iterable[ox.Quad], notes: Notes) -> None:
    values: dict[str, str] = {}
    labels: dict[str, str] = {}
    for triple in triples:
        term = triple.object
        if triple.predicate.value == RDFS + "label" and isinstance(term, ox.Literal):
            labels[term.language or ""] = term.value
        values[triple.predicate.value] = str(term)
    if labels:
        notes.name(iri, labels)
    subject, predicate, value = (values.get(part, "") for part in _STATEMENT)
    source = next((values[iri] for iri in _SOURCES if iri in values), "")
    holds = bool(subject and source) and not values.get(_RANK, "").endswith("/deprecated>")
    if holds and notes.has_lines_about(subject[1:-1]):
        notes.cite(subject, predicate, value, source)
