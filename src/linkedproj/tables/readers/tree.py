"""YAML and JSON records, flattened to the cells of a table.

`title: {en: A, ca: B}` is the two cells `title@en` and `title@ca`, `theme: [a, b]` the cell `a; b`, and
`budget: {value: "1"}` the cell `budget.value`: the same rows, whichever way a curator likes to write them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, Problem
from linkedproj.model.lexical import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.tables.readers.source import Read, Report, TableFile

DEPTH = 8
"""How deep values may be nested: no record needs more, and what is read by recursion stays far from its limit."""

TOO_DEEP = "values are nested too deeply for a record"


@dataclass(frozen=True)
class Node:
    """A value with its place: a text, a list of nodes, a mapping as (key node, node) pairs, or None when it is empty.

    `fault` names what kind of scalar stands where only text may stand ("a number").
    """

    value: str | list[Node] | list[tuple[Node, Node]] | None
    line: int
    column: int
    fault: str = ""
    is_map: bool = False


def records(root: Node, file: TableFile, report: Report) -> Iterator[Read]:
    """Give the rows of a document: a list of records, or one record."""
    items = root.value if isinstance(root.value, list) and not root.is_map else [root]
    for item in items:
        if isinstance(item, Node) and item.is_map:
            cells: dict[str, str] = {}
            for name, (cell, node) in _cells(item, "", file, report):
                if name in cells:
                    report(_problem("LP-COLUMN-TWICE", file, node, name))
                cells.setdefault(name, cell)
            if cells:
                yield tuple(cells), item.line, list(cells.values())
        elif isinstance(item, Node) and (item.value is not None or item.fault):
            report(_problem("LP-CELL-SHAPE", file, item))


def places(root: Node, line: int) -> dict[str, tuple[int, int]]:
    """Give line and column of each cell of the record that begins at `line`."""
    items = root.value if isinstance(root.value, list) and not root.is_map else [root]
    for item in items:
        if isinstance(item, Node) and item.is_map and item.line == line:
            return {name: (node.line, node.column) for name, (_, node) in _cells(item, "", None, _ignore)}
    return {}


def _ignore(_: Problem) -> None:
    """Take a problem that was reported when the record was read."""


def _cells(node: Node, prefix: str, file: TableFile | None, report: Report) -> Iterator[tuple[str, tuple[str, Node]]]:
    seen: set[str] = set()
    pairs = node.value if isinstance(node.value, list) else []
    for pair in pairs:
        if not isinstance(pair, tuple):
            continue
        key, value = pair
        name = prefix + (key.value if isinstance(key.value, str) else "")
        if name in seen:
            report(_problem("LP-COLUMN-TWICE", file, key, name))
            continue
        seen.add(name)
        yield from _cell(name, value, file, report)


def _cell(name: str, node: Node, file: TableFile | None, report: Report) -> Iterator[tuple[str, tuple[str, Node]]]:
    if node.fault:
        report(_problem("LP-CELL-STRING", file, node, name, {"found": node.fault}))
        yield name, ("", node)
    elif "@" in name and isinstance(node.value, list):
        report(_problem("LP-CELL-SHAPE", file, node, name))
        yield name, ("", node)
    elif node.is_map and isinstance(node.value, list):
        pairs = [pair for pair in node.value if isinstance(pair, tuple)]
        by_language = all(LANGUAGE.fullmatch(str(key.value)) and len(str(key.value)) == len("en") for key, _ in pairs)
        yield from _cells(node, f"{name}@" if by_language else f"{name}.", file, report)
    elif isinstance(node.value, list):
        items = [item for item in node.value if isinstance(item, Node)]
        wrong = [item for item in items if item.fault or not isinstance(item.value, str)]
        for item in wrong:
            report(_problem("LP-CELL-STRING", file, item, name, {"found": item.fault or "a nested value"}))
        yield name, ("; ".join(str(item.value) for item in items if item not in wrong), node)
    else:
        yield name, (node.value or "", node)


def _problem(
    rule: str, file: TableFile | None, node: Node, column: str = "", values: dict[str, str] | None = None
) -> Problem:
    place = Place(file.shown if file else "", node.line, node.column)
    return Problem(rule, place, column=column, cell=str(node.value or "")[:80], values=values or {})
