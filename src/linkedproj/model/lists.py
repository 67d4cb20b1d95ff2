"""Lists of codes that somebody else keeps, such as the countries of the European Union: what is in them, what is meant.

A list is two files in the folder `lists/` of the ontology: `<name>.ttl` says which IRIs it is about (`void:uriSpace`),
what it is called and of which version it is; `<name>.csv` has its codes. `<name>-box.csv`, if there is one, says
between which degrees the places of a code lie, `<name>-place.csv` in which code single places lie, by their IRI.
"""

from __future__ import annotations

import csv
import difflib
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.codes import VERSION
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.shapes import DCT, SKOS, read_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

FOLDER = "lists"
"""The folder of an ontology that holds the lists."""

SPACE = "http://rdfs.org/ns/void#uriSpace"
"""Of a list: what its IRIs begin with; `VERSION` says which version of it is kept."""

CODE, NAME, FROM, UNTIL, ALSO, PART_OF = "code", "name", "from", "until", "also", "partOf"
"""The columns of a list: `name@en` and so on; the days of use; other codes for the same, with `;`; what it is in."""

MARGIN = 0.5
"""Degrees by which a place may lie outside the box of its country: harbours, reefs, coordinates cut short."""

IRI, LONGITUDE, LATITUDE = "iri", "longitude", "latitude"
"""The columns of a gazetteer, beside the code; a place may have no point."""

NEAR = 1.0
"""Degrees by which two points of one place may differ: the middle of a city is a matter of taste."""

_FILES, _TEXTS = 32, 20_000
_JOINT = "¦"
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_BLANKS = re.compile(r"\s+")
_SHORTEST_WORD, _LONGEST_WORD = 4, 60
_ALIKE = 0.8
_ROUND = 360


