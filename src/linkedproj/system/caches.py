"""What one run keeps for the next, in the place that the user's system has for caches.

A kept file is plain data with a sum of its own; it may be removed at any time. What is damaged, or belongs to or can be
written by another user, is as if it were not there; what cannot be written is not kept. Neither is ever a fault.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_MOST = 64
_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def cache_folder() -> Path:
    """Return where things are kept: LINKEDPROJ_CACHE, or what the system has for caches."""
    if chosen := os.environ.get("LINKEDPROJ_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local", "linkedproj")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "linkedproj")


def kept_in(room: str, *about: object) -> Path | None:
    """Return the path of the file of a room ("verdicts") that is about something; None where nothing can be kept."""
    try:
        return cache_folder() / room / f"{digest(about)[:24]}.json"
    except RuntimeError:
        # A user without a home.
        return None


def digest(*parts: object) -> str:
    """Return a digest of values by how they print; no two lists of values print alike."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()


def recall(path: Path | None) -> Any:  # noqa: ANN401 - whatever was kept
    """Return what was kept under a path, None if there is nothing that can be relied upon."""
    if path is None:
        return None
    try:
        with open(path, "rb", opener=_own) as file:
            total, _, body = file.read().partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() == total:
            return json.loads(body)
    except (OSError, ValueError, RecursionError):
        pass
    return None


def keep(path: Path | None, content: object) -> None:
    """Keep what JSON can hold under a path; of the files beside it, those kept longest ago go."""
    if path is None:
        return
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            fresh.unlink()
        try:
            with open(fresh, "xb", opener=_private) as file:
                file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
        _evict(path.parent)


def _own(path: str, flags: int) -> int:
    """Open a file that nobody but this user can have written.

    Raises:
        PermissionError: it is another's, or no file.
        OSError: it is a link, or cannot be read.
    """
    handle = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))
    found = os.fstat(handle)
    others = hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & _OTHERS)
    if others or not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise PermissionError(path)
    return handle


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _evict(folder: Path) -> None:
    """Remove the files that were kept longest ago, with what killed runs left.

    Raises:
        OSError: one cannot be removed.
    """
    found = sorted(folder.iterdir(), key=lambda path: path.lstat().st_mtime, reverse=True)
    for path in found[_MOST:]:
        path.unlink(missing_ok=True)
