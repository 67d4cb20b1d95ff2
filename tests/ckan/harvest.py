"""Show what CKAN makes of a published folder: python tests/ckan/harvest.py PUBLIC [FOLDER OF THE ENVIRONMENT].

Makes an environment of its own with the real ckanext-dcat from the package index (once), and runs its parser there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).parent


def install(environment: Path) -> Path:
    """Make the environment if it is not there; give its Python.

    Raises:
        CalledProcessError: a package cannot be installed.
    """
    python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    done = environment / "installed"
    requirements = (HERE / "requirements.txt").read_text("utf-8")
    if not done.is_file() or done.read_text("utf-8") != requirements:
        # By the pip that is here: one of its own, and compiled code that is never run, take most of the time.
        venv.create(environment, clear=True)
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-compile"]
        command += ["--no-deps", "-r", str(HERE / "requirements.txt")]
        subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        done.write_text(requirements, "utf-8")
    return python


def harvest(public: Path, python: Path) -> str:
    """Read the catalogue in a public folder from each serialisation; give JSON.

    Raises:
        CalledProcessError: the parser failed.
    """
    command = [str(python), "-W", "ignore", str(HERE / "read.py"), str(public)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.stdout


def main() -> None:
    """Run from the command line."""
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.gettempdir(), "linkedproj-ckan")
    print(harvest(Path(sys.argv[1]), install(folder)))


if __name__ == "__main__":
    main()
