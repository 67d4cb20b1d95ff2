"""The curator's block of portfolio.toml: what portals want to know of a portfolio, and how it is written.

Sources: the properties of DCAT-AP 3.0.1 and DCAT-AP-ES 1.0.0 that only a person can fill.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linkedproj.model.errors import Place
from linkedproj.model.lexical import LANGUAGE, iri_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_]*")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DIR3 = re.compile(r"[A-Z][A-Z0-9]{8}")
_EMAIL = re.compile(r"(?P<mailbox>[A-Za-z0-9._+-]+)@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_TELEPHONE = re.compile(r"\+[0-9]{1,3}(?:-?[0-9]){6,14}")
# CKAN cuts keywords at commas, and refuses one-letter tags and / ' ( ): ckan/ckanext-dcat 253 and 64.
_KEYWORD = re.compile(r"[\w .-]{2,100}")
_TABLE = re.compile(r"\[(?P<name>[\w.-]+)\]")
_KEY = re.compile(r"(?P<name>[\w.-]+)\s*=")
_NUMBER = r"-?[0-9]{1,3}(?:\.[0-9]+)?"
_POINT = re.compile(rf"POINT\({_NUMBER} {_NUMBER}\)")
_POLYGON = re.compile(rf"POLYGON\(\((?P<first>{_NUMBER} {_NUMBER})(?:,{_NUMBER} {_NUMBER}){{2,}},(?P=first)\)\)")


@dataclass(frozen=True)
class Publisher:
    """Who publishes; `dir3` is the code in the Spanish register of public bodies, `type` an IRI of the ADMS list."""

    name: Mapping[str, str] = field(default_factory=dict)
    dir3: str = ""
    type: str = ""
    homepage: str = ""


@dataclass(frozen=True)
class Contact:
    """Whom to ask: a role, never a person."""

    name: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    telephone: str = ""
    url: str = ""


@dataclass(frozen=True)
class Territory:
    """Where the portfolio is at home; `bbox` and `centroid` are WKT in degrees, longitude first."""

    iri: str = ""
    label: Mapping[str, str] = field(default_factory=dict)
    bbox: str = ""
    centroid: str = ""


@dataclass(frozen=True)
class Portal:
    """What a portal asks of the curator.

    `themes` gives for each policy theme its code in the list of each portal ("data-theme", "sector"); `frequency` is a
    code of the EU list, dates are YYYY-MM-DD or "", `profiles` are names of folders in `ontology/profiles/`.
    """

    description: Mapping[str, str] = field(default_factory=dict)
    publisher: Publisher = field(default_factory=Publisher)
    contact: Contact = field(default_factory=Contact)
    territory: Territory = field(default_factory=Territory)
    frequency: str = ""
    issued: str = ""
    modified: str = ""
    legislation: tuple[str, ...] = ()
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    themes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    endpoint: str = ""
    profiles: tuple[str, ...] = ()


def read_portal(settings: Mapping[str, Any]) -> Portal:
    """Take the curator's block out of settings in which nothing is wrong."""
    return Portal(
        description=settings.get("description", {}),
        publisher=Publisher(**settings.get("publisher", {})),
        contact=Contact(**settings.get("contact", {})),
        territory=Territory(**settings.get("territory", {})),
        frequency=settings.get("frequency", ""),
        issued=_iso(settings.get("issued")),
        modified=_iso(settings.get("modified")),
        legislation=tuple(settings.get("legislation", [])),
        keywords={language: tuple(words) for language, words in settings.get("keywords", {}).items()},
        themes=settings.get("themes", {}),
        endpoint=settings.get("endpoint", ""),
        profiles=tuple(settings.get("profiles", [])),
    )


def mailbox_fault(email: str, mailboxes: frozenset[str]) -> str:
    """Say what is wrong with an address to be published, or "": only a mailbox of a role may be."""
    match = _EMAIL.fullmatch(email)
    if not match:
        return "write one address, such as opendata@example.org."
    if match["mailbox"].lower() not in mailboxes:
        listed = ", ".join(sorted(mailboxes))
        allowed = f"before the @ stands one of {listed}, or add it to 'mailboxes'."
        return f"only the mailbox of a role may be published; {allowed}"
    return ""


