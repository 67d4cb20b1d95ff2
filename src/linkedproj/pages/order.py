"""The order of names in the alphabet of a language, where letters have a place of their own in it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from linkedproj.model.languages import primary
from linkedproj.model.lists import fold

_BEHIND = "\uffff"
"""Sorts behind all letters, and so behind whatever begins with the letter before it."""


@lru_cache(maxsize=1 << 15)
def place_of(text: str, language: str) -> str:
    """Return what a text is sorted by in a language: accents and case make no difference, but where they make a letter.

    >>> sorted(["öl", "zebra", "åka", "apa"], key=lambda word: place_of(word, "sv"))
    ['apa', 'zebra', 'åka', 'öl']
    >>> sorted(["öl", "zebra", "Oma"], key=lambda word: place_of(word, "de"))
    ['öl', 'Oma', 'zebra']
    """
    letters, pattern = _alphabet(primary(language))
    if pattern is None:
        return fold(text)
    parts = pattern.split(unicodedata.normalize("NFC", text).lower())
    # Letters stand between what is none; blanks at the ends of that count.
    return "".join(letters[part] if number % 2 else fold(f".{part}.")[1:-1] for number, part in enumerate(parts))


@cache
def _alphabet(language: str) -> tuple[dict[str, str], re.Pattern[str] | None]:
    table = tomllib.loads((files("linkedproj.pages") / "texts/order.toml").read_text("utf-8")).get(language, {})
    letters = {
        letter: f"{before}{_BEHIND}{number:c}"
        for before, behind in table.items()
        for number, letter in enumerate(behind, 1)
    }
    longest = sorted(letters, key=lambda letter: (-len(letter), letter))
    return letters, re.compile(f"({'|'.join(map(re.escape, longest))})") if letters else None
