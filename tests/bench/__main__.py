"""Mapping speed as a ratio in one run: `python -m tests.bench` from the top of a checkout, with the package installed.

It makes portfolios up, runs our road and its peers over the same tables in turns, each as a process of its own, and
prints medians and ratios as Markdown.
"""

from __future__ import annotations

import argparse
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .engines import LIMITS, OURS, OUTPUTS, PEERS, STARTS
from .measure import child, measure
from .report import growth, limits, machine, ratios, size, verdict


def main() -> None:
    """Measure what the command line asks for.

    Raises:
        SystemExit: the package is not installed.
    """
    options = _options()
    if find_spec("linkedproj") is None:
        raise SystemExit("The package is not installed. Run: pip install --editable .")
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="linkedproj-bench-") as scratch:
        peaks = {count: _measure(count, Path(options.keep or scratch), options) for count in _sizes(options)}
        print(growth(peaks), flush=True)


def _measure(projects: int, scratch: Path, options: argparse.Namespace) -> dict[str, float]:
    """Measure one size and print its tables; give the peak memory of each engine."""
    folder = scratch / str(projects)
    made = ["--projects", str(projects), "--seed", str(options.seed), *(["--shuffled"] if options.shuffled else [])]
    child("generate", str(folder), *made)
    alone = projects in options.ours_only
    names = [*STARTS, *OURS] if alone else [*STARTS, *OURS, *PEERS]
    found = measure([*names, *LIMITS], folder, options.runs)
    print(size(projects, folder, options.runs, shuffled=options.shuffled), flush=True)
    print(ratios({name: found[name] for name in names}), flush=True)
    print(limits({name: found[name] for name in LIMITS}, found["ours"]), flush=True)
    if not alone and projects == min(_sizes(options)):
        for peer, output in OUTPUTS.items():
            laps = child("compare", str(folder / "ours.nt"), str(folder / output)).laps
            print(verdict(peer, laps), flush=True)
        print(flush=True)
    if options.profile:
        child("profile", str(folder))
    return {name: runs.peak for name, runs in found.items() if name not in LIMITS}


def _sizes(options: argparse.Namespace) -> list[int]:
    return sorted({*options.projects, *options.ours_only})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    sizes: dict[str, Any] = {"type": int, "nargs": "*", "metavar": "N"}
    parser.add_argument("--projects", default=[1000, 10_000], help="sizes to measure (1000 10000)", **sizes)
    parser.add_argument("--ours-only", default=[], help="further sizes, without the peers", **sizes)
    parser.add_argument("--runs", type=int, default=5, help="runs of each process, of which the median is shown (5)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other records (1)")
    parser.add_argument("--shuffled", action="store_true", help="rows in no order, as if ids came from elsewhere")
    parser.add_argument("--profile", action="store_true", help="print the 25 functions of ours that cost most")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the tables and all outputs there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
