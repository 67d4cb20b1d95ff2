"""RDF as text: terms that come back as they were, and graphs that are always the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkedproj.model.rdf import N_TRIPLES, RDF_XML, TURTLE, literal, ordered, read_term, serialize

XSD = "http://www.w3.org/2001/XMLSchema#"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_a_literal_is_read_as_it_was_spelled(text: str) -> None:
    assert read_term(literal(text)) == ox.Literal(text)
    assert read_term(literal(text, "en-gb")) == ox.Literal(text, language="en-gb")
    assert read_term(literal(text, datatype=f"{XSD}token")) == ox.Literal(text, datatype=ox.NamedNode(f"{XSD}token"))


@pytest.mark.parametrize("text", ["", "<x", "a b", '"x', '"x"@', "<x:y> <x:z>"])
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(SyntaxError):
        read_term(text)


def test_a_graph_is_in_order_and_has_the_prefixes_it_needs() -> None:
    kind, name = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), ox.NamedNode("x:a#name")
    two, one = ox.NamedNode("x:a#two"), ox.NamedNode("x:a#one")
    triples = [
        ox.Triple(two, name, one),
        ox.Triple(one, name, ox.Literal("un", language="ca")),
        ox.Triple(one, name, ox.Literal("one", language="en")),
        ox.Triple(one, kind, ox.NamedNode("x:a#Number")),
        ox.Triple(two, name, one),
    ]
    assert ordered(triples) == ordered(reversed(triples)) == [triples[3], triples[1], triples[2], triples[0]]
    assert serialize(triples, TURTLE, {"b": "x:b#", "a": "x:a#"}) == (
        "@prefix a: <x:a#> .\n"
        'a:one a a:Number ;\n\ta:name "un"@ca , "one"@en .\n'
        "a:two a:name a:one .\n"
    )  # fmt: skip


def test_no_triples_are_an_empty_graph() -> None:
    assert serialize([], N_TRIPLES) == ""
    assert "rdf:RDF" in serialize([], RDF_XML)


def test_the_same_graph_is_the_same_bytes_in_every_process() -> None:
    code = (
        "import pyoxigraph as ox\n"
        "from linkedproj.model.rdf import N_TRIPLES, RDF_XML, TURTLE, serialize\n"
        "node = lambda n: ox.NamedNode(f'x:{n % 7}#n{n}')\n"
        "graph = {ox.Triple(node(n), node(n % 5), ox.Literal(str(n), language='en')) for n in range(200)}\n"
        "spaces = {f'p{n}': f'x:{n}#' for n in range(9)}\n"
        "print(*(serialize(graph, syntax, spaces) for syntax in (TURTLE, RDF_XML, N_TRIPLES)))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
