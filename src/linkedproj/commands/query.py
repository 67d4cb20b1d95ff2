"""linkedproj query: list, run, test and import the saved queries, or run one that is brought along."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.model.errors import Place, QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyoxigraph as ox

    from linkedproj.model.context import Context
    from linkedproj.queries.ask.engines import LocalData
    from linkedproj.queries.results.table import Answer
    from linkedproj.queries.saved.collection import SavedQuery

_LATEST = Path("public/dump/latest")
_FORMATS = ["table", "csv", "tsv", "json", "xml", "sheet", "parquet", "ttl", "jsonld", "nt"]
_EXAMPLES = """\b
Examples:
  linkedproj query
  linkedproj query projects-by-city -p city=birmingham
  linkedproj query conflicts --format csv --records data
  linkedproj query projects --endpoint https://data.example.org/sparql
  linkedproj query -f my.rq --data portfolio.ttl --out answer.sheet.csv
"""

_SOURCES = {"--data", "--records", "--endpoint"}
_HERE = {"--engine", "--store"}
_RUNS = {"-p", "--format", "--out", "--base", "--show", "--lang", *_SOURCES, *_HERE}
_GOES_WITH = {
    "--import": {"--into"},
    "--test": {"ID", "--data", "--records", "--base", "--update", "--lang"},
    "-f": _RUNS,
    "ID": _RUNS,
}
"""What is done -> the options that have a meaning then; without any of these, the queries are listed."""

_LISTS = {"--tag", "--format", "--out", "--lang"}
_ALWAYS_WITH = {"--update": "--test", "--into": "--import"}


@click.command(name="query", epilog=_EXAMPLES)
@click.argument("query_id", metavar="[ID]", required=False)
@click.option("-p", "pairs", metavar="NAME=VALUE", multiple=True, help="Give a parameter a value, such as city=kigali.")
@click.option(
    "-f", "file", type=click.Path(allow_dash=True), help="Run the query in this file, or what is typed in (-)."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="How the answer is written: csv is exact, sheet is CSV for spreadsheets.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--lang", type=click.Choice(["en", "ca", "es"]), help="Language of titles and labels.")
@click.option("--tag", help="List only the queries that have this tag.")
@click.option(
    "--data", type=click.Path(path_type=Path), multiple=True, help=f"Dump folder or RDF file; otherwise {_LATEST}."
)
@click.option(
    "--records",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Run on the tables in this folder; no dump is needed.",
)
@click.option("--endpoint", metavar="URL", help="Run on this SPARQL endpoint.")
@click.option("--base", metavar="IRI", help="What the IRIs of the portfolio begin with, where the data do not tell.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "sparql", "duckdb"]),
    help="What answers: pyoxigraph from the RDF, or DuckDB from the tables; otherwise the quicker one.",
)
@click.option(
    "--store",
    "kept",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep a store of the data on disk in this folder; large data have one in your cache.",
)
@click.option("--show", is_flag=True, help="Print the query with its parameters filled in; run nothing.")
@click.option("--test", is_flag=True, help="Run on two engines and compare with the expected answers.")
@click.option("--update", is_flag=True, help="With --test: write down the present answers as the expected ones.")
@click.option(
    "--import", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Make saved queries of it."
)
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), help="With --import: the folder; otherwise queries."
)
def command(
    *,
    query_id: str | None,
    pairs: tuple[str, ...],
    file: str | None,
    form: str | None,
    out: Path | None,
    lang: str | None,
    tag: str | None,
    data: tuple[Path, ...],
    records: Path | None,
    endpoint: str | None,
    base: str | None,
    engine: str | None,
    kept: Path | None,
    show: bool,
    test: bool,
    update: bool,
    source: Path | None,
    into: Path | None,
) -> None:
    """List the saved queries, or run the one called ID on the built dump.

    Exit codes: 0 answered, 1 a test found differences, 2 the call or the query is wrong, 4 the endpoint failed.
    """
    given = {
        "ID": query_id, "-p": pairs, "-f": file, "--format": form, "--out": out, "--lang": lang, "--tag": tag,
        "--data": data, "--records": records, "--endpoint": endpoint, "--base": base, "--engine": engine,
        "--store": kept, "--show": show, "--test": test, "--update": update, "--import": source, "--into": into,
    }  # fmt: skip
    _refuse_contradiction({name for name, value in given.items() if value})
    asked = _Source(data, records, endpoint, base, engine or "auto", kept)
    writing = _Writing(form, out)
    if source:
        _import(source, into or Path("queries"))
    elif test:
        _test(query_id, asked, lang or "en", update=update)
    elif query_id or file:
        _run(_query(query_id, file), pairs, lang or "en", asked, writing, show=show)
    else:
        from linkedproj.model.paths import shipped
        from linkedproj.queries.results.listing import listed
        from linkedproj.queries.saved.collection import read_queries

        writing.write(listed(read_queries(shipped("queries")), lang or "en", tag), asked)


def _refuse_contradiction(given: set[str]) -> None:
    """Refuse options that make no sense together.

    Raises:
        UsageError: they do not.
    """
    for name, needed in _ALWAYS_WITH.items():
        if name in given and needed not in given:
            raise click.UsageError(f"{name} goes with {needed}.")
    task = next((name for name in _GOES_WITH if name in given), "")
    idle = sorted(given - {task} - (_GOES_WITH[task] if task else _LISTS))
    if idle:
        raise click.UsageError(f"{', '.join(idle)} has no meaning {f'with {task}' if task else 'without ID or -f'}.")
    if len(sources := sorted(given & _SOURCES)) > 1:
        raise click.UsageError(f"{' and '.join(sources)} exclude each other.")
    idle = sorted(_HERE & given) if given & {"--records", "--endpoint"} else []
    if idle:
        raise click.UsageError(f"{' and '.join(idle)} has no meaning with {sources[0]}: it is for a dump.")
    for name in ("--format", "--engine"):
        if {"--show", name} <= given:
            raise click.UsageError(f"--show prints the query itself, so {name} has no meaning with it.")


@dataclass(frozen=True)
class _Source:
    """Where a query is run."""

    data: tuple[Path, ...]
    records: Path | None
    endpoint: str | None
    stated_base: str | None
    engine: str = "auto"
    kept: Path | None = None

    @cached_property
    def here(self) -> LocalData:
        """The data that lie here, for all but --records and --endpoint."""
        from linkedproj.queries.ask.engines import LocalData

        return LocalData(self.data or (_LATEST,), self.engine, self.kept)

    @cached_property
    def store(self) -> ox.Store:
        if self.records:
            from linkedproj.queries.records import load_records

            return load_records(self.records)
        return self.here.store

    @cached_property
    def context(self) -> Context:
        """The context with the base of the portfolio that is asked."""
        from linkedproj.queries.saved import bases

        return bases.context_of(self.stated_base or self._found_base())

    def _found_base(self) -> str | None:
        from linkedproj.queries.saved import bases

        if self.records:
            from linkedproj.model.folder import shown_as
            from linkedproj.model.settings import load_config

            return load_config(self.records, shown_as(self.records)).base + "id/"
        if self.endpoint:
            return None
        beside = bases.base_beside([path if path.is_file() else path / "-" for path in self.data or (_LATEST,)])
        return beside or (bases.base_in(self.store) if self.data else None)

    def ask(self, query: SavedQuery, arguments: Mapping[str, str]) -> Answer:
        """Answer a query that is written for the portfolio that is asked."""
        from linkedproj.queries.ask import local
        from linkedproj.queries.saved import bases
        from linkedproj.queries.saved.bind import bind

        if not self.endpoint and not self.records:
            return self.here.answer(query, arguments, self.context)
        sparql = bind(query, arguments, bases.by_table(self.context))
        if not self.endpoint:
            return local.evaluate(self.store, sparql, query.file, query.header_lines)
        from linkedproj.queries.ask import remote

        return remote.ask(self.endpoint, sparql, tell=lambda note: click.echo(note, err=True))


@dataclass(frozen=True)
class _Writing:
    """How and where an answer is written."""

    form: str | None
    out: Path | None

    def write(self, answer: Answer, asked: _Source) -> None:
        from linkedproj.queries.results.formats import FORMATS, write_text
        from linkedproj.queries.results.table import Table
        from linkedproj.queries.saved.bases import shorten

        form = FORMATS[self._form(answer)]
        if isinstance(answer, Table) and form is FORMATS["table"]:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() and not self.out else 0
            form = replace(form, table=partial(write_text, width=width, shorten=partial(shorten, asked.context)))
        self.put(form.write(answer))

    def _form(self, answer: Answer) -> str:
        from linkedproj.queries.results.formats import FORMATS, format_of
        from linkedproj.queries.results.table import Triples

        if self.form == "parquet" and not self.out and sys.stdout.isatty():
            raise click.UsageError("parquet is no text. Name a file with --out.")
        if self.form or not self.out:
            return self.form or ("ttl" if isinstance(answer, Triples) else "table")
        if form := format_of(self.out.name):
            return form
        suffixes = ", ".join(one.suffix for one in FORMATS.values())
        raise click.UsageError(f"no format has the suffix of {self.out.name}. Give --format, or one of: {suffixes}.")

    def put(self, written: bytes) -> None:
        """Write bytes, so that no line end is changed on the way.

        Raises:
            QueryError: the file cannot be written.
        """
        if not self.out:
            # A notebook takes text only.
            click.echo(written if hasattr(sys.stdout, "buffer") else written.decode("utf-8", "replace"), nl=False)
            return
        try:
            self.out.write_bytes(written)
        except OSError as error:
            raise QueryError(f"the answer cannot be written: {error.strerror}.", Place(str(self.out))) from error


def _query(query_id: str | None, file: str | None) -> SavedQuery:
    """Find the saved query, or read the one that is brought along.

    Raises:
        QueryError: there is none, or it must not be run.
    """
    from linkedproj.model.paths import shipped
    from linkedproj.queries.ask import adhoc
    from linkedproj.queries.saved import collection as saved

    if query_id:
        return saved.choose(saved.read_queries(shipped("queries")), query_id)
    shown = "query" if file == "-" else str(file)
    try:
        read = sys.stdin.buffer.read() if file == "-" else Path(str(file)).read_bytes()
        return adhoc.read_adhoc(read.decode("utf-8-sig"), shown)
    except OSError as error:
        raise QueryError(f"the file cannot be read: {error.strerror}.", Place(shown)) from error
    except UnicodeDecodeError as error:
        raise QueryError("the query is no text in UTF-8.", Place(shown)) from error


def _run(query: SavedQuery, pairs: Sequence[str], lang: str, asked: _Source, writing: _Writing, *, show: bool) -> None:
    from linkedproj.queries.ask import adhoc
    from linkedproj.queries.saved import bases
    from linkedproj.queries.saved.bind import bind

    arguments = _arguments(query, pairs, lang)
    adhoc.require_values(query, arguments)
    if asked.endpoint:
        from linkedproj.queries.ask.remote import refuse_address

        refuse_address(asked.endpoint)
    # A wrong argument is told before the data is read.
    moved = bases.rebase(query, asked.context.base)
    sparql = bind(moved, arguments, bases.by_table(asked.context))
    if show:
        writing.put(sparql.encode())
    else:
        writing.write(asked.ask(moved, arguments), asked)


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


def _test(query_id: str | None, asked: _Source, lang: str, *, update: bool) -> None:
    from linkedproj.model.paths import shipped
    from linkedproj.queries import golden
    from linkedproj.queries.ask import reference
    from linkedproj.queries.saved import bases
    from linkedproj.queries.saved import collection as saved

    folder = shipped("queries")
    faulty = _lint(folder, query_id, asked, lang)
    read = saved.read_queries(folder)
    chosen = [saved.choose(read, query_id)] if query_id else list(read.values())
    queries = [bases.rebase(query, asked.context.base) for query in chosen]
    by_table = bases.by_table(asked.context)
    if update:
        for query in queries:
            if golden.update(query, asked.store, folder, by_table):
                click.echo(f"expected/{query.id}.csv written")
    graph, failed = reference.graph_of(asked.store), 0
    tables = None if asked.records or len(asked.here.paths) > 1 else asked.here.paths[0]
    for query in queries:
        differences = list(golden.verify(query, asked.store, graph, folder, by_table, tables=tables))
        failed += bool(differences)
        for difference in differences:
            click.echo(f"{query.file}: {difference}")
    click.echo(f"{len(queries)} queries, {failed} with differences.")
    if failed or faulty:
        click.get_current_context().exit(1)


def _lint(folder: Path, query_id: str | None, asked: _Source, lang: str) -> int:
    """Print what is wrong with the queries as they are written; give 1 if something must be corrected."""
    from linkedproj.model.paths import shipped
    from linkedproj.model.rules import load_rules
    from linkedproj.queries.lint import lint_folder, terms_of
    from linkedproj.reports import REPORTS, Report, exit_code

    ontology = shipped("ontology")
    found = lint_folder(folder, ontology, terms_of(asked.store))
    ours = tuple(one for one in found if not query_id or one.place.file == f"{folder.name}/{query_id}.rq")
    report = Report(ours, {}, load_rules(ontology / "shapes.ttl", "ontology/shapes.ttl"))
    if ours:
        click.echo(REPORTS["text"](report, lang), nl=False)
    return exit_code(report)


def _import(source: Path, into: Path) -> None:
    from linkedproj.queries.published.convention import import_file

    imported = import_file(source, into)
    for path in imported.written:
        click.echo(f"{path} written")
    for title, notes in (("Dropped", imported.dropped), ("Still missing", imported.missing)):
        if notes:
            click.echo("\n  ".join([f"{title}:", *notes]), err=True)
