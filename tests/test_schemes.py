"""Schemes of other publishers, of which a portfolio keeps a copy: themes as SKOS, regions as tables."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from openpyxl import Workbook

from linkedproj.check.engines import REFERENCE
from linkedproj.check.judge import Options, judge
from linkedproj.mapping.parts import Output
from linkedproj.mapping.runners import opened
from linkedproj.mapping.runners.resources import Resources
from linkedproj.mapping.tables import map_tables
from linkedproj.model.errors import SetupError
from linkedproj.model.folder import open_folder
from linkedproj.model.schemes import Scheme, described
from linkedproj.queries.ask import reference

from .conftest import run
from .mapping import ROOT, agreed, dump, oxigraph_triples, pyld_triples

if TYPE_CHECKING:
    from .conftest import Small
    from .mapping import Triple

SHARED = ROOT.parent / "shared/data"
KOTKA = Path(__file__).parent / "fixtures/kotka"
NUTS, LAU, SEA = "http://data.europa.eu/nuts/code/", "https://w3id.org/linkedproj/lau/", "https://sea.example/theme/"
SKOS = "http://www.w3.org/2004/02/skos/core#"

SEA_TTL = """@prefix m: <https://sea.example/theme/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://sea.example/themes> a skos:ConceptScheme ; skos:prefLabel "Sea"@en , "Mar"@ca ; owl:versionInfo "4" .
m:a1 a skos:Concept ; skos:inScheme <https://sea.example/themes> ; skos:notation "7" ;
  skos:prefLabel "Water"@en , "Aigua"@ca , "Wasser"@de ; skos:narrower m:b2 .
m:b2 a skos:Concept ; skos:inScheme <https://sea.example/themes> ; skos:notation "71" ; skos:prefLabel "Waves"@en .
m:c3 a skos:Concept ; skos:inScheme <https://sea.example/themes> ; skos:notation "72" ; skos:prefLabel "Tides"@en ;
  skos:broader m:a1 , <https://elsewhere.example/unknown> .
