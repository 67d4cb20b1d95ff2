"""What a run needs for a while lies in one folder of its own, which goes with it, or is swept by the next run.

Whatever asks for a temporary file gets it there: this process and those it starts, libraries included. A run holds a
lock on its folder as long as it lives; a folder that nobody holds was left by a run that was killed.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "linkedproj-run-"
_LOCK, _VARIABLE = ".lock", "TMPDIR"


@contextmanager
def run_folder() -> Iterator[None]:
    """Let temporary files lie in a private folder (mode 0700) as long as the context lasts; sweep what others left.

    Where no folder can be made, or within another run, all is as it was.
    """
    made = _made()
    if made is None:
        yield
        return
    folder, handle = made
    before = tempfile.tempdir, os.environ.get(_VARIABLE)
    tempfile.tempdir = os.environ[_VARIABLE] = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before[0]
        if before[1] is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before[1]
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def abandon() -> None:
    """Remove the folder of this run, for a process that is about to end without leaving its contexts."""
    folder = tempfile.tempdir or ""
    if os.path.basename(folder).startswith(PREFIX):  # noqa: PTH119 - a text, or nothing
        shutil.rmtree(folder, ignore_errors=True)


def _made() -> tuple[Path, int] | None:
    """Return a new folder and the handle that holds it, or None."""
    if sys.platform == "win32":
        return None
    try:
        above = Path(tempfile.gettempdir())
        if above.name.startswith(PREFIX):
            return None
        _sweep(above)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        return folder, _hold(folder)
    except OSError:
        return None


def _hold(folder: Path) -> int:
    """Lock a folder, and return the handle that holds it; processes that this one starts do not inherit it.

    Raises:
        OSError: it is locked, or the system has no such locks.
    """
    import fcntl

    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Another run may have swept it before it was held.
        (folder / _LOCK).stat()
    except OSError:
        os.close(handle)
        raise
    return handle


def _sweep(above: Path) -> None:
    """Remove the folders of runs that are no more, if they are this user's."""
    with suppress(OSError), os.scandir(above) as entries:
        left = [entry for entry in entries if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False)]
        for entry in left:
            # One that has no lock yet is being made at this moment.
            if entry.stat(follow_symlinks=False).st_uid != os.getuid() or not Path(entry.path, _LOCK).is_file():
                continue
            with suppress(OSError):
                handle = _hold(Path(entry.path))
                shutil.rmtree(entry.path, ignore_errors=True)
                os.close(handle)
