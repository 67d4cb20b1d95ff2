"""What each cell of a workbook was when it left, as a sheet of the workbook says."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.importers.roundtrip.tables import ids_once
from linkedproj.tables.readers import reader_of

if TYPE_CHECKING:
    from linkedproj.tables.readers.source import TableFile

LEFT, TRANSLATIONS = "_left", "_translations"
"""The sheets that say what each cell was when it left, and what is still to be translated."""

HEADER = ("sheet", "row", "id", "marks")
RECORD, FIELD = "record", "field"
VERSION = "1"
"""The version of the sheet `_left`, in its first row."""


class LeftRow(NamedTuple):
    """A row as it left: where it was, its id or "", and its marks."""

    place: str
    id: str
    marks: str


@dataclass
class LeftSheet:
    """A sheet as it left: its table, its columns, the one that says where each row is from, its rows."""

    name: str
    table: str
    columns: list[str]
    column_of_places: str
    rows: list[LeftRow] = field(default_factory=list)

    def record_names(self) -> list[str]:
        """Name each row as a translator finds it: by its id where no other row has it, else by its place."""
        return record_names(self.table, [row.id for row in self.rows], [row.place for row in self.rows])


@dataclass
class Left:
    """All sheets as they left, by name, with the id of their portfolio; the version is "" where nothing says so."""

    version: str = ""
    portfolio: str = ""
    sheets: dict[str, LeftSheet] = field(default_factory=dict)


def record_names(table: str, ids: list[str], places: list[str]) -> list[str]:
    """Name rows by their ids where no other row has them, else by their places."""
    once = ids_once(ids)
    return [f"{table}/{each}" if each in once else place for each, place in zip(ids, places, strict=True)]


def read_left(file: TableFile) -> Left:
    """Read the sheet of a workbook that says what its cells were when it left."""
    left = Left()
    for names, _, cells in reader_of(file.path).read(file, lambda _: None):
        if names[: len(HEADER)] != HEADER or not cells:
            continue
        sheet, place, identifier, stated = cells[: len(HEADER)]
        if not sheet:
            left.version, left.portfolio = place, identifier
        elif sheet in left.sheets:
            left.sheets[sheet].rows.append(LeftRow(place, identifier, stated))
        else:
            with suppress(ValueError):
                left.sheets[sheet] = LeftSheet(sheet, identifier, json.loads(stated), place)
    return left
