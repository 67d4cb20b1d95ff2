"""portfolio.toml: what the curator says of the portfolio as a whole."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linkedproj.model.errors import Place, SetupError
from linkedproj.model.lexical import LANGUAGE, iri_fault
from linkedproj.model.portal import SETTINGS as PORTAL_SETTINGS
from linkedproj.model.portal import Portal, mailbox_fault, places, read_portal, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Config:
    """The settings of one portfolio.

    `as_of` is the day at which the status of an initiative is derived, `curated` the columns per table whose values are
    the curator's own words, `ids` the rules by which a table's ids are joined from other cells, `mailboxes` the local
    parts of e-mail addresses that belong to a role and may be published; `portal` is what portals are told,
    `places` says where each setting stands in the file ("" is the file).
    """

    id: str
    version: str
    base: str
    as_of: str
    licence: str
    languages: tuple[str, ...] = ("en",)
    delimiter: str = ","
    title: Mapping[str, str] = field(default_factory=dict)
    portal: Portal = field(default_factory=Portal)
    places: Mapping[str, Place] = field(default_factory=dict)
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
        text = (folder / "portfolio.toml").read_text("utf-8")
        settings = tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        hint = "Name the folder that holds the tables and portfolio.toml."
        raise SetupError(f"there is no portfolio.toml in {shown}. {hint}", None) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"this is no TOML: {error}", place) from error
    except OSError as error:
        raise SetupError(f"the file cannot be read: {(error.strerror or str(error)).lower()}.", place) from error
    faults = list(_faults(settings))
    if faults:
        raise SetupError(" ".join(faults), place)
    return Config(
        id=settings["id"],
        version=settings["version"],
        base=settings["base"],
        as_of=settings["as-of"].isoformat(),
        licence=settings["licence"],
        languages=tuple(tag.lower() for tag in settings.get("languages", ["en"])),
        delimiter=settings.get("delimiter", ","),
        title={tag.lower(): text for tag, text in settings.get("title", {}).items()},
        portal=read_portal(settings),
        places=places(text, place.file),
        curated={table: tuple(columns) for table, columns in settings.get("curated", {}).items()},
        ids=settings.get("ids", {}),
        mailboxes=frozenset(settings.get("mailboxes", Config.mailboxes)),
    )


def is_version(name: str) -> bool:
    """Tell whether a release can have this version: it names a folder beside "latest"."""
    return bool(_VERSION.fullmatch(name)) and name != "latest"


def _faults(settings: dict[str, Any]) -> list[str]:
    """Say what is wrong with the settings, a sentence each."""
    faults, given = [], dict(_flat(settings))
    for key, (needed, is_right, remedy) in _SETTINGS.items():
        if key not in given:
            if needed:
                faults.append(f"'{key}' is missing: {remedy}")
        elif not is_right(given[key]):
            faults.append(f"'{key}' is {given[key]!r}: {remedy}")
    for key in given.keys() - _SETTINGS.keys():
        near = difflib.get_close_matches(key, _SETTINGS, 1)
        faults.append(f"'{key}' is no setting." + (f" Did you mean '{near[0]}'?" if near else ""))
    return sorted([*faults, *_contact_faults(given)])


def _flat(settings: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give each setting by its full name: "publisher.name" for a name in the table [publisher]."""
    tables = {key.partition(".")[0] for key in _SETTINGS if "." in key}
    for key, value in settings.items():
        if key in tables and isinstance(value, dict):
            yield from ((f"{key}.{name}", inner) for name, inner in value.items())
        else:
            yield key, value


def _contact_faults(given: Mapping[str, Any]) -> list[str]:
    email, mailboxes = given.get("contact.email"), given.get("mailboxes", Config.mailboxes)
    if not isinstance(email, str):
        return []
    fault = mailbox_fault(email, frozenset(map(str, mailboxes)))
    return [f"'contact.email' is {email!r}: {fault}"] if fault else []


def _rules(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _lists(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(columns, list) and all(isinstance(column, str) for column in columns) for columns in value.values()
    )


_SETTINGS: dict[str, tuple[bool, Callable[[Any], object], str]] = {
    "id": (True, lambda v: isinstance(v, str) and _VERSION.fullmatch(v), "write a short name for the portfolio."),
    "version": (
        True,
        lambda v: isinstance(v, str) and is_version(v),
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
        lambda v: isinstance(v, list) and v and all(isinstance(t, str) and LANGUAGE.fullmatch(t.lower()) for t in v),
        'write a list of language tags, such as ["en", "ca", "es"].',
    ),
    "delimiter": (False, lambda v: v in {",", ";", "\t", "|"}, 'write ",", ";", "|" or a tab.'),
    "title": (False, texts, "write one title a language."),
    **PORTAL_SETTINGS,
    "curated": (False, _lists, "write a list of column names per table."),
    "ids": (False, _rules, "write a rule per table, such as '{project}-{organisation}'."),
    "mailboxes": (False, lambda v: isinstance(v, list), "write a list of names that stand before the @."),
}
"""Setting -> is it needed, is this value right, and what to write."""
