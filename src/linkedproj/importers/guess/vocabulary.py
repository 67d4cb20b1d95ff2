"""What the words of headers say, in the languages that the headers of a sheet are in."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING

from linkedproj.importers.guess.headers import are_in_two_languages, parts_of, unnumbered, words_of
from linkedproj.model.lists import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SMALL, OTHER, NAME, PROJECT_NUMBER, FUND = "small", "other", "name", "project-number", "fund"
"""What only joins words, what no record has a place for, what something is called, numbers of projects, funds."""

_ALWAYS = "en"
_PHRASE, _READINGS, _FEWEST, _PIECE, _NEARLY = 4, 64, 2, 4, 0.75

_WESTERN = "cp1252"
_PAGES = (_WESTERN, "cp1250", "cp1251", "cp1253", "cp1257")
_ODD = re.compile(r"(?<=[^\W\d_])[¹²³¼½¾¿£¥¤¦ª°º«»](?=[^\W\d_])")


class Vocabulary:
    """What words say, in some languages: a word may say several things, and a header be read in several ways."""

    def __init__(self, languages: Iterable[str]) -> None:
        """Take the words of some languages."""
        self.languages = frozenset(languages)
        self._said: Mapping[str, set[str]] = defaultdict(set)
        self._read: dict[str, tuple[frozenset[str], ...]] = {}
        for language in self.languages:
            for phrase, says in _known()[language].items():
                self._said[phrase] |= says

    def words(self, says: str) -> list[str]:
        """Return the words and phrases that say one thing."""
        return sorted(phrase for phrase, what in self._said.items() if says in what)

    def named(self, words: str, says: str) -> str:
        """Return the first word or phrase of a header that says one thing and no other, or nothing."""
        listed = words.split()
        spans = ((at, at + length) for length in range(_PHRASE, 0, -1) for at in range(len(listed) - length + 1))
        phrases = (" ".join(listed[start:end]) for start, end in spans)
        return next((phrase for phrase in phrases if self._said.get(phrase) == {says}), "")

    def parted(self, words: str) -> str:
        """Write compounds of two known words as two words: "Projektbeginn"."""
        return " ".join(self._parted(word) for word in words.split())

    def _parted(self, word: str) -> str:
        if word not in self._said:
            for at in range(_PIECE, len(word) - _PIECE + 1):
                if self._is_telling(word[:at]) and self._is_telling(word[at:]):
                    return f"{word[:at]} {word[at:]}"
        return word

    def _is_telling(self, word: str) -> bool:
        return bool(self._said.get(word, set()) - {SMALL})

    def readings(self, words: str) -> tuple[frozenset[str], ...]:
        """Return the ways in which all words of a header can be read: none, if one of them is not known."""
        if words not in self._read:
            listed, ways = words.split(), list[set[frozenset[str]]]()
            for end in range(len(listed) + 1):
                found = {frozenset[str]()} if not end else set[frozenset[str]]()
                for start in range(max(0, end - _PHRASE), end):
                    says = self._said.get(" ".join(listed[start:end]), set())
                    found |= {way | {each} - {SMALL} for way, each in product(ways[start], says)}
                ways.append(set(sorted(found, key=sorted)[:_READINGS]))
            self._read[words] = tuple(sorted(ways[-1] - {frozenset()}, key=sorted))
        return self._read[words]


@dataclass(frozen=True)
class Speech:
    """How the headers of a sheet speak.

    `shared` is a word that all of them begin with, with a blank, if it says nothing; `is_twice` says that they are in
    two languages.
    """

    vocabulary: Vocabulary
    shared: str
    is_twice: bool


def speech_of(headers: Sequence[str]) -> Speech:
    """Tell how the headers of a sheet speak."""
    plain, is_twice = [unnumbered(header) for header in headers], are_in_two_languages(headers)
    parts = [words_of(part)[0] for header in plain for part in parts_of(header, is_twice=is_twice)]
    return Speech(Vocabulary(_languages([set(part.split()) for part in parts])), _shared(parts), is_twice)


def _languages(headers: Sequence[set[str]]) -> set[str]:
    """Return the languages that most headers are in, then those that most of the others are in."""
    taken, left = {_ALWAYS}, headers
    while True:
        counts = {each: sum(bool(words & _telling(each)) for words in left) for each in _known()}
        most = max(counts.values())
        # One word may be of a language by chance.
        if most < min(_FEWEST, len(headers)):
            return taken
        found = {each for each, count in counts.items() if count >= _NEARLY * most}
        taken |= found
        left = [words for words in left if not any(words & _telling(each) for each in found)]


def _shared(headers: Sequence[str]) -> str:
    """Return the word that all headers begin with, if it says nothing: "OC_TITLE", "OC_START"."""
    first = {header.partition(" ")[0] for header in headers}
    word = first.pop() if len(first) == 1 else ""
    is_bare = not word or word in headers or word in known_words() or len(headers) <= _FEWEST
    return "" if is_bare else f"{word} "


def encoding_of(data: bytes) -> tuple[str, str]:
    """Return the code page of Windows that a text is in, and a word that tells it: "" if none but the western one fits.

    A page is told by words of headers with letters outside ASCII, and by signs that no language has within a word.
    """
    best, by = (0, _WESTERN), ""
    for page in _PAGES:
        try:
            text = data.decode(page)
        except UnicodeDecodeError:
            continue
        found = [
            word for word in re.findall(r"[^\W\d_]{3,}", text) if not word.isascii() and fold(word) in known_words()
        ]
        score = len(found) - len(_ODD.findall(text)) if found else 0
        if score > best[0]:
            best, by = (score, page), found[0]
    return best[1], by if best[1] != _WESTERN else ""


@lru_cache(maxsize=1)
def known_words() -> frozenset[str]:
    """Return all single words of all languages that say more than that they join others."""
    return frozenset(word for language in _known() for word in _telling(language))


def fits(made: str, reading: frozenset[str]) -> bool:
    """Return whether a reading of a header says what a meaning is made of, and nothing else."""
    parts = [(frozenset(part.rstrip("?").split("|")), part.endswith("?")) for part in made.split()]
    is_all = all(is_free or reading & each for each, is_free in parts)
    return is_all and reading <= frozenset[str]().union(*(each for each, _ in parts))


@lru_cache(maxsize=1)
def _known() -> dict[str, dict[str, set[str]]]:
    """Read what each word and phrase says, by language."""
    stated = tomllib.loads((files(__package__) / "vocabulary.toml").read_text("utf-8"))
    known: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    small = {language: {fold(word) for word in words} for language, words in stated[SMALL].items()}
    for says, languages in stated.items():
        for language, words in languages.items():
            for word in words:
                listed = re.sub(r"[\W_]+", " ", fold(word)).split()
                known[language][" ".join(listed)].add(says)
                # Headers that are names in a program leave out what only joins words: "numero_dossier".
                short = [each for each in listed if each not in small[language]]
                if len(short) > 1:
                    known[language][" ".join(short)].add(says)
    return {language: dict(words) for language, words in known.items()}


@lru_cache(maxsize=64)
def _telling(language: str) -> frozenset[str]:
    return frozenset(phrase for phrase, says in _known()[language].items() if " " not in phrase and says != {SMALL})
