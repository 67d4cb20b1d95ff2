"""Programs that others wrote follow three releases: a client of event streams, and a reader of feeds."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from tests.foreign.programs import read, run_package
from tests.releases import AS, BASE, TIMES, materialised, published, served

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
VERSIONS = ("1.0", "1.1", "1.2")


def test_a_client_of_the_event_stream_ends_with_the_dump(three_releases: Path) -> None:
    public = three_releases / "public"
    with served(public) as here:
        options = ("--ordered", "ascending", "--last-version-only", "--materialize")
        said = run_package("ldes-client/dist/bin/cli.js", f"{here}ldes/index.ttl", *options).replace(here, BASE)
    store = ox.Store()
    store.load(said, format=ox.RdfFormat.TURTLE)
    events = {str(q.subject): str(q.object) for q in store if str(q.object).startswith(f"<{AS}")}
    state = {iri: materialised(store, ox.NamedNode(iri[1:-1]), iri) for iri in events}
    gone = {line for iri, event in events.items() if event == f"<{AS}Delete>" for line in state.pop(iri)}
    assert gone
    assert (state, gone) == published(public)


@pytest.fixture(scope="module")
def feeds(three_releases: Path) -> dict[str, Any]:
    paths = [three_releases / "public/feed.atom", *(three_releases / f"{version}.atom" for version in VERSIONS)]
    return {path.name: found for path, found in zip(paths, read("feed", *paths), strict=True)}


def test_readers_of_feeds_see_three_releases_the_newest_first(feeds: dict[str, Any]) -> None:
    feed = feeds["feed.atom"]
    assert (feed["bozo"], feed["version"], feed["updated"]) == (False, "atom10", TIMES[-1])
    assert [(entry["title"], entry["updated"]) for entry in feed["entries"]] == [
        ("Release 1.2", TIMES[2]), ("Release 1.1", TIMES[1]), ("Release 1.0", TIMES[0]),
    ]  # fmt: skip
    assert [entry["id"] for entry in feed["entries"]] == [f"{BASE}changes/{version}/" for version in VERSIONS[::-1]]
    assert feed["strictly"] == [
        [entry["id"], entry["title"], entry["updated"].replace("Z", "+00:00")] for entry in feed["entries"]
    ]
    assert "project/orchard → project/school-orchard" in feed["entries"][1]["summary"]


def test_a_reader_of_feeds_is_told_of_each_release_once(feeds: dict[str, Any]) -> None:
    for before, after in pairwise([feeds[f"{version}.atom"] for version in VERSIONS]):
        assert after["entries"][1:] == before["entries"]
        assert after["updated"] > before["updated"]
    assert feeds["1.2.atom"] == feeds["feed.atom"]
