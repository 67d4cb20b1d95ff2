"""Made-up portfolios of any size, in the project's own table format; the same seed gives the same bytes.

Run as a program it fills a folder: `python -m tests.bench.generate --projects 1000 FOLDER`.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from .words import AWKWARD, COUNTRIES, ORGANISATIONS, ROLES, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Row = list[str]

THEMES, PROGRAMMES, CITIES = 40, 12, 200
AWKWARD_SHARE = 0.05

_SETTINGS = """\
# A made-up portfolio, written by tests/bench/generate.py.
id = "bench"
version = "1.0"
base = "https://bench.example/"
as-of = 2020-02-11
languages = ["en", "ca", "es"]
licence = "http://creativecommons.org/publicdomain/zero/1.0/"
"""

_NAMES = ["name@en", "name@ca", "name@es"]
_TITLES = ["title@en", "title@ca", "title@es"]
_SUMMARIES = ["summary@en", "summary@ca", "summary@es"]
_DEFINITIONS = ["definition@en", "definition@ca", "definition@es"]
_PROJECT = [
    *("id", *_TITLES, "acronym", *_SUMMARIES, "start", "end", "programme", "theme", "area", "url"),
    *("budget.value", "budget.currency", "budget.kind"),
]
_PARTICIPATION = ["id", "project", "organisation", "role", "forPlace", "position"]


def generate(folder: Path, projects: int, seed: int = 1, *, shuffled: bool = False) -> None:
    """Write the tables of a portfolio with so many projects, each with three to six participations.

    Rows are in the order of their ids, or `shuffled`: the records are the same either way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "portfolio.toml").write_text(_SETTINGS, "utf-8")
    organisations = max(10, projects // 5)
    tables = {
        "scheme": (["id", *_NAMES], _schemes),
        "theme": (["id", *_NAMES, *_DEFINITIONS, "inScheme"], _themes),
        "country": (["id", *_NAMES], _countries),
        "city": (["id", "placeType", *_NAMES, *_SUMMARIES, "country"], _cities),
        "programme": (["id", *_TITLES, *_SUMMARIES, "start", "end"], _programmes),
        "organisation": (
            ["id", *_NAMES, *_SUMMARIES, "classification", "seat", "url"],
            lambda made: _organisations(made, organisations),
        ),
        "project": (_PROJECT, lambda made: _projects(made, projects)),
        "participation": (_PARTICIPATION, lambda made: _participations(made, projects, organisations)),
    }
    for name, (columns, rows) in tables.items():
        order = Random(seed) if shuffled else None  # noqa: S311 - the same portfolio each time is the point
        _write(folder / f"{name}.csv", columns, rows(_Made(f"{seed} {name}")), order)


class _Made:
    """Made-up values, drawn from one seed a table."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)  # noqa: S311 - the same portfolio each time is the point

    def texts(self, least: int, most: int) -> Row:
        """Make a text in each language."""
        return [self._text(words, self.random.randint(least, most)) for words in WORDS.values()]

    def _text(self, words: list[str], count: int) -> str:
        chosen = self.random.choices(words, k=count)
        if self.random.random() < AWKWARD_SHARE:
            chosen.insert(self.random.randint(1, count - 1), self.random.choice(AWKWARD))
        return " ".join(chosen).capitalize()

    def date(self, year: int) -> str:
        """Make a date in a year: six of ten to the day, three to the month, one to the year."""
        month, day = self.random.randint(1, 12), self.random.randint(1, 28)
        return self.random.choices([f"{year}-{month:02}-{day:02}", f"{year}-{month:02}", f"{year}"], [6, 3, 1])[0]

    def some(self, prefix: str, width: int, known: int, count: int) -> str:
        """Make a cell with several different ids out of those `known`."""
        return "; ".join(f"{prefix}{n:0{width}}" for n in sorted(self.random.sample(range(known), count)))


def _schemes(made: _Made) -> Iterator[Row]:
    yield ["policy-theme", *made.texts(2, 3)]


def _themes(made: _Made) -> Iterator[Row]:
    for n in range(THEMES):
        yield [f"theme-{n:02}", *made.texts(2, 3), *made.texts(8, 16), "policy-theme"]


def _countries(made: _Made) -> Iterator[Row]:
    for code in COUNTRIES:
        yield [code, *made.texts(2, 2)]


def _cities(made: _Made) -> Iterator[Row]:
    for n in range(CITIES):
        yield [f"city-{n:03}", "City", *made.texts(2, 2), *made.texts(8, 16), made.random.choice(COUNTRIES)]


def _programmes(made: _Made) -> Iterator[Row]:
    for n in range(PROGRAMMES):
        yield [f"programme-{n:02}", *made.texts(2, 4), *made.texts(8, 16), "2014", "2020"]


def _organisations(made: _Made, count: int) -> Iterator[Row]:
    for n in range(count):
        kind, seat = made.random.choice(ORGANISATIONS), made.some("city-", 3, CITIES, 1)
        yield [_organisation(n), *made.texts(2, 5), *made.texts(8, 16), kind, seat, f"https://org{n}.example/"]


def _organisation(number: int) -> str:
    return f"org-{number:07}"


def _projects(made: _Made, count: int) -> Iterator[Row]:
    for n in range(count):
        year = made.random.randint(2008, 2021)
        acronym = f"P{n}" if made.random.random() < 0.7 else ""
        yield [
            *(f"project-{n:07}", *made.texts(4, 9), acronym, *made.texts(20, 40)),
            *(made.date(year), made.date(year + made.random.randint(1, 5)) if made.random.random() < 0.95 else ""),
            made.some("programme-", 2, PROGRAMMES, 1),
            made.some("theme-", 2, THEMES, made.random.randint(1, 3)),
            made.some("city-", 3, CITIES, made.random.randint(1, 2)),
            f"https://projects.example/{year}/{n}",
            *((f"{made.random.uniform(1e4, 5e6):.2f}", "EUR", "total") if made.random.random() < 0.8 else ("", "", "")),
        ]


def _participations(made: _Made, projects: int, organisations: int) -> Iterator[Row]:
    for n in range(projects):
        members = made.random.sample(range(organisations), made.random.randint(3, 6))
        for position, member in enumerate(members, 1):
            role = made.random.choice(ROLES) if position > 1 else "coordinator"
            place = made.some("city-", 3, CITIES, 1) if made.random.random() < 0.2 else ""
            project = f"project-{n:07}"
            yield [f"{project}-{position}", project, _organisation(member), role, place, str(position)]


def _write(path: Path, columns: Row, rows: Iterable[Row], order: Random | None) -> None:
    if order:
        rows = list(rows)
        order.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)


def main() -> None:
    """Fill the folder that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.generate", description="Make up a portfolio.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--projects", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other records (1)")
    parser.add_argument("--shuffled", action="store_true", help="rows in no order")
    options = parser.parse_args()
    generate(options.folder, options.projects, options.seed, shuffled=options.shuffled)


if __name__ == "__main__":
    main()
