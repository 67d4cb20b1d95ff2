"""Official shape files of a portal, run as they are: they are not ours to publish, so a folder of them is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.catalog.gaps import merged, validate_triples
from linkedproj.check.engine import Validator
from linkedproj.model.errors import SetupError
from linkedproj.model.shapes import SH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from linkedproj.check.engine import Result

_PROPERTY, _PATH = ox.NamedNode(SH + "property"), ox.NamedNode(SH + "path")
# DCAT-AP 3.0.1 has a generated file and hand-made ones that differ (SEMICeu/DCAT-AP 399, 422): each is a run.
_RUNS = (("dcat-ap-SHACL.ttl",), ("shapes.ttl", "range.ttl"), ("shapes_recommended.ttl",))


@dataclass(frozen=True)
class OfficialRun:
    """Files of shapes that were run as one; `dropped` are references in them that lead to nothing."""

    name: str
    results: tuple[Result, ...]
    dropped: tuple[str, ...]

    def count(self, severity: str) -> int:
        """Count the results of a severity: pySHACL's own verdict knows none."""
        return sum(result.severity == severity for result in self.results)


def run_official(graph: Iterable[ox.Triple], folder: Path, profiles: Collection[str]) -> list[OfficialRun]:
    """Run the shape files in a folder, and in those of its folders that are named after a profile ("dcat-ap-3.0.1").

    Raises:
        SetupError: there are none, or one is no Turtle.
        EngineError: the engine ended without a report.
    """
    triples = list(graph)
    folders = [folder, *(path for path in sorted(folder.glob("*/")) if _is_meant(path.name, profiles))]
    runs = [(place, files) for place in folders for files in _grouped(sorted(place.glob("*.ttl")))]
    if not runs:
        raise SetupError(f"there are no shape files for {', '.join(sorted(profiles))} in {folder}. Name their folder.")
    return [_run(triples, files, f"{place.name}/{_joined(files)}") for place, files in runs]


def _is_meant(name: str, profiles: Collection[str]) -> bool:
    match = re.fullmatch(r"(?P<profile>.+?)-[0-9][0-9.]*", name)
    return match is not None and match["profile"] in profiles


def _grouped(files: list[Path]) -> list[list[Path]]:
    groups = [[path for path in files if path.name in run] for run in _RUNS]
    rest = [path for path in files if not any(path.name in run for run in _RUNS)]
    return [group for group in (*groups, rest) if group]


def _joined(files: list[Path]) -> str:
    most = 2
    return " + ".join(path.name for path in files) if len(files) <= most else f"{len(files)} files"


def _run(graph: list[ox.Triple], files: list[Path], name: str) -> OfficialRun:
    try:
        shapes = merged(files)
    except SyntaxError as error:
        raise SetupError(f"{name} is no Turtle: {error.msg}") from error
    whole = {triple.subject for triple in shapes if triple.predicate == _PATH}
    # pySHACL 0.40.1 stops at a sh:property whose shape the file lacks (SEMICeu/DCAT-AP 448).
    dangling = [triple for triple in shapes if triple.predicate == _PROPERTY and triple.object not in whole]
    lost = set(dangling)
    with Validator() as validator:
        results = validate_triples(graph, [triple for triple in shapes if triple not in lost], validator)
    return OfficialRun(name, tuple(results), tuple(sorted(str(triple.object).strip("<>") for triple in dangling)))
