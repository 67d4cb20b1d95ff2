"""Programs that others wrote follow three releases: a client of event streams, and a reader of feeds."""

from __future__ import annotations

import json
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from tests.foreign.install import NotHereError, install_scripts, python
from tests.releases import AS, BASE, TIMES, materialised, published, served

pytestmark = pytest.mark.slow
READ = Path(__file__).parent / "read.py"
VERSIONS = ("1.0", "1.1", "1.2")


def test_a_client_of_the_event_stream_ends_with_the_dump(three_releases: Path, tmp_path: Path) -> None:
    try:
        client = install_scripts(tmp_path) / "node_modules/ldes-client/dist/bin/cli.js"
    except NotHereError as error:
        pytest.skip(str(error))
    public = three_releases / "public"
    with served(public) as here:
        asked = ["node", str(client), f"{here}ldes/index.ttl", "--ordered", "ascending"]
        outcome = subprocess.run(
            [*asked, "--last-version-only", "--materialize"], capture_output=True, text=True, check=True, timeout=120
        )
        said = outcome.stdout.replace(here, BASE)
    store = ox.Store()
    store.load(said, format=ox.RdfFormat.TURTLE)
    events = {str(q.subject): str(q.object) for q in store if str(q.object).startswith(f"<{AS}")}
    state = {iri: materialised(store, ox.NamedNode(iri[1:-1]), iri) for iri in events}
    gone = {line for iri, event in events.items() if event == f"<{AS}Delete>" for line in state.pop(iri)}
    assert gone
    assert (state, gone) == published(public)


@pytest.fixture(scope="module")
def feeds(three_releases: Path) -> dict[str, Any]:
    try:
        program = str(python())
    except NotHereError as error:
        pytest.skip(str(error))
    kept = [three_releases / f"{version}.atom" for version in VERSIONS]
    done = subprocess.run(
        [program, str(READ), str(three_releases / "public"), *map(str, kept)],
        check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["feeds"]
    return found


def test_a_reader_of_feeds_sees_three_releases_the_newest_first(feeds: dict[str, Any]) -> None:
    feed = feeds["feed.atom"]
    assert (feed["bozo"], feed["version"], feed["updated"]) == (False, "atom10", TIMES[-1])
    assert [(entry["title"], entry["updated"]) for entry in feed["entries"]] == [
        ("Release 1.2", TIMES[2]), ("Release 1.1", TIMES[1]), ("Release 1.0", TIMES[0]),
    ]  # fmt: skip
    assert [entry["id"] for entry in feed["entries"]] == [f"{BASE}changes/{version}/" for version in VERSIONS[::-1]]
    assert "project/orchard → project/school-orchard" in feed["entries"][1]["summary"]


def test_a_reader_of_feeds_is_told_of_each_release_once(feeds: dict[str, Any]) -> None:
    for before, after in pairwise([feeds[f"{version}.atom"] for version in VERSIONS]):
        assert after["entries"][1:] == before["entries"]
        assert after["updated"] > before["updated"]
    assert feeds["1.2.atom"] == feeds["feed.atom"]
