"""linkedproj queries: keep the collection of saved queries."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.model.languages import LANGUAGES
from linkedproj.model.paths import shipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkedproj.queries.ask.sources import StoreSource
    from linkedproj.queries.results.table import Table
    from linkedproj.queries.saved.collection import SavedQuery

_FORMATS = ("table", "csv", "json")
_language = click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of titles and messages.")
_base = click.option("--base", metavar="IRI", default="", help='What IRIs begin with: "https://data.example.org/id/".')


@click.group(name="queries")
def command() -> None:
    """List, show, test and export the saved queries; 'linkedproj query ID' asks one."""


@command.command(name="list")
@click.option("--tag", help="Only the queries that have this tag.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", help="How the list is written.")
@_language
def list_(tag: str | None, form: str, lang: str) -> None:
    """List the saved queries: id, question, parameters, tags."""
    from linkedproj.queries.results.formats import FORMATS
    from linkedproj.queries.results.listing import list_queries
    from linkedproj.queries.results.text import write_text
    from linkedproj.queries.saved.collection import read_queries

    listed: Table = list_queries(read_queries(shipped("queries")), lang, tag)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    click.echo(write_text(listed, width) if form == "table" else FORMATS[form].write(listed), nl=False)


@command.command()
@click.argument("query_id", metavar="ID")
@click.option("--bound", is_flag=True, help="With the parameters filled in, as any endpoint takes it.")
@click.option("-p", "pairs", metavar="NAME=VALUE", multiple=True, help="Give a parameter a value; implies --bound.")
@_base
@_language
def show(*, query_id: str, bound: bool, pairs: tuple[str, ...], base: str, lang: str) -> None:
    """Print a saved query: its header and its text."""
    from linkedproj.queries.saved.bases import by_table, context_of, rebase
    from linkedproj.queries.saved.bind import bind, read_pairs
    from linkedproj.queries.saved.collection import find_query

    query = find_query(shipped("queries"), query_id)
    context = context_of(base or None)
    moved = rebase(query, context.base)
    text = bind(moved, read_pairs(query, pairs, lang), by_table(context)) if bound or pairs else moved.text
    click.echo(text, nl=False)


@command.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--update", is_flag=True, help="First write down the present answers as the expected ones.")
@click.option("--data", metavar="PATH", type=click.Path(path_type=Path), multiple=True, help="A dump, or RDF files.")
@click.option(
    "--records",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The tables in this folder; no dump is needed.",
)
@_base
@_language
def test(
    *, ids: tuple[str, ...], update: bool, data: tuple[Path, ...], records: Path | None, base: str, lang: str
) -> None:
    """Lint the queries, ask them on two engines, compare with the expected answers.

    Exit codes: 0 as expected, 1 something differs or must be corrected, 2 the call is wrong.
    """  # noqa: DOC501 - shown as help
    if data and records:
        raise click.UsageError("--data and --records exclude each other.")
    from linkedproj.queries import golden
    from linkedproj.queries.ask import reference
    from linkedproj.queries.saved import bases

    folder = shipped("queries")
    source = _local_source(data, records)
    context = bases.context_of(base or source.base)
    queries = [bases.rebase(query, context.base) for query in _chosen(folder, ids)]
    faulty = _report_lints(folder, ids, source, lang)
    by_table = bases.by_table(context)
    for query in queries if update else ():
        if golden.update(query, source.store, folder, by_table):
            click.echo(f"expected/{query.id}.csv written")
    graph, failed = reference.graph_of(source.store), 0
    for query in queries:
        differences = list(golden.verify(query, source.store, graph, folder, by_table))
        failed += bool(differences)
        for difference in differences:
            click.echo(f"{query.file}: {difference}")
    click.echo(f"{len(queries)} queries, {failed} with differences.")
    if failed or faulty:
        click.get_current_context().exit(1)


@command.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["sib", "openapi"]),
    default="sib",
    help="sib: RDF as in sparql-examples (Turtle); openapi: the interface of a server that answers them.",
)
@_base
@click.option("--endpoint", metavar="URL", default="", help="With sib: where the queries can be sent.")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def export(*, ids: tuple[str, ...], form: str, base: str, endpoint: str, out: Path | None) -> None:
    """Write all saved queries, or some, for other tools."""  # noqa: DOC501 - shown as help
    if endpoint and form != "sib":
        raise click.UsageError(f"--endpoint has no meaning with --format {form}.")
    write: Callable[[list[SavedQuery], str, str], str] = {"sib": _sib, "openapi": _openapi}[form]
    text = write(_chosen(shipped("queries"), ids), base, endpoint)
    if out:
        out.write_text(text, "utf-8", newline="")
    else:
        click.echo(text, nl=False)


def _chosen(folder: Path, ids: tuple[str, ...]) -> list[SavedQuery]:
    from linkedproj.queries.saved.collection import find_query, read_queries

    return [find_query(folder, query_id) for query_id in ids] or list(read_queries(folder).values())


def _local_source(data: tuple[Path, ...], records: Path | None) -> StoreSource:
    if records:
        from linkedproj.queries.records import records_source

        return records_source(records)
    from linkedproj.queries.ask.sources import files_source

    return files_source(data)


def _report_lints(folder: Path, ids: tuple[str, ...], source: StoreSource, lang: str) -> int:
    """Print what is wrong with the queries as they are written; return 1 if something must be corrected."""
    from linkedproj.model.rules import load_rules
    from linkedproj.queries.lint import lint_folder, terms_of
    from linkedproj.reports import REPORTS
    from linkedproj.reports.report import Report, exit_code

    ontology = shipped("ontology")
    files = {f"{folder.name}/{query_id}.rq" for query_id in ids}
    found = lint_folder(folder, ontology, terms_of(source.store))
    chosen = tuple(one for one in found if not ids or one.place.file in files)
    report = Report(chosen, {}, load_rules(ontology / "shapes.ttl", "ontology/shapes.ttl"))
    if chosen:
        click.echo(REPORTS["text"](report, lang), nl=False)
    return exit_code(report)


def _sib(queries: list[SavedQuery], base: str, endpoint: str) -> str:
    from linkedproj.queries.published import sib
    from linkedproj.queries.published.publish import portfolio_query, site_address
    from linkedproj.queries.saved.bases import by_table, context_of

    context = context_of(base or None)
    moved = [portfolio_query(query, context) for query in queries]
    return sib.export_all(moved, f"{site_address(context)}query/", by_table(context), endpoint)


def _openapi(queries: list[SavedQuery], base: str, _endpoint: str) -> str:
    from importlib.metadata import version

    from linkedproj.queries.ask.answers import media_types
    from linkedproj.queries.published import openapi
    from linkedproj.queries.published.publish import portfolio_query, site_address
    from linkedproj.queries.saved.bases import context_of

    context = context_of(base or None)
    moved = [portfolio_query(query, context) for query in queries]
    forms = {query.id: media_types(query) for query in moved}
    server = site_address(context).removesuffix("/")
    described = openapi.describe(moved, server, version("linkedproj"), forms)
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"
