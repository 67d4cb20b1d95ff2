"""What each SHACL engine does in its own process: read the shapes once, then judge one graph after the other.

An engine is a module with `load(shapes)`, where `shapes` is N-Triples; it returns a function from the N-Triples of the
data to the facts of each result, as `linkedproj.check.result` reads them:

    focus, value   terms as in `engine.Result`
    path           an IRI, "" without one, or "*" for a path longer than one property
    component      IRI
    severity       IRI
    shape          IRI, or "" where the engine does not know
    details        IRIs of the shapes inside that failed, in a fixed order; [] where the engine does not tell
    spoken         messages by language, "" for those without a tag; {} where the shape's own are all there is

The table of engines is at the end: the command line takes its choices from it.
"""

from __future__ import annotations

from dataclasses import dataclass

REFERENCE = "pyshacl"
"""The engine that every other is checked by."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine: the package it comes in, the module that runs it (see above).

    `versions` is what its version must begin with, `extra` the extra of linkedproj that installs it. Up to `whole`
    triples are judged in one go; beyond that, and always for an engine that is checked by the reference, parts of
    at most `records` records and `size` bytes are.
    """

    package: str
    module: str
    versions: str = ""
    extra: str = ""
    whole: int = 0
    records: int = 1000
    size: int = 4 << 20


ENGINES = {
    REFERENCE: Engine("pyshacl", "linkedproj.check.engines.reference", whole=250_000),
    "fast": Engine("shacl", "linkedproj.check.engines.fast", "0.3.", "fast", records=50_000, size=24 << 20),
}
"""Name of an engine -> what it is."""

AUTO = "auto"
"""Let the program choose, by how much there is to judge and by what is installed."""
