"""Binding: whatever an argument holds, the query around it stays the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkedproj.queries.ask import local, reference
from linkedproj.queries.saved.bind import ArgumentsError, bind, literal_term
from linkedproj.queries.saved.collection import SavedQuery, read_query
from linkedproj.queries.saved.tokens import declared_prefixes, tokens

if TYPE_CHECKING:
    from pathlib import Path

HEADER = """\
#+ summary: S
#+ description: D
#+ tags: [t]
#+ defaults:
{defaults}
#+ linkedproj:
#+   title: {{ca: T, es: T}}
#+   description: {{ca: D, es: D}}
#+   params:
{params}
"""
LABEL = "{label: {en: L, ca: L, es: L}, of: city}"
BASES = {"city": "https://data.example.org/id/city/"}
EMPTY = local.load([])
EMPTY_GRAPH = reference.graph_of(EMPTY)


def _query(folder: Path, body: str, **defaults: str) -> SavedQuery:
    header = HEADER.format(
        defaults="\n".join(f'#+   - {name}: "{value}"' for name, value in defaults.items()),
        params="\n".join(f"#+     {name}: {LABEL}" for name in defaults),
    )
    path = folder / "q.rq"
    path.write_text(header + body, "utf-8", newline="")
    return read_query(path)


HOSTILE = [
    'x" . ?p ?any ?thing } #', "x> ?p ?o . } #", "} {", "a\nb", "a\rb", "a\x00b", "a\u2028b", '"""', "'''",
    "a\\", "a\\\\",
    "\\u0022 . ?p ?o } #", "\\U00000022 } #", "\\\\u0022", "\\u005C", "\\u005Cu0022", "\\u00220022",
    'en" ; <http://a> "', '"^^<http://www.w3.org/2001/XMLSchema#integer>', "?_text", "?_other_iri", "$_text", "#",
    "a\tb", "%41", "\ufeff", "😀", "e\u0301", "\u0661", "", " ",
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_a_text_stays_a_text_on_both_engines(value: str, tmp_path: Path) -> None:
    query = _query(tmp_path, "SELECT ?x WHERE { BIND(?_text AS ?x) }", text="d")
    sparql = bind(query, {"text": value})
    for table in (local.run(EMPTY, sparql), reference.run_reference(EMPTY_GRAPH, sparql)):
        assert [getattr(row[0], "value", None) for row in table.rows] == [value]


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.one_of(st.sampled_from("\\uU0\"'\n\r\t#<>?_"), st.characters(exclude_categories=["Cs"]))))
def test_any_text_stays_that_text(value: str) -> None:
    sparql = f"SELECT ?x WHERE {{ BIND({literal_term(value)} AS ?x) }}"
    for table in (local.run(EMPTY, sparql), reference.run_reference(EMPTY_GRAPH, sparql)):
        assert [getattr(row[0], "value", None) for row in table.rows] == [value]


def test_a_megabyte_is_no_problem(tmp_path: Path) -> None:
    query = _query(tmp_path, "SELECT ?x WHERE { BIND(?_text AS ?x) }", text="d")
    value = '"' * 1_000_000
    assert [getattr(row[0], "value", None) for row in local.run(EMPTY, bind(query, {"text": value})).rows] == [value]


