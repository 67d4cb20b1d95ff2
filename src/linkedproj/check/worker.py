"""What a worker of this room does: a SHACL engine reads the shapes once, then judges one graph after the other.

The setup names the engine's module and the file of the shapes, and for parts of large data what
`parted.neighbourhood.Neighbourhood` needs. A message asks for whole files, or for units that make a part; the answer is
the facts of each result (see `linkedproj.check.engines`).
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.check.parted.blocks import Finder, Layout
from linkedproj.check.parted.neighbourhood import Neighbourhood
from linkedproj.check.parted.reach import Need

if TYPE_CHECKING:
    from collections.abc import Callable

    Facts = dict[str, Any]


def begin(setup: dict[str, Any]) -> Callable[[dict[str, Any]], list[Facts]]:
    """Read the shapes, and return the function that judges what a message asks for."""
    judge = importlib.import_module(setup["module"]).load(Path(setup["shapes"]).read_bytes())
    neighbourhood = _neighbourhood(setup) if "fences" in setup else None

    def answer(message: dict[str, Any]) -> list[Facts]:
        if neighbourhood is None:
            return list(judge(b"".join(_ntriples(Path(file)) for file in message["files"])))
        data, units = neighbourhood.part(message["units"])
        return [{**facts, "unit": units[facts["focus"]]} for facts in judge(data)]

    return answer


def _neighbourhood(setup: dict[str, Any]) -> Neighbourhood:
    layout = Layout.load(Path(setup["fences"]), [Path(file) for file in setup["files"]])
    return Neighbourhood(Finder(layout), Need.from_plain(setup["need"]), setup["marks"])


def _ntriples(path: Path) -> bytes:
    if path.suffix != ".ttl":
        return path.read_bytes()
    quads = ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=path.absolute().as_uri(), rename_blank_nodes=True)
    return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""
