"""The `#+` header of a saved query: YAML whose every part knows its line and column.

The keys are those of grlc (CLARIAH/grlc), with one more, `linkedproj`, which grlc ignores. All scalars stay strings:
"NO", "2000-01-01" and "12.50" must not become a boolean, a date and a number.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from linkedproj.errors import Place, QueryError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_MARK = "#+"


@dataclass(frozen=True, slots=True)
class Part:
    """A value of the header: a string, a list of parts or a mapping of parts, and where it stands."""

    value: str | list[Part] | dict[str, Part]
    place: Place

    def text(self) -> str:
        """Give a string.

        Raises:
            QueryError: it is a list or a mapping.
        """
        if not isinstance(self.value, str):
            raise QueryError(
                "one value is expected here. Write it on one line, in quotes if it holds ': '.", self.place
            )
        return self.value

    def items(self) -> list[Part]:
        """Give a list.

        Raises:
            QueryError: it is something else.
        """
        if not isinstance(self.value, list):
            raise QueryError("a list is expected here. Write [a, b], or one '- item' a line.", self.place)
        return self.value

    def parts(self, known: Collection[str] = ()) -> Mapping[str, Part]:
        """Give a mapping; when `known` is given, no other key may stand in it.

        Raises:
            QueryError: it is something else, or a key is not known.
        """
        if not isinstance(self.value, dict):
            raise QueryError("names with values are expected here. Write 'name: value'.", self.place)
        for key, part in self.value.items():
            if known and key not in known:
                raise QueryError(f"'{key}' is no key of the header. {_advice(key, known)}", part.place)
        return self.value


NOTHING = Part({}, Place(""))
"""What stands where the header says nothing."""


def _advice(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(sorted(known))}."


def header_lines(text: str) -> int:
    """Count the lines of the header, which begins in line 1."""
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines) if not line.startswith(_MARK)), len(lines))


def read_header(text: str, file: str) -> Part:
    """Read the header of a query; `file` is the path shown in messages.

    Raises:
        QueryError: it is missing or is no YAML.
    """
    lines = text.splitlines()[: header_lines(text)]
    if not lines:
        raise QueryError('the header is missing. Begin the file with "#+ summary: what it answers".', Place(file, 1, 1))
    # Same length as in the file, so that YAML counts the columns of the file.
    source = "\n".join("  " + line[len(_MARK) :] for line in lines)
    try:
        node = yaml.compose(source, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        place, why = _unreadable(error, file)
        advice = "Put a text that holds ': ' or '#' in quotes"
        raise QueryError(f"the header is no YAML: {why}. {advice}.", place) from error
    return _part(node, file) if node else Part({}, Place(file, 1, 1))


def _unreadable(error: yaml.YAMLError, file: str) -> tuple[Place, str]:
    mark = getattr(error, "problem_mark", None)
    why = getattr(error, "problem", None) or "not allowed here"
    return (Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)), why


def _part(node: yaml.Node, file: str) -> Part:
    place = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        return Part(_mapping(node, file), place)
    if isinstance(node, yaml.SequenceNode):
        return Part([_part(item, file) for item in node.value], place)
    return Part(str(node.value), place)


def _mapping(node: yaml.MappingNode, file: str) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for key, value in node.value:
        if key.value in found:
            place = Place(file, key.start_mark.line + 1, key.start_mark.column + 1)
            raise QueryError(f"'{key.value}' stands here twice. Keep one.", place)
        found[str(key.value)] = _part(value, file)
    return found
