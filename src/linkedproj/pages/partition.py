"""The dumps cut by predicate, so that a browser loads what a saved query reads and no more.

A part is the statements with one predicate, in their order: a `void:propertyPartition`. Statements with blank nodes
stay together in a part that every query loads, and so does the vocabulary: a blank node of one file is none of another.

Source: Describing Linked Datasets with the VoID Vocabulary, section 4.5.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
from typing import TYPE_CHECKING

from linkedproj.queries.saved.predicates import read_predicates
from linkedproj.system.files import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from linkedproj.pages.frame import Frame

INDEX = "assets/sparql/parts.json"
_FOLDER, _BLANK, _ENDING = "assets/sparql/parts", "blank", ".nt.gz"
_UNSAFE = re.compile("[^A-Za-z0-9-]+")
_DIGITS = 8
_LEVEL = 6
_PIECE = 1 << 14


def write_partition(frame: Frame) -> None:
    """Write the parts, and which of them each saved query loads; one that is not named loads all there is."""
    dumps = [frame.sources.dumps / "portfolio.nt", frame.sources.evidence]
    frame.kept.part("partition", [sha256(path) for path in dumps], lambda: _cut(frame, dumps))
    folder = frame.kept.out / _FOLDER
    files = [*_vocabulary(frame), *sorted(f"{_FOLDER}/{path.name}" for path in folder.glob("*"))]
    places = {file: place for place, file in enumerate(files)}
    loaded: dict[str, list[int]] = {}
    for told in frame.queries:
        text = frame.sources.answers / f"{told['id']}.template.rq"
        read = read_predicates(text.read_text("utf-8")) if text.is_file() else None
        if read is not None:
            wanted = [*_vocabulary(frame), *(_name(frame, each) for each in sorted(read)), _file(_BLANK)]
            loaded[told["id"]] = [places[file] for file in wanted if file in places]
    frame.put(INDEX, json.dumps({"files": files, "queries": loaded}, separators=(",", ":")))


def whole(frame: Frame) -> list[str]:
    """Return the paths of the files that a query loads of which nothing is known."""
    wanted = [_dump(frame, name) for name in ("portfolio.nt", "evidence.ttl")]
    return [file for file in wanted if file] + _vocabulary(frame)


def _vocabulary(frame: Frame) -> list[str]:
    found = _dump(frame, "vocabulary.ttl")
    return [found] if found else []


def _dump(frame: Frame, name: str) -> str:
    """Return the path of a dump, that of its compressed copy where there is one; "" where there is none."""
    found = next((each for each in (f"{name}.gz", name) if (frame.sources.dumps / each).is_file()), "")
    return found and f"dump/latest/{found}"


def _name(frame: Frame, predicate: str) -> str:
    """Return the path of a part, by which people know what is in it and no other part is called."""
    digits = hashlib.sha256(predicate.encode()).hexdigest()[:_DIGITS]
    compact = frame.folder.schema.context.compact(predicate)
    words = compact if compact != predicate else predicate.rpartition("/")[2]
    return _file(f"{_UNSAFE.sub('_', words)}-{digits}")


def _file(name: str) -> str:
    return f"{_FOLDER}/{name}{_ENDING}"


def _cut(frame: Frame, dumps: Sequence[Path]) -> None:
    """Write the parts. What is held of them meanwhile is compressed."""
    packed: dict[bytes, io.BytesIO] = {}
    opened: dict[bytes, gzip.GzipFile] = {}
    waiting: dict[bytes, bytearray] = {}
    for part, line in cut_lines(dumps):
        if part not in opened:
            packed[part] = io.BytesIO()
            # Neither name nor time, so that equal parts have equal bytes.
            opened[part] = gzip.GzipFile("", "wb", _LEVEL, packed[part], mtime=0)
            waiting[part] = bytearray()
        lines = waiting[part]
        lines += line
        # Compressed in pieces: a line of its own costs more than its bytes.
        if len(lines) >= _PIECE:
            opened[part].write(lines)
            lines.clear()
    for part in sorted(opened):
        opened[part].write(waiting[part])
        opened[part].close()
        file = _name(frame, part[1:-1].decode()) if part else _file(_BLANK)
        frame.kept.put(file, packed[part].getvalue())


def cut_lines(dumps: Sequence[Path]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the lines of N-Triples, each behind its predicate, or nothing where it has a blank node."""
    for path in dumps:
        with path.open("rb") as file:
            for line in file:
                subject, predicate, value = line.split(b" ", 2)
                yield b"" if subject.startswith(b"_") or value.startswith(b"_") else predicate, line
