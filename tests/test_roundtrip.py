"""A portfolio as a workbook, and back: what nobody changed stays as it is, and what cannot be done is refused."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import ROOT, SMALL, Small, run
from tests.desks import Desk, at, comes_back, filled, leaves, put, said

from linkedproj.importers.roundtrip.back import bring_back
from linkedproj.importers.roundtrip.held import LONGEST, unheld
from linkedproj.model.errors import SetupError
from linkedproj.model.folder import open_folder

openpyxl = pytest.importorskip("openpyxl", reason="the extra 'spreadsheets' is not installed")

OFFICE = shutil.which("soffice")


# ---------------------------------------------------------------- nothing changed


@pytest.mark.parametrize(
    "folder",
    [SMALL, ROOT / "tests/fixtures/kotka", ROOT / "tests/fixtures/vilamar", ROOT / "data"],
    ids=["small", "kotka", "vilamar", "shipped"],
)
def test_what_nobody_changed_changes_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(folder, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()}
    assert run("export", "workbook", "p.xlsx").code == 0
    saved_again = openpyxl.load_workbook("p.xlsx")
    saved_again.save("again.xlsx")
    for name in ("p.xlsx", "again.xlsx"):
        outcome = run("import", "workbook", name)
        assert (outcome.code, outcome.out) == (0, f"{name}: nothing was changed in it. The tables are as they were.\n")
    assert {path: path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()} == before


NASTY = [
    "08018", "2017-11", "1-2", "1/2", "TRUE", "1e5", "+1", "12345678901234567890", "0.10", "50%", "#N/A", "#DIV/0!",
    "=1+1", "'quoted", "@x", "-", " before", "behind ", " ", "a\nb", "a\tb", "\n", "a\r\nb", "one; two",
    "😀👩‍👩‍👧", "שלום\u200f abc", "\ufeffx", "a\u00a0b", "e\u0301", "\u2028", "_x000D_", '<a>&amp;"', 'a "b", c',
    "\u0001", "\u0085", "x" * LONGEST, "x" * (LONGEST + 1), "😀" * (LONGEST // 2 + 1),
]  # fmt: skip


def test_texts_that_spreadsheets_turn_into_something_else_come_back_as_they_were(tmp_path: Path) -> None:
    folder = filled(tmp_path, NASTY)
    told = leaves(folder, tmp_path / "p.xlsx")
    assert told == ["LP-BOOK-HELD"] * 2 * sum(bool(unheld(text.replace("\r\n", "\n"))) for text in NASTY)
    assert len(told) == 2 * 5
    assert comes_back(tmp_path / "p.xlsx", folder) == []


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=40, max_size=120))
def test_any_texts_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    home = tmp_path_factory.mktemp("any")
    # A table is no text where a zero stands among its first bytes.
    folder = filled(home, [text.replace("\0", "") for text in texts])
    leaves(folder, home / "p.xlsx")
    assert comes_back(home / "p.xlsx", folder) == []


@pytest.mark.slow
@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not here: apt-get install libreoffice-calc-nogui")
def test_what_libreoffice_opens_and_saves_comes_back_as_it_was(tmp_path: Path) -> None:
    folders = {"nasty": filled(tmp_path, NASTY), "shipped": ROOT / "data"}
    for name, folder in folders.items():
        leaves(folder, tmp_path / f"{name}.xlsx")
    for target, suffix in (("xlsx:Calc MS Excel 2007 XML", ".xlsx"), ("ods", ".ods")):
        saved = tmp_path / suffix[1:]
        subprocess.run(
            [
                OFFICE or "", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
                "--convert-to", target, "--outdir", saved, *(tmp_path / f"{name}.xlsx" for name in folders),
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip
        for name, folder in folders.items():
            assert comes_back(saved / f"{name}{suffix}", folder) == [], f"{name}{suffix}"


# ---------------------------------------------------------------- what is in it


def test_a_sheet_says_what_its_columns_mean_and_offers_what_fits(left: Path) -> None:
    book: Any = openpyxl.load_workbook(left)
    visible = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    assert {path.stem for path in SMALL.glob("*.csv")} | {"_translations"} == {*visible}
    sheet = book["participation"]
    names = [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "B2"
    assert "The organisation that takes part" in sheet.cell(1, names.index("organisation") + 1).comment.text
    assert all(cell.number_format == "@" for row in sheet.iter_rows() for cell in row if cell.value is not None)
    offered = {
        str(each.sqref).rstrip("0123456789:").partition("2")[0]: each for each in sheet.data_validations.dataValidation
    }
    by_name: dict[str, Any] = {
        name: offered.get("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index]) for index, name in enumerate(names)
    }
    assert "'organisation'!$A$2" in by_name["organisation"].formula1
    assert by_name["role"].formula1.startswith("'_codes'!")
    assert not by_name["role"].showErrorMessage
    assert by_name["budget.currency"].showErrorMessage


def test_a_column_says_what_it_means_in_the_language_of_the_portfolio(tmp_path: Path) -> None:
    path = tmp_path / "k.xlsx"
    assert run("export", "workbook", str(path), "--data", str(ROOT / "tests/fixtures/kotka")).code == 0
    book: Any = openpyxl.load_workbook(path)
    heads = {cell.value: cell.comment.text for cell in book["project"][1] if cell.comment}
    assert "contract" in heads["contractNumber"].lower()
    # A text has a column for each language, though only one is in use.
    assert "summary@fi" in heads


def test_what_is_said_of_a_row_is_said_in_the_first_language_of_the_portfolio(small: Small) -> None:
    small.edit("portfolio.toml", 'languages = ["en", "ca", "es"]', 'languages = ["ca", "en", "es"]')
    assert run("export", "workbook", "p.xlsx").code == 0
    book: Any = openpyxl.load_workbook("p.xlsx")
    heads = {cell.value: cell.comment.text for cell in book["theme"][1] if cell.comment}
    assert heads["_row"].startswith("D'on ve la fila.")
    assert "obligatòria" in heads["id"]


@pytest.mark.parametrize("name", ["AgreementOfAVeryLongNameThatIsCutShort", "History"])
def test_a_table_whose_name_no_sheet_can_have_comes_back_as_well(small: Small, name: str) -> None:
    table = name.lower()
    (small.folder / "ontology").mkdir()
    base = f"https://data.example.org/id/{table}/"
    small.write(
        "ontology/context.jsonld",
        json.dumps(
            {"@context": {"own": "https://small.example/def#", name: {"@id": "own:X", "@context": {"@base": base}}}}
        ),
    )
    prefixes = "@prefix own: <https://small.example/def#> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    prefixes += "@prefix s: <https://w3id.org/linkedproj/shapes#> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    small.write("ontology/own.ttl", f"{prefixes}own:X a owl:Class .\n")
    shape = "own:XShape a sh:NodeShape ; sh:targetClass own:X ; sh:property s:name-text , s:label-name .\n"
    small.write("ontology/shapes.ttl", prefixes + shape)
    small.write(f"{table}.csv", "id,name@en\nx,X\n")
    assert run("export", "workbook", "p.xlsx").code == 0
    assert "nothing was changed" in run("import", "workbook", "p.xlsx").out
    book: Any = openpyxl.load_workbook("p.xlsx")
    assert table not in book.sheetnames
    (sheet,) = [sheet.title for sheet in book if sheet["A2"].value == "x"]
    assert len(sheet) <= 31
    at(book, sheet, "x", "name@en").value = "Y"
    book.save("p.xlsx")
    outcome = run("import", "workbook", "p.xlsx")
    assert f"data/{table}.csv:2:3: {table}/x name@en: 'X' → 'Y'" in outcome.out


def test_what_is_untranslated_is_a_row_for_the_translator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "tests/fixtures/kotka", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    assert "1 texts lack a translation" in run("export", "workbook", "k.xlsx").out
    book: Any = openpyxl.load_workbook("k.xlsx")
    rows = [[cell.value for cell in row] for row in book["_translations"].iter_rows()]
    assert rows == [
        ["record", "field", "en", "fi"],
        ["project/harbour-lights", "summary", "Quieter, darker quays.", None],
    ]
    book["_translations"]["D2"] = "Hiljaisemmat laiturit."
    book.save("k.xlsx")
    outcome = run("import", "workbook", "k.xlsx")
    assert outcome.out.splitlines() == [
        "data/project.csv:1: new column summary@fi",
        "data/project.csv:2: project/harbour-lights summary@fi: '' → 'Hiljaisemmat laiturit.'",
        "Written: 1 cell in 1 file. See what it comes to: linkedproj check",
    ]
    with (tmp_path / "data/project.csv").open(encoding="utf-8", newline="") as file:
        head, first, _ = csv.reader(file, delimiter=";")
    assert head[3:6] == ["summary@en", "summary@fi", "start"]
    assert first[4] == "Hiljaisemmat laiturit."


# ---------------------------------------------------------------- refusals


def test_a_workbook_of_another_portfolio_is_refused(desk: Desk) -> None:
    desk.small.edit("portfolio.toml", 'id = "small"', 'id = "other"')
    assert desk.back().codes == ["LP-BOOK-OTHER"]


def test_without_the_extra_one_sentence_says_what_to_install(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkedproj.importers.workbook.find_spec", lambda _: None)
    outcome = run("export", "workbook", "p.xlsx")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.endswith("Install it with: pip install 'linkedproj[spreadsheets]'\n")
    assert not (small.home / "p.xlsx").exists()


def test_what_is_too_large_for_a_workbook_is_refused(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkedproj.importers.roundtrip.leave.MOST_ROWS", 40)
    assert "the tables have 49 rows together; a workbook that comes back has 40 at most." in export_fails()
    monkeypatch.setattr("linkedproj.importers.roundtrip.leave.MOST_ROWS", 10)
    assert "the table evidence has 10 rows; a sheet has 9 at most." in export_fails()
    monkeypatch.undo()
    monkeypatch.chdir(small.home)
    wide = [f"_{number}" for number in range(5000)]
    small.write("scheme.csv", ",".join(["id", "name@en", *wide]) + "\n" + ",".join(["policy-theme", "X", *wide]) + "\n")
    assert "the table scheme has 5,004 columns, more than a workbook can take." in export_fails()


def export_fails() -> str:
    """Export what cannot be; give what is said, where nothing was written."""
    outcome = run("export", "workbook", "p.xlsx")
    assert (outcome.code, outcome.out) == (2, "")
    assert not Path("p.xlsx").exists()
    return outcome.err


def test_a_workbook_where_tables_lie_would_be_read_as_one(small: Small) -> None:
    outcome = run("export", "workbook", "data/p.xlsx")
    assert outcome.code == 2
    assert "in data a workbook is a table itself. Write it elsewhere." in outcome.err
    assert run("export", "workbook", "p.csv").code == 2
    assert not (small.home / "p.csv").exists()


def test_what_was_edited_is_not_overwritten_unless_that_is_asked_for(desk: Desk) -> None:
    before = desk.book.read_bytes()
    outcome = run("export", "workbook", "small.xlsx")
    assert outcome.code == 2
    assert "small.xlsx is there already. Import it first, or replace it with --overwrite." in outcome.err
    assert desk.book.read_bytes() == before
    assert run("export", "workbook", "small.xlsx", "--overwrite").code == 0


def test_tables_that_cannot_be_read_whole_are_told_and_not_exported(small: Small) -> None:
    small.edit("theme.csv", "water,Water,", "water,Water,more,")
    outcome = run("export", "workbook", "p.xlsx")
    assert outcome.code == 1
    assert "data/theme.csv:3" in outcome.err
    assert outcome.codes == ["LP-ROW-LONG"]
    assert not (small.home / "p.xlsx").exists()
    small.edit("theme.csv", "water,Water,more,", "water,Water,")
    assert run("export", "workbook", "p.xlsx").code == 0
    small.edit("theme.csv", "water,Water,", "water,Water,more,")
    assert run("import", "workbook", "p.xlsx").codes == ["LP-ROW-LONG"]


@pytest.mark.parametrize("content", [b"", b"id,name\n", b"PK\x03\x04 cut short"])
def test_what_is_no_workbook_is_told_when_it_comes_back(desk: Desk, content: bytes) -> None:
    desk.book.write_bytes(content)
    outcome = desk.back()
    assert (outcome.code, outcome.codes) == (1, ["LP-FILE-BOOK"])
    assert "does not exist" in run("import", "workbook", "none.xlsx", "--into", "data").err
    shutil.copyfile(desk.book, "small.pdf")
    refused = run("import", "workbook", "small.pdf", "--into", "data")
    assert refused.code == 2
    assert "small.pdf is no workbook that can be read. Its name ends in one of .xlsx, .xlsm, .ods." in refused.err


def test_files_that_are_open_in_a_spreadsheet_are_told(desk: Desk) -> None:
    desk.edit(put("city", "marella", "name@en", "Bay"))
    (desk.small.home / "~$small.xlsx").touch()
    for name in ("city", "theme"):
        (desk.small.folder / f".~lock.{name}.csv#").touch()
    outcome = desk.back()
    assert (outcome.code, said(outcome)) == (0, ["data/city.csv LP-BOOK-OPEN", "small.xlsx LP-BOOK-OPEN"])


def test_a_table_that_changes_while_it_is_compared_is_left_alone(desk: Desk) -> None:
    desk.edit(put("city", "marella", "name@en", "Bay"))
    plan = bring_back(desk.book, "small.xlsx", open_folder(desk.small.folder))
    desk.small.edit("city.csv", "By the sea.", "At the sea.")
    before = desk.files()
    with pytest.raises(SetupError, match="was changed meanwhile, and nothing is written"):
        plan.write()
    assert desk.files() == before
