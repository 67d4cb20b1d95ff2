"""What is done with files as they are: their sum, and a second place."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path


def sha256(path: Path) -> str:
    """Sum the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def double(old: Path | str, new: Path | str) -> None:
    """Give an entry a second place without copying it, where the file system can."""
    if stat.S_ISLNK(os.lstat(old).st_mode):
        Path(new).symlink_to(Path(old).readlink())
        with suppress(OSError, NotImplementedError):
            shutil.copystat(old, new, follow_symlinks=False)
        return
    try:
        os.link(old, new, follow_symlinks=False)
    except OSError:
        shutil.copy2(old, new)
