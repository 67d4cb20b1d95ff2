"""One build at a time publishes into a folder; the others wait, and can say for whom.

The lock is a file beside the folder, `.<name>.lock`, of which the system lets go however its holder ends. What stands
in it is for people only: a build that was killed leaves it, and the next one takes it over and removes it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MODE = 0o644


@contextmanager
def locked(served: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Let only one process at a time publish into a folder; `tell` hears for whom this one has to wait.

    Raises:
        OSError: the folder above cannot be written to.
    """
    if sys.platform == "win32":
        yield
        return
    path = served.with_name(f".{served.name}.lock")
    handle = _taken(path, tell)
    try:
        _sign(handle)
        yield
    finally:
        # Removed while it is held, so that nobody holds a file that another one does not see.
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def _taken(path: Path, tell: Callable[[str], None]) -> int:
    """Return the handle of the lock file, once it is held, and is still the one at its path.

    Raises:
        OSError: there can be no such file, or no lock on it.
    """
    import fcntl

    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, _MODE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"waiting for another build to end{_holder(handle)}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            os.close(handle)
            raise
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)


def _sign(handle: int) -> None:
    holder = {
        "process": os.getpid(),
        "host": socket.gethostname(),
        "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
    }
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(holder).encode() + b"\n", 0)


def _holder(handle: int) -> str:
    """Say who holds the lock and since when, as far as it is written there."""
    try:
        found = json.loads(os.pread(handle, 1000, 0))
        return f" (process {found['process']:d} on {found['host']}, since {found['since']})"
    except (ValueError, TypeError, KeyError):
        return ""
