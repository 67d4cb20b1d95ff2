"""What the tests of workbooks that come back share: a portfolio beside its workbook, and edits of a curator."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import SMALL, Outcome, Small, run

from linkedproj.importers.roundtrip.back import bring_back
from linkedproj.importers.roundtrip.leave import leave
from linkedproj.model.columns import Explained
from linkedproj.model.folder import open_folder
from linkedproj.reports.model.tables import Model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

openpyxl = pytest.importorskip("openpyxl", reason="the extra 'spreadsheets' is not installed")

DAY = dt.datetime(2019, 3, 1)  # noqa: DTZ001 - a spreadsheet knows no zone


@dataclass(frozen=True)
class Desk:
    """The small portfolio, and a workbook of it to be edited."""

    small: Small
    book: Path

    def edit(self, change: Callable[[Any], object]) -> None:
        """Edit the workbook and save it."""
        book = openpyxl.load_workbook(self.book)
        change(book)
        book.save(self.book)

    def back(self, *options: str) -> Outcome:
        """Bring it back."""
        return run("import", "workbook", self.book.name, "--into", "data", *options)

    def files(self) -> dict[str, bytes]:
        """Give what lies in the portfolio's folder."""
        return {path.name: path.read_bytes() for path in sorted(self.small.folder.iterdir())}


def at(book: Any, sheet: str, record: str, column: str) -> Any:  # noqa: ANN401 - a cell: its package carries no types
    """Find a cell by the first cell of its row, and its column."""
    names = [cell.value for cell in book[sheet][1]]
    row = next(row for row in book[sheet].iter_rows() if row[0].value == record)
    return row[names.index(column)]


def put(sheet: str, record: str, column: str, value: object, form: str = "") -> Callable[[Any], None]:
    """Make an edit of one cell."""

    def change(book: Any) -> None:  # noqa: ANN401 - a workbook
        cell = at(book, sheet, record, column)
        cell.value = value
        cell.number_format = form or cell.number_format

    return change


def together(*changes: Callable[[Any], object]) -> Callable[[Any], None]:
    """Make one edit of several."""

    def change(book: Any) -> None:  # noqa: ANN401 - a workbook
        for each in changes:
            each(book)

    return change


def append(sheet: str, **cells: str) -> Callable[[Any], None]:
    """Make an edit that adds a row at the end."""

    def change(book: Any) -> None:  # noqa: ANN401 - a workbook
        names = [cell.value for cell in book[sheet][1]]
        book[sheet].append([cells.get(name.replace("@", "_").replace(".", "_")) for name in names])

    return change


def filled(home: Path, texts: list[str]) -> Path:
    """Make a portfolio whose themes have these texts as names, and as notes that are not published."""
    folder = home / "data"
    shutil.copytree(SMALL, folder)
    rows = [["id", "name@en", "inScheme", "_note"]]
    rows += [[f"t{number}", text, "policy-theme", text] for number, text in enumerate(texts)]
    with (folder / "theme.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder


def leaves(folder: Path, book: Path) -> list[str]:
    """Write the workbook of a portfolio; give the codes of what is told."""
    opened, told = open_folder(folder), list[str]()
    says = Explained.of(opened.schema, opened.ontology)
    model = Model(opened.schema, says, opened.config.languages, opened.config.languages[0])
    assert leave(opened, book, says, model, lambda problem: told.append(problem.rule))
    return told


def comes_back(book: Path, folder: Path) -> list[str]:
    """Bring a workbook back; give what changes and what is told."""
    plan = bring_back(book, book.name, open_folder(folder))
    return [f"{change.place} {change.column}" for change in plan.changes] + [each.rule for each in plan.problems]


def said(outcome: Outcome) -> list[str]:
    """Give what is told as "place code", what may be hidden or missing included."""
    found = re.findall(r"^((?:'[^']*'|\S)+?): .*\[(LP-[A-Z-]+)\]$", outcome.out, re.MULTILINE)
    return [f"{place} {code}" for place, code in found]
