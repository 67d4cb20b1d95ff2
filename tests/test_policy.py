"""What a portfolio asks of its records: form is judged for everybody, the rest as portfolio.toml says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from linkedproj.check.completeness import completeness_problems
from linkedproj.check.portfolio import check_folder, map_statements
from linkedproj.mapping.runners.resources import Resources
from linkedproj.model.errors import SetupError
from linkedproj.model.folder import open_folder
from linkedproj.model.rules import Severity
from linkedproj.model.shapes import SH, read_shapes

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.mapping.tables import Mapped

HEAD = (
    'id = "cordis"\nversion = "1"\nbase = "https://cordis.example/"\nas-of = 2026-01-01\n'
    'licence = "https://creativecommons.org/licenses/by/4.0/"\nlanguages = ["en", "fi"]\n'
)
SOURCED = "[sources]\n" + "".join(
    f'{table} = {{ source = "cordis-2026-10", read-on = 2026-10-05 }}\n'
    for table in ("project", "organisation", "participation", "city", "country")
)
PROJECTS = 112


def cordis(home: Path, settings: str = SOURCED, **tables: str) -> Path:
    """Write 112 projects as a funder publishes them: an English title, dates and partners, and no more."""
    folder = home / "data"
    folder.mkdir()
    numbers = range(1, PROJECTS + 1)
    content = {
        "project": "id,title@en,start,end\n" + "".join(f"p{n},Project {n},2021-01-01,2024-12-31\n" for n in numbers),
        "organisation": "id,name@en,seat\n" + "".join(f"o{n},Partner {n},turku\n" for n in numbers),
        "participation": "id,project,organisation\n" + "".join(f"p{n}-o{n},p{n},o{n}\n" for n in numbers),
        "city": "id,name@en,country\nturku,Turku,FIN\n",
        "country": "id,name@en\nFIN,Finland\n",
        "source": "id,title@en\ncordis-2026-10,CORDIS\nleaflet,A leaflet\n",
        **tables,
    }
    (folder / "portfolio.toml").write_text(HEAD + settings, "utf-8")
    for name, text in content.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def mapped(folder: Path, scratch: Path) -> Mapped:
    """Map the tables of a folder, without a SHACL engine."""
    scratch.mkdir()
    return map_statements(open_folder(folder), scratch, Resources(jobs=1))


def counted(found: Mapped) -> dict[tuple[str, str], str]:
    """Return the shares that are told, by rule and column."""
    problems = completeness_problems(found.evidence)
    return {
        (problem.values.get("table", problem.rule), problem.column): problem.values.get("share", "")
        for problem in problems
    }


def test_records_of_a_funder_have_no_fault_of_form_and_a_line_for_each_column_that_is_missing(tmp_path: Path) -> None:
    findings = check_folder(cordis(tmp_path), resources=Resources(jobs=1))
    assert {findings.rules.severity(problem) for problem in findings.problems} == {Severity.INFO}
    told = {(p.values["table"], p.column): p.values["count"] for p in findings.problems}
    assert told == {
        ("project", "title@fi"): "112", ("project", "summary@en"): "112", ("project", "summary@fi"): "112",
        ("project", "theme"): "112", ("participation", "role"): "112",
        ("organisation", "name@fi"): "112", ("organisation", "summary@en"): "112",
        ("organisation", "summary@fi"): "112", ("city", "name@fi"): "1", ("city", "summary@en"): "1",
        ("city", "summary@fi"): "1", ("country", "name@fi"): "1", ("source", "title@fi"): "2",
    }  # fmt: skip
    first = next(p for p in findings.problems if (p.values["table"], p.column) == ("participation", "role"))
    assert [place.line for place in (first.place, *first.also)] == [2, 3, 4]


def test_the_source_of_a_table_is_that_of_its_records_and_makes_no_statement(tmp_path: Path) -> None:
    found = mapped(cordis(tmp_path), tmp_path / "scratch")
    text = found.statements[0].read_text("utf-8")
    origin = "<http://purl.org/dc/terms/source> <https://cordis.example/id/source/cordis-2026-10>"
    assert text.count(origin) == 3 * PROJECTS + 2
    assert text.count('<https://w3id.org/linkedproj/ns#readOn> "2026-10-05"') == 3 * PROJECTS + 2
    assert found.evidence.count == 0
    assert found.evidence.coverage.values["project", "title@en", "cited"] == PROJECTS
    assert found.evidence.problems == []


def test_a_record_names_its_own_source_before_its_table_does_and_a_value_before_both(tmp_path: Path) -> None:
    project = "id,title@en,start,readIn\na,A,2021,leaflet\nb,B,2022,\n"
    evidence = "subject,predicate,source,quote.exact\nproject/b,start,leaflet,from 2022\n"
    folder = cordis(tmp_path, project=project, participation="id,project,organisation\n", evidence=evidence)
    found = mapped(folder, tmp_path / "scratch")
    text = found.statements[0].read_text("utf-8")
    assert "project/a> <http://purl.org/dc/terms/source> <https://cordis.example/id/source/leaflet>" in text
    assert "project/b> <http://purl.org/dc/terms/source> <https://cordis.example/id/source/cordis-2026-10>" in text
    assert "project/a> <https://w3id.org/linkedproj/ns#readOn>" not in text
    assert found.evidence.count == 1
    assert found.evidence.coverage.values["project", "start", "stated"] == 1
    assert found.evidence.coverage.values["project", "start", "cited"] == 1


@pytest.mark.parametrize(
    ("settings", "told", "faults"),
    [
        ("", {("LP-EVIDENCE-NONE", ""): ""}, []),
        ('require = { evidence = "no" }\n', {}, []),
        ('curated = "*"\n', {}, []),
        ('[sources]\nproject = "leaflet"\n', {("country", ""): "0", ("city", ""): "0"}, []),
        ('require = { evidence = "every record" }\n[sources]\nproject = "leaflet"\n', None, ["LP-EVIDENCE-RECORD"]),
        ('require = { evidence = "every value" }\n[sources]\nproject = "leaflet"\n', None, ["LP-EVIDENCE-MISSING"]),
        ('[sources]\nproject = "nowhere"\n', None, ["LP-LINK-DANGLING"]),
    ],
)
def test_evidence_is_asked_for_as_far_as_the_portfolio_says(
    settings: str, told: dict[tuple[str, str], str] | None, faults: list[str], tmp_path: Path
) -> None:
    quiet = '\n[require]\n"*.title" = "no"\n' if not settings.startswith("require") else ""
    folder = cordis(tmp_path, settings + quiet, participation="id,project,organisation\n", organisation="id,name@en\n")
    found = mapped(folder, tmp_path / "scratch")
    assert sorted({problem.rule for problem in found.evidence.problems + found.portfolio.problems}) == faults
    if told is not None:
        shares = {key: share for key, share in counted(found).items() if not key[1]}
        assert shares == told


@pytest.mark.parametrize(
    ("setting", "shape", "severity"),
    [
        ('"project.summary" = "all languages"', "project-summary-fi", "Violation"),
        ('"*.summary" = "all languages"', "city-summary-en", "Violation"),
        ('"project.summary" = "one language"', "project-summary", "Violation"),
        ('"project.summary" = "one language"', "project-summary-fi", "Info"),
        ('"project.summary" = "own language"', "project-summary", "Violation"),
        ('"project.summary" = "own language"', "project-summary-fi", ""),
        ('"organisation.name" = "own language"', "organisation-name-fi", ""),
        ('"project.summary" = "told"', "project-summary-fi", "Info"),
        ('"project.summary" = "no"', "project-summary-fi", ""),
        ('"*.summary" = "no"\n"project.summary" = "told"', "project-summary-fi", "Info"),
        ('"organisation.seat" = "error"', "organisation-seat", "Violation"),
        ('"organisation.seat" = "warning"', "organisation-seat", "Warning"),
        ('"project.budget" = "error"', "project-budget", "Violation"),
        ("", "organisation-seat", "Info"),
        ("", "project-budget", ""),
    ],
)
def test_what_is_required_is_a_shape(setting: str, shape: str, severity: str, tmp_path: Path) -> None:
    folder = open_folder(cordis(tmp_path, f"[require]\n{setting}\n"))
    shapes = read_shapes(folder.shapes)
    node = ox.NamedNode(f"https://cordis.example/shapes#{shape}")
    assert shapes.text(node, SH + "severity").removeprefix(SH) == severity
    if severity:
        assert shapes.parents(node)
        assert "\n" in shapes.texts(node, SH + "message")["en"]


def test_of_a_name_in_its_own_language_no_translation_is_told_and_its_absence_is_a_fault(tmp_path: Path) -> None:
    settings = f'{SOURCED}[require]\n"organisation.name" = "own language"\n'.replace(
        "[sources]", 'further-languages = ["it"]\n[sources]'
    )
    folder = cordis(
        tmp_path,
        settings,
        organisation="id,name@en,name@it,acronym\no1,,Aster,\no2,,,NN\n",
        participation="id,project,organisation\n",
    )
    problems = check_folder(folder, resources=Resources(jobs=1)).problems
    assert not [
        p.column
        for p in problems
        if p.rule == "LP-COMPLETE-COLUMN" and p.column.startswith("name@") and p.values["table"] == "organisation"
    ]
    assert [p.record for p in problems if p.rule == "LP-NAME-NONE"] == ["organisation/o2"]


def test_what_is_required_is_a_column_that_every_table_has_to_have(tmp_path: Path) -> None:
    folder = open_folder(
        cordis(tmp_path, '[require]\n"*.title" = "all languages"\n"project.summary" = "one language"\n')
    )
    assert {"title@en", "title@fi"} <= folder.schema.types["Project"].required
    assert not any(column.startswith("summary") for column in folder.schema.types["Project"].required)


def test_a_text_that_is_missing_altogether_is_one_finding(tmp_path: Path) -> None:
    settings = SOURCED + '[require]\n"*.name" = "all languages"\n'
    folder = cordis(tmp_path, settings, organisation="id\n", participation="id,project,organisation\n", city="id\n")
    (folder / "country.csv").write_text("id,name@en,name@fi\nFIN,Finland,Suomi\n", "utf-8")
    (folder / "organisation.csv").unlink()
    (folder / "organisation.yaml").write_text("- id: nameless\n  acronym: NN\n", "utf-8")
    found = [p.rule for p in check_folder(folder, resources=Resources(jobs=1)).problems if "nameless" in p.record]
    assert found == ["LP-NAME-NONE"]


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ('"project.sumary" = "told"', "Did you mean 'project.summary'?"),
        ('"projects.summary" = "told"', "Did you mean 'project.summary'?"),
        ('"project.summary" = "error"', "'require.project.summary' is 'error': write one of \"all languages\""),
        ('"project.start" = "one language"', "'require.project.start' is 'one language': write one of \"error\""),
        ('"project.start" = "always"', "'require.project.start' is 'always': write \"all languages\""),
    ],
)
def test_a_requirement_that_no_column_can_have_is_refused(setting: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError) as caught:
        open_folder(cordis(tmp_path, f"[require]\n{setting}\n"))
    assert sentence in str(caught.value)
    assert "portfolio.toml:8:1" in str(caught.value)


@pytest.mark.parametrize("level", ["all languages", "told"])
@pytest.mark.parametrize(
    ("languages", "further", "lacking"),
    [
        ('["en"]', '["en-GB"]', {"title@en": {"both"}}),
        ('["en-GB", "en"]', "[]", {"title@en": {"both"}, "title@en-GB": {"both", "plain"}}),
    ],
    ids=["en", "en-GB and en"],
)
def test_a_text_in_a_regional_variety_is_one_in_its_language_for_the_check_as_for_shacl(
    languages: str, further: str, lacking: dict[str, set[str]], level: str, tmp_path: Path
) -> None:
    """RFC 4647, section 3.3.1: the range "en" takes in "en-GB", and the range "en-GB" does not take in "en"."""
    project = "id,title@en,title@en-GB,title@fi\nboth,,,Molemmat\nbritish,,Harbour,\nplain,Harbor,,\n"
    folder = cordis(tmp_path, f'[require]\n"*.name" = "no"\n"project.title" = "{level}"\n', project=project)
    settings = (folder / "portfolio.toml").read_text("utf-8")
    tags = further.replace("]", ', "fi"]') if further != "[]" else '["fi"]'
    stated = f"languages = {languages}\nfurther-languages = {tags}\n"
    (folder / "portfolio.toml").write_text(settings.replace('languages = ["en", "fi"]\n', stated), "utf-8")
    for name in ("participation", "organisation", "city", "country", "source"):
        (folder / f"{name}.csv").unlink()
    findings = check_folder(folder, resources=Resources(jobs=1))
    told: dict[str, set[str]] = {}
    for problem in findings.problems:
        if problem.column.startswith("title@") and problem.rule in {
            "LP-COMPLETE-COLUMN",
            "LP-COMPLETE-VALUE",
            "LP-CELL-REQUIRED",
        }:
            places = (problem.place, *problem.also)
            names = {2: "both", 3: "british", 4: "plain"}
            told.setdefault(problem.column, set()).update(names[place.line] for place in places)
    opened = open_folder(folder)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    records = map_statements(opened, scratch, Resources(jobs=1)).statements[0]
    _, results, _ = pyshacl.validate(
        rdflib.Graph().parse(records, format="nt"), shacl_graph=rdflib.Graph().parse(opened.shapes)
    )
    judged: dict[str, set[str]] = {}
    for result in results.subjects(rdflib.SH.sourceShape):
        shape = str(results.value(result, rdflib.SH.sourceShape))
        found = re.fullmatch(r"https://cordis\.example/shapes#project-title-(.+)", shape)
        if found:
            focus = str(results.value(result, rdflib.SH.focusNode))
            judged.setdefault(f"title@{found[1]}", set()).add(focus.rpartition("/")[2])
    assert told == judged == lacking
