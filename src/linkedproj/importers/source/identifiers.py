"""Ids of records from texts of a source: readable where that is possible, and the same each time."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from typing import TYPE_CHECKING

from linkedproj.tables.cells import RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable

_SLUG, _LONGEST, _DIGEST = re.compile(r"[^a-z0-9]+"), 60, 4
_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "œ": "oe", "\u0131": "i"}
)


def slug(text: str) -> str:
    """Write a text as an id: letters, digits and hyphens; "" where most of its letters cannot be written so.

    >>> slug("Pla d'Acció (2ª fase)"), slug("ΗΡΩΝ")
    ('pla-d-accio-2a-fase', '')
    """
    plain = text.lower()
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN)).encode("ascii", "ignore").decode()
    found = _SLUG.sub("-", plain).strip("-")
    if not text.isascii() and 2 * sum(map(str.isalnum, found)) < sum(map(str.isalnum, text)):
        return ""
    if len(found) > _LONGEST:
        found = found[: _LONGEST + 1].rpartition("-")[0] or found[:_LONGEST]
    return found.strip("-")


def digest(text: str) -> str:
    """Return eight letters and digits that stand for a text."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).hexdigest()


def free_id(table: str, text: str, key: str, claim: Callable[[str], bool]) -> str:
    """Make an id from a text and take it by `claim`; where it is taken, or says nothing, with a digest of the key."""
    plain = slug(text)
    if plain and plain not in RESERVED and claim(plain):
        return plain
    number, found = 0, ""
    while not found or not claim(found):
        found = f"{plain or table}-{digest(key + '+' * number)}"
        number += 1
    return found
