"""Views of the whole: a map, who is joined with whom, time, and how much is known, each beside a table of the same."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest, nsmallest
from typing import TYPE_CHECKING, Any, NamedTuple

from linkedproj.model.context import RDF
from linkedproj.pages.drawing import bars, chords, mapped, ring
from linkedproj.pages.frame import counted, own_name
from linkedproj.pages.lists import Listing
from linkedproj.pages.paths import between
from linkedproj.pages.render import noted
from linkedproj.pages.values import date, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.pages.frame import Frame
    from linkedproj.pages.lists import Card, Lists
    from linkedproj.pages.record import Reader

MAP, NETWORK, TIMELINE, STATISTICS = "view/map", "view/network", "view/timeline", "view/statistics"
_JOINED, _NAME = 44, 26
_BARS, _YEARS, _PLACED = 150, 60, 1000


class View(NamedTuple):
    """A view that there is something to show in: where it lies, and what it is called in English."""

    stem: str
    text: str


@dataclass(frozen=True)
class Views:
    """The views of the records of some pages: those in which there is something to show."""

    frame: Frame
    lists: Lists

    @cached_property
    def offered(self) -> list[View]:
        """The views that there are of these records."""
        cards = [card for _, card in self._cards()]
        found = [
            (View(MAP, noted("Map")), any(card.point for card in cards)),
            (View(NETWORK, noted("Network")), bool(self._hubs)),
            (View(TIMELINE, noted("Timeline")), any(card.span for card in cards)),
            (View(STATISTICS, noted("Statistics")), bool(cards)),
        ]
        return [view for view, there_is in found if there_is]

    def _cards(self) -> Iterator[tuple[RecordType, Card]]:
        return ((kind, card) for kind in self.frame.listed for card in self.lists.cards[kind.name])

    @cached_property
    def placed(self) -> tuple[list[tuple[RecordType, Card]], int]:
        """The records that have a point, those that most others are joined with; and how many more there are."""
        found = [one for one in self._cards() if one[1].point]
        shown = {
            card.iri for _, card in nsmallest(_PLACED, found, key=lambda one: (-self._degrees[one[1].iri], one[1].iri))
        }
        return [one for one in found if one[1].iri in shown], len(found) - len(shown)

    @cached_property
    def _degrees(self) -> Counter[str]:
        return Counter(iri for pair in self.lists.joined for iri in pair)

    def write(self, reader: Reader) -> None:
        """Write the page of each view."""
        writers = {MAP: self._map, NETWORK: self._network, TIMELINE: self._timeline, STATISTICS: self._statistics}
        texts = self.frame.texts[reader.language]
        for view in self.offered:
            here = self.frame.paths.file(view.stem, reader.language)
            others = [
                {"href": between(here, self.frame.paths.file(one.stem, reader.language)), "text": texts(one.text)}
                for one in self.offered
                if one != view
            ]
            common = self.frame.common(view.stem, reader, title=texts(view.text))
            values = writers[view.stem](reader)
            values = {"others": others, "heading": texts(view.text), **_EMPTY, **values}
            for table in values["tables"]:
                first = table["rows"][0] if table["rows"] else []
                numeric = [one["number"] for one in first] or [False] * len(table["heads"])
                table["heads"] = [{"text": text, "number": n} for text, n in zip(table["heads"], numeric, strict=True)]
            self.frame.fill("view.html", view.stem, reader, {**common, **values})

    @cached_property
    def _hubs(self) -> list[tuple[RecordType, Card]]:
        """The records that most others lead to or are led to by, by type, where they are joined among themselves."""
        degrees = self._degrees
        known = [(kind, card) for kind in self.frame.main for card in self.lists.cards[kind.name] if degrees[card.iri]]
        chosen = sorted(known, key=lambda one: (-degrees[one[1].iri], one[1].iri))[:_JOINED]
        there = {card.iri for _, card in chosen}
        joined = {iri for pair in self.lists.joined if there.issuperset(pair) for iri in pair}
        order = {kind.name: number for number, kind in enumerate(self.frame.main)}
        found = [one for one in chosen if one[1].iri in joined]
        return sorted(found, key=lambda one: (order[one[0].name], one[1].iri))

    def _map(self, reader: Reader) -> dict[str, Any]:
        """Return places, those that more leads to as larger points, and the table of these."""
        here, texts = self.frame.paths.file(MAP, reader.language), self.frame.texts[reader.language]
        degrees = self._degrees
        found = [{**_named(kind, card, reader, here), "links": degrees[card.iri]} for kind, card in self.placed[0]]
        found.sort(key=lambda one: (-one["links"], one["text"]))
        points, world = mapped(found, f"{'../' * here.count('/')}assets/world.svg")
        most = max((one["links"] for one in points), default=0) or 1
        for one in points:
            one["radius"] = round(world["radius"] * (0.7 + 2.3 * (one["links"] / most) ** 0.5), 3)
        rows = [[_cell(one), _cell(one["kind"]), _number(one["links"], texts.spoken)] for one in found]
        heads = [texts("Place"), texts("Kind"), texts("Links")]
        more = self.placed[1]
        return {
            "points": points,
            "world": world,
            "tables": [{"title": "", "heads": heads, "rows": rows}],
            "note": f"{counted(more, texts.spoken)} {texts('others are in the lists.')}" if more else "",
        }

    def _network(self, reader: Reader) -> dict[str, Any]:
        """Return the records that are joined with most others, on a ring, and the table of these."""
        here, texts = self.frame.paths.file(NETWORK, reader.language), self.frame.texts[reader.language]
        hubs, degrees = self._hubs, self._degrees
        number = {card.iri: place for place, (_, card) in enumerate(hubs)}
        pairs = sorted((number[a], number[b]) for a, b in self.lists.joined if a in number and b in number)
        places = ring(len(hubs))
        named = [_named(kind, card, reader, here) for kind, card in hubs]
        for place, one in zip(places, named, strict=True):
            text = one["brief"] or one["text"]
            place |= {"text": text if len(text) <= _NAME else f"{text[: _NAME - 1]}…", "href": one["href"]}
            place |= {"title": one["text"], "lang": "" if one["brief"] else one["lang"]}
        beside: dict[int, list[int]] = {}
        for a, b in pairs:
            beside.setdefault(a, []).append(b)
            beside.setdefault(b, []).append(a)
        rows = [
            [
                _cell(one),
                _cell(one["kind"]),
                _number(degrees[card.iri], texts.spoken),
                _cell({"text": ""}, [_cell(named[other]) for other in beside[place]]),
            ]
            for place, (one, (_, card)) in sorted(
                enumerate(zip(named, hubs, strict=True)), key=lambda item: -degrees[item[1][1][1].iri]
            )
        ]
        heads = [texts("Record"), texts("Kind"), texts("Links"), texts("Joined here with")]
        note = texts("These records are linked with most others.")
        return {
            "ring": places,
            "curves": chords(places, pairs),
            "tables": [{"title": "", "heads": heads, "rows": rows}],
            "note": note,
        }

    def _timeline(self, reader: Reader) -> dict[str, Any]:
        """Return what ran when, the latest first, and how much ran in each year."""
        here, texts = self.frame.paths.file(TIMELINE, reader.language), self.frame.texts[reader.language]
        found = [(card.span, kind, card) for kind, card in self._cards() if card.span]
        latest = nlargest(_BARS, found, key=lambda one: (one[0], one[2].iri))
        shown = [(span, _named(kind, card, reader, here)) for span, kind, card in latest]
        drawn, ticks = bars([span for span, _ in shown])
        lines = [
            {
                "bar": bar,
                "text": one["brief"] or one["text"],
                "title": one["text"],
                "href": one["href"],
                "lang": one["lang"],
            }
            for bar, (_, one) in zip(drawn, shown, strict=True)
        ]
        running = Counter(year for span, *_ in found for year in _years(span))
        most = max(running.values(), default=1)
        years = [
            {"text": str(year), "count": str(running[year]), "height": round(160 * running[year] / most, 1)}
            for year in sorted(running)[-_YEARS:]
        ]
        rows = [
            [
                _cell(one),
                _cell(one["kind"]),
                _cell({"text": date(span[0], texts.spoken)}),
                _cell({"text": date(span[1], texts.spoken)}),
            ]
            for span, one in shown
        ]
        heads = [texts("Record"), texts("Kind"), texts("First day"), texts("Last day")]
        by_year = [
            [_cell({"text": str(year)}), _number(running[year], texts.spoken)] for year in sorted(running)[-_YEARS:]
        ]
        more = len(found) - len(shown)
        return {
            "bars": lines,
            "ticks": ticks,
            "years": years,
            "tables": [
                {"title": texts("Running in each year"), "heads": [texts("Year"), texts("Records")], "rows": by_year},
                {"title": texts("First and last days"), "heads": heads, "rows": rows},
            ],
            "note": f"{counted(more, texts.spoken)} {texts('earlier ones are in the lists.')}" if more else "",
        }

    def _statistics(self, reader: Reader) -> dict[str, Any]:
        """Return how many records there are of each type, in which languages they have texts, and what is filled in."""
        here, texts = self.frame.paths.file(STATISTICS, reader.language), self.frame.texts[reader.language]
        languages = self.frame.folder.config.languages
        rows: list[list[dict[str, Any]]] = []
        for kind in self.frame.listed:
            total = len(self.lists.cards[kind.name])
            href = between(here, self.frame.paths.file(f"doc/{kind.table}/index", reader.language))
            named = {**reader.said(reader.terms.types(kind)), "href": href}
            spoken = [_share(self.lists.worded[kind.name][tag], total, texts.spoken) for tag in languages]
            rows.append([_cell(named), _number(total, texts.spoken), *spoken])
        heads = [
            texts("Records of a type"),
            texts("Number"),
            *(f"{texts('Text in')} {own_name(tag)}" for tag in languages),
        ]
        tables = [{"title": texts("Records and their languages"), "heads": heads, "rows": rows}]
        for kind in self.frame.main:
            total = len(self.lists.cards[kind.name])
            filled = self.lists.filled[kind.name]
            order = sorted(filled, key=lambda one: (-filled[one], reader.terms.order(one, kind), one))
            listed = [
                [_cell(reader.said(reader.terms.property(one, kind))), _share(filled[one], total, texts.spoken)]
                for one in order
                if one != f"{RDF}type"
            ]
            title = f"{reader.terms.types(kind).text}: {texts('what is filled in')}"
            tables.append({"title": title, "heads": [texts("Property"), texts("Records")], "rows": listed})
        return {"tables": tables}


_EMPTY: dict[str, Any] = {
    "points": [], "ring": [], "curves": [], "bars": [], "ticks": [], "years": [], "tables": [], "note": "",
}  # fmt: skip


def _named(kind: RecordType, card: Card, reader: Reader, here: str) -> dict[str, Any]:
    return {
        **Listing(kind, (), reader).told(card, here),
        "kind": reader.said(reader.terms.type(kind)),
    }


def _years(span: tuple[str, str]) -> Iterator[int]:
    try:
        first, last = dt.date.fromisoformat(span[0]).year, dt.date.fromisoformat(span[1]).year
    except ValueError:
        return
    yield from range(first, min(last, first + _YEARS) + 1)


def _cell(one: Mapping[str, Any], links: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    told = {key: one.get(key, "") for key in ("text", "href", "lang", "dir")}
    return {**told, "number": False, "share": None, "links": links}


def _number(value: int, language: str) -> dict[str, Any]:
    return {**_cell({"text": counted(value, language)}), "number": True}


def _share(value: int, total: int, language: str) -> dict[str, Any]:
    text = f"{counted(value, language)} · {percent(value / total, language)}"
    return {**_cell({"text": text}), "number": True, "share": round(100 * value / total, 1)}
