"""YAML and JSON records, flattened to the cells of a table.

`title: {en: A, ca: B}` is the two cells `title@en` and `title@ca`, `theme: [a, b]` the cell `a; b` (which remembers its
items), and `budget: {value: "1"}` the cell `budget.value`: the same rows, whichever way a curator likes to write them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, Problem
from linkedproj.model.languages import canonical_column
from linkedproj.model.lexical import LANGUAGE
from linkedproj.tables.readers.source import Items

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
    """Yield the rows of a document: a list of records, or one record."""
    under = _wrapped(root)
    if under:
        name, node = under
        report(Problem("LP-FILE-WRAPPED", file.place(node.line, node.column), values={"under": name}))
        return
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


def _wrapped(root: Node, depth: int = 0) -> tuple[str, Node] | None:
    """Find the list of records that lies under a name, as in the answers of many services: {"data": [...]}.

    Records that lie under their ids are taken for such a list, too: {"a": {"id": "a"}, "b": {"id": "b"}}.
    """
    pairs = _pairs(root)
    if any(key.value == "id" for key, _ in pairs):
        return None
    for key, value in pairs:
        inner = value.value if isinstance(value.value, list) and not value.is_map else []
        if any(isinstance(item, Node) and item.is_map for item in inner):
            return str(key.value), value
        if value.is_map and any(name.value == "id" for name, _ in _pairs(value)) and "." not in str(key.value):
            return str(key.value), value
        below = _wrapped(value, depth + 1) if value.is_map and depth < DEPTH else None
        if below:
            return f"{key.value}.{below[0]}", below[1]
    return None


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    """Return the names and values of a mapping."""
    return [pair for pair in node.value if isinstance(pair, tuple)] if isinstance(node.value, list) else []


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
    for key, value in _pairs(node):
        name = canonical_column(prefix + (key.value if isinstance(key.value, str) else ""))
        if name in seen:
            report(_problem("LP-COLUMN-TWICE", file, key, name))
            continue
        seen.add(name)
        yield from _cell(name, value, file, report)


def _cell(name: str, node: Node, file: TableFile | None, report: Report) -> Iterator[tuple[str, tuple[str, Node]]]:
    if node.fault:
        report(_problem("LP-CELL-STRING", file, node, name, {"found": node.fault}))
        yield name, ("", node)
    elif "@" in name and node.is_map:
        report(_problem("LP-CELL-SHAPE", file, node, name))
        yield name, ("", node)
    elif node.is_map and isinstance(node.value, list):
        yield from _cells(node, f"{name}@" if _are_languages(node) else f"{name}.", file, report)
    elif isinstance(node.value, list):
        yield name, (Items(list(_items(name, node, file, report))), node)
    else:
        yield name, (node.value or "", node)


def _are_languages(node: Node) -> bool:
    """Return whether all names of a mapping are language tags; of names of three letters alone, nobody can tell."""
    names = [str(key.value).lower() for key, _ in _pairs(node)]
    return all(map(LANGUAGE.fullmatch, names)) and any(len(name.partition("-")[0]) == len("en") for name in names)


def _items(name: str, node: Node, file: TableFile | None, report: Report) -> Iterator[str]:
    """Yield the texts of a list; an empty item is none."""
    for item in node.value or ():
        if isinstance(item, Node) and isinstance(item.value, str) and not item.fault:
            yield item.value
        elif isinstance(item, Node) and item.fault:
            report(_problem("LP-CELL-STRING", file, item, name, {"found": item.fault}))
        elif isinstance(item, Node) and item.value is not None:
            report(_problem("LP-CELL-SHAPE", file, item, name))


def _problem(
    rule: str, file: TableFile | None, node: Node, column: str = "", values: dict[str, str] | None = None
) -> Problem:
    place = file.place(node.line, node.column) if file else Place("", node.line, node.column)
    cell = node.value[:80] if isinstance(node.value, str) else ""
    return Problem(rule, place, column=column, cell=cell, values=values or {})
