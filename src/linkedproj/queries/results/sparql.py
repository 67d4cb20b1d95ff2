"""Write tables in the formats that the W3C defines for results of SPARQL queries, and one for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from linkedproj.model.errors import QueryError
from linkedproj.model.lexical import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linkedproj.queries.results.table import Table, Term

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<sparql xmlns="http://www.w3.org/2005/sparql-results#">
"""


def write_csv(table: Table) -> str:
    """Write SPARQL 1.1 Query Results CSV: the values alone, lines ended by CR LF.

    Source: W3C Recommendation of 2013-03-21, section 3; RFC 4180.
    """
    return _csv([table.columns, *([value(cell) for cell in row] for row in table.rows)])


def write_sheet(table: Table) -> str:
    """Write CSV for a spreadsheet: a byte order mark, and no cell that would be run as a formula.

    An apostrophe stands before what begins with = + - @, a tab or a carriage return: these are not the exact values.
    """
    return "\ufeff" + _csv([map(_inert, table.columns), *([_inert(value(cell)) for cell in row] for row in table.rows)])


def write_tsv(table: Table) -> str:
    """Write SPARQL 1.1 Query Results TSV: every term in its N-Triples spelling, so that nothing is lost.

    Source: W3C Recommendation of 2013-03-21, section 4.
    """
    lines = ["\t".join(f"?{name}" for name in table.columns)]
    lines += ["\t".join("" if cell is None else str(cell) for cell in row) for row in table.rows]
    return "".join(f"{line}\n" for line in lines)


def write_json(table: Table) -> str:
    """Write SPARQL 1.1 Query Results JSON, one row a line.

    Source: W3C Recommendation of 2013-03-21.
    """
    rows = [
        json.dumps(
            {name: _json(cell) for name, cell in zip(table.columns, row, strict=True) if cell is not None},
            ensure_ascii=False,
        )
        for row in table.rows
    ]
    head = json.dumps({"vars": list(table.columns)}, ensure_ascii=False)
    bindings = "[\n" + ",\n".join(rows) + "\n]" if rows else "[]"
    return f'{{"head": {head}, "results": {{"bindings": {bindings}}}}}\n'


def write_xml(table: Table) -> str:
    """Write SPARQL Query Results XML.

    Source: W3C Recommendation of 2013-03-21 (second edition).

    Raises:
        QueryError: a value holds a control character, which XML 1.0 cannot.
    """
    head = "".join(f"<variable name={quoteattr(name)}/>" for name in table.columns)
    results = (
        "".join(
            f"<binding name={quoteattr(name)}>{_xml(name, cell)}</binding>"
            for name, cell in zip(table.columns, row, strict=True)
            if cell is not None
        )
        for row in table.rows
    )
    body = "".join(f"<result>{result}</result>\n" for result in results)
    return f"{_XML}<head>{head}</head>\n<results>\n{body}</results>\n</sparql>\n"


def write_truth_json(truth: bool) -> str:  # noqa: FBT001 - what ASK answers is nothing but this
    """Write the answer to ASK as SPARQL 1.1 Query Results JSON."""
    return f'{{"head": {{}}, "boolean": {json.dumps(truth)}}}\n'


def write_truth_xml(truth: bool) -> str:  # noqa: FBT001 - what ASK answers is nothing but this
    """Write the answer to ASK as SPARQL Query Results XML."""
    return f"{_XML}<head></head>\n<boolean>{json.dumps(truth)}</boolean>\n</sparql>\n"


def value(cell: Term | None) -> str:
    """Give the text of a term alone, as CSV has it; "" for an unbound cell."""
    if cell is None:
        return ""
    return str(cell) if isinstance(cell, ox.BlankNode) else cell.value


def _csv(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _inert(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def _json(cell: Term) -> dict[str, str]:
    if isinstance(cell, ox.NamedNode):
        return {"type": "uri", "value": cell.value}
    if isinstance(cell, ox.BlankNode):
        return {"type": "bnode", "value": cell.value}
    if cell.language:
        return {"type": "literal", "value": cell.value, "xml:lang": cell.language}
    plain = cell.datatype.value == XSD + "string"
    return {"type": "literal", "value": cell.value} | ({} if plain else {"datatype": cell.datatype.value})


def _xml(name: str, cell: Term) -> str:
    if bad := _NO_XML.search(cell.value):
        message = f"a value of ?{name} holds the character U+{ord(bad[0]):04X}, which XML cannot hold. Use json or tsv."
        raise QueryError(message)
    # A bare CR would be read back as LF.
    text = escape(cell.value, {"\r": "&#13;"})
    if isinstance(cell, ox.NamedNode):
        return f"<uri>{text}</uri>"
    if isinstance(cell, ox.BlankNode):
        return f"<bnode>{text}</bnode>"
    if cell.language:
        return f"<literal xml:lang={quoteattr(cell.language)}>{text}</literal>"
    plain = cell.datatype.value == XSD + "string"
    return f"<literal{'' if plain else f' datatype={quoteattr(cell.datatype.value)}'}>{text}</literal>"
