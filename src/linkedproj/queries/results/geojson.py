"""Write the rows of a table that have coordinates as GeoJSON.

Source: RFC 7946; a position is longitude, latitude in WGS 84, a place without known coordinates has a null geometry.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from linkedproj.queries.results.sparql import value_text
from linkedproj.queries.results.values import to_python

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.queries.results.table import RdfTerm, Table

MEDIA_TYPE = "application/geo+json"

_NUMBER = r"([+-]?[0-9]+(?:\.[0-9]+)?)"
# GeoSPARQL 1.1, section 8.5.1: a literal without an IRI in front is in CRS84, longitude first.
_POINT = re.compile(
    rf"(?:<http://www\.opengis\.net/def/crs/OGC/1\.3/CRS84>\s*)?POINT\s*\(\s*{_NUMBER}\s+{_NUMBER}\s*\)", re.IGNORECASE
)
_EAST, _NORTH = 180, 90


def is_located(table: Table) -> bool:
    """Return whether the columns can hold coordinates: `wkt`, or `lat` and `long`."""
    return "wkt" in table.columns or {"lat", "long"} <= set(table.columns)


def write_geojson(table: Table) -> str:
    """Write a feature for each row, one a line; the other columns are its properties, null where unbound."""
    features = (_feature(dict(zip(table.columns, row, strict=True))) for row in table.rows)
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def _feature(row: Mapping[str, RdfTerm | None]) -> dict[str, object]:
    place = _position(row)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": place} if place else None,
        "properties": {name: _plain(cell) for name, cell in row.items() if name not in {"wkt", "lat", "long"}},
    }


def _position(row: Mapping[str, RdfTerm | None]) -> list[float] | None:
    """Return longitude and latitude; None: not known, or no point of the globe in WGS 84."""
    if point := _POINT.fullmatch(value_text(row.get("wkt")).strip()):
        found = [point[1], point[2]]
    else:
        found = [value_text(row.get("long")), value_text(row.get("lat"))]
    if not all(re.fullmatch(_NUMBER, number) for number in found):
        return None
    east, north = map(float, found)
    return [east, north] if abs(east) <= _EAST and abs(north) <= _NORTH else None


def _plain(cell: RdfTerm | None) -> object:
    """Return what JSON knows, numbers and truth values, as it is; all else as text."""
    found = to_python(cell)
    if isinstance(found, Decimal):
        return float(found)
    return found if isinstance(found, bool | int | float | None) else value_text(cell)
