"""What a portfolio adds in its own ontology/ and queries/: taken everywhere, and never against the product's terms."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from click.shell_completion import ShellComplete

from linkedproj.build import build
from linkedproj.changes import compare
from linkedproj.changes.story import stories
from linkedproj.cli import linkedproj
from linkedproj.model.errors import SetupError
from linkedproj.model.folder import open_folder
from linkedproj.model.paths import shipped
from linkedproj.queries.published.publish import publish
from linkedproj.queries.saved.bases import context_of
from linkedproj.queries.saved.collection import Collection

from .conftest import ROOT, run

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


def test_a_shape_that_asks_for_itself_is_told_and_nothing_judged_by_it(harbour: Small) -> None:
    harbour.edit(
        "ontology/shapes.ttl",
        "own:PermitShape a sh:NodeShape ;\n",
        "own:PermitShape a sh:NodeShape ;\n  sh:node own:PermitShape ;\n",
    )
    outcome = harbour.run("check")
    assert outcome.code == 1
    assert "LP-SHAPE-RECURSION" in outcome.codes
    assert "Checked with" not in outcome.out


@pytest.mark.parametrize(
    ("term", "known"),
    [
        ('"org": "https://other.example/ns#"', "org"),
        ('"title": {"@id": "dct:alternative"}', "title"),
        ('"Project": {"@id": "own:P", "@context": {"@base": "https://small.example/id/p/"}}', "Project"),
        ('"PROJECT": {"@id": "own:P", "@context": {"@base": "https://small.example/id/p/"}}', "Project"),
    ],
)
def test_a_term_of_the_product_is_not_defined_anew(harbour: Small, term: str, known: str) -> None:
    lines = (shipped("ontology") / "context.jsonld").read_text("utf-8").splitlines()
    (line,) = (number for number, text in enumerate(lines, 1) if text.startswith(f'  "{known}": '))
    harbour.edit("ontology/context.jsonld", '  "own":', f'  {term},\n  "own":')
    told = _refused(harbour)
    assert told.startswith("data/ontology/context.jsonld:3:3: ")
    assert f"ontology/context.jsonld:{line}:3" in told


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


@pytest.mark.parametrize(
    ("stated", "place", "name"),
    [
        (
            '[defaults]\ncity = "lakeside"\nproject = "harbor"\n',
            "data/portfolio.toml:11:1",
            "defaults.project 'harbor'",
        ),
        (
            '[defaults.evidence-of-project]\nproject = "harbor"\n',
            "data/portfolio.toml:10:1",
            "defaults.evidence-of-project.project 'harbor'",
        ),
    ],
)
def test_a_default_that_names_no_record_is_told_by_check_and_build(
    small: Small, stated: str, place: str, name: str
) -> None:
    small.edit("portfolio.toml", "[title]\n", f"{stated}\n[title]\n")
    checked, built = small.run("check"), small.run("build")
    assert (checked.code, built.code) == (1, 1)
    for told in (checked.out, built.err):
        assert f"{place}: {name} is in no row of the table project. [LP-LINK-DANGLING]" in told
        assert "The nearest is 'harbour'." in told
    assert not (small.home / "public").exists()


# ---------------------------------------------------------------- in the folder of the portfolio


@pytest.fixture
def inside(harbour: Small, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Go into the folder of the portfolio, and write a question of its own there."""
    (harbour.folder / "queries").mkdir()
    harbour.write("queries/my-contracts.rq", "SELECT * WHERE { ?s ?p ?o }")
    monkeypatch.chdir(harbour.folder)
    return harbour


def completed(words: list[str]) -> list[str]:
    """Return what a shell is offered for the last word."""
    completion = ShellComplete(linkedproj, {}, "linkedproj", "_LINKEDPROJ_COMPLETE")
    return [item.value for item in completion.get_completions(words[:-1], words[-1])]


