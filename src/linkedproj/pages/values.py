"""Values as people of a language write them: dates, numbers, points. Source of the forms: CLDR, by Babel."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

from linkedproj.model.lexical import XSD

if TYPE_CHECKING:
    import pyoxigraph as ox

_NUMBERS = frozenset(XSD + name for name in ("decimal", "integer", "nonNegativeInteger", "positiveInteger", "double"))
_POINT = re.compile(r"\s*(?:<[^>]*>\s*)?POINT\s*\(\s*(-?[0-9.]+)\s+(-?[0-9.]+)\s*\)\s*", re.IGNORECASE)
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DATES = frozenset(XSD + name for name in ("date", "gYearMonth", "gYear"))


@lru_cache(maxsize=64)
def locale_of(tag: str) -> Locale:
    """Return the customs of a language; those of English where they are not known."""
    # Where nothing else is said, English is that of Europe.
    for name in ("en-GB" if tag == "en" else tag, tag.partition("-")[0]):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def written(value: ox.Literal, language: str) -> str:
    """Write a literal that is no text in a language: numbers and dates as is customary, others as they stand."""
    datatype, text = value.datatype.value, value.value
    if datatype in _NUMBERS:
        return number(text, language)
    if datatype in _DATES:
        return date(text, language)
    point = point_of(value)
    if point:
        return f"{number(f'{point[1]:.4f}', language)}, {number(f'{point[0]:.4f}', language)}"
    return text


@lru_cache(maxsize=1 << 14)
def number(text: str, language: str) -> str:
    """Write a number as is customary; what is none stays as it is.

    >>> number("2011270.00", "en"), number("0.5", "ca")
    ('2,011,270', '0,5')
    """
    try:
        return str(format_decimal(Decimal(text), locale=locale_of(language), decimal_quantization=False))
    except (InvalidOperation, ValueError):
        return text


def percent(share: float, language: str) -> str:
    """Write a share as is customary.

    >>> percent(0.876, "en")
    '88%'
    """
    return str(format_percent(share, locale=locale_of(language)))


@lru_cache(maxsize=1 << 14)
def date(text: str, language: str) -> str:
    """Write a day, month or year as is customary; what is none stays as it is.

    >>> date("2018-02-01", "en"), date("2020-10", "es"), date("2020", "en")
    ('1 February 2018', 'octubre de 2020', '2020')
    """
    match = _DAY.fullmatch(text)
    if not match or not match[2]:
        return text
    try:
        day = dt.date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return text
    where = locale_of(language)
    if match[3]:
        return str(format_date(day, "long", where))
    return str(format_skeleton("yMMMM", dt.datetime(day.year, day.month, 1, tzinfo=dt.UTC), locale=where))


def point_of(value: ox.Literal) -> tuple[float, float] | None:
    """Return longitude and latitude of a point in degrees, or nothing for another value."""
    return point_of_text(value.value) if value.datatype.value.endswith("wktLiteral") else None


def point_of_text(text: str) -> tuple[float, float] | None:
    """Return longitude and latitude of a point that is written as WKT, or nothing for another text."""
    match = _POINT.fullmatch(text)
    return (float(match[1]), float(match[2])) if match else None
