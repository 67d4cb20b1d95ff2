"""`linkedproj import`: each row ends somewhere, nothing dubious becomes data, and what people decide is kept."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from tests.conftest import Outcome, run

from linkedproj.importers.source.loading import shipped_importers
from linkedproj.importers.source.matching import Alike, pairs

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


# ----- people and sources


def test_edits_by_hand_are_kept_and_a_conflict_is_a_row_to_decide(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    rows = table(into / "project.keep-eu.csv")
    rows[0]["title@en"], rows[0]["url"] = "Quays, green again", ""
    write(into / "project.keep-eu.csv", rows)
    newer = keep(tmp_path, [QUAYS | {"Project Name": "Greener quays", "Project end": "2020/01/31"}], [COUNCIL])
    done = imported(into, "keep-eu", newer)
    row = table(into / "project.keep-eu.csv")[0]
    assert (row["title@en"], row["url"], row["end"]) == ("Quays, green again", "", "2020-01-31")
    assert "project/quays: end '2019-09-30' is now '2020-01-31'" in done.out
    asked = reviewed(into, "conflict")
    assert [(each["value"], each["other"]) for each in asked] == [("Quays, green again", "Greener quays")]
    imported(into, "keep-eu", newer)
    assert len(reviewed(into, "conflict")) == 1
    answer(into, "conflict", "source")
    imported(into, "keep-eu", newer)
    assert table(into / "project.keep-eu.csv")[0]["title@en"] == "Greener quays"
    once = everything(into)
    imported(into, "keep-eu", newer)
    assert everything(into) == once


def test_a_conflict_that_is_decided_for_the_curator_is_not_asked_again(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    rows = table(into / "project.keep-eu.csv")
    rows[0]["title@en"] = "Mine"
    write(into / "project.keep-eu.csv", rows)
    newer = keep(tmp_path, [QUAYS | {"Project Name": "Theirs"}], [COUNCIL])
    imported(into, "keep-eu", newer)
    answer(into, "conflict", "mine")
    for _ in range(2):
        done = imported(into, "keep-eu", newer)
        assert table(into / "project.keep-eu.csv")[0]["title@en"] == "Mine"
        assert "to decide: nothing" in done.out


def test_what_a_source_has_no_more_stays_until_it_is_let_go(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS, QUAYS | {"Acronym": "GONE"}], [COUNCIL]))
    smaller = keep(tmp_path, [QUAYS], [COUNCIL])
    imported(into, "keep-eu", smaller)
    assert "gone" in {row["id"] for row in table(into / "project.keep-eu.csv")}
    answer(into, "gone", "remove", record="project/gone")
    imported(into, "keep-eu", smaller)
    assert "gone" not in {row["id"] for row in table(into / "project.keep-eu.csv")}


def test_names_only_propose_and_an_answer_is_kept_and_followed(tmp_path: Path) -> None:
    into = tmp_path / "p"
    other = COUNCIL | {"Project Partner": "Exampleford City Council Ltd.", "Town": "EXAMPLEFORD", "Lead Partner": "No"}
    file = keep(tmp_path, [QUAYS], [COUNCIL, other])
    imported(into, "keep-eu", file)
    assert len(table(into / "organisation.keep-eu.csv")) == 2
    asked = [row for row in reviewed(into, "same") if row["table"] == "organisation"]
    assert [(row["score"], row["answer"]) for row in asked] == [("100", "")]
    answer(into, "same", "no", table="organisation")
    imported(into, "keep-eu", file)
    differs = [row["differentFrom"] for row in table(into / "organisation.keep-eu.csv")]
    assert sorted(differs) == ["", "organisation/exampleford-city-council"]
    answer(into, "same", "yes", table="organisation")
    imported(into, "keep-eu", file)
    assert [row["id"] for row in table(into / "organisation.keep-eu.csv")] == ["exampleford-city-council"]
    assert {row["organisation"] for row in table(into / "participation.keep-eu.csv")} == {"exampleford-city-council"}
    assert run("check", str(into)).code == 0


def test_two_sources_about_one_project_become_one_with_both_values_each_with_its_source(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    nets = tmp_path / "TinyNetworks.csv"
    nets.write_text("Code_Network;Name;Description;Start;End\n7;Quays;A network;2015;2018\n", "utf-8")
    imported(into, "urbact", nets)
    assert len(table(into / "project.urbact.csv")) == 1
    assert [row["table"] for row in reviewed(into, "same")] == ["project"]
    answer(into, "same", "yes", table="project")
    imported(into, "urbact", nets)
    project = table(into / "project.keep-eu.csv")[0]
    assert (project["start"], project["end"], project["readIn"]) == ("2015-10-27", "2019-09-30", "keep-eu; urbact")
    assert project["identifier"] == "urbact-7"
    assert not table(into / "project.urbact.csv")
    beside = {(row["predicate"], row["object"], row["rank"]) for row in table(into / "evidence.urbact.csv")}
    assert {("start", "2015", "normal"), ("end", "2018", "normal")} <= beside
    checked = run("check", str(into))
    assert checked.code == 0, checked.out
    assert "evidence: 100 %" in checked.out
    once = everything(into)
    imported(into, "urbact", nets)
    imported(into, "keep-eu", tmp_path / "keep.xlsx")
    assert everything(into) == once


def test_a_check_names_the_cell_of_the_source_beside_that_of_the_table(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    rows = table(into / "project.keep-eu.csv")
    rows[0]["end"] = "2015-01-01"
    write(into / "project.keep-eu.csv", rows)
    told = next(block for block in run("check", str(into)).blocks if "LP-DATE-ORDER" in block)
    assert "See also keep.xlsx:'Projects (lead partners)'!" in told


def test_an_identifier_of_two_records_is_taken_from_both_until_somebody_says_whose_it_is(tmp_path: Path) -> None:
    into = tmp_path / "p"
    members = tmp_path / "TinyMemberships.csv"
    members.write_text(
        "Code_Network;NameCity;Country;City.Statut;geonameId;lng_GN;lat_GN\n"
        "7;Exampleford;UK;Lead Partner;990001;-1,5;52,5\n"
        "7;Little Exampleford;UK;Partner;990001;-1,5;52,5\n"
        "7;Probestadt;GR;Partner;GN00;NA;NA\n",
        "utf-8",
    )
    imported(into, "urbact", members)
    cities = {row["id"]: row for row in table(into / "city.urbact.csv")}
    assert {row.get("sameAs", "") for row in cities.values()} == {""}
    assert cities["exampleford"]["centroid"] == "POINT(-1.5 52.5)"
    assert cities["probestadt"]["country"] == "GRC"
    assert [row["value"] for row in reviewed(into, "value")] == ["GN00"]
    answer(into, "identifier", "exampleford")
    imported(into, "urbact", members)
    cities = {row["id"]: row for row in table(into / "city.urbact.csv")}
    assert cities["exampleford"]["sameAs"] == "https://sws.geonames.org/990001/"
    assert cities["little-exampleford"]["sameAs"] == ""


def test_languages_that_a_portfolio_does_not_know_yet_are_told(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    settings = into / "portfolio.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('further-languages = ["und", ', 'further-languages = ["fi", '), "utf-8"
    )
    done = imported(into, "keep-eu", tmp_path / "keep.xlsx")
    assert 'note: write further-languages = ["fi", "und-x-lang1", "und-x-lang2", "und-x-lang3", "und"]' in done.out


# ----- comparing names


def alike(*names: str, place: str = "Exampleford", within: str = "IRL") -> list[Alike]:
    return [Alike(f"{number}", (name,), within, (place,)) for number, name in enumerate(names)]


COMMON = [f"Harbour office of district {word}" for word in ("ash", "birch", "cedar", "elder", "fir", "hazel", "larch")]


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Exampleford Activa SA SPM", "EXAMPLEFORD ACTIVA, S.A. SPM", "equal"),
        ("Institut d'Urbanisme", "INSTITUT D URBANISME", "equal"),
        ("Regional Management Tramuntana", "Regionalmanagement Tramuntana GmbH", "equal"),
        ("TRAMUNTANA, S.COOP", "Tramuntana SCOOP", "equal"),
        ("Fundació Tramuntana", "Tramuntana", "part"),
        ("Exampleford", "Exampleford Port Authority", ""),
        ("University of Exampleford", "University of Probestadt", ""),
    ],
)
def test_a_part_of_a_name_needs_a_second_reason(one: str, other: str, kind: str) -> None:
    found = [pair for pair in pairs([*alike(one, other), *(Alike(n, (n,), "IRL", ("Elsewhere",)) for n in COMMON)])
             if {pair.one.key, pair.other.key} == {"0", "1"}]  # fmt: skip
    assert [pair.kind for pair in found] == ([kind] if kind else [])


def test_a_part_of_a_name_in_another_place_is_not_proposed() -> None:
    records = [*alike("Fundació Tramuntana"), Alike("x", ("Tramuntana",), "IRL", ("Probestadt",))]
    assert not list(pairs([*records, *(Alike(n, (n,), "IRL", ("Elsewhere",)) for n in COMMON)]))


def test_names_of_two_countries_are_not_compared() -> None:
    assert not list(pairs([*alike("Tramuntana"), Alike("x", ("Tramuntana",), "ESP", ())]))


# ----- importer files, and all that may be wrong with them


def test_all_faults_of_an_importer_are_told_each_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        """name = "Bad Name"
title = "Bad"
[[resources]]
name = "rows"
fields = [{ name = "a", typ = "number" }, { name = "b", type = "date" }, { name = "c", type = "date", format = "yy" }]
[[records]]
table = "project"
from = "row"
[records.columns]
"title@en" = { record = "nobody" }
""",
        "utf-8",
    )
    done = run("import", str(path), str(path), "--into", str(tmp_path / "p"))
    assert done.code == 2
    for told in (
        "'Bad Name' is no name", "'typ' is no word of an importer here. Did you mean 'type'?", "write its pattern",
        "'yy' is no pattern of dates", "there is no resource 'row'. Did you mean 'rows'?", "what tells records",
        "there are no records 'nobody'",
    ):  # fmt: skip
        assert told in done.err
    assert f"{path}:5:" in done.err
    assert not (tmp_path / "p").exists()


def test_an_unknown_importer_is_told_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n", "utf-8")
    done = run("import", "urbct", str(tmp_path / "a.csv"), "--into", str(tmp_path))
    assert done.code == 2
    assert "Did you mean 'urbact'?" in done.err


def test_another_layout_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "TinyNetworks.csv"
    path.write_text("Code_Netwrk;Name\n1;One\n", "utf-8")
    done = run("import", "urbact", str(path), "--into", str(tmp_path / "p"))
    assert done.code == 2
    assert "has no column 'Code_Network'. Did you mean 'Code_Netwrk'?" in done.err
    assert not (tmp_path / "p").exists()


def test_a_portfolio_brings_its_own_importer(tmp_path: Path) -> None:
    (tmp_path / "TinyNetworks.csv").write_text("Code_Network;Name\n1;One\n", "utf-8")
    imported(tmp_path / "p", "urbact", tmp_path / "TinyNetworks.csv")
    (tmp_path / "p/importers").mkdir()
    (tmp_path / "p/importers/mine.toml").write_text(
        'name = "mine"\ntitle = "Mine"\n[[resources]]\nname = "rows"\ndelimiter = ";"\n[[records]]\ntable = "project"\n'
        'from = "rows"\nkey = ["Code_Network"]\n[records.columns]\n"title@en" = "Name"\n',
        "utf-8",
    )
    imported(tmp_path / "p", "mine", tmp_path / "TinyNetworks.csv")
    assert table(tmp_path / "p/project.mine.csv")[0]["title@en"] == "One"


def test_every_shipped_importer_can_be_read() -> None:
    listed = run("import", "--list")
    assert listed.code == 0
    names = [line.split()[0] for line in listed.out.splitlines()]
    assert names == [*shipped_importers(), "workbook"]
    assert len(names) > 5


@pytest.mark.parametrize(
    ("source", "file"), [("kohesio", "kohesio.csv"), ("iati", "iati.xml"), ("cordis", "cordis.zip")]
)
def test_made_up_files_in_documented_layouts_become_sound_portfolios(tmp_path: Path, source: str, file: str) -> None:
    path = FIXTURES / file
    if source == "cordis":
        path = tmp_path / file
        with zipfile.ZipFile(path, "w") as archive:
            for name in ("101999001.xml", "project.csv", "organization.csv"):
                archive.write(FIXTURES / "cordis" / name, f"in/{name}")
    into = tmp_path / "p"
    imported(into, source, path)
    checked = run("check", str(into))
    assert checked.code == 0, checked.out
    assert "evidence: 100 %" in checked.out


def test_cordis_is_read_as_it_says_and_no_further(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cordis.zip", "w") as archive:
        for name in ("101999001.xml", "project.csv", "organization.csv"):
            archive.write(FIXTURES / "cordis" / name, f"in/{name}")
    into = tmp_path / "p"
    imported(into, "cordis", tmp_path / "cordis.zip")
    projects = {row["acronym"]: row for row in table(into / "project.cordis.csv")}
    assert projects["WILLOW"]["budget.value"] == ""
    assert projects["WILLOW"]["contribution.value"] == "250000"
    assert projects["SEDGE"]["budget.value"] == "1200000.5"
    money = [row for row in table(into / "finance.cordis.csv") if "999900002" in row["inParticipation"]]
    assert {row["kind"] for row in money} == {"net-eu-contribution"}
    roles = {row["organisation"]: row["role"] for row in table(into / "participation.cordis.csv")}
    assert roles["exampleford-city-council"] == "coordinator"
    assert "former-partner" in roles["probe-gmbh"]
    # One name, two identification codes: they are proposed, and stay two.
    twins = [row for row in table(into / "organisation.cordis.csv") if "twin" in row["id"]]
    assert len(twins) == 2
    assert any("twin" in row["record"].casefold() for row in reviewed(into, "same"))
    assert not [path for path in into.rglob("*.csv") if "Somebody Private" in path.read_text("utf-8")]
    assert {row["country"] for row in table(into / "city.cordis.csv")} == {"IRL", "DEU", "GRC", "GBR"}


# ----- much


@pytest.mark.road
@pytest.mark.skipif(sys.platform == "win32", reason="the system does not say how much memory a process took")
def test_memory_stays_flat_on_a_zip_of_19000_files(tmp_path: Path) -> None:
    one = (FIXTURES / "cordis/101999001.xml").read_text("utf-8")
    peaks = []
    for number in (1_900, 19_000):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            for each in range(number):
                archive.writestr(f"xml/{each}.xml", one.replace("101999001", str(each)))
        code = (
            "import resource, sys; from linkedproj.cli import main\n"
            "try: main(sys.argv[1:])\n"
            "except SystemExit: pass\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        command = [
            sys.executable,
            "-c",
            code,
            "import",
            "cordis",
            str(tmp_path / f"{number}.zip"),
            "--into",
            str(tmp_path / f"p{number}"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
        assert f"projects: {number:,} = {number:,} in records" in done.stdout
        peaks.append(int(done.stdout.splitlines()[-1]))
        shutil.rmtree(tmp_path / f"p{number}")
    assert peaks[1] < 1.6 * peaks[0]
