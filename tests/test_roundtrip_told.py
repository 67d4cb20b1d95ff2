"""A workbook that comes back: what cannot be taken is told with its place, and becomes no wrong data."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import ROOT, Outcome, Small, run
from tests.desks import DAY, Desk, append, at, comes_back, filled, leaves, put, said, together

from linkedproj.importers.roundtrip.held import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

openpyxl = pytest.importorskip("openpyxl", reason="the extra 'spreadsheets' is not installed")


def other_sheet(book: Any) -> None:  # noqa: ANN401 - a workbook
    book["theme"].title = "Themes"


def without(name: str) -> Callable[[Any], None]:
    def change(book: Any) -> None:  # noqa: ANN401 - a workbook
        del book[name]

    return change


def head(sheet: str, column: str, name: str | None) -> Callable[[Any], None]:
    """Make an edit that renames a column."""

    def change(book: Any) -> None:  # noqa: ANN401 - a workbook
        next(cell for cell in book[sheet][1] if cell.value == column).value = name

    return change


def merge(book: Any) -> None:  # noqa: ANN401 - a workbook
    book["city"].merge_cells("C2:C3")


def copy_row(book: Any) -> None:  # noqa: ANN401 - a workbook
    sheet = book["theme"]
    sheet.append([cell.value for cell in sheet[2]])


def sort_alone(book: Any) -> None:  # noqa: ANN401 - a workbook
    sheet = book["city"]
    sheet["A2"].value, sheet["A3"].value = sheet["A3"].value, sheet["A2"].value


def sort_without_places(book: Any) -> None:  # noqa: ANN401 - a workbook
    sheet = book["city"]
    for first, second in zip(sheet[2][:-1], sheet[3][:-1], strict=True):
        first.value, second.value = second.value, first.value


def hide(book: Any) -> None:  # noqa: ANN401 - a workbook
    book["theme"].sheet_state = "hidden"
    book["city"].column_dimensions["C"].hidden = True


ROW = "project.csv:2"
TOLD: dict[str, tuple[Callable[[Any], Any], list[str]]] = {
    "an error": (put("city", "marella", "centroid", "#DIV/0!"), ["small.xlsx:city!J3 LP-SHEET-ERROR"]),
    "a formula without a value": (put("city", "marella", "name@en", "=A1"), ["small.xlsx:city!C3 LP-SHEET-FORMULA"]),
    "merged cells": (merge, ["small.xlsx:city!C2 LP-SHEET-MERGED"]),
    "a month that became a day": (
        put("project", "harbour", "start", DAY, "dd/mm/yyyy"),
        ["small.xlsx:project!I2 LP-BOOK-DAY"],
    ),
    "a year that became a day": (
        put("project", "harbour", "end", dt.datetime(2021, 1, 1), "yyyy-mm-dd"),  # noqa: DTZ001 - as above
        ["small.xlsx:project!J2 LP-BOOK-DAY"],
    ),
    "a text that became a date": (
        put("project", "harbour", "acronym", DAY, "d/m/yyyy"),
        ["small.xlsx:project!E2 LP-SHEET-DATE"],
    ),
    "a note that became a date": (
        put("project", "harbour", "_line", DAY, "d/m/yyyy"),
        ["small.xlsx:project!U2 LP-SHEET-DATE"],
    ),
    "a share": (put("project", "harbour", "budget.value", 0.5, "0%"), ["small.xlsx:project!R2 LP-SHEET-SHOWN"]),
    "an id that was changed": (put("city", "marella", "id", "marela"), ["small.xlsx:city!A3 LP-BOOK-ID"]),
    "an id that was emptied": (put("city", "marella", "id", None), ["small.xlsx:city!A3 LP-BOOK-ID"]),
    "one column that was sorted alone": (
        sort_alone,
        ["small.xlsx:city!A2 LP-BOOK-SORTED", "small.xlsx:city!A3 LP-BOOK-SORTED"],
    ),
    "a row that was copied": (copy_row, ["small.xlsx:theme!A4 LP-BOOK-SAME"]),
    "two rows from one place": (
        together(copy_row, put("theme", "learning", "id", "one"), lambda book: book["theme"].cell(4, 1, "other")),
        ["small.xlsx:theme!J4 LP-BOOK-TWICE"],
    ),
    "a row from nowhere": (
        together(put("theme", "water", "_row", "theme.csv:99"), put("theme", "water", "name@en", "Waters")),
        ["small.xlsx:theme!J3 LP-BOOK-ROW"],
    ),
    "a new row without its id": (append("theme", name_en="Rain"), ["small.xlsx:theme!A4 LP-ID-MISSING"]),
    "a sheet that was renamed": (other_sheet, ["small.xlsx LP-BOOK-SHEET", "small.xlsx:Themes LP-SHEET-NAME"]),
    "a column that was renamed": (
        head("theme", "name@ca", "nom"),
        ["small.xlsx:theme!A1 LP-BOOK-COLUMN", "small.xlsx:theme!C1 LP-COLUMN-UNKNOWN"],
    ),
    "a column that is there twice": (head("theme", "name@ca", "name@en"), ["small.xlsx:theme!C1 LP-COLUMN-TWICE"]),
    "a column without its name": (
        head("theme", "name@ca", None),
        ["small.xlsx:theme!A1 LP-BOOK-COLUMN", "small.xlsx:theme!C1 LP-COLUMN-EMPTY"],
    ),
    "a workbook that forgot what it was": (without("_left"), ["small.xlsx LP-BOOK-ORIGIN"]),
    "a translation of a record that is none": (
        lambda book: book["_translations"].append(["theme/nothing", "name", "A", "B"]),
        ["small.xlsx:_translations!C2 LP-BOOK-RECORD", "small.xlsx:_translations!D2 LP-BOOK-RECORD"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_cannot_be_taken_is_told_with_its_place_and_nothing_is_written(desk: Desk, name: str) -> None:
    change, expected = TOLD[name]
    before = desk.files()
    # What could be taken is not written either.
    desk.edit(together(put("scheme", "policy-theme", "name@en", "Changed"), change))
    outcome = desk.back()
    assert said(outcome) == expected
    assert outcome.code == 1
    assert outcome.out.endswith("small.xlsx: nothing was written. Correct what is told above, and import again.\n")
    assert "'Changed'" not in outcome.out
    assert desk.files() == before


KEPT: dict[str, tuple[Callable[[Any], Any], list[str]]] = {
    "a number without its zeros": (
        put("project", "harbour", "budget.value", 120000.5),
        ["small.xlsx:project!R2 LP-BOOK-TYPED"],
    ),
    "a date that shows a month": (put("project", "harbour", "start", DAY, "yyyy-mm"), []),
    "a sheet that is missing": (without("theme"), ["small.xlsx LP-BOOK-SHEET"]),
    "a sheet of the curator's own": (
        lambda book: book.create_sheet("My notes").append(["x"]),
        ["small.xlsx:'My notes' LP-SHEET-NAME"],
    ),
    "the column of places that was removed": (head("evidence", "_row", None), []),
    "rows that were sorted without the column of places": (sort_without_places, []),
    "what is hidden": (hide, ["small.xlsx:city!C1 LP-SHEET-HIDDEN", "small.xlsx:theme LP-SHEET-HIDDEN"]),
    "a column that was removed": (
        lambda book: book["theme"].delete_cols(3),
        ["small.xlsx:theme!A1 LP-BOOK-COLUMN"],
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_no_change_is_none_and_told_where_it_may_mislead(desk: Desk, name: str) -> None:
    change, expected = KEPT[name]
    before = desk.files()
    desk.edit(change)
    if name.startswith("the column"):
        desk.edit(lambda book: book["evidence"].delete_cols(book["evidence"].max_column))
    outcome = desk.back()
    assert said(outcome) == expected
    assert "nothing was changed" in outcome.out
    assert (outcome.code, desk.files()) == (0, before)


def test_a_formula_counts_for_what_it_comes_to(desk: Desk) -> None:
    def formula(value: str) -> None:
        with zipfile.ZipFile(desk.book) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(desk.book, "w") as archive:
            for name, data in parts.items():
                cell = rb'<c r="C3"[^>]*>(?:<is><t>Marella</t></is>|<f>A1</f><v>Marella</v>)</c>'
                into = f'<c r="C3" t="str"><f>A1</f><v>{value}</v></c>'.encode()
                archive.writestr(name, re.sub(cell, into, data))

    before = desk.files()
    formula("Marella")
    assert "nothing was changed" in desk.back().out
    formula("Bay")
    assert "city/marella name@en: 'Marella' → 'Bay'" in desk.back().out
    assert desk.files()["city.csv"] == before["city.csv"].replace(b"City,Marella,", b"City,Bay,")


def test_what_stands_for_a_text_that_is_too_long_is_no_text(tmp_path: Path) -> None:
    folder = filled(tmp_path, ["x" * (LONGEST + 1), "short"])
    leaves(folder, tmp_path / "p.xlsx")
    book: Any = openpyxl.load_workbook(tmp_path / "p.xlsx")
    sentence = at(book, "theme", "t0", "name@en").value
    assert sentence.startswith(f"[not in this workbook: {LONGEST + 1} characters, kept in the table] xxx")
    at(book, "theme", "t1", "name@en").value = sentence
    book.save(tmp_path / "p.xlsx")
    assert comes_back(tmp_path / "p.xlsx", folder) == ["LP-BOOK-STANDS"]
    at(book, "theme", "t1", "name@en").value = "short"
    at(book, "theme", "t0", "name@en").value = "Short as well"
    book.save(tmp_path / "p.xlsx")
    (change,) = comes_back(tmp_path / "p.xlsx", folder)
    assert change.endswith("data/theme.csv:2:4 name@en")


def test_a_sheet_that_was_emptied_takes_no_table_with_it(desk: Desk) -> None:
    before = desk.files()

    def empty(book: Any) -> None:  # noqa: ANN401 - a workbook
        for row in book["city"].iter_rows(min_row=2):
            for cell in row[:-1]:
                cell.value = None

    desk.edit(empty)
    assert desk.back().codes == ["LP-BOOK-DELETED", "LP-BOOK-DELETED"]
    outcome = desk.back("--delete")
    assert (outcome.code, said(outcome)) == (1, ["small.xlsx:city LP-BOOK-ALL"])
    assert desk.files() == before


def test_a_cell_that_both_sides_changed_is_told_with_both_texts(desk: Desk) -> None:
    desk.edit(together(put("city", "marella", "name@en", "Marella Bay"), put("city", "lakeside", "name@en", "Lake")))
    desk.small.edit("city.csv", "City,Marella,", "City,Marella Port,")
    before = desk.files()
    outcome = desk.back()
    assert outcome.code == 1
    (block,) = outcome.blocks
    assert block == (
        "small.xlsx:city!C3: name@en is 'Marella Bay' here, but meanwhile it was changed to 'Marella Port' in the "
        "table (data/city.csv:3:14). [LP-BOOK-BOTH]\nWrite what is right on both sides: here, and in the table."
    )
    assert desk.files() == before
    # What is the same on both sides is no change.
    desk.small.edit("city.csv", "Marella Port", "Marella Bay")
    assert desk.back().code == 0
    assert b"lakeside,,Lake," in desk.files()["city.csv"]


def test_a_change_to_a_row_that_somebody_removed_is_told(desk: Desk) -> None:
    desk.edit(put("city", "marella", "name@en", "Bay"))
    lines = desk.files()["city.csv"].splitlines(keepends=True)
    desk.small.write("city.csv", b"".join(lines[:2]))
    outcome = desk.back()
    assert (outcome.code, said(outcome)) == (1, ["small.xlsx:city!C3 LP-BOOK-GONE"])


def test_a_translation_that_its_record_contradicts_is_told(small: Small) -> None:
    small.edit("theme.csv", "Water,Aigua,Agua", "Water,,")
    assert "1 texts lack" in run("export", "workbook", "p.xlsx").out

    def translate(in_sheet: str, among_translations: str) -> Outcome:
        book: Any = openpyxl.load_workbook("p.xlsx")
        at(book, "theme", "water", "name@ca").value = in_sheet
        book["_translations"]["D2"] = among_translations
        book["_translations"]["C2"] = None
        book.save("p.xlsx")
        return run("import", "workbook", "p.xlsx")

    assert translate("Aigües", "Aigua").codes == ["LP-BOOK-EMPTIED", "LP-BOOK-TRANSLATED"]
    assert translate("Aigua", "Aigua").code == 0
    assert "water,Water,Aigua,," in (small.folder / "theme.csv").read_text("utf-8")


def test_a_table_that_is_no_csv_is_changed_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "tests/fixtures/kotka", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    assert run("export", "workbook", "k.xlsx").code == 0
    book: Any = openpyxl.load_workbook("k.xlsx")
    at(book, "theme", "climate", "name@fi").value = "Ilmastonmuutos"
    at(book, "city", "kotka", "name@fi").value = "Kotkan kaupunki"
    book.save("k.xlsx")
    before = (tmp_path / "data/city.TSV").read_bytes()
    outcome = run("import", "workbook", "k.xlsx")
    assert (outcome.code, outcome.codes) == (1, ["LP-BOOK-FORMAT"])
    assert "data/theme.yaml:2:27: " in outcome.out
    assert "name@fi: 'Ilmasto' → 'Ilmastonmuutos'" in outcome.out
    assert (tmp_path / "data/city.TSV").read_bytes() == before
    yaml = tmp_path / "data/theme.yaml"
    yaml.write_text(yaml.read_text("utf-8").replace("fi: Ilmasto}", "fi: Ilmastonmuutos}"), "utf-8")
    assert run("import", "workbook", "k.xlsx").code == 0
    assert (tmp_path / "data/city.TSV").read_bytes() == before.replace(b"\tKotka\tCity", b"\tKotkan kaupunki\tCity")


def test_a_portfolio_whose_tables_are_a_workbook_is_told_which_cell_to_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("new", str(tmp_path / "w"), "--workbook").code == 0
    monkeypatch.chdir(tmp_path / "w")
    assert run("export", "workbook", "p.xlsx").code == 0
    assert "nothing was changed" in run("import", "workbook", "p.xlsx").out
    book: Any = openpyxl.load_workbook("p.xlsx")
    cell = book["project"].cell(2, 2)
    cell.value = "Greener"
    book.save("p.xlsx")
    outcome = run("import", "workbook", "p.xlsx")
    assert (outcome.code, said(outcome)) == (1, ["data/tables.xlsx:project!B2 LP-BOOK-FORMAT"])
