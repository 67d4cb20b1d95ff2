"""What rows say of one record is joined; what may be one record or one place is proposed, and the curator decides."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from linkedproj.importers.source.decisions import NO, YES
from linkedproj.importers.source.gazetteer import LEAST, open_gazetteer
from linkedproj.importers.source.matching import Alike, can_compare, pairs
from linkedproj.importers.source.records import JOINT, LINK
from linkedproj.importers.source.words import because, phrase, worded
from linkedproj.model.errors import Place
from linkedproj.model.languages import primary
from linkedproj.model.lists import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.importers.source.decisions import Decisions
    from linkedproj.importers.source.gazetteer import Found, Gazetteer
    from linkedproj.importers.source.keeping import Keeper
    from linkedproj.importers.source.spec import Importer, RecordSpec
    from linkedproj.importers.source.store import Said, Store

_NAMED = 5
"""How many places of one name are listed where it is asked which one it is."""


class Joiner:
    """Makes records of what the store holds: `pairs` counts what was proposed, `remarks` tell what could not be."""

    def __init__(self, importer: Importer, store: Store, decisions: Decisions, keeper: Keeper) -> None:
        self.pairs: Counter[str] = Counter()
        self.remarks: list[str] = []
        self._importer, self._store, self._decisions, self._keeper = importer, store, decisions, keeper
        self._identities = keeper.identities
        # Of two kinds of rows that speak of one kind of records, the first says what they are.
        self._specs = {spec.name: spec for spec in reversed(importer.records)}
        self._alias: dict[tuple[str, str], str] = {}
        self._merged: dict[tuple[str, str], list[str]] = {}
        self._found: dict[tuple[str, str], Found] = {}

    def join(self) -> None:
        """Join what rows say of one record, give ids, and propose what may be one."""
        placed = [spec for spec in self._specs.values() if spec.place]
        gazetteer = open_gazetteer() if placed else None
        if gazetteer and not gazetteer.is_there:
            self.remarks.append(worded(self._decisions.language, because("no-gazetteer")))
        for spec in self._specs.values():
            if spec.same:
                self._propose(spec)
        if gazetteer and gazetteer.is_there:
            for spec in placed:
                self._find_places(spec, gazetteer)
        for name in dict.fromkeys(spec.name for spec in self._importer.records):
            self._join(self._specs[name])
        self._identities.settle_identifiers()

    def _propose(self, spec: RecordSpec) -> None:
        """Propose pairs of records, and take those that the curator called the same as one."""
        if not can_compare():
            told = worded(self._decisions.language, because("no-comparison"))
            if told not in self.remarks:
                self.remarks.append(told)
        listed = list(self._alike(spec))
        own = {each.key for each in listed}
        listed += self._identities.others_alike(spec)
        shown = {
            each.key: " · ".join(filter(None, (*each.names[:1], *each.places[:2], each.within))) for each in listed
        }
        for pair in pairs(listed):
            one, other = pair.one.key, pair.other.key
            if one not in own and other not in own:
                continue
            if one not in own:
                one, other = other, one
            about = (spec.name, *sorted((one, other)))
            # Whose turn it is to ask: the source that came later. It goes on asking until it is answered.
            is_turn = other in own or not self._identities.is_known(spec, one)
            if not is_turn and not self._decisions.was_asked("same", about):
                continue
            self.pairs[pair.kind] += 1
            answer = self._decisions.ask(
                "same", about, pair.reason, table=spec.table, record=shown[one], other=shown[other],
                score=str(pair.score), option="yes",
            )  # fmt: skip
            if answer.casefold() in YES:
                self._take_as_one(spec, one, other)
            elif answer.casefold() in NO:
                self._identities.note_different(spec, one, other)

    def _take_as_one(self, spec: RecordSpec, one: str, other: str) -> None:
        if self._identities.is_other(other):
            self._identities.call_as_other(spec, self._first(spec.name, one), other)
            return
        first, second = sorted((self._first(spec.name, one), self._first(spec.name, other)))
        if first != second:
            self._store.rename(spec.name, second, first)
            self._identities.note_moved(spec, second)
            self._alias[spec.name, second] = first
            self._merged.setdefault((spec.name, first), []).append(second)

    def _first(self, name: str, key: str) -> str:
        while (name, key) in self._alias:
            key = self._alias[name, key]
        return key

    def _alike(self, spec: RecordSpec) -> Iterator[Alike]:
        for key, compared in self._store.alike(spec.name):
            names = dict.fromkeys(name for listed, _, _ in compared for name in listed)
            places = dict.fromkeys(place for _, _, listed in compared for place in listed)
            within = next((text for _, listed, _ in compared for text in listed), "")
            if names:
                yield Alike(key, tuple(names), within, tuple(places))

    def _join(self, spec: RecordSpec) -> None:
        # It is a text of the portfolio, in the language that comes first there, whoever imports.
        note = phrase.told(primary(self._keeper.present.config.languages[0]), "gazetteer", least=LEAST)
        for key, rows in self._store.said(spec.name):
            groups = [[row] for row in rows] if spec.is_row else [rows]
            for number, group in enumerate(groups, 1):
                own = key if number == 1 else f"{key}{JOINT}{number}"
                cells, derived, origins = self._joined(spec, own, group)
                found = self._found.get((spec.name, own))
                if found and spec.place:
                    cells[spec.place.iri], derived[spec.place.iri] = [found.iri], note
                    if spec.place.point:
                        cells[spec.place.point], derived[spec.place.point] = [found.point], note
                identifier = self._identities.call(spec, own, group[0].ident, cells, derived)
                for other in self._merged.get((spec.name, own), ()):
                    self._store.call(spec.name, other, identifier)
                self._keeper.put(spec, identifier, own, (cells, derived, group[0].origin, origins))

    def _joined(
        self, spec: RecordSpec, key: str, rows: Sequence[Said]
    ) -> tuple[dict[str, list[str]], dict[str, str], dict[str, str]]:
        """Join what rows say of one record: the first that says something of a column counts, lists are added up."""
        cells = dict(rows[0].cells)
        derived = dict(rows[0].derived)
        origins: dict[str, str] = {}
        for row in rows[1:]:
            for column, items in row.cells.items():
                if column not in cells:
                    cells[column], origins[column] = items, row.origin
                    if column in row.derived:
                        derived[column] = row.derived[column]
                elif items != cells[column]:
                    cells[column] = self._both(spec, key, column, cells[column], items, row.origin)
        return cells, derived, origins

    def _both(  # noqa: PLR0913, PLR0917 - two values, and what they are of
        self, spec: RecordSpec, key: str, column: str, one: list[str], other: list[str], origin: str
    ) -> list[str]:
        term = self._keeper.present.field(column)
        if term and term.many:
            return [*one, *(item for item in other if item not in one)]
        first, second = "; ".join(one), "; ".join(other)
        if _signs(first) == _signs(second):
            # Capitals throughout are a habit of the keyboard; the other spelling says more.
            return other if first.isupper() and not second.isupper() else one
        if (spec.name, key) in self._merged or LINK in first:
            return one
        if any(fnmatch(column, pattern) for pattern in spec.varying):
            self._decisions.repair("said-otherwise", Place(_shown(origin)), column, second, first)
            return one
        shown = key.replace(JOINT, " · ")
        reason = because("differs", place=_shown(origin))
        answer = self._decisions.ask(
            "differs", (spec.name, key, column, first, second), reason, table=spec.table, record=shown, column=column,
            value=first, other=second, option=first,
        )  # fmt: skip
        return other if answer == second else one

    def _find_places(self, spec: RecordSpec, gazetteer: Gazetteer) -> None:
        """Look places up in the gazetteer, unless the source says which they are; two with one entry may be one."""
        place = spec.place
        if place is None:
            return
        first: dict[str, tuple[str, str]] = {}
        for key, rows in self._store.said(spec.name):
            name, country = rows[0].town
            if not name or any(place.iri in row.cells for row in rows):
                continue
            found = self._chosen(spec, gazetteer, name, country)
            if found is None:
                continue
            holder = self._identities.holder(spec, place.iri, found.iri)
            if holder:
                self._ask_same_place(spec, key, f"{name} · {country}", holder, holder[1:], found.iri)
            elif found.iri in first:
                other, shown = first[found.iri]
                self._ask_same_place(spec, key, f"{name} · {country}", other, shown, found.iri)
            else:
                first[found.iri] = key, f"{name} · {country}"
                self._found[spec.name, key] = found

    def _ask_same_place(  # noqa: PLR0913, PLR0917 - two places, and why they may be one
        self, spec: RecordSpec, key: str, shown: str, other: str, other_shown: str, iri: str
    ) -> None:
        answer = self._decisions.ask(
            "same", (spec.name, *sorted((key, other))), because("same-place", iri=iri), table=spec.table, record=shown,
            other=other_shown, score="90", option="yes",
        )  # fmt: skip
        self.pairs["place"] += 1
        if answer.casefold() in YES:
            self._take_as_one(spec, key, other)

    def _chosen(self, spec: RecordSpec, gazetteer: Gazetteer, name: str, country: str) -> Found | None:
        """Return the place that a name stands for; where there are several, the one that the curator chose."""
        found = gazetteer.find(name, country)
        if len(found) <= 1:
            return next(iter(found), None)
        listed = tuple(because("inhabitants", iri=each.iri, count=each.population) for each in found[:_NAMED])
        answer = self._decisions.ask(
            "place", (spec.name, name, country), because("place", count=len(found), listed=listed), table=spec.table,
            record=f"{name} · {country}", value=name, other=country, option=found[0].iri,
        )  # fmt: skip
        return next(
            (each for each in found if answer and answer.rstrip("/") in {each.iri.rstrip("/"), each.number}), None
        )


def _signs(text: str) -> str:
    """Write a text by its letters and digits alone."""
    return "".join(filter(str.isalnum, fold(text)))


def _shown(origin: str) -> str:
    _, file, part, row = origin.split("|")
    return ":".join(filter(None, (file, part, row)))
