"""linkedproj renew: take a newer version of a list that others keep, such as the countries of the European Union."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="renew")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False, metavar="[DIR]")
def command(file: Path, folder: Path | None) -> None:
    """Renew the list of codes that FILE is about, a table downloaded from the EU's Publications Office.

    A text file of GeoNames (cities500.txt) renews the places whose country and point are known. What is written lies
    in DIR (default: ontology/lists in the portfolio that is here, or in data), where it wins over what ships with the
    program.

    Exit codes: 0 written, 2 the file is no such table.
    """
    from linkedproj.importers.authority import renew
    from linkedproj.model.lists import FOLDER, read_lists
    from linkedproj.model.ontology import NAME
    from linkedproj.model.paths import require_portfolio, shipped

    into = folder or require_portfolio(None) / NAME / FOLDER
    ontology = shipped("ontology")
    done = renew(file, read_lists(ontology), ontology, into)
    click.echo(f"{done.path.as_posix()}: {done.codes} rows, of {done.version}.")
    for what, codes in (("New", done.added), ("Gone", done.removed)):
        if codes:
            click.echo(f"{what}: {', '.join(codes)}.")
