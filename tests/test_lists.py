"""Lists that others keep: codes are looked up, what is meant is told, and a newer list is taken from a file."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pytest

from linkedproj.model.errors import SetupError
from linkedproj.model.lists import read_lists

from .mapping import ROOT, travel

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Small

AUTHORITY = "http://publications.europa.eu/resource/authority/"
LISTS = read_lists(ROOT / "ontology")
SHARED = ROOT.parent / "shared/data"

TABLE = """@prefix c: <http://publications.europa.eu/resource/authority/country/> .
@prefix at: <http://publications.europa.eu/ontology/authority/> .
@prefix euvoc: <http://publications.europa.eu/ontology/euvoc#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://publications.europa.eu/resource/authority/country> a skos:ConceptScheme ; owl:versionInfo "20300101-0" .
c:ESP a skos:Concept ; skos:prefLabel "Spain"@en , "España"@es , "Spanien"@de ;
  skos:notation "ES"^^euvoc:ISO_3166_1_ALPHA_2 .
c:JPN a skos:Concept ; skos:prefLabel "Japan"@en .
c:PRT a skos:Concept ; skos:prefLabel "Portugal"@en .
c:REU a skos:Concept ; skos:prefLabel "Réunion"@en .
c:YUG a skos:Concept ; skos:prefLabel "Yugoslavia"@en ; euvoc:endDate "2003-02-03"^^xsd:date .
c:ATL a skos:Concept ; skos:prefLabel "Atlantis"@en ; euvoc:startDate "2029-01-01"^^xsd:date ;
  at:op-mapped-code _:a , _:b .
