"""The context is the one mapping: what lies outside the supported part of JSON-LD is refused by name, at its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.mapping import CONFIG, ROOT, schema_of

from linkedproj.model.context import Kind, compile_context, load_context
from linkedproj.model.errors import SetupError
from linkedproj.tables.cells import CellChecks, column_named

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.model.context import Context

SOUND = """\
{"@context": {
  "@version": 1.1,
  "@base": "https://data.example.org/id/",
  "dct": "http://purl.org/dc/terms/",
  "xsd": "http://www.w3.org/2001/XMLSchema#",
  "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
  "id": "@id",
  "type": "@type",
  "Project": {"@id": "dct:Project", "@context": {"@base": "https://data.example.org/id/project/"}},
  "title": {"@id": "dct:title", "@container": "@language"}
}}
"""


@pytest.fixture
def compiled(tmp_path: Path) -> Compile:
    return Compile(tmp_path / "context.jsonld")


class Compile:
    """Compile a context from its text."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, text: str, base: str | None = None) -> Context:
        """Compile it, as the file ontology/context.jsonld."""
        self.path.write_text(text, "utf-8")
        return load_context(self.path, base, "ontology/context.jsonld")

    def refusal(self, text: str) -> str:
        """Give the sentence with which it is refused."""
        with pytest.raises(SetupError) as caught:
            self(text)
        return str(caught.value)


def test_the_sound_context_compiles(compiled: Compile) -> None:
    context = compiled(SOUND)
    assert (list(context.types), list(context.fields)) == (["Project"], ["title"])


