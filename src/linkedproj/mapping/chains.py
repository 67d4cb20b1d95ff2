"""Links that may not lead back to where they began: parents, wholes, broader themes.

The ontology says which links these are (`RecordType.acyclic`); links of one property make one hierarchy. Records that
only lead on, or are only led to, are left aside while links are read in order: what is held in memory are numbers, of
records in the midst of a hierarchy. No chain is followed by recursion.
"""

from __future__ import annotations

from array import array
from dataclasses import replace
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from linkedproj.system.sorting import Sorter, merged
from linkedproj.tables.cells import split
from linkedproj.tables.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Self

    from linkedproj.model.errors import Problem
    from linkedproj.system.sorting import SortedRun
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.portfolio import Portfolio, Tables

CHAIN = "chain"
"""What is gathered of links that may not lead back, by their property: see `links_onward`."""

Link = tuple[str, str, str, int, int, str]
"""From which record to which ("type/id"), then the id, header and line of the row, and its column."""

_SHOWN, _BLOCK = 20, 4096
_TANGLED, _MOST = 10_000, 100
_NUMBER = "i"  # four bytes: hundreds of thousands of records may be on one path


def links_onward(batch: Batch, tables: Tables) -> Iterator[tuple[str, list[Link]]]:
    """Yield the links of a batch that may not lead back, each list with the IRI of their property."""
    header = tables.headers[batch.header]
    kind = header.kind
    for column in header.columns:
        field = column.field
        if field is None or field.term not in kind.acyclic or column.parents:
            continue
        cells = batch.columns[column.index]
        if not any(cells):
            continue
        target = tables.schema.types[field.target].table
        yield (
            field.iri,
            [
                (f"{kind.table}/{identifier}", f"{target}/{value}", identifier, batch.header, line, column.name)
                for identifier, line, cell in zip(batch.ids, batch.lines, cells, strict=True)
                if cell
                for value in split(field, cell)
            ],
        )


def chain_problems(portfolio: Portfolio) -> Iterator[Problem]:
    """Find the circles in every hierarchy, each once, at the first of its records."""
    for what, iri in [key for key in portfolio.runs if key[0] == CHAIN]:
        runs = portfolio.runs[what, iri]
        with _Core(runs) as core:
            circles = sorted(core.circles(), key=tuple)
            if circles:
                yield from _told(portfolio, runs, circles, core.names(circles))


class _Core:
    """The records that links lead to and that links lead on from, by number in the order of their names."""

    def __init__(self, runs: Sequence[SortedRun]) -> None:
        self._names: Sorter[str] = Sorter()
        with Sorter[str](unique=True) as targets:
            for block in _blocks(merged(runs)):
                targets.add([link[1] for link in block])
            for names in _blocks(_common(_distinct(map(itemgetter(0), merged(runs))), _distinct(targets))):
                self._names.add(names)
        self._starts, self._ends = array(_NUMBER, [0]), array(_NUMBER)
        with Sorter[Any]() as onward, Sorter[Any]() as numbered:
            for found in _blocks(self._numbered((link[0], link[1]) for link in merged(runs))):
                onward.add([(target, number) for number, target in found])
            for found in _blocks(self._numbered(onward)):
                numbered.add([(source, number) for number, source in found])
            for source, target in _distinct(numbered):
                self._starts.extend([len(self._ends)] * (source + 1 - len(self._starts)))
                self._ends.append(target)
        self._starts.extend([len(self._ends)] * (len(self._names) + 1 - len(self._starts)))

    def __enter__(self) -> Self:
        """Return the core itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what lies on disk."""
        self._names.__exit__()

    def _numbered(self, items: Iterable[tuple[str, Any]]) -> Iterator[tuple[int, Any]]:
        """Yield the number of what each item begins with, and its second part; what is not in the core is left out."""
        names = enumerate(self._names)
        number, name = next(names, (0, None))
        for wanted, other in items:
            while name is not None and name < wanted:
                number, name = next(names, (0, None))
            if name == wanted:
                yield number, other

    def names(self, circles: Iterable[Sequence[int]]) -> dict[int, str]:
        """Return the names of the records of some circles that are told."""
        wanted = {number for circle in circles for number in (*circle[: _SHOWN + 1], circle[-1])}
        return {number: name for number, name in enumerate(self._names) if number in wanted}

    def circles(self) -> Iterator[Sequence[int]]:
        """Yield paths that end where they began: every link that is on such a path is on one of these.

        Of records that are tangled by very many links, only so many paths are told at a time.
        """
        size = len(self._starts) - 1
        inside, places = bytearray(size), array(_NUMBER, bytes(size * self._starts.itemsize))
        for group in self._tangles():
            for number in group:
                inside[number] = 1
            onward = {number: [each for each in self._onward(number) if inside[each]] for number in group[:_TANGLED]}
            if len(group) > _TANGLED or all(len(each) == 1 for each in onward.values()):
                yield self._ring(group, inside, places)
            else:
                yield from islice(_paths(onward), _MOST)
            for number in group:
                inside[number] = 0

    def _onward(self, number: int) -> array[int]:
        return self._ends[self._starts[number] : self._starts[number + 1]]

    def _ring(self, group: array[int], inside: bytearray, places: array[int]) -> array[int]:
        """Follow the first link of each record until one comes again; `places` are those on the path, from 1 on."""
        path, here = array(_NUMBER), min(group)
        while not places[here]:
            path.append(here)
            places[here] = len(path)
            here = next(each for each in self._onward(here) if inside[each])
        return _from_least(path[places[here] - 1 :])

    def _tangles(self) -> Iterator[array[int]]:
        """Yield the groups of records each of which leads to each other."""
        search, following = _Search(len(self._starts) - 1), self._starts[:]
        for root in range(len(self._starts) - 1):
            path = array(_NUMBER, [] if search.index[root] else [root])
            while path:
                here = path[-1]
                search.enter(here)
                if following[here] < self._starts[here + 1]:
                    onward = self._ends[following[here]]
                    following[here] += 1
                    if not search.meet(here, onward):
                        path.append(onward)
                    continue
                path.pop()
                group = search.leave(here, path[-1] if path else here)
                if len(group) > 1 or (group and here in self._onward(here)):
                    yield group


