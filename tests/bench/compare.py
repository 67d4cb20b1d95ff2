"""Whether two files of N-Triples are the same set: `python -m tests.bench.compare OURS THEIRS` tells it as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyoxigraph as ox


def triples(path: Path) -> set[ox.Triple]:
    """Read N-Triples as a set of triples: other orders and other escapes are the same set."""
    return {quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES)}


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
