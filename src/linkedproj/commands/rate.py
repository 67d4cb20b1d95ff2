"""linkedproj rate: judge a published folder as the portals would."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from linkedproj.model.languages import LANGUAGES
from linkedproj.reports import RATINGS


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
@click.option("--format", "form", type=click.Choice(list(RATINGS)), default="text", help="How the rating is written.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the findings.")
def command(public: Path, *, live: str, shapes: Path | None, profile: str, form: str, lang: str) -> None:
    """Rate the catalogue in PUBLIC (default: public): the rules of portals, and 405 points with each loss explained.

    Exit codes: 0 nothing lost, 1 something can be won or must be corrected, 2 the set-up is wrong.
    """
    from linkedproj.catalog.rate import is_perfect, rate
    from linkedproj.model.folder import current_ontology
    from linkedproj.model.rules import load_rules
    from linkedproj.reports.report import Report

    ontology = current_ontology()
    rating = rate(public, ontology.path, live, shapes, profile)
    report = Report(rating.problems, {}, load_rules(ontology.path / "shapes.ttl", "ontology/shapes.ttl"))
    click.echo(RATINGS[form](rating, report, lang), nl=False)
    sys.exit(0 if is_perfect(rating) else 1)
