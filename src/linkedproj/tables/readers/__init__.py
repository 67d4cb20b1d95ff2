"""From files to rows: one format a module, and the table that names them.

A reader yields `(columns, line, cells)`: the column names as the curator writes them, the line where the record begins
and its cells as text, in the order of the columns; with no cells at all, it tells of a header. `report` takes what
cannot be read. A place finder gives the exact place of one cell, and is asked only when a cell is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.tables.readers import csv, json, yaml

if TYPE_CHECKING:
    from linkedproj.tables.readers.source import Finder, Reader


@dataclass(frozen=True)
class Input:
    """How one file format is read."""

    read: Reader
    find: Finder
    label: str


READERS: dict[str, Input] = {
    ".csv": Input(csv.read, csv.find, "comma-separated table"),
    ".yaml": Input(yaml.read, yaml.find, "YAML records"),
    ".yml": Input(yaml.read, yaml.find, "YAML records"),
    ".json": Input(json.read, json.find, "JSON records"),
    ".jsonl": Input(json.read_lines, json.find, "JSON records, one a line"),
}
"""File suffix -> how it is read."""

__all__ = ["READERS", "Input"]
