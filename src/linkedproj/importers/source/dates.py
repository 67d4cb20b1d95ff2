"""Days of a source: the patterns by which an importer says how dates are written, and the day when it was read."""

from __future__ import annotations

import re

from linkedproj.model.errors import SetupError
from linkedproj.model.lexical import is_day

_PART = re.compile(r"y+|M+|d+|H+|m+|s+|'[^']*'|.", re.DOTALL)
_DIGITS = {"yyyy": ("y", "([0-9]{4})"), "MM": ("M", "([0-9]{2})"), "M": ("M", "([0-9]{1,2})"),
           "dd": ("d", "([0-9]{2})"), "d": ("d", "([0-9]{1,2})")}  # fmt: skip
_CLOCK = frozenset("Hms")


def date_pattern(text: str) -> tuple[re.Pattern[str], str]:
    """Compile a pattern of dates ("dd.MM.yyyy", Unicode TR 35) to an expression, and the order of its groups.

    A pattern without a day is one of months, without a month one of years; the time of day is passed over.

    Raises:
        ValueError: it has no year of four digits, or a day without its month.
    """
    found, order = "", ""
    for part in _PART.findall(text):
        if part in _DIGITS:
            letter, expression = _DIGITS[part]
            found, order = found + expression, order + letter
        elif part[0] in _CLOCK:
            found += f"[0-9]{{1,{max(2, len(part))}}}"
        elif part[0] in "yMd":
            raise ValueError(text)
        else:
            found += re.escape(part.strip("'") if len(part) > 1 else part)
    if order.count("y") != 1 or ("d" in order and "M" not in order) or len(set(order)) != len(order):
        raise ValueError(text)
    return re.compile(found), order


def refuse_day(text: str) -> str:
    """Return a day as it was given.

    Raises:
        SetupError: it is none.
    """
    if not is_day(text):
        raise SetupError(f"'{text}' is no day. Write it like 2026-11-30.")
    return text
