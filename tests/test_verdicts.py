"""What was judged before is not judged again, and what is found is the same as if it were."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from linkedproj.check import unchanged
from linkedproj.check.engine import is_installed, validate
from linkedproj.check.engines import ENGINES, REFERENCE
from linkedproj.check.judge import Options, judge
from linkedproj.check.parted.verdicts import Verdicts
from linkedproj.model.folder import open_folder
from linkedproj.system.caches import keep, recall

from .bench.faults import inject
from .bench.generate import generate
from .bench.ours import ours

if TYPE_CHECKING:
    from tests.conftest import Small

FOLDER = open_folder(Path(__file__).parents[1] / "data")
engines = pytest.mark.parametrize(
    "engine",
    [pytest.param(n, marks=pytest.mark.skipif(not is_installed(n), reason=f"{n} is not installed")) for n in ENGINES],
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    generate(folder / "tables", 15)
    ours(folder / "tables", name="clean")
    inject(folder / "tables" / "clean.nt", folder / "faulty.nt", share=0.12)
    return folder / "faulty.nt"


@pytest.fixture
def verdicts() -> Path:
    """Return where verdicts are kept."""
    return Path(os.environ["LINKEDPROJ_CACHE"], "verdicts")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no engine judge anything."""
    for name, engine in ENGINES.items():
        monkeypatch.setitem(ENGINES, name, replace(engine, module="linkedproj.no_engine_may_be_asked"))


@engines
def test_kept_verdicts_say_what_the_engine_said(corpus: Path, tmp_path: Path, engine: str) -> None:
    options = Options(engine, unit=7, verdicts=tmp_path / "kept.json")
    first = judge([corpus], FOLDER.shapes, options)
    assert {result.key for result in first.results} == {result.key for result in validate([corpus], FOLDER.shapes)}
    assert len(first.results) > 15
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENGINES, engine, replace(ENGINES[engine], module="linkedproj.no_engine_may_be_asked"))
        patch.setitem(ENGINES, REFERENCE, replace(ENGINES[REFERENCE], module="linkedproj.no_engine_may_be_asked"))
        again = judge([corpus], FOLDER.shapes, options)
    assert again.results == first.results
    assert (again.checked.unchanged, again.checked.parts) == (again.checked.units, 0)
    assert again.checked.crosscheck == first.checked.crosscheck


@pytest.mark.parametrize("edits", [4, pytest.param(12, marks=pytest.mark.road)])
def test_after_any_edit_the_same_is_found_as_from_nothing(corpus: Path, tmp_path: Path, edits: int) -> None:
    random, data = Random(11), tmp_path / "data.nt"  # noqa: S311 - the same edits each time
    data.write_bytes(corpus.read_bytes())
    options = {
        engine: Options(engine, unit=7, verdicts=tmp_path / f"{engine}.json")
        for engine in ENGINES
        if is_installed(engine)
    }
    for each in options.values():
        judge([data], FOLDER.shapes, each)
    spared = Counter[str]()
    for _ in range(edits):
        lines = data.read_text("utf-8").splitlines(keepends=True)
        loose = [n for n, line in enumerate(lines) if "#type>" not in line and '> "' in line]
        for number in sorted(random.sample(loose, 2), reverse=True):
            head, _, rest = lines[number].partition('> "')
            lines[number] = random.choice(["", f'{head}> "-'])
            lines[number] += rest if lines[number] else ""
        data.write_text("".join(lines), "utf-8")
        whole = {result.key for result in validate([data], FOLDER.shapes)}
        for engine, each in options.items():
            judgement = judge([data], FOLDER.shapes, each)
            assert {result.key for result in judgement.results} == whole
            spared[engine] += judgement.checked.unchanged
            assert judgement.checked.unchanged < judgement.checked.units
    assert all(spared[engine] > 0 for engine in options)


def test_a_neighbour_that_changed_is_a_change(small: Small) -> None:
    """A participation is judged by what its organisation is: another table, another record."""
    assert small.run("check").code == 0
    before = {(p["code"], p["file"], p["line"]) for p in small.problems()}
    (small.folder / "organisation.csv").rename(small.folder / "organisation.csv.away")
    (small.folder / "organisation.csv").write_text("id,title@en\n")
    found = {(p["code"], p["file"], p["line"]) for p in small.problems()}
    assert found - before
    fresh = json.loads(small.run("check", "--format", "json", "--no-cache").out)["problems"]
    assert found == {(p["code"], p["file"], p["line"]) for p in fresh}


