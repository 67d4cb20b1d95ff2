"""linkedproj build: check the records and publish the dumps."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from linkedproj.errors import DataError


@click.command(name="build")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("data"), metavar="[DIR]")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("public"), help="Folder to publish into."
)
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Look up every quote in the private copies of the sources in this folder.",
)
@click.option("--lang", type=click.Choice(["en", "ca", "es"]), default="en", help="Language of the findings.")
def command(folder: Path, out: Path, sources: Path | None, lang: str) -> None:
    """Check the tables in DIR (default: data) and write the dumps to OUT/dump/<version>/ and OUT/dump/latest/.

    If anything must be corrected, nothing is written and what was published before stays as it is.
    Exit codes: 0 published, 1 something must be corrected, 2 the set-up is wrong.
    """
    from linkedproj.build import build
    from linkedproj.progress import Progress
    from linkedproj.reports import REPORTS
    from linkedproj.summary import built_lines, report_of

    try:
        with Progress() as tell:
            built = build(folder, out, sources, tell)
    except DataError as error:
        click.echo(REPORTS["text"](report_of(error.findings), lang), err=True)  # type: ignore[arg-type]  # see DataError
        kept = f"{out}/ is as it was" if out.exists() else f"{out}/ was not made"
        click.echo(f"Nothing was published; {kept}.", err=True)
        sys.exit(1)
    report = report_of(built.findings)
    if report.problems:
        click.echo(f"{report.total(lang)} To see them: linkedproj check", err=True)
    click.echo("\n".join(built_lines(built)))
