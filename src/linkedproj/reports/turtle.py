"""The report as a sh:ValidationReport, with file, line, column and code beside the standard terms.

Source: SHACL, section 3.6. Faults found before there was any RDF are results too: their focus node is the record, or
the file when there is none.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from linkedproj.model.rules import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.model.errors import Problem
    from linkedproj.reports.report import Report

_PREFIXES = """\
@prefix lp: <https://w3id.org/linkedproj/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_UNFIT = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write(report: Report, _language: str = "en") -> str:
    """Print the report as Turtle, in every language; the same problems always have the same IRIs."""
    names = [_name(problem, number) for number, problem in enumerate(report.problems)]
    whole = hashlib.sha256("".join(names).encode()).hexdigest()[:24]
    head = [f"<urn:linkedproj:report:{whole}> a sh:ValidationReport", f"sh:conforms {str(not names).lower()}"]
    head += [f"rdfs:comment {_literal(' '.join(report.judged(tag)))}@{tag}" for tag in LANGUAGES if report.judged(tag)]
    head += [f"sh:result {' , '.join(f'<{name}>' for name in names)}"] if names else []
    blocks = [" ;\n  ".join(head) + " .\n"]
    for name, problem in zip(names, report.problems, strict=True):
        blocks.append(" ;\n  ".join([f"<{name}> a sh:ValidationResult", *_statements(report, problem)]) + " .\n")
    return "\n".join([_PREFIXES, *blocks])


def _name(problem: Problem, number: int) -> str:
    """Name a result by its content; the number tells apart two that are alike in everything."""
    content = repr((problem.order, problem.record, problem.column, sorted(problem.values.items()), number))
    return f"urn:linkedproj:result:{hashlib.sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def _statements(report: Report, problem: Problem) -> Iterator[str]:
    values, place = problem.values, problem.place
    yield f"sh:focusNode {_focus(problem)}"
    if path := _iri(values.get("path", "")):
        yield f"sh:resultPath {path}"
    if value := values.get("node") or (_literal(problem.cell) if problem.cell else ""):
        yield f"sh:value {value}"
    yield f"sh:resultSeverity sh:{report.severity(problem).capitalize()}"
    yield f"sh:sourceConstraintComponent {_iri(values.get('component', '')) or 'lp:ReaderConstraintComponent'}"
    if shape := _iri(values.get("shape", "")):
        yield f"sh:sourceShape {shape}"
    for language in LANGUAGES:
        wording = report.wording(problem, language)
        message = "\n".join(part for part in (wording.message, wording.fix) if part)
        yield f"sh:resultMessage {_literal(message)}@{language}"
    yield f"lp:code {_literal(problem.rule)}"
    yield f"lp:file {_literal(place.table)}"
    if place.line:
        yield f"lp:line {place.line}"
    if place.column:
        yield f"lp:column {place.column}"


def _focus(problem: Problem) -> str:
    about = f"record:{problem.record}" if problem.record else f"file:{problem.place.table}"
    return _iri(problem.values.get("focus", "")) or f"<urn:linkedproj:{quote(about, safe='/:', errors='replace')}>"


def _iri(text: str) -> str:
    return f"<{text}>" if _ABSOLUTE.fullmatch(text) and not text.startswith("_:") else ""


def _literal(text: str) -> str:
    fit = _UNFIT.sub("\ufffd", text)
    return '"' + "".join(_ESCAPES.get(character, character) for character in fit) + '"'
