"""What a check or a build has to tell at its end, in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.mapping.evidence import BASES
from linkedproj.model.width import pad, width
from linkedproj.reports.report import Report
from linkedproj.writers.described import can_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linkedproj.build import Built
    from linkedproj.check.portfolio import Findings
    from linkedproj.mapping.evidence import Coverage

_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000
_NAMED = 5


def evidence_lines(findings: Findings) -> list[str]:
    """Word how the values are known, and what came of comparing quotes with their sources."""
    coverage, quotes = findings.evidence.coverage, findings.quotes
    total = sum(map(coverage.count, BASES))
    lines = []
    if total:
        shares = ", ".join(f"{coverage.count(basis)} {name}" for basis, name in _BASIS_WORDS.items())
        unvouched = sum(problem.rule == "LP-EVIDENCE-MISSING" for problem in findings.problems)
        unvouched += coverage.unknown.counts.total()
        share = 100 * total // (total + unvouched)
        lines.append(f"evidence: {share} % of {total + unvouched} values are accounted for: {shares}")
    if quotes:
        absent = sum(problem.rule == "LP-QUOTE-ABSENT" for problem in quotes.problems)
        lines.append(
            f"quotes: {quotes.found} of {quotes.found + absent} found verbatim in {quotes.sources} sources; "
            f"{quotes.unread} more quote sources of which no copy is kept"
        )
    return lines


_BASIS_WORDS = {
    "stated": "stated with a quote",
    "cited": "cited",
    "derived": "derived",
    "curator": "supplied by a curator",
}


def report_of(findings: Findings) -> Report:
    """Make a report of what a check found."""
    return Report(
        problems=findings.problems,
        records=findings.portfolio.counts,
        rules=findings.rules,
        checked=findings.checked,
        notes=(*evidence_lines(findings), *findings.remarks),
        files=len(findings.portfolio.files),
    )


def gaps_report(built: Built) -> Report:
    """Make a report of what portals miss of a release."""
    return Report(built.gaps, {}, built.findings.rules)


def coverage_lines(coverage: Coverage) -> list[str]:
    """Tabulate, per table and column, how its values are known and in how many records they are unknown."""
    head = ("table", "column", *BASES, "unknown")
    rows = [(table, column, *(str(n or "-") for n in counts.values())) for table, column, counts in coverage.rows()]
    return list(_aligned([head, *rows]))


def built_lines(built: Built) -> list[str]:
    """Word what was read, what was written, and where to look next."""
    portfolio, evidence = built.findings.portfolio, built.findings.evidence
    read = ", ".join(f"{number} {name.lower()}" for name, number in portfolio.counts.items())
    triples = [(name, str(portfolio.counts[name] or "-"), str(n)) for name, n in built.findings.triples.items()]
    files = [(file.name, size(file.size)) for file in built.files]
    return [
        f"read     {sum(portfolio.counts.values())} records from {len(portfolio.files)} tables: {read}",
        *evidence_lines(built.findings),
        "",
        *_aligned([("type", "records", "triples"), *triples]),
        "",
        f"{evidence.count} statements of evidence, {len(built.files)} files in {built.folder.as_posix()}:",
        *(f"  {line}" for line in _aligned(files)),
        "",
        *_standing(built),
        *_without_parquet(),
        "next: linkedproj queries list · linkedproj check --coverage · linkedproj explain LP-DATE-ORDER",
    ]


def _standing(built: Built) -> Iterator[str]:
    """Word what this build is, and what it changed beside its own folder."""
    release = "--release VERSION makes a release"
    if not built.leads:
        about = f"a draft ({release})" if built.is_draft else f"release {built.version}, published before"
        yield f"{about}: {built.latest.as_posix()} is as it was and holds the newest release"
        return
    about = f"a draft; {release}" if built.is_draft else f"release {built.version}"
    yield f"the same files: {built.latest.as_posix()} ({about})"
    if built.head:
        yield f"head of all releases: {built.head} (note it elsewhere; linkedproj verify --head tells whether it holds)"
    if built.unexplained:
        more = f" and {len(built.unexplained) - _NAMED} more" if len(built.unexplained) > _NAMED else ""
        yield (
            f"gone since the release before, without a word: {', '.join(built.unexplained[:_NAMED])}{more}. "
            "Say in the table retirement what stands for them now, for whoever kept the old ids."
        )
    yield f"{len(built.answered.ids)} saved queries with their answers: {built.queries.as_posix()}"
    if built.answered.poor:
        yield f"  without an answer here, or with less than it should be: {', '.join(built.answered.poor)}"
    if built.answered.left_out:
        yield f"  left out, as there is no record to ask about: {', '.join(built.answered.left_out)}"
    if built.pages:
        home = built.queries.with_name("index.html").as_posix()
        same = f" ({built.pages.same} as they were)" if built.pages.same else ""
        yield f"pages for people: {built.pages.files} files{same}, {size(built.pages.bytes)}; they begin with {home}"


def _without_parquet() -> Iterator[str]:
    if not can_write():
        yield "no Parquet tables: pip install 'linkedproj[tables]' adds what writes them"


def size(number: int) -> str:
    """Write a number of bytes as people say it.

    >>> size(1234567)
    '1.2 MB'
    """
    value, unit = float(number), 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{number} B"


def _aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Align the columns of a table: names to the left, numbers to the right.

    >>> list(_aligned([("city", "n"), ("東京", "12")]))
    ['city   n', '東京  12']
    """
    table = [list(row) for row in rows]
    columns = list(zip(*table, strict=True))
    widths = [max(map(width, column)) for column in columns]
    numeric = [all(not cell[:1].isalpha() for cell in column[1:]) for column in columns]
    for row in table:
        cells = [pad(cell, size, right=right) for cell, size, right in zip(row, widths, numeric, strict=True)]
        yield "  ".join(cells).rstrip()
