"""The records as tables, for spreadsheets and statistics packages: one file a record type, and what describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.csvtables.columns import Described, Words, meanings
from linkedproj.csvtables.csvw import write_csvw
from linkedproj.csvtables.datapackage import write_datapackage
from linkedproj.csvtables.parquet import can_write, write_parquet
from linkedproj.csvtables.tables import write_tables

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.config import Config
    from linkedproj.portfolio import Portfolio

__all__ = ["Words", "can_write", "publish_tables", "write_tables"]


def publish_tables(portfolio: Portfolio, config: Config, words: Words, folder: Path) -> None:
    """Write the tables into a folder, with what describes them, and as Parquet where that can be written.

    `config` holds the version that is published.
    """
    schema = portfolio.schema
    tables = [
        Described(schema.types[name], words.of_kind(name), meanings(columns, schema, words))
        for name, columns in write_tables(portfolio, folder).items()
    ]
    write_csvw(tables, schema, config, folder)
    write_datapackage(tables, config, folder)
    if can_write():
        write_parquet(tables, folder)
