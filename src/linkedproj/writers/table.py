"""One CSV per table, as a spreadsheet reader or a statistics package wants it.

Source: RFC 4180, with LF line ends. Cells are those of the records, so that a published table can be read in again; in
lists, the values are written as they were understood.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from linkedproj.tables.batch import Batch


SEPARATOR = ";"
"""What stands between the values of a list in one cell, with or without blanks."""


def compile_table(
    columns: Sequence[str], names: Sequence[str], lists: Collection[str] = ()
) -> Callable[[Batch], list[str]]:
    """Return the function that writes the rows of a batch, whose columns are `names`, as one text of a table.

    `lists` are the columns whose cells may hold several values.
    """
    places = [names.index(column) if column in names else -1 for column in columns]

    def write(batch: Batch) -> list[str]:
        blank = [""] * len(batch)
        cells = [
            blank if place < 0 else batch.listed(place) if column in lists else batch.columns[place]
            for column, place in zip(columns, places, strict=True)
        ]
        if columns[0] == "id":
            cells[0] = batch.ids
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(zip(*cells, strict=True))
        return [out.getvalue()]

    return write


def header_line(columns: Sequence[str]) -> str:
    """Write the first line of a table."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(columns)
    return out.getvalue()
