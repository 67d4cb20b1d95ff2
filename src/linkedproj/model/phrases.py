"""Phrases in each language: words.toml of a package, a table a language."""

from __future__ import annotations

import tomllib
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Phrases:
    """The phrases of a package, looked up by language and name; a language that is not there is English.

    >>> Phrases("linkedproj.reports")("ca", "problems", n=1)
    '1 problema'
    """

    def __init__(self, package: str) -> None:
        self._package = package

    def __call__(self, language: str, name: str, /, **values: object) -> str:
        """Fill the slots of a phrase; `n` chooses between the forms for one and for more."""
        return self._form(language, name, values).format_map(values)

    def told(self, language: str, name: str, /, **values: object) -> str:
        """Do the same with whole numbers written as the language writes them.

        >>> Phrases("linkedproj.reports").told("ca", "problems", n=1500)
        '1.500 problemes'
        """
        written = {key: number(language, each) if isinstance(each, int) else each for key, each in values.items()}
        return self._form(language, name, values).format_map(written)

    def entry(self, language: str, name: str) -> Any:  # noqa: ANN401 - a phrase, its forms or a table of them
        """Return an entry as it stands in the file."""
        return self._entries.get(language, self._entries["en"])[name]

    def _form(self, language: str, name: str, values: Mapping[str, object]) -> str:
        found = self.entry(language, name)
        return str(found[0 if values.get("n") == 1 else 1] if isinstance(found, list) else found)

    @cached_property
    def _entries(self) -> dict[str, dict[str, Any]]:
        return tomllib.loads((files(self._package) / "words.toml").read_text(encoding="utf-8"))


def number(language: str, n: int) -> str:
    """Write a number with its thousands apart.

    >>> number("en", 1500), number("es", 1500)
    ('1,500', '1.500')
    """
    return f"{n:,}".replace(",", {"en": ","}.get(language, "."))
