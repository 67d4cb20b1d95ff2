"""One set of problems in every format: complete, in order, and safe whatever stands in a cell."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from importlib import import_module
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from linkedproj.check.checked import Checked
from linkedproj.commands.explain import command
from linkedproj.model.errors import Place, Problem
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.rules import Rules, catalogue, load_rules
from linkedproj.reports import COMPARISONS, RATINGS, REPORTS
from linkedproj.reports.report import Report, exit_code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SH = "http://www.w3.org/ns/shacl#"
LP = "https://w3id.org/linkedproj/ns#"
SHAPES = """
@prefix s: <https://example.org/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dct: <http://purl.org/dc/terms/> .
s:order sh:path dct:date ; dct:identifier "LP-DATE-ORDER" ;
  sh:message "It ends before it starts.\\nCorrect one of the two dates."@en .
"""
HOSTILE = '<script>alert("x")</script>&\u202e'

DAY = Problem("LP-CELL-DAY", Place("data/project.csv", 4, 38), "project/chebec", "start", "2020-02-30")
TWICE = Problem(
    "LP-ID-TWICE",
    Place("data/project.csv", 7, 1),
    "project/smath",
    "id",
    "smath",
    also=(Place("data/project.csv", 3, 1),),
)
BLANK = Problem("LP-CELL-BLANK", Place("data/city.csv", 2, 9), "city/vic", "name@ca", "Vic ")
ORDER = Problem(
    "LP-DATE-ORDER",
    Place("data/project.csv", 5, 40),
    "project/dsiscale",
    "end",
    "2017",
    {
        "focus": "https://data.example.org/id/project/dsiscale",
        "path": "https://schema.org/endDate",
        "node": '"2017"^^<http://www.w3.org/2001/XMLSchema#gYear>',
        "component": f"{SH}LessThanConstraintComponent",
        "shape": "https://example.org/shapes#order",
    },
)
WHOLE = Problem("LP-ENGINE", Place("ontology/shapes.ttl"), values={"detail": "the engine stopped."})


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    (tmp_path / "shapes.ttl").write_text(SHAPES, encoding="utf-8")
    return load_rules(tmp_path / "shapes.ttl", "ontology/shapes.ttl")


def report(rules: Rules, *problems: Problem, **more: object) -> Report:
    return Report(problems, {"Project": 6, "City": 4}, rules, **more)  # type: ignore[arg-type] # files, notes, engine


def test_text_tells_the_curator_in_the_order_of_the_files(rules: Rules) -> None:
    found = report(
        rules,
        TWICE,
        WHOLE,
        ORDER,
        BLANK,
        DAY,
        files=12,
        checked=Checked("pyshacl 0.40.1"),
        notes=("190 of 200 values have evidence.",),
    )
    assert REPORTS["text"](found, "en") == (
        "data/city.csv:2:9: name@ca 'Vic ' begins or ends with a blank. [LP-CELL-BLANK]\n"
        "    Remove the blank before or after the text.\n"
        "data/project.csv:4:38: start '2020-02-30' is not a day of the calendar. [LP-CELL-DAY]\n"
        "    Write YYYY-MM-DD, or YYYY-MM if the day is unknown.\n"
        "data/project.csv:5:40: project/dsiscale: It ends before it starts. [LP-DATE-ORDER]\n"
        "    Correct one of the two dates.\n"
        "data/project.csv:7:1: The id 'smath' is taken by data/project.csv:3:1. [LP-ID-TWICE]\n"
        "    Choose another id, or join the two rows if they describe the same thing.\n"
        "ontology/shapes.ttl: The records could not be checked against the shapes: the engine stopped. [LP-ENGINE]\n"
        "    Correct the other problems first and run the check again.\n"
        "5 problems (4 errors, 1 warning) in 3 of 12 files. Checked with pyshacl 0.40.1.\n"
        "190 of 200 values have evidence.\n"
    )


def test_text_speaks_catalan_and_spanish(rules: Rules) -> None:
    assert REPORTS["text"](report(rules, DAY), "ca") == (
        "data/project.csv:4:38: start «2020-02-30» no és cap dia del calendari. [LP-CELL-DAY]\n"
        "    Escriviu AAAA-MM-DD, o AAAA-MM si no se sap el dia.\n"
        "1 problema (1 error) en 1 fitxer; 9 de 10 registres són correctes.\n"
    )
    assert REPORTS["text"](report(rules, checked=Checked("pyshacl 0.40.1")), "es") == (
        "Ningún problema: los 10 registros son correctos. Comprobado con pyshacl 0.40.1.\n"
    )


def test_text_counts_after_five_of_a_kind(rules: Rules) -> None:
    many = [
        Problem("LP-CELL-DAY", Place("data/project.csv", n, 1), f"project/p{n}", "start", "x") for n in range(2, 10)
    ]
    lines = REPORTS["text"](report(rules, *many, BLANK), "en").splitlines()
    assert sum("[LP-CELL-DAY]" in line for line in lines) == 5
    assert "… and 3 more of LP-CELL-DAY in data/project.csv (lines 7, 8, 9)" in lines
    assert len(json.loads(REPORTS["json"](report(rules, *many), "en"))["problems"]) == 8


def test_text_points_at_the_other_places(rules: Rules) -> None:
    also = (Place("data/project.csv", 9, 2), Place("data/project.csv", 12))
    found = Problem("LP-DATE-ORDER", Place("data/project.csv", 5), "project/a", also=also)
    assert "\n    See also data/project.csv:9:2, data/project.csv:12.\n" in REPORTS["text"](report(rules, found), "en")


def test_only_violations_stop_publication(rules: Rules) -> None:
    assert exit_code(report(rules)) == 0
    assert exit_code(report(rules, BLANK)) == 0
    assert exit_code(report(rules, BLANK, DAY)) == 1


def test_json_holds_everything_in_every_language(rules: Rules) -> None:
    content = json.loads(REPORTS["json"](report(rules, TWICE, BLANK, files=2), "en"))
    assert content["schema"] == "https://w3id.org/linkedproj/check-report/1"
    assert (content["exitCode"], content["recordsFine"]) == (1, 8)
    assert content["counts"] == {"violation": 1, "warning": 1, "info": 0}
    twice = content["problems"][1]
    assert (twice["file"], twice["line"], twice["column"], twice["code"]) == ("data/project.csv", 7, 1, "LP-ID-TWICE")
    assert twice["also"] == [{"file": "data/project.csv", "line": 3, "column": 1}]
    assert set(twice["message"]) == set(twice["fix"]) == set(LANGUAGES)


def test_sarif_has_what_the_standard_requires(rules: Rules) -> None:
    log = json.loads(REPORTS["sarif"](report(rules, DAY, BLANK, TWICE, WHOLE), "en"))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "linkedproj"
    assert re.fullmatch(r"[a-z]{2}", run["language"])
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        for location in result["locations"] + result.get("relatedLocations", []):
            physical = location["physicalLocation"]
            assert not re.search(r"[\s\\]", physical["artifactLocation"]["uri"])
            assert all(number >= 1 for number in physical.get("region", {}).values())
    regions = [result["locations"][0]["physicalLocation"].get("region") for result in run["results"]]
    assert regions[1] == {"startLine": 4, "startColumn": 38}
    assert regions[3] is None


def test_sarif_knows_a_problem_again_when_rows_move(rules: Rules) -> None:
    moved = Problem(DAY.rule, Place(DAY.place.file, 40, 38), DAY.record, DAY.column, DAY.cell)
    first, second = (
        json.loads(REPORTS["sarif"](report(rules, p), "en"))["runs"][0]["results"][0] for p in (DAY, moved)
    )
    assert first["partialFingerprints"] == second["partialFingerprints"]


def test_github_escapes_what_would_end_a_command(rules: Rules) -> None:
    found = Problem("LP-CELL-DAY", Place("data/a,b:c%.csv", 2, 3), "project/a", "start", "50%\n::error::x")
    start, end = REPORTS["github"](report(rules, found, BLANK), "en").splitlines()
    assert start == (
        "::error file=data/a%2Cb%3Ac%25.csv,line=2,col=3,title=LP-CELL-DAY::start '50%25\\u000A::error::x' is not a "
        "day of the calendar. Write YYYY-MM-DD, or YYYY-MM if the day is unknown."
    )
    assert end == (
        "::warning file=data/city.csv,line=2,col=9,title=LP-CELL-BLANK::name@ca 'Vic ' begins or ends with a blank. "
        "Remove the blank before or after the text."
    )


def test_turtle_is_a_validation_report(rules: Rules) -> None:
    text = REPORTS["turtle"](report(rules, DAY, ORDER, WHOLE, BLANK), "en")
    triples = {(t.subject, t.predicate.value, t.object) for t in ox.parse(input=text, format=ox.RdfFormat.TURTLE)}
    results = [o for _, p, o in triples if p == SH + "result"]
    assert len(results) == 4
    assert not any(isinstance(term, ox.BlankNode) for triple in triples for term in triple)
    assert {o.value for _, p, o in triples if p == SH + "conforms"} == {"false"}
    for result in results:
        stated = {p: o for s, p, o in triples if s == result}
        required = {SH + name for name in ("focusNode", "resultSeverity", "sourceConstraintComponent", "resultMessage")}
        assert required | {LP + "code", LP + "file"} <= set(stated)
    of_shape = next(s for s, p, o in triples if p == LP + "code" and o.value == "LP-DATE-ORDER")
    stated = {p.rpartition("#")[2]: o for s, p, o in triples if s == of_shape}
    assert stated["focusNode"] == ox.NamedNode("https://data.example.org/id/project/dsiscale")
    assert stated["value"].datatype == ox.NamedNode("http://www.w3.org/2001/XMLSchema#gYear")
    assert (stated["line"].value, stated["column"].value) == ("5", "40")


@pytest.mark.parametrize("name", REPORTS)
def test_every_format_can_be_saved_whatever_a_cell_holds(rules: Rules, name: str) -> None:
    hostile = "\ud800\x00\u202e"
    found = Problem("LP-CELL-DAY", Place(f"{hostile}.csv", 1, 1), hostile, hostile, hostile, {"nearest": hostile})
    assert REPORTS[name](report(rules, found), "en").encode("utf-8")


def test_turtle_survives_any_text(rules: Rules) -> None:
    hostile = '"""\\ \n\r\t> <x> . \x00 \ud800 é'
    found = Problem("LP-CELL-DAY", Place(f"data/{hostile}.csv", 1), hostile, hostile, hostile, {"path": "not an IRI>"})
    text = REPORTS["turtle"](report(rules, found), "en")
    codes = [
        t.object.value for t in ox.parse(input=text, format=ox.RdfFormat.TURTLE) if t.predicate.value == LP + "code"
    ]
    assert codes == ["LP-CELL-DAY"]


