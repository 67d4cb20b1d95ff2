"""The report as one static page that needs no script: language and filters are radio buttons and style rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkedproj.model.languages import LANGUAGES
from linkedproj.model.rules import visible
from linkedproj.reports.words import phrase

if TYPE_CHECKING:
    from linkedproj.model.errors import Problem
    from linkedproj.reports.report import Report

_LONGEST = 400


def write(report: Report, language: str) -> str:
    """Print the report as HTML that opens in a language and holds all of them."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("linkedproj.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    files = sorted({problem.place.table for problem in report.problems})
    rules = sorted({problem.rule for problem in report.problems})
    return environment.get_template("report.html").render(
        report=report,
        language=language if language in LANGUAGES else "en",
        languages=LANGUAGES,
        phrase=phrase,
        files=[visible(file, _LONGEST) for file in files],
        rules=rules,
        rows=[_row(report, problem, files, rules) for problem in report.problems],
    )


def _row(report: Report, problem: Problem, files: list[str], rules: list[str]) -> dict[str, Any]:
    return {
        "file": files.index(problem.place.table),
        "rule": rules.index(problem.rule),
        "severity": report.severity(problem),
        "code": problem.rule,
        "place": visible(str(problem.place), _LONGEST),
        "record": visible(problem.record),
        "cell": visible(problem.cell, _LONGEST),
        "also": [visible(str(place), _LONGEST) for place in problem.also],
        "wordings": {language: report.wording(problem, language) for language in LANGUAGES},
    }
