"""Which records of a source are which: their ids, those of others that they are, and whose an identifier is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.importers.source.identifiers import digest, free_id
from linkedproj.importers.source.matching import Alike, at_large
from linkedproj.importers.source.records import JOINT, LINK, sources_of
from linkedproj.importers.source.words import because
from linkedproj.model.lists import bare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkedproj.importers.source.decisions import Decisions
    from linkedproj.importers.source.present import Present
    from linkedproj.importers.source.spec import RecordSpec

_OTHER = "@"
_SEVERAL = 2


class Identities:
    """Gives records their ids. A record of another source has a key that begins with a sign of its own.

    `is_shared` tells whether the record that was called last has the id of one that was called before it; `moved` are
    the digests of records that became one with others.
    """

    def __init__(self, present: Present, decisions: Decisions) -> None:
        self._present, self._store, self._decisions = present, present.store, decisions
        self.is_shared = False
        self.moved: set[str] = set()
        self._specs = {spec.name: spec for spec in reversed(present.importer.records)}
        self._holders: dict[tuple[str, str, str], list[str]] = {}
        self._as_other: dict[tuple[str, str], str] = {}
        self._different: dict[tuple[str, str], set[tuple[str, str]]] = {}

    def others_alike(self, spec: RecordSpec) -> list[Alike]:
        """Return the records of other sources, and of the curator, as they are compared with those of this one."""
        same, found = spec.same, list[Alike]()
        if same is None:
            return found
        fed = {
            name: [c.partition("@")[0] for c, value in spec.columns.items() if name in sources_of(value, spec)]
            for name in (*same.names, same.within, *same.places)
        }
        naming = {term for name in same.names for term in fed[name]} | set(self._present.naming(spec.table))
        for _, row in self._store.present_rows(spec.table):
            if self._present.importer.name in self._store.base(spec.table, row["id"]):
                continue
            cells = [(column.partition("@")[0], cell) for column, cell in row.items() if cell]
            names = tuple(dict.fromkeys(cell for term, cell in cells if term in naming))
            places = tuple(at_large(cell) for term, cell in cells for name in same.places if term in fed[name])
            within = next((cell for term, cell in cells if term in fed[same.within]), "") if same.within else ""
            if names:
                found.append(Alike(f"{_OTHER}{spec.table}/{row['id']}", names, within, places))
        return found

    def is_other(self, key: str) -> bool:
        """Return whether a key is that of a record of another source."""
        return key.startswith(_OTHER)

    def is_known(self, spec: RecordSpec, key: str) -> bool:
        """Return whether an earlier import of this source had a record."""
        return (spec.table, digest_of(spec, key)) in self._present.before

    def call_as_other(self, spec: RecordSpec, key: str, other: str) -> None:
        """Let a record have the id of one that is in the portfolio already."""
        self._as_other[spec.name, key] = other.partition("/")[2]
        if self._present.before.get((spec.table, digest_of(spec, key)), "") != self._as_other[spec.name, key]:
            self.note_moved(spec, key)

    def note_moved(self, spec: RecordSpec, key: str) -> None:
        """Note that a record is one with another: a row of its own that nobody edited is not needed any more."""
        self.moved.add(digest_of(spec, key))

    def note_different(self, spec: RecordSpec, one: str, other: str) -> None:
        """Note that two records are not the same, as the curator says."""
        if self._present.kinds[spec.table].differs:
            first, second = (one, other) if self.is_other(other) else (max(one, other), min(one, other))
            self._different.setdefault((spec.name, first), set()).add((spec.name, second))

    def different_from(self, name: str, key: str) -> list[str]:
        """Return the records that one is not, as the curator says."""
        found = []
        for other_name, other in sorted(self._different.get((name, key), ())):
            if self.is_other(other):
                found.append(other[1:])
            elif identifier := self._store.called(other_name, other):
                found.append(f"{self._specs[other_name].table}/{identifier}")
        return found

    def call(
        self, spec: RecordSpec, key: str, ident: str, cells: Mapping[str, Sequence[str]], derived: Mapping[str, str]
    ) -> str:
        """Return the id of a record: the one it had, that of the record with its identifier, or a new one.

        What was found by a name identifies nothing.
        """
        table, kind = spec.table, self._present.kinds[spec.table]
        identifier = self._as_other.get((spec.name, key)) or self._identifier_before(spec, key)
        if not identifier and self._present.by_identifier:
            certain = self._present.certain(kind, cells)
            row = {column: self._plain(cells[column]) for column in certain if column not in derived}
            found = self._present.identifiers(kind, row)
            known = (self._present.by_identifier.get((table, iri, value), "") for iri, value in found)
            identifier = next((each for each in known if each and self._store.owner(table, each) in {"", key}), "")
        if not identifier and kind.base in self._present.schema.authorities:
            identifier = ident
        if identifier:
            self.is_shared = bool(self._store.owner(table, identifier))
            self._store.take(table, identifier, key)
        else:
            self.is_shared = False
            mark = f"{spec.name}{JOINT}{key}"
            identifier = free_id(table, ident, mark, lambda each: self._store.claim(table, each, key))
        self._store.call(spec.name, key, identifier)
        return identifier

    def _identifier_before(self, spec: RecordSpec, key: str) -> str:
        """Return the id that an earlier import gave a record, or ""."""
        before = self._present.before
        return before.get((spec.table, digest_of(spec, key)), "") if before else ""

    def _plain(self, items: Sequence[str]) -> str:
        """Write the values of a cell, with links to records that have an id already."""
        found = (self._store.called(*_link(item)) if item.startswith(LINK) else item for item in items)
        return "; ".join(filter(None, found))

    def note_holder(
        self, table: str, identifier: str, cells: Mapping[str, Sequence[str]], derived: Mapping[str, str]
    ) -> None:
        """Note the identifiers that a record has; what was found by a name is none."""
        for column in self._present.certain(self._present.kinds[table], cells):
            if column not in derived:
                for item in cells[column]:
                    holders = self._holders.setdefault((table, column, item), [])
                    if identifier not in holders:
                        holders.append(identifier)

    def holder(self, spec: RecordSpec, column: str, value: str) -> str:
        """Return the record of another source, or of this one, that has an identifier, as a key; "" without one."""
        term = self._present.field(column)
        found = self._present.by_identifier.get((spec.table, term.iri, bare(value)), "") if term else ""
        return f"{_OTHER}{spec.table}/{found}" if found else ""

    def settle_identifiers(self) -> None:
        """Take an identifier away from all records of the source that have it, if several do, and ask whose it is."""
        for (table, column, value), holders in sorted(self._holders.items()):
            if len(holders) < _SEVERAL:
                continue
            shown, naming = [], set(self._present.naming(table))
            for identifier in holders:
                found = self._store.get(table, identifier)
                names = found[1][0].items() if found else ()
                called = next((items[0] for name, items in names if name.partition("@")[0] in naming), "")
                shown.append(f"{identifier} ({called})" if called else identifier)
            answer = self._decisions.ask(
                "identifier", (table, column, value, *holders), because("identifier"), table=table, column=column,
                value=value, record=shown[0], other="; ".join(shown[1:]), option="no",
            )  # fmt: skip
            for identifier in holders:
                found = self._store.get(table, identifier)
                if answer != identifier and found:
                    key, data = found
                    data[0][column] = [item for item in data[0][column] if item != value]
                    if not data[0][column]:
                        del data[0][column]
                    self._store.put(table, identifier, key, data)


def digest_of(spec: RecordSpec, key: str) -> str:
    """Return the digest by which a record is known from one import to the next."""
    return digest(f"{spec.name}{JOINT}{key}")


def _link(item: str) -> tuple[str, str]:
    """Split a link into the name of records and the key of one."""
    name, _, key = item[1:].partition(JOINT)
    return name, key
