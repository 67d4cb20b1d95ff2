"""What the answer to a saved query must look like: `expect` and `cases` of its header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from linkedproj.model.errors import Problem
from linkedproj.queries.saved.faults import HeaderError
from linkedproj.queries.saved.header import items_of, known_parts, parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.model.errors import Place
    from linkedproj.queries.saved.faults import Faults
    from linkedproj.queries.saved.header import HeaderPart

_KEYS = ("columns", "min_rows", "max_rows", "rows")


@dataclass(frozen=True, slots=True)
class Expect:
    """What the answer must look like; -1: not said."""

    columns: tuple[str, ...] = ()
    min_rows: int = -1
    max_rows: int = -1
    rows: int = -1


@dataclass(frozen=True, slots=True)
class Case:
    """Arguments, and what the answer to them must look like; `places` says where each argument stands."""

    arguments: Mapping[str, str]
    expect: Expect
    places: Mapping[str, Place]


def read_expect(part: HeaderPart, faults: Faults) -> Expect:
    """Read columns and numbers of rows; no other key may stand there."""
    return _expect(known_parts(part, _KEYS, faults), faults)


def read_cases(part: HeaderPart, faults: Faults) -> tuple[Case, ...]:
    """Read the cases: what is not said of the answer is an argument."""
    return tuple(_case(parts_of(item, faults), faults) for item in items_of(part, faults))


def read_count(part: HeaderPart, rule: str = "LP-QUERY-COUNT") -> int:
    """Read a number of rows, or what else the rule speaks of.

    Raises:
        HeaderError: it is no whole number.
    """
    if not re.fullmatch("[0-9]{1,9}", part.text()):
        raise HeaderError(Problem(rule, part.place, cell=part.text()))
    return int(part.text())


def _expect(parts: Mapping[str, HeaderPart], faults: Faults) -> Expect:
    columns = items_of(parts.get("columns"), faults)
    counts = (faults.attempt(partial(read_count, parts[key]), -1) if key in parts else -1 for key in _KEYS[1:])
    return Expect(tuple(faults.attempt(column.text, "") for column in columns), *counts)


def _case(parts: Mapping[str, HeaderPart], faults: Faults) -> Case:
    given = {name: part for name, part in parts.items() if name not in _KEYS}
    arguments = {name: faults.attempt(part.text, "") for name, part in given.items()}
    expect = _expect({name: part for name, part in parts.items() if name in _KEYS}, faults)
    return Case(arguments, expect, {name: part.place for name, part in given.items()})
