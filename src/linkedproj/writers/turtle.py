"""Turtle for people: one block a record, a prefix per record type and code list.

Source: RDF 1.1 Turtle, W3C Recommendation of 2014-02-25.
"""

from __future__ import annotations

import re
from itertools import chain, repeat
from typing import TYPE_CHECKING

from linkedproj.model.context import RDF, Kind
from linkedproj.model.dataset import dataset_of
from linkedproj.model.lexical import DATES
from linkedproj.model.rdf import escape
from linkedproj.tables.cells import split
from linkedproj.writers.plan import Fragments, plan
from linkedproj.writers.values import value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.cells import Column
    from linkedproj.writers.plan import Group
    from linkedproj.writers.values import Node, Value

    # What one field says of each record of a batch.
    Make = Callable[[Batch], Iterable[str]]

_BETWEEN = " ,\n        "
# An id that ends in "." or holds "~" is no plain prefixed name: `project:a.` would end the statement.
_LOCAL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def prefixes(schema: Schema) -> dict[str, str]:
    """Return the prefixes of a dump: the context's, one per record type, one for their classes, one per code list."""
    found = dict(schema.context.prefixes)
    named = [(kind.table, kind.base) for kind in schema.types.values()]
    named += [("dataset", f"{dataset_of(schema.base)}#")]
    named += [(field.base[:-1].rpartition("/")[2], field.base) for field in schema.fields.values() if field.base]
    for name, base in named:
        fits = _PREFIX.fullmatch(name) and base != schema.base
        if fits and name not in found and base not in found.values():
            found[name] = base
    return found


def head(schema: Schema) -> str:
    """Write the prefix lines that a document begins with."""
    return "".join(f"@prefix {name}: <{base}> .\n" for name, base in prefixes(schema).items()) + "\n"


