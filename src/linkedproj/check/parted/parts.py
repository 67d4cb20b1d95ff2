"""All parts of the data, each judged as if the rest were there, and some of them by the reference again.

A unit is what the cross-check takes at a time, and what a verdict is kept of; a part joins units for an engine.
"""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from linkedproj.check.checked import Checked, Crosscheck, Judgement
from linkedproj.check.engine import EngineError, engine_name, ntriples, require
from linkedproj.check.engines import ENGINES, REFERENCE
from linkedproj.check.limits import WORKER, why_no_report
from linkedproj.check.parted.blocks import Finder, Layout, OrderError, base_of, cut
from linkedproj.check.parted.crosscheck import choose, compare
from linkedproj.check.parted.neighbourhood import Neighbourhood
from linkedproj.check.parted.reach import marks, with_marks
from linkedproj.check.parted.verdicts import Verdict, Verdicts, digest_of
from linkedproj.check.result import Reader, Result
from linkedproj.system.caches import digest
from linkedproj.system.packages import version_of
from linkedproj.system.workers import Pool, WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.check.limits import Options
    from linkedproj.check.parted.blocks import Unit
    from linkedproj.check.parted.reach import Reach
    from linkedproj.model.shapes import Shapes

    Facts = list[dict[str, Any]]

_LABEL = re.compile(rb"_:[0-9A-Za-z]+")


def judge_parts(  # noqa: PLR0913, PLR0917 - what is judged, by what, and how
    data: Sequence[Path], shapes: Shapes, reach: Reach, scratch: Path, options: Options, name: str
) -> Judgement:
    """Judge all parts by an engine, and those of the cross-check by the reference; every shape has an IRI.

    Raises:
        EngineDisagreement: the reference found something else.
        EngineError: an engine failed, or the data are in no order; its sentence says where.
    """
    parted = _Parted(data, shapes, reach, scratch, options)
    kept = Verdicts(options.verdicts, parted.key(name)) if options.verdicts else None
    known = kept.read() if kept else {}
    digests = parted.digests() if kept else []
    found = {number: known[name] for number, name in enumerate(digests) if name in known}
    fresh = parted.judge(name, [number for number in range(len(parted.units)) if number not in found])
    if name != REFERENCE:
        fresh = parted.crosscheck(name, fresh)
    found |= fresh
    if kept and (fresh or len(known) != len(set(digests))):
        kept.write({digests[number]: verdict for number, verdict in found.items()})
    results = sorted(parted.results(found.values()), key=lambda result: result.order)
    again = parted.summary(found) if name != REFERENCE else None
    unchanged = len(found) - len(fresh)
    return Judgement(
        tuple(results),
        Checked(engine_name(name), parted.asked, sum(u.records for u in parted.units), again, unchanged, len(found)),
    )


def _joined(numbers: Iterable[int], units: Sequence[Unit], records: int, size: int) -> Iterator[list[int]]:
    """Join units to parts of at most so many records and bytes; a unit that is larger makes a part alone."""
    part: list[int] = []
    held = weight = 0
    for number in numbers:
        unit = units[number]
        held, weight = held + unit.records, weight + unit.end - unit.start
        if part and (held > records or weight > size):
            yield part
            part, held, weight = [], unit.records, unit.end - unit.start
        part.append(number)
    if part:
        yield part


