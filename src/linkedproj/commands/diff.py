"""linkedproj diff: say what changed between two releases."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from linkedproj.model.languages import LANGUAGES
from linkedproj.reports import COMPARISONS


@click.command(name="diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the words and labels.")
@click.option("--format", "form", type=click.Choice(list(COMPARISONS)), default="text", help="How it is written.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help="Tell so many records of each type one by one, 0 for all (200; json: all).",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def command(*, old: Path, new: Path, lang: str, form: str, limit: int | None, out: Path | None) -> None:
    """Say what changed from OLD to NEW, record by record.

    Each is a folder of a release, such as public/dump/2026.11.0, or a dump: .nt, .ttl, .jsonld or .rdf, also with .gz.
    Dumps may be larger than memory. Sources are told when evidence.ttl lies beside the newer dump; columns and codes
    have the names that the ontology beside each dump gives them.
    Exit codes: 0 compared, 2 one of them cannot be read.
    """
    from linkedproj.changes import LIMIT, compare
    from linkedproj.changes.files import replacing
    from linkedproj.model.folder import current_ontology

    if limit is None:
        limit = 0 if form == "json" else LIMIT
    write = COMPARISONS[form]
    ontology = current_ontology()
    with compare(old, new, ontology=ontology.path) as changes:
        if out is None:
            write(changes, lang, limit, sys.stdout)
            return
        with replacing(out, through_links=True) as file:
            write(changes, lang, limit, file)
    click.echo(f"Written to {out}.")
