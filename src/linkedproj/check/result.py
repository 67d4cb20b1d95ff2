"""What an engine found, as plain values; the wording is taken from the shapes, whichever engine it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.model.shapes import DCT, SH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linkedproj.model.shapes import Shapes


@dataclass(frozen=True, slots=True)
class Result:
    """One sh:ValidationResult, whichever engine found it.

    `focus`, `component` and `source_shape` are IRIs without brackets (a blank focus node is "_:x"); `source_shape` is
    the nearest shape that has an IRI, or "". `path` is an IRI without brackets, a longer path spelled as in SPARQL
    ("^<https://…>"), or "". `value` is an RDF term in the spelling of N-Triples ('"01"', '<https://…>', language tags
    in small letters), or "". `severity` is "violation", "warning" or "info", `code` the dct:identifier of the shape or
    "". `messages` are by language, "" for those without a tag; where the shape has none they are those of the shape
    nested in it, else the engine's own.
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

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What two engines must agree on: focus node, path, component, value."""
        return (self.focus, self.path, self.component, self.value)

    def facts(self) -> dict[str, str]:
        """Return what a `Problem` keeps of it among its values; the value node is `node` there."""
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


class Reader:
    """Makes results of the facts that an engine gives (see `linkedproj.check.engines`), with the shapes beside it."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._worded: dict[tuple[str, ...], tuple[str, dict[str, str]]] = {}

    def result(self, facts: Mapping[str, Any]) -> Result:
        """Return a result."""
        shape = facts["shape"]
        key = (shape, *facts["details"])
        if key not in self._worded:
            self._worded[key] = self._wording(shape, facts["details"])
        code, messages = self._worded[key]
        component = facts["component"].rpartition("#")[2].removesuffix("ConstraintComponent")
        spoken = facts["spoken"] or {"": f"sh:{component[:1].lower()}{component[1:]} is not kept."}
        return Result(
            focus=facts["focus"],
            path=self._path(shape) if facts["path"] == "*" else facts["path"],
            value=facts["value"],
            component=facts["component"],
            severity=facts["severity"].rpartition("#")[2].lower(),
            source_shape=self._shapes.named(ox.NamedNode(shape)) if shape else "",
            code=code,
            messages=messages or spoken,
        )

    def _path(self, shape: str) -> str:
        paths = self._shapes.shacl(ox.NamedNode(shape), "path") if shape else []
        return next(map(self._shapes.path, paths), "")

    def _wording(self, iri: str, details: Iterable[str]) -> tuple[str, dict[str, str]]:
        """Take code and messages from the shape, else from those in it that failed, else from all in it."""
        if not iri:
            return "", {}
        shape = ox.NamedNode(iri)
        failed = [ox.NamedNode(detail) for detail in details if detail]
        choices = ([shape], failed, self._shapes.inner(shape))
        spoken = ([s for s in choice if self._shapes.texts(s, SH + "message")] for choice in choices)
        speaking = next(filter(None, spoken), [])
        code = next(filter(None, (self._shapes.text(s, DCT + "identifier") for s in [shape, *speaking])), "")
        return code, _joined(self._shapes.texts(s, SH + "message") for s in speaking)


def _joined(texts: Iterable[dict[str, str]]) -> dict[str, str]:
    """Join the messages of several shapes, language by language, each sentence once."""
    found: dict[str, list[str]] = {}
    for messages in texts:
        for language, text in messages.items():
            if text not in found.setdefault(language, []):
                found[language].append(text)
    return {language: " ".join(parts) for language, parts in sorted(found.items())}
