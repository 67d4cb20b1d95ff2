"""SHACL engines behind one function; everything after it does not know which one it was."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.check.limits import EngineError, Limits
from linkedproj.check.named import NamedShapes
from linkedproj.check.result import Reader, Result
from linkedproj.check.workers import Worker
from linkedproj.model.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ENGINES", "REFERENCE", "Engine", "EngineError", "Limits", "Result", "engine_name", "validate"]

REFERENCE = "pyshacl"
"""The engine that every other is checked by."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine: the package it comes in, the module that runs it (see `linkedproj.check.engines`).

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


def engine_name(engine: str = REFERENCE) -> str:
    """Name the package behind an engine, and its version, as a report does: "pyshacl 0.40.1"."""
    package = ENGINES[engine].package if engine in ENGINES else engine
    found = _version(package)
    return f"{package} {found}" if found else package


def is_installed(engine: str) -> bool:
    """Tell whether an engine can be used."""
    return bool(re.match(re.escape(ENGINES[engine].versions), _version(ENGINES[engine].package) or " "))


def require(engine: str) -> Engine:
    """Give an engine.

    Raises:
        SetupError: it is not installed, or not in a version that was tried.
    """
    found = ENGINES[engine]
    if not is_installed(engine):
        what = f"the {engine} engine needs the package {found.package} {found.versions}*"
        raise SetupError(f"{what}. Install it with: pip install 'linkedproj[{found.extra or engine}]'")
    return found


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def read_shapes(path: Path) -> NamedShapes:
    """Read a Turtle file of shapes.

    Raises:
        EngineError: it cannot be read, or is no Turtle.
    """
    try:
        return NamedShapes(path)
    except (OSError, SyntaxError) as error:
        raise EngineError(f"the shapes could not be read: {error}") from error


def validate(
    data: Sequence[Path],
    shapes: Path,
    limits: Limits | None = None,
    engine: str = REFERENCE,
) -> list[Result]:
    """Check N-Triples (or, by their suffix, Turtle) files, read as one graph, against a Turtle file of shapes.

    Raises:
        EngineError: the engine crashed, took too long or too much memory, or could not read its input.
        SetupError: the engine is not installed.
    """
    found, named = require(engine), read_shapes(shapes)
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        written = Path(scratch, "shapes.nt")
        written.write_bytes(named.ntriples())
        limits = limits or Limits()
        setup = {"module": found.module, "shapes": str(written), "megabytes": limits.megabytes}
        worker = Worker(setup, limits)
        try:
            size = sum(path.stat().st_size for path in data)
            facts = worker.ask({"files": [str(path) for path in data]}, size)
        finally:
            worker.close()
    reader = Reader(named)
    return sorted(map(reader.result, facts), key=lambda result: result.order)
