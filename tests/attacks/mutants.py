"""Guards are taken out one at a time, in a copy of the checkout: `python -m tests.attacks.mutants`.

`mutants.toml` says which, and the tests that have to fail then. A plain list, for each mutant is chosen: tools that make
all of a module's take hours with tests that start processes, and judge mostly what is no guard.
"""

from __future__ import annotations

import argparse
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("mutants.toml")

_COPIED = ("src", "tests", "ontology", "queries", "data", "docs", "pyproject.toml", "README.md")
_FAILED = 1
_SECONDS = 600
_PATIENCE = 5
"""How many times as long as without a mutant its tests may take; what takes a bound out may never end."""
_LEAST_SECONDS = 60


@dataclass(frozen=True)
class Mutant:
    """One guard, taken out: `old` becomes `new` in `file`, and pytest with the arguments `tests` has to fail.

    `survives` says why it need not.
    """

    guard: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    survives: str = ""


def mutants() -> list[Mutant]:
    """Read the list."""
    listed = tomllib.loads(LIST.read_text("utf-8"))["mutant"]
    return [Mutant(**{**each, "tests": tuple(each["tests"])}) for each in listed]


def lost(listed: list[Mutant]) -> list[str]:
    """Return what of the list is not in the code any more, or stands there more than once."""
    return [
        f"{each.guard}: {each.file} has {count} times: {each.old}"
        for each in listed
        if (count := (ROOT / each.file).read_text("utf-8").count(each.old)) != 1
    ]


def copied(folder: Path) -> Path:
    """Copy what tests need."""
    folder.mkdir()
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def tested(copy: Path, tests: tuple[str, ...], seconds: float) -> int:
    """Run tests in a copy; return how pytest ended: 0 all passed, 1 some failed, negative when it was killed."""
    scratch = copy.with_name(f"{copy.name}.tmp")
    scratch.mkdir(exist_ok=True)
    try:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:randomly", "-p", "no:cacheprovider", *tests],
            cwd=copy,
            # Compiled code is known by second and size: that of another mutant may have both.
            env={**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(scratch)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -9
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class Baseline:
    """How long tests take without a mutant: each choice of tests is run once."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, ...], float | None] = {}

    def seconds(self, copy: Path, tests: tuple[str, ...]) -> float | None:
        """Return how many seconds tests took, `None` if they fail."""
        if tests not in self._taken:
            begun = time.monotonic()
            failed = tested(copy, tests, _SECONDS)
            self._taken[tests] = None if failed else time.monotonic() - begun
        return self._taken[tests]


def judged(mutant: Mutant, copy: Path, baseline: Baseline | None) -> str:
    """Return what became of a mutant; with a baseline, only if its tests pass without it."""
    seconds: float = _SECONDS
    if baseline:
        taken = baseline.seconds(copy, mutant.tests)
        if taken is None:
            return "not judged: its tests fail without it"
        seconds = max(_LEAST_SECONDS, _PATIENCE * taken)
    path = copy / mutant.file
    text = path.read_text("utf-8")
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    try:
        ended = tested(copy, mutant.tests, seconds)
    finally:
        path.write_text(text, "utf-8")
    if ended == _FAILED or ended < 0:
        return "killed"
    if ended:
        return "not judged: its tests are not found"
    return "survives" if mutant.survives else "SURVIVES"


def main() -> None:
    """Judge all mutants; end with 1 when one survives without a reason, or could not be judged.

    Raises:
        SystemExit: the list is not that of this code.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.mutants", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORD", help="those whose guard or file has this word")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time (2)")
    parser.add_argument("--no-baseline", action="store_true", help="do not run the tests without the mutant before")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into a document, between its markers")
    options = parser.parse_args()
    listed = mutants()
    if missing := lost(listed):
        raise SystemExit("\n".join(missing))
    chosen = [each for each in listed if options.only in each.guard or options.only in each.file]
    with tempfile.TemporaryDirectory(prefix="linkedproj-mutants-") as scratch:
        baseline = None if options.no_baseline else Baseline()
        copies: queue.Queue[Path] = queue.Queue()
        for number in range(options.jobs):
            copies.put(copied(Path(scratch, str(number))))

        def judge(mutant: Mutant) -> str:
            copy = copies.get()
            try:
                found = judged(mutant, copy, baseline)
            finally:
                copies.put(copy)
            print(f"{found}: {mutant.guard}", file=sys.stderr, flush=True)
            return found

        with ThreadPoolExecutor(options.jobs) as threads:
            verdicts = list(threads.map(judge, chosen))
    told = table(chosen, verdicts)
    print(told)
    if options.write:
        from tests.bench.document import replaced

        options.write.write_text(replaced(options.write.read_text("utf-8"), {"mutants": told}), "utf-8")
    sys.exit(1 if any(found not in {"killed", "survives"} for found in verdicts) else 0)


def table(chosen: list[Mutant], verdicts: list[str]) -> str:
    """Write a line for each mutant, and how many there are of each kind."""
    counted = ", ".join(f"{verdicts.count(found)} {found}" for found in dict.fromkeys(verdicts))
    rows = [
        f"| {each.guard} | `{each.file.removeprefix('src/linkedproj/')}` | {found}{f': {each.survives}' if each.survives else ''} |"
        for each, found in zip(chosen, verdicts, strict=True)
    ]
    return "\n".join(
        [f"{len(chosen)} mutants: {counted}.\n", "| guard | file | without it |", "| --- | --- | --- |", *rows, ""]
    )


if __name__ == "__main__":
    main()
