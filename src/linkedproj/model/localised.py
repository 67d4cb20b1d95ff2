"""A Turtle file in the languages of a portfolio: texts in others are left out, the rest stays as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkedproj.model.languages import primary, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Source: Turtle 1.1, section 6.5, as far as needed to tell literals from what may look like one.
_PIECE = re.compile(
    r"""(?P<text>(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
          (?:@(?P<tag>[A-Za-z][A-Za-z0-9-]*))?)
      | (?P<comma>\s*,\s*)
      | (?P<other>\#[^\n]*|<[^<>\s]*>|\s+|[^\s"'<#,]+|.)""",
    re.VERBOSE | re.DOTALL,
)


def localised(turtle: str, languages: Sequence[str]) -> str:
    """Leave out texts in languages that a portfolio does not have, but never the only one of a value.

    The program's texts are kept in the languages that it shares with the portfolio, else in English.

    >>> print(localised('x:a rdfs:label "red"@en , "vermell"@ca ; x:p "blau"@ca .', ["fi", "en"]))
    x:a rdfs:label "red"@en ; x:p "blau"@ca .
    """
    kept = _kept(languages)
    pieces = [(match[0], match.lastgroup, primary(match["tag"] or "")) for match in _PIECE.finditer(turtle)]
    found: list[str] = []
    start = 0
    while start < len(pieces):
        stop = start + 1
        if pieces[start][1] == "text":
            while stop + 1 < len(pieces) and pieces[stop][1] == "comma" and pieces[stop + 1][1] == "text":
                stop += 2
            found += _choose(pieces[start:stop], kept)
        else:
            found.append(pieces[start][0])
        start = stop
    return "".join(found)


def texts_for(texts: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """Choose from the texts of one value, by language tag, those that `localised` keeps.

    >>> texts_for({"en": "red", "ca": "vermell", "fi": "punainen"}, ["fi", "en"])
    {'en': 'red', 'fi': 'punainen'}
    """
    kept = _kept(languages)
    return {tag: text for tag, text in texts.items() if not tag or primary(tag) in kept} or dict(texts)


def _kept(languages: Sequence[str]) -> set[str]:
    return {*map(primary, languages), *spoken(languages)}


def _choose(values: Sequence[tuple[str, str | None, str]], kept: set[str]) -> list[str]:
    """Choose from a list of literals with commas between them."""
    texts, commas = values[::2], ["", *(comma for comma, _, _ in values[1::2])]
    chosen = [(comma, text) for comma, (text, _, tag) in zip(commas, texts, strict=True) if not tag or tag in kept]
    if not chosen:
        return [text for text, _, _ in values]
    return [chosen[0][1], *(piece for both in chosen[1:] for piece in both)]
