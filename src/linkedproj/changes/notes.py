"""What is noted of two dumps while they are compared: in a database on disk, so that memory stays flat."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

What = Literal["added", "removed", "changed", "renamed", "merged", "renaming"]

WHATS: tuple[What, ...] = ("added", "removed", "renamed", "merged", "changed")
"""What is told of a record; a "renaming" one is what another was renamed to, and is told with that."""

ALWAYS: tuple[What, ...] = ("added", "removed", "changed")
GONE: tuple[What, ...] = ("removed", "renamed", "merged")
"""What is told of a record that is there no more."""

_LAST = 1 << 31
_PRIMARY = 0xFF
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -4096;
CREATE TABLE name (iri TEXT PRIMARY KEY, texts TEXT) WITHOUT ROWID;
CREATE TABLE owner (nested TEXT PRIMARY KEY, iri TEXT) WITHOUT ROWID;
CREATE TABLE touched (rank INT, iri TEXT, what TEXT, PRIMARY KEY (rank, iri)) WITHOUT ROWID;
CREATE INDEX by_iri ON touched (iri);
CREATE TABLE line (owner TEXT, subject TEXT, come INT, triple TEXT);
CREATE TABLE successor (retired TEXT, iri TEXT, PRIMARY KEY (retired, iri)) WITHOUT ROWID;
CREATE TABLE source (subject TEXT, predicate TEXT, object TEXT, source TEXT);
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One triple, in N-Triples, that came or went, with the record it is told with."""

    subject: str
    come: bool
    triple: str


