"""linkedproj import: bring into a portfolio what stands elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from linkedproj.model.languages import LANGUAGES


@click.command(name="import")
@click.argument("source", type=click.Choice(["workbook"]))
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--into", metavar="DIR", type=click.Path(path_type=Path), help="The portfolio (default: here, else data)."
)
@click.option("--delete", is_flag=True, help="Let rows go from the tables that are gone from the workbook.")
@click.option("--rename", is_flag=True, help="Take ids that were changed; what names them is not changed.")
@click.option("--dry-run", is_flag=True, help="Tell what would change, and write nothing.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of what is told.")
def command(
    source: str, files: tuple[Path, ...], into: Path | None, *, delete: bool, rename: bool, dry_run: bool, lang: str
) -> None:
    """Bring back FILE, a workbook that 'linkedproj export workbook' wrote: what was changed in it, and nothing else.

    Each change is told: where it stands in the table, what was there, what is there now. Where something cannot be
    taken, that is told, and no table is changed.

    Exit codes: 0 done, 1 nothing was written because of what is told, 2 the call is wrong.
    """
    from linkedproj.importers.roundtrip.back import bring_back
    from linkedproj.model.folder import open_folder
    from linkedproj.model.paths import require_portfolio
    from linkedproj.reports.changed import tell_plan

    del source  # there is one so far
    folder = open_folder(require_portfolio(into))
    code = 0
    for file in files:
        plan = bring_back(file, str(file), folder, delete=delete, rename=rename)
        if not plan.is_stopped and not dry_run:
            plan.write()
        told = tell_plan(plan, str(file), lang, is_written=not dry_run)
        click.echo(told, nl=False)
        code = code or int(plan.is_stopped)
    sys.exit(code)
