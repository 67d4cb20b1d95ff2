"""Pages of the last draft, known by all that they were made of: what nothing changed in keeps its place.

A page is compared with what is published byte for byte: what is equal is given a second place rather than written, so
that its time, and the tag by which a web server knows it, stay. What pages were made of is kept beside, so that most
need not be made at all to be compared. A file that has its number, size and time still is what it was.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkedproj.system.caches import digest, keep, recall
from linkedproj.system.files import double

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_FORM = 2
_UNNAMED = ("id/", "404")
"""What is no page to go to: it leads on, or stands for what is not there."""

_FOLDERS = 1 << 12


@dataclass
class Written:
    """How much was written: all files and their bytes, and how many of the files are as they were."""

    files: int = 0
    bytes: int = 0
    same: int = 0


@dataclass
class Kept:
    """Files on their way into the folder `out`; those of the folder `before` are used again where they are equal.

    `path` is the file in which it is kept what pages were made of, if it is; `pages` are those among the files
    that people go to.
    """

    out: Path
    before: Path | None = None
    path: Path | None = None
    written: Written = field(default_factory=Written)
    pages: list[str] = field(default_factory=list)
    _made: dict[str, Any] = field(default_factory=dict)
    _names: list[str] | None = None
    _total: Any = field(default_factory=hashlib.sha256)
    _mark: Any = field(default_factory=hashlib.sha256)
    _folders: set[str] = field(default_factory=set)

    @cached_property
    def _known(self) -> Mapping[str, Any]:
        known = recall(self.path)
        return known if isinstance(known, dict) else {}

    def part(self, name: str, depends: object, write: Callable[[], None]) -> None:
        """Write some files, unless they are published and were made of the same."""
        key = digest(_FORM, depends)
        found = self._known.get(name)
        if isinstance(found, list) and found[0] == key and (same := self._same(found)):
            self._made[name] = same
            return
        self._names, self._total, self._mark = [], hashlib.sha256(), hashlib.sha256()
        try:
            write()
            self._made[name] = [key, self._total.hexdigest(), self._mark.hexdigest(), *self._names]
        finally:
            self._names = None

    def put(self, name: str, data: bytes) -> None:
        """Write a file, and count it."""
        target = self._place(name)
        if not self._linked(name, data, target):
            try:
                _create(target, data)
            except FileExistsError:
                # Never through a link to what is published.
                Path(target).unlink()
                _create(target, data)
        self._count([name], len(data))
        if self._names is not None:
            self._names.append(name)
            self._total.update(hashlib.sha256(data).digest())
            self._mark.update(_marked(os.lstat(target)))

    def save(self) -> None:
        """Keep what pages were made of."""
        if self._made != self._known:
            keep(self.path, self._made)

    def _place(self, name: str) -> str:
        """Return the path of a file that will be written, in a folder that is there."""
        target = f"{self.out}/{name}"
        folder = target.rpartition("/")[0]
        if folder not in self._folders:
            try:
                os.mkdir(folder)  # noqa: PTH102 - once for each of many thousands of identifiers
            except FileExistsError:
                pass
            except FileNotFoundError:
                os.makedirs(folder)  # noqa: PTH103 - as above
            if len(self._folders) >= _FOLDERS:
                self._folders.clear()
            self._folders.add(folder)
        return target

    def _linked(self, name: str, data: bytes, target: str) -> bool:
        if self.before is None or _read(f"{self.before}/{name}", len(data)) != data:
            return False
        double(f"{self.before}/{name}", target)
        self.written.same += 1
        return True

    def _same(self, found: list[str]) -> list[str] | None:
        """Use published files again, if they are what they were, and return what is kept of them."""
        key, total, mark, *names = found
        if self.before is None:
            return None
        try:
            marks = [os.lstat(f"{self.before}/{name}") for name in names]
        except OSError:
            return None
        is_marked = _sum(_marked(one) for one in marks) == mark
        if not is_marked and not self._reads_as(total, names):
            return None
        for name in names:
            double(f"{self.before}/{name}", self._place(name))
        if not is_marked:
            mark = _sum(_marked(os.lstat(f"{self.out}/{name}")) for name in names)
        self._count(names, sum(one.st_size for one in marks))
        self.written.same += len(names)
        return [key, total, mark, *names]

    def _reads_as(self, total: str, names: Sequence[str]) -> bool:
        """Check whether published files have the bytes that they had."""
        texts = (_read(f"{self.before}/{name}") for name in names)
        found = hashlib.sha256()
        for data in texts:
            if data is None:
                return False
            found.update(hashlib.sha256(data).digest())
        return found.hexdigest() == total

    def _count(self, names: Sequence[str], size: int) -> None:
        self.written.files += len(names)
        self.written.bytes += size
        self.pages += [name for name in names if name.endswith(".html") and not name.startswith(_UNNAMED)]


def _create(path: str, data: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        FileExistsError: it is there.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
    finally:
        os.close(handle)


def _marked(found: os.stat_result) -> bytes:
    """Tell a file from another one, and from what is written to it later."""
    return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_mode}\n".encode()


def _sum(parts: Iterable[bytes]) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _read(path: str, size: int = -1) -> bytes | None:
    """Read a file that is no link, nothing where there is none; with `size`, only one of so many bytes."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read() if size < 0 or os.fstat(handle).st_size == size else None


def made_by() -> str:
    """Return a digest of what makes pages: this room, with its templates and texts."""
    found = hashlib.sha256()
    with as_file(files("linkedproj.pages")) as room:
        for path in sorted(room.rglob("*")):
            if path.suffix in {".py", ".html", ".po", ".toml"}:
                found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()