def test_turtle_of_no_problems_conforms(rules: Rules) -> None:
    text = REPORTS["turtle"](report(rules), "en")
    stated = {t.predicate.value: t.object.value for t in ox.parse(input=text, format=ox.RdfFormat.TURTLE)}
    assert stated[SH + "conforms"] == "true"


class Page(HTMLParser):
    """Collects tags, and checks that they are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Expect the tag that was opened last."""
        assert self.open.pop() == tag


def test_html_escapes_every_text_and_needs_no_script(rules: Rules) -> None:
    found = Problem("LP-CELL-DAY", Place(f"data/{HOSTILE}.csv", 2), HOSTILE, HOSTILE, HOSTILE)
    text = REPORTS["html"](report(rules, found, notes=(HOSTILE,), checked=Checked(HOSTILE)), "ca")
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img"} & {tag for tag, _ in page.tags}
    assert not any(
        name.startswith("on") or name in {"src", "href"} for _, attributes in page.tags for name in attributes
    )
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;&amp;" in text


def test_html_switches_language_and_filters_by_file_and_rule(rules: Rules) -> None:
    text = REPORTS["html"](report(rules, DAY, BLANK, ORDER), "es")
    page = Page(text)
    inputs = {attributes.get("id"): attributes for tag, attributes in page.tags if tag == "input"}
    assert "checked" in inputs["language-es"]
    assert {"language-en", "language-ca", "file-0", "file-1", "rule-0", "rule-1", "rule-2"} <= set(inputs)
    assert "body:has(#file-1:checked) ol > li:not(.file-1) { display: none; }" in text
    items = [attributes["class"] for tag, attributes in page.tags if tag == "li"]
    assert items == ["warning file-0 rule-0", "violation file-1 rule-1", "violation file-1 rule-2"]
    assert ("html", {"lang": "es"}) in page.tags


