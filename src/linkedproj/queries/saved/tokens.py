"""Cut SPARQL text into tokens, as far as needed to know what is code and what is not.

Source: SPARQL 1.1 Query Language, section 19.8 (terminals IRIREF, STRING_LITERAL*, VAR1, VAR2, PN_LOCAL, PLX) and 19.4
(comments).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TEXTS = 256
_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>\"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\" | '''(?:'{0,2}(?:[^'\\]|\\.))*'''
               | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<blank>_:\w(?:[\w.-]*[\w-])?)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:(?:\.*(?:[\w:-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]))+)?
               | [^\W\d_]\w*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class SparqlToken(NamedTuple):
    """A piece of the text; `kind` is space, comment, iri, string, variable, tag, blank, number, name or other."""

    kind: str
    text: str


def tokens(text: str) -> Iterator[SparqlToken]:
    """Cut `text` into tokens; joined again they are `text`, character for character."""
    for match in _TOKEN.finditer(text):
        yield SparqlToken(match.lastgroup or "other", match[0])


def placed_tokens(text: str, file: str) -> Iterator[tuple[SparqlToken, Place]]:
    """Cut `text` into tokens, each with where it begins; `file` is the path as it is shown."""
    line, column = 1, 1
    for token in tokens(text):
        yield token, Place(file, line, column)
        before, ended, last = token.text.rpartition("\n")
        line += before.count("\n") + len(ended)
        column = len(last) + (1 if ended else column)


def placed_variables(text: str, file: str) -> Iterator[tuple[str, Place]]:
    """Yield the variables of `text`, each with where it begins; `file` as in `placed_tokens`."""
    for start, name in variables(text):
        yield name, Place(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))


@lru_cache(_TEXTS)
def variables(text: str) -> tuple[tuple[int, str], ...]:
    """Return the variables of `text` in their order, each behind the number of characters before it."""
    return tuple((match.start(), match[0]) for match in _TOKEN.finditer(text) if match.lastgroup == "variable")


@lru_cache(_TEXTS)
def declared_prefixes(text: str) -> Mapping[str, str]:
    """Return the prefixes that the text declares: {"dct": "http://purl.org/dc/terms/"}."""
    code = [match for match in _TOKEN.finditer(text) if match.lastgroup not in {"space", "comment"}]
    return {
        name[0][:-1]: iri[0][1:-1]
        for word, name, iri in zip(code, code[1:], code[2:], strict=False)
        if iri.lastgroup == "iri" and name[0].endswith(":") and word[0].upper() == "PREFIX"
    }
