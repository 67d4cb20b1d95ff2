"""How the records are judged, how much an engine may use, and what is said when it used more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkedproj.check.engines import AUTO
from linkedproj.model.errors import LinkedprojError
from linkedproj.system.workers import Reason, Request

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.system.workers import WorkerError

_MEGABYTE = 1 << 20

WORKER = "linkedproj.check.worker"
"""The module that runs an engine in a process of its own."""


class EngineError(LinkedprojError):
    """An engine ended without a report: the records may be sound or not, nobody knows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one engine process may use: seconds of processor and of waiting for each graph, megabytes of address space.

    Every whole megabyte of the graph adds to the seconds: pySHACL takes about one and a half for it on an idle core.
    """

    seconds: float = 120
    megabytes: int = 4096
    seconds_a_megabyte: float = 10

    def seconds_for(self, size: int) -> float:
        """Return the seconds allowed for a graph of so many bytes of N-Triples."""
        return self.seconds + self.seconds_a_megabyte * (size // _MEGABYTE)

    def request(self, message: object, size: int) -> Request:
        """Bound a message about a graph of so many bytes."""
        seconds = self.seconds_for(size)
        return Request(message, seconds, seconds)


@dataclass(frozen=True, slots=True)
class Options:
    """How to judge: an engine by its name or "auto", how many processes (0: one a processor), what they may use.

    `records` is the size of a part, 0 for that of the engine. `unit` is the number of records that the cross-check
    takes at a time, `cap` the most units with results that it takes, `sample` the number of those without. `verdicts`
    is the file in which verdicts are kept for the next check; without it, all is judged. With `all_again` the reference
    judges all again where that takes it no longer than a person waits.
    """

    engine: str = AUTO
    jobs: int = 0
    limits: Limits = field(default_factory=Limits)
    records: int = 0
    unit: int = 200
    cap: int = 50
    sample: int = 10
    verdicts: Path | None = None
    all_again: bool = False


def why_no_report(error: WorkerError, limits: Limits, size: int) -> str:
    """Word why an engine gave no report on a graph of so many bytes."""
    lines = error.text.strip().splitlines() or ["no reason given"]
    sentences = {
        Reason.TIME: f"did not finish within {limits.seconds_for(size):g} seconds. Allow more time, or look for a "
        "shape whose pattern takes very long.",
        Reason.MEMORY: f"was stopped, perhaps for want of memory ({limits.megabytes} MB allowed).",
        Reason.FAILED: f"failed with {error.kind}: {lines[0]}",
        Reason.ENDED: f"could not be run: {lines[0]}",
    }
    return f"the SHACL engine {sentences[error.reason]}"
