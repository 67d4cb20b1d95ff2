"""YAML records: every scalar stays the text that was written (`NO` is Norway, `12.50` keeps its zero)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.errors import Place, Problem
from linkedproj.readers.source import decoded
from linkedproj.readers.tree import Node, places, records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import yaml

    from linkedproj.readers.source import Read, Report, TableFile

_EMPTY = {"", "~", "null"}


def read(file: TableFile, report: Report) -> Iterator[Read]:
    """Read a list of records, or one. Anchors, aliases, tags and merge keys are refused."""
    root = _compose(file, decoded(file, report), report)
    if root is not None:
        yield from records(root, file, report)


def find(file: TableFile, line: int, columns: Sequence[str], index: int) -> Place:
    """Find a cell of the record that begins at `line`."""
    root = _compose(file, decoded(file, lambda _: None), lambda _: None)
    found = places(root, line) if root is not None else {}
    return Place(file.shown, *found.get(columns[index] if index < len(columns) else "", (line, 1)))


def _compose(file: TableFile, text: str, report: Report) -> Node | None:
    # Only files in YAML pay for the parser.
    import yaml  # noqa: PLC0415

    refused = _refused(text)
    if refused:
        line, column, what = refused
        report(Problem("LP-FILE-SYNTAX", Place(file.shown, line, column), values={"detail": what}))
        return None
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(file.shown, mark.line + 1, mark.column + 1) if mark else Place(file.shown)
        detail = getattr(error, "problem", None) or str(error)
        report(Problem("LP-FILE-SYNTAX", place, values={"detail": detail}))
        return None
    return _node(root) if root is not None else None


def _refused(text: str) -> tuple[int, int, str] | None:
    """Find the first anchor, alias or tag: they make a text mean more than it shows."""
    import yaml  # noqa: PLC0415

    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
            mark = event.start_mark
            if getattr(event, "anchor", None):
                return mark.line + 1, mark.column + 1, "anchors and aliases (& and *) are not supported"
            if getattr(event, "tag", None):
                return mark.line + 1, mark.column + 1, "tags (!) are not supported"
            if getattr(event, "value", None) == "<<" and event.style is None:
                return mark.line + 1, mark.column + 1, "merge keys (<<) are not supported"
    except yaml.YAMLError:
        return None
    return None


def _node(node: yaml.Node) -> Node:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    kind = node.id
    if kind == "mapping":
        return Node([(_node(key), _node(value)) for key, value in node.value], line, column, is_map=True)
    if kind == "sequence":
        return Node([_node(item) for item in node.value], line, column)
    plain = getattr(node, "style", None) in (None, "")
    return Node(None if plain and node.value in _EMPTY else node.value, line, column)
