"""Made-up portfolios of any size, in the project's own table format; the same seed gives the same bytes.

Run as a program it fills a folder: `python -m tests.bench.generate --projects 1000 FOLDER`. There are two kinds:
`lean`, with the 12 columns that most agencies have of a project, and `full`, with 17. Rows are made one by one, so that
memory does not grow; only `--shuffled` holds a table, about a gigabyte and a half for a million projects.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from .rows import KINDS, Made, tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .rows import Row

_SETTINGS = """\
# A made-up portfolio, written by tests/bench/generate.py.
id = "bench"
version = "1.0"
base = "https://data.example.org/"
as-of = 2020-02-11
languages = ["en", "ca", "es"]
licence = "http://creativecommons.org/publicdomain/zero/1.0/"
"""


def generate(folder: Path, projects: int, seed: int = 1, *, kind: str = "full", shuffled: bool = False) -> None:
    """Write the tables of a portfolio with so many projects of a kind, each with three to six participations.

    Rows are in the order of their ids, or `shuffled`: the records are the same either way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "portfolio.toml").write_text(_SETTINGS, "utf-8")
    for name, (columns, rows) in tables(kind, projects).items():
        order = Random(seed) if shuffled else None  # noqa: S311 - the same portfolio each time is the point
        _write(folder / f"{name}.csv", columns, rows(Made(f"{seed} {name}")), order)


def _write(path: Path, columns: Row, rows: Iterable[Row], order: Random | None) -> None:
    if order:
        rows = list(rows)
        order.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)


def main() -> None:
    """Fill the folder that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.generate", description="Make up a portfolio.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--projects", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other records (1)")
    parser.add_argument("--kind", choices=KINDS, default="full", help="12 or 17 columns a project (full)")
    parser.add_argument("--shuffled", action="store_true", help="rows in no order")
    options = parser.parse_args()
    generate(options.folder, options.projects, options.seed, kind=options.kind, shuffled=options.shuffled)


if __name__ == "__main__":
    main()
