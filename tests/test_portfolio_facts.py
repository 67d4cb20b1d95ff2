"""The shipped portfolio: every line of the reading notes, the claims of the news, and nothing that must not be said."""

from __future__ import annotations

import csv
import gzip
import re
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from pyarrow import parquet

from linkedproj.check.portfolio import check_folder
from linkedproj.mapping.evidence import BASES
from linkedproj.mapping.evidence.coverage import STRONGEST_FIRST
from linkedproj.model.rules import Severity
from linkedproj.queries.ask import local
from linkedproj.queries.ask.about import look_up
from linkedproj.queries.saved.bases import by_table, context_of
from linkedproj.queries.saved.collection import open_collection
from linkedproj.reports.report import exit_code
from linkedproj.reports.summary import report_of

if TYPE_CHECKING:
    from linkedproj.check.portfolio import Findings

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
SHARED = ROOT.parent / "shared"
SEEDS = SHARED / "seeds"
FACTS = SHARED / "facts/portfolio-facts.md"

LINES = {f"N{n}" for n in range(1, 60)} | {f"X{n}" for n in range(1, 38)} | {f"B{n}" for n in range(1, 48)} | {"B29b"}
REREAD = {f"E{n}" for n in range(1, 20)}
COUNTRIES = {
    *("ALB", "BEL", "BIH", "DEU", "ESP", "FRA", "GBR", "GRC", "HRV"),
    *("ITA", "LTU", "NLD", "NOR", "POL", "PRT", "SVN", "SWE"),
}
ID = "https://data.example.org/id/"
COUNTRY = "http://publications.europa.eu/resource/authority/country/"
PREFIXES = """
PREFIX lp: <https://w3id.org/linkedproj/ns#>
PREFIX role: <https://w3id.org/linkedproj/role/>
PREFIX status: <https://w3id.org/linkedproj/status/>
PREFIX adms: <http://www.w3.org/ns/adms#>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcmitype: <http://purl.org/dc/dcmitype/>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX project: <https://data.example.org/id/project/>
PREFIX cooperation: <https://data.example.org/id/cooperation/>
PREFIX organisation: <https://data.example.org/id/organisation/>
PREFIX city: <https://data.example.org/id/city/>
"""

needs_seeds = pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the kept copies of the sources are not beside this checkout"
)
needs_facts = pytest.mark.skipif(not FACTS.is_file(), reason="the reading notes are not beside this checkout")


@pytest.fixture(scope="module")
def store(release: Path) -> ox.Store:
    found = ox.Store()
    for name in ("portfolio.ttl", "evidence.ttl"):
        found.bulk_load(path=release / name, format=ox.RdfFormat.TURTLE)
    return found


@pytest.fixture(scope="module")
def findings() -> Findings:
    return check_folder(DATA, SEEDS if SEEDS.is_dir() else None)


def ask(store: ox.Store, pattern: str) -> set[tuple[str, ...]]:
    """Return the rows of a SELECT, IRIs without the base of the records or the countries."""
    rows = store.query(PREFIXES + pattern)
    assert isinstance(rows, ox.QuerySolutions)
    return {tuple(_short(value) for value in row) for row in rows}


def _short(value: object) -> str:
    text = value.value if isinstance(value, ox.NamedNode | ox.Literal) else str(value)
    return text.removeprefix(ID).removeprefix(COUNTRY)


def rows(table: str) -> list[dict[str, str]]:
    """Read all files of a table."""
    found = []
    for path in sorted(DATA.glob(f"{table}.csv")) + sorted(DATA.glob(f"{table}.*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    return found


def named(cell: str | None) -> set[str]:
    return {item.strip() for item in (cell or "").split(";") if item.strip()}


@cache
def published(folder: Path) -> str:
    """Return the text of everything that says something of records, in one piece."""
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.iterdir()) if path.suffix in {".ttl", ".csv"})


# ---------------------------------------------------------------- every line


def _passed_over() -> dict[str, str]:
    """Read from data/README.md which lines record nothing, with the reason."""
    section = (DATA / "README.md").read_text("utf-8").partition("## Lines that record nothing")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| (\w+) .*?\| (.+) \|$", section, re.MULTILINE))


def test_every_line_of_the_notes_is_recorded_or_passed_over_with_a_reason() -> None:
    recorded: set[str] = set()
    for path in DATA.glob("*.csv"):
        recorded |= {line for row in rows(path.name.removesuffix(".csv")) for line in named(row.get("_line"))}
    passed = {line for line, reason in _passed_over().items() if len(reason) > 20 and line in LINES}
    assert recorded <= LINES | REREAD, "a _line that is in no notes"
    assert (recorded - REREAD) | passed == LINES
    assert not recorded & passed


