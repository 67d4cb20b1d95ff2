"""Workbooks: a sheet is a table, and each cell is read as it was meant, or told; none becomes wrong data."""

from __future__ import annotations

import datetime as dt
import re
import resource
import subprocess
import sys
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from tests.test_input import road, said, themes

from linkedproj.tables.readers import READERS
from linkedproj.tables.readers.source import TableFile

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook
    from tests.conftest import Small

    from linkedproj.model.errors import Problem

openpyxl = pytest.importorskip("openpyxl", reason="the extra 'spreadsheets' is not installed")
unescape = pytest.importorskip("openpyxl.utils.escape").unescape

SHARED_STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"

HEAD = ["id", "name@en", "name@ca", "name@es", "definition@en", "definition@ca", "definition@es", "inScheme"]
SUN = ["sun", "Sun", "Sol", "Sol", "S.", "S.", "S.", "policy-theme"]


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Workbook:
    """Write a workbook; a value may be a pair of itself and its number format."""
    book: Workbook = openpyxl.Workbook()
    del book["Sheet"]  # the one that every new workbook has
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                cell = sheet.cell(line, column)
                cell.value, form = value if isinstance(value, tuple) else (value, "")
                cell.number_format = form or cell.number_format
    book.save(path)
    return book


def opendocument(path: Path, sheets: dict[str, str], styles: str = "") -> None:
    """Write a spreadsheet of OpenDocument; each sheet is given as its rows in XML."""
    names = ("office", "style", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    spaces += ' xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"'
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    tables = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets.items())
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:automatic-styles>{styles}'
        f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)


def ods_row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def ods_text(*texts: str) -> str:
    return "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
    )


def ods_cell(kind: str, value: str, shown: str, more: str = "") -> str:
    name = {"date": "date-value", "boolean": "boolean-value"}.get(kind, "value")
    stated = f'office:value-type="{kind}" office:{name}="{value}"'
    return f"<table:table-cell {stated} {more}><text:p>{shown}</text:p></table:table-cell>"


def cells(path: Path, sheet: str) -> tuple[list[list[str]], list[str]]:
    """Read a sheet: its cells as they are taken, and what is told as "cell code"."""
    problems: list[Problem] = []
    file = TableFile(path, "data/p", "project", sheet=sheet)
    rows = [[str(cell) for cell in row] for _, _, row in READERS[path.suffix].read(file, problems.append) if row]
    return rows, [f"{problem.place.cell} {problem.rule}" for problem in problems]


def test_a_sheet_is_a_table_beside_other_files(small: Small) -> None:
    workbook(small.folder / "portfolio.xlsx", {"theme.more": [HEAD, SUN], "_notes": [["anything"]], "Empty": []})
    found = road(small)
    assert (themes(found), said(found)) == (["learning", "sun", "water"], [])
    assert "small.example/id/theme/sun" in found.dumps["ntriples"]


def test_a_spreadsheet_of_libreoffice_is_read_alike(small: Small) -> None:
    rows = ods_row(ods_text(*HEAD)) + ods_row(ods_text(*SUN))
    blank = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    opendocument(small.folder / "portfolio.ods", {"theme.more": rows + blank, "Sheet2": blank})
    found = road(small)
    assert (themes(found), said(found)) == (["learning", "sun", "water"], [])


def test_a_sheet_alone_is_the_table_that_its_workbook_is_called_after(small: Small) -> None:
    workbook(small.folder / "theme.more.xlsx", {"Hoja1": [HEAD, SUN]})
    assert (themes(road(small)), said(road(small))) == (["learning", "sun", "water"], [])


def test_a_sheet_of_no_table_is_named(small: Small) -> None:
    workbook(small.folder / "portfolio.xlsx", {"Themes": [HEAD, SUN], "theme": [HEAD, SUN]})
    assert said(road(small)) == ["data/portfolio.xlsx:Themes LP-SHEET-NAME"]


