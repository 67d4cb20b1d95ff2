"""Our three formats mean the same to every processor: on random contexts and records, and on the shipped portfolio.

Contexts that go to the edge of JSON-LD either compile, and then mean the same as well, or are refused with a sentence.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.mapping import XSD, agreed, columns_of, oxigraph_triples, rdflib_triples, schema_of

from linkedproj.model.context import RDF, Field, Kind
from linkedproj.model.errors import SetupError
from linkedproj.model.lexical import FORBIDDEN, SCHEMES, SPELLINGS, WKT, date_type, iri_fault
from linkedproj.tables.batch import Batch
from linkedproj.writers import FORMATS
from linkedproj.writers.table import compile_table, header_line
from linkedproj.writers.values import Value

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mapping import Term, Triple

    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.tables.cells import Column

RECORDS = 75
EXAMPLES = 60
LANGUAGES = ("ca", "en", "en-gb", "es-419", "zh-hant", "sr-latn-rs")

PREFIXES = {
    "dct": "http://purl.org/dc/terms/",
    "lp": "https://w3id.org/linkedproj/ns#",
    "rdf": RDF,
    "x": "https://x.org/path/",
    "xsd": XSD,
    "geo": "http://www.opengis.net/ont/geosparql#",
}
ROOTS = ("https://data.example.org/id/", "http://localhost:8080/", "https://x.org/path/", "urn:example:id/")
FOREIGN = (
    "https://w3id.org/linkedproj/role/",
    "http://publications.europa.eu/resource/authority/country/",
    "https://x.org/3d/",
    "https://x.org/path/",
    "https://x.org/çà/",
    "https://x.org/a.b:c/",
)

FRAGMENTS = (
    '"', "'", "\\", "\n", "\t", '"""', "\\u0041", "\\n", "%", "%41", "]]>", "<!--", "&amp;", "^^", "@en", '"@en', ";",
    "; ", ",", " .", "<", ">", "{", "}", "#", "?", "_:b0", "a:b", "dct:title", "@id", "@type", "id", "type", "null",
    "l·l", "ñ", "日本語", "한국어", "مرحبا", "שלום", "e\u0301", "👩‍👩‍👧", "\u200f", "\u202e", "\u2028", "\x85",
    "\xa0", "\u0300", "\ufeff", "\ufdd0", "\U0001fffe", "a", "A sharing exchange", "0", " ",
)  # fmt: skip

CHARACTERS = st.characters(exclude_categories=["Cs"]).filter(lambda c: not FORBIDDEN.search(c) and c != "\r")
TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.text(CHARACTERS, min_size=1, max_size=4), min_size=1, max_size=6).map(
    "".join
)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,12}", fullmatch=True).filter(lambda i: i not in {"id", "type"})
OTHER_SCHEMES = ("urn:isbn:123", "doi:10.1000/182", "info:x/y", "tag:x.org,2020:a")
IRIS = st.builds(
    "https://{}{}/{}".format,
    st.sampled_from(("x.org", "data.example.org", "x.org:80", "müller.example")),
    st.sampled_from(("", "/path", "/id/project", "/a.b", "/ns")),
    st.text("abcXYZ019-._~!$&'()*+,=:@/?#ñ日", max_size=10),
).filter(lambda iri: not iri_fault(iri)) | st.sampled_from((*OTHER_SCHEMES, "http://x.org", "https://x.org/?a=b#c"))

SPELLED = {
    "date": ("2017-11-05", "2020-02-29", "0001-01-01", "9999-12-31", "2017-11", "2017"),
    "decimal": ("100", "12.", ".5", "+1.50", "-0.0", "799741.24", "159.44750"),
    "integer": ("0", "-0", "+7", "007", "123456789012345678901234567890"),
    "boolean": ("true", "false", "0", "1"),
    "dateTime": ("2020-02-29T23:59:59Z", "2017-11-05T00:00:00.500+14:00"),
    "hexBinary": ("00ff", "ABcd"),
    "anyURI": ("https://x.org/a", "urn:a:b"),
}
POINTS = ("POINT(2.17 41.38)", "POINT(-180 -90.0)")


@dataclass(frozen=True)
class Pools:
    """The texts, ids and IRIs that the cells of an example are made of."""

    texts: list[str]
    ids: list[str]
    iris: list[str]