@needs_facts
def test_every_quoted_line_has_its_quote_among_the_evidence() -> None:
    quotes = {(row["source"], row["quote.exact"]) for row in rows("evidence")}
    sources = {"N": "news-2020-02-11", "X": "igop-birmingham"}
    lines = re.findall(r'^\| ([NX]\d+) \|.*\| "(.*)" \|$', FACTS.read_text("utf-8"), re.MULTILINE)
    assert len(lines) == 59 + 37
    missing = {line for line, quote in lines if (sources[line[0]], quote) not in quotes}
    assert missing <= set(_passed_over())


@needs_facts
def test_every_link_elsewhere_is_a_verified_one() -> None:
    facts = FACTS.read_text("utf-8")
    for table in ("organisation", "city", "country"):
        for row in rows(table):
            for address in named(row.get("sameAs")):
                key = re.split(r"[/]", address.rstrip("/"))[-1]
                assert re.search(rf"\b{re.escape(key)}\b", facts), f"{table}/{row['id']}: {address}"


# ---------------------------------------------------------------- what the news claims

_IN_2019 = """
  ?project a lp:Project ; dct:temporal ?time ; lp:participation/org:member organisation:barcelona-activa .
  OPTIONAL { ?time dcat:startDate ?start } OPTIONAL { ?time dcat:endDate ?end }
  FILTER(COALESCE(?start, "2019-01-01"^^xsd:date) <= "2019-12-31"^^xsd:date)
  FILTER(COALESCE(?end, "2019-12-31"^^xsd:date) >= "2019-01-01"^^xsd:date)
"""


def test_six_projects_ran_in_2019(store: ox.Store) -> None:
    found = ask(store, f"SELECT DISTINCT ?project {{ {_IN_2019} }}")
    six = {"vet-urban-centres", "dsiscale", "chebec", "smath", "urbact-gender", "plus-resilient"}
    assert found == {(f"project/{name}",) for name in six}


def test_their_participants_are_from_seventeen_european_countries(store: ox.Store) -> None:
    found = ask(
        store,
        f"""SELECT DISTINCT ?country {{ {_IN_2019}
          ?project lp:participation/org:member/lp:seat/schema:containedInPlace? ?country . ?country a schema:Country
        }}""",
    )
    assert {country for (country,) in found} == COUNTRIES
    assert len(COUNTRIES) == 17


def test_five_of_the_six_were_still_running_in_2020(store: ox.Store) -> None:
    found = ask(store, f"SELECT DISTINCT ?project ?status {{ {_IN_2019} ?project adms:status ?status }}")
    running = {project for project, status in found if status.endswith("/ongoing")}
    assert {project for project, _ in found} - running == {"project/dsiscale"}
    assert len(running) == 5


def test_that_dsiscale_goes_on_is_kept_as_what_a_source_says_otherwise(store: ox.Store) -> None:
    found = ask(
        store,
        """SELECT ?object ?rank ?source { ?e rdf:subject project:dsiscale ; rdf:predicate adms:status ;
          rdf:object ?object ; lp:rank ?rank ; <http://purl.org/dc/terms/source> ?source }""",
    )
    status, rank = "https://w3id.org/linkedproj/status/", "https://w3id.org/linkedproj/rank/"
    assert (f"{status}ongoing", f"{rank}deprecated", "source/news-2020-02-11") in found


def test_four_cooperations_are_no_projects(store: ox.Store) -> None:
    found = {name for (name,) in ask(store, "SELECT ?c { ?c a lp:Cooperation }")}
    assert found == {f"cooperation/{name}" for name in ("japan-startups", "cities-agreement", "kigali", "unesco-chair")}
    assert not ask(store, "SELECT ?c { ?c a lp:Cooperation , lp:Project }")
    assert {name for (name,) in ask(store, "SELECT ?p { ?p a lp:Project }")} & found == set()


def test_the_exchange_has_its_months_its_cities_and_its_roles(store: ox.Store) -> None:
    this = "project:birmingham-barcelona"
    assert ask(store, f"SELECT ?s ?e {{ {this} schema:startDate ?s ; schema:endDate ?e }}") == {("2017-11", "2018-12")}
    assert ask(store, f"SELECT ?s ?e {{ {this} dct:temporal [ dcat:startDate ?s ; dcat:endDate ?e ] }}") == {
        ("2017-11-01", "2018-12-31")
    }
    assert ask(store, f"SELECT ?c {{ {this} dct:spatial ?c }}") == {("city/birmingham",), ("city/barcelona",)}
    roles: dict[str, set[str]] = defaultdict(set)
    for member, role in ask(store, f"SELECT ?m ?r {{ {this} lp:participation [ org:member ?m ; org:role ?r ] }}"):
        roles[member.removeprefix("organisation/")].add(role.rpartition("/")[2])
    assert roles == {
        "cles": {"promoter", "partner"},
        "igop-uab": {"promoter", "researcher"},
        "pemb": {"promoter", "funder"},
    }
    activities = {name.rpartition("/")[2] for (name,) in ask(store, f"SELECT ?t {{ {this} lp:activity/dct:type ?t }}")}
    assert activities == {"study-visit", "interviews", "comparative-study"}


