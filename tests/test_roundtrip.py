"""A portfolio as a workbook, and back: what nobody changed stays as it is, and what cannot be taken is told."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import ROOT, SMALL, Outcome, Small, run

from linkedproj.importers.roundtrip.back import bring_back
from linkedproj.importers.roundtrip.held import LONGEST, held, unheld
from linkedproj.importers.roundtrip.leave import leave
from linkedproj.model.columns import Explained
from linkedproj.model.errors import SetupError
from linkedproj.model.folder import open_folder
from linkedproj.reports.model.tables import Model
from linkedproj.system.outputs import replace_all
from linkedproj.tables.edits import Edits
from linkedproj.tables.readers.source import TableFile

if TYPE_CHECKING:
    from collections.abc import Callable

openpyxl = pytest.importorskip("openpyxl", reason="the extra 'spreadsheets' is not installed")

OFFICE = shutil.which("soffice")
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


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export the small portfolio once, not to be written to."""
    path = tmp_path_factory.mktemp("left") / "small.xlsx"
    assert run("export", "workbook", str(path), "--data", str(SMALL)).code == 0
    return path


@pytest.fixture
def desk(small: Small, left: Path) -> Desk:
    """Lay a copy of the workbook beside the portfolio."""
    book = small.home / "small.xlsx"
    shutil.copyfile(left, book)
    return Desk(small, book)


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


# ---------------------------------------------------------------- what was changed, and nothing else


def test_a_change_is_told_and_no_other_byte_is_touched(desk: Desk) -> None:
    before = desk.files()
    desk.edit(
        together(
            put("project", "harbour", "start", "2019-04"),
            put("project", "orchard", "title@en", 'Orchard, "school"'),
            put("activity", "listening", "location", None),
        )
    )
    dry = desk.back("--dry-run")
    assert dry.out.endswith("It would write: 3 cells in 2 files.\n")
    assert desk.files() == before
    outcome = desk.back()
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "data/project.csv:2:99: project/harbour start: '2019-03' → '2019-04'",
        """data/project.csv:3:9: project/orchard title@en: 'Orchard, school' → 'Orchard, "school"'""",
        "data/activity.csv:2:81: activity/listening location: 'marella' → ''",
        "Written: 3 cells in 2 files. See what it comes to: linkedproj check",
    ]
    after = desk.files()
    assert {name for name in after if after[name] != before[name]} == {"project.csv", "activity.csv"}
    expected = before["project.csv"].replace(b"2019-03", b"2019-04").replace(b"Orchard, school", b'Orchard, ""school""')
    assert after["project.csv"] == expected
    assert after["activity.csv"] == before["activity.csv"].replace(b",marella,", b",,")
    assert desk.back().out == "small.xlsx: nothing was changed in it. The tables are as they were.\n"


def test_rows_that_were_sorted_or_filtered_and_columns_that_were_moved_are_no_change(desk: Desk) -> None:
    def shuffle(book: Any) -> None:  # noqa: ANN401 - a workbook
        for name in ("evidence", "city"):
            sheet = book[name]
            head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
            sheet.delete_rows(1, sheet.max_row)
            for row in [head, *reversed(rows)]:
                sheet.append(row)
        book["theme"].move_range("B1:B3", cols=20)
        book["organisation"].row_dimensions[3].hidden = True

    desk.edit(shuffle)
    outcome = desk.back()
    assert outcome.codes == ["LP-SHEET-HIDDEN"]
    assert "small.xlsx:organisation!A3" in outcome.out
    assert "nothing was changed" in outcome.out


