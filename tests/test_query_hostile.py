"""Hostile arguments and hostile queries: refused, or inert. Nothing is read that the query as written does not read."""

from __future__ import annotations

import itertools
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from linkedproj.model.errors import QueryError
from linkedproj.queries.ask import adhoc, local
from linkedproj.queries.saved import bases
from linkedproj.queries.saved.bind import ArgumentsError, bind
from linkedproj.queries.saved.collection import open_collection, read_query
from linkedproj.queries.saved.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.queries.saved.collection import SavedQuery

QUERIES = {
    **open_collection(Path(__file__).parents[1] / "data").read(),
    # None of the shipped ones takes any text.
    "free-text": read_query(Path(__file__).parent / "fixtures/free-text.rq"),
}
BASES = bases.by_table(bases.context_of())
EMPTY = ox.Store()

HOSTILE = {
    # out of a string
    "quote-and-pattern": 'x" . ?p ?any ?thing } #',
    "apostrophe-and-pattern": "x' . ?p ?any ?thing } #",
    "quote-union": '" } UNION { ?s ?p ?o } #',
    "quote-filter": '") || true #',
    "quote-comma": '", "b',
    "three-quotes": '"""',
    "three-quotes-and-pattern": '""" . ?s ?p ?o . """',
    "three-apostrophes": "'''",
    "one-quote": '"',
    "backslash-at-the-end": "a\\",
    "two-backslashes": "a\\\\",
    "backslash-quote": '\\" . ?s ?p ?o } #',
    "two-backslashes-quote": '\\\\" . ?s ?p ?o } #',
    # escapes
    "escaped-quote": "\\u0022 . ?s ?p ?o } #",
    "long-escaped-quote": "\\U00000022 . ?s ?p ?o } #",
    "twice-escaped-quote": "\\\\u0022 . ?s ?p ?o } #",
    "escaped-backslash": "\\u005Cu0022 } #",
    "escape-of-an-escape": "\\u00220022",
    "escaped-line-feed": "a\\nb",
    "unknown-escape": "\\q",
    "half-an-escape": "\\u00",
    # out of an IRI
    "closing-bracket": "http://a/> ?p ?o . ?s ?q <http://b/",
    "closing-bracket-only": ">",
    "https-closing-bracket": "https://data.example.org/id/city/x> . ?s ?p ?o } #",
    "escaped-bracket": "http://a/\\u003e . ?s ?p ?o } #",
    "encoded-bracket": "http://a/%3E%20.%20?s",
    "bad-encoding": "http://a/%3",
    "space": "http://a/b c",
    "braces": "http://a/{b}",
    "bar-caret-tick": "http://a/|^`",
    "user-info": "http://user:password@a/",
    "international": "http://exämple.org/ñ",
    "script": "javascript:alert(1)",
    "data": "data:text/html,<script>",
    "file": "file:///etc/passwd",
    "relative": "../../city/barcelona",
    "network-path": "//a/b",
    "query-only": "?x=1",
    "fragment-only": "#x",
    "empty-iri": "<>",
    "prefixed-name": "lp:Project",
    "blank-node": "_:b",
    "urn": "urn:x:y",
    # out of the group
    "open-brace": "{",
    "close-brace": "} {",
    "service": "} SERVICE <http://127.0.0.1/> { ?s ?p ?o } {",
    "sub-select": "{ SELECT * { ?s ?p ?o } }",
    "update": "x ; DROP ALL",
    "limit": "x } LIMIT 100000",
    "comment": "# all of it",
    "semicolon": "; <http://a> <http://b>",
    # typed values
    "language-and-pattern": 'en" ; <http://a> "',
    "language-in-the-value": '"x"@en',
    "datatype-in-the-value": '1"^^<http://www.w3.org/2001/XMLSchema#integer> . #',
    "number-with-exponent": "1e999",
    "not-a-number": "NaN",
    "hexadecimal": "0x10",
    "other-digits": "\u0661\u0662",
    "number-and-pattern": "1 . ?s ?p ?o",
    "minus": "--1",
    "month-13": "2018-13-01",
    "day-30-of-february": "2018-02-30",
    "date-and-pattern": '2018-01-01" ) } #',
    "year-99999": "99999-01-01",
    "date-with-zone": "2018-01-01Z",
    # names of parameters and variables
    "own-name": "?_city_iri",
    "another-name": "?_lang",
    "dollar-name": "$_lang",
    "variable": "?project",
    "star": "*",
    # characters
    "line-feed": "a\nb } #",
    "carriage-return": "a\rb } #",
    "null": "a\x00b",
    "line-separator": "a\u2028b } #",
    "next-line": "a\x85b } #",
    "lone-surrogate": "a\ud800",
    "byte-order-mark": "\ufeffa",
    "right-to-left": "\u202e} #",
    "tab": "a\tb",
    "blank": " ",
    "nothing": "",
    "a-megabyte": '"' * 1_000_000,
    "a-megabyte-of-path": "http://a/" + "b" * 1_000_000,
}


