"""The catalogue: one graph for all portals, complete, the same bytes each time, and told what it still lacks."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
import yaml
from pyld import jsonld
from rdflib import BNode, Graph, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF, SDO, SKOS, VOID
from tests.portals import GIVEN, ONTOLOGY, ROOT, facts, publish, settings

from linkedproj.catalog.gaps import judge
from linkedproj.catalog.profile import describe, profile_names, read_profile
from linkedproj.catalog.serialise import SYNTAXES
from linkedproj.catalog.serialise import Graph as Content
from linkedproj.check.engine import Validator, is_installed
from linkedproj.model.errors import SetupError
from linkedproj.model.rules import load_rules

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.model.errors import Problem

BASE = "https://data.example.org/"
DCAT3 = Namespace("http://www.w3.org/ns/dcat#")  # rdflib 7.6 lacks the terms of version 3
SPDX = "http://spdx.org/rdf/terms#"
FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
EVERYTHING = [
    ".well-known/void", "CITATION.cff", "catalog.jsonld", "catalog.nt", "catalog.rdf", "catalog.ttl", "datacite.json",
    "dataset.jsonld", "robots.txt", "sitemap.xml", "versions.ttl",
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped(release: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Problem]]:
    """Publish the shipped portfolio as it is."""
    place = tmp_path_factory.mktemp("catalogue")
    return place / "public", publish(release, place / "public", settings(place))


@pytest.fixture(scope="module")
def catalogue(shipped: tuple[Path, list[Problem]]) -> Graph:
    """Read the catalogue of the shipped portfolio."""
    return Graph().parse(shipped[0] / "catalog.ttl")


def told(problems: list[Problem]) -> list[str]:
    rules = load_rules(ONTOLOGY / "shapes.ttl", "ontology/shapes.ttl")
    return [f"{p.place}: {rules.severity(p)}: {rules.wording(p, 'en').message} [{p.rule}]" for p in problems]


# ---------------------------------------------------------------- what is written, and what is missing


def test_the_shipped_portfolio_is_ready_for_dcat_ap(shipped: tuple[Path, list[Problem]]) -> None:
    public, _ = shipped
    written = sorted(p.relative_to(public).as_posix() for p in public.rglob("*") if p.is_file())
    assert [name for name in written if not name.startswith("dump/")] == EVERYTHING


def test_dcat_ap_es_says_what_a_person_has_to_give(shipped: tuple[Path, list[Problem]]) -> None:
    lines = (ROOT / "data/portfolio.toml").read_text("utf-8").splitlines()
    contact, publisher = (lines.index(f"[{table}]") + 1 for table in ("contact", "publisher"))
    assert sorted(told(shipped[1])) == sorted(
        [
            (
                f"data/portfolio.toml:{publisher}:2: warning: "
                "The publisher has no code in the register DIR3 of Spanish public bodies. [LP-PORTAL-DIR3]"
            ),
            f"data/portfolio.toml:{contact}:2: warning: The contact has no e-mail address. [LP-PORTAL-EMAIL]",
            f"data/portfolio.toml:{contact}:2: warning: The contact has no telephone number. [LP-PORTAL-TELEPHONE]",
        ]
    )


def test_a_gap_says_how_it_is_filled(shipped: tuple[Path, list[Problem]]) -> None:
    rules = load_rules(ONTOLOGY / "shapes.ttl", "ontology/shapes.ttl")
    gap = next(problem for problem in shipped[1] if problem.rule == "LP-PORTAL-DIR3")
    assert (gap.column, gap.values["profile"]) == ("publisher.dir3", "dcat-ap-es")
    assert rules.wording(gap, "es").fix == (
        'Pida a su organización el código DIR3, y escríbalo bajo [publisher], por ejemplo dir3 = "L01080193". '
        "Debe estar dado de alta en datos.gob.es."
    )


def test_a_profile_with_a_gap_is_left_out_of_the_graph(catalogue: Graph) -> None:
    assert not [term for triple in catalogue for term in triple if "sector-publico/sector" in str(term)]


@pytest.mark.skipif(not is_installed("fast"), reason="shacl is not installed")
@pytest.mark.parametrize("seed", range(4))
def test_what_is_missing_is_told_alike_whichever_engine_judges_a_draft(
    shipped: tuple[Path, list[Problem]], seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - the same faults each time
    triples = [quad.triple for quad in ox.parse(path=shipped[0] / "catalog.nt", format=ox.RdfFormat.N_TRIPLES)]
    wrong: list[ox.Literal | ox.NamedNode] = [ox.Literal("?"), ox.NamedNode(f"{BASE}nothing")]
    faulty = [
        ox.Triple(each.subject, each.predicate, chance.choice(wrong)) if chance.random() < 0.2 else each
        for each in triples
        if chance.random() < 0.7
    ]
    profiles = [read_profile(ONTOLOGY, name) for name in profile_names(ONTOLOGY)]
    with Validator("fast") as fast, Validator() as reference:
        assert judge(faulty, profiles, {}, fast) == judge(faulty, profiles, {}, reference) != []


def test_with_what_a_person_gives_nothing_is_missing(release: Path, tmp_path: Path) -> None:
    assert publish(release, tmp_path / "public", settings(tmp_path, GIVEN)) == []
    graph = Graph().parse(tmp_path / "public/catalog.ttl")
    publisher = URIRef("http://datos.gob.es/recurso/sector-publico/org/Organismo/L01080193")
    assert graph.value(URIRef(BASE + "catalog"), DCTERMS.publisher) == publisher


def test_a_profile_brings_those_that_it_adds_to(release: Path, tmp_path: Path) -> None:
    problems = publish(release, tmp_path / "public", settings(tmp_path, profiles='["dcat-ap-es"]'))
    assert {problem.rule for problem in problems} == {"LP-PORTAL-DIR3", "LP-PORTAL-EMAIL", "LP-PORTAL-TELEPHONE"}
    assert (tmp_path / "public/catalog.ttl").is_file()


def test_without_profiles_nothing_is_written(release: Path, tmp_path: Path) -> None:
    assert publish(release, tmp_path / "public", settings(tmp_path, profiles="[]")) == []
    assert [path.name for path in (tmp_path / "public").iterdir()] == ["dump"]


def test_an_unknown_profile_is_named_with_those_there_are(release: Path, tmp_path: Path) -> None:
    problems = publish(release, tmp_path / "public", settings(tmp_path, profiles='["dcat-app", "void"]'))
    rules = load_rules(ONTOLOGY / "shapes.ttl", "ontology/shapes.ttl")
    assert told(problems) == [("data/portfolio.toml:1:1: violation: There is no portal profile 'dcat-app'. "
                              "[LP-PORTAL-PROFILE]")]  # fmt: skip
    assert rules.wording(problems[0], "en").fix == (
        "Write one of dcat-ap, dcat-ap-es, schema-org, versions, void, or add a folder of this name to "
        "ontology/profiles/."
    )


def test_a_theme_that_no_portal_knows_is_told(release: Path, tmp_path: Path) -> None:
    config = settings(tmp_path, profiles='["void"]')
    known = {theme: codes for theme, codes in config.portal.themes.items() if theme != "commons"}
    config = replace(config, portal=replace(config.portal, themes=known))
    assert told(publish(release, tmp_path / "public", config)) == [
        (
            f"{config.places['themes']}: warning: "
            "No portal knows where to file the policy theme 'commons'. [LP-PORTAL-THEME]"
        )
    ]


# ---------------------------------------------------------------- the graph


def test_the_four_serialisations_hold_the_same_graph_without_blank_nodes(shipped: tuple[Path, list[Problem]]) -> None:
    graphs = [Graph().parse(shipped[0] / f"catalog.{suffix}", format=name) for suffix, name in FORMATS.items()]
    assert all(isomorphic(first, second) for first, second in pairwise(graphs))
    assert not [term for triple in graphs[0] for term in triple if isinstance(term, BNode)]
    assert len(graphs[0]) > 700


def test_every_download_has_the_bytes_that_the_catalogue_states(
    shipped: tuple[Path, list[Problem]], catalogue: Graph
) -> None:
    public, _ = shipped
    distributions = list(catalogue.subjects(RDF.type, DCAT.Distribution))
    for node in distributions:
        content = (public / str(catalogue.value(node, DCAT.downloadURL)).removeprefix(BASE)).read_bytes()
        checksum = catalogue.value(catalogue.value(node, URIRef(SPDX + "checksum")), URIRef(SPDX + "checksumValue"))
        assert int(str(catalogue.value(node, DCAT.byteSize))) == len(content)
        assert str(checksum).lower() == hashlib.sha1(content, usedforsecurity=False).hexdigest()
    plain = [
        path for path in (public / "dump/latest").iterdir() if path.stem.split(".")[0] in {"portfolio", "evidence"}
    ]
    assert len(distributions) >= len(plain)


def test_there_is_one_data_set_and_no_service(catalogue: Graph) -> None:
    assert list(catalogue.subjects(RDF.type, DCAT.Dataset)) == [URIRef(BASE + "dataset")]
    assert list(catalogue.subjects(RDF.type, DCAT.DataService)) == []


def test_a_service_is_described_where_there_is_an_endpoint(release: Path, tmp_path: Path) -> None:
    config = settings(tmp_path, endpoint=f'"{BASE}sparql"', profiles='["dcat-ap"]')
    assert publish(release, tmp_path / "public", config) == []
    graph = Graph().parse(tmp_path / "public/catalog.rdf", format="xml")
    service = graph.value(URIRef(BASE + "catalog"), DCAT.service)
    assert graph.value(service, DCAT.endpointURL) == URIRef(BASE + "sparql")
    assert graph.value(service, DCAT.servesDataset) == URIRef(BASE + "dataset")
    assert not list(graph.subjects(DCAT.accessService))


def test_downloads_point_at_the_newest_release(catalogue: Graph) -> None:
    urls = {str(url) for url in catalogue.objects(None, DCAT.downloadURL)}
    assert urls
    assert all(url.startswith(BASE + "dump/latest/") for url in urls)


@pytest.mark.slow
def test_two_builds_are_the_same_bytes_whatever_the_hash_seed(release: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from tests.portals import GIVEN, publish, settings\n"
        "out = Path(sys.argv[3]); publish(Path(sys.argv[2]), out / 'public', settings(out, GIVEN))"
    )
    digests = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        command = [sys.executable, "-c", code, str(ROOT), str(release), str(out)]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": seed}, stdin=subprocess.DEVNULL)
        digests.append({name: (out / "public" / name).read_bytes() for name in EVERYTHING})
    assert digests[0] == digests[1]


def test_hostile_texts_come_through_every_syntax() -> None:
    texts = ['a "quote" \\ and\nline', "<b>&amp;</b> ]]>", "'''\"\"\"", "naïve 😀\t", " ends with space "]
    node = ox.NamedNode(BASE + "x(y)'&<>".replace("<>", ""))
    triples = {ox.Triple(node, ox.NamedNode(str(DCTERMS.title)), ox.Literal(text, language="en")) for text in texts}
    triples |= {ox.Triple(node, ox.NamedNode(str(DCTERMS.title)), ox.Literal(text)) for text in texts}
    content = Content(triples, {"dct": str(DCTERMS)})
    for suffix, form in ((".ttl", "turtle"), (".rdf", "xml"), (".jsonld", "json-ld"), (".nt", "nt")):
        assert {str(o) for o in Graph().parse(data=SYNTAXES[suffix](content), format=form).objects()} == set(texts)


# ---------------------------------------------------------------- profiles are data


def test_a_new_profile_is_a_folder(release: Path, tmp_path: Path) -> None:
    ontology = tmp_path / "ontology"
    shutil.copytree(ONTOLOGY, ontology)
    made_up = ontology / "profiles" / "city-hall"
    made_up.mkdir()
    (made_up / "describe.rq").write_text(
        "#+ title: The portal of a city hall\n#+ files: hall/list.ttl hall/list.jsonld\n"
        "PREFIX dct: <http://purl.org/dc/terms/>\nPREFIX rel: <https://w3id.org/linkedproj/release#>\n"
        "CONSTRUCT { <hall> dct:title ?t ; dct:subject ?s } WHERE {\n"
        "  { <release> rel:title ?t } UNION { <release> rel:theme/rel:data-theme ?c . ?s rel:hall ?c } }\n",
        "utf-8",
    )
    (made_up / "codes.ttl").write_text(
        "@prefix rel: <https://w3id.org/linkedproj/release#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
        '<https://hall.example/money> rel:hall "ECON" ; dct:title "Money"@en .\n',
        "utf-8",
    )
    (made_up / "shapes.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
        f"<https://hall.example/rule> a sh:PropertyShape ; sh:targetNode <{BASE}hall> ; sh:path dct:publisher ;\n"
        '  sh:minCount 1 ; sh:name "publisher.homepage" ; sh:severity sh:Warning ;\n'
        '  dct:identifier "LP-PORTAL-HALL" ; sh:message "The hall wants a publisher.\\nGive one."@en .\n',
        "utf-8",
    )
    problems = publish(release, tmp_path / "public", settings(tmp_path, profiles='["city-hall"]'), ontology)
    graph = Graph().parse(tmp_path / "public/hall/list.ttl")
    money = URIRef("https://hall.example/money")
    assert graph.value(URIRef(BASE + "hall"), DCTERMS.subject) == money
    assert str(graph.value(money, DCTERMS.title)) == "Money"
    assert not [predicate for predicate in graph.predicates() if "release#" in str(predicate)]
    assert [(problem.rule, problem.column) for problem in problems] == [("LP-PORTAL-HALL", "publisher.homepage")]
    wording = load_rules(ontology / "shapes.ttl", "ontology/shapes.ttl").wording(problems[0], "en")
    assert (wording.message, wording.fix) == ("The hall wants a publisher.", "Give one.")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("#+ title: X\nCONSTRUCT {} WHERE {}", "the header lacks files. Write it as '#+ files: …'."),
        ("#+ title: X\n#+ files: x.ttl\nSELECT * WHERE {}", "the query is no CONSTRUCT. Write one."),
        ("#+ title: X\n#+ files: x.ttl\nCONSTRUCT {", "this is no SPARQL: "),
        (
            "#+ title: X\n#+ files: x.ttl\nCONSTRUCT { [] a <c> } WHERE {}",
            "the query makes a blank node. Give every node an IRI.",
        ),
        (
            "#+ title: X\n#+ files: x.ttl\n#+ typed: dct:a xsd:b\nCONSTRUCT {} WHERE {}",
            "'dct:a' has no prefix of the query.",
        ),
    ],
)
def test_a_faulty_profile_is_refused(tmp_path: Path, query: str, message: str) -> None:
    folder = tmp_path / "profiles" / "x"
    folder.mkdir(parents=True)
    (folder / "describe.rq").write_text(query, "utf-8")
    with pytest.raises(SetupError) as raised:
        describe([read_profile(tmp_path, "x")], [], BASE)
    assert str(raised.value).startswith(f"ontology/profiles/x/describe.rq: {message}")


def test_a_profile_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(
        SetupError, match=r"there is no profile 'x'. There are: dcat-ap, dcat-ap-es, schema-org, versions"
    ):
        read_profile(ONTOLOGY, "x")


@pytest.mark.parametrize("name", profile_names(ONTOLOGY))
def test_every_code_of_a_profile_belongs_to_it_alone(name: str) -> None:
    codes = [
        str(code)
        for other in profile_names(ONTOLOGY)
        for code in Graph().parse(ONTOLOGY / "profiles" / other / "shapes.ttl").objects(None, DCTERMS.identifier)
    ]
    assert len(codes) == len(set(codes))
    assert name in (ONTOLOGY / "profiles/README.md").read_text("utf-8")


# ---------------------------------------------------------------- the other files


def test_void_counts_what_the_dump_holds(shipped: tuple[Path, list[Problem]]) -> None:
    public, _ = shipped
    void = Graph().parse(public / ".well-known/void", format="turtle")
    dump = Graph().parse(public / "dump/latest/portfolio.nt", format="nt")
    dataset = URIRef(BASE + "dataset")
    assert int(str(void.value(dataset, VOID.triples))) == len(dump)
    classes = {void.value(p, VOID["class"]): int(str(void.value(p, VOID.entities)))
               for p in void.objects(dataset, VOID.classPartition)}  # fmt: skip
    assert classes == {c: len(set(dump.subjects(RDF.type, c))) for c in set(dump.objects(None, RDF.type))}
    properties = {void.value(p, VOID.property): int(str(void.value(p, VOID.triples)))
                  for p in void.objects(dataset, VOID.propertyPartition)}  # fmt: skip
    assert properties == {p: len(list(dump.subject_objects(p))) for p in set(dump.predicates())}
    assert int(str(void.value(dataset, VOID.properties))) == len(properties)
    assert int(str(void.value(dataset, VOID.classes))) == len(classes)
    assert (void.value(dataset, VOID.exampleResource), RDF.type, None) in dump


def test_void_counts_the_links_to_each_data_set(shipped: tuple[Path, list[Problem]]) -> None:
    public, _ = shipped
    void = Graph().parse(public / ".well-known/void", format="turtle")
    dump = Graph().parse(public / "dump/latest/portfolio.nt", format="nt")
    links = {
        (void.value(node, VOID.linkPredicate), str(void.value(void.value(node, VOID.objectsTarget), VOID.uriSpace))):
        int(str(void.value(node, VOID.triples)))
        for node in void.subjects(RDF.type, VOID.Linkset)
    }  # fmt: skip
    assert links[SKOS.relatedMatch, "http://metadata.un.org/"] > 0
    assert links[SDO.sameAs, "https://sws.geonames.org/"] > 0
    for (predicate, space), count in links.items():
        assert count == sum(str(value).startswith(space) for value in dump.objects(None, predicate)), (predicate, space)
    for predicate in {predicate for predicate, _ in links}:
        elsewhere = [value for value in dump.objects(None, predicate) if not str(value).startswith(f"{BASE}id/")]
        assert len(elsewhere) == sum(count for (linked, _), count in links.items() if linked == predicate)


def test_every_dump_that_void_names_has_the_triples_that_it_counts(shipped: tuple[Path, list[Problem]]) -> None:
    public, _ = shipped
    void = Graph().parse(public / ".well-known/void", format="turtle")
    dataset = URIRef(BASE + "dataset")
    named = {str(dump).removeprefix(BASE) for dump in void.objects(dataset, VOID.dataDump)}
    assert {name.removesuffix(".gz").rpartition(".")[2] for name in named} == {"ttl", "rdf", "nt", "jsonld"}
    for name in sorted(name for name in named if not name.endswith(".gz")):
        content = Graph().parse(public / name, format=FORMATS[name.rpartition(".")[2]])
        assert len(content) == int(str(void.value(dataset, VOID.triples))), name
        used = {re.sub("[^/#]*$", "", str(term)) for term in (*content.predicates(), *content.objects(None, RDF.type))}
        assert {str(space) for space in void.objects(dataset, VOID.vocabulary)} == used - {f"{BASE}dataset#"}
    evidence = URIRef(f"{BASE}.well-known/void#evidence")
    assert {str(dump).rpartition("/")[2] for dump in void.objects(evidence, VOID.dataDump)} == {
        "evidence.ttl", "evidence.ttl.gz",
    }  # fmt: skip


def test_search_engines_get_a_nested_data_set(shipped: tuple[Path, list[Problem]]) -> None:
    document = json.loads((shipped[0] / "dataset.jsonld").read_text("utf-8"))
    assert document["@type"] == "Dataset"
    assert document["license"] == {"@id": "http://creativecommons.org/licenses/by/4.0/"}
    assert document["temporalCoverage"].count("/") == 1
    assert document["spatialCoverage"]["geo"]["box"] == "41.19 1.36 42.32 2.78"
    assert {part["@type"] for part in document["distribution"]} == {"DataDownload"}
    assert all(len(text["@value"]) >= 50 for text in document["description"])
    expanded = jsonld.expand(document)
    assert expanded[0]["@type"] == ["https://schema.org/Dataset"]


RECOMMENDED = {
    "creator", "distribution", "identifier", "includedInDataCatalog", "isAccessibleForFree", "keywords", "license",
    "spatialCoverage", "temporalCoverage", "url", "version",
}  # fmt: skip
"""What Google asks for in a Dataset beside name and description. Source: the page "Dataset" of
https://developers.google.com/search/docs/appearance/structured-data/; of what it names there, citation, funder,
measurementTechnique, sameAs and variableMeasured are nothing that portfolio.toml states."""


def test_search_engines_get_what_google_asks_for(shipped: tuple[Path, list[Problem]]) -> None:
    dataset = json.loads((shipped[0] / "dataset.jsonld").read_text("utf-8"))
    assert all(text["@value"] for text in dataset["name"])
    assert all(50 <= len(text["@value"]) <= 5000 for text in dataset["description"])
    assert set(dataset) >= RECOMMENDED
    for download in dataset["distribution"]:
        assert download["contentUrl"]["@id"].startswith("https://")
        assert "/" in download["encodingFormat"]
    assert dataset["isAccessibleForFree"] is True
    assert dataset["license"]["@id"].startswith("http")
    assert {text["@language"] for text in dataset["creator"]["name"]} == {"ca", "en", "es"}


def test_versions_lead_from_one_to_the_next(shipped: tuple[Path, list[Problem]]) -> None:
    graph = Graph().parse(shipped[0] / "versions.ttl")
    old, new = (URIRef(f"{BASE}dump/{version}/") for version in ("2026.10.0", "2026.11.0"))
    assert (graph.value(new, DCAT3.previousVersion), graph.value(new, DCAT3.prev)) == (old, old)
    assert graph.value(URIRef(BASE + "dataset#series"), DCAT3.last) == new
    assert graph.value(URIRef(BASE + "dataset#series"), DCAT3.first) == old


def test_the_release_can_be_cited(shipped: tuple[Path, list[Problem]]) -> None:
    public, _ = shipped
    citation = yaml.safe_load((public / "CITATION.cff").read_text("utf-8"))
    assert (citation["cff-version"], citation["license"], citation["version"]) == ("1.2.0", "CC-BY-4.0", "2026.11.0")
    record = json.loads((public / "datacite.json").read_text("utf-8"))
    assert (record["publicationYear"], record["types"]["resourceTypeGeneral"]) == ("2026", "Dataset")
    address = BASE + "dump/2026.11.0/"
    assert record["alternateIdentifiers"] == [{"alternateIdentifier": address, "alternateIdentifierType": "URL"}]
    assert (record["url"], record["rightsList"][0]["rightsIdentifier"]) == (address, "CC-BY-4.0")


def test_the_sitemap_lists_every_file_once(shipped: tuple[Path, list[Problem]]) -> None:
    public, _ = shipped
    tree = ET.fromstring((public / "sitemap.xml").read_text("utf-8"))  # noqa: S314 - our own file
    addresses = [element.text or "" for element in tree.iter() if element.tag.endswith("}loc")]
    assert len(addresses) == len(set(addresses))
    assert all((public / address.removeprefix(BASE)).exists() for address in addresses)
    assert (public / "robots.txt").read_text("utf-8") == f"User-agent: *\nAllow: /\nSitemap: {BASE}sitemap.xml\n"


# ---------------------------------------------------------------- the curator's block


@pytest.mark.parametrize(
    ("top", "lines", "message"),
    [
        (
            {"frequency": '"yearly"'},
            {},
            "'frequency' is 'yearly': write a code of the EU list of frequencies, such as ANNUAL.",
        ),
        ({"issued": '"soon"'}, {}, "'issued' is 'soon': write a day, such as 2026-11-21."),
        ({"endpoint": '"sparql"'}, {}, "'endpoint' is 'sparql': write an IRI, beginning with https:// or http://."),
        (
            {},
            {"publisher": 'dir3 = "L0108"'},
            "'publisher.dir3' is 'L0108': write the nine characters of the DIR3 code.",
        ),
        ({}, {"publisher": 'dri3 = "L01080193"'}, "'publisher.dri3' is no setting. Did you mean 'publisher.dir3'?"),
        (
            {},
            {"contact": 'email = "jane.doe@example.org"'},
            (
                "'contact.email' is 'jane.doe@example.org': only the mailbox of a role may be published; before the @ "
                "stands one of contact, hello, info, office, opendata, press, or add it to 'mailboxes'."
            ),
        ),
        (
            {},
            {"contact": 'email = "opendata"'},
            "'contact.email' is 'opendata': write one address, such as opendata@example.org.",
        ),
        (
            {},
            {"contact": 'telephone = "930 00"'},
            (
                "'contact.telephone' is '930 00': write it with the code of the country and hyphens only, such as "
                "+358-00-000-0000."
            ),
        ),
        (
            {},
            {"keywords": 'fr = ["emploi, travail"]'},
            "write lists a language; a keyword has 2 to 100 letters, digits, spaces, full stops or hyphens.",
        ),
        ({}, {"themes": 'x = "ECON"'}, 'write for each policy theme { data-theme = "ECON", sector = "economia" }.'),
        ({"legislation": '["a law"]'}, {}, "'legislation' holds 'a law': write a list of the IRIs (ELI) of laws."),
    ],
)
def test_the_block_is_strictly_checked(
    tmp_path: Path, top: dict[str, str], lines: dict[str, str], message: str
) -> None:
    with pytest.raises(SetupError) as raised:
        settings(tmp_path, lines, **top)
    assert re.match(r"data/portfolio\.toml:[0-9]+:[0-9]+: '", str(raised.value))
    assert str(raised.value).endswith(message)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as raised:
        settings(tmp_path, {"publisher": 'dir3 = "x"'}, frequency='"x"')
    assert str(raised.value) == (
        "data/portfolio.toml:1:1: 'frequency' is 'x': write a code of the EU list of frequencies, such as ANNUAL.\n"
        "data/portfolio.toml:41:1: 'publisher.dir3' is 'x': write the nine characters of the DIR3 code."
    )


def test_a_day_may_stand_in_quotes_as_editors_allow(tmp_path: Path) -> None:
    assert settings(tmp_path, issued='"2026-11-21"').portal.issued == "2026-11-21"


@pytest.mark.parametrize("word", ["a", "R&D", "l'ocupació", "a/b", "(x)", "one, two", "x" * 101, "tab\tbed"])
def test_a_keyword_that_portals_refuse_is_refused(tmp_path: Path, word: str) -> None:
    with pytest.raises(SetupError, match="a keyword has 2 to 100"):
        settings(tmp_path, {"keywords": f"fr = [{json.dumps(word)}]"})


def test_a_gap_in_the_only_profile_stops_the_build(release: Path, tmp_path: Path) -> None:
    config = settings(tmp_path, frequency='"SOMETIMES"', profiles='["dcat-ap"]')
    assert told(publish(release, tmp_path / "public", config)) == [
        "data/portfolio.toml:2:1: violation: The frequency is no code that the profile knows. [LP-PORTAL-FREQUENCY]"
    ]
    assert not (tmp_path / "public/catalog.ttl").exists()


def test_facts_name_every_table_and_dump(release: Path, tmp_path: Path) -> None:
    files = {file.name: file for file in facts(release, settings(tmp_path)).files}
    assert (files["project.csv"].table, files["portfolio.csv"].table) == ("project", "portfolio")
    assert (files["portfolio.ttl"].format, files["portfolio.ttl"].file_type) == ("Turtle", "RDF_TURTLE")
    assert not {"SHA256SUMS", "vocabulary.ttl", "shapes.ttl", "context.jsonld"} & set(files)
