"""Files as people have them: each is read, or told once with what to do; none becomes wrong data.

The cases follow public reports about tools that do this job; each is a change of the small portfolio, mapped without
the shapes.
"""

from __future__ import annotations

import csv
import os
import re
import time
import unicodedata
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import ROOT, run
from tests.mapping import dump, told

from linkedproj.model.errors import Place, SetupError
from linkedproj.model.folder import open_folder
from linkedproj.model.lexical import UNSEEN, iri_fault, is_blank, recoded, respelled, trace_of_recoding
from linkedproj.model.schema import load_schema
from linkedproj.model.settings import load_config
from linkedproj.tables.folder import find_tables
from linkedproj.tables.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Small
    from tests.mapping import Road

    from linkedproj.model.errors import Problem
    from linkedproj.model.schema import Schema
    from linkedproj.tables.readers.source import TableFile

HEAD = "id,name@en,name@ca,name@es,definition@en,definition@ca,definition@es,inScheme,exactMatch"
SUN = "sun,Sun,Sol,Sol,S.,S.,S.,policy-theme,"


@cache
def schema() -> Schema:
    return load_schema(ROOT / "ontology", "https://small.example/")


def road(small: Small) -> Road:
    """Map the small portfolio as it was changed."""
    folder = open_folder(small.folder)
    return dump(small.folder, small.home, folder.schema, load_config(small.folder, "data"))


def tables(folder: Path) -> list[TableFile]:
    """List the tables of a folder in which nothing is wrong."""
    problems: list[Problem] = []
    found = find_tables(folder, "data", schema(), load_config(folder, "data"), problems.append)
    assert problems == []
    return found


def themes(found: Road) -> list[str]:
    return [row.id for row in found.portfolio.rows("Theme")]


def said(found: Road) -> list[str]:
    """Name the problems as "file:line:column code"; that values of added records have no evidence is left out."""
    problems = sorted(found.portfolio.problems, key=lambda problem: problem.order)
    return [f"{problem.place} {problem.rule}" for problem in problems if problem.rule != "LP-EVIDENCE-MISSING"]


# ---------------------------------------------------------------- the folder


READ = {
    "theme.more.CSV": f"{HEAD}\n{SUN}\n",
    "theme.more.tsv": f"{HEAD}\n{SUN}\n".replace(",", "\t"),
    "theme.more.TSV": f"{HEAD}\n{SUN}\n".replace(",", "\t"),
    "theme.more.ndjson": '{"id": "sun", "name": {"en": "Sun", "ca": "Sol", "es": "Sol"}}\n',
    "theme.more.JSONL": '{"id": "sun", "name": {"en": "Sun", "ca": "Sol", "es": "Sol"}}\n',
    "theme.more.Yaml": "- id: sun\n  name: {en: Sun, ca: Sol, es: Sol}\n",
}


@pytest.mark.parametrize("name", READ)
def test_a_table_is_read_whatever_the_letters_of_its_suffix(small: Small, name: str) -> None:
    small.write(name, READ[name])
    found = road(small)
    assert (themes(found), said(found)) == (["learning", "sun", "water"], [])


@pytest.mark.parametrize("name", ["theme.more.xls", "theme.txt", "theme", "budget.numbers", "theme.more.XLSB"])
def test_what_looks_like_a_table_and_is_not_read_is_named(small: Small, name: str) -> None:
    small.write(name, "id\nsun\n")
    found = road(small)
    assert said(found) == [f"data/{name} LP-FILE-FORMAT"]
    assert "Theme" in found.portfolio.incomplete


@pytest.mark.parametrize("name", ["notes.txt", "map.png", "budget"])
def test_what_is_no_table_is_noted_once(small: Small, name: str) -> None:
    small.write(name, b"\xff")
    assert said(road(small)) == [f"data/{name} LP-FILE-STRAY"]


