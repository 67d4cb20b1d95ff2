"""The report for programs: everything, in every language. Keys are added but never change their meaning."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from linkedproj.model.languages import LANGUAGES
from linkedproj.model.lexical import CONTROLS
from linkedproj.model.rules import Severity
from linkedproj.reports.report import exit_code

if TYPE_CHECKING:
    from linkedproj.model.errors import Place, Problem
    from linkedproj.reports.report import Report

_CONTROL = re.compile(f"[{CONTROLS}]")
SCHEMA = "https://w3id.org/linkedproj/check-report/1"


def write(report: Report, _language: str = "en") -> str:
    """Print the report as one JSON object."""
    counts = report.counts()
    content = {
        "schema": SCHEMA,
        "engine": report.checked.engine,
        "parts": report.checked.parts,
        "blocks": report.checked.units,
        "blocksUnchanged": report.checked.unchanged,
        "crosscheck": asdict(report.checked.crosscheck) if report.checked.crosscheck else None,
        "exitCode": exit_code(report),
        "counts": {str(kind): counts[kind] for kind in Severity},
        "files": report.files,
        "records": dict(report.records),
        "recordsFine": report.fine(),
        "problems": [_problem(report, problem) for problem in report.problems],
        "notes": list(report.notes),
    }
    return dumps(content)


def dumps(content: object) -> str:
    """Write JSON that can be encoded and shown: a lone surrogate and what a terminal acts upon stay escapes."""
    text = json.dumps(content, ensure_ascii=False, indent=2)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def _problem(report: Report, problem: Problem) -> dict[str, Any]:
    wordings = {language: report.wording(problem, language) for language in LANGUAGES}
    return {
        "code": problem.rule,
        "severity": str(report.severity(problem)),
        **_place(problem.place),
        "record": problem.record,
        "field": problem.column,
        "cell": problem.cell,
        "message": {language: wording.message for language, wording in wordings.items()},
        "fix": {language: wording.fix for language, wording in wordings.items()},
        "also": [_place(place) for place in problem.also],
        "values": dict(problem.values),
    }


def _place(place: Place) -> dict[str, Any]:
    where: dict[str, Any] = {"file": place.file, "line": place.line, "column": place.column}
    return where | ({"sheet": place.sheet, "name": place.cell} if place.sheet else {})
