"""Which column of a table has which meaning: each is given to the one that fits best, or to none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linkedproj.importers.guess.columns import ALL_BUT
from linkedproj.importers.guess.headers import EXACT, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkedproj.importers.guess.columns import Column
    from linkedproj.importers.guess.profile import Profile

_BARE = frozenset({"name", "nom", "nombre", "initiative"})
_OF_PROJECTS = frozenset({"start", "end", "budget", "eu", "acronym", "programme"})
_TELLING = frozenset({"date", "amount", "address", "country", "nuts", "degrees"})


@dataclass
class Guessed:
    """What one column may mean: `meaning` is "" where nothing is known; `evidence` says why, or why not."""

    profile: Profile
    meaning: str = ""
    evidence: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    currency: str = ""
    language: str = ""


def assigned(columns: Sequence[Column]) -> list[Guessed]:
    """Give each meaning to the column that fits best; what is left, and what does not fit, is not known."""
    guessed = [Guessed(column.profile, evidence="nothing in the header says what it is") for column in columns]
    taken: dict[tuple[str, str], int] = {}
    judged = [
        (score, number, meaning, column.judged(meaning["kind"]), column.weight)
        for number, column in enumerate(columns)
        for score, meaning in column.ranked
    ]
    for score, number, meaning, verdict, _ in sorted(judged, key=lambda each: (-each[0], -each[4], each[1])):
        found, column = guessed[number], columns[number]
        if found.meaning:
            continue
        told, settings, is_right = verdict
        language = (column.language or "und") if meaning.get("language") else ""
        key = (meaning["name"], language)
        if not is_right or (score < EXACT and meaning["kind"] not in _TELLING):
            if found.evidence.startswith("nothing") or score >= EXACT:
                found.evidence = f"the header may mean {meaning['name']}; {told}"
                if meaning["kind"] == "amount" and not column.currency:
                    found.evidence += "; the currency is not known"
            continue
        if key in taken and not meaning.get("many"):
            found.evidence = f"'{columns[taken[key]].profile.header}' is taken for {meaning['name']} already; {told}"
            continue
        taken.setdefault(key, number)
        times = sum(each.meaning.partition("#")[0] == meaning["name"] for each in guessed)
        found.meaning = meaning["name"] + (f"#{times + 1}" if meaning.get("many") and times else "")
        found.settings, found.evidence, found.language, found.currency = settings, told, language, column.currency
    _doubt_ids(guessed)
    _doubt_names(guessed)
    return guessed


def _doubt_names(guessed: Sequence[Guessed]) -> None:
    """Take back a title whose header only says that it is a name, where nothing says that the rows are projects."""
    if any(each.meaning in _OF_PROJECTS for each in guessed):
        return
    for each in guessed:
        if each.meaning == "title" and words_of(each.profile.header)[0] in _BARE:
            each.meaning, each.settings = "", {}
            each.evidence = "it is a name, and nothing says of what: is a row a project?"


def _doubt_ids(guessed: Sequence[Guessed]) -> None:
    """Take back an id that is another one in each row of one project: it is that of something else."""
    by_meaning = {each.meaning: each.profile for each in guessed}
    own, title = by_meaning.get("id"), by_meaning.get("title") or by_meaning.get("acronym")
    if own and title and len(title.values) < ALL_BUT * len(own.values):
        for each in guessed:
            if each.meaning == "id":
                each.meaning, each.settings = "", {}
                each.evidence = (
                    "each row has another one, and several rows one title: it may be an id of something else"
                )
