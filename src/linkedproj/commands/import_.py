"""linkedproj import: turn what a source offers into tables, with what is repaired, and what is to be decided."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from linkedproj.importers.run import Imported


@click.command(name="import")
@click.argument("source", required=False)
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="FILE...")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="The portfolio's folder.")
@click.option("--as", "name", metavar="NAME", help="What this source is called, beside others of the same importer.")
@click.option("--read-on", metavar="DAY", help="The day the files were fetched (default: today).")
@click.option("--list", "is_listed", is_flag=True, help="List the importers there are.")
def command(
    source: str | None,
    files: tuple[Path, ...],
    *,
    into: Path | None,
    name: str | None,
    read_on: str | None,
    is_listed: bool,
) -> None:
    """Import the files of a SOURCE into tables, and say of every row what became of it.

    SOURCE names an importer: one that is shipped, one in importers/ of the portfolio, or the path of a file.
    """
    from dataclasses import replace

    from linkedproj.importers.run import import_source
    from linkedproj.importers.spec import find_importer, refuse_day, shipped_importers
    from linkedproj.reports.progress import Progress

    if is_listed:
        for each in shipped_importers():
            click.echo(f"{each:12}  {find_importer(each, None).title}")
        return
    if not source or not files or into is None:
        raise click.UsageError("name a source, its files, and the folder of the portfolio: SOURCE FILE… --into DIR")
    importer = find_importer(source, into)
    if name:
        importer = replace(importer, name=name)
    day = refuse_day(read_on or dt.datetime.now(tz=dt.UTC).date().isoformat())
    with Progress() as tell:
        done = import_source(importer, files, into, day, tell)
    click.echo("\n".join(_lines(done)))


def _lines(done: Imported) -> list[str]:
    """Word what became of the rows, what is in the tables, and what is to be decided."""
    from linkedproj.importers.decisions import FOLDER, REPAIRS, REVIEW

    lines = ["rows", *(
        f"  {each.name}: {each.rows:,} = {each.records:,} in records + {each.review:,} in {REVIEW} + {each.repairs:,} in {REPAIRS}"
        for each in done.counted.values()
    )]  # fmt: skip
    for each in done.counted.values():
        if each.unread:
            lines.append(f"  columns of {each.name} that are not read: {', '.join(each.unread)}")
        if each.absent:
            lines.append(f"  columns that {each.name} does not have: {', '.join(each.absent)}")
    kept = done.kept
    counts = (
        f"{number:,} {table}" + (f" ({kept.new[table]:,} new)" if kept.new[table] != number else "")
        for table, number in sorted(kept.records.items())
    )
    lines.append("records: " + ", ".join(counts))
    changes = [
        (kept.changed, "values changed in the source"), (kept.by_hand, "edits by hand kept"),
        (kept.ranked, "values beside those of another source"), (kept.gone, "records that the source has no more"),
        (kept.removed, "records taken out"),
    ]  # fmt: skip
    if told := [f"{number:,} {what}" for number, what in changes if number]:
        lines.append("since the last import: " + ", ".join(told))
        lines += [f"  {line}" for line in kept.told]
    if done.pairs:
        lines.append("pairs that may be one: " + ", ".join(f"{n:,} {kind}" for kind, n in sorted(done.pairs.items())))
    repaired = ", ".join(f"{n:,} {rule}" for rule, n in sorted(done.repairs.items()))
    lines.append(f"repaired: {repaired or 'nothing'} ({done.folder / FOLDER / REPAIRS})")
    asked = ", ".join(f"{n:,} {kind}" for kind, n in sorted(done.questions.items()))
    lines.append(f"to decide: {asked or 'nothing'}; answered: {done.answered:,} ({done.folder / FOLDER / REVIEW})")
    lines += [f"note: {remark}" for remark in done.remarks]
    lines.append(f"next: linkedproj check {done.folder}")
    return lines