def test_there_are_enough_hostile_arguments() -> None:
    assert len(set(HOSTILE.values())) >= 60


def _skeleton(sparql: str) -> list[str]:
    """Give the code without spaces and comments, each IRI and literal as one sign."""
    code = [token for token in tokens(sparql) if token.kind not in {"space", "comment"}]
    shown = ["T" if token.kind in {"iri", "string"} else token.text for token in code]
    text = "\0".join(shown)
    for datatype_or_language in {token.text for token in code if token.kind == "tag"}:
        text = text.replace(f"T\0{datatype_or_language}", "T")
    return text.replace("T\0^\0^\0T", "T").split("\0")


def _inert(query: SavedQuery, name: str, value: str) -> str | None:
    """Bind one hostile value: None when it is refused, else the bound query, which must be the same query."""
    try:
        sparql = bind(query, {name: value}, BASES)
    except ArgumentsError:
        return None
    assert _skeleton(sparql) == _skeleton(_meek(query, name)), f"{query.id}: {name}={value[:80]!r}"
    return sparql


def _meek(query: SavedQuery, name: str) -> str:
    """Bind the default, or a value that means no harm where a parameter may be left out."""
    parameter = query.parameters[name]
    value = {"iri": "https://example.org/x", "xsd_date": "2018-01-01"}.get(parameter.type, "1")
    return bind(query, {} if parameter.default is not None else {name: value}, BASES)


@pytest.mark.parametrize("query_id", QUERIES)
def test_no_argument_changes_what_a_query_reads(query_id: str) -> None:
    query = QUERIES[query_id]
    for name, value in itertools.product(query.parameters, HOSTILE.values()):
        sparql = _inert(query, name, value)
        if sparql and len(value) < 1000:
            local.evaluate(EMPTY, sparql)  # the engine reads the same text without a fault


def _shape(node: object) -> object:
    """Give rdflib's algebra without its terms: operators, variables and their order."""
    from rdflib.term import BNode, Literal, URIRef

    if isinstance(node, URIRef | Literal):
        return "T"
    if isinstance(node, BNode):
        return "B"
    if isinstance(node, dict):
        return [getattr(node, "name", ""), *((key, _shape(node[key])) for key in sorted(node, key=str))]
    if isinstance(node, list | tuple):
        return [_shape(item) for item in node]
    if isinstance(node, set | frozenset):
        return sorted(str(_shape(item)) for item in node)
    return str(node)


TYPES = {
    parameter.type + ("+of" if parameter.of else "") + ("+enum" if parameter.enum else ""): (query.id, parameter.name)
    for query in QUERIES.values()
    for parameter in query.parameters.values()
}


@pytest.mark.parametrize("kind", TYPES)
def test_another_engine_reads_the_same_algebra(kind: str) -> None:
    from rdflib.plugins.sparql import prepareQuery

    query, name = QUERIES[TYPES[kind][0]], TYPES[kind][1]
    expected = _shape(prepareQuery(_meek(query, name)).algebra)
    for value in HOSTILE.values():
        if len(value) < 1000 and (sparql := _inert(query, name, value)):
            assert _shape(prepareQuery(sparql).algebra) == expected, value


def test_a_list_of_values_lets_nothing_else_in() -> None:
    for query in QUERIES.values():
        for parameter in query.parameters.values():
            if parameter.enum:
                assert all(_inert(query, parameter.name, value) is None for value in HOSTILE.values())


# ---------------------------------------------------------------- queries that are brought along


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """Listen on loopback; give the address and what came in."""
    hits: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(1)
                    hits.append(connection.recv(1000))
                    connection.sendall(b"HTTP/1.0 500 No\r\n\r\n")

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", hits
        stop.set()
        thread.join(2)