def test_a_new_row_comes_behind_the_one_that_it_stands_below(desk: Desk) -> None:
    def insert(book: Any) -> None:  # noqa: ANN401 - a workbook
        sheet = book["theme"]
        sheet.insert_rows(3)
        for column, text in enumerate(["rain", "Rain", "Pluja", "Lluvia"], 1):
            sheet.cell(3, column, text)

    desk.edit(together(insert, append("city", id="porto", name_en="Porto", country="PRT")))
    outcome = desk.back()
    assert outcome.code == 0
    assert (
        "data/theme.csv:2: new row theme/rain: id 'rain', name@en 'Rain', name@ca 'Pluja', name@es 'Lluvia'"
        in outcome.out
    )
    assert [line.partition(b",")[0] for line in desk.files()["theme.csv"].splitlines()] == [
        b"id", b"learning", b"rain", b"water",
    ]  # fmt: skip
    assert desk.files()["city.csv"].endswith(b"\nporto,,Porto,,,,,,PRT,,\n")


def test_a_workbook_that_comes_back_twice_changes_nothing_more(desk: Desk) -> None:
    def add_table(book: Any) -> None:  # noqa: ANN401 - a workbook
        sheet = book.create_sheet("finance")
        for row in (["id", "project", "value", "currency"], ["f1", "harbour", "12.50", "EUR"]):
            sheet.append(row)

    desk.edit(
        together(
            append("theme", id="rain", name_en="Rain", inScheme="policy-theme"),
            append("evidence", subject="project/orchard", predicate="theme", basis="curator"),
            put("city", "lakeside", "id", "lake"),
            lambda book: book["activity"].delete_rows(2),
            append("activity", id="talking", project="harbour"),
            add_table,
        )
    )
    assert desk.back("--delete", "--rename").code == 0
    after = desk.files()
    outcome = desk.back("--delete", "--rename")
    assert outcome.out == "small.xlsx: nothing was changed in it. The tables are as they were.\n"
    assert desk.files() == after
    desk.small.edit("theme.csv", "rain,Rain", "rain,Rains")
    outcome = desk.back()
    assert (outcome.code, said(outcome)) == (1, ["small.xlsx:theme!B4 LP-BOOK-BOTH"])


def test_a_new_row_at_the_top_of_several_files_goes_where_it_stands(small: Small) -> None:
    small.write("theme.more.csv", '\ufeff"id";"name@en";"inScheme"\r\n"sun";"Sun";"policy-theme"\r\n')
    assert run("export", "workbook", "p.xlsx").code == 0
    book: Any = openpyxl.load_workbook("p.xlsx")
    names = [cell.value for cell in book["theme"][1]]
    rows = [{"id": "star", "name@en": "Star"}, {"id": "moon", "name@ca": "Lluna"}, {"id": "wind", "_row": "theme.csv"}]
    for row in rows:
        book["theme"].append([row.get(name) for name in names])
    book["theme"].insert_rows(2)
    book["theme"]["A2"] = "first"
    book.save("p.xlsx")
    outcome = run("import", "workbook", "p.xlsx")
    assert outcome.code == 0, outcome.out
    assert (small.folder / "theme.more.csv").read_bytes().decode("utf-8") == (
        '\ufeff"id";"name@en";"name@ca";"inScheme"\r\n"sun";"Sun";"";"policy-theme"\r\n'
        '"star";"Star";"";""\r\n"moon";"";"Lluna";""\r\n'
    )
    ids = [line.partition(",")[0] for line in (small.folder / "theme.csv").read_text("utf-8").splitlines()]
    assert ids == ["id", "first", "learning", "water", "wind"]


def test_a_row_that_is_gone_stays_in_the_table_until_that_is_asked_for(desk: Desk) -> None:
    before = desk.files()
    desk.edit(lambda book: (book["evidence"].delete_rows(3), book["city"].delete_rows(2)))
    outcome = desk.back()
    assert (outcome.code, outcome.codes) == (0, ["LP-BOOK-DELETED", "LP-BOOK-DELETED"])
    assert "data/city.csv:2: This row is not in the workbook any more: it stays in the table." in outcome.out
    assert desk.files() == before
    outcome = desk.back("--delete")
    assert (outcome.code, outcome.codes) == (0, [])
    assert "data/city.csv:2: row city/lakeside goes: id 'lakeside'" in outcome.out
    lines = before["evidence.csv"].splitlines(keepends=True)
    assert desk.files()["evidence.csv"] == b"".join([*lines[:2], *lines[3:]])


