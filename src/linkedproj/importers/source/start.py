"""The settings of a portfolio that an import begins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.importers.source.spec import Importer

SETTINGS = "portfolio.toml"


BASE = "https://data.example.org/"


def settings_of(importer: Importer, into: Path, day: str, base: str = BASE, title: str = "") -> str:
    """Write the settings of a portfolio that has none yet: what is known, and a placeholder for who publishes."""
    name = title or into.resolve().name or importer.name
    lines = [
        "# What belongs to the portfolio as a whole. Put your own title, base and publisher here before you publish.",
        f"id = {_quoted(_identifier(name))}",
        'version = "1"',
        f"base = {_quoted(base)}  # what all IRIs begin with: an address of yours that can stay for ever",
        f"as-of = {day}",
        f"languages = {_listed(importer.languages)}",
    ]
    if importer.further_languages:
        lines.append(f"further-languages = {_listed(importer.further_languages)}  # und: the source does not say which")
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
