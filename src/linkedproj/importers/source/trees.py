"""Rows of XML and JSON: one record of the tree is in memory at a time, and cells are found by their paths in it.

A path goes down by names ("address/city"), in XML to an attribute ("@type") and past others by one
("region[@type='nuts']/code"). It begins at the row; with "/" before it, at the record that the row is in. What stands
at a path several times is several values.
"""

from __future__ import annotations

import io
import json
from typing import IO, TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from linkedproj.model.errors import Place, SetupError
from linkedproj.tables.readers.source import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from linkedproj.importers.source.cells import Value

    Wanted = Sequence[tuple[str, Sequence[Sequence[str]]]]
    XmlGetter = Callable[[Element, Element], list[str]]


def xml_rows(stream: IO[bytes], record: str, wanted: Wanted, place: Place) -> Iterator[tuple[int, list[Value]]]:
    """Yield the rows of a document, each with the number of its table in `wanted`: the paths of its rows and cells.

    `record` is the path of what is kept in memory at a time, from the root, which is in it; "" is the root.

    Raises:
        SetupError: it is no sound XML.
    """
    tables = [(rows, [[_xml_getter(path) for path in each] for each in paths]) for rows, paths in wanted]
    try:
        for node in _xml_records(stream, record.split("/") if record else []):
            for number, (rows, getters) in enumerate(tables):
                for row in node.findall(rows) if rows else [node]:
                    yield number, [_xml_value(each, row, node) for each in getters]
    except ParseError as error:
        raise SetupError(f"this is no sound XML: {error}.", Place(place.file, error.position[0])) from error


def _xml_value(alternatives: Sequence[XmlGetter], row: Element, record: Element) -> Value:
    for getter in alternatives:
        found = getter(row, record)
        if found:
            return found[0] if len(found) == 1 else tuple(found)
    return ""


def _xml_records(stream: IO[bytes], way: Sequence[str]) -> Iterator[Element]:
    """Yield the elements at a way from the root, without namespaces, and forget each before the next."""
    open_names: list[str] = []
    root: Element | None = None
    wanted = list(way)
    for event, element in iterparse(stream, ("start", "end")):  # noqa: S314 - expat bounds entities and fetches none
        if event == "start":
            root = element if root is None else root
            name = _local(element.tag)
            open_names.append(name)
            wanted = wanted or [name]
            continue
        if open_names == wanted:
            _without_namespaces(element)
            yield element
            element.clear()
            if root is not element and root is not None:
                root.clear()
        open_names.pop()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _without_namespaces(element: Element) -> None:
    if element.tag.startswith("{") or any(child.tag[:1] == "{" for child in element):
        for each in element.iter():
            if isinstance(each.tag, str):
                each.tag = _local(each.tag)


def _xml_getter(path: str) -> XmlGetter:
    is_absolute = path.startswith("/")
    way, at, attribute = path.lstrip("/").rpartition("@") if _names_attribute(path) else (path.lstrip("/"), "", "")
    way = way.rstrip("/")

    def get(row: Element, record: Element) -> list[str]:
        start = record if is_absolute else row
        nodes = start.findall(way) if way and way != "." else [start]
        found = (_attribute(node, attribute) for node in nodes) if at else map(_text, nodes)
        return [text for text in found if text]

    return get


def _names_attribute(path: str) -> bool:
    last = path.rpartition("]")[2] if "]" in path else path
    return "@" in last


def _attribute(node: Element, name: str) -> str:
    found = node.get(name)
    if found is None and ":" in name:
        found = next((value for key, value in node.attrib.items() if _local(key) == name.rpartition(":")[2]), None)
    return (found or "").strip()


def _text(node: Element) -> str:
    text = "".join(node.itertext()) if len(node) else node.text or ""
    return text.strip()


def json_rows(
    stream: IO[bytes], record: str, wanted: Wanted, place: Place, form: str
) -> Iterator[tuple[int, list[Value]]]:
    """Yield the rows of a document as `xml_rows` does, or of a file with a document a line ("jsonl").

    Raises:
        SetupError: it is no sound JSON.
    """
    tables = [(rows, [[_json_way(path) for path in each] for each in paths]) for rows, paths in wanted]
    for node in _json_records(stream, record, place, form):
        for number, (rows, ways) in enumerate(tables):
            for row in _down([node], rows.split("/")) if rows else [node]:
                yield number, [_json_value(each, row, node) for each in ways]


def _json_way(path: str) -> list[str]:
    return ["", *path[1:].split("/")] if path.startswith("/") else path.split("/")


def _json_records(stream: IO[bytes], record: str, place: Place, form: str) -> Iterator[Any]:
    line = 0
    try:
        with io.TextIOWrapper(stream, encoding="utf-8-sig") as text:
            if form == "jsonl":
                for each in text:
                    line += 1
                    if each.strip():
                        yield json.loads(each, parse_float=Number, parse_int=Number)
                return
            content = json.load(text, parse_float=Number, parse_int=Number)
    except UnicodeDecodeError as error:
        raise SetupError("the file is not UTF-8. Save it as UTF-8.", place) from error
    except json.JSONDecodeError as error:
        raise SetupError(f"this is no sound JSON: {error.msg}.", Place(place.file, line or error.lineno)) from error
    yield from _down([content], record.split("/") if record else [])


def _down(nodes: Sequence[Any], way: Sequence[str]) -> list[Any]:
    """Go down by names; a list on the way stands for each of its items."""
    found = _flat(nodes)
    for name in way:
        found = _flat([node[name] for node in found if isinstance(node, dict) and name in node])
    return found


def _flat(nodes: Sequence[Any]) -> list[Any]:
    return [each for node in nodes for each in (_flat(node) if isinstance(node, list) else [node])]


def _json_value(ways: Sequence[Sequence[str]], row: object, record: object) -> Value:
    for way in ways:
        found = _down([record], way[1:]) if way[0] == "" and len(way) > 1 else _down([row], way)
        texts = [text for text in map(_json_text, found) if text]
        if texts:
            return texts[0] if len(texts) == 1 else tuple(texts)
    return ""


def _json_text(value: object) -> str:
    if isinstance(value, str):
        return value if isinstance(value, Number) else value.strip()
    return "" if value is None or isinstance(value, dict) else str(value).lower()
