"""What is measured: each engine is one process that goes from the tables of a folder to a file beside them.

`python -m tests.bench.engines NAME FOLDER` runs one. Only its own module is imported, so that an engine also runs in an
environment that has nothing but its own library, and pays for nothing else.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import NamedTuple


class Engine(NamedTuple):
    """A function of a module here, called with the folder and with options."""

    module: str
    function: str
    options: tuple[tuple[str, object], ...] = ()

    def run(self, folder: Path) -> None:
        """Do the work in this process."""
        getattr(import_module(f"{__package__}.{self.module}"), self.function)(folder, **dict(self.options))


def _ours(**options: object) -> Engine:
    return Engine("ours", "ours", tuple(options.items()))


ALL_FORMATS = ("ntriples", "turtle", "jsonld")
OURS = {
    "ours": _ours(),
    "ours, Turtle": _ours(formats=("turtle",)),
    "ours, JSON-LD": _ours(formats=("jsonld",)),
    "ours, three formats": _ours(formats=ALL_FORMATS),
    "ours, 2 jobs": _ours(jobs=2, name="ours-2-jobs"),
    "ours, three formats, 2 jobs": _ours(formats=ALL_FORMATS, jobs=2, name="ours-2-jobs"),
    "ours, three formats, Spark": _ours(formats=ALL_FORMATS, jobs=2, runner="spark", name="ours-spark"),
}
PEERS = {
    "rdflib": Engine("graphs", "rdflib_graph"),
    "morph-kgc": Engine("rml", "morph_kgc"),
    "pyoxigraph store": Engine("graphs", "pyoxigraph_store"),
    "pyoxigraph stream": Engine("graphs", "pyoxigraph_stream"),
    "polars": Engine("frames", "polars_writer"),
    "duckdb": Engine("sql", "duckdb_writer"),
    "strings, no checks": Engine("graphs", "strings"),
}
LIMITS = {
    "read the tables with csv.reader": Engine("limits", "only_csv"),
    "copy the N-Triples": Engine("limits", "only_copy"),
    "gzip the N-Triples, level 6": Engine("limits", "only_gzip"),
    "parse the N-Triples with pyoxigraph": Engine("limits", "only_parse"),
}
VALIDATORS = {
    "pySHACL": Engine("validators", "pyshacl_validator"),
    "shacl": Engine("validators", "shacl_validator"),
}
OUTPUTS = {name: f"{name.partition(',')[0].replace(' ', '-')}.nt" for name in PEERS}
"""Peer -> the file it leaves, to be compared with ours."""


def main() -> None:
    """Run the engine that the command line names on a folder."""
    name, folder = sys.argv[1:]
    engines = {**OURS, **PEERS, **LIMITS, **VALIDATORS}
    engines[name].run(Path(folder))


if __name__ == "__main__":
    main()
