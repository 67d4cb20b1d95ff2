"""What the picture says: boxes and arrows as the context and the shapes have them.

Where a type stands is decided here (`COLUMNS`); a type that has no place of its own stands in the bottom row. A link is
an arrow where that can be drawn well, and otherwise a line of text in the box it starts from.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.writers.diagram.parts import BOX, CHAR, PAD, Arrow, Box, Frame, Picture

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.writers.diagram.parts import Word

COLUMNS = (
    ("Scheme", "Theme", "Programme"),
    ("Portfolio", "Project", "Cooperation", "Evidence"),
    ("Participation", "Activity", "Source"),
    ("City", "Country", "Organisation"),
)


def describe(schema: Schema, written: Collection[tuple[str, str]] = ()) -> Picture:
    """Say what has to be drawn; links between the pairs of types in `written` become text."""
    links = {kind.name: _drawn(schema, kind, written) for kind in schema.types.values()}
    frames = [frame for column in range(len(COLUMNS)) for frame in _frames(schema, column, links)]
    home = {box.name: frame for frame in frames for box in frame.boxes}
    rest = sorted((kind for kind in schema.types.values() if kind.name not in home), key=lambda kind: kind.order)
    strip = [_box(schema, kind, ()) for kind in rest]
    return Picture(frames, _arrows(home, links), strip)


def _fields(schema: Schema, kind: RecordType) -> list[Field]:
    terms = schema.fields if kind.terms is None else kind.terms
    return sorted((schema.fields[term] for term in terms if term in schema.fields), key=lambda one: one.order)


def _frames(schema: Schema, column: int, links: Mapping[str, Sequence[Field]]) -> Iterator[Frame]:
    """Put neighbours into one frame that one property can point to, such as lp:forPlace to a city or a country."""
    names = [name for name in COLUMNS[column] if name in schema.types]
    groups = [[name] for name in names[:1]]
    for one, two in pairwise(names):
        if _alike(schema, one, two):
            groups[-1].append(two)
        else:
            groups.append([two])
    for group in groups:
        boxes = [_box(schema, schema.types[name], links[name]) for name in group]
        yield Frame(boxes, column, _shared_class(schema, group) if len(group) > 1 else "")


def _alike(schema: Schema, one: str, two: str) -> bool:
    reached = [{link.iri for link in schema.fields.values() if link.target == name} for name in (one, two)]
    return bool(reached[0] & reached[1])


def _shared_class(schema: Schema, names: Sequence[str]) -> str:
    shared = set.intersection(*(set(schema.types[name].classes) for name in names))
    first = schema.types[names[0]].classes
    return " · ".join(schema.context.compact(iri) for iri in first if iri in shared) or " or ".join(names)


def _drawn(schema: Schema, kind: RecordType, written: Collection[tuple[str, str]]) -> list[Field]:
    """List the links of a type that are arrows: both ends have a place of their own, not in the same frame."""
    column = {name: index for index, names in enumerate(COLUMNS) for name in names if name in schema.types}
    return [
        link
        for link in _fields(schema, kind)
        if kind.name in column
        and link.target in column
        and (kind.name, link.target) not in written
        and not (column[kind.name] == column[link.target] and _alike(schema, kind.name, link.target))
    ]


def _box(schema: Schema, kind: RecordType, drawn: Sequence[Field]) -> Box:
    plain: list[Word] = []
    links: list[list[Word]] = []
    for one in _fields(schema, kind):
        style = " ".join(
            name
            for name, holds in (
                ("must", any(column.split("@")[0] == one.term for column in kind.required)),
                ("code", one.kind is Kind.CODE),
            )
            if holds
        )
        if one.kind is Kind.RECORD or (one.target and one not in drawn):
            links.append([(one.term, style), (f"→ {one.target or 'any record'}", "aim")])
        elif not one.target:
            plain.append((one.term + "@" * (one.kind is Kind.TEXT), style))
    caption = schema.context.compact(kind.iri)
    return Box(kind.name, caption, [*_flow(plain), *links])


def _flow(words: Iterable[Word]) -> list[list[Word]]:
    """Break words into lines; two spaces between columns, so that they read as several."""
    lines: list[list[Word]] = []
    room = 0
    for text, style in words:
        if len(text) > room:
            lines.append([])
            room = int((BOX - 2 * PAD) / CHAR)
        lines[-1].append((" " * bool(lines[-1]) + text, style))
        room -= len(text) + 2
    return lines


def _arrows(home: Mapping[str, Frame], links: Mapping[str, Sequence[Field]]) -> list[Arrow]:
    found: dict[tuple[int, int], Arrow] = {}
    for name, start in home.items():
        for link in links[name]:
            end = home[link.target]
            if arrow := found.get((id(end), id(start))):
                terms = arrow.back
            else:
                terms = found.setdefault((id(start), id(end)), Arrow(start, end)).onwards
            if link.term not in terms:
                terms.append(link.term)
    return list(found.values())