# ---------------------------------------------------------------- names, letter for letter

_OWN_NAMES = [
    ("agenzia-umbria-ricerche", "it", "Agenzia Umbria Ricerche"),
    ("aide-aux-musiques-innovatrices", "fr", "Aide Aux Musiques Innovatrices"),
    ("anci", "it", "Associazione nazionale dei Comuni italiani"),
    ("aster", "it", "Aster S.Cons. Spa"),
    ("fjell-kommune", "nn", "Fjell Kommune"),
    ("hordaland", "nn", "Hordaland Fylkeskommune"),
    ("ipia-orfini", "it", "Istituto Professionale per l'Industria e l'Artigianato \"E. Orfini\""),
    ("knarvik-upper-secondary-school", "nn", "Knarvik Vidaregåande Skule"),
    ("pole-culture-patrimoines", "fr", "Pôle Culture & Patrimoines"),
    ("rcdi", "pt", "Rede de Competências para o Desenvolvimento e a Inovação"),
    ("foundation-partnership-civil-society", "hr", "Zaklada za poticanje partnerstva i razvoja civilnog društva"),
    ("istria-county", "hr", "Istarska županija"),
    ("regione-lazio", "it", "Regione Lazio"),
    ("sotra-upper-secondary-school", "nn", "Sotra Vidaregåande Skule"),
    ("umea", "sv", "Umeå kommun"),
]
_FULL_NAMES = [
    ("anci", "National Association of Italian Municipalities"),
    ("ca-foscari", "Ca’ Foscari University of Venice"),
    ("chamber-seville", "Official Chamber of Commerce, Industry and Shipping of Seville"),
    ("earlall", "European Association of Regional and Local Authorities for Lifelong Learning"),
    (
        "foundation-partnership-civil-society",
        "Foundation for the Promotion of Partnership and Development of Civil Society",
    ),
    ("gfoss", "Greek Free Open Source Software Society"),
    ("institute-culture-barcelona", "Institute of Culture of the Municipality of Barcelona"),
    ("prizma", "PRIZMA - Foundation for Improvement of Employment Possibilities"),
    ("rcdi", "RCDI - Development and Innovation Network"),
    ("rda-bsc-kranj", "RDA - Business Support Centre Kranj"),
    ("remth", "Region of East Macedonia and Thrace (REMTH) - Regional Development Fund"),
    ("treviso-belluno-chamber", "Treviso and Belluno Chamber of Commerce"),
    ("union-chambers-albania", "Union of Chambers of Commerce and Industry of Albania"),
    ("zicer", "ZICER Zagreb Innovation Center"),
]


@pytest.mark.parametrize(("organisation", "language", "name"), _OWN_NAMES)
def test_a_name_carries_its_own_language(organisation: str, language: str, name: str, store: ox.Store) -> None:
    found = ask(store, f"SELECT ?n (LANG(?n) AS ?l) {{ organisation:{organisation} skos:prefLabel ?n }}")
    assert (name, language) in found


@pytest.mark.parametrize(("organisation", "name"), _FULL_NAMES)
def test_a_name_is_as_long_as_its_page_has_it(organisation: str, name: str, store: ox.Store) -> None:
    assert (name, "en") in ask(store, f"SELECT ?n (LANG(?n) AS ?l) {{ organisation:{organisation} skos:prefLabel ?n }}")


def _names(row: dict[str, str]) -> dict[str, str]:
    """Return the names in a row of a table, by their language."""
    return {column.partition("@")[2]: cell for column, cell in row.items() if column.startswith("name@") and cell}


_SELF_NAMED = {
    *("ajuntament-barcelona", "chamber-seville", "igop-uab", "institute-culture-barcelona", "pemb"),
    *("technological-institute-aragon", "uab", "university-valencia", "uoc"),
}


