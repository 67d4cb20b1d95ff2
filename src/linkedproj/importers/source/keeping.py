"""Tables that a source and a curator both write: what either changed is kept, and where both did, the curator decides.

Three versions of each record are compared: as the source has it, as it had it when it was imported last
(`imported/<source>/<table>.csv`), and as the table has it now. A value that another source gave stays, and this one's
is kept beside it as evidence. Tables are written before what is kept of the import: an import that was cut short is
finished by the next one.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkedproj.importers.source.decisions import FOLDER, read_rows, write_rows
from linkedproj.importers.source.identifiers import digest, free_id, slug
from linkedproj.importers.source.matching import Alike, at_large
from linkedproj.importers.source.records import JOINT, LINK
from linkedproj.importers.source.start import SETTINGS
from linkedproj.model.context import Kind
from linkedproj.model.domain import ORIGIN
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.languages import canonical_column
from linkedproj.model.lists import bare
from linkedproj.tables.cells import column_named, split
from linkedproj.tables.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.importers.source.decisions import Decisions
    from linkedproj.importers.source.reading import SourceFile, SourceTable
    from linkedproj.importers.source.records import Mapper
    from linkedproj.importers.source.spec import Importer, RecordSpec, ValueSpec
    from linkedproj.importers.source.store import Store
    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.folder import Folder

COLUMNS, FILES, KEY, FROM = "columns.csv", "files.csv", "_key", "_origin"
_OTHER = "@"
_TOLD = 12
_SEVERAL = 2
_CSV = ".csv"


@dataclass
class Kept:
    """What became of the tables: how many records of each, what is new, changed, edited by hand or gone, in words."""

    records: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    by_hand: int = 0
    conflicts: int = 0
    ranked: int = 0
    gone: int = 0
    removed: int = 0
    told: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)


class Keeper:
    """Brings the records of one source into the tables of a portfolio."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is imported, into what, and when
        self,
        folder: Folder,
        target: Path,
        importer: Importer,
        store: Store,
        decisions: Decisions,
        files: Sequence[SourceFile],
        day: str,
    ) -> None:
        self.files, self._target, self._importer = files, target, importer
        self._schema, self._config = folder.schema, folder.config
        self._settings = (folder.path / SETTINGS).read_text("utf-8") if folder.path != target else ""
        self._store, self._decisions = store, decisions
        self._kept = Kept()
        self._home = target / FOLDER / importer.name
        self._days = {row["sha256"]: row["day"] for row in read_rows(self._home / FILES)}
        self._day = {file.name: self._days.get(file.sha256, day) for file in files}
        single = len(files) == 1
        self._sources = {
            file.name: importer.name if single else f"{importer.name}-{_short_name(file.name, importer.name) or number}"
            for number, file in enumerate(files, 1)
        }
        self._specs = {spec.name: spec for spec in reversed(importer.records)}
        self._fields: dict[str, Field | None] = {}
        self._is_shared = False
        self._moved: set[str] = set()
        self._holders: dict[tuple[str, str, str], list[str]] = {}
        self._columns: dict[tuple[str, str, str], tuple[str, int]] = {}
        self._kinds: dict[str, RecordType] = {}
        for spec in importer.records:
            kind = self._schema.type_of_table(spec.table)
            if kind is None or kind.nested:
                raise SetupError(f"'{spec.table}' is no table of records.", Place(importer.shown))
            self._kinds[spec.table] = kind
        self._origin = {table: self._schema.term_for(kind, ORIGIN) for table, kind in self._kinds.items()}
        self._source_kind = self._find_source_kind()
        self._headers: dict[tuple[str, str], list[str]] = {}
        self._by_identifier: dict[tuple[str, str, str], str] = {}
        self._as_other: dict[tuple[str, str], str] = {}
        self._different: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self._before: dict[tuple[str, str], str] = {}
        self._evidence: list[dict[str, str]] = []
        self._is_later = False
        self._open: dict[str, str] = {}
        self._known_sources: list[str] = []
        self._read_present()

    def _find_source_kind(self) -> RecordType | None:
        term = next(filter(None, self._origin.values()), "")
        return self._schema.types.get(self._schema.fields[term].target) if term else None

    # ----- what is there

    def _read_present(self) -> None:
        """Read the tables that are there, and what earlier imports left."""
        kinds = dict(self._kinds)
        if self._source_kind:
            kinds[self._source_kind.table] = self._source_kind
        for table in kinds:
            for path in self._paths(table):
                for row in self._rows(path, table):
                    self._store.set_present(table, row["id"], path.name, row)
        homes = sorted(path.parent for path in (self._target / FOLDER).glob(f"*/{FILES}"))
        self._known_sources = [home.name for home in homes]
        for path in (path for home in homes for path in sorted(home.glob("*.csv"))):
            if path.name not in {COLUMNS, FILES}:
                self._is_later = True
                self._store.take_base(path.parent.name, path.stem, read_rows(path))
        for table, row in self._store.base_rows(self._importer.name):
            self._before[table, row[KEY]] = row["id"]
        for table, kind in kinds.items():
            self._note_holders(table, kind)

    def _note_holders(self, table: str, kind: RecordType) -> None:
        """Take the ids that are there, and note which records of others have which identifiers."""
        for _, row in self._store.present_rows(table):
            self._store.claim(table, row["id"])
            if self._importer.name not in self._store.base(table, row["id"]):
                for column, value in self._identifiers(kind, row):
                    self._by_identifier.setdefault((table, column, value), row["id"])

    def _paths(self, table: str) -> list[Path]:
        """Return the files of a table.

        Raises:
            SetupError: one is no CSV: nothing here writes it.
        """
        found = [
            path
            for path in sorted(self._target.glob(f"{table}.*"))
            if path.suffix.lower() in READERS and path.is_file()
        ]
        other = next((path for path in found if path.suffix.lower() != _CSV), None)
        if other:
            raise SetupError(
                f"the table {table} is kept in {other.name}, and an import writes CSV. Save it as {table}.csv, or "
                "import into another folder.",
                Place(other.as_posix()),
            )
        return found

    def _rows(self, path: Path, table: str) -> Iterator[dict[str, str]]:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, delimiter=self._config.delimiter, strict=True)
                names = [canonical_column(name) for name in next(reader, [])]
                if "id" not in names:
                    raise SetupError(
                        "the table has no column id. Run linkedproj check first.", Place(path.as_posix(), 1)
                    )
                self._headers[table, path.name] = names
                for cells in reader:
                    row = dict(zip(names, cells, strict=False))
                    if row.get("id"):
                        yield row
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise SetupError(f"the table cannot be read: {error}", Place(path.as_posix())) from error

    def _identifiers(self, kind: RecordType, row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield the values by which a record is known for certain."""
        certain = {key.properties[0] for key in kind.keys if key.is_certain and len(key.properties) == 1}
        for column, cell in row.items():
            term = self.field(column)
            if cell and term and term.iri in certain:
                yield from ((term.iri, bare(value)) for value in split(term, cell))

    def field(self, column: str) -> Field | None:
        """Return the term that a column is named by, or nothing."""
        if column not in self._fields:
            self._fields[column] = column_named(column, 0, self._schema.fields).field
        return self._fields[column]

    # ----- while rows are read

    def note_columns(self, table: SourceTable, mapper: Mapper) -> None:
        """Note which column of the source each column of the tables comes from."""
        for spec in mapper.specs:
            for column, value in spec.columns.items():
                found = next((table.columns[name] for name in _sources(value, spec) if name in table.columns), None)
                if found:
                    self._columns.setdefault((spec.table, column, table.spec.name), (found.title, found.number))
            first = next((table.columns[name] for name in map(_bare, spec.key) if name in table.columns), None)
            if first:
                self._columns.setdefault((spec.table, "id", table.spec.name), (first.title, first.number))

    def origin_cell(self, table: str, file: str) -> dict[str, list[str]]:
        """Return the cell that says in which file a record of a table was read, by its column."""
        return {self._origin[table]: [self._sources[file]]} if self._origin[table] else {}

    # ----- the records of others

    def others_alike(self, spec: RecordSpec) -> list[Alike]:
        """Return the records of other sources, and of the curator, as they are compared with those of this one."""
        same, found = spec.same, list[Alike]()
        if same is None:
            return found
        fed = {
            name: [c.partition("@")[0] for c, value in spec.columns.items() if name in _sources(value, spec)]
            for name in (*same.names, same.within, *same.places)
        }
        naming = {term for name in same.names for term in fed[name]} | set(self._naming(spec.table))
        for _, row in self._store.present_rows(spec.table):
            if self._importer.name in self._store.base(spec.table, row["id"]):
                continue
            cells = [(column.partition("@")[0], cell) for column, cell in row.items() if cell]
            names = tuple(dict.fromkeys(cell for term, cell in cells if term in naming))
            places = tuple(at_large(cell) for term, cell in cells for name in same.places if term in fed[name])
            within = next((cell for term, cell in cells if term in fed[same.within]), "") if same.within else ""
            if names:
                found.append(Alike(f"{_OTHER}{spec.table}/{row['id']}", names, within, places))
        return found

    def _naming(self, table: str) -> Iterator[str]:
        """Yield the terms by which records of a table are called."""
        required = self._kinds[table].required
        yield from (name.partition("@")[0] for name in required)
        short = self._kinds[table].short_name
        yield from (field.term for field in self._schema.fields.values() if short and field.iri == short)
        for want in self._schema.wants.get(self._kinds[table].name, ()):
            if want.is_formal:
                yield from want.terms

    def is_other(self, key: str) -> bool:
        """Return whether a key is that of a record of another source."""
        return key.startswith(_OTHER)

    def is_known(self, spec: RecordSpec, key: str) -> bool:
        """Return whether an earlier import of this source had a record."""
        return (spec.table, _digest(spec, key)) in self._before

    def call_as_other(self, spec: RecordSpec, key: str, other: str) -> None:
        """Let a record have the id of one that is in the portfolio already."""
        self._as_other[spec.name, key] = other.partition("/")[2]
        if self._before.get((spec.table, _digest(spec, key)), "") != self._as_other[spec.name, key]:
            self.note_moved(spec, key)

    def note_moved(self, spec: RecordSpec, key: str) -> None:
        """Note that a record is one with another: a row of its own that nobody edited is not needed any more."""
        self._moved.add(_digest(spec, key))

    def note_different(self, spec: RecordSpec, one: str, other: str) -> None:
        """Note that two records are not the same, as the curator says."""
        if self._kinds[spec.table].differs:
            first, second = (one, other) if self.is_other(other) else (max(one, other), min(one, other))
            self._different.setdefault((spec.name, first), set()).add((spec.name, second))

    # ----- ids

    def call(
        self, spec: RecordSpec, key: str, ident: str, cells: Mapping[str, Sequence[str]], derived: Mapping[str, str]
    ) -> str:
        """Return the id of a record: the one it had, that of the record with its identifier, or a new one.

        What was found by a name identifies nothing.
        """
        table, kind = spec.table, self._kinds[spec.table]
        identifier = self._as_other.get((spec.name, key)) or self._before.get((table, _digest(spec, key)), "")
        if not identifier:
            row = {column: self._plain(items) for column, items in cells.items() if column not in derived}
            known = (self._by_identifier.get((table, iri, value), "") for iri, value in self._identifiers(kind, row))
            identifier = next((each for each in known if each and self._store.owner(table, each) in {"", key}), "")
        if not identifier and kind.base in self._schema.authorities:
            identifier = ident
        if identifier:
            self._is_shared = bool(self._store.owner(table, identifier))
            self._store.take(table, identifier, key)
        else:
            self._is_shared = False
            mark = f"{spec.name}{JOINT}{key}"
            identifier = free_id(table, ident, mark, lambda each: self._store.claim(table, each, key))
        self._store.call(spec.name, key, table, identifier)
        return identifier

    def _plain(self, items: Sequence[str]) -> str:
        """Write the values of a cell, with links to records that have an id already."""
        found = (self._store.called(*_link(item)) if item.startswith(LINK) else item for item in items)
        return "; ".join(filter(None, found))

    def put(
        self,
        spec: RecordSpec,
        identifier: str,
        key: str,
        said: tuple[dict[str, list[str]], dict[str, str], str, dict[str, str]],
    ) -> None:
        """Keep a record; where two kinds of rows speak of one, what the first says counts."""
        cells, derived, origin, origins = said
        before = self._store.get(spec.table, identifier) if self._is_shared else None
        if before:
            old_key, (old, old_derived, old_origin, old_origins, name) = before
            added = {column: items for column, items in cells.items() if column not in old}
            lists = {
                c: [*old[c], *(i for i in cells[c] if i not in old[c])] for c in cells if c in old and self._many(c)
            }
            origins = {**dict.fromkeys(added, origin), **old_origins}
            data = [{**old, **added, **lists}, {**derived, **old_derived}, old_origin, origins, name]
            self._store.put(spec.table, identifier, old_key, data)
            return
        for column, items in cells.items():
            term = self.field(column)
            if term and column not in derived and term.iri in self._certain(spec.table):
                for item in items:
                    holders = self._holders.setdefault((spec.table, column, item), [])
                    if identifier not in holders:
                        holders.append(identifier)
        self._store.put(spec.table, identifier, key, [cells, derived, origin, origins, spec.name])

    def _many(self, column: str) -> bool:
        term = self.field(column)
        return bool(term and term.many)

    def _certain(self, table: str) -> set[str]:
        """Return the properties by one value of which a record of a table is known."""
        return {key.properties[0] for key in self._kinds[table].keys if key.is_certain and len(key.properties) == 1}

    def holder(self, spec: RecordSpec, column: str, value: str) -> str:
        """Return the record of another source, or of this one, that has an identifier, as a key; "" without one."""
        term = self.field(column)
        found = self._by_identifier.get((spec.table, term.iri, bare(value)), "") if term else ""
        return f"{_OTHER}{spec.table}/{found}" if found else ""

    def settle_identifiers(self) -> None:
        """Take an identifier away from all records of the source that have it, if several do, and ask whose it is."""
        for (table, column, value), holders in sorted(self._holders.items()):
            if len(holders) < _SEVERAL:
                continue
            shown = []
            for identifier in holders:
                found = self._store.get(table, identifier)
                names = found[1][0].items() if found else ()
                called = next((items[0] for name, items in names if name.partition("@")[0] in self._naming(table)), "")
                shown.append(f"{identifier} ({called})" if called else identifier)
            told = "one identifier, several records of the source. Answer with the id of the record whose it is"
            answer = self._decisions.ask(
                "identifier", (table, column, value, *holders), table=table, column=column, value=value,
                record=shown[0], other="; ".join(shown[1:]), reason=told, option="no",
            )  # fmt: skip
            for identifier in holders:
                found = self._store.get(table, identifier)
                if answer != identifier and found:
                    key, data = found
                    data[0][column] = [item for item in data[0][column] if item != value]
                    if not data[0][column]:
                        del data[0][column]
                    self._store.put(table, identifier, key, data)

    # ----- writing

    def write(self) -> Kept:
        """Write all tables, then what is kept of the import; nothing is written before all of it is known."""
        self._put_sources()
        for table in self._store.tables():
            self._merge(table)
        self._keep_gone()
        self._target.mkdir(parents=True, exist_ok=True)
        if self._settings:
            (self._target / SETTINGS).write_text(self._settings, "utf-8", newline="\n")
        for table in self._store.tables():
            self._write_table(table)
        self._write_evidence()
        self._write_kept()
        return self._kept

    def _put_sources(self) -> None:
        """Make the records that stand for the files."""
        if self._source_kind is None or not self._importer.source:
            return
        table = self._source_kind.table
        self._kinds[table] = self._source_kind
        self._origin.setdefault(table, "")
        for file in self.files:
            slots = {"file": file.name, "sha256": file.sha256, "day": self._day[file.name]}
            cells = {column: [text.format_map(slots)] for column, text in self._importer.source.items()}
            identifier = self._sources[file.name]
            self._store.put(table, identifier, file.name, [cells, {}, f"|{file.name}||0", {}, ""])

    def _merge(self, table: str) -> None:
        """Bring each record of the source into its table."""
        kind, file = self._kinds[table], f"{table}.{self._importer.name}{_CSV}"
        is_source = kind is self._source_kind
        for identifier, key, (cells, derived, origin, origins, name) in self._store.joined(table):
            new = self._resolved(kind, key, cells, origin)
            if other := self._others(name, key):
                new[kind.differs] = "; ".join(other)
            bases = self._store.base(table, identifier) if self._is_later else {}
            mine = bases.pop(self._importer.name, None)
            present = self._store.present(table, identifier) if self._headers else None
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
                self._cite(f"{table}/{identifier}", new, told, is_source=is_source)
            digest_of = digest(f"{name}{JOINT}{key}") if name else key
            # A question that is open is asked again: it is held against what was imported before it.
            self._store.put(table, identifier, key, [{**new, **self._open}, origin, origins, digest_of])

    def _others(self, name: str, key: str) -> list[str]:
        """Return the records that one is not, as the curator says."""
        found = []
        for other_name, other in sorted(self._different.get((name, key), ())):
            if self.is_other(other):
                found.append(other[1:])
            elif identifier := self._store.called(other_name, other):
                found.append(f"{self._specs[other_name].table}/{identifier}")
        return found

    def _resolved(self, kind: RecordType, key: str, cells: Mapping[str, Sequence[str]], origin: str) -> dict[str, str]:
        """Return the cells of a record with its links to others resolved; a link to nothing is asked about."""
        found: dict[str, str] = {}
        for column, items in cells.items():
            texts = []
            for item in items:
                if not item.startswith(LINK):
                    texts.append(item)
                    continue
                name, _, other = item[1:].partition(JOINT)
                identifier = self._store.called(name, other)
                if identifier:
                    texts.append(identifier)
                    continue
                shown = other.replace(JOINT, " · ")
                self._decisions.ask(
                    "link", (kind.table, column, name, other), table=kind.table, column=column, value=shown,
                    reason=f"no record '{name}' has this key, so the link was left out", place=origin.replace("|", ":"),
                )  # fmt: skip
            term = self.field(column)
            texts = list(dict.fromkeys(texts))
            if len(texts) > 1 and not (term and term.many):
                told = "the column takes one value, and the source has several; the first is in the table"
                about = (kind.table, key, column, *texts)
                self._decisions.ask(
                    "several", about, table=kind.table, column=column, value=texts[0], other="; ".join(texts[1:]),
                    reason=told, place=origin.replace("|", ":"),
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
            term = self.field(column)
            if is_new == now:
                continue
            if term and term.many:
                found[column] = self._united(term, now, was, is_new)
            elif now == was:
                found[column] = is_new
            elif any(each.get(column, "") == now and now for each in others):
                self._rank(record, column, is_new, new)
                continue
            elif is_new == was:
                self._kept.by_hand += 1
                continue
            else:
                found[column] = self._decided(record, column, now, was, is_new)
            if found[column] != now and mine:
                self._kept.changed += 1
                if len(self._kept.told) < _TOLD:
                    self._kept.told.append(f"{record}: {column} '{_short(now)}' is now '{_short(found[column])}'")
        return found

    def _united(self, term: Field, now: str, was: str, is_new: str) -> str:
        """Add to a list what the source added, and take out what it took out."""
        before, after = set(split(term, was)), split(term, is_new)
        kept = [item for item in split(term, now) if item in after or item not in before]
        return "; ".join(dict.fromkeys((*kept, *(item for item in after if item not in before or item in kept))))

    def _decided(self, record: str, column: str, now: str, was: str, is_new: str) -> str:
        table, _, _ = record.partition("/")
        self._kept.conflicts += 1
        told = f"edited by hand, and changed in the source since: it was '{_short(was)}'. Answer source or mine"
        answer = self._decisions.ask(
            "conflict", (record, column, now, is_new), table=table, record=record, column=column, value=now,
            other=is_new, reason=told, option="mine",
        )  # fmt: skip
        if not answer:
            self._open[column] = was
        return is_new if answer.casefold() == "source" else now

    def _rank(self, record: str, column: str, value: str, new: Mapping[str, str]) -> None:
        """Keep a value beside that of another source, as evidence of a lower rank."""
        terms = self._schema.evidence
        term = self.field(column)
        if not value or not terms.type_name or term is None or "." in column or term.kind is Kind.TEXT:
            return
        self._kept.ranked += 1
        self._evidence.append(
            {
                terms.subject: record,
                terms.predicate: term.term,
                terms.object: value,
                terms.rank: "normal",
                terms.basis: "cited",
                terms.source: new.get(self._origin[record.partition("/")[0]], "").partition(";")[0],
            }
        )

    def _cite(self, record: str, new: Mapping[str, str], derived: Mapping[str, str], *, is_source: bool) -> None:
        """Say how values are known that do not stand in the source: found by a rule, or told of the file itself."""
        terms = self._schema.evidence
        if not terms.type_name:
            return
        notes: dict[str, list[str]] = {}
        for column, note in derived.items():
            if new.get(column):
                notes.setdefault(note, []).append(column)
        found = [(columns, "derived", note) for note, columns in notes.items()]
        if is_source:
            listed = [column for column in new if not self._is_counted_apart(column)]
            found.append((listed, "curator", "What is known of the file that was imported."))
        note_column = f"{terms.note}@{self._config.languages[0]}" if terms.note else ""
        for columns, basis, note in found:
            row = {
                terms.subject: record,
                terms.predicate: "; ".join(dict.fromkeys(columns)),
                terms.basis: basis,
            }
            self._evidence.append(row | ({note_column: note} if note_column else {}))

    def _is_counted_apart(self, column: str) -> bool:
        """Return whether a column itself says how things are known, and needs no evidence."""
        term = self.field(column)
        kind = self._source_kind
        return bool(term and kind and term.term in kind.derived)

    def _keep_gone(self) -> None:
        """Ask about records that the source has no more; they stay until the curator lets them go."""
        for table, row in self._store.base_rows(self._importer.name):
            if table not in self._kinds or not self._store.lacks(table, row["id"]):
                continue
            present = self._store.present(table, row["id"])
            if present is None:
                continue
            cells = {column: cell for column, cell in row.items() if column[:1] != "_" and cell}
            if row[KEY] in self._moved and {c: cell for c, cell in present[1].items() if cell} == cells:
                self._kept.removed += 1
                self._store.remove_present(table, row["id"])
                continue
            self._kept.gone += 1
            record = f"{table}/{row['id']}"
            answer = self._decisions.ask(
                "gone", (record,), table=table, record=record, option="remove",
                reason="the source has it no more. Answer remove to take it out, or keep",
            )  # fmt: skip
            if answer.casefold() == "remove":
                self._kept.removed += 1
                self._store.remove_present(table, row["id"])
            else:
                del cells["id"]
                self._store.put(table, row["id"], "", [cells, row[FROM], {}, row[KEY]])

    def _write_table(self, table: str) -> None:
        """Write the files of a table: its own, and those of others in which a record changed."""
        files = dict.fromkeys((*(file for found, file in self._headers if found == table),
                               f"{table}.{self._importer.name}{_CSV}"))  # fmt: skip
        order = self._order(self._kinds[table])
        for file in files:
            header = self._headers.get((table, file), ["id"])
            columns = {c for _, row in self._store.present_rows(table, file) for c, cell in row.items() if cell}
            added = sorted(columns - set(header), key=lambda column: (order(column), column))
            if not columns and not (self._target / file).exists():
                continue
            names = [*header, *added]
            if file in {f"{table}.{source}{_CSV}" for source in (self._importer.name, *self._known_sources)}:
                names = ["id", *sorted((set(names) - {"id"}) & (columns | set(header)), key=lambda c: (order(c), c))]
            self._kept.languages |= {tag for name in names if (tag := name.partition("@")[2])}
            self._write_csv(self._target / file, names, (row for _, row in self._store.present_rows(table, file)))

    def _write_csv(self, path: Path, names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
        write_rows(path, names, rows, delimiter=self._config.delimiter)
        self._kept.written.append(path.name)

    def _order(self, kind: RecordType) -> Callable[[str], int]:
        places = {name: number for number, (name, *_) in enumerate(self._schema.fillable(kind))}
        return lambda column: places.get(column.partition("@")[0], len(places))

    def _write_evidence(self) -> None:
        terms = self._schema.evidence
        if not terms.type_name:
            return
        table = self._schema.types[terms.type_name].table
        path = self._target / f"{table}.{self._importer.name}{_CSV}"
        if not self._evidence and not path.exists():
            return
        names = [terms.subject, terms.predicate, terms.object, terms.rank, terms.basis, terms.source]
        names += sorted({name for row in self._evidence for name in row} - set(names))
        used = [name for name in names if any(row.get(name) for row in self._evidence)] or names[:2]
        rows = sorted(self._evidence, key=lambda row: [row.get(name, "") for name in names])
        self._write_csv(path, used, rows)

    def _base_rows(self, table: str) -> Iterator[dict[str, str]]:
        """Yield the records of a table as the source has them, with their key and the rows they come from."""
        for identifier, _, (cells, origin, origins, digest_of) in self._store.joined(table):
            others = "".join(f"\n{column}|{where}" for column, where in sorted(origins.items()))
            yield {KEY: digest_of, FROM: origin + others, "id": identifier, **cells}

    def _write_kept(self) -> None:
        """Write what the next import compares with, and what `check` finds the cells of the source by."""
        for table in self._store.tables():
            columns = dict.fromkeys(c for _, _, (cells, *_) in self._store.joined(table) for c in cells)
            order = self._order(self._kinds[table])
            names = [KEY, FROM, "id", *sorted(columns, key=lambda column: (order(column), column))]
            write_rows(self._home / f"{table}{_CSV}", names, self._base_rows(table))
        columns_rows = [
            {"table": table, "column": column, "resource": resource, "title": title, "number": str(number)}
            for (table, column, resource), (title, number) in sorted(self._columns.items())
        ]
        write_rows(self._home / COLUMNS, ("table", "column", "resource", "title", "number"), columns_rows)
        files = [{"file": f.name, "sha256": f.sha256, "day": self._day[f.name]} for f in self.files]
        write_rows(self._home / FILES, ("file", "sha256", "day"), files)


def _digest(spec: RecordSpec, key: str) -> str:
    return digest(f"{spec.name}{JOINT}{key}")


def _short_name(file: str, importer: str) -> str:
    return slug(file.rpartition(".")[0]).removeprefix(f"{importer}-")


def _link(item: str) -> tuple[str, str]:
    """Split a link into the name of records and the key of one."""
    name, _, key = item[1:].partition(JOINT)
    return name, key


def _bare(name: str) -> str:
    return name.rstrip("?")


def _sources(value: ValueSpec, spec: RecordSpec) -> Iterator[str]:
    """Yield the fields that a value comes from, the ones that say most first."""
    if value.column == "value":
        yield from spec.each
    elif value.column:
        yield value.column
    yield from (name.split("}")[0] for name in value.template.split("{")[1:])
    for each in (*value.first, *value.every):
        yield from _sources(each, spec)
    yield from map(_bare, value.key)
    if value.when:
        yield value.when


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"  # noqa: PLR2004 - a glance
