"""polars as a writer of N-Triples: one expression a statement, rows streamed to a file; nothing is checked."""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING

from .byhand import AS_OF
from .statements import DERIVED, statements

os.environ["POLARS_MAX_THREADS"] = "1"  # read when polars is imported

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

    from .statements import Statement, Term


def polars_writer(folder: Path) -> None:
    """Write every statement of the tables, a block of lines for each row."""
    lines: list[pl.LazyFrame] = []
    for table, group in groupby(sorted(statements(folder), key=lambda s: s.table), lambda s: s.table):
        frame, found = _table(folder / f"{table}.csv"), list(group)
        single = [_expression(statement) for statement in found if not statement.object.many]
        lines.append(frame.select(line=pl.concat_str(single, separator="\n", ignore_nulls=True)))
        lines += [_exploded(frame, statement) for statement in found if statement.object.many]
    pl.concat(lines).sink_csv(folder / "polars.nt", include_header=False, quote_style="never")


def _table(path: Path) -> pl.LazyFrame:
    frame = pl.scan_csv(path, infer_schema=False)
    names = frame.collect_schema().names()
    found = _derived()
    frame = frame.with_columns(
        found[column].alias(column) for name in names for column in DERIVED.get(name, ()) if column in found
    )
    return frame.with_columns(status=_status()) if "start" in names else frame


def _derived() -> dict[str, pl.Expr]:
    """Compute what follows from other columns."""
    start, end, nothing = pl.col("start"), pl.col("end"), pl.lit("")
    found = {
        "period": pl.when(start.is_not_null()).then(pl.col("id")),
        "amount": pl.when(pl.col("budget.value").is_not_null()).then(pl.col("id") + "-budget"),
        "from": (start + "-01-01").str.slice(0, 10),
        "until": pl.when(end.str.len_bytes() == 7)
        .then((end + "-01").str.to_date("%Y-%m-%d", strict=False).dt.month_end().dt.to_string("%Y-%m-%d"))
        .otherwise((end + "-12-31").str.slice(0, 10)),
    }
    for name, column in (("start", start), ("end", end)):
        for precision, length in (("date", 10), ("month", 7), ("year", 4)):
            found[f"{name}.{precision}"] = pl.when(column.str.len_bytes() == length).then(column + nothing)
    return found


def _status() -> pl.Expr:
    return (
        pl.when(pl.col("until") < AS_OF)
        .then(pl.lit("completed"))
        .when(pl.col("from") > AS_OF)
        .then(pl.lit("planned"))
        .when(pl.col("start").is_not_null() & pl.col("end").is_not_null())
        .then(pl.lit("ongoing"))
        .otherwise(pl.lit("unknown"))
    )


def _exploded(frame: pl.LazyFrame, statement: Statement) -> pl.LazyFrame:
    """Make a row for each item of a cell with several."""
    items = frame.select(statement.subject.column, pl.col(statement.object.column).str.split("; "))
    return items.explode(statement.object.column).select(line=_expression(statement))


def _expression(statement: Statement) -> pl.Expr:
    subject, value = statement.subject, statement.object
    between = f"{subject.after} {statement.predicate.before} {value.before}"
    before = [pl.lit(subject.before), pl.col(subject.column)]
    if not value.column:
        return pl.concat_str([*before, pl.lit(f"{between} .")])
    return pl.concat_str([*before, pl.lit(between), _cell(value), pl.lit(f"{value.after} .")])


def _cell(term: Term) -> pl.Expr:
    cell = pl.col(term.column)
    if not term.text:
        return cell
    for character, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
        cell = cell.str.replace_all(character, escaped, literal=True)
    return cell
