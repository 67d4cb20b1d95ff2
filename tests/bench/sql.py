"""duckdb as a writer of N-Triples: one SQL expression a statement, rows streamed to a file; nothing is checked."""

from __future__ import annotations

from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING

from .byhand import AS_OF
from .statements import DERIVED, statements

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .statements import Statement, Term

_BOUNDS = {
    "first": "CASE length({0}) WHEN 10 THEN {0} WHEN 7 THEN {0} || '-01' WHEN 4 THEN {0} || '-01-01' END",
    "last": "CASE length({0}) WHEN 10 THEN {0} WHEN 7 THEN last_day(({0} || '-01')::DATE)::VARCHAR "
    "WHEN 4 THEN {0} || '-12-31' END",
}
_STATUS = (
    f"CASE WHEN until < '{AS_OF}' THEN 'completed' WHEN \"from\" > '{AS_OF}' THEN 'planned' "
    "WHEN \"start\" IS NOT NULL AND \"end\" IS NOT NULL THEN 'ongoing' ELSE 'unknown' END"
)


def duckdb_writer(folder: Path) -> None:
    """Write every statement of the tables, a block of lines for each row."""
    duckdb = import_module("duckdb")

    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    rows = [_select(folder, table, list(group)) for table, group in groupby(_ordered(folder), lambda s: s.table)]
    target = _quoted(str(folder / "duckdb.nt"))
    copied = (
        f"COPY ({' UNION ALL '.join(rows)}) TO {target} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '')"
    )
    connection.execute(copied)


def _ordered(folder: Path) -> list[Statement]:
    return sorted(statements(folder), key=lambda statement: statement.table)


def _select(folder: Path, table: str, group: Iterable[Statement]) -> str:
    """Join the statements of a row with line feeds; those with an empty cell are NULL and left out."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8") as file:
        names = file.readline().strip().split(",")
    options = "header = true, all_varchar = true, quote = '\"', escape = '\"', delim = ',', new_line = '\\n'"
    source = f"read_csv({_quoted(str(path))}, {options})"
    if "start" in names:
        source = f"(SELECT *, {_STATUS} AS status FROM (SELECT *, {_derived(names)} FROM {source}))"  # noqa: S608 - the same
    return f"SELECT concat_ws(chr(10), {', '.join(map(_expression, group))}) FROM {source}"  # noqa: S608 - our own words


def _derived(names: Iterable[str]) -> str:
    """Compute what follows from other columns."""
    found = {
        "period": 'coalesce("id" || substr("start", 1, 0), "id" || substr("end", 1, 0))',
        "amount": '"id" || \'-budget\' || substr("budget.value", 1, 0)',
        "from": _BOUNDS["first"].format('"start"'),
        "until": _BOUNDS["last"].format('"end"'),
    }
    for name in ("start", "end"):
        for precision, length in (("date", 10), ("month", 7), ("year", 4)):
            found[f"{name}.{precision}"] = f'CASE length("{name}") WHEN {length} THEN "{name}" END'
    wanted = [column for name in names for column in DERIVED.get(name, ()) if column in found]
    return ", ".join(f'{found[column]} AS "{column}"' for column in wanted)


def _expression(statement: Statement) -> str:
    subject, value = statement.subject, statement.object
    before = (
        f"{_quoted(subject.before)} || {_name(subject)} || {_quoted(f'{subject.after} {statement.predicate.before} ')}"
    )
    if not value.column:
        return f"{before} || {_quoted(f'{value.before} .')}"
    if value.many:
        line = f"{before} || {_quoted(value.before)} || item || {_quoted(f'{value.after} .')}"
        return f"array_to_string(list_transform(string_split({_name(value)}, '; '), lambda item: {line}), chr(10))"
    return f"{before} || {_quoted(value.before)} || {_cell(value)} || {_quoted(f'{value.after} .')}"


def _cell(term: Term) -> str:
    if not term.text:
        return _name(term)
    return f"replace(replace(replace({_name(term)}, '\\', '\\\\'), '\"', '\\\"'), chr(10), '\\n')"


def _name(term: Term) -> str:
    return f'"{term.column}"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
