"""A portfolio as a workbook: a sheet a table, what is still to be translated, and what each cell was when it left."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from linkedproj.importers.roundtrip.held import LONGEST, held, marks, unheld
from linkedproj.importers.roundtrip.left import FIELD, HEADER, LEFT, RECORD, TRANSLATIONS, VERSION, record_names
from linkedproj.importers.roundtrip.tables import read_tables
from linkedproj.importers.workbook import LONGEST_NAME, MOST_ROWS, SheetPlan, can_write, write_sheets
from linkedproj.model.columns import column_names
from linkedproj.model.context import Kind
from linkedproj.model.errors import Problem, SetupError
from linkedproj.model.rules import Rules, Severity, catalogue
from linkedproj.model.wants import NO, OWN
from linkedproj.tables.cells import column_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.importers.roundtrip.tables import Table
    from linkedproj.model.columns import Explained
    from linkedproj.model.context import RecordType
    from linkedproj.model.folder import Folder
    from linkedproj.tables.readers.source import Report

_ROW = "_row"
# A sheet cannot be called so: Excel keeps the name for itself.
_KEPT_NAME = "history"


class Heads(Protocol):
    """What is said at the heads of columns, in the language of a portfolio."""

    def heads(self, kind: RecordType) -> Mapping[str, str]:
        """Return what is said of each column of a table, by its name without a language."""

    def word(self, name: str) -> str:
        """Return what is said of columns that are the workbook's own: `row_place`, `translated_record`, `…_field`."""


class Leaving(NamedTuple):
    """How much left: rows by table, and texts that lack a translation."""

    rows: Mapping[str, int]
    untranslated: int


