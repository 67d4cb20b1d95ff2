"""What is published of the changes of each release: files, pages, the Atom feed, the event stream, the tombstones."""

from __future__ import annotations

import gzip
import re
import xml.etree.ElementTree as ET
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, XSD

from linkedproj import changes as diff
from linkedproj.model.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from linkedproj.changes import PublishedChanges

    Publish = Callable[..., PublishedChanges]

BASE = "https://small.example/"
ID = f"{BASE}id/"
ATOM = "{http://www.w3.org/2005/Atom}"
LDES, TREE = Namespace("https://w3id.org/ldes#"), Namespace("https://w3id.org/tree#")
AS = Namespace("https://www.w3.org/ns/activitystreams#")
STREAM = URIRef(f"{BASE}ldes/index.ttl#stream")


def _dump(path: Path, projects: dict[str, str]) -> Path:
    """Write a dump of projects with a title and a budget each."""
    lines = []
    for name, title in projects.items():
        project, amount = f"<{ID}project/{name}>", f"<{ID}amount/{name}-budget>"
        text = title.replace('"', '\\"')
        lines += [f'{project} <http://www.w3.org/2000/01/rdf-schema#label> "{text}"@{code} .' for code in ("en", "ca")]
        lines.append(f'{project} <http://purl.org/dc/terms/title> "{text}"@en .')
        lines.append(f"{project} <https://w3id.org/linkedproj/ns#budget> {amount} .")
        lines.append(f'{amount} <https://schema.org/value> "{len(title)}" .')
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def dumps(tmp_path: Path) -> list[Path]:
    """Write three releases: b changes and c goes; then d comes."""
    first = {"a": "A <b>&</b>", "b": "B", "c": 'C "]]>'}
    second = {"a": "A <b>&</b>", "b": "Bee"}
    return [
        _dump(tmp_path / f"{n}.nt", projects)
        for n, projects in enumerate([first, second, second | {"d": "D", "": "odd"}])
    ]


@pytest.fixture
def publish(tmp_path: Path, dumps: list[Path]) -> Publish:
    """Publish the changes of the release number n into public/."""

    def make(n: int, **changed: object) -> PublishedChanges:
        values: dict[str, object] = {
            "version": f"{n + 1}.0",
            "previous": f"{n}.0" if n else "",
            "issued": f"2026-0{n + 1}-01",
            "base": BASE,
            "languages": ["en", "ca", "es"],
            "publisher": {"en": "R & D"},
        }
        return diff.publish_changes(
            dumps[n - 1] if n else None,
            dumps[n],
            tmp_path / "public",
            **values | changed,  # type: ignore[arg-type]  # of one type each, which a mapping cannot say
        )

    return make


