"""Answers of saved queries as files, within bounds: what is too large or takes too long is said, and left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkedproj.queries.ask.adhoc import form_of
from linkedproj.queries.ask.store import IN_MEMORY
from linkedproj.queries.results.formats import FORMATS
from linkedproj.queries.results.geojson import MEDIA_TYPE, is_located, write_geojson
from linkedproj.queries.results.table import Table, Triples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from linkedproj.queries.results.table import Answer
    from linkedproj.queries.saved.collection import SavedQuery

RESULTS = ("csv", "tsv", "json", "xml", "ttl")
"""The formats in which answers are published, each for the answers it can hold."""

_LAST_TERSE = "tsv"
"""The last of them that does not name the columns of a table again in each row."""

_FORMS = {Table: "SELECT", bool: "ASK", Triples: "CONSTRUCT"}


@dataclass(frozen=True)
class Bounds:
    """How far a build goes for one answer.

    `rows` and `size`, the bytes of its largest file, hold for every release, and say the same each time; a table with
    more than `verbose_rows`, or `verbose_size` bytes of TSV, is written as CSV and TSV alone. Releases with more than
    `above` bytes of RDF are answered in another process, which may take `megabytes` and, for each query, `seconds` of
    CPU, or three times as many by the clock. It reads them into memory (four times their size) up to `memory` bytes,
    makes a store on disk above that, and none from `loaded` bytes on: then nothing is answered.
    """

    rows: int = 100_000
    size: int = 64 * 2**20
    verbose_rows: int = 10_000
    verbose_size: int = 4 * 2**20
    seconds: float = 30.0
    megabytes: int = 4096
    above: int = IN_MEMORY
    memory: int = 512 * 2**20
    loaded: int = 2 * 2**30


@dataclass(frozen=True)
class AnsweredQuery:
    """What became of a query: its form, the columns and rows of its answer, and the files (name -> media type).

    `why` is the bound that left it without an answer: "rows", "size", "seconds", "memory" or "loaded". `left_out` are
    the media types in which a long answer is not written.
    """

    form: str
    columns: tuple[str, ...] = ()
    rows: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    left_out: tuple[str, ...] = ()


def write_answer(query: SavedQuery, answer: Answer, folder: Path, bounds: Bounds) -> AnsweredQuery:
    """Write the files of an answer into a folder, or none of them.

    Raises:
        QueryError: a format cannot hold a value.
    """
    contents = {}
    for name, media_type, content in _forms(query, answer, bounds):
        if len(content) > bounds.size:
            return unanswered(query, "size")
        contents[name] = media_type, content
    for name, (_, content) in contents.items():
        (folder / name).write_bytes(content)
    columns = answer.columns if isinstance(answer, Table) else ()
    files = {name: media_type for name, (media_type, _) in contents.items()}
    left_out = tuple(kind for kind in _media_types(answer) if kind not in files.values())
    return AnsweredQuery(_FORMS[type(answer)], columns, _size(answer), files, left_out=left_out)


def unanswered(query: SavedQuery, why: str) -> AnsweredQuery:
    """Report that a bound left a query without an answer."""
    form = form_of(query.body)
    return AnsweredQuery(form, query.expect.columns if form == "SELECT" else (), why=why)


def media_types(query: SavedQuery) -> tuple[str, ...]:
    """Return the media types in which a query can be answered."""
    kind = {"SELECT": "table", "ASK": "truth", "CONSTRUCT": "triples", "DESCRIBE": "triples"}[form_of(query.body)]
    return tuple(FORMATS[name].media_type for name in RESULTS if getattr(FORMATS[name], kind))


def _forms(query: SavedQuery, answer: Answer, bounds: Bounds) -> Iterator[tuple[str, str, bytes]]:
    """Yield name, media type and content of each file of an answer."""
    middle = ".result" if isinstance(answer, Triples) else ""
    for name in RESULTS:
        form = FORMATS[name]
        if form.holds(answer):
            content = form.write(answer)
            yield f"{query.id}{middle}{form.suffix}", form.media_type, content
            is_long = _size(answer) > bounds.verbose_rows or len(content) > bounds.verbose_size
            if name == _LAST_TERSE and is_long:
                return
    if isinstance(answer, Table) and is_located(answer):
        yield f"{query.id}.geojson", MEDIA_TYPE, write_geojson(answer).encode()


def _media_types(answer: Answer) -> Iterator[str]:
    """Yield the media types in which an answer can be published."""
    yield from (FORMATS[name].media_type for name in RESULTS if FORMATS[name].holds(answer))
    if isinstance(answer, Table) and is_located(answer):
        yield MEDIA_TYPE


def _size(answer: Answer) -> int:
    if isinstance(answer, Table):
        return len(answer)
    return len(answer.triples) if isinstance(answer, Triples) else 1
