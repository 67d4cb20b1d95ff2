"""The report for spreadsheets, one line a problem."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from linkedproj.model.lexical import printable

if TYPE_CHECKING:
    from linkedproj.model.errors import Problem
    from linkedproj.reports.report import Report

_HEADER = ("file", "line", "column", "severity", "code", "record", "field", "cell", "message", "fix")


def write(report: Report, language: str) -> str:
    """Print the report as CSV (RFC 4180)."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_HEADER)
    rows.writerows([_harmless(cell) for cell in _row(report, problem, language)] for problem in report.problems)
    return text.getvalue()


def _row(report: Report, problem: Problem, language: str) -> tuple[str, ...]:
    wording, place = report.wording(problem, language), problem.place
    where = (place.table, str(place.line or ""), str(place.column or ""))
    about = (str(report.severity(problem)), problem.rule, problem.record, problem.column, problem.cell)
    return (*where, *about, wording.message, wording.fix)


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula (OWASP, CSV injection), and a terminal from obeying it."""
    cell = printable(cell)
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell
