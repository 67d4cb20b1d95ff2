"""Where values come from: rows of evidence.csv become statements, values are counted, quotes are looked up."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Small

BASE = "https://small.example/id/"
LP = "https://w3id.org/linkedproj/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
PROV = "http://www.w3.org/ns/prov#"
OA = "http://www.w3.org/ns/oa#"
DCT = "http://purl.org/dc/terms/"
SKOS_NOTE = "http://www.w3.org/2004/02/skos/core#note"

# What source/gazette said: a no-break space, a dash, a tab and a typographic apostrophe.
GAZETTE = (
    "The Gazette, 3\u00a0February 2021\n"
    "\tQUIET \u2013 Quiet harbour runs from March 2019 to 2021, the port\u2019s walls\n"
    "will be greener, with the Mill House.\n"
)


class Statement(NamedTuple):
    """One lp:Evidence, its IRIs shortened to what a curator writes."""

    subject: str
    predicate: str
    object: str
    rank: str
    basis: str
    source: str
    quote: str


class Graph:
    """The triples of an evidence file, by subject."""

    def __init__(self, path: Path) -> None:
        self.values: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = {}
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
            assert isinstance(quad.subject, ox.NamedNode)
            assert isinstance(quad.object, ox.NamedNode | ox.Literal)
            found = self.values.setdefault(quad.subject.value, {})
            found.setdefault(quad.predicate.value, []).append(quad.object)

    def one(self, subject: str, predicate: str) -> ox.NamedNode | ox.Literal | None:
        """Give the one value, or nothing."""
        values = self.values.get(subject, {}).get(predicate, [])
        assert len(values) <= 1, (subject, predicate, values)
        return values[0] if values else None

    def short(self, subject: str, predicate: str) -> str:
        """Give the one value without its base, a literal as in N-Triples, "" when there is none."""
        value = self.one(subject, predicate)
        if isinstance(value, ox.Literal):
            return str(value)
        return value.value.removeprefix(BASE).removeprefix(LP) if value else ""

    @property
    def statements(self) -> list[Statement]:
        """Give all statements."""
        names = [RDF + "subject", RDF + "predicate", RDF + "object", LP + "ns#rank", LP + "ns#basis"]
        names += [DCT + "source"]
        return [
            Statement._make([*(self.short(subject, name) for name in names), self.quote(subject)])
            for subject, values in self.values.items()
            if RDF + "subject" in values
        ]

    def quote(self, subject: str) -> str:
        """Give the sentence that a statement quotes, "" when it quotes none."""
        passage = self.one(subject, LP + "ns#quote")
        node = self.one(passage.value, OA + "hasSelector") if isinstance(passage, ox.NamedNode) else None
        return self.short(node.value, OA + "exact") if isinstance(node, ox.NamedNode) else ""

    def about(self, subject: str, predicate: str) -> list[Statement]:
        """Give the statements about a value; `predicate` is the end of the property's IRI."""
        return [s for s in self.statements if s.subject == subject and s.predicate.endswith(predicate)]


@pytest.fixture
def sources(small: Small) -> Path:
    """Keep the copy of the source beside the portfolio, under a name that says nothing."""
    folder = small.home / "copies/deep"
    folder.mkdir(parents=True)
    (folder / "000.txt").write_bytes(GAZETTE.encode("utf-8"))
    return folder.parent


def built(small: Small) -> Graph:
    outcome = small.run("build")
    assert outcome.code == 0, outcome.err
    return Graph(small.latest / "evidence.ttl")


@pytest.fixture(scope="session")
def graph(small_release: Path) -> Graph:
    return Graph(small_release / "evidence.ttl")


# ---------------------------------------------------------------- from a row to statements


def test_a_quoted_value_is_stated(graph: Graph) -> None:
    assert graph.about("project/harbour", "acronym") == [
        Statement(
            "project/harbour",
            "ns#acronym",
            '"QUIET"',
            "rank/preferred",
            "basis/stated",
            "source/gazette",
            '"QUIET – Quiet harbour"',
        )
    ]


def test_a_value_with_a_source_and_no_quote_is_cited(graph: Graph) -> None:
    [statement] = graph.about("activity/listening", "startDate")
    assert statement[2:] == (f'"2019-05"^^<{XSD}gYearMonth>', "rank/preferred", "basis/cited", "source/leaflet", "")


def test_a_value_with_neither_is_the_curators(small: Small) -> None:
    small.edit("evidence.csv", "activity/listening,start,,,,leaflet", "activity/listening,start,,,,")
    [statement] = built(small).about("activity/listening", "startDate")
    assert statement[3:] == ("rank/preferred", "basis/curator", "", "")


