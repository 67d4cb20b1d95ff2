"""Faults and attacks on the real command line: `python -m tests.attacks` from the top of a checkout.

Builds are killed and stopped at random moments, disks are full, caches are damaged, questions and files
are hostile. What must never be is counted: losses, what is left behind, tracebacks, and runs without a bound. It ends with
1 if any was.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.document import replaced
from tests.test_attacks import FAULTS

from . import caches, disks, files, kills, questions
from .trial import Trial, counts, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .kills import Start

    Attack = Callable[[], Iterable[Trial]]

SECTIONS = {
    "kills": "Killed and stopped builds",
    "disks": "Full disks and forbidden places",
    "caches": "Damaged and planted caches, lists and leftovers; the clock",
    "questions": "Hostile questions",
    "files": "Hostile files",
}
"""Name of a table, as its place in a document is marked -> its heading in print."""

_CHAINS, _STOPS, _SHARES, _SOME = 5, 3, 16, 4


def main() -> None:
    """Attack as the command line asks for."""
    options = _options()
    print(f"Seed {options.seed}.", flush=True)
    with tempfile.TemporaryDirectory(prefix="linkedproj-attacks-", ignore_cleanup_errors=True) as scratch:
        start = kills.prepared(Path(scratch), quick=options.quick)
        found: list[Trial] = []
        for name in options.only or SECTIONS:
            began = time.monotonic()
            attacks = list(_attacks(name, start, Path(scratch), options.seed, quick=options.quick))
            with ThreadPoolExecutor(options.jobs) as threads:
                trials = [trial for several in threads.map(lambda attack: list(attack()), attacks) for trial in several]
            found += trials
            told = f"Seed {options.seed}, {time.monotonic() - began:.0f} s.\n\n{table(trials)}"
            print(f"## {SECTIONS[name]}\n\n{told}", flush=True)
            for trial in trials:
                for fault in trial.faults:
                    print(f"{trial.kind}: {fault}", file=sys.stderr, flush=True)
            if options.write:
                options.write.write_text(replaced(options.write.read_text("utf-8"), {name: told}), "utf-8")
    sys.exit(1 if any(counts(found)) else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="some of each kind, in half a minute")
    add("--only", nargs="*", choices=SECTIONS, help="some of the tables")
    add("--seed", type=int, default=1, help="another seed chooses other moments (1)")
    add("--jobs", type=int, default=2, help="attacks at a time (2)")
    add("--write", type=Path, metavar="FILE", help="put the tables into a document, between its markers")
    return parser.parse_args()


def _attacks(name: str, start: Start, scratch: Path, seed: int, *, quick: bool) -> Iterator[Attack]:
    """Yield the attacks of a table, each in a home of its own, with moments that do not depend on the others."""
    made: dict[str, Callable[..., Iterator[Attack]]] = {
        "kills": _kills,
        "disks": _disks,
        "caches": _caches,
        "questions": _questions,
        "files": _files,
    }
    (scratch / name).mkdir()
    yield from made[name](start, scratch / name, seed, quick=quick)


def _one(attack: Callable[..., Trial], *given: object) -> Attack:
    return lambda: [attack(*given)]


def _kills(start: Start, scratch: Path, seed: int, *, quick: bool) -> Iterator[Attack]:
    for number in range(1 if quick else _CHAINS):
        for place, (kind, blow) in enumerate(kills.KILLS[1:2] if quick else kills.KILLS):
            chance = random.Random(f"{seed} {kind} {number}")  # noqa: S311 - no secret
            folder = scratch / f"kill-{place}-{number}"
            times = 1 if quick else kills.CHAIN
            yield lambda folder=folder, kind=kind, blow=blow, chance=chance, times=times: kills.chain(  # type: ignore[misc]  # of each turn its own
                start, folder, kind, blow, chance, times
            )
    for name in list(kills.STOPS)[: 1 if quick else None]:
        for number in range(1 if quick else _STOPS):
            chance = random.Random(f"{seed} {name} {number}")  # noqa: S311 - no secret
            folder = scratch / f"stop-{name[:6]}-{number}"
            times = 1 if quick else kills.CHAIN
            yield lambda folder=folder, name=name, chance=chance, times=times: kills.stopped(  # type: ignore[misc]  # of each turn its own
                start, folder, name, chance, times
            )


def _disks(start: Start, scratch: Path, seed: int, *, quick: bool) -> Iterator[Attack]:
    del seed
    homes = (scratch / f"home-{number}" for number in range(1000))
    if not quick and disks.can_mount():
        rooms = disks.needed(start, next(homes))
        shares = [number / _SHARES for number in range(_SHARES)]
        for share in shares:
            yield _one(disks.full, start, next(homes), rooms, share)
        for share in shares[::3]:
            yield _one(disks.full_entries, start, next(homes), rooms, share)
        for kilobytes in (4, 16, 64, 256, 1024):
            yield _one(disks.full_scratch, start, next(homes), kilobytes)
        for arguments in disks.READ_ONLY:
            yield _one(disks.read_only, start, next(homes), arguments)
    for most in (30_000,) if quick else (0, 1000, 10_000, 30_000, 60_000, 100_000, 300_000):
        yield _one(disks.short_files, start, next(homes), most)
    for name in list(disks.OUTPUTS)[-2:] if quick else disks.OUTPUTS:
        yield _one(disks.no_room_for_output, start, next(homes), name)
    for name in list(FAULTS)[:2] if quick else FAULTS:
        yield _one(disks.forbidden, next(homes), name)


def _caches(start: Start, scratch: Path, seed: int, *, quick: bool) -> Iterator[Attack]:
    homes = (scratch / f"home-{number}" for number in range(1000))
    for attack, kinds in (
        (caches.kept, caches.KEPT),
        (caches.listed, caches.LISTS),
        (caches.planted, caches.PLANTED),
        (caches.clock, caches.CLOCKS),
    ):
        names = list(kinds)
        if quick:
            names = ["flipped bytes"] if attack is caches.kept else []
        for name in names:
            yield _one(attack, start, next(homes), name)
    del seed


def _questions(start: Start, scratch: Path, seed: int, *, quick: bool) -> Iterator[Attack]:
    names = list(questions.QUESTIONS)
    if quick:
        names = random.Random(seed).sample(names, _SOME)  # noqa: S311 - no secret
    for number, name in enumerate(names):
        yield _one(questions.asked, start, scratch / f"home-{number}", name)


def _files(start: Start, scratch: Path, seed: int, *, quick: bool) -> Iterator[Attack]:
    homes = (scratch / f"home-{number}" for number in range(1000))
    quickly = {"XLSX: a wrong checksum", "YAML: billion laughs", "owl:imports of a page"}
    for attack, kinds in ((files.read, files.FILES), (files.overlaid, files.OVERLAYS)):
        for name in kinds:
            if not quick or name in quickly:
                yield _one(attack, start, next(homes), name)
    del seed


if __name__ == "__main__":
    main()