def test_rows_without_ids_are_found_again_after_the_table_was_changed(desk: Desk) -> None:
    def change(book: Any) -> None:  # noqa: ANN401 - a workbook
        sheet = book["evidence"]
        sheet.cell(7, [cell.value for cell in sheet[1]].index("note@en") + 1, "Counted back.")

    desk.edit(change)
    lines = desk.files()["evidence.csv"].splitlines(keepends=True)
    moved = [lines[0], b"project/orchard,theme,,,curator,,,,\n", *reversed(lines[1:])]
    desk.small.write("evidence.csv", b"".join(moved))
    assert desk.back().code == 0
    assert desk.files()["evidence.csv"] == b"".join(moved).replace(
        b"Counted back from the first lesson.", b"Counted back."
    )


def test_a_sheet_of_another_table_makes_its_file(desk: Desk) -> None:
    def add(book: Any) -> None:  # noqa: ANN401 - a workbook
        sheet = book.create_sheet("finance")
        for row in (["id", "project", "value", "currency"], ["f1", "harbour", "12.50", "EUR"]):
            sheet.append(row)

    desk.edit(add)
    outcome = desk.back()
    assert "data/finance.csv: new file" in outcome.out
    assert desk.files()["finance.csv"] == b"id,project,value,currency\nf1,harbour,12.50,EUR\n"


def test_ids_are_renamed_where_that_is_asked_for(desk: Desk) -> None:
    desk.edit(put("city", "lakeside", "id", "lake"))
    refused = desk.back()
    assert (refused.code, refused.codes) == (1, ["LP-BOOK-ID"])
    assert desk.back("--rename").code == 0
    assert desk.files()["city.csv"].splitlines()[1].startswith(b"lake,,Lakeside")


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 19), st.sampled_from(["name@en", "name@ca", "_note", "broader"])),
        st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=30),
        min_size=5,
        max_size=30,
    )
)
def test_any_edits_are_in_the_tables_afterwards_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, edits: dict[tuple[int, str], str]
) -> None:
    home = tmp_path_factory.mktemp("edits")
    folder, book = filled(home, [f"Theme, {number}" for number in range(20)]), home / "p.xlsx"
    leaves(folder, book)
    changed: Any = openpyxl.load_workbook(book)
    names = [cell.value for cell in changed["theme"][1]]
    changed["theme"].cell(1, len(names) + 1, "broader")
    expected = [
        {"id": f"t{number}", "name@en": text, "inScheme": "policy-theme", "_note": text}
        for number, text in enumerate(f"Theme, {number}" for number in range(20))
    ]
    for (row, column), text in edits.items():
        cell = changed["theme"].cell(row + 2, [*names, "broader"].index(column) + 1, text)
        cell.data_type = "s"
        expected[row][column] = text
    changed.save(book)
    plan = bring_back(book, "p.xlsx", open_folder(folder))
    assert plan.problems == []
    plan.write()
    with (folder / "theme.csv").open(encoding="utf-8", newline="") as file:
        found = [{name: text for name, text in row.items() if text} for row in csv.DictReader(file)]
    assert found == [{name: text for name, text in row.items() if text} for row in expected]
    assert comes_back(book, folder) == []


# ---------------------------------------------------------------- what is told, and becomes no wrong data


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


def said(outcome: Outcome) -> list[str]:
    """Give what is told as "place code", what may be hidden or missing included."""
    found = re.findall(r"^((?:'[^']*'|\S)+?): .*\[(LP-[A-Z-]+)\]$", outcome.out, re.MULTILINE)
    return [f"{place} {code}" for place, code in found]


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


