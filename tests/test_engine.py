"""The SHACL engine in its own process: what it finds comes back as it was, and what breaks comes back as a sentence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from linkedproj.check.engine import (
    ENGINES,
    REFERENCE,
    Engine,
    EngineError,
    Limits,
    Result,
    engine_name,
    is_installed,
    validate,
)
from linkedproj.model.errors import SetupError
from linkedproj.system import workers

if TYPE_CHECKING:
    from pathlib import Path

SH = "http://www.w3.org/ns/shacl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
EX = "https://example.org/"
PREFIXES = f"""
@prefix ex: <{EX}> .
@prefix sh: <{SH}> .
@prefix xsd: <{XSD}> .
@prefix dct: <http://purl.org/dc/terms/> .
"""

Judge = Callable[..., list[Result]]


def judging(folder: Path, engine: str) -> Judge:
    def run(shapes: str, data: str, limits: Limits | None = None) -> list[Result]:
        (folder / "shapes.ttl").write_text(PREFIXES + shapes, encoding="utf-8")
        (folder / "data.nt").write_text(data, encoding="utf-8")
        return validate([folder / "data.nt"], folder / "shapes.ttl", limits, engine)

    return run


@pytest.fixture(params=ENGINES)
def judge(tmp_path: Path, request: pytest.FixtureRequest) -> Judge:
    if not is_installed(request.param):
        pytest.skip(f"{ENGINES[request.param].package} is not installed")
    return judging(tmp_path, request.param)


@pytest.fixture
def reference(tmp_path: Path) -> Judge:
    return judging(tmp_path, REFERENCE)


def person(value: str, subject: str = "a") -> str:
    kind = f"<{EX}{subject}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{EX}Person> .\n"
    return kind + f"<{EX}{subject}> <{EX}age> {value} .\n"


AGE = """
ex:Person a sh:NodeShape ; sh:targetClass ex:Person ; sh:property ex:age-most .
ex:age-most sh:path ex:age ; sh:maxInclusive 0 ; dct:identifier "LP-AGE-MOST" ;
  sh:message "Too old.\\nBe younger."@en , "Massa vell.\\nSigueu més jove."@ca .
