"""All parts of large data, each judged as if the rest were there, and some of them by the reference again."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from linkedproj.check.checked import Checked, Crosscheck, Judgement
from linkedproj.check.engine import ENGINES, REFERENCE, EngineError, engine_name, ntriples, require
from linkedproj.check.limits import WORKER, why_no_report
from linkedproj.check.parted.blocks import Layout, OrderError, base_of, cut
from linkedproj.check.parted.crosscheck import choose, compare
from linkedproj.check.parted.reach import marks, with_marks
from linkedproj.check.result import Reader, Result
from linkedproj.system.workers import Pool, WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.check.limits import Options
    from linkedproj.check.parted.blocks import Unit
    from linkedproj.check.parted.reach import Reach
    from linkedproj.model.shapes import Shapes

    Facts = list[dict[str, Any]]


def judge_parts(  # noqa: PLR0913, PLR0917 - what is judged, by what, and how
    data: Sequence[Path], shapes: Shapes, reach: Reach, scratch: Path, options: Options, name: str
) -> Judgement:
    """Judge all parts by an engine, and those of the cross-check by the reference; every shape has an IRI.

    Raises:
        EngineDisagreement: the reference found something else.
        EngineError: an engine failed, or the data are in no order; its sentence says where.
    """
    parted = _Parted(data, shapes, reach, scratch, options)
    engine = ENGINES[name]
    parts = list(_joined(parted.units, options.records or engine.records, engine.size))
    firsts = [0, *accumulate(map(len, parts))]
    found: dict[int, list[Result]] = {}
    for number, facts in parted.ask(name, parts):
        for each in facts:
            found.setdefault(firsts[number] + each["unit"], []).append(parted.reader.result(each))
    again = parted.crosscheck(name, found) if name != REFERENCE else None
    results = sorted((r for results in found.values() for r in results), key=lambda result: result.order)
    records = sum(unit.records for unit in parted.units)
    return Judgement(tuple(results), Checked(engine_name(name), len(parts), records, again))


def _joined(units: Iterable[Unit], records: int, size: int) -> Iterator[list[Unit]]:
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
    """The data cut into units, and what workers need to put parts of them together."""

    def __init__(self, data: Sequence[Path], shapes: Shapes, reach: Reach, scratch: Path, options: Options) -> None:
        self._options, self.reader = options, Reader(shapes)
        self._files = [path for path in data if path.stat().st_size]
        layout, written, fences = Layout(self._files), scratch / "shapes.nt", scratch / "fences.json"
        written.write_bytes(ntriples(with_marks(shapes)))
        try:
            self.units = list(cut(layout, min(options.unit, options.records or options.unit)))
        except OrderError as error:
            raise EngineError(f"the records cannot be judged in parts: {error}") from error
        layout.save(fences)
        self._setup = {
            "shapes": str(written),
            "files": [str(path) for path in self._files],
            "fences": str(fences),
            "need": reach.need.plain(),
            "marks": marks(shapes),
        }

    def ask(self, name: str, parts: Sequence[Sequence[Unit]]) -> Iterator[tuple[int, Facts]]:
        """Let an engine judge parts; yield the number of each, and the facts of its results.

        Raises:
            EngineError: it failed; its sentence says where.
        """
        limits = self._options.limits
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

    def crosscheck(self, name: str, found: Mapping[int, Sequence[Result]]) -> Crosscheck:
        """Let the reference judge units with results up to the cap, and some of those without.

        Raises:
            EngineDisagreement: it found something else.
        """
        options = self._options
        chosen = choose(self.units, found, options.cap, options.sample, self._base)
        first = [result for number in chosen for result in found.get(number, ())]
        second = [
            self.reader.result(each)
            for _, facts in self.ask(REFERENCE, [[self.units[number]] for number in chosen])
            for each in facts
        ]
        compare(engine_name(name), first, engine_name(), second)
        records = sum(self.units[number].records for number in chosen)
        faulty = sum(number in found for number in chosen)
        return Crosscheck(engine_name(), len(chosen), records, faulty, len(self.units))

    def _base(self, unit: Unit) -> bytes:
        """Return the type of a unit's first record, by the base of its IRIs."""
        return base_of(self._first_record(unit))

    def _first_record(self, unit: Unit) -> bytes:
        """Return the subject of a unit's first record."""
        with self._files[unit.file].open("rb") as file:
            file.seek(unit.start)
            return file.readline().partition(b" ")[0]
