"""The rows of a source: each says something of records, is asked about, or is left out; and each is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.importers.source.cells import Converter
from linkedproj.importers.source.decisions import NO, YES
from linkedproj.importers.source.matching import at_large
from linkedproj.importers.source.reading import source_tables
from linkedproj.importers.source.records import Mapper, items_of, list_names
from linkedproj.importers.source.store import Said
from linkedproj.importers.source.words import because, worded
from linkedproj.model.lists import CODE
from linkedproj.model.lists import FOLDER as LISTS
from linkedproj.model.lists import read_rows as read_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linkedproj.importers.source.cells import Value
    from linkedproj.importers.source.decisions import Decisions
    from linkedproj.importers.source.keeping import Keeper
    from linkedproj.importers.source.reading import Cells, SourceTable, Tables
    from linkedproj.importers.source.records import Made
    from linkedproj.importers.source.spec import CheckSpec, Importer
    from linkedproj.importers.source.store import Store
    from linkedproj.importers.source.words import Reason
    from linkedproj.model.errors import Place
    from linkedproj.model.folder import Folder

    # A table that is being read: its counts, what makes its records, its fields, and the comparisons within its rows.
    _Begun = tuple[SourceTable, "Counted", Mapper, Sequence[tuple[str, Converter]], Sequence[CheckSpec]]

_IN_CELLS = frozenset({"LP-SHEET-ERROR", "LP-SHEET-FORMULA", "LP-SHEET-SHOWN"})
"""Rules of cells, each with words of its own."""


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

    def ask(self, kind: str, field: str, value: str, reason: Reason, option: str = "") -> str:
        answer = self._decisions.ask(
            kind, (field, value), reason, column=field, value=value, option=option, place=str(self._place(field))
        )
        return "" if answer in NO else answer


class RowTaker:
    """Takes the rows of all files: what they say of records goes into the store.

    `counted` tells what became of the rows of each table of the source, `remarks` what else there is to say.
    """

    def __init__(self, importer: Importer, folder: Folder, store: Store, decisions: Decisions, keeper: Keeper) -> None:
        self.counted: dict[str, Counted] = {}
        self.remarks: list[str] = []
        self._importer, self._store, self._decisions, self._keeper = importer, store, decisions, keeper
        self._notes = _RowNotes(decisions)
        lists = folder.schema.authorities.values()
        self._lists = {each.name: each for each in lists}
        used = {value.codelist for spec in importer.records for value in spec.columns.values() if value.codelist}
        path = folder.ontology / LISTS
        self._names = list_names(
            (each for each in lists if each.name in used), lambda each: read_list(path / f"{each.name}.csv", CODE)
        )
        self._mappers: dict[str, Mapper] = {}
        self._file = ""

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
        read = {each.resource for each in self._importer.resources if each.name in self.counted}
        made = {spec.name for spec in self._importer.records if read.intersection(spec.resources)}
        for name in sorted({each.resource for each in self._importer.resources} - read):
            # Another layout of what was read is not missed.
            if any(name in spec.resources and spec.name not in made for spec in self._importer.records):
                self.remarks.append(worded(self._decisions.language, because("unread", name=name)))

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
        counted = self.counted.setdefault(table.spec.name, Counted(table.spec.name))
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
            reason = because(problem.rule if problem.rule in _IN_CELLS else "rule", rule=problem.rule)
            self._decisions.ask(
                "cell", about, reason, column=problem.column, value=problem.cell, place=str(problem.place)
            )
        if cells.unsound and table:
            place = str(table.place(cells.number))
            self._decisions.ask("row", (place, "unsound"), cells.unsound, place=place)

    def _ask_row(self, cells: Cells, lacking: Sequence[str], values: Mapping[str, Value]) -> bool:
        """Ask about a row that is no record; return whether the curator leaves it out."""
        table = self._notes.table
        place = str(table.place(cells.number)) if table else ""
        shown = "; ".join(f"{name}: {value}" for name, value in values.items() if value and isinstance(value, str))
        listed = ", ".join(lacking)
        answer = self._decisions.ask(
            "row", (shown, *lacking), because("lacking", listed=listed), column=listed, value=shown, option="no",
            place=place,
        )  # fmt: skip
        return answer in NO

    def _check(self, check: CheckSpec, values: dict[str, Value]) -> None:
        """Hold a value back that another one contradicts, unless the curator lets it through."""
        value, bound = values.get(check.field), values.get(check.at_most or check.at_least)
        if not isinstance(value, str) or not isinstance(bound, str) or not value or not bound:
            return
        reason = _contradiction(value, bound, check)
        if not reason:
            return
        option = _shifted(value, bound) if check.at_most else ""
        table = self._notes.table
        answer = self._decisions.ask(
            "contradiction", (check.field, value, bound), reason, column=check.field, value=value, other=bound,
            option=option, place=str(table.place(self._notes.row, check.field)) if table else "",
        )  # fmt: skip
        values[check.field] = value if answer in {"keep", *YES} else "" if answer in NO else answer


def _contradiction(value: str, bound: str, check: CheckSpec) -> Reason | None:
    """Return how two values contradict each other, or nothing."""
    told = {"field": check.field, "value": value, "other": check.at_most or check.at_least, "bound": bound}
    if check.at_most:
        try:
            one, other = float(value), float(bound)
        except ValueError:
            one, other = 0.0, 1.0 if value <= bound else -1.0
        return because("more", **told) if one > other else None
    length = min(len(value), len(bound))
    return because("before", **told) if value[:length] < bound[:length] else None


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