_:a at:legacy-code "AT" . _:b at:legacy-code "ESP" .
"""


def test_the_shipped_lists_say_what_they_are() -> None:
    assert {each.name for each in LISTS.values()} == {"country", "currency", "language", "data-theme"}
    for base, each in LISTS.items():
        assert base == f"{AUTHORITY}{each.name}/"
        assert set(each.titles) == {"en", "ca", "es"}
        assert each.version
        assert each.example in each.codes
        assert each.owners.keys() | set(each.owners.values()) | each.boxes.keys() <= each.codes


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("country", "ESP XKX 1A0 SUN YUG CSK DDR SCG REU GRL"), ("currency", "EUR GBP DEM ESP FRF HRK CHF"),
        ("language", "ENG CAT SPA DEU MUL UND OCI EUS"), ("data-theme", "REGI SOCI OP_DATPRO"),
    ],
)  # fmt: skip
def test_codes_in_use_and_withdrawn_ones_are_in_the_lists(name: str, codes: str) -> None:
    assert set(codes.split()) <= LISTS[f"{AUTHORITY}{name}/"].codes


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the list of countries of the European Union is not beside this checkout"
)
def test_every_code_of_the_countries_of_the_union_can_be_used() -> None:
    with (SHARED / "eu-countries.csv").open(encoding="utf-8", newline="") as file:
        assert {row["code"] for row in csv.DictReader(file)} <= LISTS[f"{AUTHORITY}country/"].codes


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("country", "GER", "DEU"), ("country", "FI", "FIN"), ("country", "UK", "GBR"), ("country", "EL", "GRC"),
        ("country", "GB", "GBR"), ("country", "XK", "XKX"), ("country", "esp", "ESP"), ("country", "Alemanya", "DEU"),
        ("country", "ALEMANIA", "DEU"), ("country", "Germny", "DEU"), ("country", "Kosovo", "XKX"),
        ("country", "GRE", "GRC"), ("country", "ABC", ""), ("country", "Atlantis", ""), ("currency", "ABC", ""),
        ("currency", "€", "EUR"), ("currency", "euros", "EUR"), ("currency", "eur", "EUR"), ("language", "ca", "CAT"),
        ("language", "FRE", "FRA"), ("language", "Catalan", "CAT"), ("data-theme", "ENVIR", "ENVI"),
    ],
)  # fmt: skip
def test_what_is_meant_is_recognised_where_it_can_be_told(name: str, text: str, code: str) -> None:
    assert LISTS[f"{AUTHORITY}{name}/"].meant(text) == code


def test_no_other_spelling_is_a_code_of_something_else() -> None:
    for each in LISTS.values():
        assert {code: each.spellings[code.lower()] for code in each.codes} == {code: code for code in each.codes}


def test_codes_are_looked_up_in_every_column_of_a_list(tmp_path: Path) -> None:
    tables = {
        "country.csv": "id,name@en\nESP,Spain\n",
        "cooperation.csv": "id,cooperationType,title@en,areaCountry\nc,exchange-agreement,C,ESP; SP\n",
        "project.csv": "id,title@en,budget.value,budget.currency,budget.kind\np,P,1,EURO,total\n",
        "theme.csv": "id,inScheme,name@en,closeMatch\nt,s,T,http://publications.europa.eu/resource/authority/country/GER\n",
        "scheme.csv": "id,name@en\ns,S\n",
        "source.csv": "id,title@en,language\nq,Q,ENG; CATA\n",
    }
    assert [line.partition(" in the list")[0] for line in travel(tmp_path, tables).told] == [
        "data/cooperation.csv:2:24 LP-CELL-LISTED: areaCountry 'SP' is not",
        "data/project.csv:2:7 LP-CELL-LISTED: budget.currency 'EURO' is not",
        "data/source.csv:2:5 LP-CELL-LISTED: language 'CATA' is not",
        "data/theme.csv:2:7 LP-CELL-LISTED: closeMatch 'GER' is not",
    ]


def test_a_country_whose_code_has_a_digit_is_sound(small: Small) -> None:
    small.edit("country.csv", "PRT,Portugal", "1A0,Kosovo,Kosovo,Kosovo\nPRT,Portugal")
    small.edit("organisation.csv", "association,,PRT", "association,,1A0")
    assert small.run("check").out.startswith("No problems")


# ---------------------------------------------------------------- a newer list


def test_a_portfolio_takes_a_newer_list_from_a_table_of_the_union(small: Small) -> None:
    small.edit("country.csv", "PRT,Portugal", "ATL,Atlantis,Atlàntida,Atlántida\nPRT,Portugal")
    small.edit("city.csv", "un lago.,JPN", "un lago.,ATL")
    assert small.run("check").codes == ["LP-CELL-LISTED"] * 2
    small.write("../countries.ttl", TABLE)
    done = small.run("renew", "countries.ttl")
    assert (done.code, done.err) == (0, "")
    said = done.out.splitlines()
    assert said[:2] == ["data/ontology/lists/country.csv: 6 rows, of 20300101-0.", "New: ATL."]
    assert said[2].startswith("Gone: 1A0, ABW, ")
    assert small.run("check").out.startswith("No problems")
    with (small.folder / "ontology/lists/country.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    assert rows["ESP"]["name@ca"] == "Espanya"
    assert rows["ESP"]["also"] == "ES"
    assert rows["REU"]["partOf"] == "FRA"
    assert (rows["ATL"]["from"], rows["ATL"]["also"]) == ("2029-01-01", "AT")
    assert rows["YUG"]["until"] == "2003-02-03"
    assert 'owl:versionInfo "20300101-0"' in (small.folder / "ontology/lists/country.ttl").read_text("utf-8")
    small.edit("city.csv", "POINT(2.10 41.50)", "POINT(41.50 2.10)")
    assert small.run("check").codes == ["LP-PLACE-SWAPPED"]


def test_a_table_may_be_rdf_xml(tmp_path: Path, small: Small) -> None:
    small.write(
        "../currencies.rdf",
        f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
  <skos:Concept rdf:about="{AUTHORITY}currency/EUR"><skos:prefLabel xml:lang="en">euro</skos:prefLabel></skos:Concept>
</rdf:RDF>
""",
    )
    done = small.run("renew", "currencies.rdf", "lists")
    assert done.out.startswith("lists/currency.csv: 1 rows, of unknown.\nGone: ADP, ")
    assert (tmp_path / "lists/currency.csv").read_text("utf-8").splitlines()[1] == "EUR,euro,euro,euro,,,€"


