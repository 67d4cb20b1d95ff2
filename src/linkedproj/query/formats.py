"""Write a table: for people, for spreadsheets, for programs."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkedproj.query.table import Table, Term

_NARROWEST = 8
_GAP = "  "
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


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


def write_csv(table: Table) -> str:
    """Write SPARQL 1.1 Query Results CSV: the values alone, lines ended by CR LF.

    Source: W3C Recommendation of 2013-03-21, section 3; RFC 4180.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([_value(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def write_json(table: Table) -> str:
    """Write SPARQL 1.1 Query Results JSON, one row a line.

    Source: W3C Recommendation of 2013-03-21.
    """
    rows = [
        json.dumps(
            {name: _json(cell) for name, cell in zip(table.columns, row, strict=True) if cell}, ensure_ascii=False
        )
        for row in table.rows
    ]
    head = json.dumps({"vars": list(table.columns)}, ensure_ascii=False)
    bindings = "[\n" + ",\n".join(rows) + "\n]" if rows else "[]"
    return f'{{"head": {head}, "results": {{"bindings": {bindings}}}}}\n'


@dataclass(frozen=True, slots=True)
class ResultFormat:
    """A way to write a table."""

    suffix: str
    media_type: str
    write: Callable[[Table], str]


FORMATS = {
    "table": ResultFormat(".txt", "text/plain", write_text),
    "csv": ResultFormat(".csv", "text/csv", write_csv),
    "json": ResultFormat(".srj", "application/sparql-results+json", write_json),
}
"""Name -> how it is written."""


def _value(cell: Term | None) -> str:
    if cell is None:
        return ""
    return str(cell) if isinstance(cell, ox.BlankNode) else cell.value


def _json(cell: Term) -> dict[str, str]:
    if isinstance(cell, ox.NamedNode):
        return {"type": "uri", "value": cell.value}
    if isinstance(cell, ox.BlankNode):
        return {"type": "bnode", "value": cell.value}
    if cell.language:
        return {"type": "literal", "value": cell.value, "xml:lang": cell.language}
    plain = cell.datatype.value == _XSD_STRING
    return {"type": "literal", "value": cell.value} | ({} if plain else {"datatype": cell.datatype.value})


def _shown(cell: Term | None, shorten: Callable[[str], str]) -> str:
    text = shorten(cell.value) if isinstance(cell, ox.NamedNode) else _value(cell)
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
