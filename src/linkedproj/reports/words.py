"""The few words around problems, in each language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


def say(language: str, name: str, **values: object) -> str:
    """Give a phrase of words.toml with its slots filled; `n` chooses between the forms for one and for more.

    >>> say("ca", "problems", n=1)
    '1 problema'
    """
    phrases = _words()
    phrase = phrases.get(language, phrases["en"])[name]
    if not isinstance(phrase, str):
        phrase = phrase[0 if values.get("n") == 1 else 1]
    return phrase.format_map(values)


@cache
def _words() -> dict[str, dict[str, str | list[str]]]:
    return tomllib.loads((files("linkedproj.reports") / "words.toml").read_text(encoding="utf-8"))
