"""Which engine judges the records, in one go or in parts, and what the reference judges again."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkedproj.check.checked import Checked, Crosscheck
from linkedproj.check.engine import (
    ENGINES,
    REFERENCE,
    EngineError,
    engine_name,
    is_installed,
    read_shapes,
    require,
    validate,
)
from linkedproj.check.limits import Limits
from linkedproj.check.parted import crosscheck
from linkedproj.check.parted.blocks import Layout, OrderError, base_of, cut
from linkedproj.check.parted.reach import Reach, aimed, marks
from linkedproj.check.result import Reader, Result
from linkedproj.check.workers import Pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linkedproj.check.named import NamedShapes
    from linkedproj.check.parted.blocks import Unit

AUTO = "auto"
CHOICES = (AUTO, *ENGINES)


@dataclass(frozen=True, slots=True)
class Options:
    """How to judge: an engine of `ENGINES` or "auto", how many processes (0: one a processor), what they may use.

    `records` is the size of a part, 0 for that of the engine. `unit` is the number of records that the cross-check
    takes at a time, `cap` the most units with results that it takes, `sample` the number of those without.
    """

    engine: str = AUTO
    jobs: int = 0
    limits: Limits = field(default_factory=Limits)
    records: int = 0
    unit: int = 200
    cap: int = 50
    sample: int = 10


@dataclass(frozen=True, slots=True)
class Judgement:
    """The results in order, and how they came about."""

    results: tuple[Result, ...]
    checked: Checked


def judge(data: Sequence[Path], shapes: Path, options: Options | None = None) -> Judgement:
    """Check the N-Triples that a build wrote, read as one graph, against a Turtle file of shapes.

    Raises:
        EngineDisagreement: the reference found something else than the engine.
        EngineError: an engine crashed, took too long or too much memory, or could not read its input.
        SetupError: the engine is not installed.
    """
    options = options or Options()
    name = _chosen(options.engine, data)
    engine = require(name)
    if not options.records and _is_at_most(engine.whole, data):
        return _whole(data, shapes, name, options)
    named = read_shapes(shapes)
    reach = Reach(named)
    if reach.obstacles:
        return _whole(data, shapes, name, options)
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        return _Parted(data, named, reach, Path(scratch), options).judged(name)


def _chosen(engine: str, data: Sequence[Path]) -> str:
    """Choose the engine: the reference as long as it can do it in one go."""
    if engine != AUTO:
        return engine
    return "fast" if is_installed("fast") and not _is_at_most(ENGINES[REFERENCE].whole, data) else REFERENCE


def _is_at_most(triples: int, data: Iterable[Path]) -> bool:
    """Tell whether files of N-Triples have no more than so many triples, without reading on when they have."""
    for path in data:
        with path.open("rb") as lines:
            triples -= sum(1 for _ in islice(lines, triples + 1))
        if triples < 0:
            return False
    return True


def _whole(data: Sequence[Path], shapes: Path, name: str, options: Options) -> Judgement:
    """Judge everything in one go, and by the reference as well if that was another engine.

    Raises:
        EngineDisagreement: they differ.
    """
    results = validate(data, shapes, options.limits, name)
    checked = Checked(engine_name(name))
    if name != REFERENCE:
        again = validate(data, shapes, options.limits)
        crosscheck.compare(engine_name(name), results, engine_name(), again)
        checked = Checked(engine_name(name), crosscheck=Crosscheck(engine_name()))
    return Judgement(tuple(results), checked)


def _grouped(units: Iterable[Unit], records: int, size: int) -> Iterator[list[Unit]]:
    """Join units to parts of at most so many records and bytes; a unit that is larger makes a part alone."""
    part: list[Unit] = []
    for unit in units:
        joined = [*part, unit]
        if part and (sum(u.records for u in joined) > records or sum(u.end - u.start for u in joined) > size):
            yield part
            joined = [unit]
        part = joined
    if part:
        yield part


class _Parted:
    """The data in parts, each judged as if all of it were there."""

    def __init__(self, data: Sequence[Path], named: NamedShapes, reach: Reach, scratch: Path, options: Options) -> None:
        self._options, self._reader = options, Reader(named)
        self._files = [path for path in data if path.stat().st_size]
        layout, shapes, fences = Layout(self._files), scratch / "shapes.nt", scratch / "fences.json"
        shapes.write_bytes(aimed(named))
        try:
            self.units = list(cut(layout, min(options.unit, options.records or options.unit)))
        except OrderError as error:
            raise EngineError(f"the records cannot be judged in parts: {error}") from error
        layout.save(fences)
        self._setup = {
            "shapes": str(shapes),
            "megabytes": options.limits.megabytes,
            "files": [str(path) for path in self._files],
            "fences": str(fences),
            "need": reach.need.plain(),
            "marks": marks(named),
        }

    def judged(self, name: str) -> Judgement:
        """Judge all parts, and those of the cross-check again.

        Raises:
            EngineDisagreement: the reference found something else.
        """
        engine = ENGINES[name]
        parts = list(_grouped(self.units, self._options.records or engine.records, engine.size))
        found: dict[int, list[Result]] = {}
        before = 0
        for part, answer in zip(parts, self._ask(name, parts), strict=True):
            for facts in answer:
                found.setdefault(before + facts["unit"], []).append(self._reader.result(facts))
            before += len(part)
        records = sum(unit.records for unit in self.units)
        again = self._crosscheck(name, found) if name != REFERENCE else None
        results = sorted((r for results in found.values() for r in results), key=lambda result: result.order)
        return Judgement(tuple(results), Checked(engine_name(name), len(parts), records, again))

    def _ask(self, name: str, parts: Sequence[Sequence[Unit]]) -> Iterator[list[dict[str, Any]]]:
        """Let an engine judge parts.

        Raises:
            EngineError: it failed; its sentence says where.
        """
        setup = {"module": require(name).module, **self._setup}
        answered = 0
        with Pool(setup, self._options.limits, self._options.jobs) as pool:
            requests = (({"units": part}, sum(unit.end - unit.start for unit in part)) for part in parts)
            try:
                for answered, answer in enumerate(pool.ask(requests), 1):  # noqa: B007 - needed after the loop
                    yield answer
            except EngineError as error:
                first = self._first(parts[answered][0]).decode().strip("<>")
                raise EngineError(f"{error} This was in the part that begins with {first}.") from error

    def _crosscheck(self, name: str, found: Mapping[int, Sequence[Result]]) -> Crosscheck:
        """Let the reference judge units with results up to the cap, and some of those without.

        Raises:
            EngineDisagreement: it found something else.
        """
        options = self._options
        chosen = crosscheck.choose(self.units, found, options.cap, options.sample, self._kind)
        parts = [[self.units[number]] for number in chosen]
        first: list[Result] = []
        second: list[Result] = []
        for number, answer in zip(chosen, self._ask(REFERENCE, parts), strict=True):
            first += found.get(number, ())
            second += [self._reader.result(facts) for facts in answer]
        crosscheck.compare(engine_name(name), first, engine_name(), second)
        records = sum(self.units[number].records for number in chosen)
        faulty = sum(number in found for number in chosen)
        return Crosscheck(engine_name(), len(chosen), records, faulty, len(self.units))

    def _kind(self, unit: Unit) -> bytes:
        """Give the type of a unit's first record, by the base of its IRIs."""
        return base_of(self._first(unit))

    def _first(self, unit: Unit) -> bytes:
        """Give the first record of a unit."""
        with self._files[unit.file].open("rb") as file:
            file.seek(unit.start)
            return file.readline().partition(b" ")[0]