class Box(NamedTuple):
    """Degrees between which something lies; one that crosses the date line is told as two."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        """Check whether a point lies in the box, or hardly outside it."""
        return (
            self.west - MARGIN <= longitude <= self.east + MARGIN
            and self.south - MARGIN <= latitude <= self.north + MARGIN
        )


class Spot(NamedTuple):
    """A place of a gazetteer: the code it lies in, and its point, if that is known."""

    code: str
    point: tuple[float, float] | None = None

    def is_far(self, longitude: float, latitude: float) -> bool:
        """Check whether a point is that of another place."""
        if self.point is None:
            return False
        apart = abs(longitude - self.point[0]) % _ROUND
        narrowed = min(apart, _ROUND - apart) * math.cos(math.radians(latitude))
        return math.hypot(narrowed, latitude - self.point[1]) > NEAR


@dataclass(frozen=True)
class CodeList:
    """One list: its codes, all of which can be used, those that are withdrawn too.

    `titles` are its names by language, `example` is one of its codes, `spellings` give the code that is meant by
    another code or a name (folded), `owners` the code that another one is a part of, `boxes` where its places lie,
    `places` what is known of single places, by their IRI (`bare`).
    """

    name: str
    base: str
    titles: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    example: str = ""
    codes: frozenset[str] = frozenset()
    spellings: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    boxes: Mapping[str, tuple[Box, ...]] = field(default_factory=dict)
    places: Mapping[str, Spot] = field(default_factory=dict)

    def meant(self, text: str) -> str:
        """Return the code that somebody means by a text which is none, or "": by another code, or by a name."""
        folded = fold(text)
        found = self.spellings.get(folded, "")
        if found or not _SHORTEST_WORD <= len(folded) <= _LONGEST_WORD:
            return found
        close = difflib.get_close_matches(folded, self.spellings, 1, _ALIKE)
        return self.spellings[close[0]] if close else ""

    def agree(self, one: str, other: str) -> bool:
        """Check whether two codes are the same, or one is a part of the other or of the same whole."""
        return bool({one, self.owners.get(one)} & {other, self.owners.get(other)} - {None})


def bare(iri: str) -> str:
    """Write an IRI as it is compared: without its scheme, and without the slash at its end.

    >>> bare("https://sws.geonames.org/3128760/")
    'sws.geonames.org/3128760'
    """
    return iri.partition("://")[2].rstrip("/") or iri


def fold(text: str) -> str:
    """Write a text without case, accents and double blanks, for a comparison.

    >>> fold("  Économie   Sociale ")
    'economie sociale'
    """
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return _BLANKS.sub(" ", text.casefold()).strip()


@lru_cache(maxsize=_TEXTS)
def folded_once(text: str) -> str:
    """Fold a text that comes again and again, such as the name of a place."""
    return fold(text)


def folded(texts: Sequence[str]) -> list[str]:
    """Fold many texts: most of a column is folded at once, where its joint tells the texts apart."""
    joined = _JOINT.join(texts)
    found = fold(joined).split(_JOINT) if joined.count(_JOINT) == len(texts) - 1 else []
    return [text.strip() for text in found] if len(found) == len(texts) else [fold(text) for text in texts]


def read_lists(ontology: Path) -> dict[str, CodeList]:
    """Read the lists of an ontology, by the IRI that their codes are appended to.

    Raises:
        SetupError: a list cannot be read.
    """
    found = (
        _read(path, *(file.stat().st_mtime_ns for file in (path, *_tables(path)) if file.exists()))
        for path in sorted((ontology / FOLDER).glob("*.ttl"))
    )
    return {each.base: each for each in found}


def _tables(path: Path) -> tuple[Path, Path, Path]:
    return path.with_suffix(".csv"), path.with_name(f"{path.stem}-box.csv"), path.with_name(f"{path.stem}-place.csv")


@lru_cache(maxsize=_FILES)
def _read(path: Path, *_: int) -> CodeList:
    """Read one list; it is read again when one of its files has another time.

    Raises:
        SetupError: a file is missing or cannot be understood.
    """
    shown = f"ontology/{FOLDER}/{path.name}"
    graph = read_shapes(path, shown)
    about = next(iter(graph.subjects(SPACE)), None)
    if about is None:
        raise SetupError("the list does not say what its IRIs begin with. Write void:uriSpace.", Place(shown))
    table, box_table, place_table = _tables(path)
    rows = read_rows(table, CODE)
    return CodeList(
        name=path.stem,
        base=graph.text(about, SPACE),
        titles=graph.texts(about, DCT + "title"),
        version=graph.text(about, VERSION),
        example=graph.text(about, SKOS + "example"),
        codes=frozenset(row[CODE] for row in rows),
        spellings=_Spellings(rows),
        owners={row[CODE]: row[PART_OF] for row in rows if row.get(PART_OF)},
        boxes=_boxes(box_table) if box_table.exists() else {},
        places=_places(place_table) if place_table.exists() else {},
    )


def read_rows(path: Path, *needed: str) -> list[dict[str, str]]:
    """Read the rows of a table of a list, each with at least the columns `needed` filled.

    Raises:
        SetupError: it cannot be read, or lacks a needed cell.
    """
    shown = f"ontology/{FOLDER}/{path.name}"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restval="", strict=True)
            rows = []
            for row in reader:
                lacking = [name for name in needed if not row.get(name)]
                if lacking:
                    raise SetupError(
                        f"the column '{lacking[0]}' is missing or empty here.", Place(shown, reader.line_num)
                    )
                rows.append(row)
    except (OSError, ValueError, csv.Error) as error:
        raise SetupError(f"the list cannot be read: {error}", Place(shown)) from error
    return rows


class _Spellings(Mapping[str, str]):
    """The spellings of a list, folded when one is asked for: where every code is one, none is."""

    def __init__(self, rows: Sequence[Mapping[str, str]]) -> None:
        self._rows = rows

    @cached_property
    def _found(self) -> Mapping[str, str]:
        return _spellings(self._rows)

    def __getitem__(self, text: str) -> str:
        return self._found[text]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _spellings(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Give what stands for a code beside the code itself; of two codes with one name, the one in use is meant."""
    found: dict[str, str] = {}
    ordered = sorted(rows, key=lambda row: (bool(row.get(UNTIL)), not row[CODE].isalpha(), row[CODE]))
    names = [column for column in ordered[0] if column and column.startswith(NAME)] if ordered else []
    stated = [
        (text, row[CODE])
        for row in ordered
        for text in (row[CODE], *row.get(ALSO, "").split(";"), *(row[name] for name in names))
    ]
    for text, (_, code) in zip(folded([text for text, _ in stated]), stated, strict=True):
        if text:
            found.setdefault(text, code)
    # A code is never another spelling of something else.
    return found | {fold(row[CODE]): row[CODE] for row in ordered}


def _boxes(path: Path) -> dict[str, tuple[Box, ...]]:
    found: dict[str, tuple[Box, ...]] = {}
    for row in read_rows(path, CODE, *Box._fields):
        found[row[CODE]] = (*found.get(row[CODE], ()), Box(*_degrees(row, path, *Box._fields)))
    return found


def _places(path: Path) -> dict[str, Spot]:
    found: dict[str, Spot] = {}
    for row in read_rows(path, IRI, CODE):
        point = _degrees(row, path, LONGITUDE, LATITUDE) if row.get(LONGITUDE) and row.get(LATITUDE) else None
        found[bare(row[IRI])] = Spot(row[CODE], (point[0], point[1]) if point else None)
    return found


def _degrees(row: Mapping[str, str], path: Path, *names: str) -> list[float]:
    try:
        return [float(row[name]) for name in names]
    except ValueError as error:
        place = Place(f"ontology/{FOLDER}/{path.name}")
        raise SetupError(f"the row of {row[CODE]} has something that is no number of degrees.", place) from error