def _bytes(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _lines(path: Path) -> set[str]:
    return set(gzip.decompress(path.read_bytes()).decode().splitlines())


# ---------------------------------------------------------------- files and pages


def test_old_without_removed_and_with_added_is_new(tmp_path: Path, dumps: list[Path], publish: Publish) -> None:
    publish(0)
    done = publish(1)
    changes = tmp_path / "public/changes"
    before, after = (set(dump.read_text("utf-8").splitlines()) for dump in dumps[:2])
    assert _lines(changes / "1.0/added.nt.gz") == before
    assert _lines(changes / "1.0/removed.nt.gz") == set()
    added, removed = _lines(changes / "2.0/added.nt.gz"), _lines(changes / "2.0/removed.nt.gz")
    assert before - removed | added == after
    assert removed <= before
    assert not added & before
    assert done.triples == {"added": len(added), "removed": len(removed)}
    assert done.records == {"added": 0, "removed": 1, "changed": 1, "renamed": 0, "merged": 0}
    assert sorted(done.files) == sorted(
        {
            *(f"changes/2.0/{n}" for n in ("added.nt.gz", "removed.nt.gz", "index.html", "index.ca.html")),
            *("changes/2.0/index.es.html", "feed.atom", "ldes/index.ttl", "ldes/2.0-1.ttl", "tombstones.csv"),
        }
    )


def test_the_same_release_again_is_the_same_bytes(tmp_path: Path, publish: Publish) -> None:
    for n in range(3):
        publish(n)
    first = _bytes(tmp_path / "public")
    publish(2)
    assert _bytes(tmp_path / "public") == first


def test_a_staged_folder_takes_over_what_is_served(tmp_path: Path, publish: Publish, dumps: list[Path]) -> None:
    publish(0)
    publish(1)
    served = _bytes(tmp_path / "public")
    staged = tmp_path / "staged"
    diff.publish_changes(
        dumps[1],
        dumps[2],
        staged,
        version="3.0",
        previous="2.0",
        issued="2026-03-01",
        base=BASE,
        languages=["en", "ca", "es"],
        publisher={"en": "R & D"},
        published=tmp_path / "public",
    )
    assert _bytes(tmp_path / "public") == served
    publish(2)
    assert _bytes(staged) == _bytes(tmp_path / "public")


def test_pages_are_in_each_language_and_lead_to_each_other(tmp_path: Path, publish: Publish) -> None:
    publish(0)
    publish(1)
    pages = {n: (tmp_path / "public/changes/2.0" / n).read_text("utf-8") for n in ("index.html", "index.ca.html")}
    assert "<h1>What changed from release 1.0 to release 2.0</h1>" in pages["index.html"]
    assert "<h1>Què ha canviat de la versió 1.0 a la versió 2.0</h1>" in pages["index.ca.html"]
    assert '<a href="index.ca.html" lang="ca" hreflang="ca">Català</a>' in pages["index.html"]
    assert "<li><bdi>C &#34;]]&gt;</bdi> <code>project/c</code></li>" in pages["index.html"]
    assert all(page.count("<h1>") == 1 and "<script" not in page for page in pages.values())


# ---------------------------------------------------------------- Atom


def test_the_feed_has_what_atom_requires(tmp_path: Path, publish: Publish) -> None:
    for n in range(3):
        publish(n)
    feed = ET.parse(tmp_path / "public/feed.atom").getroot()  # noqa: S314 - written a moment ago
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}id") == f"{BASE}feed.atom"
    assert feed.findtext(f"{ATOM}updated") == "2026-03-01T00:00:00Z"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "R & D"
    assert feed.findtext(f"{ATOM}title")
    assert [link.get("href") for link in feed.findall(f"{ATOM}link[@rel='self']")] == [f"{BASE}feed.atom"]
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [f"{BASE}changes/{n}.0/" for n in (3, 2, 1)]
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Release 3.0", "Release 2.0", "Release 1.0"]
    updated = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert updated == ["2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"]
    for entry in entries:
        (alternate,) = entry.findall(f"{ATOM}link[@rel='alternate']")
        assert alternate.get("href") == entry.findtext(f"{ATOM}id")
        assert len(entry.findall(f"{ATOM}content")) == len(entry.findall(f"{ATOM}summary")) == 1
        languages = [div.get("lang") for div in entry.iterfind(".//{http://www.w3.org/1999/xhtml}div[@lang]")]
        assert languages == ["en", "ca", "es"]


ONCE = {
    "feed": {"generator", "icon", "id", "logo", "rights", "subtitle", "title", "updated"},
    "entry": {"content", "id", "published", "rights", "source", "summary", "title", "updated"},
}
OFTEN = {
    "feed": {"author", "category", "contributor", "entry", "link"},
    "entry": {"author", "category", "contributor", "link"},
}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


