"""What `linkedproj diff` finds between two dumps, and in which words it says so."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING
from unittest.mock import patch

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkedproj import changes as diff
from linkedproj.build import build
from linkedproj.changes.words import column, kind_name
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.paths import shipped
from linkedproj.model.schema import load_schema

from .bench.changes import found, make
from .conftest import SMALL, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

BASE = "https://small.example/"
ID = f"{BASE}id/"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
MEBIBYTE = 1 << 20

EDITS = [
    ("project.csv", "2019-03,2021,", "2019-03,2021-10,"),
    ("project.csv", "learning; water", "learning"),
    ("project.csv", "120000.50", "130000.00"),
    ("project.csv", "Escola d’hort", "Escola d’horta"),
    ("project.csv", "Harbour desk,https://small.example/contact,", ",,"),
    ("participation.csv", "harbour-mill,harbour,,mill,partner; funder", "harbour-mill,harbour,,mill,partner"),
    ("participation.csv", "2,2000,EUR", "2,3000,EUR"),
    ("participation.csv", "seeds-lakeside", "seeds-mill,,seeds,mill,party,,,,,\nseeds-lakeside"),
    ("city.csv", "POINT(2.10 41.50)", "POINT(2.20 41.50)"),
    ("organisation.csv", "municipal-company", "company"),
    ("organisation.csv", "A school.", "A <b>school</b> & more."),
]


def _release(home: Path, edits: Iterable[tuple[str, str, str]] = ()) -> Path:
    """Publish the small portfolio with some cells changed."""
    shutil.copytree(SMALL, home / "data")
    for name, old, new in edits:
        path = home / "data" / name
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return build(home / "data", home / "public").latest


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Publish the small portfolio before and after a day's work on it."""
    return _release(tmp_path_factory.mktemp("old")), _release(tmp_path_factory.mktemp("new"), EDITS)


# ---------------------------------------------------------------- exact

_load_schema = cache(load_schema)

