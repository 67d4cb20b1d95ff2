"""Where pages lie, and how one leads to another: by relative paths, so that the folder works wherever it is put."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from linkedproj.model.languages import primary
from linkedproj.system.caches import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema

SUFFIXES = ("html", "ttl", "jsonld", "nt", "rdf")
"""What a record is written as; a page that is asked for without any of them is one of these."""

_WINDOWS = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))})
_LONGEST, _SHORT = 150, 16


@dataclass(frozen=True)
class Paths:
    """The places of pages in a published folder.

    `page_of` returns the record on whose page a node stands. The first of the `languages` has no tag in its paths.
    Where `worded` is given, a record has a page in the first language, and in those that it returns.
    """

    schema: Schema
    languages: Sequence[str]
    page_of: Callable[[str], str]
    worded: Callable[[str], Collection[str]] | None = None

    @cached_property
    def _bases(self) -> dict[str, RecordType]:
        return {kind.base: kind for kind in self.schema.types.values()}

    def kind(self, iri: str) -> tuple[RecordType, str] | None:
        """Return the type and the id of a record, or nothing for another node."""
        # Every base ends in "/", which can be in no id.
        cut = iri.rfind("/") + 1
        kind = self._bases.get(iri[:cut])
        return (kind, iri[cut:]) if kind else None

    def stem(self, iri: str) -> str:
        """Return the path of a record's page without language and suffix: "doc/project/chebec"; "" if it has none."""
        known = self._stems.get(iri)
        if known is None:
            found = self.kind(iri)
            known = f"doc/{found[0].table}/{self._safe(found[1])}" if found else ""
            self._stems[iri] = known
        return known

    @cached_property
    def _stems(self) -> dict[str, str]:
        return {}

    def _safe(self, identifier: str) -> str:
        """Change an id that a file cannot have, or that would be taken for another page."""
        if len(identifier) > _LONGEST:
            identifier = f"{identifier[:_LONGEST]}_{digest(identifier)[:_SHORT]}"
        ending = identifier.rpartition(".")[2].lower()
        taken = {*SUFFIXES, *map(str.lower, self.languages)}
        is_odd = ("." in identifier and ending in taken) or identifier.partition(".")[0].lower() in _WINDOWS
        return f"{identifier}_" if is_odd or identifier == "index" else identifier

    def anchor(self, iri: str) -> str:
        """Return the name of a small node on the page it stands on."""
        found = self.kind(iri)
        return f"{found[0].table}-{found[1]}" if found else ""

    def file(self, stem: str, language: str) -> str:
        """Return the file of a page in a language."""
        return f"{stem}{self.ending(language)}"

    def ending(self, language: str) -> str:
        """Return what the names of files end with that are in a language."""
        return ".html" if language == self.languages[0] else f".{language}.html"

    def written(self, iri: str) -> list[str]:
        """Return the languages in which a record has a page."""
        if self.worded is None:
            return [*self.languages]
        worded = self.worded(iri)
        return [tag for place, tag in enumerate(self.languages) if not place or tag in worded]

    def page(self, iri: str, language: str) -> str:
        """Return the file of a record's page in a language, else in the first one."""
        stem = self.stem(iri)
        return self.file(stem, language if language in self.written(iri) else self.languages[0]) if stem else ""

    def href(self, iri: str, language: str, here: str) -> str:
        """Lead from a page to that of a node; "" for one that has none."""
        page = self.page_of(iri)
        there = self.page(page, language)
        if not there:
            return ""
        fragment = f"#{self.anchor(iri)}" if page != iri else ""
        return between(here, there) + fragment


def between(here: str, there: str) -> str:
    """Lead from one file to another below the same folder.

    >>> between("doc/project/a.html", "doc/city/b.html"), between("index.html", "doc/city/b.html")
    ('../city/b.html', 'doc/city/b.html')
    """
    return _between(here.rpartition("/")[0], there)


@lru_cache(maxsize=1 << 16)
def _between(folder: str, there: str) -> str:
    start, goal = folder.split("/") if folder else [], there.split("/")
    shared = 0
    while shared < min(len(start), len(goal) - 1) and start[shared] == goal[shared]:
        shared += 1
    return quote("/".join([".."] * (len(start) - shared) + goal[shared:]), safe="/~._-")


@lru_cache(maxsize=256)
def direction(language: str) -> str:
    """Return how a language is written: "ltr" or "rtl"."""
    script = language.split("-")[1] if "-" in language else ""
    return "rtl" if primary(language) in _RIGHT_TO_LEFT or script in {"Arab", "Hebr"} else "ltr"


_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})
