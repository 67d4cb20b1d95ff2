"""What one size of made-up portfolio gave: how large it is, how long each engine took, and whether they agree."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import validators
from .engines import LIMITS, OUTPUTS, PEERS, VALIDATORS
from .measure import ChildError, child, measure
from .ours import SUFFIXES, spark_missing
from .peers import home, missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .measure import Runs

SMALL, LARGE = 10_000, 100_000
OURS_ALWAYS = ("ours", "ours, three formats", "ours, 2 jobs", "ours, three formats, 2 jobs")
OURS_SMALL = ("ours, Turtle", "ours, JSON-LD")

MOST = {"rdflib": SMALL}
"""Peer -> the largest portfolio it is given unless the command line says otherwise: rdflib holds 1.3 KiB a triple."""


@dataclass(frozen=True)
class Plan:
    """What is asked for: where to work, how often to run, and which peers take which sizes."""

    scratch: Path
    environments: Path
    runs: int = 5
    seed: int = 1
    shuffled: bool = False
    spark: bool = True
    most: Mapping[str, int] = field(default_factory=dict)

    def rounds(self, projects: int) -> int:
        """Say how often each process runs: the larger the portfolio, the less a busy second matters."""
        if projects <= SMALL:
            return self.runs
        return min(self.runs, 3) if projects <= LARGE else 1

    def takes(self, peer: str, projects: int) -> bool:
        """Whether a peer is given a portfolio of this size."""
        return projects <= {**MOST, **self.most}.get(peer, projects)


@dataclass
class Measurement:
    """One portfolio, measured; `tables` and `written` (by format) are bytes."""

    kind: str
    projects: int
    rounds: int
    folder: Path
    triples: int = 0
    tables: int = 0
    written: Mapping[str, int] = field(default_factory=dict)
    found: dict[str, Runs] = field(default_factory=dict)
    starts: Mapping[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def rows(self, name: str) -> float:
        """Give the CPU seconds of an engine without what does not depend on the number of rows."""
        return max(self.found[name].cpu - self.starts.get(name, 0.0), 1e-3)

    @property
    def ours(self) -> Runs:
        """Our N-Triples, one process: what all is compared with."""
        return self.found["ours"]


def made(plan: Plan, kind: str, projects: int) -> Path:
    """Make a portfolio up; give its folder."""
    folder = plan.scratch / f"{kind}-{projects}"
    options = ["--kind", kind, "--projects", str(projects), "--seed", str(plan.seed)]
    child("generate", str(folder), *options, *(["--shuffled"] if plan.shuffled else []))
    return folder


def starts(plan: Plan, kind: str, *, peers: bool) -> Mapping[str, float]:
    """Give the CPU seconds of each engine for a portfolio of one project: imports, mapping, context, a few tables."""
    found = measured(plan, kind, 1, {}, peers=peers)
    forget(found)
    return {name: runs.cpu for name, runs in found.found.items()}


def measured(plan: Plan, kind: str, projects: int, start: Mapping[str, float], *, peers: bool) -> Measurement:
    """Measure ours, the bare physical work and, if asked for, the peers, in turns."""
    result = Measurement(kind, projects, plan.rounds(projects), made(plan, kind, projects), starts=start)
    names = [*OURS_ALWAYS, *(OURS_SMALL if projects <= SMALL else ()), *LIMITS]
    homes = _homes(plan, [*names, *(PEERS if peers else ())], result)
    if "morph-kgc" in homes:
        child("rml", str(result.folder))
    result.found = measure(homes, result.folder, result.rounds)
    result.tables = sum(path.stat().st_size for path in result.folder.glob("*.csv"))
    result.written = {dump: (result.folder / f"ours{suffix}").stat().st_size for dump, suffix in SUFFIXES.items()}
    with (result.folder / "ours.nt").open("rb") as file:
        result.triples = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    return result


def _homes(plan: Plan, names: Sequence[str], result: Measurement) -> dict[str, str]:
    """Find where each engine runs; note those that are left out, and why."""
    homes: dict[str, str] = {}
    for name in names:
        found = home(name, plan.environments)
        if not plan.takes(name, result.projects):
            result.left_out[name] = "this size takes it too much memory or time"
        elif found is None:
            result.left_out[name] = missing(name)
        else:
            homes[name] = found.python
    return homes


def agreements(measurement: Measurement) -> dict[str, Mapping[str, object]]:
    """Compare the triples of each peer with ours."""
    ours = measurement.folder / "ours.nt"
    return {
        peer: child("compare", str(ours), str(measurement.folder / output)).told
        for peer, output in OUTPUTS.items()
        if peer in measurement.found
    }


@dataclass(frozen=True)
class Written:
    """The dumps of one way to run: seconds on the clock, and the SHA-256 of each."""

    wall: float
    digests: Mapping[str, str]


def written(plan: Plan, measurement: Measurement) -> tuple[dict[str, Written], str]:
    """Give what one process, two and Spark wrote; and why Spark is not among them, if so."""
    found, folder = measurement.found, measurement.folder
    ways = {
        "1 process": (found["ours, three formats"].wall, "ours"),
        "2 processes": (found["ours, three formats, 2 jobs"].wall, "ours-2-jobs"),
    }
    reason = spark_missing() if plan.spark else "it was not asked for"
    if not reason:
        try:
            ways["Spark"] = (child("engines", "ours, three formats, Spark", str(folder)).wall, "ours-spark")
        except ChildError as error:
            reason = str(error)
    return {name: Written(wall, _digests(folder, stem)) for name, (wall, stem) in ways.items()}, reason


def _digests(folder: Path, stem: str) -> dict[str, str]:
    return {dump: _digest(folder / f"{stem}{suffix}") for dump, suffix in SUFFIXES.items()}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def validated(plan: Plan, folder: Path) -> tuple[dict[str, Runs], dict[str, set[tuple[str, ...]]], int]:
    """Judge a dump with each bare SHACL engine, once; give runs, results, and how many faults were made."""
    faults = validators.prepare(folder)
    homes = {name: found.python for name in VALIDATORS if (found := home(name, plan.environments))}
    runs = measure(homes, folder, 1)
    return runs, {name: validators.results(folder, name) for name in runs}, faults


def forget(measurement: Measurement) -> None:
    """Remove the tables and all outputs: a million projects fill 20 GB."""
    shutil.rmtree(measurement.folder)
