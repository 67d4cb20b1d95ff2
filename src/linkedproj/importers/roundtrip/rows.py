"""Which row is which: those that left, those of the workbook, and those of the tables today."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.importers.roundtrip.held import held, mark_of_row, row_mark
from linkedproj.importers.roundtrip.tables import ids_once

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linkedproj.importers.roundtrip.left import LeftSheet
    from linkedproj.importers.roundtrip.tables import Part, Table


class Now(NamedTuple):
    """A row of a table today: its part, its line, and its texts by column as a workbook holds them."""

    part: Part
    line: int
    texts: Mapping[str, str]


def rows_of(table: Table) -> list[Now]:
    """Return the rows of a table as a workbook holds them."""
    return [
        Now(part, line, {name: held(str(cell)) for name, cell in zip(columns, cells, strict=True)})
        for part, columns in ((part, part.columns) for part in table.parts)
        for line, cells in part.lines
    ]


def rows_now(left: LeftSheet, now: Sequence[Now]) -> list[Now | None]:
    """Return for each row that left the row of today: by its id, else by its cells, else by those around it."""
    marks = [row_mark(row.texts.get(column, "") for column in left.columns) for row in now]
    stated = [mark_of_row(row.marks) for row in left.rows]
    if marks == stated:
        return list(now)
    ids, once = ids_once([row.texts.get("id", "") for row in now]), ids_once([row.id for row in left.rows])
    found = [ids.get(row.id) if row.id in once else None for row in left.rows]
    taken = set(found)
    equal: dict[str, deque[int]] = defaultdict(deque)
    for at, each in enumerate(marks):
        if at not in taken:
            equal[each].append(at)
    for at, each in enumerate(stated):
        if found[at] is None and equal[each]:
            found[at] = equal[each].popleft()
    _fill_gaps(found, [not row.texts.get("id", "") for row in now], [not row.id for row in left.rows])
    return [None if at is None else now[at] for at in found]


def _fill_gaps(found: list[int | None], may_be: Sequence[bool], may_have: Sequence[bool]) -> None:
    """Match rows without ids that were edited since: as many as there are between two rows that are known."""
    start = 0
    for stop in range(len(found) + 1):
        if stop < len(found) and found[stop] is None:
            continue
        before = found[start - 1] if start else -1
        behind = found[stop] if stop < len(found) else len(may_be)
        if before is not None and behind is not None and behind - before - 1 == stop - start:
            for at, index in zip(range(start, stop), range(before + 1, behind), strict=True):
                if may_have[at] and may_be[index]:
                    found[at] = index
        start = stop + 1


@dataclass
class Matched:
    """Which rows of a sheet are which of those that left: None is a new one.

    `into` names by row the file that a new row asks for; `faults` are (rule, row, what is said there, another row).
    """

    rows: list[int | None]
    into: dict[int, str] = field(default_factory=dict)
    faults: list[tuple[str, int, str, int]] = field(default_factory=list)


def match(left: LeftSheet, stated: Sequence[str], rows: Sequence[Mapping[str, str]], files: set[str]) -> Matched:
    """Match the rows of a sheet with those that left: by what they say of their place (`stated`), else by their id.

    A row that was copied says that it is from where the other is from: that which is as it was, or has the id it had,
    is the old one. `files` are those that a new row may ask for.
    """
    places = {row.place: at for at, row in enumerate(left.rows)}
    once = ids_once([row.id for row in left.rows])
    matched = Matched([None] * len(rows))
    same: dict[int, list[int]] = defaultdict(list)
    for number, place in enumerate(_moved_back(left, stated, rows)):
        if place in places:
            same[places[place]].append(number)
        elif place in files:
            matched.into[number] = place
        elif place:
            matched.faults.append(("LP-BOOK-ROW", number, place, -1))
    for at, numbers in same.items():
        original = numbers[0] if len(numbers) == 1 else _original(left, at, numbers, rows)
        if original is None:
            matched.faults.append(("LP-BOOK-TWICE", numbers[1], left.rows[at].place, numbers[0]))
        else:
            matched.rows[original] = at
    taken = set(matched.rows)
    by_id = ids_once([row.get("id", "") for row in rows])
    for identifier, number in by_id.items():
        if identifier in once and once[identifier] not in taken and not stated[number]:
            matched.rows[number] = once[identifier]
            taken.add(once[identifier])
    _match_equal(left, matched, stated, rows, taken)
    return matched


def _moved_back(left: LeftSheet, stated: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield what rows say of their place; one that is whole beside another place was sorted without that column."""
    once = ids_once([row.id for row in left.rows])
    for place, texts in zip(stated, rows, strict=True):
        was = left.rows[once[texts["id"]]] if texts.get("id") in once else None
        is_moved = was and place and place != was.place
        if was and is_moved and row_mark(texts.get(column, "") for column in left.columns) == mark_of_row(was.marks):
            yield was.place
        else:
            yield place


def _original(left: LeftSheet, at: int, numbers: Sequence[int], rows: Sequence[Mapping[str, str]]) -> int | None:
    """Return which of several rows that say they are from one place is the one that left."""
    was = left.rows[at]
    alike = [number for number in numbers if was.id and rows[number].get("id") == was.id]
    if len(alike) == 1:
        return alike[0]
    whole = mark_of_row(was.marks)
    return next((n for n in numbers if row_mark(rows[n].get(column, "") for column in left.columns) == whole), None)


def _match_equal(
    left: LeftSheet, matched: Matched, stated: Sequence[str], rows: Sequence[Mapping[str, str]], taken: set[int | None]
) -> None:
    """Match rows without id and place by all their cells: somebody may have removed the column of the places."""
    equal: dict[str, deque[int]] = defaultdict(deque)
    for at, row in enumerate(left.rows):
        if at not in taken and not row.id:
            equal[mark_of_row(row.marks)].append(at)
    if not equal:
        return
    for number, texts in enumerate(rows):
        if matched.rows[number] is None and not stated[number]:
            found = equal.get(row_mark(texts.get(column, "") for column in left.columns))
            if found:
                matched.rows[number] = found.popleft()