def test_each_name_of_an_organisation_has_its_quote_or_says_that_no_copy_is_kept() -> None:
    """Only bodies of Spain have names that no page at hand states: they give themselves several."""
    known: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in rows("evidence"):
        if row["rank"] != "deprecated":
            for column in named(row["predicate"]):
                known[row["subject"], column].append((row["quote.exact"], row["note@en"]))
    unquoted = set()
    for row in rows("organisation"):
        for tag in _names(row):
            found = known[f"organisation/{row['id']}", f"name@{tag}"]
            assert found, f"{row['id']} {tag}"
            if not any(quote for quote, _ in found):
                assert any("no copy of a page that has" in note for _, note in found), f"{row['id']} {tag}"
                unquoted.add(row["id"])
    assert unquoted == _SELF_NAMED


def test_no_name_is_repeated_in_another_language() -> None:
    repeated = [row["id"] for row in rows("organisation") if len(set(_names(row).values())) < len(_names(row))]
    assert repeated == []
    assert {tag for row in rows("organisation") for tag in _names(row)} == set(
        (settings := tomllib.loads((DATA / "portfolio.toml").read_text("utf-8")))["languages"]
    ) | set(settings["further-languages"])


def test_the_catalan_and_spanish_names_are_those_of_bodies_that_bear_them() -> None:
    translated = {row["id"] for row in rows("organisation") if {"ca", "es"} & set(_names(row))}
    assert translated == _SELF_NAMED | {"barcelona-activa"}


def test_a_quoted_name_is_written_letter_for_letter() -> None:
    names = {f"organisation/{row['id']}": row for row in rows("organisation")}
    differs = set()
    for row in rows("evidence"):
        if row["subject"] in names and row["quote.exact"] and not row["rank"] and not row["basis"]:
            for column in named(row["predicate"]):
                if "ame@" in column and names[row["subject"]][column] not in row["quote.exact"]:
                    differs.add((row["subject"], row["note@en"]))
    plain = "The page writes the name without its diacritics."
    assert differs == {("organisation/panevezys", plain), ("organisation/umea", plain)}


def test_no_acronym_stands_as_a_name_in_three_languages() -> None:
    for row in rows("organisation"):
        alternatives = [row.get(f"altName@{tag}") for tag in ("en", "ca", "es")]
        assert len(set(filter(None, alternatives))) == len(list(filter(None, alternatives))), row["id"]
    for letters in ("CLES", "PEMB", "UAB", "IGOP-UAB", "EARLALL", "ANCI", "GFOSS", "RCDI", "REMTH"):
        assert [row["id"] for row in rows("organisation") if row["acronym"] == letters], letters


# ---------------------------------------------------------------- mended at the second reading


def texts(*tables: str) -> str:
    """Return all cells of the named tables, or of all but the evidence, one a line."""
    kinds = tables or tuple({path.name.split(".")[0] for path in DATA.glob("*.csv")} - {"evidence"})
    return "\n".join(cell for table in kinds for row in rows(table) for cell in row.values() if cell)


def test_2019_is_said_of_the_projects_and_not_of_the_cooperations(store: ox.Store) -> None:
    assert not ask(store, "SELECT ?d { ?p a dcmitype:Collection ; schema:startDate|schema:endDate|dct:temporal ?d }")
    for text in (texts("portfolio", "cooperation"), (DATA / "portfolio.toml").read_text("utf-8")):
        assert not re.search(r"\bcooperaci?[^,.;\n]*2019", text)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("The list gives the short name only", id="it gives the full names"),
        pytest.param("ciutats del Quebec", id="city or province is open"),
        pytest.param("under the Cities agreement|amb l’acord Cities|con el acuerdo Cities", id="applied, not under it"),
        pytest.param(
            "empresa, (els )?negoc|empresa, (los )?negoc", id="the agency says emprenedoria, empresa i ocupació"
        ),
        pytest.param("portafoli", id="one word: cartera"),
        pytest.param("l’escala i el creixement|la escala y el crecimiento", id="scale is expansion, no ladder"),
        pytest.param("surroundings that sustain|learn of actions|and then tries it out", id="English that says it"),
        pytest.param("CHEBEC designs|CHEBEC dissenya|CHEBEC diseña|first designed", id="a goal is no deed"),
        pytest.param("creates a network|crea una xarxa|crea una red", id="an aim is no deed"),
        pytest.param("apply (them|these|the methodologies)", id="applied by whom is not said"),
        pytest.param("eurovoc.europa.eu/70433", id="in no list at hand"),
    ],
)
def test_what_no_page_says_is_said_no_more(words: str) -> None:
    assert not re.search(words, texts() + (DATA / "portfolio.toml").read_text("utf-8"))


