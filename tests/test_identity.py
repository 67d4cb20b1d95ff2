"""One record for one thing, no circles, places that agree with themselves: contradictions.toml, and what is none."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkedproj.check.alike import alike_problems
from linkedproj.mapping.runners import opened
from linkedproj.mapping.runners.resources import Resources
from linkedproj.mapping.tables import map_tables
from linkedproj.model.errors import SetupError
from linkedproj.model.folder import open_folder
from linkedproj.model.lists import read_lists
from linkedproj.reports.report import exit_code

from .mapping import CONFIG, ROOT, agreed, dump, shipped_schema, travel
from .mapping import told as told_of
from .test_broken_input import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .conftest import Small

KINDS: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "contradictions.toml").read_text("utf-8"))
SHARED = ROOT.parent / "shared/data"
URBACT = SHARED / "URBACT_Membership_GNidCorr_complete_V2.csv"

ORGANISATIONS = "id,name@en,name@ca,name@es,seat,differentFrom\n"
CITY = "id,name@en,country\na,A,ESP\nb,B,ESP\n"
COUNTRY = "id,name@en\nESP,Spain\n"


def codes(problems: Iterable[str]) -> list[str]:
    return [line.split(" ")[1].rstrip(":") for line in problems]


# ---------------------------------------------------------------- what is told


@pytest.mark.parametrize("name", KINDS)
def test_each_contradiction_is_told_with_its_places_and_the_remedy(name: str, small: Small) -> None:
    small.edit("portfolio.toml", 'evidence = "every value"\n', "")
    for file, old, new in KINDS[name]["edit"]:
        small.edit(file, old, new)
    report = small.map(alike=KINDS[name].get("alike", False))
    assert told(report) == KINDS[name]["says"]
    assert exit_code(report) == KINDS[name]["stops"]


def test_there_are_contradictions_of_every_kind() -> None:
    said = "".join(kind["says"] for kind in KINDS.values())
    rules = {code for code in open_rules() if code.startswith(("LP-SAME-", "LP-PLACE-", "LP-SCHEME-"))}
    assert {code for code in rules if f"[{code}]" not in said} == set()
    assert len(KINDS) >= 20


def open_rules() -> Iterable[str]:
    return tomllib.loads((ROOT / "src/linkedproj/model/rules.toml").read_text("utf-8")).keys()


def test_a_contradiction_is_explained_and_found_by_check(small: Small) -> None:
    small.edit("city.csv", "JPN,,", "JPN,,https://sws.geonames.org/1/")
    outcome = small.run("check")
    assert (outcome.code, outcome.codes) == (1, ["LP-SAME-KEY"])
    assert "stands for one thing" in small.run("explain", "LP-SAME-KEY").out


# ---------------------------------------------------------------- the same thing


def alike(tmp_path: Path, rows: str) -> list[str]:
    tables = {"organisation.csv": ORGANISATIONS + rows, "city.csv": CITY, "country.csv": COUNTRY}
    return travel(tmp_path, tables).told


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("m,Mill,Molí,,a,\nn,MILL,moli,,a,\n", 1),
        ("m,Mill,,,a,\nn,,,mill,a,\n", 1),
        ("m,Mill  House,,,,\nn,mill house,,,,\n", 1),
        ("m,Mill,,,a,\nn,Mill,,,b,\n", 0),
        ("m,Mill,,,a,\nn,Mill,,,,\n", 0),
        ("m,Mill,,,a,\nn,Mill House,,,a,\n", 0),
        ("m,Mill,,,a,organisation/n\nn,Mill,,,a,\n", 0),
        ("m,Mill,,,a,\nn,Mill,,,a,organisation/m\n", 0),
        ("m,Mill,,,a,\nn,Mill,,,a,\no,Mill,,,a,\n", 2),
        ("m,Mill,,,a,organisation/o\nn,Mill,,,a,\no,Mill,,,a,\n", 2),
        ("m,Mill,,,a,organisation/n; organisation/o\nn,Mill,,,a,organisation/o\no,Mill,,,a,\n", 0),
        ("m,Mill ¦ House,,,a,\nn,mill ¦ house,,,a,\n", 1),
    ],
    ids=[
        "in two languages once", "across languages", "no seat at all", "other seats", "a seat that is not known",
        "another name", "declared by the first", "declared by the second", "three of them", "two of three declared",
        "all declared", "a rare sign in the name",
    ],
)  # fmt: skip
def test_organisations_of_one_name_and_seat_are_candidates(rows: str, found: int, tmp_path: Path) -> None:
    assert codes(alike(tmp_path, rows)) == ["LP-SAME-LIKELY"] * found


def test_what_is_declared_different_is_published_and_still_has_identifiers_of_its_own(tmp_path: Path) -> None:
    organisations = (
        "id,name@en,sameAs,differentFrom\nm,Mill,https://ror.org/1,organisation/n\nn,Mill,https://ror.org/1,\n"
    )
    road = travel(tmp_path, {"organisation.csv": organisations})
    assert codes(road.told) == ["LP-SAME-KEY"]
    different = ("http://www.w3.org/2002/07/owl#differentFrom", "https://data.example.org/id/organisation/n")
    assert [(p[-1], o[-1]) for _, p, o in agreed(road.dumps) if p[-1] == different[0]] == [different]


def test_identifiers_are_compared_within_a_type_and_whatever_their_scheme_is(tmp_path: Path) -> None:
    same = "https://www.wikidata.org/entity/Q334"
    tables = {
        "country.csv": f"id,name@en,sameAs\nSGP,Singapore,{same}\n",
        "city.csv": f"id,name@en,country,sameAs\nsg,Singapore,SGP,{same}\n",
        "organisation.csv": "id,name@en,sameAs\na,A,https://x.org/1\nb,B,http://x.org/1/; https://x.org/2\n",
    }
    [problem] = travel(tmp_path, tables).told
    assert problem == (
        "data/organisation.csv:3:5 LP-SAME-KEY: organisation/b and organisation/a (data/organisation.csv:2:5) have the "
        "same sameAs: 'http://x.org/1/'."
    )


def test_one_organisation_may_have_two_roles_and_act_for_two_places(tmp_path: Path) -> None:
    tables = {
        "project.csv": "id,title@en\np,P\n", "organisation.csv": "id,name@en\no,O\n", "city.csv": CITY,
        "country.csv": COUNTRY,
        "participation.csv": "id,project,organisation,role,forPlace\nr,p,o,partner,\ns,p,o,funder,\nt,p,o,partner,a\n"
        "u,p,o,partner,b\nv,p,,partner,a\nw,p,,partner,a\n",
    }  # fmt: skip
    found = travel(tmp_path, tables).told
    assert [line.split(":")[1] for line in found] == ["7"]
    assert codes(found) == ["LP-SAME-LIKELY"]


def test_records_in_several_files_and_formats_are_compared(tmp_path: Path) -> None:
    tables = {
        "organisation.csv": "id,sameAs,name@en\nm,https://ror.org/1,M\n",
        "organisation.b.yaml": "- id: a\n  name: {en: A}\n  sameAs: [https://ror.org/2, https://ror.org/1]\n",
    }
    [problem] = travel(tmp_path, tables).told
    assert "organisation/m and organisation/a (data/organisation.b.yaml:3:" in problem


@pytest.mark.parametrize("folder", ["data", "tests/fixtures/small", "tests/fixtures/kotka", "tests/fixtures/fair/data"])
def test_nothing_is_suspected_in_what_is_shipped(folder: str, tmp_path: Path) -> None:
    own = ROOT / folder / "../ontology"
    opened = open_folder(ROOT / folder, own if folder.endswith("fair/data") else None)
    mapped = map_tables(opened.path, opened.schema, opened.config, "data", tmp_path, {})
    assert mapped.portfolio.counts
    found = {problem.rule for problem in (*mapped.portfolio.problems, *alike_problems(mapped.portfolio))}
    suspicions = {code for code in open_rules() if code.startswith(("LP-SAME-", "LP-PLACE-"))}
    assert found & {*suspicions, "LP-LINK-CIRCLE", "LP-CELL-LISTED", "LP-DATE-FAR"} == set()


@pytest.mark.skipif(not URBACT.is_file(), reason="the table of URBACT memberships is not beside this checkout")
def test_the_twelve_clashes_of_urbact_are_found_and_no_other(tmp_path: Path) -> None:
    with URBACT.open(encoding="utf-8-sig", newline="") as file:
        members = list(csv.DictReader(file, delimiter=";"))
    spellings = read_lists(ROOT / "ontology")["http://publications.europa.eu/resource/authority/country/"].spellings
    cities: dict[tuple[str, str], list[str]] = {}
    for row in members:
        at = [row[name].replace(",", ".") for name in ("lng_GN", "lat_GN")]
        point, number = (f"POINT({at[0]} {at[1]})" if at[0] != "NA" else ""), row["geonameId"].strip()
        same = f"https://sws.geonames.org/{number}/" if number.isdigit() else ""
        name, country = row["NameCity"].strip(), spellings[row["Country"].lower()]
        cities.setdefault((name, number), [f"c{len(cities)}", f'"{name}"', country, point, same])
    countries = sorted({city[2] for city in cities.values()})
    tables = {
        "country.csv": "id,name@en\n" + "".join(f"{code},{code}\n" for code in countries),
        "city.csv": "id,name@en,country,centroid,sameAs\n" + "".join(",".join(city) + "\n" for city in cities.values()),
    }
    assert codes(travel(tmp_path, tables).told) == ["LP-SAME-KEY"] * 12


# ---------------------------------------------------------------- circles


def themes(links: Mapping[str, str]) -> dict[str, str]:
    rows = "".join(f"{theme},x,{theme},{broader}\n" for theme, broader in links.items())
    return {"theme.csv": "id,inScheme,name@en,broader\n" + rows, "scheme.csv": "id,name@en\nx,X\n"}


@pytest.mark.parametrize(
    ("links", "paths"),
    [
        ({"a": "b", "b": "c", "c": ""}, []),
        ({"a": "b; c", "b": "d", "c": "d", "d": ""}, []),
        ({"a": "b", "b": "c", "c": "a", "d": "a", "e": "f", "f": "e"}, ["a → b → c → a", "e → f → e"]),
        ({"c": "a", "b": "c", "a": "b"}, ["a → b → c → a"]),
        ({"a": "a; b", "b": "a"}, ["a → a", "a → b → a"]),
        ({"a": "b; c", "b": "a", "c": "b"}, ["a → b → a", "a → c → b → a"]),
    ],
)
def test_each_circle_is_told_once_with_its_whole_path(
    links: Mapping[str, str], paths: Sequence[str], tmp_path: Path
) -> None:
    found = travel(tmp_path, themes(links)).told
    assert codes(found) == ["LP-LINK-CIRCLE"] * len(paths)
    assert [line.partition(": ")[2].partition(": ")[2].rstrip(".") for line in found] == paths


@pytest.mark.slow
@pytest.mark.parametrize("is_ring", [False, True], ids=["chain", "ring"])
def test_a_chain_of_100_000_links_needs_no_recursion(is_ring: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    ids = [f"t{number:06}" for number in range(100_000)]
    following = [*ids[1:], ids[0] if is_ring else ""]
    home = tmp_path / "data"
    home.mkdir()
    for name, text in themes(dict(zip(ids, following, strict=True))).items():
        (home / name).write_text(text, "utf-8")
    problems = map_tables(home, shipped_schema(), CONFIG, "data", tmp_path, {}, size=1 << 20).portfolio.problems
    assert [problem.rule for problem in problems] == ["LP-LINK-CIRCLE"] * is_ring
    if is_ring:
        assert problems[0].values["path"].startswith("t000000 → t000001 → ")
        assert problems[0].values["path"].endswith(" → … 99979 … → t099999 → t000000")


OWN_CONTEXT = """{"@context": {
  "own": "https://small.example/def#",
  "Berth": {"@id": "own:Berth", "@context": {"@base": "https://data.example.org/id/berth/"}},
  "behind": {"@id": "own:behind", "@type": "@id", "@context": {"@base": "https://data.example.org/id/berth/"}},
  "mark": {"@id": "own:mark"}
}}
"""
OWN_SHAPES = """@prefix own: <https://small.example/def#> .
@prefix dash: <http://datashapes.org/dash#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix lp: <https://w3id.org/linkedproj/ns#> .
@prefix s: <https://w3id.org/linkedproj/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
own:BerthShape a sh:NodeShape ; sh:targetClass own:Berth ; sh:property s:name-text , s:label-name ,
  own:behindShape , own:markShape .