_names = st.sampled_from(
    ["project/a", "project/b", "amount/a-budget", "period/a", "contact/a-contact", "city/ü", "x/y"]
)
_iris = st.one_of(_names.map(lambda name: ox.NamedNode(ID + name)), st.just(ox.NamedNode("http://other.example/#é")))
_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
_literals = st.one_of(
    _texts.map(ox.Literal),
    st.tuples(_texts, st.sampled_from(["ca", "en", "EN-gb"])).map(lambda v: ox.Literal(v[0], language=v[1])),
    st.just(ox.Literal("2020-02", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#gYearMonth"))),
)
_predicates = st.sampled_from([LABEL, "https://w3id.org/linkedproj/ns#budget", "https://schema.org/endDate", "x:p"])
_triples = st.builds(ox.Triple, _iris, _predicates.map(ox.NamedNode), st.one_of(_iris, _literals))
_graphs = st.lists(_triples, max_size=25)


def _spell(triple: ox.Triple, seed: random.Random) -> str:
    """Write a triple as one of many writers might."""
    line = f"{triple.subject} {triple.predicate} {triple.object} ."
    if seed.random() < 0.3:
        line = "".join(c if c.isascii() else f"\\U{ord(c):08X}" for c in line)
    if seed.random() < 0.2 and isinstance(triple.object, ox.Literal) and line.endswith('" .'):
        line = f"{line[:-2]}^^<http://www.w3.org/2001/XMLSchema#string> ."
    return ("  " if seed.random() < 0.1 else "") + line + seed.choice(["\n", " \n", "\r\n", " # said\n", "\n\n#\n"])


def _write(path: Path, graph: Sequence[ox.Triple], seed: random.Random) -> Path:
    lines = [_spell(triple, seed) for triple in [*graph, *graph[:3]]]
    seed.shuffle(lines)
    path.write_bytes("".join(lines).encode())
    return path


@settings(deadline=None, max_examples=60)
@given(_graphs, _graphs, _graphs, st.integers(0, 1 << 16))
def test_the_difference_is_that_of_the_two_sets_of_triples(
    tmp_path_factory: pytest.TempPathFactory,
    both: list[ox.Triple],
    before: list[ox.Triple],
    after: list[ox.Triple],
    number: int,
) -> None:
    folder = tmp_path_factory.mktemp("graphs")
    seed = random.Random(number)  # noqa: S311 - the same each time is the point
    old = _write(folder / "old.nt", [*both, *before], seed)
    new = _write(folder / "new.nt", [*both, *after], seed)
    with (
        patch("linkedproj.changes.compare.load_schema", _load_schema),
        diff.compare(old, new, BASE, memory=seed.choice([1, 2000, MEBIBYTE])) as changes,
    ):
        added, removed = list(changes.lines("added")), list(changes.lines("removed"))
        told = {story.iri for story in diff.stories(changes)}
        touched = {iri for _, iri, _ in changes.notes.touched()}
    left, right = {*both, *before}, {*both, *after}
    assert _read(added) == right - left
    assert _read(removed) == left - right
    assert (added, removed) == (sorted(added), sorted(removed))
    assert told <= touched
    assert bool(touched) == (left != right)


def _read(lines: list[bytes]) -> set[ox.Triple]:
    quads = ox.parse(input=b"".join(lines), format=ox.RdfFormat.N_TRIPLES)
    found = [quad.triple for quad in quads]
    assert len(found) == len(lines) == len(set(found))
    return set(found)


@pytest.mark.parametrize("name", ["portfolio.ttl", "portfolio.jsonld", "portfolio.nt.gz"])
def test_every_format_of_a_dump_holds_the_same(pair: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    old = pair[0] / name
    if not old.is_file():
        old = tmp_path / name
        old.write_bytes(gzip.compress((pair[0] / "portfolio.nt").read_bytes()))
    assert run("diff", str(old), str(pair[0] / "portfolio.nt")).out == (
        "No record changed.\n0 triples added, 0 triples removed.\n"
    )


def test_of_a_thousand_projects_exactly_those_that_changed_are_told(tmp_path: Path) -> None:
    told = make(tmp_path, 1000)
    report = tmp_path / "told.json"
    done = run("diff", str(tmp_path / "old.nt"), str(tmp_path / "new.nt"), "--format", "json", "--out", str(report))
    assert done.out == f"Written to {report}.\n"
    assert found(report) == told
    assert {what for what, _ in told} == {"added", "removed", "changed"}


# ---------------------------------------------------------------- bounded

_PEAK = """
import json, resource, sys
from pathlib import Path
from linkedproj import changes as diff
with diff.compare(Path(sys.argv[1]), Path(sys.argv[2]), memory=1 << 19) as changes:
    told = sum(1 for story in diff.stories(changes))
print(json.dumps([told, dict(changes.triples), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def _dump(path: Path, projects: int, text: str, share: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for n in range(projects):
            iri = f"<{ID}project/p{n * 7919 % projects:07}>"
            file.writelines(f'{iri} <{LABEL}> "{"A long label " * 8}{n}"@{tag} .\n' for tag in ("en", "ca", "es"))
            file.writelines(f'{iri} <x:p{i}> "{"some text " * 6}" .\n' for i in range(6))
            file.write(f'{iri} <https://schema.org/endDate> "{text if n % share == 0 else ""}" .\n')
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in kibibytes on Linux only")
@pytest.mark.parametrize("share", [100, 1], ids=["one percent", "all"])
def test_memory_does_not_grow_with_the_dumps(tmp_path: Path, share: int) -> None:
    peaks = []
    for projects in (1_000, 10_000):
        old = _dump(tmp_path / "old.nt", projects, "2020", share)
        new = _dump(tmp_path / "new.nt", projects, "2021", share)
        command = [sys.executable, "-c", _PEAK, str(old), str(new)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        told, triples, peak = json.loads(done.stdout)
        assert (told, triples) == (projects // share, dict.fromkeys(("added", "removed"), projects // share))
        peaks.append(peak * 1024)
    assert old.stat().st_size > 10 * MEBIBYTE
    assert peaks[1] - peaks[0] < 8 * MEBIBYTE


# ---------------------------------------------------------------- words

ENGLISH = """\
1 participation added: Seed exchange · Mill House
2 projects changed
  QUIET (project/harbour)
    end date: 2021 → 2021-10, source The Gazette
    budget: amount: 120000.50 → 130000.00, source A leaflet
    contact: label (en): removed Harbour desk
    contact: page: removed https://small.example/contact
  Orchard, school (project/orchard)
    title (ca): Escola d’hort → Escola d’horta
    theme: removed Water
1 participation changed
  QUIET · Mill House (participation/harbour-mill)
    role: removed funder
    budget: amount: 2000 → 3000, source A leaflet
2 organisations changed
  Mill House (organisation/mill)
    summary (en): A school. → A <b>school</b> & more.
  Port of Marella (organisation/port)
    classification: municipal company → company
1 place changed
  Marella (city/marella)
    point on the map: POINT(2.10 41.50) → POINT(2.20 41.50)
16 triples added, 16 triples removed.
"""

CATALAN_BACK = """\
1 participació eliminada: Intercanvi de llavors · Casa del Molí
2 projectes modificats
  QUIET (project/harbour)
    data de fi: 2021-10 → 2021, font La Gaseta
    pressupost: import: 130000.00 → 120000.50, font Un full
    contacte: etiqueta (en): s’hi afegeix Harbour desk
    contacte: pàgina: s’hi afegeix https://small.example/contact
  Escola d’hort (project/orchard)
    títol (ca): Escola d’horta → Escola d’hort
    tema: s’hi afegeix Aigua
1 participació modificada
  QUIET · Casa del Molí (participation/harbour-mill)
    funció: s’hi afegeix finançador
    pressupost: import: 3000 → 2000, font Un full
2 organitzacions modificades
"""

SPANISH = """\
1 participación añadida: Intercambio de semillas · Casa del Molino
2 proyectos modificados
  QUIET (project/harbour)
    fecha de fin: 2021 → 2021-10, fuente La Gaceta
    presupuesto: importe: 120000.50 → 130000.00, fuente Una hoja
    contacto: etiqueta (en): se elimina Harbour desk
    contacto: página: se elimina https://small.example/contact
  Escuela de huerto (project/orchard)
    título (ca): Escola d’hort → Escola d’horta
    tema: se elimina Agua
"""


def test_each_change_is_told_once_in_words(pair: tuple[Path, Path]) -> None:
    assert run("diff", *map(str, pair)).out == ENGLISH


def test_the_words_are_in_three_languages(pair: tuple[Path, Path]) -> None:
    assert run("diff", str(pair[1]), str(pair[0]), "--lang", "ca").out.startswith(CATALAN_BACK)
    assert run("diff", *map(str, pair), "--lang", "es").out.startswith(SPANISH)


def test_without_evidence_no_source_is_told(pair: tuple[Path, Path], tmp_path: Path) -> None:
    new = shutil.copy(pair[1] / "portfolio.nt", tmp_path)
    assert "    end date: 2021 → 2021-10\n" in run("diff", str(pair[0]), str(new)).out


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_and_column_has_a_name(language: str) -> None:
    schema = load_schema(shipped("ontology"))
    other = kind_name(language, "")
    assert [name for name in schema.types if kind_name(language, name) == other] == []
    same = [term for term in schema.fields if column(language, term) == term]
    # What is a plain word in English, and in the others the same word by chance.
    plain = {term for term in schema.fields if term.islower()} if language == "en" else set()
    assert set(same) <= plain | {"classification", "definition"} | ({"rationale"} if language == "en" else set())


def _changed(tmp_path: Path, old: str, new: str) -> list[str]:
    """Tell what changed in one record, written as lines without a subject."""
    for name, lines in (("old.nt", old), ("new.nt", new)):
        text = "".join(f"<{ID}project/a> {line} .\n" for line in lines.splitlines())
        (tmp_path / name).write_text(text, "utf-8")
    report = json.loads(run("diff", str(tmp_path / "old.nt"), str(tmp_path / "new.nt"), "--format", "json").out)
    return [change["said"] for record in report["records"] for change in record["changes"]]


STATUS = "<http://www.w3.org/ns/adms#status> <https://w3id.org/linkedproj/status/{}>"
END = '<https://schema.org/endDate> "{}"'
PART = f"<https://w3id.org/linkedproj/ns#participation> <{ID}participation/{{}}>"


def test_a_status_is_told_unless_the_dates_explain_it(tmp_path: Path) -> None:
    old, new = STATUS.format("ongoing"), STATUS.format("completed")
    assert _changed(tmp_path, old, new) == ["status: ongoing → completed"]
    told = _changed(tmp_path, f"{old}\n{END.format('2021')}", f"{new}\n{END.format('2020')}")
    assert told == ["end date: 2021 → 2020"]


def test_what_is_computed_alone_is_no_change_to_tell(tmp_path: Path) -> None:
    title = '<http://purl.org/dc/terms/title> "T"@en'
    assert _changed(tmp_path, f"{title}\n{PART.format('x')}", f"{title}\n{PART.format('y')}") == []
    assert _changed(tmp_path, title, f"{title}\n<x:unknown> <x:y>") == ["x:unknown: added x:y"]


def test_of_long_texts_what_is_round_the_difference_is_shown(tmp_path: Path) -> None:
    text = '<http://purl.org/dc/terms/description> "{}"@en'
    words = "many words " * 40
    (said,) = _changed(tmp_path, text.format(f"{words}end"), text.format(f"{words}END and what follows"))
    assert said == (
        "summary (en): …many words many words many words many words end → "
        "…many words many words many words many words END and what follows"
    )


def test_a_limit_leaves_out_records_and_says_how_many(pair: tuple[Path, Path]) -> None:
    shown = run("diff", *map(str, pair), "--limit", "1").out
    assert "2 projects changed\n  QUIET (project/harbour)\n" in shown
    assert "  … and 1 more\n1 participation changed\n" in shown
    assert "orchard" not in shown


# ---------------------------------------------------------------- formats


def test_programs_get_every_value_as_the_tables_have_it(pair: tuple[Path, Path]) -> None:
    report = json.loads(run("diff", *map(str, pair), "--format", "json").out)
    assert report["triples"] == {"added": 16, "removed": 16}
    assert report["counts"]["changed"] == {"Project": 2, "Participation": 1, "Organisation": 2, "City": 1}
    records = {record["record"]: record for record in report["records"]}
    assert list(records)[:2] == ["participation/seeds-mill", "project/harbour"]
    assert records["participation/seeds-mill"] == {
        "record": "participation/seeds-mill",
        "iri": f"{ID}participation/seeds-mill",
        "what": "added",
        "label": "Seed exchange · Mill House",
    }
    assert records["project/harbour"]["changes"][0] == {
        "column": "end",
        "old": ["2021"],
        "new": ["2021-10"],
        "sources": ["source/gazette"],
        "said": "end date: 2021 → 2021-10, source The Gazette",
    }


def test_a_page_escapes_what_the_records_hold_and_has_no_script(pair: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run("diff", *map(str, pair), "--format", "html", "--lang", "ca", "--out", str(page)).code == 0
    text = page.read_text("utf-8")
    assert '<ins dir="auto">A &lt;b&gt;school&lt;/b&gt; &amp; more.</ins>' in text
    assert text.startswith('<!doctype html>\n<html lang="ca">')
    assert "<script" not in text
    assert "<b>" not in text
    assert "default-src 'none'" in text
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


# ---------------------------------------------------------------- refused


def _no_folder(home: Path) -> str:
    return f"{home}/x: this does not exist. Name a release folder or a dump."


def _no_dump(home: Path) -> str:
    (home / "x").mkdir()
    return f"{home}/x: there is no dump in this folder. Name a release, such as public/dump/latest."


def _table(home: Path) -> str:
    (home / "x").write_text("id\n", "utf-8")
    return f"{home}/x: this is not a dump. Name a file in .nt, .ttl, .jsonld, .rdf (or with .gz behind it)."


@pytest.mark.parametrize("prepare", [_no_folder, _no_dump, _table])
def test_what_is_no_release_is_refused(pair: tuple[Path, Path], tmp_path: Path, prepare: Callable[[Path], str]) -> None:
    said = prepare(tmp_path)
    done = run("diff", str(pair[0]), str(tmp_path / "x"))
    assert (done.code, done.out, done.err) == (2, "", f"linkedproj: {said}\n")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.nt", b"<x:s> <x:p> <x:o> .\nid,title\n", "a.nt:2: this line is not N-Triples. Name a dump."),
        ("a.nt", b"<x:s> what .\n", "a.nt: not N-Triples: "),
        (
            "a.nt",
            b"\n_:b <x:p> <x:o> .\n",
            "a.nt:2: a blank node cannot be compared with another dump. Give it an IRI.",
        ),
        ("a.ttl", b"[] <x:p> 1 .\n", "a.ttl: a blank node cannot be compared with another dump. Give it an IRI."),
        ("a.ttl", b"<x:s> <x:p>\n!\n", "a.ttl:2: "),
        ("a.nt.gz", gzip.compress(b"<x:s> <x:p> <x:o> .\n", mtime=0)[:-4], "a.nt.gz: the dump cannot be read: "),
        ("a.nt.gz", b"plain", "a.nt.gz: the dump cannot be read: "),
    ],
)
def test_a_damaged_dump_is_refused_with_its_place(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / "empty.nt").touch()
    (tmp_path / name).write_bytes(content)
    done = run("diff", str(tmp_path / "empty.nt"), str(tmp_path / name))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"linkedproj: {tmp_path.as_posix()}/{said}")
    assert done.err.count("\n") == 1


def test_what_cannot_be_written_is_told(pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("diff", *map(str, pair), "--out", str(tmp_path / "file/out.txt"))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"linkedproj: {tmp_path}/file/out.txt: the file cannot be written: ")
