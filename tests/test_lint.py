"""Each mistake that can be made in a shapes file, made on purpose, gives its own sentence with its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from linkedproj.check.lint import coverage, lint
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.rules import Rules, catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.model.errors import Problem

EX = "https://example.org/"
TERMS = {EX + name for name in ("Person", "age", "name", "start", "end")}
PREFIXES = """\
@prefix ex: <https://example.org/> .
@prefix s: <https://example.org/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dct: <http://purl.org/dc/terms/> .
"""
MESSAGE = " , ".join(f'"a.\\nb."@{language}' for language in LANGUAGES)
PERSON = "s:Person a sh:NodeShape ; sh:targetClass ex:Person ; sh:property s:p .\n"

NEEDS = "A property shape needs an IRI and a code that no other shape has; missing or taken:"

Check = Callable[[str], list[str]]


def shape(constraint: str, path: str = "ex:age") -> str:
    return f'{PERSON}s:p sh:path {path} ; dct:identifier "LP-P" ;\n  {constraint} ;\n  sh:message {MESSAGE} .\n'


def told(problems: list[Problem]) -> list[str]:
    rules = Rules(catalogue())
    return [f"{p.place} {p.rule}: {rules.wording(p, 'en').message}" for p in problems]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def run(shapes: str) -> list[str]:
        (tmp_path / "shapes.ttl").write_text(PREFIXES + shapes, encoding="utf-8")
        return told(lint(tmp_path / "shapes.ttl", TERMS, "shapes.ttl"))

    return run


SOUND = {
    "one constraint": shape("sh:minCount 1"),
    "a text form": shape('sh:pattern "^[a-z]+$" ; sh:minLength 1 ; sh:maxLength 9'),
    "a bounded pattern": shape('sh:pattern "^[0-9]{4}(-[0-9]{2}){0,2}$"'),
    "a nameless measure": shape("sh:or ( [ sh:path ex:name ; sh:minCount 1 ] [ sh:path ex:age ; sh:minCount 1 ] )"),
    "a term in a text or comment": shape("sh:minCount 1") + '# sh:mincount\ns:p sh:description "sh:mincount # no" .\n',
    "a column without a rule": shape("sh:minCount 1") + "s:Person sh:property s:q .\ns:q sh:path ex:name .\n",
    "rdf:type as a path": shape("sh:minCount 1", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"),
}

FAULTS = {
    "misspelt term": (
        shape("sh:mincount 1"),
        ["shapes.ttl:8:3 LP-SHAPE-TERM: sh:mincount is not a term of SHACL Core."],
    ),
    "misspelt term, full IRI": (
        shape("<http://www.w3.org/ns/shacl#minCounts> 1"),
        ["shapes.ttl:8:3 LP-SHAPE-TERM: sh:minCounts is not a term of SHACL Core."],
    ),
    "misspelt path": (
        shape("sh:minCount 1", "ex:agee"),
        ["shapes.ttl:7:13 LP-SHAPE-PATH: ex:agee is not a property of the context or the vocabulary."],
    ),
    "misspelt path, deep inside": (
        shape("sh:minCount 1", "( ex:age [ sh:zeroOrOnePath ex:nam ] )"),
        ["shapes.ttl:7:41 LP-SHAPE-PATH: ex:nam is not a property of the context or the vocabulary."],
    ),
    "misspelt target": (
        shape("sh:minCount 1") + "s:Dog sh:targetClass ex:Dog ; sh:property s:p .\n",
        ["shapes.ttl:10:22 LP-SHAPE-CLASS: ex:Dog is not a class of the context or the vocabulary."],
    ),
    "no IRI, no code": (
        f"{PERSON}s:Person sh:property [ sh:path ex:age ; sh:minCount 1 ; sh:message {MESSAGE} ] .\n",
        [f"shapes.ttl:7:32 LP-SHAPE-CODE: {NEEDS} IRI, dct:identifier."],
    ),
    "code used twice": (
        shape("sh:minCount 1")
        + f'ex:q sh:path ex:name ; sh:minCount 1 ; dct:identifier "LP-P" ; sh:message {MESSAGE} .\n',
        [f"shapes.ttl:10:40 LP-SHAPE-CODE: {NEEDS} LP-P (shapes.ttl:7:22)."],
    ),
    "languages missing": (
        shape("sh:minCount 1").replace('"a.\\nb."@ca , ', "").replace('"a.\\nb."@es', '"c"@de'),
        ["shapes.ttl:9:3 LP-SHAPE-LANGUAGE: s:p has no sh:message in: ca, es."],
    ),
    "no fix": (
        shape("sh:minCount 1").replace("\\nb", "", 1),
        ["shapes.ttl:9:3 LP-SHAPE-FIX: The sh:message of s:p does not say what to do, in: en."],
    ),
    "SPARQL": (
        shape("sh:minCount 1") + 's:Person sh:sparql [ sh:select "SELECT $this {}" ] .\n',
        [
            "shapes.ttl:10:10 LP-SHAPE-SPARQL: sh:sparql goes beyond SHACL Core: it would run a query or a program.",
            "shapes.ttl:10:22 LP-SHAPE-SPARQL: sh:select goes beyond SHACL Core: it would run a query or a program.",
        ],
    ),
    "nested repetition": (
        shape('sh:pattern "^(a+)+$" ; sh:maxLength 9'),
        ["shapes.ttl:8:3 LP-SHAPE-PATTERN: The pattern '^(a+)+$' repeats a group that itself repeats without end."],
    ),
    "endless pattern": (
        shape('sh:pattern "^a+$"'),
        ["shapes.ttl:8:3 LP-SHAPE-LENGTH: The pattern '^a+$' has no end, and no sh:maxLength stands beside it."],
    ),
    "compared without datatype": (
        shape("sh:lessThan ex:end"),
        [
            "shapes.ttl:8:3 LP-SHAPE-DATATYPE: sh:lessThan compares ex:age, but no shape gives that path a datatype.",
            "shapes.ttl:8:3 LP-SHAPE-DATATYPE: sh:lessThan compares ex:end, but no shape gives that path a datatype.",
        ],
    ),
    "range without datatype": (
        shape("sh:maxInclusive 9"),
        ["shapes.ttl:8:3 LP-SHAPE-DATATYPE: sh:maxInclusive compares ex:age, but no shape gives that path a datatype."],
    ),
    "one message for two constraints": (
        shape("sh:minCount 1 ; sh:maxCount 1"),
        ["shapes.ttl:9:3 LP-SHAPE-MESSAGE: s:p has one message for several constraints: sh:minCount, sh:maxCount."],
    ),
    "inverse path": (
        shape("sh:minCount 1", "[ sh:inversePath ex:age ]"),
        [
            (
                "shapes.ttl:7:15 LP-SHAPE-PARTITION: s:p "
                "cannot be judged on a part of the records, because of sh:inversePath."
            )
        ],
    ),
    "path without end inside another shape": (
        shape("sh:node [ sh:property s:q ]") + "s:q sh:path ( ex:age [ sh:zeroOrMorePath ex:name ] ) .\n",
        [
            (
                "shapes.ttl:10:24 LP-SHAPE-PARTITION: s:q "
                "cannot be judged on a part of the records, because of sh:zeroOrMorePath."
            )
        ],
    ),
    "targets that others name": (
        shape("sh:minCount 1") + "s:q sh:targetObjectsOf ex:name .\n",
        [
            (
                "shapes.ttl:10:5 LP-SHAPE-PARTITION: s:q "
                "cannot be judged on a part of the records, because of sh:targetObjectsOf."
            )
        ],
    ),
    "recursion": (
        shape("sh:node s:Q") + "s:Q sh:property s:p .\n",
        ["shapes.ttl:7:1 LP-SHAPE-RECURSION: s:p refers back to itself through other shapes."],
    ),
}


@pytest.mark.parametrize("shapes", SOUND.values(), ids=SOUND)
def test_sound_shapes_are_left_alone(check: Check, shapes: str) -> None:
    assert check(shapes) == []


@pytest.mark.parametrize(("shapes", "sentences"), FAULTS.values(), ids=FAULTS)
def test_says_where_and_what(check: Check, shapes: str, sentences: list[str]) -> None:
    assert check(shapes) == sentences


def test_names_the_term_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(PREFIXES + shape("sh:mincount 1"), encoding="utf-8")
    [problem] = lint(tmp_path / "shapes.ttl", TERMS)
    fix = Rules(catalogue()).wording(problem, "en").fix
    assert fix == "Correct the spelling; capital letters count. The nearest is 'sh:minCount'."


def test_datatype_anywhere_on_the_path_is_enough(check: Check) -> None:
    typed = f'ex:d sh:path ex:age ; sh:datatype xsd:int ; dct:identifier "LP-D" ; sh:message {MESSAGE} .\n'
    assert check(shape("sh:maxInclusive 9") + typed) == []


def test_a_code_of_the_catalogue_is_taken(check: Check) -> None:
    [sentence] = check(shape("sh:minCount 1").replace("LP-P", "LP-CELL-DAY"))
    assert "missing or taken: LP-CELL-DAY (linkedproj/model/rules.toml:" in sentence


def test_coverage_finds_idle_shapes_and_unshaped_records(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        PREFIXES
        + "s:Dog a sh:NodeShape ; sh:targetClass ex:Dog .\n"
        + "s:Person a sh:NodeShape ; sh:targetClass ex:Person .\n"
        + "s:Agent a sh:NodeShape ; sh:targetClass ex:Agent .\n",
        encoding="utf-8",
    )
    counts = {EX + "Person": 0, EX + "Cat": 3, EX + "Firm": 2, EX + "Agent": 2, EX + "Thing": 5}
    above = {EX + "Firm": [EX + "Agent", EX + "Thing"], EX + "Cat": [EX + "Cat", EX + "Thing"]}
    problems = coverage(path, counts, "shapes.ttl", above)
    assert told(problems) == [
        "shapes.ttl LP-RECORD-UNSHAPED: No shape looks at the 3 records of the class ex:Cat.",
        "shapes.ttl:6:24 LP-SHAPE-IDLE: No record meets the shape s:Dog.",
        "shapes.ttl:7:27 LP-SHAPE-IDLE: No record meets the shape s:Person.",
    ]
    assert [Rules(catalogue()).severity(problem).value for problem in problems] == ["violation", "warning", "info"]


def test_a_class_that_is_a_shape_is_its_own_target(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        PREFIXES + "ex:Person a sh:NodeShape , <http://www.w3.org/2000/01/rdf-schema#Class> .\n", encoding="utf-8"
    )
    assert coverage(path, {EX + "Person": 1}) == []
    assert [problem.rule for problem in lint(path, set())] == ["LP-SHAPE-CLASS"]
