"""The way out: every record in order, with what is computed and known of it, to the dumps that are asked for."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, TextIO, TypeVar

from linkedproj.cells import Column
from linkedproj.derive import Derivation
from linkedproj.evidence import Evidence, Subject
from linkedproj.portfolio import INVERSES
from linkedproj.writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from linkedproj.context import RecordType
    from linkedproj.portfolio import Portfolio
    from linkedproj.schema import Schema

T = TypeVar("T", bound=tuple[Any, ...])

SUPPORTING = ("Source", "Evidence", "Quote")
"""Types that go to the evidence file; all others are the portfolio."""


class Dump:
    """One file of one format, written record by record; `supporting` tells that it takes sources and evidence."""

    def __init__(self, path: Path, format_name: str, schema: Schema, *, supporting: bool = False) -> None:
        self.supporting = supporting
        self._format, self._schema = FORMATS[format_name], schema
        self._file: TextIO = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(self._format.head(schema))
        self._between = ""

    def table(self, kind: RecordType, columns: Iterable[Column]) -> Callable[[str, Sequence[str]], object]:
        """Give the function that writes a record of one table."""
        row = self._format.compile_rows(kind, columns, self._schema)
        out = self._file.write
        if not self._format.between:
            return lambda identifier, cells: out(row(identifier, cells))

        def write(identifier: str, cells: Sequence[str]) -> None:
            out(self._between + row(identifier, cells))
            self._between = self._format.between

        return write

    def close(self) -> None:
        """Write the end."""
        self._file.write(self._format.foot)
        self._file.close()


def emit(portfolio: Portfolio, records: Sequence[Dump], supporting: Sequence[Dump]) -> Evidence:
    """Write every record of a portfolio to `records`, sources and evidence to `supporting`.

    Gives the evidence with what was found wrong in it; the dumps are still open.
    """
    evidence = Evidence(portfolio)
    for name, kind in portfolio.schema.types.items():
        if name not in {"Evidence", "Quote"}:
            _Table(portfolio, kind, evidence, supporting if name in SUPPORTING else records).run()
    evidence.finish()
    _emit_evidence(evidence, portfolio.schema, supporting)
    return evidence


class _Table:
    """All records of one type on their way out."""

    def __init__(
        self,
        portfolio: Portfolio,
        kind: RecordType,
        evidence: Evidence,
        dumps: Sequence[Dump],
    ) -> None:
        self._portfolio, self._kind, self._evidence, self._dumps = portfolio, kind, evidence, dumps
        self._by_header: dict[int, tuple[Derivation, list[Callable[[str, Sequence[str]], object]]]] = {}
        terms = [term for term in INVERSES if kind.terms and term in kind.terms]
        self._linked = [_Join(portfolio.links.get((kind.name, INVERSES[term]), ())) for term in terms]

    def run(self) -> None:
        claims = _Join(self._evidence.claims(self._kind.name))
        weigh = self._evidence.weigh
        watch = self._evidence.present
        for row in self._portfolio.rows(self._kind.name):
            derivation, writers = self._by_header.get(row.header) or self._compile(row.header)
            linked = ["; ".join(child for _, child in join.take(row.id)) for join in self._linked]
            cells = derivation.fill(row.id, row.cells, linked)
            for write in writers:
                write(row.id, cells)
            if watch:
                weigh(Subject(row, self._kind, derivation, cells), claims.take(row.id))
        for claim in claims.rest():
            self._evidence.unknown_subject(claim)

    def _compile(self, number: int) -> tuple[Derivation, list[Callable[[str, Sequence[str]], object]]]:
        header = self._portfolio.headers[number]
        derivation = Derivation(header, self._portfolio.schema, self._portfolio.config)
        writers = [dump.table(self._kind, derivation.columns) for dump in self._dumps]
        self._by_header[number] = derivation, writers
        return derivation, writers


class _Join(Generic[T]):
    """Items in the order of their first part, handed out by it; it is asked for in the same order."""

    def __init__(self, items: Iterable[T]) -> None:
        self._groups = ((key, list(same)) for key, same in groupby(items, key=itemgetter(0)))
        self._skipped: list[T] = []
        self._current = next(self._groups, None)

    def take(self, key: str) -> list[T]:
        """Give the items of a key."""
        while self._current and self._current[0] < key:
            self._skipped += self._current[1]
            self._current = next(self._groups, None)
        if self._current and self._current[0] == key:
            found = self._current[1]
            self._current = next(self._groups, None)
            return found
        return []

    def rest(self) -> Iterator[T]:
        """Give the items whose key was never asked for."""
        yield from self._skipped
        if self._current:
            yield from self._current[1]
        for _, items in self._groups:
            yield from items


def _emit_evidence(evidence: Evidence, schema: Schema, dumps: Sequence[Dump]) -> None:
    """Write evidence and quotes, each once: several statements share a sentence."""
    if "Evidence" not in schema.types:
        return
    statements = [dump.table(schema.types["Evidence"], evidence.columns) for dump in dumps]
    previous = ""
    for identifier, cells, _, _ in evidence.statements:
        if identifier != previous:
            for write in statements:
                write(identifier, cells)
        previous = identifier
    fields = schema.fields
    columns = [Column("exact", 0, fields["exact"]), Column("language", 1, fields["language"])]
    quotes = [dump.table(schema.types["Quote"], columns) for dump in dumps]
    for identifier, same in groupby(evidence.quotes, key=itemgetter(0)):
        _, text, language = next(same)
        for write in quotes:
            write(identifier, [text, language])
