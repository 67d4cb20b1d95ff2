"""linkedproj import: turn what a source offers into tables, with what is repaired, and what is to be decided."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click


@click.command(name="import")
@click.argument("source", required=False)
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="FILE...")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="The portfolio's folder.")
@click.option("--as", "name", metavar="NAME", help="What this source is called, beside others of the same importer.")
@click.option("--read-on", metavar="DAY", help="The day the files were fetched (default: today).")
@click.option("--guess", "guessed", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="Propose an importer for a table nobody has described.")  # fmt: skip
@click.option("--list", "is_listed", is_flag=True, help="List the importers there are.")
def command(
    source: str | None,
    files: tuple[Path, ...],
    *,
    into: Path | None,
    name: str | None,
    read_on: str | None,
    guessed: Path | None,
    is_listed: bool,
) -> None:
    """Import the files of a SOURCE into tables, and say of every row what became of it.

    SOURCE names an importer: one that is shipped, one in importers/ of the portfolio, or the path of a file. For a
    table that none of them reads, --guess writes a first one; look at it, correct it, and name it as SOURCE.

    Raises:
        UsageError: the source, its files or the folder is not named.
    """
    from dataclasses import replace

    from linkedproj.importers.run import import_source
    from linkedproj.importers.spec import find_importer, refuse_day, shipped_importers
    from linkedproj.reports.imported import imported_lines
    from linkedproj.reports.progress import Progress

    if is_listed:
        for each in shipped_importers():
            click.echo(f"{each:12}  {find_importer(each, None).title}")
        return
    if guessed:
        from linkedproj.importers.guessing import guess
        from linkedproj.model.lists import read_lists
        from linkedproj.model.paths import shipped

        lists = {each.name: each for each in read_lists(shipped("ontology")).values()}
        click.echo(guess(guessed, lists, name or "").text, nl=False)
        return
    if not source or not files or into is None:
        raise click.UsageError("name a source, its files, and the folder of the portfolio: SOURCE FILE… --into DIR")
    importer = find_importer(source, into)
    if name:
        importer = replace(importer, name=name)
    day = refuse_day(read_on or dt.datetime.now(tz=dt.UTC).date().isoformat())
    with Progress() as tell:
        done = import_source(importer, files, into, day, tell)
    click.echo("\n".join([*imported_lines(done), f"next: linkedproj check {done.folder}"]))
