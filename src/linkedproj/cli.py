"""The command line: one command a file in `commands/`, found by name."""

from __future__ import annotations

import errno
import importlib
import pkgutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj import commands
from linkedproj.model.errors import EngineDisagreement, LinkedprojError, RemoteError

if TYPE_CHECKING:
    from collections.abc import Sequence

SETUP_WRONG = 2
ENGINES_DISAGREE = 3
REMOTE_WRONG = 4
_CODES = {EngineDisagreement: ENGINES_DISAGREE, RemoteError: REMOTE_WRONG}


class Commands(click.Group):
    """Loads a command when it is asked for, so that help never waits for a library."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the modules in `commands/`."""
        del ctx
        return sorted(module.name.rstrip("_") for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"linkedproj.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how to begin, where there is no portfolio yet."""
        del ctx
        if not any(Path(folder, "portfolio.toml").is_file() for folder in (".", "data")):
            formatter.write("\nThere is no portfolio here. To begin one: linkedproj new DIR\n")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="linkedproj")
def linkedproj() -> None:
    """Publish a portfolio of projects as linked open data.

    Tables a curator keeps become RDF, are checked with SHACL, and are published as Turtle, JSON-LD and N-Triples dumps
    with saved SPARQL queries.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; what we or the system refuse to do is one sentence, never a traceback."""
    try:
        linkedproj.main(arguments, prog_name="linkedproj")
    except LinkedprojError as error:
        click.echo(f"linkedproj: {error}", err=True)
        sys.exit(next((code for kind, code in _CODES.items() if isinstance(error, kind)), SETUP_WRONG))
    except OSError as error:
        kept = "What was published before is as it was."
        if error.errno == errno.ENOSPC:
            told = "the disk is full. Free some space for the output and its copy."
        else:
            told = (
                f"{error.filename or 'a file'}: it cannot be read or written: {(error.strerror or str(error)).lower()}."
            )
        click.echo(f"linkedproj: {told} {kept}", err=True)
        sys.exit(SETUP_WRONG)
