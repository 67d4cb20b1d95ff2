"""`linkedproj import`: each row ends somewhere, and nothing dubious becomes data."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import openpyxl
import pytest
from tests.conftest import run
from tests.imports import (
    COUNCIL,
    QUAYS,
    answer,
    everything,
    imported,
    keep,
    problems,
    repaired,
    reviewed,
    table,
)

if TYPE_CHECKING:
    from pathlib import Path

# ----- rows and cells


def test_each_row_ends_in_a_record_in_review_or_in_repairs_and_the_counts_are_printed(tmp_path: Path) -> None:
    nobody = COUNCIL | {"Project Partner": None}
    file = keep(tmp_path, [QUAYS, QUAYS], [COUNCIL, nobody])
    done = imported(tmp_path / "p", "keep-eu", file)
    assert "projects: 2 = 2 in records + 0 in review.csv + 0 in repairs.csv" in done.out
    assert "partners: 2 = 1 in records + 1 in review.csv + 0 in repairs.csv" in done.out
    assert [line for line in done.out.splitlines() if "nothing was read" in line] == [
        "note: nothing was read for 'calls': no file or sheet of it was named"
    ]
    assert [row["reason"] for row in reviewed(tmp_path / "p", "row")] == ["no record without Project Partner"]
    answer(tmp_path / "p", "row", "no")
    again = imported(tmp_path / "p", "keep-eu", file)
    assert "partners: 2 = 1 in records + 0 in review.csv + 1 in repairs.csv" in again.out


def test_an_import_is_sound_and_each_of_its_values_is_accounted_for(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    checked = run("check", str(into))
    assert checked.code == 0
    assert "evidence: 100 %" in checked.out
    assert not [each for each in problems(into) if each["severity"] == "error"]
    source = table(into / "source.keep-eu.csv")[0]
    assert source["readOn"] == "2026-11-30"
    assert len(source["sha256"]) == 64


def test_what_is_certain_is_repaired_and_each_repair_is_told_with_its_cell(tmp_path: Path) -> None:
    into = tmp_path / "p"
    late = QUAYS | {
        "Acronym": "LATE",
        "Project Name": "\u200bLate\u00a0tides ",
        "Description EN": None,
        "Website": None,
    }
    imported(into, "keep-eu", keep(tmp_path, [QUAYS, late], [COUNCIL]))
    rows = {row["acronym"]: row for row in table(into / "project.keep-eu.csv")}
    assert rows["QUAYS"]["summary@en"] == "Trees  on\nold quays"
    assert rows["QUAYS"]["url"] == "http://quays.example.org/north"
    assert rows["LATE"]["title@en"] == "Late tides"
    told = {row["rule"]: row["place"] for row in repaired(into)}
    assert told["html"] == "keep.xlsx:'Projects (lead partners)'!E2"
    assert told["address-without-scheme"] == "keep.xlsx:'Projects (lead partners)'!I2"
    assert "unseen-character" in told


def test_what_a_spreadsheet_would_run_is_shown_to_the_curator_as_text(tmp_path: Path) -> None:
    evil = QUAYS | {"Website": "@SUM(1)", "Budget": "-1e"}
    imported(tmp_path / "d", "keep-eu", keep(tmp_path, [evil], [COUNCIL]))
    cells = [cell for row in (*reviewed(tmp_path / "d"), *repaired(tmp_path / "d")) for cell in row.values()]
    assert [cell for cell in cells if cell[:1] in {"=", "@", "-", "+"}] == []
    assert {cell[:2] for cell in cells} >= {"'@", "'-"}


def test_numbers_and_missing_values_are_what_the_importer_declares(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL | {"Legal Status": "n/a"}]))
    project = table(into / "project.keep-eu.csv")[0]
    assert (project["budget.value"], project["contribution.value"]) == ("892228.58", "758394.29")
    assert not (into / "finance.keep-eu.csv").exists()
    body = table(into / "organisation.keep-eu.csv")[0]
    assert body["address.postCode"] == "8018"
    assert "legalStatus" not in body
    assert "note@und" not in table(into / "participation.keep-eu.csv")[0]


def test_a_figure_that_contradicts_another_is_held_back_until_somebody_decides(tmp_path: Path) -> None:
    into = tmp_path / "p"
    lost = QUAYS | {"Acronym": "LOST", "Budget": "588,017.84", "EU Funding": 499815164}
    back = QUAYS | {"Acronym": "BACK", "Project end": "2015/10/26"}
    file = keep(tmp_path, [lost, back], [COUNCIL])
    imported(into, "keep-eu", file)
    rows = {row["acronym"]: row for row in table(into / "project.keep-eu.csv")}
    assert rows["LOST"]["contribution.value"] == ""
    assert rows["BACK"]["end"] == ""
    asked = {row["column"]: row for row in reviewed(into, "contradiction")}
    assert asked["EU Funding"]["option"] == "499815.164"
    assert asked["EU Funding"]["place"] == "keep.xlsx:'Projects (lead partners)'!G2"
    answer(into, "contradiction", "499815.164", column="EU Funding")
    answer(into, "contradiction", "keep", column="Project end")
    imported(into, "keep-eu", file)
    rows = {row["acronym"]: row for row in table(into / "project.keep-eu.csv")}
    assert rows["LOST"]["contribution.value"] == "499815.164"
    assert rows["BACK"]["end"] == "2015-10-26"


def test_cells_that_a_spreadsheet_shows_otherwise_than_it_holds_them_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "List"
    sheet.append(["Name", "Start", "Code", "Cost", "Sum"])
    sheet.append(["One", dt.datetime(2017, 11, 1), 8018, "#DIV/0!", "=1+1"])  # noqa: DTZ001 - a sheet has no zone
    sheet["B2"].number_format, sheet["C2"].number_format = "yyyy-mm", "00000"
    sheet["D2"].data_type = "e"
    sheet.append(["Two", dt.datetime(2018, 2, 3), 103, 5, None])  # noqa: DTZ001 - as above
    sheet["B3"].number_format = "yyyy-mm-dd"
    sheet.append(["Three", None, None, None, None])
    sheet.row_dimensions[4].hidden = True
    sheet.merge_cells("A5:B5")
    sheet["A5"] = "Four"
    book.save(tmp_path / "list.xlsx")
    (tmp_path / "list.toml").write_text(
        """name = "list"
