"""Whether a value plainly conforms to a JSON Schema: then nobody has to import a validator, which takes 0.1 s.

Only the keywords that our schemas need are known here. Of a value or a schema beyond them nothing is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Formats = Mapping[str, Callable[[str], bool]]

_TYPES = {"string": str, "object": dict, "array": list, "boolean": bool}
_ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description", "errorMessage", "patternProperties", "properties"}
_PLAIN = {"pattern", "required"}


class Conforming:
    """A schema of draft 2020-12; `formats` are those that are checked, by name."""

    def __init__(self, schema: Mapping[str, Any], formats: Formats) -> None:
        self._whole, self._formats = schema, formats

    def holds(self, value: object) -> bool:
        """Return whether a value surely conforms; if not, a validator knows better."""
        return self._holds(value, self._whole)

    def _holds(self, value: object, schema: Mapping[str, Any]) -> bool:
        kept = all(word in _ANNOTATIONS or self._keeps(value, word, schema) for word in schema)
        return kept and (not isinstance(value, dict) or self._members_hold(value, schema))

    def _keeps(self, value: object, word: str, schema: Mapping[str, Any]) -> bool:  # noqa: C901, PLR0911, PLR0912 - one a keyword
        stated = schema[word]
        match word:
            case "type":
                names = [stated] if isinstance(stated, str) else stated
                return any(isinstance(value, _TYPES.get(name, ())) for name in names)
            case "$ref":
                return self._holds(value, self._whole["$defs"][stated.rpartition("/")[2]])
            case "allOf":
                return all(self._holds(value, each) for each in stated)
            case "anyOf":
                return any(self._holds(value, each) for each in stated)
            case "not":
                return stated.keys() <= _PLAIN and not self._holds(value, stated)
            case "enum":
                return isinstance(value, str) and value in stated
            case "pattern":
                return not isinstance(value, str) or re.search(stated, value) is not None
            case "format":
                return not isinstance(value, str) or (stated in self._formats and self._formats[stated](value))
            case "maxLength":
                return not isinstance(value, str) or len(value) <= stated
            case "required":
                return not isinstance(value, dict) or value.keys() >= set(stated)
            case "items":
                return not isinstance(value, list) or all(self._holds(item, stated) for item in value)
            case "minItems":
                return not isinstance(value, list) or len(value) >= stated
            case "uniqueItems":
                is_plain = isinstance(value, list) and all(isinstance(item, str) for item in value)
                return not isinstance(value, list) or (is_plain and len(set(value)) == len(value))
            case "additionalProperties":
                return not isinstance(value, dict) or all(
                    isinstance(stated, dict) and self._holds(member, stated)
                    for name, member in value.items()
                    if not self._said_of(name, schema)
                )
        return False

    def _members_hold(self, value: Mapping[str, object], schema: Mapping[str, Any]) -> bool:
        return all(self._holds(member, said) for name, member in value.items() for said in self._said_of(name, schema))

    @staticmethod
    def _said_of(name: str, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return what a schema says of a member by its name."""
        named = [schema["properties"][name]] if name in schema.get("properties", ()) else []
        patterns = schema.get("patternProperties", {})
        return named + [said for pattern, said in patterns.items() if re.search(pattern, name)]
