"""Where our own road spends its time: samples of the running program, by module and by function.

`python -m tests.bench.profile FOLDER` maps the tables of a folder and tells the samples as JSON. A timer of the
operating system interrupts every two milliseconds of CPU, which costs next to nothing at any size; cProfile would
charge each call and so blame small functions.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from .ours import ours
from .report import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

INTERVAL = 0.002
SHOWN = 15


class Sampler:
    """Count which function of ours was running; what it calls outside the package counts for it."""

    def __init__(self) -> None:
        self.functions: Counter[str] = Counter()

    def __enter__(self) -> None:
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _sample(self, _: int, frame: FrameType | None) -> None:
        while frame and not str(frame.f_globals.get("__name__", "")).startswith("linkedproj"):
            frame = frame.f_back
        if frame:
            module = str(frame.f_globals["__name__"]).removeprefix("linkedproj.")
            self.functions[f"{module}:{frame.f_code.co_qualname}"] += 1


def shares(samples: Mapping[str, int]) -> str:
    """Show the modules and the functions that most samples fell on."""
    total = sum(samples.values()) or 1
    modules: Counter[str] = Counter()
    for name, count in samples.items():
        modules[name.partition(":")[0]] += count
    found = [(f"`{name}`", f"{100 * count / total:.1f}") for name, count in modules.most_common(SHOWN)]
    functions = [
        (f"`{name.replace(':', '.')}`", f"{100 * count / total:.1f}")
        for name, count in Counter(samples).most_common(SHOWN)
    ]
    return f"{table(('module', '% of CPU'), found)}\n{table(('function', '% of CPU'), functions)}"


def main() -> None:
    """Sample one run; the formats are named after the folder (N-Triples alone)."""
    sampler = Sampler()
    with sampler:
        ours(Path(sys.argv[1]), sys.argv[2:] or ("ntriples",))
    print(json.dumps(sampler.functions))


if __name__ == "__main__":
    main()