"""
SEA_TOML = '\n[schemes.sea]\nfile = "sea.ttl"\niri = "https://sea.example/theme/"\n'

NUTS_CSV = """NUTS Code,NUTS label,NUTS level
ES,España,0
ES5,Este,1
ES51,Catalunya,2
ES511,Barcelona,3
DE3,Berlin,1
DE30,Berlin,2
DE300,Berlin,3
"""
NUTS_TOML = f"""
[schemes.nuts]
file = "nuts.csv"
iri = "{NUTS}"
scheme = "http://data.europa.eu/nuts/scheme/2021"
version = "2021"
title = {{ en = "NUTS 2021" }}
language = "mul"
nested-codes = true
"""
LAU_TOML = f"""
[schemes.lau]
file = "lau.csv"
iri = "{LAU}"
version = "2021"
broader-in = "nuts"
columns = {{ code = "{{NUTS 3 CODE:2}}_{{LAU CODE}}", name = "LAU NAME LATIN", broader = "NUTS 3 CODE" }}
"""
LAU_CSV = """NUTS 3 CODE,LAU CODE,LAU NAME NATIONAL,LAU NAME LATIN
ES511,08019,Barcelona,Barcelona
ES511,08015,Badalona,Badalona
"""


def declare(small: Small, toml: str, **files: str | bytes) -> None:
    """Declare schemes, and write their files beside the tables."""
    path = small.folder / "portfolio.toml"
    path.write_text(path.read_text("utf-8") + toml, "utf-8")
    for name, content in files.items():
        # Tables lie in a folder of their own: a CSV file beside the others would be one of records.
        (small.folder / "lists").mkdir(exist_ok=True)
        small.write(f"lists/{name.replace('_', '.')}", content)
    path.write_text(path.read_text("utf-8").replace('file = "', 'file = "lists/'), "utf-8")


def with_theme(small: Small, cell: str) -> None:
    small.edit("project.csv", "2019-03,2021,coast-fund,water,", f"2019-03,2021,coast-fund,{cell},")


def with_places(small: Small, nuts: str, lau: str = "") -> None:
    small.edit("portfolio.toml", 'evidence = "every value"', 'evidence = "no"')
    small.edit("city.csv", "centroid,sameAs", "centroid,sameAs,nuts,lau")
    small.edit("city.csv", "geonames.org/1/", f"geonames.org/1/,{nuts},{lau}")
    small.edit("city.csv", "JPN,,", "JPN,,,,")


def dumped(folder: Path, work: Path) -> dict[str, str]:
    opened_folder = open_folder(folder)
    return dict(dump(folder, work, opened_folder.schema, opened_folder.config).dumps)


def said(small: Small) -> list[str]:
    """Check, and give what is said of cells, without the last lines."""
    out = small.run("check").out
    return [line.strip() for line in out.splitlines() if line.startswith(("data/", "    "))]


# ---------------------------------------------------------------- themes


def test_a_theme_may_be_a_concept_of_a_scheme_of_which_a_copy_is_kept(small: Small, tmp_path: Path) -> None:
    declare(small, SEA_TOML, sea_ttl=b"\xef\xbb\xbf" + SEA_TTL.encode())
    with_theme(small, f"water; sea:7/71; {SEA}c3")
    assert small.run("check").out.startswith("No problems")
    dumps = dumped(small.folder, tmp_path)
    triples = agreed({name: text for name, text in dumps.items() if name != "supporting"})
    assert {o[1].removeprefix("https://small.example/id/theme/") for s, p, o in of(triples, "harbour", "subject")} == {
        "water", f"{SEA}b2", f"{SEA}c3",
    }  # fmt: skip
    described = {(s[1], p[1].rpartition("#")[2], *o[1:]) for s, p, o in triples if s[1].startswith("https://sea.")}
    assert {item[2] for item in described if item[:2] == (f"{SEA}a1", "prefLabel")} == {"Water", "Aigua"}
    assert {item[:3] for item in described if item[1] in {"broader", "inScheme", "versionInfo"}} == {
        (f"{SEA}b2", "broader", f"{SEA}a1"),
        (f"{SEA}c3", "broader", f"{SEA}a1"),
        *((f"{SEA}{code}", "inScheme", "https://sea.example/themes") for code in ("a1", "b2", "c3")),
        ("https://sea.example/themes", "versionInfo", "4"),
    }


def of(triples: frozenset[Triple], ending: str, predicate: str) -> list[Triple]:
    return [t for t in triples if t[0][1].endswith(f"/{ending}") and t[1][1].endswith(predicate)]


def test_only_what_is_used_is_in_a_dump_with_what_stands_above_it(small: Small, tmp_path: Path) -> None:
    declare(small, SEA_TOML, sea_ttl=SEA_TTL)
    with_theme(small, "sea:b2")
    text = dumped(small.folder, tmp_path)["ntriples"]
    assert f"<{SEA}a1>" in text
    assert f"<{SEA}c3>" not in text


@pytest.mark.parametrize(
    ("cell", "rule", "words"),
    [
        ("sae:71", "LP-SCHEME-PREFIX", "Did you mean 'sea'?"),
        ("eurovoc:365", "LP-SCHEME-PREFIX", "[schemes.eurovoc]"),
        ("sea:73", "LP-SCHEME-CODE", "(version 4)"),
        ("sea:Tides", "LP-SCHEME-CODE", "Did you mean 'sea:c3'?"),
        ("sea:Tidez", "LP-SCHEME-CODE", "Did you mean 'sea:c3'?"),
        (f"{SEA}b22", "LP-SCHEME-CODE", f"Did you mean '{SEA}b2'?"),
        ("https://other.example/x", "LP-SCHEME-IRI", SEA),
        (f"sea:71; {SEA}b2", "LP-CELL-REPEAT", "Remove the second one"),
        ("sea:", "LP-SCHEME-CODE", "is not in the portfolio's copy of Sea"),
    ],
)
def test_what_is_no_concept_of_a_copy_is_told_with_the_nearest(small: Small, cell: str, rule: str, words: str) -> None:
    declare(small, SEA_TOML, sea_ttl=SEA_TTL)
    with_theme(small, cell)
    told, remedy = said(small)[:2]
    assert told.startswith("data/project.csv:2:")
    assert told.endswith(f"[{rule}]")
    assert words in f"{told} {remedy}"


def test_without_schemes_a_prefixed_code_is_told_with_what_to_declare(small: Small) -> None:
    with_theme(small, "sdg:11.3")
    assert "[LP-SCHEME-PREFIX]" in said(small)[0]


def test_evidence_may_speak_of_a_concept_in_either_way(small: Small, tmp_path: Path) -> None:
    declare(small, SEA_TOML, sea_ttl=SEA_TTL)
    with_theme(small, "sea:71")
    text = (small.folder / "evidence.csv").read_text("utf-8")
    small.write("evidence.csv", f"{text}project/harbour,theme,{SEA}b2,,,gazette,,,\n")
    assert small.run("check").out.startswith("No problems")
    dumped(small.folder, tmp_path)
    assert f"rdf:object <{SEA}b2>" in (tmp_path / "evidence.ttl").read_text("utf-8")


def test_processes_and_parts_give_the_same_dumps(small: Small, tmp_path: Path) -> None:
    declare(small, SEA_TOML + NUTS_TOML + LAU_TOML, sea_ttl=SEA_TTL, nuts_csv=NUTS_CSV, lau_csv=LAU_CSV)
    with_theme(small, f"sea:71; {SEA}c3")
    with_places(small, "ES511", "ES_08019")
    extra = "".join(f"p{n:05},Title {n},Títol {n},Título {n},2020,sea:{7 + n % 2}\n" for n in range(300))
    small.write("project.more.csv", f"id,title@en,title@ca,title@es,start,theme\n{extra}")
    folder = open_folder(small.folder)
    found = []
    for number, processes in enumerate((1, 2)):
        work, out = tmp_path / f"parts{number}", tmp_path / f"{number}.nt"
        work.mkdir()
        with opened(Resources(jobs=processes)) as perform:
            map_tables(
                small.folder, folder.schema, folder.config, "data", work, {Output("nt", "ntriples"): out},
                run=perform, size=1 << 10,
            )  # fmt: skip
        found.append(out.read_bytes())
    assert found[0] == found[1]
    assert f"<{SEA}a1>".encode() in found[0]


def test_large_data_are_judged_in_parts_with_concepts_of_others(small: Small, tmp_path: Path) -> None:
    declare(small, SEA_TOML + NUTS_TOML, sea_ttl=SEA_TTL, nuts_csv=NUTS_CSV)
    with_theme(small, "sea:71")
    with_places(small, "ES511")
    folder, statements = open_folder(small.folder), tmp_path / "all.nt"
    statements.write_text(dumped(small.folder, tmp_path)["ntriples"], "utf-8")
    judged = judge([statements], folder.shapes, Options(REFERENCE, records=1, cap=0, sample=0))
    assert list(judged.results) == []


def test_a_dump_can_be_read_by_a_plain_json_ld_processor(small: Small, tmp_path: Path) -> None:
    declare(small, SEA_TOML, sea_ttl=SEA_TTL)
    with_theme(small, "sea:71")
    dumps = dumped(small.folder, tmp_path)
    assert pyld_triples(dumps["jsonld"]) == oxigraph_triples(dumps["ntriples"], ox.RdfFormat.N_TRIPLES)


# ---------------------------------------------------------------- places


def test_regions_are_in_the_dump_with_their_hierarchy(small: Small, tmp_path: Path) -> None:
    declare(small, NUTS_TOML + LAU_TOML, nuts_csv=NUTS_CSV, lau_csv=LAU_CSV)
    with_places(small, "ES511", "ES_08019")
    assert small.run("check").out.startswith("No problems")
    dumps = dumped(small.folder, tmp_path)
    triples = agreed({name: text for name, text in dumps.items() if name != "supporting"})
    within = {o[1] for s, p, o in of(triples, "city/marella", "containedInPlace")}
    assert within >= {f"{NUTS}ES511", f"{LAU}ES_08019"}
    broader = {(s[1], o[1]) for s, p, o in triples if p[1] == f"{SKOS}broader" and s[1].startswith((NUTS, LAU))}
    chain = ["ES511", "ES51", "ES5", "ES"]
    assert broader == {
        (f"{LAU}ES_08019", f"{NUTS}ES511"),
        *((f"{NUTS}{one}", f"{NUTS}{other}") for one, other in pairwise(chain)),
    }
    labels = {
        s[1].removeprefix(NUTS): o[1:]
        for s, p, o in triples
        if p[1] == f"{SKOS}prefLabel" and s[1][: len(NUTS)] == NUTS
    }
    assert labels["ES51"][0] == "Catalunya"


def test_projects_are_found_by_region_and_places_show_its_name(small: Small) -> None:
    declare(small, NUTS_TOML, nuts_csv=NUTS_CSV)
    with_places(small, "ES511")
    answer = small.run("query", "projects-by-region", "--records", "data", "--format", "csv").out.splitlines()
    assert [line.split(",")[0].removeprefix(NUTS) for line in answer[1:]] == ["ES", "ES5", "ES51", "ES511"]
    shown = small.run("show", "city/marella", "--records", "data").out
    assert "Barcelona" in shown


@pytest.mark.parametrize(
    ("nuts", "lau", "words"),
    [
        ("ES99", "", "nuts 'ES99' is not in the portfolio's copy of NUTS 2021 (version 2021)"),
        ("Catalunya", "", "Did you mean 'ES51'?"),
        ("catalunia", "", "Did you mean 'ES51'?"),
        ("Berlin", "", "Did you mean 'DE3, DE30, DE300'?"),
        ("es511", "", "Did you mean 'ES511'?"),
        ("ES511; ES51", "", "[LP-CELL-MANY]"),
        ("", "08019", "Did you mean 'ES_08019'?"),
        ("", "Badalona", "Did you mean 'ES_08015'?"),
        ("DE300", "", "nuts 'DE300' is a region of DEU, but country says 'ESP'."),
    ],
)
def test_what_is_no_region_is_told_and_a_name_with_its_code(small: Small, nuts: str, lau: str, words: str) -> None:
    declare(small, NUTS_TOML + LAU_TOML, nuts_csv=NUTS_CSV, lau_csv=LAU_CSV)
    with_places(small, nuts, lau)
    found = said(small)
    assert found[0].startswith("data/city.csv:3:")
    assert words in " ".join(found[:2])


@pytest.mark.parametrize(
    ("nuts", "lau", "rules"),
    [
        ("ES511", "ES_08019", []),
        ("ES", "", []),
        ("ESZZZ", "", []),
        ("ES5110", "", ["LP-NUTS-FORM"]),
        ("es51", "", ["LP-NUTS-FORM"]),
        ("Catalunya", "", ["LP-NUTS-FORM"]),
        ("Barcelona city", "", ["LP-CODE-FORM"]),
        ("", "08019", ["LP-LAU-FORM"]),
        ("UKG31", "", ["LP-PLACE-REGION"]),
        ("", "EL_0101", ["LP-PLACE-REGION"]),
    ],
)
def test_codes_are_checked_without_a_list(small: Small, nuts: str, lau: str, rules: list[str]) -> None:
    with_places(small, nuts, lau)
    assert small.run("check").codes == rules


def test_a_workbook_has_a_sheet_for_each_country(small: Small, tmp_path: Path) -> None:
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["Correspondence table LAU - NUTS"])
    for country, rows in {"ES": [["ES511", "08019", "Barcelona"]], "PT": [["PT150", "0801", "Albufeira"]]}.items():
        sheet = book.create_sheet(country)
        sheet.append(["NUTS 3 CODE", "LAU CODE", "LAU NAME\nLATIN"])
        for row in rows:
            sheet.append(row)
        sheet.append([])
        sheet.append(["Source: made up"])
    book.save(tmp_path / "lau.xlsx")
    declare(small, NUTS_TOML + LAU_TOML.replace(".csv", ".xlsx"), nuts_csv=NUTS_CSV)
    shutil.copy(tmp_path / "lau.xlsx", small.folder / "lists/lau.xlsx")
    assert open_folder(small.folder).schema.schemes["lau"].codes == {"ES_08019", "PT_0801"}


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        (SEA_TOML.replace("sea.ttl", "see.ttl"), "'schemes.sea.file' is 'lists/see.ttl': there is no such file."),
        (SEA_TOML.replace("sea.ttl", "sea.doc"), "nothing reads this format. Take a file that ends in .ttl,"),
        (SEA_TOML.replace("/theme/", "/topic/"), "Those in the file begin with 'https://sea.example/theme/'."),
        (SEA_TOML.replace("schemes.sea", "schemes.skos"), "the ontology has the prefix 'skos' for something else."),
        (SEA_TOML.replace("https://sea.example", "https://small.example"), "so begin the portfolio's own IRIs"),
        (SEA_TOML + SEA_TOML.replace("schemes.sea", "schemes.mar"), "so begin the IRIs of 'schemes.sea' as well."),
        (SEA_TOML + SEA_TOML, "schemes"),
        (SEA_TOML.replace('/theme/"', '/theme"'), 'ending in "/" or "#".'),
        ('\n[schemes.Sea]\nfile = "a.ttl"\niri = "https://x.example/"\n', "its name has small letters"),
        ('\n[schemes.sea]\nfile = "a.ttl"\n', "'schemes.sea.iri' is missing"),
        (SEA_TOML + 'versio = "1"\n', "Did you mean 'schemes.sea.version'?"),
        (NUTS_TOML + "broader-in = 'sea'\n", "either nested-codes or broader-in."),
        (NUTS_TOML + LAU_TOML.replace('broader-in = "nuts"', 'broader-in = "nut"'), "which is no scheme under"),
        (NUTS_TOML + "columns = { code = 'Kode' }\n", "it has no columns for 'Kode'. Its first row has: NUTS Code,"),
        (NUTS_TOML.replace("nuts.csv", "bad.csv"), "it has no columns for a code and a name."),
        (NUTS_TOML.replace("nuts.csv", "twice.csv"), "line 3: the code 'ES' stands in a row above."),
        (NUTS_TOML.replace("nuts.csv", "blank.csv"), "line 2: the code 'E S' does not fit into an IRI."),
        (NUTS_TOML.replace("nuts.csv", "none.csv"), "no row has a code."),
        (NUTS_TOML.replace("nuts.csv", "sea.xlsx"), "the file cannot be read"),
    ],
)  # fmt: skip
def test_wrong_settings_are_told_at_their_place(small: Small, toml: str, words: str) -> None:
    declare(
        small, toml, sea_ttl=SEA_TTL, sea_doc="", nuts_csv=NUTS_CSV, lau_csv=LAU_CSV, bad_csv="a,b\n1,2\n",
        twice_csv="code,name\nES,A\nES,B\n", blank_csv="code,name\nE S,A\n", none_csv="code,name\n", sea_xlsx="no book",
    )  # fmt: skip
    done = small.run("check")
    assert done.code == 2
    assert "portfolio.toml:" in done.err
    assert words in done.err


def test_all_that_is_wrong_with_schemes_is_told_at_once(small: Small) -> None:
    declare(small, SEA_TOML.replace("sea.ttl", "no.ttl") + NUTS_TOML.replace("nuts.csv", "no.csv"))
    assert small.run("check").err.count("there is no such file") == 2


# ---------------------------------------------------------------- a stranger's portfolio


def test_columns_of_a_portfolio_of_its_own_take_schemes_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "kotka"
    shutil.copytree(KOTKA, home)
    monkeypatch.chdir(tmp_path)
    context, shapes = home / "ontology/context.jsonld", home / "ontology/shapes.ttl"
    context.write_text(
        context.read_text("utf-8").replace(
            '  "stage"',
            '  "aihe": {"@id": "kotka:aihe", "@type": "@id", "@container": "@set", '
            '"@context": {"@base": "https://data.example.org/id/theme/"}},\n'
            '  "kunta": {"@id": "kotka:kunta", "@type": "@id", "@context": {"@base": "https://kunta.example/koodi/"}},\n'
            '  "stage"',
        ),
        "utf-8",
    )
    text = shapes.read_text("utf-8").replace(
        "kotka:stageShape .", "kotka:stageShape , kotka:aihe-1 , kotka:kunta-1 .", 1
    )
    shapes.write_text(
        text + '\nkotka:aihe-1 a sh:PropertyShape ; sh:path kotka:aihe ; sh:name "aihe" ; lp:takesConcepts true .\n'
        'kotka:kunta-1 a sh:PropertyShape ; sh:path kotka:kunta ; sh:name "kunta" ; sh:nodeKind sh:IRI .\n',
        "utf-8",
    )
    (home / "lists").mkdir()
    (home / "lists/kunnat.csv").write_text("Koodi;Nimi;Maakunta\n285;Kotka;08\n08;Kymenlaakso;\n", "utf-8")
    (home / "lists/yso.nt").write_text(
        f'<http://yso.example/p1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{SKOS}Concept> .\n'
        f'<http://yso.example/p1> <{SKOS}prefLabel> "satamat"@fi .\n'
        f'<http://yso.example/p1> <{SKOS}prefLabel> "hamnar"@sv .\n',
        "utf-8",
    )  # fmt: skip
    settings = home / "portfolio.toml"
    settings.write_text(
        settings.read_text("utf-8")
        + '\n[schemes.yso]\nfile = "lists/yso.nt"\niri = "http://yso.example/"\n'
        + '\n[schemes.kunta]\nfile = "lists/kunnat.csv"\niri = "https://kunta.example/koodi/"\ndelimiter = ";"\n'
        + 'columns = { code = "koodi", name = { fi = "nimi" }, broader = "maakunta" }\n',
        "utf-8",
    )
    table = home / "project.csv"
    lines = table.read_text("utf-8").splitlines()
    lines = [lines[0] + ";aihe;kunta", lines[1] + ";yso:p1;285", lines[2] + ";;Kymenlaakso", *lines[3:]]
    table.write_text("\n".join([*lines, ""]), "utf-8")
    done = run("check", "kotka")
    assert "kunta 'Kymenlaakso' is not in the portfolio's copy of kunta" in done.out
    assert "Did you mean '08'?" in done.out
    table.write_text(table.read_text("utf-8").replace(";Kymenlaakso", ";08"), "utf-8")
    dumps = dumped(home, tmp_path)
    triples = agreed({name: text for name, text in dumps.items() if name != "supporting"})
    assert {o[1:3] for s, p, o in triples if s[1] == "http://yso.example/p1" and p[1] == f"{SKOS}prefLabel"} == {
        ("satamat", "fi")
    } or any(o[1] == "satamat" for s, p, o in triples)
    assert "hamnar" not in dumps["ntriples"]
    assert ("https://kunta.example/koodi/285", "https://kunta.example/koodi/08") in {
        (s[1], o[1]) for s, p, o in triples if p[1] == f"{SKOS}broader"
    }


# ---------------------------------------------------------------- real files


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published vocabularies are not beside this checkout")
def test_published_vocabularies_are_read_as_they_are(small: Small) -> None:
    toml = (
        '\n[schemes.euroscivoc]\nfile = "esv.ttl"\niri = "https://data.ec2u.eu/taxonomies/euroscivoc/"\nversion = "1"\n'
        '\n[schemes.sdg]\nfile = "sdg.ttl"\niri = "http://metadata.un.org/sdg/"\n'
    )
    declare(
        small, toml, esv_ttl=(SHARED / "EuroSciVoc.ttl").read_bytes(),
        sdg_ttl=(SHARED / "sdg-kos-goals-targets-indicators.ttl").read_bytes(),
    )  # fmt: skip
    schemes = open_folder(small.folder).schema.schemes
    assert len(schemes["euroscivoc"].codes) == 1031
    assert len(schemes["sdg"].codes) == 418
    with_theme(small, "euroscivoc:/29/91/521/1303; sdg:11.3; sdg:11.3.1")
    assert small.run("check").out.startswith("No problems")
    answer = small.run("query", "themes-rolled-up", "--records", "data", "--format", "csv").out
    assert "sustainable economy" in answer
    assert "http://metadata.un.org/sdg/11," in answer


def test_a_portfolio_without_schemes_reads_nothing(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkedproj.model.folder.read_schemes", None)
    assert open_folder(small.folder).schema.schemes == {}


def test_the_two_engines_agree_on_regions_and_themes_of_others(small: Small, tmp_path: Path) -> None:
    declare(small, SEA_TOML + NUTS_TOML, sea_ttl=SEA_TTL, nuts_csv=NUTS_CSV)
    with_theme(small, "sea:71")
    with_places(small, "ES511")
    dumps = dumped(small.folder, tmp_path)
    (tmp_path / "all.nt").write_text(dumps["ntriples"], "utf-8")
    graph = reference.read_graph([tmp_path / "all.nt"])
    assert len(graph) == len(oxigraph_triples(dumps["ntriples"], ox.RdfFormat.N_TRIPLES))


def test_a_missing_package_is_told(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(small, NUTS_TOML.replace("nuts.csv", "nuts.xlsx"), nuts_xlsx="x")
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(SetupError, match="one more package is needed"):
        open_folder(small.folder)


# ---------------------------------------------------------------- what is on the top


PREFIXES = f"PREFIX skos: <{SKOS}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
ONE_WAY = """SELECT ?scheme ?concept {
  { ?scheme skos:hasTopConcept ?concept FILTER NOT EXISTS { ?concept skos:topConceptOf ?scheme } }
  UNION { ?concept skos:topConceptOf ?scheme FILTER NOT EXISTS { ?scheme skos:hasTopConcept ?concept } } }"""
NOT_IN_IT = (
    "SELECT ?concept { ?concept skos:topConceptOf ?scheme FILTER NOT EXISTS { ?concept skos:inScheme ?scheme } }"
)
BELOW = "SELECT ?concept { ?concept skos:topConceptOf ?scheme ; skos:broader/skos:inScheme ?scheme }"
BARE = """SELECT DISTINCT ?scheme { ?concept skos:inScheme ?scheme
  FILTER NOT EXISTS { ?scheme skos:hasTopConcept ?top ; skos:prefLabel ?name ; rdfs:label ?name } }"""
LEFT_OUT = """SELECT ?concept { ?concept skos:inScheme ?scheme FILTER NOT EXISTS { ?concept skos:topConceptOf ?scheme }
  FILTER NOT EXISTS { ?concept skos:broader/skos:inScheme ?scheme } }"""


@pytest.mark.parametrize("name", ["portfolio.ttl", "evidence.ttl"])
@pytest.mark.parametrize("fixture", ["release", "whole_release", "small_release"])
def test_every_scheme_names_its_top_concepts_and_they_name_it(
    fixture: str, name: str, request: pytest.FixtureRequest
) -> None:
    store = ox.Store()
    store.load(path=request.getfixturevalue(fixture) / name)
    assert list(store.query(f"{PREFIXES} SELECT ?scheme {{ ?scheme skos:hasTopConcept ?concept }}"))  # type: ignore[arg-type]  # rows
    for question in (ONE_WAY, NOT_IN_IT, BELOW, BARE, LEFT_OUT):
        assert [str(row) for row in store.query(PREFIXES + question)] == [], question  # type: ignore[union-attr]  # rows


def test_the_vocabulary_names_top_concepts_both_ways(release: Path) -> None:
    store = ox.Store()
    store.load(path=release / "vocabulary.ttl")
    for question in (ONE_WAY, NOT_IN_IT, BELOW, BARE, LEFT_OUT):
        assert [str(row) for row in store.query(PREFIXES + question)] == [], question  # type: ignore[union-attr]  # rows


def tops(text: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return what names a scheme as that which it is on the top of, and the same from the scheme, as pairs of ids."""
    found: dict[str, set[tuple[str, str]]] = {"topConceptOf": set(), "hasTopConcept": set()}
    for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES):
        name = quad.predicate.value.removeprefix(SKOS)
        if name in found and "/id/" in str(quad.subject):
            found[name].add(
                (str(quad.subject).strip("<>").partition("/id/")[2], str(quad.object).partition("/id/")[2][:-1])
            )
    return found["topConceptOf"], {(concept, scheme) for scheme, concept in found["hasTopConcept"]}


