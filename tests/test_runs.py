"""More than fits in memory, sorted: the same as `sorted`, in flat memory."""

from __future__ import annotations

import marshal
import os
import tempfile
import tracemalloc
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkedproj.mapping.keys import unknown
from linkedproj.system.plain import from_plain, to_plain
from linkedproj.system.sorting import RunFile, Sorter, merged

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkedproj.system.sorting import SortedRun

Item = tuple[str, int, list[str]]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ITEMS = st.lists(st.tuples(TEXTS, st.integers(0, 3), st.lists(TEXTS, max_size=2)), max_size=60)
EACH = 150
"""Bytes of about one item."""


def collect(items: list[Item], memory: int) -> Sorter[Item]:
    sorter: Sorter[Item] = Sorter(memory=memory)
    for item in items:
        sorter.add([item])
    return sorter


@settings(deadline=None, derandomize=True, database=None)
@given(ITEMS, st.integers(1, 7 * EACH))
def test_a_sorter_gives_what_sorted_gives(items: list[Item], memory: int) -> None:
    sorter = collect(items, memory)
    assert list(sorter) == sorted(items)
    assert list(sorter) == sorted(items)
    assert len(sorter) == len(items)


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.binary(max_size=3), st.binary(max_size=3))), st.integers(1, 2000))
def test_pairs_are_grouped_however_little_memory_there_is(pairs: list[tuple[bytes, bytes]], memory: int) -> None:
    with Sorter[tuple[bytes, bytes]](memory=memory) as sorter:
        sorter.add(pairs[:3])
        for pair in pairs[3:]:
            sorter.add([pair])
        assert [(key, second) for key, found in sorter.groups() for second in found] == sorted(pairs)
        assert [key for key, _ in sorter.groups()] == sorted({key for key, _ in pairs})


@pytest.mark.parametrize("memory", [1, 3 * EACH, 1000 * EACH])
def test_several_readers_keep_their_own_positions(memory: int) -> None:
    items: list[Item] = [(f"{number * 7 % 100:03}", number, ["x" * 50]) for number in range(1000)]
    sorter = collect(items, memory)
    first, second, third = iter(sorter), iter(sorter), iter(sorter)
    ahead = [next(second) for _ in range(300)]
    assert list(zip(first, third, strict=True)) == [(item, item) for item in sorted(items)]
    assert [*ahead, *second] == sorted(items)


@pytest.mark.parametrize("memory", [1, 2 * EACH, 600 * EACH, 10_000 * EACH])
def test_a_run_longer_than_a_block_is_read_to_its_end(memory: int) -> None:
    items: list[Item] = [(str(number), number, []) for number in range(1500, 0, -1)]
    found = list(collect(items, memory))
    assert len(found) == 1500
    assert all(before < after for before, after in pairwise(found))


def test_items_may_be_added_after_a_reading() -> None:
    sorter = collect([("b", 1, [])], 2 * EACH)
    assert list(sorter) == [("b", 1, [])]
    for name in "ac0":
        sorter.add([(name, 1, [])])
    assert [item[0] for item in sorter] == ["0", "a", "b", "c"]


def test_unique_items_come_once_a_run_and_cost_once() -> None:
    sorter: Sorter[str] = Sorter(unique=True, memory=2000)
    for _ in range(100):
        sorter.add(["b", "a", "b"])
    assert list(sorter) == ["a", "b"]


def test_nothing_gives_nothing() -> None:
    sorter: Sorter[tuple[str]] = Sorter(memory=1)
    assert (list(sorter), len(sorter), bool(sorter), sorter.runs()) == ([], 0, False, ())