def test_all_files_are_written_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there, new = tmp_path / "a.csv", tmp_path / "b.csv"
    there.write_bytes(b"old")
    with pytest.raises(OSError, match="too long"):
        replace_all({there: b"new", new: b"new", tmp_path / ("x" * 254): b"new"})
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.csv", b"old")]
    replace = type(there).replace

    def fails(path: Path, target: Path) -> Path:
        if target == last:
            raise OSError(errno.EIO, "the disk does not answer", str(target))
        return replace(path, target)

    last = tmp_path / "c.csv"
    last.write_bytes(b"old")
    monkeypatch.setattr(type(there), "replace", fails)
    with pytest.raises(OSError, match="does not answer"):
        replace_all({there: b"new", new: b"new", last: b"new"})
    monkeypatch.undo()
    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == [
        ("a.csv", b"old"),
        ("c.csv", b"old"),
    ]
    last.unlink()
    replace_all({there: b"new", new: b"new"})
    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == [
        ("a.csv", b"new"),
        ("b.csv", b"new"),
    ]


# ---------------------------------------------------------------- a table changed in place


def edited(path: Path, **changes: Any) -> str:  # noqa: ANN401 - what is to be changed
    edits = Edits(TableFile(path, path.name, "theme"))
    for name, value in changes.items():
        setattr(edits, name, value)
    return edits.applied().decode("utf-8")


def test_line_ends_quotation_marks_blank_rows_and_the_mark_stay(tmp_path: Path) -> None:
    path = tmp_path / "theme.csv"
    text = '\ufeff\r\n"id",a,b\r\n\r\n"x","1",2\n,,\n"y\r\nz",3,"4"'
    path.write_bytes(text.encode("utf-8"))
    assert edited(path, cells={(4, "b"): "5"}) == text.replace('"1",2', '"1",5')
    assert edited(path, cells={(4, "a"): "6"}) == text.replace('"1"', '"6"')
    assert edited(path, cells={(4, "a"): ""}) == text.replace('"1"', "")
    assert edited(path, cells={(6, "id"): "q\nr"}) == text.replace("y\r\nz", "q\r\nr")
    assert edited(path, rows=[(6, {"id": "n", "b": "1,5"})]) == text + '\r\nn,,"1,5"\r\n'
    assert edited(path, rows=[(0, {"id": "n"})]) == text.replace("a,b\r\n", "a,b\r\nn,,\r\n")
    assert edited(path, gone={4}) == text.replace('"x","1",2\n', "")
    assert edited(path, columns=[("c", "a")], cells={(4, "c"): "7"}) == (
        '\ufeff\r\n"id",a,c,b\r\n\r\n"x","1",7,2\n,,,\n"y\r\nz",3,,"4"'
    )


SIGNS = ["a", "b", " ", ",", ";", '"', "\n", "\r\n", "\t", "=", "é", "😀"]
cells = st.lists(st.sampled_from(SIGNS), max_size=6).map("".join)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=5),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
    new=cells,
    where=st.tuples(st.integers(0, 4), st.integers(0, 2)),
)
def test_one_cell_changes_and_all_others_are_read_as_before(  # noqa: PLR0913, PLR0917 - what a table is made of
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    quoting: Any,  # noqa: ANN401 - a constant of the module
    end: str,
    new: str,
    where: tuple[int, int],
) -> None:
    at_row, at_column = where[0] % len(rows), where[1]
    names = ["id", "name", "note"]
    out = io.StringIO()
    csv.writer(out, quoting=quoting, lineterminator=end).writerows([names, *rows])
    path = tmp_path_factory.getbasetemp() / "edited.csv"
    path.write_bytes(out.getvalue().encode("utf-8"))
    reader = csv.reader(io.StringIO(out.getvalue(), newline=""))
    lines = [1, *(reader.line_num + 1 for _ in reader)]
    text = edited(path, cells={(lines[1 + at_row], names[at_column]): new})
    expected = [list(row) for row in rows]
    expected[at_row][at_column] = new
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert [[held(cell) for cell in row] for row in found] == [
        [held(cell) for cell in row] for row in [names, *expected]
    ]
