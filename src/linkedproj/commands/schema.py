"""linkedproj schema: which tables and columns there are, what they mean, and which codes they take."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.model.languages import LANGUAGES

if TYPE_CHECKING:
    from linkedproj.reports.model.tables import Model

_FORMATS = ("text", "markdown", "frictionless")


@click.command(name="schema")
@click.argument("table", metavar="[TABLE]", default="")
@click.option(
    "--records",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The portfolio it is about (default: here, else data, where that is one).",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", help="How it is written.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the explanations.")
def command(*, table: str, records: Path | None, form: str, lang: str) -> None:
    """Explain the columns of TABLE; without it, list the tables.

    As Markdown and without a TABLE, all of it is written, with the settings of portfolio.toml and the codes.
    """  # noqa: DOC501 - shown as help
    model = _model(records, lang)
    kinds = model.says.tables()
    chosen = [kind for kind in kinds if kind.table == table.lower()] if table else kinds
    if not chosen:
        names = [kind.table for kind in kinds]
        near = difflib.get_close_matches(table.lower(), names, 1)
        advice = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(names)}."
        raise click.UsageError(f"there is no table '{table}'. {advice}")
    if form == "frictionless":
        from linkedproj.reports.model.frictionless import write_schemas

        click.echo(write_schemas(model, chosen), nl=False)
    elif form == "markdown":
        click.echo("\n".join(model.markdown(kind) for kind in chosen) if table else _reference(model), nl=False)
    else:
        click.echo(model.table(chosen[0]) if table else model.overview(), nl=False)


def _model(records: Path | None, lang: str) -> Model:
    from linkedproj.model.columns import Explained
    from linkedproj.model.folder import open_folder
    from linkedproj.model.paths import current_portfolio, shipped
    from linkedproj.model.schema import load_schema
    from linkedproj.reports.model.tables import Model

    folder = records or current_portfolio()
    if folder is None:
        schema = load_schema(shipped("ontology"))
        return Model(schema, Explained.of(schema, shipped("ontology")), ("en",), lang)
    opened = open_folder(folder)
    return Model(opened.schema, Explained.of(opened.schema, opened.ontology), opened.config.languages, lang)


def _reference(model: Model) -> str:
    from linkedproj.reports.model.settings import markdown_settings
    from linkedproj.reports.model.tables import phrase

    title, lead, generated = (phrase(model.language, name) for name in ("reference", "reference_lead", "generated"))
    head = f"# {title}\n\n<!-- {generated} -->\n\n{lead}\n"
    tables = [model.markdown(kind) for kind in model.says.tables()]
    return "\n".join([head, markdown_settings(model.language), *tables, model.markdown_codes()]).rstrip("\n") + "\n"
