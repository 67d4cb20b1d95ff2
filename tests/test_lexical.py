"""How values are spelled: what a cell may hold, and the traps that look like values."""

from __future__ import annotations

import datetime as dt
import json

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linkedproj.model.lexical import (
    FORBIDDEN,
    ID,
    LANGUAGE,
    SCHEMES,
    SPELLINGS,
    WKT,
    XSD,
    date_fault,
    date_type,
    envelope,
    iri_fault,
)
from linkedproj.tables.cells import id_fault

RIGHT = {
    "date": ["2017-11-05", "2020-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "2017-11", "2017"],
    "decimal": ["100", "12.50", "12.", ".5", "+1", "-0.0", "799741.24", "00.10"],
    "integer": ["0", "-1", "+7", "007"],
    "boolean": ["true", "false", "1", "0"],
    "dateTime": ["2017-11-05T09:30:00Z", "2020-02-29T23:59:59.25+14:00", "2020-01-01T00:00:00-09:30"],
    "hexBinary": ["00", "aBcD09"],
    "anyURI": ["https://x.org/", "urn:isbn:123"],
    "string": ["", "any\ntext"],
    "wkt": ["POINT(2.17 41.38)", "POINT(-180 90)", "POINT(0 -0.5)"],
}
WRONG = {
    "date": {
        "LP-CELL-DAY": [
            "2020-02-30", "2019-02-29", "1900-02-29", "2017-13", "2017-00", "2017-11-00", "0000-01", "0000-01-01",
        ],
        "LP-CELL-DATE": [
            "20200102", "2020-W01-1", "2020-1-2", "05/11/2017", "2017-11-05Z", "2017-11-05T00:00:00", "17", "12017",
            "-2017", "0000", "\uff12\uff10\uff12\uff10", "٢٠٢٠", "2017 ", " 2017", "2017-11\n", "2017—11",
            "November 2017", "2017-2018",
        ],
    },
    "decimal": {
        "LP-CELL-DECIMAL": [
            "12,5 €", "12,5", "1e3", "1E3", "٣", "\uff11\uff12", "1 000", "1_000", "NaN", "INF", "", ".", "+", "--1",
            "1.2.3", "0x1",
        ],
    },
    "integer": {"LP-CELL-INTEGER": ["1.0", "1e3", "٣", "²", "", "+", "1 "]},
    "boolean": {"LP-CELL-BOOLEAN": ["True", "yes", "NO", "", "2", "true "]},
    "dateTime": {
        "LP-CELL-DATETIME": [
            "2020-02-30T09:30:00Z", "2017-11-05T09:30:00", "2017-11-05 09:30:00Z", "2017-11-05T24:00:00Z",
            "2017-11-05T09:60:00Z", "2017-11-05T09:30:60Z", "2017-11-05T09:30:00+14:30", "2017-11-05T09:30:00+15:00",
            "2017-11-05",
        ],
    },
    "hexBinary": {"LP-CELL-HEX": ["", "0", "0g", "00 00", "\uff100"]},
    "anyURI": {"LP-CELL-IRI": ["www.x.org", ""]},
    "wkt": {
        "LP-CELL-WKT": [
            "POINT(41.38, 2.17)", "POINT (2.17 41.38)", "point(2.17 41.38)", "POINT(181 0)", "POINT(0 91)", "POINT(1)",
            "2.17 41.38", "POINT(1e1 2)", "POINT(٣ ٣)",
        ],
    },
}  # fmt: skip


def spelling(name: str, text: str) -> str:
    return SPELLINGS[WKT if name == "wkt" else XSD + name](text)


def test_every_datatype_is_in_the_tables() -> None:
    names = {WKT if name == "wkt" else XSD + name for name in RIGHT}
    assert names == set(SPELLINGS)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in RIGHT.items() for text in texts])
def test_a_right_spelling_is_taken(name: str, text: str) -> None:
    assert spelling(name, text) == ""


@pytest.mark.parametrize(
    ("name", "rule", "text"),
    [(name, rule, text) for name, rules in WRONG.items() for rule, texts in rules.items() for text in texts],
)
def test_a_wrong_spelling_breaks_its_rule(name: str, rule: str, text: str) -> None:
    assert spelling(name, text) == rule


