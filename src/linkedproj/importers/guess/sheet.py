"""The table in a file that nobody has described: its sheet, its delimiter and encoding, the row of its headers."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkedproj.importers.guess.vocabulary import encoding_of
from linkedproj.model.errors import Place, SetupError
from linkedproj.tables.readers import READERS
from linkedproj.tables.readers.source import TableFile, named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from linkedproj.importers.guess.words import Say

_BOOKS = frozenset(suffix for suffix, reader in READERS.items() if reader.sheets)
_DELIMITERS = (",", ";", "\t", "|")
_HEADER_ROWS = 10


@dataclass
class Sheet:
    """A table: its headers, the rows below them, how an importer says where it is, and what there is to remark."""

    names: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    settings: dict[str, Any]
    remarks: list[str]


def read_sheet(path: Path, say: Say) -> Sheet:
    """Read the table of a file; of a workbook, the largest sheet.

    Raises:
        SetupError: there is none, or the file is of another kind.
    """
    suffix = path.suffix.lower()
    if suffix in _BOOKS:
        return _book(path, suffix, say)
    if suffix in {".json", ".jsonl", ".xml", ".zip"}:
        told = "only tables are guessed: CSV, XLSX and ODS. Write an importer for it, as the shipped ones do."
        raise SetupError(told, Place(path.name))
    return _delimited(path, say)


def _book(path: Path, suffix: str, say: Say) -> Sheet:
    reader, problems = READERS[suffix], list[Any]()
    whole = TableFile(path, path.name, "")
    sizes: dict[str, list[Sequence[str]]] = {}
    with reader.kept_open(whole):
        listed = reader.sheets(whole, problems.append) if reader.sheets else []
        names = [each.name for each in listed if not each.is_hidden]
        if not names:
            raise SetupError("there is no sheet with any text in it.", Place(path.name))
        for name in names:
            rows = reader.read(TableFile(path, path.name, "", sheet=name), problems.append)
            sizes[name] = [cells or list(header) for header, _, cells in rows]
    chosen = max(names, key=lambda name: len(sizes[name]))
    remarks = [say("other-sheet", name=name, n=len(sizes[name])) for name in names if name != chosen]
    remarks += sorted({f"{problem.place}: {problem.rule}" for problem in problems if problem.place.sheet == chosen})[:5]
    settings: dict[str, Any] = {"path": f"*{suffix}", "sheet": chosen}
    return _headed(sizes[chosen], settings, remarks, say)


def _delimited(path: Path, say: Say) -> Sheet:
    data = path.read_bytes()
    remarks = []
    try:
        text, encoding = data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        encoding, word = encoding_of(b"".join(data.splitlines(keepends=True)[:_HEADER_ROWS]))
        text = data.decode(encoding, "replace")
        remarks.append(say("encoding-by-word" if word else "encoding", encoding=encoding, word=word))
    if "\0" in text:
        raise SetupError("the file holds no text, or text in UTF-16. Save it as CSV UTF-8.", Place(path.name))
    lines = text.splitlines()[:_HEADER_ROWS]
    delimiter = max(_DELIMITERS, key=lambda each: sum(line.count(each) for line in lines))
    settings: dict[str, Any] = {"path": f"*{path.suffix}", "delimiter": delimiter, "encoding": encoding}
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    return _headed(rows, settings, remarks, say)


def _headed(rows: Sequence[Sequence[str]], settings: dict[str, Any], remarks: list[str], say: Say) -> Sheet:
    """Find the row of headers: the first that fills most of the columns that there are."""
    width = max((len([cell for cell in row if cell.strip()]) for row in rows[:_HEADER_ROWS]), default=0)
    at = next((n for n, row in enumerate(rows[:_HEADER_ROWS]) if 2 * sum(map(bool, map(str.strip, row))) > width), 0)
    if at:
        settings["headerRow"] = at
        remarks.append(say("above", n=at))
    return Sheet(named(rows[at]) if rows else (), rows[at + 1 :], settings, remarks)
