"""The same mapping as anyone would write it by hand: one function a table, one line a statement.

It knows nothing of the context, the shapes and the code of `linkedproj`, and checks nothing. Each peer gives its own
makers of terms, so that all of them make the same statements in the same order.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Statement = tuple[Any, Any, Any]
Row = dict[str, str]

AS_OF = "2020-02-11"
LANGUAGES = ("en", "ca", "es")
DATA = "https://data.example.org/id/"
CODES = "https://w3id.org/linkedproj/"
COUNTRY = "http://publications.europa.eu/resource/authority/country/"

VOCABULARY = {
    "abstract": "http://purl.org/dc/terms/description",
    "alternate": "https://w3id.org/linkedproj/ns#acronym",
    "amount": "https://schema.org/MonetaryAmount",
    "budget": "https://w3id.org/linkedproj/ns#budget",
    "city": "https://schema.org/City",
    "classification": "http://www.w3.org/ns/org#classification",
    "concept": "http://www.w3.org/2004/02/skos/core#Concept",
    "country": "https://schema.org/Country",
    "currency": "https://schema.org/currency",
    "date": "http://www.w3.org/2001/XMLSchema#date",
    "decimal": "http://www.w3.org/2001/XMLSchema#decimal",
    "definition": "http://www.w3.org/2004/02/skos/core#definition",
    "end": "https://schema.org/endDate",
    "first": "http://www.w3.org/ns/dcat#startDate",
    "for_place": "https://w3id.org/linkedproj/ns#forPlace",
    "has_participation": "https://w3id.org/linkedproj/ns#participation",
    "in_initiative": "https://w3id.org/linkedproj/ns#inInitiative",
    "in_scheme": "http://www.w3.org/2004/02/skos/core#inScheme",
    "top_of": "http://www.w3.org/2004/02/skos/core#topConceptOf",
    "has_top": "http://www.w3.org/2004/02/skos/core#hasTopConcept",
    "initiative": "https://w3id.org/linkedproj/ns#Initiative",
    "integer": "http://www.w3.org/2001/XMLSchema#integer",
    "kind": "https://w3id.org/linkedproj/ns#amountKind",
    "label": "http://www.w3.org/2000/01/rdf-schema#label",
    "last": "http://www.w3.org/ns/dcat#endDate",
    "location": "http://purl.org/dc/terms/Location",
    "member": "http://www.w3.org/ns/org#member",
    "membership": "http://www.w3.org/ns/org#Membership",
    "month": "http://www.w3.org/2001/XMLSchema#gYearMonth",
    "organisation": "http://www.w3.org/ns/org#Organization",
    "participation": "https://w3id.org/linkedproj/ns#Participation",
    "period": "http://purl.org/dc/terms/PeriodOfTime",
    "position": "https://w3id.org/linkedproj/ns#position",
    "pref_label": "http://www.w3.org/2004/02/skos/core#prefLabel",
    "programme": "https://w3id.org/linkedproj/ns#programme",
    "programme_type": "https://w3id.org/linkedproj/ns#Programme",
    "project": "https://w3id.org/linkedproj/ns#Project",
    "role": "http://www.w3.org/ns/org#role",
    "scheme": "http://www.w3.org/2004/02/skos/core#ConceptScheme",
    "seat": "https://w3id.org/linkedproj/ns#seat",
    "spatial": "http://purl.org/dc/terms/spatial",
    "start": "https://schema.org/startDate",
    "status": "http://www.w3.org/ns/adms#status",
    "subject": "http://purl.org/dc/terms/subject",
    "temporal": "http://purl.org/dc/terms/temporal",
    "theme": "https://w3id.org/linkedproj/ns#Theme",
    "title": "http://purl.org/dc/terms/title",
    "type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    "url": "https://schema.org/url",
    "value": "https://schema.org/value",
    "within": "https://schema.org/containedInPlace",
    "work": "http://xmlns.com/foaf/0.1/Project",
    "year": "http://www.w3.org/2001/XMLSchema#gYear",
}


def first_day(stated: str) -> str:
    """Give the first day that a date of any precision can mean."""
    return (stated + "-01-01")[:10]


def last_day(stated: str) -> str:
    """Give the last day that a date of any precision can mean."""
    if len(stated) == len("2020-02"):
        return f"{stated}-{monthrange(int(stated[:4]), int(stated[5:]))[1]}"
    return (stated + "-12-31")[:10]


def status(start: str, end: str) -> str:
    """Give the code of the status that a project has on the day of the portfolio."""
    if end and last_day(end) < AS_OF:
        return "completed"
    if start and first_day(start) > AS_OF:
        return "planned"
    return "ongoing" if start and end else "unknown"


@dataclass(frozen=True)
class Makers:
    """How a library makes its terms: of an IRI, of a text and its language, of a lexical form and its datatype."""

    iri: Callable[[str], Any]
    text: Callable[[str, str], Any]
    plain: Callable[[str], Any]
    typed: Callable[[str, Any], Any]


class ByHand:
    """The statements of the tables in a folder."""

    def __init__(self, folder: Path, makers: Makers) -> None:
        self._folder = folder
        self.iri, self.text, self.plain, self.typed = makers.iri, makers.text, makers.plain, makers.typed
        self.of = SimpleNamespace(**{name: makers.iri(iri) for name, iri in VOCABULARY.items()})
        self.dates = {len("2020-02-11"): self.of.date, len("2020-02"): self.of.month, len("2020"): self.of.year}

    def __iter__(self) -> Iterator[Statement]:
        """Give every statement, table by table."""
        tables = {
            "project": self._project,
            "participation": self._participation,
            "organisation": self._organisation,
            "city": self._city,
            "country": self._country,
            "programme": self._programme,
            "theme": self._theme,
            "scheme": self._scheme,
        }
        for name, statements in tables.items():
            with (self._folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    yield from statements(row)

    def _texts(self, subject: Any, predicate: Any, row: Row, column: str) -> Iterator[Statement]:  # noqa: ANN401 - a term of any library
        for language in LANGUAGES:
            yield subject, predicate, self.text(row[f"{column}@{language}"], language)

    def _dates(self, subject: Any, row: Row) -> Iterator[Statement]:  # noqa: ANN401 - a term of any library
        start, end = row["start"], row["end"]
        period = self.iri(f"{DATA}period/{row['id']}")
        yield subject, self.of.temporal, period
        yield period, self.of.type, self.of.period
        if start:
            yield subject, self.of.start, self.typed(start, self.dates[len(start)])
            yield period, self.of.first, self.typed(first_day(start), self.of.date)
        if end:
            yield subject, self.of.end, self.typed(end, self.dates[len(end)])
            yield period, self.of.last, self.typed(last_day(end), self.of.date)

    def _project(self, row: Row) -> Iterator[Statement]:
        subject = self.iri(f"{DATA}project/{row['id']}")
        yield subject, self.of.type, self.of.project
        yield subject, self.of.type, self.of.initiative
        yield subject, self.of.type, self.of.work
        yield from self._texts(subject, self.of.title, row, "title")
        yield from self._texts(subject, self.of.label, row, "title")
        yield from self._texts(subject, self.of.abstract, row, "summary")
        if row.get("acronym"):
            yield subject, self.of.alternate, self.plain(row["acronym"])
        yield from self._dates(subject, row)
        yield subject, self.of.status, self.iri(f"{CODES}status/{status(row['start'], row['end'])}")
        if row["programme"]:
            yield subject, self.of.programme, self.iri(f"{DATA}programme/{row['programme']}")
        for theme in row["theme"].split("; "):
            yield subject, self.of.subject, self.iri(f"{DATA}theme/{theme}")
        for city in row["area"].split("; "):
            yield subject, self.of.spatial, self.iri(f"{DATA}city/{city}")
        if row.get("url"):
            yield subject, self.of.url, self.iri(row["url"])
        if row.get("budget.value"):
            amount = self.iri(f"{DATA}amount/{row['id']}-budget")
            yield subject, self.of.budget, amount
            yield amount, self.of.type, self.of.amount
            yield amount, self.of.value, self.typed(row["budget.value"], self.of.decimal)
            yield amount, self.of.currency, self.plain(row["budget.currency"])
            yield amount, self.of.kind, self.iri(f"{CODES}amount-kind/{row['budget.kind']}")

    def _participation(self, row: Row) -> Iterator[Statement]:
        subject, project = self.iri(f"{DATA}participation/{row['id']}"), self.iri(f"{DATA}project/{row['project']}")
        yield subject, self.of.type, self.of.participation
        yield subject, self.of.type, self.of.membership
        yield subject, self.of.in_initiative, project
        yield project, self.of.has_participation, subject
        yield subject, self.of.member, self.iri(f"{DATA}organisation/{row['organisation']}")
        for role in row["role"].split("; "):
            yield subject, self.of.role, self.iri(f"{CODES}role/{role}")
        if row.get("forPlace"):
            yield subject, self.of.for_place, self.iri(f"{DATA}city/{row['forPlace']}")
        if row.get("position"):
            yield subject, self.of.position, self.typed(row["position"], self.of.integer)

    def _organisation(self, row: Row) -> Iterator[Statement]:
        subject = self.iri(f"{DATA}organisation/{row['id']}")
        yield subject, self.of.type, self.of.organisation
        yield from self._texts(subject, self.of.pref_label, row, "name")
        yield from self._texts(subject, self.of.label, row, "name")
        yield from self._texts(subject, self.of.abstract, row, "summary")
        yield subject, self.of.classification, self.iri(f"{CODES}organisation-type/{row['classification']}")
        yield subject, self.of.seat, self.iri(f"{DATA}city/{row['seat']}")
        yield subject, self.of.url, self.iri(row["url"])

    def _city(self, row: Row) -> Iterator[Statement]:
        subject = self.iri(f"{DATA}city/{row['id']}")
        yield subject, self.of.type, self.of.location
        yield subject, self.of.type, self.of.city
        yield from self._texts(subject, self.of.pref_label, row, "name")
        yield from self._texts(subject, self.of.label, row, "name")
        yield from self._texts(subject, self.of.abstract, row, "summary")
        yield subject, self.of.within, self.iri(COUNTRY + row["country"])

    def _country(self, row: Row) -> Iterator[Statement]:
        subject = self.iri(COUNTRY + row["id"])
        yield subject, self.of.type, self.of.country
        yield from self._texts(subject, self.of.pref_label, row, "name")
        yield from self._texts(subject, self.of.label, row, "name")

    def _programme(self, row: Row) -> Iterator[Statement]:
        subject = self.iri(f"{DATA}programme/{row['id']}")
        yield subject, self.of.type, self.of.programme_type
        yield from self._texts(subject, self.of.title, row, "title")
        yield from self._texts(subject, self.of.label, row, "title")
        yield from self._texts(subject, self.of.abstract, row, "summary")
        yield from self._dates(subject, row)

    def _theme(self, row: Row) -> Iterator[Statement]:
        subject = self.iri(f"{DATA}theme/{row['id']}")
        yield subject, self.of.type, self.of.theme
        yield subject, self.of.type, self.of.concept
        yield from self._texts(subject, self.of.pref_label, row, "name")
        yield from self._texts(subject, self.of.label, row, "name")
        yield from self._texts(subject, self.of.definition, row, "definition")
        scheme = self.iri(f"{DATA}scheme/{row['inScheme']}")
        yield subject, self.of.in_scheme, scheme
        # Made-up themes are below no other.
        yield subject, self.of.top_of, scheme
        yield scheme, self.of.has_top, subject

    def _scheme(self, row: Row) -> Iterator[Statement]:
        subject = self.iri(f"{DATA}scheme/{row['id']}")
        yield subject, self.of.type, self.of.scheme
        yield from self._texts(subject, self.of.pref_label, row, "name")
        yield from self._texts(subject, self.of.label, row, "name")
