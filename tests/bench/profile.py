"""Where our own road spends its time: `python -m tests.bench.profile FOLDER` prints the 25 costliest functions."""

from __future__ import annotations

import cProfile
import pstats
import sys
from pathlib import Path

from .engines import Laps, ours

SHOWN = 25


def main() -> None:
    """Profile the engine `ours` on the folder that the command line names."""
    profile = cProfile.Profile()
    profile.runcall(ours, Path(sys.argv[1]), Laps())
    statistics = pstats.Stats(profile, stream=sys.stderr)
    statistics.strip_dirs().sort_stats("tottime").print_stats(SHOWN)


if __name__ == "__main__":
    main()