def types(names: list[str], bases: list[str]) -> dict[str, Any]:
    return {
        f"T{name}": {"@id": f"lp:{name.capitalize()}", "@context": {"@base": base}}
        for name, base in zip(names, bases, strict=True)
    }


@st.composite
def terms(draw: st.DrawFn, root: str, bases: list[str]) -> dict[str, Any]:
    """Draw the definition of one term."""
    prefix = draw(st.sampled_from(("dct:", "lp:", "x:", "https://x.org/other#", "urn:p:")))
    found: dict[str, Any] = {"@id": prefix + draw(st.sampled_from("abcdefgh"))}
    shape = draw(
        st.sampled_from(("text", "plain", "tagged", "literal", "link", "code", "type", "iri", "record", "name"))
    )
    if shape == "text":
        return {**found, "@container": "@language"}
    if shape == "tagged":
        found["@language"] = draw(st.sampled_from(LANGUAGES))
    if shape == "literal":
        found["@type"] = draw(st.sampled_from(sorted(SPELLINGS))).replace(XSD, "xsd:").replace(WKT, "geo:wktLiteral")
    if shape == "type":
        found["@id"] = "rdf:type"
    if shape in {"link", "code", "type", "iri", "record"}:
        found["@type"] = "@id"
    if shape == "name":
        found["@type"] = "@vocab"
    base = {"link": st.sampled_from(bases), "code": st.sampled_from(FOREIGN), "type": st.sampled_from(FOREIGN)}
    if shape in base:
        found["@context"] = {"@base": draw(base[shape])}
    if shape == "record":
        found["@context"] = {"@base": root}
    if draw(st.booleans()):
        found["@container"] = "@set"
    return found


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a context within the supported part of JSON-LD."""
    root = draw(st.sampled_from(ROOTS))
    names = draw(st.lists(st.sampled_from(("project", "place", "Amount", "a1")), min_size=1, max_size=3, unique=True))
    bases = [draw(st.sampled_from((f"{root}{name}/", f"https://y.org/{name}/"))) for name in names]
    fields = draw(
        st.dictionaries(
            st.from_regex(r"[a-z][A-Za-z0-9]{0,6}", fullmatch=True), terms(root, bases), min_size=4, max_size=9
        )
    )
    fields = {name: term for name, term in fields.items() if name not in {"id", "type", *PREFIXES}}
    if draw(st.booleans()):
        fields["anyValue"] = {"@id": "rdf:object"}
    head = {"@version": 1.1, "@base": root, **PREFIXES, "id": "@id", "type": "@type"}
    return {"@context": {**head, **types(names, bases), **fields}}


@st.composite
def pools(draw: st.DrawFn) -> Pools:
    """Draw what cells are made of."""
    return Pools(
        draw(st.lists(TEXTS, min_size=1, max_size=40)),
        draw(st.lists(IDS, min_size=1, max_size=12)),
        draw(st.lists(IRIS, min_size=1, max_size=8)),
    )


class Records:
    """Random records of one context; `random` decides all."""

    def __init__(self, schema: Schema, pool: Pools, random: Random) -> None:
        self.schema, self.pool, self.random = schema, pool, random
        # Ids that look like words of the context must stay ids.
        words = [*pool.ids, *schema.fields, *schema.types, *PREFIXES, "a.", "a~b", "0.", "x--.", "true", "http"]
        # An alias of a keyword is no id: the tables are read so.
        self.ids = [word for word in words if word not in schema.context.aliases]

    def names(self) -> list[str]:
        """Choose the columns of a table."""
        found = []
        for field in self.random.sample(list(self.schema.fields.values()), len(self.schema.fields)):
            inner = [name for other in self.schema.fields.values() for name in self._columns(other)]
            if field.kind is Kind.LINK and self.random.random() < 0.5:
                chosen = self.random.sample(inner, self.random.randint(1, min(3, len(inner))))
                found += [f"{field.term}.id", *(f"{field.term}.{name}" for name in chosen)]
            else:
                found += self._columns(field)
        return found

    def row(self, number: int, names: list[str]) -> list[str]:
        """Make a record: its id, then a cell per column."""
        identifier = f"{self.random.choice(self.ids)}-{number}"
        return [identifier, *(self._cell(name, identifier) for name in names)]

    def _columns(self, field: Field) -> list[str]:
        if field.kind is not Kind.TEXT:
            return [field.term]
        return [f"{field.term}@{tag}" for tag in self.random.sample(LANGUAGES, self.random.randint(1, 3))]

    def _cell(self, name: str, identifier: str) -> str:
        path, _, _ = name.partition("@")
        head, _, tail = path.partition(".")
        if tail == "id":
            return f"{identifier}-{head}"
        field = self.schema.fields[tail or head]
        if self.random.random() < 0.3:
            return self.random.choice(("", " ; ")) if field.many else ""
        if field.many:
            return "; ".join(self._value(field) for _ in range(self.random.randint(1, 3)))
        return self._value(field)

    def _value(self, field: Field) -> str:
        choose, pool = self.random.choice, self.pool
        if field.kind in {Kind.TEXT, Kind.PLAIN}:
            return choose(pool.texts)
        if field.kind is Kind.LITERAL:
            spelled = SPELLED.get(field.datatype.removeprefix(XSD))
            return choose(POINTS if field.datatype == WKT else spelled or pool.texts)
        if field.kind is Kind.IRI:
            return choose(pool.iris)
        if field.kind is Kind.RECORD:
            return f"{choose(list(self.schema.types.values())).table}/{choose(self.ids)}"
        if field.kind is Kind.PREDICATE:
            return choose(list(self.schema.fields))
        return self._any().packed() if field.kind is Kind.VALUE else choose(self.ids)

    def _any(self) -> Value:
        text = self.random.choice(self.pool.texts)
        return self.random.choice(
            (
                Value(iri=self.random.choice(self.pool.iris)),
                Value(text=text),
                Value(text=text, language=self.random.choice(LANGUAGES)),
                Value(text="2017-11", datatype=XSD + "gYearMonth"),
                Value(text=text, datatype="https://x.org/type"),
            )
        )


# A record type, the names of its columns, and rows: the id, then a cell per column.
Rows = tuple["RecordType", list[str], list[list[str]]]


def random_tables(schema: Schema, pool: Pools, seed: int, count: int) -> list[Rows]:
    """Make tables of random records, one a type."""
    made = Records(schema, pool, Random(seed))  # noqa: S311 - the seed is the example's
    kinds: list[RecordType] = list(schema.types.values())
    named = [(kind, made.names()) for kind in kinds]
    return [(kind, names, [made.row(number, names) for number in range(count // len(kinds))]) for kind, names in named]


def documents(schema: Schema, pool: Pools, seed: int, count: int = RECORDS) -> dict[str, str]:
    """Write tables of random records in every format."""
    found = {}
    for name, form in FORMATS.items():
        records: list[str] = []
        for kind, names, table in random_tables(schema, pool, seed, count):
            write = form.compile_rows(kind, columns_of(names, schema), schema)
            # Two batches: what was remembered in the first is used in the second.
            for some in filter(None, (table[: len(table) // 3], table[len(table) // 3 :])):
                ids, *columns = zip(*some, strict=True)
                records += write(Batch(0, ids, range(len(ids)), columns))
        found[name] = form.head(schema) + form.between.join(records) + form.foot
    return found


EVERY_KIND = {
    "@context": {
        "@version": 1.1,
        "@base": ROOTS[0],
        **PREFIXES,
        "id": "@id",
        "type": "@type",
        **types(["project", "amount"], [f"{ROOTS[0]}project/", f"{ROOTS[0]}amount/"]),
        "title": {"@id": "dct:title", "@container": "@language"},
        "acronym": {"@id": "lp:acronym"},
        "word": {"@id": "lp:word", "@language": "ca", "@container": "@set"},
        "day": {"@id": "lp:day", "@type": "xsd:date", "@container": "@set"},
        "value": {"@id": "lp:value", "@type": "xsd:decimal"},
        "budget": {"@id": "lp:budget", "@type": "@id", "@context": {"@base": f"{ROOTS[0]}amount/"}},
        "theme": {"@id": "rdf:type", "@type": "@id", "@container": "@set", "@context": {"@base": FOREIGN[0]}},
        "url": {"@id": "lp:url", "@type": "@id"},
        "subject": {"@id": "rdf:subject", "@type": "@id", "@context": {"@base": ROOTS[0]}},
        "predicate": {"@id": "rdf:predicate", "@type": "@vocab"},
        "object": {"@id": "rdf:object"},
    }
}
ALL_TEXTS = Pools(list(FRAGMENTS), ["a", "X", "x"], ["https://x.org/a?b#c"])
# Lists of what Python takes for blanks: a nested record of nothing else has no value in any format.
BLANKS = Pools(["\u2028"], ["0"], ["https://x.org/"])


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(
    contexts(), pools(), st.sampled_from((("lp:Above",), ("https://x.org/Above", "dct:a"), ())), st.integers(0, 2**32)
)
@example(EVERY_KIND, ALL_TEXTS, ("https://x.org/Above",), 1)
@example(EVERY_KIND, ALL_TEXTS, (), 2)
@example(EVERY_KIND, BLANKS, (), 3)
def test_seven_readings_of_random_records_agree(
    context: dict[str, Any], pool: Pools, above: tuple[str, ...], seed: int
) -> None:
    plain = schema_of(context)
    expanded = [PREFIXES[iri.partition(":")[0]] + iri.partition(":")[2] if iri[:4] != "http" else iri for iri in above]
    schema = schema_of(context, dict.fromkeys(plain.types, expanded))
    agreed(documents(schema, pool, seed))


# What JSON, IRIs or processors of JSON-LD may take for something else.
WORDS = (
    "id", "type", "Id", "ident", 'i"d', "i\\d", "", "ex:id", "doi", "urn", "tag", "info", "ftp", "https", "a b", "é",
    "_id", "1d", "i-d", "hasOwnProperty", "constructor", "base", "context", "value", "language", "set", "none", "null",
)  # fmt: skip
PLACES = (
    *ROOTS, "https://x.org//", "https://x.org/a//b/", "https://x.org/a;b/", "https://x.org/.../", "https://x.org/a/./b/",
    "https://x.org/a/../b/", "https://x.org/%2F/", "https://x.org/:/", "https://x.org/@/", "https://u@example.org/a/",
    "urn:a/", "urn:a//b/", "doi:10.1/", "tag:x.org,2020:a/", "info:x/", "ftp://x.org/a/", "https://x.org/a?b/", "https://x.org/a#/",
)  # fmt: skip
ENDS = (
    "a",
    "a:",
    "a/",
    "a#",
    "a?",
    "a@",
    "a[",
    "a]",
    "a=",
    "#a",
    "",
    "/",
    "//a",
    "a b",
    'a"b',
    "a\\b",
    "a%20b",
    "a%2",
    "é",
)


@st.composite
def hostile_contexts(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a context of which a few things are at the edge of what can be carried, or beyond it."""
    terms: dict[str, Any] = dict(draw(contexts())["@context"])
    word, end = st.sampled_from(WORDS) | st.sampled_from(sorted(SCHEMES)), st.sampled_from(ENDS)
    spaces = st.sampled_from(("lp:", "dct:", "x:", "https://x.org/", "urn:p:", "doi:10.1/"))
    kinds = st.sampled_from(({}, {"@type": "@id"}, {"@container": "@language"}, {"@type": "xsd:date"}))
    for _ in range(draw(st.sampled_from((1, 1, 1, 2)))):
        what = draw(st.sampled_from(("alias", "column", "column", "base", "prefix", "base", "type")))
        if what == "alias":
            keyword = draw(st.sampled_from(("@id", "@type")))
            terms = {name: value for name, value in terms.items() if value != keyword} | {draw(word): keyword}
        elif what == "prefix":
            terms[draw(word)] = draw(spaces) + draw(st.sampled_from(("/", "#", "a/", "a#", "//", "")))
        elif what == "base":
            place = draw(st.sampled_from(PLACES))
            terms["Place"] = {"@id": "lp:Place", "@context": {"@base": place}}
            terms["@base"] = draw(st.sampled_from((terms["@base"], place)))
        elif what == "type":
            terms[draw(word).capitalize()] = {
                "@id": draw(spaces) + draw(end),
                "@context": {"@base": "https://y.org/t/"},
            }
        else:
            terms[draw(word)] = {"@id": draw(spaces) + draw(end), **draw(kinds)}
    return {"@context": terms | {"link": {"@id": "lp:link", "@type": "@id"}}}


