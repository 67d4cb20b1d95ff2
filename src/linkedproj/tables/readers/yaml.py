"""YAML records: every scalar stays the text that was written (`NO` is Norway, `12.50` keeps its zero)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkedproj.model.errors import Problem
from linkedproj.tables.readers.source import decoded
from linkedproj.tables.readers.tree import DEPTH, TOO_DEEP, Node, places, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import yaml

    from linkedproj.model.errors import Place
    from linkedproj.tables.readers.source import Read, Report, TableFile

_EMPTY = {"", "~", "null"}
_COMMENT = re.compile(r"[ \t]+#(\S)?[^\n]*")


def read(file: TableFile, report: Report) -> Iterator[Read]:
    """Read a list of records, or one. Anchors, aliases, tags and merge keys are refused."""
    root = _compose(file, decoded(file, report), report)
    if root is not None:
        yield from records(root, file, report)


def find(file: TableFile, line: int, columns: Sequence[str], index: int) -> Place:
    """Find a cell of the record that begins at `line`."""
    root = _compose(file, decoded(file, lambda _: None), lambda _: None)
    found = places(root, line) if root is not None else {}
    return file.place(*found.get(columns[index] if index < len(columns) else "", (line, 1)))


def _compose(file: TableFile, text: str, report: Report) -> Node | None:
    # Only files in YAML pay for the parser.
    import yaml

    refused = _refused(text)
    if refused:
        line, column, what = refused
        report(Problem("LP-FILE-SYNTAX", file.place(line, column), values={"detail": what}))
        return None
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.YAMLError as error:
        report(_syntax_problem(file, text, error))
        return None
    return _node(root, lambda scalar: _look_behind(file, text, scalar, report)) if root is not None else None


def _look_behind(file: TableFile, text: str, scalar: yaml.Node, report: Report) -> None:
    """Report a text that ends at a "#": behind a blank, this begins a comment, which may have been meant as text."""
    behind = _COMMENT.match(text, scalar.end_mark.index) if scalar.end_mark else None
    if behind and scalar.start_mark and (" " in scalar.value or behind[1]):
        place = file.place(scalar.start_mark.line + 1, scalar.start_mark.column + 1)
        report(Problem("LP-CELL-COMMENT", place, cell=scalar.value[:80], values={"cut": behind[0].strip()[:80]}))


def _syntax_problem(file: TableFile, text: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    if mark:
        place = file.place(mark.line + 1, mark.column + 1)
    else:
        before = text[: getattr(error, "position", 0)]
        place = file.place(before.count("\n") + 1, len(before) - before.rfind("\n"))
    detail = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return Problem("LP-FILE-SYNTAX", place, values={"detail": detail})


def _refused(text: str) -> tuple[int, int, str] | None:
    """Find the first anchor, alias, tag or merge key, which make a text mean more than it shows, or too deep a value.

    The scanner reads ahead of what it hands over, and newer ones (libyaml 0.2.6) stop at a depth of their own: what
    stands before the place where it stopped is then read by itself.
    """
    import yaml

    depth = 0
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            what = TOO_DEEP if depth > DEPTH else _refusal(event)
            if what and event.start_mark:
                return event.start_mark.line + 1, event.start_mark.column + 1, what
    except yaml.MarkedYAMLError as error:
        stopped = error.problem_mark.index if error.problem_mark else 0
        return _refused(text[:stopped]) if stopped < len(text) else None
    except yaml.YAMLError:
        return None
    return None


def _refusal(event: yaml.Event) -> str:
    if getattr(event, "anchor", None):
        return "anchors and aliases (& and *) are not supported"
    if getattr(event, "tag", None):
        return "tags (!) are not supported"
    plain = getattr(event, "style", None) is None or getattr(event, "style", "") == ""
    return "merge keys (<<) are not supported" if getattr(event, "value", "") == "<<" and plain else ""


def _node(node: yaml.Node, hear: Callable[[yaml.Node], None]) -> Node:
    """Make a node with its place of the parser's; `hear` is told of each text without quotation marks."""
    import yaml

    mark = node.start_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    if isinstance(node, yaml.MappingNode):
        return Node([(_node(key, hear), _node(value, hear)) for key, value in node.value], line, column, is_map=True)
    if isinstance(node, yaml.SequenceNode):
        return Node([_node(item, hear) for item in node.value], line, column)
    plain = getattr(node, "style", None) in (None, "")
    if plain and node.value:
        hear(node)
    return Node(None if plain and node.value in _EMPTY else node.value, line, column)
