"""Schemas that others wrote judge what is published about a release."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.foreign.programs import read
from tests.portals import GIVEN, publish, settings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture(
    scope="module", params=[pytest.param("as shipped", marks=pytest.mark.road), "with all that a person can give"]
)
def public(request: pytest.FixtureRequest, release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the shipped portfolio with its catalogue."""
    place = tmp_path_factory.mktemp("catalogue")
    publish(release, place / "public", settings(place, GIVEN if "all" in request.param else None))
    return place / "public"


def _without(path: Path, key: str, out: Path, **more: object) -> Path:
    out.write_text(
        json.dumps({k: v for k, v in json.loads(path.read_text("utf-8")).items() if k != key} | more), "utf-8"
    )
    return out


def test_the_record_is_valid_by_the_schema_of_datacite(public: Path, tmp_path: Path) -> None:
    record = public / "datacite.json"
    untitled = _without(record, "titles", tmp_path / "untitled.json")
    named = _without(record, "", tmp_path / "named.json", identifiers=[])
    found = read("datacite", record, untitled, named)
    assert found[0] == []
    assert found[1] == ["'titles' is a required property"]
    assert "'identifiers' was unexpected" in found[2][0]


def test_the_dataset_uses_schema_org_as_it_is_meant(public: Path, tmp_path: Path) -> None:
    dataset = public / "dataset.jsonld"
    misplaced = _without(dataset, "", tmp_path / "misplaced.jsonld", box="41 1 42 2")
    of_another_kind = _without(
        dataset, "creator", tmp_path / "other.jsonld", creator=dict(_read(dataset)["spatialCoverage"])
    )
    found = read("dataset", dataset, misplaced, of_another_kind)
    assert found[0] == []
    assert found[1] == ["box: Extra inputs are not permitted"]
    assert [one for one in found[2] if one.startswith("creator")]


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
