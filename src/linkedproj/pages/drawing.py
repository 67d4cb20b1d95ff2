"""What is drawn without a script: points on a map of the world, and time as a line."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MARGIN, _LEAST, _RATIO = 0.12, 12.0, 0.5
_WIDE = 1000
_STEPS = (1, 2, 5, 10, 20, 50, 100)
_TICKS = 8


def mapped(places: Sequence[Mapping[str, Any]], image: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Place points (`point`: longitude and latitude) on a plate carrée map; give them, and the part that is shown."""
    points = [{**place, "x": round(place["point"][0], 4), "y": round(-place["point"][1], 4)} for place in places]
    if not points:
        return [], {"box": "-180 -90 360 180", "image": image, "radius": 1}
    left, right = min(p["x"] for p in points), max(p["x"] for p in points)
    top, bottom = min(p["y"] for p in points), max(p["y"] for p in points)
    width = min(max((right - left) * (1 + 2 * _MARGIN), (bottom - top) * (1 + 2 * _MARGIN) / _RATIO, _LEAST), 360)
    height = width * _RATIO
    x = min(max((left + right - width) / 2, -180), 180 - width)
    y = min(max((top + bottom - height) / 2, -90), 90 - height)
    box = " ".join(f"{value:.2f}" for value in (x, y, width, height))
    return points, {"box": box, "image": image, "radius": round(width / 130, 3)}


def line(start: str, end: str) -> dict[str, Any] | None:
    """Place a span of days on a line of years; nothing for days that cannot be drawn."""
    try:
        first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    except ValueError:
        return None
    begin, until = first.year, last.year + 1
    zero, days = dt.date(begin, 1, 1).toordinal(), dt.date(until, 1, 1).toordinal() if until <= dt.MAXYEAR else 0
    if days <= zero or last < first:
        return None
    scale = _WIDE / (days - zero)
    step = next((one for one in _STEPS if (until - begin) / one <= _TICKS), _STEPS[-1])
    return {
        "bar": {
            "x": round((first.toordinal() - zero) * scale, 1),
            "width": round(max((last.toordinal() + 1 - first.toordinal()) * scale, 3), 1),
        },
        "years": [
            {"x": round((dt.date(year, 1, 1).toordinal() - zero) * scale, 1), "text": str(year)}
            for year in range(begin, until, step)
        ],
    }