def test_a_portfolio_has_one_word_in_catalan_and_one_in_spanish() -> None:
    for room in ("src", "ontology", "queries", "docs", "data"):
        for path in (ROOT / room).rglob("*"):
            if path.suffix in {".py", ".toml", ".ttl", ".rq", ".md", ".csv", ".json", ".jsonld", ".html"}:
                assert not re.search("portafoli", path.read_text("utf-8"), re.IGNORECASE), path


def test_the_agency_s_fields_are_its_own_words(store: ox.Store) -> None:
    [agency] = [row for row in rows("organisation") if row["id"] == "barcelona-activa"]
    assert "emprenedoria" in agency["summary@ca"]
    assert "emprendimiento" in agency["summary@es"]
    [portfolio] = rows("portfolio")
    assert named(portfolio["theme"]) == {"enterprise", "employment", "entrepreneurship"}
    assert _basis("portfolio/barcelona-activa-2019", "theme", "entrepreneurship") == {("", "news-2020-02-11-ca")}
    assert ask(store, "SELECT ?t { <https://data.example.org/id/theme/entrepreneurship> a skos:Concept ; a ?t }")


def _basis(subject: str, predicate: str, value: str) -> set[tuple[str, str]]:
    """Return the stated basis and the source of each row of evidence on one value."""
    return {
        (row["basis"], row["source"])
        for row in rows("evidence")
        if (row["subject"], row["predicate"], row["object"]) == (subject, predicate, value)
    }


def test_urban_regeneration_is_judged_for_vet_and_stated_for_smath() -> None:
    news = "news-2020-02-11"
    assert _basis("project/vet-urban-centres", "theme", "urban-regeneration") == {("curator", news)}
    assert _basis("project/smath", "theme", "urban-regeneration") == {("", news)}


_FILLER = re.compile(
    r"^(\w+( \w+){0,4}) (in|of) [A-Z][\w ]+(, (one|named|partner|promoter|coordinator)|"
    r" (that|whose|where|with|which) )|^(\w+,? ?){1,4}(partner|promoter|coordinator) (in|of|and)\b|"
    r"^\w+ (through|to|for) which "
)


@pytest.mark.parametrize("text", [
    "Organisation in France, partner in CHEBEC.",
    "Chamber of commerce in Spain, partner in CHEBEC.",
    "City in Norway where VET in Urban Centres held its first meeting.",
    "City in Japan, named as an example in the start-up exchanges.",
    "Association, promoter and funder of the exchange between Birmingham and Barcelona.",
    "University to which IGOP belongs.",
])  # fmt: skip
def test_the_pattern_knows_filler(text: str) -> None:
    assert _FILLER.search(text)


def test_no_summary_says_again_what_the_columns_say() -> None:
    """A body has a summary only where a sentence of a source says more of it; a place has none."""
    for row in rows("organisation") + rows("city"):
        assert not _FILLER.search(row.get("summary@en", "")), row["id"]
    assert {row["id"] for row in rows("organisation") if row.get("summary@en")} == {"barcelona-activa"}
    assert not [row["id"] for row in rows("city") if any(cell for column, cell in row.items() if "summary" in column)]
    quoted = {row["predicate"] for row in rows("evidence") if row["subject"] == "organisation/barcelona-activa"}
    assert {"summary@en", "summary@ca"} <= quoted


def test_a_programme_and_a_word_of_the_trade_are_no_acronyms() -> None:
    acronyms = {row["id"]: row["acronym"] for row in rows("project") if row["acronym"]}
    assert acronyms == {"chebec": "CHEBEC", "dsiscale": "DSISCALE", "plus-resilient": "+RESILIENT", "smath": "SMATH"}
    assert not {"URBACT", "VET"} & {row["acronym"] for table in ("organisation", "programme") for row in rows(table)}


def test_the_days_in_kranj_are_a_conflict_and_no_source_is_dropped(store: ox.Store) -> None:
    activity = "<https://data.example.org/id/activity/vet-kranj>"
    assert ask(store, f"SELECT ?s ?e {{ {activity} schema:startDate ?s ; schema:endDate ?e }}") == {
        ("2018-05-22", "2018-05-24")
    }
    found = ask(
        store,
        f"SELECT ?o ?r {{ ?x rdf:subject {activity} ; rdf:predicate schema:endDate ; rdf:object ?o ; lp:rank ?r }}",
    )
    assert {(day, rank.rpartition("/")[2]) for day, rank in found} == {
        ("2018-05-24", "preferred"),
        ("2018-05-24", "normal"),
        ("2018-05-23", "deprecated"),
    }


