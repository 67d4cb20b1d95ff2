"""A newer version of a list that others keep: of codes, from a file of the EU's Publications Office, or of places.

Its authority tables are offered as SKOS: a concept a code, whose IRI begins with that of the table. Names, days of use
and other codes are read; what the file lacks and the present list has (further languages, parts) stays. Places come
from a file of GeoNames (cities500.txt and its like), which is a table with tabs.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.codes import VERSION
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.lists import (
    ALSO,
    CODE,
    FOLDER,
    FROM,
    IRI,
    LATITUDE,
    LONGITUDE,
    NAME,
    PART_OF,
    UNTIL,
    CodeList,
    read_rows,
)  # fmt: skip
from linkedproj.model.shapes import SKOS
from linkedproj.system.outputs import staged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

FORMATS = {
    ".rdf": ox.RdfFormat.RDF_XML, ".xml": ox.RdfFormat.RDF_XML, ".owl": ox.RdfFormat.RDF_XML,
    ".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip
"""The formats that a table can be read in, by the suffix of its file."""

_EUVOC, _AT = "http://publications.europa.eu/ontology/euvoc#", "http://publications.europa.eu/ontology/authority/"
_OLD = "http://publications.europa.eu/resource/authority/"
_FROM = {_EUVOC + "startDate", _AT + "start.use", _OLD + "start.use"}
_UNTIL = {_EUVOC + "endDate", _AT + "end.use", _OLD + "end.use"}
_MAPPED, _LEGACY = {_AT + "op-mapped-code", _OLD + "op-mapped-code"}, {_AT + "legacy-code", _OLD + "legacy-code"}
_VERSIONS = {VERSION, _AT + "table.version.number", _OLD + "table.version.number"}
_PLACES = ".txt"
_GEONAMES, _COLUMNS, _POINT_AT, _COUNTRY_AT = "https://sws.geonames.org/{}/", 9, (5, 4), 8
_SHORT = re.compile(r"[A-Za-z]{2,3}")
_STATED = re.compile(r'(?P<before>owl:versionInfo\s+)"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True)
class Renewed:
    """What came of a renewal: the list, its version, where it was written, which codes are new and which are gone."""

    name: str
    version: str
    path: Path
    codes: int
    added: tuple[str, ...]
    removed: tuple[str, ...]


class _Table:
    """What a file says of the codes of a list."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.rows: dict[str, dict[str, str]] = {}
        self.version = ""
        self._also: dict[str, set[str]] = {}
        self._mapped: dict[str, str] = {}
        self._legacy: dict[str, str] = {}

    def take(self, triple: ox.Triple) -> None:
        """Note a statement, if it is about a code or about the table."""
        subject, predicate, value = _text(triple.subject), triple.predicate.value, _text(triple.object)
        if predicate in _LEGACY:
            self._legacy[subject] = value
        if subject == self._base.rstrip("/") and predicate in _VERSIONS:
            self.version = value
        code = subject.removeprefix(self._base) if subject.startswith(self._base) else ""
        if not code or "/" in code or "#" in code:
            return
        row = self.rows.setdefault(code, {CODE: code})
        if predicate == SKOS + "prefLabel" and isinstance(triple.object, ox.Literal):
            if triple.object.language in LANGUAGES:
                row[f"{NAME}@{triple.object.language}"] = value
        elif predicate in _FROM:
            row[FROM] = value
        elif predicate in _UNTIL:
            row[UNTIL] = value
        elif predicate == SKOS + "notation":
            self._note(code, value)
        elif predicate in _MAPPED:
            self._mapped[value] = code

    def _note(self, code: str, other: str) -> None:
        if other != code and _SHORT.fullmatch(other):
            self._also.setdefault(code, set()).add(other)

    def finished(self) -> dict[str, dict[str, str]]:
        """Return the rows that are codes: what has a name, with the other codes for the same."""
        for node, code in self._mapped.items():
            self._note(code, self._legacy.get(node, ""))
        found = {code: row for code, row in self.rows.items() if any(name.startswith(NAME) for name in row)}
        # What is a code itself stands for nothing else.
        return {
            code: row | {ALSO: "; ".join(sorted(self._also.get(code, set()) - found.keys()))}
            for code, row in found.items()
        }


