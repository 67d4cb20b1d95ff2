"""One build on its way into the published folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from linkedproj.model.errors import ReleaseError, SetupError
from linkedproj.model.settings import DRAFT
from linkedproj.release.exchange import exchange, restore, scratch_of, staging
from linkedproj.release.history import Issue, changed, heads, read_history, write_history
from linkedproj.release.instant import following, read_instant
from linkedproj.release.lock import locked
from linkedproj.release.sums import SUMS, read_sums, seal, write_sums
from linkedproj.release.tree import carry_over, identity, in_the_way, is_copy, like, move_into
from linkedproj.system.files import double, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linkedproj.release.sums import Published

"""How the version of a build ends that is no release."""

LATEST, QUERIES = "latest", "query"
_GROWING = ("changes/", "ldes/", "feed.atom", "tombstones.csv")
_BEARABLE = 0.9


class Release:
    """One version of the dumps on its way to `<out>/dump/<version>/`, and what is published with it.

    Use it as a context: unless `publish` was called, nothing of it remains and what was there before is untouched.
    A version that ends in "-draft" is a draft: the next build removes it, and `latest/` holds it only as long as there
    is no release. `root` is the staged public folder, `folder` its dumps of this version, `history` the releases so
    far, `scratch` a private folder beside it for what is not published. `leads` tells whether `latest/` and the
    catalogue are this version's. `instant` is that of a release: `at`, where it is given, else now; "" for a draft.
    """

    def __init__(self, out: Path, version: str, tell: Callable[[str], None] = lambda _: None, at: str = "") -> None:
        # A link to the published folder stays; what it leads to is replaced.
        self.served, self.version, self._tell, self._shown = out.resolve(), version, tell, out
        self.root, self.scratch = staging(self.served), scratch_of(self.served)
        self.folder = self.root / "dump" / version
        self.history: list[Issue] = []
        self.head, self.instant, self._at = "", "", at
        self._written: set[str] = set()
        self._ours: dict[str, str] = {}
        self._carried: dict[str, tuple[int, int]] = {}
        self._made = [folder for folder in self.served.parents if not folder.exists()]
        self._closing, self._holds = ExitStack(), False

    def __enter__(self) -> Self:
        """Make the folder to write into."""
        try:
            self.served.parent.mkdir(parents=True, exist_ok=True)
            self._closing.enter_context(locked(self.served, self._tell))
            self._holds = True
            restore(self.served)
            self.history = read_history(self.served / "dump")
            self._refuse_changed()
            self.instant = self._settle_instant()
            self.root.mkdir()
            self.folder.mkdir(parents=True)
            self.scratch.mkdir(mode=0o700)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, _: object = None, error: BaseException | None = None, __: object = None) -> None:
        """Remove what was not published; what was wrong with a staged file is told of the one that is served."""
        if isinstance(error, SetupError):
            error.args = (str(error).replace(self.root.as_posix(), self._shown.as_posix()),)
        # Whoever gave up waiting for the lock leaves alone what its holder is writing.
        for folder in (self.root, self.scratch) if self._holds else ():
            shutil.rmtree(folder, ignore_errors=True)
        self._closing.close()
        with suppress(OSError):
            for folder in self._made:
                folder.rmdir()

    def _refuse_changed(self) -> None:
        """Refuse to add a release to others that are not as they were published.

        Raises:
            ReleaseError: naming what was changed.
        """
        if self.is_draft or self.is_known:
            return
        found = list(changed(self.served / "dump", self.history))
        if found:
            raise ReleaseError(
                f"an earlier release was changed since it was published: {found[0]} "
                f"({len(found)} in all; linkedproj verify tells each.) Restore it first: no release is added to others "
                "that are not what they were."
            )

    def _settle_instant(self) -> str:
        """Return when this release is made; one that was published keeps its instant.

        Raises:
            ReleaseError: it would not be after the last one, or another one is asked of a release that was published.
            SetupError: what is asked for is no instant.
        """
        if self.is_draft:
            return ""
        asked = read_instant(self._at) if self._at else ""
        known = next((issue.at for issue in self.history if issue.version == self.version), "")
        if known:
            if asked not in {"", known}:
                raise ReleaseError(
                    f"release {self.version} is published already, as of {known}, and a release never changes. "
                    "Give the new one another version."
                )
            return known
        last = self.history[-1] if self.history else None
        instant = asked or following(last.at if last else "")
        if last and instant <= last.at:
            raise ReleaseError(
                f"release {self.version} would be of {instant}, which is not after the last one, {last.version} "
                f"({last.at}): whoever follows the feeds would miss it. Give a later instant with --at."
            )
        return instant

    @property
    def is_draft(self) -> bool:
        """Whether this is no release."""
        return self.version.endswith(DRAFT)

    @property
    def is_known(self) -> bool:
        """Whether this version was published before."""
        return any(issue.version == self.version for issue in self.history)

    @property
    def before(self) -> Issue | None:
        """The newest release but this one, which this one comes after."""
        others = [issue for issue in self.history if issue.version != self.version]
        return others[-1] if others else None

    @property
    def leads(self) -> bool:
        """Whether this version is the newest there is."""
        if self.is_draft:
            return not self.history
        return not self.is_known or self.history[-1].version == self.version

    def seal(self) -> list[Published]:
        """Compress and sum the dumps; give them.

        Raises:
            ReleaseError: this version is published already, with other bytes.
        """
        files = seal(self.folder)
        old = self.served / "dump" / self.version
        known = next((issue.sums for issue in self.history if issue.version == self.version), "")
        if not self.is_draft and (
            (known and sha256(self.folder / SUMS) != known)
            or (old.exists() and read_sums(old / SUMS) != read_sums(self.folder / SUMS))
        ):
            raise ReleaseError(
                f"release {self.version} is published already, with other bytes, and a release never changes. "
                "Give the new one another version."
            )
        return files

    def refuse_loss(self, records: int, published: int, *, may_shrink: bool) -> None:
        """Refuse a release that would make harvesters delete what they hold; `published` records are in the dump.

        Raises:
            ReleaseError: these are none, or it lost a file or more than a tenth of the records of the one before.
        """
        if may_shrink or not self.leads:
            return
        hint = "Nothing is lost by mistake: to publish it all the same, add --allow-shrink."
        if not published:
            raise ReleaseError(f"there is nothing to publish but sources; harvesters would delete everything. {hint}")
        if self.is_draft or self.is_known or not self.before:
            return
        old = self.before
        lost = sorted(read_sums(self.served / "dump" / old.version / SUMS).keys() - read_sums(self.folder / SUMS))
        if lost:
            raise ReleaseError(f"release {old.version} has files that this one lacks: {', '.join(lost)}. {hint}")
        if records < _BEARABLE * old.records:
            raise ReleaseError(f"there are {records} records, and {old.records} in release {old.version}. {hint}")

    def carry_over(self) -> None:
        """Take what stays as it is into the staged folder, and make `latest/`.

        Raises:
            ReleaseError: something that is not of this program stands where this version has a file.
        """
        self._ours = read_sums(self.served / SUMS)
        replaced = {name for name in self._ours if self.leads and not name.startswith(_GROWING)}
        if self.served.is_dir():
            carried = carry_over(self.served, self.root, lambda name: name in replaced or self._is_replaced(name))
            self._carried = {name: identity(self.root / name) for name in carried}
            like(self.served, self.root)
        if self.leads:
            shutil.copytree(self.folder, self.root / "dump" / LATEST, copy_function=double)

    def _is_replaced(self, name: str) -> bool:
        head, _, rest = name.partition("/")
        part = rest.partition("/")[0]
        if head == "dump" and "/" in rest:
            return part == self.version or part.endswith(DRAFT) or (self.leads and part == LATEST)
        return name == SUMS

    def add(self, write: Callable[[Path], None]) -> None:
        """Let a function write files into an empty folder, and stage them; none is changed where it is served."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as made:
            write(Path(made))
            self.take(Path(made))

    def take(self, made: Path, below: str = "") -> None:
        """Move the files of a folder of this build to where they will be served, `below` in the published folder.

        One that is served with the same bytes keeps its place, and with it the tag by which a web server knows it.

        Raises:
            ReleaseError: an entry of somebody else stands where this version has one of another kind.
        """
        for path in _files(made):
            name = below + path.relative_to(made).as_posix()
            if name in self._ours and not os.path.lexists(self.root / name) and is_copy(path, self.served / name):
                path.unlink()
                double(self.served / name, path)
            self._written.add(name)
        (self.root / below).mkdir(parents=True, exist_ok=True)
        move_into(made, self.root / below, below)

    def publish(self, records: int) -> None:
        """Sum what lies outside the dumps, note the release, and exchange the folders.

        Raises:
            ReleaseError: a file of somebody else stands where this version has one.
        """
        for name in self._carried.keys() - self._ours.keys():
            if not self._is_carried(name):
                raise ReleaseError(in_the_way(name))
        if not self.is_draft and not self.is_known:
            day = self.instant[: len("YYYY-MM-DD")]
            issue = Issue(self.version, day, records, sha256(self.folder / SUMS), instant=self.instant)
            self.history.append(issue)
            write_history(self.history, self.root / "dump")
            self.head = heads(self.history)[-1]
        write_sums(self._sums(), self.root / SUMS)
        exchange(self.served)

    def _sums(self) -> dict[str, str]:
        """Sum what a build wrote outside the dumps; what was carried over keeps its sum, right or wrong."""
        found: dict[str, str] = {}
        for path in _files(self.root):
            name = path.relative_to(self.root).as_posix()
            if self._is_carried(name):
                found |= {name: self._ours[name]} if name in self._ours else {}
            elif name in self._written or name.startswith(_GROWING):
                found[name] = sha256(path)
        return found

    def _is_carried(self, name: str) -> bool:
        return name in self._carried and self._carried[name] == identity(self.root / name)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
