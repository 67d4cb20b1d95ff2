"""portfolio.toml: what the curator says of the portfolio as a whole."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from linkedproj.model.conforming import Conforming
from linkedproj.model.context import Kind
from linkedproj.model.domain import ORIGIN
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.languages import canonical_column, canonical_tag
from linkedproj.model.lexical import iri_fault, is_day
from linkedproj.model.paths import within
from linkedproj.model.portal import Portal, by_language, mailbox_fault, read_portal
from linkedproj.model.rules import visible
from linkedproj.model.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from jsonschema import Draft202012Validator

    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.model.toml import Keys

    # Where a fault is, and a sentence about it.
    SettingFault = tuple[Keys, str]

SCHEMA = "portfolio.schema.json"
"""The JSON Schema of portfolio.toml beside this module; editors complete and check the file by it."""


EVERYTHING = "*"
"""Stands for all columns, or for all tables."""


@dataclass(frozen=True)
class TableSource:
    """Where the values of a table were read: the id of a source, and the day, or ""."""

    source: str
    read_on: str = ""


@dataclass(frozen=True)
class SchemeColumns:
    """What the columns of a scheme's table are called, "" where they have a usual name.

    `code` is one name, or joins several columns ("{NUTS 3 CODE:2}_{LAU CODE}": of the first, two characters). `names`
    gives by language the columns of which the first that is filled has the name.
    """

    code: str = ""
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    broader: str = ""


@dataclass(frozen=True)
class SchemeSource:
    """A scheme of another publisher: the file that the portfolio keeps of it, and how that is read.

    `iri` is what the IRIs of its concepts begin with, `scheme` that of the scheme itself ("": as the file says).
    `nested_codes` tells that a code begins with that of the broader concept, `broader_in` names the scheme that its
    column of broader codes speaks of.
    """

    file: str
    iri: str
    version: str = ""
    scheme: str = ""
    title: Mapping[str, str] = field(default_factory=dict, hash=False)
    language: str = ""
    sheet: str = ""
    delimiter: str = ""
    nested_codes: bool = False
    broader_in: str = ""
    columns: SchemeColumns = SchemeColumns()


@dataclass(frozen=True)
class Pages:
    """How the pages for people are written: `profile` is "full", "lean" or "" (by size), colours are by their name.

    `correct` is the address of a table in a forge, with {file}, {line} and {id} where these go.
    """

    profile: str = ""
    correct: str = ""
    light: Mapping[str, str] = field(default_factory=dict)
    dark: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """The settings of one portfolio.

    `further_languages` are those in which things may have names of their own. `as_of` is the day at which the status of
    an initiative is derived, `curated` the columns per table whose values are
    the curator's own words (`is_curated`: those of all others as well), `sources` those of tables as a whole, `require`
    by "table.column" what records must have (see `linkedproj.model.policy`), `ids` the rules by which a table's ids are
    joined from other cells, `defaults` what saved queries ask about, by parameter, or by query and parameter,
    `mailboxes` the local parts of e-mail addresses that belong to a role and may be published, `schemes` by prefix the
    schemes of other publishers that the portfolio keeps a copy of, `pages` how those for people look;
    `portal` is what portals are told, `places` says where each setting, and each item of a list, stands in the file
    ("curated.project.0"; "" is the file). Language tags are in the recommended case, wherever they stand.
    """

    id: str
    version: str
    base: str
    as_of: str
    licence: str
    languages: tuple[str, ...] = ("en",)
    further_languages: tuple[str, ...] = ()
    delimiter: str = ","
    title: Mapping[str, str] = field(default_factory=dict)
    portal: Portal = field(default_factory=Portal)
    places: Mapping[str, Place] = field(default_factory=dict)
    curated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_curated: bool = False
    sources: Mapping[str, TableSource] = field(default_factory=dict)
    require: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    mailboxes: frozenset[str] = frozenset({"info", "contact", "press", "office", "hello", "opendata"})
    schemes: Mapping[str, SchemeSource] = field(default_factory=dict)
    pages: Pages = field(default_factory=Pages)

    @property
    def read_languages(self) -> tuple[str, ...]:
        """The languages in which tables may have columns: those of the portfolio, then the further ones."""
        return tuple(dict.fromkeys((*self.languages, *self.further_languages)))


def load_config(folder: Path, shown: str) -> Config:
    """Read `portfolio.toml` in a portfolio's folder; `shown` is that folder as people call it.

    Raises:
        SetupError: it is missing, is no TOML, or breaks its schema; all faults are named, each with its place.
    """
    file = within(shown, "portfolio.toml")
    try:
        content, found = read_toml(folder / "portfolio.toml", file)
    except (FileNotFoundError, NotADirectoryError):
        hint = "Name the folder that holds the tables and portfolio.toml, or begin one: linkedproj new DIR"
        raise SetupError(f"there is no portfolio.toml in {shown}. {hint}", None) from None
    except OSError as error:
        raise SetupError(f"the file cannot be read: {(error.strerror or str(error)).lower()}.", Place(file)) from error
    places = {".".join(map(str, keys)): place for keys, place in found.items()}
    settings = _with_text_days(content)
    refuse([*_schema_faults(settings), *_contact_faults(settings)], places)
    curated = settings.get("curated", {})
    return Config(
        id=settings["id"],
        version=settings["version"],
        base=settings["base"],
        as_of=settings["as-of"],
        licence=settings["licence"],
        languages=tuple(dict.fromkeys(map(canonical_tag, settings.get("languages", ["en"])))),
        further_languages=tuple(dict.fromkeys(map(canonical_tag, settings.get("further-languages", [])))),
        delimiter=settings.get("delimiter", ","),
        title=by_language(settings.get("title", {})),
        portal=read_portal(settings),
        places=places,
        curated={} if curated == EVERYTHING else {table: _columns_listed(listed) for table, listed in curated.items()},
        is_curated=curated == EVERYTHING,
        sources={table: _table_source(stated) for table, stated in settings.get("sources", {}).items()},
        require=settings.get("require", {}),
        ids=settings.get("ids", {}),
        defaults=settings.get("defaults", {}),
        mailboxes=frozenset(settings.get("mailboxes", Config.mailboxes)),
        schemes={prefix: _scheme_source(stated) for prefix, stated in settings.get("schemes", {}).items()},
        pages=Pages(**settings.get("pages", {})),
    )


def _columns_listed(listed: str | list[str]) -> tuple[str, ...]:
    return (listed,) if isinstance(listed, str) else tuple(map(canonical_column, listed))


def _table_source(stated: str | dict[str, str]) -> TableSource:
    if isinstance(stated, str):
        return TableSource(stated)
    return TableSource(stated["source"], stated.get("read-on", ""))


def _scheme_source(stated: Mapping[str, Any]) -> SchemeSource:
    plain = {name.replace("-", "_"): value for name, value in stated.items()}
    columns, language = stated.get("columns", {}), canonical_tag(stated.get("language", ""))
    names = columns.get("name", {})
    by_tag = by_language(names) if isinstance(names, dict) else {language: names}
    listed = {tag: (name,) if isinstance(name, str) else tuple(name) for tag, name in by_tag.items()}
    named = SchemeColumns(columns.get("code", ""), tuple(listed.items()) if names else (), columns.get("broader", ""))
    title = by_language(stated.get("title", {}))
    return SchemeSource(**{**plain, "columns": named, "language": language, "title": title})


def refuse_unknown_columns(config: Config, schema: Schema) -> None:
    """Refuse columns under [curated] and tables under [curated], [ids] and [sources] that no record type has.

    Raises:
        SetupError: each of them is named, with its place and the nearest that there is.
    """
    kinds = {kind.table: kind for kind in schema.types.values()}
    faults: list[SettingFault] = []
    for setting, tables in (("curated", config.curated), ("ids", config.ids), ("sources", config.sources)):
        unknown = [table for table in tables if table not in kinds]
        faults += [
            ((setting, table), f"'{setting}.{table}' is no table of records.{did_you_mean(table, kinds)}")
            for table in unknown
        ]
    for table, columns in config.curated.items():
        for number, column in enumerate(columns if table in kinds else ()):
            if column != EVERYTHING and not _is_column(column, kinds[table], schema, config.read_languages):
                hint = did_you_mean(column, _columns(kinds[table], schema, config.read_languages))
                sentence = f"'curated.{table}' names {_shown(column)}, which is no column of {table}.{hint}"
                faults.append((("curated", table, number), sentence))
    for table in config.sources.keys() & kinds.keys():
        if kinds[table].anonymous or not schema.term_for(kinds[table], ORIGIN):
            faults.append((("sources", table), f"'sources.{table}': records of {table} have no source of their own."))
    refuse(faults, config.places)


DRAFT = "-draft"
"""What follows the version of a portfolio in that of a build which is no release."""


def is_version(name: str) -> bool:
    """Return whether a release can have this version: it names a folder beside "latest"."""
    return not any(_validator().evolve(schema=_schema()["properties"]["version"]).iter_errors(name))


def refuse(faults: Iterable[SettingFault], places: Mapping[str, Place]) -> None:
    """Raise what was found, a line each, in the order of the file.

    Raises:
        SetupError: something was found.
    """
    placed = sorted({(_nearest_place(keys, places), sentence) for keys, sentence in faults})
    if placed:
        first, *others = placed
        lines = (first[1], *(f"{place}: {sentence}" for place, sentence in others))
        raise SetupError("\n".join(lines), first[0])


def _nearest_place(keys: Keys, places: Mapping[str, Place]) -> Place:
    """Find a setting, else the table that it lacks in, else the file."""
    ways = (".".join(map(str, keys[:length])) for length in range(len(keys), -1, -1))
    return next(places[way] for way in ways if way in places)


_FORMATS = {"date": is_day, "iri": lambda text: not iri_fault(text)}


@cache
def _schema() -> dict[str, Any]:
    text = (files("linkedproj.model") / SCHEMA).read_text("utf-8")
    # The end of a text in the patterns of JSON Schema (ECMA-262) is "$"; in Python that lets a line end through.
    content: dict[str, Any] = json.loads(text.replace('$"', r'\\Z"'))
    return content


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator, FormatChecker

    formats = FormatChecker(())
    for name, is_right in _FORMATS.items():
        formats.checks(name)(lambda value, is_right=is_right: not isinstance(value, str) or is_right(value))
    return Draft202012Validator(_schema(), format_checker=formats)


def _schema_faults(settings: Mapping[str, Any]) -> Iterator[SettingFault]:
    """Check the settings against their schema."""
    if Conforming(_schema(), _FORMATS).holds(settings):
        return
    for error in _validator().iter_errors(settings):
        keys: Keys = tuple(error.absolute_path)
        remedy = _remedy(error.absolute_schema_path)
        if error.validator == "required":
            above = list(error.absolute_schema_path)[:-1]
            for name in (name for name in error.validator_value if name not in error.instance):
                remedy = _remedy([*above, "properties", name])
                yield (*keys, name), f"'{_called((*keys, name))}' is missing: {remedy}"
        elif error.validator == "additionalProperties":
            yield from _unknown_settings(error.instance, cast("dict[str, Any]", error.schema), keys, remedy)
        else:
            is_item = bool(keys) and isinstance(keys[-1], int)
            verb, value = "holds" if is_item else "is", _shown(error.instance)
            yield keys, f"'{_called(keys)}' {verb} {value}: {remedy}"


def _unknown_settings(
    stated: Iterable[str], schema: Mapping[str, Any], keys: Keys, remedy: str
) -> Iterator[SettingFault]:
    known = [_called((*keys, name)) for name in schema.get("properties", ())]
    for name in stated:
        called = _called((*keys, name))
        if called not in known and not any(re.search(pattern, name) for pattern in schema.get("patternProperties", ())):
            hint = did_you_mean(called, known) if known else f" {remedy[:1].upper()}{remedy[1:]}"
            yield (*keys, name), f"'{called}' is no setting.{hint}"


def _remedy(way: Iterable[str | int]) -> str:
    """Return what the schema says to write (errorMessage), at the innermost place on the way to one of its rules."""
    node: Any = _schema()
    found = ""
    for step in way:
        if isinstance(node, dict) and "$ref" in node and step not in node:
            shared = _schema()["$defs"][node["$ref"].rpartition("/")[2]]
            found, node = node.get("errorMessage", shared.get("errorMessage", found)), shared
        node = node[step]
        found = node.get("errorMessage", found) if isinstance(node, dict) else found
    return found


def _contact_faults(settings: Mapping[str, Any]) -> Iterator[SettingFault]:
    """Check a rule that no schema can hold: which mailbox is published is another setting."""
    contact, mailboxes = settings.get("contact"), settings.get("mailboxes", Config.mailboxes)
    email = contact.get("email") if isinstance(contact, dict) else None
    if isinstance(email, str) and "@" in email and isinstance(mailboxes, list | frozenset):
        fault = mailbox_fault(email, frozenset(map(str, mailboxes)))
        if fault:
            yield ("contact", "email"), f"'contact.email' is {_shown(email)}: {fault}"


def _is_column(column: str, kind: RecordType, schema: Schema, languages: Collection[str]) -> bool:
    path, _, language = column.partition("@")
    head, _, tail = path.partition(".")
    field = schema.fields.get(head)
    if field is None or (kind.terms is not None and head not in kind.terms):
        return False
    if tail:
        nested = schema.types.get(field.target)
        return nested is not None and _is_column(column.partition(".")[2], nested, schema, languages)
    return language in languages if field.kind is Kind.TEXT else not language


def _columns(kind: RecordType, schema: Schema, languages: Collection[str], depth: int = 1) -> Iterator[str]:
    """Yield the columns that a table of a type can have; of records inside it, so many levels."""
    for term in schema.fields if kind.terms is None else kind.terms:
        if field := schema.fields.get(term):
            yield from (f"{term}@{tag}" for tag in languages) if field.kind is Kind.TEXT else (term,)
            nested = schema.types.get(field.target)
            if depth and nested is not None:
                yield from (f"{term}.{inner}" for inner in _columns(nested, schema, languages, depth - 1))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a sentence with the nearest name there is, or ""."""
    nearest = difflib.get_close_matches(name, list(known), 1)
    return f" Did you mean '{nearest[0]}'?" if nearest else ""


def _called(keys: Keys) -> str:
    """Call a setting as people do: by its names, whichever item of it is meant."""
    return ".".join(key for key in keys if isinstance(key, str))


def _shown(value: object) -> str:
    text = f"'{value}'" if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return visible(text)


def _with_text_days(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Turn dates into text, as editors do that check TOML by a JSON Schema."""
    if isinstance(value, dict):
        return {key: _with_text_days(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_text_days(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value
