"""Files that a person names for an output: there whole or not at all, and nothing else is replaced by one."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def staged(path: Path, *, through_links: bool = True) -> Iterator[Path]:
    """Yield where to write what takes its place at `path` once the context ends well.

    Where a link stands, what it leads to is replaced, or without `through_links` the link itself. A device or a pipe,
    such as /dev/stdout, cannot be replaced: it is written to as it is.

    Raises:
        OSError: it cannot be written; the error names `path`.
    """
    place = path.resolve() if through_links else path
    is_device = through_links and place.exists() and not place.is_file()
    beside = place if is_device else place.with_name(f".{place.name}-{os.getpid()}")
    try:
        yield beside
        if beside != place:
            with suppress(OSError):
                shutil.copymode(place, beside)
            beside.replace(place)
    except OSError as error:
        if error.filename is None or str(error.filename) == str(beside):
            error.filename = str(path)
        raise
    finally:
        if beside != place:
            with suppress(OSError):
                beside.unlink()
