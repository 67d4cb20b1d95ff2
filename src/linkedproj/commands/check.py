"""linkedproj check: say whether the records can be published, and if not, where and what to do."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkedproj.check.engines import AUTO, ENGINES
from linkedproj.mapping.runners import RUNNERS
from linkedproj.model.errors import LinkedprojError
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.paths import require_portfolio
from linkedproj.reports import REPORTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkedproj.check.portfolio import Findings


@click.command(name="check")
@click.argument("folder", type=click.Path(path_type=Path), required=False, metavar="[DIR]")
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Look up every quote in the private copies of the sources in this folder.",
)
@click.option("--format", "form", type=click.Choice(list(REPORTS)), default="text", help="How findings are written.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the findings.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the findings to this file.")
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
@click.option("--no-cache", is_flag=True, help="Judge everything again, whatever an earlier run found.")
@click.option("--watch", is_flag=True, help="Check again at each save, and strike off what is mended.")
@click.option(
    "--alike",
    is_flag=True,
    help="Compare names as well, and tell which records may be one (off: with many records it takes a while).",
)
@click.option("--coverage", is_flag=True, help="Tell for each column how its values are known, and where they are not.")
def command(
    folder: Path | None,
    sources: Path | None,
    form: str,
    lang: str,
    out: Path | None,
    *,
    jobs: int,
    runner: str,
    master: str,
    engine: str,
    no_cache: bool,
    watch: bool,
    alike: bool,
    coverage: bool,
) -> None:
    """Check the tables in DIR (default: here, else data); nothing is published.

    Exit codes: 0 sound, 1 something must be corrected, 2 the set-up is wrong, 3 two SHACL engines disagree.
    """
    from linkedproj.check.unchanged import fingerprint
    from linkedproj.system.caches import keep, kept_in, recall
    from linkedproj.system.outputs import staged
    from linkedproj.system.packages import version_of

    portfolio = require_portfolio(folder)

    def check() -> Findings:
        from linkedproj.check.portfolio import check_folder
        from linkedproj.mapping.runners.resources import Resources
        from linkedproj.queries.saved.strays import stray_defaults
        from linkedproj.reports.progress import Progress

        asked = Resources(jobs, runner, master)
        with Progress() as tell:
            return check_folder(
                portfolio, sources, tell, engine=engine, resources=asked, further=stray_defaults, keep=not no_cache,
                alike=alike,
            )  # fmt: skip

    if watch:
        _watch(portfolio, check, lang, is_text_here=form == "text" and not out)
        return
    # What compares names may have been installed since.
    asked = (str(portfolio), form, lang, engine, runner, version_of("rapidfuzz") or "none" if alike else "")
    key = "" if no_cache or sources else fingerprint(portfolio, *asked)
    place = kept_in("reports", Path.cwd(), *asked) if key else None
    found = recall(place)
    if not isinstance(found, dict) or found.get("key") != key:
        found = {"key": key, **_told(check(), form, lang)}
        # What was edited meanwhile may have been read before the edit or after it.
        keep(place if key == fingerprint(portfolio, *asked) else None, found)
    text = found["text"]
    if out:
        with staged(out) as file:
            file.write_text(text, "utf-8")
        click.echo(f"{found['total']} Written to {out}.")
    else:
        click.echo(text, nl=not text.endswith("\n"))
    if coverage:
        click.echo("\n" + "\n".join(found["coverage"]))
    sys.exit(found["code"])


def _told(findings: Findings, form: str, lang: str) -> dict[str, Any]:
    """Return in plain data what is told of a check, and told again as long as nothing changes."""
    from linkedproj.reports.report import exit_code
    from linkedproj.reports.summary import coverage_lines, report_of

    report = report_of(findings)
    return {
        "text": REPORTS[form](report, lang),
        "total": report.total(lang),
        "code": exit_code(report),
        "coverage": list(coverage_lines(findings.evidence.coverage)),
    }


def _watch(portfolio: Path, check: Callable[[], Findings], lang: str, *, is_text_here: bool) -> None:
    """Check at each save; what cannot even be opened is told, and waits for the next one.

    Raises:
        UsageError: another format or a file was asked for.
    """
    from linkedproj.reports.summary import report_of
    from linkedproj.reports.watched import told_since
    from linkedproj.reports.words import phrase
    from linkedproj.tables.watching import saves

    if not is_text_here:
        raise click.UsageError("--watch tells what it finds here, as text: leave out --format and --out.")
    before = None
    # Ctrl-C is how this ends, whatever it is doing.
    with suppress(KeyboardInterrupt):
        for saved in saves(portfolio):
            click.echo("\n" + ", ".join(saved) if saved else phrase(lang, "watching", folder=str(portfolio)))
            try:
                report = report_of(check())
            except LinkedprojError as error:
                click.echo(f"linkedproj: {error}", err=True)
                continue
            click.echo(told_since(before, report, lang), nl=False)
            before = report
