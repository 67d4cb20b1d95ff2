"""An import of a workbook, and pandas that only reads it: `python -m tests.bench.importing` from the top of a checkout.

Each runs as a process of its own, in turns; printed are CPU for each row, memory, and the ratio.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from .document import replaced
from .measure import Run, Runs, child
from .report import machine, table

NAME = "importing"
OURS, PEER = "linkedproj import", "pandas.read_excel"
SOURCE = "keep-eu"

_TOWNS = ("Exampleford", "Probestadt", "Villaprova", "Koestad", "Essaiville")
_WORDS = (
    "green",
    "quays",
    "harbour",
    "skills",
    "water",
    "trade",
    "rail",
    "forest",
    "health",
    "heritage",
    "light",
    "craft",
)
_BODIES = ("City Council", "University", "Chamber of Commerce", "Port Authority", "Development Agency", "Museum")


def workbook(path: Path, projects: int, partners: int, seed: int = 1) -> None:
    """Write a workbook in the format of keep.eu with made-up rows: so many projects, with so many partners each."""
    import openpyxl
    from tests.imports import PARTNERS, PROJECTS

    random = Random(seed)  # noqa: S311 - the same rows for the same seed
    book = openpyxl.Workbook(write_only=True)
    first, second = book.create_sheet("Projects (lead partners)"), book.create_sheet("Partners")
    first.append(PROJECTS)
    second.append(PARTNERS)
    for number in range(projects):
        told, bodies = _project(random, number, partners)
        first.append([told.get(header) for header in PROJECTS])
        for body in bodies:
            second.append([body.get(header) for header in PARTNERS])
    book.save(path)


def _project(random: Random, number: int, partners: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    name, known = (
        " ".join(random.sample(_WORDS, 3)),
        {"Programme": f"INTERREG V-A {number % 60}", "Acronym": f"P{number}"},
    )
    start, budget = 2014 + number % 6, random.randint(100_000, 4_000_000)
    told: dict[str, Any] = {
        **known, "Project Name": f"{name} {number}", "Description EN": " ".join(random.choices(_WORDS, k=60)),
        "Budget": budget, "EU Funding": budget * 3 // 4, "Website": f"https://p{number}.example.org/",
        "Thematic1": "Tourism", "Project start": f"{start}/01/15", "Project end": f"{start + 3}/06/30",
    }  # fmt: skip
    bodies: list[dict[str, Any]] = []
    for place in range(partners):
        town = random.choice(_TOWNS)
        body = f"{town} {random.choice(_BODIES)} {random.randint(1, max(2, number // 3))}"
        bodies.append({
            **known, "Project Partner": body, "Lead Partner": "No" if place else "Yes", "Street": "Old Quay 1",
            "Postal code": str(8000 + random.randint(0, 99)), "Town": town, "Legal Status": "Public",
            "Country code": "IE Ireland / ÉIRE", "NUTS3 (or equivalent)": "IE061  / Dublin",
        })  # fmt: skip
    return told, bodies


def ours(path: Path) -> int:
    """Import a workbook into a new folder; return how many of its rows are accounted for."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "linkedproj", "import", SOURCE, str(path), "--into", f"{folder}/p"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    counts = (
        line.partition(": ")[2].partition(" = ")[0] for line in done.stdout.splitlines() if " in records + " in line
    )
    return sum(int(count.replace(",", "")) for count in counts)


def peer(path: Path) -> int:
    """Read all sheets of a workbook with pandas; return how many rows there are."""
    import pandas as pd

    return sum(map(len, pd.read_excel(path, sheet_name=None, dtype=str).values()))


def told(runs: dict[str, Runs], rows: int) -> str:
    """Write what was measured as a table."""
    least = runs[PEER].cpu
    lines = [
        (name, f"{each.cpu:.1f}", f"{1000 * each.cpu / rows:.2f}", f"{each.peak:.0f}", f"{each.cpu / least:.1f}")
        for name, each in runs.items()
    ]
    head = ("program", "CPU s", "ms of CPU a row", "peak, MiB", "× pandas")
    return f"{machine()}\n{rows:,} rows in two sheets, {len(runs[OURS].runs)} runs of each.\n\n{table(head, lines)}"


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.importing", description=__doc__)
    parser.add_argument("--file", type=Path, help="a workbook of keep.eu (otherwise one is made up)")
    parser.add_argument("--projects", type=int, default=2000, help="projects of the made-up one (2000)")
    parser.add_argument("--partners", type=int, default=5, help="partners of each (5)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each program (3)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into a document, between its markers")
    parser.add_argument("--only", choices=[OURS, PEER], help="run one program, and print how many rows it saw")
    options = parser.parse_args()
    if options.only:
        print(json.dumps({OURS: ours, PEER: peer}[options.only](options.file)))
        return
    with tempfile.TemporaryDirectory(prefix="linkedproj-bench-") as scratch:
        path = options.file or Path(scratch, "keep.xlsx")
        if not options.file:
            workbook(path, options.projects, options.partners)
        found: dict[str, list[Run]] = {OURS: [], PEER: []}
        for _ in range(options.runs):
            for name, each in found.items():
                each.append(child(NAME, "--file", str(path), "--only", name))
    text = told({name: Runs(each) for name, each in found.items()}, found[OURS][0].told)
    print(text)
    if options.write:
        options.write.write_text(replaced(options.write.read_text("utf-8"), {NAME: text}), "utf-8")


if __name__ == "__main__":
    main()
