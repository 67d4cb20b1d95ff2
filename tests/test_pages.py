"""The pages of a published folder: each subject has one, each link leads somewhere, and nothing in a cell is markup."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest
from babel.messages.pofile import read_po
from tests.conftest import ROOT, made_once, schema_for, serving

from linkedproj.build import build
from linkedproj.model.folder import open_folder
from linkedproj.model.languages import LANGUAGES
from linkedproj.pages.order import place_of
from linkedproj.pages.partition import cut_lines
from linkedproj.pages.paths import Paths
from linkedproj.pages.render import FAST, PLAIN, Renderer
from linkedproj.pages.rules import apache, nginx
from linkedproj.pages.search import key_of, words
from linkedproj.pages.site import Kept, Site
from linkedproj.queries.ask.local import dump_files, evaluate, load
from linkedproj.queries.published.publish import Bounds, publish
from linkedproj.queries.saved.collection import Collection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Small

PAGES = ROOT / "src/linkedproj/pages"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "<img src=x onerror=alert(1)></script>{{ 7*7 }}{% raw %}\u202e"


class Page(HTMLParser):
    """What a page holds: links, what it loads, names of places, languages, visible text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.language = ""
        self.embedded = 0
        self.data: list[str] = []
        self.text: list[str] = []
        self._inside: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.language = values.get("lang", "") if tag == "html" else self.language
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag in {"script", "img", "image"} or (tag == "link" and values.get("rel") in {"stylesheet", "icon"}):
            self.loaded += [values[name] for name in ("src", "href") if values.get(name)]
        self.embedded += tag == "script" and values.get("type") == "application/ld+json"
        if tag in {"script", "style", "title"}:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave what is no text."""
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        """Take text."""
        (self.data if self._inside[-1:] == ["script"] else self.text).append(data)


@pytest.fixture(scope="module")
def pages(shipped_site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(shipped_site.rglob("*.html"))}


@pytest.fixture(scope="module")
def triples(shipped_site: Path) -> set[str]:
    files = (shipped_site / "dump/latest/portfolio.ttl", shipped_site / "dump/latest/evidence.ttl")
    return {str(quad.triple) for path in files for quad in ox.parse(path=path)}


# ---------------------------------------------------------------- everything leads somewhere


def broken(site: Path, pages: dict[Path, Page]) -> list[tuple[str, str]]:
    """Give the links that lead nowhere, each with its page; a folder is led to only where it has a page of its own."""
    places = {path.resolve(): set(page.ids) for path, page in pages.items()}
    found = set()
    for path, page in pages.items():
        for link in () if path.name == "404.html" else (*page.links, *page.loaded):
            parts = urlsplit(link)
            if parts.scheme:
                assert link not in page.loaded
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            if not target.is_file() or (parts.fragment and parts.fragment not in places[target]):
                found.add((path.relative_to(site).as_posix(), link))
    return sorted(found)


def test_no_link_is_broken_and_nothing_is_loaded_from_elsewhere(shipped_site: Path, pages: dict[Path, Page]) -> None:
    assert broken(shipped_site, pages)[:20] == []


def test_each_page_names_a_place_once_and_has_one_heading(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), path
        assert "id" in path.parts or page.tags.count("h1") == 1, path


def test_every_subject_of_the_dump_has_a_place(shipped_site: Path, pages: dict[Path, Page]) -> None:
    base = "https://data.example.org/"
    files = (shipped_site / "dump/latest/portfolio.ttl", shipped_site / "dump/latest/evidence.ttl")
    subjects = {str(quad.subject.value) for path in files for quad in ox.parse(path=path)}
    ours = {iri for iri in subjects if iri.startswith(f"{base}id/")}
    assert len(ours) > 700
    for iri in ours:
        stub = shipped_site / iri.removeprefix(base) / "index.html"
        [link] = pages[stub].links
        parts = urlsplit(link)
        target = (stub.parent / unquote(parts.path)).resolve()
        assert target.is_file(), iri
        assert (
            not parts.fragment or parts.fragment in pages[shipped_site / target.relative_to(shipped_site.resolve())].ids
        ), iri


def test_the_data_of_a_page_are_in_the_dump(shipped_site: Path, pages: dict[Path, Page], triples: set[str]) -> None:
    seen = set()
    for path in sorted((shipped_site / "doc").rglob("*")):
        if path.suffix in {".ttl", ".jsonld"}:
            found = {str(quad.triple) for quad in ox.parse(path=path)}
            assert found <= triples, path
            seen |= found
    assert {line for line in triples if line.startswith("<https://data.example.org/id/")} <= seen
    for path, page in pages.items():
        if "doc" in path.parts and page.data:
            [embedded] = [text for text in page.data if text.startswith("{")]
            quads = ox.parse(input=embedded, format=ox.RdfFormat.JSON_LD)
            assert {str(quad.triple) for quad in quads} <= triples, path


# ---------------------------------------------------------------- languages


def test_each_language_has_its_pages_and_the_words_of_all_are_there(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        tag = next((tag for tag in ("ca", "es") if path.name.endswith(f".{tag}.html")), "en")
        assert page.language == tag, path
    keys = {tag: _catalogue(tag) for tag in LANGUAGES if tag != "en"}
    assert keys["ca"].keys() == keys["es"].keys()
    assert all(all(texts.values()) for texts in keys.values())
    source = "".join(path.read_text("utf-8") for path in (*PAGES.rglob("*.html"), *PAGES.rglob("*.py")))
    assert [key for key in keys["ca"] if f'("{key}")' not in source and f"'{key}'" not in source] == []


def _catalogue(tag: str) -> dict[str, str]:
    read = read_po((PAGES / f"texts/{tag}.po").read_bytes().splitlines(keepends=True))
    return {str(one.id): str(one.string) for one in read if one.id}


def test_a_portfolio_of_another_country_has_pages_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = ROOT / "tests/fixtures/vilamar"

    def publish(home: Path) -> None:
        for version, day in (("1.0", "2026-11-20"), ("1.1", "2026-11-21")):
            build(folder, home / "public", release=version, at=day, site=True)

    out = made_once("vilamar-site", publish, tmp_path_factory) / "public"
    found = {path: Page(path) for path in out.rglob("*.html")}
    assert broken(out, found)[:20] == []
    assert {page.language for page in found.values()} == {*open_folder(folder).config.languages}
    told = " ".join(text for page in found.values() for text in page.text)
    assert not re.search("barcelona|birmingham", told, re.IGNORECASE)


def test_a_page_that_is_written_from_right_to_left_reads_right(small: Small) -> None:
    title = "ميناء هادئ"
    for path in small.folder.iterdir():
        text = path.read_text("utf-8").replace("@es", "@ar").replace("\nes = ", "\nar = ")
        text = text.replace('["en", "ca", "es"]', '["ar", "en", "ca"]').replace("Puerto tranquilo", title)
        path.write_text(text, "utf-8")
    outcome = small.run("build", "--site")
    assert outcome.code == 0, outcome.err
    written = (small.home / "public/doc/project/harbour.html").read_text("utf-8")
    assert '<html lang="ar" dir="rtl">' in written
    assert f"<h1>{title}</h1>" in re.sub(r" <small.*?</small>", "", written)
    # Words of the program are English, and say so; what is English in the records turns back as well.
    assert '<nav aria-label="Main" lang="en" dir="ltr"' in written
    assert re.search(r'lang="en" dir="ltr">Harbour desk<', written)
    english = (small.home / "public/doc/project/harbour.en.html").read_text("utf-8")
    assert '<html lang="en">' in english
    assert 'href="harbour.html" lang="ar"' in english
    style = (small.home / "public/assets/site.css").read_text("utf-8")
    assert re.findall(r"(?:margin|padding|border)-(?:left|right)|text-align: *(?:left|right)|float:", style) == []


def test_no_two_records_have_one_page() -> None:
    schema = schema_for("https://small.example/")
    paths = Paths(schema, ["en", "ca"], str)
    base, long = schema.types["Project"].base, "x" * 200
    ids = ["a", "a.ca", "a.html", "a.ttl", "index", "con", f"{long}ab", f"{long}ba", long]
    stems = [paths.stem(base + one) for one in ids]
    files = [paths.file(stem, language) for stem in stems for language in ("en", "ca")]
    assert len(set(files)) == len(files)
    assert {f"doc/project/{name}" for name in ("index.html", "con.html")} & {*files} == set()
    assert all(len(file.rpartition("/")[2]) < 200 for file in files)


# ---------------------------------------------------------------- templates


def test_both_renderers_write_the_same_pages(
    shipped_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, dict[str, str]] = {}
    for engine in (FAST, PLAIN):
        monkeypatch.setattr(Site, "renderer", Renderer(None, engine))
        sources = _again(shipped_site, tmp_path / engine, languages=1)
        written[engine] = {
            path.relative_to(sources).as_posix(): html.unescape(path.read_text("utf-8"))
            for path in sources.rglob("*.html")
        }
    assert len(written[FAST]) > 100
    assert written[FAST].keys() == written[PLAIN].keys()
    for name, text in written[FAST].items():
        assert text == written[PLAIN][name], name


def test_a_page_says_why_an_answer_is_not_there_or_not_in_every_format(shipped_site: Path, tmp_path: Path) -> None:
    folder = open_folder(ROOT / "data").drafted
    queries = {"network": Collection(folder.path, folder.config).read()["network"]}
    data, pages = dump_files(shipped_site / "dump/latest"), {}
    for name, bounds in {"long": Bounds(verbose_rows=5), "none": Bounds(rows=5)}.items():
        answers = tmp_path / f"{name}-answers"
        answers.mkdir()
        publish(data, queries, answers, folder.schema.context, "1", bounds=bounds)
        pages[name] = Page(_again(shipped_site, tmp_path / name, languages=1, answers=answers) / "query/network.html")
    pages["all"] = Page(shipped_site / "query/network.html")
    said = {name: "".join(page.text) for name, page in pages.items()}
    assert "The answer has more than 5 rows or 4,194,304 bytes: it is here as CSV and TSV." in said["long"]
    assert "The answer has more than 5 rows." in said["none"]
    rows = {name: page.tags.count("tr") for name, page in pages.items()}
    assert rows["long"] == rows["all"] > rows["none"]
    assert "network.srj" in pages["all"].links
    assert "network.srj" not in pages["long"].links


def _again(shipped_site: Path, out: Path, *, languages: int, answers: Path | None = None) -> Path:
    """Write the pages of the shipped portfolio once more, to another folder, in the first of its languages."""
    from linkedproj.catalog.facts import facts_of
    from linkedproj.pages.site import Sources

    folder, latest = open_folder(ROOT / "data").drafted, shipped_site / "dump/latest"
    folder = replace(folder, config=replace(folder.config, languages=folder.config.languages[:languages]))
    out.mkdir()
    evidence = out.with_suffix(".nt")
    statements = sorted(
        (quad.triple for quad in ox.parse(path=latest / "evidence.ttl")), key=lambda one: str(one.subject)
    )
    ox.serialize(statements, evidence, format=ox.RdfFormat.N_TRIPLES)
    facts = facts_of(latest, folder.config, folder.schema)
    Site(
        folder,
        Sources(latest, evidence, answers or shipped_site / "query", shipped_site / "dataset.jsonld"),
        facts,
        Kept(out),
    ).write()
    return out


def test_what_stands_in_a_cell_is_text_and_no_markup(small: Small) -> None:
    small.edit("project.csv", "Quiet harbour", HOSTILE)
    outcome = small.run("build", "--site")
    assert outcome.code == 0, outcome.err
    found = {path: Page(path) for path in (small.home / "public").rglob("*.html")}
    told = [page for page in found.values() if HOSTILE[:-1] in "".join(page.text)]
    assert len(told) > 3
    for path, page in found.items():
        assert "img" not in page.tags, path
        assert all(not link.lower().startswith("javascript:") for link in page.links)
        assert len([text for text in page.data if text.strip()]) == page.embedded, path


def test_a_template_and_texts_of_a_portfolio_win(small: Small) -> None:
    (small.folder / "pages/templates").mkdir(parents=True)
    (small.folder / "pages/texts").mkdir()
    (small.folder / "pages/templates/missing.html").write_text(
        '{% extends "base.html" %}{% block content %}<h1>Mislaid</h1>{% endblock %}', "utf-8"
    )
    (small.folder / "pages/texts/en.po").write_text('msgid "Facts"\nmsgstr "What is known"\n', "utf-8")
    assert small.run("build", "--site").code == 0
    assert "<h1>Mislaid</h1>" in (small.home / "public/404.html").read_text("utf-8")
    record = next((small.home / "public/doc/project").glob("*.html"))
    assert "What is known" in "".join(path.read_text("utf-8") for path in record.parent.glob("*.html"))


def test_a_template_that_cannot_be_used_is_told_and_nothing_is_published(small: Small) -> None:
    (small.folder / "pages/templates").mkdir(parents=True)
    (small.folder / "pages/templates/home.html").write_text("{{ no_such_thing }}", "utf-8")
    outcome = small.run("build", "--site")
    assert outcome.code == 2
    assert "pages/templates/home.html: the template cannot be used" in outcome.err
    assert not (small.home / "public").exists()


def test_without_pages_there_are_none_and_old_ones_go(small: Small) -> None:
    outcome = small.run("build", "--site")
    assert outcome.code == 0
    assert re.search(r"^pages for people: \d+ files, .* public/index.html$", outcome.out, re.MULTILINE)
    assert (small.home / "public/index.html").is_file()
    assert small.run("build").code == 0
    assert [*(small.home / "public").rglob("*.html")] == []
    assert small.run("verify", "public").code == 0


# ---------------------------------------------------------------- what is kept, and how much is written


def _numbers(public: Path) -> dict[str, int]:
    """Return the number of each file that is no dump: another one was written anew."""
    found = (path for path in public.rglob("*") if path.is_file() and "dump" not in path.parts)
    return {path.relative_to(public).as_posix(): path.stat().st_ino for path in found}


def _contents(public: Path) -> dict[str, bytes]:
    return {path.relative_to(public).as_posix(): path.read_bytes() for path in public.rglob("*") if path.is_file()}


def test_an_edit_rewrites_what_it_touches_and_the_rest_keeps_its_place(small: Small) -> None:
    public = small.home / "public"
    assert small.run("build", "--site").code == 0
    first = _numbers(public)
    assert small.run("build", "--site").code == 0
    assert {name for name, number in _numbers(public).items() if first[name] != number} <= {"SHA256SUMS"}
    small.edit("project.csv", "Less noise.", "Much less noise.")
    assert small.run("build", "--site").code == 0
    changed = {name for name, number in _numbers(public).items() if first.get(name) != number}
    pages = {name for name in changed if name.endswith(".html")}
    assert "doc/project/harbour.html" in pages
    assert "doc/project/orchard.html" not in pages
    assert len(changed) < 50
    assert small.run("build", "--site", "--no-cache", "--out", "fresh").code == 0
    assert _contents(public) == _contents(small.home / "fresh")


def test_pages_are_not_written_through_a_link_of_somebody_else(small: Small) -> None:
    assert small.run("build").code == 0
    elsewhere = small.home / "elsewhere"
    elsewhere.mkdir()
    (small.home / "public/doc").symlink_to(elsewhere, target_is_directory=True)
    outcome = small.run("build", "--site")
    assert outcome.code == 1
    assert "doc in the published folder is not of this program" in outcome.err
    assert [*elsewhere.iterdir()] == []
    assert not (small.home / "public/index.html").exists()


def test_the_name_of_a_record_is_new_wherever_it_stands(small: Small) -> None:
    assert small.run("build", "--site").code == 0
    small.edit("city.csv", "Marella,Marella,Marella", "Marellona,Marella,Marella")
    assert small.run("build", "--site").code == 0
    assert small.run("build", "--site", "--no-cache", "--out", "fresh").code == 0
    assert _contents(small.home / "public") == _contents(small.home / "fresh")


def test_a_page_that_somebody_changed_and_a_damaged_list_are_made_again(small: Small) -> None:
    public = small.home / "public"
    assert small.run("build", "--site").code == 0
    sound = _contents(public)
    page = public / "doc/project/harbour.html"
    page.write_text("changed", "utf-8")
    (public / "doc/project/orchard.html").unlink()
    (public / "doc/project/orchard.html").symlink_to(page)
    for kept in Path(os.environ["LINKEDPROJ_CACHE"], "pages").glob("*.json"):
        kept.write_bytes(kept.read_bytes()[:-10])
    assert small.run("build", "--site").code == 0
    assert _contents(public) == sound
    assert not (public / "doc/project/orchard.html").is_symlink()
    # As many bytes as there were, in the file that there was.
    text = page.read_text("utf-8")
    page.write_text(text[:-2] + "!\n", "utf-8")
    assert small.run("build", "--site").code == 0
    assert _contents(public) == sound
    # What is served keeps its content when one of its names is written anew elsewhere.
    assert small.run("build", "--site").code == 0
    page.unlink()
    page.write_text("changed", "utf-8")
    assert small.run("build", "--site").code == 0
    assert _contents(public) == sound


def test_a_page_that_has_another_time_and_the_same_bytes_keeps_its_place(small: Small) -> None:
    public = small.home / "public"
    assert small.run("build", "--site").code == 0
    first = _numbers(public)
    for path in (public / "doc/project").iterdir():
        os.utime(path, (0, 0))
    for _ in range(2):
        assert small.run("build", "--site").code == 0
        assert {name for name, number in _numbers(public).items() if first[name] != number} <= {"SHA256SUMS"}


def test_a_lean_site_has_pages_where_there_is_text_and_every_link_leads_somewhere(small: Small) -> None:
    settings = small.folder / "portfolio.toml"
    text = settings.read_text("utf-8")
    settings.write_text(f'{text}\n[pages]\nprofile = "lean"\ndark = {{ accent = "#f09ac8" }}\n', "utf-8")
    assert small.run("build", "--site").code == 0
    public = small.home / "public"
    found = {path: Page(path) for path in public.rglob("*.html")}
    assert broken(public, found) == []
    full, lean = "doc/project/harbour.ca.html", {path.name for path in (public / "doc").rglob("*") if path.is_file()}
    assert (public / full).is_file()
    assert not [name for name in lean if name.endswith((".ttl", ".nt", ".rdf"))]
    assert "--accent: #f09ac8;" in (public / "assets/brand.css").read_text("utf-8")
    assert 'assets/brand.css"' in (public / full).read_text("utf-8")


def test_a_mistake_is_mended_where_the_record_stands(small: Small) -> None:
    config = small.folder / "portfolio.toml"
    address = "https://forge.example/data/{file}#L{line}"
    # A link is kept where it lies, whatever it leads to.
    (small.folder / "project.csv").rename(small.home / "elsewhere.csv")
    (small.folder / "project.csv").symlink_to(small.home / "elsewhere.csv")
    config.write_text(f'{config.read_text("utf-8")}\n[pages]\ncorrect = "{address}"\n', "utf-8")
    assert small.run("build", "--site").code == 0
    for identifier, line in (("harbour", 2), ("orchard", 3)):
        page = html.unescape((small.home / f"public/doc/project/{identifier}.html").read_text("utf-8"))
        assert f'<a href="https://forge.example/data/project.csv#L{line}">Suggest a correction</a>' in page
    config.write_text(config.read_text("utf-8").replace("https://forge", "forge"), "utf-8")
    outcome = small.run("build", "--site")
    assert outcome.code == 2
    assert "write the address of a table, such as" in outcome.err


def test_colours_are_colours(small: Small) -> None:
    settings = small.folder / "portfolio.toml"
    text = settings.read_text("utf-8")
    settings.write_text(f'{text}\n[pages]\nlight = {{ accent = "red; }} body {{ x" }}\n', "utf-8")
    outcome = small.run("build", "--site")
    assert outcome.code == 2
    assert "write colours such as { accent = '#1a5a8a' }" in outcome.err


# ---------------------------------------------------------------- order


@pytest.mark.parametrize(
    ("language", "ordered"),
    [
        ("es", ["nube", "nuez", "ñandú", "oca"]),
        ("sv", ["ek", "zon", "ål", "äng", "öl"]),
        ("da", ["zone", "æble", "øl", "ål"]),
        ("cs", ["cihla", "čas", "hora", "chata", "ihned"]),
        ("pl", ["las", "lód", "łan", "mak"]),
        ("ca", ["àrea", "casa", "ull"]),
        ("de", ["Apfel", "Äpfel am Baum", "Birne"]),
        ("es-MX", ["ana b", "ana ñ", "ana o"]),
    ],
)
def test_names_are_in_the_order_of_the_language(language: str, ordered: list[str]) -> None:
    assert sorted({*ordered}, key=lambda word: place_of(word, language)) == ordered


# ---------------------------------------------------------------- search


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wrocław", ["wroclaw"]),
        ("Malmø · Đakovo", ["malmo", "dakovo"]),
        ("col·laboració", ["collaboracio"]),
        (
            "Straße İzmir \N{LATIN SMALL LETTER DOTLESS I}l\N{LATIN SMALL LETTER DOTLESS I}k",
            ["strasse", "izmir", "ilik"],
        ),
        ("東京 2019", ["東京", "2019"]),
    ],
)
def test_words_are_found_without_their_accents(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_every_record_is_found_by_each_word_of_its_name(shipped_site: Path) -> None:
    folder = shipped_site / "assets/search"
    index = json.loads((folder / "index.json").read_text("utf-8"))
    names = [
        entry
        for number in range(-(-index["records"] // index["block"]))
        for entry in json.loads((folder / f"en/{number}.json").read_text("utf-8"))
    ]
    assert len(names) == index["records"]
    for number, (name, href, _, brief) in enumerate(names):
        assert (shipped_site / href).is_file()
        for word in words(f"{name} {brief}"):
            shard = json.loads((folder / f"words/{key_of(word)}.json").read_text("utf-8"))
            assert number in shard[word], name


@pytest.fixture(scope="module")
def address(shipped_site: Path) -> Iterator[str]:
    with serving(shipped_site) as here:
        yield here.rstrip("/")


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium to look at pages with")
@pytest.mark.parametrize(("asked", "found"), [("chebec", "CHEBEC"), ("dgirona barcelona", ""), ("kigali", "Kigali")])
def test_a_browser_searches(address: str, asked: str, found: str) -> None:
    shown, log = look(f"{address}/search.html?q={asked.replace(' ', '+')}")
    results = shown.partition('id="results"')[2].partition("</ul>")[0]
    assert (found in results) if found else "<li>" not in results
    assert "CONSOLE" not in log


def look(address: str) -> tuple[str, str]:
    """Open a page in a browser; return what it has become, and what the console said."""
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=4000"]
    done = subprocess.run(
        [str(CHROMIUM), *flags, "--dump-dom", address], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium to look at pages with")
@pytest.mark.parametrize("page", ["index.html", "doc/project/chebec.html", "query/projects-map.html", "def/index.html"])
def test_a_browser_has_nothing_to_complain_of(address: str, page: str) -> None:
    shown, log = look(f"{address}/{page}")
    assert "<h1" in shown
    assert "CONSOLE" not in log


# ---------------------------------------------------------------- servers


def test_what_a_browser_loads_for_a_saved_query_is_enough_and_all_parts_are_all(shipped_site: Path) -> None:
    told = json.loads((shipped_site / "assets/sparql/parts.json").read_text("utf-8"))
    dumps = [shipped_site / "dump/latest" / name for name in ("portfolio.nt", "evidence.ttl", "vocabulary.ttl")]
    whole = load(dumps)
    assert set(load([shipped_site / file for file in told["files"]])) == set(whole)
    asked = {path.stem: path.read_text("utf-8") for path in (shipped_site / "query").glob("*.rq")}
    for query, places in told["queries"].items():
        part = load([shipped_site / told["files"][place] for place in places])
        assert evaluate(part, asked[query]) == evaluate(whole, asked[query]), query
    assert len(told["queries"]) > len(asked) / 2 * 0.9


def test_one_edit_changes_the_parts_that_hold_it_and_no_other(small: Small) -> None:
    build(small.folder, small.home / "public", site=True)
    parts = small.home / "public/assets/sparql/parts"
    before = {path.name: path.stat().st_ino for path in parts.iterdir()}
    small.edit("project.csv", "More trees.", "More green.")
    build(small.folder, small.home / "public", site=True)
    changed = {path.name for path in parts.iterdir() if before.get(path.name) != path.stat().st_ino}
    # The value, and what is said of where it is from.
    assert {"dct_description", "rdf_object"} <= {name.partition("-")[0] for name in changed}
    assert len(changed) < len(before) / 2


def test_statements_with_blank_nodes_stay_together(tmp_path: Path) -> None:
    dump = tmp_path / "portfolio.nt"
    dump.write_text(
        "_:a <http://e/p> <http://e/b> .\n<http://e/b> <http://e/p> _:a .\n<http://e/b> <http://e/p> 'c' .\n"
    )
    assert [part for part, _ in cut_lines([dump])] == [b"", b"", b"<http://e/p>"]


def test_the_rules_are_written_for_the_languages_of_the_portfolio() -> None:
    text = apache("/open/", ["fi", "sv"])
    assert "DefaultLanguage fi" in text
    assert "AddLanguage sv .sv" in text
    assert "LanguagePriority fi sv" in text
    assert "303,L" in text
    assert "~*^sv\\b sv;" in nginx("/", ["fi", "sv"])


def test_the_assets_have_their_licences(shipped_site: Path) -> None:
    assert "Permission to use" in (shipped_site / "assets/world.LICENCE.txt").read_text("utf-8")
