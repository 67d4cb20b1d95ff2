"""Real exports of keep.eu, URBACT and CORDIS become sound portfolios; they lie beside the checkout, or are skipped."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from tests.conftest import ROOT, made_once, run
from tests.test_workbooks import as_openpyxl_reads, as_we_read

from linkedproj.model.lists import fold

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Imported = Callable[..., tuple[Path, str]]

SHARED = ROOT.parent / "shared/data"
KEEP = SHARED / "keep_closed_1420.xlsx"
PARTNERS = SHARED / "keep_closed_1420_Partnership.csv"
NETWORKS = SHARED / "UrbactNetworks_complete_V2.csv"
MEMBERS = SHARED / "URBACT_Membership_GNidCorr_complete_V2.csv"
CORDIS = SHARED / "cordis-horizon-barcelona-municipal-xml.zip"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not KEEP.is_file(), reason="the exports of real sources are not beside this checkout"),
]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Import a source once for all tests; return the portfolio, not to be written to, and what was said."""

    def once(source: str, *files: Path) -> tuple[Path, str]:
        def make(home: Path) -> None:
            done = run("import", source, *map(str, files), "--into", str(home / "p"), "--read-on", "2026-11-30")
            assert done.code == 0, done.err
            (home / "said").write_text(done.out, "utf-8")

        home = made_once(f"import-{files[0].stem}", make, tmp_path_factory)
        return home / "p", (home / "said").read_text("utf-8")

    return once


@pytest.mark.parametrize(
    ("source", "files", "rows"),
    [
        # What follows takes a minute and more; the gate reads the same formats in small.
        pytest.param(
            "keep-eu",
            [KEEP],
            ["projects: 1,891 = 1,891 in records", "partners: 8,621 = 8,621 in records"],
            marks=pytest.mark.road,
        ),
        pytest.param("keep-eu", [PARTNERS], ["partners-csv: 8,621 = 8,621 in records"], marks=pytest.mark.road),
        ("urbact", [NETWORKS, MEMBERS], ["networks: 172 = 172 in records", "memberships: 1,510 = 1,510 in records"]),
        pytest.param(
            "cordis",
            [CORDIS],
            ["projects: 112 = 112 in records", "organizations: 3,068 = 3,068 in records"],
            marks=pytest.mark.road,
        ),
    ],
    ids=["keep.eu", "keep.eu partners", "URBACT", "CORDIS"],
)
def test_all_rows_are_in_a_sound_portfolio(imported: Imported, source: str, files: list[Path], rows: list[str]) -> None:
    into, said = imported(source, *files)
    for told in rows:
        assert f"{told} + 0 in review.csv + 0 in repairs.csv" in said
    checked = run("check", str(into))
    assert checked.code == 0, checked.out
    assert "evidence: 100 %" in checked.out


@pytest.mark.road
def test_pairs_of_real_names_are_proposed_for_a_reason_and_never_merged(imported: Imported) -> None:
    into, _ = imported("keep-eu", KEEP)
    bodies = table(into / "organisation.keep-eu.csv")
    assert sum(row["name@und"] == "Barcelona Activa SA SPM" for row in bodies) == 2
    asked = [row for row in table(into / "imported/review.csv") if row["kind"] == "same"]
    proposed = {frozenset((row["record"], row["other"])) for row in asked}
    assert any(all("Barcelona Activa SA SPM" in text for text in pair) for pair in proposed)
    parts = [row for row in asked if row["reason"].startswith("all words of one are in the other")]
    assert parts
    assert not [row for row in parts if "among them" not in row["reason"] or "; both:" not in row["reason"]]
    assert not any({"Bari · Bari · ITF47 · ITA"} & pair for pair in proposed)
    # All pairs whose names have the same letters, within one country, are proposed.
    countries = {row["id"]: row["country"] for row in table(into / "city.keep-eu.csv")}
    alike = defaultdict(list)
    for row in bodies:
        letters = "".join(filter(str.isalnum, fold(row["name@und"])))
        alike[countries.get(row["seat"], row.get("seatCountry", "")), letters].append(row["name@und"])
    names = {frozenset(text.split(" · ")[0] for text in pair) for pair in proposed}
    pairs = [frozenset(pair) for same in alike.values() for pair in combinations(same, 2)]
    assert len(pairs) > 400
    assert not [pair for pair in pairs if pair not in names]


@pytest.mark.road
def test_the_shifted_point_and_the_two_ends_before_their_starts_are_asked_about(imported: Imported) -> None:
    into, _ = imported("keep-eu", KEEP)
    asked = {row["value"]: row for row in table(into / "imported/review.csv") if row["kind"] == "contradiction"}
    assert asked["499815164"]["option"] == "499815.164"
    assert len(asked) == 3


def test_twelve_towns_with_the_number_of_their_neighbour_are_asked_about(imported: Imported) -> None:
    into, _ = imported("urbact", NETWORKS, MEMBERS)
    asked = [row for row in table(into / "imported/review.csv") if row["kind"] == "identifier"]
    assert len(asked) == 12
    assert "birmingham (Birmingham)" in {row["record"] for row in asked}


@pytest.mark.road
def test_one_name_with_two_codes_stays_two_in_cordis(imported: Imported) -> None:
    into, _ = imported("cordis", CORDIS)
    bodies = table(into / "organisation.cordis.csv")
    assert len(bodies) == 2180
    twins = [row for row in table(into / "imported/review.csv") if row["reason"].startswith("the names are equal")]
    assert [row["table"] for row in twins] == ["organisation"]
    assert len({row["identifier"] for row in bodies}) == 2180


def test_each_cell_of_a_real_workbook_is_read_as_the_library_reads_it() -> None:
    for sheet in ("Projects (lead partners)", "Partners", "Calls"):
        assert as_we_read(KEEP, sheet) == as_openpyxl_reads(KEEP, sheet)
