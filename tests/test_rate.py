"""The judge: 405 points for the shipped portfolio, and for everything that is taken away exactly its points."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from tests.conftest import run, serving
from tests.portals import GIVEN, ONTOLOGY, publish, settings

from linkedproj.catalog.rate import is_perfect, rate
from linkedproj.catalog.rate.mqa import metrics, possible, score
from linkedproj.model.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
EU = "http://publications.europa.eu/resource/authority/"


@pytest.fixture(scope="module")
def public(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the shipped portfolio."""
    place = tmp_path_factory.mktemp("rate")
    publish(release, place / "public", settings(place))
    return place / "public"


@pytest.fixture(scope="module")
def graph(public: Path) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(path=public / "catalog.ttl")]


@pytest.fixture
def served(public: Path) -> Iterator[str]:
    """Serve the folder on this machine only."""
    with serving(public) as here:
        yield here


def test_the_shipped_portfolio_has_all_405_points_when_served(public: Path, served: str) -> None:
    rating = rate(public, ONTOLOGY, served)
    assert (rating.score.total, rating.score.word, rating.score.untried) == (405, "excellent", 0)
    assert dict(rating.score.points) == {
        "findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20,
    }  # fmt: skip
    assert rating.problems == ()
    assert is_perfect(rating)


def test_without_trying_the_addresses_80_points_stay_open(public: Path) -> None:
    rating = rate(public, ONTOLOGY)
    assert (rating.score.total, rating.score.untried, possible()) == (325, 80, 405)


def test_addresses_that_do_not_answer_cost_80_points(public: Path, served: str) -> None:
    rating = rate(public, ONTOLOGY, served + "elsewhere/")
    assert rating.score.total == 325
    assert {problem.rule for problem in rating.problems} == {"LP-PORTAL-SILENT"}
    assert not is_perfect(rating)


def test_the_table_of_the_assessment_sums_up() -> None:
    assert possible() == 405
    assert len({metric.name for metric in metrics()}) == len(metrics())


REMOVED = {
    DCAT + "keyword": 30,
    DCAT + "theme": 30,
    DCT + "spatial": 20,
    DCT + "temporal": 20,
    DCAT + "accessURL": 50,
    DCAT + "downloadURL": 20 + 30,
    DCT + "format": 20 + 5 + 20 + 20,
    DCAT + "mediaType": 10 + 5,
    DCT + "license": 20 + 10,
    DCT + "accessRights": 10 + 5,
    DCAT + "contactPoint": 20,
    DCT + "publisher": 10,
    DCT + "rights": 5,
    DCAT + "byteSize": 5,
    DCT + "issued": 5,
    DCT + "modified": 5,
    DCAT + "distribution": 50 + 50 + 80 + 30 + 10,
    DCT + "title": 0,
}


@pytest.mark.parametrize(("iri", "points"), REMOVED.items(), ids=lambda value: str(value).rpartition("/")[2])
def test_what_is_taken_away_costs_exactly_its_points(graph: list[ox.Triple], iri: str, points: int) -> None:
    left = [triple for triple in graph if triple.predicate.value != iri]
    assert len(left) < len(graph)
    assert score(left, lambda _: True, conforms=True).total == 405 - points


@pytest.mark.parametrize(
    ("iri", "value", "points"),
    [
        (DCT + "license", "https://creativecommons.org/licenses/by/4.0/", 10),
        (DCT + "format", EU + "file-type/PDF", 40),
        (DCT + "format", EU + "file-type/TSV", 20),
        (DCT + "format", "https://example.org/turtle", 45),
        (DCAT + "mediaType", "https://example.org/turtle", 5),
        (DCT + "accessRights", "https://example.org/open", 5),
    ],
)
def test_a_value_outside_its_list_costs_points(graph: list[ox.Triple], iri: str, value: str, points: int) -> None:
    changed = [ox.Triple(t.subject, t.predicate, ox.NamedNode(value)) if t.predicate.value == iri else t for t in graph]
    assert score(changed, lambda _: True, conforms=True).total == 405 - points


def test_the_best_distribution_counts_and_the_others_are_told(graph: list[ox.Triple]) -> None:
    broken = "https://data.example.org/dataset#project-csv"
    left = [t for t in graph if (str(t.subject), t.predicate.value) != (f"<{broken}>", DCAT + "byteSize")]
    result = score(left, lambda _: True, conforms=True)
    assert (result.total, result.losses) == (405, ())
    assert [(loss.metric.name, loss.node) for loss in result.others] == [("byteSize", broken)]


