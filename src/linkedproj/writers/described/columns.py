"""What a column of a published table means: the words for it, and where its values lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.lexical import XSD
from linkedproj.tables.cells import column_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.schema import Schema


@dataclass(frozen=True)
class Words:
    """What people call a column (by its header) and a record type (by its name), in each of `languages`."""

    languages: tuple[str, ...]
    column: Callable[[str, str], str]
    kind: Callable[[str, str], str]

    def of_column(self, header: str) -> dict[str, str]:
        """Name a column in each language."""
        return {code: self.column(code, header) for code in self.languages}

    def of_kind(self, name: str) -> dict[str, str]:
        """Name a record type in each language."""
        return {code: self.kind(code, name) for code in self.languages}


@dataclass(frozen=True)
class Meaning:
    """One column: its header, its language, its field, the links it is nested in, and its titles by language.

    The column "id" has no field. A column that `leads_out` has IRIs of other publishers among its ids.
    """

    header: str
    language: str
    field: Field | None
    parents: tuple[Field, ...]
    titles: Mapping[str, str]
    leads_out: bool = False

    @property
    def name(self) -> str:
        """The header, where it can be a name in CSVW, else "": readers take the first title for the name then.

        Source: Metadata Vocabulary for Tabular Data, section 5.6: names are those of variables in URI templates.
        """
        return "" if "@" in self.header else self.header

    @property
    def datatype(self) -> str:
        """The local name of the XSD datatype; "" for text, and for dates, which may be a month or a year."""
        iri = self.field.datatype if self.field else ""
        return iri.removeprefix(XSD) if iri.startswith(XSD) and iri != f"{XSD}date" else ""

    @property
    def address(self) -> str:
        """The template of the IRI that a value stands for, or ""."""
        if self.field is None or self.leads_out:
            return ""
        # A value that is an IRI, or has a slash, is put in as it is.
        as_it_is = self.field.kind in {Kind.IRI, Kind.RECORD}
        leads = as_it_is or self.field.kind in {Kind.LINK, Kind.CODE}
        return f"{self.field.base}{{{'+' if as_it_is else ''}{self.name}}}" if leads else ""

    @property
    def is_iri(self) -> bool:
        """Whether each value is an IRI."""
        return self.field is not None and self.field.kind is Kind.IRI

    @property
    def many(self) -> bool:
        """Whether a cell can hold several values."""
        return self.field is not None and self.field.many


@dataclass(frozen=True)
class Described:
    """One published table: its record type, its names by language, and its columns in order."""

    kind: RecordType
    titles: Mapping[str, str]
    columns: tuple[Meaning, ...]

    @property
    def file(self) -> str:
        """The name of the CSV file."""
        return f"{self.kind.table}.csv"

    @property
    def has_ids(self) -> bool:
        """Whether a column holds the ids of the records."""
        return any(column.field is None for column in self.columns)


def meanings(headers: Iterable[str], schema: Schema, words: Words) -> tuple[Meaning, ...]:
    """Return what each column of a table means."""
    found: list[Meaning] = []
    for header in headers:
        column = column_named(header, len(found), schema.fields)
        leads_out = column.field is not None and schema.takes_concepts(column.field)
        titles = words.of_column(header)
        found.append(Meaning(header, column.language, column.field, column.parents, titles, leads_out))
    return tuple(found)


def foreign_keys(table: Described, tables: Iterable[Described]) -> Iterator[tuple[Meaning, Described]]:
    """Yield each column of a table that leads to another one, with that table.

    A cell of several links can be a key neither in a data package nor in CSVW, whose working group has left open what
    that would mean (w3c/csvw, issue 899).
    """
    keyed = {each.kind.name: each for each in tables if each.has_ids}
    for column in table.columns:
        if column.field and not column.many and column.field.target in keyed:
            yield column, keyed[column.field.target]
