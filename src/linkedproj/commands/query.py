"""linkedproj query: ask one question, saved or brought along."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.model.errors import Place, QueryError
from linkedproj.queries.results.formats import FORMATS, format_by_suffix
from linkedproj.system.outputs import staged
from linkedproj.system.scratch import abandon
from linkedproj.system.watchdog import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linkedproj.queries.ask.sources import Question, Source
    from linkedproj.queries.results.table import Answer
    from linkedproj.queries.saved.collection import SavedQuery


_SECONDS = 30.0


def _complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the ids of the saved queries, those of the portfolio here among them, to a shell that completes."""
    from linkedproj.model.errors import LinkedprojError
    from linkedproj.model.paths import current_portfolio
    from linkedproj.queries.saved.collection import Collection

    try:
        return [name for name in Collection(current_portfolio()).files() if name.startswith(incomplete)]
    except LinkedprojError:
        return []


@click.command(name="query")
@click.argument("query_id", metavar="[ID]", required=False, shell_complete=_complete)
@click.option("-p", "pairs", metavar="NAME=VALUE", multiple=True, help="Give a parameter a value: -p city=kigali.")
@click.option("-f", "file", metavar="FILE", help="Ask the query in this file, or what is typed in (-).")
@click.option("--data", metavar="PATH", type=click.Path(path_type=Path), multiple=True, help="A dump, or RDF files.")
@click.option(
    "--records",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The tables in this folder; no dump is needed.",
)
@click.option("--endpoint", metavar="URL", default="", help="A SPARQL endpoint.")
@click.option("--base", metavar="IRI", default="", help="What IRIs begin with, where the data do not tell.")
@click.option(
    "--store",
    "kept",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep a store of the data on disk here.",
)
@click.option("--format", "form", metavar="FORM", type=click.Choice(list(FORMATS)), help=f"One of {' '.join(FORMATS)}.")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    help="Stop after so long [default: 30; an endpoint: 60].",
)
@click.option(
    "--memory",
    metavar="MB",
    type=click.IntRange(0),
    default=4096,
    show_default=True,
    help="Stop above this (0: never).",
)
@click.option(
    "--rows",
    metavar="N",
    type=click.IntRange(0),
    default=1_000_000,
    show_default=True,
    help="Refuse more rows (0: never).",
)
@click.option("--lang", metavar="LANG", default="", help="Language of labels; by default the portfolio's first.")
def command(
    *,
    query_id: str | None,
    pairs: tuple[str, ...],
    file: str | None,
    data: tuple[Path, ...],
    records: Path | None,
    endpoint: str,
    base: str,
    kept: Path | None,
    form: str | None,
    out: Path | None,
    timeout: float | None,
    memory: int,
    rows: int,
    lang: str,
) -> None:
    """Ask the saved query ID of public/dump/latest, or of other data.

    Example: linkedproj query projects-by-city -p city=kigali --format csv
    Exit codes: 0 answered, 2 the call or the query is wrong, or it took too much, 4 the endpoint failed.
    """  # noqa: DOC501 - shown as help
    _refuse_contradiction(
        {"--data": data, "--records": records, "--endpoint": endpoint, "--store": kept},
        {"ID": query_id, "-f": file},
    )
    if form == "parquet" and not out and sys.stdout.isatty():
        raise click.UsageError("parquet is no text. Name a file with --out.")
    if out and not form and not format_by_suffix(out.name):
        suffixes = ", ".join(one.suffix for one in FORMATS.values())
        raise click.UsageError(f"no format has the suffix of {out.name}. Give --format, or one of: {suffixes}.")

    from linkedproj.model.folder import current_ontology, open_folder
    from linkedproj.queries.ask.adhoc import require_values
    from linkedproj.queries.ask.sources import StoreSource, ask, prepare
    from linkedproj.queries.saved.bind import read_pairs

    in_force = open_folder(records).in_force if records else current_ontology()
    query = _query(query_id, file, records, in_force.path)
    arguments = read_pairs(query, pairs, lang)
    require_values(query, arguments)
    if file:
        from linkedproj.queries.lint.misspelt import misspelt_terms

        click.echo("".join(f"{note}\n" for note in misspelt_terms(query, in_force.path)), err=True, nl=False)
    source = _source(data, records, endpoint, kept, timeout)
    question = prepare(source, query, arguments, base, in_force.path)
    if isinstance(source, StoreSource):
        # Loading the data is no query's time.
        source.store  # noqa: B018 - opened here
    seconds = (timeout or _SECONDS) if isinstance(source, StoreSource) else 0
    with watched(seconds, memory, _stop(seconds, memory)):
        answer = _answer(ask, source, replace(question, most=rows or None))
    written = _written(answer, form or format_by_suffix(out.name if out else ""), out, question)
    _put(written, out)


