"""RDF terms in one spelling, whichever library wrote them."""

from __future__ import annotations

import re

_STRING = "^^<http://www.w3.org/2001/XMLSchema#string>"
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_NAMED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def literal(text: str, language: str = "", datatype: str = "") -> str:
    """Spell a literal as canonical N-Triples does; a language tag in small letters, as its case says nothing."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    end = f"@{language.lower()}" if language else f"^^<{datatype}>" if datatype else ""
    return f'"{escaped}"' + ("" if end == _STRING else end)


def canonical(term: str) -> str:
    r"""Spell a term of N-Triples anew: nothing escaped that need not be.

    >>> print(canonical(r'"b\u00e9"@en-GB'))
    "bé"@en-gb
    """
    if not term.startswith('"'):
        return term
    text, _, end = term[1:].rpartition('"')
    plain = _ESCAPE.sub(_unescaped, text)
    return literal(plain, end[1:] if end.startswith("@") else "", end[3:-1] if end.startswith("^^") else "")


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _NAMED.get(match[3], match[3])
