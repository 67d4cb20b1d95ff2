"""What is to change in the tables: planned as a whole, and written as a whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkedproj.importers.new import write_csv
from linkedproj.importers.roundtrip.held import stands_for
from linkedproj.model.errors import Problem, SetupError
from linkedproj.model.paths import within
from linkedproj.model.rules import Rules, Severity, catalogue
from linkedproj.system.outputs import replace_all
from linkedproj.tables.edits import Edits
from linkedproj.tables.readers.source import TableFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from linkedproj.importers.roundtrip.rows import Now
    from linkedproj.importers.roundtrip.tables import Part
    from linkedproj.model.errors import Place
    from linkedproj.model.folder import Folder

TOP, END = 0, -1
"""Where a new row may go in its file, beside behind a line."""


@dataclass(frozen=True)
class Change:
    """One thing that changes: `what` is "cell", "row" (a new one), "gone" (a row), "column" (a new one) or "file".

    `place` is where it stands in the table, `source` where in the workbook; `cells` are those of a row, by column.
    """

    what: str
    place: Place
    record: str = ""
    column: str = ""
    old: str = ""
    new: str = ""
    source: Place | None = None
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Plan:
    """What changes, and what is told; where a problem stops it, nothing is written."""

    folder: Folder
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _edits: dict[str, tuple[Part, Edits]] = field(default_factory=dict)
    _files: dict[str, list[Mapping[str, str]]] = field(default_factory=dict)

    @property
    def is_stopped(self) -> bool:
        """Whether a problem keeps all of it from being written."""
        rules = Rules(catalogue())
        return any(rules.severity(problem) is Severity.VIOLATION for problem in self.problems)

    @property
    def tables(self) -> dict[Path, str]:
        """The files that change, each as people call it."""
        return {part.file.path: part.file.shown for part, edits in self._edits.values() if edits}

    def tell(self, rule: str, place: Place, column: str = "", cell: str = "", **values: str) -> None:
        """Add a problem."""
        self.problems.append(Problem(rule, place, column=column, cell=cell, values=values))

    def change(self, record: str, now: Now, column: str, new: str, source: Place) -> None:
        """Plan a new text for a cell."""
        old, place = now.texts.get(column, ""), now.part.place(now.line, column)
        if stands_for(new):
            self.tell("LP-BOOK-STANDS", source, column, new)
        elif not now.part.is_editable:
            values = {"detail": f"{column}: '{old}' → '{new}'"}
            self.problems.append(Problem("LP-BOOK-FORMAT", place, record, column, old, values, (source,)))
        else:
            edits = self._edits_of(now.part)
            edits.cells[now.line, self._column(edits, now.part, column)] = new
            self.changes.append(Change("cell", place, record, column, old, new, source))

    def add(self, table: str, cells: Mapping[str, str], where: tuple[Part, int] | None, source: Place) -> None:
        """Plan a new row behind a line of a part, at its TOP or END; or in a file that is to be made."""
        filled = {name: text for name, text in cells.items() if text}
        record = record_name(table, cells.get("id", ""))
        for name in (name for name, text in filled.items() if stands_for(text)):
            self.tell("LP-BOOK-STANDS", source, name, filled[name])
        if where is None:
            name = f"{table}.csv"
            place = self._place(name)
            if name not in self._files:
                self._files[name] = []
                self.changes.append(Change("file", place, source=source))
            self._files[name].append(filled)
        else:
            part, line = where
            place = part.file.place(line if line > 0 else part.last if line == END else part.head)
            if not part.is_editable:
                values = {"detail": ", ".join(f"{name}: '{text}'" for name, text in filled.items())}
                self.problems.append(Problem("LP-BOOK-FORMAT", place, record, values=values, also=(source,)))
                return
            edits = self._edits_of(part)
            written = {self._column(edits, part, column): text for column, text in filled.items()}
            edits.rows.append((part.last if line == END else line, written))
        self.changes.append(Change("row", place, record, source=source, cells=filled))

    def remove(self, record: str, now: Now) -> None:
        """Plan that a row goes."""
        place = now.part.file.place(now.line)
        if now.part.is_editable:
            self._edits_of(now.part).gone.add(now.line)
            filled = {name: text for name, text in now.texts.items() if text}
            self.changes.append(Change("gone", place, record, cells=filled))
        else:
            self.problems.append(Problem("LP-BOOK-FORMAT", place, record, values={"detail": "×"}))

    def write(self) -> None:
        """Write all files that change, or none.

        Raises:
            SetupError: a problem stops it, or a table was changed since it was read.
            OSError: a file cannot be written; all are as they were.
        """
        if self.is_stopped:
            raise SetupError("nothing is written while there are problems.")
        for part, _ in self._edits.values():
            if part.is_changed:
                raise SetupError(f"{part.file.shown} was changed meanwhile, and nothing is written. Import again.")
        contents = {edits.file.path: edits.applied() for _, edits in self._edits.values() if edits}
        for name, rows in self._files.items():
            path = self.folder.path / name
            if path.exists():
                raise SetupError(f"{path} is there by now, and nothing is written. Import again.")
            columns = list(dict.fromkeys(column for row in rows for column in row))
            contents[path] = write_csv([columns, *([row.get(name, "") for name in columns] for row in rows)]).encode()
        replace_all(contents)

    def _edits_of(self, part: Part) -> Edits:
        return self._edits.setdefault(part.key, (part, Edits(part.file)))[1]

    def _column(self, edits: Edits, part: Part, column: str) -> str:
        """Return what a column is called in a part; one that it lacks is planned, behind those it belongs to."""
        columns = part.columns
        if column in columns:
            return part.names[columns.index(column)]
        if column not in (name for name, _ in edits.columns):
            path, tag, _ = column.partition("@")
            names = [*part.names, *(name for name, _ in edits.columns)]
            alike = [name for name in names if tag and name.partition("@")[:2] == (path, tag)]
            published = [name for name in names if name[:1] != "_"]
            edits.columns.append((column, (alike or (names if column[:1] == "_" else published) or names)[-1]))
            self.changes.append(Change("column", part.file.place(part.head), column=column))
        return column

    def _place(self, name: str) -> Place:
        return TableFile(self.folder.path / name, within(self.folder.shown, name), "").place()


def record_name(table: str, identifier: str) -> str:
    """Name a record as reports do: "project/chebec", or "" where it has no id."""
    return f"{table}/{identifier}" if identifier else ""
