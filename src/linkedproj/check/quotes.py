"""Is every quote in its source, word for word?

The kept copies of the sources are private: they are named by their SHA-256 in the table of sources, looked for in a
folder that the curator names, and never published.
"""

from __future__ import annotations

import difflib
import hashlib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.domain import CHECKSUM
from linkedproj.model.errors import Problem, SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkedproj.tables.portfolio import Portfolio, Row


@dataclass(frozen=True)
class Quotes:
    """What came of the comparison: how many quotes were found, how many are of sources without a kept copy.

    `sources` counts the sources whose copy was read.
    """

    found: int
    unread: int
    sources: int
    problems: tuple[Problem, ...]


def check_quotes(portfolio: Portfolio, folder: Path) -> Quotes:
    """Look up every quote in the copy of its source, code point by code point after Unicode normalisation (NFC).

    Raises:
        SetupError: the folder does not exist.
    """
    if not folder.is_dir():
        raise SetupError(f"{folder} is no folder. Name the one that holds the copies of the sources.")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    copies = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in files}
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    terms = portfolio.schema.evidence
    kind = portfolio.schema.types.get(portfolio.schema.fields[terms.source].target) if terms.source else None
    checksum = portfolio.schema.term_for(kind, CHECKSUM) if kind else ""
    for row in portfolio.rows(kind.name) if kind and checksum else ():
        digest = portfolio.cell(row, checksum).lower()
        if digest in copies:
            texts[row.id] = unicodedata.normalize("NFC", copies[digest].read_text("utf-8"))
        elif digest:
            problems.append(portfolio.problem(row, "LP-QUOTE-COPY", checksum, folder=str(folder)))
    found = unread = 0
    for row, source, quote in _quoted(portfolio):
        if source not in texts:
            unread += 1
        elif unicodedata.normalize("NFC", quote) in texts[source]:
            found += 1
        else:
            near = _nearest(quote, texts[source])
            values = {"source": source, **({"nearest": near} if near else {})}
            problems.append(portfolio.problem(row, "LP-QUOTE-ABSENT", terms.quoted_text, **values))
    return Quotes(found, unread, len(texts), tuple(problems))


def _quoted(portfolio: Portfolio) -> Iterator[tuple[Row, str, str]]:
    terms = portfolio.schema.evidence
    for row in portfolio.rows(terms.type_name):
        quote = portfolio.cell(row, terms.quoted_text)
        if quote:
            yield row, portfolio.cell(row, terms.source), quote


def _nearest(quote: str, text: str) -> str:
    """Return the passage of the text that comes closest to a quote, or "" when none is like it."""
    matcher = difflib.SequenceMatcher(None, quote, text, autojunk=False)
    match = matcher.find_longest_match()
    if match.size * 4 < len(quote):
        return ""
    start = max(match.b - match.a, 0)
    return " ".join(text[start : start + len(quote)].split())