ASIDE = [
    ".hidden.csv", "_theme.csv", "~$theme.xlsx", ".~lock.theme.ods#", "theme.csv~", "theme.csv.bak", "theme.orig",
    "README.md", "readme", "LICENSE", "Thumbs.db",
]  # fmt: skip


def test_what_is_left_out_on_purpose_is_not_named(small: Small) -> None:
    for name in ASIDE:
        small.write(name, b"\xff")
    for name in ("ontology", "queries", "old"):
        (small.folder / name).mkdir()
    assert said(road(small)) == []


def refused(small: Small) -> str:
    with pytest.raises(SetupError) as error:
        road(small)
    return str(error.value)


def test_entries_that_cannot_be_opened_are_all_named(small: Small) -> None:
    (small.folder / "theme.more.csv").mkdir()
    (small.folder / "city.more.yaml").symlink_to("nowhere")
    (small.folder / "scheme.more.csv").symlink_to("scheme.more.csv")
    os.mkfifo(small.folder / "source.more.csv")
    first, second, third, fourth = refused(small).splitlines()
    assert first.startswith("data/city.more.yaml: the file cannot be read: no such file or directory. ")
    assert second.startswith("data/scheme.more.csv: the file cannot be read: ")
    assert third.startswith("data/source.more.csv: this is no file that can be read. ")
    assert fourth.startswith("data/theme.more.csv: this is a folder, not a file. ")


@contextmanager
def as_somebody(small: Small) -> Iterator[None]:
    """Be somebody who may not read everything, as an administrator may."""
    small.home.chmod(0o755)
    if os.geteuid():
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("name", ["theme.csv", "portfolio.toml", "theme.more.yaml", "portfolio.xlsx"])
def test_a_file_that_may_not_be_read_is_one_sentence(small: Small, name: str) -> None:
    if not (small.folder / name).exists():
        small.write(name, "- id: sun\n")
    (small.folder / name).chmod(0)
    schema()
    with as_somebody(small), pytest.raises(SetupError) as error:
        tables(Path("data"))
    assert str(error.value).startswith(f"data/{name}: the file cannot be read: permission denied.")


@pytest.mark.parametrize(("name", "rule"), [("quote.csv", "LP-FILE-TABLE"), ("quote.xls", "LP-FILE-FORMAT")])
def test_a_type_inside_others_has_no_table(small: Small, name: str, rule: str) -> None:
    small.write(name, "id\nx\n")
    assert said(road(small)) == [f"data/{name} {rule}"]


def test_a_folder_without_records_never_passes(small: Small) -> None:
    for path in small.folder.glob("*.csv"):
        path.unlink()
    outcome = small.run("check")
    assert (outcome.code, outcome.codes[0]) == (1, "LP-FILE-NONE")
    assert "are fine" not in outcome.out


def test_the_workbooks_of_others_are_found_by_their_sheets_alone() -> None:
    assert {suffix for suffix, found in READERS.items() if found.sheets} == {".xlsx", ".xlsm", ".ods"}


