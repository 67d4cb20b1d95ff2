"""Where the words on the arrows stand, and whether anything hides anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.writers.diagram.parts import CHAR, LINE

if TYPE_CHECKING:
    from linkedproj.writers.diagram.parts import Area, Arrow, Picture

# From the middle of the arrow outwards.
_PLACES = (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75)
_POINTS = 60


def write_labels(picture: Picture) -> None:
    """Write each label on its arrow, where it hides least; of two equal places, nearer to the middle."""
    taken = _boxes(picture)
    for arrow in picture.arrows:
        others = [point for other in picture.arrows if other is not arrow for point in _points(other)]
        tries = [_around(arrow, place) for place in _PLACES]
        arrow.label = min(tries, key=lambda area: (_covered(area, taken), _touched(area, others)))
        taken.append(arrow.label)


def faults(picture: Picture) -> list[Arrow]:
    """List the arrows that run through a box, and those whose label covers a box or another label; the worst first."""
    boxes = _boxes(picture)
    found: list[tuple[int, int, int, Arrow]] = []
    for arrow in picture.arrows:
        through = sum(_touched(box, _points(arrow)) for box in boxes)
        covered = _covered(arrow.label, [*boxes, *(one.label for one in picture.arrows if one is not arrow)])
        if through or covered:
            found.append((-through, -covered, len(found), arrow))
    return [arrow for *_, arrow in sorted(found)]


def overlap(one: Area, two: Area) -> bool:
    """Tell whether two areas have a point in common.

    >>> overlap((0, 0, 10, 10), (5, 5, 10, 10)), overlap((0, 0, 10, 10), (20, 0, 10, 10))
    (True, False)
    """
    return all(one[i] < two[i] + two[i + 2] and two[i] < one[i] + one[i + 2] for i in (0, 1))


def _boxes(picture: Picture) -> list[Area]:
    return [box.area for frame in picture.frames for box in frame.boxes]


def _points(arrow: Arrow) -> list[tuple[float, float]]:
    return [arrow.at(step / _POINTS) for step in range(1, _POINTS)]


def _covered(area: Area, others: list[Area]) -> int:
    return sum(overlap(area, other) for other in others)


def _touched(area: Area, points: list[tuple[float, float]]) -> int:
    return sum(overlap((*point, 0, 0), area) for point in points)


def _around(arrow: Arrow, place: float) -> Area:
    """Give the area of a label on its arrow, or above it where it would hide most of the arrow."""
    x, y = arrow.at(place)
    width, height = max(len(word) for word in arrow.words) * CHAR + 2, LINE * len(arrow.words)
    high, low = sorted(y for _, y in arrow.ports)
    return x - width / 2, (high - height - 3 if low - high < height else y - height / 2), width, height
