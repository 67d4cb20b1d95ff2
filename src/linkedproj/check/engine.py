"""SHACL engines behind one function; everything after it does not know which one it was."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.check.engines import AUTO, ENGINES, REFERENCE, Engine
from linkedproj.check.limits import WORKER, EngineError, Limits, why_no_report
from linkedproj.check.result import Reader, Result
from linkedproj.model.errors import SetupError
from linkedproj.model.shapes import Shapes, read_shapes
from linkedproj.system.packages import version_of
from linkedproj.system.workers import Worker, WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

__all__ = ["EngineError", "Limits", "Result", "Validator", "engine_name", "validate"]


def engine_name(engine: str = REFERENCE) -> str:
    """Name the package behind an engine, and its version, as a report does: "pyshacl 0.40.1"."""
    package = ENGINES[engine].package if engine in ENGINES else engine
    found = version_of(package)
    return f"{package} {found}" if found else package


def is_installed(engine: str) -> bool:
    """Return whether an engine can be used."""
    return bool(re.match(re.escape(ENGINES[engine].versions), version_of(ENGINES[engine].package) or " "))


def chosen(engine: str) -> str:
    """Return the engine that a name stands for: "auto" is the fast one where it is installed, else the reference."""
    return engine if engine != AUTO else "fast" if is_installed("fast") else REFERENCE


def require(engine: str) -> Engine:
    """Return an engine.

    Raises:
        SetupError: it is not installed, or not in a version that was tried.
    """
    found = ENGINES[engine]
    if not is_installed(engine):
        what = f"the {engine} engine needs the package {found.package} {found.versions}*"
        raise SetupError(f"{what}. Install it with: pip install 'linkedproj[{found.extra or engine}]'")
    return found


def named_shapes(shapes: Shapes | Path) -> Shapes:
    """Return shapes as engines get them: each with an IRI; IRIs in a file may be relative to it.

    Raises:
        EngineError: the file cannot be read, or is no Turtle.
    """
    try:
        found = shapes if isinstance(shapes, Shapes) else read_shapes(shapes, base=shapes.absolute().as_uri())
    except SetupError as error:
        raise EngineError(f"the shapes could not be read: {error}") from error
    return found.all_named


def ntriples(shapes: Iterable[ox.Triple]) -> bytes:
    """Write shapes as engines read them."""
    return ox.serialize(shapes, format=ox.RdfFormat.N_TRIPLES) or b""


def validate(
    data: Sequence[Path],
    shapes: Shapes | Path,
    limits: Limits | None = None,
    engine: str = REFERENCE,
) -> list[Result]:
    """Check files by an engine in a process of its own; otherwise as `Validator.validate`.

    Raises:
        EngineError: the engine crashed, took too long or too much memory, or could not read its input.
        SetupError: the engine is not installed.
    """
    with Validator(engine, limits) as validator:
        return validator.validate(data, shapes)


class Validator:
    """An engine in a process that judges one graph after the other, each by shapes of its own.

    Raises:
        SetupError: the engine is not installed.
    """

    def __init__(self, engine: str = REFERENCE, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._worker = Worker(WORKER, {"module": require(engine).module}, self._limits.megabytes)

    def __enter__(self) -> Self:
        """Return the validator itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._worker.close()

    def validate(self, data: Sequence[Path], shapes: Shapes | Path) -> list[Result]:
        """Check N-Triples (or, by their suffix, Turtle) files, read as one graph, against shapes or a Turtle file.

        Raises:
            EngineError: the engine crashed, took too long or too much memory, or could not read its input.
        """
        named, limits = named_shapes(shapes), self._limits
        with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
            written = Path(scratch, "shapes.nt")
            written.write_bytes(ntriples(named.triples))
            size = sum(path.stat().st_size for path in data)
            message = {"shapes": str(written), "files": [str(path) for path in data]}
            try:
                facts = self._worker.ask(limits.request(message, size))
            except WorkerError as error:
                raise EngineError(why_no_report(error, limits, size)) from error
        reader = Reader(named)
        return sorted(map(reader.result, facts), key=lambda result: result.order)
