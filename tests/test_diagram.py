"""The picture of the model: drawn from the ontology, always the same, and legible."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from linkedproj.model.paths import shipped
from linkedproj.model.schema import load_schema
from linkedproj.writers.diagram import draw
from linkedproj.writers.diagram.labels import faults
from linkedproj.writers.diagram.layout import compose

if TYPE_CHECKING:
    from linkedproj.model.schema import Schema
    from linkedproj.writers.diagram.parts import Picture

ROOT = Path(__file__).parents[1]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema(shipped("ontology"))


@pytest.fixture(scope="module")
def picture(schema: Schema) -> Picture:
    return compose(schema)


def test_the_shipped_picture_is_what_the_command_draws(schema: Schema) -> None:
    shown = (ROOT / "docs/model.svg").read_text(encoding="utf-8")
    assert shown == draw(schema), "docs/model.svg is out of date. Run: linkedproj diagram --out docs/model.svg"


def test_every_type_and_every_column_is_in_it(schema: Schema) -> None:
    words = set(" ".join(ET.fromstring(draw(schema)).itertext()).replace("@", " ").split())  # noqa: S314 - our own text
    columns = {term for kind in schema.types.values() for term in kind.terms or ()}
    assert set(schema.types) | columns <= words


def test_it_says_in_words_what_it_shows(schema: Schema) -> None:
    svg = ET.fromstring(draw(schema))  # noqa: S314 - our own text
    assert svg.get("role") == "img"
    assert svg.findtext(f"{SVG}title") == "The record types of linkedproj and how they are linked"
    assert "Project or Cooperation to Theme: theme." in (svg.findtext(f"{SVG}desc") or "")


def test_no_arrow_and_no_label_hides_anything(picture: Picture) -> None:
    assert [arrow.words for arrow in faults(picture)] == []


def test_what_matters_most_is_drawn(picture: Picture) -> None:
    drawn = {word for arrow in picture.arrows for word in arrow.words}
    assert drawn >= {"hasProject", "participation", "organisation", "forPlace", "programme", "theme", "source", "seat"}


def test_a_link_that_is_not_drawn_is_written(schema: Schema, picture: Picture) -> None:
    boxes = [*(box for frame in picture.frames for box in frame.boxes), *picture.strip]
    drawn = {
        (box.name, word)
        for arrow in picture.arrows
        for end in (arrow.start, arrow.end)
        for box in end.boxes
        for word in arrow.words
    }
    written = {(box.name, line[0][0]) for box in boxes for line in box.lines if line[-1][0].startswith("→")}
    links = {
        (kind.name, term) for kind in schema.types.values() for term in kind.terms or () if schema.fields[term].target
    }
    assert links <= drawn | written


def test_every_line_fits_its_box(picture: Picture) -> None:
    boxes = [*(box for frame in picture.frames for box in frame.boxes), *picture.strip]
    assert [line for box in boxes for line in box.lines if sum(len(text) + 1 for text, _ in line) - 1 > 23] == []
