"""The published folder: written beside the old one, and swapped in whole."""

from __future__ import annotations

import ctypes
import gzip
import hashlib
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

COMPRESS_FROM = 65_536
"""Files of this many bytes and more get a compressed copy."""

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_BLOCK = 1 << 20
_STAGING = ".staging-"


@dataclass(frozen=True)
class Published:
    """One file of a release: its name, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


class Release:
    """One version of the dumps on its way to `<out>/dump/<version>/` and `<out>/dump/latest/`, and what goes with it.

    Use it as a context: unless `publish` was called, nothing of it remains and what was there before is untouched.
    """

    def __init__(self, out: Path, version: str) -> None:
        self.root, self.version = out / "dump", version
        self.folder = self.root / f"{_STAGING}{os.getpid()}"
        self._copy = self.root / f"{_STAGING}{os.getpid()}-latest"
        self._beside: dict[str, Path] = {}
        self._made = [folder for folder in (self.root, *self.root.parents) if not folder.exists()]

    def __enter__(self) -> Self:
        """Make the folder to write into."""
        self.root.mkdir(parents=True, exist_ok=True)
        self._clear_leftovers()
        self.folder.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was not published."""
        for path in (self.folder, self._copy, *self._beside.values()):
            shutil.rmtree(path, ignore_errors=True)
        with suppress(OSError):
            for folder in self._made:
                folder.rmdir()

    def beside(self, name: str) -> Path:
        """Make a folder to write into that `publish` swaps in whole as `<out>/<name>/`, after the dumps."""
        self._beside[name] = folder = self.root / f"{_STAGING}{os.getpid()}-{name}"
        folder.mkdir()
        return folder

    def publish(self) -> list[Published]:
        """Compress, sum and swap in what was written to `folder`; give its files."""
        for path in sorted(self.folder.iterdir()):
            if path.stat().st_size >= COMPRESS_FROM:
                _compress(path)
        files = [Published(path.name, path.stat().st_size, _sha256(path)) for path in sorted(self.folder.iterdir())]
        sums = "".join(f"{file.sha256}  {file.name}\n" for file in files)
        (self.folder / "SHA256SUMS").write_text(sums, "utf-8", newline="\n")
        shutil.copytree(self.folder, self._copy)
        _swap(self.folder, self.root / self.version)
        _swap(self._copy, self.root / "latest")
        for name, folder in self._beside.items():
            _swap(folder, self.root.parent / name)
        return files

    def _clear_leftovers(self) -> None:
        """Remove what builds left behind that were killed; those of a running process are let be."""
        for path in self.root.glob(f"{_STAGING}*"):
            owner = path.name.removeprefix(_STAGING).partition("-")[0]
            if not (owner.isdigit() and _runs(int(owner))):
                shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _compress(path: Path) -> None:
    """Write `<path>.gz` without name and time, so that equal files have equal copies."""
    with (
        path.open("rb") as plain,
        path.with_name(path.name + ".gz").open("wb") as target,
        gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, _BLOCK)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _swap(new: Path, old: Path) -> None:
    """Put `new` in the place of `old`; `old` then lies where `new` was, or is gone."""
    if not old.exists():
        new.rename(old)
    elif not _exchange(new, old):
        # Without an atomic exchange there is a moment without the folder, but never one with half of it.
        aside = new.with_name(new.name + "-old")
        old.rename(aside)
        new.rename(old)
        shutil.rmtree(aside)


def _exchange(new: Path, old: Path) -> bool:
    """Exchange two folders in one step (Linux, renameat2), if the system can."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _RENAME_EXCHANGE) == 0)
