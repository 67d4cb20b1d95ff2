"""The settings of a portfolio that an import begins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from linkedproj.importers.source.words import phrase
from linkedproj.model.languages import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.importers.source.spec import Importer

SETTINGS = "portfolio.toml"


BASE = "https://data.example.org/"


def settings_of(  # noqa: PLR0913 - what is known of a portfolio at its beginning
    importer: Importer, into: Path, day: str, base: str = BASE, title: str = "", *, language: str = LANGUAGES[0]
) -> str:
    """Write the settings of a portfolio that has none yet: what is known, and a placeholder for who publishes.

    Their comments are in `language`.
    """
    name = title or into.resolve().name or importer.name
    lines = [
        f"# {phrase(language, 'settings')}",
        f"id = {_quoted(_identifier(name))}",
        'version = "1"',
        f"base = {_quoted(base)}  # {phrase(language, 'base')}",
        f"as-of = {day}",
        f"languages = {_listed(importer.languages)}",
    ]
    if importer.further_languages:
        further = _listed(importer.further_languages)
        lines.append(f"further-languages = {further}  # {phrase(language, 'undetermined')}")
    lines += [
        f"licence = {_quoted(importer.licence or 'http://creativecommons.org/licenses/by/4.0/')}",
        f"issued = {day}",
        'profiles = ["void"]',
        "",
        "[title]",
        *(f"{tag} = {_quoted(title or importer.title)}" for tag in importer.languages),
        "",
        "[publisher.name]",
        *(f"{tag} = {_quoted(name)}" for tag in importer.languages),
    ]
    if importer.require:
        lines += ["", "[require]", *(f"{_quoted(key)} = {_quoted(level)}" for key, level in importer.require.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # A basic string of TOML is one of JSON, as long as nothing outside of the first plane is escaped.
    return json.dumps(text, ensure_ascii=False)


def _listed(items: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_quoted, items)) + "]"


def _identifier(name: str) -> str:
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.lower())
    return "-".join(filter(None, kept.split("-"))) or "portfolio"
