"""The parts of a dump: what one task writes of it, and how parts become one file."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from linkedproj.writers import FORMATS, ntriples
from linkedproj.writers.table import compile_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from linkedproj.mapping.derive import Derivation
    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.portfolio import Tables

TABLE = "csv"
_BUFFER = 1 << 20


@dataclass(frozen=True)
class Output:
    """One dump, in a format of FORMATS or as a table for each type; `name` tells it from others.

    `supporting` dumps take sources and evidence, others the portfolio.
    """

    name: str
    format: str
    supporting: bool = False

    @property
    def suffix(self) -> str:
        """How the files of its parts end."""
        return f".{self.name}.part"

    def takes(self, kind: RecordType) -> bool:
        """Check whether the rows of a type go into it; statements of evidence are written when all are known."""
        return self.format == TABLE or (not kind.anonymous and kind.supporting == self.supporting)


class DumpPart:
    """What one task writes of one dump; `triples` and `nodes` count by type, when the format is N-Triples."""

    def __init__(self, output: Output, kind: RecordType, path: Path, tables: Tables) -> None:
        self.output, self.path = output, path
        self.triples: Counter[str] = Counter()
        self.nodes: Counter[str] = Counter()
        self._kind, self._tables = kind, tables
        self._writers: dict[int, Callable[[Batch], list[str]]] = {}
        self._between = FORMATS[output.format].between.encode() if output.format in FORMATS else b""
        self._file: IO[bytes] = path.open("wb", buffering=_BUFFER)
        self._is_empty = True

    def write(self, batch: Batch, derivation: Derivation) -> None:
        """Write the records of a batch, which has the computed columns of `derivation`."""
        write = self._writers.get(batch.header) or self._compile(batch.header, derivation)
        # One by one: a rare character makes the text that holds it wider in memory, and slower to encode.
        texts = map(str.encode, write(batch))
        if self._between:
            texts = map(self._between.__add__, texts)
            if self._is_empty:
                self._file.write(next(texts)[len(self._between) :])
        self._is_empty = False
        self._file.writelines(texts)

    def close(self) -> None:
        """Write the rest."""
        self._file.close()

    def _compile(self, number: int, derivation: Derivation) -> Callable[[Batch], list[str]]:
        kind, columns, schema = self._kind, derivation.columns, self._tables.schema
        if self.output.format == TABLE:
            names = self._tables.published(kind.name)
            lists = {column.name for column in columns if column.field and column.field.many}
            write = compile_table(names, self._tables.headers[number].names, lists)
        elif self.output.format == "ntriples":
            write = ntriples.compile_counting(kind, columns, schema, self.triples, self.nodes)
        else:
            write = FORMATS[self.output.format].compile_rows(kind, columns, schema)
        self._writers[number] = write
        return write


def join(  # noqa: PLR0913 - what stands before, in and behind a dump
    parts: Iterable[Path],
    path: Path,
    format_name: str,
    schema: Schema,
    *,
    head: Iterable[str] = (),
    tail: Iterable[str] = (),
) -> None:
    """Make one file of its parts, in the order given, and of the texts of what stands before and behind them.

    Parts are removed as they are copied: most of them never reach the disk.
    """
    form = FORMATS[format_name]
    between, is_first = form.between.encode(), True
    with path.open("wb") as out:
        out.write(form.head(schema).encode())
        for text in head:
            out.write((b"" if is_first else between) + text.encode())
            is_first = False
        for part in parts:
            with part.open("rb") as opened:
                if not part.stat().st_size:
                    continue
                out.write(b"" if is_first else between)
                _append(opened, out)
                is_first = False
            part.unlink()
        for text in tail:
            out.write((b"" if is_first else between) + text.encode())
            is_first = False
        out.write(form.foot.encode())


def _append(part: IO[bytes], out: IO[bytes]) -> None:
    """Copy one file to the end of another, within the system where it can."""
    out.flush()
    size = os.fstat(part.fileno()).st_size
    done = 0
    with contextlib.suppress(AttributeError, OSError):
        # Some file systems copy nothing, and say so with 0.
        while done < size and (count := os.copy_file_range(part.fileno(), out.fileno(), size - done)):
            done += count
    part.seek(done)
    shutil.copyfileobj(part, out, _BUFFER)
