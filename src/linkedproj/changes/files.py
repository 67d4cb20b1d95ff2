"""Files that are there whole or not at all, with the same bytes for the same content."""

from __future__ import annotations

import gzip
import shutil
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, TextIO, cast

from linkedproj.model.errors import Place, SetupError
from linkedproj.system.outputs import staged
from linkedproj.system.packing import packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_BLOCK = 1 << 20


@contextmanager
def replacing(path: Path, *, through_links: bool = False) -> Iterator[TextIO]:
    """Write a text file beside its place, and put it there when it is whole; links and devices are as in `staged`.

    Raises:
        SetupError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            staged(path, through_links=through_links) as beside,
            beside.open("w", encoding="utf-8", newline="\n") as file,
        ):
            yield file
    except OSError as error:
        raise SetupError(f"the file cannot be written: {error.strerror}.", Place(path.as_posix())) from error


def install(source: Path, path: Path) -> None:
    """Copy a file to its place, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with staged(path, through_links=False) as beside:
        shutil.copyfile(source, beside)


def unpacked(path: Path) -> IO[bytes]:
    """Open a file to be read; one that ends in .gz is unpacked on the way."""
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def pack(lines: Iterable[bytes], path: Path) -> None:
    """Write lines with gzip, without name and time, so that equal lines give equal bytes."""
    with path.open("wb") as target, packed(target) as archive:
        archive.writelines(lines)


def has_same_bytes(one: Path, other: Path) -> bool:
    """Check whether two files hold the same bytes."""
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        return all(a == b for a, b in zip(_blocks(left), _blocks(right), strict=True))


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(_BLOCK), b"")
