"""`linkedproj import` and people: their edits and answers are kept, and what may be one record is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import run
from tests.imports import (
    COUNCIL,
    QUAYS,
    answer,
    edit,
    everything,
    imported,
    keep,
    reviewed,
    table,
    write,
)

from linkedproj.importers.source.matching import Alike, pairs

if TYPE_CHECKING:
    from pathlib import Path

# ----- people and sources


def test_edits_by_hand_are_kept_and_a_conflict_is_a_row_to_decide(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    rows = table(into / "project.keep-eu.csv")
    rows[0]["title@en"], rows[0]["url"] = "Quays, green again", ""
    write(into / "project.keep-eu.csv", rows)
    newer = keep(tmp_path, [QUAYS | {"Project Name": "Greener quays", "Project end": "2020/01/31"}], [COUNCIL])
    done = imported(into, "keep-eu", newer)
    row = table(into / "project.keep-eu.csv")[0]
    assert (row["title@en"], row["url"], row["end"]) == ("Quays, green again", "", "2020-01-31")
    assert "project/quays: end '2019-09-30' is now '2020-01-31'" in done.out
    asked = reviewed(into, "conflict")
    assert [(each["value"], each["other"]) for each in asked] == [("Quays, green again", "Greener quays")]
    imported(into, "keep-eu", newer)
    assert len(reviewed(into, "conflict")) == 1
    answer(into, "conflict", "source")
    imported(into, "keep-eu", newer)
    assert table(into / "project.keep-eu.csv")[0]["title@en"] == "Greener quays"
    once = everything(into)
    imported(into, "keep-eu", newer)
    assert everything(into) == once


def test_a_conflict_that_is_decided_for_the_curator_is_not_asked_again(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    edit(into / "project.keep-eu.csv", "title@en", "Mine")
    newer = keep(tmp_path, [QUAYS | {"Project Name": "Theirs"}], [COUNCIL])
    imported(into, "keep-eu", newer)
    answer(into, "conflict", "mine")
    for _ in range(2):
        done = imported(into, "keep-eu", newer)
        assert table(into / "project.keep-eu.csv")[0]["title@en"] == "Mine"
        assert "to decide: nothing" in done.out


def test_what_a_source_has_no_more_stays_until_it_is_let_go(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS, QUAYS | {"Acronym": "GONE"}], [COUNCIL]))
    smaller = keep(tmp_path, [QUAYS], [COUNCIL])
    imported(into, "keep-eu", smaller)
    assert "gone" in {row["id"] for row in table(into / "project.keep-eu.csv")}
    answer(into, "gone", "remove", record="project/gone")
    imported(into, "keep-eu", smaller)
    assert "gone" not in {row["id"] for row in table(into / "project.keep-eu.csv")}


def test_names_only_propose_and_an_answer_is_kept_and_followed(tmp_path: Path) -> None:
    into = tmp_path / "p"
    other = COUNCIL | {"Project Partner": "Exampleford City Council Ltd.", "Town": "EXAMPLEFORD", "Lead Partner": "No"}
    file = keep(tmp_path, [QUAYS], [COUNCIL, other])
    imported(into, "keep-eu", file)
    assert len(table(into / "organisation.keep-eu.csv")) == 2
    asked = [row for row in reviewed(into, "same") if row["table"] == "organisation"]
    assert [(row["score"], row["answer"]) for row in asked] == [("100", "")]
    answer(into, "same", "no", table="organisation")
    imported(into, "keep-eu", file)
    differs = [row["differentFrom"] for row in table(into / "organisation.keep-eu.csv")]
    assert sorted(differs) == ["", "organisation/exampleford-city-council"]
    answer(into, "same", "yes", table="organisation")
    imported(into, "keep-eu", file)
    assert [row["id"] for row in table(into / "organisation.keep-eu.csv")] == ["exampleford-city-council"]
    assert {row["organisation"] for row in table(into / "participation.keep-eu.csv")} == {"exampleford-city-council"}
    assert run("check", str(into)).code == 0


def test_two_sources_about_one_project_become_one_with_both_values_each_with_its_source(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    nets = tmp_path / "TinyNetworks.csv"
    nets.write_text("Code_Network;Name;Description;Start;End\n7;Quays;A network;2015;2018\n", "utf-8")
    imported(into, "urbact", nets)
    assert len(table(into / "project.urbact.csv")) == 1
    assert [row["table"] for row in reviewed(into, "same")] == ["project"]
    answer(into, "same", "yes", table="project")
    imported(into, "urbact", nets)
    project = table(into / "project.keep-eu.csv")[0]
    assert (project["start"], project["end"], project["readIn"]) == ("2015-10-27", "2019-09-30", "keep-eu; urbact")
    assert project["identifier"] == "urbact-7"
    assert not table(into / "project.urbact.csv")
    beside = {(row["predicate"], row["object"], row["rank"]) for row in table(into / "evidence.urbact.csv")}
    assert {("start", "2015", "normal"), ("end", "2018", "normal")} <= beside
    checked = run("check", str(into))
    assert checked.code == 0, checked.out
    assert "evidence: 100 %" in checked.out
    once = everything(into)
    imported(into, "urbact", nets)
    imported(into, "keep-eu", tmp_path / "keep.xlsx")
    assert everything(into) == once


def test_a_check_names_the_cell_of_the_source_beside_that_of_the_table(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    edit(into / "project.keep-eu.csv", "end", "2015-01-01")
    told = next(block for block in run("check", str(into)).blocks if "LP-DATE-ORDER" in block)
    assert "See also keep.xlsx:'Projects (lead partners)'!" in told


def test_an_identifier_of_two_records_is_taken_from_both_until_somebody_says_whose_it_is(tmp_path: Path) -> None:
    into = tmp_path / "p"
    members = tmp_path / "TinyMemberships.csv"
    members.write_text(
        "Code_Network;NameCity;Country;City.Statut;geonameId;lng_GN;lat_GN\n"
        "7;Exampleford;UK;Lead Partner;990001;-1,5;52,5\n"
        "7;Little Exampleford;UK;Partner;990001;-1,5;52,5\n"
        "7;Probestadt;GR;Partner;GN00;NA;NA\n",
        "utf-8",
    )
    imported(into, "urbact", members)
    cities = {row["id"]: row for row in table(into / "city.urbact.csv")}
    assert {row.get("sameAs", "") for row in cities.values()} == {""}
    assert cities["exampleford"]["centroid"] == "POINT(-1.5 52.5)"
    assert cities["probestadt"]["country"] == "GRC"
    assert [row["value"] for row in reviewed(into, "value")] == ["GN00"]
    answer(into, "identifier", "exampleford")
    imported(into, "urbact", members)
    cities = {row["id"]: row for row in table(into / "city.urbact.csv")}
    assert cities["exampleford"]["sameAs"] == "https://sws.geonames.org/990001/"
    assert cities["little-exampleford"]["sameAs"] == ""


def test_languages_that_a_portfolio_does_not_know_yet_are_told(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS], [COUNCIL]))
    settings = into / "portfolio.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('further-languages = ["und", ', 'further-languages = ["fi", '), "utf-8"
    )
    done = imported(into, "keep-eu", tmp_path / "keep.xlsx")
    assert 'note: write further-languages = ["fi", "und-x-lang1", "und-x-lang2", "und-x-lang3", "und"]' in done.out


# ----- comparing names


def alike(*names: str, place: str = "Exampleford", within: str = "IRL") -> list[Alike]:
    return [Alike(f"{number}", (name,), within, (place,)) for number, name in enumerate(names)]


COMMON = [f"Harbour office of district {word}" for word in ("ash", "birch", "cedar", "elder", "fir", "hazel", "larch")]


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Exampleford Activa SA SPM", "EXAMPLEFORD ACTIVA, S.A. SPM", "equal"),
        ("Institut d'Urbanisme", "INSTITUT D URBANISME", "equal"),
        ("Regional Management Tramuntana", "Regionalmanagement Tramuntana GmbH", "equal"),
        ("TRAMUNTANA, S.COOP", "Tramuntana SCOOP", "equal"),
        ("Fundació Tramuntana", "Tramuntana", "part"),
        ("Exampleford", "Exampleford Port Authority", ""),
        ("University of Exampleford", "University of Probestadt", ""),
    ],
)
def test_a_part_of_a_name_needs_a_second_reason(one: str, other: str, kind: str) -> None:
    found = [pair for pair in pairs([*alike(one, other), *(Alike(n, (n,), "IRL", ("Elsewhere",)) for n in COMMON)])
             if {pair.one.key, pair.other.key} == {"0", "1"}]  # fmt: skip
    assert [pair.kind for pair in found] == ([kind] if kind else [])


def test_a_part_of_a_name_in_another_place_is_not_proposed() -> None:
    records = [*alike("Fundació Tramuntana"), Alike("x", ("Tramuntana",), "IRL", ("Probestadt",))]
    assert not list(pairs([*records, *(Alike(n, (n,), "IRL", ("Elsewhere",)) for n in COMMON)]))


def test_names_of_two_countries_are_not_compared() -> None:
    assert not list(pairs([*alike("Tramuntana"), Alike("x", ("Tramuntana",), "ESP", ())]))