@pytest.mark.usefixtures("inside")
def test_a_shell_is_offered_what_a_portfolio_adds() -> None:
    assert completed(["query", "my-"]) == ["my-contracts"]
    assert "projects" in completed(["query", "proj"])
    assert {"SMALL-CONTRACT", "SMALL-STAGE"} <= set(completed(["explain", "small"]))
    assert "LP-DATE-ORDER" in completed(["explain", "LP-DATE"])


def test_a_shell_is_offered_nothing_where_the_portfolio_cannot_be_opened(inside: Small) -> None:
    inside.write("ontology/shapes.ttl", "this is no Turtle")
    assert completed(["explain", "SMALL"]) == []


@pytest.mark.usefixtures("inside")
def test_the_tables_are_explained_with_what_a_portfolio_adds_in_its_own_folder() -> None:
    assert "\ncontractNumber  (" in run("schema", "project").out
    assert "permit: permit" in run("schema", "permit").out


def test_a_term_that_a_portfolio_adds_is_known_to_a_query_brought_along(inside: Small) -> None:
    inside.write("../asked.rq", "SELECT ?n WHERE { ?p own:contractNumbr ?n }")
    asked = run("query", "-f", "../asked.rq", "--records", ".")
    assert "nothing has own:contractNumbr. Did you mean own:contractNumber?" in asked.err
    inside.write("../asked.rq", "SELECT ?n WHERE { ?p own:contractNumber ?n }")
    asked = run("query", "-f", "../asked.rq", "--records", ".", "--format", "csv")
    assert (asked.code, asked.err, asked.out.split()) == (0, "", ["n", "C-17"])


def test_a_file_in_the_folder_that_people_are_in_is_called_by_its_name(inside: Small) -> None:
    inside.edit("project.csv", "C-17", "C-0000017")
    inside.edit("project.csv", "rollout", "roll")
    inside.edit("ontology/shapes.ttl", "  sh:maxLength 6 ;\n", "  sh:maxLength 6 ;\n  sh:maxLenght 6 ;\n")
    checked = run("check")
    places = [line.partition(": ")[0] for line in checked.out.splitlines() if re.search(r" \[[A-Z-]+\]$", line)]
    assert [place for place in places if place.startswith(("./", "/"))] == []
    assert {place.partition(":")[0] for place in places} == {"project.csv", "ontology/shapes.ttl"}
    # Faults of shapes are told of the portfolio's own file alone, which is called as the program's is.
    assert [place for place in places if place.startswith("ontology")] == ["ontology/shapes.ttl:17:3"]
    inside.edit("portfolio.toml", 'version = "1.0"', "version = 1")
    assert run("check").err.startswith("linkedproj: portfolio.toml:3:")


# ---------------------------------------------------------------- English and Finnish, and two releases

SKOS = "http://www.w3.org/2004/02/skos/core#"
STAGE = "https://kotka.example/def/stage/"
RENAMED = [
    ("ontology/context.jsonld", '"contractNumber": {"@id": "kotka:contractNumber"}', '"deal": {"@id": "kotka:deal"}'),
    ("ontology/context.jsonld", '"stage": {"@id": "kotka:stage"', '"stage": {"@id": "kotka:phase"'),
    ("ontology/kotka.ttl", "kotka:contractNumber a", "kotka:deal a"),
    ("ontology/kotka.ttl", "kotka:stage a", "kotka:phase a"),
    ("ontology/kotka.ttl", '"pilot"@en', '"trial"@en'),
    ("ontology/shapes.ttl", "sh:path kotka:contractNumber", "sh:path kotka:deal"),
    ("ontology/shapes.ttl", 'sh:name "contractNumber"', 'sh:name "deal"'),
    ("ontology/shapes.ttl", "sh:path kotka:stage", "sh:path kotka:phase"),
    ("project.csv", "contractNumber", "deal"),
    ("project.csv", "KTK-311;pilot", "KTK-311;rollout"),
    ("queries/contracts.rq", "kotka:contractNumber ?number ; kotka:stage", "kotka:deal ?number ; kotka:phase"),
]


