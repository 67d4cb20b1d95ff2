"""What the tests of the mapping share: small schemas, the road from tables to dumps without SHACL, and RDF readers.

Triples are compared as decoded terms: processors escape the same text differently.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
import rdflib
from pyld import jsonld

from linkedproj.mapping.parts import Output
from linkedproj.mapping.tables import map_tables
from linkedproj.model.context import compile_context
from linkedproj.model.rules import Rules, catalogue
from linkedproj.model.schema import Schema, load_schema
from linkedproj.model.settings import Config
from linkedproj.tables.batch import Batch
from linkedproj.tables.cells import column_named
from linkedproj.tables.shards import SIZE
from linkedproj.writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Problem
    from linkedproj.tables.cells import Column
    from linkedproj.tables.portfolio import Portfolio

ROOT = Path(__file__).parents[1]
BASE = "https://data.example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"

CONFIG = Config(
    id="test", version="1", base=BASE, as_of="2020-02-11", licence="https://x.org/by", languages=("en", "ca", "es")
)

Term = tuple[str, ...]
Triple = tuple[Term, Term, Term]


@cache
def shipped_schema() -> Schema:
    """Load the ontology that ships with the program."""
    return load_schema(ROOT / "ontology", BASE)


def schema_of(document: Mapping[str, Any], above: Mapping[str, Sequence[str]] | None = None) -> Schema:
    """Make a schema of a context alone; `above` names the superclasses of its types."""
    context = compile_context(document)
    types = {
        name: replace(kind, classes=(*kind.classes, *(above or {}).get(name, ())))
        for name, kind in context.types.items()
    }
    return Schema(context, types, {})


def columns_of(names: Sequence[str], schema: Schema) -> list[Column]:
    """Compile column names as a header would; "budget.id" stands for the id of a nested record."""
    return [column_named(name, index, schema.fields) for index, name in enumerate(names)]


def write(form: str, kind: RecordType, names: Sequence[str], rows: Iterable[Sequence[str]], schema: Schema) -> str:
    """Write rows (the id, then a cell per name) as one whole document of a format."""
    chosen = FORMATS[form]
    write_batch = chosen.compile_rows(kind, columns_of(names, schema), schema)
    ids, *columns = zip(*rows, strict=True)
    records = write_batch(Batch(0, ids, range(len(ids)), columns))
    return chosen.head(schema) + chosen.between.join(records) + chosen.foot


@dataclass(frozen=True)
class Road:
    """What came of tables: the portfolio as read, and the text of each dump by its format."""

    portfolio: Portfolio
    dumps: Mapping[str, str]

    @property
    def told(self) -> list[str]:
        """The problems in order, as "place code: sentence"."""
        return told(self.portfolio.problems)

    @property
    def triples(self) -> frozenset[Triple]:
        """What the records say, sources and evidence left out."""
        return oxigraph_triples(self.dumps["ntriples"], ox.RdfFormat.N_TRIPLES)


def travel(folder: Path, tables: Mapping[str, str | bytes], config: Config = CONFIG) -> Road:
    """Write tables into a new folder, read them, and write every dump, all with the shipped ontology."""
    home = folder / "data"
    home.mkdir(exist_ok=True)
    for name, content in tables.items():
        (home / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    schema = shipped_schema()
    return dump(home, folder, schema, config)


def dump(home: Path, folder: Path, schema: Schema, config: Config, size: int = SIZE) -> Road:
    """Write every dump of the tables in a folder; sources and evidence go along under "supporting", as Turtle."""
    paths = {Output(name, name): folder / f"portfolio{form.suffix}" for name, form in FORMATS.items()}
    paths[Output("supporting", "turtle", supporting=True)] = folder / "evidence.ttl"
    work = folder / "parts"
    work.mkdir(exist_ok=True)
    mapped = map_tables(home, schema, config, "data", work, paths, size=size)
    return Road(mapped.portfolio, {output.name: path.read_text("utf-8") for output, path in paths.items()})


def told(problems: Iterable[Problem]) -> list[str]:
    """Word problems in English, in the order of their places."""
    rules = Rules(catalogue())
    return [
        f"{problem.place} {problem.rule}: {rules.wording(problem, 'en').message}"
        for problem in sorted(problems, key=lambda problem: problem.order)
    ]


def oxigraph_triples(text: str, form: ox.RdfFormat) -> frozenset[Triple]:
    """Read a document with pyoxigraph."""
    return frozenset(
        (_oxigraph(quad.subject), _oxigraph(quad.predicate), _oxigraph(quad.object))
        for quad in ox.parse(input=text, format=form)
    )


def _oxigraph(term: object) -> Term:
    if isinstance(term, ox.Literal):
        return ("literal", term.value, term.language or "", term.datatype.value)
    assert isinstance(term, ox.NamedNode), f"{term} is no IRI"
    return ("iri", term.value)


def rdflib_triples(text: str, form: str) -> frozenset[Triple]:
    """Read a document with rdflib, literals as they stand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        graph = rdflib.Graph().parse(data=text, format=form)
        return frozenset((_rdflib(s), _rdflib(p), _rdflib(o)) for s, p, o in graph)


def _rdflib(term: object) -> Term:
    if isinstance(term, rdflib.Literal):
        datatype = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString" if term.language else XSD + "string"
        return ("literal", str(term), term.language or "", str(term.datatype or datatype))
    assert isinstance(term, rdflib.URIRef), f"{term!r} is no IRI"
    return ("iri", str(term))


def pyld_triples(text: str) -> frozenset[Triple]:
    """Read a JSON-LD document with pyLD."""
    dataset = jsonld.to_rdf(json.loads(text))
    assert set(dataset) <= {"@default"}
    return frozenset(
        (_pyld(t["subject"]), _pyld(t["predicate"]), _pyld(t["object"])) for t in dataset.get("@default", [])
    )


def _pyld(term: Mapping[str, str]) -> Term:
    if term["type"] == "literal":
        return ("literal", term["value"], term.get("language", ""), term["datatype"])
    assert term["type"] == "IRI", f"{term} is no IRI"
    return ("iri", term["value"])


def agreed(dumps: Mapping[str, str]) -> frozenset[Triple]:
    """Give the triples of the dumps of one portfolio, on which every reader of every format must agree."""
    found = oxigraph_triples(dumps["ntriples"], ox.RdfFormat.N_TRIPLES)
    readings = {
        "pyoxigraph on Turtle": oxigraph_triples(dumps["turtle"], ox.RdfFormat.TURTLE),
        "pyoxigraph on JSON-LD": oxigraph_triples(dumps["jsonld"], ox.RdfFormat.JSON_LD),
        "pyLD on JSON-LD": pyld_triples(dumps["jsonld"]),
        "rdflib on JSON-LD": rdflib_triples(dumps["jsonld"], "json-ld"),
        "rdflib on Turtle": rdflib_triples(dumps["turtle"], "turtle"),
        "rdflib on N-Triples": rdflib_triples(dumps["ntriples"], "nt"),
    }
    for reader, triples in readings.items():
        more, less = sorted(triples - found)[:3], sorted(found - triples)[:3]
        assert (more, less) == ([], []), f"{reader}: more than N-Triples {more}, less {less}"
    return found
