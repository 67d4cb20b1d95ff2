"""Compare a published folder with everything that it says of itself: its checksums, its releases, its catalogue."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.errors import SetupError
from linkedproj.model.settings import DRAFT
from linkedproj.release.exchange import restore
from linkedproj.release.history import NAME, changed, heads, read_history
from linkedproj.release.lock import locked
from linkedproj.release.staging import LATEST
from linkedproj.release.sums import SUMS, compare, differing, read_sums

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkedproj.release.history import Issue

_DCAT, _SPDX = "http://www.w3.org/ns/dcat#", "http://spdx.org/rdf/terms#"
_CATALOGUE = "catalog.ttl"
_ALGORITHMS = {40: "sha1", 64: "sha256"}


@dataclass(frozen=True)
class Verified:
    """What verifying a published folder gave: how much was compared, and each fault as a sentence.

    `head` stands for all releases up to the newest; "" where there is only a draft.
    """

    releases: tuple[str, ...]
    files: int
    downloads: int
    faults: tuple[str, ...]
    head: str = ""


def verify(public: Path, head: str = "") -> Verified:
    """Compare every published file with its checksum, `latest/` with its release, the catalogue with the bytes.

    A folder that a killed build left aside is put back first. `head` is that of any release, as it was noted when that
    was published: the releases up to it must be the same.

    Raises:
        SetupError: nothing is published there, or a list of checksums or of releases cannot be read.
    """
    if not public.exists() and public.resolve().parent.is_dir():
        with locked(public.resolve(), lambda _: None):
            restore(public.resolve())
    dumps = public / "dump"
    if not (dumps / LATEST).is_dir():
        raise SetupError(f"there is no release in {public}. Build one with linkedproj build.")
    history = read_history(dumps)
    folders = sorted(path for path in dumps.iterdir() if path.is_dir())
    faults = list(_releases(dumps, history, folders))
    chain = heads(history)
    if head and head.lower() not in chain:
        faults.append(
            f"dump/{NAME}: no release has the head {head}. If it was noted when a release was published, "
            "what lies here is another history."
        )
    outside = read_sums(public / SUMS)
    faults += differing(public, outside)
    downloads = list(_downloads(public))
    faults += [fault for _, found in downloads for fault in found]
    files = sum(len(read_sums(folder / SUMS)) for folder in folders) + len(outside)
    return Verified(tuple(issue.version for issue in history), files, len(downloads), tuple(faults), *chain[-1:])


def _releases(dumps: Path, history: list[Issue], folders: list[Path]) -> Iterator[str]:
    """Compare the folders with the list of releases, and `latest/` with the newest of them, or the draft."""
    yield from changed(dumps, history)
    published = {issue.version for issue in history}
    for folder in folders:
        if folder.name not in published:
            yield from _others(folder)
    known = {LATEST, *(issue.version for issue in history)}
    drafts = [folder.name for folder in folders if folder.name.endswith(DRAFT)]
    for folder in folders:
        if folder.name not in known and folder.name not in drafts:
            yield f"dump/{folder.name}: dump/{NAME} does not list this release."
    newest = history[-1].version if history else next(iter(drafts), "")
    if not newest:
        yield f"dump/{LATEST}: there is no release that it could be."
    elif read_sums(dumps / LATEST / SUMS) != read_sums(dumps / newest / SUMS):
        yield f"dump/{LATEST}: it is not the same as dump/{newest}."


def _others(folder: Path) -> Iterator[str]:
    """Compare a folder that is no release: `latest/`, and a draft."""
    shown = f"dump/{folder.name}"
    if (folder / SUMS).is_file():
        yield from (f"{shown}/{fault}" for fault in compare(folder))
    else:
        yield f"{shown}: there is no {SUMS}."


def _downloads(public: Path) -> Iterator[tuple[str, list[str]]]:
    """Compare each download that the catalogue names with the bytes; give its path and the faults.

    Raises:
        SetupError: the catalogue is no Turtle.
    """
    path = public / _CATALOGUE
    if not path.is_file():
        return
    try:
        store = ox.Store()
        store.load(path=path, format=ox.RdfFormat.TURTLE)
    except SyntaxError as error:
        raise SetupError(f"{path.as_posix()} cannot be read: {error.msg}") from error
    base = next((_value(q.subject) for q in _about(store, None, _DCAT + "dataset")), "").rpartition("/")[0] + "/"
    for quad in sorted(_about(store, None, _DCAT + "downloadURL"), key=str):
        url = _value(quad.object)
        if url.startswith(base):
            name = url.removeprefix(base)
            yield name, list(_download(public / name, name, store, quad.subject))


def _download(path: Path, name: str, store: ox.Store, node: ox.NamedNode | ox.BlankNode | ox.Triple) -> Iterator[str]:
    if not path.is_file():
        yield f"{_CATALOGUE}: {name} can be downloaded, it says, and is missing."
        return
    sizes = [_value(quad.object) for quad in _about(store, node, _DCAT + "byteSize")]
    if sizes != [str(path.stat().st_size)]:
        yield f"{_CATALOGUE}: {name} has {path.stat().st_size} bytes, not {' or '.join(sizes) or 'an unstated number'}."
    checksums = [quad.object for quad in _about(store, node, _SPDX + "checksum")]
    digests = [_value(q.object) for sum_ in checksums for q in _about(store, sum_, _SPDX + "checksumValue")]
    if not digests:
        yield f"{_CATALOGUE}: {name} has no checksum."
    for digest in digests:
        if _digest(path, _ALGORITHMS.get(len(digest), "")) != digest.lower():
            yield f"{_CATALOGUE}: {name} does not have the checksum {digest}."


def _about(store: ox.Store, subject: object, predicate: str) -> Iterator[ox.Quad]:
    node = subject if isinstance(subject, ox.NamedNode | ox.BlankNode) else None
    return store.quads_for_pattern(node, ox.NamedNode(predicate), None)


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else ""


def _digest(path: Path, algorithm: str) -> str:
    if not algorithm:
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
