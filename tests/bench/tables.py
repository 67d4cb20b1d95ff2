"""Which tables there are, and what is measured for each."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from . import profile, report
from .goals import goals
from .measure import MEBIBYTE, ROOT, ChildError, child
from .measurement import SMALL, agreements, forget, made, measured, starts, validated, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from .measurement import Measurement, Plan

TITLES = {
    "build": "The whole road",
    "machine": "Machine and versions",
    "agreement": "Whether the outputs agree",
    "bytes": "The same bytes",
    "ratios": "Ratios",
    "goals": "Goals",
    "formats": "Formats",
    "jobs": "Two processes",
    "growth": "Growth",
    "limits": "Physical limits",
    "full": "Ratios with 17 columns a project",
    "validators": "Bare SHACL engines",
    "profile": "Where the time goes",
    "validation": "Validation",
    "queries": "Saved queries on three engines",
    "importing": "An import of a workbook",
}
"""Name of a table, as its place in a document is marked -> its heading in print."""

OTHERS = ("build", "validation", "queries", "importing")
"""Programs of their own, each with its command line, whose output is a table here."""


@dataclass(frozen=True)
class Wanted:
    """Sizes to measure: with peers, ours alone, 17 columns, bare SHACL engines, profile; and other programs to run.

    Of `others` each is a command line that begins with one of OTHERS.
    """

    projects: Sequence[int] = ()
    ours_only: Sequence[int] = ()
    full: Sequence[int] = ()
    validate: Sequence[int] = ()
    profile: Sequence[int] = ()
    others: Sequence[str] = ()
    keep: bool = False


def tables(plan: Plan, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Measure, and give each table with its name.

    Raises:
        ChildError: a process did not end well; what was measured before it has been given.
    """
    yield "machine", f"{report.machine()}\n{report.libraries(plan.environments)}"
    lean, failure = [], None
    try:
        sizes = sorted({*wanted.projects, *wanted.ours_only})
        begun = starts(plan, "lean", peers=bool(wanted.projects)) if sizes else {}
        for projects in sizes:
            found = _measured(plan, "lean", projects, begun, peers=projects in wanted.projects)
            lean.append(found)
            if len(lean) == 1:
                yield "agreement", _agreement(found)
            if projects == max((n for n in wanted.projects if n <= SMALL), default=0):
                yield "bytes", _bytes(plan, found)
            if projects > SMALL and not wanted.keep:
                forget(found)
    except ChildError as error:
        failure = error
    if lean:
        yield from _summaries(lean)
    if failure:
        raise failure
    yield from _further(plan, wanted)


def _summaries(lean: Sequence[Measurement]) -> Iterator[tuple[str, str]]:
    with_peers = [found for found in lean if "strings, no checks" in found.found]
    yield "ratios", "\n".join(map(report.ratios, with_peers))
    yield "goals", goals(lean)
    yield (
        "formats",
        "\n".join(report.formats(found) for found in lean if found.projects >= min(SMALL, lean[-1].projects)),
    )
    yield "jobs", report.jobs(lean)
    yield "growth", report.growth(lean)
    yield "limits", report.limits(lean)


def _further(plan: Plan, wanted: Wanted) -> Iterator[tuple[str, str]]:
    if wanted.full:
        begun = starts(plan, "full", peers=True)
        full = [_measured(plan, "full", projects, begun, peers=True) for projects in wanted.full]
        yield "full", "\n".join([*map(report.ratios, full), _verdicts(full[0])])
    if wanted.validate:
        yield "validators", "\n".join(_validators(plan, projects) for projects in wanted.validate)
    if wanted.profile:
        yield "profile", "\n".join(_profile(plan, projects) for projects in wanted.profile)
    for name, *arguments in map(shlex.split, wanted.others):
        yield name, _other(name, arguments)


def _measured(plan: Plan, kind: str, projects: int, begun: Mapping[str, float], *, peers: bool) -> Measurement:
    """Measure one size; show it at once, for a run takes long."""
    print(f"{projects:,} projects, {kind}", file=sys.stderr, flush=True)
    found = measured(plan, kind, projects, begun, peers=peers)
    print(report.ratios(found), file=sys.stderr, flush=True)
    return found


def _agreement(found: Measurement) -> str:
    return f"{report.size(found)}\n{_verdicts(found)}"


def _verdicts(found: Measurement) -> str:
    return "".join(f"{report.verdict(peer, compared)}\n" for peer, compared in agreements(found).items())


def _bytes(plan: Plan, found: Measurement) -> str:
    """Compare the dumps of all ways to run, byte for byte."""
    ways, without_spark = written(plan, found)
    rows = [
        (name, f"{way.wall:.2f}", *(f"`{digest[:16]}`" for digest in way.digests.values()))
        for name, way in ways.items()
    ]
    same = len({tuple(way.digests.values()) for way in ways.values()}) == 1
    said = "All are the same, byte for byte." if same else "**They are not the same.**"
    spark = f" Spark was not run: {without_spark}." if without_spark else ""
    head = ("SHA-256, first 16 digits", "wall s", *ways["1 process"].digests)
    return f"{report.size(found)}\n{report.table(head, rows)}\n{said}{spark}\n"


def _validators(plan: Plan, projects: int) -> str:
    """Show what bare SHACL engines need for the dump of one size, and whether they find the same."""
    runs, results, faults = validated(plan, _mapped(plan, projects))
    rows = [
        (name, f"{run.cpu:.2f}", f"{run.wall:.2f}", f"{run.peak:.0f}", f"{len(results[name]):,}")
        for name, run in runs.items()
    ]
    same = len({frozenset(found) for found in results.values()}) == 1
    said = "The sets of results are the same." if same else "**The sets of results are not the same.**"
    head = ("engine", "CPU s", "wall s", "peak MiB", "results")
    return f"{projects:,} projects, {faults:,} faults; one run.\n\n{report.table(head, rows)}\n{said}\n"


def _profile(plan: Plan, projects: int) -> str:
    run = child("profile", str(_mapped(plan, projects)))
    said = f"{projects:,} projects, N-Triples: {run.cpu:.1f} s of CPU, peak {run.peak / MEBIBYTE:.0f} MiB."
    return f"{said}\n\n{profile.shares(run.told)}"


def _mapped(plan: Plan, projects: int) -> Path:
    """Give the folder of a lean portfolio with our N-Triples in it."""
    folder = plan.scratch / f"lean-{projects}"
    if not (folder / "ours.nt").exists():
        made(plan, "lean", projects)
        child("engines", "ours", str(folder))
    return folder


def _other(name: str, arguments: Sequence[str]) -> str:
    """Run another program of the benchmark; give what it prints."""
    if find_spec(f"tests.bench.{name}") is None:
        return f"Not measured: there is no tests/bench/{name}.py.\n"
    command = [sys.executable, "-m", f"tests.bench.{name}", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ChildError(f"tests.bench.{name} ended with {done.returncode}")
    return done.stdout
