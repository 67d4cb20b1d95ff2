"""The records as tables, for spreadsheets and statistics packages: one file a record type, and what describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.rules import text_in
from linkedproj.model.shapes import SKOS, read_shapes
from linkedproj.writers.described.columns import Described, Words, meanings
from linkedproj.writers.described.csvw import write_csvw
from linkedproj.writers.described.datapackage import write_datapackage
from linkedproj.writers.described.parquet import can_write, write_parquet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from linkedproj.model.settings import Config
    from linkedproj.tables.portfolio import Portfolio

_LABEL = f"{SKOS}prefLabel"

__all__ = ["Words", "can_write", "publish_tables"]


def publish_tables(portfolio: Portfolio, config: Config, words: Words, folder: Path, vocabulary: Path) -> None:
    """Describe the tables in a folder, and write them as Parquet where that can be written.

    `config` holds the version that is published, the file `vocabulary` the labels of codes.
    """
    schema = portfolio.schema
    tables = [
        Described(schema.types[name], words.of_kind(name), meanings(portfolio.published(name), schema, words))
        for name in schema.types
        if portfolio.counts[name]
    ]
    write_csvw(tables, schema, config, folder)
    write_datapackage(tables, config, folder)
    if can_write():
        write_parquet(tables, folder, schema, config.languages, _code_labels(vocabulary, config.languages))


def _code_labels(vocabulary: Path, languages: Sequence[str]) -> dict[str, str]:
    """Return what each code is called in the first language that it has a label in, by its IRI."""
    graph = read_shapes(vocabulary, vocabulary.name)
    found = {}
    for concept in graph.subjects(_LABEL):
        texts = graph.texts(concept, _LABEL)
        found[concept.value] = next((texts[tag] for tag in languages if tag in texts), text_in(texts, languages[0]))
    return found
