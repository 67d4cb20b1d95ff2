"""A workbook that comes back: what a curator changed in it, planned as edits of the tables, or told.

Three are compared: what a cell was when the workbook left, what it is in the workbook, and what it is in the table
today. Only what the workbook changed is written; where both changed, that is told, and nothing is written at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.importers.roundtrip.comparison import Comparison, Today
from linkedproj.importers.roundtrip.left import LEFT, TRANSLATIONS, VERSION, read_left
from linkedproj.importers.roundtrip.plan import Plan
from linkedproj.importers.roundtrip.sheets import Compared, take_new
from linkedproj.importers.roundtrip.tables import Line, Part, read_part, read_tables
from linkedproj.importers.roundtrip.translations import take_translations
from linkedproj.model.errors import Place, SetupError
from linkedproj.tables.folder import type_of
from linkedproj.tables.readers import READERS, reader_of
from linkedproj.tables.readers.source import TableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from linkedproj.importers.roundtrip.left import LeftSheet
    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.model.folder import Folder


def bring_back(book: Path, shown: str, folder: Folder, *, delete: bool = False, rename: bool = False) -> Plan:
    """Compare a workbook that `leave` wrote with the tables of a portfolio, and plan what changes in them.

    `shown` is the workbook as people call it. With `delete`, rows that are gone from it go from the tables; with
    `rename`, ids that were changed in it are taken. Nothing is written: see `Plan.write`.

    Raises:
        SetupError: the file is no workbook.
    """
    known = [suffix for suffix, each in READERS.items() if each.sheets]
    if book.suffix.lower() not in known:
        raise SetupError(f"{shown} is no workbook that can be read. Its name ends in one of {', '.join(known)}.")
    how = Comparison(folder, Plan(folder), delete=delete, rename=rename)
    with reader_of(book).kept_open(TableFile(book, shown, "")):
        _Book(book, shown, how).compare()
    for path, called in {book: shown, **how.plan.tables}.items():
        if _is_open(path):
            how.plan.tell("LP-BOOK-OPEN", Place(called))
    return how.plan


def _is_open(path: Path) -> bool:
    """Return whether Excel or LibreOffice has a file open: both lay one beside it."""
    return any(path.with_name(name).exists() for name in (f"~${path.name}", f".~lock.{path.name}#"))


class _Book:
    """A workbook that comes back."""

    def __init__(self, path: Path, shown: str, how: Comparison) -> None:
        self._path, self._shown, self._how = path, shown, how
        self._plan, self._folder = how.plan, how.folder

    def compare(self) -> None:
        """Plan what changes."""
        list_sheets = reader_of(self._path).sheets
        listed = list_sheets(self._file(), self._report) if list_sheets else []
        if self._plan.problems:
            return
        hidden = {sheet.name: sheet.is_hidden for sheet in listed}
        left = read_left(self._file(LEFT)) if LEFT in hidden else None
        if left is None or left.version != VERSION:
            self._plan.tell("LP-BOOK-ORIGIN", self._file().place())
        elif left.portfolio != self._folder.config.id:
            values = {"expected": self._folder.config.id}
            self._plan.tell("LP-BOOK-OTHER", self._file().place(), cell=left.portfolio, **values)
        else:
            self._compare_sheets(left.sheets, hidden)

    def _compare_sheets(self, left: Mapping[str, LeftSheet], hidden: Mapping[str, bool]) -> None:
        tables = {table.kind.table: table for table in read_tables(self._folder, self._report)}
        if self._plan.is_stopped:
            return
        today = {name: Today.of(was, tables.get(was.table)) for name, was in left.items()}
        for name, kind in self._sheets(left, hidden):
            sheet = read_part(self._file(name, kind.table), kind, self._report)
            if name in left:
                Compared(self._how, sheet, left[name], kind, today[name]).compare()
            else:
                take_new(self._how, sheet, kind, Today.of(None, tables.get(kind.table)))
        if TRANSLATIONS in hidden:
            take_translations(self._how, self._translations(), left, today)

    def _translations(self) -> Part:
        part = Part(self._file(TRANSLATIONS))
        for names, number, cells in reader_of(self._path).read(part.file, self._report):
            part.names = list(names)
            if cells:
                part.lines.append(Line(number, cells))
        return part

    def _file(self, sheet: str = "", table: str = "") -> TableFile:
        return TableFile(self._path, self._shown, table, self._folder.config.delimiter, sheet)

    def _report(self, problem: Problem) -> None:
        self._plan.problems.append(problem)

    def _sheets(self, left: Mapping[str, LeftSheet], hidden: Mapping[str, bool]) -> Iterator[tuple[str, RecordType]]:
        """Yield the sheets to be read, each with the type of its records; tell which are missing, hidden or others."""
        missing = [name for name in left if name not in hidden]
        for name in missing:
            self._plan.tell("LP-BOOK-SHEET", self._file().place(), cell=name)
        for name, is_hidden in hidden.items():
            kind = type_of(left[name].table if name in left else name.partition(".")[0], self._folder.schema)
            if kind is not None:
                if is_hidden:
                    self._plan.tell("LP-SHEET-HIDDEN", self._file(name).place(), names=name)
                yield name, kind
            elif name[:1] != "_" and not is_hidden:
                # Where a sheet is missing, this may be it under another name: what was changed there would be lost.
                severity = {} if missing else {"severity": "warning"}
                self._plan.tell("LP-SHEET-NAME", self._file(name).place(), cell=name, **severity)
