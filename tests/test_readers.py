"""Tables come in as text, whatever their format: nothing is guessed, and every fault has its place."""

from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mapping import told, travel

from linkedproj.model.errors import Problem
from linkedproj.tables.readers import READERS
from linkedproj.tables.readers.source import TableFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkedproj.tables.readers.source import Read

    Take = Callable[..., "Taken"]


class Taken:
    """What a reader made of a file: its rows, and its problems."""

    def __init__(self, file: TableFile) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._input = READERS[file.path.suffix]
        self.reads: list[Read] = list(self._input.read(file, self.problems.append))

    @property
    def records(self) -> list[dict[str, str]]:
        """The cells that are not empty, by column name."""
        return [
            {name: cell for name, cell in zip(names, cells, strict=True) if cell}
            for names, _, cells in self.reads
            if cells
        ]

    @property
    def told(self) -> list[str]:
        """The problems in words."""
        return told(self.problems)

    def place(self, record: int, column: str) -> str:
        """Give the place of a cell of a record, counted from 0."""
        names, line, _ = [read for read in self.reads if read[2]][record]
        return str(self._input.find(self.file, line, names, names.index(column)))


@pytest.fixture
def take(tmp_path: Path) -> Take:
    def read(name: str, content: str | bytes, delimiter: str = ",") -> Taken:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return Taken(TableFile(path, f"data/{name}", "project", delimiter))

    return read


# ---------------------------------------------------------------- CSV


def test_a_table_begins_with_its_header(take: Take) -> None:
    taken = take("project.csv", "id,start\na,2017\nb,\n")
    assert taken.reads == [
        (("id", "start"), 1, []),
        (("id", "start"), 2, ["a", "2017"]),
        (("id", "start"), 3, ["b", ""]),
    ]


