"""linkedproj rate: judge a published folder as the portals would."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.model.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.catalog.rate import Rating


@click.command(name="rate")
@click.argument("public", type=click.Path(path_type=Path), default=Path("public"), metavar="[PUBLIC]")
@click.option("--live", default="", metavar="URL", help="Try every download at this address, where PUBLIC is served.")
@click.option(
    "--shapes",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Run the official shape files in this folder too.",
)
@click.option("--profile", default="", metavar="NAME", help="Judge by this profile only, claimed or not.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How the rating is written."
)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the findings.")
def command(public: Path, *, live: str, shapes: Path | None, profile: str, form: str, lang: str) -> None:
    """Rate the catalogue in PUBLIC (default: public): the rules of portals, and 405 points with each loss explained.

    Exit codes: 0 nothing lost, 1 something can be won or must be corrected, 2 the set-up is wrong.
    """
    from linkedproj.catalog.rate import is_perfect, rate
    from linkedproj.model.folder import current_ontology
    from linkedproj.model.rules import load_rules
    from linkedproj.reports import REPORTS
    from linkedproj.reports.report import Report

    ontology = current_ontology()
    rating = rate(public, ontology.path, live, shapes, profile)
    report = Report(rating.problems, {}, load_rules(ontology.path / "shapes.ttl", "ontology/shapes.ttl"))
    text = REPORTS[form](report, lang)
    if form == "json":
        text = json.dumps(_figures(rating) | json.loads(text), ensure_ascii=False, indent=2) + "\n"
    else:
        text = (text if rating.problems else "") + "\n".join(_lines(rating)) + "\n"
    click.echo(text, nl=False)
    sys.exit(0 if is_perfect(rating) else 1)


def _figures(rating: Rating) -> dict[str, object]:
    from linkedproj.catalog.rate.mqa import possible

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
    from linkedproj.catalog.rate.mqa import dimension_points, possible

    score = rating.score
    yield f"profiles: {', '.join(rating.profiles) or 'none'}"
    for run in rating.runs:
        dropped = f"; {len(run.dropped)} references that lead to nothing dropped" if run.dropped else ""
        yield f"official {run.name}: {run.count('violation')} violations, {run.count('warning')} warnings{dropped}"
    yield from (f"{name}: {points} of {dimension_points(name)}" for name, points in score.points.items())
    untried = f"; {score.untried} more with --live, if the addresses answer" if score.untried else ""
    yield f"{score.total} of {possible()} points: {score.word}{untried}"
