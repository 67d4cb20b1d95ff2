"""Dumps as blocks of N-Triples, one subject at a time, whatever the format of the file.

Source: RDF 1.1 N-Triples, W3C Recommendation of 2014-02-25; triples are compared in the canonical form that
pyoxigraph writes, so that two spellings of one term are no difference.
"""

from __future__ import annotations

import json
import re
import zlib
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.changes.files import unpacked
from linkedproj.model.errors import Place, SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Block = tuple[bytes, bytes]
"""A subject, and lines about it."""

NAMES = tuple(f"portfolio{suffix}{packed}" for suffix in (".nt", ".ttl", ".jsonld", ".rdf") for packed in ("", ".gz"))
"""What a release folder may hold, the cheapest to read first."""

_FORMATS = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".ttl": ox.RdfFormat.TURTLE,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
}
_LONGEST = 1 << 16
_BASE = re.compile(rb"<([^<>]*/id/)[a-z-]+/[^<>/]+>$")


def find_dump(path: Path) -> Path:
    """Find the dump of a release folder, of the public folder above it, or take the file itself.

    Raises:
        SetupError: there is none, or the file is in no format that is read here.
    """
    if path.is_dir():
        for folder in (path, path / "dump" / "latest"):
            for name in NAMES:
                if (folder / name).is_file():
                    return folder / name
        raise SetupError("there is no dump in this folder. Name a release, such as public/dump/latest.", _place(path))
    if not path.is_file():
        raise SetupError("this does not exist. Name a release folder or a dump.", _place(path))
    if _suffix(path) not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise SetupError(f"this is not a dump. Name a file in {known} (or with .gz behind it).", _place(path))
    return path


def base_of(path: Path) -> str:
    """Return the IRI before "id/" of a dump: from the context beside it, else from its first record; "" if unknown.

    Raises:
        SetupError: the dump cannot be read.
    """
    context = path.parent / "context.jsonld"
    if context.is_file():
        try:
            base = str(json.loads(context.read_text("utf-8"))["@context"]["@base"])
        except (ValueError, KeyError, TypeError) as error:
            raise SetupError("the context of this release cannot be read.", _place(context)) from error
        return base.removesuffix("id/")
    for subject, _ in blocks_of(path):
        match = _BASE.match(subject)
        if match:
            return match[1].decode("utf-8", "replace").removesuffix("id/")
    return ""


def blocks_of(path: Path) -> Iterator[Block]:
    """Yield (subject, lines) of a dump in its own order; a subject may come several times.

    Raises:
        SetupError: it cannot be read, is damaged, or has blank nodes, which have no name by which two dumps could
            be compared.
    """
    suffix = _suffix(path)
    with _readable(path) as file:
        yield from _lines(file, path) if suffix == ".nt" else _parsed(file, _FORMATS[suffix], path)


def triples_of(blocks: Iterable[bytes], path: Path) -> set[str]:
    """Return the triples of one subject as canonical lines.

    Raises:
        SetupError: a line is no N-Triples.
    """
    try:
        return {line_of(triple) for lines in blocks for triple in parse(lines)}
    except SyntaxError as error:
        raise SetupError(f"not N-Triples: {error.msg}", _place(path)) from error


def parse(lines: str | bytes) -> Iterable[ox.Quad]:
    """Parse N-Triples."""
    return ox.parse(input=lines, format=ox.RdfFormat.N_TRIPLES)


def line_of(triple: ox.Quad) -> str:
    """Write a triple in canonical N-Triples."""
    return f"{triple.subject} {triple.predicate} {triple.object} .\n"


@contextmanager
def _readable(path: Path) -> Iterator[IO[bytes]]:
    """Open a dump; what the disk, gzip or a parser has to say becomes one sentence.

    Raises:
        SetupError: it cannot be read, or is damaged.
    """
    try:
        with unpacked(path) as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        raise SetupError(f"the dump cannot be read: {error}", _place(path)) from error
    except SyntaxError as error:
        raise SetupError(str(error.msg), Place(path.as_posix(), error.lineno or 0)) from error


def _lines(file: IO[bytes], path: Path) -> Iterator[Block]:
    current, lines, size = b"", list[bytes](), 0
    for number, line in enumerate(file, 1):
        if line[:1] == b"<":
            subject = line[: line.find(b">") + 1]
        else:
            stripped = line.strip()
            if not stripped or stripped[:1] == b"#":
                continue
            subject = _odd_subject(stripped, path, number)
        if b"\\" in subject:
            subject = _odd_subject(line, path, number)
        if subject != current or size > _LONGEST:
            if lines:
                yield current, b"".join(lines)
            current, lines, size = subject, [], 0
        lines.append(line if line[-1:] == b"\n" else line + b"\n")
        size += len(line)
    if lines:
        yield current, b"".join(lines)


def _odd_subject(line: bytes, path: Path, number: int) -> bytes:
    """Read the subject of a line that is not written as we write it.

    Raises:
        SetupError: it is no N-Triples, or has a blank node.
    """
    place = Place(path.as_posix(), number)
    try:
        triple = next(iter(parse(line)))
    except (SyntaxError, StopIteration) as error:
        raise SetupError("this line is not N-Triples. Name a dump.", place) from error
    if not isinstance(triple.subject, ox.NamedNode):
        raise SetupError("a blank node cannot be compared with another dump. Give it an IRI.", place)
    return str(triple.subject).encode()


def _parsed(file: IO[bytes], form: ox.RdfFormat, path: Path) -> Iterator[Block]:
    for subject, triples in groupby(ox.parse(input=file, format=form), key=attrgetter("subject")):
        if not isinstance(subject, ox.NamedNode):
            raise SetupError("a blank node cannot be compared with another dump. Give it an IRI.", _place(path))
        lines, size = list[bytes](), 0
        for triple in triples:
            lines.append(line_of(triple).encode())
            size += len(lines[-1])
            if size > _LONGEST:
                yield str(subject).encode(), b"".join(lines)
                lines, size = [], 0
        if lines:
            yield str(subject).encode(), b"".join(lines)


def _suffix(path: Path) -> str:
    return (path.with_suffix("") if path.suffix == ".gz" else path).suffix


def _place(path: Path) -> Place:
    return Place(path.as_posix())
