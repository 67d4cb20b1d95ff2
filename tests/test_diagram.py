"""The picture of the model: drawn from the ontology, and always the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkedproj.model.context import compile_context
from linkedproj.model.paths import shipped
from linkedproj.model.schema import Schema, load_schema
from linkedproj.writers.diagram import draw

if TYPE_CHECKING:
    from .conftest import Small

ROOT = Path(__file__).parents[1]
LINK = re.compile(r' {4}(?P<start>\w+) \}o--(?:o\||\|\||o\{|\|\{) (?P<end>\w+) : "(?P<terms>[\w, ]+)"')


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema(shipped("ontology"))


def links(drawn: str) -> set[tuple[str, str, str]]:
    return {
        (match["start"], term, match["end"])
        for match in map(LINK.fullmatch, drawn.splitlines())
        if match
        for term in match["terms"].split(", ")
    }


def test_the_readme_shows_what_the_command_prints(schema: Schema) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    drawn = draw(schema, columns=False, details=False)
    assert f"```mermaid\n{drawn}```\n" in readme, "the diagram is out of date. Run: linkedproj diagram --links"


@pytest.mark.parametrize("columns", [True, False])
def test_every_link_is_drawn(schema: Schema, *, columns: bool) -> None:
    assert links(draw(schema, columns=columns)) == {
        (kind.name, term, schema.fields[term].target)
        for kind in schema.types.values()
        for term in kind.terms or ()
        if schema.fields[term].target
    }


def test_every_type_and_every_column_is_in_it(schema: Schema) -> None:
    words = set(re.findall(r"\w+", draw(schema)))
    columns = {term for kind in schema.types.values() for term in kind.terms or ()}
    assert set(schema.types) | columns <= words


def test_each_line_is_one_that_mermaid_reads(schema: Schema) -> None:
    first, *lines = draw(schema).splitlines()
    assert first == "erDiagram"
    entity = r" {4}\w+ \{|    \}"
    column = r' {8}[A-Za-z]+(?:\[\])? [A-Za-z]\w*(?: "required")?'
    assert [line for line in lines if not re.fullmatch(f"{entity}|{column}|{LINK.pattern}", line)] == []


def test_a_made_up_type_is_drawn_as_it_is() -> None:
    context = compile_context({
        "@context": {
            "@version": 1.1,
            "@base": "https://e.example/id/",
            "id": "@id",
            "type": "@type",
            "e": "https://e.example/ns#",
            "Event": {"@id": "e:Event", "@context": {"@base": "https://e.example/id/event/"}},
            "Venue": {"@id": "e:Venue", "@context": {"@base": "https://e.example/id/venue/"}},
            "heading": {"@id": "e:heading", "@container": "@language"},
            "venues": {
                "@id": "e:venue", "@type": "@id", "@container": "@set",
                "@context": {"@base": "https://e.example/id/venue/"},
            },
        },
    })  # fmt: skip
    drawn = draw(Schema(context, context.types, {}))
    assert links(drawn) == {("Event", "venues", "Venue"), ("Venue", "venues", "Venue")}
    assert "        text heading\n" in drawn


def test_the_command_prints_it(small: Small, schema: Schema) -> None:
    assert small.run("diagram").out == draw(schema)
    assert small.run("diagram", "--links").out == draw(schema, columns=False, details=False)
    assert small.run("diagram", "--links", "--all").out == draw(schema, columns=False)


def test_the_core_stands_first_and_a_small_picture_shows_nothing_else(schema: Schema) -> None:
    details = {name for name, kind in schema.types.items() if kind.is_detail}
    assert {"Finance", "Grant"} <= details
    order = re.findall(r"^    (\w+)$", draw(schema, columns=False), re.MULTILINE)
    assert [name in details for name in order] == sorted(name in details for name in order)
    core = draw(schema, columns=False, details=False)
    assert {name for name in re.findall(r"\w+", core) if name in schema.types} == set(schema.types) - details
