"""Real projects of CORDIS as tables in one language, with one source a table: form, coverage, answers."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from linkedproj.build import build
from linkedproj.mapping.runners.resources import Resources
from linkedproj.model.rules import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ARCHIVE = Path(__file__).parents[2] / "shared/data/cordis-horizon-barcelona-municipal-xml.zip"
ROLES = {"coordinator": "coordinator", "participant": "partner", "associatedPartner": "associated-partner"}
SETTINGS = """id = "cordis"
version = "1"
base = "https://cordis.example/"
as-of = 2026-10-05
languages = ["en"]
licence = "http://creativecommons.org/licenses/by/4.0/"
issued = 2026-10-05
profiles = ["void"]

[title]
en = "Projects of CORDIS"

[publisher.name]
en = "Nobody"

[sources]
project = { source = "cordis", read-on = 2026-10-05 }
organisation = { source = "cordis", read-on = 2026-10-05 }
participation = { source = "cordis", read-on = 2026-10-05 }
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ARCHIVE.is_file(), reason="the archive of CORDIS projects is not beside this checkout"),
]


def plain(node: ET.Element, path: str) -> str:
    """Return the text at a path as a cell holds it: one line, without blanks around it."""
    return " ".join((node.findtext(path) or "").split())


def write(folder: Path, table: str, rows: Iterable[Mapping[str, str]]) -> None:
    listed = list(rows)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)


@pytest.fixture
def cordis(tmp_path: Path) -> Path:
    """Turn the archive into tables."""
    projects: dict[str, dict[str, str]] = {}
    organisations: dict[str, dict[str, str]] = {}
    participations: dict[str, dict[str, str]] = {}
    with zipfile.ZipFile(ARCHIVE) as archive:
        for name in archive.namelist():
            root = ET.fromstring(archive.read(name))  # noqa: S314 - a file of a publisher that we trust, read in a test
            number = plain(root, "id")
            projects[number] = {
                "id": number, "title@en": plain(root, "title"), "acronym": plain(root, "acronym"),
                "summary@en": plain(root, "objective"),
                "start": plain(root, "startDate"), "end": plain(root, "endDate"),
            }  # fmt: skip
            for body in root.iterfind("relations/associations/organization"):
                kind, known = body.get("type", ""), plain(body, "id")
                if kind not in ROLES or not known:
                    continue
                organisations[known] = {"id": known, "name@en": plain(body, "legalName")}
                key = f"{number}-{known}"
                participations.setdefault(
                    key,
                    {"id": key, "project": number, "organisation": known, "role": ROLES[kind]},
                )
    home = tmp_path / "data"
    home.mkdir()
    (home / "portfolio.toml").write_text(SETTINGS, "utf-8")
    write(home, "project", projects.values())
    write(home, "organisation", organisations.values())
    write(home, "participation", participations.values())
    write(home, "source", [{"id": "cordis", "title@en": "CORDIS", "url": "https://cordis.europa.eu/"}])
    return home


def test_112_projects_are_sound_and_what_they_lack_is_told_once_a_column(cordis: Path, tmp_path: Path) -> None:
    built = build(cordis, tmp_path / "public", engine="auto", resources=Resources(jobs=1))
    findings = built.findings
    assert findings.portfolio.counts["Project"] == 112
    assert not [each for each in findings.problems if findings.rules.severity(each) is Severity.VIOLATION]
    lines = [(each.rule, each.record.partition("/")[0] or each.place.file, each.column) for each in findings.problems]
    assert len(lines) == len(set(lines))
    assert len(lines) < 30
    dumps = tmp_path / "public/dump/latest"
    assert "a lp:Evidence" not in (dumps / "evidence.ttl").read_text("utf-8").partition("\n\n")[2]
    assert re.search(r"dct:source \S*cordis", (dumps / "portfolio.ttl").read_text("utf-8"))
    answers = tmp_path / "public/query"
    empty = {path.stem for path in answers.glob("*.csv") if len(path.read_text("utf-8").splitlines()) < 2}
    # That no translation is missing is the best answer to labels-missing.
    assert empty - {"labels-missing"} <= {*built.answered.poor, *built.answered.left_out}
