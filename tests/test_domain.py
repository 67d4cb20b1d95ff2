"""A made-up vocabulary goes the whole road: Python knows no term by its name."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from tests.mapping import ROOT, agreed, dump

from linkedproj.build import build
from linkedproj.catalog.census import take_census
from linkedproj.changes import publish_changes
from linkedproj.changes.compare import compare
from linkedproj.changes.story import stories
from linkedproj.check.portfolio import check_folder
from linkedproj.mapping.tables import map_folder
from linkedproj.model.errors import SetupError
from linkedproj.model.schema import load_schema
from linkedproj.model.settings import load_config

if TYPE_CHECKING:
    from tests.mapping import Road

FAIR = Path(__file__).parent / "fixtures" / "fair"
SHIPPED = ROOT / "ontology"
BASE = "https://fair.example/"
EX = "https://fair.example/voc#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@dataclass(frozen=True)
class Fair:
    """A copy of the made-up portfolio and of its ontology, to be changed."""

    home: Path

    @property
    def data(self) -> Path:
        """The tables."""
        return self.home / "data"

    @property
    def ontology(self) -> Path:
        """The context, the vocabulary and the shapes."""
        return self.home / "ontology"

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that is there once."""
        path = self.home / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), "utf-8", newline="\n")

    def travel(self) -> Road:
        """Map the tables to every format."""
        config = load_config(self.data, "data")
        return dump(self.data, self.home, load_schema(self.ontology, config.base), config)

    def faults(self) -> list[str]:
        """Check all, shapes included, and return what is wrong as "file:line:column code column"."""
        return [
            f"{problem.place} {problem.rule} {problem.column}".replace(self.data.as_posix(), "data")
            for problem in check_folder(self.data, ontology=self.ontology).problems
            if problem.rule != "LP-SHAPE-IDLE"
        ]

    def refusal(self) -> str:
        """Return the sentence with which the ontology is refused."""
        with pytest.raises(SetupError) as caught:
            load_schema(self.ontology, BASE)
        return str(caught.value)


@pytest.fixture
def fair(tmp_path: Path) -> Fair:
    shutil.copytree(FAIR, tmp_path / "fair")
    return Fair(tmp_path / "fair")


def values(dumped: str, subject: str, predicate: str) -> list[str]:
    """Return the values of a property in N-Triples, IRIs of records shortened to type/id."""
    found = (
        quad.object
        for quad in ox.parse(input=dumped, format=ox.RdfFormat.N_TRIPLES)
        if (quad.subject.value, quad.predicate.value) == (f"{BASE}id/{subject}", predicate)
    )
    return sorted(term.value.removeprefix(f"{BASE}id/") for term in found if not isinstance(term, ox.Triple))


# ---------------------------------------------------------------- the road of the records


def test_the_made_up_vocabulary_shares_no_term_with_the_shipped_one() -> None:
    names = [
        {term for term, value in json.loads((folder / "context.jsonld").read_text("utf-8"))["@context"].items()
         if isinstance(value, dict)}
        for folder in (FAIR / "ontology", SHIPPED)
    ]  # fmt: skip
    assert names[0]
    assert not names[0] & names[1]


def test_all_formats_agree_on_the_made_up_records(fair: Fair) -> None:
    road = fair.travel()
    assert road.told == []
    assert len(agreed(road.dumps)) > 60


VALUES = {
    # subject, property -> values
    ("venue/hall", EX + "postal"): ["address/hall-postal"],
    ("address/hall-postal", EX + "street"): ["1 Quay Street"],
    ("address/hall-postal", EX + "spot"): ["spot/hall-postal-spot"],
    ("spot/hall-postal-spot", EX + "north"): ["41.4"],
    ("venue/yard", EX + "postal"): [],
    ("venue/hall", EX + "events"): ["event/spring", "event/winter"],
    ("venue/yard", EX + "events"): ["event/spring"],
    ("event/spring", EX + "talks"): ["talk/on-bees", "talk/on-wax"],
    ("event/winter", EX + "talks"): [],
    ("event/spring", "http://www.w3.org/2000/01/rdf-schema#label"): ["Spring fair"],
    ("event/spring", EX + "span"): ["span/spring"],
    ("span/spring", EX + "lastDay"): ["2021-04-30"],
    ("event/spring", EX + "stage"): ["https://fair.example/stage/over"],
    ("event/winter", EX + "stage"): ["https://fair.example/stage/called-off"],
    ("event/spring", EX + "fee"): ["fee/spring-deposit", "fee/spring-fee"],
    ("event/spring", TYPE): ["https://fair.example/dataset#Event", EX + "Event", EX + "Gathering"],
    ("calendar/all", "http://purl.org/dc/terms/valid"): ["2021-06-30"],
    ("calendar/all", "http://purl.org/dc/terms/license"): ["http://creativecommons.org/licenses/by/4.0/"],
}


