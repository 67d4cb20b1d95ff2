"""linkedproj show: all that is known of one record."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.model.languages import LANGUAGES

if TYPE_CHECKING:
    from linkedproj.queries.ask.sources import StoreSource


def _complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the records of the data that are asked, to a shell that completes."""
    from linkedproj.model.errors import LinkedprojError
    from linkedproj.model.folder import current_ontology
    from linkedproj.queries.ask.about import record_names
    from linkedproj.queries.saved.bases import context_of

    try:
        source = _source(ctx.params.get("data") or (), ctx.params.get("records"))
        in_force = current_ontology()
        names = set(record_names(source.store, context_of(source.base, in_force.path)))
    except LinkedprojError:
        return []
    return sorted(name for name in names if name.startswith(incomplete))


@click.command(name="show")
@click.argument("record", metavar="TYPE/ID", shell_complete=_complete)
@click.option("--data", metavar="PATH", type=click.Path(path_type=Path), multiple=True, help="A dump, or RDF files.")
@click.option(
    "--records",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The tables in this folder; no dump is needed.",
)
@click.option("--lang", metavar="TAG", default="en", help="Language of labels and texts, where there are any in it.")
def command(record: str, *, data: tuple[Path, ...], records: Path | None, lang: str) -> None:
    """Show all that public/dump/latest knows of a record, such as project/smath.

    Each value is followed by the sentence and the source it was read in; "←" marks records that lead here.
    """  # noqa: DOC501 - shown as help
    if data and records:
        raise click.UsageError("--data and --records exclude each other.")
    from linkedproj.changes.words import column
    from linkedproj.model.folder import current_ontology, open_folder
    from linkedproj.queries.ask.about import look_up
    from linkedproj.queries.saved.bases import context_of
    from linkedproj.reports.model.tables import phrase

    source = _source(data, records)
    in_force = open_folder(records).in_force if records else current_ontology()
    known = look_up(source.store, context_of(source.base, in_force.path), record, lang)
    spoken = lang if lang in LANGUAGES else LANGUAGES[0]
    click.echo(known.text(partial(column, spoken), phrase(spoken, "rejected")), nl=False)


def _source(data: tuple[Path, ...], records: Path | None) -> StoreSource:
    from linkedproj.queries.ask.sources import files_source
    from linkedproj.queries.records import records_source

    return records_source(records) if records else files_source(data)
