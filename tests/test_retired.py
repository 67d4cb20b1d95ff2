"""Records that were renamed, merged or removed: said in a table, and told by everything that a release publishes."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from tests.conftest import SMALL, Small, run
from tests.releases import AS, BASE, DCT, HEAD, ID, OWL, RDF, REMOVED, TIMES, TREE, materialised, published, reword

from linkedproj.build import build
from linkedproj.check.checked import Checked
from linkedproj.check.judge import Judgement

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(three_releases: Path) -> Path:
    """Give the folder of the three releases, with the tables of the last one."""
    return three_releases


@pytest.fixture
def public(home: Path) -> Path:
    """Give the published folder, not to be written to."""
    return home / "public"


# ---------------------------------------------------------------- what the dump says


@pytest.mark.parametrize("name", ["portfolio.nt", "portfolio.ttl", "portfolio.jsonld", "portfolio.rdf"])
def test_every_dump_leads_on_from_old_identifiers(name: str, public: Path) -> None:
    form = {".nt": ox.RdfFormat.N_TRIPLES, ".ttl": ox.RdfFormat.TURTLE, ".rdf": ox.RdfFormat.RDF_XML}
    path = public / "dump/latest" / name
    store = ox.Store()
    store.load(path=path, format=form.get(path.suffix, ox.RdfFormat.JSON_LD))
    answer = store.query(
        f"SELECT ?old ?new {{ ?old <{OWL}deprecated> true OPTIONAL {{ ?old <{DCT}isReplacedBy> ?new . "
        f"?new <{DCT}replaces> ?old }} FILTER NOT EXISTS {{ ?old a ?class }} }} ORDER BY ?old"
    )
    assert [[str(term or "").strip("<>").removeprefix(ID) for term in row] for row in answer] == [  # type: ignore[union-attr]  # a SELECT
        ["activity/listening", ""],
        ["organisation/port", "organisation/mill"],
        ["project/orchard", "project/school-orchard"],
    ]  # fmt: skip


def test_tombstones_name_the_successors(public: Path) -> None:
    with (public / "tombstones.csv").open(encoding="utf-8", newline="") as file:
        stones = list(csv.DictReader(file))
    assert [(s["iri"].removeprefix(ID), s["version"], s["successors"].removeprefix(ID)) for s in stones] == [
        ("activity/listening", "1.2", ""),
        ("organisation/port", "1.2", "organisation/mill"),
        ("project/orchard", "1.1", "project/school-orchard"),
    ]


def test_show_leads_on_from_an_old_identifier(home: Path) -> None:
    outcome = run("show", "project/orchard", "--data", str(home / "public/dump/latest"))
    assert outcome.code == 0
    assert "project/school-orchard" in outcome.out


def test_the_published_folder_is_sound(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    assert run("verify").code == 0


# ---------------------------------------------------------------- what changed


def test_a_difference_says_renamed_and_merged(home: Path) -> None:
    dumps = home / "public/dump"
    told = run("diff", str(dumps / "1.0"), str(dumps / "1.1")).out.splitlines()
    assert "1 project renamed: Orchard, school (project/orchard → project/school-orchard)" in told
    assert not [line for line in told if line.startswith(("1 project added", "1 project removed"))]
    told = run("diff", str(dumps / "1.1"), str(dumps / "1.2")).out.splitlines()
    assert "1 activity removed: Listening walk" in told
    assert "1 organisation merged into another: Port of Marella (organisation/port → organisation/mill)" in told


def test_a_link_to_a_renamed_record_is_no_change_of_its_own(home: Path) -> None:
    dumps = home / "public/dump"
    found = json.loads(run("diff", str(dumps / "1.0"), str(dumps / "1.1"), "--format", "json").out)
    assert found["counts"]["changed"] == {"Project": 1}
    assert [record["record"] for record in found["records"] if record["what"] == "changed"] == ["project/harbour"]


@pytest.fixture(scope="module")
def reworked(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Publish a small portfolio before and after a project got another id, and other values with it."""
    home = tmp_path_factory.mktemp("reworked")
    shutil.copytree(SMALL, home / "data")
    before = build(home / "data", home / "before").latest
    reword(home / "data", {r"(?<![\w -])harbour(?=[,;\n]|$)": "quay", "Port tranquil": "Moll tranquil"})
    reword(home / "data", {"120000.50": "130000.00", ",water,marella,": ",water; learning,marella,"})
    rows = "harbour,project/harbour,project/quay,Another name.,2021-07-01\n"
    (home / "data/retirement.csv").write_text(HEAD + rows, "utf-8")
    return str(before), str(build(home / "data", home / "after").latest)