def atom_faults(feed: ET.Element) -> list[str]:
    """Judge a feed as RFC 4287 does in sections 3 and 4; there is no RELAX NG schema of it that could be had.

    Elements of other vocabularies are allowed anywhere (section 6) and not looked at.
    """
    faults = [fault for one in (feed, *feed.iter(f"{ATOM}entry")) for fault in _container_faults(one)]
    entries = feed.findall(f"{ATOM}entry")
    if feed.find(f"{ATOM}author") is None and not all(entry.find(f"{ATOM}author") is not None for entry in entries):
        faults.append("no author")
    faults += [
        "an author without one name" for one in feed.iter(f"{ATOM}author") if len(one.findall(f"{ATOM}name")) != 1
    ]
    ids = [one.findtext(f"{ATOM}id") for one in (feed, *entries)]
    faults += [f"id {one} twice" for one in sorted(filter(None, set(ids))) if ids.count(one) > 1]
    faults += [f"id {one} is no IRI" for one in ids if not IRI.fullmatch(one or "")]
    for tag in ("updated", "published"):
        faults += [
            f"{tag} {one.text} is no time" for one in feed.iter(ATOM + tag) if not RFC_3339.fullmatch(one.text or "")
        ]
    faults += [
        "a link without an address" for link in feed.iter(f"{ATOM}link") if not IRI.fullmatch(link.get("href", ""))
    ]
    for text in (one for tag in ("title", "subtitle", "summary", "rights", "content") for one in feed.iter(ATOM + tag)):
        kind, inside = text.get("type", "text"), list(text)
        if kind == "xhtml" and [one.tag for one in inside] != ["{http://www.w3.org/1999/xhtml}div"]:
            faults.append(f"{text.tag.removeprefix(ATOM)} of XHTML is no one div")
        if kind in {"text", "html"} and inside:
            faults.append(f"{text.tag.removeprefix(ATOM)} has elements")
    return faults


