"""What was aimed at, and what was measured against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .report import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .measurement import Measurement

FASTER = {"rdflib": 30.0, "morph-kgc": 10.0}
"""Peer -> how many times its CPU has to be ours, whole processes, N-Triples."""
SPEED_UP, PEAK, FLAT = 1.8, 100.0, 1.5


@dataclass(frozen=True)
class Goal:
    """One number that had to be reached, and the one that was."""

    aim: str
    at: str
    measured: str
    reached: bool


def goals(measurements: Sequence[Measurement]) -> str:
    """Set each goal beside the measurement at the largest size that has one."""
    rows = [(goal.aim, goal.at, goal.measured, "yes" if goal.reached else "**no**") for goal in _goals(measurements)]
    return table(("goal", "at projects", "measured", "reached"), rows)


def _goals(measurements: Sequence[Measurement]) -> Iterator[Goal]:
    for peer, times in FASTER.items():
        with_peer = [found for found in measurements if peer in found.found]
        if with_peer:
            ratio = with_peer[-1].found[peer].cpu / with_peer[-1].ours.cpu
            yield Goal(f"{peer} takes ≥ {times:.0f} × our CPU", _at(with_peer[-1]), f"{ratio:.1f}", ratio >= times)
    least, most = measurements[0], measurements[-1]
    for name in ("ours", "ours, three formats"):
        shown = "N-Triples" if name == "ours" else "three formats in one pass"
        peak, before = most.found[name].peak, least.found[name].peak
        yield Goal(f"peak memory < {PEAK:.0f} MiB, {shown}", _at(most), f"{peak:.0f} MiB", peak < PEAK)
        flat = f"{before:.0f} → {peak:.0f} MiB"
        yield Goal(f"which does not grow, {shown}", f"{_at(least)} → {_at(most)}", flat, peak <= FLAT * before)
        speed_up = most.found[name].wall / most.found[f"{name}, 2 jobs"].wall
        aim = f"two processes are ≥ {SPEED_UP} × as fast as one, {shown}"
        yield Goal(aim, _at(most), f"{speed_up:.2f}", speed_up >= SPEED_UP)


def _at(measurement: Measurement) -> str:
    return f"{measurement.projects:,}"
