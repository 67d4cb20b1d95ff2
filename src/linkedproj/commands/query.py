"""linkedproj query: list, run and test the saved queries."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyoxigraph as ox

    from linkedproj.context import Context
    from linkedproj.query.saved import SavedQuery
    from linkedproj.query.table import Table

_LATEST = Path("public/dump/latest")
_CODES = "https://w3id.org/linkedproj/"
_EXAMPLES = """\b
Examples:
  linkedproj query
  linkedproj query projects-by-city -p city=birmingham
  linkedproj query conflicts --format csv --records data
"""


@click.command(name="query", epilog=_EXAMPLES)
@click.argument("query_id", metavar="[ID]", required=False)
@click.option("-p", "pairs", metavar="NAME=VALUE", multiple=True, help="Give a parameter a value, such as city=kigali.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", help="How the answer is written."
)
@click.option("--lang", type=click.Choice(["en", "ca", "es"]), default="en", help="Language of titles and labels.")
@click.option("--tag", help="List only the queries that have this tag.")
@click.option(
    "--data", type=click.Path(path_type=Path), multiple=True, help=f"Dump folder or RDF file; otherwise {_LATEST}."
)
@click.option(
    "--records",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Run on the tables in this folder; no dump is needed.",
)
@click.option("--show", is_flag=True, help="Print the query with its parameters filled in; run nothing.")
@click.option("--test", is_flag=True, help="Run on two engines and compare with the expected answers.")
@click.option("--update", is_flag=True, help="With --test: write down the present answers as the expected ones.")
def command(
    *,
    query_id: str | None,
    pairs: tuple[str, ...],
    form: str,
    lang: str,
    tag: str | None,
    data: tuple[Path, ...],
    records: Path | None,
    show: bool,
    test: bool,
    update: bool,
) -> None:
    """List the saved queries, or run the one called ID on the built dump."""
    from linkedproj.context import load_context
    from linkedproj.paths import shipped
    from linkedproj.query import bind, local, saved

    _refuse_contradiction(data, records, test=test, update=update)
    folder = shipped("queries")
    context = load_context(shipped("ontology") / "context.jsonld")
    bases = {kind.table: kind.base for kind in context.types.values()}
    queries = saved.read_queries(folder)
    chosen = saved.choose(queries, query_id) if query_id else None
    if test:
        _test([chosen] if chosen else list(queries.values()), _store(data, records), folder, bases, update=update)
    elif chosen is None:
        _write(_list(queries, lang, tag), form, context)
    elif show:
        click.echo(bind.bind(chosen, _arguments(chosen, pairs, lang), bases), nl=False)
    else:
        arguments = _arguments(chosen, pairs, lang)
        bind.bind(chosen, arguments, bases)  # a wrong argument is told before the data is read
        _write(local.answer(_store(data, records), chosen, arguments, bases), form, context)


def _refuse_contradiction(data: Sequence[Path], records: Path | None, *, test: bool, update: bool) -> None:
    """Refuse options that make no sense together.

    Raises:
        UsageError: they do not.
    """
    if update and not test:
        raise click.UsageError("--update goes with --test.")
    if records and data:
        raise click.UsageError("--records and --data exclude each other.")


def _store(data: Sequence[Path], records: Path | None) -> ox.Store:
    from linkedproj.query import local

    if records:
        from linkedproj.build import load_store

        return load_store(records)
    files: list[Path] = []
    for path in data or (_LATEST,):
        files += [path] if path.is_file() else local.dump_files(path)
    return local.load(files)


def _arguments(query: SavedQuery, pairs: Sequence[str], lang: str) -> dict[str, str]:
    """Read `name=value`; the language of the labels follows --lang where the query has such a parameter.

    Raises:
        QueryError: a pair has no value, or a name is given twice.
    """
    arguments = {"lang": lang} if "lang" in query.parameters else {}
    given: set[str] = set()
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise QueryError(f"-p '{pair}' has no value. Write -p name=value.")
        if name in given:
            raise QueryError(f"-p {name} is given twice. Give it once.")
        given.add(name)
        arguments[name] = value
    return arguments


def _list(queries: Mapping[str, SavedQuery], lang: str, tag: str | None) -> Table:
    import pyoxigraph as ox

    from linkedproj.query.table import Table

    tags = sorted({name for query in queries.values() for name in query.tags})
    if tag and tag not in tags:
        raise QueryError(f"no query has the tag '{tag}'. There are: {', '.join(tags)}.")
    rows = (
        (ox.Literal(query.id), ox.Literal(query.title[lang]), ox.Literal(", ".join(query.tags)))
        for query in queries.values()
        if not tag or tag in query.tags
    )
    return Table(("id", "question", "tags"), tuple(rows))


def _write(table: Table, form: str, context: Context) -> None:
    from linkedproj.query.formats import FORMATS, write_text

    write: Callable[[Table], str] = FORMATS[form].write
    if form == "table":
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
        write = partial(write_text, width=width, shorten=partial(_short, context))
    click.echo(write(table), nl=False)


def _short(context: Context, iri: str) -> str:
    """Show "city/kigali", "role/partner", "schema:endDate" for what has such a name in the tables."""
    for kind in context.types.values():
        if iri.startswith(kind.base):
            return f"{kind.table}/{iri[len(kind.base) :]}"
    short = context.compact(iri)
    return iri.removeprefix(_CODES) if short == iri else short


def _test(
    queries: Sequence[SavedQuery], store: ox.Store, folder: Path, bases: Mapping[str, str], *, update: bool
) -> None:
    from linkedproj.query import golden, reference

    if update:
        for query in queries:
            if golden.update(query, store, folder, bases):
                click.echo(f"expected/{query.id}.csv written")
    graph, failed = reference.graph_of(store), 0
    for query in queries:
        differences = list(golden.verify(query, store, graph, folder, bases))
        failed += bool(differences)
        for difference in differences:
            click.echo(f"{query.file}: {difference}")
    click.echo(f"{len(queries)} queries, {failed} with differences.")
    if failed:
        click.get_current_context().exit(1)