def test_one_edited_record_is_judged_and_the_rest_is_not(small: Small) -> None:
    small.run("check")
    small.edit("project.csv", "2022-06-30", "2019")
    report = json.loads(small.run("check", "--format", "json").out)
    assert [problem["code"] for problem in report["problems"] if problem["severity"] == "violation"] == [
        "LP-DATE-ORDER"
    ]
    assert 0 < report["blocksUnchanged"] < report["blocks"]
    assert f"{report['blocks']} of {report['blocks']} blocks are as they were" in small.run("check").out
    assert "as they were" not in small.run("check", "--no-cache").out


@pytest.mark.usefixtures("nobody")
def test_a_draft_spares_what_a_check_has_judged_and_a_release_judges_all(small: Small) -> None:
    outcome = small.run("build")
    assert "linkedproj.no_engine_may_be_asked" in outcome.err + outcome.out
    with pytest.MonkeyPatch.context() as patch:
        for name in ENGINES:
            module = "linkedproj.check.engines." + ("reference" if name == REFERENCE else name)
            patch.setitem(ENGINES, name, replace(ENGINES[name], module=module))
        assert small.run("check").code == 0
    assert small.run("build").code == 0
    assert small.run("build", "--release", "1").code == 1
    assert small.run("build", "--no-cache").code == 1


@pytest.mark.parametrize("harm", ["flipped", "cut", "another key", "no plain data", "writable by others", "a link"])
def test_what_was_kept_is_used_only_while_it_is_whole_and_ours(small: Small, verdicts: Path, harm: str) -> None:
    before = set(verdicts.glob("*.json"))
    small.edit("project.csv", "2022-06-30", "2019")
    first = small.problems()
    [kept] = set(verdicts.glob("*.json")) - before
    content = recall(kept)
    if harm == "flipped":
        kept.write_bytes(kept.read_bytes().replace(b"facts", b"fatcs").replace(b"[]", b"{}"))
    elif harm == "cut":
        kept.write_bytes(kept.read_bytes()[:-9])
    elif harm == "another key":
        keep(
            kept, content | {"key": "shapes of yesterday", "verdicts": {name: [[], ""] for name in content["verdicts"]}}
        )
    elif harm == "no plain data":
        keep(kept, ["not", "what", "it", "was"])
    elif harm == "writable by others":
        keep(kept, content | {"verdicts": {name: [[], ""] for name in content["verdicts"]}})
        kept.chmod(0o666)
    else:
        kept.rename(kept.with_suffix(".elsewhere"))
        kept.symlink_to(kept.with_suffix(".elsewhere"))
    assert small.problems() == first
    assert Verdicts(kept, content["key"]).read()
    assert not kept.is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_without_a_place_for_caches_all_is_judged(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    (small.home / "file").touch()
    monkeypatch.setenv("LINKEDPROJ_CACHE", str(small.home / "file" / "none"))
    assert small.run("check").code == small.run("check").code == 0
    assert "as they were" not in small.run("check").out


def test_unchanged_records_are_not_even_read(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "_SETTLED", 0)
    small.edit("project.csv", "2022-06-30", "2019")
    first = small.run("check", "--lang", "ca")
    with monkeypatch.context() as patch:
        patch.setattr("linkedproj.check.portfolio.check_folder", None)
        assert small.run("check", "--lang", "ca") == first
        assert small.run("check", "--lang", "ca", "--out", "said.txt").code == 1
        assert (small.home / "said.txt").read_text("utf-8") == first.out
        assert small.run("check", "--lang", "ca", "--coverage").out.startswith(first.out)
        with pytest.raises(TypeError):
            small.run("check")
    small.edit("project.csv", "2020-01-15,2019", "2020-01-15,2022-06-30")
    assert small.run("check", "--lang", "ca").code == 0


def test_a_file_that_changed_a_moment_ago_is_not_taken_for_settled(small: Small) -> None:
    assert not unchanged.fingerprint(small.folder)
    (small.home / "queries").mkdir()
    assert unchanged.fingerprint(small.home / "queries") != unchanged.fingerprint(small.home / "queries", "other")


@pytest.mark.parametrize("change", ["written", "added", "renamed", "touched"])
def test_whatever_changes_in_a_file_changes_the_fingerprint(
    small: Small, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(unchanged, "_SETTLED", 0)
    before, path = unchanged.fingerprint(small.folder), small.folder / "project.csv"
    assert before == unchanged.fingerprint(small.folder)
    match change:
        case "written":
            found = path.stat()
            path.write_bytes(path.read_bytes().replace(b"2022-06-30", b"2022-06-29"))
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
        case "added":
            (small.folder / "theme.more.csv").touch()
        case "renamed":
            path.rename(path.with_name("project.all.csv"))
        case _:
            path.touch()
    assert unchanged.fingerprint(small.folder) != before
