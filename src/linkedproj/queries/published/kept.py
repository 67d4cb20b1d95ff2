"""What was made of saved queries for a draft, kept for the next one: only what changed is worded and asked again.

Each piece is known by the digest of all that it depends on; the packages that make it have their versions there. The
files of a large answer are not kept but taken from where they are published, as long as they are what was written.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import asdict
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

from linkedproj.queries.ask.answers import AnsweredQuery
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.predicates import read_predicates
from linkedproj.system.caches import digest, keep, recall
from linkedproj.system.files import double, sha256
from linkedproj.system.packages import version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from linkedproj.queries.ask.answers import Bounds
    from linkedproj.queries.ask.asking import InProcess, InWorker
    from linkedproj.queries.saved.collection import SavedQuery

_FORM = 4
_MAKERS = ("linkedproj", "pyoxigraph", "PyYAML")
# Whether the time or the memory is enough depends on the machine, and on what else it does.
_CERTAIN = frozenset({"", "rows", "size"})
_MOST = 16 * 2**20
"""Bytes of answers that are kept as texts."""


class Kept:
    """Pieces in a file of plain data, which need not be there; those that were not asked for are let go."""

    def __init__(self, path: Path) -> None:
        self._path = path
        known = recall(path)
        self._known: dict[str, Any] = known if isinstance(known, dict) else {}
        self._used: dict[str, Any] = {}
        self._is_new = False
        self._makers = _FORM, [version_of(package) for package in _MAKERS]

    def name(self, *depends: object) -> str:
        """Return the name of a piece, by all that it depends on."""
        return digest(self._makers, *depends)

    def find(self, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return a piece, or None."""
        if name in self._known:
            self._used[name] = self._known[name]
        return self._used.get(name)

    def put(self, name: str, piece: object) -> None:
        """Take a piece that was made now."""
        self._used[name] = piece
        self._is_new = True

    def save(self) -> None:
        """Keep what was asked for."""
        if self._is_new or self._used.keys() != self._known.keys():
            keep(self._path, self._used)


class Remembering:
    """Asks as another asker does, but only what was not asked before; that one is made when it is first needed.

    Threads may ask at once.

    `folder`, `bases` and `bounds` are those of the other; an answer depends on what the query can read of the files in
    `data`. `before` is the folder in which answers are published, if there is one.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what the answers depend on, and where they go
        self,
        make: Callable[[], InProcess | InWorker],
        kept: Kept,
        data: Sequence[Path],
        bases: Mapping[str, str],
        folder: Path,
        bounds: Bounds,
        before: Path | None,
    ) -> None:
        self._make, self._kept, self._bases, self._folder, self._before = make, kept, bases, folder, before
        self._data, self._bounds = _Data(data), bounds
        self._left = _MOST
        self._begun = ExitStack()
        self._alone = Lock()
        self._made: InProcess | InWorker | None = None

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the other, if it was needed."""
        self._begun.close()

    def _asker(self) -> InProcess | InWorker:
        with self._alone:
            if self._made is None:
                made = self._make()
                self._begun.enter_context(made)
                self._made = made
            return self._made

    def ask(self, query: SavedQuery) -> AnsweredQuery:
        """Answer a query with its defaults.

        Raises:
            QueryError: it cannot be run.
        """
        sparql = bind(query, {}, self._bases)
        name = self._kept.name(
            "answer", query.id, sparql, query.body, query.expect, self._data.read_by(sparql), self._bounds
        )
        piece = self._kept.find(name)
        if not isinstance(piece, dict) or not self._restored(piece["texts"], piece["sums"]):
            return self._answered(query, name)
        form, rows, files, why = (piece[name] for name in ("form", "rows", "files", "why"))
        return AnsweredQuery(form, tuple(piece["columns"]), rows, files, why, tuple(piece["left_out"]))

    def _answered(self, query: SavedQuery, name: str) -> AnsweredQuery:
        found = self._asker().ask(query)
        if found.why not in _CERTAIN:
            return found
        paths = {file: self._folder / file for file in found.files}
        size = sum(path.stat().st_size for path in paths.values())
        with self._alone:
            is_kept = size <= self._left
            self._left -= size if is_kept else 0
        texts, sums = {}, {}
        if is_kept:
            texts = {file: path.read_bytes().decode() for file, path in paths.items()}
        else:
            sums = {file: sha256(path) for file, path in paths.items()}
        self._kept.put(name, {**asdict(found), "texts": texts, "sums": sums})
        return found

    def _restored(self, texts: Mapping[str, str], sums: Mapping[str, str]) -> bool:
        """Write the files of an answer from what was kept of them, or take them from where they are published."""
        published = {file: self._before / file for file in sums} if self._before else {}
        if any(not _is_file(path) or sha256(path) != sums[file] for file, path in published.items()):
            return False
        if len(published) < len(sums):
            return False
        for file, text in texts.items():
            (self._folder / file).write_bytes(text.encode())
        for file, path in published.items():
            double(path, self._folder / file)
        return True


class _Data:
    """Digests of files of RDF, which tell what a query can read of them.

    Of N-Triples, whose lines are in an order that their own terms give, each predicate has one. A line takes a
    microsecond of this, and a hundred of the shipped queries.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        lines = [path for path in files if path.suffix == ".nt"]
        self._always = [sha256(path) for path in files if path not in lines]
        self._found = _by_predicate(lines)

    def read_by(self, sparql: str) -> list[object]:
        """Return the digests of what the answer to a query may depend on."""
        read = read_predicates(sparql)
        found = [item for item in self._found.items() if read is None or item[0] in read]
        return [self._always, found]


def _by_predicate(files: Sequence[Path]) -> dict[str, str]:
    """Return a digest for each predicate: of the lines of files of N-Triples that have it, in their order."""
    sums: dict[bytes, Any] = {}
    for path in files:
        with path.open("rb") as file:
            for line in file:
                _, predicate, _ = line.split(b" ", 2)
                if predicate not in sums:
                    sums[predicate] = hashlib.sha256()
                sums[predicate].update(line)
    return {found[1:-1].decode(): sums[found].hexdigest() for found in sorted(sums)}


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
