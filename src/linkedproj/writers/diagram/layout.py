"""Where the boxes and arrows stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.writers.diagram.labels import faults, write_labels
from linkedproj.writers.diagram.model import COLUMNS, describe
from linkedproj.writers.diagram.parts import BETWEEN, BOX, INNER, LINE, MARGIN, WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkedproj.model.schema import Schema
    from linkedproj.writers.diagram.parts import Arrow, Box, Frame, Picture

# The third column leaves the way free from the initiatives to the places they are about.
TOPS = (60, 60, 300, 60)
PER_ROW, LEGEND = 5, 46
EDGE, STEP = 16, 44  # from a corner to the first arrow, from one arrow to the next
GAP = (WIDTH - 2 * MARGIN - len(COLUMNS) * BOX) / (len(COLUMNS) - 1)


def compose(schema: Schema) -> Picture:
    """Decide what is drawn and where; an arrow that would hide something gives way to a line of text."""
    written: set[tuple[str, str]] = set()
    while True:
        picture = describe(schema, written)
        _arrange(picture)
        unclear = {
            pair
            for arrow in faults(picture)[:1]
            for one in arrow.start.boxes
            for two in arrow.end.boxes
            for pair in ((one.name, two.name), (two.name, one.name))
        }
        if not unclear:
            return picture
        written |= unclear


def _arrange(picture: Picture) -> None:
    bottom = _stack(picture.frames)
    _connect(picture.arrows)
    write_labels(picture)
    picture.height = _lay_strip(picture.strip, bottom + BETWEEN) + LEGEND


def _stack(frames: Sequence[Frame]) -> float:
    """Stack the frames of each column so that all columns end at the same height, which is returned."""
    columns = [[frame for frame in frames if frame.column == column] for column in range(len(COLUMNS))]
    needs = [sum(_tall(frame) for frame in column) + BETWEEN * (len(column) - 1) for column in columns]
    bottom = max(top + need for top, need in zip(TOPS, needs, strict=True))
    for index, column in enumerate(columns):
        spare = (bottom - TOPS[index] - needs[index]) / max(1, len(column) - 1)
        y: float = TOPS[index]
        for frame in column:
            _place(frame, MARGIN + index * (BOX + GAP), y)
            y += _tall(frame) + BETWEEN + spare
    return bottom


def _tall(frame: Frame) -> float:
    inside = sum(box.height for box in frame.boxes) + INNER * (len(frame.boxes) - 1)
    return inside + (2 * INNER + LINE if frame.title else 0)


def _place(frame: Frame, x: float, y: float) -> None:
    y += INNER + LINE if frame.title else 0
    for box in frame.boxes:
        box.x, box.y = round(x, 1), round(y, 1)
        y += box.height + INNER


def _lay_strip(boxes: Sequence[Box], y: float) -> float:
    step = (WIDTH - 2 * MARGIN - BOX) / (PER_ROW - 1)
    for row in range(0, len(boxes), PER_ROW):
        part = boxes[row : row + PER_ROW]
        for index, box in enumerate(part):
            box.x, box.y = round(MARGIN + index * step, 1), round(y, 1)
        y += max(box.height for box in part) + INNER
    return y


def _connect(arrows: Sequence[Arrow]) -> None:
    """Let every arrow leave and arrive as straight as the room on the two edges allows."""
    for arrow in arrows:
        arrow.ports = [_port(arrow.start, arrow.end, arrows), _port(arrow.end, arrow.start, arrows)]


def _port(here: Frame, there: Frame, arrows: Sequence[Arrow]) -> tuple[float, float]:
    """Give the point on the edge of `here` where the arrow between `here` and `there` begins or ends."""
    if here.column == there.column:
        return (here.left + here.right) / 2, (here.bottom if here.middle < there.middle else here.top)
    rightwards = here.column < there.column
    ends = [end for one in arrows for near, end in ((one.start, one.end), (one.end, one.start)) if near is here]
    rivals = [end for end in ends if end.column != here.column and (here.column < end.column) is rightwards]
    rivals.sort(key=lambda end: (_level(here, end), end.middle))
    heights = _apart([_level(here, end) for end in rivals], here.bottom - EDGE)
    return (here.right if rightwards else here.left), heights[[end is there for end in rivals].index(True)]


def _level(here: Frame, there: Frame) -> float:
    """Give the height at which a line would be level, or the nearest to it."""
    level = (max(here.top, there.top) + min(here.bottom, there.bottom)) / 2
    return min(max(level, here.top + EDGE), here.bottom - EDGE)


def _apart(heights: Sequence[float], limit: float) -> list[float]:
    """Move rising heights apart by `STEP`, none below `limit`.

    >>> _apart([10, 12, 200], 220)
    [10, 54, 200]
    """
    found: list[float] = []
    for height in heights:
        found.append(max(height, found[-1] + STEP) if found else height)
    for index in reversed(range(len(found))):
        found[index] = min(found[index], limit - STEP * (len(found) - 1 - index))
    return found
