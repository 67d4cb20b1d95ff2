"""The rows of made-up tables: which columns they have, and what stands in them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from .words import AWKWARD, COUNTRIES, ORGANISATIONS, ROLES, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = list[str]

THEMES, PROGRAMMES, CITIES = 40, 12, 200
AWKWARD_SHARE = 0.05

_NAMES = ["name@en", "name@ca", "name@es"]
_TITLES = ["title@en", "title@ca", "title@es"]
_SUMMARIES = ["summary@en", "summary@ca", "summary@es"]
_DEFINITIONS = ["definition@en", "definition@ca", "definition@es"]
_LEAN_PROJECT = ["id", *_TITLES, *_SUMMARIES, "start", "end", "programme", "theme", "area"]
_FULL_PROJECT = [
    *("id", *_TITLES, "acronym", *_SUMMARIES, "start", "end", "programme", "theme", "area", "url"),
    *("budget.value", "budget.currency", "budget.kind"),
]
_PARTICIPATION = ["id", "project", "organisation", "role", "forPlace", "position"]


@dataclass(frozen=True)
class Kind:
    """What the projects of a portfolio look like.

    `members` are the weights of three, four, five and six participations a project, and a row of `participation` is cut
    to so many columns.
    """

    columns: Row
    projects: Callable[[Made, int], Iterator[Row]]
    participation: int
    members: tuple[int, int, int, int]
    shared: int
    """So many projects there are for each organisation."""


class Made:
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


def _schemes(made: Made) -> Iterator[Row]:
    yield ["policy-theme", *made.texts(2, 3)]


def _themes(made: Made) -> Iterator[Row]:
    for n in range(THEMES):
        yield [f"theme-{n:02}", *made.texts(2, 3), *made.texts(8, 16), "policy-theme"]


def _countries(made: Made) -> Iterator[Row]:
    for code in COUNTRIES:
        yield [code, *made.texts(2, 2)]


def _cities(made: Made) -> Iterator[Row]:
    for n in range(CITIES):
        yield [f"city-{n:03}", "City", *made.texts(2, 2), *made.texts(8, 16), made.random.choice(COUNTRIES)]


def _programmes(made: Made) -> Iterator[Row]:
    for n in range(PROGRAMMES):
        yield [f"programme-{n:02}", *made.texts(2, 4), *made.texts(8, 16), "2014", "2020"]


def _organisations(made: Made, count: int) -> Iterator[Row]:
    for n in range(count):
        kind, seat = made.random.choice(ORGANISATIONS), made.some("city-", 3, CITIES, 1)
        yield [_organisation(n), *made.texts(2, 5), *made.texts(8, 16), kind, seat, f"https://org{n}.example/"]


def _organisation(number: int) -> str:
    return f"org-{number:07}"


def _lean_projects(made: Made, count: int) -> Iterator[Row]:
    for n in range(count):
        year = made.random.randint(2008, 2021)
        yield [
            *(f"project-{n:07}", *made.texts(4, 9), *made.texts(8, 16)),
            *(made.date(year), made.date(year + made.random.randint(1, 5)) if made.random.random() < 0.95 else ""),
            made.some("programme-", 2, PROGRAMMES, 1) if made.random.random() < 0.5 else "",
            made.some("theme-", 2, THEMES, 1 if made.random.random() < 0.8 else 2),
            made.some("city-", 3, CITIES, 1),
        ]


def _full_projects(made: Made, count: int) -> Iterator[Row]:
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


def _participations(made: Made, projects: int, organisations: int, look: Kind) -> Iterator[Row]:
    for n in range(projects):
        (count,) = made.random.choices((3, 4, 5, 6), look.members)
        for position, member in enumerate(made.random.sample(range(organisations), count), 1):
            role = made.random.choice(ROLES) if position > 1 else "coordinator"
            place = made.some("city-", 3, CITIES, 1) if made.random.random() < 0.2 else ""
            project = f"project-{n:07}"
            row = [f"{project}-{position}", project, _organisation(member), role, place, str(position)]
            yield row[: look.participation]


KINDS = {
    "lean": Kind(_LEAN_PROJECT, _lean_projects, 4, (12, 5, 2, 1), 20),
    "full": Kind(_FULL_PROJECT, _full_projects, 6, (1, 1, 1, 1), 5),
}


def tables(kind: str, projects: int) -> dict[str, tuple[Row, Callable[[Made], Iterator[Row]]]]:
    """Give the columns of each table, and what makes its rows out of a table's own seed."""
    look = KINDS[kind]
    organisations = max(10, projects // look.shared)
    return {
        "scheme": (["id", *_NAMES], _schemes),
        "theme": (["id", *_NAMES, *_DEFINITIONS, "inScheme"], _themes),
        "country": (["id", *_NAMES], _countries),
        "city": (["id", "placeType", *_NAMES, *_SUMMARIES, "country"], _cities),
        "programme": (["id", *_TITLES, *_SUMMARIES, "start", "end"], _programmes),
        "organisation": (
            ["id", *_NAMES, *_SUMMARIES, "classification", "seat", "url"],
            lambda made: _organisations(made, organisations),
        ),
        "project": (look.columns, lambda made: look.projects(made, projects)),
        "participation": (
            _PARTICIPATION[: look.participation],
            lambda made: _participations(made, projects, organisations, look),
        ),
    }