SUFFIXES = {
    "?_v_iri": ("http://a/b", "<http://a/b>"),
    "?_v_integer": ("-7", '"-7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    "?_v_number": ("7.50", '"7.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
    "?_v_xsd_date": ("2018-02-28", '"2018-02-28"^^<http://www.w3.org/2001/XMLSchema#date>'),
    "?_v_xsd_gYearMonth": ("2017-11", '"2017-11"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>'),
    "?_v_ca": ("Llengua", '"Llengua"@ca'),
    "?_v_literal": ("x", '"x"'),
    "$_v": ("x", '"x"'),
}


@pytest.mark.parametrize("variable", SUFFIXES)
def test_the_suffix_says_what_term_it_becomes(variable: str, tmp_path: Path) -> None:
    value, term = SUFFIXES[variable]
    body = f"PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\nSELECT ?x WHERE {{ BIND({variable} AS ?x) }}"
    assert f"BIND({term} AS ?x)" in bind(_query(tmp_path, body, v="d"), {"v": value})


IRI = "holds a character that no IRI has. Percent-encode it."
RELATIVE = "is no absolute IRI. Write it in full, like https://data.example.org/id/city/kigali."
DATE = "is no date. Write a day of the calendar as YYYY-MM-DD."
REFUSED = [
    ("?_v_iri", "http://a/b> ?p ?o . } #", IRI),
    ("?_v_iri", "http://a b", IRI),
    ("?_v_iri", "http://a/\\u003e", IRI),
    ("?_v_iri", "http://a/%3", IRI),
    ("?_v_iri", "http://a/\x00", IRI),
    ("?_v_iri", "city/barcelona", RELATIVE),
    ("?_v_iri", "", RELATIVE),
    ("?_v_iri", "javascript\\:x", RELATIVE),
    ("?_v_xsd_date", "2018-13-01", DATE),
    ("?_v_xsd_date", "2018-02-30", DATE),
    ("?_v_xsd_date", "99999-01-01", DATE),
    ("?_v_xsd_date", '2018" ) } #', DATE),
    ("?_v_integer", "0x10", "is no integer. Write digits only."),
    ("?_v_integer", "\u0661", "is no integer. Write digits only."),
    ("?_v_integer", "7.5", "is no integer. Write digits only."),
    ("?_v_number", "1e999", "is no decimal. Write it like 7.5."),
    ("?_v_number", "NaN", "is no decimal. Write it like 7.5."),
    ("?_v_number", '1"^^<http://a>', "is no decimal. Write it like 7.5."),
    ("?_v", "\ud800", "holds a code point that is no character."),
    ("?_v_foo_bar", "x", "has no type we know: 'foo_bar'. The query must declare the prefix 'foo:'."),
]


@pytest.mark.parametrize(("variable", "value", "message"), REFUSED, ids=ascii)
def test_what_does_not_fit_is_refused(variable: str, value: str, message: str, tmp_path: Path) -> None:
    body = f"PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\nSELECT ?x WHERE {{ BIND({variable} AS ?x) }}"
    query = _query(tmp_path, body, v="d")
    with pytest.raises(ArgumentsError) as refused:
        bind(query, {"v": value})
    assert str(refused.value) == f"q: v {value!r} {message}"


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    body = "SELECT ?x WHERE { ?x ?_a_iri ?_b_integer }"
    query = _query(tmp_path, body, a="http://a/", b="1")
    with pytest.raises(ArgumentsError) as refused:
        bind(query, {"c": "1", "b": "x", "a": "y z"})
    assert [fault.parameter for fault in refused.value.faults] == ["c", "a", "b"]
    assert str(refused.value) == (
        "q: there is no parameter 'c'. There are: a, b.\n"
        f"q: a 'y z' {RELATIVE}\n"
        "q: b 'x' is no integer. Write digits only."
    )


def test_an_id_stands_for_the_iri_of_its_record(tmp_path: Path) -> None:
    query = _query(tmp_path, "SELECT ?x WHERE { ?x ?y ?_town_iri }", town="http://a/")
    assert "<https://data.example.org/id/city/kigali>" in bind(query, {"town": "kigali"}, BASES)
    assert "<http://b/>" in bind(query, {"town": "http://b/"}, BASES)
    with pytest.raises(ArgumentsError):
        bind(query, {"town": "../x"}, BASES)


UNTOUCHED = r"""
# ?_v in a comment, 'quoted'
SELECT ?x WHERE {
  ?x <http://a/#?_v> "?_v \" ?_v" , '?_v' , '''a ' ?_v
  ''' , \"""?_v " "\""" ; <http://b/> 5 .
  FILTER(?x <?y && ?x>?_v) FILTER(?x < 3 || ?_vé > 2)  # ?_v
}
""".replace('\\"""', '"""')


def test_strings_iris_and_comments_are_not_touched(tmp_path: Path) -> None:
    query = _query(tmp_path, UNTOUCHED, v="d")
    assert bind(query, {"v": "new"}) == query.body.replace("?x>?_v)", '?x>"new")')


def test_a_parameter_that_may_be_left_out_stays_a_variable(tmp_path: Path) -> None:
    path = tmp_path / "q.rq"
    header = HEADER.format(defaults="#+   []", params=f"#+     v: {LABEL}")
    path.write_text(header + "SELECT ?x WHERE { ?x ?y ?__v_iri }", "utf-8")
    query = read_query(path)
    assert bind(query, {}) == "SELECT ?x WHERE { ?x ?y ?__v_iri }"
    assert bind(query, {"v": "http://a/"}) == "SELECT ?x WHERE { ?x ?y <http://a/> }"


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(token.text for token in tokens(text)) == text


def test_knows_the_kinds_of_tokens() -> None:
    text = "?a<http://b#c>'d#e'@ca#f\nex:g\\#h\r<"
    kinds = ["variable", "iri", "string", "tag", "comment", "space", "name", "space", "other"]
    assert [token.kind for token in tokens(text)] == kinds


def test_finds_the_declared_prefixes() -> None:
    text = "# PREFIX a: <http://no/>\nPREFIX a: <http://a/> prefix b: # x\n <http://b#> SELECT 'PREFIX c: <http://no/>'"
    assert declared_prefixes(text) == {"a": "http://a/", "b": "http://b#"}