def test_a_theme_below_another_is_on_the_top_of_nothing(small: Small, tmp_path: Path) -> None:
    rows = [("b", ""), ("a", ""), ("c", "a"), ("z", "b; a"), ("d", "c")]
    # In no order of their ids, so that they are sorted first.
    small.write(
        "theme.csv", "id,inScheme,name@en,broader\n" + "".join(f"{t},policy-theme,{t},{up}\n" for t, up in rows)
    )
    stated, turned = tops(dumped(small.folder, tmp_path)["ntriples"])
    assert stated == turned == {("theme/a", "scheme/policy-theme"), ("theme/b", "scheme/policy-theme")}


def test_a_table_of_themes_without_a_column_for_what_is_above_has_top_concepts_only(
    small: Small, tmp_path: Path
) -> None:
    small.write("theme.csv", "id,inScheme,name@en\nlearning,policy-theme,Learning\nwater,policy-theme,Water\n")
    stated, turned = tops(dumped(small.folder, tmp_path)["ntriples"])
    assert stated == turned == {("theme/learning", "scheme/policy-theme"), ("theme/water", "scheme/policy-theme")}


def test_what_is_on_the_top_is_computed_and_no_column(small: Small) -> None:
    small.write("theme.csv", "id,inScheme,name@en,topConceptOf\nwater,policy-theme,Water,policy-theme\n")
    assert "topConceptOf" in small.run("check").out


def test_what_stands_above_in_another_scheme_leaves_a_concept_on_the_top_of_its_own() -> None:
    sea, land = (
        Scheme(name, f"https://{name}.example/", codes=frozenset({"a", "b"}), iri=f"https://{name}.example", broader=up)
        for name, up in (
            ("sea", {"b": "https://land.example/a"}),
            ("land", {"b": "https://land.example/a", "a": "https://land.example/unknown"}),
        )
    )
    iris = ["https://sea.example/b", "https://land.example/b"]
    found = described(iris, {"sea": replace(sea, prefix="sea"), "land": replace(land, prefix="land")}, ["en"])
    assert {code.iri: (code.top_of, code.tops) for code in found} == {
        "https://land.example/a": (("https://land.example",), ()),
        "https://land.example/b": ((), ()),
        "https://sea.example/b": (("https://sea.example",), ()),
        "https://land.example": ((), ("https://land.example/a",)),
        "https://sea.example": ((), ("https://sea.example/b",)),
    }
