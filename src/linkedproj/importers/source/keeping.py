"""Tables that a source and a curator both write: what either changed is kept, and where both did, the curator decides.

Three versions of each record are compared: as the source has it, as it had it when it was imported last
(`imported/<source>/<table>.csv`), and as the table has it now. A value that another source gave stays, and this one's
is kept beside it as evidence. Tables are written before what is kept of the import: an import that was cut short is
finished by the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.importers.source.decisions import read_rows
from linkedproj.importers.source.evidence import Evidence
from linkedproj.importers.source.identifiers import slug
from linkedproj.importers.source.identities import Identities
from linkedproj.importers.source.kept import FILES, Kept
from linkedproj.importers.source.merging import Merger
from linkedproj.importers.source.present import Present
from linkedproj.importers.source.records import OPTIONAL, sources_of
from linkedproj.importers.source.start import SETTINGS
from linkedproj.importers.source.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from linkedproj.importers.source.decisions import Decisions
    from linkedproj.importers.source.reading import SourceFile, SourceTable
    from linkedproj.importers.source.records import Mapper
    from linkedproj.importers.source.spec import Importer, RecordSpec
    from linkedproj.importers.source.store import Store
    from linkedproj.model.folder import Folder


class Keeper:
    """Brings the records of one source into the tables of a portfolio; `identities` says which record is which."""

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
        self.files = files
        self._settings = (folder.path / SETTINGS).read_text("utf-8") if folder.path != target else ""
        self._store, self._kept = store, Kept()
        self.present = Present(folder, target, importer, store)
        self.identities = Identities(self.present, decisions)
        self._evidence = Evidence(self.present)
        self._merger = Merger(self.present, self.identities, decisions, self._evidence, self._kept)
        days = {row["sha256"]: row["day"] for row in read_rows(self.present.home / FILES)}
        self._day = {file.name: days.get(file.sha256, day) for file in files}
        single = len(files) == 1
        self._sources = {
            file.name: importer.name if single else f"{importer.name}-{_short_name(file.name, importer.name) or number}"
            for number, file in enumerate(files, 1)
        }
        self._columns: dict[tuple[str, str, str], tuple[str, int]] = {}

    def note_columns(self, table: SourceTable, mapper: Mapper) -> None:
        """Note which column of the source each column of the tables comes from."""
        for spec in mapper.specs:
            for column, value in spec.columns.items():
                found = next((table.columns[name] for name in sources_of(value, spec) if name in table.columns), None)
                if found:
                    self._columns.setdefault((spec.table, column, table.spec.name), (found.title, found.number))
            own = (name.rstrip(OPTIONAL) for name in spec.key)
            first = next((table.columns[name] for name in own if name in table.columns), None)
            if first:
                self._columns.setdefault((spec.table, "id", table.spec.name), (first.title, first.number))

    def origin_cell(self, table: str, file: str) -> dict[str, list[str]]:
        """Return the cell that says in which file a record of a table was read, by its column."""
        return {self.present.origin[table]: [self._sources[file]]} if self.present.origin[table] else {}

    def put(
        self,
        spec: RecordSpec,
        identifier: str,
        key: str,
        said: tuple[dict[str, list[str]], dict[str, str], str, dict[str, str]],
    ) -> None:
        """Keep a record; where two kinds of rows speak of one, what the first says counts."""
        cells, derived, origin, origins = said
        before = self._store.get(spec.table, identifier) if self.identities.is_shared else None
        if before:
            old_key, (old, old_derived, old_origin, old_origins, name) = before
            added = {column: items for column, items in cells.items() if column not in old}
            lists = {
                c: [*old[c], *(i for i in cells[c] if i not in old[c])]
                for c in cells
                if c in old and self.present.is_many(c)
            }
            origins = {**dict.fromkeys(added, origin), **old_origins}
            data = [{**old, **added, **lists}, {**derived, **old_derived}, old_origin, origins, name]
            self._store.put(spec.table, identifier, old_key, data)
            return
        self.identities.note_holder(spec.table, identifier, cells, derived)
        self._store.put(spec.table, identifier, key, [cells, derived, origin, origins, spec.name])

    def write(self) -> Kept:
        """Write all tables, then what is kept of the import; nothing is written before all of it is known."""
        self._put_sources()
        writer = Writer(self.present, self._kept)
        for table in self._store.tables():
            self._merger.merge(table)
        self._merger.keep_gone()
        self.present.target.mkdir(parents=True, exist_ok=True)
        if self._settings:
            (self.present.target / SETTINGS).write_text(self._settings, "utf-8", newline="\n")
        for table in self._store.tables():
            writer.write_table(table)
        writer.write_evidence(self._evidence)
        files = [{"file": f.name, "sha256": f.sha256, "day": self._day[f.name]} for f in self.files]
        writer.write_kept(self._columns, files, self._merger.columns)
        return self._kept

    def _put_sources(self) -> None:
        """Make the records that stand for the files."""
        if self.present.source_kind is None or not self.present.importer.source:
            return
        table = self.present.source_kind.table
        self.present.kinds[table] = self.present.source_kind
        self.present.origin.setdefault(table, "")
        for file in self.files:
            slots = {"file": file.name, "sha256": file.sha256, "day": self._day[file.name]}
            cells = {column: [text.format_map(slots)] for column, text in self.present.importer.source.items()}
            identifier = self._sources[file.name]
            self._store.put(table, identifier, file.name, [cells, {}, f"|{file.name}||0", {}, ""])


def _short_name(file: str, importer: str) -> str:
    return slug(file.rpartition(".")[0]).removeprefix(f"{importer}-")
