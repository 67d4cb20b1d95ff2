"""The catalogue of rules: complete in three languages, and harmless whatever fills its slots."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkedproj.model.errors import Place, Problem, SetupError
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.rules import Rule, Rules, Severity, Wording, catalogue, load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]
SLOT = re.compile(r"\{[^}]*\}")
SHAPES = """
@prefix s: <https://example.org/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

s:Period-order a sh:PropertyShape ;
  sh:path dct:date ; sh:lessThan dct:issued ; sh:severity sh:Warning ;
  dct:identifier "LP-DATE-ORDER" ; skos:example "2019-12-31" ; rdfs:comment "Time runs forward {n}."@en ;
  sh:message "It ends before it starts {n}.\\nCorrect one of the two dates."@en , "Acaba abans de començar."@ca .
"""


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    (tmp_path / "shapes.ttl").write_text(SHAPES, encoding="utf-8")
    return load_rules(tmp_path / "shapes.ttl", "ontology/shapes.ttl")


def day(**values: str) -> Problem:
    place = Place("data/project.csv", 4, 38)
    return Problem("LP-CELL-DAY", place, "project/chebec", "start", "2020-02-30", values)


def cases(rule: Rule) -> Iterator[Mapping[str, str]]:
    assert set(rule.cases) <= {"message", "fix"}
    for by_value in rule.cases.values():
        yield from by_value.values()


@pytest.mark.parametrize("rule", catalogue().values(), ids=lambda rule: rule.code)
def test_every_rule_speaks_three_languages_and_has_two_examples(rule: Rule) -> None:
    for texts in (rule.message, rule.fix, rule.why, rule.hint, *cases(rule)):
        assert set(texts) == set(LANGUAGES)
        assert all(text.strip() for text in texts.values())
    assert rule.wrong
    assert rule.right


@pytest.mark.parametrize("rule", catalogue().values(), ids=lambda rule: rule.code)
def test_each_language_has_the_same_slots(rule: Rule) -> None:
    for texts in (rule.message, rule.fix, rule.hint, *cases(rule)):
        assert len({frozenset(SLOT.findall(text)) for text in texts.values()}) == 1
    assert not any(SLOT.search(text) for text in rule.why.values())


def test_the_shipped_shapes_speak_three_languages() -> None:
    shapes = ROOT / "ontology" / "shapes.ttl"
    incomplete = [
        (rule.code, part, language)
        for rule in load_rules(shapes).by_code.values()
        for part in ("message", "fix", "why")
        for language in LANGUAGES
        if not getattr(rule, part).get(language)
    ]
    assert incomplete == []


def test_every_code_in_the_program_is_a_rule() -> None:
    known = load_rules(ROOT / "ontology" / "shapes.ttl").by_code
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    used = {code for source in sources for code in re.findall(r'"(LP-[A-Z]+(?:-[A-Z]+)?)"', source)}
    assert used - set(known) == set()


def test_says_what_is_wrong_and_what_to_do(rules: Rules) -> None:
    assert rules.wording(day(), "en") == Wording(
        "start '2020-02-30' is not a day of the calendar.", "Write YYYY-MM-DD, or YYYY-MM if the day is unknown."
    )
    assert rules.wording(day(), "ca") == Wording(
        "start «2020-02-30» no és cap dia del calendari.", "Escriviu AAAA-MM-DD, o AAAA-MM si no se sap el dia."
    )
    assert rules.wording(day(), "es") == Wording(
        "start «2020-02-30» no es ningún día del calendario.", "Escriba AAAA-MM-DD, o AAAA-MM si no se sabe el día."
    )


def test_a_language_without_text_is_told_in_english(rules: Rules) -> None:
    assert rules.wording(day(), "de") == rules.wording(day(), "en")


def test_the_nearest_is_named_only_when_there_is_one(rules: Rules) -> None:
    place = Place("data/participation.csv", 19, 9)
    link = Problem("LP-LINK-DANGLING", place, "participation/a", "organisation", "O-99", {"table": "organisation"})
    assert rules.wording(link, "en") == Wording(
        "organisation 'O-99' is in no row of the table organisation.", "Add the row there, or correct the id."
    )
    near = Problem(
        link.rule, place, link.record, link.column, "O-9; O-99", {**link.values, "value": "O-99", "nearest": "O-9"}
    )
    assert rules.wording(near, "es") == Wording(
        "organisation «O-99» no está en ninguna fila de la tabla organisation.",
        "Añada allí la fila, o corrija el id. Lo más parecido es «O-9».",
    )


def test_an_unknown_slot_or_code_never_raises(rules: Rules) -> None:
    nowhere = Place("x")
    for code in rules.by_code:
        for language in LANGUAGES:
            assert rules.wording(Problem(code, nowhere), language).message
    assert rules.wording(Problem("LP-LINK-DANGLING", nowhere), "en").message == "… '' is in no row of the table …."
    assert rules.wording(Problem("X-1", nowhere), "en") == Wording("X-1", "")
    assert rules.wording(Problem("X-1", nowhere, values={"detail": "Not so."}), "en") == Wording("Not so.", "")


def test_slots_in_a_value_are_left_as_they_are(rules: Rules) -> None:
    problem = Problem("LP-CELL-DAY", Place("x", 1), column="{cell.__class__}", cell="{column}")
    assert rules.wording(problem, "en").message == "{cell.__class__} '{column}' is not a day of the calendar."


def test_a_value_cannot_forge_a_line_or_move_the_cursor(rules: Rules) -> None:
    problem = Problem("LP-CELL-DAY", Place("x", 1), column="start", cell="1\n2\x1b[2J\u202e" + "9" * 200)
    message = rules.wording(problem, "en").message
    assert message.startswith("start '1\\u000A2\\u001B[2J\\u202E999")
    assert len(message) < 200


def test_a_shape_is_a_rule_with_its_own_words(rules: Rules) -> None:
    rule = rules.by_code["LP-DATE-ORDER"]
    assert rule.severity is Severity.WARNING
    assert str(rule.place) == "ontology/shapes.ttl:8:1"
    assert (rule.shape, rule.right) == ("https://example.org/shapes#Period-order", "2019-12-31")
    problem = Problem("LP-DATE-ORDER", Place("x", 2), values={"n": "1", "nearest": "2"})
    assert rules.wording(problem, "en") == Wording("It ends before it starts {n}.", "Correct one of the two dates.")
    assert rules.wording(problem, "ca") == Wording("Acaba abans de començar.", "Correct one of the two dates.")


def test_severity_is_that_of_the_problem_then_of_the_rule(rules: Rules) -> None:
    assert rules.severity(day()) is Severity.VIOLATION
    assert rules.severity(day(severity="info")) is Severity.INFO
    assert rules.severity(day(severity="nonsense")) is Severity.VIOLATION
    assert rules.severity(Problem("X-1", Place("x"))) is Severity.VIOLATION


def test_shapes_that_are_no_turtle_are_told_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text("@prefix s: <https://example.org/> .\ns:A s:b s: s:c .\n", encoding="utf-8")
    with pytest.raises(SetupError, match=r"^ontology/shapes\.ttl:2:\d+: this is not Turtle: "):
        load_rules(tmp_path / "shapes.ttl", "ontology/shapes.ttl")
    with pytest.raises(
        SetupError, match=r"^ontology/none\.ttl: the file cannot be read\. Put it back, or name another\.$"
    ):
        load_rules(tmp_path / "none.ttl", "ontology/none.ttl")
