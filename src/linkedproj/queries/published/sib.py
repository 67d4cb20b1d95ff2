"""Saved queries as RDF, by the convention of sib-swiss/sparql-examples: how they are written.

Ours are added to theirs: `lpq:template` holds the source with its parameters, so that what is read back is what was
written. There is one rdfs:comment, because editors list a query once for each; there is no blank node, because two
exports must be able to become one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, QueryError
from linkedproj.model.rdf import escape
from linkedproj.queries.ask.adhoc import form_of
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.tokens import declared_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linkedproj.queries.saved.collection import SavedQuery

LPQ = "https://w3id.org/linkedproj/query#"
"""Our terms for queries as data; they are defined in ontology/query.ttl."""

SH = "http://www.w3.org/ns/shacl#"
SCHEMA = "https://schema.org/"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SPEX = "https://purl.expasy.org/sparql-examples/ontology#"
_PREFIXES = {
    "lpq": LPQ,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sh": SH,
    "spex": SPEX,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_FORMS = {"SELECT": "Select", "ASK": "Ask", "CONSTRUCT": "Construct"}


def export(query: SavedQuery, base: str, bases: Mapping[str, str] | None = None, endpoint: str = "") -> str:
    """Write a query as Turtle, runnable with its defaults.

    `base` is the address of the queries ("https://data.example.org/query/"), `bases` is as in `bind`; `endpoint` is
    the address that the query can be sent to, if it names none itself. SIB's own shapes ask for one.

    Raises:
        QueryError: a default does not fit, or the query cannot be published in this form (DESCRIBE).
    """
    return export_all([query], base, bases, endpoint)


def export_all(
    queries: Iterable[SavedQuery], base: str, bases: Mapping[str, str] | None = None, endpoint: str = ""
) -> str:
    """Write all queries into one document; otherwise as `export`.

    Raises:
        QueryError: a default does not fit, or a query cannot be published in this form (DESCRIBE).
    """
    chosen = list(queries)
    head = [f"@prefix : <{base}> ."] + [f"@prefix {name}: <{iri}> ." for name, iri in _PREFIXES.items()]
    blocks = ["\n".join(head) + "\n"]
    for query in chosen:
        blocks.append(_block(f":{query.id}", _statements(query, base, bases or {}, endpoint)))
        blocks += [_block(node, statements) for node, statements in _parameters(query, base, bases or {})]
    blocks += _declarations(chosen, base)
    return "\n".join(blocks)


def _statements(query: SavedQuery, base: str, bases: Mapping[str, str], endpoint: str) -> Iterator[str]:
    keyword = form_of(query.body)
    if keyword not in _FORMS:
        raise QueryError("only SELECT, ASK and CONSTRUCT can be published.", Place(query.file))
    yield f"a sh:SPARQLExecutable , sh:SPARQL{_FORMS[keyword]}Executable"
    yield "rdfs:label " + " , ".join(f"{_short(query.title[code])}@{code}" for code in query.title)
    yield from (f"rdfs:comment {_short(text)}@{code}" for code, text in [*query.description.items()][:1])
    yield "sh:prefixes :prefixes"
    if query.tags:
        yield "schema:keywords " + " , ".join(_short(tag.strip()) for tag in query.tags)
    if query.endpoint or endpoint:
        yield f"schema:target <{query.endpoint or endpoint}>"
    if query.federates:
        yield "spex:federatesWith " + " , ".join(f"<{address}>" for address in query.federates)
    yield f"sh:{keyword.lower()} {_long(bind(query, {}, bases))}"
    yield f"lpq:template {_long(query.text)}"
    if query.parameters:
        yield "lpq:parameter " + " , ".join(_node(query, name, base) for name in query.parameters)


def _parameters(query: SavedQuery, base: str, bases: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    for parameter in query.parameters.values():
        statements = [f"schema:valueName {_short(parameter.name)}"]
        if parameter.default is not None:
            short = parameter.type == "iri" and ":" not in parameter.default
            value = (bases.get(parameter.of, "") if short else "") + parameter.default
            written = f"<{value}>" if parameter.type == "iri" else _short(value)
            statements.append(f"schema:defaultValue {written}")
        yield _node(query, parameter.name, base), statements


def _declarations(queries: Sequence[SavedQuery], base: str) -> Iterator[str]:
    declared = {name: iri for query in queries for name, iri in declared_prefixes(query.body).items()}
    nodes = {name: f"<{base}prefixes#{name}>" for name in sorted(declared)}
    if nodes:
        yield _block(":prefixes", ["sh:declare " + " , ".join(nodes.values())])
    for name, node in nodes.items():
        yield _block(node, [f'sh:prefix "{name}"', f'sh:namespace "{declared[name]}"^^xsd:anyURI'])


def _node(query: SavedQuery, parameter: str, base: str) -> str:
    return f"<{base}{query.id}#{parameter}>"


def _block(subject: str, statements: Iterable[str]) -> str:
    return f"{subject} " + " ;\n  ".join(statements) + " .\n"


def _short(text: str) -> str:
    return f'"{escape(text)}"'


def _long(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("\r", "\\r").replace('"""', '\\"\\"\\"')
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    return f'"""{escaped}"""'
