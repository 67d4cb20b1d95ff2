"""How values are spelled: the lexical forms that a cell may have.

Sources: XML Schema 1.1 Part 2 (lexical mappings), RFC 3987 (IRIs), RFC 5646 (language tags), the general categories
of Unicode. Digits are ASCII digits: a digit class of the regular expressions would let in those of every script.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import is_normalized
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable

XSD = "http://www.w3.org/2001/XMLSchema#"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
LANGUAGE = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)
UNSEEN = (
    "\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f"
    "\u3000\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U00013430-\U00013438"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
"""What leaves no mark on paper, as the inside of a character class; the common blank is left out.

The categories Cc, Cf, Cs, Zl, Zp and Zs but for the format characters that are drawn (such as U+0600),
noncharacters of the first plane, and the fillers that are letters by their category.
"""

CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
"""What a terminal acts upon, as the inside of a character class; line feeds and tabs are left out.

The controls of ISO 6429 and those of the bidirectional algorithm (UAX 9), line separators, and surrogates, which cannot
be written at all. Joiners are no controls: Persian and Hindi are written with them.
"""

# What Python takes for printable.
_FILLERS = "\u034f\u115f\u1160\u3164\uffa0"
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
EDGES = re.compile(rf"\A[ {UNSEEN}]|[ {UNSEEN}]\Z")
_BLANK = re.compile(rf"[ {UNSEEN}]*")
_UNSEEN = re.compile(f"[{UNSEEN}]")

# Bytes of UTF-8 that were read as Windows-1252 or Latin-1, and what replaces bytes that nothing could be made of.
_TAIL = (
    "\x80-\xbf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019"
    "\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
)
_TRACES = re.compile(f"\ufffd|(?:[\xc2\xc3][{_TAIL}])+|\xe2\u20ac[{_TAIL}]?|(?:[\xce\xcf\xd0\xd1][{_TAIL}]){{2,}}")
# Every trace holds one of them; a single character is found ten times as fast as two.
_SIGNS = "\ufffd\xc3\xc2\xd0\xd1\xce\xcf"

_CONTROLS = re.compile(f"[{CONTROLS}]")

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DATETIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"(Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_POINT = re.compile(r"POINT\((-?[0-9]{1,3}(?:\.[0-9]+)?) (-?[0-9]{1,2}(?:\.[0-9]+)?)\)")

SCHEMES = frozenset({"http", "https", "urn", "ftp", "doi", "tag", "info"})
"""What an IRI may begin with. No prefix of the context may have such a name: JSON-LD would expand the IRI by it."""

_HOSTED = frozenset({"http", "https", "ftp"})
_IRI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>.*)", re.DOTALL)
_IRI_BAD = re.compile(
    r"[^!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~\xa1-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    r"\U00010000-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd]|%(?![0-9A-Fa-f]{2})"
)
_RESPELLED = re.compile(r"[\[\]|^`{}\\<>\"]")
_AUTHORITY = re.compile(r"//(?:[^/?#@]*@)?(?P<host>[^/?#@:]+)(?::(?P<port>[0-9]*))?(?=[/?#]|$)")


def is_day(text: str) -> bool:
    """Return whether `text` is a day of the calendar, written YYYY-MM-DD."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_month(text: str) -> bool:
    """Return whether `text` is a month, written YYYY-MM."""
    match = _MONTH.fullmatch(text)
    return match is not None and "01" <= match[2] <= "12" and match[1] != "0000"


def is_year(text: str) -> bool:
    """Return whether `text` is a year, written YYYY."""
    return bool(_YEAR.fullmatch(text)) and text != "0000"


@lru_cache(maxsize=16_384)
def date_fault(text: str) -> str:
    """Return the rule that a date cell breaks, or "": YYYY-MM-DD, YYYY-MM and YYYY are dates."""
    if is_day(text) or is_month(text) or is_year(text):
        return ""
    return "LP-CELL-DAY" if _DAY.fullmatch(text) or _MONTH.fullmatch(text) else "LP-CELL-DATE"


def is_printable(text: str) -> bool:
    """Return whether each character of a text leaves its mark, blanks aside."""
    return text.isprintable() and not any(filler in text for filler in _FILLERS)


def is_blank(text: str) -> bool:
    """Return whether nothing of a text can be seen."""
    return text.isspace() or not text or _BLANK.fullmatch(text) is not None


def is_composed(text: str) -> bool:
    """Return whether letters and accents are one character where there is one (Unicode normalization form C)."""
    try:
        # Quick where it succeeds: no letter of Latin-1 has parts.
        text.encode("latin-1")
    except UnicodeEncodeError:
        return is_normalized("NFC", text)
    return True


def trace_of_recoding(text: str) -> str:
    """Return what in a text a wrong conversion has left, such as "\u00c3\u00a9" for "\u00e9", or ""."""
    if not any(sign in text for sign in _SIGNS) and not ("\u20ac" in text and "\xe2\u20ac" in text):
        return ""
    match = _TRACES.search(text)
    return match[0] if match else ""


