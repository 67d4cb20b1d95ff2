"""What a catalogue says of a release, as plain values: nothing here knows of portals."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkedproj.catalog.census import Census, take_census
from linkedproj.writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config

LATEST = "dump/latest"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class FileFacts:
    """One file that can be downloaded.

    `path` is relative to the public root ("dump/latest/portfolio.ttl.gz"), `bytes` counts the bytes sent. `format` is
    the name people know, `file_type` the code of the EU file-type list, `media_type` and `compression` are registered
    media types. `table` names the one table that it holds, or is "".
    """

    path: str
    bytes: int
    sha1: str
    sha256: str
    format: str
    media_type: str
    file_type: str
    compression: str = ""
    table: str = ""

    @property
    def name(self) -> str:
        """The name without its folders."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class ReleaseFacts:
    """One release as it is described to portals.

    Dates are days (YYYY-MM-DD) or instants (2026-11-21T09:00:00Z), `previous` is the version before or "". `versions`
    are those published so far with the date of each, oldest first, `notes` what is new in this one, by language.
    `has_queries` tells whether there are query pages.
    """

    version: str
    issued: str
    modified: str
    previous: str
    files: tuple[FileFacts, ...]
    census: Census
    has_queries: bool = False
    versions: tuple[tuple[str, str], ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


def facts_of(  # noqa: PLR0913 - what is known of a release beside its files
    latest: Path,
    config: Config,
    schema: Schema,
    previous: str = "",
    versions: Iterable[tuple[str, str]] = (),
    *,
    has_queries: bool = False,
) -> ReleaseFacts:
    """Take the facts of a release from its folder of dumps, which is published as `dump/latest/`.

    Raises:
        FileNotFoundError: it lacks portfolio.nt.
    """
    portal, known = config.portal, tuple(versions)
    dates = [date for _, date in known if date] or [portal.modified or portal.issued]
    paths = sorted(path for path in latest.iterdir() if path.is_file() and _kind(path.name))
    return ReleaseFacts(
        version=config.version,
        issued=min(filter(None, (portal.issued, dates[0])), default=""),
        modified=dates[-1],
        previous=previous,
        files=tuple(file_facts(path, f"{LATEST}/{path.name}") for path in paths),
        census=take_census(latest / "portfolio.nt", schema),
        has_queries=has_queries,
        versions=known,
    )


def file_facts(path: Path, published: str) -> FileFacts:
    """Measure and sum one file, which is published under a path.

    Raises:
        ValueError: no portal has a name for its format.
    """
    kind = _kind(path.name)
    if not kind:
        raise ValueError(f"{path.name} has no known format.")
    sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sha1.update(block)
            sha256.update(block)
    return FileFacts(published, path.stat().st_size, sha1.hexdigest(), sha256.hexdigest(), *kind)


def _kind(name: str) -> tuple[str, str, str, str, str] | None:
    """Return format, media type, file type, compression and table of a file that holds records."""
    plain = name.removesuffix(".gz")
    stem, _, suffix = plain.partition(".")
    if f".{suffix}" not in _TYPES or (stem not in _WHOLE and suffix not in _TABLES):
        return None
    compression = "application/gzip" if plain != name else ""
    return *_TYPES[f".{suffix}"], compression, stem if suffix in _TABLES else ""


_WHOLE = frozenset({"portfolio", "evidence"})
_TABLES = frozenset({"csv", "parquet"})
# The code lists are those of the EU Vocabularies (file-type) and IANA (media types).
_TYPES = {form.suffix: (form.label, form.media_type, form.file_type) for form in FORMATS.values()} | {
    ".rdf": ("RDF/XML", "application/rdf+xml", "RDF_XML"),
    ".trig": ("TriG", "application/trig", "RDF_TRIG"),
    ".nq": ("N-Quads", "application/n-quads", "RDF_N_QUADS"),
    ".csv": ("CSV", "text/csv", "CSV"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet", "PARQUET"),
}
"""Suffix -> format, media type, file type."""
