"""What a check has found, as a value that every format prints from."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from linkedproj.check.checked import NOBODY, Checked
from linkedproj.model.rules import Severity, Wording, visible
from linkedproj.reports.words import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.model.errors import Problem
    from linkedproj.model.rules import Rules

# Faults of a whole file, of a column or of the shapes lie in no single record.
_NO_RECORD = ("LP-FILE-", "LP-COLUMN-", "LP-SHAPE-", "LP-RECORD-", "LP-ENGINE", "LP-SHEET-HIDDEN", "LP-SHEET-NAME")


@dataclass(frozen=True)
class Report:
    """All problems in the order of files, lines and columns, with what they were found in.

    `records` counts the records of each type, `files` the files that were read (0: not known), `notes` are lines to
    print at the end, such as how many values have evidence.
    """

    problems: tuple[Problem, ...]
    records: Mapping[str, int]
    rules: Rules
    checked: Checked = NOBODY
    notes: tuple[str, ...] = ()
    files: int = 0

    def __post_init__(self) -> None:
        """Sort, whatever order the problems came in."""
        object.__setattr__(self, "problems", tuple(sorted(self.problems, key=lambda problem: problem.order)))

    def severity(self, problem: Problem) -> Severity:
        """Return the severity of a problem."""
        return self.rules.severity(problem)

    def counts(self) -> Counter[Severity]:
        """Count the problems by severity."""
        return Counter(self.severity(problem) for problem in self.problems)

    def fine(self) -> int:
        """Count the records that nothing but a note is said of."""
        faulty = {
            problem.record or str(problem.place.line) + problem.place.table
            for problem in self.problems
            if not problem.rule.startswith(_NO_RECORD) and self.severity(problem) is not Severity.INFO
        }
        return max(0, sum(self.records.values()) - len(faulty))

    def _is_judged(self) -> bool:
        """Check whether the engine has judged: without it, no record is known to be fine."""
        return not any(problem.rule == "LP-ENGINE" for problem in self.problems)

    def _has_unread(self) -> bool:
        """Check whether a file could not be read, or not to its end: nobody knows how many records are in it."""
        return any(
            problem.rule.startswith(("LP-FILE-", "LP-SHEET-NAME")) and self.severity(problem) is Severity.VIOLATION
            for problem in self.problems
        )

    def wording(self, problem: Problem, language: str) -> Wording:
        """Word a problem in a language; the sentence of a shape does not know its record, so that is put first."""
        wording = self.rules.wording(problem, language)
        rule = self.rules.by_code.get(problem.rule)
        if rule and rule.shape and problem.record:
            return Wording(f"{visible(problem.record)}: {wording.message}", wording.fix)
        return wording

    def judged(self, language: str) -> list[str]:
        """Word which engine judged the records, and what another judged again; nothing if none did."""
        return judged_by(self.checked, language)

    def total(self, language: str) -> str:
        """Sum up: how many problems of which kind, in how many files, and how many records are fine."""
        every, counts = sum(self.records.values()), self.counts()
        if not self.problems:
            return phrase(language, "no_problems", all=every)
        touched = len({problem.place.file for problem in self.problems})
        where = phrase(language, "some_files" if self.files >= touched else "files", n=touched, all=self.files)
        return phrase(
            language,
            ("total_read" if self._has_unread() else "total") if every and self._is_judged() else "no_records",
            problems=phrase(language, "problems", n=len(self.problems)),
            kinds=", ".join(phrase(language, kind, n=counts[kind]) for kind in Severity if counts[kind]),
            files=where,
            fine=self.fine(),
            all=every,
        )


def exit_code(report: Report) -> int:
    """Return 1 if something stops publication, else 0: warnings and notes do not."""
    return 1 if report.counts()[Severity.VIOLATION] else 0


def judged_by(checked: Checked, language: str) -> list[str]:
    """Word what judged the records: first the engine, then the cross-check; nothing without an engine."""
    if not checked.engine:
        return []
    told = [phrase(language, "parts" if checked.parts else "engine", engine=checked.engine, n=checked.parts)]
    if checked.unchanged:
        told.append(phrase(language, "unchanged", n=checked.unchanged, of=checked.units))
    again = checked.crosscheck
    if again and again.units == again.of:
        told.append(phrase(language, "crosscheck_all", engine=again.engine))
    elif again:
        told.append(phrase(language, "crosscheck", **asdict(again), all=checked.records))
    return told
