"""Write an answer: for people, for spreadsheets, for programs. One table names all formats."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.errors import QueryError
from linkedproj.queries.results.sparql import (
    value,
    write_csv,
    write_json,
    write_sheet,
    write_truth_json,
    write_truth_xml,
    write_tsv,
    write_xml,
)
from linkedproj.queries.results.table import Table, Triples
from linkedproj.queries.results.values import write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkedproj.queries.results.table import Answer, Term

_NARROWEST = 8
_GAP = "  "


def write_text(table: Table, width: int = 0, shorten: Callable[[str], str] = str) -> str:
    """Align the columns for a terminal.

    With a `width` (in characters), the widest columns are cut, each cut marked with "…", until a line fits; without
    it nothing is cut. `shorten` gives the form in which an IRI is shown.
    """
    body = [[_shown(cell, shorten) for cell in row] for row in table.rows]
    cells = [list(table.columns), *body]
    widths = _fit([max(_columns(row[n]) for row in cells) for n in range(len(table.columns))], width)
    lines = [cells[0], ["-" * size for size in widths], *body]
    return "".join(_line(line, widths) for line in lines)


@dataclass(frozen=True, slots=True)
class ResultFormat:
    """A way to write an answer; which kinds of answers it can hold, its functions say.

    `table` writes what SELECT answers, `truth` what ASK answers, `triples` what CONSTRUCT answers.
    """

    suffix: str
    media_type: str
    table: Callable[[Table], str | bytes] | None = None
    truth: Callable[[bool], str] | None = None
    triples: Callable[[Triples], str | bytes] | None = None

    def write(self, answer: Answer) -> bytes:
        """Write an answer; text is in UTF-8.

        Raises:
            QueryError: this format cannot hold such an answer, or a value in it.
            SetupError: a package that it needs is not installed.
        """
        written = self._written(answer)
        if written is None:
            form = next(name for name, one in FORMATS.items() if one is self)
            able = ", ".join(name for name, one in FORMATS.items() if one.holds(answer))
            raise QueryError(f"{form} cannot hold {_KINDS[type(answer)]}. Use one of: {able}.")
        return written if isinstance(written, bytes) else written.encode()

    def holds(self, answer: Answer) -> bool:
        """Tell whether this format is one for such an answer."""
        needed = {Table: self.table, bool: self.truth, Triples: self.triples}
        return needed[type(answer)] is not None

    def _written(self, answer: Answer) -> str | bytes | None:
        if isinstance(answer, Table):
            return self.table(answer) if self.table else None
        if isinstance(answer, Triples):
            return self.triples(answer) if self.triples else None
        return self.truth(answer) if self.truth else None


_KINDS = {Table: "rows", bool: "the yes or no of an ASK query", Triples: "triples"}


def _truth_text(truth: bool) -> str:  # noqa: FBT001 - what ASK answers is nothing but this
    return "yes\n" if truth else "no\n"


def _serialized(answer: Triples, form: ox.RdfFormat) -> bytes:
    shorter = dict(answer.prefixes) if form == ox.RdfFormat.TURTLE else None
    written = ox.serialize(answer.triples, format=form, prefixes=shorter) or b""
    return written if written.endswith(b"\n") or not written else written + b"\n"


FORMATS = {
    "table": ResultFormat(".txt", "text/plain", table=write_text, truth=_truth_text),
    "csv": ResultFormat(".csv", "text/csv", table=write_csv),
    "tsv": ResultFormat(".tsv", "text/tab-separated-values", table=write_tsv),
    "json": ResultFormat(".srj", "application/sparql-results+json", table=write_json, truth=write_truth_json),
    "xml": ResultFormat(".srx", "application/sparql-results+xml", table=write_xml, truth=write_truth_xml),
    "sheet": ResultFormat(".sheet.csv", "text/csv", table=write_sheet),
    "parquet": ResultFormat(".parquet", "application/vnd.apache.parquet", table=write_parquet),
    "ttl": ResultFormat(".ttl", "text/turtle", triples=lambda found: _serialized(found, ox.RdfFormat.TURTLE)),
    "jsonld": ResultFormat(
        ".jsonld", "application/ld+json", triples=lambda found: _serialized(found, ox.RdfFormat.JSON_LD)
    ),
    "nt": ResultFormat(
        ".nt", "application/n-triples", triples=lambda found: _serialized(found, ox.RdfFormat.N_TRIPLES)
    ),
}
"""Name -> how it is written."""

__all__ = [
    "FORMATS", "ResultFormat", "write_csv", "write_json", "write_parquet", "write_sheet", "write_text", "write_tsv",
    "write_xml",
]  # fmt: skip


def format_of(name: str) -> str:
    """Say which format a file name asks for by its suffix, or ""."""
    fitting = [form for form, one in FORMATS.items() if name.endswith(one.suffix)]
    return max(fitting, key=lambda form: len(FORMATS[form].suffix), default="")


def _shown(cell: Term | None, shorten: Callable[[str], str]) -> str:
    text = shorten(cell.value) if isinstance(cell, ox.NamedNode) else value(cell)
    return " ".join(text.split())


def _columns(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"F", "W"} else 1


def _fit(widths: list[int], width: int) -> list[int]:
    while width and sum(widths) + len(_GAP) * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (_cut(cell, size) for cell, size in zip(cells, widths, strict=True))
    return _GAP.join(padded).rstrip() + "\n"


def _cut(text: str, size: int) -> str:
    if _columns(text) <= size:
        return text + " " * (size - _columns(text))
    kept, used = "", 0
    for character in text:
        if used + _width(character) > size - 1:
            break
        kept, used = kept + character, used + _width(character)
    return kept + "…" + " " * (size - 1 - used)
