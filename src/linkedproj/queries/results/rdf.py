"""Write what CONSTRUCT answers, by pyoxigraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from linkedproj.queries.results.table import Triples


def write_turtle(found: Triples) -> bytes:
    """Write Turtle, with the prefixes of the query."""
    return _serialised(found, ox.RdfFormat.TURTLE)


def write_jsonld(found: Triples) -> bytes:
    """Write JSON-LD without a context."""
    return _serialised(found, ox.RdfFormat.JSON_LD)


def write_ntriples(found: Triples) -> bytes:
    """Write N-Triples."""
    return _serialised(found, ox.RdfFormat.N_TRIPLES)


def _serialised(found: Triples, syntax: ox.RdfFormat) -> bytes:
    shorter = dict(found.prefixes) if syntax == ox.RdfFormat.TURTLE else None
    written = ox.serialize(found.triples, format=syntax, prefixes=shorter) or b""
    return written if written.endswith(b"\n") or not written else written + b"\n"
