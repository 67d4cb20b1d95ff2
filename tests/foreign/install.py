"""Install what others wrote to read our files: npm packages, and Python packages in an environment of their own.

As a command it prints where they are: python tests/foreign/install.py FOLDER. The tests look in the folder that
LINKEDPROJ_FOREIGN names, which the gate fills before they begin.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
VARIABLE = "LINKEDPROJ_FOREIGN"

_PATIENCE = 600


class NotHereError(Exception):
    """Something of others is not installed here; the message says how it is."""


def install(folder: Path) -> None:
    """Install everything below a folder, unless it is there already.

    Raises:
        NotHereError: npm or pip cannot install it.
    """
    _npm(folder / "javascript")
    _pip(folder / "python")


def install_scripts(work: Path) -> Path:
    """Put the scripts of this folder into an empty one in which they find their packages; give it.

    Raises:
        NotHereError: the packages are not installed.
    """
    packages = _home() / "javascript/node_modules"
    if not packages.is_dir():
        raise NotHereError(f"{packages} is not there: python tests/foreign/install.py {packages.parents[1]}")
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, work)
    (work / "node_modules").symlink_to(packages, target_is_directory=True)
    return work


def python() -> Path:
    """Give the Python of the environment.

    Raises:
        NotHereError: it is not installed.
    """
    found = _python(_home() / "python")
    if not found.is_file():
        raise NotHereError(f"{found} is not there: python tests/foreign/install.py {_home()}")
    return found


def _home() -> Path:
    named = os.environ.get(VARIABLE, "")
    if not named:
        raise NotHereError(f"{VARIABLE} names no folder: python tests/foreign/install.py FOLDER fills one")
    return Path(named)


def _npm(home: Path) -> None:
    program = shutil.which("npm")
    if not program:
        raise NotHereError("npm is not installed")
    wanted = (HERE / "package.json").read_text("utf-8")
    done = home / "installed"
    if done.is_file() and done.read_text("utf-8") == wanted:
        return
    home.mkdir(parents=True, exist_ok=True)
    (home / "package.json").write_text(wanted, "utf-8")
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]
    _run([program, "install", *options], home)
    done.write_text(wanted, "utf-8")


def _pip(home: Path) -> None:
    wanted = (HERE / "requirements.txt").read_text("utf-8")
    done = home / "installed"
    if done.is_file() and done.read_text("utf-8") == wanted:
        return
    # By the pip that is here: one of its own, and compiled code that is never run, take most of the time.
    venv.create(home, clear=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-compile"]
    install = [sys.executable, "-m", "pip", "--python", str(_python(home)), "install", *options]
    _run([*install, "-r", str(HERE / "requirements.txt")], home)
    done.write_text(wanted, "utf-8")


def _python(home: Path) -> Path:
    return home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _run(command: list[str], where: Path) -> None:
    try:
        subprocess.run(
            command, cwd=where, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=_PATIENCE
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["it gives no reason"])[-1]
        raise NotHereError(f"{Path(command[0]).name} cannot install what {where.name} needs: {last}") from error
    except subprocess.TimeoutExpired as error:
        raise NotHereError(f"{Path(command[0]).name} did not end in {_PATIENCE} seconds") from error


if __name__ == "__main__":
    install(Path(sys.argv[1]).absolute())
    print(sys.argv[1])
