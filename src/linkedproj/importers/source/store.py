"""What rows said of records, kept on disk until all of them are read: memory does not grow with a source."""

from __future__ import annotations

import marshal
import sqlite3
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_MANY, _FEW = 4096, 256
"""How many rows wait for one statement; of those that hold all of a record, fewer."""

_LAST = 1 << 15
_PUT = """
INSERT INTO joined VALUES (?, ?, ?, ?) ON CONFLICT (tbl, id) DO UPDATE SET key = excluded.key, data = excluded.data
"""
_SOME = "SELECT id, key, data FROM joined WHERE tbl = ? AND id > ? ORDER BY id LIMIT 500"
_KNOWN = 50_000
_TABLES = """
CREATE TABLE said (name TEXT, key TEXT, number INTEGER, origin TEXT, alike BLOB, data BLOB);
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


class _Texts:
    """Texts by two others: a table of the file, of which the rows that came last are in memory until they are many."""

    def __init__(self, base: sqlite3.Connection, table: str) -> None:
        base.execute(f"CREATE TABLE {table} (a TEXT, b TEXT, text TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID")
        self._base = base
        self._insert = f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)"  # noqa: S608 - a name of ours
        self._select = f"SELECT text FROM {table} WHERE a = ? AND b = ?"  # noqa: S608 - a name of ours
        self._last: dict[tuple[str, str], str] = {}
        self._is_on_disk = False

    def get(self, pair: tuple[str, str]) -> str | None:
        found = self._last.get(pair)
        if found is None and self._is_on_disk:
            row = self._base.execute(self._select, pair).fetchone()
            return str(row[0]) if row else None
        return found

    def set(self, pair: tuple[str, str], text: str) -> None:
        self._last[pair] = text
        if len(self._last) >= _LAST:
            self._is_on_disk = True
            self._base.executemany(self._insert, ((a, b, each) for (a, b), each in self._last.items()))
            self._last.clear()


class Store:
    """A scratch file of records."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;")
        self._base.executescript(_TABLES)
        self._base.execute("BEGIN")
        self._ids, self._owners = _Texts(self._base, "known"), _Texts(self._base, "used")
        self._said: list[tuple[str, str, int, str, bytes, bytes]] = []
        self._joined: dict[tuple[str, str], tuple[str, bytes]] = {}
        self._present: list[tuple[str, str, str, bytes]] = []
        self._seen: set[int] = set()
        self._number = 0
        self._is_indexed = False

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    # ----- what rows say

    def say(self, name: str, key: str, said: Said, *, is_row: bool) -> None:
        """Keep what a row says of a record, once; rows that are records of their own are kept each."""
        data = marshal.dumps((said.cells, said.derived, said.ident, said.town))
        alike = marshal.dumps(said.alike) if said.alike else b""
        digest = hash((name, key, data, alike))
        if not is_row and digest in self._seen:
            return
        if len(self._seen) >= _KNOWN:
            self._seen.clear()
        self._seen.add(digest)
        self._number += 1
        self._said.append((name, key, self._number, said.origin, alike, data))
        if len(self._said) >= _MANY:
            self._flush_said()

    def _flush_said(self) -> None:
        self._base.executemany("INSERT INTO said VALUES (?, ?, ?, ?, ?, ?)", self._said)
        self._said.clear()

    def said(self, name: str) -> Iterator[tuple[str, list[Said]]]:
        """Yield the keys of records of one kind in order, each with what rows say of it, in the order of the rows."""
        for key, rows in self._by_key("SELECT key, origin, alike, data FROM said WHERE name = ?", name):
            said = []
            for _, origin, alike, data in rows:
                cells, derived, ident, town = _read(data)
                said.append(Said(cells, derived, ident, origin, _read(alike) if alike else [], town))
            yield key, said

    def alike(self, name: str) -> Iterator[tuple[str, list[list[list[str]]]]]:
        """Yield the same keys, each with the texts by which it may turn out to be another one, where a row has any."""
        for key, rows in self._by_key("SELECT key, alike FROM said WHERE name = ?", name):
            yield key, [_read(alike) for _, alike in rows if alike]

    def _by_key(self, asked: str, name: str) -> Iterator[tuple[str, Sequence[tuple[Any, ...]]]]:
        self._flush_said()
        if not self._is_indexed:
            self._is_indexed = True
            self._base.execute("CREATE INDEX in_order ON said (name, key, number)")
        for key, rows in groupby(self._base.execute(f"{asked} ORDER BY key, number", (name,)), itemgetter(0)):
            yield key, list(rows)

    def rename(self, name: str, key: str, other: str) -> None:
        """Take what was said of one record as said of another."""
        self._flush_said()
        self._base.execute("UPDATE said SET key = ? WHERE name = ? AND key = ?", (other, name, key))

    # ----- ids

    def claim(self, table: str, identifier: str, key: str = "") -> bool:
        """Take an id of a table for a key; return whether it was free."""
        if self._owners.get((table, identifier)) is not None:
            return False
        self._owners.set((table, identifier), key)
        return True

    def owner(self, table: str, identifier: str) -> str:
        """Return the key that an id was taken for, or ""."""
        return self._owners.get((table, identifier)) or ""

    def take(self, table: str, identifier: str, key: str) -> None:
        """Take an id for a key, whoever had it."""
        self._owners.set((table, identifier), key)

    def call(self, name: str, key: str, identifier: str) -> None:
        """Note the id of a record."""
        self._ids.set((name, key), identifier)

    def called(self, name: str, key: str) -> str:
        """Return the id of a record, or ""."""
        return self._ids.get((name, key)) or ""

    # ----- rows of tables

    def put(self, table: str, identifier: str, key: str, data: Any) -> None:  # noqa: ANN401 - plain data
        """Keep a record as the source has it."""
        self._joined[table, identifier] = key, marshal.dumps(data)
        if len(self._joined) >= _FEW:
            self._flush_joined()

    def _flush_joined(self) -> None:
        if not self._joined:
            return
        rows = ((table, identifier, *kept) for (table, identifier), kept in self._joined.items())
        self._base.executemany(_PUT, rows)
        self._joined.clear()

    def get(self, table: str, identifier: str) -> tuple[str, Any] | None:
        """Return the key of a record and what was kept of it, or nothing."""
        asked = (table, identifier)
        found = self._joined.get(asked)
        if found is None:
            found = self._base.execute("SELECT key, data FROM joined WHERE tbl = ? AND id = ?", asked).fetchone()
        return (found[0], _read(found[1])) if found else None

    def joined(self, table: str) -> Iterator[tuple[str, str, Any]]:
        """Yield the records of a table as the source has them, by id: id, key, what was kept."""
        after = ""
        self._flush_joined()
        # Records may be changed while they are read: a few at a time are fetched.
        while rows := self._base.execute(_SOME, (table, after)).fetchall():
            after = rows[-1][0]
            yield from ((identifier, key, _read(data)) for identifier, key, data in rows)

    def tables(self) -> list[str]:
        """Return the tables that have records of the source."""
        self._flush_joined()
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
        self._flush_joined()
        asked = (table, identifier)
        return self._base.execute("SELECT 1 FROM joined WHERE tbl = ? AND id = ?", asked).fetchone() is None

    def set_present(self, table: str, identifier: str, file: str, row: dict[str, str]) -> None:
        """Keep a row of a table of the portfolio, and the file it is in."""
        self._present.append((table, identifier, file, marshal.dumps(row)))
        if len(self._present) >= _FEW:
            self._flush_present()

    def _flush_present(self) -> None:
        if not self._present:
            return
        self._base.executemany("INSERT OR REPLACE INTO present VALUES (?, ?, ?, ?)", self._present)
        self._present.clear()

    def remove_present(self, table: str, identifier: str) -> None:
        """Take a row out of its table."""
        self._flush_present()
        self._base.execute("DELETE FROM present WHERE tbl = ? AND id = ?", (table, identifier))

    def present(self, table: str, identifier: str) -> tuple[str, dict[str, str]] | None:
        """Return the row of a record in the portfolio with the file it is in, or nothing."""
        self._flush_present()
        asked = (table, identifier)
        found = self._base.execute("SELECT file, data FROM present WHERE tbl = ? AND id = ?", asked).fetchone()
        return (found[0], _read(found[1])) if found else None

    def present_rows(self, table: str, file: str = "") -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the rows of a table in the portfolio, by id, each with its file; those of one file, if it is named."""
        self._flush_present()
        rows = self._base.execute(
            "SELECT file, data FROM present WHERE tbl = ? AND (file = ? OR ? = '') ORDER BY id", (table, file, file)
        )
        return ((found, _read(data)) for found, data in rows)
