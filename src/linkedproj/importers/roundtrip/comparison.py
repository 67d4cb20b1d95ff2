"""What is compared when a workbook comes back: how, with what, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from linkedproj.importers.roundtrip.rows import Now, rows_now, rows_of
from linkedproj.importers.roundtrip.tables import Part, header_problems
from linkedproj.tables.cells import column_named
from linkedproj.tables.readers.source import Day
from linkedproj.tables.reading import kind_fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.importers.roundtrip.left import LeftSheet
    from linkedproj.importers.roundtrip.plan import Plan
    from linkedproj.importers.roundtrip.tables import Table
    from linkedproj.model.context import RecordType
    from linkedproj.model.errors import Place, Problem
    from linkedproj.model.folder import Folder

# Columns that are not there are told as what was there.
_MUTE = frozenset({"LP-COLUMN-MISSING"})


@dataclass
class Today:
    """The rows of a table today: `now` by the position of those that left, `since` those that came later."""

    parts: list[Part] = field(default_factory=list)
    now: list[Now | None] = field(default_factory=list)
    since: list[Now] = field(default_factory=list)

    @classmethod
    def of(cls, left: LeftSheet | None, table: Table | None) -> Today:
        """Find the rows that left, if any did, among those of today."""
        rows = rows_of(table) if table else []
        now = rows_now(left, rows) if left else []
        known = {(row.part.key, row.line) for row in now if row}
        return cls(table.parts if table else [], now, [row for row in rows if (row.part.key, row.line) not in known])

    def same_id(self, identifier: str) -> Now | None:
        """Return the row that came since and has an id."""
        return self._by_id.get(identifier) if identifier else None

    def same_cells(self, cells: Mapping[str, str]) -> Now | None:
        """Return the row that came since and has no other cells than these."""
        return self._by_cells.get(_filled(cells))

    @cached_property
    def _by_id(self) -> dict[str, Now]:
        return {row.texts.get("id", ""): row for row in reversed(self.since)}

    @cached_property
    def _by_cells(self) -> dict[frozenset[tuple[str, str]], Now]:
        return {_filled(row.texts): row for row in self.since}


def _filled(texts: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((name, text) for name, text in texts.items() if text)


@dataclass
class Comparison:
    """A workbook that is compared with a portfolio.

    With `delete`, rows that are gone from the workbook go from the tables; with `rename`, ids that were changed are
    taken. `written` holds what was changed, by record as a translator finds it and column: sheets may contradict each
    other.
    """

    folder: Folder
    plan: Plan
    delete: bool = False
    rename: bool = False
    written: dict[tuple[str, str], str] = field(default_factory=dict)

    def tell_header(self, sheet: Part, kind: RecordType, known: set[str]) -> bool:
        """Report columns that cannot be, but for those that are `known`; return whether rows can be read at all."""
        stops = not sheet.names
        for problem in header_problems(sheet, kind, self.folder):
            is_told = problem.rule in {"LP-FILE-HEADER", "LP-COLUMN-TWICE"} or problem.column not in known
            if is_told and problem.rule not in _MUTE and not _is_gap(problem, sheet):
                self.plan.problems.append(problem)
                stops = stops or problem.rule in {"LP-FILE-HEADER", "LP-COLUMN-TWICE"}
        return not stops

    def is_day_fit(self, place: Place, column: str, cell: str) -> bool:
        """Report a cell that a spreadsheet holds as a date where its column takes none."""
        if not isinstance(cell, Day) or column[:1] == "_":
            return True
        fault = kind_fault(column_named(column, 0, self.folder.schema.fields), cell)
        if fault:
            self.plan.tell(fault.rule, place, column, str(cell), **fault.values)
        return fault is None


def _is_gap(problem: Problem, sheet: Part) -> bool:
    """Return whether a column without a name is one without any cell: others were moved away from there."""
    is_nameless = problem.rule in {"LP-COLUMN-EMPTY", "LP-COLUMN-TWICE"} and not problem.column.strip()
    return is_nameless and not any(line.cells[problem.place.column - 1] for line in sheet.lines)
