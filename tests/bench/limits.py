"""Bare physical work on the same bytes: no mapping that reads these tables and writes these files can be faster."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


BLOCK = 1 << 20


def only_csv(folder: Path) -> None:
    """Read every row of the tables with csv.reader, and do nothing with it."""
    import csv
    from collections import deque

    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            deque(csv.reader(file), maxlen=0)


def only_copy(folder: Path) -> None:
    """Read the bytes of our N-Triples and write them again."""
    with (folder / "ours.nt").open("rb") as source, (folder / "copy.nt").open("wb") as target:
        while block := source.read(BLOCK):
            target.write(block)
    (folder / "copy.nt").unlink()  # of a million projects it fills 6 GB


def only_gzip(folder: Path) -> None:
    """Compress the bytes of our N-Triples, as a release does."""
    import gzip
    import shutil

    with (folder / "ours.nt").open("rb") as source, gzip.open(folder / "ours.nt.gz", "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target, BLOCK)


def only_parse(folder: Path) -> None:
    """Parse our N-Triples with pyoxigraph, and do nothing with them."""
    from collections import deque

    import pyoxigraph as ox

    deque(ox.parse(path=folder / "ours.nt", format=ox.RdfFormat.N_TRIPLES), maxlen=0)
