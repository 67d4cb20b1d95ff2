"""The import of a source: files to rows, rows to records, records to tables that a curator goes on with.

Each row ends in a record, in review.csv or in repairs.csv, and the counts of all three are those of the rows.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.importers.source.cells import Converter
from linkedproj.importers.source.decisions import NO, YES, Decisions
from linkedproj.importers.source.gazetteer import Found, Gazetteer, open_gazetteer
from linkedproj.importers.source.keeping import Keeper
from linkedproj.importers.source.kept import Kept
from linkedproj.importers.source.matching import Alike, at_large, can_compare, pairs
from linkedproj.importers.source.reading import source_files, source_tables
from linkedproj.importers.source.records import JOINT, LINK, Mapper, items_of, list_names
from linkedproj.importers.source.start import SETTINGS, settings_of
from linkedproj.importers.source.store import Said, Store
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.folder import open_folder
from linkedproj.model.lists import CODE, fold
from linkedproj.model.lists import FOLDER as LISTS
from linkedproj.model.lists import read_rows as read_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linkedproj.importers.source.cells import Value
    from linkedproj.importers.source.reading import Cells, SourceFile, SourceTable, Tables
    from linkedproj.importers.source.records import Made
    from linkedproj.importers.source.spec import CheckSpec, Importer, RecordSpec
    from linkedproj.model.folder import Folder

    Tell = Callable[[str], None]
    # A table that is being read: its counts, what makes its records, its fields, and the comparisons within its rows.
    _Begun = tuple[SourceTable, "Counted", Mapper, Sequence[tuple[str, Converter]], Sequence[CheckSpec]]


@dataclass
class Counted:
    """What became of the rows of one table of the source: each is in a record, in review.csv or in repairs.csv."""

    name: str
    rows: int = 0
    records: int = 0
    review: int = 0
    repairs: int = 0
    unread: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass
class Imported:
    """What an import did: rows by table of the source, records by table of the portfolio, what is left to decide."""

    importer: Importer
    folder: Path
    counted: dict[str, Counted] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)
    questions: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    pairs: Counter[str] = field(default_factory=Counter)
    is_new: bool = False
    remarks: list[str] = field(default_factory=list)

    @property
    def is_reconciled(self) -> bool:
        """Whether each row ended in exactly one of the three."""
        return all(each.rows == each.records + each.review + each.repairs for each in self.counted.values())


def import_source(
    importer: Importer, paths: Iterable[Path], into: Path, day: str, tell: Tell = lambda _: None
) -> Imported:
    """Import files into the portfolio in a folder, which is begun if there is none; `day` is when they were read.

    Raises:
        SetupError: a file, the importer or the portfolio cannot be used; nothing was written.
    """
    files = source_files(paths)
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch, closing(Store(Path(scratch) / "s.db")) as store:
        is_new = not (into / SETTINGS).exists()
        if is_new:
            # Nothing is begun before all is known to go well.
            (Path(scratch) / SETTINGS).write_text(settings_of(importer, into, day), "utf-8", newline="\n")
        folder = open_folder(Path(scratch) if is_new else into)
        work = _Import(importer, folder, into, store, files, day)
        work.done.is_new = is_new
        tell("reading the rows")
        work.read()
        tell("comparing the records")
        work.join()
        tell("writing the tables")
        work.write()
    return work.done


class _RowNotes:
    """Hears of the cells of one row."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self.table: SourceTable | None = None
        self.row = 0

    def _place(self, field: str) -> Place:
        if self.table is None:
            raise RuntimeError(field)
        return self.table.place(self.row, field)

    def repair(self, rule: str, field: str, before: str, after: str) -> None:
        self._decisions.repair(rule, self._place(field), field, before, after)

    def ask(self, kind: str, field: str, value: str, reason: str, option: str = "") -> str:
        answer = self._decisions.ask(
            kind, (field, value), column=field, value=value, reason=reason, option=option, place=str(self._place(field))
        )
        return "" if answer in NO else answer


