"""What a portfolio requires of its records: [require] in portfolio.toml, as SHACL and as what is counted.

The ontology says by `lp:wants` what a record is expected to have, and names the texts without which it has no label;
the portfolio says how far each is required. What is required is a violation or a warning; what is "told" is counted
once a column. The shapes say all of it, so that the published ones find outside what is found here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.context import Kind
from linkedproj.model.errors import Place, Problem
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.rdf import literal
from linkedproj.model.rules import Rules, catalogue
from linkedproj.model.settings import did_you_mean, refuse
from linkedproj.model.shapes import DCT, RDFS, SH
from linkedproj.model.wants import ALL, NO, ONE, OWN, TOLD, Want

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config
    from linkedproj.model.shapes import Shapes, Term

WANTS = "https://w3id.org/linkedproj/ns#wants"

_SEVERITIES = {"error": "Violation", "warning": "Warning", TOLD: "Info"}
_EVIDENCE = "evidence"
_POLICY = "shapes#"
_LOCAL = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_TEXT_LEVELS = (ALL, ONE, OWN, TOLD, NO)
_VALUE_LEVELS = (*_SEVERITIES, NO)
_CODE = "LP-COMPLETE-VALUE"
_COPIED = (DCT + "identifier", SH + "group", SH + "message", RDFS + "comment")


def policy_wants(config: Config, schema: Schema, shapes: Shapes) -> dict[str, tuple[Want, ...]]:
    """Return what a portfolio wants of the records of each type that has tables.

    Raises:
        SetupError: [require] names what no table has, or asks of a text what can only be asked of other values.
    """
    _refuse_unknown(config, schema)
    nodes = _nodes(shapes)
    return {
        kind.name: tuple(_wants(config, schema, shapes, kind, nodes.get(kind.iri, ())))
        for kind in schema.types.values()
        if not kind.nested and not kind.anonymous
    }


def evidence_policy(config: Config) -> str:
    """Return how far values need evidence."""
    return config.require.get(_EVIDENCE, TOLD)


def policy_shapes(config: Config, schema: Schema, shapes: Shapes) -> str:
    """Write what a portfolio wants as shapes, in Turtle that stands below the shapes of the ontology.

    Their IRIs begin with the portfolio's base. Nothing is written where nothing is wanted.

    Raises:
        SetupError: see `policy_wants`.
    """
    writer = _PolicyWriter(schema, shapes)
    blocks = [
        text
        for name, wants in policy_wants(config, schema, shapes).items()
        for want in wants
        for text in writer.shapes(schema.types[name], want)
    ]
    if not blocks:
        return ""
    head = "# ----- What this portfolio asks for: [require] in portfolio.toml -----\n\n"
    head = f"\n{head}@prefix sh: <{SH}> .\n@prefix policy: <{config.base}{_POLICY}> .\n\n"
    return head + "\n".join([*blocks, *writer.languages()])


def _wants(config: Config, schema: Schema, shapes: Shapes, kind: RecordType, nodes: Sequence[Term]) -> Iterator[Want]:
    formal, expected = _expected(schema, shapes, nodes)
    shape_of = {**formal, **expected}
    stated = [key.partition(".")[2] for key in config.require if key.startswith(f"{kind.table}.")]
    for term in dict.fromkeys([*shape_of, *stated]):
        level = config.require.get(f"{kind.table}.{term}", config.require.get(f"*.{term}", TOLD))
        field, shape = schema.fields[term], shape_of.get(term)
        if field.kind is Kind.TEXT:
            yield Want((term,), level, config.languages, shape, term in formal, config.read_languages)
        else:
            names = [value.value for value in shapes.shacl(shape, "name")] if shape else []
            same = [other for other in schema.fields.values() if other.iri == field.iri]
            terms = names or [other.term for other in same if other.term in (kind.terms or ())]
            yield Want(tuple(terms), level, (), shape)


def _expected(schema: Schema, shapes: Shapes, nodes: Sequence[Term]) -> tuple[dict[str, Term], dict[str, Term]]:
    """Return by term the shapes without which a record has no label, and those of what else it should have."""
    formal = {
        name.value: shape
        for node in nodes
        for shape in shapes.shacl(node, "property")
        for name in shapes.shacl(shape, "name")
        if shapes.shacl(shape, "minCount") and name.value in schema.fields
        and schema.fields[name.value].kind is Kind.TEXT
    }  # fmt: skip
    expected = {shapes.text(shape, SH + "name"): shape for node in nodes for shape in shapes.objects(node, WANTS)}
    return formal, expected


def _nodes(shapes: Shapes) -> dict[str, list[Term]]:
    """Return the node shapes of each class."""
    found: dict[str, list[Term]] = {}
    for node in shapes.subjects(SH + "targetClass"):
        for iri in dict.fromkeys(target.value for target in shapes.shacl(node, "targetClass")):
            found.setdefault(iri, []).append(node)
    return found


def _refuse_unknown(config: Config, schema: Schema) -> None:
    """Refuse what is required of no table, and levels that a column cannot have.

    Raises:
        SetupError: each is named, with its place.
    """
    kinds = {kind.table: kind for kind in schema.types.values() if not kind.nested and not kind.anonymous}
    columns = {table: [term for term in schema.fields if term in (kind.terms or ())] for table, kind in kinds.items()}
    known = {f"{table}.{term}" for table, terms in columns.items() for term in terms}
    known |= {f"*.{term}" for terms in columns.values() for term in terms}
    faults = []
    for key, level in config.require.items():
        if key == _EVIDENCE:
            continue
        called = f"require.{key}"
        if key not in known:
            faults.append((("require", key), f"'{called}' is no column of a table.{did_you_mean(key, sorted(known))}"))
            continue
        is_text = schema.fields[key.partition(".")[2]].kind is Kind.TEXT
        levels = _TEXT_LEVELS if is_text else _VALUE_LEVELS
        if level not in levels:
            listed = ", ".join(f'"{each}"' for each in levels)
            faults.append((("require", key), f"'{called}' is '{level}': write one of {listed}."))
    refuse(faults, config.places)


class _PolicyWriter:
    """Writes shapes as Turtle; remembers which languages they ask for."""

    def __init__(self, schema: Schema, shapes: Shapes) -> None:
        self._schema, self._shapes = schema, shapes
        self._rules = Rules({_CODE: catalogue()[_CODE]})
        self._languages: dict[str, None] = {}
        self._nodes = _nodes(shapes)

    def shapes(self, kind: RecordType, want: Want) -> Iterator[str]:
        """Write the shapes of one want."""
        term = want.terms[0]
        if not want.languages:
            if want.level != NO:
                yield self._shape(kind, want, _SEVERITIES[want.level], self._documented(kind, term, want))
            return
        if want.level in {ONE, OWN} and not want.is_formal:
            yield self._shape(kind, want, "Violation", self._documented(kind, term, want))
        for tag in want.languages if want.level in {ALL, ONE, TOLD} else ():
            self._languages[tag] = None
            severity = "Violation" if want.level == ALL else "Info"
            documented = self._worded(kind, f"{term}@{tag}")
            yield self._shape(kind, want, severity, documented, tag)

    def languages(self) -> Iterator[str]:
        """Write the value shapes of the languages that were asked for."""
        for tag in self._languages:
            labels = f'"Text in {tag}"@en , "Text en {tag}"@ca , "Texto en {tag}"@es'
            yield f"policy:in-{tag} a sh:NodeShape ;\n  rdfs:label {labels} ;\n  sh:languageIn ( {literal(tag)} ) .\n"

    def _iri(self, iri: str) -> str:
        """Write an IRI as Turtle does, by a prefix of the shapes where one fits."""
        for prefix, namespace in self._shapes.prefixes.items():
            if namespace and iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
                return f"{prefix}:{iri[len(namespace) :]}"
        return f"<{iri}>"

    def _shape(self, kind: RecordType, want: Want, severity: str, documented: Iterable[str], tag: str = "") -> str:
        """Write one property shape, of one language or of any value, and tie it to the node shapes of a type."""
        name = "-".join(filter(None, (kind.table, want.terms[0], tag)))
        names = " , ".join(literal(term) for term in want.terms)
        count = f"sh:qualifiedValueShape policy:in-{tag} ;\n  sh:qualifiedMinCount 1" if tag else "sh:minCount 1"
        lines = [
            f"policy:{name} a sh:PropertyShape",
            *documented,
            f"sh:path {self._iri(self._schema.fields[want.terms[0]].iri)}",
            f"sh:name {names}",
            count,
            f"sh:severity sh:{severity}",
        ]
        tied = "".join(
            f"{self._iri(node.value)} sh:property policy:{name} .\n"
            for node in self._nodes.get(kind.iri, ())
            if isinstance(node, ox.NamedNode) and not self._shapes.objects(node, DCT + "identifier")
        )
        return " ;\n  ".join(lines) + f" .\n{tied}"

    def _documented(self, kind: RecordType, term: str, want: Want) -> list[str]:
        """Return what the ontology says of a want beside its constraint, else what the catalogue says of any."""
        if want.shape is None:
            return self._worded(kind, term)
        return [
            f"{self._iri(predicate)} {' , '.join(self._values(want.shape, predicate))}"
            for predicate in _COPIED
            if self._shapes.objects(want.shape, predicate)
        ]

    def _values(self, shape: Term, predicate: str) -> list[str]:
        values = self._shapes.objects(shape, predicate)
        return [self._iri(value.value) if isinstance(value, ox.NamedNode) else str(value) for value in values]

    def _worded(self, kind: RecordType, column: str) -> list[str]:
        problem = Problem(_CODE, Place(""), f"{kind.table}/", column)
        wordings = {language: self._rules.wording(problem, language) for language in LANGUAGES}
        messages = (literal(f"{each.message}\n{each.fix}", language) for language, each in wordings.items())
        return [f"{self._iri(DCT + 'identifier')} {literal(_CODE)}", f"sh:message {' , '.join(messages)}"]


def counted_columns(wants: Mapping[str, tuple[Want, ...]], name: str) -> list[tuple[str, ...]]:
    """Return the columns of a type that are counted, each with those that would do instead."""
    return [columns for want in wants.get(name, ()) for columns in want.counted]


def without_counted(shapes: Shapes, base: str) -> Iterator[ox.Triple]:
    """Leave out of shapes what is counted instead of judged: those of the policy that are of severity sh:Info."""
    info = ox.NamedNode(SH + "Info")
    counted = {
        shape
        for shape in shapes.subjects(SH + "severity")
        if info in shapes.shacl(shape, "severity") and shapes.named(shape).startswith(base + _POLICY)
    }
    return (triple for triple in shapes.triples if triple.object not in counted)
