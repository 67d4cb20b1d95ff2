"""What has become of the findings since the last look: what is mended is struck off, the rest is told anew."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from linkedproj.reports import REPORTS
from linkedproj.reports.words import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.model.errors import Problem
    from linkedproj.reports.report import Report


def told_since(before: Report | None, now: Report, language: str) -> str:
    """Word a report after an earlier one; of what was mended, the sentence that was told.

    A problem is known by its rule, record, column and cell: it stays the same when its row moves.
    """
    mended = list(_mended(before, now)) if before else []
    lines = [
        phrase(language, "mended", place=str(p.place), what=_sentence(before, p, language)) for p in mended if before
    ]
    return "\n".join([*lines, REPORTS["text"](now, language)])


def _mended(before: Report, now: Report) -> Iterator[Problem]:
    left = Counter(map(_identity, now.problems))
    for problem in before.problems:
        if left[_identity(problem)] > 0:
            left[_identity(problem)] -= 1
        else:
            yield problem


def _identity(problem: Problem) -> tuple[object, ...]:
    place = problem.place
    return problem.rule, place.table, problem.column, problem.cell, problem.record or place.line


def _sentence(report: Report, problem: Problem, language: str) -> str:
    return f"{report.wording(problem, language).message} [{problem.rule}]"
