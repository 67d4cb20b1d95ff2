"""What lies in a portfolio's folder: each entry is a table, is left out on purpose, or is named as not read.

Left out are what begins with "." or "_" (hidden, or put aside), what programs leave behind ("~$x.xlsx", "x.csv~",
"x.bak"), README, LICENSE, portfolio.toml, and folders.
"""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

from linkedproj.model.errors import Problem, SetupError
from linkedproj.model.paths import within
from linkedproj.tables.cells import nearest
from linkedproj.tables.offers import stale_offer
from linkedproj.tables.readers import READERS, reader_of
from linkedproj.tables.readers.source import TableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config
    from linkedproj.tables.readers.source import Report, Sheet

_ASIDE = re.compile(
    r"[._~].*|.*~|.*\.(?:bak|orig|swp|tmp)|(?:licence|license|readme)(?:\..*)?|portfolio\.toml|desktop\.ini|thumbs\.db",
    re.IGNORECASE,
)
_OTHER_WORKBOOKS = frozenset({".fods", ".gsheet", ".numbers", ".sxc", ".xls", ".xlsb"})


def find_tables(folder: Path, shown: str, schema: Schema, config: Config, report: Report) -> list[TableFile]:
    """List the tables of a folder, by the order of the context's types and then by name.

    `project.csv` and `project.erasmus.yaml` are both tables of projects, as is the sheet `project` of any workbook.

    Raises:
        SetupError: entries cannot be opened, or are no files although they are called so; all are named.
    """
    entries = [path for path in sorted(folder.iterdir()) if not _ASIDE.fullmatch(path.name)]
    refused = [f"{within(shown, path.name)}: {fault}" for path in entries if (fault := _refusal(path, schema))]
    if refused:
        raise SetupError("\n".join(refused))
    found = []
    for path in entries:
        file = TableFile(path, within(shown, path.name), path.name.partition(".")[0], config.delimiter)
        if path.is_dir():
            continue
        if path.suffix.lower() not in READERS:
            report(_unread(file, schema))
            continue
        for table in _tables(file, schema, report):
            if kind := type_of(table.table, schema):
                found.append((kind.order, path.name, table.sheet, table))
            else:
                report(_unknown(table, schema))
    return [table for *_, table in sorted(found, key=lambda item: item[:3])]


def type_of(table: str, schema: Schema) -> RecordType | None:
    """Return the type of the records in a table; a nested type has no table of its own."""
    kind = schema.type_of_table(table)
    return None if kind is None or kind.nested else kind


def _refusal(path: Path, schema: Schema) -> str:
    """Return why an entry that should be a table cannot be opened, or ""."""
    is_table = path.suffix.lower() in READERS
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            remedy = "It is called like a table: take it elsewhere, or begin its name with _."
            return f"this is a folder, not a file. {remedy}" if is_table or type_of(path.name, schema) else ""
        if not stat.S_ISREG(mode):
            return "this is no file that can be read. Remove it, or begin its name with _." if is_table else ""
        if is_table:
            with path.open("rb"):
                pass
    except OSError as error:
        remedy = "Correct that, or begin its name with _ to leave it out."
        return f"the file cannot be read: {(error.strerror or str(error)).lower()}. {remedy}"
    return ""


def _unread(file: TableFile, schema: Schema) -> Problem:
    """Name a file of which nothing is read: when it looks like a table, its records are missing."""
    values = {"table": file.table, "expected": ", ".join(READERS)}
    is_table = type_of(file.table, schema) is not None or file.path.suffix.lower() in _OTHER_WORKBOOKS
    return Problem("LP-FILE-FORMAT" if is_table else "LP-FILE-STRAY", file.place(), cell=file.path.name, values=values)


def _unknown(file: TableFile, schema: Schema) -> Problem:
    name = file.sheet or file.table
    known = nearest(file.table, [kind.table for kind in schema.types.values() if not kind.nested])
    rule = "LP-SHEET-NAME" if file.sheet else "LP-FILE-TABLE"
    return Problem(rule, file.place(), cell=name, values={"table": file.table, **known})


def _tables(file: TableFile, schema: Schema, report: Report) -> Iterator[TableFile]:
    """Yield the tables in a file: the file itself, or the sheets of a workbook.

    Sheets whose names begin with _ are put aside, and so are hidden ones that are not called like a table. A sheet that
    is alone may have any name, when the workbook is called like a table.
    """
    listed = reader_of(file.path).sheets
    if listed is None:
        yield file
        return
    every = listed(file, report)
    if stale := stale_offer(file, [sheet.name for sheet in every], schema):
        report(stale)
    sheets = [sheet for sheet in every if sheet.name[:1] != "_"]
    for sheet in sheets:
        table = _table_of(sheet, file, schema, is_alone=len(sheets) == 1)
        is_known = type_of(table, schema) is not None
        found = TableFile(file.path, file.shown, table, file.delimiter, sheet.name)
        if sheet.is_hidden and is_known:
            report(Problem("LP-SHEET-HIDDEN", found.place(), values={"names": sheet.name}))
        if is_known or not sheet.is_hidden:
            yield found


def _table_of(sheet: Sheet, file: TableFile, schema: Schema, *, is_alone: bool) -> str:
    table = sheet.name.partition(".")[0]
    if is_alone and type_of(table, schema) is None and type_of(file.table, schema) is not None:
        return file.table
    return table