# What stands on line 11, below the title -> where in that line, and the sentence.
TERMS = {
    "@vocab": ('"@vocab": "https://x.org/"', '"@vocab" is not supported. Define each term by its full IRI instead.'),
    "@import": ('"@import": "https://x.org/"', '"@import" is not supported. Define each term by its full IRI instead.'),
    "@protected": ('"@protected": true', '"@protected" is not supported. Define each term by its full IRI instead.'),
    "@propagate": ('"@propagate": false', '"@propagate" is not supported. Define each term by its full IRI instead.'),
    "@language for all": ('"@language": "en"', '"@language" is not supported in a context.'),
    "@direction for all": (
        '"@direction": "rtl"',
        '"@direction" is not supported. Define each term by its full IRI instead.',
    ),
    "null": ('"url": null', 'the term "url" is null. Leave the term out instead.'),
    "@reverse": ('"url": {"@reverse": "dct:source"}', '"@reverse" in the term "url" is not supported.'),
    "@nest": ('"url": {"@id": "dct:source", "@nest": "more"}', '"@nest" in the term "url" is not supported.'),
    "@index as a key": ('"url": {"@id": "dct:a", "@index": "dct:b"}', '"@index" in the term "url" is not supported.'),
    "@direction": ('"url": {"@id": "dct:a", "@direction": "rtl"}', '"@direction" in the term "url" is not supported.'),
    "@protected term": (
        '"url": {"@id": "dct:a", "@protected": true}',
        '"@protected" in the term "url" is not supported.',
    ),
    "@prefix": ('"url": {"@id": "dct:a", "@prefix": true}', '"@prefix" in the term "url" is not supported.'),
    "null inside": ('"url": {"@id": "dct:a", "@type": null}', '"@type" in the term "url" is not supported.'),
    "null context": ('"url": {"@id": "dct:a", "@context": null}', '"@context" in the term "url" is not supported.'),
    **{
        container: (
            f'"url": {{"@id": "dct:a", "@container": "{container}"}}',
            f'the container {container} of "url" is not supported. Use "@set" or "@language".',
        )
        for container in ("@list", "@index", "@graph", "@id", "@type", "@none")
    },
    "two containers": (
        '"url": {"@id": "dct:a", "@container": ["@index", "@set"]}',
        'the container [\'@index\', \'@set\'] of "url" is not supported. Use "@set" or "@language".',
    ),
    **{
        f"{keyword} as a datatype": (
            f'"url": {{"@id": "dct:a", "@type": "{keyword}"}}',
            f'the datatype "{keyword}" of "url" has no check of its spelling here.',
        )
        for keyword in ("@json", "@none")
    },
    "unknown datatype": (
        '"seen": {"@id": "dct:a", "@type": "xsd:time"}',
        'the datatype "xsd:time" of "seen" has no check of its spelling here.',
    ),
    "several datatypes": (
        '"seen": {"@id": "dct:a", "@type": ["xsd:date"]}',
        'the datatype "[\'xsd:date\']" of "seen" has no check of its spelling here.',
    ),
    "@included": (
        '"url": {"@id": "@included"}',
        'the "@id" of "url", "@included", is no IRI: its prefix is not declared.',
    ),
    "alias of a keyword": (
        '"url": "@graph"',
        '"url" is neither a prefix (an absolute IRI that ends in "#" or "/") nor an object.',
    ),
    "short term": (
        '"url": "dct:source"',
        '"url" is neither a prefix (an absolute IRI that ends in "#" or "/") nor an object.',
    ),
    "number": ('"url": 3', 'the term "url" must be an object with an "@id".'),
    "no @id": ('"url": {"@type": "@id"}', 'the term "url" needs an "@id" with an IRI.'),
    "unknown prefix": (
        '"url": {"@id": "dtc:source"}',
        'the "@id" of "url", "dtc:source", is no IRI: its prefix is not declared. Did you mean "dct"?',
    ),
    "relative base": (
        '"theme": {"@id": "dct:subject", "@type": "@id", "@context": {"@base": "theme/"}}',
        (
            'the "@base" of "theme" is relative ("theme/"): processors disagree on what that means. '
            'Write an absolute IRI that ends in "/".'
        ),
    ),
    "base without an end": (
        '"theme": {"@id": "dct:subject", "@type": "@id", "@context": {"@base": "https://x.org/theme"}}',
        'the "@base" of "theme", "https://x.org/theme", must end in "/", without "?" or "#": ids are appended to it.',
    ),
    "base with a fragment": (
        '"theme": {"@id": "dct:subject", "@type": "@id", "@context": {"@base": "https://x.org/theme#"}}',
        'the "@base" of "theme", "https://x.org/theme#", must end in "/", without "?" or "#": ids are appended to it.',
    ),
    "base with a query": (
        '"theme": {"@id": "dct:subject", "@type": "@id", "@context": {"@base": "https://x.org/?q=/"}}',
        'the "@base" of "theme", "https://x.org/?q=/", must end in "/", without "?" or "#": ids are appended to it.',
    ),
    "terms in a scope": (
        '"theme": {"@id": "dct:subject", "@type": "@id", "@context": {"@base": "https://x.org/", "a": "dct:a"}}',
        'the "@context" of "theme" may hold an "@base" and nothing else.',
    ),
    "base without a link": (
        '"theme": {"@id": "dct:subject", "@context": {"@base": "https://x.org/"}}',
        '"theme" has an "@base" but is no link. Give it "@type": "@id".',
    ),
    "type with a container": (
        '"City": {"@id": "dct:City", "@container": "@set", "@context": {"@base": "https://x.org/"}}',
        'the record type "City" may have "@id" and "@context", not @container.',
    ),
    "type without a base": (
        '"City": {"@id": "dct:City"}',
        'the record type "City" needs "@context": {"@base": ...} for its ids.',
    ),
    "type with a blank": (
        '"My City": {"@id": "dct:City", "@context": {"@base": "https://x.org/"}}',
        '"My City" cannot name a record type. Use letters and digits only.',
    ),
    "term with a hyphen": (
        '"home-page": {"@id": "dct:a"}',
        '"home-page" cannot name a column. Use letters and digits only.',
    ),
    "blank node prefix": (
        '"_": "https://x.org/"',
        '"_" cannot name a prefix. Use letters, digits and hyphens, and no scheme of an IRI.',
    ),
    "scheme as a prefix": (
        '"https": "https://x.org/"',
        '"https" cannot name a prefix. Use letters, digits and hyphens, and no scheme of an IRI.',
    ),
    "typed text by language": (
        '"note": {"@id": "dct:a", "@container": "@language", "@type": "xsd:string"}',
        '"note" is text by language: it can have no "@type" or "@language".',
    ),
    "type and language": (
        '"note": {"@id": "dct:a", "@language": "en", "@type": "xsd:string"}',
        '"note" has both "@type" and "@language". Keep one.',
    ),
    "language in capitals": (
        '"note": {"@id": "dct:a", "@language": "en-GB"}',
        'the "@language" of "note" must be a tag in lower case.',
    ),
    "no IRI once it is joined": (
        '"url": {"@id": "xsd:a#b"}',
        (
            '"xsd:a#b" in the term "url" stands for "http://www.w3.org/2001/XMLSchema#a#b", which is no IRI. '
            "Write it in full."
        ),
    ),
    "no datatype once it is joined": (
        '"url": {"@id": "dct:a", "@type": "xsd:a b"}',
        (
            '"xsd:a b" in the term "url" stands for "http://www.w3.org/2001/XMLSchema#a b", which is no IRI. '
            "Write it in full."
        ),
    ),
    "no class once it is joined": (
        '"City": {"@id": "dct:\\"x", "@context": {"@base": "https://x.org/"}}',
        '"dct:"x" in the term "City" stands for "http://purl.org/dc/terms/"x", which is no IRI. Write it in full.',
    ),
    **{
        f"a scheme as a column that ends in {end}": (
            f'"doi": {{"@id": "dct:a{end}"}}',
            '"doi" is a column and a scheme: some programs read "doi:..." in a cell by it. Take another name.',
        )
        for end in ("/", "#", ":", "?", "@")
    },
    "a scheme as a column of its own scheme": (
        '"doi": {"@id": "doi:10.1/x"}',
        '"doi" is a column and a scheme: some programs read "doi:10.1/x" by it. Take another name.',
    ),
    "a scheme as a column beside terms of that scheme": (
        '"urn": {"@id": "dct:a"}, "b": {"@id": "urn:x:y"}',
        '"urn" is a column and a scheme: some programs read "urn:x:y" by it. Take another name.',
    ),
    **{
        f"base of the scheme {scheme}": (
            f'"theme": {{"@id": "dct:a", "@type": "@id", "@context": {{"@base": "{scheme}:x/"}}}}',
            (
                f'the "@base" of "theme", "{scheme}:x/", must begin with "https:", "http:", "ftp:" or "urn:": '
                "some programs append no ids to others."
            ),
        )
        for scheme in ("doi", "tag", "info")
    },
    **{
        f"base with {base}": (
            f'"theme": {{"@id": "dct:a", "@type": "@id", "@context": {{"@base": "{base}"}}}}',
            (
                f'the "@base" of "theme", "{base}", has "//" in its path, of which some programs make "/". '
                "Write one slash."
            ),
        )
        for base in ("https://x.org//", "https://x.org/a//b/", "urn:a//b/")
    },
    "base with dots": (
        '"theme": {"@id": "dct:a", "@type": "@id", "@context": {"@base": "https://x.org/a/../b/"}}',
        (
            'the "@base" of "theme", "https://x.org/a/../b/", has "." or ".." between slashes, which programs resolve. '
            "Write the path without them."
        ),
    ),
    "several of any value": (
        '"object": {"@id": "rdf:object", "@container": "@set"}',
        '"object" takes any one value: it can have no "@container" or "@language".',
    ),
}


