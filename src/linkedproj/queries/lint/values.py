"""Lints of values: the defaults and the cases of a query must fit its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.errors import Problem
from linkedproj.queries.saved.bind import ArgumentsError, bind
from linkedproj.queries.saved.faults import suggestions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linkedproj.model.errors import Place
    from linkedproj.queries.lint.known import KnownTerms
    from linkedproj.queries.saved.collection import SavedQuery
    from linkedproj.queries.saved.parameters import Parameter

_PICKED = {"value", "label"}


def value_problems(query: SavedQuery, known: KnownTerms, queries: Mapping[str, SavedQuery]) -> Iterator[Problem]:
    """Find defaults and cases that do not fit, types of record there are not, and pickers that list nothing."""
    parameters = query.parameters
    defaults = {item.name: (item.default, item.default_place) for item in parameters.values() if item.default}
    yield from _misfits(query, defaults, known)
    for case in query.cases:
        for name, place in case.places.items():
            if name not in parameters:
                yield Problem("LP-QUERY-CASE", place, cell=name, values=suggestions(name, parameters))
        given = {name: (value, case.places[name]) for name, value in case.arguments.items() if name in parameters}
        yield from _misfits(query, given, known)
    for parameter in parameters.values():
        yield from _choices(parameter, known, queries)


def _misfits(query: SavedQuery, given: Mapping[str, tuple[str, Place]], known: KnownTerms) -> Iterator[Problem]:
    for name, (value, place) in given.items():
        try:
            bind(query, {name: value}, known.bases)
        except ArgumentsError as error:
            if any(fault.parameter == name for fault in error.faults):
                values = {"name": name, "needed": _needed(query.parameters[name])}
                yield Problem("LP-QUERY-ARGUMENT", place, cell=value, values=values)


def _needed(parameter: Parameter) -> str:
    if parameter.enum:
        return " | ".join(parameter.enum)
    of_type = {"iri": "IRI", "integer": "xsd:integer", "number": "xsd:decimal"}
    return of_type.get(parameter.type, parameter.type.replace("_", ":", 1))


def _choices(parameter: Parameter, known: KnownTerms, queries: Mapping[str, SavedQuery]) -> Iterator[Problem]:
    if parameter.of and parameter.of not in known.bases:
        values = suggestions(parameter.of, known.bases)
        yield Problem("LP-QUERY-OF", parameter.place, cell=parameter.of, values=values)
    picked = queries.get(parameter.pick)
    if parameter.pick and (picked is None or not set(picked.expect.columns) >= _PICKED):
        yield Problem("LP-QUERY-PICK", parameter.place, cell=parameter.pick)
