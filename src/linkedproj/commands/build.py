"""linkedproj build: check the records and publish the dumps."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj.check.engines import AUTO, ENGINES
from linkedproj.mapping.runners import RUNNERS
from linkedproj.model.errors import DataError, LinkedprojError, ReleaseError
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.paths import require_portfolio
from linkedproj.reports import REPORTS

if TYPE_CHECKING:
    from collections.abc import Callable


@click.command(name="build")
@click.argument("folder", type=click.Path(path_type=Path), required=False, metavar="[DIR]")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("public"), help="Folder to publish into."
)
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Look up every quote in the private copies of the sources in this folder.",
)
@click.option(
    "--release", default="", metavar="VERSION", help="Publish a release, which never changes again; else a draft."
)
@click.option(
    "--at", default="", metavar="INSTANT", help="When the release is made: 2026-11-21, or 2026-11-21T09:00Z (now)."
)
@click.option("--allow-shrink", is_flag=True, help="Let a release lose files, or more than a tenth of its records.")
@click.option(
    "--restore", multiple=True, metavar="TYPE/ID", help="Take back a record that an earlier release no longer had."
)
@click.option(
    "--jobs", type=click.IntRange(0), default=0, metavar="N", help="Processes that map the tables (0: one a core)."
)
@click.option("--runner", type=click.Choice(list(RUNNERS)), default="local", help="What maps the tables.")
@click.option("--master", default="", metavar="URL", help="The Spark cluster (default: this machine).")
@click.option(
    "--engine",
    type=click.Choice([AUTO, *ENGINES]),
    default=AUTO,
    help="SHACL engine (auto: the fast one, if installed).",
)
@click.option("--site/--no-site", default=True, help="Write pages for people as well: OUT is a web site (yes).")
@click.option("--watch", is_flag=True, help="Build the draft again at each save.")
@click.option("--no-cache", is_flag=True, help="Judge and ask everything again, whatever an earlier run found.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the findings.")
def command(
    folder: Path | None,
    out: Path,
    sources: Path | None,
    *,
    release: str,
    at: str,
    allow_shrink: bool,
    restore: tuple[str, ...],
    jobs: int,
    runner: str,
    master: str,
    engine: str,
    site: bool,
    no_cache: bool,
    watch: bool,
    lang: str,
) -> None:
    """Check the tables in DIR (default: here, else data) and publish them in OUT.

    With --release VERSION the dumps go to OUT/dump/VERSION/ for ever, and OUT/dump/latest/, the catalogue, the changes,
    the answers to the saved queries and the pages become those of this release. It is dated by its instant (--at, else
    SOURCE_DATE_EPOCH, else now), which is after that of the release before. Without --release they are a draft, in
    OUT/dump/<version of portfolio.toml>-draft/, which OUT/dump/latest/ holds only as long as there is no release.
    If anything must be corrected, nothing is written and what was published before stays as it is.
    Exit codes: 0 published, 1 something must be corrected, 2 the set-up is wrong, 3 two SHACL engines disagree.
    """
    portfolio, resources = require_portfolio(folder), (jobs, runner, master)

    def publish() -> bool:
        return _publish(
            portfolio, out, sources, release=release, at=at, may_shrink=allow_shrink, restored=restore, engine=engine,
            resources=resources, keep=not no_cache, site=site, lang=lang,
        )  # fmt: skip

    if not watch:
        sys.exit(0 if publish() else 1)
    _watch(portfolio, out, publish, lang, is_draft=not release)


def _watch(portfolio: Path, out: Path, publish: Callable[[], object], lang: str, *, is_draft: bool) -> None:
    """Build at each save; what cannot be built is told, and waits for the next one.

    Raises:
        UsageError: a release was asked for.
    """
    from linkedproj.reports.words import phrase
    from linkedproj.tables.watching import saves

    if not is_draft:
        raise click.UsageError("--watch makes drafts: leave out --release.")
    # Ctrl-C is how this ends, whatever it is doing.
    with suppress(KeyboardInterrupt):
        for saved in saves(portfolio, out):
            click.echo("\n" + ", ".join(saved) if saved else phrase(lang, "watching", folder=str(portfolio)))
            try:
                publish()
            except LinkedprojError as error:
                click.echo(f"linkedproj: {error}", err=True)


def _publish(
    portfolio: Path,
    out: Path,
    sources: Path | None,
    *,
    release: str,
    at: str,
    may_shrink: bool,
    restored: tuple[str, ...],
    engine: str,
    resources: tuple[int, str, str],
    keep: bool,
    site: bool,
    lang: str,
) -> bool:
    """Build, and tell what came of it; return whether something was published."""
    from linkedproj.build import build
    from linkedproj.mapping.runners.resources import Resources
    from linkedproj.reports.progress import Progress
    from linkedproj.reports.summary import built_lines, gaps_report, report_of

    try:
        with Progress() as tell:
            built = build(
                portfolio, out, sources, tell, release=release, at=at, may_shrink=may_shrink, restored=restored,
                engine=engine, resources=Resources(*resources), keep=keep, site=site,
            )  # fmt: skip
    except DataError as error:
        click.echo(REPORTS["text"](report_of(error.findings), lang), err=True)  # type: ignore[arg-type]  # see DataError
        return _stopped(out)
    except ReleaseError as error:
        click.echo(f"linkedproj: {error}", err=True)
        return _stopped(out)
    if built.gaps:
        click.echo(REPORTS["text"](gaps_report(built), lang), err=True)
    report = report_of(built.findings)
    if report.problems:
        click.echo(f"{report.total(lang)} To see them: linkedproj check", err=True)
    click.echo("\n".join(built_lines(built)))
    return True


def _stopped(out: Path) -> bool:
    kept = f"{out}/ is as it was" if out.exists() else f"{out}/ was not made"
    click.echo(f"Nothing was published; {kept}.", err=True)
    return False