def test_contexts_at_the_edge_are_read_alike_or_refused() -> None:
    seen: Counter[str] = Counter()
    told: list[str] = []

    @settings(max_examples=4 * EXAMPLES, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(hostile_contexts(), pools(), st.integers(0, 2**32))
    def judge(context: dict[str, Any], pool: Pools, seed: int) -> None:
        try:
            schema = schema_of(context)
        except SetupError as refused:
            seen["refused"] += 1
            told.append(str(refused))
            return
        seen["read"] += 1
        agreed(documents(schema, Pools(pool.texts, pool.ids, [*pool.iris, *OTHER_SCHEMES]), seed, 12))

    judge()
    assert [one for one in told if not re.fullmatch(r"context: .+[.?]", one, re.DOTALL)] == []
    assert min(seen["read"], seen["refused"]) > EXAMPLES / 2


# ---------------------------------------------------------------- the published tables


def tables_as_published(schema: Schema, made: list[Rows]) -> list[tuple[RecordType, list[Column], str]]:
    """Write tables as CSV, without their nested columns."""
    found = []
    for kind, names, rows in made:
        columns = [column for column in columns_of(names, schema) if not column.parents]
        lists = {column.name for column in columns if column.field and column.field.many}
        head = ["id", *(column.name for column in columns)]
        write = compile_table(head, names, lists)
        ids, *cells = zip(*rows, strict=True)
        text = header_line(head) + "".join(write(Batch(0, ids, range(len(ids)), cells)))
        found.append((kind, columns, text))
    return found


def terms_of(field: Field, column: Column, cell: str, schema: Schema) -> list[Term]:
    """Read a cell as a program does that knows CSV on the Web: lists by their separator, blanks of XML around items."""
    values = [item.strip(" \t\r\n") for item in cell.split(";")] if field.many else [cell]
    found: list[Term] = []
    for value in filter(None, values):
        if field.kind is Kind.VALUE:
            continue
        if field.kind in {Kind.TEXT, Kind.PLAIN} and (column.language or field.language):
            found.append(("literal", value, column.language or field.language, f"{RDF}langString"))
        elif field.kind in {Kind.TEXT, Kind.PLAIN}:
            found.append(("literal", value, "", f"{XSD}string"))
        elif field.kind is Kind.LITERAL:
            is_date = field.datatype == f"{XSD}date"
            found.append(("literal", value, "", date_type(value) if is_date else field.datatype))
        elif field.kind is Kind.PREDICATE:
            found.append(("iri", schema.fields[value].iri))
        else:
            found.append(("iri", schema.iri_of(field, value)))
    return found


@settings(max_examples=EXAMPLES // 2, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(contexts(), pools(), st.integers(0, 2**32))
@example(EVERY_KIND, ALL_TEXTS, 1)
def test_the_published_tables_say_what_the_dumps_say(context: dict[str, Any], pool: Pools, seed: int) -> None:
    schema = schema_of(context)
    triples = oxigraph_triples(documents(schema, pool, seed)["ntriples"], ox.RdfFormat.N_TRIPLES)
    said: set[Triple] = set()
    left_out = {f"{RDF}type"}
    made = random_tables(schema, pool, seed, RECORDS)
    for _, names, _ in made:
        nested = [column for column in columns_of(names, schema) if column.parents]
        left_out |= {field.iri for column in nested for field in (*column.parents, column.field) if field}
    for kind, columns, text in tables_as_published(schema, made):
        for identifier, *cells in list(csv.reader(io.StringIO(text, newline="")))[1:]:
            for column, cell in zip(columns, cells, strict=True):
                if column.field is None:
                    continue
                if column.field.kind is Kind.VALUE:
                    left_out.add(column.field.iri)
                subject, predicate = ("iri", kind.base + identifier), ("iri", column.field.iri)
                said |= {(subject, predicate, term) for term in terms_of(column.field, column, cell, schema)}
    assert said <= triples
    assert {triple for triple in triples if triple[1][1] not in left_out} <= said


def test_the_example_has_every_kind_of_field() -> None:
    kinds = {field.kind for field in schema_of(EVERY_KIND).fields.values()}
    assert kinds == set(Kind)


@pytest.mark.parametrize("name", ["portfolio"])
def test_seven_readings_of_the_shipped_records_agree(release: Path, name: str) -> None:
    dumps = {form: (release / f"{name}{FORMATS[form].suffix}").read_text("utf-8") for form in FORMATS}
    assert len(agreed(dumps)) == dumps["ntriples"].count("\n")


def test_two_readings_of_the_shipped_evidence_agree(release: Path) -> None:
    text = (release / "evidence.ttl").read_text("utf-8")
    assert oxigraph_triples(text, ox.RdfFormat.TURTLE) == rdflib_triples(text, "turtle")
