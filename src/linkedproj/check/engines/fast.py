"""The package shacl: about a hundred times quicker than the reference, and never believed without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkedproj.check.terms import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shacl import Result


def load(shapes: bytes) -> Callable[[bytes], Iterator[dict[str, Any]]]:
    """Read the shapes."""
    from shacl import Shapes

    compiled = Shapes.from_text(shapes.decode("utf-8"), "ntriples")

    def judge(data: bytes) -> Iterator[dict[str, Any]]:
        # Its report in Turtle abbreviates literals ("05" is written 5); its results have them as they are.
        return map(_facts, compiled.validate_text(data.decode("utf-8"), "ntriples").results)

    return judge


def _facts(result: Result) -> dict[str, Any]:
    return {
        "focus": _without_brackets(canonical(result.focus_node)),
        "path": _path(result.path or ""),
        "value": canonical(result.value or ""),
        "component": result.component_iri,
        "severity": result.severity_iri,
        "shape": _shape(result.source_shape or ""),
        "details": [],
        # Its messages have lost their language tags, and a shape without any gives none: the shapes have them.
        "spoken": {},
    }


def _path(path: str) -> str:
    return path[1:-1] if path.startswith("<") and path.find(">") == len(path) - 1 else "*" if path else ""


def _shape(shape: str) -> str:
    return "" if shape.startswith("_:") else _without_brackets(shape)


def _without_brackets(term: str) -> str:
    return term[1:-1] if term.startswith("<") else term
