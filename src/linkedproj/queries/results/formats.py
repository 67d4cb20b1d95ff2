"""The formats of answers, in one light table: a command can name them all and load none.

A writer is named as "module.function" of this room and imported when it writes. A new format is a function, and its row
in FORMATS:

    "html": ResultFormat(".html", "text/html", table="page.write_html")
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from linkedproj.model.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkedproj.queries.results.table import Answer

_KINDS = {"table": "rows", "truth": "the yes or no of an ASK query", "triples": "triples"}


@dataclass(frozen=True, slots=True)
class ResultFormat:
    """A way to write an answer; "" stands for a kind of answer that it cannot hold.

    `table` writes what SELECT answers, `truth` what ASK answers, `triples` what CONSTRUCT answers.
    """

    suffix: str
    media_type: str
    table: str = ""
    truth: str = ""
    triples: str = ""

    def write(self, answer: Answer) -> bytes:
        """Write an answer; text is in UTF-8.

        Raises:
            QueryError: this format cannot hold such an answer, or a value in it.
            SetupError: a package that it needs is not installed.
        """
        writer = self._writer(answer)
        if not writer:
            name = next(name for name, one in FORMATS.items() if one is self)
            able = ", ".join(name for name, one in FORMATS.items() if one.holds(answer))
            raise QueryError(f"{name} cannot hold {_KINDS[_kind(answer)]}. Use one of: {able}.")
        module, _, function = writer.rpartition(".")
        write = cast("Callable[[Answer], str | bytes]", getattr(import_module(f"{__package__}.{module}"), function))
        written = write(answer)
        return written if isinstance(written, bytes) else written.encode()

    def holds(self, answer: Answer) -> bool:
        """Return whether this format is one for such an answer."""
        return bool(self._writer(answer))

    def _writer(self, answer: Answer) -> str:
        return {"table": self.table, "truth": self.truth, "triples": self.triples}[_kind(answer)]


FORMATS = {
    "table": ResultFormat(".txt", "text/plain", table="text.write_text", truth="text.write_truth"),
    "csv": ResultFormat(".csv", "text/csv", table="sparql.write_csv"),
    "tsv": ResultFormat(".tsv", "text/tab-separated-values", table="sparql.write_tsv"),
    "json": ResultFormat(
        ".srj", "application/sparql-results+json", table="sparql.write_json", truth="sparql.write_truth_json"
    ),
    "xml": ResultFormat(
        ".srx", "application/sparql-results+xml", table="sparql.write_xml", truth="sparql.write_truth_xml"
    ),
    "sheet": ResultFormat(".sheet.csv", "text/csv", table="sparql.write_sheet"),
    "parquet": ResultFormat(".parquet", "application/vnd.apache.parquet", table="values.write_parquet"),
    "ttl": ResultFormat(".ttl", "text/turtle", triples="rdf.write_turtle"),
    "jsonld": ResultFormat(".jsonld", "application/ld+json", triples="rdf.write_jsonld"),
    "nt": ResultFormat(".nt", "application/n-triples", triples="rdf.write_ntriples"),
}
"""Name -> how it is written."""


def format_by_suffix(file_name: str) -> str:
    """Return the name of the format that a file name asks for by its suffix, or ""."""
    fitting = [name for name, one in FORMATS.items() if file_name.endswith(one.suffix)]
    return max(fitting, key=lambda name: len(FORMATS[name].suffix), default="")


def _kind(answer: Answer) -> str:
    from linkedproj.queries.results.table import Table

    return "truth" if isinstance(answer, bool) else "table" if isinstance(answer, Table) else "triples"