@pytest.mark.parametrize("case", TERMS)
def test_what_is_not_supported_is_refused_by_name_at_its_place(compiled: Compile, case: str) -> None:
    line, sentence = TERMS[case]
    text = SOUND.replace("\n}}", f",\n   {line}\n}}}}")
    assert compiled.refusal(text) == f"ontology/context.jsonld:11:4: {sentence}"


# What is replaced in the sound context -> by what, the place, and the sentence.
CHANGES = {
    "array of contexts": (
        SOUND,
        '{"@context": ["https://x.org/c", {}]}',
        "1:2: an array of contexts is not supported. Write all terms into one object.",
    ),
    "remote context": (
        SOUND,
        '{"@context": "https://x.org/context.jsonld"}',
        "1:2: the remote context https://x.org/context.jsonld is not supported. Copy its terms into this file.",
    ),
    "null context": (SOUND, '{"@context": null}', '1:2: "@context" must be one object of terms.'),
    "more than the context": (
        SOUND,
        '{\n "@context": {}, "@graph": []}',
        '2:2: the file must be one object with the one key "@context".',
    ),
    "no context": (SOUND, "[]", ' the file must be one object with the one key "@context".'),
    "missing version": (
        '"@version": 1.1,',
        "",
        ' "@version" must be 1.1: scoped contexts are new in JSON-LD 1.1.',
    ),
    "older version": (
        '"@version": 1.1',
        '"@version": 1.0',
        '2:3: "@version" must be 1.1: scoped contexts are new in JSON-LD 1.1.',
    ),
    "missing base": (
        '"@base": "https://data.example.org/id/",',
        "",
        '1:2: "@base" must be an absolute IRI that ends in "/": ids are appended to it.',
    ),
    "base that is no folder": (
        "https://data.example.org/id/",
        "https://data.example.org/id",
        '3:3: "@base" must be an absolute IRI that ends in "/": ids are appended to it.',
    ),
    "relative base": (
        '"https://data.example.org/id/"',
        '"/id/"',
        '3:3: "@base" must be an absolute IRI that ends in "/": ids are appended to it.',
    ),
    "two aliases": (
        '"type": "@type",',
        '"type": "@type",\n  "kind": "@type",',
        '7:3: the context needs exactly one alias of "@id" and one of "@type".',
    ),
    **{
        f"alias {alias}": (
            '"id": "@id"',
            f'"{alias}": "@id"',
            f'7:3: "{meant}" cannot stand for "@id". Use letters and digits only.',
        )
        for alias, meant in {'i\\"d': 'i"d', "i\\\\d": "i\\d", "": "", "dct:id": "dct:id", "a b": "a b"}.items()
    },
    "doubled slash in the base": (
        '"https://data.example.org/id/"',
        '"https://data.example.org//id/"',
        (
            '3:3: "@base", "https://data.example.org//id/", has "//" in its path, of which some programs make "/". '
            "Write one slash."
        ),
    ),
    "base without a host": (
        '"https://data.example.org/id/"',
        '"doi:10.1/id/"',
        (
            '3:3: "@base", "doi:10.1/id/", must begin with "https:", "http:", "ftp:" or "urn:": '
            "some programs append no ids to others."
        ),
    ),
    "no alias": ('"id": "@id",', "", ' the context needs exactly one alias of "@id" and one of "@type".'),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_context_that_is_wrong_as_a_whole_is_refused(compiled: Compile, case: str) -> None:
    old, new, sentence = CHANGES[case]
    assert compiled.refusal(SOUND.replace(old, new, 1)) == f"ontology/context.jsonld:{sentence}"


def test_a_context_that_is_no_json_is_refused(compiled: Compile) -> None:
    assert compiled.refusal('{"@context": {') == (
        "ontology/context.jsonld:1:15: the context cannot be read: "
        "Expecting property name enclosed in double quotes. Correct the JSON."
    )


def test_a_link_without_a_base_takes_absolute_iris_only(compiled: Compile) -> None:
    line = '"url": {"@id": "dct:source", "@type": "@id"}'
    field = compiled(SOUND.replace("\n}}", f",\n  {line}\n}}}}")).fields["url"]
    assert (field.kind, field.base) == (Kind.IRI, "")


KINDS = {
    "title": (Kind.TEXT, False),
    "acronym": (Kind.PLAIN, False),
    "start": (Kind.LITERAL, False),
    "project": (Kind.LINK, False),
    "theme": (Kind.LINK, True),
    "role": (Kind.CODE, True),
    "sameAs": (Kind.IRI, True),
    "subject": (Kind.RECORD, False),
    "predicate": (Kind.PREDICATE, False),
    "object": (Kind.VALUE, False),
}


@pytest.mark.parametrize("term", KINDS)
def test_the_shipped_context_says_what_each_column_holds(term: str) -> None:
    field = load_context(ROOT / "ontology/context.jsonld").fields[term]
    assert (field.kind, field.many) == KINDS[term]


def test_another_base_reaches_every_scope_and_the_published_text(compiled: Compile) -> None:
    link = '"project": {"@id": "dct:a", "@type": "@id", "@context": {"@base": "https://data.example.org/id/project/"}}'
    text = SOUND.replace("\n}}", f",\n  {link}\n}}}}")
    context = compiled(text, "https://dades.barcelona.example/id/")
    assert context.base == "https://dades.barcelona.example/id/"
    assert context.types["Project"].base == "https://dades.barcelona.example/id/project/"
    assert context.fields["project"].base == "https://dades.barcelona.example/id/project/"
    assert context.fields["project"].target == "Project"
    assert json.dumps(context.document).count("https://dades.barcelona.example/id/") == 3
    assert "data.example.org" not in json.dumps(context.document)


def test_the_same_base_changes_nothing(compiled: Compile) -> None:
    assert compiled(SOUND, "https://data.example.org/id/").document == json.loads(SOUND)


@pytest.mark.parametrize(
    ("base", "why"),
    [
        ("https://x.org//id/", 'has "//" in its path, of which some programs make "/". Write one slash.'),
        ("info:x/", 'must begin with "https:", "http:", "ftp:" or "urn:": some programs append no ids to others.'),
        ("https://x.org/id", 'must end in "/", without "?" or "#": ids are appended to it.'),
        ("id/", 'must be an absolute IRI that ends in "/": ids are appended to it.'),
    ],
)
def test_a_base_that_ids_cannot_be_appended_to_is_refused(compiled: Compile, base: str, why: str) -> None:
    with pytest.raises(SetupError) as caught:
        compiled(SOUND, base)
    assert str(caught.value) == f'the base "{base}" {why}'


def test_a_column_may_be_called_like_a_scheme_where_nothing_is_read_by_it(compiled: Compile) -> None:
    assert compiled(SOUND.replace("\n}}", ',\n "doi": {"@id": "dct:doi"}\n}}')).fields["doi"].kind is Kind.PLAIN


def test_an_id_is_no_alias_of_the_context_whatever_that_is() -> None:
    document = json.loads(SOUND.replace('"id": "@id"', '"ident": "@id"'))
    link = {"@id": "dct:a", "@type": "@id", "@context": {"@base": "https://data.example.org/id/project/"}}
    document["@context"]["follows"] = link
    document["@context"]["code"] = link | {"@context": {"@base": "https://data.example.org/code/"}}
    schema = schema_of(document)
    checks = CellChecks(schema, CONFIG)
    for term, rule in (("follows", "LP-LINK-FORM"), ("code", "LP-CODE-FORM")):
        column = column_named(term, 0, schema.fields)
        found = {cell: [fault.rule for fault in checks.faults(column, cell)] for cell in ("ident", "type", "id")}
        assert found == {"ident": [rule], "type": [rule], "id": []}
        assert not checks.is_plain(column, "ident")
    faults = [checks.id_fault(schema.types["Project"], cell) for cell in ("ident", "id")]
    assert [fault and fault.rule for fault in faults] == ["LP-ID-RESERVED", None]


def test_a_document_in_memory_is_refused_without_a_line() -> None:
    with pytest.raises(
        SetupError, match=r'^context: "@version" must be 1\.1: scoped contexts are new in JSON-LD 1\.1\.$'
    ):
        compile_context({"@context": {"@base": "https://x.org/"}})


def test_an_iri_is_shortened_where_a_prefix_fits(compiled: Compile) -> None:
    context = compiled(SOUND)
    assert context.compact("http://purl.org/dc/terms/title") == "dct:title"
    assert context.compact("http://purl.org/dc/terms/a/b") == "http://purl.org/dc/terms/a/b"
    assert context.compact("https://x.org/") == "https://x.org/"
