"""linkedproj diagram: the picture of the model."""

from __future__ import annotations

import click


@click.command(name="diagram")
@click.option("--links", is_flag=True, help="Only the record types and the links between them, without the columns.")
@click.option("--all", "every", is_flag=True, help="With --links, the record types beside the core as well.")
def command(links: bool, every: bool) -> None:
    """Print the record types, their columns and their links as a Mermaid diagram.

    The core comes first. With --links the rest, such as grants and outputs, is left out unless --all asks for it.

    Forges, wikis and editors draw it from a block of Markdown that begins with ```mermaid. All of it is read from
    ontology/context.jsonld, shapes.ttl and linkedproj.ttl.
    """
    from linkedproj.model.folder import current_ontology
    from linkedproj.model.schema import load_schema
    from linkedproj.writers.diagram import draw

    ontology = current_ontology()
    click.echo(draw(load_schema(ontology.path), columns=not links, details=every or not links), nl=False)