@dataclass
class _Sheet:
    """One table as it leaves: its sheet, its columns, its rows as the workbook holds them, and where each is from."""

    name: str
    table: Table
    columns: list[str]
    column_of_places: str
    cells: list[list[str]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        at = self.columns.index("id") if "id" in self.columns else -1
        return [cells[at] if at >= 0 else "" for cells in self.cells]


def leave(folder: Folder, path: Path, says: Explained, heads: Heads, report: Report) -> Leaving | None:
    """Write the tables of a portfolio into a workbook.

    What a spreadsheet cannot hold is reported, and stands in the workbook by a sentence. Where a table cannot be read
    whole, that is reported, and nothing is written: None is returned.

    Raises:
        SetupError: the package that writes workbooks is not installed, or a table is too large for a sheet.
    """
    if not can_write():
        raise SetupError(
            "one more package is needed to write workbooks. Install it with: pip install 'linkedproj[spreadsheets]'"
        )
    problems: list[Problem] = []
    tables = read_tables(folder, problems.append)
    for problem in problems:
        report(problem)
    rules = Rules(catalogue())
    if any(rules.severity(problem) is Severity.VIOLATION for problem in problems):
        return None
    sheets = [_sheet(table, name, folder, says, report) for table, name in zip(tables, _names(tables), strict=True)]
    _refuse_large(sheets)
    untranslated = list(_untranslated(sheets, folder))
    plans = [
        SheetPlan(
            sheet.name,
            [*sheet.columns, sheet.column_of_places],
            [[*cells, place] for cells, place in zip(sheet.cells, sheet.places, strict=True)],
            sheet.table.kind.table,
            _comments(sheet, heads),
            frozenset({sheet.column_of_places}),
        )
        for sheet in sheets
    ]
    header = [RECORD, FIELD, *folder.config.languages]
    plans += [
        SheetPlan(
            TRANSLATIONS,
            header,
            untranslated,
            comments={RECORD: heads.word("translated_record"), FIELD: heads.word("translated_field")},
            faint=frozenset({RECORD, FIELD}),
            asked=frozenset(folder.config.languages),
        ),
        SheetPlan(LEFT, HEADER, _left(sheets, folder), is_hidden=True),
    ]
    write_sheets(path, plans, folder.schema, says)
    return Leaving({sheet.table.kind.table: len(sheet.cells) for sheet in sheets}, len(untranslated))


def _names(tables: Sequence[Table]) -> Iterator[str]:
    """Yield the name of each table's sheet: that of the table, where a sheet can be called so."""
    taken: set[str] = set()
    for table in tables:
        name = table.kind.table
        cut = name if len(name) <= LONGEST_NAME and name.lower() != _KEPT_NAME else f"{name[: LONGEST_NAME - 4]}.cut"
        number = 1
        while cut.lower() in taken:
            number += 1
            cut = f"{name[: LONGEST_NAME - 4]}.{number}"
        taken.add(cut.lower())
        yield cut


def _sheet(table: Table, name: str, folder: Folder, says: Explained, report: Report) -> _Sheet:
    columns = _columns(table, folder, says)
    places = _ROW
    while places in columns:
        places += "_"
    sheet = _Sheet(name, table, columns, places)
    for part in table.parts:
        at = {column: index for index, column in enumerate(part.columns)}
        order = [at.get(column, -1) for column in columns]
        for line, cells in part.lines:
            texts = [str(cells[index]) if index >= 0 else "" for index in order]
            kept = [held(text) for text in texts]
            for column, text, put in zip(columns, texts, kept, strict=True):
                if put != text and (why := unheld(text)):
                    values = {"why": why, "n": str(len(text))}
                    report(Problem("LP-BOOK-HELD", part.place(line, column), column=column, values=values))
            sheet.cells.append(kept)
            sheet.places.append(f"{part.key}:{line}")
    return sheet


def _columns(table: Table, folder: Folder, says: Explained) -> list[str]:
    """Return the columns in use, texts in all languages of the portfolio, and those that should be filled."""
    found = table.columns
    for column in list(found):
        path, at, _ = column.partition("@")
        if at and not _is_private(column) and _is_translated(column, table, folder):
            for tag in folder.config.languages:
                if f"{path}@{tag}" not in found:
                    last = max(index for index, name in enumerate(found) if name.partition("@")[0] == path)
                    found.insert(last + 1, f"{path}@{tag}")
    asked = [column for column in says.columns(table.kind) if column.must in {"required", "asked"}]
    behind = max((index for index, name in enumerate(found) if not _is_private(name)), default=-1) + 1
    wanted = [name for name in column_names(asked, folder.config.languages) if name not in found]
    known = {name.partition("@")[0] for name in found}
    return [*found[:behind], *(name for name in wanted if name.partition("@")[0] not in known), *found[behind:]]


def _is_private(column: str) -> bool:
    return column[:1] == "_"


def _is_translated(column: str, table: Table, folder: Folder) -> bool:
    """Return whether a text is one that the portfolio has in its languages: a name in its own language is none."""
    term, _, tag = column.partition("@")
    field = column_named(column, 0, folder.schema.fields).field
    if field is None or field.kind is not Kind.TEXT or tag not in folder.config.languages:
        return False
    levels = {
        want.level for want in folder.schema.wants.get(table.kind.name, ()) if want.languages and term in want.terms
    }
    if OWN in levels or levels - {NO}:
        return OWN not in levels
    used = {name for part in table.parts for name in part.columns}
    return any(f"{term}@{other}" in used for other in folder.config.languages if other != tag)


def _untranslated(sheets: Sequence[_Sheet], folder: Folder) -> Iterator[list[str]]:
    """Yield the texts that one language of the portfolio has and another lacks: record, field, a text a language."""
    languages = folder.config.languages
    for sheet in sheets:
        at = {column: index for index, column in enumerate(sheet.columns)}
        fields: dict[str, list[int]] = defaultdict(list)
        for column in sheet.columns:
            path = column.partition("@")[0]
            if path not in fields and not _is_private(column) and _is_translated(column, sheet.table, folder):
                fields[path] = [at[f"{path}@{tag}"] for tag in languages]
        for record, cells in zip(
            record_names(sheet.table.kind.table, sheet.ids, sheet.places), sheet.cells, strict=True
        ):
            for path, indexes in fields.items():
                texts = [cells[index] for index in indexes]
                if any(texts) and not all(texts):
                    yield [record, path, *texts]


def _left(sheets: Sequence[_Sheet], folder: Folder) -> Iterator[list[str]]:
    """Yield what each row was: a first one for the portfolio, then for each sheet one of its columns, then its rows."""
    yield ["", VERSION, folder.config.id, ""]
    for sheet in sheets:
        yield [sheet.name, sheet.column_of_places, sheet.table.kind.table, json.dumps(sheet.columns)]
        for place, identifier, cells in zip(sheet.places, sheet.ids, sheet.cells, strict=True):
            yield [sheet.name, place, identifier, marks(cells)]


def _refuse_large(sheets: Sequence[_Sheet]) -> None:
    """Refuse what is more than a sheet can have.

    Raises:
        SetupError: a table has too many rows or columns, or all tables together too many rows.
    """
    for sheet in sheets:
        table = sheet.table.kind.table
        if len(sheet.cells) >= MOST_ROWS:
            raise SetupError(f"the table {table} has {len(sheet.cells):,} rows; a sheet has {MOST_ROWS - 1:,} at most.")
        if any(map(unheld, sheet.columns)):
            raise SetupError(f"the table {table} has a column whose name a spreadsheet cannot hold.")
        if max(len(json.dumps(sheet.columns)), len(marks(sheet.columns))) > LONGEST:
            raise SetupError(f"the table {table} has {len(sheet.columns):,} columns, more than a workbook can take.")
    total = sum(len(sheet.cells) + 1 for sheet in sheets) + 2
    if total > MOST_ROWS:
        raise SetupError(
            f"the tables have {total:,} rows together; a workbook that comes back has {MOST_ROWS:,} at most."
        )


def _comments(sheet: _Sheet, heads: Heads) -> dict[str, str]:
    explained = heads.heads(sheet.table.kind)
    found = {column: explained.get(column.partition("@")[0], "") for column in sheet.columns}
    return {**found, sheet.column_of_places: heads.word("row_place")}