def test_a_basis_that_is_written_down_is_kept(graph: Graph) -> None:
    statements = graph.about("project/orchard", "startDate")
    assert sorted((s.rank, s.basis, s.source) for s in statements) == [
        ("rank/normal", "basis/derived", "source/gazette"),
        ("rank/preferred", "basis/cited", "source/leaflet"),
    ]


def test_a_judgement_may_rest_on_a_quote(small: Small) -> None:
    small.edit("evidence.csv", "role,partner,,,gazette", "role,partner,,curator,gazette")
    statements = built(small).about("participation/harbour-mill", "org#role")
    assert [(s.basis, s.quote) for s in statements if s.object == "role/partner"] == [
        ("basis/curator", '"with the Mill House"')
    ]


def test_several_columns_in_one_row_are_a_statement_each(graph: Graph) -> None:
    quote = '"from March 2019 to 2021, the port’s walls"'
    found = {(s.predicate, s.object) for s in graph.statements if s.quote == quote}
    assert found == {
        ("https://schema.org/startDate", f'"2019-03"^^<{XSD}gYearMonth>'),
        ("https://schema.org/endDate", f'"2021"^^<{XSD}gYear>'),
    }


def test_a_shared_sentence_is_one_quote(graph: Graph) -> None:
    quotes = [subject for subject, values in graph.values.items() if OA + "exact" in values]
    assert len(quotes) == 3
    users = Counter(node.value for values in graph.values.values() for node in values.get(LP + "ns#quote", ()))
    assert sorted(users.values()) == [1, 2, 2]


def test_a_quote_is_plain_text_and_its_language_stands_beside_it(graph: Graph) -> None:
    for subject, values in graph.values.items():
        for exact in values.get(OA + "exact", ()):
            assert isinstance(exact, ox.Literal)
            assert exact.language is None
            assert exact.datatype.value == XSD + "string"
            [passage] = [
                one for one, held in graph.values.items() if ox.NamedNode(subject) in held.get(OA + "hasSelector", ())
            ]
            assert graph.short(passage, DCT + "language").endswith("/authority/language/ENG")


def test_an_empty_object_stands_for_every_value_of_a_list(small: Small) -> None:
    small.edit("evidence.csv", "participation/harbour-mill,role,partner,", "participation/harbour-mill,role,,")
    statements = built(small).about("participation/harbour-mill", "org#role")
    assert {(s.object, s.basis) for s in statements} == {
        ("role/partner", "basis/stated"),
        ("role/funder", "basis/stated"),
    }


def test_an_object_picks_one_value_of_a_list(graph: Graph) -> None:
    statements = graph.about("participation/harbour-mill", "org#role")
    assert {(s.object, s.basis) for s in statements} == {
        ("role/partner", "basis/stated"),
        ("role/funder", "basis/curator"),
    }


def test_a_deprecated_value_is_kept_with_its_note_and_is_not_in_the_record(graph: Graph, small_release: Path) -> None:
    deprecated = [s for s in graph.statements if s.rank == "rank/deprecated"]
    assert [(s.subject, s.object, s.basis) for s in deprecated] == [
        ("project/harbour", f'"2020"^^<{XSD}gYear>', "basis/cited")
    ]
    notes = [str(value) for values in graph.values.values() for value in values.get(SKOS_NOTE, ())]
    assert '"The leaflet is older."@en' in notes
    assert '"2020"^^' not in (small_release / "portfolio.nt").read_text("utf-8")


def test_a_normal_value_need_not_be_in_the_record(small: Small) -> None:
    small.edit("evidence.csv", "project/orchard,start,,normal", "project/orchard,start,2020-01,normal")
    statements = built(small).about("project/orchard", "startDate")
    assert {(s.object, s.rank) for s in statements} == {
        (f'"2020-01-15"^^<{XSD}date>', "rank/preferred"),
        (f'"2020-01"^^<{XSD}gYearMonth>', "rank/normal"),
    }


def test_a_nested_column_speaks_of_the_nested_record(graph: Graph) -> None:
    [value] = graph.about("amount/harbour-budget", "schema.org/value")
    assert value[2:] == (f'"120000.50"^^<{XSD}decimal>', "rank/preferred", "basis/cited", "source/leaflet", "")
    [kind] = graph.about("amount/harbour-budget", "amountKind")
    assert kind.object == "amount-kind/total"


