"""What goes into a task, and what comes out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkedproj.mapping.evidence import Coverage
from linkedproj.tables.portfolio import Found

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from linkedproj.mapping.parts import Output
    from linkedproj.model.context import Inverse
    from linkedproj.system.sorting import SortedRun
    from linkedproj.tables.portfolio import Row, Tables
    from linkedproj.tables.shards import Shard

_ROW_BYTES = 100
CLAIMS, STATED, PASSED = "claims", "stated", "passed"


def links_of(inverse: Inverse) -> str:
    """Name what is gathered of the links that an inverse turns round."""
    return f"links {inverse.term}"


@dataclass(frozen=True)
class MappingRun:
    """What all tasks of one run share.

    `folder` takes what they write, `outputs` are the dumps they write parts of. `weighs` tells that values are weighed,
    `knows_all` that all of it could be read. `emptied` are the faulty cells of rows that were sorted before. `step`
    names this part of the run.
    """

    tables: Tables
    folder: Path
    outputs: tuple[Output, ...] = ()
    weighs: bool = False
    knows_all: bool = True
    emptied: frozenset[tuple[str, str]] = frozenset()
    step: str = ""


@dataclass(frozen=True)
class Slice:
    """Rows that were read and sorted before: of several runs, from the id `low` to below `high` ("" is no bound)."""

    runs: tuple[SortedRun, ...]
    low: str = ""
    high: str = ""


@dataclass(frozen=True)
class Task:
    """Some rows of one type, and what other tables say of them.

    `name` names the files it writes. With `sorts`, rows are only read, checked and sorted; with `turns`, only the links
    among records of the type are gathered, for its inverses to turn round. `joins` are runs of tuples
    that begin with an id of this type: links that its inverses turn round, claims, and stated dates and amounts. The
    task answers for the ids from `low` to below `high` ("" is no bound).
    """

    name: str
    kind: str
    source: Shard | Slice
    sorts: bool = False
    turns: bool = False
    joins: Mapping[str, tuple[SortedRun, ...]] = field(default_factory=dict)
    low: str = ""
    high: str = ""

    @property
    def weight(self) -> int:
        """About how many bytes of tables there are to read."""
        if isinstance(self.source, Slice):
            return sum(run.count for run in self.source.runs) * _ROW_BYTES
        return self.source.stop - self.source.start


@dataclass
class Outcome:
    """What came of a task.

    `file` is the table it read, "" for a slice; `parts` are the files it wrote, by output. `runs` is what it gathered,
    by kind and type. `is_torn` tells that its shard ended within a cell, `in_order` that ids only rose; else nothing of
    it can be used. `triples` and `nodes` count by type.
    """

    name: str
    file: str = ""
    found: Found = field(default_factory=Found)
    parts: dict[str, Path] = field(default_factory=dict)
    runs: dict[tuple[str, str], tuple[SortedRun, ...]] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    in_order: bool = True
    is_torn: bool = False
    has_capitals: bool = False
    triples: Counter[str] = field(default_factory=Counter)
    nodes: Counter[str] = field(default_factory=Counter)
    coverage: Coverage = field(default_factory=Coverage)
    unclaimed: list[Row] = field(default_factory=list)
