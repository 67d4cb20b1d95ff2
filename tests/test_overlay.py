"""What a portfolio adds in its own ontology/ and queries/: taken everywhere, and never against the product's terms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from linkedproj.model.errors import SetupError
from linkedproj.model.folder import open_folder
from linkedproj.model.paths import shipped
from linkedproj.queries.published.publish import publish
from linkedproj.queries.saved.bases import context_of
from linkedproj.queries.saved.collection import Collection

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Small

CONTEXT = """{"@context": {
  "lp": "https://w3id.org/linkedproj/ns#",
  "own": "https://small.example/def#",
  "Permit": {"@id": "own:Permit", "@context": {"@base": "https://data.example.org/id/permit/"}},
  "contractNumber": {"@id": "own:contractNumber"},
  "stage": {"@id": "own:stage", "@type": "@id", "@context": {"@base": "https://small.example/def/stage/"}},
  "permits": {"@id": "own:permits", "@type": "@id", "@context": {"@base": "https://small.example/id/project/"}}
}}
"""

VOCABULARY = """@prefix own: <https://small.example/def#> .
@prefix stage: <https://small.example/def/stage/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

own:Permit a owl:Class ; rdfs:label "permit"@en .
own:contractNumber a owl:DatatypeProperty ; rdfs:label "contract number"@en .
own:stage a owl:ObjectProperty ; rdfs:label "stage"@en .
own:permits a owl:ObjectProperty ; rdfs:label "permits"@en .
stage:scheme a skos:ConceptScheme ; skos:prefLabel "Stages"@en .
stage:pilot a skos:Concept ; skos:inScheme stage:scheme ; skos:prefLabel "pilot"@en ; rdfs:label "pilot"@en .
stage:rollout a skos:Concept ; skos:inScheme stage:scheme ; skos:prefLabel "roll-out"@en ; rdfs:label "roll-out"@en .
"""

SHAPES = """@prefix own: <https://small.example/def#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix lp: <https://w3id.org/linkedproj/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix s: <https://w3id.org/linkedproj/shapes#> .

own:ProjectShape a sh:NodeShape ;
  sh:targetClass lp:Project ;
  sh:property own:contractNumberShape , own:stageShape .

own:contractNumberShape a sh:PropertyShape ;
  dct:identifier "SMALL-CONTRACT" ;
  sh:path own:contractNumber ;
  sh:name "contractNumber" ;
  sh:maxLength 6 ;
  sh:message "The contract number is too long.\\nWrite at most six characters."@en .

own:stageShape a sh:PropertyShape ;
  dct:identifier "SMALL-STAGE" ;
  sh:path own:stage ;
  sh:name "stage" ;
  sh:nodeKind sh:IRI ;
  sh:message "The stage is no code.\\nWrite a code of the list."@en .

own:PermitShape a sh:NodeShape ;
  sh:targetClass own:Permit ;
  sh:property own:permitsShape , s:name-text , s:label-name .

own:permitsShape a sh:PropertyShape ;
  dct:identifier "SMALL-PERMITS" ;
  sh:path own:permits ;
  sh:name "permits" ;
  sh:class lp:Project ;
  sh:message "The permit belongs to no project.\\nWrite the id of a project."@en .
