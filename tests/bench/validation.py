"""Validation at scale: `python -m tests.bench.validation --projects 1000 10000` from the top of a checkout.

Made-up portfolios, clean and with fifteen kinds of fault at one percent, are judged by pySHACL in one go and by the
fast engine with its cross-check, each as a process of its own, whose children are counted. `--fast-only N` goes on to
sizes that pySHACL cannot hold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .faults import FAULTS, inject
from .generate import generate
from .ours import ours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

ROOT = Path(__file__).parents[2]
SHAPES = ROOT / "ontology" / "shapes.ttl"
BASE = "https://data.example.org/"
WAYS = {
    "pyshacl": "pySHACL, in one go",
    "parts": "pySHACL, in parts",
    "bare": "fast, in one go, not checked",
    "fast": "fast, in parts, not checked",
    "auto": "fast, in parts, cross-checked",
}
_IN_ONE_GO = {"pyshacl": "pyshacl", "bare": "fast"}
_IN_PARTS: dict[str, dict[str, Any]] = {
    "parts": {"engine": "pyshacl", "records": 1000},
    "fast": {"engine": "fast", "cap": 0, "sample": 0},
    "auto": {"engine": "fast"},
}
_HEAD = (
    "projects",
    "triples",
    "records",
    "judged by",
    "CPU s",
    "wall s",
    "peak MB",
    "results",
    "same set",
    "pySHACL's CPU",
    "judged again",
)
_MEGABYTE = 1 << 20


def main() -> None:
    """Measure what the command line asks for, or be one of the measured processes."""
    options = _options()
    if options.judge:
        _judge(options.judge, options.data)
        return
    print(f"pyshacl {version('pyshacl')}, shacl {version('shacl')}; {len(FAULTS)} kinds of fault at 1 %\n")
    print("| " + " | ".join(_HEAD) + " |\n|" + " --- |" * len(_HEAD), flush=True)
    with tempfile.TemporaryDirectory(prefix="linkedproj-bench-") as scratch:
        for projects in sorted({*options.projects, *options.fast_only}):
            ways = [w for w in options.ways if projects not in options.fast_only or w not in {"pyshacl", "parts"}]
            for row in _measure(projects, Path(options.keep or scratch) / str(projects), ways, options.kinds):
                print("| " + " | ".join(row) + " |", flush=True)


def _measure(projects: int, folder: Path, ways: list[str], kinds: list[str]) -> Iterator[tuple[str, ...]]:
    """Judge a portfolio in every way, clean and with faults; a row for each."""
    folder.mkdir(parents=True, exist_ok=True)
    clean = folder / "records.nt"
    if not clean.exists():
        _write_records(projects, folder, clean)
    for kind in kinds:
        data = clean if kind == "clean" else folder / "faulty.nt"
        if not data.exists():
            inject(clean, data)
        with data.open("rb") as lines:
            triples = sum(1 for _ in lines)
        found: dict[str, dict[str, Any]] = {}
        for way in ways:
            found[way] = _child(way, data)
            figures = _figures(found[way], found.get("pyshacl"))
            yield (f"{projects:,}", f"{triples:,}", kind, WAYS[way], *figures)
    if kinds == ["faulty"]:
        clean.unlink()


def _child(way: str, data: Path) -> dict[str, Any]:
    """Judge in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.validation", "--judge", way, "--data", str(data)]
    output = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


def _figures(found: dict[str, Any], reference: dict[str, Any] | None) -> tuple[str, ...]:
    same, ratio = "-", "-"
    if reference is not None:
        same = "yes" if found["digest"] == reference["digest"] else "NO"
        ratio = f"{reference['cpu'] / found['cpu']:.1f} x"
    return (
        f"{found['cpu']:.1f}", f"{found['wall']:.1f}", f"{found['peak']:.0f}", str(found["results"]), same, ratio,
        found["again"],
    )  # fmt: skip


def _write_records(projects: int, folder: Path, target: Path) -> None:
    """Make up the tables, and map them to N-Triples as a build does."""
    tables = folder / "tables"
    generate(tables, projects)
    ours(tables, name="records")
    (tables / "records.nt").replace(target)


def _own_shapes(data: Path) -> Path:
    """Write the shapes as a portfolio has them, whose records are of classes of their own, beside the data."""
    from linkedproj.model.dataset import class_of
    from linkedproj.model.schema import load_schema
    from linkedproj.model.shapes import widened

    schema = load_schema(SHAPES.parent, BASE)
    own = {kind.iri: class_of(schema.base, name) for name, kind in schema.types.items()}
    written = data.with_name(f"{data.stem}-shapes.ttl")
    written.write_text(widened(SHAPES.read_text("utf-8"), own), "utf-8")
    return written


def _judge(way: str, data: Path) -> None:
    """Judge in one way, and print what it took: CPU of all processes, the peak of all that ran at once."""
    from linkedproj.check.checked import NOBODY
    from linkedproj.check.engine import validate
    from linkedproj.check.judge import Judgement, Options, judge
    from linkedproj.check.limits import Limits

    whole, shapes = Limits(seconds=100_000, megabytes=32_000), _own_shapes(data)
    begun = time.perf_counter()
    with _Peak() as peak:
        if way in _IN_ONE_GO:
            judgement = Judgement(tuple(validate([data], shapes, whole, _IN_ONE_GO[way])), NOBODY)
        else:
            judgement = judge([data], shapes, Options(**_IN_PARTS[way]))
    wall = time.perf_counter() - begun
    again = judgement.checked.crosscheck
    keys = "\n".join(repr(key) for key in sorted({result.key for result in judgement.results}))
    found = {
        "cpu": _cpu(resource.RUSAGE_SELF) + _cpu(resource.RUSAGE_CHILDREN),
        "wall": wall,
        "peak": peak.most / _MEGABYTE,
        "results": len(judgement.results),
        "again": f"{again.records} records" if again else "-",
        "digest": hashlib.sha256(keys.encode()).hexdigest(),
    }
    print(json.dumps(found))


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


class _Peak:
    """The most memory that this process and those it started held at one time, looked at ten times a second."""

    def __init__(self) -> None:
        self.most = 0
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._ended.is_set():
            own = Path("/proc/self/task").glob("*/children")
            children = {pid for task in own for pid in _read(task).split()}
            self.most = max(self.most, sum(_resident(pid) for pid in ("self", *children)))
            time.sleep(0.1)


def _resident(pid: str) -> int:
    fields = _read(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) * resource.getpagesize() if fields else 0


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except OSError:
        return ""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.validation", description=__doc__)
    sizes: dict[str, Any] = {"type": int, "nargs": "*", "metavar": "N"}
    parser.add_argument("--projects", default=[1000, 10_000], help="sizes to measure (1000 10000)", **sizes)
    parser.add_argument("--fast-only", default=[], help="further sizes, without pySHACL alone", **sizes)
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS), help="how to judge")
    parser.add_argument(
        "--kinds", nargs="*", choices=["clean", "faulty"], default=["clean", "faulty"], help="which data"
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep what was made up there, and use it again")
    parser.add_argument("--judge", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
