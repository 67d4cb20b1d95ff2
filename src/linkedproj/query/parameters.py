"""The parameters of a saved query: where they stand in its text, and what its header says of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING

from linkedproj.errors import Place, QueryError
from linkedproj.query.header import NOTHING
from linkedproj.query.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from linkedproj.query.header import Part

_PARAMETER = re.compile(r"[?$]_(?P<optional>_?)(?P<name>[A-Za-z0-9]+)(?:_(?P<type>[A-Za-z][A-Za-z0-9_]*))?")
_KEYS = ("label", "of", "pick", "enum")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that whoever asks may choose, written `?_name_type` in the query (`?__name_type`: may be left out).

    `of` names the record type whose ids stand for its IRIs ("city": barcelona), `pick` a saved query that lists
    values, `enum` the only values there are. `default` is None when there is none.
    """

    name: str
    type: str
    optional: bool = False
    default: str | None = None
    label: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    pick: str = ""
    enum: tuple[str, ...] = ()


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


def read_parameters(
    text: str, file: str, header: Mapping[str, Part], ours: Mapping[str, Part], languages: Collection[str]
) -> dict[str, Parameter]:
    """Find the parameters in the code and what the header says of each, by name.

    `header` are grlc's keys, `ours` those under `linkedproj`.

    Raises:
        QueryError: one is not described, is described but not used, or is written in two ways.
    """
    written = _written(text, file)
    described = ours.get("params", NOTHING).parts()
    defaults = _defaults(header["defaults"]) if "defaults" in header else {}
    for name, part in [*described.items(), *defaults.items()]:
        if name not in written:
            raise QueryError(f"the query has no parameter '{name}'. It would be written ?_{name}.", part.place)
    return {
        name: _parameter(variable, described.get(name, NOTHING), defaults.get(name), languages)
        for name, variable in written.items()
    }


def _defaults(part: Part) -> dict[str, Part]:
    """Read grlc's list of one-key mappings."""
    return {name: value for item in part.items() for name, value in item.parts().items()}


def _parameter(variable: Variable, described: Part, default: Part | None, languages: Collection[str]) -> Parameter:
    name = variable.name
    if default is None and not variable.optional:
        advice = f"Add it under defaults, or write ?__{name} if it may be left out"
        raise QueryError(f"parameter '{name}' has no default. {advice}.", variable.place)
    parts = described.parts(_KEYS)
    label = {language: part.text() for language, part in parts.get("label", NOTHING).parts(languages).items()}
    for language in languages:
        if language not in label:
            where = f"linkedproj: params: {name}: label: {{{language}: …}}"
            raise QueryError(f"parameter '{name}' has no label in '{language}'. Add it under {where}.", variable.place)
    of, pick = (parts[key].text() if key in parts else "" for key in ("of", "pick"))
    enum = tuple(part.text() for part in parts["enum"].items()) if "enum" in parts else ()
    value = default.text() if default else None
    return Parameter(name, variable.type, variable.optional, value, label, of, pick, enum)


def _written(text: str, file: str) -> dict[str, Variable]:
    found: dict[str, Variable] = {}
    for variable in _variables(text, file):
        if found.setdefault(variable.name, variable) != variable:
            raise QueryError(f"parameter '{variable.name}' is written in two ways. Write it in one.", variable.place)
    for one, other in permutations(found, 2):
        if other.startswith(one):
            # Tools that replace text, such as grlc, would find one name inside the other.
            raise QueryError(f"parameter '{other}' begins with '{one}'. Rename one of them.", found[other].place)
    return found


def _variables(text: str, file: str) -> Iterator[Variable]:
    offset = 0
    for token in tokens(text):
        if token.kind == "variable" and (variable := parameter_variable(token.text, _place(text, offset, file))):
            yield variable
        offset += len(token.text)


def _place(text: str, offset: int, file: str) -> Place:
    return Place(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