"""


@pytest.fixture
def harbour(small: Small) -> Small:
    """Let the small portfolio have two columns, a type and a code list of its own."""
    (small.folder / "ontology").mkdir()
    small.write("ontology/context.jsonld", CONTEXT)
    small.write("ontology/harbour.ttl", VOCABULARY)
    small.write("ontology/shapes.ttl", SHAPES)
    small.edit("project.csv", ",_line\n", ",_line,contractNumber,stage\n")
    small.edit("project.csv", ",S1\n", ",S1,C-17,pilot\n")
    small.edit("project.csv", ",S2\n", ",S2,,rollout\n")
    small.write("permit.csv", "id,name@en,permits\nquay,Quay permit,harbour\n")
    small.edit(
        "portfolio.toml",
        "[curated]\n",
        '[curated]\npermit = ["name@en", "permits"]\n',
    )
    small.edit(
        "portfolio.toml",
        '"contact.label@en", "contact.page",',
        '"contact.label@en", "contact.page", "contractNumber", "stage",',
    )
    return small


def _refused(small: Small) -> str:
    with pytest.raises(SetupError) as raised:
        open_folder(small.folder)
    return str(raised.value)


def test_own_columns_types_and_codes_are_checked_and_published(harbour: Small) -> None:
    outcome = harbour.run("build")
    assert outcome.code == 0, outcome.err
    nt = (harbour.latest / "portfolio.nt").read_text("utf-8")
    project, own = "<https://small.example/id/project/harbour>", "https://small.example/def"
    assert f'{project} <{own}#contractNumber> "C-17" .' in nt
    assert f"{project} <{own}#stage> <{own}/stage/pilot> ." in nt
    assert f"<https://small.example/id/permit/quay> <{own}#permits> {project} ." in nt
    context = json.loads((harbour.latest / "context.jsonld").read_text("utf-8"))["@context"]
    assert context["Permit"]["@context"]["@base"] == "https://small.example/id/permit/"
    for name, term in (("vocabulary.ttl", "own:Permit a owl:Class"), ("shapes.ttl", "own:permitsShape a")):
        text = (harbour.latest / name).read_text("utf-8")
        assert term in text
        assert "#@ " not in text
    assert (harbour.latest / "permit.csv").is_file()


def test_a_broken_own_rule_is_told_at_the_cell_and_explained(harbour: Small) -> None:
    harbour.edit("project.csv", "C-17", "C-0000017")
    harbour.edit("project.csv", "rollout", "roll")
    outcome = harbour.run("check")
    assert outcome.code == 1
    assert "data/project.csv:2:" in outcome.out
    assert "The contract number is too long. [SMALL-CONTRACT]" in outcome.out
    assert outcome.codes == ["LP-CELL-CODE"]
    assert "Write at most six characters." in harbour.run("explain", "SMALL-CONTRACT").out


def test_the_picture_shows_what_is_added(harbour: Small) -> None:
    picture = harbour.run("diagram").out
    assert "code stage" in picture
    assert 'Permit }o--o| Project : "permits"' in picture


def test_a_fault_of_an_own_shape_is_told_where_it_is_written(harbour: Small) -> None:
    harbour.edit("ontology/shapes.ttl", "  sh:maxLength 6 ;\n", "  sh:maxLenght 6 ;\n")
    assert "data/ontology/shapes.ttl:16:3: " in harbour.run("check").out


@pytest.mark.parametrize(
    ("term", "line"),
    [
        ('"org": "https://other.example/ns#"', "ontology/context.jsonld:14:3"),
        ('"title": {"@id": "dct:alternative"}', "ontology/context.jsonld:50:3"),
        (
            '"Project": {"@id": "own:P", "@context": {"@base": "https://small.example/id/p/"}}',
            "ontology/context.jsonld:28:3",
        ),
        (
            '"PROJECT": {"@id": "own:P", "@context": {"@base": "https://small.example/id/p/"}}',
            "ontology/context.jsonld:28:3",
        ),
    ],
)
def test_a_term_of_the_product_is_not_defined_anew(harbour: Small, term: str, line: str) -> None:
    harbour.edit("ontology/context.jsonld", '  "own":', f'  {term},\n  "own":')
    told = _refused(harbour)
    assert told.startswith("data/ontology/context.jsonld:3:3: ")
    assert line in told


def test_all_redefinitions_are_told_at_once(harbour: Small) -> None:
    own = '  "note": {"@id": "dct:description"},\n  "page": {"@id": "dct:source"},\n  "own":'
    harbour.edit("ontology/context.jsonld", '  "own":', own)
    assert [line.partition(": ")[0] for line in _refused(harbour).splitlines()] == [
        "data/ontology/context.jsonld:3:3",
        "data/ontology/context.jsonld:4:3",
    ]


def test_a_fault_of_an_own_term_is_told_in_the_own_file(harbour: Small) -> None:
    harbour.edit("ontology/context.jsonld", '"own:contractNumber"', '"owm:contractNumber"')
    assert _refused(harbour).startswith('data/ontology/context.jsonld:5:3: the "@id" of "contractNumber"')


@pytest.mark.parametrize(
    ("file", "statement", "told"),
    [
        (
            "harbour.ttl",
            "<https://w3id.org/linkedproj/ns#Project> rdfs:label 'scheme'@en .",
            "ontology/linkedproj.ttl:",
        ),
        ("harbour.ttl", "<https://w3id.org/linkedproj/role/boss> a skos:Concept .", "namespace of your own"),
        ("harbour.ttl", "<http://purl.org/dc/terms/title> rdfs:label 'name'@en .", "ontology/context.jsonld"),
        ("harbour.ttl", "own:X <http://www.w3.org/ns/shacl#path> own:stage .", "read from shapes.ttl only"),
        ("shapes.ttl", "s:title-once sh:deactivated true .", "ontology/shapes.ttl:"),
        ("shapes.ttl", "s:Project sh:property own:stageShape .", "ontology/shapes.ttl:"),
    ],
)
def test_nothing_is_said_of_terms_of_the_product(harbour: Small, file: str, statement: str, told: str) -> None:
    path = harbour.folder / "ontology" / file
    lines = path.read_text("utf-8").count("\n")
    path.write_text(path.read_text("utf-8") + statement + "\n", "utf-8")
    message = _refused(harbour)
    assert message.startswith(f"data/ontology/{file}:{lines + 1}:1: ")
    assert told in message


def test_own_shapes_do_not_change_what_is_computed(harbour: Small) -> None:
    harbour.edit("ontology/shapes.ttl", "  sh:maxLength 6 ;\n", '  sh:maxLength 6 ;\n  lp:marks "end" ;\n')
    assert "computed or compared" in _refused(harbour)


def test_what_is_made_goes_with_the_folder(harbour: Small) -> None:
    folder = open_folder(harbour.folder)
    made: Path = folder.ontology
    assert made.is_dir()
    del folder
    assert not made.exists()


def test_without_additions_the_shipped_ontology_is_used_as_it_is(small: Small) -> None:
    assert open_folder(small.folder).ontology == shipped("ontology")


# ---------------------------------------------------------------- own questions

CONTRACTS = """#+ summary: Contract numbers of projects
#+ description: Every project with a contract number.
#+ tags:
#+   - contracts
#+ linkedproj:
#+   params:
#+     project: {of: project, pick: contracts}
#+   expect:
#+     columns: [value, label]
PREFIX own: <https://small.example/def#>
SELECT ?value ?label WHERE { ?value own:contractNumber ?label FILTER(?value = ?_project_iri) } ORDER BY ?value ?label
"""


@pytest.fixture
def asking(harbour: Small) -> Small:
    """Let it have a question of its own, and another wording of one of the program."""
    (harbour.folder / "queries").mkdir()
    harbour.write("queries/contracts.rq", CONTRACTS)
    harbour.write("queries/themes.rq", CONTRACTS.replace("Contract numbers of projects", "Themes as we see them"))
    return harbour


def test_own_questions_are_listed_and_win_by_their_id(asking: Small) -> None:
    lines = [line.split() for line in asking.run("queries", "list").out.splitlines()]
    listed = {line[0]: (" ".join(line[1:]), line[-1]) for line in lines}
    assert listed["contracts"] == ("Contract numbers of projects project contracts portfolio", "portfolio")
    assert listed["themes"] == ("Themes as we see them project contracts portfolio", "portfolio")
    assert listed["places"][1] == "linkedproj"


def test_own_questions_are_answered_and_published(asking: Small) -> None:
    outcome = asking.run("build")
    assert outcome.code == 0, outcome.err
    published = asking.home / "public/query"
    assert (published / "contracts.csv").read_text("utf-8").split() == [
        "value,label", "https://small.example/id/project/harbour,C-17",
    ]  # fmt: skip
    assert "own:contractNumber" in (published / "contracts.rq").read_text("utf-8")
    index = json.loads((published / "queries.json").read_text("utf-8"))
    entry = next(one for one in index["queries"] if one["id"] == "contracts")
    assert entry["title"] == {"en": "Contract numbers of projects"}
    assert entry["parameters"][0]["default"] == "https://small.example/id/project/harbour"
    assert asking.run("query", "contracts", "-p", "project=orchard", "--format", "csv").out.split() == ["value,label"]


def test_expected_answers_are_written_into_the_portfolio(asking: Small) -> None:
    assert asking.run("build").code == 0
    missing = asking.run("queries", "test", "contracts")
    assert missing.code == 1
    assert "contracts.rq: expected/contracts.csv is missing" in missing.out
    written = asking.run("queries", "test", "contracts", "places", "--update")
    assert written.code == 0, written.out
    assert sorted(path.name for path in (asking.folder / "queries/expected").iterdir()) == [
        "contracts.csv",
        "places.csv",
    ]
    assert asking.run("queries", "test", "contracts", "places").code == 0


def test_where_nobody_chooses_the_record_with_the_most_links_is_asked_about(small: Small) -> None:
    asked = small.run("query", "projects-by-city", "--records", "data", "--format", "csv").out
    assert "https://small.example/id/project/harbour" in asked
    small.edit("portfolio.toml", "[title]\n", '[defaults]\ncity = "lakeside"\n\n[title]\n')
    assert small.run("query", "projects-by-city", "--records", "data", "--format", "csv").out != asked


def test_a_default_of_what_there_is_not_is_refused(small: Small) -> None:
    small.edit("portfolio.toml", "[title]\n", '[defaults]\ncitty = "lakeside"\n\n[title]\n')
    outcome = small.run("queries", "list")
    assert outcome.code == 2
    assert "data/portfolio.toml:10:1: 'defaults.citty' is no parameter" in outcome.err
    assert "Did you mean 'city'?" in outcome.err


@pytest.mark.parametrize(
    ("city", "told"),
    [
        ("Marella", "there is no city 'Marella'. Did you mean 'marella'?"),
        ("zzz", "there is no city 'zzz'. 'linkedproj query places' lists them."),
    ],
)
def test_a_record_that_is_not_there_is_told(small: Small, city: str, told: str) -> None:
    outcome = small.run("query", "projects-by-city", "-p", f"city={city}", "--records", "data")
    assert (outcome.code, outcome.err) == (2, f"linkedproj: {told}\n")


def test_a_question_about_no_record_is_left_out_and_named(tmp_path: Path) -> None:
    context = context_of("https://small.example/id/")
    published = publish(ox.Store(), Collection().read(), tmp_path, context, "1")
    assert {"projects-by-city", "projects-by-theme", "works-together"} <= set(published.left_out)
    assert not set(published.left_out) & set(published.ids)
    assert not (tmp_path / "projects-by-city.rq").exists()
    assert "projects" in published.poor
    assert "labels-missing" not in published.poor


def test_a_command_takes_the_portfolio_it_is_run_in(harbour: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(harbour.folder)
    assert harbour.run("check").code == 0
    assert "SMALL-CONTRACT" in harbour.run("explain").out
    monkeypatch.chdir(harbour.home)
    (harbour.home / "elsewhere").mkdir()
    monkeypatch.chdir(harbour.home / "elsewhere")
    outcome = harbour.run("check")
    assert outcome.code == 2
    assert "linkedproj new" in outcome.err
