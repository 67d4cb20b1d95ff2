"""Judging in parts: the same results as on the whole, whatever the size of a part, for every engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkedproj.check.engine import EngineError, is_installed, validate
from linkedproj.check.engines import ENGINES, REFERENCE
from linkedproj.check.judge import Options, judge
from linkedproj.check.parted.blocks import Finder, Layout, OrderError, cut
from linkedproj.check.parted.reach import Reach
from linkedproj.model.folder import open_folder
from linkedproj.model.shapes import SH, read_shapes

from .bench.faults import FAULTS, inject
from .bench.generate import generate
from .bench.ours import ours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkedproj.check.result import Result

# The shapes of the shipped portfolio, with what it requires.
FOLDER = open_folder(Path(__file__).parents[1] / "data")
SHAPES = FOLDER.shapes
XSD = "http://www.w3.org/2001/XMLSchema#"
EX, TYPE = "https://example.org/", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
PREFIXES = f"@prefix ex: <{EX}> .\n@prefix sh: <{SH}> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"

ids = [pytest.param(name, marks=pytest.mark.skipif(not is_installed(name), reason="not installed")) for name in ENGINES]


def text(*lines: str) -> str:
    """Write N-Triples: "a/1 knows b/2" with short names, `a` for rdf:type, literals as they are."""

    def term(word: str) -> str:
        return TYPE if word == "a" else word if word.startswith('"') else f"<{EX}{word}>"

    return "".join(" ".join(map(term, line.split())) + " .\n" for line in lines)


# A chain over four types: what is wrong with the far end is a fault of the near one.
CHAIN = text(
    "project/1 a Project", "project/1 part part/1",
    "project/2 a Project", "project/2 part part/2",
    "project/3 a Project", "project/3 span span/3", "span/3 a Span", 'span/3 from "1"', "project/3 part part/3",
    "part/1 a Part", "part/1 member org/1",
    "part/2 a Part", "part/2 member org/2",
    "part/3 a Part", "part/3 member org/3",
    "org/1 a Org", "org/1 seat city/1",
    "org/2 a Org", "org/2 seat city/2",
    "org/3 a Org", "org/3 seat city/3",
    "city/1 a City", 'city/1 name "1"',
    "city/2 a City",
)  # fmt: skip
DEEP = """
ex:S a sh:NodeShape ; sh:targetClass ex:Project ; sh:property ex:S-part .
ex:S-part sh:path ( ex:part ex:member ) ; sh:node ex:Seated .
ex:Seated sh:property [ sh:path ex:seat ; sh:class ex:City ; sh:node ex:Named ] .
ex:Named sh:property [ sh:path ex:name ; sh:minCount 1 ] .
ex:Orgs a sh:NodeShape ; sh:targetSubjectsOf ex:seat ; sh:property [ sh:path ex:name ; sh:minCount 1 ] .
ex:Span a sh:NodeShape , rdfs:Class ; sh:property [ sh:path ex:until ; sh:minCount 1 ] .
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Take a made-up portfolio apart: so many of each type that no part is without faults, or full of them."""
    folder = tmp_path_factory.mktemp("corpus")
    generate(folder / "tables", 40)
    ours(folder / "tables", name="clean")
    (folder / "tables" / "clean.nt").replace(folder / "clean.nt")
    struck = inject(folder / "clean.nt", folder / "faulty.nt", share=0.12)
    assert set(struck) == set(FAULTS)
    return folder / "faulty.nt"


# What the shapes say of each kind of fault; a label is a copy of its title.
CODES = {
    "title missing": {"LP-COMPLETE-VALUE", "LP-LABEL-TITLE"},
    "title twice": {"LP-TITLE-ONCE", "LP-LABEL-TITLE"},
    "title without language": {"LP-COMPLETE-VALUE", "LP-TITLE-TEXT", "LP-LABEL-TITLE"},
    "start no date": {"LP-START-FORM"},
    "end before start": {"LP-DATE-ORDER"},
    "status unknown": {"LP-CODE-STATUS"},
    "theme not there": {"LP-LINK-THEME"},
    "programme of another type": {"LP-LINK-PROGRAMME"},
    "address no web address": {"LP-URL-FORM"},
    "amount negative": {"LP-VALUE-FORM"},
    "currency no code": {"LP-CURRENCY-FORM"},
    "kind of amount missing": {"LP-KIND-NONE"},
    "two leads": {"LP-LEAD-ONE"},
    "participant missing": {"LP-PARTICIPANT-NONE"},
    "position no number": {"LP-POSITION-FORM"},
}


@pytest.mark.parametrize("engine", ids)
def test_faults_are_found_and_nothing_else(corpus: Path, engine: str) -> None:
    assert set(CODES) == set(FAULTS)
    faulty = judge([corpus], SHAPES, Options(engine, records=1000, cap=0, sample=0)).results
    assert {result.code for result in faulty} == set().union(*CODES.values())
    assert judge([corpus.with_name("clean.nt")], SHAPES, Options(engine, records=1000, cap=0)).results == ()


@pytest.mark.parametrize("engine", ids)
def test_a_literal_is_reported_as_it_stands_in_every_part(tmp_path: Path, engine: str) -> None:
    people = (f'<{EX}p/{n}> {TYPE} <{EX}P> .\n<{EX}p/{n}> <{EX}age> "0{n}"^^<{XSD}integer> .\n' for n in range(1, 4))
    (tmp_path / "data.nt").write_text("".join(people))
    shapes = "ex:S a sh:NodeShape ; sh:targetClass ex:P ; sh:property [ sh:path ex:age ; sh:maxInclusive 0 ] ."
    (tmp_path / "shapes.ttl").write_text(PREFIXES + shapes)
    judgement = judge([tmp_path / "data.nt"], tmp_path / "shapes.ttl", Options(engine, jobs=1, records=1, sample=0))
    assert judgement.checked.parts == 3
    assert [result.value for result in judgement.results] == [f'"0{n}"^^<{XSD}integer>' for n in range(1, 4)]


@pytest.fixture(scope="module")
def whole(corpus: Path) -> set[tuple[str, str, str, str]]:
    """Judge the corpus in one go, by the reference."""
    return {result.key for result in validate([corpus], SHAPES)}


# To judge hundreds of parts by the reference takes half a minute: the gate leaves parts of one record to the fast
# engine, for which they are cut alike.
@pytest.mark.parametrize(
    ("engine", "records"),
    [
        pytest.param(*param.values, records, marks=[*param.marks, *([pytest.mark.road] if is_slow else [])])
        for param in ids
        for records in (1, 7, 1000)
        for is_slow in [param.values == (REFERENCE,) and records == 1]
    ],
)
def test_parts_find_what_the_whole_does(
    corpus: Path, whole: set[tuple[str, str, str, str]], engine: str, records: int
) -> None:
    judgement = judge([corpus], SHAPES, Options(engine, records=records, cap=0, sample=0))
    assert len(whole) > 60
    assert {result.key for result in judgement.results} == whole
    assert len(judgement.results) == len(whole)


@pytest.fixture(scope="module")
def shipped_whole(release: Path) -> list[Result]:
    """Judge the shipped portfolio in one go, by the reference."""
    return validate([release / "portfolio.nt"], SHAPES)


@pytest.mark.parametrize("engine", ids)
def test_the_shipped_portfolio_in_parts(release: Path, shipped_whole: list[Result], engine: str) -> None:
    judgement = judge([release / "portfolio.nt"], SHAPES, Options(engine, records=50, cap=0, sample=0))
    assert list(judgement.results) == shipped_whole
    # Fifty records and what is theirs make a part; the header before them, the codes and their lists behind
    # them count as well.
    assert judgement.checked.records == 346
    assert judgement.checked.parts == 7


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, set[tuple[str, str, str, str]]]:
    """Judge the chain in one go, by the reference; give the data, the shapes and what was found."""
    folder = tmp_path_factory.mktemp("chain")
    data, shapes = folder / "data.nt", folder / "shapes.ttl"
    data.write_text(CHAIN)
    shapes.write_text(PREFIXES + DEEP)
    return data, shapes, {result.key for result in validate([data], shapes)}


@pytest.mark.parametrize("engine", ids)
@pytest.mark.parametrize("records", [1, 2, 100])
def test_a_part_sees_as_far_as_its_shapes_do(
    chain: tuple[Path, Path, set[tuple[str, str, str, str]]], engine: str, records: int
) -> None:
    data, shapes, expected = chain
    assert {key[0].removeprefix(EX) for key in expected} == {"project/2", "project/3", "org/1", "org/2", "org/3"} | {
        "span/3"
    }
    found = judge([data], shapes, Options(engine, records=records, unit=records, cap=0, sample=0)).results
    assert {result.key for result in found} == expected


FAR = {
    "sh:path [ sh:inversePath ex:part ]": "inversePath",
    "sh:path ( ex:part [ sh:zeroOrMorePath ex:part ] )": "zeroOrMorePath",
    "sh:path [ sh:oneOrMorePath ex:part ]": "oneOrMorePath",
    "sh:path ex:part ; sh:targetObjectsOf ex:part": "targetObjectsOf",
    "sh:path ex:part ; sh:targetNode <https://example.org/project/1>": "targetNode",
    "sh:path ex:part ; sh:node [ sh:property ex:S-part ]": "node",
}


@pytest.mark.parametrize(("shape", "term"), FAR.items())
def test_what_looks_further_is_judged_as_a_whole(tmp_path: Path, shape: str, term: str) -> None:
    data, shapes = tmp_path / "data.nt", tmp_path / "shapes.ttl"
    data.write_text(CHAIN)
    head = f"{PREFIXES}ex:S a sh:NodeShape ; sh:targetClass ex:Project ; sh:property ex:S-part .\n"
    shapes.write_text(f"{head}ex:S-part {shape} ; sh:minCount 1 .\n")
    assert {obstacle.term for obstacle in Reach(read_shapes(shapes).all_named).obstacles} == {term}
    if term != "node":
        assert judge([data], shapes, Options(REFERENCE, records=1)).checked.parts == 0


def test_what_a_value_need_not_be_asked_is_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(PREFIXES + DEEP)
    need = Reach(read_shapes(tmp_path / "shapes.ttl").all_named).need
    assert set(need.steps) == {EX + name for name in ("part", "name", "until")}
    organisation = need.steps[EX + "part"].steps[EX + "member"]
    assert set(organisation.steps[EX + "seat"].steps) == {TYPE[1:-1], EX + "name"}


def test_a_closed_value_is_fetched_whole(tmp_path: Path) -> None:
    shape = "ex:S a sh:NodeShape ; sh:targetClass ex:Project ; sh:property [ sh:path ex:part ; sh:node ex:C ] .\n"
    (tmp_path / "shapes.ttl").write_text(f"{PREFIXES}{shape}ex:C sh:closed true .\n")
    assert Reach(read_shapes(tmp_path / "shapes.ttl").all_named).need.steps[EX + "part"].all


def units(path: Path, records: int, spacing: int = 1) -> tuple[Layout, list[str]]:
    layout = Layout([path])
    found = [path.read_bytes()[unit.start : unit.end].decode() for unit in cut(layout, records, spacing)]
    return layout, found


@pytest.mark.parametrize("records", [1, 2, 5])
def test_no_cut_goes_through_a_record(tmp_path: Path, records: int) -> None:
    (tmp_path / "data.nt").write_text(CHAIN)
    _, found = units(tmp_path / "data.nt", records)
    assert "".join(found) == CHAIN
    subjects = [{line.split()[0] for line in part.splitlines()} for part in found]
    assert sum(map(len, subjects)) == len(set().union(*subjects))
    [owner] = [part for part in subjects if f"<{EX}span/3>" in part]
    assert f"<{EX}project/3>" in owner


@pytest.mark.parametrize("spacing", [1, 200, 10_000])
def test_any_record_is_found_again_and_nothing_else(tmp_path: Path, spacing: int) -> None:
    (tmp_path / "data.nt").write_text(CHAIN)
    layout, _ = units(tmp_path / "data.nt", 3, spacing)
    layout.save(tmp_path / "fences.json")
    finder = Finder(Layout.load(tmp_path / "fences.json", [tmp_path / "data.nt"]))
    subjects = {line.split()[0].encode() for line in CHAIN.splitlines()}
    missing = {
        f"<{EX}{name}>".encode() for name in ("project/0", "project/11", "project/9", "other/1", "city/3", "span/1")
    }
    found = finder.lines(subjects | missing)
    finder.close()
    assert set(found) == subjects
    assert sorted(b"".join(line for lines in found.values() for line in lines).splitlines()) == sorted(
        CHAIN.encode().splitlines()
    )


DISORDER: dict[str, tuple[Iterable[str], str]] = {
    "later first": (("b/2 a B", "b/1 a B"), f"{EX}b/1 stands after {EX}b/2, which is not their order."),
    "twice": (("b/1 a B", "b/2 a B", "b/1 x y/1"), f"{EX}b/1 stands after {EX}b/2, which is not their order."),
    "apart": (("b/1 a B", "c/1 a C", "b/2 a B"), f"{EX}b/2 stands apart from the other records of its type."),
}


@pytest.mark.parametrize(("lines", "message"), DISORDER.values(), ids=DISORDER)
def test_a_file_without_order_is_refused(tmp_path: Path, lines: Iterable[str], message: str) -> None:
    (tmp_path / "data.nt").write_text(text(*lines))
    with pytest.raises(OrderError) as caught:
        units(tmp_path / "data.nt", 1)
    assert str(caught.value) == message
    (tmp_path / "shapes.ttl").write_text(PREFIXES + DEEP)
    with pytest.raises(EngineError, match=r"^the records cannot be judged in parts: "):
        judge([tmp_path / "data.nt"], tmp_path / "shapes.ttl", Options(REFERENCE, records=1))
