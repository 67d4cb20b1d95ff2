"""What public reports about other tools describe, tried here: docs/public-reports.md says what comes of each."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.conftest import ROOT
from tests.mapping import dump

from linkedproj.model.errors import SetupError
from linkedproj.model.folder import open_folder
from linkedproj.model.settings import load_config

if TYPE_CHECKING:
    from tests.conftest import Small
    from tests.mapping import Road

FOLDERS = [above / "shared/cases/input" for above in ROOT.parents]
CASES = next((folder for folder in FOLDERS if folder.is_dir()), None)
PAGE = (ROOT / "docs/public-reports.md").read_text("utf-8")


def road(small: Small) -> Road:
    """Map the small portfolio as it was changed."""
    folder = open_folder(small.folder)
    return dump(small.folder, small.home, folder.schema, load_config(small.folder, "data"))


def codes(found: Road) -> list[str]:
    """Give place and code of what was told; of evidence for records that are not there, nothing."""
    return [match[0] for one in found.told if (match := re.match(r"\S+ LP-(?!EVIDENCE)[A-Z-]+", one))]


# ---------------------------------------------------------------- the cases that lie beside the project

# Case -> place and code of what is told, and how many themes are read.
TOLD: dict[str, tuple[list[str], int]] = {
    "01-suffix-upper-case": ([], 3),
    "02-suffix-not-read": (["data/theme.rest.ndjson:1:7 LP-ID-TWICE"], 4),
    "05-list-items-in-csv-dump": (["data/project.csv:3:120 LP-CELL-BLANK"], 2),
    "07-rows-swallowed-by-a-quote": (["data/theme.csv:4:10 LP-CELL-ROWS"], 3),
    "08-broader-cycle": (["data/theme.csv:2:94 LP-LINK-CIRCLE"], 2),
    "09-part-of-itself": (["data/programme.csv:2:79 LP-LINK-CIRCLE"], 2),
    "13-json-wrapped-list": (["data/theme.more.json:1:9 LP-FILE-WRAPPED"], 2),
    "14-yaml-hash-cuts-text": (["data/theme.more.yaml:4:9 LP-CELL-COMMENT"], 3),
    "16-brackets-in-address": (["data/project.csv:2:146 LP-CELL-SPELLING"], 2),
    "17-language-en-GB": ([], 2),
    "19-semicolon-file": ([], 2),
    "20-line-before-header": (["data/theme.csv:1:1 LP-FILE-HEADER"], 0),
    "22-utf16-without-bom": (["data/theme.csv:1:2 LP-FILE-ENCODING"], 0),
    "24-trailing-empty-cells": ([], 2),
    "25-name-of-nothing": (["data/theme.csv:2:10 LP-CELL-REQUIRED", "data/theme.csv:3:7 LP-CELL-REQUIRED"], 2),
    "26-blank-edges": (
        [
            "data/theme.csv:2:10 LP-CELL-BLANK",
            "data/theme.csv:2:45 LP-CELL-BLANK",
            "data/theme.csv:3:7 LP-CELL-BLANK",
        ],
        2,
    ),
    "27-traces-of-wrong-encoding": (
        ["data/theme.csv:2:44 LP-CELL-CHARACTER", "data/theme.csv:2:44 LP-CELL-TRACE"],
        2,
    ),
    "30-invisible-in-header": (
        [
            "data/theme.csv:1:1 LP-COLUMN-MISSING",
            "data/theme.csv:1:1 LP-COLUMN-MISSING",
            "data/theme.csv:1:12 LP-COLUMN-UNKNOWN",
            "data/theme.csv:1:29 LP-COLUMN-LANGUAGE",
        ],
        2,
    ),
    "31-three-megabytes-in-a-cell": ([], 2),
    "32-upper-case-scheme": (["data/project.csv:2:146 LP-CELL-SPELLING"], 2),
    "34-count-of-fine-records": (["data/theme.csv:2:65 LP-FILE-ENCODING"], 0),
}
UNREADABLE = "11-unreadable-table"


def _lay(case: str, small: Small) -> None:
    """Lay a case over the small portfolio."""
    if CASES is None:
        pytest.skip("the cases are not beside the project")
    overlay, setup = CASES / case / "overlay", CASES / case / "setup.sh"
    for path in sorted(overlay.iterdir()) if overlay.is_dir() else ():
        small.write(path.name, path.read_bytes())
    if setup.is_file():
        subprocess.run(["/bin/sh", setup], cwd=small.home, check=True)


@pytest.mark.parametrize("case", TOLD)
def test_a_case_beside_the_project_is_right(case: str, small: Small) -> None:
    _lay(case, small)
    found = road(small)
    assert (codes(found), found.portfolio.counts["Theme"]) == TOLD[case]


def test_a_table_beside_the_project_that_may_not_be_read_is_one_sentence(small: Small) -> None:
    if os.name != "posix" or os.geteuid() == 0:
        pytest.skip("this user may read every file")
    _lay(UNREADABLE, small)
    outcome = small.run("check", "data")
    assert outcome.code in {1, 2}
    assert "data/theme.csv: the file cannot be read: permission denied." in outcome.out + outcome.err


def test_every_case_beside_the_project_is_tried() -> None:
    if CASES is None:
        pytest.skip("the cases are not beside the project")
    assert {path.name for path in CASES.iterdir() if path.is_dir()} == {*TOLD, UNREADABLE}


# ---------------------------------------------------------------- further reports


class Report(NamedTuple):
    """A report (of which tool, and its number), what is changed, and what is told or published then."""

    source: str
    edits: tuple[tuple[str, str, str], ...]
    told: tuple[str, ...] = ()
    says: str = ""
    never: str = ""


LEARNING = "learning,Learning,Aprenentatge,Aprendizaje,To know more.,Saber més.,Saber más.,policy-theme,"
WATER = "water,Water,Aigua,Agua,Sea and rain.,Mar i pluja.,Mar y lluvia.,policy-theme,http://eurovoc.europa.eu/1"
URL = "https://small.example/harbour"
REPORTS = [
    Report("RMLio/rmlmapper-java#140", (("project.csv", "QUIET", ""),), never='""'),
    Report("rdf-ext/rdf-parser-csvw#45", (("project.csv", ",coast-fund,", ",,"),), never="/programme/> "),
    Report("RMLio/yarrrml-parser#204", (("project.csv", f",{URL},", ",,"),), never="null"),
    Report(
        "RMLio/rmlmapper-java#179",
        (("theme.csv", "inScheme,exactMatch", ",exactMatch"),),
        ("data/theme.csv:1:1 LP-COLUMN-MISSING", "data/theme.csv:1:70 LP-COLUMN-EMPTY"),
    ),
    Report(
        "Swirrl/csv2rdf#55",
        (("city.csv", "https://sws.geonames.org/1/", "https://sws.geonames.org/1/;https://x.org/2"),),
        says="<https://schema.org/sameAs> <https://x.org/2> .",
    ),
    Report(
        "dice-group/Squirrel#142", (("project.csv", URL, f"{URL} 1"),), ("data/project.csv:2:146 LP-CELL-IRI",),
        never="harbour 1",
    ),
    Report("Fedict/dcattools#309", (("project.csv", URL, URL[1:]),), ("data/project.csv:2:146 LP-CELL-IRI",)),
    Report(
        "pyvandenbussche/lov#69", (("project.csv", URL, f"http://{URL}"),), ("data/project.csv:2:146 LP-CELL-IRI",)
    ),
    Report(
        "molgenis/molgenis-emx2#143", (),
        says="<http://purl.org/dc/terms/spatial> <http://publications.europa.eu/resource/authority/country/JPN> .",
    ),
    Report(
        "GSA/datagov-wptheme#731", (("theme.csv", WATER, f"{WATER}\n{WATER}"),), ("data/theme.csv:4:1 LP-ID-TWICE",)
    ),
    Report("frictionlessdata/frictionless-py#1339", (("theme.csv", "id,name@en", "\nid,name@en"),)),
    Report(
        "frictionlessdata/frictionless-py#811",
        (("theme.csv", "definition@es", '"definition\n@es"'),),
        ("data/theme.csv:1:1 LP-COLUMN-MISSING", "data/theme.csv:1:56 LP-COLUMN-UNKNOWN"),
    ),
    Report(
        "frictionlessdata/frictionless-py#119",
        (("theme.csv", "definition@es,inScheme", ","),),
        ("data/theme.csv:1:1 LP-COLUMN-MISSING", "data/theme.csv:1:1 LP-COLUMN-MISSING",
         "data/theme.csv:1:56 LP-COLUMN-EMPTY",
         "data/theme.csv:1:57 LP-COLUMN-EMPTY"),
    ),
    Report(
        "frictionlessdata/frictionless-py#1163",
        (("theme.csv", LEARNING, "learning,Learning,Aprenentatge"),),
        ("data/theme.csv:2:31 LP-ROW-SHORT",),
    ),
    Report(
        "RDFLib/rdflib#282",
        (("theme.csv", "learning,", "learning.,"), ("project.csv", "learning; water", "learning.; water"),
         ("cooperation.csv", "learning", "learning.")),
        says="<https://small.example/id/theme/learning.>",
    ),
    Report("RDFLib/rdflib#608", (("project.csv", "120000.50", "120000"),), says='"120000"^^'),
    Report("RDFLib/rdflib#999", (("project.csv", "120000.50", "+.5e"),), ("data/project.csv:2:219 LP-CELL-DECIMAL",)),
    Report("DataTreehouse/maplib#70", (("project.csv", "120000.50", "120000.5000"),), says='"120000.5000"^^'),
    Report(
        "proompteng/bilig#28",
        (("identifier.csv", "coast-17", "0017"), ("project.csv", "coast-17", "0017")),
        says="/identifier/0017>",
    ),
    Report("sqlitebrowser/sqlitebrowser#160", (("project.csv", "120000.50", "5.57e+92"),),
           ("data/project.csv:2:219 LP-CELL-DECIMAL",)),
]  # fmt: skip


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.source)
def test_what_a_report_describes_is_right_here(report: Report, small: Small) -> None:
    for edit in report.edits:
        small.edit(*edit)
    found = road(small)
    assert tuple(codes(found)) == report.told
    assert report.says in found.dumps["ntriples"]
    if report.never:
        assert report.never not in found.dumps["ntriples"]
    # Every format says the same, with the same spelling of each value.
    assert len(found.triples) == found.dumps["ntriples"].count("\n")
    for name in ("turtle", "jsonld"):
        assert (report.says.count('"') == 2) <= (report.says.split("^^")[0] in found.dumps[name])


def test_a_word_that_is_no_language_is_refused(small: Small) -> None:
    small.edit("portfolio.toml", 'languages = ["en", "ca", "es"]', 'languages = ["en", "français"]')
    with pytest.raises(SetupError, match=r"'languages' holds 'français': write a list of language tags"):
        open_folder(small.folder)


def test_the_page_tells_of_every_report_that_is_tried() -> None:
    missing = [report.source for report in REPORTS if report.source not in PAGE]
    assert missing == []
    assert [case for case in {*TOLD, UNREADABLE} if f"| {case[:2]} |" not in PAGE] == []
