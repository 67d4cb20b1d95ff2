"""The official shapes of the portals, where they lie beside the checkout: they are not ours to publish."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from tests.conftest import run
from tests.portals import GIVEN, ONTOLOGY, SHARED, publish, settings

from linkedproj.catalog.rate import rate
from linkedproj.catalog.rate.official import run_official
from linkedproj.model.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.catalog.rate.official import OfficialRun

here = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the official shapes are not beside this checkout (shared/shapes)"
)
BOTH = ("dcat-ap", "dcat-ap-es")
EXAMPLE = SHARED.parent / "design/catalog-example.ttl"
DANGLING = ("dc08f4dca4377fade57f89454e3fa06a8389d314", "eb3ac4e4fdde2e2588a9502c5956060a18c5c99f")


def counts(runs: list[OfficialRun]) -> dict[str, tuple[int, int]]:
    return {run.name: (run.count("violation"), run.count("warning")) for run in runs}


@here
@pytest.mark.slow
def test_the_shipped_catalogue_breaks_no_official_rule_of_dcat_ap(release: Path, tmp_path: Path) -> None:
    publish(release, tmp_path / "public", settings(tmp_path))
    rating = rate(tmp_path / "public", ONTOLOGY, shapes=SHARED)
    assert counts(list(rating.runs)) == {
        "dcat-ap-3.0.1/dcat-ap-SHACL.ttl": (0, 0),
        "dcat-ap-3.0.1/range.ttl + shapes.ttl": (0, 0),
        "dcat-ap-3.0.1/shapes_recommended.ttl": (0, 0),
    }


@here
@pytest.mark.slow
@pytest.mark.parametrize("endpoint", [pytest.param("", marks=pytest.mark.road), '"https://data.example.org/sparql"'])
def test_with_what_a_person_gives_it_breaks_no_official_rule_of_dcat_ap_es(
    release: Path, tmp_path: Path, endpoint: str
) -> None:
    publish(release, tmp_path / "public", settings(tmp_path, GIVEN, endpoint=endpoint))
    done = run("rate", str(tmp_path / "public"), "--shapes", str(SHARED))
    assert done.out.startswith(
        "profiles: dcat-ap, dcat-ap-es, schema-org, versions, void\n"
        "official dcat-ap-3.0.1/dcat-ap-SHACL.ttl: 0 violations, 0 warnings; "
        "2 references that lead to nothing dropped\n"
        "official dcat-ap-3.0.1/range.ttl + shapes.ttl: 0 violations, 0 warnings\n"
        "official dcat-ap-3.0.1/shapes_recommended.ttl: 0 violations, 0 warnings\n"
        "official dcat-ap-es-1.0.0/6 files: 0 violations, 0 warnings\n"
    )


@here
def test_exactly_two_references_of_the_published_file_lead_to_nothing() -> None:
    runs = run_official([], SHARED / "dcat-ap-3.0.1", BOTH)
    dropped = [name for each in runs for name in each.dropped]
    assert [name.rpartition("/")[2] for name in dropped] == list(DANGLING)


# What the official files say of one change each, as measured with rdflib and pySHACL as they are.
CHANGES = {
    "nothing": ("", "", [(0, 0), (0, 0), (0, 0), (0, 0)]),
    "byteSize as decimal": ("nonNegativeInteger", "decimal", [(3, 0), (3, 0), (0, 0), (0, 0)]),
    "checksum sha256": ("algorithm spdx:checksumAlgorithm_sha1", "algorithm spdx:checksumAlgorithm_sha256",
                        [(0, 0), (0, 0), (0, 0), (3, 0)]),
    "no Spanish": (r'"[^"]*"@es ,\s*', "", [(0, 0), (0, 0), (0, 0), (18, 0)]),
}  # fmt: skip


@here
@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_our_way_of_running_finds_what_the_official_files_find(change: str) -> None:
    old, new, expected = CHANGES[change]
    text = EXAMPLE.read_text("utf-8")
    text = re.sub(old, new, text) if old else text
    if change == "checksum sha256":
        text += "\nspdx:checksumAlgorithm_sha256 a spdx:ChecksumAlgorithm .\n"
    triples = [quad.triple for quad in ox.parse(input=text, format=ox.RdfFormat.TURTLE)]
    assert list(counts(run_official(triples, SHARED, BOTH)).values()) == expected


def test_a_folder_without_shapes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"there are no shape files for dcat-ap, dcat-ap-es in"):
        run_official([], tmp_path, BOTH)