def test_csv_keeps_spreadsheets_from_calculating(rules: Rules) -> None:
    found = Problem("LP-CELL-DAY", Place("data/a.csv", 2, 3), "project/a", "start", "=1+1")
    header, row = csv.reader(io.StringIO(REPORTS["csv"](report(rules, found), "en")))
    assert header == ["file", "line", "column", "severity", "code", "record", "field", "cell", "message", "fix"]
    assert row[:8] == ["data/a.csv", "2", "3", "violation", "LP-CELL-DAY", "project/a", "start", "'=1+1"]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("language", [*LANGUAGES, "de"])
def test_every_format_is_deterministic(rules: Rules, name: str, language: str) -> None:
    forth, back = (report(rules, *problems) for problems in ((DAY, BLANK, TWICE, ORDER), (ORDER, TWICE, BLANK, DAY)))
    assert REPORTS[name](forth, language) == REPORTS[name](back, language)


def test_explains_a_rule() -> None:
    answer = CliRunner().invoke(command, ["lp-cell-day"])
    assert answer.exit_code == 0
    place = re.search(r"linkedproj/model/rules\.toml:\d+", answer.output)
    assert place
    assert answer.output == (
        "LP-CELL-DAY\n"
        "  Severity: error: stops publication\n"
        "  What it means: <column> '2020-02-30' is not a day of the calendar.\n"
        "  What to do: Write YYYY-MM-DD, or YYYY-MM if the day is unknown.\n"
        "  Why: A day that never was cannot be sorted or compared, and programs refuse or guess it.\n"
        "  Wrong: 2020-02-30\n"
        "  Right: 2020-02\n"
        f"  Written down in: {place[0]}\n"
    )


