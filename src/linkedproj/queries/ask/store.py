"""A store for files of any size: in memory while they are small, on disk above that, kept for the next query.

A kept store is a folder `<cache>/<key>/store`, where the key tells the files and how they were at the time. It is
filled beside its place and renamed into it: a process that is killed leaves nothing that is taken for a store. A list
of its files lies beside it; where they are not as they were listed, the store is made again and never opened: what is
damaged can take an engine's memory without end.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Self

import pyoxigraph as ox

from linkedproj.model.errors import QueryError
from linkedproj.queries.ask.local import fill, load
from linkedproj.system.caches import cache_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

IN_MEMORY = 64 * 2**20
"""Bytes of RDF that are read into memory at each run.

Measured with pyoxigraph 0.5.13: 64 MB, some 5,000 projects, take 2 s and 240 MB at every start. On disk they take 5 s
once and 0.05 s from then on; aggregates of all records take 2 to 9 times as long there, look-ups no longer.
"""

KEPT = 4
"""So many stores are kept in a cache; the one that was used longest ago goes first."""

_PACKED = 16
"""How many times its size a compressed file has when it is read: N-Triples of portfolios are packed 15 to 20 times."""

_DIGITS, _LIST = 24, "files.json"
_NOTES = ("LOG", "LOCK")

_held: list[int] = []
"""Locks of the stores this process reads; they go with the process."""


def open_store(paths: Sequence[Path], place: Path | None = None, above: int = IN_MEMORY) -> ox.Store:
    """Return a store that holds the files: in memory, or on disk if they have more than `above` bytes of RDF.

    A store on disk is kept in `place` (otherwise in `cache_folder()`) and opened for reading. With `place` it is on
    disk, however small.

    Raises:
        QueryError: a file cannot be read or does not parse; the store cannot be written.
    """
    if place is None and weight(paths) <= above:
        return load(paths)
    folder = place or cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        store = _kept(paths, folder / _key(paths))
    except OSError as error:
        raise QueryError(_unkept(error, paths, folder)) from error
    _evict(folder)
    return store


def weight(paths: Sequence[Path]) -> int:
    """Return the bytes of RDF in files, an estimate for compressed ones; a missing file has none."""
    return sum(path.stat().st_size * (_PACKED if path.suffix == ".gz" else 1) for path in paths if path.is_file())


def fill_on_disk(paths: Sequence[Path], folder: Path) -> None:
    """Make a store on disk, in a folder that is not there.

    Raises:
        OSError: it cannot be written.
        QueryError: a file cannot be read or does not parse.
    """
    store = ox.Store(folder)
    for path in paths:
        fill(store, path)
    store.optimize()
    store.flush()


def _kept(paths: Sequence[Path], home: Path) -> ox.Store:
    """Open the store in `home`, which is made first if it is not there; another process that makes it is waited for."""
    while True:
        home.mkdir(exist_ok=True)
        with _Lock(home) as lock:
            if lock and _is_whole(home):
                os.utime(home)
                lock.keep()
                return ox.Store.read_only(str(home / "store"))
        with _Lock(home, alone=True) as lock:
            if lock and not _is_whole(home):
                _make(paths, home)


def _make(paths: Sequence[Path], home: Path) -> None:
    part = home / "part"
    for old in (part, home / "store"):
        shutil.rmtree(old, ignore_errors=True)
    try:
        fill_on_disk(paths, part)
        (home / _LIST).write_text(json.dumps(_listed(part)), "utf-8")
        part.rename(home / "store")
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise


def _is_whole(home: Path) -> bool:
    """Return whether there is a store whose files are this user's, and are what was listed when it was made."""
    try:
        return bool(json.loads((home / _LIST).read_text("utf-8")) == _listed(home / "store"))
    except (OSError, ValueError, RecursionError):
        return False


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _listed(store: Path) -> dict[str, list[int]]:
    """Return the size and time of each file of a store; what the engine writes about itself is none of it.

    Raises:
        OSError: one cannot be looked at, or is another user's.
    """
    listed = {}
    for path in sorted(store.rglob("*")):
        if path.is_file() and not path.name.startswith(_NOTES):
            found = path.stat()
            if found.st_uid != _user():
                raise OSError(errno.EPERM, "a file of the store is another user's", str(path))
            listed[path.relative_to(store).as_posix()] = [found.st_size, found.st_mtime_ns]
    return listed


def _key(paths: Sequence[Path]) -> str:
    """Return a key that differs when a file differs, or has changed since."""
    told = [f"pyoxigraph {ox.__version__} {_user()}"]
    for path in paths:
        if path.is_file():
            found = path.resolve().stat()
            told.append(f"{path.resolve()} {found.st_size} {found.st_mtime_ns} {found.st_ino}")
        else:
            told.append(f"{path} missing")
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest()[:_DIGITS]


def _evict(folder: Path) -> None:
    """Remove what a killed process left, and the stores used longest ago, but none that a process reads or makes."""
    homes = [path for path in folder.iterdir() if len(path.name) == _DIGITS and path.is_dir()]
    whole = sorted((home for home in homes if (home / "store").is_dir()), key=_used, reverse=True)
    for home in {*homes} - {*whole[:KEPT]}:
        with _Lock(home, alone=True, wait=False) as lock:
            if lock:
                shutil.rmtree(home, ignore_errors=True)


def _used(home: Path) -> float:
    try:
        return home.stat().st_mtime
    except OSError:
        return 0.0


class _Lock:
    """A lock of a folder among processes: many that read, or one `alone`. It goes with the process, however that ends.

    It is entered as None where the folder is gone, or another process has it and is not waited for.
    """

    def __init__(self, home: Path, *, alone: bool = False, wait: bool = True) -> None:
        self._home, self._alone, self._wait = home, alone, wait
        self._handle = -1

    def __enter__(self) -> Self | None:
        if sys.platform == "win32":
            return self
        import fcntl

        try:
            self._handle = os.open(self._home, os.O_RDONLY)
            fcntl.flock(self._handle, (fcntl.LOCK_EX if self._alone else fcntl.LOCK_SH) | self._now(fcntl.LOCK_NB))
            # Whoever had the lock before may have removed the folder.
            return self if os.path.samestat(os.fstat(self._handle), self._home.stat()) else None
        except (FileNotFoundError, BlockingIOError):
            return None

    def __exit__(self, *_: object) -> None:
        if self._handle >= 0:
            os.close(self._handle)

    def keep(self) -> None:
        """Keep the lock until the process ends."""
        _held.append(self._handle)
        self._handle = -1

    def _now(self, flag: int) -> int:
        return 0 if self._wait else flag


def _unkept(error: OSError, paths: Sequence[Path], folder: Path) -> str:
    needed = weight(paths)
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        free = needed
    room = f"It needs some {needed / 1e6:,.0f} MB there, and {free / 1e6:,.0f} MB are free. " if free < needed else ""
    return (
        f"the store cannot be kept in {folder}: {error.strerror or error}. {room}"
        "Name another folder with --store DIR, or in LINKEDPROJ_CACHE."
    )
