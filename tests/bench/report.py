"""What was measured, as Markdown tables."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version as own_version
from pathlib import Path
from typing import TYPE_CHECKING

from .engines import LIMITS, PEERS
from .measure import MEBIBYTE
from .peers import NEEDED, home, version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .measurement import Measurement

LIBRARIES = ("rdflib", "pyoxigraph")
TELLING = 0.05
"""Seconds of work on rows below which the start of the program says more than they do."""

ALWAYS = ("ours", "ours, three formats")
_FORMATS = {
    "ours": ("N-Triples", ("ntriples",)),
    "ours, Turtle": ("Turtle", ("turtle",)),
    "ours, JSON-LD": ("JSON-LD", ("jsonld",)),
    "ours, three formats": ("all three in one pass", ("ntriples", "turtle", "jsonld")),
}


def machine() -> str:
    """Say what the numbers hold for: versions, and the machine."""
    versions = ", ".join(f"{name} {own_version(name)}" for name in LIBRARIES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    busy = f"{os.getloadavg()[0]:.1f} processes waited for them when it began"
    system = f"{platform.system()} {platform.machine()}"
    return f"{python}, {versions}; {_processor()}, {os.cpu_count()} cores, {busy}; {system}.\n"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def libraries(environments: Path) -> str:
    """Say which version of each peer was measured, and where it ran."""
    rows = []
    for library in dict.fromkeys(NEEDED.values()):
        found = home(library if library in NEEDED else _engine(library), environments)
        place = "not installed" if found is None else "its own" if found.own else "that of the project"
        rows.append((library, version(found.python, library) if found else "", place))
    return table(("peer", "version", "environment"), rows)


def _engine(library: str) -> str:
    return next(engine for engine, needed in NEEDED.items() if needed == library)


def size(measurement: Measurement) -> str:
    """Say how much was mapped."""
    triples, projects = measurement.triples, measurement.projects
    return (
        f"{projects:,} projects of the kind `{measurement.kind}`: {triples:,} triples "
        f"({triples / projects:.0f} a project), {measurement.tables / MEBIBYTE:,.1f} MiB of tables, "
        f"{measurement.written['ntriples'] / MEBIBYTE:,.1f} MiB of N-Triples; {_rounds(measurement.rounds)}.\n"
    )


def _rounds(rounds: int) -> str:
    return f"medians of {rounds} runs" if rounds > 1 else "one run"


def ratios(measurement: Measurement) -> str:
    """Compare the peers with ours: CPU of the whole process, and of the work on rows alone."""
    names = (*ALWAYS, *PEERS)
    head = ("process", "CPU s", "spread", "wall s", "peak MiB", "× ours", "start s", "× ours, rows")
    rows = [(name, *_compared(measurement, name)) for name in names if name in measurement.found]
    left_out = "".join(f"\nNot measured: {name}: {reason}.\n" for name, reason in measurement.left_out.items())
    return f"{size(measurement)}\n{table(head, rows)}{left_out}"


def _compared(measurement: Measurement, name: str) -> tuple[str, ...]:
    runs, start = measurement.found[name], measurement.starts.get(name, 0.0)
    shown = (f"{runs.cpu:.2f}", f"{runs.spread:.2f}", f"{runs.wall:.2f}", f"{runs.peak:.0f}")
    theirs, ours = measurement.rows(name), measurement.rows("ours")
    rows = f"{theirs / ours:.2f}" if min(theirs, ours) >= TELLING else ""
    return (*shown, f"**{runs.cpu / measurement.ours.cpu:.2f}**", f"{start:.2f}", rows)


def formats(measurement: Measurement) -> str:
    """Show what each format costs us."""
    rows = []
    for name, (shown, dumps) in _FORMATS.items():
        if name in measurement.found:
            runs, written = measurement.found[name], sum(measurement.written[dump] for dump in dumps) / MEBIBYTE
            ratio = f"{runs.cpu / measurement.ours.cpu:.2f}"
            rows.append((shown, f"{written:,.1f}", f"{runs.cpu:.2f}", f"{runs.wall:.2f}", f"{runs.peak:.0f}", ratio))
    head = ("format", "MiB written", "CPU s", "wall s", "peak MiB", "× N-Triples")
    return f"{size(measurement)}\n{table(head, rows)}"


def jobs(measurements: Sequence[Measurement]) -> str:
    """Show what a second process gains."""
    rows = []
    for found in measurements:
        for name, shown in (("ours", "N-Triples"), ("ours, three formats", "three formats")):
            one, two = found.found[name], found.found[f"{name}, 2 jobs"]
            cells = (f"{one.cpu:.2f}", f"{two.cpu:.2f}", f"{one.wall:.2f}", f"{two.wall:.2f}", f"{two.peak:.0f}")
            rows.append((f"{found.projects:,}", shown, *cells, f"**{one.wall / two.wall:.2f}**"))
    head = ("projects", "written", "CPU s, 1", "CPU s, 2", "wall s, 1", "wall s, 2", "peak MiB, 2", "speed-up")
    return table(head, rows)


def growth(measurements: Sequence[Measurement]) -> str:
    """Show how our cost grows with the number of projects."""
    rows = []
    for name, (shown, dumps) in _FORMATS.items():
        for found in measurements if name in ALWAYS else ():
            runs, written = found.found[name], sum(found.written[dump] for dump in dumps) / MEBIBYTE
            work = found.rows(name)
            each = f"{work / found.triples * 1e6:.2f}" if work >= TELLING else ""
            cells = (f"{written:,.1f}", f"{runs.cpu:.2f}", f"{runs.wall:.2f}", each, f"{runs.peak:.0f}")
            rows.append((shown, f"{found.projects:,}", f"{found.triples:,}", *cells))
    return table(
        ("format", "projects", "triples", "MiB written", "CPU s", "wall s", "microseconds a triple", "peak MiB"), rows
    )


def limits(measurements: Sequence[Measurement]) -> str:
    """Set the bare physical work beside ours: nothing that reads and writes these bytes can be faster."""
    last = measurements[-1]
    rows = [
        (name, *(_seconds(found.rows(name)) for found in measurements), f"{last.rows('ours') / last.rows(name):.1f}")
        for name in (*LIMITS, "ours")
    ]
    sizes = [f"{found.projects:,} projects" for found in measurements]
    return table(("CPU s of work on the same bytes", *sizes, f"ours is × this at {last.projects:,}"), rows)


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds >= 0.01 else "< 0.01"


def verdict(peer: str, found: Mapping[str, object]) -> str:
    """Say whether a peer wrote the same set of triples."""
    if not found["only_ours"] and not found["only_theirs"]:
        return f"- {peer}: the same set of {found['both']:,} triples as ours."
    counts = f"{found['only_ours']:,} only in ours, {found['only_theirs']:,} only in theirs"
    examples = found["examples"]
    such = " and ".join(f"`{example}`" for example in examples) if isinstance(examples, list) else ""
    return f"- {peer}: **not the same set**; {counts}, such as {such}."


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in which all but the first column are numbers."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
