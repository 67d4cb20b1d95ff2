"""What the columns of a table mean, and where its cells stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.context import Kind, Rule
from linkedproj.model.languages import canonical_column, stands_for
from linkedproj.tables.cells import Column, Fault, column_named, nearest
from linkedproj.tables.readers import reader_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.errors import Place
    from linkedproj.model.schema import Schema
    from linkedproj.tables.readers.source import TableFile


_SUGGESTED = 100
"""So many unknown names are compared with those that there are: a header may have thousands."""


class Header:
    """The columns of one table, compiled.

    What cannot be a column is reported at its header cell, and its values are read no further.
    """

    def __init__(
        self, file: TableFile, kind: RecordType, names: Sequence[str], schema: Schema, languages: Sequence[str]
    ) -> None:
        self.file, self.kind, self._written = file, kind, tuple(names)
        self.names = tuple(map(canonical_column, names))
        self._schema, self._languages = schema, languages
        self.problems: list[tuple[int, Fault]] = []
        self._unknowns = 0
        # Where each name, and each name that others go on from with a dot, stands first.
        self._first: dict[str, int] = {}
        self._opened: dict[str, int] = {}
        for index, name in enumerate(self.names):
            self._first.setdefault(name, index)
            for at, sign in enumerate(name):
                if sign == ".":
                    self._opened.setdefault(name[:at], index)
        self.columns = [column for column in map(self._column, range(len(names)), self.names) if column]

    def place(self, line: int, index: int) -> Place:
        """Return the place of the cell `index` in the record that begins at `line`."""
        return reader_of(self.file.path).find(self.file, line, self._written, index)

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
        """The required columns that the table does not have, nor any that will do for them."""
        return sorted(each for each in self.kind.required if not any(stands_for(name, each) for name in self.names))

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
        return Fault("LP-COLUMN-TWICE", {}) if self._first[name] < index else None

    def _both(self, index: int, name: str) -> Fault | None:
        """Refuse a column that names a record beside columns that describe it: which one is meant?"""
        path = name.partition("@")[0]
        above = [path[:at] for at, sign in enumerate(path) if sign == "."]
        found = self._opened.get(path, index) < index or any(self._first.get(link, index) < index for link in above)
        return Fault("LP-COLUMN-TWICE", {}) if found else None

    def _published(self, index: int, name: str) -> tuple[Column, Fault | None]:
        column = column_named(name, index, self._schema.fields)
        links = name.partition("@")[0].split(".")[:-1]
        if not name.strip():
            return column, Fault("LP-COLUMN-EMPTY", {})
        twice = self._twice(index, name) or self._both(index, name)
        if twice:
            return column, twice
        if column.field is None or len(column.parents) < len(links):
            return column, self._unknown(name)
        return column, self._misplaced(name, column) or self._misspoken(column.field, column.language)

    def _unknown(self, name: str) -> Fault:
        self._unknowns += 1
        near = nearest(name, self._candidates(self.kind)) if self._unknowns <= _SUGGESTED else {}
        return Fault("LP-COLUMN-UNKNOWN", near)

    def _misplaced(self, name: str, column: Column) -> Fault | None:
        """Follow a column from the record into those nested in it, as far as its name leads."""
        kind = self.kind
        path = [*column.parents, column.field] if column.field else []
        for depth, field in enumerate(path):
            if kind.is_computed(field.term):
                copied = kind.derived_by(Rule.COPY).get(field.term)
                source = f"{copied.sources[0]}@{column.language}".rstrip("@") if copied else ""
                return Fault("LP-COLUMN-UNKNOWN", {"nearest": source}) if source else self._unknown(name)
            if kind.terms is not None and field.term not in kind.terms:
                is_elsewhere = not depth and self._is_column(field.term)
                return Fault("LP-COLUMN-PLACE", {"table": self.kind.table}) if is_elsewhere else self._unknown(name)
            target = self._schema.types.get(field.target)
            if depth == len(path) - 1:
                return self._unknown(name) if target and target.nested else None
            if target is None:
                return self._unknown(name)
            if not target.nested:
                return Fault("LP-COLUMN-NESTED", {"term": field.term, "found": target.table})
            kind = target
        return None

    def _is_column(self, term: str) -> bool:
        """Check whether a table of another type may have a column for a term."""
        kinds = (kind for kind in self._schema.types.values() if not kind.nested)
        return any(term in (kind.terms or ()) and not kind.is_computed(term) for kind in kinds)

    def _misspoken(self, field: Field, language: str) -> Fault | None:
        if field.kind is not Kind.TEXT:
            return Fault("LP-COLUMN-TAG", {"language": language, "term": field.term}) if language else None
        if language in self._languages:
            return None
        expected = ", ".join(f"{field.term}@{tag}" for tag in self._languages)
        return Fault("LP-COLUMN-LANGUAGE", {"language": language, "term": field.term, "expected": expected})

    def _candidates(self, kind: RecordType) -> Iterator[str]:
        """Yield the names of the columns that records of a type may have, nested ones included."""
        for term in kind.terms if kind.terms is not None else self._schema.fields:
            field = self._schema.fields.get(term)
            if field is None or kind.is_computed(term):
                continue
            nested = self._schema.types.get(field.target)
            if field.kind is Kind.TEXT:
                yield from (f"{term}@{tag}" for tag in self._languages)
            elif nested and nested.nested and nested.terms is not None:
                yield from (f"{term}.{inner}" for inner in self._candidates(nested))
            else:
                yield term