def test_a_fault_is_placed_by_sheet_and_cell(small: Small) -> None:
    wrong = [*SUN[:7], "no-scheme"]
    workbook(
        small.folder / "portfolio.xlsx", {"theme": [[], HEAD, [], wrong], "scheme.b": [["id", "name@en"], ["x", "X"]]}
    )
    assert said(road(small)) == [
        "data/portfolio.xlsx:'scheme.b'!A1 LP-COLUMN-MISSING",
        "data/portfolio.xlsx:'scheme.b'!A1 LP-COLUMN-MISSING",
        "data/portfolio.xlsx:theme!H4 LP-LINK-DANGLING",
    ]


def test_a_title_above_the_header_of_a_sheet_is_told(small: Small) -> None:
    workbook(small.folder / "portfolio.xlsx", {"theme": [["Themes of 2020"], [], HEAD, SUN]})
    found = road(small)
    assert said(found) == ["data/portfolio.xlsx:theme!A1 LP-FILE-HEADER"]
    assert found.portfolio.problems[0].values["nearest"] == "3"


DAY = dt.datetime(2017, 11, 1)  # noqa: DTZ001 - a spreadsheet knows no zone
MEANT: dict[str, tuple[Any, str]] = {
    "a number": (103, "103"),
    "a whole number kept as a fraction": (8018.0, "8018"),
    "a number with noise": (0.1 + 0.2, "0.3"),
    "cents": (120000.5, "120000.5"),
    "a very small number": (0.0000001, "0.0000001"),
    "a number below zero": (-3, "-3"),
    "zeros before it": ((8018, "00000"), "08018"),
    "an amount of money": ((1234.5, '#,##0.00 "€"'), "1234.5"),
    "an amount with its currency": ((1234.5, '#,##0.00\\ "EUR"'), "1234.5"),
    "a text of digits": ("0012", "0012"),
    "a day": ((DAY, "yyyy-mm-dd"), "2017-11-01"),
    "a day in the style of a country": ((DAY, "dd/mm/yyyy"), "2017-11-01"),
    "a month": ((DAY, "yyyy-mm"), "2017-11"),
    "a month in words": ((DAY, "mmm\\-yy"), "2017-11"),
    "a month with its language": ((DAY, "[$-403]mmmm yyyy;@"), "2017-11"),
    "a year": ((DAY, "yyyy"), "2017"),
    "a moment": ((dt.datetime(2017, 11, 1, 9, 30), "yyyy-mm-dd hh:mm"), "2017-11-01T09:30:00"),  # noqa: DTZ001 - as above
    "yes": (True, "true"),
    "a text with a line end of Excel": ("one_x000D_\ntwo", "one\r\ntwo"),
}


@pytest.mark.parametrize("name", MEANT)
def test_a_cell_is_read_as_it_is_shown(tmp_path: Path, name: str) -> None:
    value, text = MEANT[name]
    workbook(tmp_path / "p.xlsx", {"project": [["id", "start"], ["a", value]]})
    assert cells(tmp_path / "p.xlsx", "project") == ([["a", text]], [])


