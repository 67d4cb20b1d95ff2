"""What was measured, as Markdown."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .measure import MEBIBYTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .measure import Runs

LIBRARIES = ("rdflib", "pyoxigraph")


def machine() -> str:
    """Say what the numbers hold for: versions, and the machine."""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {versions}; {_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}.\n"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def size(projects: int, folder: Path, rounds: int, *, shuffled: bool) -> str:
    """Say how much was mapped."""
    tables = sum(path.stat().st_size for path in folder.glob("*.csv"))
    with (folder / "ours.nt").open("rb") as file:
        triples = sum(1 for _ in file)
    written = (folder / "ours.nt").stat().st_size
    order = "rows in no order" if shuffled else "rows in id order"
    return (
        f"## {projects:,} projects\n\n"
        f"{triples:,} triples ({triples / projects:.0f} a project): {tables / MEBIBYTE:.1f} MiB of tables, {order}, "
        f"become {written / MEBIBYTE:.1f} MiB of N-Triples. Medians of {rounds} runs.\n"
    )


def ratios(found: Mapping[str, Runs]) -> str:
    """Compare processes with ours: CPU of the whole, and of the work on rows alone."""
    ours = found["ours"]
    rows = [(*_measured(runs), f"**{runs.cpu / ours.cpu:.2f}**", *_parts(runs, ours)) for runs in found.values()]
    head = (
        "process",
        "CPU s",
        "spread",
        "wall s",
        "peak MiB",
        "× ours",
        "start s",
        "read s",
        "write s",
        "× ours, rows",
    )
    return _table(head, [(name, *cells) for name, cells in zip(found, rows, strict=True)])


def _measured(runs: Runs) -> tuple[str, ...]:
    return (f"{runs.cpu:.2f}", f"{runs.spread:.2f}", f"{runs.wall:.2f}", f"{runs.peak:.0f}")


def _parts(runs: Runs, ours: Runs) -> tuple[str, ...]:
    """Show what a process spent where; one that only starts has no rows to be compared by."""
    start = f"{runs.lap('start') + runs.lap('schema'):.2f}"
    if not runs.lap("read"):
        return start, "", "", ""
    return start, f"{runs.lap('read'):.2f}", f"{runs.lap('write'):.2f}", f"{runs.work / ours.work:.2f}"


def limits(found: Mapping[str, Runs], ours: Runs) -> str:
    """Set the bare physical work beside ours: nothing that reads and writes these bytes can be faster."""
    rows = [
        (name, f"{runs.work:.3f}", f"{ours.work / max(runs.work, 1e-3):.1f}", f"{runs.wall:.2f}")
        for name, runs in found.items()
    ]
    return _table(("bare work on the same bytes", "CPU s", "ours, rows, is × this", "wall s with start"), rows)


def verdict(peer: str, found: Mapping[str, Any]) -> str:
    """Say whether a peer wrote the same set of triples."""
    if not found["only_ours"] and not found["only_theirs"]:
        return f"Ours and {peer}: the same set of {found['both']:,} triples."
    counts = f"{found['only_ours']:,} only in ours, {found['only_theirs']:,} only in theirs"
    return f"Ours and {peer}: NOT the same set; {counts}, such as {' and '.join(found['examples'])}."


def growth(peaks: Mapping[int, Mapping[str, float]]) -> str:
    """Show the peak memory of each process by the number of projects."""
    sizes = sorted(peaks)
    names = dict.fromkeys(name for count in sizes for name in peaks[count])
    rows = [(name, *(f"{peaks[n][name]:.0f}" if name in peaks[n] else "" for n in sizes)) for name in names]
    return "## Peak memory, MiB\n\n" + _table(("process", *(f"{count:,} projects" for count in sizes)), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
