"""Importer files: what the columns of a source are, and which fields of which tables they fill.

An importer is a TOML file, not a program. What describes a file has the words of Frictionless (`resources`, `path`,
`sheet`, `encoding`, `delimiter`, `missingValues`, `fields`, `type`, `decimalChar`, `groupChar`) and of CSVW
(`separator`, and patterns of dates such as "yyyy/MM/dd"); what describes a record has the names of tables and columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping


@dataclass(frozen=True)
class FieldSpec:
    """A column of a source: what it is called there, and how its cells are written.

    Of several `titles` the first that the source has counts. `missing` are the texts that stand for nothing, `match` is
    the pattern of what is taken of a cell, `codes` names a table of codes, `codelist` a list of the ontology.
    """

    name: str
    titles: tuple[str, ...]
    type: str = "string"
    formats: tuple[str, ...] = ()
    decimal: str = "."
    group: str = ""
    missing: frozenset[str] = frozenset({""})
    match: re.Pattern[str] | None = None
    codes: str = ""
    codelist: str = ""
    separator: str = ""
    required: bool = False
    default: str = ""


@dataclass(frozen=True)
class ResourceSpec:
    """A table of a source: a file, a sheet, or what lies at a path of a tree.

    `rows` leads from each `record` of a tree to what is a row here. `resource` is the name that records speak of: files
    of two layouts can be one resource.
    """

    name: str
    resource: str
    paths: tuple[str, ...]
    sheets: tuple[str, ...] = ()
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    form: str = ""
    record: str = ""
    rows: str = ""
    header: int = 0
    missing: frozenset[str] = frozenset({""})
    fields: Mapping[str, FieldSpec] = field(default_factory=dict)


@dataclass(frozen=True)
class ValueSpec:
    """What a column of a table is filled with; one of the first six is given.

    `derived` is a sentence on how a value was found, when it does not stand in the source.
    """

    column: str = ""
    constant: str = ""
    template: str = ""
    record: str = ""
    first: tuple[ValueSpec, ...] = ()
    every: tuple[ValueSpec, ...] = ()
    key: tuple[str, ...] = ()
    when: str = ""
    unless: str = ""
    codelist: str = ""
    language: str = ""
    derived: str = ""


@dataclass(frozen=True)
class SameSpec:
    """Fields by which records may turn out to be one: names, compared `within` one country, and what else is theirs.

    They are compared with each other, and with those of other sources in the portfolio.
    """

    names: tuple[str, ...]
    within: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlaceSpec:
    """Fields by which a place is looked up in a gazetteer, and the columns that its IRI and point go to."""

    name: str
    country: str
    iri: str
    point: str = ""


@dataclass(frozen=True)
class RecordSpec:
    """Records of a table that come of rows: one a row, or one for `each` of some fields that is filled.

    A row of which no `is_main` record can be made (the first one of its resource, if none is marked) is one to decide.
    Rows with an equal `key` are one record (of the key "*", all of them), unless `is_row`; with `is_folded`, case and
    accents make no difference. Of a key, fields marked with "?" may be empty. What columns that are `varying` say in
    later rows is told, and not asked about. `id` is a template, whose text is made an id.
    """

    name: str
    table: str
    resources: tuple[str, ...]
    key: tuple[str, ...]
    id: str
    columns: Mapping[str, ValueSpec]
    each: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    is_row: bool = False
    is_folded: bool = False
    varying: tuple[str, ...] = ()
    is_main: bool = False
    same: SameSpec | None = None
    place: PlaceSpec | None = None


@dataclass(frozen=True)
class CheckSpec:
    """A comparison of two fields of a row; the value of `field` is held back where it fails."""

    resource: str
    field: str
    at_most: str = ""
    at_least: str = ""


@dataclass(frozen=True)
class Importer:
    """One importer file.

    `source` are the columns of the record that stands for a file which was read, as templates of {file}, {sha256} and
    {day}. `settings` is what a portfolio made from it begins with.
    """

    name: str
    title: str
    shown: str
    resources: tuple[ResourceSpec, ...]
    records: tuple[RecordSpec, ...]
    checks: tuple[CheckSpec, ...] = ()
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    further_languages: tuple[str, ...] = ()
    licence: str = ""
    require: Mapping[str, str] = field(default_factory=dict)
