"""The parser of the real ckanext-dcat reads the catalogue from every serialisation."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

from tests.portals import publish, settings

HARVEST = Path(__file__).with_name("harvest.py")


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("harvest", HARVEST)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_ckan_harvests_one_whole_data_set_from_each_serialisation(
    release: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    harvest = _load()
    assert pytestconfig.cache is not None
    try:
        python = harvest.install(pytestconfig.cache.mkdir("ckan"))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"ckan and ckanext-dcat cannot be installed here: {str(error.stderr).strip()[-200:]}")
    config = settings(tmp_path)
    publish(release, tmp_path / "public", config)
    found: dict[str, list[dict[str, Any]]] = json.loads(harvest.harvest(tmp_path / "public", python))
    assert set(found) == {"ttl", "rdf", "jsonld", "nt"}
    files = sorted(f"{config.base}dump/latest/{path.name}" for path in _published(tmp_path / "public"))
    for datasets in found.values():
        assert len(datasets) == 1
        dataset = datasets[0]
        assert dataset["title"] == config.title["en"]
        assert dataset["identifier"] == config.base + "dataset"
        assert dataset["licence"] == "cc-by"
        assert dataset["contact"] in config.portal.contact.name.values()
        assert dataset["publisher"] in config.portal.publisher.name.values()
        assert dataset["tags"] == sorted({word for words in config.portal.keywords.values() for word in words})
        assert dataset["downloads"] == files
        assert dataset["mimetypes"] == [
            "application/ld+json", "application/n-triples", "application/rdf+xml", "text/csv", "text/turtle"
        ]  # fmt: skip


def _published(public: Path) -> list[Path]:
    others = {"SHA256SUMS", "context.jsonld", "datapackage.json"}
    stems = {"vocabulary", "shapes"}
    paths = [path for path in (public / "dump/latest").iterdir() if "-metadata.json" not in path.name]
    return [path for path in paths if path.name not in others and path.name.partition(".")[0] not in stems]
