"""The rating of a published folder: what portals object to, and the points with what they were given for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from linkedproj.catalog.rate.mqa import dimension_points, possible
from linkedproj.reports import REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.catalog.rate import Rating
    from linkedproj.reports.report import Report


def write_text(rating: Rating, report: Report, language: str) -> str:
    """Write the findings, if there are any, and then the points."""
    found = REPORTS["text"](report, language) if rating.problems else ""
    return found + "\n".join(_lines(rating)) + "\n"


def write_json(rating: Rating, report: Report, language: str) -> str:
    """Write one JSON object: the figures, and the findings as the report has them."""
    found = json.loads(REPORTS["json"](report, language))
    return json.dumps(_figures(rating) | found, ensure_ascii=False, indent=2) + "\n"


def _figures(rating: Rating) -> dict[str, object]:
    score = rating.score
    return {
        "score": score.total,
        "possible": possible(),
        "untried": score.untried,
        "rating": score.word,
        "dimensions": dict(score.points),
        "profiles": list(rating.profiles),
        "official": [
            {
                "run": run.name,
                "violations": run.count("violation"),
                "warnings": run.count("warning"),
                "dropped": list(run.dropped),
            }
            for run in rating.runs
        ],
    }


def _lines(rating: Rating) -> Iterator[str]:
    score = rating.score
    yield f"profiles: {', '.join(rating.profiles) or 'none'}"
    for run in rating.runs:
        dropped = f"; {len(run.dropped)} references that lead to nothing dropped" if run.dropped else ""
        yield f"official {run.name}: {run.count('violation')} violations, {run.count('warning')} warnings{dropped}"
    yield from (f"{name}: {points} of {dimension_points(name)}" for name, points in score.points.items())
    untried = f"; {score.untried} more with --live, if the addresses answer" if score.untried else ""
    yield f"{score.total} of {possible()} points: {score.word}{untried}"
