"""When a release is made: given once, kept, and what everything that is published of it is dated by."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from tests.conftest import ROOT, SMALL, Small, run

from linkedproj.build import build
from linkedproj.check.checked import Checked
from linkedproj.check.judge import Judgement

if TYPE_CHECKING:
    from pathlib import Path

DCT, TREE = "http://purl.org/dc/terms/", "https://w3id.org/tree#"
LAST = "2026-11-21T09:00:00Z"
DAY = [LAST, "2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z"]
"""Three releases of one day."""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the shipped portfolio three times on one day, each time with another acronym of a project."""
    home = tmp_path_factory.mktemp("three")
    shutil.copytree(ROOT / "data", home / "data")
    table = home / "data/project.csv"
    text = table.read_text("utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
        for version, at in zip(
            ("1.0", "1.1", "1.2"), ("2026-11-21T09:00Z", "2026-11-21T12:00+02:00", DAY[2]), strict=True
        ):
            table.write_text(text.replace(",SMATH,", f",SMATH {version},"), "utf-8")
            build(home / "data", home / "public", release=version, at=at)
    return home / "public"


@pytest.fixture(scope="module")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish one release of the small portfolio once; give the folder, not to be written to."""
    home = tmp_path_factory.mktemp("first")
    shutil.copytree(SMALL, home / "data")
    build(home / "data", home / "public", release="1.0", at=LAST)
    return home / "public"


@pytest.fixture
def released(small: Small, first_release: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """Give the small portfolio after one release was published."""
    monkeypatch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    shutil.copytree(first_release, small.home / "public")
    return small


def values(path: Path, predicate: str) -> list[str]:
    graph = ox.parse(path=path, format=ox.RdfFormat.TURTLE)
    return sorted({str(quad.object) for quad in graph if quad.predicate.value == predicate})


def instants(times: list[str]) -> list[str]:
    return [f'"{time}"^^<http://www.w3.org/2001/XMLSchema#dateTime>' for time in times]


def releases(public: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((public / "dump/releases.json").read_text("utf-8"))
    return found


# ---------------------------------------------------------------- three releases of one day


def test_the_list_of_releases_keeps_instants_in_order(three: Path) -> None:
    assert [issue["instant"] for issue in releases(three)] == DAY
    assert [issue["issued"] for issue in releases(three)] == ["2026-11-21"] * 3


def test_the_feed_has_them_newest_first(three: Path) -> None:
    feed = ET.parse(three / "feed.atom").getroot()  # noqa: S314 - written a moment ago
    assert [node.text for node in feed.iterfind("{*}entry/{*}updated")] == DAY[::-1]
    assert feed.findtext("{*}updated") == DAY[2]


def test_the_pages_of_the_stream_have_bounds_of_their_own(three: Path) -> None:
    assert values(three / "ldes/index.ttl", f"{TREE}value") == instants(DAY)
    for version, time in zip(("1.0", "1.1", "1.2"), DAY, strict=True):
        assert values(three / f"ldes/{version}-1.ttl", f"{DCT}modified") == instants([time])


def test_whoever_follows_the_timestamps_has_the_last_state_alone(three: Path) -> None:
    acronym = ox.NamedNode("https://w3id.org/linkedproj/ns#acronym")
    store = ox.Store()
    for page in (three / "ldes").glob("1.*.ttl"):
        store.load(path=page, format=ox.RdfFormat.TURTLE)
    latest: dict[str, tuple[str, str]] = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(f"{DCT}isVersionOf"), None):
        (time,) = store.quads_for_pattern(quad.subject, ox.NamedNode(f"{DCT}modified"), None)
        entity, said = str(quad.object), (str(time.object), str(quad.subject)[1:-1])
        assert latest.get(entity, ("",))[0] != said[0], f"two versions of {entity} have one time"
        latest[entity] = max(latest.get(entity, said), said)
    subject = next(said[1] for entity, said in latest.items() if entity.endswith("/project/smath>"))
    assert [str(quad.object) for quad in store.quads_for_pattern(ox.NamedNode(subject), acronym, None)] == [
        '"SMATH 1.2"'
    ]


def test_the_catalogue_and_all_that_cites_it_are_dated_by_the_last(three: Path) -> None:
    for name in ("catalog.ttl", ".well-known/void"):
        assert values(three / name, f"{DCT}modified") == instants(DAY[2:])
    assert values(three / "versions.ttl", f"{DCT}issued") == instants(DAY)
    assert json.loads((three / "dataset.jsonld").read_text("utf-8"))["dateModified"] == DAY[2]
    assert '\ndate-released: "2026-11-21"\n' in (three / "CITATION.cff").read_text("utf-8")
    assert {"date": DAY[2], "dateType": "Updated"} in json.loads((three / "datacite.json").read_text("utf-8"))["dates"]
    assert set(re.findall("<lastmod>(.*?)</lastmod>", (three / "sitemap.xml").read_text("utf-8"))) == {DAY[2]}
    assert DAY[1] in (three / "changes/1.1/index.html").read_text("utf-8")


def test_the_catalogue_was_first_published_no_later_than_the_first_release(three: Path) -> None:
    day = '"2026-11-21"^^<http://www.w3.org/2001/XMLSchema#date>'
    assert values(three / "catalog.ttl", f"{DCT}issued") == [day]


# ---------------------------------------------------------------- what is asked for


@pytest.mark.parametrize(
    ("asked", "instant"),
    [(LAST, LAST), ("2026-11-21", "2026-11-21T00:00:00Z"), ("2026-11-21T11:59:59+03:00", "2026-11-21T08:59:59Z")],
)
def test_a_release_is_after_the_last_one(asked: str, instant: str, released: Small) -> None:
    before = (released.home / "public/feed.atom").read_bytes()
    missed = (
        "whoever follows the feeds would miss it. Give a later instant with --at.\n"
        "Nothing was published; public/ is as it was.\n"
    )
    outcome = released.run("build", "--release", "1.1", "--at", asked)
    assert (outcome.code, outcome.err) == (
        1,
        f"linkedproj: release 1.1 would be of {instant}, which is not after the last one, 1.0 ({LAST}): {missed}",
    )
    assert (released.home / "public/feed.atom").read_bytes() == before


@pytest.mark.parametrize(
    "asked", ["soon", "2026-11-31", "2026-11-21T09:00", "2026-W47", "2026-11-21T25:00Z", "٢٠٢٦-11-21"]
)
def test_what_is_no_instant_is_refused(asked: str, small: Small) -> None:
    outcome = small.run("build", "--release", "1.0", "--at", asked)
    hint = "Write YYYY-MM-DD, or a time with its zone, such as 2026-11-21T09:00:00Z."
    assert (outcome.code, outcome.err) == (2, f"linkedproj: '{asked}' is no instant of a release. {hint}\n")
    assert not (small.home / "public").exists()


def test_a_draft_has_no_instant(small: Small) -> None:
    outcome = small.run("build", "--at", "2026-11-21")
    sentence = "a draft has no instant. Name the release with --release, or leave out --at."
    assert (outcome.code, outcome.err) == (2, f"linkedproj: {sentence}\n")


def test_a_release_that_was_published_keeps_its_instant(released: Small) -> None:
    assert released.run("build", "--release", "1.0").code == 0
    assert [issue["instant"] for issue in releases(released.home / "public")] == [LAST]
    assert released.run("build", "--release", "1.0", "--at", LAST).code == 0
    outcome = released.run("build", "--release", "1.0", "--at", DAY[1])
    assert (outcome.code, outcome.err.partition(" Give")[0]) == (
        1, f"linkedproj: release 1.0 is published already, as of {LAST}, and a release never changes."
    )  # fmt: skip


def test_without_an_instant_it_is_now_and_never_twice_the_same(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    for version in ("1.0", "1.1", "1.2"):
        assert small.run("build", "--release", version).code == 0
    found = [str(issue["instant"]) for issue in releases(small.home / "public")]
    assert found == sorted(set(found))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", instant) for instant in found)


def test_the_clock_of_reproducible_builds_is_followed(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795251600")
    assert small.run("build", "--release", "1.0").code == 0
    assert [issue["instant"] for issue in releases(small.home / "public")] == ["2026-11-21T09:00:00Z"]
    assert small.run("build", "--release", "1.1").code == 1, "it is the same instant"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    outcome = small.run("build", "--release", "1.1")
    sentence = "SOURCE_DATE_EPOCH is 'yesterday', which is no number of seconds since 1970."
    assert (outcome.code, outcome.err) == (2, f"linkedproj: {sentence}\n")


# ---------------------------------------------------------------- the list


def forget_instants(public: Path, days: list[str]) -> None:
    """Write the list of releases as older versions of this program did."""
    found = releases(public)
    for issue, day in zip(found, days, strict=True):
        del issue["instant"]
        issue |= {"issued": day, "head": ""}
    (public / "dump/releases.json").write_text(json.dumps(found), "utf-8")


def test_releases_of_older_versions_of_this_program_have_their_day(released: Small) -> None:
    public = released.home / "public"
    assert released.run("build", "--release", "1.1", "--at", DAY[1]).code == 0
    forget_instants(public, ["2026-11-21", "2026-11-21"])
    assert released.run("verify").code == 0
    shutil.rmtree(public / "ldes")
    (public / "feed.atom").unlink()
    assert released.run("build", "--release", "1.2", "--at", "2026-11-21").code == 1
    assert released.run("build", "--release", "1.2", "--at", DAY[0]).code == 0
    assert [(issue["issued"], issue.get("instant")) for issue in releases(public)] == [
        ("2026-11-21", None), ("2026-11-21", None), ("2026-11-21", DAY[0]),
    ]  # fmt: skip


def test_a_list_in_another_order_is_told(released: Small) -> None:
    public = released.home / "public"
    assert released.run("build", "--release", "1.1", "--at", DAY[1]).code == 0
    found = releases(public)
    found[1]["instant"] = found[0]["instant"]
    (public / "dump/releases.json").write_text(json.dumps(found), "utf-8")
    outcome = run("verify")
    sentence = f"release 1.1 ({LAST}) stands behind release 1.0 ({LAST}), and is not after it."
    assert (outcome.code, outcome.out.splitlines()[0]) == (1, f"public/dump/releases.json: {sentence}")
    forget_instants(public, ["2026-11-22", "2026-11-21"])
    assert "release 1.1 (2026-11-21T00:00:00Z) stands behind release 1.0" in run("verify").out


def test_a_draft_has_no_clock_in_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
    found = []
    for epoch in ("1000000000", "1795251600"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        build(SMALL, tmp_path / epoch)
        files = sorted(path for path in (tmp_path / epoch).rglob("*") if path.is_file())
        found.append({path.relative_to(tmp_path / epoch).as_posix(): path.read_bytes() for path in files})
    assert found[0] == found[1]
