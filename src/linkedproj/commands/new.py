"""linkedproj new: the folder of a portfolio to begin with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.model.languages import LANGUAGES

if TYPE_CHECKING:
    from linkedproj.importers.new import Start

_LANGUAGES, _BASE, _OUT = "en", "https://data.example.org/", "public"


@click.command(name="new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--languages", metavar="TAGS", help=f"Languages of the texts, such as en,fi (default: {_LANGUAGES}).")
@click.option("--base", metavar="IRI", help=f"What all IRIs begin with (default: {_BASE}).")
@click.option("--title", metavar="TEXT", help="What the portfolio is called (default: after the folder).")
@click.option("--from", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="Begin with the rows of a table of yours: CSV, XLSX or ODS.")  # fmt: skip
@click.option("--workbook", is_flag=True, help="Keep the tables in a workbook with lists of choices, not in CSV files.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of what is told and asked.")
def command(
    folder: Path,
    *,
    languages: str | None,
    base: str | None,
    title: str | None,
    source: Path | None,
    workbook: bool,
    lang: str,
) -> None:
    """Begin a portfolio in the new folder DIR: settings, example tables, and what publishes them.

    What is not given is asked for on a terminal, and else has its default. The portfolio is sound and can be built at
    once; its records are made up, and replaced by yours. With --from they are yours from the beginning: what the
    columns of FILE mean is guessed and written down in importers/, the rows become tables, and these are checked and
    built.
    """
    from linkedproj.importers.new import Start, read_base, read_languages, refuse_occupied
    from linkedproj.reports.words import phrase

    refuse_occupied(folder)
    tags = read_languages(_asked(languages, phrase(lang, "new_languages"), _LANGUAGES))
    begins = read_base(_asked(base, phrase(lang, "new_base"), _BASE))
    named = folder.resolve().name.replace("-", " ").replace("_", " ")
    called = _asked(title, phrase(lang, "new_title"), named[:1].upper() + named[1:]).strip()
    start = Start(tags, begins, called or named)
    if source:
        _begin_from(source, folder, start, lang)
        return
    files = _write(folder, start, lang, workbook=workbook)
    click.echo("\n".join(f"{folder / name}" for name in files))
    commands = f"cd {folder} · linkedproj check · linkedproj build · linkedproj schema"
    click.echo(phrase(lang, "new_next", commands=commands))


def _asked(given: str | None, question: str, default: str) -> str:
    if given is not None:
        return given
    return str(click.prompt(question, default=default)) if sys.stdin.isatty() and sys.stdout.isatty() else default


def _write(folder: Path, start: Start, lang: str, *, workbook: bool) -> list[str]:
    """Write the files of a portfolio, and return their names."""
    from linkedproj.importers.new import DATA, example_tables, plan, write, write_csv
    from linkedproj.importers.workbook import can_write, write_workbook
    from linkedproj.reports.words import phrase

    texts, tables = plan(folder.resolve().name, start), example_tables(start)
    if workbook and not can_write():
        click.echo(phrase(lang, "new_csv"), err=True)
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


def _begin_from(source: Path, folder: Path, start: Start, lang: str) -> None:
    """Begin a portfolio with the rows of a table: guess, import, check, build.

    Raises:
        DataError: the records are not sound.
    """
    from dataclasses import replace

    from linkedproj.build import build
    from linkedproj.importers.guess import guess
    from linkedproj.importers.new import DATA, plan, write
    from linkedproj.importers.source.decisions import FOLDER as DECIDED
    from linkedproj.importers.source.decisions import REVIEW
    from linkedproj.importers.source.loading import FOLDER, load_importer
    from linkedproj.importers.source.run import import_source
    from linkedproj.importers.source.start import SETTINGS, settings_of
    from linkedproj.model.errors import DataError
    from linkedproj.model.lists import read_lists
    from linkedproj.model.paths import shipped
    from linkedproj.reports import REPORTS
    from linkedproj.reports.imported import imported_lines
    from linkedproj.reports.progress import Progress
    from linkedproj.reports.summary import report_of
    from linkedproj.reports.words import phrase

    data = folder / DATA
    lists = {each.name: each for each in read_lists(shipped("ontology")).values()}
    found = guess(source, lists, language=lang)
    own = f"{DATA}/{FOLDER}/{found.name}.toml"
    texts = plan(folder.resolve().name, start) | {own: found.text}
    write(folder, texts)
    importer = load_importer(folder / own, (folder / own).as_posix())
    # What the importer says itself, such as what the source is called, stays in its own language.
    others = [tag for tag in importer.languages if tag not in start.languages]
    importer = replace(importer, languages=start.languages, further_languages=(*importer.further_languages, *others))
    settings = settings_of(importer, folder, start.today.isoformat(), start.base, start.title, language=lang)
    write(folder, {f"{DATA}/{SETTINGS}": settings})
    with Progress() as tell:
        done = import_source(importer, [source], data, start.today.isoformat(), tell, language=lang)
    known = sum(bool(each.meaning) for each in found.columns)
    click.echo(phrase(lang, "new_guessed", known=known, all=len(found.columns), file=folder / own))
    click.echo("\n".join(imported_lines(done, lang)))
    with Progress() as tell:
        try:
            built = build(data, folder / _OUT, site=True, tell=tell)
        except DataError as error:
            click.echo(REPORTS["text"](report_of(error.findings), lang), nl=False)  # type: ignore[arg-type]  # see DataError
            raise
    click.echo(REPORTS["text"](report_of(built.findings), lang), nl=False)
    click.echo(phrase(lang, "new_built", folder=built.latest.as_posix()))
    again = f"linkedproj import {DATA}/{FOLDER}/{found.name}.toml FILE --into {DATA}"
    look = {"importer": folder / own, "review": data / DECIDED / REVIEW, "folder": folder}
    click.echo(phrase(lang, "new_look", command=again, **look))