@contextmanager
def refused_by_the_system() -> Iterator[None]:
    """Let what the database cannot write be told as what the system does not.

    Raises:
        OSError: the disk is full, or a file cannot be read or written.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        is_full = error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_FULL
        number = errno.ENOSPC if is_full else errno.EIO
        raise OSError(number, os.strerror(number), "a temporary file") from error


class Notes:
    """Names of records, owners of nested nodes, touched records, and the triples of those that changed."""

    def __init__(self, scratch: Path) -> None:
        self._base = sqlite3.connect(scratch / "notes.db", isolation_level=None)
        self._base.executescript(_TABLES + "BEGIN;")
        self._has_renamed = False

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def name(self, iri: str, texts: Mapping[str, str]) -> None:
        """Note the labels of a record by language ("" is what it is called in short); the last ones stay."""
        self._base.execute("INSERT OR REPLACE INTO name VALUES (?, ?)", (iri, json.dumps(dict(texts))))

    def compose(self, iri: str, parts: Iterable[str]) -> None:
        """Note for a record without a label the records it joins."""
        self._base.execute("INSERT OR IGNORE INTO name VALUES (?, ?)", (iri, json.dumps(list(parts))))

    def named(self, iri: str) -> dict[str, str] | list[str]:
        """Return the labels of a record by language, or the records whose names stand for it, or nothing."""
        row = self._base.execute("SELECT texts FROM name WHERE iri = ?", (iri,)).fetchone()
        found: dict[str, str] | list[str] = json.loads(row[0]) if row else {}
        return found

    def note_owner(self, nested: str, iri: str) -> None:
        """Note which record a nested node belongs to."""
        self._base.execute("INSERT OR IGNORE INTO owner VALUES (?, ?)", (nested, iri))

    def settle_owners(self) -> None:
        """Replace owners that are nested themselves by the records that these belong to."""
        step = (
            "UPDATE OR REPLACE owner SET iri = (SELECT above.iri FROM owner AS above WHERE above.nested = owner.iri)"
            " WHERE iri <> nested AND iri IN (SELECT nested FROM owner)"
        )
        while self._base.execute(step).rowcount > 0:
            pass

    def owner(self, nested: str) -> str:
        """Return the record that a nested node belongs to: itself, if no record points to it."""
        row = self._base.execute("SELECT iri FROM owner WHERE nested = ?", (nested,)).fetchone()
        return str(row[0]) if row else nested

    def touch(self, rank: int, iri: str, what: What) -> None:
        """Note that a record differs; what was said first of it stays."""
        self._base.execute("INSERT OR IGNORE INTO touched VALUES (?, ?, ?)", (rank, iri, what))

    def retire(self, iri: str, successors: Iterable[str]) -> None:
        """Note that an identifier names no record any more, and which records stand for it; "" where none does."""
        rows = [(iri, successor) for successor in successors] or [(iri, "")]
        self._base.executemany("INSERT OR IGNORE INTO successor VALUES (?, ?)", rows)

    def successors(self, iri: str) -> list[str]:
        """Return the records that stand for a retired identifier, by IRI."""
        query = "SELECT iri FROM successor WHERE retired = ? AND iri <> '' ORDER BY iri"
        return [found for (found,) in self._base.execute(query, (iri,))]

    def is_retired(self, iri: str) -> bool:
        """Return whether the newer dump says that an identifier names no record any more."""
        return bool(self._base.execute("SELECT 1 FROM successor WHERE retired = ? LIMIT 1", (iri,)).fetchone())

    def settle_successors(self) -> Iterator[tuple[str, What, What]]:
        """Tell removed records that have successors as renamed or merged; yield each record with what it was before.

        A record was renamed if one new record stands for it and for no other; else it was merged.
        """
        query = (
            "SELECT retired, max(s.iri), count(*), max((SELECT count(*) FROM successor AS o WHERE o.iri = s.iri)),"
            " max((SELECT what FROM touched WHERE touched.iri = s.iri))"
            " FROM successor AS s JOIN touched AS t ON t.iri = s.retired"
            " WHERE s.iri <> '' AND t.what = 'removed' GROUP BY retired ORDER BY retired"
        )
        for old, new, successors, predecessors, what in self._base.execute(query).fetchall():
            is_renamed = successors == predecessors == 1 and what == "added"
            self._has_renamed |= is_renamed
            told: list[tuple[str, What, What]] = [(old, "removed", "renamed" if is_renamed else "merged")]
            told += [(new, "added", "renaming")] if is_renamed else []
            for iri, _, after in told:
                self._base.execute("UPDATE touched SET what = ? WHERE iri = ?", (after, iri))
            yield from told

    def what(self, iri: str) -> What | None:
        """Return in which way a record differs, or nothing."""
        row = self._base.execute("SELECT what FROM touched WHERE iri = ?", (iri,)).fetchone()
        return row[0] if row else None

    def name_now(self, iri: str) -> str:
        """Return what a record is called in the newer dump: another identifier if it was renamed."""
        is_renamed = self._has_renamed and self.what(iri) == "renamed"
        return self.successors(iri)[0] if is_renamed else iri

    def touched(self, what: What | None = None, rank: int | None = None) -> Iterator[tuple[int, str, What]]:
        """Yield the records that differ, by type and IRI: all, or those of one kind of change and one type."""
        query = (
            "SELECT rank, iri, what FROM touched WHERE (?1 IS NULL OR what = ?1) AND rank BETWEEN ?2 AND ?3"
            " ORDER BY rank, iri"
        )
        bounds = (-1, _LAST) if rank is None else (rank, rank)
        # With "yield from", a reader that stops early would close the cursor after the database.
        for found in self._base.execute(query, (what, *bounds)):  # noqa: UP028 - for the order of closing, see above
            yield found

    def line(self, owner: str, line: Line) -> None:
        """Note a triple that came or went."""
        self._base.execute("INSERT INTO line VALUES (?, ?, ?, ?)", (owner, line.subject, line.come, line.triple))

    def index(self) -> None:
        """Prepare the lines to be looked up, once all are noted."""
        self._base.executescript(
            "CREATE INDEX by_owner ON line (owner); CREATE INDEX by_subject ON line (subject);"
            "CREATE INDEX by_statement ON source (subject, predicate, object);"
        )

    def lines(self, owner: str) -> Iterator[Line]:
        """Yield the triples that came or went of a record and its nested nodes, in the order of N-Triples."""
        query = "SELECT subject, come, triple FROM line WHERE owner = ? ORDER BY subject, triple, come"
        for subject, come, triple in self._base.execute(query, (owner,)):
            yield Line(subject, bool(come), triple)

    def has_lines_about(self, subject: str) -> bool:
        """Return whether a triple of this subject came or went."""
        return bool(self._base.execute("SELECT 1 FROM line WHERE subject = ? LIMIT 1", (subject,)).fetchone())

    def cite(self, subject: str, predicate: str, value: str, source: str) -> None:
        """Note in which source a value was read; all four are terms as N-Triples writes them."""
        self._base.execute("INSERT INTO source VALUES (?, ?, ?, ?)", (subject, predicate, value, source))

    def sources(self, subject: str, predicate: str, value: str) -> list[str]:
        """Return the sources in which a value was read."""
        query = "SELECT DISTINCT source FROM source WHERE subject = ? AND predicate = ? AND object = ? ORDER BY source"
        return [source for (source,) in self._base.execute(query, (subject, predicate, value))]

    def give_to_owners(self) -> Iterator[str]:
        """Yield the triples of nested nodes to their owners; tell every record that has triples."""
        self._base.execute(
            "UPDATE line SET owner = coalesce((SELECT iri FROM owner WHERE nested = subject), subject) WHERE owner = ''"
        )
        for (owner,) in self._base.execute("SELECT DISTINCT owner FROM line"):
            yield owner
