"""One run of pySHACL in a process of its own: a request as JSON on standard input, results as JSON lines."""

from __future__ import annotations

import json
import logging
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

# Heavy, and at the top for once: nothing imports this module, it is run.
import rdflib
from pyshacl import Validator
from pyshacl.graph_abstraction import DataGraph
from rdflib import DCTERMS, RDF, SH, BNode, Graph, Literal, URIRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rdflib.term import Node

_FORMATS = {".ttl": "turtle"}
_NESTING = ("node", "or", "xone", "and", "not", "qualifiedValueShape")


def main() -> None:
    """Answer the request on standard input; a failure that can be named is an answer too."""
    request: dict[str, Any] = json.load(sys.stdin)
    answers, sys.stdout = sys.stdout, sys.stderr
    _limit(float(request["seconds"]), int(request["megabytes"]))
    try:
        results = sorted(run(request["data"], Path(request["shapes"])), key=json.dumps)
    except MemoryError:
        megabytes = request["megabytes"]
        _write(answers, [{"error": f"the SHACL engine needed more memory than the {megabytes} MB it may use."}])
    except Exception as error:  # noqa: BLE001 - whatever pySHACL raises, the parent has to hear of it
        _write(answers, [{"error": _reason(error)}])
    else:
        _write(answers, [*results, {"results": len(results)}])


def run(data: Sequence[str], shapes: Path) -> Iterator[dict[str, Any]]:
    """Give the results of pySHACL on some files read as one graph; it changes rdflib for the whole process."""
    # pyshacl 0.40.1: validate() sets this to True before the run, so that "01" is reported as 1. The class
    # underneath leaves it alone.
    rdflib.NORMALIZE_LITERALS = False
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    records, rules = Graph(), Graph()
    for path in data:
        records.parse(path, format=_FORMATS.get(Path(path).suffix, "nt"))
    rules.parse(shapes, format="turtle")
    _aim(rules)
    options = {"inference": "none", "advanced": False, "use_js": False, "inplace": True}
    validator = Validator(DataGraph.from_rdflib(records), shacl_graph=rules, options=options)
    _, report, _ = validator.run()  # type: ignore[no-untyped-call]  # pyshacl 0.40.1
    return Report(report, rules).results()


def _aim(rules: Graph) -> None:
    """Aim property shapes at the classes of their node shape, which says the same and takes less than half the time.

    pyshacl 0.40.1 runs a property shape once per focus node when a node shape leads to it by sh:property, and once for
    all of them when it has the target itself. A node shape that other shapes refer to is left as it is.
    """
    nested = {value for term in (SH.node, SH["not"], SH.qualifiedValueShape) for value in rules.objects(None, term)}
    nested |= set(rules.objects(None, RDF.first))
    for shape in set(rules.subjects(SH.targetClass)) - nested:
        if (shape, SH.deactivated, None) in rules or (shape, SH.property, None) not in rules:
            continue
        classes = list(rules.objects(shape, SH.targetClass))
        for prop in list(rules.objects(shape, SH.property)):
            if (prop, SH.path, None) in rules and isinstance(prop, URIRef):
                rules.remove((shape, SH.property, prop))
                for iri in classes:
                    rules.add((prop, SH.targetClass, iri))


