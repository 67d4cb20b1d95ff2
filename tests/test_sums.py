"""What amounts add up to is told where parts are more than their whole, and nothing is added that differs in kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Small

HEAD = "id,project,inParticipation,grant,kind,value,currency,share,funder\n"
GRANT = "id,notation,project\ng1,GA-1,harbour\n"


def told(small: Small, *rows: str) -> list[str]:
    """Write amounts, and return what is told; the project has 120000.50 EUR in all, one partner a share of 2000."""
    small.write("finance.csv", HEAD + "".join(f"f{number},{row}\n" for number, row in enumerate(rows)))
    small.write("grant.csv", GRANT)
    found = (problem for problem in small.map().problems if problem.rule in {"LP-MONEY-SUM", "LP-SHARE-SUM"})
    return [f"{each.rule} {each.record} {each.column} {each.values['found']}" for each in found]


FITTING = {
    "parts that make up the whole": ["harbour,,,co-financing,100000,EUR,,", "harbour,,,co-financing,20000.50,EUR,,"],
    "another currency": ["harbour,,,co-financing,1000000,SEK,,"],
    "a kind that no kind contains": ["harbour,,,applied-for,1000000,EUR,,"],
    "different kinds": ["harbour,,,co-financing,70000,EUR,,", "harbour,,,eu-contribution,70000,EUR,,"],
    "shares that make up a hundred": ["harbour,,,co-financing,1,EUR,60,", "harbour,,,co-financing,1,EUR,40,"],
    "shares of different kinds": ["harbour,,,co-financing,1,EUR,60,", "harbour,,,eu-contribution,1,EUR,60,"],
    "shares of different projects": ["harbour,,,co-financing,1,EUR,60,", "orchard,,,co-financing,1,EUR,60,"],
    "a participant within its project": [",harbour-mill,,partner-share,118000.50,EUR,,"],
}


@pytest.mark.parametrize("rows", FITTING.values(), ids=FITTING)
def test_what_fits_is_not_told(small: Small, rows: list[str]) -> None:
    assert told(small, *rows) == []


TOO_MUCH = {
    "parts of one kind": (
        ["harbour,,,co-financing,100000,EUR,,", "harbour,,,co-financing,20001,EUR,,"],
        "LP-MONEY-SUM finance/f1 value 120001 EUR",
    ),
    "one part alone": (["harbour,,,eu-contribution,499815164,EUR,,"], "LP-MONEY-SUM finance/f0 value 499815164 EUR"),
    "a kind within a kind within a kind": (
        ["harbour,,,net-eu-contribution,120001,EUR,,"],
        "LP-MONEY-SUM finance/f0 value 120001 EUR",
    ),
    "paid more than awarded": (
        [",,g1,awarded,100,EUR,,", ",,g1,disbursed,60,EUR,,", ",,g1,disbursed,50,EUR,,"],
        "LP-MONEY-SUM finance/f2 value 110 EUR",
    ),
    "participants together, in columns and in the table": (
        [",harbour-port,,partner-share,118001,EUR,,"],
        "LP-MONEY-SUM finance/f0 value 120001 EUR",
    ),
    "shares of one kind": (
        ["harbour,,,co-financing,1,EUR,90,", "harbour,,,co-financing,1,EUR,30,"],
        "LP-SHARE-SUM finance/f1 share 120",
    ),
}


@pytest.mark.parametrize(("rows", "expected"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_more_than_its_whole_is_told_at_the_last_part(small: Small, rows: list[str], expected: str) -> None:
    assert told(small, *rows) == [expected]


def test_shares_of_partners_in_their_own_columns_are_added_up(small: Small) -> None:
    small.edit("participation.csv", "2000,EUR,partner-share", "90000,EUR,partner-share")
    text = (small.folder / "participation.csv").read_text("utf-8")
    row = next(line for line in text.splitlines() if line.startswith("harbour-mill"))
    second = row.replace("harbour-mill,", "harbour-second,", 1).replace("90000", "30001")
    small.write("participation.csv", text.replace(row, f"{row}\n{second}"))
    (problem,) = (each for each in small.map().problems if each.rule == "LP-MONEY-SUM")
    assert problem.values["whole"] == "project/harbour"
    assert (problem.values["found"], problem.values["expected"]) == ("120001 EUR", "120000.50 EUR")


@pytest.mark.parametrize(
    ("amount", "codes"),
    [
        ("recovered,-50,EUR", []),
        ("awarded,-50,EUR", ["LP-VALUE-FORM"]),
        ("awarded,0,EUR", ["LP-VALUE-ZERO"]),
        ("awarded,0.00,EUR", ["LP-VALUE-ZERO"]),
        ("awarded,1,EUR", []),
    ],
)
def test_below_zero_is_for_what_was_recovered_and_zero_is_asked_about(
    small: Small, amount: str, codes: list[str]
) -> None:
    small.write("finance.csv", f"id,project,kind,value,currency,readIn\nf,harbour,{amount},leaflet\n")
    outcome = small.run("check")
    assert outcome.codes == codes
    assert outcome.code == int("LP-VALUE-FORM" in codes)


@pytest.mark.parametrize(
    ("columns", "code"),
    [("harbour,harbour-mill,", "LP-FINANCE-TWO"), (",,", "LP-FINANCE-NONE"), ("harbour,,101", "LP-SHARE-FORM")],
)
def test_an_amount_is_of_one_thing_and_its_share_of_a_hundred(small: Small, columns: str, code: str) -> None:
    small.write(
        "finance.csv",
        f"id,project,inParticipation,share,kind,value,currency,readIn\nf,{columns},awarded,1,EUR,leaflet\n",
    )
    assert small.run("check").codes == [code]


def test_links_among_projects_are_turned_round_in_any_order_of_the_rows(small: Small) -> None:
    text = (small.folder / "project.csv").read_text("utf-8").splitlines()
    head, harbour, orchard = f"{text[0]},follows,readIn", f"{text[1]},,leaflet", f"{text[2]},harbour,leaflet"
    for rows in ((harbour, orchard), (orchard, harbour)):
        small.write("project.csv", "\n".join((head, *rows)) + "\n")
        assert small.run("build").code == 0
        lines = (small.latest / "portfolio.nt").read_text("utf-8").splitlines()
        project, term = "<https://small.example/id/project/", "<https://w3id.org/linkedproj/ns#"
        assert f"{project}orchard> {term}follows> {project}harbour> ." in lines
        assert [line for line in lines if "followedBy" in line] == [
            f"{project}harbour> {term}followedBy> {project}orchard> ."
        ]
