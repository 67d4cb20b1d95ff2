"""Phrases in each language: words.toml of a package, a table a language."""

from __future__ import annotations

import tomllib
from functools import cached_property
from importlib.resources import files
from typing import Any


class Phrases:
    """The phrases of a package, looked up by language and name; a language that is not there is English.

    >>> Phrases("linkedproj.reports")("ca", "problems", n=1)
    '1 problema'
    """

    def __init__(self, package: str) -> None:
        self._package = package

    def __call__(self, language: str, name: str, **values: object) -> str:
        """Fill the slots of a phrase; `n` chooses between the forms for one and for more."""
        found = self.entry(language, name)
        if isinstance(found, list):
            found = found[0 if values.get("n") == 1 else 1]
        return str(found).format_map(values)

    def entry(self, language: str, name: str) -> Any:  # noqa: ANN401 - a phrase, its forms or a table of them
        """Return an entry as it stands in the file."""
        return self._entries.get(language, self._entries["en"])[name]

    @cached_property
    def _entries(self) -> dict[str, dict[str, Any]]:
        return tomllib.loads((files(self._package) / "words.toml").read_text(encoding="utf-8"))