# ---------------------------------------------------------------- the shape of a file


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_found_in_each_file(small: Small, delimiter: str) -> None:
    rows = list(csv.reader((small.folder / "theme.csv").read_text("utf-8").splitlines()))
    with (small.folder / "theme.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    found = road(small)
    assert (themes(found), said(found)) == (["learning", "water"], [])


def test_a_decimal_comma_and_another_order_of_days_are_refused_in_any_file(small: Small) -> None:
    text = (small.folder / "project.csv").read_text("utf-8")
    rows = list(csv.reader(text.replace("120000.50", "'").replace("2019-03", "1.3.2020").splitlines()))
    with (small.folder / "project.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([[c.replace("'", "120000,50") for c in row] for row in rows])
    assert [line.partition(" ")[2] for line in said(road(small))] == ["LP-CELL-DATE", "LP-CELL-DECIMAL"]


TITLES = {
    "what Excel writes for itself": ("sep=,\n", ","),
    "the same, with another delimiter": ("sep=;\n", ";"),
    "a title": ("Themes of the small portfolio\n", ","),
    "a title with empty cells": ("Themes,,,,,,,,\n", ","),
    "a comment": ("# exported 2020-03-01, by hand\n", ","),
    "two lines": ("Themes\nas of 2020\n", ","),
}


@pytest.mark.parametrize("name", TITLES)
def test_a_line_above_the_header_is_the_one_thing_that_is_said(small: Small, name: str) -> None:
    title, delimiter = TITLES[name]
    text = (small.folder / "theme.csv").read_text("utf-8").replace(",", delimiter)
    small.write("theme.csv", title + text)
    found = road(small)
    assert said(found) == ["data/theme.csv:1:1 LP-FILE-HEADER"]
    assert found.portfolio.problems[0].values["nearest"] == str(title.count("\n") + 1)


def test_a_table_without_any_known_column_is_one_problem(small: Small) -> None:
    small.write("theme.csv", "identifier:label\nsun:Sun\n")
    found = road(small)
    assert said(found) == ["data/theme.csv:1:1 LP-FILE-HEADER"]
    assert "nearest" not in found.portfolio.problems[0].values


def test_empty_lines_and_cells_around_a_table_are_nothing(small: Small) -> None:
    head, *rows = (small.folder / "theme.csv").read_text("utf-8").splitlines()
    small.write("theme.csv", "\n".join(["", ",,,", f"{head},,", *(f"{row},,,," for row in rows), ",,,,,,,,,,,,,"]))
    found = road(small)
    assert (themes(found), said(found)) == (["learning", "water"], [])


def test_a_cell_with_text_behind_the_last_column_is_told(small: Small) -> None:
    small.edit("theme.csv", "eurovoc.europa.eu/1", "eurovoc.europa.eu/1,,lost")
    assert said(road(small)) == ["data/theme.csv:3:105 LP-ROW-LONG"]


def test_a_cell_that_has_swallowed_rows_is_told(small: Small) -> None:
    rows = 'a1,A,A,A,"S.,S.,S.,policy-theme,\na2,A,A,A,S.,S.,S.,policy-theme,\na3,A,A,A,S.",S.,S.,policy-theme,\n'
    small.write("theme.csv", (small.folder / "theme.csv").read_text("utf-8") + rows)
    found = road(small)
    assert said(found) == ["data/theme.csv:4:10 LP-CELL-ROWS"]
    assert found.portfolio.problems[0].values == {"lines": "3", "delimiter": ","}


def test_prose_with_line_breaks_and_commas_is_not_taken_for_rows(small: Small) -> None:
    small.edit("theme.csv", "Sea and rain.", '"Sea, rain, rivers, lakes, springs,\nwells, ponds, brooks, and clouds."')
    assert said(road(small)) == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("name", ["theme.csv", "theme.more.yaml", "theme.more.json"])
def test_text_of_wide_characters_is_told_where_it_begins(small: Small, encoding: str, name: str) -> None:
    small.write(name, f"{HEAD}\n{SUN}\n".encode(encoding))
    problems = road(small).portfolio.problems
    assert [(problem.rule, problem.place.line) for problem in problems] == [("LP-FILE-ENCODING", 1)]


def test_records_that_could_not_be_read_are_not_counted_as_fine(small: Small) -> None:
    small.write("theme.csv", (small.folder / "theme.csv").read_text("utf-8").encode("cp1252"))
    outcome = small.run("check")
    assert "; 31 of the 31 records that could be read are fine." in outcome.out


# ---------------------------------------------------------------- what cannot be seen


def test_what_is_invisible_is_told_by_its_category() -> None:
    drawn = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    fillers = {0x34F, 0x115F, 0x1160, 0x3164, 0xFFA0, 0xFFFE, 0xFFFF, *range(0xFDD0, 0xFDF0)}
    blank = re.compile(f"[{UNSEEN}]")
    wrong = []
    for code in range(0x110000):
        character = chr(code)
        unseen = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"} and code not in drawn
        if bool(blank.match(character)) != ((unseen or code in fillers) and character != " "):
            wrong.append(f"U+{code:04X}")
    # Later versions of Unicode have more format characters for hieroglyphs.
    assert [name for name in wrong if not "U+13430" <= name <= "U+1345F"] == []


@pytest.mark.parametrize("nothing", ["\xa0", "\u200b", " ", "\u3000\ufeff", "\u3164", "\t", "\xad"])
def test_a_name_of_nothing_is_empty(small: Small, nothing: str) -> None:
    small.edit("theme.csv", "learning,Learning", f'learning,"{nothing}"')
    assert said(road(small)) == ["data/theme.csv:2:10 LP-CELL-REQUIRED"]


def test_an_optional_cell_of_nothing_is_not_published(small: Small) -> None:
    small.edit("theme.csv", "http://eurovoc.europa.eu/1", "\xa0\u200b")
    found = road(small)
    assert said(found) == []
    assert "\u200b" not in found.dumps["ntriples"]


@pytest.mark.parametrize("edge", ["\xa0", "\u3000", "\ufeff", "\u200b", "\u2009", "\t", " "])
def test_a_blank_of_any_kind_at_an_edge_is_told(small: Small, edge: str) -> None:
    small.edit("theme.csv", "Sea and rain.", f'"{edge}Sea and rain."')
    small.edit("theme.csv", "To know more.", f'"To know more.{edge}"')
    assert [line.partition(" ")[2] for line in said(road(small))] == ["LP-CELL-BLANK"] * 2


def test_a_blank_that_does_not_break_is_text_within_it(small: Small) -> None:
    small.edit("theme.csv", "Sea and rain.", "«\xa0Sea\xa0»")
    assert said(road(small)) == []


def test_messages_spell_out_what_cannot_be_seen_in_a_header(small: Small) -> None:
    small.edit("theme.csv", "name@ca", "na\u200bme@ca")
    small.edit("theme.csv", "definition@en", "definition@en\xa0")
    spelled = " ".join(told(road(small).portfolio.problems))
    assert r"'na\u200Bme@ca'" in spelled
    assert r"'definition@en\u00A0'" in spelled


TRACES = {"\ufffd": "", "CafÃ©": "é", "Â«Sea": "«", "lâ€™aigua": "’", "aÃ±o": "ñ", "Ð’Ð¾Ð\xb4Ð°": "Вода"}


@pytest.mark.parametrize("text", TRACES)
def test_a_trace_of_a_wrong_conversion_is_told_with_what_it_was(small: Small, text: str) -> None:
    small.edit("theme.csv", "Sea and rain.", text)
    (problem,) = road(small).portfolio.problems
    assert problem.rule == "LP-CELL-TRACE"
    assert problem.values.get("nearest", "") == TRACES[text]
    assert problem.values.get("severity", "warning") == ("warning" if TRACES[text] else "violation")


@pytest.mark.parametrize("text", ["Ñandú", "SÃO PAULO", "ÂME", "Ångström", "«ÎLE»", "œuvre – “à”", "Вода", "Ελλάδα"])
def test_letters_that_traces_are_made_of_are_letters(text: str) -> None:
    assert trace_of_recoding(text) == ""
    assert recoded("Ã") == ""


def test_controls_of_latin_1_are_forbidden(small: Small) -> None:
    small.edit("theme.csv", "Sea and rain.", "The port\x92s walls")
    assert said(road(small)) == ["data/theme.csv:3:24 LP-CELL-CHARACTER"]


def test_a_text_that_differs_only_in_how_its_accents_are_kept_is_told(small: Small) -> None:
    small.edit("theme.csv", "Sea and rain.", unicodedata.normalize("NFD", "Marea viva és més"))
    found = road(small)
    assert said(found) == ["data/theme.csv:3:24 LP-CELL-ACCENT"]
    assert "Marea" in found.dumps["ntriples"]


@pytest.mark.parametrize("character", ["\u200e", "\u202e", "\u200b", "\xad", "\xa0", "\ufeff"])
def test_an_address_holds_nothing_that_cannot_be_seen(character: str) -> None:
    assert iri_fault(f"https://small.example/a{character}b") == "character"
    assert is_blank(character)


# ---------------------------------------------------------------- lists, languages, addresses, long cells


def test_a_list_is_published_as_it_was_understood(small: Small) -> None:
    small.edit("project.csv", ",water,marella", ",; water ;;,marella")
    small.edit("project.csv", "learning; water", "learning;\xa0water\xa0")
    out = small.run("build")
    assert out.code == 0
    with (small.latest / "project.csv").open(encoding="utf-8", newline="") as file:
        assert [row["theme"] for row in csv.DictReader(file)] == ["water", "learning; water"]


WRAPPED = {
    '{"data": [{"id": "sun"}]}': ("data", 10),
    '{"success": "yes", "result": {"records": [{"id": "sun"}]}}': ("result.records", 42),
    '{"sun": {"id": "sun"}, "moon": {"id": "moon"}}': ("sun", 9),
}


@pytest.mark.parametrize("text", WRAPPED)
def test_records_under_a_name_are_told_by_that_name(small: Small, text: str) -> None:
    small.write("theme.more.json", text)
    found = road(small)
    under, column = WRAPPED[text]
    sentence = f"Records are expected as a list; here they lie under '{under}'."
    assert told(found.portfolio.problems) == [f"data/theme.more.json:1:{column} LP-FILE-WRAPPED: {sentence}"]


@pytest.mark.parametrize(
    "text", ['[["sun"]]', '[{"id": "sun", "name": [{"en": "Sun"}]}]', '[{"id": "sun", "theme": [["x"]]}]']
)
def test_no_message_shows_an_object_of_the_program(small: Small, text: str) -> None:
    small.write("theme.more.json", text)
    outcome = small.run("check")
    assert outcome.code == 1
    assert "Node(" not in outcome.out


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Ranked #1 in the list", True), ("Sea and # rain", True), ('"Ranked #1"', False), ("C#", False),
        ("sea  # looked up", False), ("'a' # b", False),
    ],
)  # fmt: skip
def test_a_mark_that_cuts_a_text_in_yaml_is_told(small: Small, text: str, *, is_told: bool) -> None:
    small.write(
        "theme.more.yaml",
        f"- id: sun\n  name: {{en: Sun, ca: Sol, es: Sol}}\n  definition:\n    en: {text}\n    ca: S.\n",
    )
    assert said(road(small)) == (["data/theme.more.yaml:4:9 LP-CELL-COMMENT"] if is_told else [])