def recoded(trace: str) -> str:
    """Return the text that a trace of a wrong conversion was made of, or "" when that is lost."""
    try:
        return trace.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""


DATES = {10: XSD + "date", 7: XSD + "gYearMonth", 4: XSD + "gYear"}
"""Length of a well spelled date cell -> its datatype."""


def date_type(text: str) -> str:
    """Return the datatype of a well spelled date cell: xsd:date, xsd:gYearMonth or xsd:gYear."""
    return DATES[len(text)]


def envelope(stated: str) -> tuple[str, str]:
    """Return the first and the last day a stated date can mean, both included.

    `stated` is well spelled: "2017-11" is 1 to 30 November 2017, "2019" the whole year.
    Source: XSD 1.1 Part 2, date, gYearMonth and gYear (lexical mapping).
    """
    if len(stated) == len("YYYY"):
        return f"{stated}-01-01", f"{stated}-12-31"
    if len(stated) == len("YYYY-MM"):
        return f"{stated}-01", f"{stated}-{monthrange(int(stated[:4]), int(stated[5:]))[1]:02}"
    return stated, stated


def iri_fault(text: str) -> str:
    """Return what keeps `text` from being an IRI that is published: "scheme", "character", "fragment", "host" or "".

    What passes is accepted by every RDF parser we know; schemes are those that lead to a page or a name.
    Sources: RFC 3987, sections 2.2 and 4.1.
    """
    match = _IRI.fullmatch(text)
    if not match or match["scheme"] not in SCHEMES or not match["rest"]:
        return "scheme"
    if _IRI_BAD.search(text) or _UNSEEN.search(text):
        return "character"
    if text.count("#") > 1:
        return "fragment"
    hosted = match["scheme"] in _HOSTED or match["rest"].startswith("//")
    return "" if not hosted or _has_host(match["rest"]) else "host"


def base_fault(iri: str) -> str:
    """Return what keeps ids from being appended to an IRI by every program that resolves them against it, or "".

    "iri" is none; "end" does not end in "/", or has a query or a fragment; "dots" has a segment "." or ".."; "scheme"
    is one against which rdflib 7.6 resolves nothing (doi, tag, info); "slashes" has an empty segment, which it drops.
    Source: RFC 3986, section 5.2.
    """
    if iri_fault(iri):
        return "iri"
    if not iri.endswith("/") or "?" in iri or "#" in iri:
        return "end"
    if "/./" in iri or "/../" in iri:
        return "dots"
    scheme, _, rest = iri.partition(":")
    if scheme not in {*_HOSTED, "urn"}:
        return "scheme"
    return "slashes" if "//" in rest.removeprefix("//") else ""


def respelled(text: str) -> tuple[str, str, str]:
    """Return what in an address is spelled wrong, how it is spelled, and the whole address spelled right; or all "".

    A scheme is written in small letters, and what may not stand in an address by its bytes: "[" is "%5B". A blank is
    left alone: it may as well stand between two addresses.
    Source: RFC 3986, sections 2.1 and 3.1.
    """
    scheme, mark, rest = text.partition(":")
    small = scheme.lower() + mark + rest
    right = _RESPELLED.sub(lambda match: quote(match[0]), small)
    if right == text or iri_fault(right):
        return "", "", ""
    if small != text:
        return scheme, scheme.lower(), right
    wrong = next(iter(_RESPELLED.findall(text)))
    return wrong, quote(wrong), right


def _has_host(rest: str) -> bool:
    authority = _AUTHORITY.match(rest)
    return authority is not None and authority["port"] != ""


def _datetime_fault(text: str) -> str:
    match = _DATETIME.fullmatch(text)
    return "" if match and is_day(match[1]) else "LP-CELL-DATETIME"


def _point_fault(text: str) -> str:
    match = _POINT.fullmatch(text)
    return "" if match and abs(float(match[1])) <= 180 and abs(float(match[2])) <= 90 else "LP-CELL-WKT"  # noqa: PLR2004 - degrees


SPELLINGS: dict[str, Callable[[str], str]] = {
    XSD + "date": date_fault,
    XSD + "decimal": lambda text: "" if _DECIMAL.fullmatch(text) else "LP-CELL-DECIMAL",
    XSD + "integer": lambda text: "" if _INTEGER.fullmatch(text) else "LP-CELL-INTEGER",
    XSD + "boolean": lambda text: "" if text in {"true", "false", "1", "0"} else "LP-CELL-BOOLEAN",
    XSD + "dateTime": _datetime_fault,
    XSD + "hexBinary": lambda text: "" if _HEX.fullmatch(text) else "LP-CELL-HEX",
    XSD + "anyURI": lambda text: "LP-CELL-IRI" if iri_fault(text) else "",
    XSD + "string": lambda _: "",
    WKT: _point_fault,
}
"""Datatype IRI -> the rule that a cell of this type breaks, or ""."""


def printable(text: str) -> str:
    r"""Spell out what a terminal would act upon; all else, and line ends, stay.

    >>> print(printable("a\x1b[2Jb"))
    a\u001B[2Jb
    """
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04X}", text)
