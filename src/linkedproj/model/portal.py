"""The curator's block of portfolio.toml: what portals want to know of a portfolio, and how it is written.

Sources: the properties of DCAT-AP 3.0.1 and DCAT-AP-ES 1.0.0 that only a person can fill.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from linkedproj.model.languages import canonical_tag

if TYPE_CHECKING:
    from collections.abc import Mapping

_T = TypeVar("_T")

DIR3 = "http://datos.gob.es/recurso/sector-publico/org/Organismo/"
"""Public bodies of Spain have an IRI here, by their code in the register DIR3."""


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
    """Read the curator's block of settings in which nothing is wrong."""
    publisher, contact, territory = (settings.get(name, {}) for name in ("publisher", "contact", "territory"))
    return Portal(
        description=by_language(settings.get("description", {})),
        publisher=Publisher(**{**publisher, "name": by_language(publisher.get("name", {}))}),
        contact=Contact(**{**contact, "name": by_language(contact.get("name", {}))}),
        territory=Territory(**{**territory, "label": by_language(territory.get("label", {}))}),
        frequency=settings.get("frequency", ""),
        issued=settings.get("issued", ""),
        modified=settings.get("modified", ""),
        legislation=tuple(settings.get("legislation", [])),
        keywords={tag: tuple(words) for tag, words in by_language(settings.get("keywords", {})).items()},
        themes=settings.get("themes", {}),
        endpoint=settings.get("endpoint", ""),
        profiles=tuple(settings.get("profiles", [])),
    )


def by_language(texts: Mapping[str, _T]) -> dict[str, _T]:
    """Write the language tags of texts in the recommended case."""
    return {canonical_tag(tag): text for tag, text in texts.items()}


def mailbox_fault(email: str, mailboxes: frozenset[str]) -> str:
    """Return what is wrong with an address to be published, or "": only a mailbox of a role may be."""
    if email.partition("@")[0].lower() in mailboxes:
        return ""
    listed = ", ".join(sorted(mailboxes))
    return (
        f"only the mailbox of a role may be published; before the @ stands one of {listed}, or add it to 'mailboxes'."
    )
