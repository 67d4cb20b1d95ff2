"""The report for code hosts. Source: SARIF 2.1.0, OASIS Standard of 2020-03-27."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from linkedproj.model.rules import Severity, text_in
from linkedproj.reports.json import dumps

if TYPE_CHECKING:
    from linkedproj.model.errors import Place, Problem
    from linkedproj.reports.report import Report

_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def write(report: Report, language: str) -> str:
    """Print the report as a SARIF log of one run."""
    codes = sorted({problem.rule for problem in report.problems})
    driver = {"name": "linkedproj", "version": _version(), "rules": [_rule(report, code, language) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "language": language,
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, problem, codes, language) for problem in report.problems],
    }
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return dumps(log)


def _version() -> str:
    try:
        return version("linkedproj")
    except PackageNotFoundError:
        return "0"


def _rule(report: Report, code: str, language: str) -> dict[str, Any]:
    rule = report.rules.by_code.get(code)
    if rule is None:
        return {"id": code}
    texts = {"fullDescription": text_in(rule.why, language), "help": text_in(rule.fix, language)}
    return {
        "id": code,
        **{name: {"text": text} for name, text in texts.items() if text},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(report: Report, problem: Problem, codes: list[str], language: str) -> dict[str, Any]:
    wording = report.wording(problem, language)
    result: dict[str, Any] = {
        "ruleId": problem.rule,
        "ruleIndex": codes.index(problem.rule),
        "level": _LEVELS[report.severity(problem)],
        "message": {"text": f"{wording.message} {wording.fix}".strip()},
        "locations": [_location(problem.place)],
        "partialFingerprints": {"linkedproj/v1": _fingerprint(problem)},
    }
    if problem.also:
        result["relatedLocations"] = [{"id": n, **_location(place)} for n, place in enumerate(problem.also)]
    return result


def _location(place: Place) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": quote(place.file, errors="replace")}}
    if place.sheet:
        # Section 3.29.4: a region is a part of a text or of bytes; a cell is a logical location.
        name = str(place).removeprefix(f"{place.file}:")
        return {"physicalLocation": where, "logicalLocations": [{"fullyQualifiedName": name}]}
    if place.line:
        where["region"] = {"startLine": place.line, **({"startColumn": place.column} if place.column else {})}
    return {"physicalLocation": where}


def _fingerprint(problem: Problem) -> str:
    """Name a problem by what it is about, so that it stays the same one when rows above it come and go."""
    about = (problem.rule, problem.place.table, problem.record, problem.column, problem.cell)
    return hashlib.sha256("\0".join(about).encode("utf-8", "surrogatepass")).hexdigest()[:32]
