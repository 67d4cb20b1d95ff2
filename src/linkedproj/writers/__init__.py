"""From rows to dumps: one format a module, and the table that names them.

A writer never sees a graph: it is compiled once for the columns of a table (`compile_rows`), and then turns batch after
batch of rows into text, in the order of the context. `described` holds what explains the published tables, `diagram`
draws the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkedproj.writers import jsonld, ntriples, turtle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.cells import Column
    from linkedproj.writers.values import Node

    Describe = Callable[[Sequence[Node], Schema], list[str]]
    Compile = Callable[[RecordType, Iterable[Column], Schema], Callable[[Batch], list[str]]]


@dataclass(frozen=True)
class Format:
    """A serialisation of records.

    `compile_rows` gives the writer of one table's batches, which gives a text for each record; `head`, `between` and
    `foot` stand round the records. `describe` gives a text for each node that is no record.
    `media_type` is the registered one, `file_type` the code of the EU file-type authority list.
    """

    suffix: str
    media_type: str
    file_type: str
    label: str
    compile_rows: Compile
    head: Callable[[Schema], str]
    between: str = ""
    foot: str = ""
    describe: Describe = field(kw_only=True)


def _nothing(_: Schema) -> str:
    return ""


FORMATS: dict[str, Format] = {
    "turtle": Format(
        ".ttl", "text/turtle", "RDF_TURTLE", "Turtle", turtle.compile_rows, turtle.head, describe=turtle.describe
    ),
    "jsonld": Format(
        ".jsonld", "application/ld+json", "JSON_LD", "JSON-LD", jsonld.compile_rows, jsonld.head, ",\n", "\n]}\n",
        describe=jsonld.describe,
    ),
    "ntriples": Format(
        ".nt", "application/n-triples", "RDF_N_TRIPLES", "N-Triples", ntriples.compile_rows, _nothing,
        describe=ntriples.describe,
    ),
}  # fmt: skip
"""Name of a format -> how it is written."""

__all__ = ["FORMATS", "Format"]