DATA = ox.Store()
DATA.load(b'<http://a/> <http://b/> 5e1, true, "\\\\", <http://c/A#x> .', format=ox.RdfFormat.TURTLE)

REACHING = {
    "service": "SELECT * { SERVICE <U> { ?a ?b ?c } }",
    "silent": "SELECT * { SERVICE SILENT <U> { ?a ?b ?c } }",
    "any-case": "select * { SeRvIcE <U> { ?a ?b ?c } }",
    "variable": "SELECT * { VALUES ?v { <U> } SERVICE ?v { ?a ?b ?c } }",
    "after-a-comment": "SELECT * { # a comment\n SERVICE # another\n <U> { ?a ?b ?c } }",
    "comment-ended-by-cr": "SELECT * { # a comment\rSERVICE <U> { ?a ?b ?c } }",
    "sub-select": "SELECT * { { SELECT * { SERVICE <U> { ?a ?b ?c } } } }",
    "exists": "SELECT * { FILTER EXISTS { SERVICE <U> { ?a ?b ?c } } }",
    "optional": "ASK { OPTIONAL { SERVICE <U> { ?a ?b ?c } } }",
    "graph": "ASK { GRAPH ?g { SERVICE <U> { ?a ?b ?c } } }",
    "minus": "ASK { ?a ?b ?c MINUS { SERVICE <U> { ?a ?b ?c } } }",
    "construct": "CONSTRUCT { ?a ?b ?c } WHERE { SERVICE <U> { ?a ?b ?c } }",
    "prefixed": "PREFIX : <U> SELECT * { SERVICE : { ?a ?b ?c } }",
    "prefixed-without-a-space": "PREFIX : <U> SELECT * { SERVICE:x{ ?a ?b ?c } }",
    "declared-as-a-prefix": "PREFIX service: <http://a/> PREFIX : <U> SELECT * { service:x{ ?a ?b ?c } }",
    "behind-a-number": "SELECT * { ?s ?p 5e1SERVICE <U> { ?a ?b ?c } }",
    "behind-a-number-prefixed": "PREFIX : <U> SELECT * { ?s ?p 5e1SERVICE:x{ ?a ?b ?c } }",
    "behind-a-truth": "SELECT * { ?s ?p trueSERVICE <U> { ?a ?b ?c } }",
    "behind-a-truth-and-a-point": "PREFIX : <U> SELECT * { ?s ?p true.SERVICE:x{ ?a ?b ?c } }",
    "behind-an-escaped-iri": "SELECT * { ?s ?p <http://c/\\u0041#x> SERVICE <U> { ?a ?b ?c } }",
    "behind-an-escaped-backslash": 'SELECT * { ?s ?p "\\\\" SERVICE <U> { ?a ?b ?c } }',
    "escaped-letters": "SELECT * { SE\\u0052VICE <U> { ?a ?b ?c } }",
    "escaped-quote": 'SELECT * { ?s ?p "\\u0022 SERVICE <U> { ?a ?b ?c } } #" }',
    "false-long-string": 'SELECT * { VALUES ?x { """a" "b" } SERVICE <U> { ?a ?b ?c } } # \\q """',
    "surrogate-long-string": 'SELECT * { VALUES ?x { """a" "b" } SERVICE <U> { ?a ?b ?c } } # \\uD800 """',
    "from": "SELECT * FROM <U> { ?a ?b ?c }",
    "from-named": "SELECT * FROM NAMED <U> { GRAPH ?g { ?a ?b ?c } }",
    "from-without-a-space": "SELECT *FROM<U>{ ?a ?b ?c }",
    "ask-from-without-a-space": "ASKFROM<U>{ ?a ?b ?c }",
    "from-prefixed": "PREFIX : <U> ASKFROM:x{ ?a ?b ?c }",
    "from-a-file": "SELECT * FROM <file:///etc/hostname> { ?a ?b ?c }",
    "load": "LOAD <U>",
    "load-silent": "PREFIX a: <http://a/> LOAD SILENT <U> INTO GRAPH <http://a/>",
    "insert": "INSERT DATA { <http://a/> <http://b/> <http://c/> }",
    "insert-where": "INSERT { ?a ?b ?c } WHERE { SERVICE <U> { ?a ?b ?c } }",
    "delete": "DELETE WHERE { ?a ?b ?c }",
    "with": "WITH <http://a/> DELETE { ?a ?b ?c } WHERE { ?a ?b ?c }",
    "clear": "CLEAR ALL",
    "drop": "DROP ALL",
    "create": "CREATE GRAPH <http://a/>",
    "copy": "COPY DEFAULT TO <http://a/>",
    "move": "MOVE DEFAULT TO <http://a/>",
    "add": "ADD DEFAULT TO <http://a/>",
    "two-requests": "SELECT * { ?a ?b ?c } ; LOAD <U>",
}