def _stop(seconds: float, memory: int) -> Callable[[str], None]:
    """Return what ends the program in one sentence when a query took too much."""

    def stop(why: str) -> None:
        taken = {"time": f"longer than {seconds:g} seconds", "memory": f"more than {memory:,} MB of memory"}[why]
        more = {"time": "--timeout", "memory": "--memory"}[why]
        click.echo(
            f"linkedproj: the query was stopped: it took {taken}. Ask for less, or allow more with {more}.", err=True
        )
        abandon()
        os._exit(2)

    return stop


def _answer(ask: Callable[[Source, Question], Answer], source: Source, question: Question) -> Answer:
    """Answer a question.

    Raises:
        QueryError: the query cannot be run, or its answer is too large.
    """
    from linkedproj.queries.results.table import TooLargeError

    try:
        return ask(source, question)
    except TooLargeError as error:
        raise QueryError(f"{error} Add LIMIT to the query, or allow more with --rows.") from error


def _refuse_contradiction(sources: Mapping[str, object], asked: Mapping[str, object]) -> None:
    """Refuse options that make no sense together.

    Raises:
        UsageError: they do not.
    """
    given = [name for name, value in asked.items() if value]
    if len(given) != 1:
        what = "ID and -f exclude each other." if given else "Name a saved query, or give one with -f."
        raise click.UsageError(f"{what} 'linkedproj queries list' lists the saved ones.")
    named = [name for name, value in sources.items() if value and name != "--store"]
    if len(named) > 1:
        raise click.UsageError(f"{' and '.join(named)} exclude each other.")
    if sources["--store"] and named and named != ["--data"]:
        raise click.UsageError(f"--store has no meaning with {named[0]}: it is for a dump.")


def _query(query_id: str | None, file: str | None, records: Path | None, ontology: Path) -> SavedQuery:
    """Find the saved query of a portfolio, or read the one that is brought along.

    Raises:
        QueryError: there is none, or it must not be run.
    """
    from linkedproj.model.paths import current_portfolio
    from linkedproj.queries.ask.adhoc import read_adhoc
    from linkedproj.queries.saved.collection import open_collection

    if query_id:
        return open_collection(records or current_portfolio()).find(query_id)
    shown = "query" if file == "-" else str(file)
    try:
        read = sys.stdin.buffer.read() if file == "-" else Path(str(file)).read_bytes()
        return read_adhoc(read.decode("utf-8-sig"), shown, ontology)
    except OSError as error:
        raise QueryError(f"the file cannot be read: {error.strerror}.", Place(shown)) from error
    except UnicodeDecodeError as error:
        raise QueryError("the query is no text in UTF-8.", Place(shown)) from error


def _source(
    data: tuple[Path, ...], records: Path | None, endpoint: str, kept: Path | None, timeout: float | None
) -> Source:
    from linkedproj.queries.ask.sources import endpoint_source, files_source

    if records:
        from linkedproj.queries.records import records_source

        return records_source(records)
    if endpoint:
        return endpoint_source(endpoint, lambda note: click.echo(note, err=True), timeout)
    return files_source(data, kept)


def _written(answer: Answer, form: str, out: Path | None, question: Question) -> bytes:
    from linkedproj.queries.results.table import Table, Triples

    form = form or ("ttl" if isinstance(answer, Triples) else "table")
    if form != "table" or not isinstance(answer, Table):
        return FORMATS[form].write(answer)
    from linkedproj.queries.results.text import write_text
    from linkedproj.queries.saved.bases import shorten

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() and not out else 0
    return write_text(answer, width, partial(shorten, question.context)).encode()


def _put(written: bytes, out: Path | None) -> None:
    """Write bytes, so that no line end is changed on the way.

    Raises:
        QueryError: the file cannot be written.
    """
    if not out:
        # A notebook takes text only.
        click.echo(written if hasattr(sys.stdout, "buffer") else written.decode("utf-8", "replace"), nl=False)
        return
    try:
        with staged(out) as place:
            place.write_bytes(written)
    except OSError as error:
        raise QueryError(f"the answer cannot be written: {error.strerror}.", Place(str(out))) from error
