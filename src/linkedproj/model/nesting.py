"""How deep a text is nested, told before something goes down into it by recursion."""

from __future__ import annotations

import re

DEEPEST = 100
"""Brackets within brackets; nothing that is read here has a tenth of them."""

_JSON = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_TURTLE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*+\'\'\'|"(?:[^"\\\n]|\\.)*+"|\'(?:[^\'\\\n]|\\.)*+\''
    r"|<[^<>\s]*>|#[^\n]*",
    re.DOTALL,
)
_SIGNS = re.compile(r"[^\[\](){}]+")
_SAME = str.maketrans("[]()", "{}{}")


def is_deep(text: str) -> bool:
    """Return whether a text in JSON has more than `DEEPEST` brackets within each other; those in strings are none.

    >>> is_deep('{"a": ["[[[["]}'), is_deep("[" * 5000)
    (False, True)
    """
    return _is_deep(_JSON.sub("", text))


def is_deep_turtle(text: str) -> bool:
    """Return the same of a text in Turtle, where those in IRIs and comments are none either.

    >>> is_deep_turtle("<a:(> <a:b> [ <a:c> ('[') ] . # ("), is_deep_turtle("<a:a> <a:b> " + "(" * 5000)
    (False, True)
    """
    return _is_deep(_TURTLE.sub("", text))


def _is_deep(text: str) -> bool:
    brackets = _SIGNS.sub("", text).translate(_SAME)
    # Each round takes the innermost ones away: by itself, it is as quick as a search.
    for _ in range(DEEPEST):
        brackets = brackets.replace("{}", "")
    return "{}" in brackets or brackets.count("{") > DEEPEST
