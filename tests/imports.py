"""What the tests of imports share: made-up rows in the format of keep.eu, and what an import leaves of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
from tests.conftest import Outcome, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIXTURES = Path(__file__).parent / "fixtures/imports"
PROJECTS = ["Programme", "Acronym", "Project Name", "Project Name language 2", "Description EN", "Budget", "EU Funding",
            "ERDF budget", "Website", "Thematic1", "Thematic2", "Specific Obj", "Project start",
            "Project end"]  # fmt: skip
PARTNERS = ["Programme", "Acronym", "Project Partner", "Lead Partner", "Street", "Postal code", "Town", "Department",
            "Legal Status", "Country code", "NUTS3 (or equivalent)"]  # fmt: skip
NORTH = "INTERREG V-A North"
QUAYS: dict[str, Any] = {
    "Programme": NORTH, "Acronym": "QUAYS", "Project Name": "Green quays",
    "Description EN": "Trees &nbsp;on<br>old quays",
    "Budget": "892,228.58", "EU Funding": 758394.29, "ERDF budget": 0, "Website": "quays.example.org/north",
    "Thematic1": "Tourism", "Specific Obj": "Preserve quays",
    "Project start": "2015/10/27", "Project end": "2019/09/30",
}  # fmt: skip
COUNCIL: dict[str, Any] = {
    "Programme": NORTH, "Acronym": "QUAYS", "Project Partner": "Exampleford City Council", "Lead Partner": "Yes",
    "Street": "Old Quay 1", "Postal code": 8018, "Town": "Exampleford", "Department": "n/a", "Legal Status": "Public",
    "Country code": "IE Ireland / ÉIRE", "NUTS3 (or equivalent)": "IE061  / Dublin",
}  # fmt: skip


def keep(folder: Path, projects: Iterable[Mapping[str, Any]], partners: Iterable[Mapping[str, Any]]) -> Path:
    """Write a workbook in the format of keep.eu, with made-up rows."""
    book = openpyxl.Workbook()
    for name, headers, rows in (("Projects (lead partners)", PROJECTS, projects), ("Partners", PARTNERS, partners)):
        sheet = book.create_sheet(name)
        sheet.append(headers)
        for row in rows:
            sheet.append([row.get(header) for header in headers])
    del book["Sheet"]
    path = folder / "keep.xlsx"
    book.save(path)
    return path


def imported(into: Path, source: str, *files: Path, also: tuple[str, ...] = ()) -> Outcome:
    done = run("import", source, *map(str, files), "--into", str(into), "--read-on", "2026-11-30", *also)
    assert done.code == 0, done.err
    return done


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reviewed(into: Path, kind: str = "") -> list[dict[str, str]]:
    return [row for row in table(into / "imported/review.csv") if kind in {"", row["kind"]}]


def repaired(into: Path, rule: str = "") -> list[dict[str, str]]:
    return [row for row in table(into / "imported/repairs.csv") if rule in {"", row["rule"]}]


def answer(into: Path, kind: str, text: str, **where: str) -> None:
    """Write an answer into review.csv, as a curator does."""
    rows = reviewed(into)
    mine = [row for row in rows if row["kind"] == kind and all(where[name] in row[name] for name in where)]
    assert mine
    for row in mine:
        row["answer"] = text
    write(into / "imported/review.csv", rows)


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def problems(into: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("check", str(into), "--format", "json").out)["problems"]
    return found


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(path: Path, column: str, text: str) -> None:
    """Write a text into the first row of a table, as a curator does."""
    rows = table(path)
    rows[0][column] = text
    write(path, rows)
