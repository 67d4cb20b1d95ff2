"""Records that may be one: names propose, a curator decides.

A pair is proposed when its names are equal once case, accents, signs and legal forms are left out; or when they are
nearly equal; or when the words of one are all in the other and there is a second reason: a place in common, and a word
in common that is neither a place nor used by many. What else places a record, such as its years, counts as a place.
Names are compared within one country, if there is one.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter, defaultdict
from functools import lru_cache
from importlib.resources import files
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.importers.source.words import because
from linkedproj.model.lists import fold, folded_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linkedproj.importers.source.words import Reason

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?")
_WORD = re.compile(r"\w+")
_DOTTED = re.compile(r"\b(?:\w\.){2,}(?:\w\b)?")
_FORMS = frozenset(
    word
    for words in tomllib.loads(files(__package__).joinpath("forms.toml").read_text("utf-8")).values()
    for word in words.split()
)
"""Words without which a name is still the same."""

NEAR = 92
_PLACES = 20_000
_GROUP, _BLOCK, _CROWD = 20, 60, 1500
"""How many records of equal names, with one word, or of one place are compared each with each."""

_APART = 60
_FEW, _SURE = 0.4, 1 - 1e-9
_SHARED = 0.75


class Alike(NamedTuple):
    """A record as it is compared: its key, its names, the country it is compared within, and what places it."""

    key: str
    names: tuple[str, ...]
    within: str
    places: tuple[str, ...]


class Pair(NamedTuple):
    """Two records that may be one, with a score of 100; `kind` is "equal", "near" or "part".

    `names` are the two that are alike, `telling` the words they share that few names have, `shared` the places in
    common; records `are_apart` if both have places, and none in common.
    """

    one: Alike
    other: Alike
    names: tuple[str, str]
    score: int
    kind: str
    telling: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    are_apart: bool = False

    @property
    def reason(self) -> Reason:
        """The reason why they may be one."""
        told = [because(self.kind, words=", ".join(self.telling))]
        told += [because("both", places=", ".join(self.shared))] if self.shared else []
        told += [because("apart")] if self.are_apart else []
        return because("pair", told=tuple(told))


class _Words(NamedTuple):
    number: int
    record: Alike
    name: str
    text: str
    letters: frozenset[str]
    words: frozenset[str]
    places: frozenset[str]
    place_words: frozenset[str]


def words_of(name: str) -> list[str]:
    """Return the words of a name that tell it from others, in order.

    >>> words_of("Exampleford Activa, S.A. SPM"), words_of("The Probestadt Port Authority")
    (['exampleford', 'activa'], ['probestadt', 'port', 'authority'])
    """
    return _telling(fold(_DOTTED.sub(lambda match: match[0].replace(".", ""), name) if "." in name else name))


def _telling(folded: str) -> list[str]:
    words = _WORD.findall(folded)
    return [word for word in words if word not in _FORMS] or words


@lru_cache(maxsize=_PLACES)
def _words_of_place(name: str) -> frozenset[str]:
    return frozenset(words_of(name))


def at_large(text: str) -> str:
    """Return what of a text two sources can be expected to agree on: of a date, the year.

    >>> at_large("2015-09-14"), at_large("Exampleford")
    ('2015', 'Exampleford')
    """
    return text[:4] if _DATE.fullmatch(text) else text


def pairs(records: Iterable[Alike]) -> Iterator[Pair]:
    """Yield the pairs that may be one record, in the order of their keys."""
    by_country: dict[str, list[Alike]] = defaultdict(list)
    for record in records:
        by_country[record.within].append(record)
    for within in sorted(by_country):
        yield from sorted(_within(by_country[within]), key=lambda pair: (pair.one.key, pair.other.key))


def can_compare() -> bool:
    """Return whether names that are only nearly equal can be compared: it needs a package."""
    return _scorer() is not None


def _within(records: Sequence[Alike]) -> Iterator[Pair]:
    listed = [each for number, record in enumerate(records) for each in _read(number, record)]
    counts = Counter(word for each in listed for word in each.words)
    weights = {word: math.log(1 + len(listed) / count) for word, count in counts.items()}
    judge = _Judge(weights)
    told: set[tuple[int, int]] = set()
    for one, other in _candidates(listed, judge):
        if one.number == other.number:
            continue
        found = judge.pair(one, other) if one.record.key <= other.record.key else judge.pair(other, one)
        if found:
            numbers = (min(one.number, other.number), max(one.number, other.number))
            if numbers not in told:
                told.add(numbers)
                yield found


def _read(number: int, record: Alike) -> Iterator[_Words]:
    places = frozenset(folded_once(place) for place in record.places if place)
    place_words = frozenset[str]().union(*map(_words_of_place, (*places, record.within)))
    for name in dict.fromkeys(record.names):
        folded = fold(name)
        words = words_of(name) if "." in name else _telling(folded)
        letters = frozenset({"".join(words), "".join(filter(str.isalnum, folded))})
        yield _Words(number, record, name, " ".join(sorted(words)), letters, frozenset(words), places, place_words)


def _candidates(listed: Sequence[_Words], judge: _Judge) -> Iterator[tuple[_Words, _Words]]:
    """Yield the pairs that are worth a look: with equal words, with a telling word in common, or of one place."""
    alike = _grouped(listed, lambda each: (each.text, *sorted(each.letters)))
    by_word = _grouped(listed, lambda each: filter(judge.is_telling, each.words))
    by_place = _grouped(listed, lambda each: each.places)
    for same in alike.values():
        yield from _of(same)
    for word in sorted(by_word):
        if len(by_word[word]) <= _BLOCK:
            yield from combinations(by_word[word], 2)
    for place in sorted(by_place):
        if len(by_place[place]) <= _CROWD:
            yield from _near(by_place[place])


def _grouped(listed: Iterable[_Words], names: Callable[[_Words], Iterable[str]]) -> dict[str, list[_Words]]:
    found: dict[str, list[_Words]] = defaultdict(list)
    for each in listed:
        for name in names(each):
            found[name].append(each)
    return found


def _of(listed: Sequence[_Words]) -> Iterator[tuple[_Words, _Words]]:
    """Yield all pairs; of many, each with the first: whoever says yes to each of these has said it to all."""
    if len(listed) <= _GROUP:
        yield from combinations(listed, 2)
    else:
        yield from ((listed[0], other) for other in listed[1:])


def _near(listed: Sequence[_Words]) -> Iterator[tuple[_Words, _Words]]:
    """Yield the pairs of one place whose names are nearly equal, letter for letter."""
    try:
        from rapidfuzz import fuzz, process
    except ImportError:
        return
    texts = [each.text for each in listed]
    for number, one in enumerate(listed[:-1]):
        rest = texts[number + 1 :]
        for _, _, at in process.extract(one.text, rest, scorer=fuzz.ratio, score_cutoff=NEAR, limit=None):
            yield one, listed[number + 1 + at]


class _Judge:
    """Judges pairs by the words of their names, and how many names have each."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._wholes: dict[frozenset[str], float] = {}
        self._least = max(weights.values(), default=0) / 2
        self._score = _scorer()

    def is_telling(self, word: str) -> bool:
        """Return whether few names have a word."""
        return self._weights[word] > self._least

    def pair(self, one: _Words, other: _Words) -> Pair | None:
        """Return a pair that may be one record, or nothing."""
        is_equal = one.words == other.words or bool(one.letters & other.letters)
        common = one.words & other.words
        if not is_equal:
            weight = self._weight(common)
            # What both weigh is found by adding; where that may tell otherwise than a sum of its own, this one counts.
            if weight < _SURE * _FEW * (self._whole(one) + self._whole(other) - weight):
                return None
            most = self._weight(one.words | other.words)
            if weight < _FEW * most:
                return None
            is_part = len(common) == min(len(one.words), len(other.words))
            if is_part:
                return self._part(one, other, common, round(100 * weight / most))
            if self._score is None:
                return None
            ratio = self._score(one.text, other.text)
            if ratio < NEAR or not (one.places & other.places or weight >= _SHARED * most):
                return None
        shared = _shared(one, other)
        are_apart = bool(one.places and other.places) and not shared
        score = (_APART if are_apart else 100) if is_equal else min(99, round(ratio))
        kind = "equal" if is_equal else "near"
        return Pair(one.record, other.record, (one.name, other.name), score, kind, (), shared, are_apart)

    def _part(self, one: _Words, other: _Words, common: frozenset[str], score: int) -> Pair | None:
        places = one.place_words | other.place_words
        telling = tuple(sorted(word for word in common if word not in places and self.is_telling(word)))
        if not telling or not one.places & other.places:
            return None
        names, shared = (one.name, other.name), _shared(one, other)
        return Pair(one.record, other.record, names, score, "part", telling, shared)

    def _whole(self, each: _Words) -> float:
        found = self._wholes.get(each.words)
        if found is None:
            found = self._wholes[each.words] = self._weight(each.words)
        return found

    def _weight(self, words: Iterable[str]) -> float:
        return sum(map(self._weights.__getitem__, words))


def _shared(one: _Words, other: _Words) -> tuple[str, ...]:
    """Return the places that two records share, as the first of them is said to be there."""
    return tuple(place for place in one.record.places if place and folded_once(place) in other.places)


def _scorer() -> Callable[[str, str], float] | None:
    try:
        from rapidfuzz import fuzz
    except ImportError:
        return None
    score: Callable[[str, str], float] = fuzz.ratio
    return score