def test_explains_in_the_language_asked_for() -> None:
    answer = CliRunner().invoke(command, ["LP-CELL-DAY", "--lang", "ca"])
    assert "  Què cal fer: Escriviu AAAA-MM-DD, o AAAA-MM si no se sap el dia.\n" in answer.output


def test_explain_suggests_what_was_meant() -> None:
    answer = CliRunner().invoke(command, ["LP-CEL-DAY"])
    assert answer.exit_code == 2
    assert "LP-CEL-DAY is no rule. The nearest are LP-CELL-DAY, " in answer.output


def test_explain_lists_every_rule() -> None:
    lines = CliRunner().invoke(command, []).output.splitlines()
    assert "LP-CELL-DAY                  <column> '2020-02-30' is not a day of the calendar." in lines
    assert all(re.match(r"LP-[A-Z0-9-]+ +\S", line) for line in lines)


def test_what_to_do_is_said_once_for_all_notes_of_a_kind() -> None:
    def note(rule: str, line: int, column: str) -> Problem:
        values = {"table": "city", "share": "0", "records": "2", "values": "2", "count": "2"}
        return Problem(rule, Place("data/city.csv", line, 1), "", column, values=values)

    notes = [note("LP-COMPLETE-COLUMN", n, f"summary@{tag}") for n, tag in enumerate(("en", "fi", "sv"), 2)]
    notes += [note("LP-EVIDENCE-SHARE", n, "") for n in (2, 3)]
    faults = [Problem("LP-CELL-DAY", Place("data/city.csv", n, 4), "city/x", "start", "2020-02-30") for n in (2, 3)]
    report = Report((*notes, *faults), {"City": 2}, Rules(catalogue()))
    text = REPORTS["text"](report, "en")
    assert text.count("[LP-COMPLETE-COLUMN]") == 3
    assert text.count("Fill it in where it is known;") == 1
    assert text.count("Name the table's source under [sources]") == 1
    # A fault is corrected where it is, whatever stands elsewhere.
    assert text.count(report.wording(faults[0], "en").fix) == 2
    written = json.loads(REPORTS["json"](report, "en"))["problems"]
    assert all(problem["fix"] for problem in written)


@pytest.mark.parametrize(("name", "table"), [("diff", COMPARISONS), ("rate", RATINGS), ("check", REPORTS)])
def test_a_command_offers_the_formats_of_its_table(name: str, table: Mapping[str, object]) -> None:
    command = import_module(f"linkedproj.commands.{name}").command
    (option,) = [one for one in command.params if one.name == "form"]
    assert list(option.type.choices) == list(table)
