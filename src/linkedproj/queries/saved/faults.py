"""Faults of a saved query: said at once when it is to be run, collected when it is to be mended."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from linkedproj.model.errors import Problem, QueryError
from linkedproj.model.rules import Rules, catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_T = TypeVar("_T")


class HeaderError(QueryError):
    """A saved query is not as it must be; `problem` says what is wrong in every language."""

    def __init__(self, problem: Problem) -> None:
        sentence = in_words(problem)
        super().__init__(sentence[0].lower() + sentence[1:], problem.place)
        self.problem = problem


class Faults:
    """Where faults go: `strict` raises the first one, otherwise they are kept in `problems`."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.problems: list[Problem] = []

    def add(self, problem: Problem) -> None:
        """Take in a fault.

        Raises:
            HeaderError: it is the first one and nobody collects.
        """
        if self.strict:
            raise HeaderError(problem)
        self.problems.append(problem)

    def remark(self, problem: Problem) -> None:
        """Take in what keeps no query from being run, such as a missing translation."""
        if not self.strict:
            self.problems.append(problem)

    def attempt(self, read: Callable[[], _T], instead: _T) -> _T:
        """Read a part; where it is faulty and faults are collected, go on with `instead`.

        Raises:
            HeaderError: it is faulty and nobody collects.
        """
        try:
            return read()
        except HeaderError as error:
            if self.strict:
                raise
            self.problems.append(error.problem)
            return instead


def in_words(problem: Problem, language: str = "en") -> str:
    """Word a problem in one line: what is wrong, then what was meant or what to do."""
    rule = catalogue()[problem.rule]
    if "nearest" in problem.values:
        rule = replace(rule, fix={})
    wording = Rules({rule.code: rule}).wording(problem, language)
    return f"{wording.message} {wording.fix}".strip()


def suggestions(word: str, known: Collection[str]) -> Mapping[str, str]:
    """Return the slots that name what there is, and what of it was probably meant."""
    found = difflib.get_close_matches(word, known, 1)
    return {"known": ", ".join(sorted(known)), **({"nearest": found[0]} if found else {})}