class _Search:
    """What is known of records while links are followed to the end, and back.

    Source: Tarjan, Depth-first search and linear graph algorithms (1972), without recursion.
    """

    def __init__(self, size: int) -> None:
        self.index = array(_NUMBER, bytes(size * array(_NUMBER).itemsize))
        self._low, self._is_waiting = self.index[:], bytearray(size)
        self._waiting = array(_NUMBER)
        self._count = 0

    def enter(self, here: int) -> None:
        """Note a record, when it is met for the first time."""
        if not self.index[here]:
            self._count += 1
            self.index[here] = self._low[here] = self._count
            self._waiting.append(here)
            self._is_waiting[here] = 1

    def meet(self, here: int, onward: int) -> bool:
        """Check whether a link leads to a record that was met before, and note if it leads back."""
        if self._is_waiting[onward]:
            self._low[here] = min(self._low[here], self.index[onward])
        return bool(self.index[onward])

    def leave(self, here: int, above: int) -> array[int]:
        """Go back from a record; return the group that is complete with it, if there is one."""
        self._low[above] = min(self._low[above], self._low[here])
        group = array(_NUMBER)
        while self._low[here] == self.index[here] and (not group or group[-1] != here):
            group.append(self._waiting.pop())
            self._is_waiting[group[-1]] = 0
        return group


def _paths(onward: Mapping[int, Sequence[int]]) -> Iterator[Sequence[int]]:
    """Yield for each link that was on no path before the shortest one that leads back to where it began."""
    covered: set[tuple[int, int]] = set()
    for one in sorted(onward):
        for other in onward[one]:
            if (one, other) not in covered:
                circle = [one] if one == other else [one, *_shortest(onward, other, one)]
                covered.update(zip(circle, [*circle[1:], one], strict=True))
                yield _from_least(array(_NUMBER, circle))


def _shortest(onward: Mapping[int, Sequence[int]], start: int, goal: int) -> list[int]:
    """Return the shortest way to a record, without this one."""
    before = {start: start}
    for here in (queue := [start]):
        for each in onward[here]:
            if each not in before:
                before[each] = here
                queue.append(each)
        if goal in before:
            break
    path, here = [], before[goal]
    while here != start:
        path.append(here)
        here = before[here]
    return [start, *reversed(path)]


def _from_least(circle: array[int]) -> array[int]:
    least = circle.index(min(circle))
    return circle[least:] + circle[:least]


def _told(
    portfolio: Portfolio, runs: Sequence[SortedRun], circles: Sequence[Sequence[int]], names: Mapping[int, str]
) -> Iterator[Problem]:
    """Make a problem of each circle, with the places of its first links."""
    steps = [_steps(circle, names) for circle in circles]
    wanted = {step for each in steps for step in each}
    rows = {link[:2]: link for link in merged(runs) if link[:2] in wanted}
    for circle, first in zip(circles, steps, strict=True):
        links = [rows[step] for step in first]
        places = [portfolio.place(Row(link[2], link[3], link[4], []), link[5]) for link in links]
        _, target, identifier, header, line, column = links[0]
        values = {"value": target.partition("/")[2], "path": _path(circle, names)}
        problem = portfolio.problem(Row(identifier, header, line, []), "LP-LINK-CIRCLE", column, **values)
        yield replace(problem, also=tuple(places[1:]))


def _steps(circle: Sequence[int], names: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return the first links of a circle."""
    onward = [*circle[1 : _SHOWN + 1], circle[0]]
    return [(names[one], names[other]) for one, other in zip(circle[:_SHOWN], onward, strict=False)]


def _path(circle: Sequence[int], names: Mapping[int, str]) -> str:
    """Write a circle in one line; of a very long one, the beginning and the end."""
    shown = [names[number] for number in circle[:_SHOWN]]
    if len(circle) > _SHOWN:
        left = len(circle) - _SHOWN - 1
        shown += [*([f"… {left} …"] if left else []), names[circle[-1]]]
    shown.append(names[circle[0]])
    if len({name.partition("/")[0] for name in shown if "/" in name}) == 1:
        shown = [name.partition("/")[2] or name for name in shown]
    return " → ".join(shown)


def _blocks(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while block := list(islice(rest, _BLOCK)):
        yield block


def _distinct(items: Iterable[Any]) -> Iterator[Any]:
    return (item for item, _ in groupby(items))


def _common(one: Iterable[str], other: Iterable[str]) -> Iterator[str]:
    """Yield what is in both; each comes in order, and nothing twice."""
    others = iter(other)
    current = next(others, None)
    for item in one:
        while current is not None and current < item:
            current = next(others, None)
        if item == current:
            yield item
