"""All pages of a published folder, written from its dumps, its answers and the ontology."""

from __future__ import annotations

from functools import cached_property, partial
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.catalog.sitemap import robots, sitemap
from linkedproj.pages import overview, questions, vocabulary
from linkedproj.pages.corrections import Corrections
from linkedproj.pages.drawing import line, mapped
from linkedproj.pages.frame import Frame, Sources, counted
from linkedproj.pages.kept import Kept, Written
from linkedproj.pages.lists import Listing, Lists, tree
from linkedproj.pages.names import chosen
from linkedproj.pages.partition import write_partition
from linkedproj.pages.paths import between
from linkedproj.pages.record import View
from linkedproj.pages.rules import brand, stub, write_rules
from linkedproj.pages.search import write_search
from linkedproj.pages.values import date
from linkedproj.pages.views import Views
from linkedproj.system.caches import digest
from linkedproj.system.files import sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.pages.gathered import Gathered
    from linkedproj.pages.lists import Page
    from linkedproj.pages.record import Reader
    from linkedproj.pages.render import Texts

__all__ = ["Kept", "Site", "Sources", "Written"]

_LINKS = 200
_MAPPED = 40_000
_DAY = len("YYYY-MM-DD")


class Site(Frame):
    """The pages of one build: those of records, lists, queries and terms, and those about the whole."""

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
            mended = self.corrections.address(types[named[0]].table, named[1])
            depends = found.key, self._called(found.mentioned()), mended
            self._part(self.paths.stem(found.iri), depends, self._record, found, mended)
        views = Views(self, lists)
        saved = [*self._saved(lists)]
        for reader in self.readers:
            self._lists(lists, reader)
            self._queries(saved, reader)
            self._part(f"def.{reader.language}", self._vocabulary_of, self._vocabulary, reader)
            overview.write_downloads(self, reader)
            overview.write_home(self, views, reader)
            overview.write_search_page(self, lists, reader)
            overview.write_sparql(self, reader)
            views.write(reader)
        overview.write_missing(self)
        overview.write_completions(self)
        write_partition(self)
        write_search(lists, self.readers, self.put)
        write_rules(self.folder, self.paths, self.put)
        self._assets()
        self._map()
        if self.folder.config.pages.light or self.folder.config.pages.dark:
            self.put("assets/brand.css", brand(self.folder.config.pages))
        self.kept.save()
        return self.kept.written

    def _part(self, name: str, depends: object, write: Callable[..., None], *arguments: object) -> None:
        """Write some pages, unless those that are published were made of the same."""
        self.kept.part(name, (self.depends, depends), partial(write, *arguments))

    def _called(self, iris: Iterable[str]) -> list[str]:
        """Return what pages say of nodes that are not theirs."""
        return [self.portfolio.called(iri) for iri in sorted(iris)]

    @cached_property
    def _vocabulary_of(self) -> object:
        census = self.facts.census
        return sha256(self.sources.dumps / "vocabulary.ttl"), [*census.classes.items()], [*census.properties.items()]

    @cached_property
    def terms(self) -> vocabulary.Told:
        """What the vocabulary says of each term."""
        return vocabulary.read_terms(self.sources.dumps / "vocabulary.ttl")

    @cached_property
    def corrections(self) -> Corrections:
        """Where mistakes are mended."""
        return Corrections(self.folder.config.pages.correct, self.sources.tables, self.folder.path)

    def _record(self, found: Gathered, mended: str) -> None:
        stem = self.paths.stem(found.iri)
        self._data(found, stem)
        for node in found.texts:
            stub(node, self.folder, self.paths, [(one.suffix, one.media) for one in self.formats], self.put)
        written = self.paths.written(found.iri)
        for reader in self.readers:
            if reader.language not in written:
                continue
            here = self.paths.file(stem, reader.language)
            record = View(found, reader, here).page()
            common = self.common(
                stem,
                reader,
                title=record["title"]["text"],
                description=(record["lead"] or {}).get("text", ""),
                written=written,
            )
            common["contact"] = {"href": mended} if mended else common["contact"]
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
                {"href": f"{name}.{one.suffix}", "type": one.media, "name": one.name} for one in self.formats
            ]
            values = {**common, "record": record, "questions": [*self._asking(record["table"], here, reader)]}
            self.fill("record.html", stem, reader, values)

    def _data(self, found: Gathered, stem: str) -> None:
        """Write the statements of a record and of the small nodes on its page."""
        triples = [
            ox.Triple(ox.NamedNode(node), ox.NamedNode(predicate), value)
            for node, statements in found.nodes.items()
            for predicate, value in statements
        ]
        for one in self.formats:
            data = ox.serialize(triples, format=one.form, prefixes=self._prefixes)
            self.kept.put(f"{stem}.{one.suffix}", data or b"")

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        return dict(self.folder.schema.context.prefixes)

    def _citation(self, record: Mapping[str, Any], reader: Reader) -> str:
        config = self.folder.config
        publisher = config.portal.publisher.name
        who = f"{chosen(publisher, reader.languages).text}: " if publisher else ""
        return f"{who}{record['title']['text']}. {self.title(reader).text}, {config.version}. {record['iri']}"

    def _asking(self, table: str, here: str, reader: Reader) -> Iterator[dict[str, Any]]:
        """Yield the saved queries that ask about a record of this type."""
        for told in self._queries_of.get(table, ()):
            title = reader.said(chosen(told["title"], reader.languages))
            yield {"href": between(here, self.paths.file(f"query/{told['id']}", reader.language)), **title}

    @cached_property
    def _queries_of(self) -> Mapping[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for told in self.queries:
            for table in {one.get("of") for one in told.get("parameters", ())}:
                found.setdefault(table, []).append(told)
        return found

    def _lists(self, lists: Lists, reader: Reader) -> None:
        texts = self.texts[reader.language]
        for kind in self.listed:
            cards = lists.cards[kind.name]
            listing = Listing(kind, cards, reader)
            told = {iri for card in cards for iri in (card.iri, *(iri for pair in card.choices for iri in pair))}
            depends = [*map(tuple, cards)], self._called(told)
            self._part(f"list/{kind.table}.{reader.language}", depends, self._listed, listing, kind, reader, texts)
            if kind in self.trees:
                stem = f"tree/{kind.table}"
                here = self.paths.file(stem, reader.language)
                heading = reader.said(reader.terms.type(kind))
                common = self.common(stem, reader, title=heading["text"])
                self.fill("tree.html", stem, reader, {**common, "heading": heading, "nodes": tree(listing, here)})

    def _listed(self, listing: Listing, kind: RecordType, reader: Reader, texts: Texts) -> None:
        for page in listing.pages():
            self._list(page, kind, reader, texts)

    def _list(self, page: Page, kind: RecordType, reader: Reader, texts: Texts) -> None:
        values = dict(page.values)
        title = values["heading"]["text"]
        if values["facet"]:
            title = f"{title}: {values['facet']['value']['text']}"
        common = self.common(page.stem, reader, title=title)
        values["points"], common["world"] = mapped(values["points"], f"{common['root']}assets/world.svg")
        values["count_text"] = f"{counted(values['count'], texts.spoken)} {texts('records')}"
        table = self.sources.dumps / f"{kind.table}.csv"
        here = self.paths.file(page.stem, reader.language)
        values["table_href"] = between(here, f"dump/latest/{table.name}") if table.is_file() else ""
        values["all_href"] = values.pop("all")
        self.fill("list.html", page.stem, reader, {**common, **values})

    def _saved(self, lists: Lists) -> Iterator[tuple[questions.Saved, str]]:
        """Yield the saved queries, each with a digest of what its pages are made of in all languages."""
        records = {kind.table: [card.iri for card in lists.cards[kind.name]] for kind in self.listed}
        for told in self.queries:
            saved = questions.Saved(told, self.sources.answers, records)
            yield saved, digest(saved.read_from(), self._called(saved.mentioned()))

    def _queries(self, found: Sequence[tuple[questions.Saved, str]], reader: Reader) -> None:
        address, stem = f"{self.folder.config.base}query/", "query/index"
        here = self.paths.file(stem, reader.language)
        groups: dict[str, list[dict[str, Any]]] = {}
        texts = self.texts[reader.language]
        for saved, depends in found:
            own = f"query/{saved.told['id']}"
            place = self.paths.file(own, reader.language)
            question = questions.Question(saved, reader, place, address)
            self._part(f"{own}.{reader.language}", depends, self._query, question, own, reader)
            for tag in saved.told.get("tags", ())[:1]:
                entry = {"href": between(here, place), "title": question.title(), "rows": saved.told.get("rows", "")}
                groups.setdefault(tag, []).append(entry)
        common = self.common(stem, reader, title=texts("Questions"))
        grouped = [{"id": tag, "queries": listed} for tag, listed in sorted(groups.items())]
        self.fill("queries.html", stem, reader, {**common, "groups": grouped})

    def _query(self, question: questions.Question, stem: str, reader: Reader) -> None:
        texts, page = self.texts[reader.language], question.page()
        common = self.common(stem, reader, title=page["title"]["text"], description=page["description"]["text"])
        page["points"], common["world"] = mapped(page["points"], f"{common['root']}assets/world.svg")
        more = page.pop("more")
        page["more"] = f"{counted(more, texts.spoken)} {texts('more rows are in the files.')}" if more else ""
        if page["truth"] is not None:
            page["truth"] = texts("Yes") if page["truth"] else texts("No")
        self.fill("query.html", stem, reader, {**common, "query": page})
        form = question.form() if reader == self.readers[0] else ""
        if form:
            self.put(f"{stem}.form.json", form)

    def _vocabulary(self, reader: Reader) -> None:
        texts, stem = self.texts[reader.language], "def/index"
        titles = {"classes": texts("Classes"), "properties": texts("Properties"), "codes": texts("Codes")}
        groups = [*vocabulary.groups(self.terms, self.facts.census, reader, titles)]
        for group in groups:
            for term in group["terms"]:
                count = term.pop("count")
                term["used"] = f"{texts('used')} {counted(count, texts.spoken)} ×" if count else ""
        common = self.common(stem, reader, title=texts("Vocabulary"))
        self.fill("vocabulary.html", stem, reader, {**common, "groups": groups})

    def _map(self) -> None:
        """Name the pages to search engines, but for those that only lead on, beside what the catalogue names."""
        base, day = self.folder.config.base, self.facts.modified[:_DAY]
        named = self.kept.pages
        maps = []
        for start in range(0, len(named), _MAPPED):
            maps.append(f"sitemap-pages-{start // _MAPPED + 1}.xml")
            self.put(maps[-1], sitemap(base, named[start : start + _MAPPED], day))
        self.put("robots.txt", robots(base) + "".join(f"Sitemap: {base}{name}\n" for name in maps))

    def _assets(self) -> None:
        with as_file(files("linkedproj.pages") / "assets") as shipped:
            for source in sorted(shipped.rglob("*")):
                if source.is_file():
                    self.kept.put(f"assets/{source.relative_to(shipped).as_posix()}", source.read_bytes())
