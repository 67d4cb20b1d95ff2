"""What all pages share: the records, who reads them, the head and foot of a page, and where it is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox
from babel.numbers import format_decimal

from linkedproj.model.languages import primary
from linkedproj.pages.gathered import Portfolio
from linkedproj.pages.kept import made_by
from linkedproj.pages.names import Text, chosen
from linkedproj.pages.paths import Paths, between, direction
from linkedproj.pages.questions import read_index
from linkedproj.pages.record import Reader
from linkedproj.pages.render import OWN, Renderer, noted, texts_in
from linkedproj.pages.values import date, locale_of
from linkedproj.system.caches import digest
from linkedproj.system.files import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.catalog.facts import ReleaseFacts
    from linkedproj.model.context import RecordType
    from linkedproj.model.folder import Folder
    from linkedproj.pages.kept import Kept
    from linkedproj.pages.render import Texts
    from linkedproj.tables.portfolio import Portfolio as Tables

BROADER = "http://www.w3.org/2004/02/skos/core#broader"
FULL = "full"
_LEAN_FROM = 2000
_MENU = 7
_DEEP = 2
"""So far down, all pages of a folder have one menu."""
_DESCRIBED = 300
_DAY = len("YYYY-MM-DD")


class Format(NamedTuple):
    """What a record is written as: its suffix, media type, and what it is called."""

    suffix: str
    media: str
    name: str
    form: ox.RdfFormat


FORMATS = (
    Format("jsonld", "application/ld+json", "JSON-LD", ox.RdfFormat.JSON_LD),
    Format("ttl", "text/turtle", "Turtle", ox.RdfFormat.TURTLE),
    Format("nt", "application/n-triples", "N-Triples", ox.RdfFormat.N_TRIPLES),
    Format("rdf", "application/rdf+xml", "RDF/XML", ox.RdfFormat.RDF_XML),
)


@dataclass(frozen=True)
class Sources:
    """What pages are made of: the folder of dumps, the evidence as N-Triples, and the folder of answered queries.

    `described` is the description of the data set for search engines, where there is one; `tables` are those that the
    dumps were mapped from, to which a record can lead.
    """

    dumps: Path
    evidence: Path
    answers: Path
    described: Path
    tables: Tables | None = None


@dataclass(frozen=True)
class Frame:
    """The pages of one build, on their way into a published folder."""

    folder: Folder
    sources: Sources
    facts: ReleaseFacts
    kept: Kept

    @cached_property
    def portfolio(self) -> Portfolio:
        """The records."""
        return Portfolio(self.folder.schema, [self.sources.dumps / "portfolio.nt", self.sources.evidence])

    @cached_property
    def paths(self) -> Paths:
        """Where pages lie."""
        worded = None if self.is_full else self.portfolio.worded
        return Paths(self.folder.schema, self.folder.config.languages, self.portfolio.page_of, worded)

    @cached_property
    def is_full(self) -> bool:
        """Whether each record is written in each language and format."""
        chosen_profile = self.folder.config.pages.profile
        return chosen_profile == FULL or (not chosen_profile and len(self.portfolio.pages) <= _LEAN_FROM)

    @property
    def formats(self) -> Sequence[Format]:
        """What a record is written as beside its page."""
        return FORMATS if self.is_full else FORMATS[:1]

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
    def depends(self) -> str:
        """A digest of what every page depends on: the program, settings, ontology, and own templates."""
        own = sorted(self.own.rglob("*")) if self.own else []
        ontology = sorted(path for path in self.folder.ontology.rglob("*") if path.is_file())
        heads = [self.common("index", reader, title="") for reader in self.readers]
        read = [*own, *ontology, self.folder.shapes, self.folder.path / "portfolio.toml"]
        return digest(made_by(), heads, [sha256(path) for path in read if path.is_file()])

    @cached_property
    def queries(self) -> list[dict[str, Any]]:
        """The index of the saved queries."""
        return read_index(self.sources.answers)

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

    @cached_property
    def trees(self) -> list[RecordType]:
        """The types whose records have broader and narrower ones."""
        schema = self.folder.schema
        return [
            kind
            for kind in self.listed
            if any(one.iri == BROADER for one in schema.fields_of(kind) if one.term in kind.acyclic)
        ]

    def title(self, reader: Reader) -> Text:
        """Return what the portfolio is called."""
        titles = self.folder.config.title
        return chosen(titles, reader.languages) if titles else Text(self.folder.config.id)

    def common(
        self, stem: str, reader: Reader, *, title: str, description: str = "", written: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return what every page is filled with; `stem` is its path without language and suffix.

        `written` are the languages in which there is this page, if these are not all.
        """
        config, paths, texts = self.folder.config, self.paths, self.texts[reader.language]
        here = paths.file(stem, reader.language)
        brand = self.title(reader)
        publisher = config.portal.publisher.name
        return {
            "lang": reader.language,
            "dir": direction(reader.language),
            "root": "../" * here.count("/"),
            "ext": paths.ending(reader.language),
            "_": texts,
            "spoken": reader.marks(texts.spoken if primary(texts.spoken) != primary(reader.language) else ""),
            "brand": reader.said(brand),
            "head_title": title if title == brand.text else f"{title} · {brand.text}",
            "description": description[:_DESCRIBED],
            "canonical": config.base + here.removesuffix("index.html"),
            "languages": [
                {"lang": tag, "href": between(here, paths.file(stem, tag)), "name": own_name(tag)}
                for tag in written or config.languages
            ],
            "branded": bool(config.pages.light or config.pages.dark),
            "menu": self._menu(here, reader),
            "formats": [],
            "has_feed": bool(self.facts.versions) and not config.version.endswith("-draft"),
            "publisher": reader.said(chosen(publisher, reader.languages)) if publisher else {"text": config.base},
            "version": config.version,
            "day": self.facts.modified[:_DAY],
            "day_text": date(self.facts.modified[:_DAY], texts.spoken),
            "licence": config.licence,
            "contact": self._contact(title, config.base + here),
            "world": {},
        }

    def _menu(self, here: str, reader: Reader) -> list[dict[str, Any]]:
        key = here if here.count("/") < _DEEP else here.rpartition("/")[0], reader.language
        if key not in self._menus:
            self._menus[key] = [*self._offered(here, reader)]
        return self._menus[key]

    @cached_property
    def _menus(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        return {}

    def _offered(self, here: str, reader: Reader) -> Iterator[dict[str, Any]]:
        texts, ending = self.texts[reader.language], self.paths.ending(reader.language)
        for kind in self.main[:_MENU]:
            stem = f"doc/{kind.table}/index"
            told = {"href": between(here, stem + ending), **reader.said(reader.terms.types(kind))}
            yield {**told, "here": here.startswith(f"doc/{kind.table}/")}
        for stem, text in (
            ("view/statistics", noted("Overview")),
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

    def fill(self, template: str, stem: str, reader: Reader, values: Mapping[str, Any]) -> None:
        """Write a page: a template, filled."""
        self.put(self.paths.file(stem, reader.language), self.renderer.page(template, values))

    def put(self, name: str, text: str) -> None:
        """Write a file, and count it."""
        self.kept.put(name, text.encode("utf-8"))


@lru_cache(maxsize=64)
def own_name(tag: str) -> str:
    """Return what a language is called by those who speak it."""
    where = locale_of(tag)
    named = where.get_display_name(where) if primary(tag) == where.language else ""
    return (named or tag).partition(" (")[0].capitalize()


@lru_cache(maxsize=1 << 12)
def counted(value: int, language: str) -> str:
    """Write a whole number as is customary in a language."""
    return str(format_decimal(value, locale=locale_of(language)))
