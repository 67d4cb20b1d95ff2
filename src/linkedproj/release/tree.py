"""What is in a published folder and is not of this program stays as it is: links, empty folders, modes, all of it."""

from __future__ import annotations

import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.model.errors import ReleaseError, SetupError
from linkedproj.system.files import double

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WRITERS = 16
_MARKS = ("SHA256SUMS", "dump/releases.json", "dump/latest/SHA256SUMS")


def refuse_place(served: Path, portfolio: Path) -> None:
    """Refuse to publish into a folder that a build may not replace as a whole.

    Raises:
        SetupError: it is a root or home folder, the current one or above it, holds the portfolio or a git work tree, or
            has files in it and nothing that this program published.
    """
    told = _why_not(served, portfolio)
    if told:
        raise SetupError(f"{served} cannot be published into: {told} Name another folder with --out.")


def _why_not(served: Path, portfolio: Path) -> str:
    here = Path.cwd()
    reasons = {
        "it is the root of the file system": served.parent == served,
        "you are in it": here == served or served in here.parents,
        "the tables of the portfolio are in it": served in (portfolio.resolve(), *portfolio.resolve().parents),
        "it is a git work tree, to which git may write meanwhile": os.path.lexists(served / ".git"),
    }
    for reason, holds in reasons.items():
        if holds:
            return f"{reason}, and a build replaces it as a whole."
    if served.is_dir() and any(served.iterdir()) and not any((served / mark).is_file() for mark in _MARKS):
        return (
            "it has files in it, and none that this program published. Begin with an empty folder; "
            "what is put beside the published files later stays there."
        )
    return ""


def carry_over(old: Path, new: Path, is_replaced: Callable[[str], bool]) -> set[str]:
    """Give all entries below `old` a second place below `new`, but for those whose path is replaced; return the paths.

    Files are linked where the file system can, and copied elsewhere; links stay links, wherever they lead. Folders keep
    their mode, owner and group, and are kept when they are empty, unless only what is replaced was in them.

    Raises:
        ReleaseError: an entry stands where the new version has one of its own.
    """
    return set(_carry(old, new, "", is_replaced))


def identity(path: Path) -> tuple[int, int]:
    """Tell an entry from one that came into its place."""
    found = path.lstat()
    return found.st_ino, found.st_mtime_ns


def in_the_way(name: str) -> str:
    """Say that an entry of somebody else stands where this version has a file."""
    return (
        f"{name} in the published folder is not of this program, and this version has a file of that name. "
        "Move it elsewhere, and build again."
    )


def _carry(old: Path, new: Path, below: str, is_replaced: Callable[[str], bool]) -> Iterator[str]:
    with os.scandir(old) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        name = below + entry.name
        target = new / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _carry_folder(Path(entry.path), target, f"{name}/", is_replaced)
        elif not is_replaced(name):
            if os.path.lexists(target):
                raise ReleaseError(in_the_way(name))
            target.parent.mkdir(parents=True, exist_ok=True)
            double(Path(entry.path), target)
            yield name


def _carry_folder(old: Path, new: Path, below: str, is_replaced: Callable[[str], bool]) -> Iterator[str]:
    with os.scandir(old) as entries:
        is_empty = next(entries, None) is None
    if is_empty and not is_replaced(below + "."):
        new.mkdir(parents=True, exist_ok=True)
    yield from _carry(old, new, below, is_replaced)
    if new.is_dir():
        like(old, new)


def like(old: Path, new: Path) -> None:
    """Give a folder the mode, owner and group of another, as far as this process may."""
    there, here = old.stat(), new.stat()
    if hasattr(os, "chown") and (there.st_uid, there.st_gid) != (here.st_uid, here.st_gid):
        for owner in (there.st_uid, -1):
            with suppress(OSError):
                os.chown(new, owner, there.st_gid)
                break
    with suppress(OSError):
        shutil.copystat(old, new)


def move_into(made: Path, new: Path, below: str = "") -> None:
    """Move all entries of a folder into another; folders that are not there yet are moved whole.

    Raises:
        ReleaseError: something of another kind stands where a file or folder goes, such as a link to elsewhere.
    """
    with os.scandir(made) as found:
        entries = list(found)
    for entry in entries:
        target, name = new / entry.name, below + entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        kept = os.path.lexists(target)
        if kept and (target.is_symlink() or target.is_dir() != is_folder):
            raise ReleaseError(in_the_way(name))
        if kept and is_folder:
            move_into(Path(entry.path), target, f"{name}/")
        else:
            Path(entry.path).replace(target)


def is_copy(path: Path, other: Path) -> bool:
    """Check whether two entries are two files of the same bytes, and no links."""
    try:
        one, two = path.lstat(), other.lstat()
        alike = stat.S_ISREG(one.st_mode) and stat.S_ISREG(two.st_mode) and one.st_size == two.st_size
        return alike and one.st_ino != two.st_ino and path.read_bytes() == other.read_bytes()
    except OSError:
        return False


def settle(new: Path, old: Path) -> None:
    """Have everything below a folder on the disk before it is put in the place of `old`.

    Files that have a place in both have been written long since; their folders are new.
    """
    known = {(found.st_dev, found.st_ino) for path in _below(old) if stat.S_ISREG((found := path.stat()).st_mode)}
    folders, files = [new], {}
    for path in _below(new):
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            folders.append(path)
        elif stat.S_ISREG(found.st_mode):
            files[found.st_dev, found.st_ino] = path
    with ThreadPoolExecutor(_WRITERS) as threads:
        for paths in ([path for key, path in files.items() if key not in known], folders):
            for _ in threads.map(sync, paths):
                pass


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        yield from (path for name in (*folders, *files) if not (path := Path(parent, name)).is_symlink())


def sync(path: Path) -> None:
    """Have a file or a folder on the disk, where the system can say so of such an entry.

    Raises:
        OSError: it cannot be written there.
    """
    is_folder = path.is_dir()
    if is_folder and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        os.fsync(handle)
    except OSError:
        # Some file systems cannot sync a folder, and say so: there is nothing more to be done for it.
        if not is_folder:
            raise
    finally:
        os.close(handle)
