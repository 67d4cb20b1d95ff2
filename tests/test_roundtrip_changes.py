"""A workbook that comes back: what was changed in it is in the tables, and nothing else is."""

from __future__ import annotations

import csv
import errno
import io
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Small, run
from tests.desks import Desk, append, comes_back, filled, leaves, put, said, together

from linkedproj.importers.roundtrip.back import bring_back
from linkedproj.importers.roundtrip.held import held
from linkedproj.model.folder import open_folder
from linkedproj.system.outputs import replace_all
from linkedproj.tables.edits import Edits
from linkedproj.tables.readers.source import TableFile

if TYPE_CHECKING:
    from pathlib import Path

openpyxl = pytest.importorskip("openpyxl", reason="the extra 'spreadsheets' is not installed")


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


def add_finance(book: Any) -> None:  # noqa: ANN401 - a workbook
    sheet = book.create_sheet("finance")
    for row in (["id", "project", "value", "currency"], ["f1", "harbour", "12.50", "EUR"]):
        sheet.append(row)


def test_a_workbook_that_comes_back_twice_changes_nothing_more(desk: Desk) -> None:
    desk.edit(
        together(
            append("theme", id="rain", name_en="Rain", inScheme="policy-theme"),
            append("evidence", subject="project/orchard", predicate="theme", basis="curator"),
            put("city", "lakeside", "id", "lake"),
            lambda book: book["activity"].delete_rows(2),
            append("activity", id="talking", project="harbour"),
            add_finance,
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


# An import that is killed, without a warning, once it has put so many files in their place.
_KILLED = """
import os, signal, sys
from pathlib import Path
from linkedproj.cli import main

replace, left = Path.replace, int(sys.argv.pop(1))
def killed(self, target):
    global left
    done, left = replace(self, target), left - 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
Path.replace = killed
main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has this signal")
@pytest.mark.parametrize("moment", [1, 3])
def test_what_a_killed_import_left_undone_is_done_by_the_next(desk: Desk, moment: int) -> None:
    desk.edit(
        together(
            append("theme", id="rain", name_en="Rain", inScheme="policy-theme"),
            put("city", "lakeside", "id", "lake"),
            lambda book: book["activity"].delete_rows(2),
            put("project", "harbour", "start", "2019-04"),
            append("activity", id="talking", project="harbour"),
            add_finance,
        )
    )
    before = desk.files()
    asked = ["import", "workbook", desk.book.name, "--into", "data", "--delete", "--rename"]
    assert run(*asked).code == 0
    after = desk.files()
    assert len({name for name in after if after[name] != before.get(name)}) == 5
    for name in after:
        (desk.small.folder / name).unlink()
    for name, data in before.items():
        (desk.small.folder / name).write_bytes(data)
    child = subprocess.run([sys.executable, "-c", _KILLED, str(moment), *asked], cwd=desk.small.home, check=False)
    assert child.returncode == -signal.SIGKILL
    assert {name: data for name, data in desk.files().items() if name in after} not in (before, after)
    assert run(*asked).code == 0
    assert {name: data for name, data in desk.files().items() if name[0] != "."} == after


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
