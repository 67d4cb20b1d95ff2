"""linkedproj new: the folder of a portfolio to begin with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from linkedproj.importers.new import Start

_LANGUAGES, _BASE = "en", "https://data.example.org/"


@click.command(name="new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--languages", metavar="TAGS", help=f"Languages of the texts, such as en,fi (default: {_LANGUAGES}).")
@click.option("--base", metavar="IRI", help=f"What all IRIs begin with (default: {_BASE}).")
@click.option("--title", metavar="TEXT", help="What the portfolio is called (default: after the folder).")
@click.option("--workbook", is_flag=True, help="Keep the tables in a workbook with lists of choices, not in CSV files.")
def command(folder: Path, *, languages: str | None, base: str | None, title: str | None, workbook: bool) -> None:
    """Begin a portfolio in the new folder DIR: settings, example tables, and what publishes them.

    What is not given is asked for on a terminal, and else has its default. The portfolio is sound and can be built at
    once; its records are made up, and replaced by yours.
    """
    from linkedproj.importers.new import Start, read_base, read_languages, refuse_occupied

    refuse_occupied(folder)
    tags = read_languages(_asked(languages, "Languages of the texts, the first one first", _LANGUAGES))
    begins = read_base(_asked(base, "What all IRIs begin with, an address of yours", _BASE))
    named = folder.resolve().name.replace("-", " ").replace("_", " ")
    called = _asked(title, "Title of the portfolio", named[:1].upper() + named[1:]).strip()
    start = Start(tags, begins, called or named)
    files = _write(folder, start, workbook=workbook)
    click.echo("\n".join(f"{folder / name}" for name in files))
    click.echo(f"next: cd {folder} · linkedproj check · linkedproj build · linkedproj schema")


def _asked(given: str | None, question: str, default: str) -> str:
    if given is not None:
        return given
    return str(click.prompt(question, default=default)) if sys.stdin.isatty() and sys.stdout.isatty() else default


def _write(folder: Path, start: Start, *, workbook: bool) -> list[str]:
    """Write the files of a portfolio, and return their names."""
    from linkedproj.importers.new import DATA, example_tables, plan, write, write_csv
    from linkedproj.importers.workbook import can_write, write_workbook

    texts, tables = plan(folder.resolve().name, start), example_tables(start)
    if workbook and not can_write():
        click.echo("No workbook: it needs pip install 'linkedproj[spreadsheets]'. The tables are CSV files.", err=True)
        workbook = False
    if workbook:
        from linkedproj.model.columns import Explained
        from linkedproj.model.paths import shipped
        from linkedproj.model.schema import load_schema

        # A new folder has no ontology of its own yet, whatever the portfolio that the command is run in has.
        schema = load_schema(shipped("ontology"), start.base)
        name = f"{DATA}/tables.xlsx"
        write(folder, texts)
        write_workbook(folder / name, tables, schema, Explained.of(schema, shipped("ontology")))
        return [*texts, name]
    texts |= {f"{DATA}/{table}.csv": write_csv(rows) for table, rows in tables.items()}
    write(folder, texts)
    return list(texts)