@given(st.dates())
def test_every_day_of_the_calendar_is_a_date(day: dt.date) -> None:
    assert date_fault(day.isoformat()) == ""


@given(st.text("0123456789-", max_size=11))
@example("2020-02-30")
def test_a_full_date_is_taken_exactly_when_the_calendar_has_it(text: str) -> None:
    try:
        known = dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        known = False
    if len(text) == len("YYYY-MM-DD") or known:
        assert (date_fault(text) == "") is known


# Stated -> its datatype, the first and the last day it can mean.
ENVELOPES = {
    "2017-11-05": ("date", "2017-11-05", "2017-11-05"),
    "2017-11": ("gYearMonth", "2017-11-01", "2017-11-30"),
    "2017-12": ("gYearMonth", "2017-12-01", "2017-12-31"),
    "2020-02": ("gYearMonth", "2020-02-01", "2020-02-29"),
    "2019-02": ("gYearMonth", "2019-02-01", "2019-02-28"),
    "2000-02": ("gYearMonth", "2000-02-01", "2000-02-29"),
    "1900-02": ("gYearMonth", "1900-02-01", "1900-02-28"),
    "2019": ("gYear", "2019-01-01", "2019-12-31"),
    "0001": ("gYear", "0001-01-01", "0001-12-31"),
}


@pytest.mark.parametrize("stated", ENVELOPES)
def test_a_stated_date_means_all_its_days(stated: str) -> None:
    datatype, first, last = ENVELOPES[stated]
    assert (date_type(stated), envelope(stated)) == (XSD + datatype, (first, last))


IDS = ["a", "A", "0", "dsiscale", "a.", "a~b", "a..b", "x--_", "cordis-780473", "X", "Type", "ID"]
NO_IDS = [
    "", " ", "a b", " a", "a ", "../up", ".", "..", "?q", "#h", "a:b", "a/b", "ñ", "été", "-a", "_a", "~a", "%41",
    "a\n", "a;b", "\uff41", "٣",
]  # fmt: skip


@pytest.mark.parametrize("text", IDS)
def test_an_id_is_taken(text: str) -> None:
    assert ID.fullmatch(text)
    assert id_fault(text) is None


@pytest.mark.parametrize("text", NO_IDS)
def test_what_json_ld_would_drop_or_resolve_is_no_id(text: str) -> None:
    fault = id_fault(text)
    assert fault is not None
    assert (fault.rule, fault.values) == ("LP-ID-FORM", {"value": text})


@pytest.mark.parametrize("text", ["id", "type"])
def test_an_id_that_is_a_word_of_json_ld_is_reserved(text: str) -> None:
    fault = id_fault(text)
    assert fault is not None
    assert fault.rule == "LP-ID-RESERVED"


LANGUAGES = ["en", "ca", "ast", "en-gb", "EN-GB", "zh-Hant", "sr-Latn-RS", "es-419", "ca-valencia", "de-x-alt"]
NO_LANGUAGES = ["", "e", "en_gb", "english", "en-", "en-12", "en-a", "x-klingon", "en gb", "c\u0430"]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_language_tag_is_one_for_parsers_too(tag: str) -> None:
    assert LANGUAGE.fullmatch(tag)
    assert ox.Literal("a", language=tag).language == tag.lower()


@pytest.mark.parametrize("tag", NO_LANGUAGES)
def test_what_is_no_language_tag_is_refused(tag: str) -> None:
    assert not LANGUAGE.fullmatch(tag)


@given(st.from_regex(LANGUAGE, fullmatch=True))
def test_every_language_tag_that_passes_is_well_formed(tag: str) -> None:
    assert ox.Literal("a", language=tag).language == tag.lower()