@pytest.mark.parametrize("length", [1000, 100_000], ids=["many items", "large items"])
def test_items_beyond_the_memory_leave_it(length: int) -> None:
    number = 10_000_000 // length
    sorter: Sorter[tuple[str, str]] = Sorter(memory=200_000)
    tracemalloc.start()
    try:
        for each in range(number):
            sorter.add([(f"{each * 7919 % number:05}", f"{each:0{length}}")])
        held, _ = tracemalloc.get_traced_memory()
        count = sum(1 for _ in sorter)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Ten megabytes of texts went in. A reader holds a block of each of some sixty runs; a large item is one. Tuples
    # that Python keeps for reuse are not traced, so that what is held varies with what ran before, by a tenth.
    assert held < 1_000_000
    assert peak < 2_000_000 or length > 1000
    assert count == len(sorter) == number


def test_a_reader_outlives_the_sorter_it_reads_and_the_file_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reader = iter(collect([("b", 1, []), ("a", 1, [])], 1))
    assert next(reader)[0] == "a"
    [folder] = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert [item[0] for item in reader] == ["b"]
    del reader
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_read_by_whoever_sees_the_file(tmp_path: Path) -> None:
    file = RunFile(tmp_path / "runs")
    sorter: Sorter[Item] = Sorter(file, memory=100 * EACH)
    sorter.add((f"{number:04}", number, []) for number in range(999, -1, -1))
    sorter.add([("last", 0, [])])
    runs = from_plain(to_plain(sorter.runs()))
    assert [run.path for run in runs] == [tmp_path / "runs", None]
    assert [item[1] for item in merged(runs, ("0990",))] == [*range(990, 1000), 0]


IDS = st.sets(st.text("abA-.0", min_size=1, max_size=3), max_size=20)


@given(IDS, st.lists(IDS, max_size=4), st.integers(1, 8))
@settings(max_examples=200, deadline=None)
def test_unknown_ids_are_found_a_few_ids_at_a_time(known: set[str], wanted: list[set[str]], chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr("linkedproj.mapping.keys._CHUNK", chunk)
        patch.setattr("linkedproj.system.sorting._FEW", 2)
        file = RunFile(Path(folder, "runs"))
        ids: Sorter[str] = Sorter(file, memory=500, block=2)
        references: list[Sorter[str]] = [Sorter(file, unique=True, block=2) for _ in wanted]
        ids.add(sorted(known))
        for sorter, some in zip(references, wanted, strict=True):
            sorter.add(some)
        found = [run for sorter in references for run in sorter.runs()], ids.runs()
        assert unknown(*found) == set().union(*wanted) - known
        assert list(merged(found[1])) == sorted(known)


# ---------------------------------------------------------------- whose bytes are read


def _written(tmp_path: Path) -> SortedRun:
    return RunFile(tmp_path / "runs").write([("a", 1), ("b", 2)])


def _with_mode(path: Path) -> None:
    path.chmod(0o644)


def _as_a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _of_somebody_else(path: Path) -> None:
    os.chown(path, 65534, -1)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these modes and owners")
@pytest.mark.parametrize("plant", [_with_mode, _as_a_link, _of_somebody_else])
def test_a_file_in_the_place_of_a_run_is_not_read(
    plant: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if plant is _of_somebody_else and os.geteuid() != 0:
        pytest.skip("only root can give files away")
    run = _written(tmp_path)
    assert list(run.since()) == [("a", 1), ("b", 2)]
    plant(tmp_path / "runs")
    read: list[bytes] = []
    monkeypatch.setattr(marshal, "loads", read.append)
    with pytest.raises(OSError, match=r"it was not written by this run|Too many levels of symbolic links"):
        list(run.since())
    assert read == []


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these modes")
def test_a_run_is_written_to_a_new_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("as it was", "utf-8")
    (tmp_path / "runs").symlink_to("precious")
    run = _written(tmp_path)
    assert list(run.since()) == [("a", 1), ("b", 2)]
    assert (tmp_path / "precious").read_text("utf-8") == "as it was"
    assert not (tmp_path / "runs").is_symlink()
    assert (tmp_path / "runs").stat().st_mode & 0o777 == 0o600
