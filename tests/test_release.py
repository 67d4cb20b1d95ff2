"""Releases: made once and never changed, drafts that say so, and nothing lost without being asked."""

from __future__ import annotations

import csv
import json
import os
import queue
import re
import shutil
import sys
import threading
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from tests.conftest import SMALL, Small

from linkedproj.build import build
from linkedproj.check.checked import Checked
from linkedproj.check.judge import Judgement
from linkedproj.release import Release
from linkedproj.release.lock import locked

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Outcome

BASE = "https://small.example/"
MAY_SHRINK = "Nothing is lost by mistake: to publish it all the same, add --allow-shrink."
NOT_OURS = (
    "it has files in it, and none that this program published. Begin with an empty folder; what is put beside the "
    "published files later stays there."
)
UNTOUCHED = "Nothing was published; public/ is as it was.\n"


@pytest.fixture
def dated(small: Small, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Give the small portfolio a day; its records are sound, so the shapes are left out."""
    monkeypatch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
    date(small)
    return small


def date(small: Small) -> None:
    small.edit("portfolio.toml", 'licence = "', 'issued = 2021-07-01\nlicence = "')


@pytest.fixture(scope="module")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish release 1.0 of the small portfolio once; give the folder, not to be written to."""
    small = Small(tmp_path_factory.mktemp("first"))
    shutil.copytree(SMALL, small.folder)
    date(small)
    build(small.folder, small.home / "public", release="1.0", at="2021-07-01")
    return small.home / "public"


@pytest.fixture
def released(dated: Small, first_release: Path) -> Small:
    """Give the small portfolio after release 1.0 was published."""
    shutil.copytree(first_release, dated.home / "public")
    return dated


@pytest.fixture(scope="module")
def first_draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a draft of the small portfolio once; give the folder, not to be written to."""
    small = Small(tmp_path_factory.mktemp("draft"))
    shutil.copytree(SMALL, small.folder)
    date(small)
    build(small.folder, small.home / "public")
    return small.home / "public"


@pytest.fixture
def drafted(dated: Small, first_draft: Path) -> Small:
    """Give the small portfolio after a draft was published."""
    shutil.copytree(first_draft, dated.home / "public")
    return dated


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def part(folder: Path, name: str) -> dict[str, bytes]:
    return everything(folder / "public" / name)


def public(small: Small) -> dict[str, bytes]:
    return everything(small.home / "public")


def refused(outcome: Outcome, code: int, sentence: str) -> None:
    said = f"linkedproj: {sentence}\n" + (UNTOUCHED if code == 1 else "")
    assert (outcome.code, outcome.out, outcome.err) == (code, "", said)


def more_trees(small: Small) -> None:
    small.edit("project.csv", "More trees.", "Many more trees.")


def lose_records(small: Small) -> None:
    """Remove four of the 33 records: the evidence of values for which a curator can answer."""
    path = small.folder / "evidence.csv"
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    lost, kept = rows[-4:], rows[:-4]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *kept])
    columns: dict[str, set[str]] = {}
    for row in lost:
        table = row[head.index("subject")].partition("/")[0]
        columns.setdefault(table, set()).update(row[head.index("predicate")].replace(" ", "").split(";"))
    curated = (small.folder / "portfolio.toml").read_text("utf-8")
    for table, names in columns.items():
        more = "".join(f'"{name}", ' for name in sorted(names))
        curated = curated.replace(f"\n{table} = [", f"\n{table} = [{more}")
    small.write("portfolio.toml", curated)


# ---------------------------------------------------------------- releases


def test_a_release_is_published_with_its_changes_and_is_the_latest(dated: Small) -> None:
    outcome = dated.run("build", "--release", "1.0")
    assert outcome.code == 0
    assert "the same files: public/dump/latest (release 1.0)\n" in outcome.out
    top = {path.name for path in (dated.home / "public").iterdir()}
    assert top == {"SHA256SUMS", "changes", "dump", "feed.atom", "ldes", "query", "tombstones.csv"}
    assert part(dated.home, "dump/latest") == part(dated.home, "dump/1.0")
    assert dated.run("verify").code == 0
    assert [path.name for path in dated.home.iterdir() if path.name.startswith(".")] == []


def test_the_same_release_again_changes_no_byte(released: Small) -> None:
    before = public(released)
    assert released.run("build", "--release", "1.0").code == 0
    assert public(released) == before


def test_a_release_is_never_made_again_with_other_bytes(released: Small) -> None:
    before = public(released)
    more_trees(released)
    refused(
        released.run("build", "--release", "1.0"),
        1,
        "release 1.0 is published already, with other bytes, and a release never changes. "
        "Give the new one another version.",
    )
    assert public(released) == before


def test_a_release_whose_folder_is_lost_can_only_be_made_as_it_was(released: Small) -> None:
    before = public(released)
    (released.home / "public/dump/1.0/portfolio.nt").unlink()
    assert released.run("build", "--release", "1.0").code == 0
    assert public(released) == before


@pytest.mark.parametrize("lost", ["dump/1.0", "dump/releases.json"])
def test_what_is_left_of_a_release_keeps_it_from_being_made_with_other_bytes(lost: str, released: Small) -> None:
    path = released.home / "public" / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = public(released)
    more_trees(released)
    outcome = released.run("build", "--release", "1.0")
    assert outcome.code == 1
    assert "release 1.0 is published already, with other bytes" in outcome.err
    assert public(released) == before


def test_a_new_release_leaves_the_one_before(released: Small) -> None:
    first, changes = part(released.home, "dump/1.0"), part(released.home, "changes")
    more_trees(released)
    assert released.run("build", "--release", "1.1", "--at", "2021-08-01").code == 0
    assert part(released.home, "dump/1.0") == first
    assert part(released.home, "dump/latest") == part(released.home, "dump/1.1")
    assert b"Many more trees." in part(released.home, "dump/latest")["portfolio.ttl"]
    assert changes.items() <= part(released.home, "changes").items()
    feed = ET.parse(released.home / "public/feed.atom").getroot()  # noqa: S314 - written a moment ago
    ids = [node.text for node in feed.iterfind("{*}entry/{*}id")]
    assert ids == [f"{BASE}changes/1.1/", f"{BASE}changes/1.0/"]
    listed = json.loads((released.home / "public/dump/releases.json").read_text("utf-8"))
    assert [(issue["version"], issue["issued"], issue["instant"], issue["records"]) for issue in listed] == [
        ("1.0", "2021-07-01", "2021-07-01T00:00:00Z", 33),
        ("1.1", "2021-08-01", "2021-08-01T00:00:00Z", 33),
    ]
    assert released.run("verify").code == 0


def test_an_old_release_built_again_does_not_become_the_latest(released: Small) -> None:
    more_trees(released)
    released.run("build", "--release", "1.1")
    before = public(released)
    released.edit("project.csv", "Many more trees.", "More trees.")
    outcome = released.run("build", "--release", "1.0")
    assert "release 1.0, published before: public/dump/latest is as it was and holds the newest release" in outcome.out
    assert public(released) == before


@pytest.mark.parametrize("name", ["latest", "LATEST", "1" * 101, "../1.0", "1.0-draft", "a b", "a/b"])
def test_some_names_are_none_for_a_release(name: str, dated: Small) -> None:
    sentence = f"'{name}' cannot name a release. Use letters, digits, dots and hyphens, and no '-draft'."
    refused(dated.run("build", "--release", name), 2, sentence)


# ---------------------------------------------------------------- drafts


def test_the_latest_is_the_draft_until_there_is_a_release(drafted: Small) -> None:
    assert sorted(path.name for path in (drafted.home / "public/dump").iterdir()) == ["1.0-draft", "latest"]
    assert part(drafted.home, "dump/latest") == part(drafted.home, "dump/1.0-draft")
    drafted.run("build", "--release", "1.0")
    assert sorted(path.name for path in (drafted.home / "public/dump").iterdir()) == ["1.0", "latest", "releases.json"]


def test_a_draft_beside_a_release_changes_nothing_that_is_served(released: Small) -> None:
    before = public(released)
    more_trees(released)
    outcome = released.run("build")
    assert "a draft (--release VERSION makes a release): public/dump/latest is as it was" in outcome.out
    after = public(released)
    assert before.items() <= after.items()
    assert {name.rpartition("/")[0] for name in after.keys() - before.keys()} == {"dump/1.0-draft"}
    assert released.run("verify").code == 0


def test_there_is_only_one_draft(drafted: Small) -> None:
    drafted.edit("portfolio.toml", 'version = "1.0"', 'version = "1.1"')
    drafted.run("build")
    assert sorted(path.name for path in (drafted.home / "public/dump").iterdir()) == ["1.1-draft", "latest"]


# ---------------------------------------------------------------- safety


def test_a_release_that_lost_a_tenth_of_its_records_is_refused(released: Small) -> None:
    before = public(released)
    lose_records(released)
    outcome = released.run("build", "--release", "1.1")
    refused(outcome, 1, f"there are 29 records, and 33 in release 1.0. {MAY_SHRINK}")
    assert public(released) == before
    assert released.run("build", "--release", "1.1", "--allow-shrink").code == 0


def test_a_release_that_lost_a_file_is_refused(released: Small) -> None:
    (released.folder / "activity.csv").unlink()
    evidence = (released.folder / "evidence.csv").read_text("utf-8").splitlines(keepends=True)
    released.write("evidence.csv", "".join(line for line in evidence if not line.startswith("activity/")))
    outcome = released.run("build", "--release", "1.1")
    assert outcome.code == 1
    assert "linkedproj: release 1.0 has files that this one lacks: activity.csv" in outcome.err
    assert outcome.err.endswith(f"{MAY_SHRINK}\n{UNTOUCHED}")


def test_an_empty_portfolio_is_not_published(drafted: Small) -> None:
    before = public(drafted)
    for path in drafted.folder.glob("*.csv"):
        path.write_text(path.read_text("utf-8").partition("\n")[0] + "\n", "utf-8")
    outcome = drafted.run("build")
    assert outcome.code == 1
    assert "Not one record was read from this folder. [LP-FILE-NONE]" in outcome.err
    assert public(drafted) == before


def test_sources_alone_are_not_published(drafted: Small) -> None:
    before = public(drafted)
    for path in drafted.folder.glob("*.csv"):
        if path.name != "source.csv":
            path.write_text(path.read_text("utf-8").partition("\n")[0] + "\n", "utf-8")
    for path in [*drafted.folder.glob("*.yaml"), *drafted.folder.glob("*.json")]:
        path.unlink()
    outcome = drafted.run("build")
    refused(outcome, 1, f"there is nothing to publish but sources; harvesters would delete everything. {MAY_SHRINK}")
    assert public(drafted) == before
    assert drafted.run("build", "--allow-shrink").code == 0


def test_a_removed_record_gets_a_tombstone_and_its_id_is_not_given_again(released: Small) -> None:
    line = (released.folder / "activity.csv").read_text("utf-8").splitlines()[-1]
    gone = line.partition(",")[0]
    text = (released.folder / "activity.csv").read_text("utf-8")
    evidence = (released.folder / "evidence.csv").read_text("utf-8")
    released.write("activity.csv", text.replace(line + "\n", ""))
    kept = [row for row in evidence.splitlines(keepends=True) if f"activity/{gone}" not in row]
    released.write("evidence.csv", "".join(kept))
    assert released.run("build", "--release", "1.1", "--allow-shrink", "--at", "2021-08-01").code == 0
    stones = (released.home / "public/tombstones.csv").read_text("utf-8").splitlines()
    when = "2021-08-01T00:00:00Z"
    assert [stone.split(",")[:3] for stone in stones[1:]] == [[f"{BASE}id/activity/{gone}", when, "1.1"]]
    before = public(released)
    released.write("activity.csv", text)
    released.write("evidence.csv", evidence)
    outcome = released.run("build", "--release", "1.2")
    assert outcome.code == 2
    assert f"identifiers of removed records are used again: activity/{gone} (removed in 1.1)." in outcome.err
    assert public(released) == before
    assert released.run("build", "--release", "1.2", "--restore", f"activity/{gone}").code == 0
    assert (released.home / "public/tombstones.csv").read_text("utf-8") == "iri,removed,version,label,successors\n"


# ---------------------------------------------------------------- whole, or not at all


def test_files_of_others_stay_and_are_theirs(drafted: Small) -> None:
    home = drafted.home / "public"
    (home / "index.html").write_text("our own page", "utf-8")
    (home / "pictures").mkdir()
    (home / "pictures/a.svg").write_text("<svg/>", "utf-8")
    drafted.run("build", "--release", "1.0")
    assert (home / "index.html").read_text("utf-8") == "our own page"
    assert (home / "pictures/a.svg").read_text("utf-8") == "<svg/>"
    assert "  index.html\n" not in (home / "SHA256SUMS").read_text("utf-8")


def test_every_kind_of_entry_of_others_stays_as_it_is(drafted: Small) -> None:
    home = drafted.home / "public"
    (home / "empty/within").mkdir(parents=True)
    (home / "assets").symlink_to("../assets")
    (home / "current").symlink_to("dump/latest")
    (home / "query/notes.txt").write_text("whose?", "utf-8")
    (home / "dump/ours").mkdir()
    os.mkfifo(home / "pipe")
    (home / "empty").chmod(0o2711)
    home.chmod(0o2775)

    def entries() -> dict[str, tuple[int, str]]:
        found = {}
        for path in [home, *home.rglob("*")]:
            link = str(path.readlink()) if path.is_symlink() else ""
            found[path.relative_to(home).as_posix()] = path.lstat().st_mode, link
        return found

    before = entries()
    for arguments in ([], ["--release", "1.0"], ["--release", "1.1"], []):
        assert drafted.run("build", *arguments).code == 0
        after = entries()
        for name in (".", "empty", "empty/within", "assets", "current", "query/notes.txt", "dump/ours", "pipe"):
            assert after[name] == before[name], (name, arguments)
    assert "notes.txt" not in (home / "SHA256SUMS").read_text("utf-8")
    assert not [name for name in after if "draft" in name and not name.startswith("dump/")]


def test_a_feed_of_others_is_told_by_the_path_that_people_know(drafted: Small) -> None:
    (drafted.home / "public/feed.atom").write_text("<rss/>", "utf-8")
    sentence = "this is no feed as this program writes it. Move it away to begin a new one."
    refused(drafted.run("build", "--release", "1.0"), 2, f"public/feed.atom: {sentence}")


def test_a_file_of_others_that_stands_in_the_way_is_told_and_stays(drafted: Small) -> None:
    home = drafted.home / "public"
    for name in ("changes/1.0/index.html", "changes/mine.txt"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("ours", "utf-8")
    before = public(drafted)
    refused(
        drafted.run("build", "--release", "1.0"),
        1,
        "changes/1.0/index.html in the published folder is not of this program, and this version has a file of that "
        "name. Move it elsewhere, and build again.",
    )
    assert public(drafted) == before
    (home / "changes/1.0/index.html").unlink()
    assert drafted.run("build", "--release", "1.0").code == 0
    assert (home / "changes/mine.txt").read_text("utf-8") == "ours"
    assert "mine.txt" not in (home / "SHA256SUMS").read_text("utf-8")


@pytest.mark.parametrize(
    ("out", "told"),
    [
        (".", "you are in it, and a build replaces it as a whole."),
        ("..", "you are in it, and a build replaces it as a whole."),
        ("/", "it is the root of the file system, and a build replaces it as a whole."),
        ("data", "the tables of the portfolio are in it, and a build replaces it as a whole."),
        ("work", "it is a git work tree, to which git may write meanwhile, and a build replaces it as a whole."),
        ("papers", NOT_OURS),
    ],
)
def test_a_folder_that_a_build_may_not_replace_is_refused(out: str, told: str, dated: Small) -> None:
    (dated.home / "work/.git").mkdir(parents=True)
    (dated.home / "papers").mkdir()
    (dated.home / "papers/thesis.txt").write_text("years of work", "utf-8")
    before = {path: path.read_bytes() for path in dated.home.rglob("*") if path.is_file()}
    outcome = dated.run("build", "--out", out)
    assert outcome.code == 2
    assert outcome.err == (
        f"linkedproj: {(dated.home / out).resolve()} cannot be published into: {told} Name another folder with --out.\n"
    )
    assert {path: path.read_bytes() for path in dated.home.rglob("*") if path.is_file()} == before


def test_a_link_to_the_published_folder_stays_a_link(dated: Small) -> None:
    (dated.home / "site").mkdir()
    (dated.home / "public").symlink_to("site")
    assert dated.run("build").code == 0
    assert (dated.home / "public").is_symlink()
    assert dated.latest.is_dir()


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_folder_is_replaced_with_and_without_an_exchange(
    exchanges: bool,  # noqa: FBT001 - a parameter of the test
    drafted: Small,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not exchanges:
        monkeypatch.setattr("linkedproj.release.exchange._exchange", lambda *_: False)
    assert drafted.run("build").code == 0
    assert drafted.run("verify").code == 0
    assert sorted(path.name for path in drafted.home.iterdir()) == ["data", "public"]


@pytest.mark.parametrize("command", ["build", "verify"])
def test_what_was_set_aside_is_put_back(command: str, drafted: Small) -> None:
    before = public(drafted)
    (drafted.home / "public").rename(drafted.home / ".public.previous")
    (drafted.home / ".public.next").mkdir()
    assert drafted.run(command).code == 0
    assert public(drafted) == before
    assert sorted(path.name for path in drafted.home.iterdir()) == ["data", "public"]


def test_two_builds_at_once_wait_for_each_other(tmp_path: Path) -> None:
    told: list[str] = []

    def second() -> None:
        with Release(tmp_path / "public", "1-draft", told.append):
            told.append("begun")

    with locked(tmp_path / "public", told.append):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.3)
        [said] = told
        assert re.fullmatch(
            rf"waiting for another build to end \(process {os.getpid()} on \S+, since [-\d]+ [:\d]+ UTC\)", said
        )
    waiting.join(10)
    assert told == [said, "begun"]
    assert list(tmp_path.iterdir()) == []


def test_a_build_beside_another_waits_for_nobody(tmp_path: Path) -> None:
    told: list[str] = []
    with locked(tmp_path / "public", told.append), Release(tmp_path / "other", "1-draft", told.append):
        assert told == []


def test_who_gives_up_waiting_leaves_the_other_build_alone(tmp_path: Path) -> None:
    def give_up(_: str) -> None:
        raise KeyboardInterrupt

    with Release(tmp_path / "public", "1-draft") as first:
        with pytest.raises(KeyboardInterrupt), Release(tmp_path / "public", "2-draft", give_up):
            pass
        assert first.root.is_dir()
        assert first.scratch.is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_a_lock_whose_file_was_replaced_meanwhile_is_waited_for_anew(tmp_path: Path) -> None:
    import fcntl

    heard: queue.Queue[str] = queue.Queue()

    def take() -> None:
        with locked(tmp_path / "public", heard.put):
            heard.put("held")

    def held() -> int:
        handle = os.open(tmp_path / ".public.lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(handle, fcntl.LOCK_EX)
        return handle

    before = held()
    waiting = threading.Thread(target=take, daemon=True)
    waiting.start()
    assert heard.get(timeout=30).startswith("waiting")
    (tmp_path / ".public.lock").unlink()
    after = held()
    os.close(before)
    assert heard.get(timeout=30).startswith("waiting"), "another build holds the file that is there now"
    os.close(after)
    assert heard.get(timeout=30) == "held"
    waiting.join(30)


def test_a_lock_that_a_killed_build_left_is_taken_over(drafted: Small) -> None:
    (drafted.home / ".public.lock").write_text("{", "utf-8")
    assert drafted.run("build").code == 0
    assert sorted(path.name for path in drafted.home.iterdir()) == ["data", "public"]


def test_a_list_of_releases_that_is_none_is_told(released: Small) -> None:
    (released.home / "public/dump/releases.json").write_text('[{"version": 1}]', "utf-8")
    outcome = released.run("verify")
    assert outcome.code == 2
    assert outcome.err == (
        "linkedproj: public/dump/releases.json: this is no list of releases as this program writes it. "
        "Restore the file: it says which releases there are.\n"
    )


# ---------------------------------------------------------------- the catalogue


@pytest.mark.slow
def test_the_catalogue_is_that_of_the_release(dated: Small) -> None:
    dated.edit("portfolio.toml", 'licence = "', 'profiles = ["versions"]\nlicence = "')
    for version in ("1.0", "1.1"):
        assert dated.run("build", "--release", version).code == 0
        more_trees(dated) if version == "1.0" else None
    versions = ox.Store()
    versions.load(path=dated.home / "public/versions.ttl", format=ox.RdfFormat.TURTLE)
    subjects = {str(quad.subject) for quad in versions}
    assert {f"<{BASE}dump/1.0/>", f"<{BASE}dump/1.1/>"} <= subjects
    assert "  versions.ttl\n" in (dated.home / "public/SHA256SUMS").read_text("utf-8")
    dated.edit("portfolio.toml", 'profiles = ["versions"]\n', "")
    assert dated.run("build", "--release", "1.1").code == 0
    assert not (dated.home / "public/versions.ttl").exists()