def test_a_list_where_one_value_stands_is_told_and_an_item_is_never_divided(small: Small) -> None:
    small.write(
        "project.more.yaml",
        "- id: sun\n  title: {en: Sun, ca: Sol, es: Sol}\n  acronym: [A, B]\n  theme: [water, 'learning; water']\n",
    )
    assert said(road(small)) == [
        "data/project.more.yaml:3:12 LP-CELL-MANY",
        "data/project.more.yaml:4:10 LP-CELL-LIST",
    ]


def test_a_language_is_the_same_in_capitals(small: Small) -> None:
    small.edit("portfolio.toml", '["en", "ca", "es"]', '["en", "ca", "es"]\nfurther-languages = ["EN-gb"]')
    small.edit("theme.csv", "exactMatch", "note@en-GB")
    small.edit("theme.csv", "http://eurovoc.europa.eu/1", "Salt and fresh.")
    small.write("theme.more.yaml", "- id: sun\n  name: {EN: Sun, ca: Sol, es: Sol, en-gb: Sun}\n")
    found = road(small)
    assert said(found) == []
    assert '"Salt and fresh."@en-GB' in found.dumps["ntriples"]


@pytest.mark.parametrize("name", ["theme.more.yaml", "theme.more.json"])
def test_a_text_is_found_under_a_language_in_capitals(small: Small, name: str) -> None:
    small.write(name, '[{"id": "sun",\n "name": {"EN": "Sun ", "ca": "Sol", "es": "Sol"}}]\n')
    assert said(road(small)) == [f"data/{name}:2:17 LP-CELL-BLANK"]


