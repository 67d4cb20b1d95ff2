"""The command line: one command a file in `commands/`, found by name."""

from __future__ import annotations

import errno
import importlib
import keyword
import os
import pkgutil
import shutil
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkedproj import commands
from linkedproj.model.errors import EngineDisagreement, LinkedprojError, RemoteError
from linkedproj.model.lexical import printable
from linkedproj.reports.terminal import harmless_output
from linkedproj.system.garbage import look_seldom
from linkedproj.system.scratch import run_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SETUP_WRONG = 2
ENGINES_DISAGREE = 3
REMOTE_WRONG = 4
_CODES = {EngineDisagreement: ENGINES_DISAGREE, RemoteError: REMOTE_WRONG}
_KEPT = "What was published before is as it was."
_FULL = "the disk is full. Free some space for the output and its copy."


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
        name = cmd_name.replace("-", "_")
        # A word of Python cannot be the name of a module: such a one ends in "_".
        module = importlib.import_module(f"linkedproj.commands.{name}{'_' if keyword.iskeyword(name) else ''}")
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
    look_seldom()
    try:
        with ended_like_an_interruption(), run_folder(), harmless_output():
            linkedproj.main(arguments, prog_name="linkedproj")
    except LinkedprojError as error:
        _end(str(error), next((code for kind, code in _CODES.items() if isinstance(error, kind)), SETUP_WRONG))
    except OSError as error:
        _end(f"{_refused(error)} {_KEPT}")
    except MemoryError:
        _end(f"there is not enough memory for this. Close other programs, or ask for less at a time. {_KEPT}")
    except RecursionError:
        _end(f"something is nested too deeply to be read. {_KEPT}")


def _end(told: str, code: int = SETUP_WRONG) -> None:
    click.echo(f"linkedproj: {printable(told)}", err=True)
    sys.exit(code)


def _refused(error: OSError) -> str:
    """Say in a sentence what the system did not do, and to what."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        # Copying a folder goes on after a fault, and tells all of them: (from, to, why).
        source, _, why = error.args[0][0]
        if os.strerror(errno.ENOSPC) in str(why):
            return _FULL
        return f"{source}: it cannot be copied: {why}."
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _FULL
    why = (error.strerror or str(error)).lower()
    return f"{error.filename or 'a file'}: it cannot be read or written: {why}."


@contextmanager
def ended_like_an_interruption() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the program as Ctrl-C does, so that it cleans up; its exit code tells which it was."""

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # What the caller had ignored, as nohup does, stays ignored.
    before = {each: signal.signal(each, end) for each in signals if signal.getsignal(each) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
