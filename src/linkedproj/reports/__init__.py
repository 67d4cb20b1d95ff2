"""What was found, for people and for programs: reports of a check, one format a module, and what a build has to tell.

A format prints from a `Report`, which knows the problems in order, what they were found in, and how they are worded in
each language. `progress` is what a terminal shows meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.reports import csv, github, html, json, sarif, text, turtle
from linkedproj.reports.report import Report, exit_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["REPORTS", "Report", "exit_code"]

# A format is a module with `write(report, language)`, and a row here.
REPORTS: Mapping[str, Callable[[Report, str], str]] = {
    "text": text.write,
    "json": json.write,
    "sarif": sarif.write,
    "github": github.write,
    "turtle": turtle.write,
    "html": html.write,
    "csv": csv.write,
}
