"""The portfolio as it is before an import: its tables, and what earlier imports left."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from linkedproj.importers.source.decisions import FOLDER, read_rows
from linkedproj.importers.source.kept import COLUMNS, FILES, KEY
from linkedproj.model.domain import ORIGIN
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.languages import canonical_column
from linkedproj.model.lists import bare
from linkedproj.tables.cells import column_named, split
from linkedproj.tables.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from linkedproj.importers.source.spec import Importer
    from linkedproj.importers.source.store import Store
    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.folder import Folder

_CSV = ".csv"


class Present:
    """What the tables hold that an import is brought into, and what each field of theirs means.

    `headers` are the columns by table and file, `before` the ids that an earlier import gave, `by_identifier` the
    records of others by what they are known by for certain.
    """

    def __init__(self, folder: Folder, target: Path, importer: Importer, store: Store) -> None:
        self.target, self.importer = target, importer
        self.schema, self.config = folder.schema, folder.config
        self.home = target / FOLDER / importer.name
        self.store = store
        self._fields: dict[str, Field | None] = {}
        self._certain: dict[str, dict[str, bool]] = {}
        self.kinds: dict[str, RecordType] = {}
        for spec in importer.records:
            kind = self.schema.type_of_table(spec.table)
            if kind is None or kind.nested:
                raise SetupError(f"'{spec.table}' is no table of records.", Place(importer.shown))
            self.kinds[spec.table] = kind
        self.origin = {table: self.schema.term_for(kind, ORIGIN) for table, kind in self.kinds.items()}
        self.source_kind = self._find_source_kind()
        self.headers: dict[tuple[str, str], list[str]] = {}
        self.by_identifier: dict[tuple[str, str, str], str] = {}
        self.before: dict[tuple[str, str], str] = {}
        self.is_later = False
        self.known_sources: list[str] = []
        self._read()

    def _find_source_kind(self) -> RecordType | None:
        term = next(filter(None, self.origin.values()), "")
        return self.schema.types.get(self.schema.fields[term].target) if term else None

    def _read(self) -> None:
        """Read the tables that are there, and what earlier imports left."""
        kinds = dict(self.kinds)
        if self.source_kind:
            kinds[self.source_kind.table] = self.source_kind
        for table in kinds:
            for path in self._paths(table):
                for row in self._rows(path, table):
                    self.store.set_present(table, row["id"], path.name, row)
        homes = sorted(path.parent for path in (self.target / FOLDER).glob(f"*/{FILES}"))
        self.known_sources = [home.name for home in homes]
        for path in (path for home in homes for path in sorted(home.glob("*.csv"))):
            if path.name not in {COLUMNS, FILES}:
                self.is_later = True
                self.store.take_base(path.parent.name, path.stem, read_rows(path))
        for table, row in self.store.base_rows(self.importer.name):
            self.before[table, row[KEY]] = row["id"]
        for table, kind in kinds.items():
            self._note_holders(table, kind)

    def _note_holders(self, table: str, kind: RecordType) -> None:
        """Take the ids that are there, and note which records of others have which identifiers."""
        for _, row in self.store.present_rows(table):
            self.store.claim(table, row["id"])
            if self.importer.name not in self.store.base(table, row["id"]):
                for column, value in self.identifiers(kind, row):
                    self.by_identifier.setdefault((table, column, value), row["id"])

    def _paths(self, table: str) -> list[Path]:
        """Return the files of a table.

        Raises:
            SetupError: one is no CSV: nothing here writes it.
        """
        found = [
            path for path in sorted(self.target.glob(f"{table}.*")) if path.suffix.lower() in READERS and path.is_file()
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
                reader = csv.reader(file, delimiter=self.config.delimiter, strict=True)
                names = [canonical_column(name) for name in next(reader, [])]
                if "id" not in names:
                    raise SetupError(
                        "the table has no column id. Run linkedproj check first.", Place(path.as_posix(), 1)
                    )
                self.headers[table, path.name] = names
                for cells in reader:
                    row = dict(zip(names, cells, strict=False))
                    if row.get("id"):
                        yield row
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise SetupError(f"the table cannot be read: {error}", Place(path.as_posix())) from error

    def identifiers(self, kind: RecordType, row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield the values by which a record is known for certain."""
        for column in self.certain(kind, row):
            term, cell = self.field(column), row[column]
            if cell and term:
                yield from ((term.iri, bare(value)) for value in split(term, cell))

    def field(self, column: str) -> Field | None:
        """Return the term that a column is named by, or nothing."""
        if column not in self._fields:
            self._fields[column] = column_named(column, 0, self.schema.fields).field
        return self._fields[column]

    def naming(self, table: str) -> Iterator[str]:
        """Yield the terms by which records of a table are called."""
        required = self.kinds[table].required
        yield from (name.partition("@")[0] for name in required)
        short = self.kinds[table].short_name
        yield from (field.term for field in self.schema.fields.values() if short and field.iri == short)
        for want in self.schema.wants.get(self.kinds[table].name, ()):
            if want.is_formal:
                yield from want.terms

    def is_many(self, column: str) -> bool:
        """Return whether a column takes several values."""
        term = self.field(column)
        return bool(term and term.many)

    def certain(self, kind: RecordType, columns: Collection[str]) -> list[str]:
        """Return those columns by one value of which a record is known for certain."""
        known = self._certain.setdefault(kind.table, {})
        try:
            return [column for column in columns if known[column]]
        except KeyError:
            alone = {key.properties[0] for key in kind.keys if key.is_certain and len(key.properties) == 1}
            for column in columns:
                term = self.field(column)
                known[column] = bool(term and term.iri in alone)
        return [column for column in columns if known[column]]