def test_what_is_nested_derived_and_turned_round_is_read_from_the_shapes(fair: Fair) -> None:
    dumped = fair.travel().dumps["ntriples"]
    assert {key: values(dumped, *key) for key in VALUES} == VALUES


def test_statements_and_nodes_are_counted_by_the_type_of_their_subject(fair: Fair) -> None:
    out = fair.home / "out"
    mapped = map_folder(fair.data, out, ontology=fair.ontology)
    every = ox.parse(path=out / "portfolio.nt", format=ox.RdfFormat.N_TRIPLES)
    # What the codes are called is said of no record.
    quads = [quad for quad in every if quad.subject.value.startswith(f"{BASE}id/")]
    subjects = [quad.subject.value.removeprefix(f"{BASE}id/").partition("/")[0] for quad in quads]
    nodes = {quad.subject.value for quad in quads}
    named = {kind.table: name for name, kind in mapped.portfolio.schema.types.items()}
    written = {named[table]: count for table, count in Counter(subjects).items()}
    assert {name: mapped.triples[name] for name in written} == written
    counted = Counter(named[iri.removeprefix(f"{BASE}id/").partition("/")[0]] for iri in nodes)
    assert {name: mapped.nodes[name] for name in counted} == counted


def test_what_a_basis_is_published_by_is_said_in_the_ontology(fair: Fair) -> None:
    row = "event/winter,opens,,,derived,leaflet,,The month before the new year.\n"
    fair.edit("data/remark.csv", "venue/hall,", f"{row}venue/hall,")
    built = build(fair.data, fair.home / "public", ontology=fair.ontology)
    blocks = (built.latest / "evidence.ttl").read_text("utf-8").split("\n\n")
    [derived] = [block for block in blocks if "ground:derived" in block and "skos:Concept" not in block]
    assert "    prov:wasDerivedFrom paper:leaflet ;" in derived
    assert '    ex:recipe "The month before the new year."@en ;' in derived
    [stated, *_] = [block for block in blocks if "ground:stated" in block]
    assert "prov:" not in stated
    assert "lp:quote passage:" in stated


def test_a_published_table_can_be_read_in_again(fair: Fair) -> None:
    built = build(fair.data, fair.home / "public", ontology=fair.ontology)
    header = (built.latest / "venue.csv").read_text("utf-8").splitlines()[0]
    assert header == "id,called@en,brief,postal.street,postal.spot.north,postal.spot.east,opens,closes"
    described = json.loads((built.latest / "venue.csv-metadata.json").read_text("utf-8"))
    about = {column.get("name", ""): column.get("aboutUrl") for column in described["tableSchema"]["columns"]}
    assert about["postal.spot.north"] == f"{BASE}id/spot/{{id}}-postal-spot"
    shutil.copyfile(built.latest / "venue.csv", fair.data / "venue.csv")
    # The heads differ in one word: a build without a release is a draft.
    drafted = (built.latest / "portfolio.nt").read_text("utf-8")
    assert fair.travel().dumps["ntriples"] == drafted.replace("1.0-draft", "1.0")


# ---------------------------------------------------------------- what is wrong, at its place

