"""More than fits in memory, sorted: the same as `sorted`, in flat memory."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkedproj.mapping.keys import unknown
from linkedproj.system.sorting import Gathering, RunFile, SortedRuns, merged

Item = tuple[str, int, list[str]]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ITEMS = st.lists(st.tuples(TEXTS, st.integers(0, 3), st.lists(TEXTS, max_size=2)), max_size=60)


class Named(NamedTuple):
    """An item with named parts."""

    id: str
    cells: list[str]


def collect(items: list[Item], limit: int) -> SortedRuns[Item]:
    runs: SortedRuns[Item] = SortedRuns(limit)
    for item in items:
        runs.add(item)
    return runs


@settings(deadline=None, derandomize=True, database=None)
@given(ITEMS, st.integers(1, 7))
def test_runs_give_what_sorted_gives(items: list[Item], limit: int) -> None:
    runs = collect(items, limit)
    assert list(runs) == sorted(items)
    assert list(runs) == sorted(items)
    assert len(runs) == len(items)


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_several_readers_keep_their_own_positions(limit: int) -> None:
    items: list[Item] = [(f"{number * 7 % 100:03}", number, ["x" * 50]) for number in range(1000)]
    runs = collect(items, limit)
    first, second, third = iter(runs), iter(runs), iter(runs)
    ahead = [next(second) for _ in range(300)]
    assert list(zip(first, third, strict=True)) == [(item, item) for item in sorted(items)]
    assert [*ahead, *second] == sorted(items)


@pytest.mark.parametrize("limit", [1, 2, 600, 10_000])
def test_a_run_longer_than_a_block_is_read_to_its_end(limit: int) -> None:
    items: list[Item] = [(str(number), number, []) for number in range(1500, 0, -1)]
    found = list(collect(items, limit))
    assert len(found) == 1500
    assert all(before < after for before, after in pairwise(found))


def test_items_may_be_added_after_a_reading() -> None:
    runs = collect([("b", 1, [])], 2)
    assert list(runs) == [("b", 1, [])]
    for name in "ac0":
        runs.add((name, 1, []))
    assert [item[0] for item in runs] == ["0", "a", "b", "c"]


def test_items_with_named_parts_go_to_disk_as_plain_ones() -> None:
    runs: SortedRuns[Named] = SortedRuns(2)
    for name in "dbcae":
        runs.add(Named(name, [name]))
    assert [Named(*item) for item in runs] == [Named(name, [name]) for name in "abcde"]


def test_nothing_gives_nothing() -> None:
    runs: SortedRuns[tuple[str]] = SortedRuns(1)
    assert (list(runs), len(runs), bool(runs)) == ([], 0, False)


def test_items_beyond_the_limit_leave_memory() -> None:
    runs: SortedRuns[tuple[str, str]] = SortedRuns(100)
    tracemalloc.start()
    try:
        for number in range(10_000):
            runs.add((f"{number * 7919 % 10_000:05}", f"{number:01000}"))
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Ten megabytes of texts went in; a hundred texts at a time and a file's buffer each stay.
    assert held < 4_000_000
    assert peak < 5_000_000
    assert sum(1 for _ in runs) == len(runs) == 10_000


def test_a_reader_outlives_the_runs_it_reads() -> None:
    reader = iter(collect([("b", 1, []), ("a", 1, [])], 1))
    assert [item[0] for item in reader] == ["a", "b"]


IDS = st.sets(st.text("abA-.0", min_size=1, max_size=3), max_size=20)


@given(IDS, st.lists(IDS, max_size=4), st.integers(1, 8))
@settings(max_examples=200, deadline=None)
def test_unknown_ids_are_found_a_few_ids_at_a_time(known: set[str], wanted: list[set[str]], chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr("linkedproj.mapping.keys._CHUNK", chunk)
        patch.setattr("linkedproj.system.sorting._FEW", 2)
        file = RunFile(Path(folder, "runs"))
        ids, references = Gathering(file, limit=5, block=2), [Gathering(file, unique=True, block=2) for _ in wanted]
        ids.add(sorted(known))
        for gathering, some in zip(references, wanted, strict=True):
            gathering.add(some)
        found = [run for gathering in references for run in gathering.runs()], ids.runs()
        file.close()
        assert unknown(*found) == set().union(*wanted) - known
        assert list(merged(found[1])) == sorted(known)
