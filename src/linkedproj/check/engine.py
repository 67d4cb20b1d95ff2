"""SHACL engines behind one function, and what they find as plain values."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkedproj.errors import LinkedprojError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SOURCE = Path(__file__).parents[2]


class EngineError(LinkedprojError):
    """An engine ended without a report: the records may be sound or not, nobody knows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use: seconds of processor and of waiting, megabytes of address space."""

    seconds: float = 120
    megabytes: int = 4096


@dataclass(frozen=True, slots=True)
class Result:
    """One sh:ValidationResult, whichever engine found it.

    `focus`, `component` and `source_shape` are IRIs without brackets (a blank focus node is "_:x"); `source_shape` is
    the nearest shape that has an IRI, or "". `path` is an IRI without brackets, a longer path spelled as in SPARQL
    ("^<https://…>"), or "". `value` is an RDF term in the spelling of N-Triples ('"01"', '<https://…>'), or "".
    `severity` is "violation", "warning" or "info", `code` the dct:identifier of the shape or "". `messages` are by
    language, "" for those without a tag; where the shape has none they are those of the shape nested in it.
    """

    focus: str
    path: str
    value: str
    component: str
    severity: str
    source_shape: str
    code: str
    messages: Mapping[str, str] = field(default_factory=dict)

    @property
    def order(self) -> tuple[str, ...]:
        """Sort key: focus node, path, value, then the rest."""
        return (self.focus, self.path, self.value, self.component, self.source_shape, self.code)

    def facts(self) -> dict[str, str]:
        """Give what a `Problem` keeps of it among its values; the value node is `node` there."""
        kept = {
            "focus": self.focus,
            "path": self.path,
            "node": self.value,
            "component": self.component,
            "severity": self.severity,
            "shape": self.source_shape,
            "detail": self.messages.get("en") or next(iter(self.messages.values()), ""),
            **{f"detail@{language}": text for language, text in self.messages.items() if language},
        }
        return {name: text for name, text in kept.items() if text}


def validate(
    data: Sequence[Path],
    shapes: Path,
    limits: Limits | None = None,
    engine: str = "pyshacl",
) -> list[Result]:
    """Check N-Triples (or, by their suffix, Turtle) files, read as one graph, against a Turtle file of shapes.

    Raises:
        EngineError: the engine crashed, took too long or too much memory, or could not read its input.
    """
    return sorted(ENGINES[engine](data, shapes, limits or Limits()), key=lambda result: result.order)


def engine_name(engine: str = "pyshacl") -> str:
    """Name an engine and its version, as a report does: "pyshacl 0.40.1"."""
    try:
        return f"{engine} {version(engine)}"
    except PackageNotFoundError:
        return engine


def _in_child(data: Sequence[Path], shapes: Path, limits: Limits) -> list[Result]:
    """Run pySHACL in a process of its own: it changes rdflib for the whole process and may never come back.

    Raises:
        EngineError: it did not.
    """
    request = {"data": [str(path) for path in data], "shapes": str(shapes), **asdict(limits)}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(_search_path()), "PYTHONUTF8": "1"}
    command = [sys.executable, "-P", "-m", "linkedproj.check.child"]
    try:
        ended = subprocess.run(  # noqa: S603 - our own module, with paths as data
            command,
            input=json.dumps(request),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(_too_long(limits)) from None
    if ended.returncode:
        raise EngineError(_ended_badly(ended.returncode, ended.stderr, limits))
    return _read(ended.stdout)


def _search_path() -> list[str]:
    inherited = os.environ.get("PYTHONPATH", "")
    return [str(_SOURCE), *(part for part in inherited.split(os.pathsep) if part)]


def _read(lines: str) -> list[Result]:
    """Read the child's answer: one JSON object a line, the last one saying that it came to its end.

    Raises:
        EngineError: it says so itself, or lines are missing.
    """
    answers: list[dict[str, Any]] = [json.loads(line) for line in lines.splitlines()]
    last = answers.pop() if answers else {}
    if "error" in last:
        raise EngineError(str(last["error"]))
    if last.get("results") != len(answers):
        raise EngineError("the SHACL engine stopped in the middle of its report.")
    return [Result(**answer) for answer in answers]


def _too_long(limits: Limits) -> str:
    return (
        f"the SHACL engine did not finish within {limits.seconds:g} seconds. Allow more time, or look for a shape "
        "whose pattern takes very long."
    )


def _ended_badly(code: int, stderr: str, limits: Limits) -> str:
    if code == -getattr(signal, "SIGXCPU", 0):
        return _too_long(limits)
    if code < 0 or "MemoryError" in stderr:
        return f"the SHACL engine was stopped, perhaps for want of memory ({limits.megabytes} MB allowed)."
    last = next((line.strip() for line in reversed(stderr.splitlines()) if line.strip()), "no reason given")
    return f"the SHACL engine could not be run: {last}"


ENGINES: Mapping[str, Callable[[Sequence[Path], Path, Limits], list[Result]]] = {"pyshacl": _in_child}
