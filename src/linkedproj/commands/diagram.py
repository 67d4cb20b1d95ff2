"""linkedproj diagram: the picture of the model."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="diagram")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the SVG here instead of printing it."
)
def command(out: Path | None) -> None:
    """Draw the record types, their columns and their links as SVG.

    Everything in the picture is read from ontology/context.jsonld, shapes.ttl and linkedproj.ttl.
    """
    from linkedproj.model.paths import shipped
    from linkedproj.model.schema import load_schema
    from linkedproj.writers.diagram import draw

    picture = draw(load_schema(shipped("ontology")))
    if out:
        out.write_bytes(picture.encode())
    else:
        click.echo(picture, nl=False)
