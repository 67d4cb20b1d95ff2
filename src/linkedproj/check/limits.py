"""How much an engine may use, and what is said when it used more."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from linkedproj.model.errors import LinkedprojError

_MEGABYTE = 1 << 20


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
        """Give the seconds allowed for a graph of so many bytes of N-Triples."""
        return self.seconds + self.seconds_a_megabyte * (size // _MEGABYTE)


def too_long(seconds: float) -> str:
    """Say that an engine took too long."""
    return (
        f"the SHACL engine did not finish within {seconds:g} seconds. Allow more time, or look for a shape whose "
        "pattern takes very long."
    )


def ended_badly(code: int, stderr: str, limits: Limits, seconds: float) -> str:
    """Say why a process ended without an answer."""
    if code == -getattr(signal, "SIGXCPU", 0):
        return too_long(seconds)
    if code < 0 or "MemoryError" in stderr:
        return f"the SHACL engine was stopped, perhaps for want of memory ({limits.megabytes} MB allowed)."
    last = next((line.strip() for line in reversed(stderr.splitlines()) if line.strip()), "no reason given")
    return f"the SHACL engine could not be run: {last}"
