"""Whether all that a check reads is as it was: then it would find the same, and need not be made again."""

from __future__ import annotations

import datetime as dt
import platform
import time
from pathlib import Path
from stat import S_ISDIR, S_ISLNK
from typing import TYPE_CHECKING

from linkedproj.check.engines import ENGINES
from linkedproj.model.paths import program_folders
from linkedproj.system.caches import digest
from linkedproj.system.packages import version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTLED = 2.0
"""Seconds after which a change shows in a file's times, on the coarsest file system."""


def fingerprint(portfolio: Path, *asked: object) -> str:
    """Return what differs when a file of the portfolio or of the program, the day, or what is `asked` differs.

    Files are told apart by name, number, size and times, as make and git do. It is "" where that cannot be relied upon:
    a file was changed a moment ago, a link leads to another folder, something cannot be looked at.
    """
    try:
        files = [sorted(_files(folder)) for folder in (portfolio, *program_folders())]
    except OSError:
        return ""
    if any(max(changed) > (time.time() - _SETTLED) * 1e9 for listed in files for *_, changed in listed):
        return ""
    packages = [version_of(package) for package in ("linkedproj", *(engine.package for engine in ENGINES.values()))]
    return digest(
        str(Path.cwd()), dt.datetime.now().astimezone().date(), platform.python_version(), packages, files, asked
    )


def _files(folder: Path) -> Iterator[tuple[str, int, int, tuple[int, int]]]:
    """Yield each file below a folder: its path, number, size, and when it was changed and it or its name last were.

    Raises:
        OSError: one cannot be looked at; a link leads to a folder.
    """
    for path in folder.iterdir():
        found = path.stat()
        if S_ISDIR(found.st_mode):
            if S_ISLNK(path.lstat().st_mode):
                raise OSError(f"{path} is a link to a folder")
            if path.name != "__pycache__" and not path.name.startswith("."):
                yield from _files(path)
        else:
            yield str(path), found.st_ino, found.st_size, (found.st_mtime_ns, found.st_ctime_ns)