def test_a_renamed_record_is_told_with_the_columns_that_changed(reworked: tuple[str, str]) -> None:
    assert run("diff", *reworked).out.splitlines()[1:-1] == [
        "1 project renamed: QUIET (project/harbour → project/quay)",
        "  QUIET (project/quay)",
        "    title (ca): Port tranquil → Moll tranquil",
        "    theme: added Learning",
        "    budget: amount: 120000.50 → 130000.00, source A leaflet",
        "    web address: https://small.example/harbour → https://small.example/quay",
    ]
    (record,) = json.loads(run("diff", *reworked, "--format", "json").out)["records"][1:]
    assert (record["what"], record["successors"]) == ("renamed", ["project/quay"])
    assert [change["column"] for change in record["changes"]] == ["title@ca", "theme", "budget.value", "url"]


def test_a_page_shows_what_changed_in_a_renamed_record(reworked: tuple[str, str]) -> None:
    page = run("diff", *reworked, "--format", "html").out.partition('<h2 id="renamed-project"')[2]
    assert "<code>project/harbour → project/quay</code>" in page
    assert '<del dir="auto">Port tranquil</del>' in page
    assert '<ins dir="auto">Moll tranquil</ins>' in page


def test_a_difference_for_programs_names_the_successors(home: Path) -> None:
    dumps = home / "public/dump"
    found = json.loads(run("diff", str(dumps / "1.0"), str(dumps / "1.2"), "--format", "json").out)
    gone = {record["record"]: (record["what"], record.get("successors")) for record in found["records"]}
    assert gone["project/orchard"] == ("renamed", ["project/school-orchard"])
    assert gone["organisation/port"] == ("merged", ["organisation/mill"])
    assert gone["activity/listening"] == ("removed", None)
    assert "project/school-orchard" not in gone
    assert found["counts"]["renamed"] == {"Project": 1}


@pytest.mark.parametrize(
    ("page", "words"), [("index.html", "1 project renamed"), ("index.ca.html", "1 projecte reanomenat")]
)
def test_the_page_of_a_release_says_renamed(page: str, words: str, public: Path) -> None:
    text = (public / "changes/1.1" / page).read_text("utf-8")
    assert words in text
    assert "project/orchard → project/school-orchard" in text


def test_the_feed_tells_of_renamed_and_merged_records(public: Path) -> None:
    feed = ET.parse(public / "feed.atom").getroot()  # noqa: S314 - written a moment ago
    entries = [(node.findtext("{*}updated"), node.findtext("{*}summary") or "") for node in feed.iterfind("{*}entry")]
    assert [updated for updated, _ in entries] == list(TIMES[::-1])
    assert "organisation/port → organisation/mill" in entries[0][1]


# ---------------------------------------------------------------- the event stream


