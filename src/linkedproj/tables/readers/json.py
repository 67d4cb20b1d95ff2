"""JSON records: a list of objects, or one object a line.

Records hold text only: a JSON number has no one spelling (12.50 becomes 12.5 or 1.25E1 in RDF), so it is refused.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from json import decoder
from typing import TYPE_CHECKING

from linkedproj.model.errors import Problem
from linkedproj.tables.readers.source import decoded
from linkedproj.tables.readers.tree import DEPTH, TOO_DEEP, Node, places, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from linkedproj.model.errors import Place
    from linkedproj.tables.readers.source import Read, Report, TableFile

_BLANK = re.compile(r"[ \t\r\n]*")
_OTHER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false")
# The standard decoder's sentences go on with the place, which a problem has of its own.
_TAIL = re.compile(r"( starting)? at$|: $")

# The standard decoder's own reader of strings, which is not in its type stubs.
_string: Callable[[str, int], tuple[str, int]] = vars(decoder)["scanstring"]


LINES = frozenset({".jsonl", ".ndjson"})
"""Suffixes of files with one object a line."""


def read(file: TableFile, report: Report) -> Iterator[Read]:
    """Read a list of objects, or one object."""
    text = decoded(file, report)
    root = _parse(file, text, _Lines(text), 0, report) if text.strip() else None
    if root is not None:
        yield from records(root, file, report)


def read_lines(file: TableFile, report: Report) -> Iterator[Read]:
    """Read one object a line; a line that is no JSON is reported, and reading goes on."""
    for root in _lines(file, report):
        yield from records(root, file, report)


def find(file: TableFile, line: int, columns: Sequence[str], index: int) -> Place:
    """Find a cell of the record that begins at `line`."""
    if file.path.suffix.lower() in LINES:
        roots = [root for root in _lines(file, _ignore) if root.line == line]
    else:
        text = decoded(file, _ignore)
        parsed = _parse(file, text, _Lines(text), 0, _ignore)
        roots = [parsed] if parsed else []
    found = places(roots[0], line) if roots else {}
    return file.place(*found.get(columns[index] if index < len(columns) else "", (line, 1)))


def _ignore(_: Problem) -> None:
    """Take a problem that was reported when the file was read."""


def _lines(file: TableFile, report: Report) -> Iterator[Node]:
    for number, line in enumerate(decoded(file, report).split("\n"), 1):
        if line.strip():
            root = _parse(file, line, _Lines(line, number), 0, report)
            if root is not None:
                yield root


class _Lines:
    """Line and column of an offset in a text that begins at line `first`."""

    def __init__(self, text: str, first: int = 1) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._first = first

    def __call__(self, offset: int) -> tuple[int, int]:
        row = bisect_right(self._starts, offset) - 1
        return row + self._first, offset - self._starts[row] + 1


def _parse(file: TableFile, text: str, where: _Lines, start: int, report: Report) -> Node | None:
    try:
        node = _whole(text, start, where)
    except json.JSONDecodeError as error:
        place = file.place(*where(error.pos))
        detail = _TAIL.sub("", error.msg[:1].lower() + error.msg[1:])
        report(Problem("LP-FILE-SYNTAX", place, values={"detail": detail}))
        return None
    return node


def _whole(text: str, start: int, where: _Lines) -> Node:
    """Read the one value of a text.

    Raises:
        JSONDecodeError: it is none, or more follows.
    """
    node, end = _value(text, _skip(text, start), where, 0)
    if _skip(text, end) != len(text):
        raise json.JSONDecodeError("more text follows the value", text, _skip(text, end))
    return node


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _value(text: str, at: int, where: _Lines, depth: int) -> tuple[Node, int]:
    """Read one value with its place; the standard decoder keeps no places and takes equal keys without a word.

    Raises:
        JSONDecodeError: it is none.
    """
    if depth > DEPTH:
        raise json.JSONDecodeError(TOO_DEEP, text, at)
    character = text[at : at + 1]
    if character == "{":
        return _object(text, at, where, depth)
    if character == "[":
        return _array(text, at, where, depth)
    if character == '"':
        value, end = _string(text, at + 1)
        return Node(value, *where(at)), end
    if text.startswith("null", at):
        return Node(None, *where(at)), at + 4
    match = _OTHER.match(text, at)
    if not match:
        raise json.JSONDecodeError("a value is missing or is not JSON", text, at)
    kind = "true or false" if match[0] in ("true", "false") else "a number"
    return Node(match[0], *where(at), fault=kind), match.end()


def _object(text: str, at: int, where: _Lines, depth: int) -> tuple[Node, int]:
    pairs: list[tuple[Node, Node]] = []
    position = _skip(text, at + 1)
    while text[position : position + 1] != "}":
        if pairs:
            position = _expect(text, position, ",")
        if text[position : position + 1] != '"':
            raise json.JSONDecodeError("a key in double quotes is missing", text, position)
        key, position = _value(text, position, where, depth + 1)
        position = _expect(text, _skip(text, position), ":")
        value, position = _value(text, position, where, depth + 1)
        pairs.append((key, value))
        position = _skip(text, position)
    return Node(pairs, *where(at), is_map=True), position + 1


def _array(text: str, at: int, where: _Lines, depth: int) -> tuple[Node, int]:
    items: list[Node] = []
    position = _skip(text, at + 1)
    while text[position : position + 1] != "]":
        if items:
            position = _expect(text, position, ",")
        item, position = _value(text, position, where, depth + 1)
        items.append(item)
        position = _skip(text, position)
    return Node(items, *where(at)), position + 1


def _expect(text: str, at: int, character: str) -> int:
    if text[at : at + 1] != character:
        raise json.JSONDecodeError(f"'{character}' is missing", text, at)
    return _skip(text, at + 1)
