"""The report as annotations of a pull request. Source: GitHub Actions, workflow commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.rules import Severity

if TYPE_CHECKING:
    from linkedproj.model.errors import Problem
    from linkedproj.reports.report import Report

_COMMANDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def write(report: Report, language: str) -> str:
    """Print one workflow command for each problem."""
    return "".join(_command(report, problem, language) + "\n" for problem in report.problems)


def _command(report: Report, problem: Problem, language: str) -> str:
    wording, place = report.wording(problem, language), problem.place
    stated = {
        "file": place.file.encode("utf-8", "replace").decode("utf-8"),
        # A workbook has no lines that could be shown beside a change.
        "line": 0 if place.sheet else place.line,
        "col": 0 if place.sheet else place.column,
        "title": problem.rule,
    }
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in stated.items() if value)
    text = f"{f'{place}: ' if place.sheet else ''}{wording.message} {wording.fix}".strip()
    return f"::{_COMMANDS[report.severity(problem)]} {properties}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
