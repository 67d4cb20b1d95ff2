"""What was found, for people and for programs: reports of a check, one format a module, and what a build has to tell.

A format prints from a `report.Report`, which knows the problems in order, what they were found in, and how they are
worded in each language. `progress` is what a terminal shows meanwhile.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linkedproj.reports.report import Report

    Write = Callable[[Report, str], str]


def _writer(module: str) -> Write:
    """Return the `write(report, language)` of a module, which is imported when it is first called."""

    def write(report: Report, language: str) -> str:
        written: str = import_module(module).write(report, language)
        return written

    return write


REPORTS: Mapping[str, Write] = {
    "text": _writer("linkedproj.reports.text"),
    "json": _writer("linkedproj.reports.json"),
    "sarif": _writer("linkedproj.reports.sarif"),
    "github": _writer("linkedproj.reports.github"),
    "turtle": _writer("linkedproj.reports.turtle"),
    "html": _writer("linkedproj.reports.html"),
    "csv": _writer("linkedproj.reports.csv"),
}
"""Name of a format -> how a report is written in it; the command line takes its choices from here."""