title = "A list"
[[resources]]
name = "rows"
path = "*.xlsx"
fields = [
  { name = "Start", type = "date", format = "dd/MM/yyyy" },
  { name = "Cost", type = "number", decimalChar = ",", groupChar = "." },
  { name = "Sum", type = "number" },
]
[[records]]
table = "project"
from = "rows"
key = ["Name"]
[records.columns]
"title@en" = "Name"
start = "Start"
acronym = "Code"
"budget.value" = { first = ["Cost", "Sum"] }
"budget.currency" = { value = "EUR", when = "Cost" }
"budget.kind" = { value = "total", when = "Cost" }
""",
        "utf-8",
    )
    into = tmp_path / "p"
    imported(into, str(tmp_path / "list.toml"), tmp_path / "list.xlsx")
    rows = {row["title@en"]: row for row in table(into / "project.list.csv")}
    assert rows["One"]["start"] == "2017-11"
    assert rows["One"]["acronym"] == "08018"
    assert rows["Two"]["start"] == "2018-02-03"
    assert rows["Two"]["acronym"] == "103"
    assert rows["One"]["budget.value"] == ""
    assert rows["Two"]["budget.value"] == "5"
    told = {row["place"]: row["reason"] for row in reviewed(into, "cell")}
    assert "an error of the spreadsheet" in told["list.xlsx:List!D2"]
    assert "no stored value" in told["list.xlsx:List!E2"]
    assert {row["rule"] for row in repaired(into)} >= {"lp-sheet-hidden", "lp-sheet-merged"}
    assert len(rows) == 4


def test_a_number_of_the_sheet_is_not_read_by_the_locale_of_its_texts(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Name", "Cost"])
    book.worksheets[0].append(["Typed", "1.234,50"])
    book.worksheets[0].append(["Number", 1234.5])
    book.worksheets[0].append(["English", "1,234.50"])
    book.save(tmp_path / "costs.xlsx")
    into = own(tmp_path, '{ name = "Cost", type = "number", decimalChar = ",", groupChar = "." }', "costs.xlsx")
    values = {row["title@en"]: row["budget.value"] for row in table(into / "project.own.csv")}
    assert values == {"Typed": "1234.50", "Number": "1234.5", "English": ""}
    assert [row["value"] for row in reviewed(into, "number")] == ["1,234.50"]


def own(folder: Path, field: str, file: str, resource: str = "") -> Path:
    """Import a file by an importer of its own, with one declared field."""
    (folder / "own.toml").write_text(
        f"""name = "own"
