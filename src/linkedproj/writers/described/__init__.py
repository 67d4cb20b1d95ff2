"""The records as tables, for spreadsheets and statistics packages: one file a record type, and what describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.writers.described.columns import Described, Words, meanings
from linkedproj.writers.described.csvw import write_csvw
from linkedproj.writers.described.datapackage import write_datapackage
from linkedproj.writers.described.parquet import can_write, write_parquet

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.model.settings import Config
    from linkedproj.tables.portfolio import Portfolio

__all__ = ["Words", "can_write", "publish_tables"]


def publish_tables(portfolio: Portfolio, config: Config, words: Words, folder: Path) -> None:
    """Describe the tables in a folder, and write them as Parquet where that can be written.

    `config` holds the version that is published.
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
        write_parquet(tables, folder)
