"""What the build computes: labels, periods, status, inverses, ids of nested records, and the classes above a class."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.mapping import CONFIG, XSD, shipped_schema, travel

from linkedproj.mapping.derive import phase_at

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mapping import Triple

ID = "https://data.example.org/id/"
LP = "https://w3id.org/linkedproj/ns#"
DCT = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "https://schema.org/"
STATUS = "https://w3id.org/linkedproj/status/"
ADMS = "http://www.w3.org/ns/adms#"


def about(triples: frozenset[Triple], subject: str, predicate: str) -> list[str]:
    """Give the values of a property, each in the notation of N-Triples without escapes."""
    found = [o for s, p, o in triples if (s[1], p[1]) == (ID + subject, predicate)]
    return sorted(
        term[1]
        if term[0] == "iri"
        else f'"{term[1]}"' + (f"@{term[2]}" if term[2] else f"^^{term[3].removeprefix(XSD)}")
        for term in found
    )


STATUSES = {
    # (start, end) stated -> status on 2020-02-11
    ("", ""): "unknown",
    ("2019", ""): "unknown",
    ("", "2021"): "unknown",
    ("", "2019"): "completed",
    ("2021", ""): "planned",
    ("2017", "2019"): "completed",
    ("2019", "2020"): "ongoing",
    ("2021", "2022"): "planned",
    ("2019-01", "2020-01"): "completed",
    ("2019-01", "2020-02"): "ongoing",
    ("2020-02", "2020-03"): "ongoing",
    ("2020-03", "2020-04"): "planned",
    ("2020", "2020"): "ongoing",
    ("2019-01-01", "2020-02-10"): "completed",
    ("2019-01-01", "2020-02-11"): "ongoing",
    ("2020-02-11", "2020-02-11"): "ongoing",
    ("2020-02-12", "2020-02-12"): "planned",
}


@pytest.mark.parametrize(("start", "end"), STATUSES)
def test_the_status_follows_from_the_stated_dates(start: str, end: str) -> None:
    codes = shipped_schema().phases[STATUS]
    assert codes[phase_at("2020-02-11", start, end)] == STATUSES[start, end]


def test_the_status_is_that_of_the_day_in_the_settings(tmp_path: Path) -> None:
    config = replace(CONFIG, as_of="2018-01-01")
    road = travel(tmp_path, {"project.csv": "id,start,end\na,2017,2019\n"}, config)
    assert about(road.triples, "project/a", ADMS + "status") == [STATUS + "ongoing"]


def test_a_status_that_is_written_wins(tmp_path: Path) -> None:
    road = travel(tmp_path, {"project.csv": "id,status,start,end\na,ongoing,2017,2018\nb,,2017,2018\n"})
    assert about(road.triples, "project/a", ADMS + "status") == [STATUS + "ongoing"]
    assert about(road.triples, "project/b", ADMS + "status") == [STATUS + "completed"]


PERIODS = {
    "2017-11,2018-02": ['"2017-11-01"^^date', '"2018-02-28"^^date'],
    "2019,": ['"2019-01-01"^^date'],
    ",2020-02": ['"2020-02-29"^^date'],
    "2017-11-05,2017-11-05": ['"2017-11-05"^^date', '"2017-11-05"^^date'],
}


@pytest.mark.parametrize("cells", PERIODS)
def test_a_period_spells_out_the_days_that_stated_dates_can_mean(tmp_path: Path, cells: str) -> None:
    triples = travel(tmp_path, {"project.csv": f"id,start,end\na,{cells}\n"}).triples
    assert about(triples, "project/a", DCT + "temporal") == [ID + "period/a"]
    assert about(triples, "period/a", RDF + "type") == [DCT + "PeriodOfTime", "https://data.example.org/dataset#Period"]
    found = about(triples, "period/a", DCAT + "startDate") + about(triples, "period/a", DCAT + "endDate")
    assert found == PERIODS[cells]


def test_without_dates_there_is_no_period(tmp_path: Path) -> None:
    triples = travel(tmp_path, {"project.csv": "id,start,end\na,,\n", "project.more.csv": "id,acronym\nb,B\n"}).triples
    assert about(triples, "project/a", DCT + "temporal") == []
    assert about(triples, "project/b", DCT + "temporal") == []


def test_stated_dates_keep_their_precision(tmp_path: Path) -> None:
    triples = travel(tmp_path, {"project.csv": "id,start,end\na,2017-11,2019\nb,2017-11-05,\n"}).triples
    assert about(triples, "project/a", SCHEMA + "startDate") == ['"2017-11"^^gYearMonth']
    assert about(triples, "project/a", SCHEMA + "endDate") == ['"2019"^^gYear']
    assert about(triples, "project/b", SCHEMA + "startDate") == ['"2017-11-05"^^date']


def test_a_label_is_the_title_or_the_name_in_each_language(tmp_path: Path) -> None:
    triples = travel(
        tmp_path,
        {"project.csv": "id,title@ca,title@en\na,El pla,The plan\nb,,B\n", "theme.csv": "id,name@es\nx,Tema\n"},
    ).triples
    assert about(triples, "project/a", RDFS + "label") == ['"El pla"@ca', '"The plan"@en']
    assert about(triples, "project/b", RDFS + "label") == ['"B"@en']
    assert about(triples, "theme/x", RDFS + "label") == ['"Tema"@es']


def test_a_label_that_is_written_is_none_of_the_columns(tmp_path: Path) -> None:
    road = travel(tmp_path, {"project.csv": "id,label@en,temporal,asOf\na,A,b,2020\n"})
    rules = [problem.rule for problem in road.portfolio.problems if problem.rule == "LP-COLUMN-UNKNOWN"]
    assert len(rules) == 3


def test_links_of_participations_and_activities_are_turned_round(tmp_path: Path) -> None:
    tables = {
        "project.csv": "id\na\nb\n",
        "cooperation.csv": "id\na\n",
        "participation.csv": "id,project,cooperation,organisation\np2,a,,o\np1,a,,o\np3,,a,o\n",
        "activity.csv": "id,project\nv,b\n",
        "organisation.csv": "id\no\n",
    }
    triples = travel(tmp_path, tables).triples
    assert about(triples, "project/a", LP + "participation") == [ID + "participation/p1", ID + "participation/p2"]
    assert about(triples, "cooperation/a", LP + "participation") == [ID + "participation/p3"]
    assert about(triples, "project/b", LP + "participation") == []
    assert about(triples, "project/b", LP + "activity") == [ID + "activity/v"]


def test_a_link_to_no_record_is_not_turned_round(tmp_path: Path) -> None:
    road = travel(tmp_path, {"project.csv": "id\na\nc\n", "activity.csv": "id,project\nv,b\n"})
    assert not [o for _, p, o in road.triples if p[1] == LP + "activity"]
    assert "LP-LINK-DANGLING" in {problem.rule for problem in road.portfolio.problems}


def test_a_nested_record_is_named_after_its_owner_and_its_field(tmp_path: Path) -> None:
    text = "id,budget.value,budget.currency,contact.label@ca\na,12.50,EUR,Oficina\n"
    triples = travel(tmp_path, {"project.csv": text}).triples
    assert about(triples, "project/a", LP + "budget") == [ID + "amount/a-budget"]
    assert about(triples, "amount/a-budget", SCHEMA + "value") == ['"12.50"^^decimal']
    assert about(triples, "amount/a-budget", SCHEMA + "currency") == ['"EUR"^^string']
    assert about(triples, "project/a", "http://data.europa.eu/m8g/contactPoint") == [ID + "contact/a-contact"]


def test_an_empty_nested_record_is_left_out(tmp_path: Path) -> None:
    triples = travel(tmp_path, {"project.csv": "id,budget.value,budget.currency\na,,\nb,1,\n"}).triples
    assert about(triples, "project/a", LP + "budget") == []
    assert about(triples, "project/b", LP + "budget") == [ID + "amount/b-budget"]


def test_a_record_has_the_classes_above_its_own(tmp_path: Path) -> None:
    triples = travel(tmp_path, {"project.csv": "id\na\n"}).triples
    classes = about(triples, "project/a", RDF + "type")
    assert LP + "Project" in classes
    assert LP + "Initiative" in classes


def test_a_column_may_give_a_second_class(tmp_path: Path) -> None:
    triples = travel(tmp_path, {"city.csv": "id,placeType\na,City\n"}).triples
    assert {DCT + "Location", SCHEMA + "City"} <= set(about(triples, "city/a", RDF + "type"))


def test_the_portfolio_says_at_which_day_it_speaks(tmp_path: Path) -> None:
    triples = travel(tmp_path, {"portfolio.csv": "id,title@en\nall,All\n"}).triples
    assert about(triples, "portfolio/all", DCT + "valid") == ['"2020-02-11"^^date']


def test_own_columns_are_not_published(tmp_path: Path) -> None:
    road = travel(tmp_path, {"project.csv": "id,_line,acronym,_note\na,N17; secret,A,secret\n"})
    assert all("secret" not in text for text in road.dumps.values())


def test_there_is_no_blank_node(tmp_path: Path) -> None:
    text = "id,title@en,start,budget.value,contact.label@en\na,A,2017,1,B\n"
    road = travel(tmp_path, {"project.csv": text})
    assert all("_:" not in text for text in road.dumps.values())
    assert "[" not in road.dumps["turtle"]
    assert {term[0] for triple in road.triples for term in triple} == {"iri", "literal"}
