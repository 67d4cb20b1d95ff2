"""The columns a table may have, as the ontology explains them: what goes in, what it means, and whether it must.

The texts are those of the shapes (sh:description, skos:example, sh:in), of the vocabulary (label, definition), and of
columns.ttl, which explains terms that come from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.context import Kind
from linkedproj.model.shapes import RDFS, SH, SKOS, Shapes, read_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.model.shapes import Term

_COUNTED = (SH + "minCount", SH + "qualifiedMinCount")
_DEFINITION = SKOS + "definition"
_LABEL = RDFS + "label"
_PREFERRED = SKOS + "prefLabel"


@dataclass(frozen=True)
class Code:
    """A value that a cell may hold, as it is written there, with its names and meanings by language."""

    value: str
    label: Mapping[str, str] = field(default_factory=dict)
    meaning: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableColumn:
    """One column: `name` is its header without a language ("budget.value"), `field` what its cells hold.

    `must` says who fills it: "required", "together" (where another column of the same nested record is filled), "asked"
    (a warning where it is empty), "filled" (by the build, where it is empty) or "". `languages` are those it is
    required in; of a text that is required and has none, one language will do. `codes` is empty where any value of its
    kind may stand.
    """

    name: str
    field: Field
    must: str
    languages: tuple[str, ...]
    meaning: Mapping[str, str]
    codes: tuple[Code, ...]
    examples: tuple[str, ...]
    label: Mapping[str, str]


class Explained:
    """What the files of an ontology say of tables and columns, as graphs; `advice` is that of columns.ttl."""

    def __init__(self, schema: Schema, shapes: Shapes, vocabulary: Shapes, advice: Shapes) -> None:
        self._schema, self._shapes, self._vocabulary = schema, shapes, vocabulary
        named = ((subject, advice.text(subject, SH + "name")) for subject in advice.subjects(SH + "name"))
        self._advice = {name: advice.texts(subject, SH + "description") for subject, name in named}

    @classmethod
    def of(cls, schema: Schema, ontology: Path) -> Explained:
        """Read the shapes and the vocabulary in the folder of an ontology.

        Raises:
            SetupError: one is missing or is no Turtle.
        """
        shapes = read_shapes(ontology / "shapes.ttl", "ontology/shapes.ttl")
        vocabulary = read_shapes(ontology / "linkedproj.ttl", "ontology/linkedproj.ttl")
        columns = ontology / "columns.ttl"
        advice = read_shapes(columns, "ontology/columns.ttl") if columns.is_file() else Shapes(())
        return cls(schema, shapes, vocabulary, advice)

    def tables(self) -> list[RecordType]:
        """Return the record types that have a table, in the order of the context."""
        return sorted((kind for kind in self._schema.types.values() if not kind.nested), key=lambda kind: kind.order)

    def table_label(self, kind: RecordType) -> dict[str, str]:
        """Return what a record type is called, by language."""
        shape = self._shape_of(kind)
        return self._texts(kind.iri, _LABEL) or (self._shapes.texts(shape, _LABEL) if shape else {})

    def table_meaning(self, kind: RecordType) -> dict[str, str]:
        """Return what a record of a type is, by language."""
        shape = self._shape_of(kind)
        described = self._shapes.texts(shape, SH + "description") if shape else {}
        return described or self._texts(kind.iri, _DEFINITION) or self._advice.get(kind.name, {})

    def columns(self, kind: RecordType) -> list[TableColumn]:
        """Return the columns that a curator may fill, in the order of the context, those of nested records behind."""
        return [self._column(name, term, owner) for name, term, owner in self._schema.fillable(kind)]

    def _column(self, name: str, term: Field, kind: RecordType) -> TableColumn:
        shapes = list(self._property_shapes(kind, term.term))
        required = [column for column in kind.required if column.partition("@")[0] == term.term]
        described = self._first(shapes, SH + "description")
        return TableColumn(
            name,
            term,
            self._must(term, kind, shapes, is_required=bool(required)),
            tuple(sorted(tag for column in required if (tag := column.partition("@")[2]))),
            described or self._texts(term.iri, _DEFINITION) or self._advice.get(term.term, {}),
            self._codes(term, shapes),
            tuple(
                dict.fromkeys(text for shape in shapes for text in self._shapes.texts(shape, SKOS + "example").values())
            ),
            self._first(shapes, RDFS + "label") or self._texts(term.iri, _LABEL),
        )

    def _must(self, term: Field, kind: RecordType, shapes: Iterable[Term], *, is_required: bool) -> str:
        if is_required:
            return "together" if kind.nested else "required"
        if term.term in kind.derived:
            return "filled"
        asking = [shape for shape in shapes if any(int(self._shapes.text(shape, name) or 0) > 0 for name in _COUNTED)]
        if term.kind is Kind.TEXT and any(self._is_violation(shape) for shape in asking):
            # Of a text that is required in any language, no one column is.
            return "together" if kind.nested else "required"
        return "asked" if asking else ""

    def _is_violation(self, shape: Term) -> bool:
        return self._shapes.text(shape, SH + "severity") in {"", SH + "Violation"}

    def _codes(self, term: Field, shapes: Iterable[Term]) -> tuple[Code, ...]:
        listed = [
            member.value
            for shape in shapes
            for head in self._shapes.objects(shape, SH + "in")
            for member in self._shapes.members(head)
        ]
        if term.kind is Kind.CODE and not listed:
            listed = [term.base + code for code in sorted(self._schema.codes.get(term.base, ()))]
        values = dict.fromkeys(iri.removeprefix(term.base) for iri in listed if iri.startswith(term.base))
        if term.kind is not Kind.CODE:
            values = {}
        return tuple(
            Code(value, self._texts(term.base + value, _PREFERRED), self._texts(term.base + value, _DEFINITION))
            for value in values
        )

    def _first(self, shapes: Iterable[Term], predicate: str) -> dict[str, str]:
        return next((texts for shape in shapes if (texts := self._shapes.texts(shape, predicate))), {})

    def _texts(self, iri: str, predicate: str) -> dict[str, str]:
        return self._vocabulary.texts(ox.NamedNode(iri), predicate)

    def _property_shapes(self, kind: RecordType, term: str) -> Iterator[Term]:
        shape = self._shape_of(kind)
        for prop in self._shapes.objects(shape, SH + "property") if shape else ():
            if term in {name.value for name in self._shapes.objects(prop, SH + "name")}:
                yield prop

    def _shape_of(self, kind: RecordType) -> Term | None:
        """Return the node shape that names the columns of a type."""
        return self._shape_by_class.get(kind.iri)

    @cached_property
    def _shape_by_class(self) -> dict[str, Term]:
        found: dict[str, Term] = {}
        for shape in self._shapes.subjects(SH + "property"):
            for target in self._shapes.objects(shape, SH + "targetClass"):
                found.setdefault(target.value, shape)
        return found


def column_names(columns: Iterable[TableColumn], languages: Iterable[str]) -> list[str]:
    """Return the headers of a table with some columns: a text has one for each language."""
    tags = list(languages)
    found = []
    for column in columns:
        found += [f"{column.name}@{tag}" for tag in tags] if column.field.kind is Kind.TEXT else [column.name]
    return found