def test_the_meetings_of_vet_are_five_and_the_list_is_open() -> None:
    meetings = [
        row for row in rows("activity") if row["project"] == "vet-urban-centres" and row["activityType"] == "meeting"
    ]
    assert {row["location"] for row in meetings} == {"bergen", "kranj", "barcelona", "umbria", "brussels"}
    [project] = [row for row in rows("project") if row["id"] == "vet-urban-centres"]
    assert "six international meetings; five" in project["note@en"]


def test_the_final_conference_of_smath_was_online_and_has_its_organiser() -> None:
    [conference] = [row for row in rows("activity") if row["id"] == "smath-final-conference"]
    assert (conference["organiser"], conference["location"], conference["start"]) == ("veneto-region", "", "")
    assert "online" in conference["summary@en"]


def test_the_one_amount_that_is_not_in_euros_is_told(store: ox.Store) -> None:
    found = ask(
        store,
        """SELECT ?value ?kind ?quote { <https://data.example.org/id/participation/urbact-umea> lp:budget ?amount .
          ?amount schema:currency 'SEK' ; schema:value ?value ; lp:amountKind ?kind .
          ?evidence rdf:subject ?amount ; rdf:predicate schema:value ;
            lp:quote/<http://www.w3.org/ns/oa#hasSelector>/<http://www.w3.org/ns/oa#exact> ?quote }""",
    )
    awarded, quote = (
        "https://w3id.org/linkedproj/amount-kind/awarded",
        "Umeå beviljas EU-medel motsvarande 1,4 miljoner",
    )
    assert found == {("1400000", awarded, f"{quote} kronor")}


def test_each_cooperation_names_its_countries(store: ox.Store) -> None:
    found = ask(store, "SELECT ?c ?n { ?c a lp:Cooperation ; dct:spatial ?n . ?n a schema:Country }")
    assert {country for name, country in found if name == "cooperation/unesco-chair"} == {"PER", "MEX"}
    assert len({name for name, _ in found}) == 4


# ---------------------------------------------------------------- what must not be said


def test_no_coordinator_of_dsiscale(store: ox.Store) -> None:
    assert len(ask(store, "SELECT ?p { project:dsiscale lp:participation ?p }")) == 7
    assert not ask(store, "SELECT ?p { project:dsiscale lp:participation ?p . ?p org:role role:coordinator }")


def test_every_other_eu_project_has_its_one_coordinator(store: ox.Store) -> None:
    found = ask(
        store,
        f"SELECT ?project ?m {{ {_IN_2019} ?project lp:participation [ org:role role:coordinator ; org:member ?m ] }}",
    )
    assert found == {
        ("project/chebec", "organisation/aster"),
        ("project/smath", "organisation/veneto-region"),
        ("project/plus-resilient", "organisation/veneto-region"),
        ("project/vet-urban-centres", "organisation/hordaland"),
        ("project/urbact-gender", "organisation/umea"),
    }


def test_only_verified_identifiers_and_kinds_of_amounts(store: ox.Store) -> None:
    assert ask(store, "SELECT ?p ?i { ?p adms:identifier ?i }") == {("project/dsiscale", "identifier/cordis-780473")}
    kind = "https://w3id.org/linkedproj/amount-kind/"
    kinds = "SELECT ?p ?k { ?p a lp:Project ; lp:budget/lp:amountKind ?k }"
    assert {(project, k) for project, k in ask(store, kinds) if k != f"{kind}total"} == {
        ("project/dsiscale", f"{kind}unspecified"),
        ("project/urbact-gender", f"{kind}unspecified"),
    }


def test_quebec_is_left_open(store: ox.Store) -> None:
    assert ask(store, "SELECT ?t { city:quebec a ?t }") == {
        ("http://purl.org/dc/terms/Location",),
        ("https://data.example.org/dataset#City",),
    }
    assert not ask(store, "SELECT ?o { city:quebec schema:sameAs ?o }")


def test_no_seat_city_for_the_bodies_of_the_exchange(store: ox.Store) -> None:
    seats = ask(
        store,
        "SELECT ?o ?s { ?o lp:seat ?s FILTER(?o IN (organisation:cles, organisation:igop-uab, organisation:pemb)) }",
    )
    assert seats == {("organisation/cles", "GBR")}


def test_cooperations_have_no_dates_and_no_link_elsewhere(store: ox.Store) -> None:
    assert not ask(
        store,
        "SELECT ?p { ?c a lp:Cooperation ; ?p ?o FILTER(?p IN (schema:startDate, schema:endDate, dct:temporal)) }",
    )
    assert not ask(store, "SELECT ?o { ?c a lp:Cooperation ; schema:sameAs|schema:url ?o }")
    assert not ask(store, "SELECT ?o { organisation:unesco-chair-wst schema:sameAs ?o }")


