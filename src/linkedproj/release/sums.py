"""Compressing and summing files. Source of the format of SHA256SUMS: sha256sum(1), so that `sha256sum -c` reads it."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, SetupError
from linkedproj.system.files import sha256
from linkedproj.system.packing import packed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

COMPRESS_FROM = 65_536
"""Files of this many bytes and more get a compressed copy."""

SUMS = "SHA256SUMS"

_BLOCK = 1 << 20
_LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<name>[^\n]+)")
_PACKED = frozenset({".gz", ".parquet"})


@dataclass(frozen=True)
class Published:
    """One file of a release: its name, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


def seal(folder: Path) -> list[Published]:
    """Compress the large files of a folder of dumps, write the sums of all, and return them by name.

    Every file is read once: it is compressed and summed in the same pass.
    """
    # Compressing and summing let other threads go on while they work, so that all cores do: the largest file first.
    by_size = sorted(folder.iterdir(), key=lambda path: -path.stat().st_size)
    with ThreadPoolExecutor() as threads:
        files = sorted(chain.from_iterable(threads.map(_seal_file, by_size)), key=lambda file: file.name)
    write_sums({file.name: file.sha256 for file in files}, folder / SUMS)
    return files


def write_sums(sums: Mapping[str, str], path: Path) -> None:
    """Write sums by name."""
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    path.write_text(text, "utf-8", newline="\n")


def read_sums(path: Path) -> dict[str, str]:
    """Read sums by name; without the file there are none.

    Raises:
        SetupError: a line is none of sha256sum's.
    """
    if not path.is_file():
        return {}
    sums = {}
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if not match:
            raise SetupError("this is no line of checksums.", Place(path.as_posix(), number))
        sums[match["name"]] = match["digest"]
    return sums


def compare(folder: Path) -> Iterator[str]:
    """Compare a folder of dumps with its checksums, both ways; yield each difference as a sentence."""
    sums = read_sums(folder / SUMS)
    yield from differing(folder, sums)
    for path in sorted(folder.iterdir()):
        if path.name != SUMS and path.name not in sums:
            yield f"{path.name}: {SUMS} does not list it."


def differing(folder: Path, sums: Mapping[str, str]) -> Iterator[str]:
    """Yield each file that is not there or has another checksum."""
    for name, digest in sums.items():
        if not (folder / name).is_file():
            yield f"{name}: the file is missing."
        elif sha256(folder / name) != digest:
            yield f"{name}: the bytes are not those that were published (SHA-256)."


def _seal_file(path: Path) -> list[Published]:
    """Sum a file, and a large one's compressed copy, which has no name and time: equal files have equal copies."""
    if path.stat().st_size < COMPRESS_FROM or path.suffix in _PACKED:
        return [Published(path.name, path.stat().st_size, sha256(path))]
    copy, digest = path.with_name(path.name + ".gz"), hashlib.sha256()
    with (
        path.open("rb") as plain,
        copy.open("wb") as target,
        packed(target) as archive,
    ):
        while block := plain.read(_BLOCK):
            digest.update(block)
            archive.write(block)
    return [
        Published(path.name, path.stat().st_size, digest.hexdigest()),
        Published(copy.name, copy.stat().st_size, sha256(copy)),
    ]