class _Import:
    """One import under way."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is imported, into what, and when
        self, importer: Importer, folder: Folder, into: Path, store: Store, files: Sequence[SourceFile], day: str
    ) -> None:
        self.done = Imported(importer, into)
        self._importer, self._folder, self._store = importer, folder, store
        self._decisions = Decisions(into, importer.name)
        self._notes = _RowNotes(self._decisions)
        self._keeper = Keeper(folder, into, importer, store, self._decisions, files, day)
        self._identities = self._keeper.identities
        # Of two kinds of rows that speak of one kind of records, the first says what they are.
        self._specs = {spec.name: spec for spec in reversed(importer.records)}
        lists = folder.schema.authorities.values()
        self._lists = {each.name: each for each in lists}
        used = {value.codelist for spec in importer.records for value in spec.columns.values() if value.codelist}
        path = folder.ontology / LISTS
        self._names = list_names(
            (each for each in lists if each.name in used), lambda each: read_list(path / f"{each.name}.csv", CODE)
        )
        self._mappers: dict[str, Mapper] = {}
        self._alias: dict[tuple[str, str], str] = {}
        self._merged: dict[tuple[str, str], list[str]] = {}
        self._found: dict[tuple[str, str], Found] = {}
        self._file = ""

    # ----- rows

    def read(self) -> None:
        """Read all rows of all files."""
        for resource in self._importer.resources:
            self._mappers.setdefault(resource.resource, Mapper(self._importer, resource.resource, self._names))
        checked: dict[str, list[str]] = {}
        for check in self._importer.checks:
            checked.setdefault(check.resource, []).extend(filter(None, (check.field, check.at_most, check.at_least)))
        wanted = {
            name: dict.fromkeys([*mapper.fields, *checked.get(name, ())]) for name, mapper in self._mappers.items()
        }
        converters: dict[str, list[tuple[str, Converter]]] = {}
        files = self._keeper.files
        for tables in source_tables(self._importer, files, wanted):
            for table in tables.tables:
                if table.spec.name not in converters:
                    converters[table.spec.name] = [
                        (each.name, Converter(each, self._importer.codes, self._lists)) for each in table.fields
                    ]
            self._read_tables(tables, converters)
        read = {each.resource for each in self._importer.resources if each.name in self.done.counted}
        made = {spec.name for spec in self._importer.records if read.intersection(spec.resources)}
        for name in sorted({each.resource for each in self._importer.resources} - read):
            # Another layout of what was read is not missed.
            if any(name in spec.resources and spec.name not in made for spec in self._importer.records):
                self.done.remarks.append(f"nothing was read for '{name}': no file or sheet of it was named")

    def _read_tables(self, tables: Tables, converters: Mapping[str, Sequence[tuple[str, Converter]]]) -> None:
        if tables.tables[0].file.name != self._file:
            self._file = tables.tables[0].file.name
            for mapper in self._mappers.values():
                mapper.begin_file()
        self._read_rows(tables, [self._begun(table, converters[table.spec.name]) for table in tables.tables])
        for table in tables.tables:
            for problem in table.layout:
                told = ", ".join(filter(None, map(problem.values.get, ("names", "cells"))))
                self._decisions.repair(problem.rule.lower(), problem.place, problem.column, told, "")

    def _begun(self, table: SourceTable, fields: Sequence[tuple[str, Converter]]) -> _Begun:
        counted = self.done.counted.setdefault(table.spec.name, Counted(table.spec.name))
        counted.unread = tuple(dict.fromkeys((*counted.unread, *table.unread)))
        counted.absent = tuple(dict.fromkeys((*counted.absent, *table.absent)))
        mapper = self._mappers[table.spec.resource]
        self._keeper.note_columns(table, mapper)
        checks = [each for each in self._importer.checks if each.resource == table.spec.resource]
        return table, counted, mapper, fields, checks

    def _read_rows(self, tables: Tables, read: Sequence[_Begun]) -> None:
        for number, cells in tables.rows:
            table, counted, mapper, fields, checks = read[number]
            counted.rows += 1
            self._notes.table, self._notes.row = table, cells.number
            if cells.unsound or cells.faults:
                self._tell_faults(cells)
            if cells.unsound:
                counted.review += 1
                continue
            values: dict[str, Value] = {
                name: convert(cell, self._notes) if cell else convert.spec.default
                for (name, convert), cell in zip(fields, cells.values, strict=True)
            }
            for check in checks:
                self._check(check, values)
            lacking = mapper.lacking(values)
            if not lacking:
                self._take(table, cells, mapper, values, counted)
                continue
            pairs_of = zip(fields, cells.values, strict=True)
            is_useless = any(name in lacking and convert.leaves_out(cell) for (name, convert), cell in pairs_of)
            self._leave(table, cells, lacking, values, counted, is_useless=is_useless)

    def _leave(  # noqa: PLR0913 - a row, and what is known of it
        self,
        table: SourceTable,
        cells: Cells,
        lacking: Sequence[str],
        values: Mapping[str, Value],
        counted: Counted,
        *,
        is_useless: bool,
    ) -> None:
        """Count a row that makes no record: of no use by the importer, left out by the curator, or to be decided."""
        if is_useless or self._ask_row(cells, lacking, values):
            counted.repairs += 1
            rule = "row-of-no-use" if is_useless else "row-left-out"
            self._decisions.repair(rule, table.place(cells.number), ", ".join(lacking), "", "")
        else:
            counted.review += 1

    def _take(
        self, table: SourceTable, cells: Cells, mapper: Mapper, values: dict[str, Value], counted: Counted
    ) -> None:
        """Take the records of a row, and count what became of it."""
        origin = f"{table.spec.name}|{table.file.name}|{table.part}|{cells.number}"
        for each in mapper.records(values):
            self._say(each, origin, table.file.name)
        if mapper.has_made:
            counted.records += 1
        else:
            counted.repairs += 1
            self._decisions.repair("row-without-record", table.place(cells.number), "", "", "")

    def _say(self, made: Made, origin: str, file: str) -> None:
        spec = made.spec
        alike: list[list[str]] = []
        if spec.same:
            names = [text for name in spec.same.names for text in items_of(made.values.get(name, ""))]
            places = [at_large(text) for name in spec.same.places for text in items_of(made.values.get(name, ""))]
            alike = [names, list(items_of(made.values.get(spec.same.within, ""))), places]
        town = []
        if spec.place:
            town = [str(made.values.get(spec.place.name, "")), str(made.values.get(spec.place.country, ""))]
        cells = made.cells | self._keeper.origin_cell(spec.table, file)
        self._store.say(
            spec.name, made.key, Said(cells, made.derived, made.ident, origin, alike, town), is_row=spec.is_row
        )

    def _tell_faults(self, cells: Cells) -> None:
        table = self._notes.table
        for problem in cells.faults:
            about = (problem.rule, problem.column, problem.cell)
            wording = _SHEET_WORDS.get(problem.rule, problem.rule)
            self._decisions.ask(
                "cell", about, column=problem.column, value=problem.cell, reason=wording, place=str(problem.place)
            )
        if cells.unsound and table:
            place = str(table.place(cells.number))
            self._decisions.ask("row", (place, "unsound"), reason=cells.unsound, place=place)

    def _ask_row(self, cells: Cells, lacking: Sequence[str], values: Mapping[str, Value]) -> bool:
        """Ask about a row that is no record; return whether the curator leaves it out."""
        table = self._notes.table
        place = str(table.place(cells.number)) if table else ""
        shown = "; ".join(f"{name}: {value}" for name, value in values.items() if value and isinstance(value, str))
        told = f"no record without {', '.join(lacking)}"
        answer = self._decisions.ask(
            "row", (shown, *lacking), column=", ".join(lacking), value=shown, reason=told, option="no", place=place
        )
        return answer in NO

    def _check(self, check: CheckSpec, values: dict[str, Value]) -> None:
        """Hold a value back that another one contradicts, unless the curator lets it through."""
        value, bound = values.get(check.field), values.get(check.at_most or check.at_least)
        if not isinstance(value, str) or not isinstance(bound, str) or not value or not bound:
            return
        told = _contradiction(value, bound, check)
        if not told:
            return
        option = _shifted(value, bound) if check.at_most else ""
        table = self._notes.table
        answer = self._decisions.ask(
            "contradiction", (check.field, value, bound), column=check.field, value=value, other=bound,
            reason=told, option=option, place=str(table.place(self._notes.row, check.field)) if table else "",
        )  # fmt: skip
        values[check.field] = value if answer in {"keep", *YES} else "" if answer in NO else answer

    # ----- records

    def join(self) -> None:
        """Join what rows say of one record, give ids, and propose what may be one."""
        placed = [spec for spec in self._specs.values() if spec.place]
        gazetteer = open_gazetteer() if placed else None
        if gazetteer and not gazetteer.is_there:
            self.done.remarks.append(gazetteer.remark)
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
            told = "names that are only nearly equal are not proposed: pip install 'linkedproj[import]' adds that"
            if told not in self.done.remarks:
                self.done.remarks.append(told)
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
            self.done.pairs[pair.kind] += 1
            answer = self._decisions.ask(
                "same", about, table=spec.table, record=shown[one], other=shown[other], reason=pair.reason,
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
        for key, rows in self._store.said(spec.name):
            compared = [row.alike for row in rows if row.alike]
            names = dict.fromkeys(name for listed, _, _ in compared for name in listed)
            places = dict.fromkeys(place for _, _, listed in compared for place in listed)
            within = next((text for _, listed, _ in compared for text in listed), "")
            if names:
                yield Alike(key, tuple(names), within, tuple(places))

    def _join(self, spec: RecordSpec) -> None:
        for key, rows in self._store.said(spec.name):
            groups = [[row] for row in rows] if spec.is_row else [rows]
            for number, group in enumerate(groups, 1):
                own = key if number == 1 else f"{key}{JOINT}{number}"
                cells, derived, origins = self._joined(spec, own, group)
                found = self._found.get((spec.name, own))
                if found and spec.place:
                    cells[spec.place.iri], derived[spec.place.iri] = [found.iri], Gazetteer.note
                    if spec.place.point:
                        cells[spec.place.point], derived[spec.place.point] = [found.point], Gazetteer.note
                identifier = self._identities.call(spec, own, group[0].ident, cells, derived)
                for other in self._merged.get((spec.name, own), ()):
                    self._store.call(spec.name, other, spec.table, identifier)
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
        told = f"the source has two values for one record; the first is in the table, the second is at {_shown(origin)}"
        answer = self._decisions.ask(
            "differs", (spec.name, key, column, first, second), table=spec.table, record=shown, column=column,
            value=first, other=second, reason=told, option=first,
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
            "same", (spec.name, *sorted((key, other))), table=spec.table, record=shown, other=other_shown,
            reason=f"both are names of one place of GeoNames, {iri}", score="90", option="yes",
        )  # fmt: skip
        self.done.pairs["place"] += 1
        if answer.casefold() in YES:
            self._take_as_one(spec, key, other)

    def _chosen(self, spec: RecordSpec, gazetteer: Gazetteer, name: str, country: str) -> Found | None:
        """Return the place that a name stands for; where there are several, the one that the curator chose."""
        found = gazetteer.find(name, country)
        if len(found) <= 1:
            return next(iter(found), None)
        listed = "; ".join(f"{each.iri} ({each.population:,} inhabitants)" for each in found[:_NAMED])
        answer = self._decisions.ask(
            "place", (spec.name, name, country), table=spec.table, record=f"{name} · {country}", value=name,
            other=country, reason=f"{len(found)} places of this country are called so: {listed}", option=found[0].iri,
        )  # fmt: skip
        return next(
            (each for each in found if answer and answer.rstrip("/") in {each.iri.rstrip("/"), each.number}), None
        )

    # ----- tables

    def write(self) -> None:
        """Write the tables, and what is kept of the import.

        Raises:
            SetupError: rows are missing in the counts.
        """
        self.done.kept = self._keeper.write()
        further = sorted(self.done.kept.languages - set(self._folder.config.read_languages))
        if further:
            listed = ", ".join(f'"{tag}"' for tag in (*self._folder.config.further_languages, *further))
            self.done.remarks.append(
                f"write further-languages = [{listed}] into portfolio.toml: tables have texts in these"
            )
        if not self.done.is_reconciled:
            raise SetupError("the counts of rows do not add up; nothing of this import can be trusted.")
        self._decisions.write()
        questions = self._decisions.questions.values()
        self.done.questions = Counter(each.kind for each in questions if not each.answer)
        self.done.answered = sum(bool(each.answer) for each in questions)
        self.done.repairs = Counter(each.rule for each in self._decisions.repairs)


_NAMED = 5
_SHEET_WORDS = {
    "LP-SHEET-ERROR": "the cell shows an error of the spreadsheet, not a value; it was read as empty",
    "LP-SHEET-FORMULA": "the formula has no stored value; open and save the file in the spreadsheet. Read as empty",
    "LP-SHEET-SHOWN": "what the cell shows is not what it holds; it was read as empty",
}


def _signs(text: str) -> str:
    """Write a text by its letters and digits alone."""
    return "".join(filter(str.isalnum, fold(text)))


def _contradiction(value: str, bound: str, check: CheckSpec) -> str:
    """Return how two values contradict each other, or ""."""
    if check.at_most:
        try:
            one, other = float(value), float(bound)
        except ValueError:
            one, other = 0.0, 1.0 if value <= bound else -1.0
        return f"{check.field} ({value}) is more than {check.at_most} ({bound})" if one > other else ""
    length = min(len(value), len(bound))
    return f"{check.field} ({value}) is before {check.at_least} ({bound})" if value[:length] < bound[:length] else ""


def _shifted(value: str, bound: str) -> str:
    """Return what an amount would be with its decimal point elsewhere, where that fits below another one."""
    try:
        one, other = float(value), float(bound)
    except ValueError:
        return ""
    for places in (1, 2, 3):
        moved = one / 10**places
        if other / 4 <= moved <= other and "." not in value:
            return f"{value[:-places]}.{value[-places:]}"
    return ""


def _shown(origin: str) -> str:
    _, file, part, row = origin.split("|")
    return ":".join(filter(None, (file, part, row)))
