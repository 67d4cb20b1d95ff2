"""Files that a person names for an output: there whole or not at all, and nothing else is replaced by one."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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


def replace_all(contents: Mapping[Path, bytes]) -> None:
    """Write several files, those that are there among them: all of them, or none.

    Raises:
        OSError: one cannot be written; all are as they were.
    """
    places = {path.resolve(): data for path, data in contents.items()}
    made = {place: place.with_name(f".{place.name}-{os.getpid()}") for place in places}
    kept = {place: place.with_name(f".{place.name}-{os.getpid()}-before") for place in places if place.exists()}
    replaced: list[Path] = []
    try:
        for place, data in places.items():
            with made[place].open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for place, copy in kept.items():
            shutil.copymode(place, made[place])
            shutil.copy2(place, copy)
        for place, beside in made.items():
            beside.replace(place)
            replaced.append(place)
    except BaseException:
        for place in replaced:
            if place in kept:
                kept[place].replace(place)
            else:
                place.unlink()
        raise
    finally:
        for beside in (*made.values(), *kept.values()):
            with suppress(OSError):
                beside.unlink()
