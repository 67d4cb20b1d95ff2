"""What the columns of a table mean, and where its cells stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.lexical import LANGUAGE
from linkedproj.tables.cells import Column, Fault, nearest
from linkedproj.tables.readers import reader_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.errors import Place
    from linkedproj.model.schema import Schema
    from linkedproj.tables.readers.source import TableFile

DERIVED = frozenset({"label", "temporal", "participation", "activity", "asOf"})
"""Fields that are computed from others, so that no table has a column for them."""


class Header:
    """The columns of one table, compiled.

    What cannot be a column is reported at its header cell, and its values are read no further.
    """

    def __init__(
        self, file: TableFile, kind: RecordType, names: Sequence[str], schema: Schema, languages: Sequence[str]
    ) -> None:
        self.file, self.kind, self.names = file, kind, tuple(map(_with_small_tag, names))
        self._schema, self._languages = schema, languages
        self.problems: list[tuple[int, Fault]] = []
        self.columns = [column for column in map(self._column, range(len(names)), self.names) if column]

    def place(self, line: int, index: int) -> Place:
        """Give the place of the cell `index` in the record that begins at `line`."""
        return reader_of(self.file.path).find(self.file, line, self.names, index)

    @property
    def known(self) -> int:
        """How many names are those of published columns; when there are none, this is no header."""
        unknown = {index for index, fault in self.problems if fault.rule in {"LP-COLUMN-UNKNOWN", "LP-COLUMN-EMPTY"}}
        return sum(name[:1] != "_" for index, name in enumerate(self.names) if index not in unknown)

    def like(self, names: Sequence[str]) -> Header:
        """Make a header of the same table of other names."""
        return Header(self.file, self.kind, names, self._schema, self._languages)

    @property
    def missing(self) -> list[str]:
        """The required columns that the table does not have."""
        return sorted(self.kind.required - set(self.names))

    def _column(self, index: int, name: str) -> Column | None:
        if name == "id" or name[:1] == "_":
            fault = self._twice(index, name)
            column = Column(name, index)
        else:
            column, fault = self._published(index, name)
        if fault:
            self.problems.append((index, fault))
            return None
        return column

    def _twice(self, index: int, name: str) -> Fault | None:
        return Fault("LP-COLUMN-TWICE", {}) if name in self.names[:index] else None

    def _both(self, index: int, head: str, *, nested: bool) -> Fault | None:
        """Refuse a column that names a record beside columns that describe it: which one is meant?"""
        before = self.names[:index]
        found = head in before if nested else any(name.startswith(f"{head}.") for name in before)
        return Fault("LP-COLUMN-TWICE", {}) if found else None

    def _published(self, index: int, name: str) -> tuple[Column, Fault | None]:
        path, _, language = name.partition("@")
        head, _, tail = path.partition(".")
        parent = self._schema.fields.get(head) if tail else None
        field = self._schema.fields.get(tail or head)
        column = Column(name, index, field, language, parent)
        if not name.strip():
            return column, Fault("LP-COLUMN-EMPTY", {})
        twice = self._twice(index, name) or self._both(index, head, nested=bool(tail))
        if twice:
            return column, twice
        if field is None or (tail and parent is None) or head in DERIVED:
            return column, Fault("LP-COLUMN-UNKNOWN", nearest(name, self._candidates()))
        return column, self._misplaced(head, field, parent) or self._misspoken(field, language)

    def _misplaced(self, head: str, field: Field, parent: Field | None) -> Fault | None:
        if self.kind.terms is not None and head not in self.kind.terms:
            return Fault("LP-COLUMN-PLACE", {"table": self.kind.table})
        if parent is None:
            return None
        nested = self._schema.types.get(parent.target)
        if nested is None or (nested.terms is not None and field.term not in nested.terms):
            return Fault("LP-COLUMN-UNKNOWN", nearest(f"{head}.{field.term}", self._candidates()))
        return None

    def _misspoken(self, field: Field, language: str) -> Fault | None:
        if field.kind is not Kind.TEXT:
            return Fault("LP-COLUMN-TAG", {"language": language, "term": field.term}) if language else None
        if LANGUAGE.fullmatch(language) and language in self._languages:
            return None
        expected = ", ".join(f"{field.term}@{tag}" for tag in self._languages)
        return Fault("LP-COLUMN-LANGUAGE", {"language": language, "term": field.term, "expected": expected})

    def _candidates(self) -> Iterator[str]:
        for term in self.kind.terms if self.kind.terms is not None else self._schema.fields:
            field = self._schema.fields.get(term)
            if field is None or term in DERIVED:
                continue
            if field.kind is Kind.TEXT:
                yield from (f"{term}@{tag}" for tag in self._languages)
            elif field.target and field.target in self._schema.types:
                nested = self._schema.types[field.target]
                yield from (f"{term}.{inner}" for inner in nested.terms or ())
                yield term
            else:
                yield term


def _with_small_tag(name: str) -> str:
    """Write the language of a column's name in small letters: a tag means the same in any (RFC 5646, 2.1.1)."""
    term, mark, language = name.partition("@")
    return term + mark + language.lower() if name[:1] != "_" else name