def test_no_organisation_stands_behind_a_city_that_is_only_named(store: ox.Store) -> None:
    found = ask(store, "SELECT ?place ?m { ?p lp:inInitiative/a lp:Cooperation ; lp:forPlace ?place ; org:member ?m }")
    assert found == {("city/barcelona", "organisation/barcelona-activa")}


def test_a_title_that_is_a_translation_is_the_curators(store: ox.Store) -> None:
    found = ask(
        store,
        """SELECT (LANG(?t) AS ?language) ?basis {
          ?e rdf:subject project:birmingham-barcelona ; rdf:predicate dct:title ; rdf:object ?t ; lp:basis ?basis }""",
    )
    basis = {language: name.rpartition("/")[2] for language, name in found}
    assert basis["ca"] == basis["es"] == "curator"
    assert ("en", "https://w3id.org/linkedproj/basis/stated") in found


def test_no_identity_is_claimed_beyond_what_is_known(release: Path) -> None:
    text = "".join(line for line in published(release).splitlines(keepends=True) if not line.startswith("@prefix"))
    for wrong in ("owl#sameAs", "owl:sameAs", "data.europa.eu/nuts"):
        assert wrong not in text, wrong
    assert "http://schema.org/" not in text
    assert not re.search("<[^>]*688192", text), "an earlier project with a similar acronym"
    [umea] = [row for row in rows("city") if row["id"] == "umea"]
    assert "wikidata" not in umea["sameAs"], "two lists disagree on the item"


