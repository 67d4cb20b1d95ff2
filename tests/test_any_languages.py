"""A portfolio in languages of its own: any tags, in any number, without a word of another in what is published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib

from linkedproj.build import build
from linkedproj.mapping.tables import map_folder
from linkedproj.model.languages import canonical_tag
from linkedproj.model.settings import load_config

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.errors import Problem

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
SEVEN = {
    "fi": "Saaristo", "sv": "Skärgården", "en-GB": "Archipelago", "el": "Αρχιπέλαγος", "sr-Latn": "Arhipelag",
    "mt": "Arċipelagu", "ga": "Oileánra",
}  # fmt: skip


def settings(languages: Sequence[str], titles: Mapping[str, str]) -> str:
    """Write the settings of a small portfolio."""
    texts = "{ " + ", ".join(f'{tag} = "{text}"' for tag, text in titles.items()) + " }"
    return (
        'id = "small"\nversion = "2026.1"\nbase = "https://small.example/"\nas-of = 2026-01-01\n'
        f'licence = "{LICENCE}"\nlanguages = {list(languages)!r}\nissued = 2026-01-02\nfrequency = "ANNUAL"\n'
        'profiles = ["dcat-ap", "schema-org", "void", "versions"]\n'
        'legislation = ["http://data.europa.eu/eli/dir/2019/1024/oj"]\n'
        f"title = {texts}\ndescription = {texts}\nkeywords = {{ {next(iter(titles))} = ['island'] }}\n"
        "themes = { sea = { data-theme = 'ENVI' } }\n"
        f"publisher = {{ name = {texts}, type = 'http://purl.org/adms/publishertype/LocalAuthority' }}\n"
        f"contact = {{ name = {texts}, url = 'https://small.example/' }}\n"
        f"territory = {{ iri = 'https://sws.geonames.org/633679/', label = {texts} }}\n"
    )


def tables(titles: Mapping[str, str]) -> dict[str, str]:
    """Write its tables: one project with a title in each language, and what it leads to."""
    tags = [f"@{tag}" for tag in titles]
    names, row = ",".join(f"name{tag}" for tag in tags), ",".join(titles.values())
    return {
        "project.csv": f"id,{','.join(f'title{tag}' for tag in tags)},start,end,theme\nsea,{row},2021,2024-02,sea\n",
        "organisation.csv": f"id,{names},seat\nharbour,{row},turku\n",
        "city.csv": f"id,{names},country\nturku,{row},FIN\n",
        "country.csv": f"id,{names}\nFIN,{row}\n",
        "participation.csv": "id,project,organisation,role\np,sea,harbour,coordinator\n",
        "theme.csv": f"id,{names},inScheme\nsea,{row},themes\n",
        "scheme.csv": f"id,{names}\nthemes,{row}\n",
    }


def write(home: Path, titles: Mapping[str, str], languages: Sequence[str] = ()) -> Path:
    """Write a portfolio; return its folder."""
    folder = home / "data"
    folder.mkdir()
    about = {
        tag: f"{text}: what the records of this portfolio are about, in a sentence." for tag, text in titles.items()
    }
    (folder / "portfolio.toml").write_text(settings(languages or list(titles), about), "utf-8")
    for name, text in tables(titles).items():
        (folder / name).write_text(text, "utf-8")
    return folder


def literals(path: Path, form: ox.RdfFormat) -> set[tuple[str, str, str]]:
    """Return the texts of a dump: subject, text, and language tag in small letters."""
    return {
        (str(quad.subject), quad.object.value, quad.object.language.lower())
        for quad in ox.parse(path=path, format=form)
        if isinstance(quad.object, ox.Literal) and quad.object.language
    }


@pytest.mark.parametrize(
    "titles", [{"fi": "Saaristo"}, {"ar": "الأرخبيل", "zh": "群岛"}, SEVEN], ids=["one", "ar-zh", "seven"]
)
def test_every_dump_has_the_texts_of_the_portfolio_in_its_own_languages(titles: dict[str, str], tmp_path: Path) -> None:
    map_folder(write(tmp_path, titles), tmp_path, ("ntriples", "turtle", "jsonld"))
    expected = {("<https://small.example/id/project/sea>", text, tag.lower()) for tag, text in titles.items()}
    found = literals(tmp_path / "portfolio.nt", ox.RdfFormat.N_TRIPLES)
    assert expected <= found
    # What codes and classes are called is the program's to say: in English, where it speaks none of these languages.
    assert {tag for subject, _, tag in found if subject.startswith("<https://small.example/id/")} == {
        tag.lower() for tag in titles
    }
    assert literals(tmp_path / "portfolio.ttl", ox.RdfFormat.TURTLE) == found
    graph = rdflib.Graph().parse(tmp_path / "portfolio.jsonld", format="json-ld")
    texts = ((s, o) for s, _, o in graph if isinstance(o, rdflib.Literal) and o.language)
    assert {(f"<{s}>", str(o), str(o.language).lower()) for s, o in texts} == found


def test_a_portfolio_may_have_any_well_formed_tag(tmp_path: Path) -> None:
    stated = ["pt-BR", "zh-Hant", "en-GB", "sr-Latn-RS", "ca-valencia", "de-1996", "pt-br", "SL-rozaj-biske-1994"]
    folder = write(tmp_path, {"pt-BR": "Arquipélago"}, stated)
    assert load_config(folder, "data").languages == (*stated[:6], "sl-rozaj-biske-1994")


def test_tags_are_compared_without_case_and_written_as_recommended(tmp_path: Path) -> None:
    titles = {"SR-latn": "Arhipelag", "en-gb": "Archipelago"}
    map_folder(write(tmp_path, titles, ["sr-LATN", "EN-GB"]), tmp_path)
    text = (tmp_path / "portfolio.nt").read_text("utf-8")
    assert '"Arhipelag"@sr-Latn' in text
    assert '"Archipelago"@en-GB' in text


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Problem, ...]]:
    """Publish a portfolio in Finnish, British English and a language that no portal knows."""
    home = tmp_path_factory.mktemp("nordic")
    titles = {"fi": "Saaristo", "en-GB": "Archipelago", "tlh": "'ambay"}
    built = build(write(home, titles), home / "public")
    return home / "public", (*built.findings.problems, *built.gaps)


def test_nothing_is_published_in_a_language_that_the_portfolio_does_not_have(
    public: tuple[Path, tuple[Problem, ...]],
) -> None:
    folder, _ = public
    texts = {path: path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in READABLE}
    # The saved queries and their pages have languages of their own.
    foreign = [
        path.relative_to(folder).as_posix()
        for path, text in texts.items()
        if "query" not in path.parts and re.search(r'@(?:ca|es)\b|"(?:ca|es)"|Barcelona|català|español', text)
    ]
    assert len(texts) > 30
    assert foreign == []


def test_the_catalogue_names_the_languages_by_their_codes(public: tuple[Path, tuple[Problem, ...]]) -> None:
    catalogue = (public[0] / "catalog.nt").read_text("utf-8")
    assert set(re.findall(r"authority/language/(\w+)", catalogue)) == {"FIN", "ENG"}
    assert "Every record of the portfolio in one file." in catalogue


def test_a_language_without_a_code_is_told(public: tuple[Path, tuple[Problem, ...]]) -> None:
    told = [problem for problem in public[1] if problem.rule == "LP-PORTAL-LANGUAGE"]
    assert [(problem.cell, problem.place.line) for problem in told] == [("tlh", 6)]


READABLE = {".ttl", ".nt", ".rdf", ".jsonld", ".json", ".csv", ".xml", ".cff", ".txt", ".html"}


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        ("FI", "fi"),
        ("en-gb", "en-GB"),
        ("sr-latn", "sr-Latn"),
        ("ZH-HANT-tw", "zh-Hant-TW"),
        ("de-x-GB", "de-x-gb"),
        ("pt-br", "pt-BR"),
        ("CA-Valencia", "ca-valencia"),
        ("DE-1996", "de-1996"),
    ],
)
def test_a_tag_is_written_as_recommended(stated: str, written: str) -> None:
    assert canonical_tag(stated) == written
