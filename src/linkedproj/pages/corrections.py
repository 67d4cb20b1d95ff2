"""Where a mistake in a record is mended: the line of the table that the record stands in, as a forge shows it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from linkedproj.tables.portfolio import Portfolio


class Corrections:
    """The addresses of rows: `pattern` is that of a file, with {file}, {line} and {id} where these go; "" for none."""

    def __init__(self, pattern: str, tables: Portfolio | None, home: Path) -> None:
        self._pattern, self._tables, self._home = pattern, tables, home

    def address(self, table: str, identifier: str) -> str:
        """Return the address of the row of a record, "" where there is none."""
        file, line = self._places.get((table, identifier), ("", 0))
        if not file:
            return ""
        values = {"{file}": quote(file), "{line}": str(line), "{id}": quote(identifier)}
        found = self._pattern
        for slot, value in values.items():
            found = found.replace(slot, value)
        return found

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], tuple[str, int]]:
        found: dict[tuple[str, str], tuple[str, int]] = {}
        if not self._pattern or self._tables is None:
            return found
        for kind in self._tables.schema.types.values():
            for batch in self._tables.batches(kind.name):
                path = self._tables.headers[batch.header].file.path
                # Where the file is kept, whatever it may be a link to.
                file = path.relative_to(self._home).as_posix()
                found |= {(kind.table, one): (file, line) for one, line in zip(batch.ids, batch.lines, strict=True)}
        return found