def test_a_link_and_a_text_are_written_as_in_the_record(graph: Graph) -> None:
    [programme] = graph.about("project/harbour", "programme")
    assert programme.object == "programme/coast-fund"
    titles = {s.object: s.basis for s in graph.about("project/harbour", "terms/title")}
    assert titles == {
        '"Quiet harbour"@en': "basis/stated",
        '"Port tranquil"@ca': "basis/curator",
        '"Puerto tranquilo"@es': "basis/curator",
    }


def test_the_curators_columns_need_no_row(graph: Graph) -> None:
    [name] = [s for s in graph.about("city/marella", "prefLabel") if s.object == '"Marella"@en']
    assert name[3:] == ("rank/preferred", "basis/curator", "", "")


def test_every_published_value_of_a_record_is_in_some_statement(graph: Graph, small_release: Path) -> None:
    stated = {(s.subject, s.predicate, s.object) for s in graph.statements}
    computed = (
        "label",
        "temporal",
        "status",
        "participation",
        "activity",
        "valid",
        "startDate",
        "endDate",
        "topConceptOf",
        "hasTopConcept",
    )
    unknown = []
    for quad in ox.parse(path=small_release / "portfolio.nt", format=ox.RdfFormat.N_TRIPLES):
        assert isinstance(quad.subject, ox.NamedNode)
        subject, predicate = quad.subject.value.removeprefix(BASE), quad.predicate.value
        value = quad.object.value.removeprefix(BASE) if isinstance(quad.object, ox.NamedNode) else str(quad.object)
        is_link_to_own = value.startswith(("amount/", "contact/", "period/"))
        if predicate == RDF + "type" or subject.startswith(("period/", "http")) or is_link_to_own:
            continue
        if (subject, predicate.removeprefix(LP), value.removeprefix(LP)) not in stated:
            unknown.append((subject, predicate, value))
    left = [triple for triple in unknown if not triple[1].endswith(computed)]
    assert {triple[1] for triple in left} <= {DCT + "license"}, left


def test_a_portfolio_without_evidence_hears_so_once(small: Small) -> None:
    (small.folder / "evidence.csv").unlink()
    small.edit("portfolio.toml", 'evidence = "every value"', 'evidence = "told"')
    settings = (small.folder / "portfolio.toml").read_text("utf-8").partition("[curated]\n")[0]
    small.write("portfolio.toml", settings)
    outcome = small.run("check")
    assert outcome.code == 0
    assert "LP-EVIDENCE-MISSING" not in outcome.out
    assert outcome.out.count("LP-EVIDENCE-NONE") == 1


# ---------------------------------------------------------------- coverage


def coverage(small: Small) -> dict[tuple[str, str], list[str]]:
    lines = small.run("check", "--coverage").out.partition("\n\n")[2].splitlines()
    assert lines[0].split() == ["table", "column", "stated", "cited", "derived", "curator", "unknown"]
    return {(line.split()[0], line.split()[1]): line.split()[2:] for line in lines[1:]}


def test_coverage_tells_for_each_column_how_its_values_are_known(small: Small) -> None:
    counts = coverage(small)
    assert counts["project", "title@en"] == ["1", "1", "-", "-", "-"]
    assert counts["project", "title@ca"] == ["-", "-", "-", "2", "-"]
    assert counts["project", "acronym"] == ["1", "-", "-", "-", "1"]
    assert counts["project", "status"] == ["-", "-", "2", "-", "-"]
    assert counts["project", "budget.value"] == ["-", "1", "-", "-", "1"]
    assert counts["project", "theme"] == ["-", "-", "-", "3", "-"]
    assert counts["participation", "role"] == ["1", "-", "-", "4", "-"]
    assert counts["participation", "forPlace"] == ["-", "-", "-", "2", "2"]
    assert not [column for _, column in counts if column.startswith(("_", "label@", "temporal"))]


def test_the_strongest_way_of_knowing_counts(small: Small) -> None:
    # The same value, cited in one source and quoted from another.
    row = 'activity/listening,start,,,,gazette,"March 2019",ENG,\n'
    small.write("evidence.csv", (small.folder / "evidence.csv").read_text("utf-8") + row)
    assert coverage(small)["activity", "start"] == ["1", "-", "-", "-", "-"]


def test_a_source_without_a_sentence_is_weaker_than_a_judgement(small: Small) -> None:
    row = 'activity/listening,start,,,curator,gazette,"in spring",ENG,\n'
    small.write("evidence.csv", (small.folder / "evidence.csv").read_text("utf-8") + row)
    before, after = ["-", "1", "-", "-", "-"], ["-", "-", "-", "1", "-"]
    assert coverage(small)["activity", "start"] == after
    evidence = (small.folder / "evidence.csv").read_text("utf-8").removesuffix(row)
    small.write("evidence.csv", evidence)
    assert coverage(small)["activity", "start"] == before


