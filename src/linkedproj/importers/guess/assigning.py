"""Which column of a table has which meaning: each is given to the one that fits best, or to none."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from linkedproj.importers.guess.columns import ALL_BUT, PERSONAL
from linkedproj.importers.guess.headers import ORGANISATION, PROJECT, WEAK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkedproj.importers.guess.columns import Column
    from linkedproj.importers.guess.profile import Profile

_OF_PROJECTS = frozenset({"start", "end", "budget", "eu", "acronym", "programme"})
_YIELDING = frozenset({"code", "long"})
_NEARLY, _SEVERAL = 0.01, 3
_TELLING = frozenset({"date", "amount", "address", "country", "nuts", "degrees"})


@dataclass
class Guessed:
    """What one column may mean: `meaning` is "" where nothing is known; `evidence` says why, or why not.

    Of what `is_private` no cell is shown.
    """

    profile: Profile
    meaning: str = ""
    evidence: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    currency: str = ""
    language: str = ""
    is_private: bool = False


@dataclass(frozen=True)
class _Claim:
    """That one column has one meaning: how well the header fits, and what the cells say of it."""

    score: int
    number: int
    meaning: Mapping[str, Any]
    told: str
    settings: dict[str, Any]
    is_right: bool
    weight: float


def assigned(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[Guessed]:
    """Give each meaning to the column that fits best; what is left, and what does not fit, is not known."""
    claims = [
        _Claim(score, number, meaning, *column.judged(meaning["kind"]), column.weight)
        for number, column in enumerate(columns)
        for score, meaning in column.ranked
    ]
    claims.sort(key=lambda each: (-each.score, -each.weight, each.number))
    guessed = _given(columns, claims, {})
    if barred := _of_others(columns, guessed):
        guessed = _given(columns, claims, barred)
    _prove_ids(columns, guessed, rows)
    _doubt_ids(columns, guessed)
    _doubt_names(columns, guessed)
    return guessed


def _given(columns: Sequence[Column], claims: Sequence[_Claim], barred: Mapping[int, str]) -> list[Guessed]:
    """Give meanings to columns; `barred` says why some cannot be about the organisation."""
    guessed = [Guessed(each.profile, evidence=each.untold, is_private=each.is_private) for each in columns]
    taken: dict[tuple[str, str], int] = {}
    for claim in claims:
        found, column, meaning = guessed[claim.number], columns[claim.number], claim.meaning
        if found.meaning:
            continue
        language = (column.language or "und") if meaning.get("language") else ""
        key = (meaning["name"], language)
        if why := _unproven(claim, column, barred) or _rival(claim, claims, columns):
            if found.evidence == column.untold or claim.score >= WEAK:
                found.evidence = why
            continue
        if key in taken and not meaning.get("many") and meaning["name"] != PERSONAL:
            header = columns[taken[key]].profile.header
            found.evidence = column.say("taken", header=header, meaning=meaning["name"], told=claim.told)
            continue
        taken.setdefault(key, claim.number)
        times = sum(each.meaning.partition("#")[0] == meaning["name"] for each in guessed)
        found.meaning = meaning["name"] + (f"#{times + 1}" if meaning.get("many") and times else "")
        found.settings, found.evidence, found.language = claim.settings, claim.told, language
        found.currency = column.currency
        if meaning["kind"] == "amount" and column.currency_by:
            told = {"told": found.evidence, "currency": column.currency, "header": column.currency_by}
            found.evidence = column.say("currency-said", **told)
    return guessed


def _unproven(claim: _Claim, column: Column, barred: Mapping[int, str]) -> str:
    """Return why a header and its cells do not prove a meaning, or nothing."""
    meaning, told = claim.meaning, claim.told
    may = partial(column.say, "may-mean", meaning=meaning["name"])
    if not claim.is_right:
        is_unsaid = meaning["kind"] == "amount" and not column.currency
        return may(told=column.say("currency-unknown", told=told) if is_unsaid else told)
    if claim.number in barred and meaning.get("of") == ORGANISATION and meaning["name"] != ORGANISATION:
        return may(told=barred[claim.number])
    if claim.score == WEAK and meaning["kind"] == "id" and column.is_counter:
        return may(told=column.say("counter"))
    if claim.score >= WEAK:
        return ""
    unsaid = column.unsaid[meaning["name"]]
    if meaning["kind"] in _TELLING and unsaid:
        return may(told=column.say("unsaid", words=unsaid, told=told))
    return "" if meaning["kind"] in _TELLING else may(told=told)


def _rival(claim: _Claim, claims: Sequence[_Claim], columns: Sequence[Column]) -> str:
    """Return why a word that yields to others is not enough: the header of another column has one of those in it."""
    if claim.score != WEAK or claim.meaning["kind"] not in _YIELDING:
        return ""
    others = (each for each in claims if each.meaning is claim.meaning and each.number != claim.number)
    better = next((each for each in others if 0 < each.score < WEAK and each.is_right), None)
    if better is None:
        return ""
    header = columns[better.number].profile.header
    return columns[claim.number].say("rival", meaning=claim.meaning["name"], header=header, told=claim.told)


def _of_others(columns: Sequence[Column], guessed: Sequence[Guessed]) -> dict[int, str]:
    """Return the columns about somebody, or about a place, that is not the organisation of the row, and why."""
    own = next((n for n, each in enumerate(guessed) if each.meaning == ORGANISATION), None)
    if own is None:
        return {}
    called, why = columns[own].named(ORGANISATION), {}
    for number, column in enumerate(columns):
        theirs = column.named(ORGANISATION)
        if called and theirs and not called & theirs:
            why[number] = column.say("other-one", header=columns[own].profile.header)
        elif column.is_about(PROJECT):
            why[number] = column.say("of-project")
    return why


def _prove_ids(columns: Sequence[Column], guessed: Sequence[Guessed], rows: Sequence[Sequence[str]]) -> None:
    """Take for the id of the project a column whose header says so among others, if it tells projects apart."""
    if any(each.meaning == "id" for each in guessed):
        return
    names = [number for number, each in enumerate(guessed) if each.meaning in {"title", "acronym"}]
    for number, (column, found) in enumerate(zip(columns, guessed, strict=True)):
        if found.meaning or not column.is_about(PROJECT) or not column.may_be_code:
            continue
        different = len(column.profile.values) + column.profile.more
        if different == column.profile.rows > 1:
            found.evidence = column.say("own-codes", rows=different)
        elif name := next((each for each in names if different >= _SEVERAL and _are_one(rows, number, each)), None):
            found.evidence = column.say("codes", codes=different, header=columns[name].profile.header)
        else:
            continue
        found.meaning = "id"
        return


def _are_one(rows: Sequence[Sequence[str]], code: int, name: int) -> bool:
    """Return whether, but for a few, each code has one name, and each name one code."""
    pairs = {(row[code].strip(), row[name].strip()) for row in rows if len(row) > max(code, name)}
    codes, names = ({pair[n] for pair in pairs} for n in (0, 1))
    return (1 + _NEARLY) * min(len(codes), len(names)) >= len(pairs)


def _doubt_names(columns: Sequence[Column], guessed: Sequence[Guessed]) -> None:
    """Take back a title whose header only says that it is a name, where nothing says that the rows are projects."""
    if any(each.meaning in _OF_PROJECTS for each in guessed):
        return
    for column, each in zip(columns, guessed, strict=True):
        if each.meaning == "title" and column.is_bare_name:
            each.meaning, each.settings = "", {}
            each.evidence = column.say("bare-name")


def _doubt_ids(columns: Sequence[Column], guessed: Sequence[Guessed]) -> None:
    """Take back an id of which one project has several, unless its header says that it is the project's."""
    by_meaning = {each.meaning: each.profile for each in guessed}
    own, title = by_meaning.get("id"), by_meaning.get("title") or by_meaning.get("acronym")
    if not own:
        return
    if not title:
        for column, each in zip(columns, guessed, strict=True):
            if each.meaning == "id" and column.is_bare_number:
                each.meaning, each.settings = "", {}
                each.evidence = column.say("bare-number")
        return
    is_less, is_more = (len(a.values) < ALL_BUT * len(b.values) for a, b in ((own, title), (title, own)))
    for column, each in zip(columns, guessed, strict=True):
        if each.meaning == "id" and (is_less or (is_more and not column.is_of_project)):
            each.meaning, each.settings = "", {}
            each.evidence = column.say("fewer-ids" if is_less else "other-id")
