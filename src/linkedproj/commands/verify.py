"""linkedproj verify: hold a published folder against what it says of itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(name="verify")
@click.argument("public", type=click.Path(path_type=Path), default=Path("public"), metavar="[PUBLIC]")
@click.option("--head", default="", metavar="DIGEST", help="The head of a release, as it was noted when published.")
def command(public: Path, head: str) -> None:
    """Compare every file in PUBLIC (default: public) with its checksum, and the catalogue with the bytes.

    Whoever may write to PUBLIC could change a file and its checksum alike. The head that a build prints stands for a
    release and all before it: kept elsewhere, or signed, it tells.

    Exit codes: 0 all is as it was published, 1 something is not, 2 nothing is published there.
    """
    from linkedproj.release import verify

    found = verify(public, head)
    for fault in found.faults:
        click.echo(f"{public.as_posix()}/{fault}")
    counted = f"{found.files} files and {found.downloads} downloads compared"
    releases = f"{len(found.releases)} release{'' if len(found.releases) == 1 else 's'}, {counted}"
    if found.faults:
        click.echo(f"{len(found.faults)} of them wrong: {releases}. Build again, or restore the files.", err=True)
        sys.exit(1)
    click.echo(f"All is as it was published: {releases}.")
    if found.head:
        click.echo(f"head     {found.head}")
