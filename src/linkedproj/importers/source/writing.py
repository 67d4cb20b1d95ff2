"""The tables of a portfolio written after an import, and what is kept of the import for the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.importers.source.decisions import write_rows
from linkedproj.importers.source.kept import COLUMNS, FILES, FROM, KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.importers.source.evidence import Evidence
    from linkedproj.importers.source.kept import Kept
    from linkedproj.importers.source.present import Present
    from linkedproj.model.context import RecordType

_CSV = ".csv"


class Writer:
    """Writes what the store holds."""

    def __init__(self, present: Present, kept: Kept) -> None:
        self._present, self._store, self._kept = present, present.store, kept

    def write_table(self, table: str) -> None:
        """Write the files of a table: its own, and those of others in which a record changed."""
        files = dict.fromkeys((*(file for found, file in self._present.headers if found == table),
                               f"{table}.{self._present.importer.name}{_CSV}"))  # fmt: skip
        order = self._order(self._present.kinds[table])
        sources = (self._present.importer.name, *self._present.known_sources)
        for file in files:
            header = self._present.headers.get((table, file), ["id"])
            columns = {c for _, row in self._store.present_rows(table, file) for c, cell in row.items() if cell}
            added = sorted(columns - set(header), key=lambda column: (order(column), column))
            if not columns and not (self._present.target / file).exists():
                continue
            names = [*header, *added]
            if file in {f"{table}.{source}{_CSV}" for source in sources}:
                names = ["id", *sorted((set(names) - {"id"}) & (columns | set(header)), key=lambda c: (order(c), c))]
            self._kept.languages |= {tag for name in names if (tag := name.partition("@")[2])}
            rows = (row for _, row in self._store.present_rows(table, file))
            self._write_csv(self._present.target / file, names, rows)

    def _write_csv(self, path: Path, names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
        write_rows(path, names, rows, delimiter=self._present.config.delimiter)
        self._kept.written.append(path.name)

    def _order(self, kind: RecordType) -> Callable[[str], int]:
        places = {name: number for number, (name, *_) in enumerate(self._present.schema.fillable(kind))}
        return lambda column: places.get(column.partition("@")[0], len(places))

    def write_evidence(self, evidence: Evidence) -> None:
        """Write how the values of the import are known."""
        terms = self._present.schema.evidence
        if not terms.type_name:
            return
        table = self._present.schema.types[terms.type_name].table
        path = self._present.target / f"{table}.{self._present.importer.name}{_CSV}"
        if not evidence.rows and not path.exists():
            return
        names = evidence.names()
        self._write_csv(path, names, sorted(evidence.rows, key=lambda row: [row.get(name, "") for name in names]))

    def _base_rows(self, table: str) -> Iterator[dict[str, str]]:
        """Yield the records of a table as the source has them, with their key and the rows they come from."""
        for identifier, _, (cells, origin, origins, digest_of) in self._store.joined(table):
            others = "".join(f"\n{column}|{where}" for column, where in sorted(origins.items()))
            yield {KEY: digest_of, FROM: origin + others, "id": identifier, **cells}

    def write_kept(
        self,
        columns: Mapping[tuple[str, str, str], tuple[str, int]],
        files: Iterable[Mapping[str, str]],
        filled: Mapping[str, Iterable[str]],
    ) -> None:
        """Write what the next import compares with, and what `check` finds the cells of the source by.

        `filled` are the columns of each table that a record of the source has.
        """
        for table in self._store.tables():
            order = self._order(self._present.kinds[table])
            names = [KEY, FROM, "id", *sorted(filled.get(table, ()), key=lambda column: (order(column), column))]
            write_rows(self._present.home / f"{table}{_CSV}", names, self._base_rows(table))
        columns_rows = [
            {"table": table, "column": column, "resource": resource, "title": title, "number": str(number)}
            for (table, column, resource), (title, number) in sorted(columns.items())
        ]
        write_rows(self._present.home / COLUMNS, ("table", "column", "resource", "title", "number"), columns_rows)
        write_rows(self._present.home / FILES, ("file", "sha256", "day"), files)
