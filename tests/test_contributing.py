"""CONTRIBUTING is true: each addition of its table is made in a copy of the house, in the one place, and used.

Every test runs the copy's own command line on the small portfolio. A test that needs a second place to be changed has
found a fault of the house.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SMALL = Path(__file__).parent / "fixtures/small"
PACKAGE = "src/linkedproj"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class House:
    """A copy of the program, its ontology and its queries, with the small portfolio in data/."""

    home: Path

    def read(self, name: str) -> str:
        """Read a file of the copy."""
        return (self.home / name).read_text("utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a file of the copy, in a folder that may be new."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def append(self, name: str, text: str) -> None:
        """Write more at the end of a file."""
        self.write(name, self.read(name) + text)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that is there once."""
        text = self.read(name)
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def row(self, name: str, table: str, row: str, module: str = "") -> None:
        """Write a row at the top of a table of a module, which imports the module that the row needs."""
        text = self.read(name)
        opened = re.search(rf"^{table}\b.*= \{{$", text, re.MULTILINE)
        inline = re.search(rf"^{table}\b.*= \{{(?=.+\}}$)", text, re.MULTILINE)
        found = opened or inline
        assert found, f"{name} has no table {table}"
        text = f"{text[: found.end()]}{row}, {text[found.end() :]}"
        if module:
            head, mark, rest = text.partition("from __future__ import annotations\n")
            package = name.removeprefix("src/").removesuffix("/__init__.py").replace("/", ".")
            text = f"{head}{mark}from {package} import {module}\n{rest}"
        self.write(name, text)

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run the copy's command line and return what it wrote."""
        done = subprocess.run(
            [sys.executable, "-m", "linkedproj", *arguments],
            cwd=self.home,
            env=os.environ | {"PYTHONPATH": str(self.home / "src")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def curate(self, table: str, columns: str) -> None:
        """Name columns of a table for which a curator answers."""
        text = self.read("data/portfolio.toml")
        named = re.search(rf"^{table} = \[", text, re.MULTILINE)
        if named:
            self.write("data/portfolio.toml", f"{text[: named.end()]}{columns}, {text[named.end() :]}")
        else:
            self.replace("data/portfolio.toml", "[curated]\n", f"[curated]\n{table} = [{columns}]\n")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Copy what an addition may touch."""
    for name in ("src", "ontology", "queries"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copytree(SMALL, tmp_path / "data")
    return House(tmp_path)


def add_term(house: House, name: str, definition: str) -> None:
    house.replace("ontology/context.jsonld", '  "id": "@id",\n', f'  "id": "@id",\n  "{name}": {definition},\n')


def add_property(house: House, shape: str, name: str, rules: str, *, path: str = "") -> None:
    """Write a property shape with its messages, and name it in a node shape."""
    spoken = " ,\n    ".join(f'"{name} is wrong.\\nCorrect the column {name}."@{tag}' for tag in ("en", "ca", "es"))
    reason = " ,\n    ".join(f'"It is made up."@{tag}' for tag in ("en", "ca", "es"))
    house.append(
        "ontology/shapes.ttl",
        f"""
s:new-{name} a sh:PropertyShape ;
  dct:identifier "LP-NEW-{name.upper()}" ;
  sh:path {path or "lp:" + name} ;
  sh:name "{name}" ;
  {rules} ;
  sh:message {spoken} ;
  rdfs:comment {reason} .
s:{shape} sh:property s:new-{name} .
""",
    )


def define(house: House, term: str, kind: str, more: str = "") -> None:
    """Write a term of the vocabulary, with its texts."""
    texts = " ;\n  ".join(
        f"{says} " + " , ".join(f'"made up {term}"@{tag}' for tag in ("en", "ca", "es"))
        for says in ("skos:prefLabel", "rdfs:label", "skos:definition", "rdfs:comment")
    )
    house.append(
        "ontology/linkedproj.ttl",
        f"\n{term} a {kind} ;\n  {texts} ;\n  {more}rdfs:isDefinedBy <https://w3id.org/linkedproj/ns> .\n",
    )


def fill(house: House, table: str, column: str, cells: list[str]) -> None:
    """Add a column to a table of one-line records, for which a curator answers."""
    head, *rows = house.read(f"data/{table}.csv").splitlines()
    lines = [f"{head},{column}", *(f"{row},{cell}" for row, cell in zip(rows, cells, strict=True))]
    house.write(f"data/{table}.csv", "\n".join(lines) + "\n")
    house.curate(table, f'"{column}"')


# ---------------------------------------------------------------- data alone


def test_a_record_type(house: House) -> None:
    add_term(
        house, "Gathering", '{"@id": "lp:Gathering", "@context": {"@base": "https://data.example.org/id/gathering/"}}'
    )
    define(house, "lp:Gathering", "owl:Class")
    titles = ", ".join(f"s:title-{part}" for part in ("once", "text"))
    house.append(
        "ontology/shapes.ttl",
        f"""
s:Gathering a sh:NodeShape ;
  rdfs:label "Gathering"@en , "Trobada"@ca , "Encuentro"@es ;
  sh:targetClass lp:Gathering ;
  sh:property {titles} , s:label-title , s:start-form , s:start-once .
""",
    )
    house.write("data/gathering.csv", "id,title@en,title@ca,title@es,start\nfair,Fair,Fira,Feria,2020-05\n")
    house.curate("gathering", '"title@en", "title@ca", "title@es", "start"')
    assert "No problems: all 34 records are fine." in house.run("check")
    house.run("build")
    dump = house.read("public/dump/latest/portfolio.nt")
    assert '<https://small.example/id/gathering/fair> <http://purl.org/dc/terms/title> "Feria"@es .\n' in dump
    assert "Gathering" in house.run("diagram")


def test_a_nested_type(house: House) -> None:
    add_term(
        house,
        "Address",
        '{"@id": "schema:PostalAddress", "@context": {"@base": "https://data.example.org/id/address/"}}',
    )
    add_term(
        house,
        "postal",
        '{"@id": "schema:address", "@type": "@id", "@context": {"@base": "https://data.example.org/id/address/"}}',
    )
    add_term(house, "street", '{"@id": "schema:streetAddress"}')
    composite = "sh:class schema:PostalAddress ; dash:composite true"
    add_property(house, "City", "postal", composite, path="schema:address")
    house.append(
        "ontology/shapes.ttl",
        """
s:Address a sh:NodeShape ;
  rdfs:label "Address"@en , "Adreça"@ca , "Dirección"@es ;
  sh:targetClass schema:PostalAddress .
""",
    )
    add_property(house, "Address", "street", "sh:datatype xsd:string", path="schema:streetAddress")
    fill(house, "city", "postal.street", ["", "Quay 1"])
    assert "No problems: all 33 records are fine." in house.run("check")


def test_a_field(house: House) -> None:
    add_term(house, "motto", '{"@id": "lp:motto"}')
    define(house, "lp:motto", "owl:DatatypeProperty")
    add_property(house, "Theme", "motto", "sh:minLength 3")
    rows = len(house.read("data/theme.csv").splitlines()) - 1
    fill(house, "theme", "motto", ["Onwards"] * rows)
    assert "No problems: all 33 records are fine." in house.run("check")
    house.write("data/theme.csv", house.read("data/theme.csv").replace("Onwards", "On", 1))
    assert re.search(
        r"data/theme\.csv:2:\d+: .*motto is wrong\. \[LP-NEW-MOTTO\]\n    Correct the column motto\.",
        house.run("check", code=1),
    )


def test_a_rule_about_values(house: House) -> None:
    add_property(house, "City", "sameAs", "sh:nodeKind sh:Literal", path="schema:sameAs")
    told = "city/marella: sameAs is wrong. [LP-NEW-SAMEAS]\n    Correct the column sameAs."
    assert told in house.run("check", code=1)
    assert "It is made up." in house.run("explain", "LP-NEW-SAMEAS")


def test_a_rule_about_cells_and_the_line_that_finds_the_fault(house: House) -> None:
    texts = "".join(
        f'{part}.{tag} = "A made-up text."\n' for part in ("message", "fix", "why") for tag in ("en", "ca", "es")
    )
    house.append(
        f"{PACKAGE}/model/rules.toml",
        f'\n[LP-CELL-LEAP]\nseverity = "violation"\n{texts}wrong = "2020"\nright = "2019"\n',
    )
    house.replace(
        f"{PACKAGE}/model/lexical.py",
        "    if is_day(text) or",
        '    if text == "2021":\n        return "LP-CELL-LEAP"\n    if is_day(text) or',
    )
    assert "data/project.csv:2:107: A made-up text. [LP-CELL-LEAP]\n    A made-up text." in house.run("check", code=1)
    assert "LP-CELL-LEAP" in house.run("explain")


def test_a_code(house: House) -> None:
    define(
        house,
        "activity-type:walk",
        "skos:Concept",
        'skos:notation "walk" ; skos:inScheme activity-type:scheme ; skos:topConceptOf activity-type:scheme ; ',
    )
    house.append("ontology/linkedproj.ttl", "\nactivity-type:scheme skos:hasTopConcept activity-type:walk .\n")
    house.replace(
        "ontology/shapes.ttl",
        "    activity-type:study-visit\n",
        "    activity-type:study-visit\n    activity-type:walk\n",
    )
    shapes = house.read("ontology/shapes.ttl")
    house.write("ontology/shapes.ttl", shapes.replace(": study-visit, interviews,", ": study-visit, walk, interviews,"))
    house.replace("data/activity.csv", "study-visit", "walk")
    assert "No problems: all 33 records are fine." in house.run("check")
    house.replace("data/activity.csv", ",walk,", ",walks,")
    assert "The nearest is 'walk'." in house.run("check", code=1)


def test_a_code_list(house: House) -> None:
    add_term(
        house, "mood", '{"@id": "lp:mood", "@type": "@id", "@context": {"@base": "https://w3id.org/linkedproj/mood/"}}'
    )
    define(house, "lp:mood", "owl:ObjectProperty")
    scheme = "<https://w3id.org/linkedproj/mood/scheme>"
    merry = "<https://w3id.org/linkedproj/mood/merry>"
    define(house, scheme, "skos:ConceptScheme", f"skos:hasTopConcept {merry} ; ")
    define(
        house, merry, "skos:Concept", f'skos:notation "merry" ; skos:inScheme {scheme} ; skos:topConceptOf {scheme} ; '
    )
    add_property(house, "Activity", "mood", f"sh:in ( {merry} )")
    fill(house, "activity", "mood", ["merry"])
    assert "No problems: all 33 records are fine." in house.run("check")
    house.replace("data/activity.csv", ",merry", ",mery")
    assert "The nearest is 'merry'." in house.run("check", code=1)


def test_a_list_that_others_keep(house: House) -> None:
    house.write("ontology/lists/prize.csv", "code,name@en,also\nP1,First prize,GOLD\n")
    house.write(
        "ontology/lists/prize.ttl",
        "@prefix void: <http://rdfs.org/ns/void#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
        '<https://w3id.org/linkedproj/list/prize> void:uriSpace "https://prize.example/" ; dct:title "prizes"@en .\n',
    )
    house.replace("data/theme.csv", "http://eurovoc.europa.eu/1", "https://prize.example/GOLD")
    found = house.run("check", code=1)
    assert "exactMatch 'GOLD' is not in the list of prizes. [LP-CELL-LISTED]" in found
    assert "Did you mean 'P1'?" in found


def test_a_hierarchy(house: House) -> None:
    """Or a key: both are said at the shapes of columns that are there."""
    named = '  sh:name "acronym" ;\n'
    house.replace("ontology/shapes.ttl", named, f"{named}  dash:uniqueValueForClass lp:Project ;\n")
    house.replace("data/project.csv", "Escuela de huerto,,", "Escuela de huerto,QUIET,")
    assert "project/orchard and project/harbour (data/project.csv:2:" in house.run("check", code=1)


def test_a_datatype(house: House) -> None:
    add_term(house, "opens", '{"@id": "lp:opens", "@type": "xsd:time"}')
    define(house, "lp:opens", "owl:DatatypeProperty")
    add_property(house, "Activity", "opens", "sh:datatype xsd:time")
    house.row(
        f"{PACKAGE}/model/lexical.py",
        "SPELLINGS",
        'XSD + "time": lambda text: "" if re.fullmatch("[0-9]{2}:[0-9]{2}:[0-9]{2}", text) else "LP-CELL-DATETIME"',
    )
    fill(house, "activity", "opens", ["09:30:00"])
    assert "No problems: all 33 records are fine." in house.run("check")
    house.replace("data/activity.csv", "09:30:00", "half past nine")
    assert "[LP-CELL-DATETIME]" in house.run("check", code=1)


def test_a_query(house: House) -> None:
    house.write(
        "queries/hamlets.rq",
        """#+ summary: All places
#+ description: Every place by its name.
#+ tags:
#+   - places
#+ linkedproj:
#+   title: {ca: Tots els llocs, es: Todos los lugares}
#+   description: {ca: Cada lloc amb el nom., es: Cada lugar con su nombre.}
#+   view: table
#+   expect: {columns: [place, place_label]}
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?place ?place_label WHERE {
  ?place a dct:Location ; rdfs:label ?place_label FILTER(LANG(?place_label) = "en")
}
ORDER BY ?place
""",
    )
    assert "hamlets" in house.run("queries", "list")
    assert "city/marella   Marella" in house.run("query", "hamlets", "--records", "data")


def test_a_portal_profile(house: House) -> None:
    folder = "ontology/profiles/sign"
    house.write(
        f"{folder}/describe.rq",
        """#+ title: A sign at the door
#+ files: sign.ttl
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX rel: <https://w3id.org/linkedproj/release#>
CONSTRUCT { <sign> dct:title ?title } WHERE { <release> rel:title ?title }
""",
    )
    spoken = " , ".join(f'"The sign has no note.\\nWrite one."@{tag}' for tag in ("en", "ca", "es"))
    house.write(
        f"{folder}/shapes.ttl",
        f"""@prefix p: <https://w3id.org/linkedproj/profiles/sign#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
p:note a sh:PropertyShape ;
  dct:identifier "LP-SIGN-NOTE" ;
  sh:targetSubjectsOf dct:title ;
  sh:path dct:description ; sh:minCount 1 ;
  sh:severity sh:Warning ;
  sh:message {spoken} ;
  rdfs:comment "A sign says more."@en , "Un rètol diu més."@ca , "Un letrero dice más."@es .
""",
    )
    house.replace("data/portfolio.toml", "licence =", 'profiles = ["sign"]\nlicence =')
    assert "LP-SIGN-NOTE" in house.run("build")
    assert "A small portfolio" in house.read("public/sign.ttl")
    assert "A sign says more." in house.run("explain", "LP-SIGN-NOTE")


def test_an_importer(house: House) -> None:
    text = """name = "berths"
title = "A list of berths"
[[resources]]
name = "berths"
path = "*.csv"
[[records]]
table = "theme"
from = "berths"
key = ["Name"]
[records.columns]
"name@en" = "Name"
inScheme = { value = "policy-theme" }
"""
    house.write("berths.csv", "Name\nQuiet berths\n")
    house.write("data/importers/berths.toml", text)
    house.run("import", "berths", "berths.csv", "--into", "data")
    assert "quiet-berths,Quiet berths,policy-theme" in house.read("data/theme.berths.csv")
    house.write(f"{PACKAGE}/importers/sources/moorings.toml", text.replace('"berths"\ntitle', '"moorings"\ntitle'))
    assert "moorings      A list of berths" in house.run("import", "--list")
    house.run("import", "moorings", "berths.csv", "--into", "begun")
    assert "Quiet berths" in house.read("begun/theme.moorings.csv")


# ---------------------------------------------------------------- a module and its row


def test_an_input_format(house: House) -> None:
    source = house.read(f"{PACKAGE}/tables/readers/csv.py")
    house.write(f"{PACKAGE}/tables/readers/bars.py", source)
    row = re.search(r'^ +"\.csv": (.*),$', house.read(f"{PACKAGE}/tables/readers/__init__.py"), re.MULTILINE)
    assert row
    house.row(f"{PACKAGE}/tables/readers/__init__.py", "READERS", f'".bars": {row[1].replace("csv.", "bars.")}', "bars")
    (house.home / "data/theme.csv").rename(house.home / "data/theme.bars")
    assert "No problems: all 33 records are fine." in house.run("check")


def test_an_output_format(house: House) -> None:
    house.write(f"{PACKAGE}/writers/lines.py", house.read(f"{PACKAGE}/writers/ntriples.py"))
    house.row(
        f"{PACKAGE}/writers/__init__.py",
        "FORMATS",
        '"lines": Format(".lines", "text/plain", "RDF_N_TRIPLES", "Lines", lines.compile_rows, lambda _: "", '
        "describe=lines.describe)",
        "lines",
    )
    house.run("build")
    assert house.read("public/dump/latest/portfolio.lines") == house.read("public/dump/latest/portfolio.nt")
    assert "portfolio.lines\n" in house.read("public/dump/latest/SHA256SUMS")
    house.run("verify")


def test_a_runner(house: House) -> None:
    house.write(
        f"{PACKAGE}/mapping/runners/backwards.py",
        """from contextlib import contextmanager
import sys

from linkedproj.mapping.runners.resources import hand_over, perform_from


@contextmanager
def opened(resources):
    def run(setting, tasks):
        path = hand_over(setting)
        print("backwards", file=sys.stderr)
        return (perform_from(path, task) for task in reversed(tasks))

    yield run
""",
    )
    house.row(
        f"{PACKAGE}/mapping/runners/__init__.py",
        "RUNNERS",
        '"backwards": _opener("linkedproj.mapping.runners.backwards")',
    )
    house.run("build", "--out", "usual")
    assert "backwards" in house.run("build", "--runner", "backwards")
    assert house.read("public/dump/latest/SHA256SUMS") == house.read("usual/dump/latest/SHA256SUMS")
    assert "backwards" in house.run("check", "--runner", "backwards")


def test_a_shacl_engine(house: House) -> None:
    house.write(f"{PACKAGE}/check/engines/second.py", "from linkedproj.check.engines.reference import load\n")
    row = '"second": Engine("pyshacl", "linkedproj.check.engines.second", whole=250_000)'
    house.row(f"{PACKAGE}/check/engines/__init__.py", "ENGINES", row)
    assert "No problems: all 33 records are fine." in house.run("check", "--engine", "second")


def test_a_report_format(house: House) -> None:
    house.write(
        f"{PACKAGE}/reports/codes.py",
        'def write(report, language):\n    return "".join(f"{p.place} {p.rule}\\n" for p in report.problems)\n',
    )
    house.row(f"{PACKAGE}/reports/__init__.py", "REPORTS", '"codes": _writer("linkedproj.reports.codes")')
    house.replace("data/project.csv", "2019-03", "soon")
    assert house.run("check", "--format", "codes", code=1) == "data/project.csv:2:99 LP-CELL-DATE\n"


def test_a_result_format(house: House, small_release: Path) -> None:
    house.write(
        f"{PACKAGE}/queries/results/heads.py", 'def write_heads(table):\n    return " ".join(table.columns) + "\\n"\n'
    )
    row = '"heads": ResultFormat(".heads", "text/plain", table="heads.write_heads")'
    house.row(f"{PACKAGE}/queries/results/formats.py", "FORMATS", row)
    asked = ("query", "places", "--data", str(small_release / "portfolio.nt"))
    heads = house.run(*asked, "--format", "csv").splitlines()[0].split(",")
    assert house.run(*asked, "--format", "heads").split() == heads
    house.run(*asked, "--out", "places.heads")
    assert house.read("places.heads").split() == heads


def test_a_language_of_messages(house: House) -> None:
    house.replace(
        f"{PACKAGE}/model/languages.py", 'LANGUAGES = ("en", "ca", "es")', 'LANGUAGES = ("en", "ca", "es", "fr")'
    )
    text = house.read(f"{PACKAGE}/model/rules.toml")
    english = "message.en = \"{column} '{cell}' is not written as a date.\"\n"
    assert text.count(english) == 1
    house.write(
        f"{PACKAGE}/model/rules.toml",
        text.replace(english, english + 'message.fr = "{column} « {cell} » n\'est pas une date."\n'),
    )
    house.replace("data/project.csv", "2019-03", "soon")
    for command in ("check", "build"):
        assert "start « soon » n'est pas une date." in house.run(command, "--lang", "fr", code=1)
    assert "n'est pas une date." in house.run("explain", "LP-CELL-DATE", "--lang", "fr")
    for command in ("diff", "rate"):
        assert "fr" in re.split(r"--lang", house.run(command, "--help"))[1][:40]


def test_a_command(house: House) -> None:
    house.write(
        f"{PACKAGE}/commands/greet.py",
        'import click\n\n\n@click.command(name="greet", help="Greet who is there.")\n'
        'def command():\n    click.echo("hello")\n',
    )
    assert "Greet who is there." in house.run("--help")
    assert house.run("greet") == "hello\n"


# ---------------------------------------------------------------- the table itself

# Rows that other tests make true: where they are tried.
ELSEWHERE = {
    "meaning": "test_guess.py",
    "benchmark peer": "test_bench.py",
    "guard": "test_reliability.py",
    "hostile file or query": "test_reliability.py",
    "reader to be fuzzed": "test_reliability.py",
    "word for a change": "test_diff.py",
    "language of the records": "test_context.py",
    "scheme that others publish": "test_schemes.py",
    "setting": "test_settings.py",
}


def test_every_row_of_the_table_is_tried() -> None:
    section = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## One place for each addition")[1].split("\n## ")[0]
    rows = re.findall(r"^\| an? \*\*(.+?)\*\*(.*?)\|", section, re.MULTILINE)
    assert rows
    tried = {name.removeprefix("test_a_").removeprefix("test_an_") for name in globals() if name.startswith("test_a")}
    for name, more in rows:
        if name in ELSEWHERE:
            assert (Path(__file__).parent / ELSEWHERE[name]).is_file(), name
            continue
        words = "_".join(f"{name}{more}".lower().replace("(", "").split())
        assert any(words.startswith(test) or test.startswith(name.lower().replace(" ", "_")) for test in tried), name