own:behindShape a sh:PropertyShape ; dct:identifier "SMALL-BEHIND" ; sh:path own:behind ; sh:name "behind" ;
  dash:nonRecursive true ; sh:class own:Berth ; sh:message "It is behind no berth.\\nCorrect behind."@en .
own:markShape a sh:PropertyShape ; dct:identifier "SMALL-MARK" ; sh:path own:mark ; sh:name "mark" ;
  dash:uniqueValueForClass own:Berth ; sh:maxCount 1 ; sh:message "It has two marks.\\nLeave one."@en .
"""
OWN_VOCABULARY = """@prefix own: <https://small.example/def#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
own:Berth a owl:Class ; rdfs:label "berth"@en .
own:behind a owl:ObjectProperty ; rdfs:label "behind"@en .
own:mark a owl:DatatypeProperty ; rdfs:label "mark"@en .
"""


def with_own_terms(small: Small, shapes: str = OWN_SHAPES) -> None:
    (small.folder / "ontology").mkdir()
    small.write("ontology/context.jsonld", OWN_CONTEXT)
    small.write("ontology/shapes.ttl", shapes)
    small.write("ontology/own.ttl", OWN_VOCABULARY)


def test_the_hierarchy_and_the_key_of_an_overlay_are_checked_too(small: Small) -> None:
    with_own_terms(small)
    small.write("berth.csv", "id,name@en,behind,mark\na,A,b,1\nb,B,a,2\nc,C,a,1\n")
    small.edit("portfolio.toml", 'evidence = "every value"\n', "")
    assert told(small.map()) == (
        "data/berth.csv:2:5: behind leads back to where it began: a → b → a. [LP-LINK-CIRCLE]\n"
        "    Empty or correct behind in one of these rows: which of them is above the others?\n"
        "    See also data/berth.csv:3:5.\n"
        "data/berth.csv:4:7: berth/c and berth/a (data/berth.csv:2:7) have the same mark: '1'. [LP-SAME-KEY]\n"
        "    Correct it in the record that it does not belong to, or make one record of the two.\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('sh:name "mark" ;', 'sh:name "mark" ; dash:nonRecursive true ;', "mark of Berth is no link to a record"),
        ('sh:name "behind" ;', 'sh:name "behind" ; lp:agreesIn "colour" ;', "'colour' is named by a shape of Berth"),
        (
            "own:BerthShape a sh:NodeShape ;",
            "own:BerthShape a sh:NodeShape ; lp:key ( own:mark dct:title ) ;",
            "a key of Berth names http://purl.org/dc/terms/title",
        ),
    ],
    ids=["a hierarchy of texts", "an unknown term", "a key of another type"],
)
def test_annotations_that_name_what_is_not_there_are_refused(old: str, new: str, sentence: str, small: Small) -> None:
    with_own_terms(small, OWN_SHAPES.replace(old, new))
    with pytest.raises(SetupError, match=sentence):
        open_folder(small.folder)


# ---------------------------------------------------------------- however tables are cut


def test_the_same_is_found_however_tables_are_cut(tmp_path: Path) -> None:
    count = 400
    rows = [f"o{n:04},Body {n % 399},a,https://ror.org/{n % 397},o{(n + 1) % count:04}" for n in range(count)]
    tables = {
        "organisation.csv": "id,name@en,seat,sameAs,parent\n" + "\n".join(rows) + "\n",
        "city.csv": "id,name@en,country,within,centroid\na,A,ESP,b,POINT(41 2)\nb,B,FRA,,POINT(2 47)\n",
        "country.csv": "id,name@en\nESP,Spain\nFRA,France\n",
    }
    whole = travel(tmp_path, tables).told
    assert sorted(set(codes(whole))) == [
        "LP-LINK-CIRCLE", "LP-PLACE-COUNTRY", "LP-PLACE-SWAPPED", "LP-SAME-KEY", "LP-SAME-LIKELY",
    ]  # fmt: skip
    assert codes(whole).count("LP-SAME-KEY") == 3
    assert codes(whole).count("LP-SAME-LIKELY") == 1
    for size in (500, 4_000):
        other = tmp_path / str(size)
        other.mkdir()
        assert dump(tmp_path / "data", other, shipped_schema(), CONFIG, size).told == whole
    with opened(Resources(jobs=2)) as run:
        elsewhere = map_tables(
            tmp_path / "data", shipped_schema(), CONFIG, "data", tmp_path / "500", {}, run=run, size=4_000
        )
    assert told_of(elsewhere.portfolio.problems) == whole
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    turned = {**tables, "organisation.csv": "id,name@en,seat,sameAs,parent\n" + "\n".join(rows[::-1]) + "\n"}
    assert sorted(codes(travel(shuffled, turned).told)) == sorted(codes(whole))


# ---------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("country", "longitude", "latitude"),
    [
        ("ESP", -16.25, 28.47), ("ESP", -5.32, 35.89), ("ESP", 4.27, 39.89), ("PRT", -25.67, 37.74),
        ("PRT", -16.92, 32.65), ("FRA", 55.45, -20.88), ("REU", 55.45, -20.88), ("FRA", -52.33, 4.92),
        ("FRA", 8.74, 41.93), ("FRA", -149.57, -17.54), ("DNK", -51.72, 64.18), ("GRL", -51.72, 64.18),
        ("FRO", -6.77, 62.01), ("RUS", 20.51, 54.71), ("RUS", 177.51, 64.73), ("RUS", -172.78, 64.42),
        ("RUS", 37.62, 55.75), ("USA", -149.9, 61.2), ("USA", 173.18, 52.94), ("USA", -157.86, 21.31),
        ("USA", -66.1, 18.47), ("NOR", 15.64, 78.22), ("FJI", 178.44, -18.14), ("FJI", -179.9, -16.8),
        ("KIR", 172.98, 1.33), ("KIR", -157.36, 1.87), ("NZL", -176.5, -43.95), ("NLD", -68.27, 12.15),
        ("FIN", 19.94, 60.1), ("ALA", 19.94, 60.1), ("GBR", -5.35, 36.14), ("GBR", -57.85, -51.7),
        ("GBR", -1.15, 60.15), ("CHL", -109.43, -27.15), ("ECU", -90.31, -0.74), ("XKX", 21.17, 42.67),
        ("1A0", 21.17, 42.67), ("SRB", 21.17, 42.67), ("UKR", 34.1, 44.95), ("CYP", 33.37, 35.18),
        ("MAR", -13.2, 27.15), ("CHN", 114.17, 22.28), ("JPN", 139.76, 35.68), ("SUN", 37.62, 55.75),
    ],
)  # fmt: skip
def test_overseas_parts_and_disputed_areas_are_no_false_alarm(
    country: str, longitude: float, latitude: float, tmp_path: Path
) -> None:
    tables = {
        "country.csv": f"id,name@en\n{country},X\n",
        "city.csv": f"id,name@en,country,centroid\nc,C,{country},POINT({longitude} {latitude})\n",
    }
    assert travel(tmp_path, tables).told == []


@pytest.mark.parametrize(
    ("inside", "around", "is_told"),
    [("REU", "FRA", False), ("FRA", "REU", False), ("GLP", "REU", False), ("ESP", "FRA", True), ("GRL", "DNK", False)],
)
def test_a_part_of_a_country_agrees_with_the_country(inside: str, around: str, is_told: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    countries = dict.fromkeys((inside, around))
    tables = {
        "country.csv": "id,name@en\n" + "".join(f"{code},X\n" for code in countries),
        "city.csv": f"id,name@en,country,within\na,A,{inside},b\nb,B,{around},\n",
    }
    assert codes(travel(tmp_path, tables).told) == ["LP-PLACE-COUNTRY"] * is_told


def test_a_year_is_far_from_the_day_of_the_portfolio_on(tmp_path: Path) -> None:
    rows = "".join(f"p{year},Of {year},{year}\n" for year in (999, 1000, 2070, 2071) if year != 999)
    found = travel(tmp_path, {"project.csv": "id,title@en,start\n" + rows + "q,Q,0999-12\n"}).told
    assert [line.split(":")[1] for line in found] == ["4", "5"]
    assert codes(found) == ["LP-DATE-FAR"] * 2


QUESTIONS = {
    "cities-network": (), "themes-by-city": (), "cities-network-themes": ("-p", "city=marella"),
    "city-partners-map": ("-p", "city=marella"),
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_place_of_an_open_type_counts_as_a_city_and_another_area_does_not(question: str, small: Small) -> None:
    marella = "marella,City,Marella,Marella,Marella,By the sea.,Vora el mar.,Junto al mar.,ESP,POINT(2.10 41.50),https://sws.geonames.org/1/"
    small.edit(
        "city.csv", marella, f"{marella}\nregion,AdministrativeArea,R,R,R,A region.,Una regió.,Una región.,ESP,,"
    )
    small.edit(
        "participation.csv", "harbour,,mill,partner; funder,,", "harbour,,mill,partner; funder,lakeside; region,"
    )
    outcome = small.run("query", question, *QUESTIONS[question], "--records", "data", "--format", "csv")
    assert outcome.code == 0, outcome.err
    assert "city/lakeside" in outcome.out
    assert "city/region" not in outcome.out
    assert "country/" not in outcome.out
