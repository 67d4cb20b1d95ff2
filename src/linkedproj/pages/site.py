"""All pages of a published folder, written from its dumps, its answers and the ontology."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
from babel.numbers import format_decimal

from linkedproj.model.languages import primary
from linkedproj.pages import questions, vocabulary
from linkedproj.pages.drawing import line, mapped
from linkedproj.pages.gathered import Portfolio
from linkedproj.pages.lists import Listing, Lists, tree
from linkedproj.pages.names import Text, chosen
from linkedproj.pages.paths import Paths, between, direction
from linkedproj.pages.record import Reader, View
from linkedproj.pages.render import OWN, Renderer, texts_in
from linkedproj.pages.rules import write_rules
from linkedproj.pages.search import write_search
from linkedproj.pages.values import date, locale_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from linkedproj.catalog.facts import FileFacts, ReleaseFacts
    from linkedproj.model.context import RecordType
    from linkedproj.model.folder import Folder
    from linkedproj.pages.gathered import Gathered
    from linkedproj.pages.lists import Page
    from linkedproj.pages.render import Texts

_LINKS = 200
_FORMATS = (("ttl", "text/turtle", "Turtle"), ("jsonld", "application/ld+json", "JSON-LD"))
_BROADER = "http://www.w3.org/2004/02/skos/core#broader"
_MENU = 7


@dataclass(frozen=True)
class Sources:
    """What pages are made of: the folder of dumps, the evidence as N-Triples, and the folder of answered queries.

    `described` is the description of the data set for search engines, where there is one.
    """

    dumps: Path
    evidence: Path
    answers: Path
    described: Path


@dataclass
class Written:
    """How much was written."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Site:
    """The pages of one build, on their way into the folder `out`."""

    folder: Folder
    sources: Sources
    facts: ReleaseFacts
    out: Path
    written: Written = field(default_factory=Written)

    def write(self) -> Written:
        """Write all pages.

        Raises:
            SetupError: a template or a catalogue of texts of the portfolio cannot be used.
        """
        self.portfolio.read()
        lists = Lists()
        types = self.folder.schema.types
        for found in self.portfolio.gather(_LINKS):
            named = self.folder.schema.split(found.iri)
            if named is None:
                continue
            lists.take(found, types[named[0]], self.readers[0])
            self._record(found)
        for reader in self.readers:
            self._lists(lists, reader)
            self._queries(reader)
            self._vocabulary(reader)
            self._downloads(reader)
            self._home(lists, reader)
            self._search(lists, reader)
            self._sparql(reader)
        self._missing()
        self._completions()
        write_search(lists, self.readers, self._write)
        write_rules(self.folder, self.paths, self.portfolio, self._write)
        self._assets()
        return self.written

    # ------------------------------------------------------------ what all pages share

    @cached_property
    def portfolio(self) -> Portfolio:
        """The records."""
        return Portfolio(self.folder.schema, [self.sources.dumps / "portfolio.nt", self.sources.evidence])

    @cached_property
    def paths(self) -> Paths:
        """Where pages lie."""
        return Paths(self.folder.schema, self.folder.config.languages, self.portfolio.page_of)

    @cached_property
    def readers(self) -> list[Reader]:
        """Those who read: one a language."""
        return [Reader(self.portfolio, self.paths, language) for language in self.folder.config.languages]

    @cached_property
    def own(self) -> Path | None:
        """The folder of a portfolio with its own templates and texts."""
        found = self.folder.path / OWN
        return found if found.is_dir() else None

    @cached_property
    def renderer(self) -> Renderer:
        """What fills templates."""
        return Renderer(self.own)

    @cached_property
    def texts(self) -> Mapping[str, Texts]:
        """The words of the pages by language."""
        return {language: texts_in(language, self.own) for language in self.folder.config.languages}

    @cached_property
    def queries(self) -> list[dict[str, Any]]:
        """The index of the saved queries."""
        return questions.read_index(self.sources.answers)

    @cached_property
    def terms(self) -> vocabulary.Told:
        """What the vocabulary says of each term."""
        return vocabulary.read_terms(self.sources.dumps / "vocabulary.ttl")

    @cached_property
    def listed(self) -> list[RecordType]:
        """The types whose records have a page, in the order of the model."""
        names = {named[0] for iri in self.portfolio.pages if (named := self.folder.schema.split(iri))}
        return sorted((self.folder.schema.types[name] for name in names), key=lambda kind: (kind.is_detail, kind.order))

    @cached_property
    def main(self) -> list[RecordType]:
        """The types that people come for: the core of the model, where there is more than one record."""
        counts = Counter(named[0] for iri in self.portfolio.pages if (named := self.folder.schema.split(iri)))
        return [
            kind
            for kind in self.listed
            if counts[kind.name] > 1 and not (kind.supporting or kind.is_detail or kind.nested)
        ]

    def _title(self, reader: Reader) -> Text:
        titles = self.folder.config.title
        return chosen(titles, reader.languages) if titles else Text(self.folder.config.id)

    def _common(self, stem: str, reader: Reader, *, title: str, description: str = "") -> dict[str, Any]:
        """Return what every page is filled with; `stem` is its path without language and suffix."""
        config, paths, texts = self.folder.config, self.paths, self.texts[reader.language]
        here = paths.file(stem, reader.language)
        brand = self._title(reader)
        publisher = config.portal.publisher.name
        return {
            "lang": reader.language,
            "dir": direction(reader.language),
            "root": "../" * here.count("/"),
            "ext": paths.ending(reader.language),
            "_": texts,
            "spoken": texts.spoken if primary(texts.spoken) != primary(reader.language) else "",
            "brand": reader.said(brand),
            "head_title": title if title == brand.text else f"{title} · {brand.text}",
            "description": description[:300],
            "canonical": config.base + here.removesuffix("index.html"),
            "languages": [
                {"lang": tag, "href": between(here, paths.file(stem, tag)), "name": _own_name(tag)}
                for tag in config.languages
            ],
            "menu": [*self._menu(here, reader)],
            "formats": [],
            "has_feed": bool(self.facts.versions) and not config.version.endswith("-draft"),
            "publisher": reader.said(chosen(publisher, reader.languages)) if publisher else {"text": config.base},
            "version": config.version,
            "day": self.facts.modified[:10],
            "day_text": date(self.facts.modified[:10], texts.spoken),
            "licence": config.licence,
            "contact": self._contact(title, config.base + here),
            "world": {},
        }

    def _menu(self, here: str, reader: Reader) -> Iterator[dict[str, Any]]:
        texts, ending = self.texts[reader.language], self.paths.ending(reader.language)
        for kind in self.main[:_MENU]:
            stem = f"doc/{kind.table}/index"
            told = {"href": between(here, stem + ending), **reader.said(reader.terms.types(kind))}
            yield {**told, "here": here.startswith(f"doc/{kind.table}/")}
        for stem, text in (
            ("query/index", "Questions"),
            ("sparql", "SPARQL"),
            ("def/index", "Vocabulary"),
            ("download", "Download"),
        ):
            yield {"href": between(here, stem + ending), "text": texts(text), "here": here == stem + ending}

    def _contact(self, title: str, address: str) -> dict[str, str] | None:
        contact = self.folder.config.portal.contact
        if contact.email:
            return {"href": f"mailto:{contact.email}?subject={quote(title)}&body={quote(address)}"}
        return {"href": contact.url} if contact.url else None

    def _fill(self, template: str, stem: str, reader: Reader, values: Mapping[str, Any]) -> None:
        self._write(self.paths.file(stem, reader.language), self.renderer.page(template, values))

    def _write(self, name: str, text: str) -> None:
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode("utf-8")
        path.write_bytes(data)
        self.written.files += 1
        self.written.bytes += len(data)

    # ------------------------------------------------------------ the pages

    def _record(self, found: Gathered) -> None:
        stem = self.paths.stem(found.iri)
        self._data(found, stem)
        for reader in self.readers:
            here = self.paths.file(stem, reader.language)
            record = View(found, reader, here).page()
            common = self._common(
                stem, reader, title=record["title"]["text"], description=(record["lead"] or {}).get("text", "")
            )
            world = f"{common['root']}assets/world.svg"
            place = [{"point": point, "text": record["title"]["text"], "href": ""} for point in record["points"]]
            record["points"], common["world"] = mapped(place, world)
            drawn = line(*record["span"]) if record["span"] else None
            texts = self.texts[reader.language]
            record |= drawn or {"years": [], "bar": {}}
            record["span_text"] = (
                " – ".join(date(day, texts.spoken) for day in record["span"]) if drawn and record["span"] else ""
            )
            record["citation"] = self._citation(record, reader)
            name = stem.rpartition("/")[2]
            common["formats"] = [
                {"href": f"{name}.{suffix}", "type": kind, "name": label} for suffix, kind, label in _FORMATS
            ]
            values = {**common, "record": record, "questions": [*self._asking(record["table"], here, reader)]}
            self._fill("record.html", stem, reader, values)

    def _data(self, found: Gathered, stem: str) -> None:
        """Write the statements of a record and of the small nodes on its page."""
        triples = [
            ox.Triple(ox.NamedNode(node), ox.NamedNode(predicate), value)
            for node, statements in found.nodes.items()
            for predicate, value in statements
        ]
        prefixes = dict(self.folder.schema.context.prefixes)
        for suffix, form in (("ttl", ox.RdfFormat.TURTLE), ("jsonld", ox.RdfFormat.JSON_LD)):
            data = ox.serialize(triples, format=form, prefixes=prefixes)
            self._write(f"{stem}.{suffix}", (data or b"").decode("utf-8"))

    def _citation(self, record: Mapping[str, Any], reader: Reader) -> str:
        config = self.folder.config
        publisher = config.portal.publisher.name
        who = f"{chosen(publisher, reader.languages).text}: " if publisher else ""
        return f"{who}{record['title']['text']}. {self._title(reader).text}, {config.version}. {record['iri']}"

    def _asking(self, table: str, here: str, reader: Reader) -> Iterator[dict[str, Any]]:
        """Yield the saved queries that ask about a record of this type."""
        for told in self.queries:
            if any(one.get("of") == table for one in told.get("parameters", ())):
                title = reader.said(chosen(told["title"], reader.languages))
                yield {"href": between(here, self.paths.file(f"query/{told['id']}", reader.language)), **title}

    def _lists(self, lists: Lists, reader: Reader) -> None:
        texts = self.texts[reader.language]
        for kind in self.listed:
            listing = Listing(kind, lists.cards[kind.name], reader)
            for page in listing.pages():
                self._list(page, kind, reader, texts)
            if any(one.iri == _BROADER for one in self.folder.schema.fields_of(kind) if one.term in kind.acyclic):
                stem = f"tree/{kind.table}"
                here = self.paths.file(stem, reader.language)
                heading = reader.said(reader.terms.type(kind))
                common = self._common(stem, reader, title=heading["text"])
                self._fill("tree.html", stem, reader, {**common, "heading": heading, "nodes": tree(listing, here)})

    def _list(self, page: Page, kind: RecordType, reader: Reader, texts: Texts) -> None:
        values = dict(page.values)
        title = values["heading"]["text"]
        if values["facet"]:
            title = f"{title}: {values['facet']['value']['text']}"
        common = self._common(page.stem, reader, title=title)
        values["points"], common["world"] = mapped(values["points"], f"{common['root']}assets/world.svg")
        values["count_text"] = f"{_count(values['count'], texts.spoken)} {texts('records')}"
        table = self.sources.dumps / f"{kind.table}.csv"
        here = self.paths.file(page.stem, reader.language)
        values["table_href"] = between(here, f"dump/latest/{table.name}") if table.is_file() else ""
        values["all_href"] = values.pop("all")
        self._fill("list.html", page.stem, reader, {**common, **values})

    def _queries(self, reader: Reader) -> None:
        address, stem = f"{self.folder.config.base}query/", "query/index"
        here = self.paths.file(stem, reader.language)
        groups: dict[str, list[dict[str, Any]]] = {}
        texts = self.texts[reader.language]
        for told in self.queries:
            own = f"query/{told['id']}"
            place = self.paths.file(own, reader.language)
            question = questions.Question(told, self.sources.answers, reader, place, address)
            page = question.page()
            common = self._common(own, reader, title=page["title"]["text"], description=page["description"]["text"])
            page["points"], common["world"] = mapped(page["points"], f"{common['root']}assets/world.svg")
            more = page.pop("more")
            page["more"] = f"{_count(more, texts.spoken)} {texts('more rows are in the files.')}" if more else ""
            if page["truth"] is not None:
                page["truth"] = texts("Yes") if page["truth"] else texts("No")
            self._fill("query.html", own, reader, {**common, "query": page})
            for tag in told.get("tags", ())[:1]:
                entry = {"href": between(here, place), "title": page["title"], "rows": told.get("rows", "")}
                groups.setdefault(tag, []).append(entry)
        common = self._common(stem, reader, title=texts("Questions"))
        found = [{"id": tag, "queries": listed} for tag, listed in sorted(groups.items())]
        self._fill("queries.html", stem, reader, {**common, "groups": found})

    def _vocabulary(self, reader: Reader) -> None:
        texts, stem = self.texts[reader.language], "def/index"
        titles = {"classes": texts("Classes"), "properties": texts("Properties"), "codes": texts("Codes")}
        groups = [*vocabulary.groups(self.terms, self.facts.census, reader, titles)]
        for group in groups:
            for term in group["terms"]:
                count = term.pop("count")
                term["used"] = f"{texts('used')} {_count(count, texts.spoken)} ×" if count else ""
        common = self._common(stem, reader, title=texts("Vocabulary"))
        self._fill("vocabulary.html", stem, reader, {**common, "groups": groups})

    def _downloads(self, reader: Reader) -> None:
        texts, stem = self.texts[reader.language], "download"
        whole = [one for one in self.facts.files if not one.table]
        tables = [one for one in self.facts.files if one.table]
        groups = [
            {"title": title, "files": [self._file(one, texts.spoken) for one in listed]}
            for title, listed in ((texts("Everything"), whole), (texts("Tables"), tables))
            if listed
        ]
        releases = [
            {
                "version": version,
                "href": f"dump/{version}/portfolio.ttl",
                "day": day[:10],
                "day_text": date(day[:10], texts.spoken),
                "changes": f"changes/{version}/index.html" if not version.endswith("-draft") else "",
            }
            for version, day in reversed(self.facts.versions)
        ]
        common = self._common(stem, reader, title=texts("Download"))
        self._fill("download.html", stem, reader, {**common, "groups": groups, "releases": releases})

    def _file(self, one: FileFacts, language: str) -> dict[str, str]:
        return {
            "href": one.path,
            "name": one.name,
            "format": one.format + (" · gzip" if one.compression else ""),
            "size": f"{_count(max(1, round(one.bytes / 1000)), language)} kB",
            "sha256": one.sha256,
        }

    def _home(self, lists: Lists, reader: Reader) -> None:
        config, stem, ending = self.folder.config, "index", self.paths.ending(reader.language)
        here, texts = self.paths.file(stem, reader.language), self.texts[reader.language]
        title = self._title(reader)
        described = config.portal.description
        lead = reader.said(chosen(described, reader.languages)) if described else None
        common = self._common(stem, reader, title=title.text, description=(lead or {}).get("text", ""))
        told = [
            {
                **reader.said(reader.terms.types(kind)),
                "href": f"doc/{kind.table}/index{ending}",
                "count": _count(len(lists.cards[kind.name]), texts.spoken),
            }
            for kind in self.listed
        ]
        main = [one for one, kind in zip(told, self.listed, strict=True) if kind in self.main]
        places = [
            Listing(kind, lists.cards[kind.name], reader).told(card, here)
            for kind in self.listed
            for card in lists.cards[kind.name]
            if card.point
        ]
        points, common["world"] = mapped(places, "assets/world.svg")
        asked = [
            {
                **reader.said(chosen(one["title"], reader.languages)),
                "href": f"query/{one['id']}{ending}",
            }
            for one in self.queries
            if one.get("rows")
        ]
        downloads = [self._file(one, texts.spoken) for one in self.facts.files if not one.table]
        values = {
            **common,
            "heading": reader.said(title),
            "lead": lead,
            "counts": main,
            "points": points,
            "lists": told,
            "asked": asked[:8],
            "downloads": downloads[:6],
            "jsonld": self._dataset(),
        }
        self._fill("home.html", stem, reader, values)

    def _dataset(self) -> str:
        """Return the description of the data set that is published for search engines, safe inside a page."""
        path = self.sources.described
        known = path.read_text("utf-8") if path.is_file() else json.dumps({"@id": f"{self.folder.config.base}dataset"})
        return known.replace("<", "\\u003c")

    def _search(self, lists: Lists, reader: Reader) -> None:
        texts, stem, ending = self.texts[reader.language], "search", self.paths.ending(reader.language)
        told = [
            {**reader.said(reader.terms.types(kind)), "href": f"doc/{kind.table}/index{ending}"}
            for kind in self.listed
            if lists.cards[kind.name]
        ]
        common = self._common(stem, reader, title=texts("Search"))
        self._fill("search.html", stem, reader, {**common, "lists": told})

    def _sparql(self, reader: Reader) -> None:
        """Write the page on which a browser answers questions from the dump."""
        stem = "sparql"
        common = self._common(stem, reader, title="SPARQL")
        saved = [
            {"id": one["id"], "title": reader.said(chosen(one["title"], reader.languages))} for one in self.queries
        ]
        dumps = [f"dump/latest/{name}" for name in ("portfolio.nt.gz", "evidence.ttl.gz", "vocabulary.ttl")]
        found = [name for name in dumps if (self.sources.dumps / name.rpartition("/")[2]).is_file()]
        example = (
            "SELECT ?type (COUNT(*) AS ?count) WHERE {\n  ?record a ?type\n}\nGROUP BY ?type\nORDER BY DESC(?count)\n"
        )
        values = {"files": " ".join(found), "base": self.folder.config.base, "saved": saved, "example": example}
        self._fill("sparql.html", stem, reader, {**common, **values})

    def _completions(self) -> None:
        """Write what the editor completes: the classes and properties that the data use."""
        census, compact = self.facts.census, self.folder.schema.context.compact
        used = [("class", census.classes), ("property", census.properties)]
        terms = [
            {"label": compact(iri) if ":" in compact(iri) and compact(iri) != iri else f"<{iri}>", "type": kind}
            for kind, counts in used
            for iri in counts
        ]
        self._write("assets/sparql/terms.json", json.dumps(terms, ensure_ascii=False))

    def _missing(self) -> None:
        """Write the page for what is not there; it is served for any path, so it leads from the root of the host."""
        reader = self.readers[0]
        common = self._common("404", reader, title=self.texts[reader.language]("There is no such page"))
        root = urlsplit(self.folder.config.base).path or "/"
        for one in (*common["menu"], *common["languages"]):
            one["href"] = root + one["href"]
        self._write("404.html", self.renderer.page("missing.html", {**common, "root": root}))

    def _assets(self) -> None:
        with as_file(files("linkedproj.pages") / "assets") as shipped:
            for source in sorted(shipped.rglob("*")):
                if source.is_file():
                    target = self.out / "assets" / source.relative_to(shipped)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(source, target)
                    self.written.files += 1
                    self.written.bytes += target.stat().st_size


def _own_name(tag: str) -> str:
    where = locale_of(tag)
    named = where.get_display_name(where) if primary(tag) == where.language else ""
    return (named or tag).partition(" (")[0].capitalize()


def _count(value: int, language: str) -> str:
    return str(format_decimal(value, locale=locale_of(language)))
