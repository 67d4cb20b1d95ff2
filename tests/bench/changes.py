"""A release of a made-up portfolio, the same with one percent changed, and whether `linkedproj diff` finds just that.

`python -m tests.bench.changes --projects 100000` from the top of a checkout, with the package installed; it prints what
was changed, what was found, time and peak memory.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from .generate import generate
from .measure import MEBIBYTE, child

SHARE = 0.01
_KINDS = ("end", "budget.value", "title@ca", "theme", "removed", "added")

Told = dict[tuple[str, str], str]


def make(folder: Path, projects: int, seed: int = 1) -> Told:
    """Write the dumps `old.nt` and `new.nt` of so many projects; give what was done to each record, by what and id.

    Of the projects one in a hundred changes: in an end date, a budget, a title, a theme, or it goes with its
    participations, or another one comes.
    """
    tables = folder / "tables"
    generate(tables, projects, seed)
    _dump(tables, folder / "old.nt")
    chosen = Random(seed).sample(range(projects), round(projects * SHARE))  # noqa: S311 - the same each time
    plan = {f"project-{n:07}": _KINDS[place % len(_KINDS)] for place, n in enumerate(chosen)}
    told = _edit_projects(tables / "project.csv", plan)
    told |= _edit_participations(tables / "participation.csv", {k for k, v in plan.items() if v == "removed"})
    _dump(tables, folder / "new.nt")
    return told


def _dump(tables: Path, target: Path) -> None:
    child("engines", "ours", str(tables))
    (tables / "ours.nt").replace(target)


def _edit_projects(path: Path, plan: dict[str, str]) -> Told:
    told: Told = {}
    with path.open(encoding="utf-8", newline="") as source, path.with_suffix(".new").open("w", newline="") as target:
        rows = csv.DictReader(source)
        out = csv.DictWriter(target, rows.fieldnames or [], lineterminator="\n")
        out.writeheader()
        for row in rows:
            kind = plan.get(row["id"], "")
            if kind == "removed":
                told["removed", f"project/{row['id']}"] = ""
                continue
            if kind == "added":
                new = row | {"id": row["id"] + "-new"}
                told["added", f"project/{new['id']}"] = ""
                out.writerows([row, new])
                continue
            if kind:
                told["changed", f"project/{row['id']}"] = kind
                _edit(row, kind)
            out.writerow(row)
    path.with_suffix(".new").replace(path)
    return told


def _edit(row: dict[str, str], kind: str) -> None:
    """Change one cell; one that is empty gets a value."""
    if kind == "theme":
        first, *others = row["theme"].split("; ")
        other = f"theme-{(int(first[-2:]) + 1) % 40:02}"
        row["theme"] = "; ".join(dict.fromkeys([other, *others]))
    elif kind == "end":
        row["end"] = "2031-10" if row["end"] != "2031-10" else "2031-11"
    elif kind == "budget.value":
        row |= {"budget.value": "17.50", "budget.currency": "EUR", "budget.kind": "total"}
    else:
        row[kind] += " nou"


def _edit_participations(path: Path, removed: set[str]) -> Told:
    told: Told = {}
    with path.open(encoding="utf-8", newline="") as source, path.with_suffix(".new").open("w", newline="") as target:
        rows = csv.DictReader(source)
        out = csv.DictWriter(target, rows.fieldnames or [], lineterminator="\n")
        out.writeheader()
        for row in rows:
            if row["project"] in removed:
                told["removed", f"participation/{row['id']}"] = ""
            else:
                out.writerow(row)
    path.with_suffix(".new").replace(path)
    return told


def found(report: Path) -> Told:
    """Read what `linkedproj diff --format json` told: the changed column, without the parts of a budget."""
    told: Told = {}
    for entry in json.loads(report.read_text("utf-8"))["records"]:
        columns = [change["column"] for change in entry.get("changes", ())]
        told[entry["what"], entry["record"]] = columns[0] if columns else ""
    return told


def main() -> None:
    """Make, compare, measure and print.

    Raises:
        SystemExit: something else was found than was changed.
    """
    if len(sys.argv) == 4 and sys.argv[1] == "--compare":
        _compare(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(prog="python -m tests.bench.changes", description=__doc__)
    parser.add_argument("--projects", type=int, default=100_000, help="how many (100000)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="linkedproj-bench-") as scratch:
        folder = Path(scratch)
        told = make(folder, options.projects)
        size = sum((folder / name).stat().st_size for name in ("old.nt", "new.nt")) / MEBIBYTE
        run = child("changes", "--compare", str(folder), str(folder / "told.json"))
        exact = found(folder / "told.json") == told
        print(
            f"{options.projects} projects, two dumps of together {size:.0f} MiB; changed: {_summary(told)}; "
            f"{'all found and nothing else' if exact else 'FOUND OTHERWISE'}; {run.wall:.1f} s, "
            f"{run.cpu:.1f} s CPU, peak {run.peak / MEBIBYTE:.0f} MiB"
        )
    if not exact:
        raise SystemExit(1)


def _summary(told: Told) -> str:
    counts = Counter(what for what, _ in told)
    return ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))


def _compare(folder: Path, report: Path) -> None:
    command = ["diff", str(folder / "old.nt"), str(folder / "new.nt"), "--format", "json", "--out", str(report)]
    from linkedproj.cli import main as run

    try:
        run(command)
    except SystemExit as ended:
        if ended.code:
            raise
    print("{}")


if __name__ == "__main__":
    main()