def test_two_columns_of_one_language_are_one_twice(small: Small) -> None:
    small.edit("theme.csv", "definition@ca", "definition@EN")
    assert "data/theme.csv:1:42 LP-COLUMN-TWICE" in said(road(small))


SPELLED = {
    "HTTPS://small.example/harbour": "https://small.example/harbour",
    "Http://small.example/": "http://small.example/",
    "https://small.example/?f[0]=a|b^c": "https://small.example/?f%5B0%5D=a%7Cb%5Ec",
}


@pytest.mark.parametrize("address", SPELLED)
def test_an_address_is_told_with_its_spelling(small: Small, address: str) -> None:
    small.edit("project.csv", "https://small.example/harbour", address)
    (problem,) = road(small).portfolio.problems
    assert (problem.rule, problem.values["right"]) == ("LP-CELL-SPELLING", SPELLED[address])
    assert iri_fault(SPELLED[address]) == ""


@pytest.mark.parametrize("text", ["www.small.example", "https://a.example/b c", "HTTP//a", "https://[::1", "x"])
def test_what_is_no_address_is_not_respelled(text: str) -> None:
    assert respelled(text) == ("", "", "")


LONG: dict[str, Callable[[], str]] = {
    "many words": lambda: "Many words " * 300_000 + "end",
    "one word": lambda: "a" * 3_000_000,
    "one word that begins like an e-mail address": lambda: "a@" + "b-" * 1_500_000,
    "many at signs": lambda: "@" * 3_000_000,
    "accents": lambda: "é" * 1_500_000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_cell_of_three_megabytes_is_looked_at_in_seconds(small: Small, name: str) -> None:
    small.edit("theme.csv", "To know more.", LONG[name]())
    start = time.process_time()
    assert said(road(small)) == []
    assert time.process_time() - start < 10


def test_a_list_of_a_million_is_looked_at_in_seconds(small: Small) -> None:
    small.edit("project.csv", ",water,marella", "," + "water;" * 500_000 + ",marella")
    start = time.process_time()
    assert "LP-CELL-REPEAT" in " ".join(said(road(small)))
    assert time.process_time() - start < 10


def test_a_long_cell_is_judged_by_the_shapes_in_seconds(small: Small) -> None:
    small.edit("theme.csv", "To know more.", "Many words " * 300_000 + "end")
    start = time.monotonic()
    assert run("check").code == 0
    assert time.monotonic() - start < 60


# ---------------------------------------------------------------- places


def test_a_place_in_a_workbook_is_written_as_spreadsheets_do() -> None:
    assert str(Place("data/p.xlsx", 7, 3, "project")) == "data/p.xlsx:project!C7"
    assert str(Place("data/p.xlsx", 1, 703, "it's more")) == "data/p.xlsx:'it''s more'!AAA1"
    assert str(Place("data/p.xlsx", 0, 0, "project")) == "data/p.xlsx:project"
    assert Place("p.xlsx", 7, 0, "project").cell == "7:7"
    assert [Place("p", 1, number).cell for number in (1, 26, 27, 702)] == ["A1", "Z1", "AA1", "ZZ1"]


def test_the_tables_of_a_folder_are_in_the_order_of_their_types(small: Small) -> None:
    orders = [kind.order for table in tables(small.folder) if (kind := schema().type_of_table(table.table))]
    assert orders == sorted(orders)
