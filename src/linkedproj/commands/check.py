"""linkedproj check: say whether the records can be published, and if not, where and what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from linkedproj.check.engines import AUTO, ENGINES
from linkedproj.mapping.runners import RUNNERS
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.paths import require_portfolio
from linkedproj.reports import REPORTS


@click.command(name="check")
@click.argument("folder", type=click.Path(path_type=Path), default=None, metavar="[DIR]")
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
    "--engine", type=click.Choice([AUTO, *ENGINES]), default=AUTO, help="SHACL engine (auto: fast for large data)."
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
    coverage: bool,
) -> None:
    """Check the tables in DIR (default: here, else data); nothing is published.

    Exit codes: 0 sound, 1 something must be corrected, 2 the set-up is wrong, 3 two SHACL engines disagree.
    """
    from linkedproj.check.portfolio import check_folder
    from linkedproj.mapping.runners.resources import Resources
    from linkedproj.queries.saved.strays import stray_defaults
    from linkedproj.reports.progress import Progress
    from linkedproj.reports.report import exit_code
    from linkedproj.reports.summary import coverage_lines, report_of
    from linkedproj.system.outputs import staged

    with Progress() as tell:
        findings = check_folder(
            require_portfolio(folder),
            sources,
            tell,
            engine=engine,
            resources=Resources(jobs, runner, master),
            further=stray_defaults,
        )
    report = report_of(findings)
    text = REPORTS[form](report, lang)
    if out:
        with staged(out) as place:
            place.write_text(text, "utf-8")
        click.echo(f"{report.total(lang)} Written to {out}.")
    else:
        click.echo(text, nl=not text.endswith("\n"))
    if coverage:
        click.echo("\n" + "\n".join(coverage_lines(findings.evidence.coverage)))
    sys.exit(exit_code(report))