def follow(public: Path) -> tuple[dict[str, set[str]], set[str]]:
    """Follow the stream as its specification says: pages in the order of their bounds, versions in that of their times.

    Source: Linked Data Event Streams 1.0, section "Version materialisations". Return the state, each record with its
    triples (blank nodes by their shape), and what was said of those that were deleted.
    """
    store = ox.Store()
    for path in [public / "ldes/index.ttl", *sorted((public / "ldes").glob("1.*.ttl"))]:
        store.load(path=path, format=ox.RdfFormat.TURTLE)
    stream = ox.NamedNode(f"{BASE}ldes/index.ttl#stream")
    members = [q.object for q in store.quads_for_pattern(stream, ox.NamedNode(f"{TREE}member"), None)]
    state: dict[str, set[str]] = {}
    deleted: set[str] = set()

    def one(subject: object, predicate: str) -> str:
        (found,) = store.quads_for_pattern(subject, ox.NamedNode(predicate), None)  # type: ignore[arg-type]  # a node
        return str(found.object)

    for member in sorted(members, key=lambda node: one(node, f"{DCT}modified")):
        entity = one(member, f"{DCT}isVersionOf")
        kinds = {str(quad.object) for quad in store.quads_for_pattern(member, ox.NamedNode(f"{RDF}type"), None)}  # type: ignore[arg-type]  # a node
        if f"<{AS}Delete>" in kinds:
            state.pop(entity)
            deleted |= materialised(store, member, entity)
        else:
            state[entity] = materialised(store, member, entity)
    return state, deleted


def test_whoever_follows_the_stream_ends_with_the_dump(public: Path) -> None:
    assert follow(public) == published(public)


def test_the_stream_says_what_stands_for_a_deleted_record(public: Path) -> None:
    _, deleted = follow(public)
    assert f"<{ID}project/orchard> <{DCT}isReplacedBy> <{ID}project/school-orchard>" in deleted


# ---------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,project/orchard,,,\n", ["data/retirement.csv:2:3: retired 'project/orchard' is still a record."]),
        ("a,project/old,project/orchart,,\n", ["data/retirement.csv:2:15: successor 'project/orchart' is no record."]),
        ("a,project/old,organisation/mill; project/none,,\n", [
            "data/retirement.csv:2:15: successor 'project/none' is no record.",
        ]),
        ("a,project/a,project/b,,\nb,project/b,project/a,,\n", [
            "data/retirement.csv:2:13: successor leads back to where it began: project/a → project/b → project/a.",
            "data/retirement.csv:3:13: successor leads back to where it began: project/b → project/a → project/b.",
        ]),
        ("a,project/a,project/a,,\n", [
            "data/retirement.csv:2:13: successor leads back to where it began: project/a → project/a.",
        ]),
        ("a,project/a,project/b,,\nb,project/b,project/orchard,,\n", []),
        ("a,project/a,,Nobody knows why.,2021\n", []),
    ],
)  # fmt: skip
def test_what_is_said_of_a_record_that_is_gone_is_checked(rows: str, told: list[str], small: Small) -> None:
    small.write("retirement.csv", HEAD + rows)
    outcome = small.run("check")
    found = [line.partition(" [LP-RETIRED")[0] for line in outcome.out.splitlines() if "[LP-RETIRED" in line]
    assert found == told
    assert outcome.code == bool(told)


def test_a_record_that_is_gone_without_a_word_is_told(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
    assert small.run("build", "--release", "1.0", "--at", TIMES[0]).code == 0
    reword(small.folder, {r"^listening,.*\n": "", r"^activity/listening,.*\n": ""})
    outcome = small.run("build", "--release", "1.1", "--at", TIMES[1], "--allow-shrink")
    assert outcome.code == 0
    assert (
        "gone since the release before, without a word: activity/listening. Say in the table retirement" in outcome.out
    )
    small.write("retirement.csv", HEAD + REMOVED)
    outcome = small.run("build", "--release", "1.2", "--at", TIMES[2])
    assert "without a word" not in outcome.out


def test_tombstones_of_older_versions_of_this_program_are_read(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
    assert small.run("build", "--release", "1.0", "--at", TIMES[0]).code == 0
    stone = f"{ID}project/old,2021-06-01,0.9,An old one"
    (small.home / "public/tombstones.csv").write_text(f"iri,removed,version,label\n{stone}\n", "utf-8")
    small.write("retirement.csv", f"{HEAD}old,project/old,project/orchard,,\n")
    assert small.run("build", "--release", "1.1", "--at", TIMES[1]).code == 0
    stones = (small.home / "public/tombstones.csv").read_text("utf-8")
    assert stones == f"iri,removed,version,label,successors\n{stone},{ID}project/orchard\n"
