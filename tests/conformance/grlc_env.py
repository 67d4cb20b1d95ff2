"""Make an environment of its own for grlc, which pins other versions of what we use ourselves.

As a command it prints the Python of that environment: python tests/conformance/grlc_env.py FOLDER
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

VERSION = "1.3.11"

_PATIENCE = 600


class CannotInstallError(Exception):
    """The package index is out of reach, or grlc does not install here."""


def grlc_python(folder: Path) -> Path:
    """Install grlc below `folder`, unless it is there already, and give its Python.

    Raises:
        CannotInstallError: pip cannot install it.
    """
    home = folder / f"grlc-{VERSION}-python{sys.version_info.major}.{sys.version_info.minor}"
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    done = home / "installed"
    if done.is_file():
        return python
    # By the pip that is here: one of its own, and compiled code that is never run, take most of the time.
    venv.create(home, clear=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-compile"]
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, f"grlc=={VERSION}"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PATIENCE)
    except subprocess.CalledProcessError as error:
        raise CannotInstallError(f"pip cannot install grlc {VERSION}: {_last_line(error.stderr)}") from error
    except subprocess.TimeoutExpired as error:
        raise CannotInstallError(f"pip did not install grlc {VERSION} in {_PATIENCE} seconds") from error
    done.touch()
    return python


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it gives no reason"])[-1]


if __name__ == "__main__":
    print(grlc_python(Path(sys.argv[1])))
