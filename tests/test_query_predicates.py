"""Which predicates a query reads: asked of nothing else, saved queries answer the same; the traps of the grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from linkedproj.queries.ask.local import evaluate, load
from linkedproj.queries.results.table import Table
from linkedproj.queries.saved.predicates import read_predicates

if TYPE_CHECKING:
    from collections.abc import Collection

E = "http://e/"
BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
P, Q, R, TYPE = E + "p", E + "q", E + "r", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
DATA = """
@prefix : <http://e/> .
:a a :T ; :p :b, 1 ; :q "x"@en ; :other :lone .
:b a :T ; :p :c ; :q "y"^^:d, true ; :r :a .
:c :r :lone ; :hidden :a .
"""

NAMED = {
    "a; a list of objects; a literal of each kind": (
        'SELECT * { ?s a :T ; :p ?o , :c ; :q "x"@en, "y"^^:d, 1, -2, true . }',
        {TYPE, E + "T", P, E + "c", Q, E + "d"},
    ),
    "a path": ("SELECT * { ?s (:p/^:q)|:r+ ?o }", {P, Q, R}),
    "IRIs in full, in any case, and a comment that is none of it": (
        "select * where { ?s <http://e/p> ?o # ?x ?y ?z\n }",
        {P},
    ),
    "no step from what is known": ("SELECT * { :a :p* ?o }", {E + "a", P}),
    "no step from what another pattern binds": ("SELECT * { ?s a :T . ?s :p* ?o }", {TYPE, E + "T", P}),
    "a step that must be taken before one that need not": ("SELECT * { ?s :q/:p* ?o }", {Q, P}),
    "no step, bound around it": ("SELECT * { ?s :q ?l OPTIONAL { ?s :p* ?o } }", {Q, P}),
    "no step in one of two, bound behind both": ("SELECT * { { ?s :p? ?o } UNION { ?s :r ?o } ?s :q ?l }", {P, Q, R}),
    "predicates that VALUES name": ("SELECT * { VALUES ?k { :p :q } ?s ?k ?o }", {P, Q}),
    "rows of VALUES": ("SELECT * { VALUES (?k ?n) { (:p 1) (:q 2) } ?s ?k ?n }", {P, Q}),
    "variables that stand side by side elsewhere": (
        "SELECT ?s ?o (COUNT(?n) AS ?m) { ?s :p ?o BIND(1 AS ?n) } GROUP BY ?s ?o HAVING(COUNT(?n) > 0) ORDER BY ?s ?o",
        {P},
    ),
    "a function that an IRI names": (
        "SELECT * { ?s :p ?o FILTER <http://www.w3.org/2001/XMLSchema#boolean>(?o) }",
        {P, BOOLEAN},
    ),
    "EXISTS in an expression": ("SELECT * { ?s :p ?o FILTER(!EXISTS { ?o :q ?n } && ?s != ?o) }", {P, Q}),
    "blank nodes with properties": ("SELECT * { [ :p ?o ; :q [] ] :r ?n }", {P, Q, R}),
    "a template": ("CONSTRUCT { ?s :r ?o } WHERE { ?s :p ?o }", {P, R}),
    "ASK": ("ASK { ?s :p true }", {P}),
    "a query in a query": ("SELECT * { { SELECT ?s { ?s :p ?o } ORDER BY ?o LIMIT 2 } ?s :q ?l }", {P, Q}),
    "what is taken away": ("SELECT * { ?s :p ?o MINUS { ?s :q ?l } }", {P, Q}),
    "VALUES at the end": ("SELECT * { ?s :p ?o } VALUES ?o { :b }", {P, E + "b"}),
}
ANY = {
    "a variable": "SELECT * { ?s ?k ?o }",
    "a variable behind another predicate": "SELECT * { ?s :p ?o ; ?k ?v }",
    "a variable in blank brackets": "SELECT * { [ ?k ?v ] }",
    "a variable in EXISTS in an expression": "SELECT * { ?s :p ?o FILTER(EXISTS { ?o ?k ?v }) }",
    "a variable in EXISTS in what is selected": "SELECT (EXISTS { ?s ?k ?o } AS ?x) { }",
    "a variable in HAVING": "SELECT ?s { ?s :p ?o } GROUP BY ?s HAVING(EXISTS { ?s ?k ?v })",
    "a variable in a query in a query": "SELECT * { VALUES ?k { :p } { SELECT ?s { ?s ?k ?o } } }",
    "VALUES of which one row names nothing": "SELECT * { VALUES ?k { :p UNDEF } ?s ?k ?o }",
    "VALUES behind what may be missing": "SELECT * { OPTIONAL { ?s ?k ?o } VALUES ?k { :none } }",
    "a variable that an expression names": "SELECT * { BIND(:p AS ?k) ?s ?k ?o }",
    "a negated set": "SELECT * { ?s !:p ?o }",
    "a negated set in brackets": "SELECT * { ?s (!(:p|^:q))/:r ?o }",
    "no step with free ends": "SELECT * { ?s :p* ?o }",
    "no step or one with free ends": "SELECT * { ?s :p? ?o }",
    "no step in one of two ways": "SELECT * { ?s (:p/:q)|(:r*) ?o }",
    "no step, twice": "SELECT * { ?s (:p*)+ ?o }",
    "no step in all of a sequence": "SELECT * { ?s :p*/:q* ?o }",
    "free ends that only paths without steps share": "SELECT * { ?s :p* ?o . ?s :q* ?n }",
    "bound only in the other of two": "SELECT * { { ?s :p* ?o } UNION { ?s :q ?o } }",
    "bound only outside of a query in a query": "SELECT * { ?s :q ?l { SELECT ?o { ?s :p* ?o } } }",
    "bound only behind what may be missing": "SELECT * { OPTIONAL { ?s :p* ?o } ?s :q ?l }",
    "ends that VALUES names": "SELECT * { VALUES ?s { :lone } ?s :p* ?o }",
    "another graph": "SELECT * { GRAPH ?g { ?s :p ?o } }",
    "DESCRIBE": "DESCRIBE :a",
    "an IRI that is relative": "BASE <http://e/> SELECT * { ?s <p> ?o }",
    "an escape before all else": "SELECT * { ?s <http://e/\\u0070> ?o }",
}


@pytest.fixture(scope="module")
def store() -> ox.Store:
    made = ox.Store()
    made.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    return made


def parts(store: ox.Store, predicates: Collection[str]) -> ox.Store:
    """Take the statements with these predicates alone."""
    made = ox.Store()
    for predicate in predicates:
        made.extend(store.quads_for_pattern(None, ox.NamedNode(predicate), None, None))
    return made


def answer(store: ox.Store, sparql: str) -> object:
    """Ask a query; rows are in no order where it names none."""
    found = evaluate(store, sparql)
    return found if not isinstance(found, Table) or sparql.rstrip().rpartition("}")[2] else found.multiset()


@pytest.mark.parametrize("name", NAMED)
def test_the_predicates_that_are_named(name: str, store: ox.Store) -> None:
    query, expected = NAMED[name]
    sparql = "PREFIX : <http://e/> " + query
    found = read_predicates(sparql)
    assert found is not None
    assert found - {E} == expected
    assert answer(parts(store, found), sparql) == answer(store, sparql)


@pytest.mark.parametrize("name", ANY)
def test_what_no_predicate_tells_of_reads_all(name: str) -> None:
    sparql = "PREFIX : <http://e/> " + ANY[name]
    ox.Store().query(sparql)
    assert read_predicates(sparql) is None


def test_the_traps_are_no_caution_only(store: ox.Store) -> None:
    # Each of these answers something else where the statements that it does not name are not there.
    for name in (
        "no step with free ends",
        "bound only in the other of two",
        "free ends that only paths without steps share",
    ):
        sparql = "PREFIX : <http://e/> " + ANY[name]
        assert answer(parts(store, {P, Q, R}), sparql) != answer(store, sparql), name


@pytest.mark.parametrize("published", ["release", "whole_release"])
def test_every_saved_query_answers_the_same_from_what_it_names(published: str, request: pytest.FixtureRequest) -> None:
    dumps = request.getfixturevalue(published)
    whole = load([dumps / name for name in ("portfolio.nt", "evidence.ttl", "vocabulary.ttl")])
    texts = {path.name: path.read_text("utf-8") for path in (dumps.parents[1] / "query").glob("*.rq")}
    asked = {name: text for name, text in texts.items() if not name.endswith(".template.rq")}
    named = {name: found for name, text in asked.items() if (found := read_predicates(text)) is not None}
    for name, predicates in named.items():
        part = parts(whole, predicates)
        assert answer(part, asked[name]) == answer(whole, asked[name]), name
        assert len(part) < len(whole) * 0.9, name
    assert len(named) > len(asked) * 0.9
