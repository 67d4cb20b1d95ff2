"""Compressing so that equal files have equal copies."""

from __future__ import annotations

import gzip
from typing import IO

_LEVEL = 6
"""Level 9 makes the N-Triples of a portfolio 1 % smaller and takes half as long again."""


def packed(file: IO[bytes]) -> gzip.GzipFile:
    """Open a file to compress into; the copy has no name and no time."""
    return gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=_LEVEL)
