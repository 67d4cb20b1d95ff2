"""What rows said of records, kept on disk until all of them are read: memory does not grow with a source."""

from __future__ import annotations

import marshal
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_MANY = 4096
_SOME = "SELECT id, key, data FROM joined WHERE tbl = ? AND id > ? ORDER BY id LIMIT 500"
_KNOWN = 50_000
_TABLES = """
CREATE TABLE said (name TEXT, key TEXT, number INTEGER, origin TEXT, data BLOB);
CREATE TABLE known (name TEXT, key TEXT, tbl TEXT, id TEXT, PRIMARY KEY (name, key)) WITHOUT ROWID;
CREATE TABLE used (tbl TEXT, id TEXT, key TEXT, PRIMARY KEY (tbl, id)) WITHOUT ROWID;
CREATE TABLE joined (tbl TEXT, id TEXT, key TEXT, data BLOB, PRIMARY KEY (tbl, id));
CREATE TABLE base (source TEXT, tbl TEXT, id TEXT, data BLOB, PRIMARY KEY (tbl, id, source));
CREATE TABLE present (tbl TEXT, id TEXT, file TEXT, data BLOB, PRIMARY KEY (tbl, id));
"""


def _read(data: bytes) -> Any:  # noqa: ANN401 - what was kept
    return marshal.loads(data)  # noqa: S302 - written by this run, to a file of its own


class Said(NamedTuple):
    """What one row says of a record: the cells of its columns, how some were found, what its id is made of, its origin.

    `alike` are the texts by which it may turn out to be another one, `town` those by which a gazetteer knows it.
    """

    cells: dict[str, list[str]]
    derived: dict[str, str]
    ident: str
    origin: str
    alike: list[list[str]]
    town: list[str]


