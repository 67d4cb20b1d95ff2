"""The report for the curator: file, line and column, what is wrong, what to do."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from linkedproj.model.rules import Severity, Wording, visible
from linkedproj.reports.words import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.model.errors import Place, Problem
    from linkedproj.reports.report import Report

_SHOWN = 5
_LINES = 12


def write(report: Report, language: str) -> str:
    """Print the report as text; of one rule in one column, the first five problems and then a count.

    What to do is said with each problem, and once for all notes of a kind.
    """
    blocks = list(_blocks(report, language))
    engine, *crosscheck = report.judged(language) or [""]
    ending = " ".join(filter(None, (report.total(language), engine)))
    return "\n".join([*blocks, ending, *crosscheck, *report.notes]) + "\n"


def _blocks(report: Report, language: str) -> Iterator[str]:
    groups: dict[tuple[str, str, str], list[Problem]] = defaultdict(list)
    for problem in report.problems:
        groups[_group(problem)].append(problem)
    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    said: set[tuple[str, str]] = set()
    for problem in report.problems:
        group = _group(problem)
        seen[group] += 1
        if seen[group] <= _SHOWN:
            wording = report.wording(problem, language)
            # A note asks for nothing at its place: what could be done about all of its kind is said once.
            is_known = report.severity(problem) is Severity.INFO and (problem.rule, wording.fix) in said
            said.add((problem.rule, wording.fix))
            yield _block(problem, Wording(wording.message, "") if is_known else wording, language)
        if seen[group] == _SHOWN and len(groups[group]) > _SHOWN:
            yield _rest(groups[group][_SHOWN:], language)


def _group(problem: Problem) -> tuple[str, str, str]:
    return (problem.rule, problem.place.table, problem.column)


def _block(problem: Problem, wording: Wording, language: str) -> str:
    lines = [f"{_shown(problem.place)}: {wording.message} [{problem.rule}]"]
    lines += [wording.fix] if wording.fix else []
    others = [_shown(place) for place in problem.also if str(place) not in wording.message]
    lines += [phrase(language, "see", places=", ".join(others))] if others else []
    return "\n    ".join(lines)


def _shown(place: Place) -> str:
    return visible(str(place), 400)


def _rest(problems: list[Problem], language: str) -> str:
    numbers = sorted({problem.place.line for problem in problems if problem.place.line})
    listed = ", ".join(str(number) for number in numbers[:_LINES]) + (", …" if len(numbers) > _LINES else "")
    lines = phrase(language, "lines", lines=listed) if listed else ""
    first = problems[0]
    return phrase(language, "more", n=len(problems), rule=first.rule, file=visible(first.place.table, 400), lines=lines)