def _container_faults(one: ET.Element) -> list[str]:
    kind = one.tag.removeprefix(ATOM)
    tags = [child.tag.removeprefix(ATOM) for child in one if child.tag.startswith(ATOM)]
    faults = [f"{kind} has {tag} {tags.count(tag)} times" for tag in ("id", "title", "updated") if tags.count(tag) != 1]
    faults += [
        f"{kind} has {tag} twice" for tag in sorted(ONCE[kind] - {"id", "title", "updated"}) if tags.count(tag) > 1
    ]
    faults += [f"{kind} has {tag}" for tag in sorted(set(tags) - ONCE[kind] - OFTEN[kind])]
    links = [link for link in one.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
    alternates = [(link.get("type"), link.get("hreflang")) for link in links]
    if len(alternates) != len(set(alternates)):
        faults.append(f"{kind} has two alternates of one type and language")
    if kind == "entry" and not links and "content" not in tags:
        faults.append("entry has neither content nor an alternate")
    return faults


def test_a_feed_is_sound_by_the_rules_of_atom(three_releases: Path) -> None:
    for version in ("1.0", "1.1", "1.2"):
        assert atom_faults(ET.parse(three_releases / f"{version}.atom").getroot()) == []  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ("<title>", "<headline>", ["feed has title 0 times", "feed has headline"]),
        ("<name>Nobody</name>", "", ["an author without one name"]),
        ("T09:00:00Z</updated>", "</updated>", ["updated 2021-07-01 is no time"]),
        ('<link rel="self"', '<link rel="alternate"', []),
        ('type="application/atom+xml"', 'type="text/html"', []),
        ('rel="self" type="application/atom+xml"', 'type="text/html"', [
            "feed has two alternates of one type and language",
        ]),
        ("<id>https://small.example/changes/1.0/</id>", "<id>https://small.example/feed.atom</id>", [
            "id https://small.example/feed.atom twice",
        ]),
        ("<id>https://small.example/changes/1.0/</id>", "<id>changes/1.0</id>", ["id changes/1.0 is no IRI"]),
        ('<content type="xhtml">', '<content type="html">', ["content has elements"]),
        ('href="https://small.example/changes/1.0/added.nt.gz"', "", ["a link without an address"]),
    ],
)  # fmt: skip
def test_what_atom_does_not_allow_is_found(old: str, new: str, faults: list[str], three_releases: Path) -> None:
    text = (three_releases / "1.0.atom").read_text("utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    if new == "<headline>":
        changed = changed.replace("</title>", "</headline>", 1)
    assert atom_faults(ET.fromstring(changed)) == faults  # noqa: S314 - our own


def test_an_entry_sums_the_release_up(tmp_path: Path, publish: Publish) -> None:
    publish(0)
    publish(1)
    feed = ET.parse(tmp_path / "public/feed.atom").getroot()  # noqa: S314 - written a moment ago
    summaries = [entry.findtext(f"{ATOM}summary") for entry in feed.findall(f"{ATOM}entry")]
    assert summaries == [
        '1 project removed: C "]]>. 1 project changed. 4 triples added, 9 triples removed.',
        "This is the first release: everything in it is new. 3 projects added. 15 triples added, 0 triples removed.",
    ]


def test_old_entries_stay_to_the_byte(tmp_path: Path, publish: Publish) -> None:
    publish(0)
    text = (tmp_path / "public/feed.atom").read_text("utf-8")
    entry = text[text.index("  <entry>") : text.index("</feed>")]
    publish(1)
    publish(2)
    assert entry in (tmp_path / "public/feed.atom").read_text("utf-8")


EDITED: dict[str, Callable[[str], str]] = {
    "white space and attributes in another order": lambda text: text.replace(
        "  <entry>\n    <id>", "<entry><id>\n "
    ).replace('rel="related" type="application/gzip"', "type='application/gzip'\n rel='related'"),
    "a prefix for the namespace": lambda text: (
        text.replace("<feed xmlns=", "<a:feed xmlns:a=")
        .replace("</feed>", "</a:feed>")
        .replace("<entry>", "<a:entry xmlns='http://www.w3.org/2005/Atom'>")
        .replace("</entry>", "</a:entry>")
    ),
    "a comment, a category and character references": lambda text: (
        text.replace("<entry>", "<!-- ours --><entry>")
        .replace("</updated>\n    <published>", "</updated><category term='x'/>\n    <published>")
        .replace("Release 1.0", "Rele&#97;se 1.0")
    ),
    "another encoding and line ends": lambda text: text.replace("utf-8", "ISO-8859-1").replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", EDITED)
def test_a_feed_that_a_person_edited_is_read(tmp_path: Path, publish: Publish, name: str) -> None:
    publish(0)
    path = tmp_path / "public/feed.atom"
    edited = EDITED[name](path.read_text("utf-8"))
    path.write_bytes(edited.encode("latin-1" if "ISO-8859-1" in edited else "utf-8"))
    publish(1)
    feed = ET.parse(path).getroot()  # noqa: S314 - written a moment ago
    before = feed.findall(f"{ATOM}entry")[1]
    assert before.findtext(f"{ATOM}id", "").strip() == f"{BASE}changes/1.0/"
    assert before.findtext(f"{ATOM}title") == "Release 1.0"
    assert len(before.findall(f"{ATOM}link[@rel='related']")) == 2
    texts = [div.get("lang") for div in before.iterfind(".//{http://www.w3.org/1999/xhtml}div[@lang]")]
    assert texts == ["en", "ca", "es"]
    assert len(before.findall(f"{ATOM}category")) == ("category" in name)


def test_a_feed_with_entities_is_refused_unread(tmp_path: Path, publish: Publish) -> None:
    publish(0)
    path = tmp_path / "public/feed.atom"
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    text = path.read_text("utf-8").replace("?>\n", f'?>\n<!DOCTYPE feed [<!ENTITY e0 "x">{bomb}]>\n', 1)
    path.write_text(text.replace("Release 1.0", "&e11;"), "utf-8")
    with pytest.raises(SetupError, match="as this program writes it"):
        publish(1)


def test_a_stream_that_was_written_anew_by_another_tool_is_read(tmp_path: Path, publish: Publish) -> None:
    publish(0)
    publish(1)
    before = _stream(tmp_path / "public")
    index = tmp_path / "public/ldes/index.ttl"
    index.write_text(Graph().parse(index).serialize(format="longturtle"), "utf-8")
    publish(2)
    assert set(_stream(tmp_path / "public").objects(None, TREE.node)) > set(before.objects(None, TREE.node))


@pytest.mark.parametrize("name", ["feed.atom", "ldes/index.ttl", "tombstones.csv"])
def test_a_file_of_another_program_is_not_built_upon(tmp_path: Path, publish: Publish, name: str) -> None:
    publish(0)
    (tmp_path / "public" / name).write_text("<feed xmlns='x'><entry></entry></feed>", "utf-8")
    with pytest.raises(SetupError, match="as this program writes"):
        publish(1)


# ---------------------------------------------------------------- LDES


def _stream(folder: Path) -> Graph:
    graph = Graph()
    for path in sorted((folder / "ldes").glob("*.ttl")):
        graph.parse(path, format="turtle")
    return graph


def test_a_client_finds_every_version_from_the_root_node(tmp_path: Path, publish: Publish) -> None:
    for n in range(3):
        publish(n)
    graph = _stream(tmp_path / "public")
    root = URIRef(f"{BASE}ldes/index.ttl")
    assert (STREAM, RDF.type, LDES.EventStream) in graph
    assert set(graph.objects(STREAM, TREE.view)) == {root}
    assert set(graph.objects(STREAM, LDES.timestampPath)) == {DCTERMS.modified}
    assert set(graph.objects(STREAM, LDES.versionOfPath)) == {DCTERMS.isVersionOf}
    assert set(graph.objects(STREAM, LDES.versionDeleteObject)) == {AS.Delete}
    pages = {node for relation in graph.objects(root, TREE.relation) for node in graph.objects(relation, TREE.node)}
    assert pages == {URIRef(f"{BASE}ldes/{n}.0-1.ttl") for n in (1, 2, 3)}
    assert all((page, LDES.immutable, Literal("true", datatype=XSD.boolean)) in graph for page in pages)
    happened = {
        (str(record).removeprefix(ID), str(time)[:10], str(kind).rpartition("#")[2])
        for member in graph.objects(STREAM, TREE.member)
        for record in graph.objects(member, DCTERMS.isVersionOf)
        for time in graph.objects(member, DCTERMS.modified)
        for kind in set(graph.objects(member, RDF.type)) & {AS.Create, AS.Update, AS.Delete}
    }
    assert happened == {
        *((f"project/{name}", "2026-01-01", "Create") for name in "abc"),
        ("project/b", "2026-02-01", "Update"),
        ("project/c", "2026-02-01", "Delete"),
        ("project/d", "2026-03-01", "Create"),
        ("project/", "2026-03-01", "Create"),
    }


def test_a_version_is_the_whole_record_with_what_it_owns(tmp_path: Path, publish: Publish) -> None:
    publish(0)
    publish(1)
    graph = _stream(tmp_path / "public")
    versions = {
        str(graph.value(member, DCTERMS.modified))[:10]: graph.cbd(member)
        for member in graph.subjects(DCTERMS.isVersionOf, URIRef(f"{ID}project/b"))
    }
    value = URIRef("https://schema.org/value")
    assert {day: [str(o) for o in cbd.objects(None, value)] for day, cbd in versions.items()} == {
        "2026-01-01": ["1"],
        "2026-02-01": ["3"],
    }
    assert [str(o) for o in versions["2026-02-01"].objects(None, DCTERMS.title)] == ["Bee"]
    assert all(isinstance(node, BNode) for cbd in versions.values() for node in cbd.subjects(value))


def test_pages_never_change_and_a_quiet_release_adds_none(tmp_path: Path, publish: Publish, dumps: list[Path]) -> None:
    publish(0)
    pages = _bytes(tmp_path / "public/ldes")
    publish(1)
    now = _bytes(tmp_path / "public/ldes")
    assert {name: now[name] for name in pages if name != "index.ttl"} == {
        name: content for name, content in pages.items() if name != "index.ttl"
    }
    dumps[2].write_bytes(dumps[1].read_bytes())
    assert publish(2).triples in ({}, {"added": 0, "removed": 0})
    assert _bytes(tmp_path / "public/ldes") == now


def test_many_members_are_spread_over_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, publish: Publish) -> None:
    monkeypatch.setattr("linkedproj.changes.ldes.MEMBERS", 2)
    publish(0)
    graph = _stream(tmp_path / "public")
    assert sorted(path.name for path in (tmp_path / "public/ldes").iterdir()) == ["1.0-1.ttl", "1.0-2.ttl", "index.ttl"]
    assert len(set(graph.objects(STREAM, TREE.member))) == 3


# ---------------------------------------------------------------- tombstones and refusals


def test_a_removed_record_leaves_a_tombstone(tmp_path: Path, publish: Publish, dumps: list[Path]) -> None:
    publish(0)
    assert (tmp_path / "public/tombstones.csv").read_text("utf-8") == "iri,removed,version,label,successors\n"
    publish(1)
    publish(2)
    stones = (tmp_path / "public/tombstones.csv").read_text("utf-8")
    assert stones == f'iri,removed,version,label,successors\n{ID}project/c,2026-02-01,2.0,"C ""]]>",\n'
    assert diff.tombstones(dumps[0], dumps[1], BASE) == [f"{ID}project/c"]
    found = diff.reused({f"{ID}project/c", f"{ID}project/a"}, tmp_path / "public/tombstones.csv")
    assert [stone.iri for stone in found] == [f"{ID}project/c"]


def test_an_identifier_is_never_used_again_unless_the_record_is_back(
    tmp_path: Path, publish: Publish, dumps: list[Path]
) -> None:
    publish(0)
    publish(1)
    before = _bytes(tmp_path / "public")
    _dump(dumps[2], {"a": "A <b>&</b>", "b": "Bee", "c": "Another"})
    with pytest.raises(SetupError) as refused:
        publish(2)
    assert str(refused.value) == (
        f"{(tmp_path / 'public/tombstones.csv').as_posix()}: identifiers of removed records are used again: "
        "project/c (removed in 2.0). Give the new records other ids."
    )
    assert _bytes(tmp_path / "public") == before
    publish(2, restored=[f"{ID}project/c"])
    assert (tmp_path / "public/tombstones.csv").read_text("utf-8") == "iri,removed,version,label,successors\n"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"issued": "2025-12-31"}, "release 2.0 is issued on 2025-12-31T00:00:00Z, not after the last one "),
        ({"issued": "2026-01-01"}, "release 2.0 is issued on 2026-01-01T00:00:00Z, not after the last one "),
        ({"issued": "yesterday"}, "'yesterday' is no day of issue. Write YYYY-MM-DD, or a time such as "),
        ({"version": "../2"}, "'../2' cannot name a release. Use letters, digits, dots and hyphens."),
        ({"version": "1.0"}, "the changes of release 1.0 are published already and would be others now. "),
    ],
)
def test_a_wrong_release_is_refused_and_nothing_changes(
    tmp_path: Path, publish: Publish, changed: dict[str, str], said: str
) -> None:
    publish(0)
    before = _bytes(tmp_path / "public")
    with pytest.raises(SetupError) as refused:
        publish(1, **changed)
    assert said in str(refused.value)
    assert _bytes(tmp_path / "public") == before


def test_nothing_depends_on_the_clock(tmp_path: Path, publish: Publish) -> None:
    publish(0)
    texts = [content for name, content in _bytes(tmp_path / "public").items() if not name.endswith(".gz")]
    stamps = {content[4:8] for name, content in _bytes(tmp_path / "public").items() if name.endswith(".gz")}
    assert stamps == {b"\0\0\0\0"}
    assert all(b"2026-01-01" in text or b"iri," in text for text in chain(texts))