"""


def test_a_literal_is_reported_as_it_stands_however_often(judge: Judge) -> None:
    data = person(f'"01"^^<{XSD}integer>')
    expected = Result(
        focus=f"{EX}a",
        path=f"{EX}age",
        value=f'"01"^^<{XSD}integer>',
        component=f"{SH}MaxInclusiveConstraintComponent",
        severity="violation",
        source_shape=f"{EX}age-most",
        code="LP-AGE-MOST",
        messages={"ca": "Massa vell.\nSigueu més jove.", "en": "Too old.\nBe younger."},
    )
    assert judge(AGE, data) == [expected]
    assert judge(AGE, data) == [expected]


def test_the_calling_process_is_left_alone(reference: Judge, tmp_path: Path) -> None:
    reference(AGE, person('"1"'))
    program = (
        "import sys\nfrom pathlib import Path\nfrom linkedproj.check.engine import validate\n"
        "found = validate([Path('data.nt')], Path('shapes.ttl'))\n"
        "print(len(found), 'pyshacl' in sys.modules, 'rdflib' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["1", "False", "False"]


def test_sound_records_have_no_results(judge: Judge) -> None:
    assert judge(AGE, person(f'"0"^^<{XSD}integer>')) == []


def test_results_come_sorted(judge: Judge) -> None:
    data = "".join(person(f'"{n}"^^<{XSD}integer>', f"p{n}") for n in (3, 1, 2))
    assert [result.focus for result in judge(AGE, data)] == [f"{EX}p1", f"{EX}p2", f"{EX}p3"]


def test_the_nested_shape_speaks_where_the_outer_one_is_silent(judge: Judge) -> None:
    shapes = """
    ex:Person a sh:NodeShape ; sh:targetClass ex:Person ; sh:property ex:age-form .
    ex:age-form sh:path ex:age ; sh:or ( ex:Year ex:Month ) ; dct:identifier "LP-AGE-FORM" .
    ex:Year a sh:NodeShape ; sh:datatype xsd:gYear ; sh:message "It is no year."@en .
    ex:Month a sh:NodeShape ; sh:datatype xsd:gYearMonth ; sh:message "It is no month."@en .
    """
    [result] = judge(shapes, person('"x"'))
    assert (result.code, result.messages) == ("LP-AGE-FORM", {"en": "It is no year. It is no month."})


def test_only_the_nested_shape_that_failed_speaks(reference: Judge) -> None:
    shapes = """
    ex:Person a sh:NodeShape ; sh:targetClass ex:Person ; sh:property [ sh:path ex:age ; sh:node ex:Age ] .
    ex:Age a sh:NodeShape ; sh:property ex:Age-unit , ex:Age-note .
    ex:Age-unit sh:path ex:unit ; sh:minCount 1 ; sh:message "No unit."@en ; dct:identifier "LP-AGE-UNIT" .
    ex:Age-note sh:path ex:note ; sh:maxCount 0 ; sh:message "No notes here."@en .
    """
    [result] = reference(shapes, person(f"<{EX}x>"))
    assert (result.code, result.messages) == ("LP-AGE-UNIT", {"en": "No unit."})
    assert (result.source_shape, result.value) == (f"{EX}Person", f"<{EX}x>")


def test_a_shape_without_words_gets_those_of_the_engine(reference: Judge) -> None:
    shapes = (
        "ex:P sh:targetClass ex:Person ; sh:property [ sh:path ( ex:age [ sh:inversePath ex:of ] ) ; sh:minCount 1 ] ."
    )
    [result] = reference(shapes, person(f"<{EX}x>"))
    assert (result.code, result.path) == ("", f"<{EX}age>/(^<{EX}of>)")
    assert result.messages[""].startswith("Less than 1 values")
    assert result.facts()["detail"] == result.messages[""]


def test_quotes_and_line_ends_survive(judge: Judge) -> None:
    [result] = judge(AGE.replace("sh:maxInclusive 0", "sh:datatype xsd:date"), person('"a\\"\\\\\\nb"@en'))
    assert result.value == '"a\\"\\\\\\nb"@en'


def test_values_that_cannot_be_compared_end_in_a_sentence(reference: Judge) -> None:
    shapes = "ex:P sh:targetClass ex:Person ; sh:property [ sh:path ex:age ; sh:lessThanOrEquals ex:until ] ."
    data = person(f'"2020-03-01"^^<{XSD}date>') + f'<{EX}a> <{EX}until> "2020-02-30"^^<{XSD}date> .\n'
    with pytest.raises(EngineError, match=r"^the SHACL engine failed with TypeError: "):
        reference(shapes, data)


def test_data_that_is_no_ntriples_ends_in_a_sentence(judge: Judge) -> None:
    with pytest.raises(EngineError, match=r"^the SHACL engine failed with \w+: "):
        judge(AGE, "nonsense")


def test_too_little_time_ends_in_a_sentence(judge: Judge) -> None:
    expected = (
        "the SHACL engine did not finish within 0.01 seconds. Allow more time, or look for a shape whose pattern takes "
        "very long."
    )
    with pytest.raises(EngineError) as caught:
        judge(AGE, person('"1"'), Limits(seconds=0.01))
    assert str(caught.value) == expected


def test_a_pattern_that_never_ends_is_stopped(reference: Judge) -> None:
    shapes = 'ex:P sh:targetClass ex:Person ; sh:property [ sh:path ex:age ; sh:pattern "^(a+)+$" ] .'
    with pytest.raises(EngineError, match=r"^the SHACL engine did not finish within 3 seconds\. "):
        reference(shapes, person(f'"{"a" * 60}!"'), Limits(seconds=3))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
def test_too_little_memory_ends_in_a_sentence(reference: Judge) -> None:
    with pytest.raises(EngineError, match=r"memory"):
        reference(AGE, "".join(person(f'"{n}"', f"p{n}") for n in range(20_000)), Limits(megabytes=20))


def test_a_child_that_cannot_start_ends_in_a_sentence(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A package of the same name, without the module that is run, hides the one that is installed.
    (tmp_path / "broken" / "linkedproj").mkdir(parents=True)
    (tmp_path / "broken" / "linkedproj" / "__init__.py").touch()
    monkeypatch.setattr(workers, "_SOURCE", tmp_path / "broken")
    monkeypatch.setenv("PYTHONPATH", "")
    with pytest.raises(EngineError, match=r"^the SHACL engine could not be run: .*linkedproj"):
        judge(AGE, person('"1"'))


def test_an_engine_is_named_with_its_version() -> None:
    assert engine_name().startswith("pyshacl 0.")
    assert engine_name("no-such-engine") == "no-such-engine"


def test_an_engine_that_is_not_there_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "fast", Engine("no-such-package", "no.such.module", "0.3.", "fast"))
    with pytest.raises(SetupError) as caught:
        validate([], tmp_path / "shapes.ttl", engine="fast")
    assert str(caught.value) == (
        "the fast engine needs the package no-such-package 0.3.*. Install it with: pip install 'linkedproj[fast]'"
    )


def test_an_engine_of_another_version_than_was_tried_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "fast", Engine("pyshacl", "linkedproj.check.engines.reference", "99."))
    assert not is_installed("fast")


def test_both_engines_word_a_result_alike(tmp_path: Path) -> None:
    data = person('"a\\tb"@EN-gb') + person('"06"^^<http://www.w3.org/2001/XMLSchema#integer>', "b")
    shapes = (
        AGE
        + """
    ex:Person sh:property [ sh:path ( ex:age [ sh:zeroOrOnePath ex:of ] ) ; sh:nodeKind sh:IRI ; sh:severity sh:Info ;
      sh:message "An address."@en , "Una adreça."@ca ; dct:identifier "LP-AGE-PLACE" ] .
    """
    )
    found = [judging(tmp_path, engine)(shapes, data) for engine in ENGINES]
    assert len(found[0]) == 4
    assert found[0] == found[1]
    [named] = {result.source_shape for result in found[0] if result.code == "LP-AGE-PLACE"}
    assert named == f"{EX}Person"
    assert {result.value for result in found[0]} == {'"a\tb"@en-gb', '"06"^^<http://www.w3.org/2001/XMLSchema#integer>'}


def test_the_reference_is_aimed_only_where_it_says_the_same(reference: Judge) -> None:
    shapes = """
    ex:Person a sh:NodeShape ; sh:targetClass ex:Person ; sh:closed true ; sh:property ex:aged ;
      sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ) .
    ex:aged sh:path ex:age ; sh:minCount 1 .
    """
    assert reference(shapes, person('"1"')) == []