# ---------------------------------------------------------------- the command


def changed(public: Path, home: Path, old: str, new: str) -> Path:
    """Copy the published folder, with one text in its catalogue replaced."""
    shutil.copytree(public, home / "public", ignore=shutil.ignore_patterns("dump"))
    path = home / "public/catalog.ttl"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return home / "public"


def test_a_lost_point_comes_with_its_reason_and_remedy(public: Path, tmp_path: Path) -> None:
    folder = changed(public, tmp_path, "\tdcat:contactPoint <https://data.example.org/catalog#contact> ;\n", "")
    done = run("rate", str(folder))
    assert done.code == 1
    line = 1 + (folder / "catalog.ttl").read_text("utf-8").splitlines().index(
        "<https://data.example.org/dataset> a void:Dataset , dcat:Dataset , dcat:Resource ;"
    )
    assert (
        f"public/catalog.ttl:{line}:1: <https://data.example.org/dataset> has no "
        "http://www.w3.org/ns/dcat#contactPoint: 20 points lost (contactPoint). "
        "[LP-PORTAL-LACKS]\n    Add a triple such as <https://data.example.org/dataset> "
        "dcat:contactPoint <https://data.example.org/catalog#contact> .\n"
    ) in done.out
    assert "LP-PORTAL-CONTACT" in done.out
    assert done.out.endswith("305 of 405 points: good; 80 more with --live, if the addresses answer\n")


def test_a_broken_rule_of_dcat_ap_costs_30_points(public: Path, tmp_path: Path) -> None:
    folder = changed(public, tmp_path, "^^xsd:nonNegativeInteger", "^^xsd:decimal")
    rating = rate(folder, ONTOLOGY)
    assert (rating.score.total, {problem.rule for problem in rating.problems}) == (295, {"LP-PORTAL-SIZE"})


def test_it_speaks_json_and_three_languages(public: Path, tmp_path: Path) -> None:
    folder = changed(public, tmp_path, "\tdct:accessRights ", "\tdct:accessRight ")
    done = run("rate", str(folder), "--format", "json")
    answer = json.loads(done.out)
    assert (answer["score"], answer["possible"], answer["untried"], answer["rating"]) == (310, 405, 80, "good")
    assert answer["profiles"] == ["dcat-ap", "schema-org", "versions", "void"]
    assert answer["problems"][0]["message"]["ca"] == (
        "<https://data.example.org/dataset> no té http://purl.org/dc/terms/accessRights: "
        "10 punts perduts (accessRights)."
    )


def test_a_profile_that_is_not_claimed_can_be_judged(public: Path) -> None:
    done = run("rate", str(public), "--profile", "dcat-ap-es")
    assert done.code == 1
    assert {"LP-PORTAL-DIR3", "LP-PORTAL-SECTOR", "LP-PORTAL-EMAIL", "LP-PORTAL-TELEPHONE"} == set(done.codes)


def test_a_claimed_profile_is_judged(release: Path, tmp_path: Path) -> None:
    publish(release, tmp_path / "public", settings(tmp_path, GIVEN))
    assert "dcat-ap-es" in rate(tmp_path / "public", ONTOLOGY).profiles


def test_a_perfect_folder_ends_with_0(public: Path, served: str) -> None:
    done = run("rate", str(public), "--live", served)
    assert (done.code, done.out) == (0, (
        "profiles: dcat-ap, schema-org, versions, void\nfindability: 100 of 100\naccessibility: 100 of 100\n"
        "interoperability: 110 of 110\nreusability: 75 of 75\ncontextuality: 20 of 20\n405 of 405 points: excellent\n"
    ))  # fmt: skip


def test_without_a_catalogue_it_says_how_to_make_one(tmp_path: Path) -> None:
    done = run("rate", str(tmp_path))
    assert (done.code, done.err) == (2, (
        f"linkedproj: there is no catalog.ttl in {tmp_path}. Build for a profile such as dcat-ap first.\n"
    ))  # fmt: skip


@pytest.mark.parametrize("address", ["file:///etc/hosts", "127.0.0.1:8000", ""])
def test_what_is_no_web_address_is_not_tried(public: Path, address: str) -> None:
    if not address:
        assert rate(public, ONTOLOGY, address).score.untried == 80
        return
    with pytest.raises(SetupError, match=r"is no address. Write one such as http://127.0.0.1:8000/."):
        rate(public, ONTOLOGY, address)
