"""The pages about the whole: the first one, downloads, search, SPARQL, and that for what is not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from linkedproj.pages.drawing import mapped
from linkedproj.pages.frame import counted
from linkedproj.pages.lists import Listing
from linkedproj.pages.names import chosen
from linkedproj.pages.partition import INDEX, whole
from linkedproj.pages.values import date

if TYPE_CHECKING:
    from linkedproj.catalog.facts import FileFacts
    from linkedproj.pages.frame import Frame
    from linkedproj.pages.lists import Lists
    from linkedproj.pages.record import Reader
    from linkedproj.pages.views import Views

_ASKED, _OFFERED = 8, 6
_DAY = len("YYYY-MM-DD")


def write_downloads(frame: Frame, reader: Reader) -> None:
    """Write the page of the files with their checksums, and of all releases."""
    texts, stem = frame.texts[reader.language], "download"
    whole = [one for one in frame.facts.files if not one.table]
    tables = [one for one in frame.facts.files if one.table]
    groups = [
        {"title": title, "files": [_file(one, texts.spoken) for one in listed]}
        for title, listed in ((texts("Everything"), whole), (texts("Tables"), tables))
        if listed
    ]
    releases = [
        {
            "version": version,
            "href": f"dump/{version}/portfolio.ttl",
            "day": day[:_DAY],
            "day_text": date(day[:_DAY], texts.spoken),
            "changes": f"changes/{version}/index.html" if not version.endswith("-draft") else "",
        }
        for version, day in reversed(frame.facts.versions)
    ]
    common = frame.common(stem, reader, title=texts("Download"))
    frame.fill("download.html", stem, reader, {**common, "groups": groups, "releases": releases})


def _file(one: FileFacts, language: str) -> dict[str, str]:
    return {
        "href": one.path,
        "name": one.name,
        "format": one.format + (" · gzip" if one.compression else ""),
        "size": f"{counted(max(1, round(one.bytes / 1000)), language)} kB",
        "sha256": one.sha256,
    }


def write_home(frame: Frame, views: Views, reader: Reader) -> None:
    """Write the first page: what is here, in numbers and on a map, and three ways in."""
    config, stem, ending = frame.folder.config, "index", frame.paths.ending(reader.language)
    here, texts = frame.paths.file(stem, reader.language), frame.texts[reader.language]
    title = frame.title(reader)
    described = config.portal.description
    lead = reader.said(chosen(described, reader.languages)) if described else None
    common = frame.common(stem, reader, title=title.text, description=(lead or {}).get("text", ""))
    told = [
        {
            **reader.said(reader.terms.types(kind)),
            "href": f"doc/{kind.table}/index{ending}",
            "count": counted(len(views.lists.cards[kind.name]), texts.spoken),
        }
        for kind in frame.listed
    ]
    main = [one for one, kind in zip(told, frame.listed, strict=True) if kind in frame.main]
    places = [Listing(kind, (), reader).told(card, here) for kind, card in views.placed[0]]
    points, common["world"] = mapped(places, "assets/world.svg")
    asked = [
        {
            **reader.said(chosen(one["title"], reader.languages)),
            "href": f"query/{one['id']}{ending}",
        }
        for one in frame.queries
        if one.get("rows")
    ]
    downloads = [_file(one, texts.spoken) for one in frame.facts.files if not one.table]
    looks = [{"href": frame.paths.file(one.stem, reader.language), "text": texts(one.text)} for one in views.offered]
    looks += [
        {**reader.said(reader.terms.types(kind)), "href": frame.paths.file(f"tree/{kind.table}", reader.language)}
        for kind in frame.trees
    ]
    values = {
        **common,
        "views": looks,
        "heading": reader.said(title),
        "lead": lead,
        "counts": main,
        "points": points,
        "lists": told,
        "asked": asked[:_ASKED],
        "downloads": downloads[:_OFFERED],
        "jsonld": _dataset(frame),
    }
    frame.fill("home.html", stem, reader, values)


def _dataset(frame: Frame) -> str:
    """Return the description of the data set that is published for search engines, safe inside a page."""
    path = frame.sources.described
    known = path.read_text("utf-8") if path.is_file() else json.dumps({"@id": f"{frame.folder.config.base}dataset"})
    return known.replace("<", "\\u003c")


def write_search_page(frame: Frame, lists: Lists, reader: Reader) -> None:
    """Write the page on which a search shows what it finds."""
    texts, stem, ending = frame.texts[reader.language], "search", frame.paths.ending(reader.language)
    told = [
        {**reader.said(reader.terms.types(kind)), "href": f"doc/{kind.table}/index{ending}"}
        for kind in frame.listed
        if lists.cards[kind.name]
    ]
    common = frame.common(stem, reader, title=texts("Search"))
    frame.fill("search.html", stem, reader, {**common, "lists": told})


def write_sparql(frame: Frame, reader: Reader) -> None:
    """Write the page on which a browser answers questions from the dump."""
    stem = "sparql"
    common = frame.common(stem, reader, title="SPARQL")
    saved = [{"id": one["id"], "title": reader.said(chosen(one["title"], reader.languages))} for one in frame.queries]
    example = "SELECT ?type (COUNT(*) AS ?count) WHERE {\n  ?record a ?type\n}\nGROUP BY ?type\nORDER BY DESC(?count)\n"
    values = {
        "files": " ".join(whole(frame)),
        "parts": INDEX,
        "base": frame.folder.config.base,
        "saved": saved,
        "example": example,
    }
    frame.fill("sparql.html", stem, reader, {**common, **values})


def write_completions(frame: Frame) -> None:
    """Write what the editor completes: the classes and properties that the data use."""
    census, compact = frame.facts.census, frame.folder.schema.context.compact
    used = [("class", census.classes), ("property", census.properties)]
    terms = [
        {"label": compact(iri) if ":" in compact(iri) and compact(iri) != iri else f"<{iri}>", "type": kind}
        for kind, counts in used
        for iri in counts
    ]
    frame.put("assets/sparql/terms.json", json.dumps(terms, ensure_ascii=False))


def write_missing(frame: Frame) -> None:
    """Write the page for what is not there; it is served for any path, so it leads from the root of the host."""
    reader = frame.readers[0]
    common = frame.common("404", reader, title=frame.texts[reader.language]("There is no such page"))
    root = urlsplit(frame.folder.config.base).path or "/"
    for part in ("menu", "languages"):
        common[part] = [{**one, "href": root + one["href"]} for one in common[part]]
    frame.put("404.html", frame.renderer.page("missing.html", {**common, "root": root}))
