"""linkedproj export: the tables of a portfolio in another form, for whoever edits them there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.model.languages import LANGUAGES

if TYPE_CHECKING:
    from linkedproj.model.errors import Problem
    from linkedproj.model.folder import Folder

_SUFFIX = ".xlsx"


@click.group(name="export")
def command() -> None:
    """Write the tables of a portfolio for other programs; 'linkedproj import' brings them back."""


@command.command()
@click.argument("file", metavar=f"FILE{_SUFFIX}", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--data", metavar="DIR", type=click.Path(path_type=Path), help="The portfolio (default: here, else data)."
)
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there: what was edited in it is lost.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of what is told here.")
def workbook(file: Path, data: Path | None, *, overwrite: bool, lang: str) -> None:
    """Write all tables into one workbook: edit it in Excel or LibreOffice, and bring it back.

    It has a sheet a table, with lists of choices, and at the head of each column what it means; the sheet
    _translations has what is still to be translated. 'linkedproj import workbook FILE.xlsx --into DIR' writes what was
    changed, and nothing else.

    Exit codes: 0 written, 1 a table must be corrected first, 2 the call is wrong.
    """  # noqa: DOC501 - shown as help
    from linkedproj.importers.roundtrip.leave import leave
    from linkedproj.model.columns import Explained
    from linkedproj.model.folder import open_folder
    from linkedproj.model.languages import primary
    from linkedproj.model.paths import require_portfolio
    from linkedproj.reports.model.tables import Model
    from linkedproj.system.outputs import staged

    folder = open_folder(require_portfolio(data))
    _refuse(file, folder, overwrite=overwrite)
    says = Explained.of(folder.schema, folder.ontology)
    model = Model(folder.schema, says, folder.config.languages, primary(folder.config.languages[0]))
    problems: list[Problem] = []
    with staged(file) as place:
        left = leave(folder, place, says, model, problems.append)
        _tell(problems, folder, lang)
        if left is None:
            click.echo("No workbook was written: correct the tables first.", err=True)
            raise click.exceptions.Exit(1)
    rows = sum(left.rows.values())
    click.echo(f"{file}: {rows} rows of {len(left.rows)} tables; {left.untranslated} texts lack a translation.")
    click.echo(f"next: edit it, then linkedproj import workbook {file} --into {folder.shown or '.'}")


def _refuse(file: Path, folder: Folder, *, overwrite: bool) -> None:
    """Refuse a file that would be taken for a table, or whose edits would be lost.

    Raises:
        UsageError: it is such a file.
    """
    if file.suffix.lower() != _SUFFIX:
        raise click.UsageError(f"the name of a workbook ends in {_SUFFIX}: {file.name} does not.")
    if file.resolve().parent == folder.path.resolve() and file.name[:1] not in {"_", "."}:
        raise click.UsageError(f"in {folder.shown} a workbook is a table itself. Write it elsewhere.")
    if file.exists() and not overwrite:
        raise click.UsageError(f"{file} is there already. Import it first, or replace it with --overwrite.")


def _tell(problems: list[Problem], folder: Folder, lang: str) -> None:
    from linkedproj.model.rules import load_rules
    from linkedproj.reports.report import Report
    from linkedproj.reports.text import write

    if problems:
        report = Report(tuple(problems), {}, load_rules(folder.shapes, "", folder.ontology))
        click.echo(write(report, lang), nl=False, err=True)