class _Parted:
    """The data cut into units, and what workers need to put parts of them together."""

    def __init__(self, data: Sequence[Path], shapes: Shapes, reach: Reach, scratch: Path, options: Options) -> None:
        self._options, self._reader, self._scratch = options, Reader(shapes), scratch
        self.asked = 0
        self._files = [path for path in data if path.stat().st_size]
        layout, written, fences = Layout(self._files), scratch / "shapes.nt", scratch / "fences.json"
        self._layout, self._rules = layout, ntriples(with_marks(shapes))
        written.write_bytes(self._rules)
        try:
            self.units = list(cut(layout, min(options.unit, options.records or options.unit)))
        except OrderError as error:
            raise EngineError(f"the records cannot be judged in parts: {error}") from error
        layout.save(fences)
        self._need, self._marks = reach.need, marks(shapes)
        self._setup = {
            "shapes": str(written),
            "files": [str(path) for path in self._files],
            "fences": str(fences),
            "need": reach.need.plain(),
            "marks": self._marks,
        }

    def key(self, name: str) -> str:
        """Return what every verdict of an engine depends on, beside the part: shapes, engines, and this program."""
        ours = (version_of("linkedproj"), self._options.unit, self._need.plain(), self._marks)
        # A parser labels blank nodes anew each time; they come in the order of the file.
        labels: dict[bytes, bytes] = {}
        rules = _LABEL.sub(lambda found: labels.setdefault(found[0], b"_:%d" % len(labels)), self._rules)
        return digest(engine_name(name), engine_name(), digest_of(rules), ours)

    def digests(self) -> list[str]:
        """Return the digest of each unit with its neighbourhood."""
        with closing(Finder(self._layout)) as finder:
            neighbourhood = Neighbourhood(finder, self._need, self._marks)
            return [digest_of(neighbourhood.part([unit])[0]) for unit in self.units]

    def judge(self, name: str, numbers: Sequence[int]) -> dict[int, Verdict]:
        """Let an engine judge some units, joined to parts.

        Raises:
            EngineError: it failed; its sentence says where.
        """
        parts = self._parts(name, numbers)
        found: dict[int, Verdict] = {number: Verdict([]) for number in numbers}
        self.asked += len(parts)
        for number, facts in self.ask(name, parts):
            for each in facts:
                found[parts[number][each.pop("unit")]].facts.append(each)
        return found

    def _parts(self, name: str, numbers: Iterable[int]) -> list[list[int]]:
        """Join units to as few parts as an engine takes: to start it again takes longer than to judge most of them."""
        engine = ENGINES[name]
        return list(_joined(numbers, self.units, self._options.records or engine.records, engine.size))

    def results(self, verdicts: Iterable[Verdict]) -> Iterator[Result]:
        """Yield what verdicts say, worded by the shapes."""
        return (self._reader.result(facts) for verdict in verdicts for facts in verdict.facts)

    def ask(self, name: str, numbers: Sequence[Sequence[int]]) -> Iterator[tuple[int, Facts]]:
        """Let an engine judge parts, each told by its units; yield the number of each, and the facts of its results.

        Raises:
            EngineError: it failed; its sentence says where.
        """
        limits, parts = self._options.limits, [[self.units[each] for each in part] for part in numbers]
        setup = {"module": require(name).module, **self._setup}
        sizes = [sum(unit.end - unit.start for unit in part) for part in parts]
        with Pool(WORKER, setup, jobs=self._options.jobs, megabytes=limits.megabytes) as pool:
            try:
                yield from pool.ask(
                    limits.request({"units": part}, size) for part, size in zip(parts, sizes, strict=True)
                )
            except WorkerError as error:
                first = self._first_record(parts[error.request][0]).decode().strip("<>")
                sentence = why_no_report(error, limits, sizes[error.request])
                raise EngineError(f"{sentence} This was in the part that begins with {first}.") from error

    def crosscheck(self, name: str, fresh: Mapping[int, Verdict]) -> dict[int, Verdict]:
        """Let the reference judge, of the units that were judged now, those with results up to the cap, and a sample.

        The sample shrinks with the share of units that were judged now, so that none has a greater chance for being
        judged after others.

        Raises:
            EngineDisagreement: it found something else.
        """
        options, chance = self._options, Random(f"{sorted(fresh)}")  # noqa: S311 - the same data, the same sample
        sample = int(options.sample * len(fresh) / max(1, len(self.units)) + chance.random())
        results = {number: list(self.results([verdict])) for number, verdict in fresh.items() if verdict.facts}
        chosen = choose(
            {number: self.units[number] for number in sorted(fresh)}, results, options.cap, sample, self._base
        )
        first = [result for number in chosen for result in results.get(number, ())]
        parts = self._parts(REFERENCE, chosen)
        second = [self._reader.result(each) for _, facts in self.ask(REFERENCE, parts) for each in facts]
        compare(engine_name(name), first, engine_name(), second)
        return {**fresh, **{number: replace(fresh[number], again=engine_name()) for number in chosen}}

    def summary(self, found: Mapping[int, Verdict]) -> Crosscheck:
        """Sum up what the reference has judged, now or when it was judged first."""
        again = [number for number, verdict in found.items() if verdict.again == engine_name()]
        records = sum(self.units[number].records for number in again)
        faulty = sum(bool(found[number].facts) for number in again)
        return Crosscheck(engine_name(), len(again), records, faulty, len(self.units))

    def _base(self, unit: Unit) -> bytes:
        """Return the type of a unit's first record, by the base of its IRIs."""
        return base_of(self._first_record(unit))

    def _first_record(self, unit: Unit) -> bytes:
        """Return the subject of a unit's first record."""
        with self._files[unit.file].open("rb") as file:
            file.seek(unit.start)
            return file.readline().partition(b" ")[0]
