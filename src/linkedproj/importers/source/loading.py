"""Importer files found and read: the portfolio's own, those that ship, and what may be wrong in one."""

from __future__ import annotations

import re
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkedproj.importers.source.dates import date_pattern
from linkedproj.importers.source.records import links_of
from linkedproj.importers.source.spec import (
    CheckSpec,
    FieldSpec,
    Importer,
    PlaceSpec,
    RecordSpec,
    ResourceSpec,
    SameSpec,
    ValueSpec,
)
from linkedproj.model.errors import Place, SetupError
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
        content, places = read_toml(path, shown, is_numbered=True)
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
                for link in links_of(value):
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


def _listed(stated: str | Iterable[str]) -> tuple[str, ...]:
    return (stated,) if isinstance(stated, str) else tuple(stated)
