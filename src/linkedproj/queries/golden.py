"""Compare what saved queries answer with what they are expected to answer.

Expected answers lie in a portfolio's folder, in `queries/expected/<id>.csv`: values only, ended by LF, in the order in
which pyoxigraph gives the rows, so that a changed record shows as a changed line. Triples are rows of three, in order.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from linkedproj.queries.ask.local import evaluate
from linkedproj.queries.ask.reference import run_reference
from linkedproj.queries.results.sparql import write_csv
from linkedproj.queries.results.table import as_table
from linkedproj.queries.saved.bind import bind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyoxigraph as ox
    import rdflib

    from linkedproj.queries.results.table import Table
    from linkedproj.queries.saved.collection import Expect, SavedQuery


def expected_path(folder: Path, query: SavedQuery) -> Path:
    """Return where the expected answer lies; `folder` is that of the portfolio's own queries."""
    return folder / "expected" / f"{query.id}.csv"


def verify(
    query: SavedQuery, store: ox.Store, graph: rdflib.Graph, folder: Path | None, bases: Mapping[str, str]
) -> Iterator[str]:
    """Run a query and its cases on two engines; yield one readable text for each difference.

    `folder` is that of the portfolio's own queries; a query of the program need have no expected answer there.

    Raises:
        QueryError: the query does not parse.
    """
    for arguments, expect in [({}, query.expect), *((case.arguments, case.expect) for case in query.cases)]:
        sparql = bind(query, arguments, bases)
        table = as_table(evaluate(store, sparql, query.file, query.header_lines))
        differences = [*against_reference(table, run_reference(graph, sparql)), *against_expect(table, expect)]
        if folder and not arguments and (query.is_own or expected_path(folder, query).is_file()):
            differences += against_golden(table, expected_path(folder, query))
        for difference in differences:
            yield f"with {dict(arguments)}: {difference}" if arguments else difference


def update(query: SavedQuery, store: ox.Store, folder: Path, bases: Mapping[str, str]) -> bool:
    """Write down the present answer as the expected one; return whether it differs from what was there.

    Raises:
        QueryError: the query does not parse.
    """
    table = as_table(evaluate(store, bind(query, {}, bases), query.file, query.header_lines))
    path, text = expected_path(folder, query), _golden(table)
    if path.is_file() and _read(path) == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="")
    return True


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a query took, and how long its header allows, in milliseconds. For a report: clocks differ."""

    query: SavedQuery
    milliseconds: int

    @property
    def is_over(self) -> bool:
        """Whether the query took longer than its budget."""
        return self.milliseconds > self.query.budget_ms

    def __str__(self) -> str:
        """Return one line of the report."""
        verb = "over" if self.is_over else "within"
        return f"{self.query.file}: {self.milliseconds:,} ms, {verb} its budget of {self.query.budget_ms:,} ms"


def measure(query: SavedQuery, store: ox.Store, bases: Mapping[str, str]) -> Timing:
    """Run a query once with its defaults, on pyoxigraph, and take the time.

    Raises:
        QueryError: the query does not parse.
    """
    sparql = bind(query, {}, bases)
    before = perf_counter()
    evaluate(store, sparql, query.file, query.header_lines)
    return Timing(query, round((perf_counter() - before) * 1000))


def against_golden(table: Table, path: Path) -> list[str]:
    """Compare with the expected answer, line by line."""
    if not path.is_file():
        return [f"{path.parent.name}/{path.name} is missing. Write it with: linkedproj queries test --update"]
    before, after = _read(path).splitlines(), _golden(table).splitlines()
    diff = "\n".join(difflib.unified_diff(before, after, "expected", "found", lineterm="", n=1))
    return [diff] if diff else []


def against_reference(table: Table, reference: Table) -> list[str]:
    """Compare the rows of two engines, whatever their order."""
    if table.columns != reference.columns:
        return [f"pyoxigraph has the columns {table.columns}, rdflib {reference.columns}"]
    ours, theirs = table.multiset(), reference.multiset()
    return [
        *(f"only pyoxigraph, {count} times: {' | '.join(row)}" for row, count in sorted((ours - theirs).items())),
        *(f"only rdflib, {count} times: {' | '.join(row)}" for row, count in sorted((theirs - ours).items())),
    ]


def against_expect(table: Table, expect: Expect) -> list[str]:
    """Compare with what the header says of columns and number of rows."""
    found = len(table)
    faults = [
        (bool(expect.columns) and table.columns != expect.columns, f"columns {expect.columns}, not {table.columns}"),
        (expect.rows not in {-1, found}, f"{expect.rows} rows, not {found}"),
        (found < expect.min_rows, f"at least {expect.min_rows} rows, not {found}"),
        (-1 < expect.max_rows < found, f"at most {expect.max_rows} rows, not {found}"),
    ]
    return [f"expected {what}" for is_fault, what in faults if is_fault]


def _golden(table: Table) -> str:
    return write_csv(table).replace("\r\n", "\n")


def _read(path: Path) -> str:
    # Not read_text: it would fold the line ends inside a value.
    return path.read_bytes().decode()
