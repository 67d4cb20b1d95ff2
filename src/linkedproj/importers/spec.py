"""Importer files: what the columns of a source are, and which fields of which tables they fill.

An importer is a TOML file, not a program. What describes a file has the words of Frictionless (`resources`, `path`,
`sheet`, `encoding`, `delimiter`, `missingValues`, `fields`, `type`, `decimalChar`, `groupChar`) and of CSVW
(`separator`, and patterns of dates such as "yyyy/MM/dd"); what describes a record has the names of tables and columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkedproj.importers.cells import date_pattern
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.lexical import is_day
from linkedproj.model.settings import did_you_mean
from linkedproj.model.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linkedproj.model.toml import Keys

FOLDER = "importers"
"""The folder of a portfolio that holds importer files of its own."""

_SOURCES = files("linkedproj.importers") / "sources"
_TYPES = ("string", "number", "integer", "date", "uri", "boolean")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TOP = {"name", "title", "homepage", "licence", "languages", "further-languages", "tested-on", "codes", "source",
        "resources", "records", "checks", "require", "note"}  # fmt: skip
_RESOURCE = {"name", "path", "sheet", "encoding", "delimiter", "format", "rows", "record", "headerRow", "missingValues",
             "fields", "as"}  # fmt: skip
_FIELD = {"name", "title", "type", "format", "decimalChar", "groupChar", "missingValues", "match", "codes", "list",
          "separator", "required", "default"}  # fmt: skip
_RECORD = {
    "name",
    "table",
    "from",
    "key",
    "id",
    "each",
    "when",
    "rows",
    "columns",
    "same",
    "place",
    "fold",
    "varies",
    "main",
}
_VALUE = {"value", "when", "template", "record", "key", "first", "all", "list", "name", "derived", "unless"}
_CHECK = {"from", "field", "at-most", "at-least", "reason"}
_SAME = {"name", "within", "place"}
_PLACE = {"name", "country", "region", "iri", "point"}


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


def shipped_importers() -> list[str]:
    """Return the names of the importers that come with the program."""
    return sorted(entry.name.removesuffix(".toml") for entry in _SOURCES.iterdir() if entry.name.endswith(".toml"))


def find_importer(name: str, portfolio: Path | None) -> Importer:
    """Read an importer: the file of that path, else the portfolio's own of that name, else the shipped one.

    Raises:
        SetupError: there is none, or it cannot be used; every fault is named, with its place.
    """
    path = Path(name)
    if path.suffix == ".toml" or len(path.parts) > 1:
        return load_importer(path, name)
    own = portfolio / FOLDER / f"{name}.toml" if portfolio else None
    if own and own.is_file():
        return load_importer(own, own.as_posix())
    if name in shipped_importers():
        with as_file(_SOURCES / f"{name}.toml") as shipped:
            return load_importer(shipped, f"<linkedproj>/{FOLDER}/{name}.toml")
    known = [*shipped_importers(), *(sorted(p.stem for p in own.parent.glob("*.toml")) if own else ())]
    raise SetupError(
        f"'{name}' is no importer.{did_you_mean(name, known)} There are {', '.join(known)}; a file of your own is "
        f"named by its path, such as ./{name}.toml."
    )


def load_importer(path: Path, shown: str) -> Importer:
    """Read an importer file, which people call `shown`.

    Raises:
        SetupError: it cannot be read or used; every fault is named, with its place.
    """
    try:
        content, places = read_toml(path, shown)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SetupError(f"the importer cannot be read: {reason}.", Place(shown)) from error
    return _Loader(content, places, shown).importer()


class _Loader:
    """Reads the content of an importer file, and collects what is wrong with it."""

    def __init__(self, content: Mapping[str, Any], places: Mapping[Keys, Place], shown: str) -> None:
        self._content, self._places, self._shown = content, places, shown
        self._faults: list[tuple[Place, str]] = []

    def importer(self) -> Importer:
        """Return the importer.

        Raises:
            SetupError: something is wrong with it.
        """
        content = self._content
        self._known((), content, _TOP)
        codes = self._table(("codes",))
        resources = tuple(self._resource(n, each, codes) for n, each in enumerate(self._list(("resources",))))
        found = Importer(
            name=self._text((), "name"),
            title=self._text((), "title"),
            shown=self._shown,
            resources=resources,
            records=tuple(self._record(n, each) for n, each in enumerate(self._list(("records",)))),
            checks=tuple(self._check(n, each) for n, each in enumerate(self._list(("checks",)))),
            codes={name: {str(k): str(v) for k, v in table.items()} for name, table in codes.items()},
            source={str(k): str(v) for k, v in self._table(("source",)).items()},
            languages=tuple(content.get("languages", ["en"])),
            further_languages=tuple(content.get("further-languages", [])),
            licence=content.get("licence", ""),
            require={str(k): str(v) for k, v in self._table(("require",)).items()},
        )
        if found.name and not _NAME.fullmatch(found.name):
            self._fault(("name",), f"'{found.name}' is no name. Use small letters, digits and hyphens.")
        self._relations(found)
        if self._faults:
            first, *others = sorted(self._faults)
            raise SetupError("\n".join([first[1], *(f"{place}: {told}" for place, told in others)]), first[0])
        return found

    # ----- parts

    def _resource(self, number: int, stated: Mapping[str, Any], codes: Mapping[str, Any]) -> ResourceSpec:
        keys: Keys = ("resources", number)
        self._known(keys, stated, _RESOURCE)
        name = self._text(keys, "name", stated)
        missing = frozenset(stated.get("missingValues", [""])) | {""}
        fields = [self._field((*keys, "fields", n), f, missing, codes) for n, f in enumerate(stated.get("fields", []))]
        return ResourceSpec(
            name=name,
            resource=stated.get("as", name),
            paths=_listed(stated.get("path", "*")),
            sheets=_listed(stated.get("sheet", ())),
            encoding=stated.get("encoding", "utf-8-sig"),
            delimiter=stated.get("delimiter", ","),
            form=stated.get("format", ""),
            record=stated.get("record", ""),
            rows=stated.get("rows", ""),
            header=int(stated.get("headerRow", 0)),
            missing=missing,
            fields={each.name: each for each in fields},
        )

    def _field(
        self, keys: Keys, stated: Mapping[str, Any], missing: frozenset[str], codes: Mapping[str, Any]
    ) -> FieldSpec:
        self._known(keys, stated, _FIELD)
        name = self._text(keys, "name", stated)
        kind = stated.get("type", "string")
        if kind not in _TYPES:
            self._fault((*keys, "type"), f"'{kind}' is no type of a field. Write one of {', '.join(_TYPES)}.")
        if kind == "date" and not stated.get("format"):
            self._fault(keys, f"the field '{name}' is a date: write its pattern, such as format = \"yyyy-MM-dd\".")
        for pattern in _listed(stated.get("format", ())) if kind == "date" else ():
            try:
                date_pattern(pattern)
            except ValueError:
                told = f"'{pattern}' is no pattern of dates. Write a year of four letters, such as dd.MM.yyyy."
                self._fault((*keys, "format"), told)
        if stated.get("codes") and stated["codes"] not in codes:
            self._fault(
                (*keys, "codes"), f"there is no [codes.{stated['codes']}].{did_you_mean(stated['codes'], codes)}"
            )
        return FieldSpec(
            name=name,
            titles=_listed(stated.get("title", name)),
            type=kind,
            formats=_listed(stated.get("format", ())),
            decimal=stated.get("decimalChar", "."),
            group=stated.get("groupChar", ""),
            missing=missing | frozenset(stated.get("missingValues", ())),
            match=self._pattern((*keys, "match"), stated.get("match", "")),
            codes=stated.get("codes", ""),
            codelist=stated.get("list", ""),
            separator=stated.get("separator", ""),
            required=bool(stated.get("required", False)),
            default=stated.get("default", ""),
        )

    def _pattern(self, keys: Keys, text: str) -> re.Pattern[str] | None:
        try:
            return re.compile(text) if text else None
        except re.error as error:
            self._fault(keys, f"'{text}' is no pattern: {error}.")
            return None

    def _record(self, number: int, stated: Mapping[str, Any]) -> RecordSpec:
        keys: Keys = ("records", number)
        self._known(keys, stated, _RECORD)
        table = self._text(keys, "table", stated)
        key = _listed(stated.get("key", ()))
        columns = stated.get("columns", {})
        same, place = stated.get("same"), stated.get("place")
        if same is not None:
            self._known((*keys, "same"), same, _SAME)
        if place is not None:
            self._known((*keys, "place"), place, _PLACE)
        if not key and not stated.get("each"):
            self._fault(keys, f"what tells records of '{table}' apart? Write key = [...], the names of fields.")
        return RecordSpec(
            name=stated.get("name", table),
            table=table,
            resources=_listed(stated.get("from", ())),
            key=key or ("value",),
            id=stated.get("id", "-".join(f"{{{each.rstrip('?')}}}" for each in key or ("value",))),
            columns={name: self._value((*keys, "columns", name), value) for name, value in columns.items()},
            each=_listed(stated.get("each", ())),
            when=_listed(stated.get("when", ())),
            is_row=stated.get("rows", "") == "each",
            is_folded=bool(stated.get("fold", False)),
            is_main=bool(stated.get("main", False)),
            varying=_listed(stated.get("varies", ())),
            same=SameSpec(_listed(same["name"]), same.get("within", ""), _listed(same.get("place", ())))
            if same
            else None,
            place=PlaceSpec(place["name"], place["country"], place["iri"], place.get("point", "")) if place else None,
        )

    def _value(self, keys: Keys, stated: object) -> ValueSpec:
        if isinstance(stated, str):
            return ValueSpec(column=stated)
        if not isinstance(stated, dict):
            self._fault(keys, "write the name of a field in quotes, or a table such as { value = 'EUR' }.")
            return ValueSpec()
        self._known(keys, stated, _VALUE)
        given = [name for name in ("value", "template", "record", "first", "all", "list") if name in stated]
        if len(given) != 1:
            self._fault(keys, "write one of value, template, record, first, all and list.")
        return ValueSpec(
            constant=str(stated.get("value", "")),
            template=stated.get("template", ""),
            record=stated.get("record", ""),
            first=tuple(self._value(keys, each) for each in stated.get("first", ())),
            every=tuple(self._value(keys, each) for each in stated.get("all", ())),
            key=_listed(stated.get("key", ())),
            when=stated.get("when", ""),
            unless=stated.get("unless", ""),
            codelist=stated.get("list", ""),
            language=stated.get("name", ""),
            derived=stated.get("derived", ""),
            column=(_listed(stated.get("key", ())) or ("",))[0] if "list" in stated else "",
        )

    def _check(self, number: int, stated: Mapping[str, Any]) -> CheckSpec:
        keys: Keys = ("checks", number)
        self._known(keys, stated, _CHECK)
        return CheckSpec(
            self._text(keys, "from", stated),
            self._text(keys, "field", stated),
            stated.get("at-most", ""),
            stated.get("at-least", ""),
        )

    def _relations(self, found: Importer) -> None:
        """Tell what names a resource or a record that is not there."""
        resources = {each.resource for each in found.resources}
        names = {each.name for each in found.records}
        for number, record in enumerate(found.records):
            for name in record.resources:
                if name not in resources:
                    told = f"there is no resource '{name}'.{did_you_mean(name, resources)}"
                    self._fault(("records", number, "from"), told)
            for column, value in record.columns.items():
                for link in _links(value):
                    if link not in names:
                        told = f"there are no records '{link}'.{did_you_mean(link, names)}"
                        self._fault(("records", number, "columns", column), told)

    # ----- help

    def _list(self, keys: Keys) -> list[Mapping[str, Any]]:
        found = self._content.get(str(keys[0]), [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            self._fault(keys, f"write [[{keys[0]}]] above each of them.")
            return []
        return found

    def _table(self, keys: Keys) -> dict[str, Any]:
        found = self._content.get(str(keys[0]), {})
        if not isinstance(found, dict):
            self._fault(keys, f"write a table [{keys[0]}].")
            return {}
        return found

    def _text(self, keys: Keys, name: str, stated: Mapping[str, Any] | None = None) -> str:
        found = (self._content if stated is None else stated).get(name)
        if not isinstance(found, str) or not found:
            self._fault((*keys, name) if found is not None else keys, f"'{name}' is missing, or no text.")
            return ""
        return found

    def _known(self, keys: Keys, stated: Mapping[str, Any], known: Iterable[str]) -> None:
        for name in stated:
            if name not in known:
                self._fault(
                    (*keys, name), f"'{name}' is no word of an importer here.{did_you_mean(name, sorted(known))}"
                )

    def _fault(self, keys: Keys, told: str) -> None:
        ways = (keys[:length] for length in range(len(keys), -1, -1))
        self._faults.append((next(self._places[way] for way in ways if way in self._places), told))


def _links(value: ValueSpec) -> list[str]:
    inner = [link for each in (*value.first, *value.every) for link in _links(each)]
    return [*([value.record] if value.record else ()), *inner]


def _listed(stated: str | Iterable[str]) -> tuple[str, ...]:
    return (stated,) if isinstance(stated, str) else tuple(stated)


def refuse_day(text: str) -> str:
    """Return a day as it was given.

    Raises:
        SetupError: it is none.
    """
    if not is_day(text):
        raise SetupError(f"'{text}' is no day. Write it like 2026-11-30.")
    return text
