"""The `#+` header of a saved query: YAML whose every part knows its line and column.

The keys are those of grlc (CLARIAH/grlc), with one more, `linkedproj`, which grlc ignores. All scalars stay strings:
"NO", "2000-01-01" and "12.50" must not become a boolean, a date and a number.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from linkedproj.model.errors import Place, Problem
from linkedproj.queries.saved.faults import Faults, HeaderError, suggestions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_MARK = "#+"
_DEEPEST = 20
_WIDEST = (1 << 31) - 1
# What is in C is six to ten times as fast; not every PyYAML has it.
_LOADER: type[yaml.BaseLoader | yaml.CBaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DUMPER: type[yaml.SafeDumper | yaml.CSafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class HeaderPart:
    """A value of the header: a string, a list of parts or a mapping of parts, and where it stands."""

    value: str | list[HeaderPart] | dict[str, HeaderPart]
    place: Place

    def text(self) -> str:
        """Return a string.

        Raises:
            HeaderError: it is a list or a mapping.
        """
        if not isinstance(self.value, str):
            raise HeaderError(Problem("LP-QUERY-VALUE", self.place))
        return self.value

    def items(self) -> list[HeaderPart]:
        """Return a list.

        Raises:
            HeaderError: it is something else.
        """
        if not isinstance(self.value, list):
            raise HeaderError(Problem("LP-QUERY-LIST", self.place))
        return self.value

    def parts(self) -> Mapping[str, HeaderPart]:
        """Return a mapping.

        Raises:
            HeaderError: it is something else.
        """
        if not isinstance(self.value, dict):
            raise HeaderError(Problem("LP-QUERY-MAPPING", self.place))
        return self.value


NOTHING = HeaderPart({}, Place(""))
"""What stands where the header says nothing."""


def items_of(part: HeaderPart | None, faults: Faults) -> list[HeaderPart]:
    """Return a list; none, where nothing is said or something else stands there."""
    nothing: list[HeaderPart] = []
    return faults.attempt(part.items, nothing) if part else nothing


def parts_of(part: HeaderPart | None, faults: Faults) -> Mapping[str, HeaderPart]:
    """Return a mapping; an empty one, where nothing is said or something else stands there."""
    nothing: Mapping[str, HeaderPart] = {}
    return faults.attempt(part.parts, nothing) if part else nothing


def known_parts(part: HeaderPart, known: Collection[str], faults: Faults) -> Mapping[str, HeaderPart]:
    """Return a mapping in which no key but the `known` ones may stand."""
    parts = parts_of(part, faults)
    for key, value in parts.items():
        if key not in known:
            faults.add(Problem("LP-QUERY-KEY", value.place, cell=key, values=suggestions(key, known)))
    return {key: value for key, value in parts.items() if key in known}


def header_lines(text: str) -> int:
    """Count the lines of the header, which begins in line 1."""
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines) if not line.startswith(_MARK)), len(lines))


def write_header(header: Mapping[str, object]) -> str:
    """Write a header: texts, numbers, lists and mappings in their order; what is empty is left out."""
    written = yaml.dump(_filled(header), Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=_WIDEST)
    return "".join(f"{_MARK} {line}" for line in str(written).splitlines(keepends=True))


def _filled(value: object) -> object:
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items() if inner or inner == 0}
    return [_filled(inner) for inner in value] if isinstance(value, list) else value


def read_header(text: str, file: str, faults: Faults | None = None) -> HeaderPart:
    """Read the header of a query; `file` is the path shown in messages.

    Raises:
        HeaderError: it is missing or is no YAML.
    """
    lines = text.splitlines()[: header_lines(text)]
    if not lines:
        raise HeaderError(Problem("LP-QUERY-HEADER", Place(file, 1, 1)))
    # Same length as in the file, so that YAML counts the columns of the file.
    source = "\n".join(" " * len(_MARK) + line[len(_MARK) :] for line in lines)
    try:
        if why := _why_not(source):
            raise HeaderError(Problem("LP-QUERY-YAML", Place(file, 1, 1), values={"detail": why}))
        node = _composed(source)
    except yaml.YAMLError as error:
        raise HeaderError(_unreadable(error, file)) from error
    return _part(node, file, faults or Faults(strict=True)) if node else HeaderPart({}, Place(file, 1, 1))


def _why_not(source: str) -> str:
    """Say why a header is not composed: values lie too deep in each other, or are made of others, without end maybe."""
    # A level takes a bracket, or a sign or blank before the first word of a line: most headers have too few of them.
    before_words = max(len(line) - len(line.lstrip(" -?")) for line in source.splitlines())
    if source.count("[") + source.count("{") + before_words < _DEEPEST and not ("&" in source and "*" in source):
        return ""
    depth = 0
    # What is no YAML is told by whoever composes it.
    with suppress(yaml.YAMLError):
        for event in yaml.parse(source, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                return "it is nested too deeply"
            if isinstance(event, yaml.AliasEvent):
                return "anchors and aliases (& and *) are not supported"
    return ""


def _composed(source: str) -> yaml.Node | None:
    """Compose a header.

    Raises:
        YAMLError: it is no YAML, in the words of the parser in Python, which are the same everywhere.
    """
    node: yaml.Node | None
    try:
        node = yaml.compose(source, Loader=_LOADER)
    except yaml.YAMLError:
        node = yaml.compose(source, Loader=yaml.BaseLoader)
    return node


def _unreadable(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    why = getattr(error, "problem", None) or "not allowed here"
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    return Problem("LP-QUERY-YAML", place, values={"detail": why})


def _part(node: yaml.Node, file: str, faults: Faults) -> HeaderPart:
    place = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        return HeaderPart(_mapping(node, file, faults), place)
    if isinstance(node, yaml.SequenceNode):
        return HeaderPart([_part(item, file, faults) for item in node.value], place)
    return HeaderPart(str(node.value), place)


def _mapping(node: yaml.MappingNode, file: str, faults: Faults) -> dict[str, HeaderPart]:
    found: dict[str, HeaderPart] = {}
    for key, value in node.value:
        place = Place(file, key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, yaml.ScalarNode):
            faults.add(Problem("LP-QUERY-YAML", place, values={"detail": "a key is one word, no list or mapping"}))
        elif key.value in found:
            faults.add(Problem("LP-QUERY-TWICE", place, cell=str(key.value)))
        else:
            found[str(key.value)] = _part(value, file, faults)
    return found