TOLD: dict[str, tuple[Any, str]] = {
    "an error": ("#N/A", "LP-SHEET-ERROR"),
    "a formula without a value": ("=1+1", "LP-SHEET-FORMULA"),
    "a share": ((0.25, "0%"), "LP-SHEET-SHOWN"),
    "a number in words": ((12, '"ES-"0000'), "LP-SHEET-SHOWN"),
    "more digits than a spreadsheet keeps": (1234567890123456789, "LP-SHEET-SHOWN"),
    "a day without its year": ((DAY, "d mmm"), "LP-SHEET-SHOWN"),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_cell_that_has_no_certain_text_is_told_and_left_empty(tmp_path: Path, name: str) -> None:
    value, rule = TOLD[name]
    workbook(tmp_path / "p.xlsx", {"project": [["id", "start"], ["a", value]]})
    assert cells(tmp_path / "p.xlsx", "project") == ([["a", ""]], [f"B2 {rule}"])


def as_openpyxl_reads(path: Path, sheet: str) -> list[tuple[int, list[str]]]:
    """Read a sheet with the objects that openpyxl makes of each cell; of an error and a share, no text is taken."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened = openpyxl.load_workbook(path, read_only=True, data_only=True)[sheet]
        opened.reset_dimensions()
        rows = [(line, list(map(as_text, row))) for line, row in enumerate(opened.iter_rows(), 1)]
    told = [(line, row) for line, row in rows if any(row)]
    width = max(number for number, text in enumerate(told[0][1], 1) if text)
    return [(line, row[:width] + [""] * (width - len(row))) for line, row in told]


def as_text(cell: Any) -> str:  # noqa: ANN401 - one of the cell classes of openpyxl
    value, form = cell.value, cell.number_format
    if value is None or cell.data_type == "e" or form == "0%":
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return {"yyyy\\-mm": f"{value:%Y-%m}", "mm-dd-yy": f"{value:%Y-%m-%d}"}[form]
    if isinstance(value, int | float):
        return f"{value:.15g}".zfill(len(form) if form == "00000" else 0)
    return str(unescape(str(value)))


FORMATS = """
<numFmts count="2"><numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="yyyy\\-mm"/></numFmts>
"""
STYLES = "".join(f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0"/>' for number in (0, 164, 165, 14, 9))
SHARED = [
    "<t>id</t>",
    "<t>name</t>",
    "<t>more</t>",
    "<t>one_x000D_\ntwo</t>",
    "<t></t>",
    '<t xml:space="preserve"> a  b </t>',
    "<r><rPr><b/></rPr><t>in </t></r><r><t>fonts</t></r>",
    '<t>東</t><rPh sb="0" eb="1"><t>ひがし</t></rPh>',
    "<r/>",
    "",
]


def c(place: str, value: str | None = None, kind: str = "", style: int = 0, before: str = "") -> str:
    """Write a cell: its reference, what is stored, and of which kind it is said to be."""
    attributes = {"r": place, "t": kind, "s": str(style or "")}
    stated = "".join(f' {name}="{text}"' for name, text in attributes.items() if text)
    return f"<c{stated}>{before}{'' if value is None else f'<v>{value}</v>'}</c>"


def s(place: str, number: int, style: int = 0) -> str:
    """Write a cell of a shared text."""
    return c(place, str(number), "s", style)


def row(line: int | None, *of: str, more: str = "") -> str:
    number = f' r="{line}"' if line else ""
    return f"<row{number}{more}>{''.join(of)}</row>"


EACH_KIND = {
    "the header": row(2, s("A2", 0), s("B2", 1), s("C2", 2)),
    "shared texts": "".join(row(number, s(f"A{number}", number), s(f"C{number}", 3, 1)) for number in range(3, 10)),
    "shared texts that are none": row(12, c("A12", None, "s"), c("B12", "", "s"), s("C12", 1)),
    "no references": row(None, s("", 1), c("", "7"), s("", 3)),
    "some references": row(14, s("B14", 1), s("", 5)),
    "small letters": row(15, s("a15", 1), s("b15", 6)),
    "references of other rows": row(16, s("A3", 1), s("B99", 6)),
    "cells in no order": row(17, s("C17", 3), s("A17", 1), c("B17", "2")),
    "a cell twice": row(18, s("A18", 3), s("A18", 1)),
    "a row again": row(18, s("A18", 5)),
    "a row above": row(4, s("A4", 5)),
    "rows left out, then numbers": row(40, c("A40", "103"), c("B40", "8018", style=1), c("C40", "0.1", "n")),
    "days": row(41, c("A41", "43040", style=2), c("B41", "43040", style=3), c("C41", "-9e9", style=3)),
    "yes, a share, an error": row(42, c("A42", "1", "b"), c("B42", "0.25", style=4), c("C42", "#N/A", "e")),
    "texts within": row(
        43,
        c("A43", None, "inlineStr", before="<is><t>in_x0041_</t></is>"),
        c("B43", None, "inlineStr", before="<is><r><t>a</t></r><r><t>b</t></r></is>"),
        c("C43", None, "inlineStr"),
        c("D43", None, "inlineStr", before="<is><t/></is>"),
    ),
    "formulas": row(
        44,
        c("A44", "text_x0042_", "str", before="<f>A1</f>"),
        c("B44", "2", before="<f>1+1</f>"),
        c("C44", "1", "s", before="<f>B2</f>"),
    ),
    "formulas without values": row(
        45, s("A45", 1), c("B45", before="<f>1+1</f>"), c("C45", "", before="<f>1+1</f>"), c("D45", before="<f>1</f>")
    ),
    "a day of ISO": row(46, c("A46", "2017-11-01T00:00:00", "d", 3)),
    "a wide row": row(47, s("A47", 1), c("E47", "", "s")),
    "a hidden row": row(48, s("A48", 3), more=' hidden="1" ht="30"'),
    "rows of nothing": row(49) + row(50, c("A50"), c("B50", style=1)) + row(51, s("B51", 1)),
}
REFUSED = {
    "a reference without a row": s("A", 1),
    "a reference without a column": s("7", 1),
    "a reference that goes on": s("A1B2", 1),
    "a reference with signs": s("$A$3", 1),
    "a column beyond the last one": s("ZZZZ3", 1),
    "a style that is no number": '<c r="A3" s="x" t="s"><v>1</v></c>',
    "a text that is not there": s("A3", 999),
    "a text that has no number": c("A3", "one", "s"),
}


def in_xml(path: Path, rows: str, more: str = "") -> Path:
    """Write a workbook whose sheet is given as its rows in XML, with the texts and formats above."""
    workbook(path, {"project": [["id"]]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts["xl/worksheets/sheet1.xml"] = f"<worksheet {main}><sheetData>{rows}</sheetData>{more}</worksheet>"
    parts["xl/sharedStrings.xml"] = f"<sst {main}>{''.join(f'<si>{text}</si>' for text in SHARED)}</sst>"
    shared = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHARED_STRINGS}"/></Types>'
    types = re.sub('<Override PartName="/xl/sharedStrings.xml"[^>]*/>', "", parts["[Content_Types].xml"])
    parts["[Content_Types].xml"] = types.replace("</Types>", shared)
    styles = re.sub("<numFmts[^>]*/>", "", parts["xl/styles.xml"]).replace("<fonts", f"{FORMATS}<fonts", 1)
    parts["xl/styles.xml"] = re.sub("<cellXfs.*</cellXfs>", f"<cellXfs>{STYLES}</cellXfs>", styles, flags=re.DOTALL)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def as_we_read(path: Path, sheet: str) -> list[tuple[int, list[str]]]:
    file = TableFile(path, "data/p", "project", sheet=sheet)
    problems: list[Problem] = []
    rows = [(line, cells or [*names]) for names, line, cells in READERS[".xlsx"].read(file, problems.append)]
    assert not [problem for problem in problems if problem.rule == "LP-FILE-BOOK"]
    width = len(rows[0][1])
    return [(line, [str(cell) for cell in cells[:width]]) for line, cells in rows]


@pytest.mark.filterwarnings("ignore:Cell C41 is marked as a date")
def test_each_kind_of_cell_is_read_as_the_library_reads_it(tmp_path: Path) -> None:
    merged = '<mergeCells count="1"><mergeCell ref="A3:B4"/></mergeCells>'
    path = in_xml(tmp_path / "p.xlsx", "".join(EACH_KIND.values()), merged)
    assert as_we_read(path, "project") == as_openpyxl_reads(path, "project")


@pytest.mark.parametrize("name", REFUSED)
def test_a_cell_that_the_library_refuses_is_refused(tmp_path: Path, name: str) -> None:
    path = in_xml(tmp_path / "p.xlsx", EACH_KIND["the header"] + row(3, REFUSED[name]))
    with pytest.raises((ValueError, LookupError)):
        as_openpyxl_reads(path, "project")
    assert cells(path, "project") == ([], ["0:0 LP-FILE-BOOK"])


def test_a_text_that_became_a_date_is_told_and_a_date_is_not(small: Small) -> None:
    day = (DAY, "d/m/yyyy")
    head = ["id", "title@en", "title@ca", "title@es", "summary@en", "summary@ca", "summary@es", "acronym", "start"]
    row = ["p", "A", "B", "C", "A.", "B.", "C.", day, day]
    workbook(small.folder / "portfolio.xlsx", {"project": [head, row]})
    assert said(road(small)) == ["data/portfolio.xlsx:project!H2 LP-SHEET-DATE"]


def test_what_is_hidden_or_merged_is_told(small: Small) -> None:
    book = workbook(small.folder / "portfolio.xlsx", {"theme": [HEAD, SUN, ["moon", *SUN[1:]], ["star", *SUN[1:]]]})
    sheet = book["theme"]
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["F"].hidden = True
    sheet.merge_cells("H2:H4")
    book.save(small.folder / "portfolio.xlsx")
    found = road(small)
    assert said(found) == [
        "data/portfolio.xlsx:theme!F1 LP-SHEET-HIDDEN",
        "data/portfolio.xlsx:theme!H2 LP-SHEET-MERGED",
        "data/portfolio.xlsx:theme!A3 LP-SHEET-HIDDEN",
        "data/portfolio.xlsx:theme!H3 LP-CELL-REQUIRED",
        "data/portfolio.xlsx:theme!H4 LP-CELL-REQUIRED",
    ]


def test_a_hidden_sheet_is_told_when_it_is_called_like_a_table(small: Small) -> None:
    book = workbook(small.folder / "p.xlsx", {"_cover": [["x"]], "theme": [HEAD, SUN], "codes": [["x"]]})
    book["theme"].sheet_state = book["codes"].sheet_state = "hidden"
    book.save(small.folder / "p.xlsx")
    assert said(road(small)) == ["data/p.xlsx:theme LP-SHEET-HIDDEN"]


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_packed_part_without_measure_is_told_before_it_is_unpacked(small: Small, suffix: str) -> None:
    with (
        zipfile.ZipFile(small.folder / f"theme.more{suffix}", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("content.xml", "w") as part,
    ):
        for _ in range(33):
            part.write(b" " * (1 << 20))
    [told] = [block for block in small.run("check").blocks if "LP-FILE-BOOK" in block]
    assert "content.xml has 33 MiB when it is unpacked" in told


def test_a_row_below_the_last_one_that_there_can_be_is_told_in_bounded_time(small: Small) -> None:
    path = small.folder / "theme.more.xlsx"
    workbook(path, {"theme": [HEAD, SUN]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    # What reads the workbook makes up the rows that are left out before it.
    parts[sheet] = parts[sheet].replace(b'<row r="2"', b'<row r="9999999999"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    [told] = [block for block in small.run("check").blocks if "LP-FILE-BOOK" in block]
    assert "a row beyond the last one that a sheet can have (1,048,576)" in told


@pytest.mark.parametrize("name", ["p.xlsx", "p.ods"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id,name\n",
        b"PK\x03\x04 cut short",
        b"PK\x05\x06" + bytes(18),  # an archive of nothing
        b"\xd0\xcf\x11\xe0 with a password",
    ],
)
def test_what_is_no_workbook_is_told(small: Small, name: str, content: bytes) -> None:
    small.write(name, content)
    found = road(small)
    assert said(found) == [f"data/{name} LP-FILE-BOOK"]
    assert found.portfolio.incomplete == set(found.portfolio.schema.types)


MONTH = (
    '<number:date-style style:name="N1"><number:month/><number:text>/</number:text><number:year/></number:date-style>'
    '<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>'
)
ODS: dict[str, tuple[str, str]] = {
    "a number": (ods_cell("float", "103", "103"), "103"),
    "zeros before it": (ods_cell("float", "8018", "08018"), "08018"),
    "money": (ods_cell("currency", "1234.5", "1.234,50 €"), "1234.5"),
    "a day": (ods_cell("date", "2017-11-01", "1/11/17"), "2017-11-01"),
    "a month": (ods_cell("date", "2017-11-01", "11/2017", 'table:style-name="ce1"'), "2017-11"),
    "yes": (ods_cell("boolean", "true", "VERDADERO"), "true"),
    "a text with blanks": (ods_text('a<text:s text:c="2"/>b<text:line-break/>c'), "a  b\nc"),
    "a formula with its value": (ods_cell("float", "2", "2", 'table:formula="of:=1+1"'), "2"),
}


@pytest.mark.parametrize("name", ODS)
def test_a_cell_of_libreoffice_is_read_as_it_is_shown(tmp_path: Path, name: str) -> None:
    cell, text = ODS[name]
    opendocument(tmp_path / "p.ods", {"project": ods_row(ods_text("id", "x")) + ods_row(ods_text("a"), cell)}, MONTH)
    assert cells(tmp_path / "p.ods", "project") == ([["a", text]], [])


ODS_TOLD = {
    "an error": (ods_cell("string", "", "#N/A", 'calcext:value-type="error"'), "LP-SHEET-ERROR"),
    "an error of a formula": (ods_cell("float", "0", "Err:502", 'table:formula="of:=X"'), "LP-SHEET-ERROR"),
    "a share": (ods_cell("percentage", "0.25", "25 %"), "LP-SHEET-SHOWN"),
    "a formula without a value": ('<table:table-cell table:formula="of:=1+1"/>', "LP-SHEET-FORMULA"),
}


@pytest.mark.parametrize("name", ODS_TOLD)
def test_a_cell_of_libreoffice_without_a_certain_text_is_told(tmp_path: Path, name: str) -> None:
    cell, rule = ODS_TOLD[name]
    opendocument(tmp_path / "p.ods", {"project": ods_row(ods_text("id", "x")) + ods_row(ods_text("a"), cell)})
    assert cells(tmp_path / "p.ods", "project") == ([["a", ""]], [f"B2 {rule}"])


def test_what_is_hidden_merged_or_repeated_in_libreoffice(tmp_path: Path) -> None:
    rows = (
        '<table:table-column/><table:table-column table:visibility="collapse"/>'
        + ods_row(ods_text("id", "x", "y"))
        + '<table:table-row table:visibility="filter" table:number-rows-repeated="2">'
        + ods_text("a")
        + '<table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>b</text:p>'
        + "</table:table-cell></table:table-row>"
        + ods_row(
            ods_text("c"), '<table:table-cell table:number-columns-spanned="2"><text:p>d</text:p></table:table-cell>'
        )
    )
    opendocument(tmp_path / "p.ods", {"other": ods_row(ods_text("z")), "project": rows})
    assert cells(tmp_path / "p.ods", "project") == (
        [["a", "b", "b"], ["a", "b", "b"], ["c", "d", ""]],
        ["A2 LP-SHEET-HIDDEN", "B1 LP-SHEET-HIDDEN", "B4 LP-SHEET-MERGED"],
    )


def test_a_row_is_no_longer_than_a_row_can_be(tmp_path: Path) -> None:
    many = '<table:table-cell table:number-columns-repeated="99000" office:value-type="string"><text:p>b</text:p>'
    opendocument(
        tmp_path / "p.ods", {"project": ods_row(ods_text("id")) + ods_row(ods_text("a"), many + "</table:table-cell>")}
    )
    [row], _ = cells(tmp_path / "p.ods", "project")
    assert (row[0], len(row)) == ("a", 16_385)


def test_a_style_of_libreoffice_that_is_made_from_itself_shows_all_of_a_date(tmp_path: Path) -> None:
    circle = (
        '<style:style style:name="a" style:family="table-cell" style:parent-style-name="b"/>'
        '<style:style style:name="b" style:family="table-cell" style:parent-style-name="a"/>'
    )
    day = ods_cell("date", "2017-11-01", "1/11/17", 'table:style-name="a"')
    rows = ods_row(ods_text("id", "start")) + ods_row(ods_text("x"), day)
    opendocument(tmp_path / "p.ods", {"project": rows}, circle)
    assert cells(tmp_path / "p.ods", "project") == ([["x", "2017-11-01"]], [])


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            '<table:table-row table:number-rows-repeated="1000000">' + ods_text("id") + "</table:table-row>",
            "1,000,000 rows",
        ),
        (ods_row('<table:table-cell><text:p>id<text:s text:c="99999"/></text:p></table:table-cell>'), "99,999 blanks"),
    ],
)
def test_a_few_bytes_that_stand_for_much_text_are_told(small: Small, rows: str, told: str) -> None:
    opendocument(small.folder / "theme.more.ods", {"theme": rows})
    [problem] = [one for one in small.map().problems if one.rule == "LP-FILE-BOOK"]
    assert told in problem.values["detail"]


def test_reports_place_a_cell(small: Small) -> None:
    workbook(small.folder / "portfolio.xlsx", {"theme": [HEAD, [*SUN[:1], "#N/A", *SUN[2:]]]})
    place = "data/portfolio.xlsx:theme!B2"
    assert f"{place}: name@en holds the error #N/A" in small.run("check").out
    (problem, *_) = small.problems()
    assert (problem["file"], problem["sheet"], problem["name"]) == ("data/portfolio.xlsx", "theme", "B2")
    assert '"fullyQualifiedName": "theme!B2"' in small.run("check", "--format", "sarif").out
    assert "data/portfolio.xlsx:theme,2,2," in small.run("check", "--format", "csv").out
    assert f"file=data/portfolio.xlsx,title=LP-SHEET-ERROR::{place}: " in small.run("check", "--format", "github").out


def test_without_the_extra_one_sentence_says_what_to_install(small: Small) -> None:
    workbook(small.folder / "portfolio.xlsx", {"theme": [HEAD, SUN]})
    hide = "import sys; sys.modules['openpyxl'] = None; from linkedproj.cli import main; main(['check', 'data'])"
    done = subprocess.run([sys.executable, "-c", hide], cwd=small.home, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "linkedproj: data/portfolio.xlsx: one more package is needed to read workbooks. "
        "Install it with: pip install 'linkedproj[spreadsheets]'\n"
    )


@pytest.mark.slow
def test_a_long_workbook_is_read_in_flat_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("project")
    sheet.append(["id", "a", "b", "c"])
    for number in range(30_000):
        sheet.append([f"p{number}", "A text of some words", number, number / 7])
    book.save(tmp_path / "p.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    file = TableFile(tmp_path / "p.xlsx", "p.xlsx", "project", sheet="project")
    problems: list[Problem] = []
    assert len([line for _, line, _ in READERS[".xlsx"].read(file, problems.append)]) == 30_001
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


def test_a_spreadsheet_of_libreoffice_tells_its_vocabulary_alike(small: Small) -> None:
    from linkedproj.model.folder import open_folder

    listed = "".join(
        ods_row(ods_text(kind.table, *(name for name, *_ in open_folder(small.folder).schema.fillable(kind))))
        for kind in [open_folder(small.folder).schema.types["Theme"]]
    )
    sheets = {"theme.more": ods_row(ods_text(*HEAD)) + ods_row(ods_text(*SUN)), "_columns": listed}
    sheets["_codes"] = ods_row(ods_text("status", "role")) + ods_row(ods_text("planned", "partner"))
    path = small.folder / "portfolio.ods"
    opendocument(path, sheets)
    assert said(road(small)) == []
    space = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "meta.xml",
            f'<office:document-meta xmlns:office="{space.format("office")}" xmlns:meta="{space.format("meta")}">'
            '<office:meta><meta:user-defined meta:name="linkedproj vocabulary">0.0.9</meta:user-defined></office:meta>'
            "</office:document-meta>",
        )
    assert said(road(small)) == ["data/portfolio.ods LP-SHEET-OLD"]
