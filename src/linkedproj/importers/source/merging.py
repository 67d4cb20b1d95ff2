"""Three versions of a record made one: as the source has it, as it had it before, and as the table has it now."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from linkedproj.importers.source.identifiers import digest
from linkedproj.importers.source.kept import FROM, KEY
from linkedproj.importers.source.records import JOINT, LINK
from linkedproj.importers.source.words import because, worded
from linkedproj.tables.cells import split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkedproj.importers.source.decisions import Decisions
    from linkedproj.importers.source.evidence import Evidence
    from linkedproj.importers.source.identities import Identities
    from linkedproj.importers.source.kept import Kept
    from linkedproj.importers.source.present import Present
    from linkedproj.model.context import Field, RecordType

_TOLD = 12


class Merger:
    """Brings the records of a source into the rows of the tables, which are in the store until they are written.

    `columns` are by table those that the records of the source fill.
    """

    def __init__(
        self, present: Present, identities: Identities, decisions: Decisions, evidence: Evidence, kept: Kept
    ) -> None:
        self._present, self._store, self._identities = present, present.store, identities
        self._decisions, self._evidence, self._kept = decisions, evidence, kept
        self._open: dict[str, str] = {}
        self.columns: dict[str, set[str]] = defaultdict(set)

    def merge(self, table: str) -> None:
        """Bring each record of the source into its table."""
        kind, file = self._present.kinds[table], f"{table}.{self._present.importer.name}.csv"
        is_source = kind is self._present.source_kind
        for identifier, key, (cells, derived, origin, origins, name) in self._store.joined(table):
            new = self._resolved(kind, key, cells, origin)
            if other := self._identities.different_from(name, key):
                new[kind.differs] = "; ".join(other)
            bases = self._store.base(table, identifier) if self._present.is_later else {}
            mine = bases.pop(self._present.importer.name, None)
            present = self._store.present(table, identifier) if self._present.headers else None
            self._kept.records[table] += 1
            final: dict[str, str] | None = None
            self._open = {}
            if present is None and mine is not None:
                self._kept.by_hand += 1
            elif present is None:
                self._kept.new[table] += 1
                final = {"id": identifier, **new}
                self._store.set_present(table, identifier, file, final)
            else:
                final = self._merged(f"{table}/{identifier}", present[1], mine or {}, new, list(bases.values()))
                if final != present[1]:
                    self._store.set_present(table, identifier, present[0], final)
            if final and (derived or is_source):
                told = {column: note for column, note in derived.items() if final.get(column) == new.get(column)}
                for base in bases.values():
                    told = {column: note for column, note in told.items() if base.get(column) != new.get(column)}
                self._evidence.cite(f"{table}/{identifier}", new, told, is_source=is_source)
            digest_of = digest(f"{name}{JOINT}{key}") if name else key
            # A question that is open is asked again: it is held against what was imported before it.
            kept = {**new, **self._open}
            self.columns[table].update(kept)
            self._store.put(table, identifier, key, [kept, origin, origins, digest_of])

    def _resolved(self, kind: RecordType, key: str, cells: Mapping[str, Sequence[str]], origin: str) -> dict[str, str]:
        """Return the cells of a record with its links to others resolved; a link to nothing is asked about."""
        found: dict[str, str] = {}
        for column, items in cells.items():
            if len(items) == 1 and items[0][:1] != LINK:
                found[column] = items[0]
                continue
            texts = []
            for item in items:
                if item[:1] != LINK:
                    texts.append(item)
                    continue
                name, _, other = item[1:].partition(JOINT)
                identifier = self._store.called(name, other)
                if identifier:
                    texts.append(identifier)
                    continue
                shown = other.replace(JOINT, " · ")
                self._decisions.ask(
                    "link", (kind.table, column, name, other), because("link", name=name), table=kind.table,
                    column=column, value=shown, place=origin.replace("|", ":"),
                )  # fmt: skip
            term = self._present.field(column)
            texts = list(dict.fromkeys(texts))
            if len(texts) > 1 and not (term and term.many):
                about = (kind.table, key, column, *texts)
                self._decisions.ask(
                    "several", about, because("several"), table=kind.table, column=column, value=texts[0],
                    other="; ".join(texts[1:]), place=origin.replace("|", ":"),
                )  # fmt: skip
                texts = texts[:1]
            if texts:
                found[column] = "; ".join(texts)
        return found

    def _merged(
        self,
        record: str,
        present: Mapping[str, str],
        mine: Mapping[str, str],
        new: Mapping[str, str],
        others: Sequence[Mapping[str, str]],
    ) -> dict[str, str]:
        """Compare three versions of a record, cell by cell; `_open` then holds what waits for an answer, as it was."""
        self._open = {}
        found = dict(present)
        before = [(column, cell) for column, cell in mine.items() if column[:1] != "_" and column != "id"]
        for column in dict.fromkeys((*(c for c, cell in before if cell), *new)):
            now, was, is_new = found.get(column, ""), mine.get(column, ""), new.get(column, "")
            term = self._present.field(column)
            if is_new == now:
                continue
            if term and term.many:
                found[column] = self._united(term, now, was, is_new)
            elif now == was:
                found[column] = is_new
            elif any(each.get(column, "") == now and now for each in others):
                self._kept.ranked += self._evidence.rank(record, column, is_new, new)
                continue
            elif is_new == was:
                self._kept.by_hand += 1
                continue
            else:
                found[column] = self._decided(record, column, now, was, is_new)
            if found[column] != now and mine:
                self._kept.changed += 1
                if len(self._kept.told) < _TOLD:
                    told = because("is-now", cell=f"{record}: {column}", old=_short(now), new=_short(found[column]))
                    self._kept.told.append(worded(self._decisions.language, told))
        return found

    def _united(self, term: Field, now: str, was: str, is_new: str) -> str:
        """Add to a list what the source added, and take out what it took out."""
        before, after = set(split(term, was)), split(term, is_new)
        kept = [item for item in split(term, now) if item in after or item not in before]
        return "; ".join(dict.fromkeys((*kept, *(item for item in after if item not in before or item in kept))))

    def _decided(self, record: str, column: str, now: str, was: str, is_new: str) -> str:
        table, _, _ = record.partition("/")
        self._kept.conflicts += 1
        answer = self._decisions.ask(
            "conflict", (record, column, now, is_new), because("conflict", old=_short(was)), table=table,
            record=record, column=column, value=now, other=is_new, option="mine",
        )  # fmt: skip
        if not answer:
            self._open[column] = was
        return is_new if answer.casefold() == "source" else now

    def keep_gone(self) -> None:
        """Ask about records that the source has no more; they stay until the curator lets them go."""
        for table, row in self._store.base_rows(self._present.importer.name):
            if table not in self._present.kinds or not self._store.lacks(table, row["id"]):
                continue
            present = self._store.present(table, row["id"])
            if present is None:
                continue
            cells = {column: cell for column, cell in row.items() if column[:1] != "_" and cell}
            if row[KEY] in self._identities.moved and {c: cell for c, cell in present[1].items() if cell} == cells:
                self._kept.removed += 1
                self._store.remove_present(table, row["id"])
                continue
            self._kept.gone += 1
            record = f"{table}/{row['id']}"
            answer = self._decisions.ask(
                "gone", (record,), because("gone"), table=table, record=record, option="remove",
            )  # fmt: skip
            if answer.casefold() == "remove":
                self._kept.removed += 1
                self._store.remove_present(table, row["id"])
            else:
                del cells["id"]
                self.columns[table].update(cells)
                self._store.put(table, row["id"], "", [cells, row[FROM], {}, row[KEY]])


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"  # noqa: PLR2004 - a glance
