"""What a worker of this room does for Python: it opens files of RDF, then answers one query a message.

Rows and yes or no come back as SPARQL results in JSON, triples as N-Triples.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.queries.ask.local import evaluate
from linkedproj.queries.ask.store import open_store
from linkedproj.queries.results.formats import FORMATS
from linkedproj.queries.results.table import Table, Triples
from linkedproj.queries.saved.tokens import declared_prefixes

if TYPE_CHECKING:
    from collections.abc import Callable

    from linkedproj.queries.results.table import Answer


def begin(setup: dict[str, Any]) -> Callable[[Any], Any]:
    """Open the store of the `files` (`kept` in a folder, if one is named); return the function that answers."""
    store = open_store([Path(file) for file in setup["files"]], Path(setup["kept"]) if setup["kept"] else None)
    return lambda asked: _packed(evaluate(store, asked["sparql"], asked["file"], asked["above"], most=asked["most"]))


def _packed(answer: Answer) -> list[str]:
    if isinstance(answer, Triples):
        triples = ox.serialize(answer.triples, format=ox.RdfFormat.N_TRIPLES) or b""
        return ["triples", triples.decode()]
    return ["results", FORMATS["json"].write(answer).decode()]


def unpacked(packed: list[str], sparql: str) -> Answer:
    """Return the answer to a query that a worker has packed."""
    kind, text = packed
    if kind == "triples":
        quads = ox.parse(text, format=ox.RdfFormat.N_TRIPLES)
        return Triples.of((quad.triple for quad in quads), declared_prefixes(sparql))
    found = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
    return bool(found) if isinstance(found, ox.QueryBoolean) else Table.of(found.variables, found)
