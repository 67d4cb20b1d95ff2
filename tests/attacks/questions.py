"""Hostile questions: queries without end, that grow, that reach out, or that no parser should see."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.test_query_bounds import GREEDY
from tests.test_query_hostile import REACHING, TOO_MUCH

from .ground import Home, digest_of
from .trial import Trial, tracebacks, unbounded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .kills import Start

SECONDS, MEGABYTES = 2, 400
_ALLOWED = 3 * MEGABYTES
"""What a process may hold: its memory is looked at twenty times a second, and a text may double meanwhile."""

_PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"

WITHOUT_END: dict[str, str] = {
    "path: any number of anything": "SELECT (COUNT(*) AS ?n) { ?s (!<a:>)* ?o . ?t (!<a:>)* ?p . ?u (!<a:>)+ ?q }",
    "path: there and back": "SELECT * { ?s (<a:>|!<a:>|^!<a:>)+/(!<b:>|^!<b:>)* ?o } ORDER BY ?o",
    "path: stars in stars": "SELECT * { ?s (((!<a:>)*)*)* ?o . ?o (((!<a:>)+)?)* ?s }",
    "values of a million rows": "SELECT * { VALUES ?a {" + " 1" * 30_000 + "} VALUES ?b {" + " 2" * 1000 + "} }",
    "products in OPTIONAL": f"SELECT * {{ {_PRODUCT} OPTIONAL {{ ?j ?k ?l OPTIONAL {{ ?m ?n ?o }} }} }} ORDER BY ?a",
    "products in MINUS": f"SELECT (COUNT(*) AS ?n) {{ {_PRODUCT} MINUS {{ ?a ?e ?i . ?d ?h ?c }} }}",
    "products in EXISTS": f"SELECT * {{ {_PRODUCT} FILTER NOT EXISTS {{ ?a ?e ?i . ?x ?y ?z }} }} ORDER BY ?a",
    "products in GROUP BY": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {_PRODUCT} }} GROUP BY ?a ?d ?g",
    "products in DISTINCT": f"SELECT DISTINCT * {{ {_PRODUCT} }}",
    "a text of a product": f"SELECT (GROUP_CONCAT(CONCAT(STR(?c), STR(?f), STR(?i))) AS ?t) {{ {_PRODUCT} }}",
    "triples of a product": f"CONSTRUCT {{ ?a ?e ?i . ?d ?h ?c . ?g ?b ?f }} {{ {_PRODUCT} }}",
    "blank nodes of a product": f"CONSTRUCT {{ [] ?b [ ?e [ ?h ?i ] ] }} {{ {_PRODUCT} }}",
    "an order by chance": f"SELECT * {{ {_PRODUCT} }} ORDER BY RAND()",
    "everything described": f"DESCRIBE * {{ {_PRODUCT} }}",
    "replaced by what grows": "SELECT (STRLEN(?d) AS ?n) { BIND('aaaaaaaaaaaaaaaa' AS ?a) "
    + "".join(f"BIND(REPLACE(?{one}, 'a', ?a) AS ?{other}) " for one, other in ("ab", "bc", "ce", "ef", "fg"))
    + "BIND(?g AS ?d) }",
    "a regular expression that goes back": "SELECT * { ?s ?p ?o FILTER REGEX(CONCAT(STR(?o), '"
    + "a" * 5000
    + "!'), '(a+)+$') }",
    "a regular expression of counts": "SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), '(((a{1,99}){1,99}){1,99}){1,99}') }",
    "a regular expression of classes": "SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), '\\\\p{L}{1,999}\\\\p{L}{1,999}$') }",
    "a regular expression that is none": "SELECT * { ?s ?p ?o FILTER REGEX(STR(?o), '(((((') }",
    "hashes of a product": f"SELECT (MAX(SHA512(CONCAT(STR(?c), STR(?f), STR(?i)))) AS ?m) {{ {_PRODUCT} }}",
    "numbers out of all bounds": "SELECT (9e999 * 9e999 AS ?a) (1/0 AS ?b) (" + "9" * 5000 + " AS ?c) { }",
    "days out of all bounds": "SELECT (YEAR('99999999999-01-01T00:00:00'^^<http://www.w3.org/2001/XMLSchema#dateTime>) AS ?y) { }",
    "sub-selects in sub-selects": "SELECT * " + "{ SELECT * " * 190 + "{ ?a ?b ?c }" + " }" * 190,
    "negations of negations": "SELECT * { FILTER(" + "!" * 7000 + "true) }",
    "minus of minus": "SELECT (" + "-" * 7000 + "1 AS ?n) { }",
    "a thousand OPTIONALs": "SELECT * { ?s ?p ?o "
    + "".join(f"OPTIONAL {{ ?s ?p{n} ?o{n} }} " for n in range(600))
    + "}",
    "a thousand UNIONs": "SELECT * { { ?s ?p ?o } " + "UNION { ?a ?b ?c } " * 900 + "}",
    "lists in lists": "SELECT * { ?s ?p " + "(" * 190 + "1" + ")" * 190 + " }",
    "nodes in nodes": "SELECT * { ?s ?p " + "[ ?q " * 190 + "1" + "]" * 190 + " }",
    "a thousand variables": "SELECT " + " ".join(f"?v{n}" for n in range(1900)) + " { ?s ?p ?o }",
    "IF in IF": "SELECT (" + "IF(true, " * 190 + "1" + ", 2)" * 190 + " AS ?n) { }",
    "graphs of anything": f"SELECT * {{ GRAPH ?g1 {{ {_PRODUCT} }} GRAPH ?g2 {{ ?x ?y ?z }} }}",
    "triples in triples": "SELECT * { " + "<< " * 150 + "?s ?p ?o" + " >> ?q ?r" * 150 + " }",
    "nothing": "",
    "a comment alone": "# nothing\n" * 1000,
    "half a word": "SEL",
    "a base that is none": "BASE <no> SELECT * { <x> ?p ?o }",
    "a prefix again and again": "".join(f"PREFIX p{n}: <http://a/{n}> " for n in range(900)) + "SELECT * { ?s ?p ?o }",
    "half a surrogate": "SELECT ('\\uD800' AS ?x) { }",
    "controls": "SELECT ('\x00\x07\x1b[2J' AS ?x) { }",
}
"""Questions of our own, besides those of the tests."""

BYTES: dict[str, bytes] = {
    "UTF-16": "SELECT * { ?s ?p ?o }".encode("utf-16"),
    "Latin-1": "SELECT ('é' AS ?x) { }".encode("latin-1"),
    "zeros": b"\0" * 5000,
    "a mark in front": b"\xef\xbb\xbfSELECT * { ?s ?p ?o } LIMIT 1",
}

QUESTIONS: dict[str, bytes] = {
    **{f"reaches out: {name}": text.encode() for name, text in REACHING.items()},
    **{f"too much: {name}": text.encode() for name, text in TOO_MUCH.items()},
    **{f"greedy: {name}": text.encode() for name, (text, _) in GREEDY.items()},
    **{name: text.encode() for name, text in WITHOUT_END.items()},
    **{f"bytes: {name}": data for name, data in BYTES.items()},
}
"""Name -> what is asked; "<U>" is an address at which somebody listens."""


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """Listen on loopback; give the address and what came in."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    heard.append(b"somebody came")

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", heard
        done.set()
        thread.join(5)


def asked(start: Start, folder: Path, name: str) -> Trial:
    """Ask a question, with little time and memory."""
    with Home(folder, start.folder) as home, listening() as (address, heard):
        (home.folder / "q.rq").write_bytes(QUESTIONS[name].replace(b"<U>", f"<{address}>".encode()))
        limits = ("--timeout", str(SECONDS), "--memory", str(MEGABYTES), "--rows", "10000")
        run = home.run("query", "-f", "q.rq", "--data", "public/dump/latest", *limits)
        losses = tuple(f"it reached out: {name}" for _ in heard)
        if digest_of(home.public) != start.old:
            losses = (*losses, f"what is published has changed: {name}")
        kind = (
            f"query: {name.partition(':')[0]}"
            if name.startswith(("reaches", "too much", "greedy"))
            else "query: others"
        )
        happened = "answered" if not run.code else "stopped by its bounds" if "was stopped" in run.said else "refused"
        odd = tuple(f"{name} ended with {run.code}: {run.said[-300:]}" for _ in range(run.code not in {0, 2}))
        return Trial(kind, happened, losses, home.left(("q.rq",)), tracebacks([run]) + odd, unbounded([run], _ALLOWED))