def test_the_sum_adds_up(small: Small) -> None:
    counts = coverage(small)
    sums = [
        sum(int(n) for n in column if n != "-") for column in zip(*(row[:4] for row in counts.values()), strict=True)
    ]
    assert (
        f"evidence: 100 % of {sum(sums)} values are accounted for: {sums[0]} stated with a quote, {sums[1]} cited, "
        f"{sums[2]} derived, {sums[3]} supplied by a curator\n"
    ) in small.run("check").out


def test_a_value_that_nobody_answers_for_lowers_the_share(small: Small) -> None:
    small.edit("portfolio.toml", 'scheme = ["name@en", "name@ca", "name@es"]\n', "")
    outcome = small.run("check")
    assert outcome.codes == ["LP-EVIDENCE-MISSING"] * 3
    assert "evidence: 98 % of 158 values are accounted for: " in outcome.out


# ---------------------------------------------------------------- quotes


def test_the_copy_is_the_one_that_the_record_names(small: Small) -> None:
    digest = hashlib.sha256(GAZETTE.encode("utf-8")).hexdigest()
    assert digest in (small.folder / "source.csv").read_text("utf-8")


@pytest.mark.usefixtures("sources")
def test_quotes_are_found_in_the_copy(small: Small) -> None:
    outcome = small.run("check", "--sources", "copies")
    assert outcome.code == 0
    assert outcome.blocks == []
    assert outcome.out.endswith(
        "quotes: 3 of 3 found verbatim in 1 sources; 0 more quote sources of which no copy is kept\n"
    )


@pytest.mark.usefixtures("sources")
def test_a_quote_with_the_other_apostrophe_is_not_the_quote(small: Small) -> None:
    small.edit("evidence.csv", "the port’s walls", "the port's walls")
    outcome = small.run("build", "--sources", "copies")
    assert outcome.code == 1
    assert outcome.blocks == [
        (
            "data/evidence.csv:3:39: The quote 'from March 2019 to 2021, the port's walls' is not in its source "
            "gazette, word for word. [LP-QUOTE-ABSENT]\n"
            "Copy the sentence from the source unchanged. "
            "The nearest passage is 'from March 2019 to 2021, the port’s walls'."
        )
    ]
    assert not (small.home / "public").exists()


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize(
    ("quote", "is_there"),
    [
        ("3\u00a0February 2021", True),
        ("3 February 2021", False),  # the source has a no-break space
        ("the port’s walls\nwill be greener", True),
        ("the port’s walls will be greener", False),  # the source has a line break
        ("QUIET \u2013 Quiet", True),
        ("QUIET - Quiet", False),
        ("with the mill house", False),
    ],
)
def test_quotes_are_compared_code_point_by_code_point(quote: str, is_there: bool, small: Small) -> None:  # noqa: FBT001 - pytest fills it
    small.edit("evidence.csv", "with the Mill House", f'"{quote}"')
    outcome = small.run("check", "--sources", "copies")
    assert outcome.codes == ([] if is_there else ["LP-QUOTE-ABSENT"])


def test_composed_and_decomposed_letters_are_the_same(small: Small, sources: Path) -> None:
    text = "Caf\u00e9 by the harbour"
    (sources / "deep/000.txt").write_text(text, "utf-8")
    old = hashlib.sha256(GAZETTE.encode("utf-8")).hexdigest()
    small.edit("source.csv", old, hashlib.sha256(text.encode("utf-8")).hexdigest())
    quotes = ("QUIET – Quiet harbour", '"from March 2019 to 2021, the port’s walls"', "with the Mill House")
    for quote in quotes:
        small.edit("evidence.csv", quote, "Cafe\u0301 by the harbour")
    assert set(small.run("check", "--sources", "copies").codes) == {"LP-CELL-ACCENT"}


def test_another_version_of_the_source_is_no_copy(small: Small, sources: Path) -> None:
    (sources / "deep/000.txt").write_text(GAZETTE + "Updated.\n", "utf-8")
    outcome = small.run("check", "--sources", "copies")
    assert outcome.code == 0
    assert outcome.blocks == [
        (
            "data/source.csv:2:98: No file at hand is the copy of source/gazette that was read, so its quotes were not "
            "compared. [LP-QUOTE-COPY]\n"
            "Put the copy whose checksum is in the column sha256 into the folder copies."
        )
    ]
    assert outcome.out.endswith(
        "quotes: 0 of 0 found verbatim in 0 sources; 3 more quote sources of which no copy is kept\n"
    )
