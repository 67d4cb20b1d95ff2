"""What tables there are, and how they can be read: in shards as they are, or only after they were sorted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from linkedproj.mapping.tasks import ROW_BLOCK, rows_of
from linkedproj.system.sorting import RunFile, Sorter
from linkedproj.tables.folder import find_tables, type_of
from linkedproj.tables.headers import Header
from linkedproj.tables.readers import reader_of
from linkedproj.tables.readers.csv import read_head
from linkedproj.tables.reading import read_file, report_header
from linkedproj.tables.shards import cut, first_id, whole

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.model.context import RecordType
    from linkedproj.system.sorting import SortedRun
    from linkedproj.tables.portfolio import Portfolio
    from linkedproj.tables.readers.source import TableFile
    from linkedproj.tables.shards import Shard


class Inventory:
    """The files of a folder.

    By type, `shards` are its CSV tables, each as a whole, `sorted_rows` the rows of other files in runs,
    and `bytes` what all its files hold; `size` is that of a shard.
    """

    def __init__(self, portfolio: Portfolio, work: Path, size: int) -> None:
        self.portfolio, self.size = portfolio, size
        self.shards: dict[str, list[Shard]] = {}
        self.sorted_rows: dict[str, list[SortedRun]] = {}
        self.bytes: Counter[str] = Counter()
        self._work = work

    def read(self, folder: Path, shown: str) -> None:
        """Look at all files, and read those that cannot be cut, or whose columns are known only when they are read.

        Raises:
            SetupError: a file cannot be opened, or the package that reads it is not installed.
        """
        portfolio = self.portfolio
        portfolio.files = find_tables(folder, shown, portfolio.schema, portfolio.config, portfolio.problems.append)
        self._note_unread()
        for number, file in enumerate(portfolio.files):
            kind = type_of(file.table, portfolio.schema)
            if kind is None:
                continue
            self.bytes[kind.name] += file.path.stat().st_size
            if reader_of(file.path).is_cut:
                self._open(file, kind)
            else:
                self._take_in(file, kind, self._work / f"file-{number:04}.runs")

    def _note_unread(self) -> None:
        """Note the types of which a file could not be read: of one that no table is named after, all."""
        portfolio = self.portfolio
        for problem in portfolio.problems:
            if problem.rule in {"LP-FILE-FORMAT", "LP-FILE-BOOK"}:
                kind = type_of(problem.values.get("table", ""), portfolio.schema)
                portfolio.incomplete.update([kind.name] if kind else portfolio.schema.types)

    def _open(self, file: TableFile, kind: RecordType) -> None:
        portfolio = self.portfolio
        before = len(portfolio.problems)
        head = read_head(file, portfolio.problems.append)
        if head is None:
            if len(portfolio.problems) > before:
                portfolio.incomplete.add(kind.name)
            return
        header = Header(head.file, kind, head.names, portfolio.schema, portfolio.config.read_languages)
        portfolio.headers.append(header)
        if report_header(header, head.line, portfolio, portfolio.found):
            shard = whole(head.file, len(portfolio.headers) - 1, head.start, head.first)
            self.shards.setdefault(kind.name, []).append(shard)

    def _take_in(self, file: TableFile, kind: RecordType, path: Path) -> None:
        runs = RunFile(path)
        rows: Sorter[Any] = Sorter(runs, block=ROW_BLOCK)
        for batch in read_file(file, kind, self.portfolio, self.portfolio.found):
            rows.add(rows_of(batch))
        self.sorted_rows.setdefault(kind.name, []).extend(rows.runs())

    def in_order(self, name: str) -> list[Shard]:
        """Cut the tables of a type, if the ids look as if they were in order; else return nothing."""
        if self.portfolio.schema.types[name].anonymous or name in self.sorted_rows or name not in self.shards:
            return []
        shards: list[Shard] = []
        for shard in self.shards[name]:
            names = self.portfolio.headers[shard.header].names
            if "id" not in names:
                return []
            at = names.index("id")
            shards += cut(replace(shard, first=first_id(shard, at)), at, self.size)
        shards.sort(key=lambda shard: shard.first)
        return shards if all(one.first < other.first for one, other in pairwise(shards)) else []

    def cut(self, name: str) -> list[Shard]:
        """Cut the tables of a type, whatever order their rows are in."""
        return [piece for shard in self.shards.get(name, ()) for piece in cut(shard, -1, self.size)]
