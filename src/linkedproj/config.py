"""portfolio.toml: what the curator says of the portfolio as a whole."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linkedproj.errors import Place, SetupError
from linkedproj.lexical import LANGUAGE, iri_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Config:
    """The settings of one portfolio.

    `as_of` is the day at which the status of an initiative is derived, `curated` the columns per table whose values are
    the curator's own words, `ids` the rules by which a table's ids are joined from other cells, `mailboxes` the local
    parts of e-mail addresses that belong to a role and may be published.
    """

    id: str
    version: str
    base: str
    as_of: str
    licence: str
    languages: tuple[str, ...] = ("en",)
    delimiter: str = ","
    title: Mapping[str, str] = field(default_factory=dict)
    publisher: Mapping[str, Any] = field(default_factory=dict)
    curated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    mailboxes: frozenset[str] = frozenset({"info", "contact", "press", "office", "hello", "opendata"})


def load_config(folder: Path, shown: str) -> Config:
    """Read `portfolio.toml` in a portfolio's folder; `shown` is that folder as people call it.

    Raises:
        SetupError: it is missing, is no TOML, or a setting is missing or wrong; all faults are named.
    """
    place = Place(f"{shown}/portfolio.toml")
    try:
        settings = tomllib.loads((folder / "portfolio.toml").read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        hint = "Name the folder that holds the tables and portfolio.toml."
        raise SetupError(f"there is no portfolio.toml in {shown}. {hint}", None) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"this is no TOML: {error}", place) from error
    faults = list(_faults(settings))
    if faults:
        raise SetupError(" ".join(faults), place)
    return Config(
        id=settings["id"],
        version=settings["version"],
        base=settings["base"],
        as_of=settings["as-of"].isoformat(),
        licence=settings["licence"],
        languages=tuple(settings.get("languages", ["en"])),
        delimiter=settings.get("delimiter", ","),
        title=settings.get("title", {}),
        publisher=settings.get("publisher", {}),
        curated={table: tuple(columns) for table, columns in settings.get("curated", {}).items()},
        ids=settings.get("ids", {}),
        mailboxes=frozenset(settings.get("mailboxes", Config.mailboxes)),
    )


def _faults(settings: dict[str, Any]) -> list[str]:
    """Say what is wrong with the settings, a sentence each."""
    faults = []
    for key, (needed, is_right, remedy) in _SETTINGS.items():
        if key not in settings:
            if needed:
                faults.append(f"'{key}' is missing: {remedy}")
        elif not is_right(settings[key]):
            faults.append(f"'{key}' is {settings[key]!r}: {remedy}")
    for key in settings.keys() - _SETTINGS.keys():
        near = difflib.get_close_matches(key, _SETTINGS, 1)
        faults.append(f"'{key}' is no setting." + (f" Did you mean '{near[0]}'?" if near else ""))
    return sorted(faults)


def _texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _lists(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(columns, list) and all(isinstance(column, str) for column in columns) for columns in value.values()
    )


_SETTINGS: dict[str, tuple[bool, Callable[[Any], object], str]] = {
    "id": (True, lambda v: isinstance(v, str) and _VERSION.fullmatch(v), "write a short name for the portfolio."),
    "version": (
        True,
        lambda v: isinstance(v, str) and _VERSION.fullmatch(v) and v != "latest",
        'write the version of this release, such as "2026.11.0".',
    ),
    "base": (
        True,
        lambda v: isinstance(v, str) and not iri_fault(v) and v.endswith("/"),
        'write the IRI that all identifiers begin with, ending in "/".',
    ),
    "as-of": (
        True,
        lambda v: isinstance(v, dt.date) and not isinstance(v, dt.datetime),
        "write the day at which the status of projects is stated, such as 2020-02-11, without quotes.",
    ),
    "licence": (True, lambda v: isinstance(v, str) and not iri_fault(v), "write the IRI of the data's licence."),
    "languages": (
        False,
        lambda v: isinstance(v, list) and v and all(isinstance(t, str) and LANGUAGE.fullmatch(t) for t in v),
        'write a list of language tags, such as ["en", "ca", "es"].',
    ),
    "delimiter": (False, lambda v: v in {",", ";", "\t", "|"}, 'write ",", ";", "|" or a tab.'),
    "title": (False, _texts, "write one title a language."),
    "publisher": (False, lambda v: isinstance(v, dict), "write it as a table, with one name a language."),
    "curated": (False, _lists, "write a list of column names per table."),
    "ids": (False, _texts, "write a rule per table, such as '{project}-{organisation}'."),
    "mailboxes": (False, lambda v: isinstance(v, list), "write a list of names that stand before the @."),
}
"""Setting -> is it needed, is this value right, and what to write."""
