"""Broken input: every kind is told with its place, in a sentence, with what to do; and nothing is published.

The kinds stand in broken_input.toml: a new kind is a new entry there, with its full text. Faults of files, cells, links
and evidence are found by the mapping alone. Faults that a shape finds need the SHACL engine, so many kinds are tried
in one portfolio, each in lines of its own.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from linkedproj.model.rules import Severity, catalogue
from linkedproj.reports import REPORTS
from linkedproj.reports.report import exit_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.conftest import Small

    from linkedproj.reports.report import Report

HERE = Path(__file__).parent
KINDS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "broken_input.toml").read_text("utf-8"))
TRANSLATED = [name for name, kind in KINDS.items() if "ca" in kind]


def codes(kind: dict[str, Any]) -> set[str]:
    """Return the rules that a kind breaks."""
    return set(re.findall(r"\[(LP-[A-Z0-9-]+)\]$", kind["says"], re.MULTILINE))


def lines_of(kind: dict[str, Any]) -> set[tuple[str, int]] | None:
    """Return the lines that a kind changes; None where it changes a whole file, a header or the number of lines."""
    if "recode" in kind or "write" in kind:
        return None
    changed: set[tuple[str, int]] = set()
    for name, old, new in kind["edit"]:
        text = (HERE / "fixtures/small" / name).read_text("utf-8")
        first = text[: text.index(old)].count("\n") + 1
        if first == 1 or old.count("\n") != new.count("\n"):
            return None
        changed |= {(name, first + more) for more in range(old.count("\n") + 1)}
    return changed


def portfolios(names: Iterable[str]) -> list[list[str]]:
    """Put kinds together that change different lines; one that cannot be beside others (`alone`) has its own."""
    together: list[tuple[list[str], set[tuple[str, int]]]] = []
    single = []
    for name in names:
        lines = None if KINDS[name].get("alone") else lines_of(KINDS[name])
        if lines is None:
            single.append([name])
            continue
        for kinds, taken in together:
            if not taken & lines:
                kinds.append(name)
                taken.update(lines)
                break
        else:
            together.append(([name], set(lines)))
    return [kinds for kinds, _ in together] + single


# What the settings require of values is worded in the catalogue and found by a shape.
BY_SHAPES = [
    name for name, kind in KINDS.items() if codes(kind) - catalogue().keys() or "LP-COMPLETE-VALUE" in codes(kind)
]
BY_MAPPING = [name for name in KINDS if name not in BY_SHAPES]
# Every portfolio with several kinds is checked, so that no cell is objected to twice, by the mapping and by a shape.
TOGETHER = [kinds for kinds in portfolios(KINDS) if len(kinds) > 1 or kinds[0] in BY_SHAPES]


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


def told(report: Report, language: str = "en") -> str:
    """Return the problems as they are printed, without the sum at the end."""
    return without_sum(REPORTS["text"](report, language))


def without_sum(printed: str) -> str:
    return re.split(r"(?m)^\d+ problem", printed)[0]


def blocks(printed: str) -> set[str]:
    """Return the problems, each with its place and its further lines."""
    return set(re.findall(r"^\S.*\[LP-[A-Z0-9-]+\]\n(?:    .*\n)*", printed, re.MULTILINE))


@pytest.mark.parametrize("name", BY_MAPPING)
def test_the_mapping_tells_each_kind_in_full(name: str, small: Small) -> None:
    break_(small, KINDS[name])
    report = small.map()
    assert told(report) == KINDS[name]["says"]
    assert exit_code(report) == 1


@pytest.mark.parametrize("names", TOGETHER, ids=lambda names: f"{names[0]} and {len(names) - 1} more")
def test_check_tells_many_kinds_at_once_each_in_full_and_once(names: list[str], small: Small) -> None:
    for name in names:
        break_(small, KINDS[name])
    outcome = small.run("check")
    # How much of a column is filled changes with every kind.
    printed = re.sub(r"(?m)^\S.*\[LP-COMPLETE-COLUMN\]\n(?:    .*\n)*", "", without_sum(outcome.out))
    expected = {name: blocks(KINDS[name]["says"]) for name in names}
    missing = {name: lost for name, told in expected.items() if (lost := told - blocks(printed))}
    assert missing == {}, "mark the kind that changes what others answer as `alone`"
    assert blocks(printed) == set().union(*expected.values())
    assert len(printed) == sum(map(len, blocks(printed))), "a problem is told twice, or something else is told"
    assert outcome.code == max(KINDS[name].get("exit", 1) for name in names)


def test_every_kind_that_a_shape_finds_is_checked() -> None:
    assert {name for names in TOGETHER for name in names} >= set(BY_SHAPES)


@pytest.mark.parametrize("name", TRANSLATED)
def test_some_kinds_are_told_in_each_language(name: str, small: Small) -> None:
    break_(small, KINDS[name])
    if name in BY_MAPPING:
        report = small.map()
        assert {language: told(report, language) for language in ("ca", "es")} == translations(name)
        return
    problems = small.problems()
    assert {language: "".join(_block(found, language) for found in problems) for language in ("ca", "es")} == (
        translations(name)
    )


def translations(name: str) -> dict[str, str]:
    return {language: KINDS[name][language] for language in ("ca", "es")}


def _block(problem: dict[str, Any], language: str) -> str:
    place = ":".join(str(problem[part]) for part in ("file", "line", "column"))
    return f"{place}: {problem['message'][language]} [{problem['code']}]\n    {problem['fix'][language]}\n"


# A file that cannot be read, a shape alone, and cells, links, evidence and a shape at once.
@pytest.mark.parametrize(
    "name", ["a table in UTF-16", "a project in which nobody takes part", "several faults at once, in several files"]
)
def test_nothing_is_published_where_there_is_a_fault(name: str, small: Small) -> None:
    break_(small, KINDS[name])
    before = publish_before(small)
    outcome = small.run("build")
    assert without_sum(outcome.err) == KINDS[name]["says"]
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.endswith("Nothing was published; public/ is as it was.\n")
    assert everything(small.home) == before


def test_the_table_has_every_rule_that_a_table_of_records_can_break() -> None:
    families = ("FILE", "COLUMN", "ROW", "ID", "CELL", "LINK", "PERSON", "EVIDENCE", "MONEY")
    rules = {code for code in catalogue() if code.split("-")[1] in families}
    # No column of a yes/no or of a time is in use, and no change of this portfolio leaves nothing of it.
    unused = {"LP-CELL-BOOLEAN", "LP-CELL-DATETIME", "LP-FILE-NONE"}
    # Warnings and notes stop nothing (below, and test_input.py).
    stopping = {code for code in rules if catalogue()[code].severity is Severity.VIOLATION}
    assert stopping - set().union(*map(codes, KINDS.values())) == unused
    assert len(KINDS) >= 45


def test_many_problems_of_one_rule_are_counted(small: Small) -> None:
    rows = "".join(f"t{number},A,B,C,D,E,F,other,\n" for number in range(12))
    small.write("theme.more.csv", (small.folder / "theme.csv").read_text("utf-8").splitlines()[0] + "\n" + rows)
    *shown, last = told(small.map()).splitlines()
    assert sum(line.endswith("[LP-LINK-DANGLING]") for line in shown) == 5
    assert last == "… and 7 more of LP-LINK-DANGLING in data/theme.more.csv (lines 7, 8, 9, 10, 11, 12, 13)"


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


def test_a_blank_at_an_edge_is_a_warning_and_a_table_may_have_a_header_only(small: Small) -> None:
    small.edit("project.csv", "More trees.", "More trees. ")
    small.write("activity.csv", "id,project,title@en,title@ca,title@es\n")
    small.edit("evidence.csv", "activity/listening,start,,,,leaflet,,,\n", "")
    outcome = small.run("check")
    assert outcome.code == 0
    assert outcome.codes == ["LP-CELL-BLANK"]
    assert outcome.blocks[0] == (
        "data/project.csv:3:60: summary@en 'More trees. ' begins or ends with a blank. [LP-CELL-BLANK]\n"
        "Remove the blank before or after the text."
    )


# ---------------------------------------------------------------- a wrong set-up

SETUP = {
    "a setting that is missing, with a near miss": (
        ("licence =", "license ="),
        (
            "linkedproj: data/portfolio.toml: 'licence' is missing: write the IRI of the data's licence.\n"
            "data/portfolio.toml:7:1: 'license' is no setting. Did you mean 'licence'?\n"
        ),
    ),
    "a month for a day": (
        ("as-of = 2021-06-30", 'as-of = "2021-06"'),
        (
            "linkedproj: data/portfolio.toml:5:1: 'as-of' is '2021-06': write the day at which the status of "
            "projects is stated, such as 2020-02-11.\n"
        ),
    ),
    "a version that is the name of a folder": (
        ('version = "1.0"', 'version = "latest"'),
        (
            "linkedproj: data/portfolio.toml:3:1: 'version' is 'latest': write the version of this release, such as "
            '"2026.11.0".\n'
        ),
    ),
    "a base without its end": (
        ("small.example/", "small.example"),
        (
            "linkedproj: data/portfolio.toml:4:1: 'base' is 'https://small.example': write the IRI that all "
            'identifiers begin with, ending in "/".\n'
        ),
    ),
    "one language, not in a list": (
        ('["en", "ca", "es"]', '"en"'),
        (
            "linkedproj: data/portfolio.toml:6:1: 'languages' is 'en': write a list of language tags, each once, "
            'such as ["en", "fi"].\n'
        ),
    ),
    "no TOML": (
        ('id = "small"', "id = small"),
        (
            "linkedproj: data/portfolio.toml:2:6: this is no TOML: Invalid value. Write one `name = value` a line, "
            "texts in quotes.\n"
        ),
    ),
    "columns and tables that there are not": (
        ('theme = ["name@en", "name@ca", "name@es", "definition@en"', 'them = []\ntheme = ["nmae@en", "name@de"'),
        (
            "linkedproj: data/portfolio.toml:36:1: 'curated.them' is no table of records. Did you mean 'theme'?\n"
            "data/portfolio.toml:37:10: 'curated.theme' names 'nmae@en', which is no column of theme. "
            "Did you mean 'name@en'?\n"
            "data/portfolio.toml:37:21: 'curated.theme' names 'name@de', which is no column of theme. "
            "Did you mean 'name@es'?\n"
        ),
    ),
    "lists in lists in lists": (
        ('id = "small"', f"id = {'[' * 5000}"),
        "linkedproj: data/portfolio.toml: values are nested too deeply. Write lists and tables flat.\n",
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
        "portfolio.toml, or begin one: linkedproj new DIR\n"
    )
    assert everything(small.home) == before


def test_a_folder_of_sources_that_is_none_ends_with_2(small: Small) -> None:
    outcome = small.run("build", "--sources", "nowhere")
    assert outcome.code == 2
    assert outcome.err == "linkedproj: nowhere is no folder. Name the one that holds the copies of the sources.\n"
    assert not (small.home / "public").exists()
