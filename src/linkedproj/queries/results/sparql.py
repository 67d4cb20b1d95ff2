"""Write tables in the formats that the W3C defines for results of SPARQL queries, and one for spreadsheets.

pyoxigraph 0.5.13 serialises solutions, and has no way to make them of terms but to read them. So JSON and XML take the
way through TSV, which spells a term as N-Triples does and loses nothing.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, cast

import pyoxigraph as ox

from linkedproj.model.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkedproj.queries.results.table import RdfTerm, Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_csv(table: Table) -> str:
    """Write SPARQL 1.1 Query Results CSV: the values alone, lines ended by CR LF.

    pyoxigraph's own would write a lone empty value as an empty line, which readers of CSV skip.

    Source: W3C Recommendation of 2013-03-21, section 3; RFC 4180.
    """
    return _csv([table.columns, *([value_text(cell) for cell in row] for row in table.rows)])


def write_sheet(table: Table) -> str:
    """Write CSV for a spreadsheet: a byte order mark, and no cell that would be run as a formula.

    An apostrophe stands before what begins with = + - @, a tab or a carriage return: these are not the exact values.
    """
    rows = ([_inert(value_text(cell)) for cell in row] for row in table.rows)
    return "\ufeff" + _csv([map(_inert, table.columns), *rows])


def write_tsv(table: Table) -> str:
    """Write SPARQL 1.1 Query Results TSV: every term in its N-Triples spelling, so that nothing is lost.

    Source: W3C Recommendation of 2013-03-21, section 4.
    """
    lines = ["\t".join(f"?{name}" for name in table.columns)]
    lines += ["\t".join("" if cell is None else str(cell) for cell in row) for row in table.rows]
    return "".join(f"{line}\n" for line in lines)


def write_json(table: Table) -> bytes:
    """Write SPARQL 1.1 Query Results JSON."""
    return _serialised(table, ox.QueryResultsFormat.JSON)


def write_xml(table: Table) -> bytes:
    """Write SPARQL Query Results XML.

    Raises:
        QueryError: a value holds a control character, which XML 1.0 cannot.
    """
    for row in table.rows:
        for name, cell in zip(table.columns, row, strict=True):
            if cell is not None and (bad := _NO_XML.search(cell.value)):
                shown = f"U+{ord(bad[0]):04X}"
                message = f"a value of ?{name} holds the character {shown}, which XML cannot hold. Use json or tsv."
                raise QueryError(message)
    # pyoxigraph 0.5.13 writes a carriage return as it is: it would be read back as a line feed.
    return _serialised(table, ox.QueryResultsFormat.XML).replace(b"\r", b"&#13;")


def write_truth_json(truth: bool) -> bytes:  # noqa: FBT001 - what ASK answers is nothing but this
    """Write the answer to ASK as SPARQL 1.1 Query Results JSON."""
    return _serialised_truth(truth, ox.QueryResultsFormat.JSON)


def write_truth_xml(truth: bool) -> bytes:  # noqa: FBT001 - what ASK answers is nothing but this
    """Write the answer to ASK as SPARQL Query Results XML."""
    return _serialised_truth(truth, ox.QueryResultsFormat.XML)


def value_text(cell: RdfTerm | None) -> str:
    """Return the text of a term alone, as CSV has it; "" for an unbound cell."""
    if cell is None:
        return ""
    return str(cell) if isinstance(cell, ox.BlankNode) else cell.value


def _serialised(table: Table, form: ox.QueryResultsFormat) -> bytes:
    solutions = ox.parse_query_results(write_tsv(table).encode(), format=ox.QueryResultsFormat.TSV)
    return (solutions.serialize(format=form) or b"") + b"\n"


def _serialised_truth(truth: bool, form: ox.QueryResultsFormat) -> bytes:  # noqa: FBT001 - what ASK answers is nothing but this
    asked = cast("ox.QueryBoolean", ox.Store().query("ASK { }" if truth else "ASK { FILTER(false) }"))
    return (asked.serialize(format=form) or b"") + b"\n"


def _csv(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _inert(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text
