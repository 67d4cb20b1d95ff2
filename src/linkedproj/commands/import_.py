"""linkedproj import: turn what a source offers into tables, and bring back a workbook of them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.model.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORKBOOK = "workbook"


@click.command(name="import")
@click.argument("source", required=False)
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="FILE...")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="The portfolio's folder.")
@click.option("--as", "name", metavar="NAME", help="What this source is called, beside others of the same importer.")
@click.option("--read-on", metavar="DAY", help="The day the files were fetched (default: today).")
@click.option(
    "--guess",
    "guessed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Propose an importer for a table nobody has described.",
)
@click.option("--list", "is_listed", is_flag=True, help="List the importers there are.")
@click.option("--delete", is_flag=True, help="workbook: let rows go from the tables that are gone from it.")
@click.option("--rename", is_flag=True, help="workbook: take ids that were changed; what names them is not changed.")
@click.option("--dry-run", is_flag=True, help="workbook: tell what would change, and write nothing.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of what is told and asked.")
def command(
    source: str | None,
    files: tuple[Path, ...],
    *,
    into: Path | None,
    name: str | None,
    read_on: str | None,
    guessed: Path | None,
    is_listed: bool,
    delete: bool,
    rename: bool,
    dry_run: bool,
    lang: str,
) -> None:
    """Import the files of a SOURCE into tables, and say of every row what became of it.

    SOURCE names an importer: one that is shipped (--list), one in importers/ of the portfolio, or the path of a file.
    For a table that none of them reads, --guess writes a first one; look at it, correct it, and name it as SOURCE.

    With 'workbook' as SOURCE, FILE is one that 'linkedproj export workbook' wrote: what was changed in it comes back
    into the tables, and nothing else. Where something cannot be taken, that is told, and no table is changed.

    Exit codes: 0 done, 1 nothing was written because of what is told, 2 the call or the set-up is wrong.
    """
    if is_listed:
        _list(lang)
    elif guessed:
        _guess(guessed, name or "", lang)
    else:
        own, others = (delete, rename, dry_run), (name, read_on)
        asked = _asked(source, files, into, of_workbook=any(own), of_others=any(others))
        if asked != _WORKBOOK and into:
            _import(asked, files, into, lang, name=name, read_on=read_on)
        else:
            sys.exit(_bring_back(files, into, lang, delete=delete, rename=rename, dry_run=dry_run))


def _asked(source: str | None, files: Sequence[Path], into: Path | None, *, of_workbook: bool, of_others: bool) -> str:
    """Return the source that is asked for.

    Raises:
        UsageError: the source, its files or the folder is not named, or an option is of another source.
    """
    if not source or not files or (into is None and source != _WORKBOOK):
        raise click.UsageError("name a source, its files, and the folder of the portfolio: SOURCE FILE… --into DIR")
    if source == _WORKBOOK and of_others:
        raise click.UsageError("--as and --read-on are of other sources: a workbook holds tables of the portfolio.")
    if source != _WORKBOOK and of_workbook:
        raise click.UsageError("--delete, --rename and --dry-run are of the source 'workbook'.")
    return source


def _list(lang: str) -> None:
    from linkedproj.importers.source.loading import find_importer, shipped_importers
    from linkedproj.reports.words import phrase

    for each in shipped_importers():
        click.echo(f"{each:12}  {find_importer(each, None).title}")
    click.echo(f"{_WORKBOOK:12}  {phrase(lang, 'import_workbook')}")


def _guess(file: Path, name: str, lang: str) -> None:
    from linkedproj.importers.guess import guess
    from linkedproj.model.lists import read_lists
    from linkedproj.model.paths import shipped

    lists = {each.name: each for each in read_lists(shipped("ontology")).values()}
    click.echo(guess(file, lists, name, language=lang).text, nl=False)


def _import(
    source: str, files: Sequence[Path], into: Path, lang: str, *, name: str | None, read_on: str | None
) -> None:
    from dataclasses import replace

    from linkedproj.importers.source.dates import refuse_day
    from linkedproj.importers.source.loading import find_importer
    from linkedproj.importers.source.run import import_source
    from linkedproj.reports.imported import imported_lines
    from linkedproj.reports.progress import Progress
    from linkedproj.reports.words import phrase

    importer = find_importer(source, into)
    if name:
        importer = replace(importer, name=name)
    day = refuse_day(read_on or dt.datetime.now(tz=dt.UTC).date().isoformat())
    with Progress() as tell:
        done = import_source(importer, files, into, day, tell, language=lang)
    click.echo("\n".join([*imported_lines(done, lang), phrase(lang, "import_next", folder=done.folder)]))


def _bring_back(
    files: Sequence[Path], into: Path | None, lang: str, *, delete: bool, rename: bool, dry_run: bool
) -> int:
    """Bring back workbooks; return the exit code."""
    from linkedproj.importers.roundtrip.back import bring_back
    from linkedproj.model.folder import open_folder
    from linkedproj.model.paths import require_portfolio
    from linkedproj.reports.changed import tell_plan

    folder = open_folder(require_portfolio(into))
    code = 0
    for file in files:
        plan = bring_back(file, str(file), folder, delete=delete, rename=rename)
        if not plan.is_stopped and not dry_run:
            plan.write()
        click.echo(tell_plan(plan, str(file), lang, is_written=not dry_run), nl=False)
        code = code or int(plan.is_stopped)
    return code
