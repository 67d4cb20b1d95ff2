"""What a portfolio still lacks, a line a column, and how much of it says where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, Problem
from linkedproj.model.policy import evidence_policy
from linkedproj.model.wants import NO
from linkedproj.tables.portfolio import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.mapping.evidence import Evidence
    from linkedproj.mapping.evidence.coverage import Gaps


def completeness_problems(evidence: Evidence) -> Iterator[Problem]:
    """Yield what is counted instead of reported record by record, at the first place of each; none is a fault."""
    portfolio, coverage = evidence.portfolio, evidence.coverage
    tables = {kind.table: name for name, kind in portfolio.schema.types.items()}
    for table, column in sorted(coverage.lacking.counts):
        records, count = portfolio.counts[tables[table]], coverage.lacking.counts[table, column]
        values = {"table": table, "records": str(records), "count": str(count)}
        if count:
            yield _counted(
                "LP-COMPLETE-COLUMN", evidence, coverage.lacking, (table, column), values, (records - count, records)
            )
    if evidence_policy(portfolio.config) == NO or not portfolio.schema.evidence.type_name:
        return
    if not evidence.is_weighed and any(portfolio.counts.values()):
        yield Problem("LP-EVIDENCE-NONE", portfolio.config.places.get("", Place("portfolio.toml")))
    for table, column in sorted(coverage.unknown.counts):
        known, count = coverage.known(table), coverage.unknown.counts[table, column]
        values = {"table": table, "values": str(known + count), "count": str(count)}
        yield _counted("LP-EVIDENCE-SHARE", evidence, coverage.unknown, (table, column), values, (known, known + count))


def _counted(  # noqa: PLR0913, PLR0917 - what there is to say of one count
    rule: str, evidence: Evidence, gaps: Gaps, key: tuple[str, str], values: dict[str, str], part: tuple[int, int]
) -> Problem:
    """Make a problem of a count, at the places of the first; `part` is how many are there, and of how many."""
    portfolio = evidence.portfolio
    cells = ((Row("", header, line, []), column) for header, line, column in gaps.first[key])
    first, *others = [portfolio.place(row, column) for row, column in cells]
    return Problem(rule, first, column=key[1], values={**values, "share": _share(*part)}, also=tuple(others))


def _share(there: int, of: int) -> str:
    """Write a share in whole per cent; what is not all is never 100, what is not nothing never 0."""
    if not 0 < there < of:
        return "100" if there else "0"
    return str(min(99, max(1, round(100 * there / of))))
