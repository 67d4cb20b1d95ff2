"""Bare SHACL engines on the same dump and the shipped shapes, outside our own interface to them.

So that there is something to find, one project in a hundred has lost its Catalan title.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


_TITLE = b" <http://purl.org/dc/terms/title> "
_EACH = 100


def prepare(folder: Path) -> int:
    """Write what is judged and the shapes into the folder; give how many titles were taken away."""
    import pyoxigraph as ox

    from linkedproj.model.paths import shipped

    judged = folder / "judged"  # beside the tables its results would be tables too
    judged.mkdir(exist_ok=True)
    (judged / "shapes.ttl").write_bytes((shipped("ontology") / "shapes.ttl").read_bytes())
    titles = 0
    with (folder / "ours.nt").open("rb") as dump, (judged / "judged.nt").open("wb") as file:
        for line in dump:
            title = b"/project/" in line and _TITLE in line and line.endswith(b"@ca .\n")
            titles += title
            if not title or titles % _EACH:
                file.write(line)
        vocabulary = ox.parse(path=shipped("ontology") / "linkedproj.ttl", format=ox.RdfFormat.TURTLE)
        ox.serialize((quad.triple for quad in vocabulary), file, ox.RdfFormat.N_TRIPLES)
    return titles // _EACH


def pyshacl_validator(folder: Path) -> None:
    """Parse with rdflib and validate with pySHACL, its defaults but for what SHACL Core does not need."""
    pyshacl, rdflib = import_module("pyshacl"), import_module("rdflib")

    data, shapes = rdflib.Graph(), rdflib.Graph()
    data.parse(folder / "judged" / "judged.nt", format="nt")
    shapes.parse(folder / "judged" / "shapes.ttl", format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, inplace=True)
    sh = rdflib.SH
    names = (sh.focusNode, sh.resultPath, sh.sourceConstraintComponent)
    _keep(
        folder, "pySHACL", (tuple(report.value(result, n) for n in names) for result in report.subjects(sh.focusNode))
    )


def shacl_validator(folder: Path) -> None:
    """Validate with the package `shacl`."""
    shacl = import_module("shacl")

    shapes = shacl.Shapes.from_file(str(folder / "judged" / "shapes.ttl"))
    report = shapes.validate_file(str(folder / "judged" / "judged.nt"))
    _keep(folder, "shacl", ((found.focus_node, found.path, found.component_iri) for found in report.results))


def results(folder: Path, name: str) -> set[tuple[str, ...]]:
    """Read what a validator found: focus node, path and component of each result."""
    return {tuple(found) for found in json.loads((folder / "judged" / f"{name}.json").read_text("utf-8"))}


def _keep(folder: Path, name: str, found: Iterable[tuple[object, ...]]) -> None:
    plain = [[str(term).strip("<>") for term in result] for result in found]
    (folder / "judged" / f"{name}.json").write_text(json.dumps(plain), "utf-8")