FAULTS = {
    "a nested value in a nested value": (
        ("data/venue.csv", "41.4", "95"),
        "data/venue.csv:2:47 FAIR-NORTH postal.spot.north",
    ),
    "a nested value is missing": (
        ("data/venue.csv", "1 Quay Street", ""),
        "data/venue.csv:2:33 FAIR-STREET postal.street",
    ),
    "computed days are those of the typed dates": (
        ("data/event.csv", "2021-12,2022-01", "2022-02,2022-01"),
        "data/event.csv:3:25 FAIR-SPAN-ORDER opens",
    ),
    "a date outside the record that a link leads to": (
        ("data/talk.csv", "2021-03-20", "2021-05-01"),
        "data/talk.csv:2:24 LP-DATE-INSIDE opens",
    ),
    "an amount larger than that of the record that a link leads to": (
        ("data/talk.csv", ",5,EUR", ",121,EUR"),
        "data/talk.csv:2:35 LP-MONEY-PART fee.figure",
    ),
    "a part larger than its whole": (
        ("data/event.csv", ",20,EUR", ",121,EUR"),
        "data/event.csv:2:59 LP-MONEY-PART deposit.figure",
    ),
    "a claim on a value that is not there": (
        ("data/remark.csv", "fee.figure,99,deprecated", "fee.figure,99,"),
        "data/remark.csv:4:25 LP-EVIDENCE-VALUE said",
    ),
    "a claim on a nested term that there is not": (
        ("data/remark.csv", "postal.spot.north", "postal.north"),
        "data/remark.csv:3:12 LP-EVIDENCE-COLUMN which",
    ),
    "a quote without a source": (
        ("data/remark.csv", "deprecated,,leaflet", "deprecated,,"),
        "data/remark.csv:4:40 LP-EVIDENCE-SOURCE foundIn",
    ),
    "a link to nothing": (
        ("data/talk.csv", "On wax,spring", "On wax,summer"),
        "data/talk.csv:3:15 LP-LINK-DANGLING givenIn",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_at_its_cell(fair: Fair, name: str) -> None:
    edit, expected = FAULTS[name]
    fair.edit(*edit)
    assert expected in fair.faults()


COLUMNS = {
    "called@en,brief": ("called@en,events", "LP-COLUMN-UNKNOWN: Column 'events' is not a known column name."),
    "postal.street": ("postal", "LP-COLUMN-UNKNOWN: Column 'postal' is not a known column name."),
    "postal.spot.east": ("postal.spot", "LP-COLUMN-TWICE: Column 'postal.spot' is there twice."),
    "postal.spot.north": ("postal.north", "LP-COLUMN-UNKNOWN: Column 'postal.north' is not a known column name."),
    "opens": ("talks", "LP-COLUMN-UNKNOWN: Column 'talks' is not a known column name."),
    "closes": ("givenIn", "LP-COLUMN-PLACE: Column 'givenIn' exists, but not in the table venue."),
}


@pytest.mark.parametrize("old", COLUMNS)
def test_what_can_be_no_column_is_told_from_the_shapes(fair: Fair, old: str) -> None:
    new, expected = COLUMNS[old]
    fair.edit("data/venue.csv", old, new)
    assert any(line.endswith(expected) for line in fair.travel().told), fair.travel().told


def test_a_record_of_its_own_is_not_described_in_another_table(fair: Fair) -> None:
    fair.edit("data/talk.csv", "givenIn,", "givenIn.called@en,")
    assert (
        "data/talk.csv:1:14 LP-COLUMN-NESTED: Column 'givenIn.called@en' describes a record of the table event from "
        "within the table talk."
    ) in fair.travel().told


def test_a_nested_type_has_no_table(fair: Fair) -> None:
    (fair.data / "address.csv").write_text("id,street\na,B\n", "utf-8")
    assert "data/address.csv LP-FILE-TABLE: The file name 'address' is not the name of a table." in fair.travel().told


# ---------------------------------------------------------------- from one release to the next


class History:
    """Releases of one folder of tables, and what is published of their differences."""

    def __init__(self, data: Path, ontology: Path, home: Path) -> None:
        self._data, self._ontology, self._home = data, ontology, home
        self._base = load_config(data, "data").base
        self._last: Path | None = None

    def release(self, version: str) -> list[tuple[str, str, list[str]]]:
        """Publish what changed, and return it: type/id, what happened, columns."""
        new = self._home / version
        map_folder(self._data, new, ontology=self._ontology)
        publish_changes(
            self._last, new, self._home / "public", version=version, previous=self._last.name if self._last else "",
            issued=f"2021-07-0{version}", base=self._base, languages=["en"], ontology=self._ontology,
        )  # fmt: skip
        old, self._last = self._last, new
        with compare(old, new, self._base, self._ontology) as changes:
            return [
                (changes.short(story.iri), story.what, [change.column for change in story.changes])
                for story in stories(changes)
            ]

    @property
    def tombstones(self) -> list[str]:
        """The records that are buried, as type/id."""
        rows = (self._home / "public/tombstones.csv").read_text("utf-8").splitlines()[1:]
        return [row.partition(",")[0].removeprefix(f"{self._base}id/") for row in rows]


def test_a_nested_record_changes_and_goes_and_comes_with_its_owner(fair: Fair) -> None:
    history = History(fair.data, fair.ontology, fair.home)
    history.release("1")
    fair.edit("data/venue.csv", "1 Quay Street,41.4", "2 Quay Street,41.5")
    assert history.release("2") == [("venue/hall", "changed", ["postal.street", "postal.spot.north"])]
    fair.edit("data/venue.csv", "2 Quay Street,41.5,2.2", ",,")
    fair.edit(
        "data/remark.csv", "venue/hall,postal.street; postal.spot.north,,,,leaflet,1 Quay Street (41.4 N).,\n", ""
    )
    gone = [("venue/hall", "changed", ["postal.street", "postal.spot.north", "postal.spot.east"])]
    assert history.release("3") == gone
    assert history.tombstones == []
    fair.edit("data/venue.csv", ",LH,2020,2022,,,", ",LH,2020,2022,3 Quay Street,41.4,2.2")
    fair.edit("data/portfolio.toml", '"postal.spot.east"', '"postal.street", "postal.spot.north", "postal.spot.east"')
    assert history.release("4") == gone


def test_a_record_is_buried_and_what_is_computed_of_it_is_not_told(fair: Fair) -> None:
    history = History(fair.data, fair.ontology, fair.home)
    history.release("1")
    fair.edit("data/talk.csv", "on-wax,On wax,spring,,,\n", "")
    fair.edit("data/event.csv", "2021-03,2021-04", "2021-03,2021-07")
    assert history.release("2") == [("event/spring", "changed", ["closes"]), ("talk/on-wax", "removed", [])]
    assert history.tombstones == ["talk/on-wax"]


def test_an_address_of_the_shipped_cities_belongs_to_them(tmp_path: Path) -> None:
    """A new nested type: a term in the context, a shape, dash:composite; nothing else."""
    shutil.copytree(ROOT / "tests/fixtures/small", tmp_path / "data")
    shutil.copytree(SHIPPED, tmp_path / "ontology")
    fair = Fair(tmp_path)
    fair.edit(
        "ontology/context.jsonld",
        '  "Period": {',
        '  "Address": {"@id": "schema:PostalAddress", "@context": {"@base": "https://data.example.org/id/address/"}},\n'
        '  "Period": {',
    )
    fair.edit(
        "ontology/context.jsonld",
        '  "centroid": {',
        '  "postal": {"@id": "schema:address", "@type": "@id", "@context": {"@base": "https://data.example.org/id/address/"}},\n'
        '  "street": {"@id": "schema:streetAddress"},\n  "centroid": {',
    )
    fair.edit("ontology/shapes.ttl", "  sh:property s:placeType ,", "  sh:property s:postal , s:placeType ,")
    shapes = tmp_path / "ontology/shapes.ttl"
    shapes.write_text(
        shapes.read_text("utf-8")
        + """
s:postal a sh:PropertyShape ; sh:path schema:address ; sh:name "postal" ; dash:composite true .
s:street a sh:PropertyShape ; sh:path schema:streetAddress ; sh:name "street" .
s:Address a sh:NodeShape ; sh:targetClass schema:PostalAddress ; sh:property s:street .
""",
        "utf-8",
    )
    cities = tmp_path / "data/city.csv"
    header, *rows = cities.read_text("utf-8").splitlines()
    identifier = rows[0].partition(",")[0]

    def write(street: str) -> None:
        cells = [street, *("" for _ in rows[1:])]
        lines = [f"{header},postal.street", *(f"{row},{cell}" for row, cell in zip(rows, cells, strict=True))]
        cities.write_text("\n".join(lines) + "\n", "utf-8")

    fair.edit("data/portfolio.toml", 'city = ["placeType"', 'city = ["postal.street", "placeType"')
    history = History(fair.data, fair.ontology, tmp_path)
    changed = [(f"city/{identifier}", "changed", ["postal.street"])]
    for version, street in (("1", "1 Quay"), ("2", "2 Quay"), ("3", ""), ("4", "2 Quay")):
        write(street)
        assert (history.release(version) == changed) == (version != "1")
        assert history.tombstones == []


# ---------------------------------------------------------------- an ontology that contradicts itself

REFUSED = {
    "inverses in a circle": (
        ("lp:inverseOf ex:heldAt", 'lp:inverseOf ex:heldAt ; lp:keepsWithin "opens"'),
        "Venue -> Event -> Venue",
    ),
    "an inverse of nothing": (
        ("lp:inverseOf ex:heldAt", "lp:inverseOf ex:called"),
        "no link leads back by",
    ),
    "an unknown rule": (('lp:derivedBy "phase"', 'lp:derivedBy "moon"'), "'moon' is no rule"),
    "computed by nothing": (
        ('sh:name "brief"', 'sh:name "brief" ; sh:group computed:Derived'),
        "the term brief of Venue is computed, and no shape says how.",
    ),
    "a part of nothing": (('lp:whole "fee"', 'lp:whole "fees"'), "'fees' is named by a shape of Event"),
    "a link to no record that bounds": (
        ('sh:name "stage"', 'sh:name "stage" ; lp:keepsWithin "opens"'),
        "stage of Event has lp:keepsWithin, and is no link to a record.",
    ),
    "what cannot be compared": (
        ('lp:keepsWithin "opens" , "closes" , "fee"', 'lp:keepsWithin "opens" , "called"'),
        "called of Talk cannot be compared",
    ),
    "a link to no record that adds up": (
        ('sh:name "stage"', 'sh:name "stage" ; lp:sumsWithin "fee"'),
        "stage of Event has lp:sumsWithin, and is no link to a record.",
    ),
    "what cannot be added up": (
        ('lp:keepsWithin "opens" , "closes" , "fee"', 'lp:keepsWithin "opens" ; lp:sumsWithin "fee"'),
        "fee of Talk cannot be added up: its figures need a term with lp:unitOf and one with lp:kindOf.",
    ),
    "nested in itself": (
        ("sh:property s:street ,", "sh:property s:postal , s:street ,"),
        "the nested type Address holds itself.",
    ),
    "evidence without a rank": (
        (" s:said , s:standing ,", " s:said ,"),
        "has no term for https://w3id.org/linkedproj/ns#rank.",
    ),
    "a computed nested value": (
        ("sh:property s:street ,", "sh:property s:stage , s:street ,"),
        "stage of the nested type Address is computed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_an_ontology_that_contradicts_itself_is_refused(fair: Fair, name: str) -> None:
    (old, new), expected = REFUSED[name]
    fair.edit("ontology/shapes.ttl", old, new)
    assert expected in fair.refusal()


def test_an_unknown_phase_is_refused(fair: Fair) -> None:
    fair.edit("ontology/linkedproj.ttl", 'lp:phase "past"', 'lp:phase "gone"')
    assert fair.refusal().endswith("'gone' is no phase. Write one of past, present, future, unknown.")


def test_a_vocabulary_without_evidence_is_read(fair: Fair) -> None:
    for name in ("remark.csv", "paper.csv"):
        (fair.data / name).unlink()
    fair.edit("ontology/shapes.ttl", "sh:property s:about ,", "sh:property")
    assert load_schema(fair.ontology, BASE).evidence.type_name == ""
    assert fair.travel().told == []


def test_the_example_of_a_release_is_one_that_the_portfolio_lists(fair: Fair) -> None:
    map_folder(fair.data, fair.home / "out", ontology=fair.ontology)
    census = take_census(fair.home / "out/portfolio.nt", load_schema(fair.ontology, BASE))
    assert (census.example, census.themes) == (f"{BASE}id/event/spring", ())