@pytest.mark.parametrize("name", REACHING)
def test_a_query_that_reaches_out_is_refused(name: str, listener: tuple[str, list[bytes]]) -> None:
    address, hits = listener
    sparql = REACHING[name].replace("<U>", f"<{address}>")
    before = len(DATA)
    with pytest.raises(QueryError):
        local.evaluate(DATA, bind(adhoc.read_adhoc(sparql, "my.rq"), {}))
    assert hits == []
    assert len(DATA) == before


def test_the_engine_would_really_have_reached_out() -> None:
    """The listener works: without the refusal, the same engine asks it."""
    hits: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def once() -> None:
            connection, _ = server.accept()
            with connection:
                hits.append(connection.recv(1000))
                connection.sendall(b"HTTP/1.0 500 No\r\n\r\n")

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        sparql = REACHING["behind-a-number-prefixed"].replace("<U>", f"<{address}>")
        with pytest.raises(QueryError, match="cannot be run to its end"):
            local.evaluate(DATA, sparql)
        thread.join(5)
    assert len(hits) == 1


HARMLESS = {
    "in-a-string": 'SELECT ?x { BIND("SERVICE <http://a/> FROM LOAD" AS ?x) }',
    "in-a-long-string": 'SELECT ?x { BIND("""SERVICE "\n FROM""" AS ?x) }',
    "in-an-iri": "SELECT ?x { BIND(<http://a/SERVICE/FROM#LOAD> AS ?x) }",
    "in-a-variable": "SELECT ?service { BIND(1 AS ?service) }",
    "in-a-local-name": "PREFIX e: <http://a/> SELECT ?x { BIND(e:SERVICE AS ?x) FILTER(?x != e:from) }",
    "in-a-comment": "SELECT ?x { BIND(1 AS ?x) } # SERVICE <http://a/> {}",
    "in-a-language": 'SELECT ?x { BIND("a"@service AS ?x) }',
}


@pytest.mark.parametrize("name", HARMLESS)
def test_the_words_are_free_where_they_are_no_code(name: str) -> None:
    answer = local.run(EMPTY, bind(adhoc.read_adhoc(HARMLESS[name], "my.rq"), {}))
    assert len(answer.rows) == 1


TOO_MUCH = {
    "braces": "SELECT * " + "{" * 5_000 + "}" * 5_000,
    "parentheses": "SELECT * { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }",
    "unions": "SELECT * { {}" + "UNION{}" * 9_000 + " }",
    "minuses": "SELECT * { " + "MINUS{}" * 9_000 + " }",
    "ors": "SELECT * { FILTER(1" + "||1" * 20_000 + ") }",
    "path": "SELECT * { ?s <a:>" + "/<a:>" * 12_000 + " ?o }",
    "megabyte": "SELECT * { ?s ?p '" + "x" * 1_000_000 + "' }",
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_would_end_the_whole_process_is_refused(name: str) -> None:
    with pytest.raises(QueryError, match=r"brackets stand within|too long a chain|characters, more than"):
        adhoc.read_adhoc(TOO_MUCH[name], "my.rq")


def test_the_refusal_says_where_and_what_to_do() -> None:
    with pytest.raises(QueryError) as refused:
        adhoc.read_adhoc("SELECT * {\n  SERVICE <http://a/> {} }", "my.rq")
    assert str(refused.value) == (
        "my.rq:2:3: SERVICE is refused: it would ask an endpoint on the way. Fetch what you need from there "
        "into a file, and give both files with --data."
    )
    with pytest.raises(QueryError) as refused:
        adhoc.read_adhoc("PREFIX a: <http://a/>\nDROP ALL", "my.rq")
    assert str(refused.value) == (
        "my.rq:2:1: DROP is an update, and nothing is changed here. Write SELECT, ASK or CONSTRUCT."
    )
