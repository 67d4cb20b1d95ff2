"""Identifiers that name no record any more: what a portfolio says of them, and whether that can be.

A retirement names the record that was, and the records that stand for it now. The dump says both of the old identifier
and of the new one, so that whoever kept the old one is led on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.dataset import DEPRECATED, REPLACED_BY, REPLACES
from linkedproj.model.domain import RETIRES, SUCCESSOR
from linkedproj.model.lexical import XSD
from linkedproj.system.sorting import merged
from linkedproj.tables.cells import split
from linkedproj.writers.values import Node, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linkedproj.model.errors import Problem
    from linkedproj.tables.portfolio import Portfolio, Row


@dataclass(frozen=True)
class _Said:
    """What one row says: of a record ("project/chebec") and those that stand for it, in which columns."""

    row: Row
    retired: str
    successors: tuple[str, ...]
    columns: tuple[str, str]


class Retirements:
    """All that the tables of a portfolio say of records that are gone."""

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio, self._schema = portfolio, portfolio.schema

    @cached_property
    def _said(self) -> list[_Said]:
        found = []
        for name, kind in self._schema.types.items():
            terms = tuple(self._schema.term_for(kind, iri) for iri in (RETIRES, SUCCESSOR))
            if not all(terms) or not self._portfolio.counts[name]:
                continue
            for row in self._portfolio.rows(name):
                columns = self._portfolio.headers[row.header].columns
                cells = {
                    column.name: split(column.field, row.cells[column.index])
                    for column in columns
                    if column.field and column.name in terms and column.field.kind is Kind.RECORD
                }
                retired, successors = (cells.get(term, []) for term in terms)
                if retired:
                    found.append(_Said(row, retired[0], tuple(successors), (terms[0], terms[1])))
        return found

    @cached_property
    def _successors(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for said in self._said:
            kept = found.setdefault(said.retired, [])
            kept += [each for each in said.successors if each not in kept]
        return found

    def nodes(self) -> list[Node]:
        """Write what a dump says of the old identifiers and of their successors."""
        replaced: dict[str, list[str]] = defaultdict(list)
        for old, successors in self._successors.items():
            for new in successors:
                replaced[new].append(old)
        nodes = [
            self._node(old, {DEPRECATED: [Value(text="true", datatype=f"{XSD}boolean")], REPLACED_BY: self._iris(new)})
            for old, new in sorted(self._successors.items())
        ]
        return [*nodes, *(self._node(new, {REPLACES: self._iris(old)}) for new, old in sorted(replaced.items()))]

    def problems(self) -> Iterator[Problem]:
        """Find identifiers that are still in use, successors that are no records, and circles."""
        live = self._existing({*self._successors, *(new for found in self._successors.values() for new in found)})
        in_circles = self._in_circles()
        for said in self._said:
            was, now = said.columns
            if said.retired in live:
                yield self._portfolio.problem(said.row, "LP-RETIRED-LIVE", was, value=said.retired)
            elif said.retired in in_circles:
                path = " → ".join(in_circles[said.retired])
                yield self._portfolio.problem(said.row, "LP-RETIRED-CIRCLE", now, path=path)
            for new in said.successors:
                if new not in live and new not in self._successors and self._is_missing(new):
                    yield self._portfolio.problem(said.row, "LP-RETIRED-SUCCESSOR", now, value=new)

    def _existing(self, names: Iterable[str]) -> set[str]:
        """Return the names that records have."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for name in names:
            if resolved := self._schema.resolve(name):
                wanted[resolved[0].name].add(resolved[1])
        return {
            f"{self._schema.types[kind].table}/{identifier}"
            for kind, ids in wanted.items()
            for identifier in merged(self._portfolio.runs["ids", kind])
            if identifier in ids
        }

    def _is_missing(self, name: str) -> bool:
        """Check that a record is not in a row that could not be read."""
        resolved = self._schema.resolve(name)
        return resolved is None or not self._portfolio.may_hold(resolved[0].name, resolved[1])

    def _in_circles(self) -> dict[str, list[str]]:
        """Return the identifiers that lead back to themselves, each with the way."""
        found: dict[str, list[str]] = {}
        for start in self._successors:
            came = {start: ""}
            pending = [start]
            while pending and start not in found:
                current = pending.pop()
                for new in self._successors.get(current, ()):
                    if new == start:
                        found[start] = [*_way(came, current), start]
                    elif new not in came:
                        came[new] = current
                        pending.append(new)
        return found

    def _node(self, name: str, said: Mapping[str, list[Value]]) -> Node:
        return Node(self._iri(name), tuple((iri, tuple(values)) for iri, values in said.items() if values))

    def _iris(self, names: Iterable[str]) -> list[Value]:
        return [Value(iri=self._iri(name)) for name in sorted(names)]

    def _iri(self, name: str) -> str:
        resolved = self._schema.resolve(name)
        return resolved[0].base + resolved[1] if resolved else self._schema.base + name


def _way(came: Mapping[str, str], last: str) -> list[str]:
    """Return the names that led to the last one, from the first."""
    way = []
    while last:
        way.append(last)
        last = came[last]
    return way[::-1]


def retired_problems(portfolio: Portfolio) -> Iterator[Problem]:
    """Find what cannot be in what a portfolio says of records that are gone."""
    return Retirements(portfolio).problems()