class Names:
    """The writing of IRIs by prefix."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._by_base = {base: name for name, base in known.items()}

    def link(self, base: str, identifier: str) -> str:
        """Write the IRI of an id or code."""
        name = self._by_base.get(base)
        return f"{name}:{identifier}" if name and _LOCAL.fullmatch(identifier) else f"<{base}{identifier}>"

    def links(self, base: str, identifiers: Sequence[str]) -> list[str]:
        """Write the IRIs of many well formed ids; none of an empty one."""
        before = self.plain(base, "\n".join(identifiers))
        if before:
            return [before + identifier if identifier else "" for identifier in identifiers]
        return [self.link(base, identifier) if identifier else "" for identifier in identifiers]

    def plain(self, base: str, identifiers: str) -> str:
        """Return what stands before each of many ids, one a line, where none has to be written in full, else ""."""
        name = self._by_base.get(base)
        is_plain = name and "~" not in identifiers and ".\n" not in identifiers and identifiers[-1:] != "."
        return f"{name}:" if is_plain else ""

    def iri(self, iri: str) -> str:
        """Write any IRI, shortened where its namespace has a prefix."""
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        return self.link(iri[:cut], iri[cut:])

    def term(self, value: Value) -> str:
        """Write an RDF term."""
        if value.iri:
            return self.iri(value.iri)
        text = f'"{escape(value.text)}"'
        if value.language:
            return f"{text}@{value.language}"
        return f"{text}^^{self.iri(value.datatype)}" if value.datatype else text


def compile_rows(kind: RecordType, columns: Iterable[Column], schema: Schema) -> Callable[[Batch], list[str]]:
    """Return the function that writes the records of a batch: a block a record, and one per nested record behind it."""
    names = Names(prefixes(schema))
    groups = plan(columns, schema)
    makers = [_maker(group, names, schema) for group in groups]
    blocks = [block for group in groups for block in _blocks(group, names, schema)]
    types = f" a {' , '.join(map(names.iri, kind.classes))}"

    def write(batch: Batch) -> list[str]:
        made: list[Iterable[str]] = [[f"{name}{types}" for name in names.links(kind.base, batch.ids)]]
        made += (make(batch) for make in makers)
        made += (repeat(" .\n\n", len(batch)), *(block(batch) for block in blocks))
        return list(map("".join, zip(*made, strict=True)))

    return write


def describe(nodes: Iterable[Node], schema: Schema) -> list[str]:
    """Write nodes that are no records: a block for each of them."""
    names, found = Names(prefixes(schema)), []
    for node in nodes:
        said = []
        for iri, values in node.said:
            predicate, between = ("a", " , ") if iri == f"{RDF}type" else (names.iri(iri), _BETWEEN)
            said.append(f"{predicate} {between.join(map(names.term, values))}")
        found.append(f"{names.iri(node.iri)} " + " ;\n    ".join(said) + " .\n\n")
    return found


def _maker(group: Group, names: Names, schema: Schema) -> Make:
    return _link(group, names) if group.nested else _plain(group, names, schema)


def _plain(group: Group, names: Names, schema: Schema) -> Make:
    start = f" ;\n    {names.iri(group.field.iri)} "
    if group.field.kind is Kind.TEXT and not group.field.many:
        return _texts(group, start)
    if group.field.kind is Kind.TEXT:
        return _lists(group, start)
    if group.is_text:
        language = group.columns[0].language or group.field.language
        return _around(group, f'{start}"', f'"@{language}' if language else '"')
    if group.is_typed:
        return _around(group, f'{start}"', f'"^^{names.iri(group.field.datatype)}')
    if group.field.kind is Kind.LINK and not schema.takes_concepts(
        group.field
    ):  # codes are the vocabulary's: nobody has checked that they can be prefixed names
        return _named(group, start, names) if group.is_name else _names(group, start, names)
    return _dated(group, start, names) if group.is_date else _listed(group, start, names, schema)


def _texts(group: Group, start: str) -> Make:
    """Write a text in its languages."""
    columns = [(column.index, f'"@{column.language}') for column in group.columns]

    def make(batch: Batch) -> Iterable[str]:
        said = [[f'"{text}{language}' if text else "" for text in batch.escaped(index)] for index, language in columns]
        if len(said) == 1:
            return [start + text if text else "" for text in said[0]]
        return [start + _BETWEEN.join(filter(None, texts)) if any(texts) else "" for texts in zip(*said, strict=True)]

    return make


def _lists(group: Group, start: str) -> Make:
    """Write lists of texts in their languages."""
    columns = [(column.index, f'"@{column.language}') for column in group.columns]

    def make(batch: Batch) -> Iterable[str]:
        said = [
            [[f'"{escape(text)}{language}' for text in split(group.field, cell)] for cell in batch.columns[index]]
            for index, language in columns
        ]
        rows = (list(chain.from_iterable(texts)) for texts in zip(*said, strict=True))
        return [start + _BETWEEN.join(texts) if texts else "" for texts in rows]

    return make


def _around(group: Group, before: str, after: str) -> Make:
    index = group.index
    return lambda batch: [f"{before}{text}{after}" if text else "" for text in batch.escaped(index)]


def _named(group: Group, start: str, names: Names) -> Make:
    index, base = group.index, group.field.base
    return lambda batch: [start + name if name else "" for name in names.links(base, batch.columns[index])]


def _names(group: Group, start: str, names: Names) -> Make:
    """Write lists of ids or codes."""
    index, base = group.index, group.field.base

    def make(batch: Batch) -> Iterable[str]:
        cells = batch.listed(index)
        before = names.plain(base, "\n".join(cells).replace("; ", "\n"))
        if before:
            between = f"{_BETWEEN}{before}"
            return [f"{start}{before}{cell.replace('; ', between)}" if cell else "" for cell in cells]
        lists = (names.links(base, cell.split("; ")) for cell in cells)
        return [start + _BETWEEN.join(found) if found != [""] else "" for found in lists]

    return make


def _dated(group: Group, start: str, names: Names) -> Make:
    index, after = group.index, {length: f'"^^{names.iri(datatype)}' for length, datatype in DATES.items()}
    return lambda batch: [f'{start}"{date}{after[len(date)]}' if date else "" for date in batch.columns[index]]


def _listed(group: Group, start: str, names: Names, schema: Schema) -> Make:
    """Write any column; what it says is remembered by the cell."""
    field, index, language = group.field, group.index, group.columns[0].language

    def listed(cell: str) -> str:
        values = [names.term(value_of(field, value, language, schema)) for value in split(field, cell)]
        return start + _BETWEEN.join(values) if values else ""

    known = Fragments(listed)
    return lambda batch: [known[cell] for cell in batch.columns[index]]


def _link(group: Group, names: Names) -> Make:
    """Write the link to a nested record where it has any value."""
    base, index = group.nested.base if group.nested else "", group.identifier
    start = f" ;\n    {names.iri(group.field.iri)} "
    inner = list(_columns(group))

    def said(field: Field, cells: Sequence[str]) -> Sequence[object]:
        # A list of nothing is no value.
        return [split(field, cell) for cell in cells] if field.many else cells

    def make(batch: Batch) -> Iterable[str]:
        filled = map(any, zip(*(said(field, batch.columns[each]) for field, each in inner), strict=True))
        nodes = names.links(base, batch.columns[index])
        return [start + node if has else "" for node, has in zip(nodes, filled, strict=True)]

    return make


def _columns(group: Group) -> Iterator[tuple[Field, int]]:
    """Yield the columns of all values in a nested record and in those nested in it, each with its field."""
    yield from ((group.field, column.index) for column in group.columns)
    for inner in group.inner:
        yield from _columns(inner)


def _blocks(group: Group, names: Names, schema: Schema) -> Iterator[Make]:
    """Yield the makers of a nested record's block, and of those nested in it."""
    if group.nested:
        yield _block(group, names, schema)
    for inner in group.inner:
        yield from _blocks(inner, names, schema)


def _block(group: Group, names: Names, schema: Schema) -> Make:
    base, index = group.nested.base if group.nested else "", group.identifier
    makers = [_maker(inner, names, schema) for inner in group.inner]
    types = f" a {' , '.join(map(names.iri, group.nested.classes))}" if group.nested else ""

    def make(batch: Batch) -> Iterable[str]:
        inner = map("".join, zip(*(maker(batch) for maker in makers), strict=True))
        nodes = names.links(base, batch.columns[index])
        return [f"{node}{types}{text} .\n\n" if text else "" for node, text in zip(nodes, inner, strict=True)]

    return make