IRIS = [
    "https://x.org", "https://x.org/", "http://x.org:8080/a?b=c&d#e", "https://x.org/%C3%A9",
    "https://müller.example/ñ",
    "https://user@example.org/",
    "https://x.org/a;b,c'(d)*!$", "ftp://x.org/a", "urn:isbn:0451450523", "doi:10.1000/182",
    "tag:x.org,2020:a", "info:doi/10.1000/182", "https://x.org/?a[".removesuffix("["), "https://x.org/日本語",
]  # fmt: skip
NO_IRIS = {
    "scheme": [
        "", "x", "www.x.org", "x.org/a", "//x.org/a", "/a", "#h", "?q", "dct:x", "lp:Project", "geo:41.38,2.17",
        "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "mailto:someone", "http", "http:", "urn:",
        "HTTPS://x.org/", " https://x.org/", "https ://x.org", "1a:b", "ñ:b", "_:b0",
    ],
    "character": [
        "https://x.org/%zz", "https://x.org/%4", "https://x.org/%", "https://x.org/a b", "https://x.org/ ",
        "https://x.org/\n", "https://x.org/\t", "https://x.org/<a>", 'https://x.org/"a"', "https://x.org/{a}",
        "https://x.org/a|b", "https://x.org/a^b", "https://x.org/a`b", "https://x.org/a\\b", "https://x.org/\x00",
        "https://x.org/\x7f", "https://x.org/\x85", "https://x.org/\xa0", "https://x.org/\ud800", "https://x.org/[a]",
        "https://[::1]/", "https://x.org/\ue000", "https://x.org/\ufdd0", "https://x.org/\U0001fffe",
    ],
    "fragment": ["https://x.org/a#b#c", "https://x.org/##", "urn:a#b#c"],
    "host": [
        "https:x.org", "https:/x.org", "https://", "https:///a", "https://?a", "https://#a", "http://x.org:port/",
        "http://x.org:/", "https://:80/", "https://user@/", "https://a@b@c/", "http://x.org:80:80/",
        "http://x.org:٣/",
    ],
}  # fmt: skip


@pytest.mark.parametrize("iri", IRIS)
def test_an_absolute_iri_is_taken(iri: str) -> None:
    assert iri_fault(iri) == ""


@pytest.mark.parametrize(("detail", "iri"), [(detail, iri) for detail, iris in NO_IRIS.items() for iri in iris])
def test_what_is_no_absolute_iri_is_told_by_its_fault(detail: str, iri: str) -> None:
    assert iri_fault(iri) == detail


def kept(iri: str) -> list[str]:
    """Give the objects that pyoxigraph's JSON-LD parser makes of an IRI in a record."""
    record = {"@id": "https://x.org/s", "https://x.org/p": {"@id": iri}}
    return [str(quad.object) for quad in ox.parse(input=json.dumps(record), format=ox.RdfFormat.JSON_LD)]


IRI_LIKE = st.builds(
    "{}:{}{}{}".format,
    st.sampled_from(sorted(SCHEMES)),
    st.sampled_from(
        ("", "/", "//", "//x.org", "//x.org:80", "//a@example.org", "//ñ.org", "//%41", "//x.org:99999999")
    ),
    st.sampled_from(("", "/", "/../a", "/a/./b", "?", "#")),
    st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("/?#[]@:%!$&'()*+,;=-._~aZ09"), max_size=8),
)


@settings(max_examples=3000, derandomize=True, database=None)
@given(IRI_LIKE)
@example("http://x.org/\U000e0001")
@example("http://x.org/?\ue000")
@example("http://[::::]/")
def test_every_iri_that_passes_is_kept_by_the_parsers(iri: str) -> None:
    if not iri_fault(iri):
        assert ox.NamedNode(iri).value == iri
        assert kept(iri) == [f"<{iri}>"]


@settings(max_examples=200, derandomize=True, database=None)
@given(st.from_regex(ID, fullmatch=True))
def test_every_id_that_passes_can_end_an_iri(identifier: str) -> None:
    iri = f"https://x.org/{identifier}"
    assert ox.NamedNode(iri).value == iri


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\ud800", "\ufffe", "\uffff"])
def test_characters_that_xml_cannot_hold_are_forbidden(character: str) -> None:
    assert FORBIDDEN.search(f"a{character}b")


@pytest.mark.parametrize("character", ["\t", "\n", "\xa0", "\xad", "\u2028", "\ufdd0", "\U0001f600", "\ufeff"])
def test_other_characters_are_let_be(character: str) -> None:
    assert not FORBIDDEN.search(f"a{character}b")
