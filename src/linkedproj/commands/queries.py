"""linkedproj queries: keep the collection of saved queries."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.model.languages import LANGUAGES
from linkedproj.model.paths import current_portfolio
from linkedproj.system.scratch import abandon
from linkedproj.system.watchdog import watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkedproj.model.context import Context
    from linkedproj.model.ontology import Ontology
    from linkedproj.queries.ask.sources import StoreSource
    from linkedproj.queries.results.table import Table
    from linkedproj.queries.saved.collection import Collection, SavedQuery

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

    listed: Table = list_queries(_collection().read(), lang, tag)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    click.echo(write_text(listed, width) if form == "table" else FORMATS[form].write(listed), nl=False)


@command.command()
@click.argument("query_id", metavar="ID")
@click.option("--bound", is_flag=True, help="With the parameters filled in, as any endpoint takes it.")
@click.option("-p", "pairs", metavar="NAME=VALUE", multiple=True, help="Give a parameter a value; implies --bound.")
@_base
@click.option("--lang", metavar="LANG", default="", help="Language of labels; by default the portfolio's first.")
def show(*, query_id: str, bound: bool, pairs: tuple[str, ...], base: str, lang: str) -> None:
    """Print a saved query: its header and its text."""
    from linkedproj.queries.saved.bases import by_table, rebase
    from linkedproj.queries.saved.bind import bind, read_pairs

    query = _collection().find(query_id)
    context = _context(base)
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
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    default=120,
    show_default=True,
    help="Stop when a query takes so long on both engines.",
)
@click.option(
    "--memory",
    metavar="MB",
    type=click.IntRange(0),
    default=4096,
    show_default=True,
    help="Stop above this (0: never).",
)
@_language
def test(
    *,
    ids: tuple[str, ...],
    update: bool,
    data: tuple[Path, ...],
    records: Path | None,
    base: str,
    timeout: float,
    memory: int,
    lang: str,
) -> None:
    """Lint the queries, ask them on two engines, compare with the expected answers.

    Exit codes: 0 as expected, 1 something differs or must be corrected, 2 the call is wrong.
    """  # noqa: DOC501 - shown as help
    if data and records:
        raise click.UsageError("--data and --records exclude each other.")
    from linkedproj.model.folder import current_ontology, open_folder
    from linkedproj.queries import golden
    from linkedproj.queries.ask import reference
    from linkedproj.queries.ask.sources import prepare
    from linkedproj.queries.saved import bases

    collection = _collection(records)
    if update and collection.folder is None:
        raise click.UsageError("there is no portfolio here to write the answers into. Name its folder with --records.")
    in_force = open_folder(records).in_force if records else current_ontology()
    source = _local_source(data, records)
    context = bases.context_of(base or source.base, in_force.path)
    by_table = bases.by_table(context)
    chosen = _chosen(collection, ids)
    faulty = _report_lints(collection, chosen if ids else None, source, lang, in_force)
    queries = [prepare(source, query, {}, context.base, in_force.path).query for query in chosen]
    folder = collection.folder
    for query in queries:
        if update and folder:
            with watched(timeout, memory, _stop(query, timeout, memory)):
                is_written = golden.update(query, source.store, folder, by_table)
            if is_written:
                click.echo(f"{golden.expected_path(folder, query).as_posix()} written")
    graph, failed = reference.graph_of(source.store), 0
    for query in queries:
        with watched(timeout, memory, _stop(query, timeout, memory)):
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
    from linkedproj.system.outputs import staged

    write: Callable[[list[SavedQuery], str, str], str] = {"sib": _sib, "openapi": _openapi}[form]
    text = write(_chosen(_collection(), ids), base, endpoint)
    if out:
        with staged(out) as place:
            place.write_text(text, "utf-8", newline="")
    else:
        click.echo(text, nl=False)


def _stop(query: SavedQuery, seconds: float, memory: int) -> Callable[[str], None]:
    """Return what ends the program in one sentence when a query took too much."""

    def stop(why: str) -> None:
        taken = {"time": f"longer than {seconds:g} seconds", "memory": f"more than {memory:,} MB of memory"}[why]
        more = {"time": "--timeout", "memory": "--memory"}[why]
        told = f"linkedproj: {query.file}: the query was stopped: it took {taken}. Allow more with {more}."
        click.echo(told, err=True)
        abandon()
        os._exit(2)

    return stop


def _collection(records: Path | None = None) -> Collection:
    """Open the queries of the portfolio in a folder, or here."""
    from linkedproj.queries.saved.collection import open_collection

    return open_collection(records or current_portfolio())


def _context(base: str) -> Context:
    """Return the context of the portfolio here, for IRIs that begin with `base`, if it is named."""
    from linkedproj.model.folder import current_ontology
    from linkedproj.queries.saved.bases import context_of

    config = _collection().config
    return context_of(base or (config and config.base + "id/") or None, current_ontology().path)


def _chosen(collection: Collection, ids: tuple[str, ...]) -> list[SavedQuery]:
    return [collection.find(query_id) for query_id in ids] or list(collection.read().values())


def _local_source(data: tuple[Path, ...], records: Path | None) -> StoreSource:
    if records:
        from linkedproj.queries.records import records_source

        return records_source(records)
    from linkedproj.queries.ask.sources import files_source

    return files_source(data)


def _report_lints(
    collection: Collection, chosen: list[SavedQuery] | None, source: StoreSource, lang: str, in_force: Ontology
) -> int:
    """Print what is wrong with all queries, or those chosen, as they are written; return 1 if something must change."""
    from linkedproj.model.rules import load_rules
    from linkedproj.queries.lint import lint_collection, terms_of
    from linkedproj.reports import REPORTS
    from linkedproj.reports.report import Report, exit_code

    files = {query.file for query in chosen or ()}
    found = lint_collection(collection, in_force.path, terms_of(source.store))
    told = tuple(one for one in found if chosen is None or one.place.file in files)
    report = Report(told, {}, load_rules(in_force.path / "shapes.ttl", "ontology/shapes.ttl"))
    if told:
        click.echo(REPORTS["text"](report, lang), nl=False)
    return exit_code(report)


def _sib(queries: list[SavedQuery], base: str, endpoint: str) -> str:
    from linkedproj.queries.published import sib
    from linkedproj.queries.published.publish import portfolio_query, site_address
    from linkedproj.queries.saved.bases import by_table

    context = _context(base)
    moved = [portfolio_query(query, context) for query in queries]
    return sib.export_all(moved, f"{site_address(context)}query/", by_table(context), endpoint)


def _openapi(queries: list[SavedQuery], base: str, _endpoint: str) -> str:
    from importlib.metadata import version

    from linkedproj.queries.ask.answers import media_types
    from linkedproj.queries.published import openapi
    from linkedproj.queries.published.publish import portfolio_query, site_address

    context = _context(base)
    moved = [portfolio_query(query, context) for query in queries]
    forms = {query.id: media_types(query) for query in moved}
    server = site_address(context).removesuffix("/")
    described = openapi.describe(moved, server, version("linkedproj"), forms)
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"
