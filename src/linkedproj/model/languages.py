"""Language tags, and the languages that the program itself speaks, in a place that loads nothing.

Source: RFC 5646, section 2.1.1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LANGUAGES = ("en", "ca", "es")
"""The languages of messages. The first one is written where a text has no other."""

_SCRIPT, _REGION = 4, 2


def canonical_tag(tag: str) -> str:
    """Write a language tag in the case that is recommended for it.

    >>> canonical_tag("SR-LATN-rs"), canonical_tag("en-gb-x-AB")
    ('sr-Latn-RS', 'en-GB-x-ab')
    """
    first, *others = tag.lower().split("-")
    parts, is_plain = [first], len(first) > 1
    for part in others:
        is_plain = is_plain and len(part) > 1
        if is_plain and len(part) == _SCRIPT and part.isalpha():
            parts.append(part.title())
        else:
            parts.append(part.upper() if is_plain and len(part) == _REGION else part)
    return "-".join(parts)


def canonical_column(name: str) -> str:
    """Write the language tag in the name of a column ("title@en-gb") in the recommended case; own ones stay."""
    path, at, tag = name.partition("@")
    return f"{path}@{canonical_tag(tag)}" if at and name[:1] != "_" else name


@lru_cache(maxsize=256)
def primary(tag: str) -> str:
    """Return the language of a tag, without script and region: "sr" for "sr-Latn"."""
    return tag.partition("-")[0].lower()


def is_in_range(tag: str, wanted: str) -> bool:
    """Check whether a tag is wanted where another one is: "en-GB" is English, "en" is not British English.

    Source: RFC 4647, section 3.3.1 (basic filtering), by which SPARQL and SHACL compare language tags.
    """
    return f"{tag.lower()}-".startswith(f"{wanted.lower()}-")


def stands_for(column: str, wanted: str) -> bool:
    """Check whether what stands in a column ("title@en-GB") will do where another one is required ("title@en")."""
    (path, at, tag), (wanted_path, wanted_at, wanted_tag) = column.partition("@"), wanted.partition("@")
    return path == wanted_path and at == wanted_at and is_in_range(tag, wanted_tag)


def spoken(languages: Iterable[str]) -> tuple[str, ...]:
    """Return the languages of a portfolio that the program speaks, in their order; English if it speaks none.

    >>> spoken(["fi", "ca-ES", "en"]), spoken(["fi"])
    (('ca', 'en'), ('en',))
    """
    return tuple(dict.fromkeys(tag for tag in map(primary, languages) if tag in LANGUAGES)) or LANGUAGES[:1]
