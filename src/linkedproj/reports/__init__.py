"""What was found, for people and for programs: reports of a check, one format a module, and what a build has to tell.

A format prints from a `report.Report`, which knows the problems in order, what they were found in, and how they are
worded in each language. `progress` is what a terminal shows meanwhile. The command line takes its choices of formats
from the tables here, which load nothing before a format is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linkedproj.catalog.rate import Rating
    from linkedproj.changes.compare import Changes
    from linkedproj.reports.report import Report

    Write = Callable[[Report, str], str]
    WriteRating = Callable[[Rating, Report, str], str]
    WriteComparison = Callable[[Changes, str, int, TextIO], None]


def _writer(module: str, name: str = "write") -> Callable[..., Any]:
    """Return a function of a module, which is imported when it is first called."""

    def write(*arguments: object) -> object:
        return getattr(import_module(module), name)(*arguments)

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
"""Name of a format -> how a report is written in it."""

RATINGS: Mapping[str, WriteRating] = {
    "text": _writer("linkedproj.reports.rating", "write_text"),
    "json": _writer("linkedproj.reports.rating", "write_json"),
}
"""Name of a format -> how a rating, with the report of its findings, is written in it: (rating, report, language)."""

COMPARISONS: Mapping[str, WriteComparison] = {
    "text": _writer("linkedproj.changes.formats", "write_text"),
    "json": _writer("linkedproj.changes.formats", "write_json"),
    "html": _writer("linkedproj.changes.formats", "write_html"),
}
"""Name of a format -> how a comparison of two releases is written in it: (changes, language, limit, file)."""