title = "Own"
[[resources]]
name = "rows"
{resource}
fields = [{field}]
[[records]]
table = "project"
from = "rows"
key = ["Name"]
[records.columns]
"title@en" = "Name"
"budget.value" = "Cost"
"budget.currency" = {{ value = "EUR", when = "Cost" }}
"budget.kind" = {{ value = "total", when = "Cost" }}
""",
        "utf-8",
    )
    imported(folder / "p", str(folder / "own.toml"), folder / file)
    return folder / "p"


def test_a_torn_row_is_told_and_shifts_no_cell(tmp_path: Path) -> None:
    text = 'Name;Cost\nOne;1\nTwo;2;3\nThree\n"Fo"ur;4\nFive;5\n'
    (tmp_path / "torn.csv").write_text(text, "utf-8")
    into = own(tmp_path, '{ name = "Cost", type = "number" }', "torn.csv", 'delimiter = ";"')
    assert [row["title@en"] for row in table(into / "project.own.csv")] == ["Five", "One"]
    places = sorted(row["place"] for row in reviewed(into, "row"))
    assert places == ["torn.csv:3", "torn.csv:4", "torn.csv:5"]


def test_an_encoding_is_declared_never_guessed(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_bytes("Name;Cost\nSão Exemplo – €;1\n".encode("cp1252"))
    with pytest.raises(AssertionError, match="not utf-8-sig"):
        own(tmp_path, '{ name = "Cost", type = "number" }', "old.csv", 'delimiter = ";"')
    assert not (tmp_path / "p").exists()
    into = own(tmp_path, '{ name = "Cost" }', "old.csv", 'delimiter = ";"\nencoding = "cp1252"')
    assert table(into / "project.own.csv")[0]["title@en"] == "São Exemplo – €"


def test_json_lines_and_json_are_read_by_paths(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"n": {"x": "One"}, "tags": ["b", "a"]}\n\n{"n": {"x": "Two"}, "c": 5.10}\n', "utf-8"
    )
    (tmp_path / "a.toml").write_text(
        """name = "a"
title = "A"
[[resources]]
name = "rows"
path = ["*.jsonl", "*.json"]
record = ""
fields = [{ name = "name", title = "n/x" }, { name = "c", type = "number", decimalChar = "," }]
[[records]]
table = "project"
from = "rows"
key = ["name"]
[records.columns]
"title@en" = "name"
"keyword@en" = "tags"
"budget.value" = "c"
"budget.currency" = { value = "EUR", when = "c" }
"budget.kind" = { value = "total", when = "c" }
""",
        "utf-8",
    )
    imported(tmp_path / "p", str(tmp_path / "a.toml"), tmp_path / "a.jsonl")
    rows = table(tmp_path / "p/project.a.csv")
    assert [(row["title@en"], row["keyword@en"], row["budget.value"]) for row in rows] == [
        ("One", "b; a", ""),
        ("Two", "", "5.10"),
    ]


# ----- ids


def test_ids_are_readable_where_they_can_be_and_never_collide(tmp_path: Path) -> None:
    names = ["EHEALTH", "Ehealth", "ΗΡΩΝ", 103, "I See", "I-SEE", "Pla d'Acció / 2"]
    file = keep(tmp_path, [QUAYS | {"Acronym": name} for name in names], [COUNCIL])
    imported(tmp_path / "p", "keep-eu", file)
    ids = {row["acronym"]: row["id"] for row in table(tmp_path / "p/project.keep-eu.csv")}
    assert len(set(ids.values())) == len(names)
    assert ids["103"] == "103"
    assert ids["Pla d'Acció / 2"] == "pla-d-accio-2"
    assert {ids["EHEALTH"], ids["Ehealth"]} > {"ehealth"}
    assert ids["ΗΡΩΝ"].startswith("project-")


def test_importing_twice_gives_the_same_bytes_here_and_elsewhere(tmp_path: Path) -> None:
    file = keep(tmp_path, [QUAYS, QUAYS | {"Acronym": "OTHER"}], [COUNCIL, COUNCIL | {"Acronym": "OTHER"}])
    imported(tmp_path / "a/p", "keep-eu", file)
    once = everything(tmp_path / "a/p")
    run("import", "keep-eu", str(file), "--into", str(tmp_path / "a/p"), "--read-on", "2027-01-01")
    assert everything(tmp_path / "a/p") == once
    imported(tmp_path / "b/p", "keep-eu", file)
    assert everything(tmp_path / "b/p") == once
