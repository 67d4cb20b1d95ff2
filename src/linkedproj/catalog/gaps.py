"""What a portal still misses: the rules of its profile, and where in portfolio.toml each gap is filled."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.check.engine import EngineError
from linkedproj.model.errors import Place, Problem
from linkedproj.model.shapes import SH, Shapes, read_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linkedproj.catalog.profile import Profile
    from linkedproj.check.engine import Result, Validator


def judge(
    graph: Iterable[ox.Triple], profiles: Sequence[Profile], places: Mapping[str, Place], validator: Validator
) -> list[Problem]:
    """Check a graph against the rules of profiles; each gap is reported once, at the setting that fills it.

    `places` are those of the settings (`Config`). The value `profile` of a problem names the profile whose rule it is.
    """
    shapes = {
        profile.name: read_shapes(profile.shapes, f"ontology/profiles/{profile.name}/shapes.ttl")
        for profile in profiles
    }
    owners = {shape.value: name for name, file in shapes.items() for shape in file.subjects()}
    try:
        results = validate_triples(graph, (triple for file in shapes.values() for triple in file.triples), validator)
    except EngineError as error:
        return [Problem("LP-ENGINE", Place("ontology/profiles"), values={"detail": str(error)})]
    found: dict[tuple[str, str], Problem] = {}
    for result in results:
        owner = owners.get(result.source_shape, profiles[0].name)
        problem = _problem(result, shapes[owner], owner, places)
        found.setdefault((problem.rule, problem.column or result.focus), problem)
    return list(found.values())


def validate_triples(graph: Iterable[ox.Triple], shapes: Iterable[ox.Triple], validator: Validator) -> list[Result]:
    """Run the SHACL engine on a graph.

    Raises:
        EngineError: it ended without a report.
    """
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        data = Path(scratch, "data.nt")
        ox.serialize(graph, data, format=ox.RdfFormat.N_TRIPLES)
        return validator.validate([data], Shapes(shapes))


def merged(files: Iterable[Path]) -> list[ox.Triple]:
    """Read Turtle files as one graph; a blank node of one is never that of another."""
    return [
        quad.triple
        for path in files
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    ]


def _problem(result: Result, shapes: Shapes, profile: str, places: Mapping[str, Place]) -> Problem:
    """Place a finding at the setting that its shape names (sh:name), else at the shape."""
    shape = next((term for term in shapes.subjects() if term.value == result.source_shape), None)
    setting = shapes.text(shape, SH + "name") if shape else ""
    if setting:
        place = (
            places.get(setting) or places.get(setting.partition(".")[0]) or places.get("") or Place("portfolio.toml")
        )
    else:
        place = shapes.place(shape) if shape else Place(shapes.shown)
    return Problem(result.code or "LP-SHACL", place, column=setting, values={**result.facts(), "profile": profile})
