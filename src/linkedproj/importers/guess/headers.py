"""What a header says: its words, and how well they fit those by which a meaning is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.lists import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CURRENCIES = {"€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "nok": "NOK", "sek": "SEK", "dkk": "DKK",
              "gbp": "GBP", "£": "GBP", "pounds": "GBP", "chf": "CHF", "usd": "USD", "$": "USD", "pln": "PLN",
              "zł": "PLN", "czk": "CZK", "kč": "CZK", "kc": "CZK", "huf": "HUF", "ron": "RON",
              "bgn": "BGN", "лв": "BGN"}  # fmt: skip
"""What a sheet calls the currencies, by their codes."""

# Not "no": behind a word it says that the column holds numbers.
_LANGUAGES = {"en": "en", "english": "en", "englisch": "en", "anglais": "en", "ingles": "en", "angles": "en",
              "inglese": "en", "fr": "fr", "french": "fr", "francais": "fr", "franzosisch": "fr", "frances": "fr",
              "de": "de", "german": "de", "deutsch": "de", "allemand": "de", "aleman": "de", "tedesco": "de",
              "es": "es", "spanish": "es", "espanol": "es", "castellano": "es", "castella": "es", "spanisch": "es",
              "ca": "ca", "catalan": "ca", "catala": "ca", "it": "it", "italian": "it", "italiano": "it",
              "nb": "nb", "norwegian": "no", "norsk": "no", "sv": "sv", "swedish": "sv", "svenska": "sv",
              "da": "da", "danish": "da", "dansk": "da", "fi": "fi", "finnish": "fi", "suomi": "fi", "suomeksi": "fi",
              "pl": "pl", "polish": "pl", "polski": "pl", "pt": "pt", "portuguese": "pt", "portugues": "pt",
              "cs": "cs", "cz": "cs", "czech": "cs",
              "sk": "sk", "hu": "hu", "bg": "bg", "lt": "lt", "lv": "lv",
              "nl": "nl", "dutch": "nl", "nederlands": "nl"}  # fmt: skip

EXACT = 300
"""The score of a header that is one of the words."""

OWNED = 290
"""The score of a header that is one of the words and a word for whose it is; what fits by a part scores below 100."""

WEAK = 280
"""The score of a header that is a word which yields to others; from here on a header is sure."""

PARTLY = 99
"""The highest score of what fits by a part."""

PROJECT, ORGANISATION, PERSON, PAYER, PLACE = "project", "organisation", "person", "payer", "place"
"""What a column may be about."""

_PARTED = re.compile(r"\s+[/|]\s*|\s*[/|]\s+|\s*\n+\s*|\s{3,}")
_TWICE = re.compile(r"\s*[/|]\s*|\s+[-–]\s*|\s*\n+\s*|\s{3,}")
_NUMBERED = re.compile(r"^\s*(?:[0-9]{1,2}|[A-Za-z])[.)]\s*(?=[^\W\d_]{2})")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SHORTEST, _PHRASE, _SOME = 3, 3, 3


@dataclass(frozen=True)
class Header:
    """A header taken apart.

    `owners` are what it is about, from the outside inwards, as (one of the kinds above, the words); `rest` is what it
    says of that. `is_path` says that signs such as "." and ":" part them, `is_torn` that what it says stands between
    two that it may be about: "Project name (beneficiary)".
    """

    words: str
    owners: tuple[tuple[str, str], ...] = ()
    rest: str = ""
    is_path: bool = False
    is_torn: bool = False

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of what it is about."""
        return frozenset(kind for kind, _ in self.owners)

    @property
    def about(self) -> str:
        """What it is about, or nothing: of a project's partner it is the partner, of a partner's contact the person."""
        inner = [kind for kind, _ in self.owners if kind != PLACE]
        if self.is_path and inner:
            return inner[-1]
        if self.is_torn and len(set(inner)) > 1:
            return ""
        for kind in (PAYER, PERSON, ORGANISATION, PROJECT):
            if kind in self.kinds:
                return kind
        return ""

    def named(self, kind: str) -> frozenset[str]:
        """Return the words by which it names what is of a kind."""
        return frozenset(word for each, words in self.owners if each == kind for word in words.split())


def unnumbered(header: str) -> str:
    """Leave out the number that a header begins with: "3. Name of the project"."""
    return _NUMBERED.sub("", header)


def words_of(header: str) -> tuple[str, str, str]:
    """Return the words of a header, with the language and the currency that it names."""
    plain = _CAMEL.sub(" ", header)
    listed = re.sub(r"[\W_]+", " ", fold(plain)).split()
    currency = next((CURRENCIES[w] for w in (*listed, *header.lower()) if w in CURRENCIES), "")
    listed = [word for word in listed if word not in CURRENCIES] or listed
    language = ""
    if len(listed) > 1 and listed[-1] in _LANGUAGES:
        language = _LANGUAGES[listed.pop()]
        listed = [word for word in listed if word != "in"] or listed
    return " ".join(listed), language, currency


def parts_of(header: str, *, is_twice: bool = False) -> list[str]:
    """Return the headers that a header holds, such as "Ort / Place": what a sign or a line parts, or many blanks.

    `is_twice` says that the headers of the sheet are in two languages: then "Ort/Place" are two as well.
    """
    parts = [part.strip() for part in (_TWICE if is_twice else _PARTED).split(header)]
    return [part for part in parts if part] or [header]


def are_in_two_languages(headers: Sequence[str]) -> bool:
    """Return whether most headers of a sheet say the same twice: then one that is understood is enough.

    In a sheet where only one header does so, "City / Region" may be the one or the other.
    """
    twice = sum(len(parts_of(header, is_twice=True)) > 1 for header in headers)
    return twice >= _SOME and twice > len(headers) / 2


def taken_apart(header: str, words: str, known: Mapping[str, Sequence[str]]) -> Header:
    """Tell the words for what a header is about from those for what it says of it.

    `known` has the words for each kind of owner, and under "small" those that only join others.
    """
    kinds = {_squeezed(words): kind for kind in (PROJECT, ORGANISATION, PERSON, PAYER, PLACE) for words in known[kind]}
    owners, rest, places = list[tuple[str, str]](), list[str](), list[int]()
    left = [word for word in words.split() if word not in known["small"]]
    while left:
        length = next((n for n in range(min(_PHRASE, len(left)), 0, -1) if _squeezed("".join(left[:n])) in kinds), 0)
        if length:
            phrase = " ".join(left[:length])
            owners.append((kinds[_squeezed(phrase)], phrase))
            places.append(len(rest))
        else:
            rest.append(left[0])
        del left[: length or 1]
    return Header(
        words,
        tuple(owners),
        " ".join(rest),
        is_path=bool(re.search(r"\w[.:]\w", header)),
        is_torn=len(set(places)) > 1,
    )


def fit(header: str, words: Iterable[str]) -> tuple[int, str]:
    """Return how well a header fits, whole, or by one of its words, the longer the better; and that word."""
    best, by = 0, ""
    squeezed = _squeezed(header)
    for word in words:
        if header == word or squeezed == _squeezed(word):
            return EXACT, word
        if word.endswith("*") and header.startswith(word[:-1]):
            return EXACT, word
        if len(word) > max(_SHORTEST, best) and f" {word} " in f" {header} ":
            best, by = len(word), word
    return min(best, PARTLY), by


def _squeezed(text: str) -> str:
    """Write words without blanks, and umlauts in one way."""
    return text.replace(" ", "").replace("ae", "a").replace("oe", "o").replace("ue", "u")