class Report:
    """The report graph of pySHACL, read with the shapes beside it: the report itself loses names of blank shapes."""

    def __init__(self, report: Graph, shapes: Graph) -> None:
        self.report = report
        self.shapes = shapes

    def results(self) -> Iterator[dict[str, Any]]:
        """Give every top-level result as the fields of `engine.Result`."""
        return (self._result(node) for node in self.report.objects(predicate=SH.result))

    def _result(self, node: Node) -> dict[str, Any]:
        shape = self._value(node, "sourceShape")
        code, messages = self._wording(node, shape)
        return {
            "focus": _term(self._value(node, "focusNode")),
            "path": _path(self.report, self._value(node, "resultPath")),
            "value": _term(self._value(node, "value"), brackets=True),
            "component": _term(self._value(node, "sourceConstraintComponent")),
            "severity": str(self._value(node, "resultSeverity")).rpartition("#")[2].lower(),
            "source_shape": self._named(shape),
            "code": code,
            "messages": messages,
        }

    def _value(self, node: Node, name: str) -> Node | None:
        return self.report.value(node, SH[name])

    def _wording(self, node: Node, shape: Node | None) -> tuple[str, dict[str, str]]:
        """Take code and messages from the shape, else from those nested in it, else from pySHACL."""
        details = sorted((d for d in self.report.objects(node, SH.detail)), key=self._detail_order)
        inner = [s for s in (self._value(d, "sourceShape") for d in details) if s is not None]
        speaking = [s for s in ([shape] if shape else []) if self._messages(s)] or [
            s for s in inner if self._messages(s)
        ]
        speaking = speaking or [s for s in self._nested(shape) if self._messages(s)]
        messages = _joined(self._messages(s) for s in speaking)
        spoken = {getattr(m, "language", None) or "": str(m) for m in self.report.objects(node, SH.resultMessage)}
        codes = [self._code(s) for s in [*([shape] if shape else []), *speaking]]
        return next(filter(None, codes), ""), messages or dict(sorted(spoken.items()))

    def _detail_order(self, detail: Node) -> str:
        return "\n".join(_term(self._value(detail, name), brackets=True) for name in ("sourceShape", "value"))

    def _messages(self, shape: Node) -> dict[str, str]:
        found = self.shapes.objects(shape, SH.message)
        return {getattr(m, "language", None) or "": str(m) for m in sorted(found, key=str)}

    def _code(self, shape: Node) -> str:
        return str(self.shapes.value(shape, DCTERMS.identifier) or "")

    def _nested(self, shape: Node | None) -> list[Node]:
        """Give the shapes that a value of this one must (or must not) conform to, lists spread out."""
        found: list[Node] = []
        for name in _NESTING:
            for value in self.shapes.objects(shape, SH[name]):
                found += list(self.shapes.items(value)) or [value]
        return found

    def _named(self, shape: Node | None) -> str:
        """Give the IRI of a shape, or that of the nearest node above it that has one."""
        pending, seen = [shape], set()
        while pending:
            node = pending.pop(0)
            if isinstance(node, URIRef):
                return str(node)
            if node is not None and node not in seen:
                seen.add(node)
                pending += sorted(self.shapes.subjects(object=node), key=str)
        return ""


def _joined(texts: Iterable[dict[str, str]]) -> dict[str, str]:
    """Join the messages of several shapes, language by language, each sentence once."""
    found: dict[str, list[str]] = {}
    for messages in texts:
        for language, text in messages.items():
            if text not in found.setdefault(language, []):
                found[language].append(text)
    return {language: " ".join(parts) for language, parts in sorted(found.items())}


def _term(node: Node | None, *, brackets: bool = False) -> str:
    if node is None:
        return ""
    if isinstance(node, Literal):
        return _literal(str(node), node.language, str(node.datatype) if node.datatype else "")
    if isinstance(node, BNode):
        return f"_:{node}"
    return f"<{node}>" if brackets else str(node)


def _literal(text: str, language: str | None, datatype: str) -> str:
    """Spell a literal as N-Triples does."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"' + (f"@{language}" if language else f"^^<{datatype}>" if datatype else "")


def _path(graph: Graph, node: Node | None) -> str:
    """Spell a path: a property as its IRI, anything longer as in SPARQL 1.1, section 9.1."""
    if node is None or isinstance(node, URIRef):
        return _term(node)
    if graph.value(node, RDF.first) is not None:
        return "/".join(_step(graph, part) for part in graph.items(node))
    alternatives = graph.value(node, SH.alternativePath)
    if alternatives is not None:
        return "|".join(_step(graph, part) for part in graph.items(alternatives))
    signs = {SH.inversePath: "^{}", SH.zeroOrMorePath: "{}*", SH.oneOrMorePath: "{}+", SH.zeroOrOnePath: "{}?"}
    inner = ((sign, graph.value(node, term)) for term, sign in signs.items())
    return next((sign.format(_step(graph, part)) for sign, part in inner if part is not None), "")


def _step(graph: Graph, node: Node) -> str:
    return f"<{node}>" if isinstance(node, URIRef) else f"({_path(graph, node)})"


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"the SHACL engine failed with {type(error).__name__}: {lines[0] if lines else 'no reason given'}"


def _limit(seconds: float, megabytes: int) -> None:
    """Bound this process where the system can; the parent's clock bounds it everywhere."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_CPU, math.ceil(seconds) + 1), (resource.RLIMIT_AS, megabytes * 2**20)):
        try:
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))
        except (ValueError, OSError):
            logging.getLogger(__name__).debug("this system does not take the limit %s", kind)


def _write(stream: TextIO, answers: Iterable[dict[str, Any]]) -> None:
    stream.writelines(json.dumps(answer) + "\n" for answer in answers)
    stream.flush()


if __name__ == "__main__":
    main()
