"""The same mapping once more, as a list: each statement is a column between two pieces of N-Triples.

The peers that work on whole columns (RML, SQL, data frames) take it from here. Like `byhand` it knows nothing of the
context, the shapes and the code of `linkedproj`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .byhand import CODES, COUNTRY, DATA, LANGUAGES, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

DERIVED = {
    "start": ("period", "from", "start.date", "start.month", "start.year", "status"),
    "end": ("until", "end.date", "end.month", "end.year"),
    "budget.value": ("amount",),
}
"""Column -> the columns that follow from it; each engine computes them, or is given them."""


@dataclass(frozen=True)
class Term:
    """A term in N-Triples: a cell between two texts; without a column it is always the same.

    A `text` must be escaped; a cell of `many` values becomes as many terms.
    """

    before: str
    column: str = ""
    after: str = ""
    text: bool = False
    many: bool = False


@dataclass(frozen=True)
class Statement:
    """One statement for each row in which both columns are filled."""

    table: str
    subject: Term
    predicate: Term
    object: Term


@dataclass(frozen=True)
class _Record:
    """What a table says of its records, by column."""

    types: tuple[str, ...]
    texts: Mapping[str, tuple[str, ...]]
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    plain: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    base: str = DATA


_NAMED = {"name": ("pref_label", "label")}
_TITLED = {"title": ("title", "label"), "summary": ("abstract",)}
_MANY = frozenset({"theme", "area", "role"})
_RECORDS = {
    "project": _Record(
        ("project", "initiative", "work"),
        _TITLED,
        {
            "status": ("status", f"{CODES}status/"),
            "programme": ("programme", f"{DATA}programme/"),
            "theme": ("subject", f"{DATA}theme/"),
            "area": ("spatial", f"{DATA}city/"),
            "url": ("url", ""),
            "amount": ("budget", f"{DATA}amount/"),
            "period": ("temporal", f"{DATA}period/"),
        },
        {"acronym": ("alternate", "")},
    ),
    "participation": _Record(
        ("participation", "membership"),
        {},
        {
            "project": ("in_initiative", f"{DATA}project/"),
            "organisation": ("member", f"{DATA}organisation/"),
            "role": ("role", f"{CODES}role/"),
            "forPlace": ("for_place", f"{DATA}city/"),
        },
        {"position": ("position", "integer")},
    ),
    "organisation": _Record(
        ("organisation",),
        _NAMED | {"summary": ("abstract",)},
        {
            "classification": ("classification", f"{CODES}organisation-type/"),
            "seat": ("seat", f"{DATA}city/"),
            "url": ("url", ""),
        },
    ),
    "city": _Record(("location", "city"), _NAMED | {"summary": ("abstract",)}, {"country": ("within", COUNTRY)}),
    "country": _Record(("country",), _NAMED, base=COUNTRY),
    "programme": _Record(("programme_type",), _TITLED, {"period": ("temporal", f"{DATA}period/")}),
    "theme": _Record(
        ("theme", "concept"), _NAMED | {"definition": ("definition",)}, {"inScheme": ("in_scheme", f"{DATA}scheme/")}
    ),
    "scheme": _Record(("scheme",), _NAMED),
}
_DATES = {"date": "date", "month": "month", "year": "year"}


def statements(folder: Path) -> list[Statement]:
    """Give those statements whose columns the tables of a folder have."""
    known = {table: _columns(folder / f"{table}.csv") for table in _RECORDS}
    return [
        statement
        for statement in _described()
        if {statement.subject.column, statement.object.column} <= known[statement.table]
    ]


def _columns(path: Path) -> set[str]:
    with path.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    return {"", *names, *(derived for name in names for derived in DERIVED.get(name, ()))}


def _described() -> Iterator[Statement]:
    for table, record in _RECORDS.items():
        yield from _own(table, record)
    for table in ("project", "programme"):
        yield from _dates(table)
    amount = _iri(f"{DATA}amount/", "amount")
    yield Statement("project", amount, _predicate("type"), _constant("amount"))
    yield Statement("project", amount, _predicate("value"), _typed("budget.value", "decimal"))
    yield Statement("project", amount, _predicate("currency"), _typed("budget.currency", ""))
    yield Statement("project", amount, _predicate("kind"), _iri(f"{CODES}amount-kind/", "budget.kind"))
    project, participation = _iri(f"{DATA}project/", "project"), _iri(f"{DATA}participation/", "id")
    yield Statement("participation", project, _predicate("has_participation"), participation)
    theme, scheme = _iri(f"{DATA}theme/", "id"), _iri(f"{DATA}scheme/", "inScheme")
    yield Statement("theme", theme, _predicate("top_of"), scheme)
    yield Statement("theme", scheme, _predicate("has_top"), theme)


def _own(table: str, record: _Record) -> Iterator[Statement]:
    subject = _iri(record.base + ("" if record.base == COUNTRY else f"{table}/"), "id")
    for name in record.types:
        yield Statement(table, subject, _predicate("type"), _constant(name))
    for column, predicates in record.texts.items():
        for name in predicates:
            for language in LANGUAGES:
                term = Term('"', f"{column}@{language}", f'"@{language}', text=True)
                yield Statement(table, subject, _predicate(name), term)
    for column, (name, base) in record.links.items():
        yield Statement(table, subject, _predicate(name), _iri(base, column, many=column in _MANY))
    for column, (name, datatype) in record.plain.items():
        yield Statement(table, subject, _predicate(name), _typed(column, datatype))


def _dates(table: str) -> Iterator[Statement]:
    record, period = _iri(f"{DATA}{table}/", "id"), _iri(f"{DATA}period/", "period")
    yield Statement(table, period, _predicate("type"), _constant("period"))
    for column, day, name in (("start", "from", "first"), ("end", "until", "last")):
        yield Statement(table, period, _predicate(name), _typed(day, "date"))
        for precision, datatype in _DATES.items():
            yield Statement(table, record, _predicate(column), _typed(f"{column}.{precision}", datatype))


def _predicate(name: str) -> Term:
    return Term(f"<{VOCABULARY[name]}>")


_constant = _predicate


def _iri(base: str, column: str, *, many: bool = False) -> Term:
    return Term(f"<{base}", column, ">", many=many)


def _typed(column: str, datatype: str) -> Term:
    return Term('"', column, f'"^^<{VOCABULARY[datatype]}>' if datatype else '"', text=not datatype)
