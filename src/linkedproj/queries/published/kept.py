"""What was made of saved queries for a draft, kept for the next one: only what changed is worded and asked again.

Each piece is known by the digest of all that it depends on; the packages that make it have their versions there.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from linkedproj.queries.ask.answers import AnsweredQuery
from linkedproj.queries.saved.bind import bind
from linkedproj.system.caches import digest, keep, recall
from linkedproj.system.packages import version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from linkedproj.queries.ask.answers import Bounds
    from linkedproj.queries.ask.asking import InProcess
    from linkedproj.queries.saved.collection import SavedQuery

_FORM = 1
_MAKERS = ("linkedproj", "pyoxigraph", "PyYAML")
_MOST = 16 * 2**20
"""Bytes of answers that are kept: to read many more again is no quicker than to ask."""


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

    `folder`, `bases` and `bounds` are those of the other; answers depend on the bytes of the files in `data`.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what the answers depend on, and where they go
        self,
        make: Callable[[], InProcess],
        kept: Kept,
        data: Sequence[Path],
        bases: Mapping[str, str],
        folder: Path,
        bounds: Bounds,
    ) -> None:
        self._make, self._kept, self._bases, self._folder = make, kept, bases, folder
        self._depends = [hashlib.sha256(path.read_bytes()).hexdigest() for path in data], bounds
        self._left = _MOST

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave everything as it is."""

    @cached_property
    def _asker(self) -> InProcess:
        return self._make()

    def ask(self, query: SavedQuery) -> AnsweredQuery:
        """Answer a query with its defaults.

        Raises:
            QueryError: it cannot be run.
        """
        sparql = bind(query, {}, self._bases)
        name = self._kept.name("answer", query.id, sparql, query.body, query.expect, self._depends)
        piece = self._kept.find(name)
        if not isinstance(piece, dict):
            return self._answered(query, name)
        for file, text in piece["texts"].items():
            (self._folder / file).write_bytes(text.encode())
        return AnsweredQuery(piece["form"], tuple(piece["columns"]), piece["rows"], piece["files"], piece["why"])

    def _answered(self, query: SavedQuery, name: str) -> AnsweredQuery:
        found = self._asker.ask(query)
        contents = {file: (self._folder / file).read_bytes() for file in found.files}
        self._left -= sum(map(len, contents.values()))
        if self._left >= 0:
            texts = {file: content.decode() for file, content in contents.items()}
            self._kept.put(name, {**asdict(found), "texts": texts})
        return found