def _words(path: Path) -> str:
    """Return all the text of a published file, in whatever form it is packed."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode("utf-8")
    if path.suffix == ".parquet":
        return str(parquet.read_table(path).to_pydict())
    return path.read_text("utf-8")


def test_no_person_is_published(release: Path, store: ox.Store) -> None:
    assert not ask(store, "SELECT ?s { ?s a ?c FILTER(REGEX(STR(?c), '[/#]Person$')) }")
    for folder in (release, DATA):
        for path in sorted(folder.rglob("*")):
            if path.suffix != ".md" and path.is_file():
                text = _words(path)
                assert not re.search(r"[\w.+-]+@[\w-]+\.[a-z]", text), f"an e-mail address in {path.name}"
                assert "mailto:" not in text
                assert not re.search(r"\btel:", text)


@needs_seeds
def test_none_of_the_persons_in_the_source_is_named(release: Path) -> None:
    people = [
        name
        for path in SEEDS.iterdir()
        for name in re.findall(r"([^\s()]+ [^\s()]+) \(\S+@\S+\)", path.read_text("utf-8"))
    ]
    assert len(people) == 2
    for folder in (release, DATA):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                text = _words(path).lower()
                assert not [name for name in people if name.lower() in text], path.name


# ---------------------------------------------------------------- labels in three languages


def test_titles_come_in_three_languages_names_in_their_own_and_all_as_label(store: ox.Store) -> None:
    found: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    query = "SELECT ?s ?p (LANG(?o) AS ?l) ?o { ?s ?p ?o FILTER(?p IN (dct:title, skos:prefLabel, rdfs:label)) }"
    for subject, predicate, language, text in ask(store, query):
        found[subject, predicate][language].add(text)
    labelled = {subject for subject, _ in found}
    assert len(labelled) > 200
    for (subject, predicate), texts in found.items():
        if subject.startswith("contact/"):
            continue
        if subject.startswith("organisation/"):
            assert texts, f"{subject} {predicate}"
        else:
            assert set(texts) == {"en", "ca", "es"}, f"{subject} {predicate}"
        assert all(len(values) == 1 and all(values) for values in texts.values()), f"{subject} {predicate}"
    for subject in {subject for subject in labelled if not subject.startswith("contact/")}:
        title = "http://purl.org/dc/terms/title"
        name = "http://www.w3.org/2004/02/skos/core#prefLabel"
        stated = found.get((subject, title)) or found.get((subject, name))
        # A class of the dataset, and the rights of its quotes, have a label and no title.
        if "/dataset#" not in subject:
            assert found[subject, "http://www.w3.org/2000/01/rdf-schema#label"] == stated, subject


def test_what_is_required_is_what_a_reader_needs() -> None:
    required = tomllib.loads((DATA / "portfolio.toml").read_text("utf-8"))["require"]
    assert {key for key, level in required.items() if level == "own language"} == {"organisation.name", "city.name"}
    assert {key for key, level in required.items() if level == "all languages"} == {
        *("*.title", "*.name", "*.summary", "*.definition", "activity.summary"),
    }
    for table in ("portfolio", "project", "cooperation", "activity", "programme"):
        for row in rows(table):
            assert all(row[f"{field}@{tag}"] for field in ("title", "summary") for tag in ("en", "ca", "es")), row["id"]


def test_parquet_calls_a_body_by_the_name_it_has(release: Path) -> None:
    found = parquet.read_table(release / "participation.parquet", columns=["organisation", "organisation_label"])
    called = {row["organisation"]: row["organisation_label"] for row in found.to_pylist() if row["organisation"]}
    assert all(called.values())
    assert called["aster"] == "Aster S.Cons. Spa"
    assert called["uoc"] == "Open University of Catalonia"


def test_a_body_without_a_name_in_the_language_is_called_by_the_name_it_has(store: ox.Store) -> None:
    query, bases = open_collection(DATA).read()["partners-by-project"], by_table(context_of())
    for language in ("en", "ca", "es"):
        table = local.answer(store, query, {"lang": language}, bases)
        one, label = table.columns.index("organisation"), table.columns.index("organisation_label")
        called = {
            node.value.rpartition("/")[2]: row[label]
            for row in table.rows
            if isinstance(node := row[one], ox.NamedNode)
        }
        assert all(called.values())
        assert called["aster"] == ox.Literal("Aster S.Cons. Spa", language="it")
        assert called["barcelona-activa"] == ox.Literal("Barcelona Activa", language="ca")
        assert called["anci"] == ox.Literal("National Association of Italian Municipalities", language="en")
        assert look_up(store, context_of(), "organisation/aster", language).label == "Aster S.Cons. Spa"
        assert look_up(store, context_of(), "organisation/uoc", "es").label == "Universitat Oberta de Catalunya"


@pytest.mark.parametrize("field", ["description", "note", "rationale", "definition"])
def test_descriptions_come_in_three_languages_or_not_at_all(field: str, store: ox.Store) -> None:
    query = f"""SELECT ?s (LANG(?o) AS ?l) {{
      ?s ?p ?o FILTER(REGEX(STR(?p), '[/#]{field}$')) FILTER NOT EXISTS {{ ?s lp:rank ?r }} }}"""
    found: dict[str, set[str]] = defaultdict(set)
    for subject, language in ask(store, query):
        found[subject].add(language)
    assert found
    assert {subject: tags for subject, tags in found.items() if tags != {"en", "ca", "es"}} == {}


# ---------------------------------------------------------------- sound, and accounted for


def test_the_portfolio_is_sound(findings: Findings) -> None:
    report = report_of(findings)
    assert exit_code(report) == 0
    assert {problem.rule for problem in findings.problems} == {"LP-COMPLETE-COLUMN"}
    assert {findings.rules.severity(problem) for problem in findings.problems} == {Severity.INFO}


def test_every_value_is_accounted_for(findings: Findings) -> None:
    counts = {basis: findings.evidence.coverage.count(basis) for basis in BASES}
    assert sum(counts.values()) > 1900
    assert counts["stated"] > 480
    assert all(counts.values())
    assert not [problem for problem in findings.problems if problem.rule.startswith("LP-EVIDENCE-")]


def test_a_source_without_a_quote_counts_as_the_weakest_way_to_know_a_value(
    findings: Findings, store: ox.Store
) -> None:
    claims: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows("evidence"):
        if row["rank"] != "deprecated" and row["source"]:
            basis = row["basis"] or ("stated" if row["quote.exact"] else "cited")
            for column in named(row["predicate"]):
                claims[row["subject"], column].add(basis)
    assert claims["project/dsiscale", "acronym"] == {"stated", "cited"}
    assert claims["project/chebec", "title@en"] == {"stated", "cited"}
    values = findings.evidence.coverage.values
    assert values["project", "acronym", "cited"] == values["project", "title@en", "cited"] == 0
    assert STRONGEST_FIRST[-1] == "cited"
    assert set(STRONGEST_FIRST) == set(BASES)
    quoted = "PREFIX basis: <https://w3id.org/linkedproj/basis/> SELECT ?e "
    assert not ask(store, quoted + "{ ?e lp:basis basis:cited ; lp:quote ?quote }")
    assert not ask(store, quoted + "{ ?e lp:basis basis:stated FILTER NOT EXISTS { ?e lp:quote ?quote } }")
    assert len(ask(store, quoted + "{ ?e lp:basis basis:stated ; lp:quote ?quote }")) > 480


@needs_seeds
def test_every_quote_is_in_its_source_word_for_word(findings: Findings) -> None:
    assert findings.quotes is not None
    assert findings.quotes.problems == ()
    assert findings.quotes.sources == 2
    assert findings.quotes.found > 180
