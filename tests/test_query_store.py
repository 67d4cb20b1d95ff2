"""Stores of large data: on disk, kept for the next query, with the same answers as in memory."""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import linkedproj
from linkedproj.model.errors import QueryError
from linkedproj.queries.ask import local, store
from linkedproj.queries.saved.bases import by_table, context_of
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.collection import open_collection
from linkedproj.system.caches import cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyoxigraph as ox

    from .conftest import Small

QUERIES = open_collection(Path(__file__).parents[1] / "data").read()
BASES = by_table(context_of())
OPEN = """
import sys; from pathlib import Path; from linkedproj.queries.ask import store
print(len(store.open_store([Path(sys.argv[1])], Path(sys.argv[2]))))
"""
LINE = b'<http://a/%d> <http://b/> "%d" .\n'


@pytest.fixture(scope="module")
def memory(release: Path) -> ox.Store:
    return store.open_store(local.dump_files(release), above=1 << 40)


@pytest.fixture(scope="module")
def disk(release: Path, tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINKEDPROJ_CACHE", str(tmp_path_factory.mktemp("cache")))
        return store.open_store(local.dump_files(release), above=0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.nt"
    path.write_bytes(b"".join(LINE % (n, n) for n in range(100)))
    return path


def _elsewhere(file: Path, cache: Path) -> None:
    """Open a store in a process of its own, which holds nothing when it is gone."""
    subprocess.run([sys.executable, "-c", OPEN, str(file), str(cache)], check=True, stdout=subprocess.DEVNULL)


def _homes(cache: Path) -> list[Path]:
    return sorted(cache.iterdir())


# ---------------------------------------------------------------- the same answers


@pytest.mark.parametrize("query_id", QUERIES)
def test_a_store_on_disk_answers_as_one_in_memory(query_id: str, memory: ox.Store, disk: ox.Store) -> None:
    sparql = bind(QUERIES[query_id], {}, BASES)
    assert local.evaluate(disk, sparql) == local.evaluate(memory, sparql)


def test_python_and_the_command_line_answer_from_a_kept_store(small: Small) -> None:
    small.run("build")
    plain = small.run("query", "projects", "--format", "tsv")
    kept = small.run("query", "projects", "--format", "tsv", "--store", "kept")
    assert (kept.code, kept.out) == (0, plain.out)
    [home] = _homes(small.home / "kept")
    before = (home / "store").stat().st_mtime_ns
    rows = linkedproj.query("projects", store=small.home / "kept")
    assert len(rows) == len(plain.out.splitlines()) - 1
    assert (home / "store").stat().st_mtime_ns == before


def test_a_release_whose_files_are_compressed_is_loaded(release: Path, tmp_path: Path, memory: ox.Store) -> None:
    for name in (*local.DUMP, "shapes.ttl"):
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress((release / name).read_bytes()))
    files = local.data_files(tmp_path)
    assert [file.name for file in files] == [f"{name}.gz" for name in local.DUMP]
    assert len(store.open_store(files, tmp_path / "cache")) == len(memory)


def test_a_gzip_that_is_cut_off_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.nt.gz"
    path.write_bytes(gzip.compress(b"".join(LINE % (n, n) for n in range(1000)))[:-20])
    for place in (None, tmp_path / "cache"):
        with pytest.raises(QueryError, match=r"a\.nt\.gz: the file is no whole gzip: "):
            store.open_store([path], place)
    assert _homes(tmp_path / "cache") == []


# ---------------------------------------------------------------- kept, renewed, removed


def test_small_data_leave_nothing_behind(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKEDPROJ_CACHE", str(tmp_path / "cache"))
    assert len(store.open_store([file])) == 100
    assert not (tmp_path / "cache").exists()
    assert len(store.open_store([file], above=store.weight([file]) - 1)) == 100
    assert len(_homes(tmp_path / "cache")) == 1


def test_the_place_of_the_cache_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINKEDPROJ_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/linkedproj")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache/linkedproj"
    monkeypatch.setenv("LINKEDPROJ_CACHE", "/elsewhere")
    assert cache_folder() == Path("/elsewhere")


def _flip(store_files: list[Path]) -> None:
    largest = max(store_files, key=lambda path: path.stat().st_size)
    data = bytearray(largest.read_bytes())
    for at in range(0, len(data), max(1, len(data) // 4000)):
        data[at] ^= 0xFF
    largest.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda home: _flip(list((home / "store").glob("*.sst"))),
        lambda home: (home / "store/CURRENT").unlink(),
        lambda home: (home / "store/CURRENT").write_text("MANIFEST-999999\n", "utf-8"),
        lambda home: next((home / "store").glob("MANIFEST-*")).write_bytes(b""),
        lambda home: (home / "files.json").write_text("[" * 100_000, "utf-8"),
        lambda home: (home / "files.json").unlink(),
    ],
    ids=["flipped bytes", "no entry", "a wrong entry", "an empty file", "a list that is none", "no list"],
)
def test_a_damaged_store_is_noticed_and_made_again(damage: Callable[[Path], None], file: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    _elsewhere(file, cache)
    [home] = _homes(cache)
    damage(home)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    told = subprocess.run(
        [sys.executable, "-c", OPEN, str(file), str(cache)],
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (3 << 30, hard)),
    )
    assert (told.returncode, told.stdout) == (0, "100\n"), told.stderr
    assert resource.getrlimit(resource.RLIMIT_AS) == (soft, hard)
    before = (home / "store/CURRENT").stat().st_mtime_ns
    _elsewhere(file, cache)
    assert (home / "store/CURRENT").stat().st_mtime_ns == before, "a whole one is kept"


def test_a_changed_file_has_another_store(file: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    store.open_store([file], cache)
    file.write_bytes(file.read_bytes() + LINE % (100, 100))
    assert len(store.open_store([file], cache)) == 101
    changed = file.stat().st_mtime_ns
    file.write_bytes(file.read_bytes().replace(b'"7"', b'"8"'))
    os.utime(file, ns=(changed + 1, changed + 1))
    assert len(local.run(store.open_store([file], cache), 'SELECT ?s WHERE { ?s ?p "8" }').rows) == 2
    assert len(_homes(cache)) == 3


def test_only_a_few_stores_are_kept_and_none_that_is_read_is_removed(tmp_path: Path) -> None:
    cache, files = tmp_path / "cache", []
    for n in range(store.KEPT + 3):
        files.append(tmp_path / f"{n}.nt")
        files[-1].write_bytes(LINE % (n, n))
    held = store.open_store([files[0]], cache)
    for file in files[1:]:
        _elsewhere(file, cache)
    assert len(_homes(cache)) == store.KEPT + 1
    assert held.query("ASK { <http://a/0> ?p ?o }")


def test_what_a_killed_process_left_is_removed_and_its_store_made_again(file: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    stale = cache / ("0" * 24)
    (stale / "part").mkdir(parents=True)
    (stale / "part/000001.sst").write_bytes(b"half")
    (cache / "notes").mkdir()
    _elsewhere(file, cache)
    assert [home.name for home in _homes(cache) if home.name in {"notes", stale.name}] == ["notes"]
    [home] = [home for home in _homes(cache) if home.name != "notes"]
    shutil.move(home / "store", home / "part")
    assert len(store.open_store([file], cache)) == 100
    assert sorted(path.name for path in home.iterdir()) == ["files.json", "store"]


@pytest.mark.slow
def test_a_store_that_is_killed_while_it_is_filled_is_never_opened(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.nt", tmp_path / "cache"
    file.write_bytes(b"".join(LINE % (n, n) for n in range(200_000)))
    command = [sys.executable, "-c", OPEN, str(file), str(cache)]
    for pause in (0.2, 0.4, 0.8):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            time.sleep(pause)
            process.send_signal(signal.SIGKILL)
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == "200000\n"


@pytest.mark.slow
def test_processes_that_want_the_same_store_make_it_once(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.nt", tmp_path / "cache"
    file.write_bytes(b"".join(LINE % (n, n) for n in range(50_000)))
    code = (
        "import sys; from pathlib import Path; from linkedproj.queries.ask import store\n"
        "fill = store.fill_on_disk\n"
        "store.fill_on_disk = lambda *given: (print('filled'), fill(*given))\n"
        "print(len(store.open_store([Path(sys.argv[1])], Path(sys.argv[2]))))"
    )
    command = [sys.executable, "-c", code, str(file), str(cache)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = [process.communicate()[0].split() for process in running]
    assert sorted(len(lines) for lines in told) == [1, 1, 1, 2]
    assert all(lines[-1] == "50000" for lines in told)


# ---------------------------------------------------------------- no place for it


def test_a_cache_that_cannot_be_written_says_what_to_do(file: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", "utf-8")
    with pytest.raises(QueryError) as refused:
        store.open_store([file], tmp_path / "cache" / "deep")
    assert str(refused.value) == (
        f"the store cannot be kept in {tmp_path / 'cache' / 'deep'}: Not a directory. "
        "Name another folder with --store DIR, or in LINKEDPROJ_CACHE."
    )


@pytest.mark.slow
def test_a_full_disk_says_what_to_do_and_leaves_nothing(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.nt", tmp_path / "cache"
    file.write_bytes(b"".join(LINE % (n, n) for n in range(50_000)))
    code = "import sys; from linkedproj.cli import main; main(sys.argv[1:])"
    query = tmp_path / "q.rq"
    query.write_text("SELECT ?s WHERE { ?s ?p ?o }", "utf-8")
    found = subprocess.run(
        [sys.executable, "-c", code, "query", "-f", str(query), "--data", str(file), "--store", str(cache)],
        # No file may become larger: what a disk without room does to a store.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
        capture_output=True,
        check=False,
        text=True,
    )
    assert found.returncode == 2
    assert found.stderr.startswith(f"linkedproj: the store cannot be kept in {cache}: ")
    assert found.stderr.endswith("Name another folder with --store DIR, or in LINKEDPROJ_CACHE.\n")
    assert _homes(cache) == []
