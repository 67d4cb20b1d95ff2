"""From files to rows: one format a module, and the table that names them.

A reader yields `(columns, line, cells)`: the column names as the curator writes them, the line where the record begins
and its cells as text, in the order of the columns; with no cells at all, it tells of a header. `report` takes what
cannot be read. A place finder returns the exact place of one cell, and is asked only when a cell is wrong.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from linkedproj.tables.readers import csv, json, ods, xlsx, yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from linkedproj.tables.readers.source import Finder, Reader, Report, Sheet, TableFile


@dataclass(frozen=True)
class Input:
    """How one file format is read.

    `has_header` tells that the first row names the columns of all others, `is_cut` that a long file is read in pieces.
    A workbook has `sheets`, each of which may hold a table, and may say in its properties which vocabulary it was
    `made_for`. What is read of it while it is `kept_open` does not open it again.
    """

    read: Reader
    find: Finder
    label: str
    has_header: bool = False
    is_cut: bool = False
    sheets: Callable[[TableFile, Report], list[Sheet]] | None = None
    made_for: Callable[[TableFile], str] | None = None
    kept_open: Callable[[TableFile], AbstractContextManager[None]] = lambda _: nullcontext()


_XLSX = Input(
    xlsx.read,
    xlsx.find,
    "workbook of Excel",
    has_header=True,
    sheets=xlsx.sheets,
    made_for=xlsx.made_for,
    kept_open=xlsx.kept_open,
)

READERS: dict[str, Input] = {
    ".csv": Input(csv.read, csv.find, "comma-separated table", has_header=True, is_cut=True),
    ".tsv": Input(csv.read, csv.find, "tab-separated table", has_header=True, is_cut=True),
    ".xlsx": _XLSX,
    ".xlsm": replace(_XLSX, label="workbook of Excel with macros"),
    ".ods": Input(
        ods.read, ods.find, "OpenDocument spreadsheet", has_header=True, sheets=ods.sheets, made_for=ods.made_for
    ),
    ".yaml": Input(yaml.read, yaml.find, "YAML records"),
    ".yml": Input(yaml.read, yaml.find, "YAML records"),
    ".json": Input(json.read, json.find, "JSON records"),
    ".jsonl": Input(json.read_lines, json.find, "JSON records, one a line"),
    ".ndjson": Input(json.read_lines, json.find, "JSON records, one a line"),
}
"""File suffix in small letters -> how such a file is read."""


def reader_of(path: Path) -> Input:
    """Return how a file is read; its suffix, in whatever letters, must be one of READERS."""
    return READERS[path.suffix.lower()]


__all__ = ["READERS", "Input", "reader_of"]
