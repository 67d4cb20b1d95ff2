"""Put a folder in the place of another in one step, and undo what a killed process left half done."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from typing import TYPE_CHECKING

from linkedproj.model.errors import SetupError
from linkedproj.release.tree import settle, sync

if TYPE_CHECKING:
    from pathlib import Path

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def staging(served: Path) -> Path:
    """Return the folder in which the next content of a served folder is written."""
    return served.with_name(f".{served.name}.next")


def scratch_of(served: Path) -> Path:
    """Return where a build keeps what is not published: on the disk of the served folder, which has room for it."""
    return served.with_name(f".{served.name}.scratch")


def restore(served: Path) -> None:
    """Undo an exchange that was killed between its two renames, and remove what was set aside."""
    aside = _aside(served)
    if aside.exists() and not served.exists():
        aside.rename(served)
    for folder in (aside, staging(served), scratch_of(served)):
        shutil.rmtree(folder, ignore_errors=True)


def exchange(served: Path) -> None:
    """Put the staged folder in the place of the served one, which is removed once that is on the disk.

    Raises:
        SetupError: the system refuses, as it does for a folder that is mounted.
    """
    new = staging(served)
    settle(new, served)
    try:
        if not served.exists():
            new.rename(served)
        elif not _exchange(new, served):
            # Without an exchange there is a moment without the folder, but never one with half of it.
            served.rename(_aside(served))
            new.rename(served)
        sync(served.parent)
    except OSError as error:
        hint = "Name a folder inside it, which can be replaced as a whole."
        raise SetupError(f"{served} cannot be replaced: {error.strerror}. {hint}") from error
    finally:
        restore(served)


def _aside(served: Path) -> Path:
    return served.with_name(f".{served.name}.previous")


def _exchange(new: Path, old: Path) -> bool:
    """Exchange two folders in one step (Linux, renameat2), if the system can."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _RENAME_EXCHANGE) == 0)
