"""The settings of a portfolio in Markdown, from the schema that portfolio.toml is held against."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from linkedproj.reports.model.tables import markdown_table, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def markdown_settings(language: str) -> str:
    """Describe every key of portfolio.toml; its texts are in English, as in the schema."""
    schema: dict[str, Any] = json.loads((files("linkedproj.model") / "portfolio.schema.json").read_text("utf-8"))
    heads = [phrase(language, name) for name in ("setting", "must", "setting_meaning")]
    rows = [
        [f"`{key}`", phrase(language, "required") if must else "", text]
        for key, must, text in _keys(schema, schema, "")
    ]
    lead = [f"## {phrase(language, 'settings')}", "", phrase(language, "settings_lead"), ""]
    return "\n".join([*lead, *markdown_table(heads, rows)]) + "\n"


def _keys(node: Mapping[str, Any], root: Mapping[str, Any], above: str) -> Iterator[tuple[str, bool, str]]:
    """Yield each key with the keys above it, whether it must be there, and what is said of it."""
    required = node.get("required", ())
    for name, entry in node.get("properties", {}).items():
        described = _resolved(entry, root)
        yield f"{above}{name}", name in required, _text(described)
        yield from _keys(described, root, f"{above}{name}.")
    for entry in [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]:
        if isinstance(entry, dict):
            yield from _keys(_resolved(entry, root), root, f"{above}*.")


def _resolved(entry: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """Follow a reference within the schema; what stands beside it wins."""
    found: Any = root
    for part in entry.get("$ref", "#").removeprefix("#").strip("/").split("/"):
        found = found[part] if part else {}
    return {**found, **{key: value for key, value in entry.items() if key != "$ref"}}


def _text(entry: Mapping[str, Any]) -> str:
    said = entry.get("description") or entry.get("title", "")
    choices = ", ".join(f"`{json.dumps(value)}`" for value in entry.get("enum", ()))
    return f"{said} {choices}".strip()
