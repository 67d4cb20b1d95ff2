"""Our own road from tables to dumps, behind one function: the benchmark knows no other part of the mapping."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SUFFIXES = {"ntriples": ".nt", "turtle": ".ttl", "jsonld": ".jsonld"}


def ours(
    folder: Path,
    formats: Sequence[str] = ("ntriples",),
    *,
    jobs: int = 1,
    runner: str = "local",
    name: str = "ours",
) -> None:
    """Read with all checks of cells, ids and references; write `name.nt` and the other formats beside the tables."""
    from linkedproj.mapping.tables import map_folder

    out = folder / f"{name}.out"
    map_folder(folder, out, formats, jobs=jobs, runner=runner)
    for suffix in (SUFFIXES[dump] for dump in formats):
        (out / f"portfolio{suffix}").replace(folder / f"{name}{suffix}")


def spark_missing() -> str:
    """Say why the same mapping cannot be run on Spark here; "" when it can."""
    return "" if find_spec("pyspark") else "pyspark is not installed"
