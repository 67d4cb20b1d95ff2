"""Whether two files of N-Triples are the same set: `python -m tests.bench.compare OURS THEIRS` tells it as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyoxigraph as ox

_CODES = "https://w3id.org/linkedproj/"
_BESIDE = ("https://data.example.org/dataset", "https://data.example.org/dump/")


def triples(path: Path) -> set[ox.Triple]:
    """Read the triples of records from N-Triples: other orders and other escapes are the same set.

    What codes are called is left out, and what a dump says of itself and of its dataset: constants that our dumps add
    and that nobody would write by hand.
    """
    found = (quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES))
    return {triple for triple in found if not _is_beside(triple)}


def _is_beside(triple: ox.Triple) -> bool:
    subject, value = str(triple.subject).lstrip("<"), str(triple.object).lstrip("<")
    return subject.startswith((_CODES, *_BESIDE)) or value.startswith(_BESIDE)


def compare(ours: Path, theirs: Path) -> dict[str, object]:
    """Count what both have and what only one of them has, with an example of each."""
    left, right = triples(ours), triples(theirs)
    return {
        "both": len(left & right),
        "only_ours": len(left - right),
        "only_theirs": len(right - left),
        "examples": [str(min(found, key=str)) for found in (left - right, right - left) if found],
    }


if __name__ == "__main__":
    print(json.dumps(compare(Path(sys.argv[1]), Path(sys.argv[2]))))