def places(lines: str, file: str) -> dict[str, Place]:
    """Say where each setting and each table stands in the text of portfolio.toml, which is shown as `file`."""
    found, table = {"": Place(file)}, ""
    for number, line in enumerate(lines.splitlines(), 1):
        if match := _TABLE.match(line):
            table = match["name"]
            found.setdefault(table, Place(file, number, 1))
        elif match := _KEY.match(line):
            name = f"{table}.{match['name']}" if table else match["name"]
            found.setdefault(name, Place(file, number, 1))
    return found


def texts(value: object) -> bool:
    """Tell whether a setting is one text a language."""
    return isinstance(value, dict) and all(
        LANGUAGE.fullmatch(tag.lower()) and isinstance(text, str) and text.strip() for tag, text in value.items()
    )


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _day(value: object) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def _iri(value: object) -> bool:
    return isinstance(value, str) and not iri_fault(value)


def _list(is_right: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda value: isinstance(value, list) and all(is_right(item) for item in value)


def _spelled(pattern: re.Pattern[str]) -> Callable[[Any], object]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value)


def _keywords(value: object) -> bool:
    fits = _list(_spelled(_KEYWORD))
    return isinstance(value, dict) and all(
        LANGUAGE.fullmatch(tag.lower()) and fits(held) for tag, held in value.items()
    )


def _themes(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(codes, dict) and all(_NAME.fullmatch(name) and isinstance(code, str) for name, code in codes.items())
        for codes in value.values()
    )


_A_DAY = "write a day, such as 2026-11-21, without quotes."
_AN_ADDRESS = "write an IRI, beginning with https:// or http://."
_A_TEXT = "write one text a language, such as { en = '…', ca = '…', es = '…' }."

SETTINGS: dict[str, tuple[bool, Callable[[Any], object], str]] = {
    "description": (False, texts, _A_TEXT),
    "publisher.name": (False, texts, _A_TEXT),
    "publisher.dir3": (False, _spelled(_DIR3), "write the nine characters of the DIR3 code."),
    "publisher.type": (False, _iri, "write an IRI of the list http://purl.org/adms/publishertype/1.0."),
    "publisher.homepage": (False, _iri, _AN_ADDRESS),
    "contact.name": (False, texts, "write the name of a role, never of a person, one a language."),
    "contact.email": (False, lambda v: isinstance(v, str), "write the address of a role."),
    "contact.telephone": (
        False,
        _spelled(_TELEPHONE),
        "write it with the code of the country and hyphens only, such as +34-000-000-000.",
    ),
    "contact.url": (False, _iri, _AN_ADDRESS),
    "territory.iri": (False, _iri, _AN_ADDRESS),
    "territory.label": (False, texts, _A_TEXT),
    "territory.bbox": (False, _spelled(_POLYGON), "write POLYGON((west south,east south,east north,…,west south))."),
    "territory.centroid": (False, _spelled(_POINT), "write POINT(longitude latitude) in degrees."),
    "frequency": (False, _spelled(_CODE), "write a code of the EU list of frequencies, such as ANNUAL."),
    "issued": (False, _day, _A_DAY),
    "modified": (False, _day, _A_DAY),
    "legislation": (False, _list(_iri), "write a list of the IRIs (ELI) of laws."),
    "keywords": (
        False,
        _keywords,
        "write lists a language; a keyword has 2 to 100 letters, digits, spaces, full stops or hyphens.",
    ),
    "themes": (False, _themes, 'write for each policy theme { data-theme = "ECON", sector = "economia" }.'),
    "endpoint": (False, _iri, _AN_ADDRESS),
    "profiles": (False, _list(_spelled(_NAME)), "write a list of names of folders in ontology/profiles/."),
}
"""Setting, with a dot inside its table -> is it needed, is this value right, and what to write."""
