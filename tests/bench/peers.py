"""The environments that peers are measured in: one each, so that no peer decides what another may need.

`python -m tests.bench.peers install [PEER ...]` makes them with the standard library's `venv` and installs the versions
pinned in `environments/<peer>.txt`; `list` says which are there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

PINNED = Path(__file__).parent / "environments"
ENVIRONMENTS = {path.stem: path for path in sorted(PINNED.glob("*.txt"))}
NEEDED = {
    "rdflib": "rdflib",
    "rdflib, start only": "rdflib",
    "morph-kgc": "morph-kgc",
    "pyoxigraph store": "pyoxigraph",
    "pyoxigraph stream": "pyoxigraph",
    "polars": "polars",
    "duckdb": "duckdb",
    "pySHACL": "pyshacl",
    "a careful user's script": "pyshacl",
    "shacl": "shacl",
}
"""Engine -> its environment; all others run in that of the project."""


@dataclass(frozen=True)
class Home:
    """The interpreter an engine runs in; `own` is false where that of the project has to do."""

    python: str
    own: bool


def cache_folder() -> Path:
    """Give the folder for environments that are not told where to be."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "linkedproj-bench"


def home(engine: str, folder: Path) -> Home | None:
    """Find the interpreter for an engine, None where its library is nowhere."""
    needed = NEEDED.get(engine)
    if needed is None:
        return Home(sys.executable, own=True)
    if _installed(needed, folder):
        return Home(str(folder / needed / "bin" / "python"), own=True)
    return Home(sys.executable, own=False) if find_spec(needed.replace("-", "_")) else None


def missing(engine: str) -> str:
    """Say why an engine is not measured."""
    return f"{NEEDED[engine]} is not installed; python -m tests.bench.peers install {NEEDED[engine]}"


@cache
def version(python: str, library: str) -> str:
    """Ask an interpreter which version of a library it has."""
    program = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    return subprocess.run([python, "-c", program, library], capture_output=True, text=True, check=True).stdout.strip()


def install(name: str, folder: Path) -> None:
    """Make the environment of one peer anew, and note what it was made from."""
    target, pins = folder / name, ENVIRONMENTS[name]
    venv.create(target, with_pip=True, clear=True)
    python = target / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", pins], check=True)
    subprocess.run([python, "-m", "pip", "check"], check=True)
    (target / "pinned.txt").write_bytes(pins.read_bytes())


def _installed(name: str, folder: Path) -> bool:
    """Whether an environment is there and holds what is pinned now."""
    made = folder / name / "pinned.txt"
    return made.is_file() and made.read_bytes() == ENVIRONMENTS[name].read_bytes()


def main() -> None:
    """Install what is not there, or list what is."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("action", choices=("install", "list"))
    parser.add_argument("peer", nargs="*", help=f"which ones (all: {', '.join(ENVIRONMENTS)})")
    parser.add_argument("--into", type=Path, default=cache_folder(), metavar="DIR", help="folder (%(default)s)")
    options = parser.parse_args()
    if unknown := set(options.peer) - set(ENVIRONMENTS):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}. There are {', '.join(ENVIRONMENTS)}.")
    for name in options.peer or ENVIRONMENTS:
        if options.action == "install" and not _installed(name, options.into):
            install(name, options.into)
        print(f"{name}: {'installed' if _installed(name, options.into) else 'not installed'}")


if __name__ == "__main__":
    main()
