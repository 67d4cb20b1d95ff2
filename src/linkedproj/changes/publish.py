"""The changes of a release as they are published: files, pages, feeds and tombstones.

    changes/<version>/added.nt.gz, removed.nt.gz    the exact difference; old without removed, with added, is new
    changes/<version>/index.html, index.<xx>.html   in words, a page a language
    feed.atom                                       one entry a release
    ldes/index.ttl, ldes/<version>-<n>.ttl          versions of records; pages never change
    tombstones.csv                                  records that are gone

What is published once for a version stays: other bytes for the same version are refused.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.changes.atom import Entry, last_update, read_entries, render_feed
from linkedproj.changes.compare import compare
from linkedproj.changes.files import has_same_bytes, install, pack, replacing
from linkedproj.changes.formats import LIMIT, headlines
from linkedproj.changes.ldes import Stream, read_index, render_index, write_pages
from linkedproj.changes.notes import WHATS
from linkedproj.changes.page import Publication, write_page
from linkedproj.changes.tally import tally
from linkedproj.changes.tombstones import NAME, Added, Tombstone, buried, read_tombstones, reused, write_tombstones
from linkedproj.changes.words import Speaker, count, number, phrase
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.languages import spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from linkedproj.changes.compare import Changes

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")
_NAMED = 3


@dataclass(frozen=True)
class PublishedChanges:
    """What was published: paths relative to the public folder, and how much came and went.

    `unexplained` are records ("project/chebec") that are gone, without a word on it in the portfolio.
    """

    files: tuple[str, ...]
    triples: Mapping[str, int]
    records: Mapping[str, int] = field(default_factory=dict)
    unexplained: tuple[str, ...] = ()


def publish_changes(  # noqa: PLR0913 - what a release says of itself, each by its own name
    old: Path | None,
    new: Path,
    folder: Path,
    *,
    version: str,
    previous: str = "",
    issued: str,
    base: str,
    languages: Sequence[str],
    publisher: Mapping[str, str] | None = None,
    published: Path | None = None,
    restored: Collection[str] = (),
    ontology: Path | None = None,
) -> PublishedChanges:
    """Write what changed from the release `old` to `new` into the public folder.

    `issued` is a day or an RFC 3339 time in UTC, as the portfolio states it; `base` the IRI of the public folder, with
    "/" at its end. Where `folder` is still being staged, `published` is the folder that is served now: its changes,
    feeds and tombstones are carried over. `restored` names records (IRIs) that were removed by mistake and are back.
    `ontology` is the folder that says what the records mean, if it is not the shipped one.

    Raises:
        SetupError: a dump cannot be read; this version has been published with other changes; the time is not after
            that of an earlier release; an identifier of a removed record is used again.
    """
    time = _time(issued)
    if not _VERSION.fullmatch(version):
        raise SetupError(f"'{version}' cannot name a release. Use letters, digits, dots and hyphens.")
    pages = spoken(languages)
    if published and published.resolve() != folder.resolve():
        _carry_over(published, folder)
    with compare(old, new, base, ontology) as changes, tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        release = _ReleaseChanges(
            changes, Path(scratch), folder, base, Publication(version, previous, issued, _pages(pages))
        )
        release.refuse_earlier(time)
        release.refuse_reuse(restored)
        release.write_lasting(time)
        release.write_growing(time, issued, pages, publisher or {}, restored)
        return release.published()


def _time(issued: str) -> str:
    """Spell out a day as a time.

    Raises:
        SetupError: it is neither.
    """
    if _DAY.fullmatch(issued):
        return f"{issued}T00:00:00Z"
    if _TIME.fullmatch(issued):
        return issued
    raise SetupError(f"'{issued}' is no day of issue. Write YYYY-MM-DD, or a time such as 2026-11-21T09:00:00Z.")


def _pages(languages: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((code, f"index.{code}.html" if n else "index.html") for n, code in enumerate(languages))


def _carry_over(published: Path, folder: Path) -> None:
    for name in ("changes", "ldes"):
        if (published / name).is_dir():
            shutil.copytree(published / name, folder / name, dirs_exist_ok=True)
    for name in ("feed.atom", NAME):
        if (published / name).is_file():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(published / name, folder / name)


class _ReleaseChanges:
    """The changes of one release on their way out: first all into a scratch folder, then into place."""

    def __init__(self, changes: Changes, scratch: Path, folder: Path, base: str, publication: Publication) -> None:
        self._changes, self._scratch, self._folder = changes, scratch, folder
        self._base, self._publication = base, publication
        self._stream = Stream(f"{base}ldes/")
        self._counted = tally(changes)
        self._page = f"{base}changes/{publication.version}/"
        self._files: list[str] = []
        self._pages: list[str] = []

    def refuse_reuse(self, restored: Collection[str]) -> None:
        """Refuse a release that gives an identifier of a removed record to another.

        Raises:
            SetupError: naming the first such records.
        """
        stones = reused(Added(self._changes.notes), self._folder / NAME)
        found = [s for s in stones if s.iri not in restored and s.version != self._publication.version]
        if found:
            names = ", ".join(f"{self._changes.short(s.iri)} (removed in {s.version})" for s in found[:_NAMED])
            left = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            raise SetupError(
                f"identifiers of removed records are used again: {names}{left}. Give the new records other ids.",
                Place((self._folder / NAME).as_posix()),
            )

    def refuse_earlier(self, time: str) -> None:
        """Refuse a time that is not after that of an earlier release: who follows the feeds would never see this one.

        Raises:
            SetupError: naming that time.
        """
        last = last_update(read_entries(self._folder / "feed.atom"), self._page)
        if time <= last:
            version = self._publication.version
            said = f"release {version} is issued on {time}, not after the last one ({last})."
            raise SetupError(f"{said} Give a later time.")

    def write_lasting(self, time: str) -> None:
        """Write what never changes again: the difference, its pages, the pages of the stream."""
        version = self._publication.version
        home, ldes = self._scratch / "changes" / version, self._scratch / "ldes"
        home.mkdir(parents=True)
        ldes.mkdir()
        for what in ("added", "removed"):
            pack(self._changes.lines(what), home / f"{what}.nt.gz")
        for code, name in self._publication.pages:
            with (home / name).open("w", encoding="utf-8", newline="\n") as file:
                write_page(self._changes, code, LIMIT, file, self._publication)
        self._pages = write_pages(self._changes, self._stream, version, time, ldes)
        lasting = sorted(p.relative_to(self._scratch).as_posix() for p in self._scratch.rglob("*") if p.is_file())
        self._refuse_other(lasting)
        for name in lasting:
            install(self._scratch / name, self._folder / name)
        self._files += lasting

    def _refuse_other(self, names: Sequence[str]) -> None:
        """Refuse to change what was published.

        Raises:
            SetupError: this version is there with other changes.
        """
        version = self._publication.version
        known = [p for p in self._folder.glob(f"ldes/{version}-*.ttl") if p.stem.rpartition("-")[0] == version]
        gone = [path for path in known if path.relative_to(self._folder).as_posix() not in names]
        other = [
            name
            for name in names
            if not name.endswith(".html")
            and (self._folder / name).is_file()
            and not has_same_bytes(self._scratch / name, self._folder / name)
        ]
        if other or gone:
            raise SetupError(
                f"the changes of release {version} are published already and would be others now. "
                "Give the release a new version.",
                Place((self._folder / (other or [gone[0].relative_to(self._folder).as_posix()])[0]).as_posix()),
            )

    def write_growing(
        self, time: str, issued: str, languages: Sequence[str], publisher: Mapping[str, str], restored: Collection[str]
    ) -> None:
        """Write what grows with each release: tombstones, then the root of the stream, then the feed."""
        speaker, version = Speaker(self._changes, languages[0]), self._publication.version
        gone = (Tombstone(iri, issued, version, speaker.record(iri)) for iri in buried(self._changes))
        known = (stone for stone in read_tombstones(self._folder / NAME) if stone.iri not in restored)
        write_tombstones(self._leading_on(known), self._leading_on(gone), self._scratch / NAME)
        self._install_text(NAME, (self._scratch / NAME).read_text("utf-8"))
        index = self._folder / "ldes" / "index.ttl"
        self._install_text(
            "ldes/index.ttl", render_index(self._stream, read_index(index) | dict.fromkeys(self._pages, time))
        )
        entry = Entry(self._page, time, version, {code: list(self._summary(code)) for code in languages})
        before = read_entries(self._folder / "feed.atom")
        self._install_text("feed.atom", render_feed(self._base, entry, before, publisher))

    def _leading_on(self, stones: Iterable[Tombstone]) -> Iterator[Tombstone]:
        """Write on tombstones which records stand for those that are gone, as far as it is said."""
        for stone in stones:
            found = " ".join(self._changes.notes.successors(stone.iri))
            yield replace(stone, successors=found or stone.successors)

    def _install_text(self, name: str, text: str) -> None:
        with replacing(self._folder / name) as file:
            file.write(text)
        self._files.append(name)

    def _summary(self, language: str) -> Iterator[str]:
        """Sum the release up in a few sentences."""
        if self._changes.old is None:
            yield phrase(language, "first")
            for kind, n in self._counted.by_type("added"):
                yield f"{count(language, kind, 'added', n)}."
        else:
            yield from (f"{line}." for line in headlines(self._changes, self._counted, language, _NAMED))
        for kind, n in self._counted.by_type("changed"):
            yield f"{count(language, kind, 'changed', n)}."
        if not self._counted:
            yield phrase(language, "nothing")
        numbers = {what: number(language, self._changes.triples[what]) for what in ("added", "removed")}
        yield phrase(language, "triples", **numbers)

    def published(self) -> PublishedChanges:
        """Return what was written."""
        changes = self._changes
        records: dict[str, int] = {what: self._counted.total(what) for what in WHATS}
        unexplained = tuple(changes.short(iri) for iri in buried(changes) if not changes.notes.is_retired(iri))
        return PublishedChanges(tuple(self._files), dict(changes.triples), records, unexplained)
