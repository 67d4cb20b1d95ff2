"""What is drawn without a script: points on a map of the world, time as a line, and what is joined as a ring."""

from __future__ import annotations

import datetime as dt
import math
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
    radius = round(width / 130, 3)
    return [{"radius": radius, **point} for point in points], {"box": box, "image": image, "radius": radius}


def line(start: str, end: str) -> dict[str, Any] | None:
    """Place a span of days on a line of years; nothing for days that cannot be drawn."""
    (bar,), years = bars([(start, end)])
    return {"bar": bar, "years": years} if bar else None


def bars(spans: Sequence[tuple[str, str]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Place spans of days below one line of years: a bar for each, empty where none can be drawn, and the years."""
    days = [_days(*span) for span in spans]
    known = [day for span in days if span for day in span]
    if not known:
        return [{} for _ in spans], []
    begin, until = dt.date.fromordinal(min(known)).year, dt.date.fromordinal(max(known)).year + 1
    zero = dt.date(begin, 1, 1).toordinal()
    scale = _WIDE / (dt.date(until, 1, 1).toordinal() - zero)
    step = next((one for one in _STEPS if (until - begin) / one <= _TICKS), _STEPS[-1])
    years = [
        {"x": round((dt.date(year, 1, 1).toordinal() - zero) * scale, 1), "text": str(year)}
        for year in range(begin, until, step)
    ]
    return [_bar(span, zero, scale) if span else {} for span in days], years


def _bar(span: tuple[int, int], zero: int, scale: float) -> dict[str, Any]:
    first, last = span
    return {"x": round((first - zero) * scale, 1), "width": round(max((last + 1 - first) * scale, _THIN), 1)}


def _days(start: str, end: str) -> tuple[int, int] | None:
    try:
        first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    except ValueError:
        return None
    # A line of years ends with the first day of the next one.
    return (first.toordinal(), last.toordinal()) if first <= last and last.year < dt.MAXYEAR else None


def ring(count: int) -> list[dict[str, Any]]:
    """Place points on a ring in a square of 1000 by 1000, each with where its name begins and how that is turned."""
    found = []
    for number in range(count):
        turn = 360 * number / max(count, 1) - 90
        x, y = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        is_left = x < 0
        found.append(
            {
                "x": round(500 + _RING * x, 1),
                "y": round(500 + _RING * y, 1),
                "tx": round(500 + (_RING + _GAP) * x, 1),
                "ty": round(500 + (_RING + _GAP) * y, 1),
                "turn": round(turn + (180 if is_left else 0), 1),
                "left": is_left,
            }
        )
    return found


def chords(points: Sequence[Mapping[str, Any]], pairs: Sequence[tuple[int, int]]) -> list[str]:
    """Draw a curve through the middle of a ring for each pair of its points."""
    return [f"M{points[a]['x']} {points[a]['y']}Q500 500 {points[b]['x']} {points[b]['y']}" for a, b in pairs]


_RING, _GAP, _THIN = 270, 14, 3
