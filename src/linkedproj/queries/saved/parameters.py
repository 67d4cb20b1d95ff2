"""The parameters of a saved query: where they stand in its text, and what its header says of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, Problem
from linkedproj.model.languages import LANGUAGES
from linkedproj.queries.saved.header import NOTHING, items_of, known_parts, parts_of
from linkedproj.queries.saved.tokens import placed_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linkedproj.queries.saved.faults import Faults
    from linkedproj.queries.saved.header import HeaderPart

_PARAMETER = re.compile(r"[?$]_(?P<optional>_?)(?P<name>[A-Za-z0-9]+)(?:_(?P<type>[A-Za-z][A-Za-z0-9_]*))?")
_KEYS = ("label", "of", "pick", "enum")

LANGUAGE_PARAMETER = "lang"
"""The parameter of a query that chooses the language of labels: one of the portfolio's, the first by default."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that whoever asks may choose, written `?_name_type` in the query (`?__name_type`: may be left out).

    `of` names the record type whose ids stand for its IRIs ("city": kigali), `pick` a saved query that lists
    values, `enum` the only values there are. `default` is None when there is none: with `of` and `pick` the record with
    the most links is asked about then. `place` is where the parameter
    first stands in the query, `default_place` where its default does.
    """

    name: str
    type: str
    optional: bool = False
    default: str | None = None
    label: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    pick: str = ""
    enum: tuple[str, ...] = ()
    place: Place = field(default=Place(""), compare=False)
    default_place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """A parameter as it is written in the query."""

    name: str
    type: str
    optional: bool
    place: Place = field(default=Place(""), compare=False)


def parameter_variable(variable: str, place: Place = NOTHING.place) -> Variable | None:
    """Take "?_city_iri" apart; None: a variable like any other."""
    match = _PARAMETER.fullmatch(variable)
    return Variable(match["name"], match["type"] or "", bool(match["optional"]), place) if match else None


def read_parameters(  # noqa: PLR0913, PLR0917 - what is written of parameters stands in several places
    text: str, file: str, defaults: HeaderPart | None, params: HeaderPart, faults: Faults, own: Sequence[str] = ()
) -> dict[str, Parameter]:
    """Find the parameters in the code and what the header says of each, by name.

    `defaults` is grlc's key, `params` ours. A parameter is at fault that is not described, is described but not used,
    or is written in two ways. `own` are the languages of a portfolio whose own query this is.
    """
    written = _written(text, file, faults)
    described = parts_of(params, faults)
    given = _defaults(defaults, faults)
    for name, part in [*described.items(), *given.items()]:
        if name not in written:
            faults.add(Problem("LP-QUERY-STRAY", part.place, cell=name))
    return {
        name: _parameter(variable, described.get(name, NOTHING), given.get(name), faults, own)
        for name, variable in written.items()
    }


def _defaults(part: HeaderPart | None, faults: Faults) -> dict[str, HeaderPart]:
    """Read grlc's list of one-key mappings."""
    return {name: value for item in items_of(part, faults) for name, value in parts_of(item, faults).items()}


def _parameter(
    variable: Variable, described: HeaderPart, default: HeaderPart | None, faults: Faults, own: Sequence[str]
) -> Parameter:
    name = variable.name
    parts = known_parts(described, _KEYS, faults)
    if default is None and not variable.optional and name != LANGUAGE_PARAMETER and not parts.keys() >= {"of", "pick"}:
        faults.add(Problem("LP-QUERY-DEFAULT", variable.place, cell=name))
    labels = known_parts(parts.get("label", NOTHING), own or LANGUAGES, faults)
    for language in () if own else LANGUAGES:
        if language not in labels:
            faults.remark(Problem("LP-QUERY-LABEL", variable.place, cell=name, values={"language": language}))
    enum = items_of(parts.get("enum"), faults)
    return Parameter(
        name,
        variable.type,
        optional=variable.optional,
        default=faults.attempt(default.text, "") if default else None,
        label={language: faults.attempt(part.text, "") for language, part in labels.items()},
        of=faults.attempt(parts["of"].text, "") if "of" in parts else "",
        pick=faults.attempt(parts["pick"].text, "") if "pick" in parts else "",
        enum=tuple(faults.attempt(part.text, "") for part in enum),
        place=variable.place,
        default_place=default.place if default else variable.place,
    )


def _written(text: str, file: str, faults: Faults) -> dict[str, Variable]:
    found: dict[str, Variable] = {}
    for variable in _variables(text, file):
        known = found.setdefault(variable.name, variable)
        if known != variable:
            faults.add(Problem("LP-QUERY-SPELLING", variable.place, cell=variable.name))
    for one, other in permutations(found, 2):
        if other.startswith(one):
            # Tools that replace text, such as grlc, would find one name inside the other.
            faults.add(Problem("LP-QUERY-NAMES", found[other].place, cell=other, values={"other": one}))
    return found


def _variables(text: str, file: str) -> Iterator[Variable]:
    for name, place in placed_variables(text, file):
        if variable := parameter_variable(name, place):
            yield variable