@pytest.mark.parametrize("suffix", [".csv", ".yaml", ".json", ".jsonl"])
def test_a_byte_order_mark_is_passed_over(take: Take, suffix: str) -> None:
    content = {".csv": "id\na\n", ".yaml": "id: a", ".json": '{"id": "a"}', ".jsonl": '{"id": "a"}'}[suffix]
    taken = take(f"project{suffix}", b"\xef\xbb\xbf" + content.encode())
    assert (taken.records, taken.told) == ([{"id": "a"}], [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_the_same(take: Take, end: str) -> None:
    taken = take("project.csv", end.join(["id,start", "a,2017", "b,2018", ""]))
    assert taken.records == [{"id": "a", "start": "2017"}, {"id": "b", "start": "2018"}]
    assert taken.place(1, "start") == "data/project.csv:3:3"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_that_of_the_portfolio(take: Take, delimiter: str) -> None:
    text = f'id{delimiter}start{delimiter}end\na{delimiter}"20,1;7\t|"{delimiter}2018\n'
    taken = take("project.csv", text, delimiter)
    assert taken.records == [{"id": "a", "start": "20,1;7\t|", "end": "2018"}]
    assert taken.place(0, "end") == "data/project.csv:2:14"


PLACES = {
    "first cell": ("id,start\na,2017\n", "id", "2:1"),
    "last cell": ("id,start\na,2017\n", "start", "2:3"),
    "empty last cell": ("id,start\na,\n", "start", "2:3"),
    "empty last cell of a file without an end": ("id,start\na,", "start", "2:3"),
    "after an empty line": ("id,start\n\na,2017\n", "start", "3:3"),
    "after quotes": ('id,title@en,start\na,"A, ""B""",2017\n', "start", "2:14"),
    "after a quoted line end": ('id,title@en,start\na,"A\nB",2017\n', "start", "3:4"),
    "after a quoted CRLF": ('id,title@en,start\r\na,"A\r\nB",2017\r\n', "start", "3:4"),
    "in a record after a quoted line end": ('id,title@en,start\na,"A\n\nB",\nb,,2017\n', "start", "5:4"),
    "after a mark inside a cell": ('id,title@en,start\na,a 5" pipe,2017\nb,,2018\n', "start", "2:13"),
    "after several marks inside a cell": ('id,title@en,start\na,a "big" pipe,2017\n', "start", "2:16"),
    "after wide characters": ("id,title@en,start\na,日本語👩,2017\n", "start", "2:8"),
    "the quoted cell itself": ('id,start\na,"20\n17"\n', "start", "2:3"),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_cell_is_placed_as_an_editor_counts(take: Take, case: str) -> None:
    text, column, place = PLACES[case]
    taken = take("project.csv", text)
    last = 1 if "in a record" in case else 0
    assert taken.place(last, column) == f"data/project.csv:{place}"


NASTY = st.text(st.sampled_from('ab",;\n\t 日👩\u2028\x85'), max_size=5)
ROWS = st.lists(st.lists(NASTY, min_size=3, max_size=3).filter(any), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.lists(NASTY, min_size=3, max_size=3).filter(any), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_cell_of_every_table_is_found_where_it_stands(rows: list[list[str]], end: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator=end).writerows([["x", "y", "z"], *rows])
        lines = path.read_bytes().decode("utf-8").split("\n")
        file, problems = TableFile(path, "data/project.csv", "project"), list[Problem]()
        found = [(line, cells) for _, line, cells in READERS[".csv"].read(file, problems.append) if cells]
        assert not problems
        assert [cells for _, cells in found] == rows
        for line, cells in found:
            for index, cell in enumerate(cells):
                place = READERS[".csv"].find(file, line, ("x", "y", "z"), index)
                rest = "\n".join(lines[place.line - 1 :])[place.column - 1 :]
                quoted = '"' + cell.replace('"', '""') + '"'
                assert rest.startswith((f"{quoted}{',' if index < 2 else end}", f"{cell}{',' if index < 2 else end}"))


def test_past_the_last_cell_is_the_end_of_the_record(take: Take) -> None:
    taken = take("project.csv", 'id,title@en,start\na,"A\nB"\n')
    find = READERS[".csv"].find
    assert str(find(taken.file, 2, ("id", "title@en", "start"), 2)) == "data/project.csv:3:3"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('id,title@en\na,"A\nb,B\nc,C\n', "2:3"),
        ('id,title@en\n"a",B\nb,"B', "3:3"),
        ('id,title@en\na,"A\nB",\n"', "4:1"),
        ('"id,title@en\na,B\n', "1:1"),
    ],
)
def test_an_unclosed_quote_is_placed_where_it_opened(take: Take, text: str, place: str) -> None:
    taken = take("project.csv", text)
    assert taken.told == [f"data/project.csv:{place} LP-FILE-QUOTE: The quotation mark opened here is never closed."]


def test_text_after_a_closing_quote_stops_the_table_at_its_record(take: Take) -> None:
    taken = take("project.csv", 'id,title@en\na,A\nb,"The "green" harbour"\nc,C\n')
    assert taken.records == [{"id": "a", "title@en": "A"}]
    assert taken.told == [
        "data/project.csv:3:1 LP-FILE-SYNTAX: The file cannot be read from here on: ',' expected after '\"'."
    ]


def test_a_cell_may_be_long(take: Take) -> None:
    text = "ñ" * 200_000
    taken = take("project.csv", f"id,title@en,start\na,{text},2017\n")
    assert (taken.records, taken.told) == ([{"id": "a", "title@en": text, "start": "2017"}], [])
    assert taken.place(0, "start") == "data/project.csv:2:200004"


@pytest.mark.parametrize("content", ["", "\n", "\n\n"])
def test_a_table_without_a_header_is_empty(take: Take, content: str) -> None:
    assert take("project.csv", content).told == [
        "data/project.csv:1:1 LP-FILE-EMPTY: The file is empty: it does not even name its columns."
    ]


def test_a_table_of_a_header_alone_has_no_records(take: Take) -> None:
    taken = take("project.csv", "id,title@en")
    assert (taken.reads, taken.told) == ([(("id", "title@en"), 1, [])], [])


def test_rows_without_any_text_are_passed_over(take: Take) -> None:
    assert take("project.csv", "id,start\n,\n\na,2017\n,\n").records == [{"id": "a", "start": "2017"}]


@pytest.mark.parametrize("suffix", [".csv", ".yaml", ".json", ".jsonl"])
def test_a_byte_that_is_no_utf8_is_placed(take: Take, suffix: str) -> None:
    taken = take(f"project{suffix}", "id,title@en\na,Ñandú ".encode() + b"caf\xe9\n")
    assert taken.told == [
        f"data/project{suffix}:2:12 LP-FILE-ENCODING: The file is not UTF-8 text: byte 0xE9 does not fit here."
    ]


# ---------------------------------------------------------------- YAML


def test_yaml_scalars_stay_as_they_are_written(take: Take) -> None:
    text = "- {id: a, c: NO, d: 0123, e: 12:30:00, f: 1_000, g: 12.50, h: 2020-01-01, i: 1e3, j: yes, k: 0x1F, l: .inf}"
    assert take("project.yaml", text).records == [
        {
            "id": "a", "c": "NO", "d": "0123", "e": "12:30:00", "f": "1_000", "g": "12.50", "h": "2020-01-01",
            "i": "1e3", "j": "yes", "k": "0x1F", "l": ".inf",
        }
    ]  # fmt: skip


def test_yaml_blanks_are_empty_cells_and_quoted_ones_are_text(take: Take) -> None:
    taken = take("project.yaml", "id: a\nb:\nc: ~\nd: null\ne: ''\nf: '~'\ng: \"null\"\n")
    assert taken.records == [{"id": "a", "f": "~", "g": "null"}]


def test_yaml_keeps_line_ends_where_they_are_written(take: Take) -> None:
    taken = take("project.yaml", "id: a\nnote:\n  en: |\n    One\n    two\n  ca: >-\n    Un\n    dos\n")
    assert taken.records == [{"id": "a", "note@en": "One\ntwo\n", "note@ca": "Un dos"}]


YAML_REFUSED = {
    "anchor": ("- &a {id: a}\n", "1:3", "anchors and aliases (& and *) are not supported"),
    "anchored text": ("- id: &a b\n", "1:7", "anchors and aliases (& and *) are not supported"),
    "alias": ("- id: a\n- *a\n", "2:3", "anchors and aliases (& and *) are not supported"),
    "tag": ("- id: a\n  n: !!int 3\n", "2:6", "tags (!) are not supported"),
    "own tag": ("- id: !x a\n", "1:7", "tags (!) are not supported"),
    "python tag": ("!!python/object/apply:os.system [ls]\n", "1:1", "tags (!) are not supported"),
    "merge key": ("- id: a\n  <<: {b: c}\n", "2:3", "merge keys (<<) are not supported"),
    "nesting": ("id: " + "[" * 100_000, "1:12", "values are nested too deeply for a record"),
    "unclosed list": ("- id: a\n  theme: [a, b\n", "3:1", "did not find expected ',' or ']'"),
    "indentation": ("- id: a\n   b: c\n", "2:5", "mapping values are not allowed in this context"),
    "tab": ("id: a\n\tb: c\n", "2:1", "found a tab character that violates indentation"),
    "unclosed quote": ('id: "a\nb: c\n', "3:1", "found unexpected end of stream"),
    "second document": ("id: a\n---\nid: b\n", "2:1", "but found another document"),
    "control": ("id: a\nb: x\x0by\n", "2:5", "control characters are not allowed"),
}


@pytest.mark.parametrize("case", YAML_REFUSED)
def test_yaml_that_is_wrong_or_means_more_than_it_shows_is_refused(take: Take, case: str) -> None:
    text, place, detail = YAML_REFUSED[case]
    taken = take("project.yaml", text)
    assert taken.told == [f"data/project.yaml:{place} LP-FILE-SYNTAX: The file cannot be read from here on: {detail}."]
    assert taken.records == []


@pytest.mark.parametrize("opens", ["[", "{a: ", "- ", "{a: ["])
@pytest.mark.parametrize("times", [9, 600, 1_200, 5_000])
def test_deep_values_are_told_alike_however_deep_they_are(take: Take, opens: str, times: int) -> None:
    detail = "values are nested too deeply for a record"
    taken = take("project.yaml", "- id: a\n  start: '2017'\n- " + opens * times)
    assert [(problem.place.line, problem.values["detail"]) for problem in taken.problems] == [(3, detail)]


def test_a_quoted_merge_sign_is_text(take: Take) -> None:
    assert take("project.yaml", "id: a\nb: '<<'\n").records == [{"id": "a", "b": "<<"}]


def test_an_alias_bomb_is_refused_at_once(take: Take) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    start = time.process_time()
    taken = take("project.yaml", "\n".join(lines))
    detail = "anchors and aliases (& and *) are not supported"
    assert taken.told == [f"data/project.yaml:1:5 LP-FILE-SYNTAX: The file cannot be read from here on: {detail}."]
    assert time.process_time() - start < 1


# ---------------------------------------------------------------- JSON


JSON_REFUSED = {
    "trailing comma": ('[{"id": "a"},]', "1:14", "a value is missing or is not JSON"),
    "missing comma": ('[{"id": "a"} {"id": "b"}]', "1:14", "',' is missing"),
    "missing colon": ('{"id" "a"}', "1:7", "':' is missing"),
    "single quotes": ("{'id': 'a'}", "1:2", "a key in double quotes is missing"),
    "bare word": ('{"id": a}', "1:8", "a value is missing or is not JSON"),
    "not a number": ('{"id": NaN}', "1:8", "a value is missing or is not JSON"),
    "comment": ('{"id": "a"} // a', "1:13", "more text follows the value"),
    "two values": ('{"id": "a"} {"id": "b"}', "1:13", "more text follows the value"),
    "unclosed text": ('{"id": "a}', "1:8", "unterminated string"),
    "unclosed list": ('[{"id": "a"}', "1:13", "',' is missing"),
    "tab in a text": ('{"id": "a\tb"}', "1:10", "invalid control character"),
    "wrong escape": ('{"id": "\\x"}', "1:9", "invalid \\escape"),
    "wrong code point": ('{"id": "\\u00g0"}', "1:10", "invalid \\uXXXX escape"),
    "nesting": ('{"id": ' + "[" * 100_000, "1:16", "values are nested too deeply for a record"),
}


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
@pytest.mark.parametrize("case", JSON_REFUSED)
def test_json_that_is_wrong_is_placed(take: Take, case: str, suffix: str) -> None:
    text, place, detail = JSON_REFUSED[case]
    taken = take(f"project{suffix}", text)
    assert taken.told == [
        f"data/project{suffix}:{place} LP-FILE-SYNTAX: The file cannot be read from here on: {detail}."
    ]
    assert taken.records == []


@pytest.mark.parametrize("value", ["12.50", "2017", "-1e3", "true", "false"])
def test_a_json_value_that_is_no_text_is_refused_at_its_place(take: Take, value: str) -> None:
    taken = take("project.json", f'[{{"id": "a",\n  "value": {value}}}]')
    assert taken.records == [{"id": "a"}]
    sentence = f"value {value} is read as a number, a date or a yes/no, not as text."
    assert taken.told == [f"data/project.json:2:12 LP-CELL-STRING: {sentence}"]


def test_what_is_no_text_in_a_list_is_refused_at_its_place(take: Take) -> None:
    taken = take("project.json", '{"id": "a", "theme": ["x", 3, "y", null, ["z"]]}')
    assert taken.records == [{"id": "a", "theme": "x; y"}]
    assert [line.partition(": ")[0] for line in taken.told] == [
        "data/project.json:1:28 LP-CELL-STRING",
        "data/project.json:1:42 LP-CELL-SHAPE",
    ]


def test_json_null_is_an_empty_cell(take: Take) -> None:
    taken = take("project.json", '[{"id": "a", "start": null}, null]')
    assert (taken.records, taken.told) == ([{"id": "a"}], [])


@pytest.mark.parametrize(("text", "column"), [('"a"', 1), ('["a"]', 2), ("[[]]", 2), ("3", 1), ("[true]", 2)])
def test_what_is_no_record_is_reported(take: Take, text: str, column: int) -> None:
    taken = take("project.json", text)
    assert taken.records == []
    assert [(problem.rule, problem.place.column) for problem in taken.problems] == [("LP-CELL-SHAPE", column)]


TWICE = {
    "json": ('{"id": "a", "start": "2017",\n "start": "2018"}', "2:2", "start"),
    "jsonl": ('{"id": "a", "start": "2017", "start": "2018"}', "1:30", "start"),
    "yaml": ("id: a\nstart: 2017\nstart: 2018\n", "3:1", "start"),
    "yml": ("id: a\ntitle: {en: A, en: B}\n", "2:16", "title@en"),
}


@pytest.mark.parametrize("suffix", TWICE)
def test_equal_keys_are_reported_and_the_first_counts(take: Take, suffix: str) -> None:
    text, place, column = TWICE[suffix]
    taken = take(f"project.{suffix}", text)
    assert taken.told == [f"data/project.{suffix}:{place} LP-COLUMN-TWICE: Column '{column}' is there twice."]
    assert taken.records[0][column] in {"2017", "A"}


def test_a_text_written_flat_and_nested_is_there_twice(take: Take) -> None:
    taken = take("project.json", '{"id": "a", "title@en": "A", "title": {"en": "B"}}')
    assert taken.records == [{"id": "a", "title@en": "A"}]
    assert taken.told == ["data/project.json:1:46 LP-COLUMN-TWICE: Column 'title@en' is there twice."]


def test_a_bad_line_does_not_stop_the_next(take: Take) -> None:
    taken = take("project.jsonl", '{"id": "a"}\n{"id": \n\n{"id": "c", "start": 3}\r\n{"id": "d"}')
    assert taken.records == [{"id": "a"}, {"id": "c"}, {"id": "d"}]
    assert [line.partition(": ")[0] for line in taken.told] == [
        "data/project.jsonl:2:8 LP-FILE-SYNTAX",
        "data/project.jsonl:4:22 LP-CELL-STRING",
    ]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x1e", "\x7f"])
def test_only_a_line_feed_ends_a_line_of_json(take: Take, separator: str) -> None:
    taken = take("project.jsonl", f'{{"id": "a", "acronym": "A{separator}B", "start": "x"}}\n{{"id": "b"}}\n')
    if separator < " ":
        assert [problem.rule for problem in taken.problems] == ["LP-FILE-SYNTAX"]
    else:
        assert taken.records[0]["acronym"] == f"A{separator}B"
        assert taken.place(1, "id") == "data/project.jsonl:2:8"


def test_surrogate_escapes_are_joined(take: Take) -> None:
    assert take("project.json", '{"id": "\\ud83d\\ude00 \\u00e9"}').records == [{"id": "😀 é"}]


def test_half_a_surrogate_is_no_character(tmp_path: Path) -> None:
    road = travel(tmp_path, {"city.json": '[{"id": "a",\n "summary": {"en": "x\\ud83d"}}]'})
    faults = [problem for problem in road.portfolio.problems if problem.rule == "LP-CELL-CHARACTER"]
    assert [(str(fault.place), fault.column, fault.values) for fault in faults] == [
        ("data/city.json:2:20", "summary@en", {"character": "U+D83D"})
    ]


@pytest.mark.parametrize("suffix", ["yaml", "json", "jsonl"])
def test_a_blank_file_is_empty(take: Take, suffix: str) -> None:
    assert take(f"project.{suffix}", " \n").told == [
        f"data/project.{suffix}:1:1 LP-FILE-EMPTY: The file is empty: it does not even name its columns."
    ]


# ---------------------------------------------------------------- the same records in every format


SAME = {
    "csv": """\
id,title@en,title@ca,start,theme,contact.label@ca,budget.value,budget.currency,sameAs
b,"The ""B"" of
projects",El B,2017-11,x; y,Oficina,12.50,EUR,https://x.org/b; https://y.org/b
a,A,,NO,y,,,,
""",
    "yaml": """\
- id: b
  title:
    en: |-
      The "B" of
      projects
    ca: El B
  start: 2017-11
  theme: [x, y]
  contact: {label: {ca: Oficina}}
  budget:
    value: 12.50
    currency: EUR
  sameAs:
    - https://x.org/b
    - https://y.org/b
- {start: NO, id: a, title: {en: A}, theme: y, budget: ~}
""",
    "json": """\
[{"id": "b", "title": {"en": "The \\"B\\" of\\nprojects", "ca": "El B"}, "start": "2017-11",
  "theme": ["x", "y"], "contact": {"label": {"ca": "Oficina"}}, "budget.value": "12.50",
  "budget": {"currency": "EUR"}, "sameAs": ["https://x.org/b", "https://y.org/b"]},
 {"id": "a", "title@en": "A", "start": "NO", "theme": "y"}]
""",
    "jsonl": """\
{"theme": "y", "id": "a", "title": {"en": "A"}, "start": "NO"}

{"id": "b", "title@en": "The \\"B\\" of\\nprojects", "title@ca": "El B", "start": "2017-11", "theme": ["x", "y"], \
"contact.label@ca": "Oficina", "budget": {"value": "12.50", "currency": "EUR"}, \
"sameAs": ["https://x.org/b", "https://y.org/b"]}
""",
}
THEMES = "id,inScheme,name@en\nx,policy-theme,X\ny,policy-theme,Y\n"
SCHEMES = "id,name@en\npolicy-theme,Themes\n"


def test_records_mean_the_same_in_every_format(tmp_path: Path) -> None:
    found = {}
    for suffix, content in SAME.items():
        home = tmp_path / suffix
        home.mkdir()
        road = travel(home, {f"project.{suffix}": content, "theme.csv": THEMES, "scheme.csv": SCHEMES})
        cells = [problem for problem in road.portfolio.problems if problem.rule == "LP-CELL-DATE"]
        assert [(problem.record, problem.column, problem.cell) for problem in cells] == [("project/a", "start", "NO")]
        found[suffix] = road
    subjects = {subject for subject, _, _ in found["csv"].triples}
    assert ("iri", "https://data.example.org/id/amount/b-budget") in subjects
    assert len(found["csv"].triples) > 25
    for suffix in SAME:
        assert found[suffix].triples == found["csv"].triples, suffix
    # Equal columns in another order are equal bytes too.
    assert {road.dumps["turtle"] for road in found.values()} == {found["csv"].dumps["turtle"]}


def test_one_table_may_be_kept_in_several_formats(tmp_path: Path) -> None:
    road = travel(
        tmp_path,
        {
            "theme.csv": "id,name@en\na,A\n",
            "theme.more.yaml": "- {id: b, name: {en: B}}",
            "theme.z.jsonl": '{"id": "c"}',
        },
    )
    assert [row.id for row in road.portfolio.rows("Theme")] == ["a", "b", "c"]
