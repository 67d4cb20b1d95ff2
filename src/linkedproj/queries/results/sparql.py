"""Write tables in the formats that the W3C defines for results of SPARQL queries, and one for spreadsheets.

All begin with the TSV in which pyoxigraph spells a table: JSON and XML it writes itself from that, and in CSV and TSV
a term is worded once, however often it stands in an answer.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, cast

import pyoxigraph as ox

from linkedproj.model.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linkedproj.queries.results.table import RdfTerm, Table

_SEVERAL = 2
"""Columns from which on a row of CSV is not empty where nothing is bound."""

_DELIMITED = ("<", '"', "_")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_csv(table: Table) -> str:
    """Write SPARQL 1.1 Query Results CSV: the values alone, lines ended by CR LF.

    pyoxigraph's own would write a lone empty value as an empty line, which readers of CSV skip.

    Source: W3C Recommendation of 2013-03-21, section 3; RFC 4180.
    """
    if len(table.columns) < _SEVERAL:
        return _csv([table.columns, *([value_text(cell) for cell in row] for row in table.rows)])
    worded = _WordedOnce(_csv_cell)
    rows = [",".join([worded[cell] for cell in row]) for row in _spelled_rows(table)]
    return _csv([table.columns]) + "".join(f"{row}\r\n" for row in rows)


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
    worded = _WordedOnce(_full)
    rows = ["\t".join([worded[cell] for cell in row]) for row in _spelled_rows(table)]
    return "".join(f"{row}\n" for row in ("\t".join(f"?{name}" for name in table.columns), *rows))


def write_json(table: Table) -> bytes:
    """Write SPARQL 1.1 Query Results JSON."""
    return _serialised(table, ox.QueryResultsFormat.JSON)


def write_xml(table: Table) -> bytes:
    """Write SPARQL Query Results XML.

    Raises:
        QueryError: a value holds a control character, which XML 1.0 cannot.
    """
    written = _serialised(table, ox.QueryResultsFormat.XML)
    if _NO_XML.search(written.decode()):
        name, bad = next(_not_for_xml(table))
        message = f"a value of ?{name} holds the character U+{ord(bad):04X}, which XML cannot hold. Use json or tsv."
        raise QueryError(message)
    # pyoxigraph 0.5.13 writes a carriage return as it is: it would be read back as a line feed.
    return written.replace(b"\r", b"&#13;")


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


class _WordedOnce(dict[str, str]):
    """Words for cells as TSV spells them, each found once."""

    def __init__(self, word: Callable[[str], str]) -> None:
        super().__init__()
        self._word = word

    def __missing__(self, cell: str) -> str:
        """Find the words for a cell that was not met before."""
        self[cell] = word = self._word(cell)
        return word


def _spelled_rows(table: Table) -> Iterator[list[str]]:
    """Yield the cells of each row as pyoxigraph spells them in TSV, which escapes tabs and the ends of lines."""
    for line in table.spelled.decode().split("\n")[1:-1]:
        yield line.split("\t")


def _term(cell: str) -> RdfTerm | None:
    spelled = f"?cell\n{cell}\n".encode()
    solutions = cast("ox.QuerySolutions", ox.parse_query_results(spelled, format=ox.QueryResultsFormat.TSV))
    return cast("RdfTerm | None", next(solutions)["cell"])


def _full(cell: str) -> str:
    """Spell a cell as N-Triples does: numbers with their type, control characters by their number."""
    is_plain = not cell or (cell.startswith(_DELIMITED) and cell.isprintable())
    return cell if is_plain else str(_term(cell))


def _csv_cell(cell: str) -> str:
    """Give the value of a cell, in quotes where CSV needs them."""
    if cell.startswith('"') and "\\" not in cell:
        value = cell[1 : cell.rindex('"')]
    else:
        value = cell[1:-1] if cell.startswith("<") else value_text(_term(cell)) if cell.startswith('"') else cell
    return _csv([[value, ""]]).removesuffix(",\r\n")


def _not_for_xml(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the characters that XML 1.0 does not have, each behind the name of its column."""
    for row in table.rows:
        for name, cell in zip(table.columns, row, strict=True):
            if cell is not None and (bad := _NO_XML.search(cell.value)):
                yield name, bad[0]


def _serialised(table: Table, form: ox.QueryResultsFormat) -> bytes:
    return table.serialised(form) + b"\n"


def _serialised_truth(truth: bool, form: ox.QueryResultsFormat) -> bytes:  # noqa: FBT001 - what ASK answers is nothing but this
    asked = cast("ox.QueryBoolean", ox.Store().query("ASK { }" if truth else "ASK { FILTER(false) }"))
    return (asked.serialize(format=form) or b"") + b"\n"


def _csv(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _inert(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text
