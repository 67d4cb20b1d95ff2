"""What an attack gave: one line of the table for all that are of one kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .ground import Run

JUDGED = ("losses", "left over", "tracebacks", "unbounded")
"""What must not be: the columns of numbers, each of which has to be 0."""

_CRASHES = {-4, -6, -7, -8, -11}
_WORDS = ("Traceback (most recent call last)", "panicked at", "Fatal Python error")


@dataclass(frozen=True)
class Trial:
    """One fault or attack: its kind, what happened in a few words, and what must not be, each as a sentence."""

    kind: str
    happened: str
    losses: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    tracebacks: tuple[str, ...] = ()
    unbounded: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """All that must not be."""
        return (*self.losses, *self.leftovers, *self.tracebacks, *self.unbounded)


def tracebacks(runs: Iterable[Run]) -> tuple[str, ...]:
    """Return the runs that ended in a traceback, or crashed, each with its last words."""
    return tuple(
        f"{' '.join(run.arguments)} ended with {run.code}: {run.said[-1500:]}"
        for run in runs
        if run.code in _CRASHES or any(word in run.said for word in _WORDS)
    )


def unbounded(runs: Iterable[Run], megabytes: int) -> tuple[str, ...]:
    """Return the runs that had to be stopped, or took more memory than they may."""
    return tuple(
        f"{' '.join(run.arguments)} took {run.seconds:.0f} s and {run.peak} MiB"
        for run in runs
        if run.was_stopped or run.peak > megabytes
    )


def table(trials: Sequence[Trial]) -> str:
    """Write a line for each kind, in the order in which they came first."""
    lines = [
        f"| attack | times | what happened | {' | '.join(JUDGED)} |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for kind in dict.fromkeys(trial.kind for trial in trials):
        same = [trial for trial in trials if trial.kind == kind]
        happened = Counter(trial.happened for trial in same).most_common()
        words = "; ".join(f"{times} × {what}" for what, times in happened)
        lines.append(f"| {kind} | {len(same)} | {words} | {' | '.join(map(str, counts(same)))} |")
    lines.append(f"| **all** | **{len(trials)}** | | {' | '.join(f'**{number}**' for number in counts(trials))} |")
    return "\n".join(lines) + "\n"


def counts(trials: Iterable[Trial]) -> tuple[int, int, int, int]:
    """Count what must not be, by the columns of JUDGED."""
    found = list(trials)
    return (
        sum(len(trial.losses) for trial in found),
        sum(len(trial.leftovers) for trial in found),
        sum(len(trial.tracebacks) for trial in found),
        sum(len(trial.unbounded) for trial in found),
    )