def renew_places(path: Path, lists: Mapping[str, CodeList], present: Path, into: Path) -> Renewed:
    """Write the places of a file of GeoNames beside the list of countries, those of the present gazetteer included.

    Raises:
        SetupError: the file cannot be read, or is no table of GeoNames.
    """
    countries = next((each for each in lists.values() if each.places), None)
    table = f"{countries.name}-place.csv" if countries else ""
    if countries is None:
        raise SetupError("no list of this ontology has places.", Place(path.as_posix()))
    before = {row[IRI]: row for row in read_rows(present / FOLDER / table, IRI, CODE)}
    rows = dict(before)
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                row = _place(line.split("\t"), countries, Place(path.as_posix(), number))
                rows.setdefault(row[IRI], row)
    except (OSError, ValueError) as error:
        raise SetupError(f"the file cannot be read: {error}", Place(path.as_posix())) from error
    rows = {iri: row for iri, row in rows.items() if row[CODE]}
    into.mkdir(parents=True, exist_ok=True)
    with staged(into / table) as place:
        place.write_text(_csv([IRI, CODE, LONGITUDE, LATITUDE], rows.values()), "utf-8", newline="")
    return Renewed(table.removesuffix(".csv"), path.name, into / table, len(rows), (), ())


def _place(cells: Sequence[str], countries: CodeList, place: Place) -> dict[str, str]:
    """Return a row of GeoNames as one of a gazetteer; the code is "" where the country is not known.

    Raises:
        SetupError: it is no such row.
    """
    if len(cells) < _COLUMNS or not cells[0].isdigit():
        raise SetupError("this is no row of GeoNames.", place)
    longitude, latitude = (cells[at] for at in _POINT_AT)
    code = countries.meant(cells[_COUNTRY_AT])
    return {IRI: _GEONAMES.format(cells[0]), CODE: code, LONGITUDE: longitude, LATITUDE: latitude}


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def renew(path: Path, lists: Mapping[str, CodeList], present: Path, into: Path) -> Renewed:
    """Write a newer version of one of the lists of the ontology `present`, read from a file, to the folder `into`.

    A text file is one of places (`renew_places`).

    Raises:
        SetupError: the file cannot be read, or is about none of the lists.
    """
    if path.suffix.lower() == _PLACES:
        return renew_places(path, lists, present, into)
    table, found = _read(path, lists)
    rows = found.finished()
    before = {row[CODE]: row for row in read_rows(present / FOLDER / f"{table.name}.csv", CODE)}
    columns = [CODE, *(f"{NAME}@{language}" for language in LANGUAGES), FROM, UNTIL, ALSO]
    columns += [PART_OF] if table.owners else []
    merged = [_merged(rows[code], before.get(code, {}), rows.keys()) for code in sorted(rows)]
    into.mkdir(parents=True, exist_ok=True)
    described = (present / FOLDER / f"{table.name}.ttl").read_text("utf-8")
    version = found.version or "unknown"
    described = _STATED.sub(lambda match: f'{match["before"]}"{version}"', described, count=1)
    written = into / f"{table.name}.csv"
    # The list is there before it says which version it is.
    for target, text in ((written, _csv(columns, merged)), (written.with_suffix(".ttl"), described)):
        with staged(target) as place:
            place.write_text(text, "utf-8", newline="")
    added, removed = sorted(rows.keys() - before.keys()), sorted(before.keys() - rows.keys())
    return Renewed(table.name, version, written, len(rows), tuple(added), tuple(removed))


def _merged(row: Mapping[str, str], before: Mapping[str, str], codes: Iterable[str]) -> dict[str, str]:
    """Keep of a present row what the new one does not say."""
    kept = {name: value for name, value in before.items() if value}
    other = {text.strip() for cell in (row.get(ALSO, ""), before.get(ALSO, "")) for text in cell.split(";")}
    both = kept | {name: value for name, value in row.items() if value}
    return {**both, UNTIL: row.get(UNTIL, ""), ALSO: "; ".join(sorted(other - {"", *codes}))}


def _read(path: Path, lists: Mapping[str, CodeList]) -> tuple[CodeList, _Table]:
    """Read a file, and find out which of the lists it is about.

    Raises:
        SetupError: it cannot be read, or is about none of them.
    """
    tables = {base: _Table(base) for base in lists}
    for triple in _triples(path):
        for table in tables.values():
            table.take(triple)
    base = max(tables, key=lambda base: len(tables[base].finished()), default="")
    if not base or not tables[base].finished():
        known = ", ".join(sorted(lists))
        raise SetupError(
            f"no code of a list is described here. The lists are those of {known}.", Place(path.as_posix())
        )
    return lists[base], tables[base]


def _triples(path: Path) -> Iterator[ox.Triple]:
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise SetupError(
            f"nothing reads this format. Download the table as SKOS, in a file that ends in {', '.join(FORMATS)}.",
            Place(path.as_posix()),
        )
    try:
        for quad in ox.parse(path=path, format=form, lenient=True):
            yield quad.triple
    except (OSError, SyntaxError, ValueError) as error:
        raise SetupError(f"the file cannot be read: {error}", Place(path.as_posix())) from error


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else ""
