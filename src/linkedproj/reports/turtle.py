"""The report as a sh:ValidationReport, with file, line, column and code beside the standard terms.

Source: SHACL, section 3.6. Faults found before there was any RDF are results too: their focus node is the record, or
the file when there is none.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from linkedproj.model.context import RDF
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.lexical import printable
from linkedproj.model.rdf import TURTLE, read_term, serialize
from linkedproj.model.schema import RDFS, SH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.model.errors import Problem
    from linkedproj.model.rdf import Term
    from linkedproj.reports.report import Report

    Statement = tuple[str, Term]

_LP = "https://w3id.org/linkedproj/ns#"
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_UNFIT = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")


def write(report: Report, _language: str = "en") -> str:
    """Print the report as Turtle, in every language; the same problems always have the same IRIs."""
    names = [_name(problem, number) for number, problem in enumerate(report.problems)]
    whole = f"urn:linkedproj:report:{hashlib.sha256(''.join(names).encode()).hexdigest()[:24]}"
    triples = list(_triples(whole, _about(report, names)))
    for name, problem in zip(names, report.problems, strict=True):
        triples += _triples(name, _result(report, problem))
    # Turtle reads the same from an escape, and a terminal obeys none.
    return printable(serialize(triples, TURTLE, {"lp": _LP, "rdfs": RDFS, "sh": SH}))


def _triples(subject: str, statements: Iterable[Statement]) -> Iterator[ox.Triple]:
    for predicate, value in statements:
        yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)


def _name(problem: Problem, number: int) -> str:
    """Name a result by its content; the number tells apart two that are alike in everything."""
    content = repr((problem.order, problem.record, problem.column, sorted(problem.values.items()), number))
    return f"urn:linkedproj:result:{hashlib.sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def _about(report: Report, names: Iterable[str]) -> Iterator[Statement]:
    yield f"{RDF}type", ox.NamedNode(f"{SH}ValidationReport")
    yield f"{SH}conforms", ox.Literal(not report.problems)
    for language in LANGUAGES:
        if judged := report.judged(language):
            yield f"{RDFS}comment", _text(" ".join(judged), language)
    for name in names:
        yield f"{SH}result", ox.NamedNode(name)


def _result(report: Report, problem: Problem) -> Iterator[Statement]:
    values, place = problem.values, problem.place
    yield f"{RDF}type", ox.NamedNode(f"{SH}ValidationResult")
    yield f"{SH}focusNode", _focus(problem)
    if path := _iri(values.get("path", "")):
        yield f"{SH}resultPath", path
    if value := values.get("node"):
        yield f"{SH}value", read_term(value)
    elif problem.cell:
        yield f"{SH}value", _text(problem.cell)
    yield f"{SH}resultSeverity", ox.NamedNode(SH + report.severity(problem).capitalize())
    component = _iri(values.get("component", "")) or ox.NamedNode(f"{_LP}ReaderConstraintComponent")
    yield f"{SH}sourceConstraintComponent", component
    if shape := _iri(values.get("shape", "")):
        yield f"{SH}sourceShape", shape
    for language in LANGUAGES:
        wording = report.wording(problem, language)
        yield f"{SH}resultMessage", _text("\n".join(filter(None, (wording.message, wording.fix))), language)
    yield f"{_LP}code", _text(problem.rule)
    yield f"{_LP}file", _text(place.table)
    for name, number in (("line", place.line), ("column", place.column)):
        if number:
            yield f"{_LP}{name}", ox.Literal(number)


def _focus(problem: Problem) -> ox.NamedNode:
    about = f"record:{problem.record}" if problem.record else f"file:{problem.place.table}"
    made = f"urn:linkedproj:{quote(about, safe='/:', errors='replace')}"
    return _iri(problem.values.get("focus", "")) or ox.NamedNode(made)


def _iri(text: str) -> ox.NamedNode | None:
    return ox.NamedNode(text) if _ABSOLUTE.fullmatch(text) else None


def _text(text: str, language: str | None = None) -> ox.Literal:
    return ox.Literal(_UNFIT.sub("\ufffd", text), language=language)