def test_places_of_geonames_are_held_against_what_records_say(small: Small) -> None:
    cells = "\t".join(["{}", "X", "X", "", "{}", "{}", "P", "PPL", "{}", *[""] * 10])
    rows = [cells.format(1, "41.38", "2.17", "ES"), cells.format(2, "52.48", "-1.89", "GB")]
    small.write("../cities500.txt", "\n".join(rows) + "\n")
    assert (
        small.run("renew", "cities500.txt").out
        == "data/ontology/lists/country-place.csv: 254 rows, of cities500.txt.\n"
    )
    assert small.run("check").out.startswith("No problems")
    small.edit("city.csv", "POINT(2.10 41.50)", "POINT(-3.70 40.42)")
    small.edit("city.csv", "JPN,,", "JPN,,https://sws.geonames.org/2/")
    remedy = "[LP-PLACE-OTHER]\nLook the address up, and write the one of this place."
    places = [f"data/city.csv:{at}: sameAs 'https://sws.geonames.org/{n}/'" for at, n in (("2:97", 2), ("3:100", 1))]
    assert small.run("check").blocks == [
        f"{places[0]} stands for another place: GBR, not JPN. {remedy}",
        f"{places[1]} stands for another place: POINT(2.17 41.38), not POINT(-3.70 40.42). {remedy}",
    ]


def test_renewing_with_what_is_there_changes_nothing(small: Small) -> None:
    rows = (ROOT / "ontology/lists/data-theme.csv").read_text("utf-8").splitlines()[1:]
    start = "http://publications.europa.eu/ontology/euvoc#startDate"
    table = "".join(
        f'<{AUTHORITY}data-theme/{code}> <http://www.w3.org/2004/02/skos/core#prefLabel> "{en}"@en , "{es}"@es '
        + (f'; <{start}> "{begun}" ' if begun else "") + ".\n"
        for code, en, _, es, begun, *_ in csv.reader(rows)
    )  # fmt: skip
    small.write("../themes.ttl", table)
    assert small.run("renew", "themes.ttl", "lists").out == "lists/data-theme.csv: 14 rows, of unknown.\n"
    assert (small.home / "lists/data-theme.csv").read_bytes() == (ROOT / "ontology/lists/data-theme.csv").read_bytes()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("table.csv", "code\nESP\n", "table.csv: nothing reads this format."),
        ("table.txt", "1\tx\n", "table.txt:1: this is no row of GeoNames."),
        ("table.ttl", "<a> <b>", "table.ttl: the file cannot be read: "),
        (
            "table.ttl",
            "<http://x.org/a> <http://x.org/b> <http://x.org/c> .",
            "table.ttl: no code of a list is described",
        ),
    ],
)
def test_a_file_that_is_no_table_changes_nothing(name: str, text: str, sentence: str, small: Small) -> None:
    small.write(f"../{name}", text)
    done = small.run("renew", name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"linkedproj: {sentence}")
    assert not (small.folder / "ontology").exists()


def test_a_portfolio_may_have_a_list_of_its_own(small: Small) -> None:
    lists = small.folder / "ontology/lists"
    lists.mkdir(parents=True)
    small.write("ontology/lists/ship.csv", "code,name@en,also\nS1,Swan,SWN\n")
    small.write(
        "ontology/lists/ship.ttl",
        "@prefix void: <http://rdfs.org/ns/void#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
        '<https://small.example/ships> void:uriSpace "https://small.example/ship/" ; dct:title "ships"@en .\n',
    )
    small.edit("theme.csv", "http://eurovoc.europa.eu/1", "https://small.example/ship/SWN")
    report = small.run("check", "--lang", "ca").out
    assert "exactMatch «SWN» no és a la llista de ships. [LP-CELL-LISTED]" in report
    assert "Volíeu dir «S1»?" in report


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("country.csv", "name@en\nSpain\n", "country.csv:2: the column 'code' is missing or empty here"),
        (
            "country-box.csv",
            "code,west,south,east,north\nESP,a,1,2,3\n",
            "the row of ESP has something that is no number",
        ),
        ("country.ttl", "<a:b> <a:c> <a:d> .\n", "the list does not say what its IRIs begin with"),
    ],
)
def test_a_list_that_cannot_be_understood_is_told(name: str, text: str, sentence: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "ontology/lists", tmp_path / "lists")
    (tmp_path / "lists" / name).write_text(text, "utf-8")
    with pytest.raises(SetupError, match=sentence):
        read_lists(tmp_path)