@pytest.fixture(scope="module")
def kotka(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the portfolio in English and Finnish, then a release in which own terms have other names."""
    home = tmp_path_factory.mktemp("kotka")
    shutil.copytree(ROOT / "tests/fixtures/kotka", home / "data")
    (home / "data/organisation.csv").write_text(
        "id,name@en,name@fi,seat\n"
        "city-of-kotka,City of Kotka,Kotkan kaupunki,kotka\n"
        "tallinn-lab,Tallinn Lab,Tallinnan laboratorio,tallinn\n",
        "utf-8",
    )
    # A term of its own may be worded in one language of the portfolio, and need be in no other.
    vocabulary = home / "data/ontology/kotka.ttl"
    vocabulary.write_text(vocabulary.read_text("utf-8").replace('"contract number"@en , ', ""), "utf-8")
    build(home / "data", home / "public", release="1.0")
    for name, old, new in RENAMED:
        path = home / "data" / name
        text = path.read_text("utf-8")
        assert old in text, (name, old)
        path.write_text(text.replace(old, new), "utf-8")
    build(home / "data", home / "public", release="1.1")
    return home


def graph(path: Path, form: ox.RdfFormat) -> set[ox.Triple]:
    """Read the triples of a file."""
    return {quad.triple for quad in ox.parse(path=path, format=form)}


def test_a_dump_alone_says_what_the_codes_in_it_are_called(kotka: Path) -> None:
    release = kotka / "public/dump/1.0"
    dump = graph(release / "portfolio.ttl", ox.RdfFormat.TURTLE)
    for name, form in (
        ("portfolio.nt", ox.RdfFormat.N_TRIPLES),
        ("portfolio.jsonld", ox.RdfFormat.JSON_LD),
        ("portfolio.rdf", ox.RdfFormat.RDF_XML),
    ):
        assert graph(release / name, form) == dump
    concept, label, scheme, top, has_top = (
        ox.NamedNode(f"{SKOS}{name}") for name in ("Concept", "prefLabel", "inScheme", "topConceptOf", "hasTopConcept")
    )
    type_ = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    pilot = ox.NamedNode(f"{STAGE}pilot")
    assert {
        ox.Triple(pilot, type_, concept),
        ox.Triple(pilot, label, ox.Literal("pilot", language="en")),
        ox.Triple(pilot, label, ox.Literal("kokeilu", language="fi")),
        ox.Triple(pilot, scheme, ox.NamedNode(f"{STAGE}scheme")),
        ox.Triple(pilot, top, ox.NamedNode(f"{STAGE}scheme")),
        ox.Triple(ox.NamedNode(f"{STAGE}scheme"), has_top, pilot),
        ox.Triple(ox.NamedNode(f"{STAGE}scheme"), label, ox.Literal("Vaiheet", language="fi")),
    } <= dump
    above = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
    codes = {triple.subject for triple in dump if triple.predicate == type_ and triple.object == concept}
    labelled = {triple.subject for triple in dump if triple.predicate == label}
    used = {
        triple.object
        for triple in dump
        if isinstance(triple.object, ox.NamedNode)
        and triple.object.value.startswith((STAGE, "https://w3id.org/linkedproj/"))
        and triple.predicate not in {type_, scheme, top, above}
    }
    assert ox.NamedNode("https://w3id.org/linkedproj/role/coordinator") in used
    assert used <= codes <= labelled
    assert {triple.object for triple in dump if triple.predicate in {scheme, top}} <= labelled - codes


def test_a_code_says_in_the_dump_what_it_says_in_the_vocabulary(kotka: Path) -> None:
    for version in ("1.0", "1.1"):
        release = kotka / "public/dump" / version
        vocabulary = graph(release / "vocabulary.ttl", ox.RdfFormat.TURTLE)
        lists = (STAGE, "https://w3id.org/linkedproj/")
        found = 0
        for name in ("portfolio.ttl", "evidence.ttl"):
            for triple in graph(release / name, ox.RdfFormat.TURTLE):
                if isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(lists):
                    assert triple in vocabulary
                    found += 1
        assert found > 100


def test_the_published_shapes_accept_the_dump_with_its_codes(kotka: Path) -> None:
    release = kotka / "public/dump/1.0"
    records = rdflib.Graph().parse(release / "portfolio.ttl").parse(release / "evidence.ttl")
    conforms, _, text = pyshacl.validate(records, shacl_graph=rdflib.Graph().parse(release / "shapes.ttl"))
    focus = set(re.findall(r"Focus Node: <?(\S+?)>?$", text, re.MULTILINE))
    assert conforms or not any(node.startswith((STAGE, "https://w3id.org")) for node in focus)
    assert "Severity: sh:Violation" not in text


def test_what_was_renamed_is_told_by_the_name_it_had(kotka: Path) -> None:
    dumps = kotka / "public/dump"
    with compare(dumps / "1.0", dumps / "1.1") as changes:
        told = {
            (
                story.what,
                story.iri,
                change.column,
                *(tuple(str(v.value) for v in each) for each in (change.old, change.new)),
            )
            for story in stories(changes)
            for change in story.changes
        }
    lights, quay = (f"https://kotka.example/id/project/{name}" for name in ("harbour-lights", "open-quay"))
    assert told == {
        ("changed", lights, "contractNumber", ("KTK-204",), ()),
        ("changed", lights, "deal", (), ("KTK-204",)),
        ("changed", quay, "contractNumber", ("KTK-311",), ()),
        ("changed", quay, "deal", (), ("KTK-311",)),
        ("changed", quay, "stage", (f"{STAGE}pilot",), (f"{STAGE}rollout",)),
    }


def test_codes_are_no_records_in_what_changed(kotka: Path) -> None:
    public = kotka / "public"
    dumps = public / "dump"
    with compare(dumps / "1.0", dumps / "1.1") as changes:
        assert changes.counts == {("Project", "changed"): 2}
        added = {line.decode() for line in changes.lines("added")}
    # The exact difference has them all the same: old and difference make new.
    assert f'<{STAGE}pilot> <{SKOS}prefLabel> "trial"@en .\n' in added
    told = run("diff", str(dumps / "1.0"), str(dumps / "1.1"))
    assert told.code == 0
    assert "trial → roll-out" in told.out
    for name in ("ldes/1.0-1.ttl", "ldes/1.1-1.ttl", "tombstones.csv"):
        for line in (public / name).read_text("utf-8").splitlines():
            subject = line.partition(" ")[0]
            assert STAGE not in subject
            assert "w3id.org/linkedproj/role/" not in subject


@pytest.mark.parametrize("lang", ["en", "ca", "es"])
def test_nobody_is_asked_for_texts_in_a_language_that_a_portfolio_does_not_have(kotka: Path, lang: str) -> None:
    data = str(kotka / "data")
    checked = run("check", data, "--format", "json", "--lang", lang)
    assert checked.code == 0
    problems = json.loads(checked.out)["problems"]
    asked = [problem for problem in problems if re.search(r"@(?:ca|es)\b", f"{problem['column']} {problem['message']}")]
    assert asked == []
    assert not [problem for problem in problems if problem["code"].startswith("LP-SHAPE-")]
    explained = run("schema", "project", "--records", data, "--lang", lang)
    assert "\ndeal  (" in explained.out
    assert "sopimusnumero" in (kotka / "public/dump/1.0/vocabulary.ttl").read_text("utf-8")
    for name in ("vocabulary.ttl", "shapes.ttl", "portfolio.ttl"):
        assert not re.search(r"\"@(?:ca|es)\b", (kotka / "public/dump/1.1" / name).read_text("utf-8"))
