"""What a header says: its words, and how well they fit those by which a meaning is known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkedproj.model.lists import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

CURRENCIES = {"€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "nok": "NOK", "sek": "SEK", "dkk": "DKK",
              "gbp": "GBP", "£": "GBP", "chf": "CHF", "usd": "USD", "$": "USD", "pln": "PLN"}  # fmt: skip
"""What a sheet calls the currencies, by their codes."""

_LANGUAGES = {"en": "en", "english": "en", "fr": "fr", "french": "fr", "de": "de", "german": "de", "es": "es",
              "spanish": "es", "ca": "ca", "catalan": "ca", "it": "it", "italian": "it", "no": "no", "nb": "nb",
              "sv": "sv", "da": "da", "fi": "fi", "pl": "pl", "pt": "pt", "cs": "cs", "nl": "nl"}  # fmt: skip

EXACT = 300
"""The score of a header that is one of the words; what fits by a part scores below 100."""

_SHORTEST = 3


def words_of(header: str) -> tuple[str, str, str]:
    """Return the words of a header, with the language and the currency that it names."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    listed = re.sub(r"[\W_]+", " ", fold(plain)).split()
    currency = next((CURRENCIES[w] for w in (*listed, *header.lower()) if w in CURRENCIES), "")
    listed = [word for word in listed if word not in CURRENCIES] or listed
    language = ""
    if len(listed) > 1 and listed[-1] in _LANGUAGES:
        language = _LANGUAGES[listed.pop()]
        listed = [word for word in listed if word != "in"] or listed
    return " ".join(listed), language, currency


def fit(header: str, words: Iterable[str]) -> int:
    """Return how well a header fits: whole, or by one of its words, the longer the better."""
    best = 0
    squeezed = _squeezed(header)
    for word in words:
        if header == word or squeezed == _squeezed(word):
            return EXACT
        if word.endswith("*") and header.startswith(word[:-1]):
            return EXACT
        if len(word) > _SHORTEST and f" {word} " in f" {header} ":
            best = max(best, len(word))
    return min(best, 99)


def _squeezed(text: str) -> str:
    """Write words without blanks, and umlauts in one way."""
    return text.replace(" ", "").replace("ae", "a").replace("oe", "o").replace("ue", "u")
