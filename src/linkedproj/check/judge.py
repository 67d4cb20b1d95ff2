"""Which engine judges the records, and whether in one go or in parts.

by itself          the fast engine where it is installed, and the reference on a share of the data; else the
                   reference, in one go where there is little to judge, in parts where there is more
verdicts are kept  in parts; what was judged before is not judged again
shapes that look   in one go, however many there are: no part of the data would do
too far
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.check.checked import Checked, Crosscheck, Judgement
from linkedproj.check.engine import chosen, engine_name, named_shapes, require, validate
from linkedproj.check.engines import ENGINES, REFERENCE
from linkedproj.check.limits import Options
from linkedproj.check.parted.crosscheck import compare
from linkedproj.check.parted.parts import judge_parts
from linkedproj.check.parted.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linkedproj.model.shapes import Shapes

__all__ = ["Judgement", "Options", "judge"]


def judge(data: Sequence[Path], shapes: Shapes | Path, options: Options | None = None) -> Judgement:
    """Check the N-Triples that a build wrote, read as one graph, against shapes or a Turtle file of them.

    Raises:
        EngineDisagreement: the reference found something else than the engine.
        EngineError: an engine crashed, took too long or too much memory, or could not read its input.
        SetupError: the engine is not installed.
    """
    options = options or Options()
    few = _is_at_most(ENGINES[REFERENCE].whole, data)
    name = chosen(options.engine)
    if require(name).whole and few and not options.records and not options.verdicts:
        return _judge_whole(data, shapes, name, options)
    if few and options.all_again:
        options = replace(options, cap=sys.maxsize, sample=sys.maxsize)
    named = named_shapes(shapes)
    reach = Reach(named)
    if reach.obstacles:
        return _judge_whole(data, shapes, name, options)
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        return judge_parts(data, named, reach, Path(scratch), options, name)


def _is_at_most(triples: int, data: Iterable[Path]) -> bool:
    """Return whether files of N-Triples have no more than so many triples, without reading on when they have."""
    for path in data:
        with path.open("rb") as lines:
            triples -= sum(1 for _ in islice(lines, triples + 1))
        if triples < 0:
            return False
    return True


def _judge_whole(data: Sequence[Path], shapes: Shapes | Path, name: str, options: Options) -> Judgement:
    """Judge everything in one go, and by the reference as well if that was another engine.

    Raises:
        EngineDisagreement: they differ.
    """
    results = validate(data, shapes, options.limits, name)
    checked = Checked(engine_name(name))
    if name != REFERENCE:
        again = validate(data, shapes, options.limits)
        compare(engine_name(name), results, engine_name(), again)
        checked = Checked(engine_name(name), crosscheck=Crosscheck(engine_name()))
    return Judgement(tuple(results), checked)
