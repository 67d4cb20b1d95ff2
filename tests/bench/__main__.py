"""Mapping speed as ratios in one run: `python -m tests.bench` from the top of a checkout, with the package installed.

It makes portfolios up, runs our road and its peers over the same tables in turns, each as a process of its own, and
prints medians and ratios as Markdown, or puts them into a document.
"""

from __future__ import annotations

import argparse
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .document import replaced
from .measurement import Plan
from .peers import cache_folder
from .tables import OTHERS, TITLES, Wanted, tables


def main() -> None:
    """Measure what the command line asks for.

    Raises:
        SystemExit: the package is not installed.
    """
    options = _options()
    if find_spec("linkedproj") is None:
        raise SystemExit("The package is not installed. Run: pip install --editable .")
    sizes = (options.projects, options.ours_only, options.full, options.validate, options.profile)
    wanted = Wanted(*sizes, others=options.others, keep=bool(options.keep))
    with tempfile.TemporaryDirectory(prefix="linkedproj-bench-") as scratch:
        most = {peer: int(projects) for peer, _, projects in (pair.rpartition("=") for pair in options.most)}
        folder = Path(options.keep or scratch)
        runs = (options.runs, options.seed, options.shuffled, options.spark)
        plan = Plan(folder, options.peers, *runs, most)
        for name, text in tables(plan, wanted):
            print(f"## {TITLES[name]}\n\n{text}", flush=True)
            if options.write:
                options.write.write_text(replaced(options.write.read_text("utf-8"), {name: text}), "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    sizes: dict[str, Any] = {"type": int, "nargs": "*", "metavar": "N"}
    add = parser.add_argument
    add("--projects", default=[1000, 10_000], help="sizes to measure, with the peers (1000 10000)", **sizes)
    add("--ours-only", default=[], help="further sizes, without the peers", **sizes)
    add("--full", default=[], help="sizes to measure with 17 columns a project", **sizes)
    add("--validate", default=[], help="sizes to judge with bare SHACL engines", **sizes)
    add("--profile", default=[], help="say where the time of ours goes, at these sizes", **sizes)
    others = f"other programs, whose output is a table too, each with its options: {' or '.join(OTHERS)}"
    add("--others", default=[], type=_other, nargs="*", metavar="'NAME OPTIONS'", help=others)
    add("--runs", type=int, default=5, help="runs of each process up to 10,000 projects (5); then 3, then 1")
    add("--most", nargs="*", default=[], metavar="PEER=N", help="largest size for a peer (rdflib=10000)")
    add("--peers", type=Path, default=cache_folder(), metavar="DIR", help="where their environments are (%(default)s)")
    add("--no-spark", action="store_false", dest="spark", help="do not compare the bytes that Spark writes")
    add("--seed", type=int, default=1, help="another seed gives other records (1)")
    add("--shuffled", action="store_true", help="rows in no order, as if ids came from elsewhere")
    add("--keep", type=Path, metavar="DIR", help="keep the tables and all outputs there")
    add("--write", type=Path, metavar="FILE", help="put the tables into a document, between its markers")
    return parser.parse_args()


def _other(line: str) -> str:
    """Check that a command line begins with a program there is.

    Raises:
        argparse.ArgumentTypeError: it does not.
    """
    if line.split()[:1] not in [[name] for name in OTHERS]:
        raise argparse.ArgumentTypeError(f"{line!r} is none of {' and '.join(OTHERS)}")
    return line


if __name__ == "__main__":
    main()