class Store:
    """A scratch file of records."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;")
        self._base.executescript(_TABLES)
        self._base.execute("BEGIN")
        self._waiting: list[tuple[str, str, int, str, bytes]] = []
        self._seen: set[int] = set()
        self._number = 0
        self._is_indexed = False

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    # ----- what rows say

    def say(self, name: str, key: str, said: Said, *, is_row: bool) -> None:
        """Keep what a row says of a record, once; rows that are records of their own are kept each."""
        data = marshal.dumps((said.cells, said.derived, said.ident, said.alike, said.town))
        digest = hash((name, key, data))
        if not is_row and digest in self._seen:
            return
        if len(self._seen) >= _KNOWN:
            self._seen.clear()
        self._seen.add(digest)
        self._number += 1
        self._waiting.append((name, key, self._number, said.origin, data))
        if len(self._waiting) >= _MANY:
            self._flush()

    def _flush(self) -> None:
        self._base.executemany("INSERT INTO said VALUES (?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def said(self, name: str) -> Iterator[tuple[str, list[Said]]]:
        """Yield the keys of records of one kind in order, each with what rows say of it, in the order of the rows."""
        self._flush()
        if not self._is_indexed:
            self._is_indexed = True
            self._base.execute("CREATE INDEX in_order ON said (name, key, number)")
        key, rows = None, list[Said]()
        asked = "SELECT key, origin, data FROM said WHERE name = ? ORDER BY key, number"
        for found, origin, data in self._base.execute(asked, (name,)):
            if found != key and key is not None:
                yield key, rows
                rows = []
            key = found
            cells, derived, ident, alike, town = _read(data)
            rows.append(Said(cells, derived, ident, origin, alike, town))
        if key is not None:
            yield key, rows

    def rename(self, name: str, key: str, other: str) -> None:
        """Take what was said of one record as said of another."""
        self._flush()
        self._base.execute("UPDATE said SET key = ? WHERE name = ? AND key = ?", (other, name, key))

    # ----- ids

    def claim(self, table: str, identifier: str, key: str = "") -> bool:
        """Take an id of a table for a key; return whether it was free."""
        found = self._base.execute("INSERT OR IGNORE INTO used VALUES (?, ?, ?)", (table, identifier, key))
        return found.rowcount == 1

    def owner(self, table: str, identifier: str) -> str:
        """Return the key that an id was taken for, or ""."""
        asked = (table, identifier)
        found = self._base.execute("SELECT key FROM used WHERE tbl = ? AND id = ?", asked).fetchone()
        return found[0] if found else ""

    def take(self, table: str, identifier: str, key: str) -> None:
        """Take an id for a key, whoever had it."""
        self._base.execute("INSERT OR REPLACE INTO used VALUES (?, ?, ?)", (table, identifier, key))

    def call(self, name: str, key: str, table: str, identifier: str) -> None:
        """Note the id of a record."""
        self._base.execute("INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?)", (name, key, table, identifier))

    def called(self, name: str, key: str) -> str:
        """Return the id of a record, or ""."""
        found = self._base.execute("SELECT id FROM known WHERE name = ? AND key = ?", (name, key)).fetchone()
        return found[0] if found else ""

    # ----- rows of tables

    def put(self, table: str, identifier: str, key: str, data: Any) -> None:  # noqa: ANN401 - plain data
        """Keep a record as the source has it."""
        text = marshal.dumps(data)
        self._base.execute("INSERT OR REPLACE INTO joined VALUES (?, ?, ?, ?)", (table, identifier, key, text))

    def get(self, table: str, identifier: str) -> tuple[str, Any] | None:
        """Return the key of a record and what was kept of it, or nothing."""
        asked = (table, identifier)
        found = self._base.execute("SELECT key, data FROM joined WHERE tbl = ? AND id = ?", asked).fetchone()
        return (found[0], _read(found[1])) if found else None

    def joined(self, table: str) -> Iterator[tuple[str, str, Any]]:
        """Yield the records of a table as the source has them, by id: id, key, what was kept."""
        after = ""
        # Records may be changed while they are read: a few at a time are fetched.
        while rows := self._base.execute(_SOME, (table, after)).fetchall():
            after = rows[-1][0]
            yield from ((identifier, key, _read(data)) for identifier, key, data in rows)

    def tables(self) -> list[str]:
        """Return the tables that have records of the source."""
        return [table for (table,) in self._base.execute("SELECT DISTINCT tbl FROM joined ORDER BY tbl")]

    def take_base(self, source: str, table: str, rows: Iterable[dict[str, str]]) -> None:
        """Keep the records of a table as an earlier import left them."""
        listed = ((source, table, row["id"], marshal.dumps(row)) for row in rows)
        self._base.executemany("INSERT OR REPLACE INTO base VALUES (?, ?, ?, ?)", listed)

    def base(self, table: str, identifier: str) -> dict[str, dict[str, str]]:
        """Return by source what earlier imports said of a record."""
        asked = (table, identifier)
        rows = self._base.execute("SELECT source, data FROM base WHERE tbl = ? AND id = ?", asked)
        return {source: _read(data) for source, data in rows}

    def base_rows(self, source: str, table: str = "") -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the records that an earlier import of a source left: table and row."""
        rows = self._base.execute(
            "SELECT tbl, data FROM base WHERE source = ? AND (tbl = ? OR ? = '') ORDER BY tbl, id",
            (source, table, table),
        )
        return ((found, _read(data)) for found, data in rows)

    def lacks(self, table: str, identifier: str) -> bool:
        """Return whether the source has no such record now."""
        asked = (table, identifier)
        return self._base.execute("SELECT 1 FROM joined WHERE tbl = ? AND id = ?", asked).fetchone() is None

    def set_present(self, table: str, identifier: str, file: str, row: dict[str, str]) -> None:
        """Keep a row of a table of the portfolio, and the file it is in."""
        data = marshal.dumps(row)
        self._base.execute("INSERT OR REPLACE INTO present VALUES (?, ?, ?, ?)", (table, identifier, file, data))

    def remove_present(self, table: str, identifier: str) -> None:
        """Take a row out of its table."""
        self._base.execute("DELETE FROM present WHERE tbl = ? AND id = ?", (table, identifier))

    def present(self, table: str, identifier: str) -> tuple[str, dict[str, str]] | None:
        """Return the row of a record in the portfolio with the file it is in, or nothing."""
        asked = (table, identifier)
        found = self._base.execute("SELECT file, data FROM present WHERE tbl = ? AND id = ?", asked).fetchone()
        return (found[0], _read(found[1])) if found else None

    def present_rows(self, table: str, file: str = "") -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the rows of a table in the portfolio, by id, each with its file; those of one file, if it is named."""
        rows = self._base.execute(
            "SELECT file, data FROM present WHERE tbl = ? AND (file = ? OR ? = '') ORDER BY id", (table, file, file)
        )
        return ((found, _read(data)) for found, data in rows)
