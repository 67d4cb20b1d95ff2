"""Broken input: every kind is told with its place, in a sentence, with what to do; and nothing is published.

The kinds stand in broken_input.toml: a new kind is a new entry there, with its full text.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkedproj.model.rules import Severity, catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Outcome, Small

TABLE = Path(__file__).with_name("broken_input.toml")
KINDS: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))
TRANSLATED = [(name, language) for name, kind in KINDS.items() for language in ("ca", "es") if language in kind]
CODES = set(re.findall(r"\[(LP-[A-Z0-9-]+)\]$", TABLE.read_text("utf-8"), re.MULTILINE))


def break_(small: Small, kind: dict[str, Any]) -> None:
    for name, encoding in kind.get("recode", {}).items():
        small.write(name, (small.folder / name).read_text("utf-8").encode(encoding))
    for name, text in kind.get("write", {}).items():
        small.write(name, text)
    for name, old, new in kind.get("edit", ()):
        small.edit(name, old, new)


def publish_before(small: Small) -> dict[str, bytes]:
    """Put an older release in place, and give the bytes of everything that is there."""
    for name in ("1.0/portfolio.ttl", "latest/portfolio.ttl", "latest/SHA256SUMS"):
        path = small.home / "public/dump" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"the release before: {name}\n", "utf-8")
    return everything(small.home)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in sorted(folder.rglob("*"))}


def said(outcome: Outcome) -> str:
    """Give the problems as they were printed, without the sum at the end."""
    return re.split(r"(?m)^\d+ problem", outcome.out + outcome.err)[0]


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_told_in_full_and_nothing_is_published(name: str, small: Small) -> None:
    break_(small, KINDS[name])
    before = publish_before(small)
    outcome = small.run("build")
    assert said(outcome) == KINDS[name]["says"]
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.endswith("Nothing was published; public/ is as it was.\n")
    assert everything(small.home) == before


@pytest.mark.parametrize("name", sorted({name for name, _ in TRANSLATED}))
def test_some_kinds_are_told_in_each_language(name: str, small: Small) -> None:
    break_(small, KINDS[name])
    problems = small.problems()
    for language in ("ca", "es"):
        blocks = [_block(problem, language) for problem in problems]
        assert "".join(blocks) == KINDS[name][language]


def _block(problem: dict[str, Any], language: str) -> str:
    place = ":".join(str(problem[part]) for part in ("file", "line", "column"))
    return f"{place}: {problem['message'][language]} [{problem['code']}]\n    {problem['fix'][language]}\n"


def test_the_table_has_every_rule_that_a_table_of_records_can_break() -> None:
    families = ("FILE", "COLUMN", "ROW", "ID", "CELL", "LINK", "PERSON", "EVIDENCE", "MONEY")
    rules = {code for code in catalogue() if code.split("-")[1] in families}
    # No column of a yes/no or of a time is in use; no change of this portfolio leaves nothing of it.
    unused = {"LP-CELL-BOOLEAN", "LP-CELL-DATETIME", "LP-FILE-NONE"}
    # Warnings and notes stop nothing (below, and test_input.py).
    stopping = {code for code in rules if catalogue()[code].severity is Severity.VIOLATION}
    assert stopping - CODES == unused
    assert len(KINDS) >= 45


def test_several_problems_are_sorted_by_place(small: Small) -> None:
    break_(small, KINDS["several faults at once, in several files"])
    places = [(problem["file"], problem["line"], problem["column"]) for problem in small.problems()]
    assert places == sorted(places)
    assert len({file for file, _, _ in places}) == 4


def test_many_problems_of_one_rule_are_counted(small: Small) -> None:
    rows = "".join(f"t{number},A,B,C,D,E,F,other,\n" for number in range(12))
    small.write("theme.more.csv", (small.folder / "theme.csv").read_text("utf-8").splitlines()[0] + "\n" + rows)
    outcome = small.run("build")
    assert outcome.codes == ["LP-LINK-DANGLING"] * 5
    assert outcome.blocks[-1] == (
        "… and 7 more of LP-LINK-DANGLING in data/theme.more.csv (lines 7, 8, 9, 10, 11, 12, 13)"
    )


def test_nothing_is_made_where_nothing_was(small: Small) -> None:
    small.edit("project.csv", "2019-03", "soon")
    outcome = small.run("build", "--out", "a/b")
    assert outcome.err.endswith("Nothing was published; a/b/ was not made.\n")
    assert sorted(path.name for path in small.home.iterdir()) == ["data"]


# ---------------------------------------------------------------- what is no fault


HARMLESS: dict[str, Callable[[Small], None]] = {
    "a byte-order mark": lambda small: small.write(
        "country.csv", b"\xef\xbb\xbf" + (small.folder / "country.csv").read_bytes()
    ),
    "an empty line at the end": lambda small: small.write(
        "country.csv", (small.folder / "country.csv").read_bytes() + b"\n,,,\n"
    ),
    "a column of the curator's own": lambda small: small.edit("project.csv", "_line", '"_to do, later"'),
    "a mailbox of an office": lambda small: small.edit("organisation.csv", "A school.", "Ask info@small.example."),
    "a file about the tables": lambda small: small.write("README.txt", b"\xff"),
    "a file put aside": lambda small: small.write("_project.csv", "nonsense"),
}


def test_what_is_harmless_is_not_reported(small: Small) -> None:
    for change in HARMLESS.values():
        change(small)
    assert small.run("check").out.startswith("No problems: all 33 records are fine.")


def test_a_blank_at_an_edge_is_a_warning_and_publishes(small: Small) -> None:
    small.edit("project.csv", "More trees.", "More trees. ")
    outcome = small.run("check")
    assert outcome.code == 0
    assert outcome.blocks == [
        (
            "data/project.csv:3:60: summary@en 'More trees. ' begins or ends with a blank. [LP-CELL-BLANK]\n"
            "Remove the blank before or after the text."
        )
    ]
    assert small.run("build").code == 0


def test_a_table_with_a_header_only_is_noted_and_publishes(small: Small) -> None:
    small.write("activity.csv", "id,project,title@en,title@ca,title@es\n")
    small.edit("evidence.csv", "activity/listening,start,,,,leaflet,,,\n", "")
    outcome = small.run("check")
    assert outcome.code == 0
    assert outcome.codes == ["LP-SHAPE-IDLE"]


# ---------------------------------------------------------------- a wrong set-up

SETUP = {
    "a setting that is missing, with a near miss": (
        ("licence =", "license ="),
        (
            "linkedproj: data/portfolio.toml: 'licence' is missing: write the IRI of the data's licence. "
            "'license' is no setting. Did you mean 'licence'?\n"
        ),
    ),
    "a day in quotes": (
        ("as-of = 2021-06-30", 'as-of = "2021-06-30"'),
        (
            "linkedproj: data/portfolio.toml: 'as-of' is '2021-06-30': write the day at which the status of "
            "projects is stated, such as 2020-02-11, without quotes.\n"
        ),
    ),
    "a version that is the name of a folder": (
        ('version = "1.0"', 'version = "latest"'),
        (
            "linkedproj: data/portfolio.toml: 'version' is 'latest': write the version of this release, such as "
            '"2026.11.0".\n'
        ),
    ),
    "a base without its end": (
        ("small.example/", "small.example"),
        (
            "linkedproj: data/portfolio.toml: 'base' is 'https://small.example': write the IRI that all identifiers "
            'begin with, ending in "/".\n'
        ),
    ),
    "one language, not in a list": (
        ('["en", "ca", "es"]', '"en"'),
        (
            "linkedproj: data/portfolio.toml: 'languages' is 'en': write a list of language tags, such as "
            '["en", "ca", "es"].\n'
        ),
    ),
    "no TOML": (
        ('id = "small"', "id = small"),
        "linkedproj: data/portfolio.toml: this is no TOML: Invalid value (at line 2, column 6)\n",
    ),
}


@pytest.mark.parametrize("name", SETUP)
@pytest.mark.parametrize("command", ["build", "check"])
def test_a_wrong_setting_ends_with_2(name: str, command: str, small: Small) -> None:
    (old, new), sentence = SETUP[name]
    small.edit("portfolio.toml", old, new)
    before = publish_before(small)
    outcome = small.run(command)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", sentence)
    assert everything(small.home) == before


@pytest.mark.parametrize("folder", ["nowhere", "data/project.csv", "."])
def test_a_folder_that_is_none_ends_with_2(folder: str, small: Small) -> None:
    before = everything(small.home)
    outcome = small.run("build", folder)
    assert outcome.code == 2
    assert outcome.err == (
        f"linkedproj: there is no portfolio.toml in {folder}. Name the folder that holds the tables and "
        "portfolio.toml.\n"
    )
    assert everything(small.home) == before


def test_a_folder_of_sources_that_is_none_ends_with_2(small: Small) -> None:
    outcome = small.run("build", "--sources", "nowhere")
    assert outcome.code == 2
    assert outcome.err == "linkedproj: nowhere is no folder. Name the one that holds the copies of the sources.\n"
    assert not (small.home / "public").exists()
