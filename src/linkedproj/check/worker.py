"""What a worker of this room does: a SHACL engine judges one graph after the other.

The setup names the engine's module, and for parts of large data the file of the shapes, which are read once, and what
`parted.neighbourhood.Neighbourhood` needs. A message asks for units that make a part, or for whole files, with the file
of their shapes; the answer is the facts of each result (see `linkedproj.check.engines`).
"""

from __future__ import annotations

import importlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.check.parted.blocks import Finder, Layout
from linkedproj.check.parted.neighbourhood import Neighbourhood
from linkedproj.check.parted.reach import Need

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Facts = dict[str, Any]


def begin(setup: dict[str, Any]) -> Callable[[dict[str, Any]], list[Facts]]:
    """Load the engine, and the shapes if all messages are about the same; return the function that answers them."""
    engine = importlib.import_module(setup["module"])
    return _parts(engine, setup) if "fences" in setup else partial(_whole, engine)


def _whole(engine: ModuleType, message: dict[str, Any]) -> list[Facts]:
    judge = engine.load(Path(message["shapes"]).read_bytes())
    return list(judge(b"".join(_ntriples(Path(file)) for file in message["files"])))


def _parts(engine: ModuleType, setup: dict[str, Any]) -> Callable[[dict[str, Any]], list[Facts]]:
    judge, neighbourhood = engine.load(Path(setup["shapes"]).read_bytes()), _neighbourhood(setup)

    def answer(message: dict[str, Any]) -> list[Facts]:
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
