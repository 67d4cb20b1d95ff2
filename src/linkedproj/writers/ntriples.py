"""N-Triples, one statement a line.

Source: RDF 1.1 N-Triples, W3C Recommendation of 2014-02-25.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from linkedproj.model.context import RDF
from linkedproj.model.lexical import DATES
from linkedproj.model.rdf import literal
from linkedproj.tables.cells import split
from linkedproj.writers.plan import Fragments, plan, singly
from linkedproj.writers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.cells import Column
    from linkedproj.writers.plan import Group
    from linkedproj.writers.values import Node, Value

    # The statements of one field about each subject of a batch.
    Make = Callable[[Sequence[str], Batch], list[str]]
    # Counts what was made of groups of fields, whose subjects are of a type.
    Count = Callable[[RecordType, Sequence[Group], Sequence[list[str]]], None]

_END = " .\n"


def compile_rows(kind: RecordType, columns: Iterable[Column], schema: Schema) -> Callable[[Batch], list[str]]:
    """Return the function that writes the records of a batch."""
    return compile_counting(kind, columns, schema, Counter(), Counter())


def compile_counting(
    kind: RecordType, columns: Iterable[Column], schema: Schema, triples: Counter[str], nodes: Counter[str]
) -> Callable[[Batch], list[str]]:
    """Return the function that writes the records of a batch, and counts statements and subjects by their type."""
    groups = singly(plan(columns, schema))
    count = _counting(triples, nodes)
    makers = [_maker(group, schema, count) for group in groups]
    types, base = _types(kind), f"<{kind.base}"

    def write(batch: Batch) -> list[str]:
        subjects = [f"{base}{identifier}>" for identifier in batch.ids]
        made = [make(subjects, batch) for make in makers]
        nodes[kind.name] += len(subjects)
        triples[kind.name] += len(subjects) * len(kind.classes)
        count(kind, groups, made)
        return list(map("".join, zip([subject.join(types) for subject in subjects], *made, strict=True)))

    return write


def describe(nodes: Iterable[Node], _: Schema) -> list[str]:
    """Write nodes that are no records, a text for each of them."""
    return [
        "".join(f"<{node.iri}> <{iri}> {term(value)}{_END}" for iri, values in node.said for value in values)
        for node in nodes
    ]


def _counting(triples: Counter[str], nodes: Counter[str]) -> Count:
    """Count statements by the type of their subject: a nested record is a subject of its own."""

    def count(kind: RecordType, groups: Sequence[Group], made: Sequence[list[str]]) -> None:
        for group, texts in zip(groups, made, strict=True):
            filled = len(texts) - texts.count("")
            triples[kind.name] += "".join(texts).count("\n") if group.field.many and not group.nested else filled
            if group.nested:
                nodes[group.nested.name] += filled
                triples[group.nested.name] += filled * len(group.nested.classes)

    return count


def term(value: Value) -> str:
    """Write an RDF term."""
    return f"<{value.iri}>" if value.iri else literal(value.text, value.language, value.datatype)


def _types(kind: RecordType) -> list[str]:
    """Return what stands between the subjects of the statements that tell the classes of a record."""
    return ["", *(f" <{RDF}type> <{iri}>{_END}" for iri in kind.classes)]


def _maker(group: Group, schema: Schema, count: Count) -> Make:
    if group.nested:
        return _nested(group, group.nested, schema, count)
    language = group.columns[0].language or group.field.language
    if group.is_text:
        return _text(group, language)
    if group.is_name and not schema.takes_concepts(group.field):
        return _verbatim(group, f"<{group.field.base}", f">{_END}")
    if group.is_typed:
        return _verbatim(group, '"', f'"^^<{group.field.datatype}>{_END}')
    if group.is_date:
        return _dated(group)
    are_plain = group.is_names and not schema.takes_concepts(group.field)
    return _names(group) if are_plain else _listed(group, language, schema)


def _text(group: Group, language: str) -> Make:
    index, before = group.index, f' <{group.field.iri}> "'
    after = f'"@{language}{_END}' if language else f'"{_END}'

    def make(subjects: Sequence[str], batch: Batch) -> list[str]:
        texts = batch.escaped(index)
        return [
            f"{subject}{before}{text}{after}" if text else "" for subject, text in zip(subjects, texts, strict=True)
        ]

    return make


def _verbatim(group: Group, before: str, after: str) -> Make:
    """Write cells that need no escaping: their checks let nothing through that would."""
    index, before = group.index, f" <{group.field.iri}> {before}"

    def make(subjects: Sequence[str], batch: Batch) -> list[str]:
        cells = batch.columns[index]
        return [
            f"{subject}{before}{cell}{after}" if cell else "" for subject, cell in zip(subjects, cells, strict=True)
        ]

    return make


def _dated(group: Group) -> Make:
    index, before = group.index, f' <{group.field.iri}> "'
    after = {length: f'"^^<{datatype}>{_END}' for length, datatype in DATES.items()}

    def make(subjects: Sequence[str], batch: Batch) -> list[str]:
        dates = zip(subjects, batch.columns[index], strict=True)
        return [f"{subject}{before}{date}{after[len(date)]}" if date else "" for subject, date in dates]

    return make


def _names(group: Group) -> Make:
    """Write lists of ids or codes: what stands between two of them ends a statement and begins the next."""
    index, before, after = group.index, f" <{group.field.iri}> <{group.field.base}", f">{_END}"

    def make(subjects: Sequence[str], batch: Batch) -> list[str]:
        return [
            f"{subject}{before}{cell.replace('; ', f'{after}{subject}{before}')}{after}" if cell else ""
            for subject, cell in zip(subjects, batch.listed(index), strict=True)
        ]

    return make


def _listed(group: Group, language: str, schema: Schema) -> Make:
    """Write any column; what stands between the subjects is remembered by the cell."""
    field, index = group.field, group.index
    known = Fragments(
        lambda cell: [
            "",
            *(f" <{field.iri}> {term(value_of(field, value, language, schema))}{_END}" for value in split(field, cell)),
        ]
    )

    def make(subjects: Sequence[str], batch: Batch) -> list[str]:
        return [subject.join(known[cell]) for subject, cell in zip(subjects, batch.columns[index], strict=True)]

    return make


def _nested(group: Group, nested: RecordType, schema: Schema, count: Count) -> Make:
    """Write a nested record where it has any value."""
    makers = [_maker(inner, schema, count) for inner in group.inner]
    types, link, base, index = _types(nested), f" <{group.field.iri}> ", f"<{nested.base}", group.identifier

    def make(subjects: Sequence[str], batch: Batch) -> list[str]:
        nodes = [f"{base}{identifier}>" for identifier in batch.columns[index]]
        made = [maker(nodes, batch) for maker in makers]
        count(nested, group.inner, made)
        inner = map("".join, zip(*made, strict=True))
        return [
            f"{subject}{link}{node}{_END}{node.join(types)}{text}" if text else ""
            for subject, node, text in zip(subjects, nodes, inner, strict=True)
        ]

    return make
