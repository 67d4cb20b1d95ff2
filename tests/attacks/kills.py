"""Builds that are killed or stopped at random moments, while somebody reads what is published."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.errors import LinkedprojError
from linkedproj.release import verify

from .ground import AS_LARGE, COMMAND, WORKERS, Home, Reader, digest_of
from .trial import Trial, tracebacks, unbounded

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .ground import Run, Running

MEGABYTES = 1024
"""What a process of a small build may take, in MiB; a whole build takes some 200."""

_FIRST, _NEXT = "1.0", "1.1"
AT = "2100-01-01"
"""When the next release is made: builds of the same instant have the same bytes."""
CHAIN = 4
"""Kills in one home, one after the other."""

_TRIES = 3


@dataclass(frozen=True)
class Start:
    """A home with a release, and tables for the next; what is published before and after, and how long that takes.

    `old` and `new` are digests of the published folder: of the release alone, with the next, and with a draft.
    """

    folder: Path
    old: str
    new: frozenset[str]
    seconds: float


def prepared(scratch: Path, *, quick: bool = False) -> Start:
    """Publish a release, and change the tables; the next build is made elsewhere, to know what it gives.

    With `quick`, a draft is not made.

    Raises:
        RuntimeError: a build that nobody disturbs fails.
    """
    with Home(scratch / "first") as first, Home(scratch / "reference") as reference:
        settings = first.folder / "data/portfolio.toml"
        settings.write_text("issued = 2021-07-01\n" + settings.read_text("utf-8"), "utf-8")
        _well(first.run("build", "--release", _FIRST))
        table = first.folder / "data/project.csv"
        table.write_text(table.read_text("utf-8").replace("More trees.", "Many more trees."), "utf-8")
        start = scratch / "start"
        shutil.copytree(first.folder, start)
        shutil.rmtree(reference.folder)
        shutil.copytree(start, reference.folder)
        after, took = set(), []
        for arguments in (("build", "--release", _NEXT, "--at", AT), *(() if quick else (("build",),))):
            run = _well(reference.run(*arguments))
            after.add(digest_of(reference.public))
            took.append(run.seconds)
            shutil.rmtree(reference.public)
            shutil.copytree(start / "public", reference.public)
        return Start(start, digest_of(start / "public"), frozenset(after), min(took))


def _well(run: Run) -> Run:
    if run.code:
        raise RuntimeError(f"{' '.join(run.arguments)} ended with {run.code}: {run.said}")
    return run


class Victim:
    """A home whose builds are killed one after the other, and which the last one leaves in order."""

    def __init__(self, start: Start, folder: Path, chance: random.Random) -> None:
        self.start, self.chance = start, chance
        self.home = Home(folder, start.folder)
        self.runs: list[Run] = []

    def begin_anew(self) -> None:
        """Let the old release be published again, if another is; what else was left stays."""
        self.runs.clear()
        if self.home.public.is_dir() and digest_of(self.home.public) != self.start.old:
            shutil.rmtree(self.home.public)
            shutil.copytree(self.start.folder / "public", self.home.public)

    def moment(self, share: float = 0.9) -> float:
        """Choose a moment of a build, in seconds from its start."""
        return self.chance.uniform(0.05, share * self.start.seconds)

    def hit(self, running: Running, number: int = signal.SIGKILL) -> bool:
        """Send a signal to a build at a random moment; return whether it was still at work."""
        _sleep_while(self.moment(), running)
        was_hit = running.send(number)
        self.runs.append(running.wait())
        return was_hit

    def losses(self) -> tuple[str, ...]:
        """Return what is wrong with what is published: it must be the old or a new one, byte for byte."""
        faults = _unsound(self.home.public)
        digest = digest_of(self.home.public)
        if digest not in {self.start.old, *self.start.new}:
            faults = (*faults, "what is published is neither what it was nor what was to be")
        return faults


def _sleep_while(seconds: float, running: Running) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not running.is_over():
        time.sleep(0.005)


def _unsound(public: Path) -> tuple[str, ...]:
    try:
        return verify(public).faults
    except LinkedprojError as error:
        return (str(error),)


Blow = tuple[str, "Callable[[Victim], str]"]
"""A kind of kill, and what does it: it returns what happened, "" when there was nothing left to kill."""


def _killed(*arguments: str, command: tuple[str, ...] = COMMAND) -> Callable[[Victim], str]:
    def kill(victim: Victim) -> str:
        is_hit = victim.hit(victim.home.start(*arguments, command=command))
        return _state(victim) if is_hit else ""

    return kill


def _state(victim: Victim) -> str:
    return "the old one stays" if digest_of(victim.home.public) == victim.start.old else "the new one is there"


def _worker_killed(name: str, *arguments: str) -> Callable[[Victim], str]:
    """Kill a process that works for a build; the build itself must end in a sentence, or well."""

    def kill(victim: Victim) -> str:
        running = victim.home.start(*arguments, command=AS_LARGE)
        pid = victim.home.wait_for(WORKERS[name], running)
        _sleep_while(victim.chance.uniform(0, 1.5), running)
        alive = pid in victim.home.processes(WORKERS[name])
        if alive:
            _kill(pid)
        victim.runs.append(running.wait())
        if not alive:
            return ""
        return "refused in a sentence" if victim.runs[-1].code else "published without what it was to give"

    return kill


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _two_at_once(victim: Victim) -> str:
    """Begin two builds, kill one of them or both; the other has to end well."""
    first = victim.home.start("build", "--release", _NEXT, "--at", AT)
    _sleep_while(victim.moment(0.5), first)
    second = victim.home.start("build")
    _sleep_while(victim.moment(), first)
    chosen = victim.chance.choice(("the first", "the second", "both"))
    hit = [each.send(signal.SIGKILL) for each, name in ((first, "the first"), (second, "the second")) if name == chosen]
    if chosen == "both":
        hit = [first.send(signal.SIGKILL), second.send(signal.SIGKILL)]
    ended = [first.wait(), second.wait()]
    victim.runs += ended
    if not any(hit):
        return ""
    return f"{chosen} killed: {sum(run.code == 0 for run in ended)} ended well"


WITHOUT_ANSWERS = "kill: the process that answers queries"

KILLS: list[Blow] = [
    ("kill: plain build", _killed("build")),
    ("kill: `build --release`", _killed("build", "--release", _NEXT, "--at", AT)),
    ("kill: `build --jobs 2`, as of large data", _killed("build", "--jobs", "2", command=AS_LARGE)),
    ("kill: the SHACL engine of a build", _worker_killed("SHACL engine", "build", "--release", _NEXT, "--at", AT)),
    ("kill: a process that maps", _worker_killed("mapping process", "build", "--jobs", "2")),
    (WITHOUT_ANSWERS, _worker_killed("query process", "build")),
    ("kill: one of two builds at once, or both", _two_at_once),
]


def chain(  # noqa: PLR0913, PLR0917 - what is killed, where and how often
    start: Start, folder: Path, kind: str, blow: Callable[[Victim], str], chance: random.Random, times: int = CHAIN
) -> Iterator[Trial]:
    """Kill several builds in one home, one after the other; then one is let be, and has to leave it in order."""
    victim = Victim(start, folder, chance)
    readings, seen = 0, set[str]()
    with victim.home as home:
        for _ in range(times):
            happened = ""
            for _ in range(_TRIES):
                victim.begin_anew()
                with Reader(home.public) as reader:
                    happened = blow(victim)
                readings, seen = readings + reader.readings, seen | reader.faults
                if happened:
                    break
            # A query whose process was killed has no answer: what is published is sound, and not the same.
            losses = _unsound(home.public) if kind == WITHOUT_ANSWERS else victim.losses()
            runs = tuple(victim.runs)
            if happened:
                yield Trial(kind, happened, losses, (), tracebacks(runs), unbounded(runs, MEGABYTES))
        victim.begin_anew()
        last = home.run("build", "--release", _NEXT, "--at", AT)
        losses = victim.losses() if not last.code else (f"the next build fails: {last.said[-300:]}",)
        happened = "it ends well, and nothing is left"
        left, bounds = home.left(), unbounded([last], MEGABYTES)
        yield Trial("the next build after these kills", happened, losses, left, tracebacks([last]), bounds)
        yield Trial(
            "a reader meanwhile",
            "reads the old one or the new one, whole" if readings else "had no time to read",
            tuple(sorted(seen)),
        )


STOPS = {
    "SIGTERM": (signal.SIGTERM, {143, -15}),
    "SIGHUP": (signal.SIGHUP, {129, -1}),
    "SIGINT (Ctrl-C)": (signal.SIGINT, {1, 130, -2}),
}
"""Signal -> its number, and how a program may end that hears it."""


def stopped(start: Start, folder: Path, name: str, chance: random.Random, times: int = CHAIN) -> Iterator[Trial]:
    """Stop a build in the ways that can be heard: it has to leave nothing, without another build."""
    number, codes = STOPS[name]
    victim = Victim(start, folder, chance)
    with victim.home as home:
        for _ in range(times):
            victim.runs.clear()
            running = home.start("build", "--release", _NEXT, "--at", AT)
            # Before that, no line of the program has run.
            _sleep_while(0.5, running)
            if not victim.hit(running, number):
                continue
            run = victim.runs[-1]
            happened = "ended, nothing is left" if run.code in codes else f"ended with {run.code}"
            losses = victim.losses()
            yield Trial(name, happened, losses, home.left(), tracebacks([run]), unbounded([run], MEGABYTES))
