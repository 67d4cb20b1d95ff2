"""The concepts of other publishers that records name: a dump says what they are called, and what stands above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.schemes import described
from linkedproj.system.sorting import merged
from linkedproj.tables.cells import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linkedproj.model.codes import Code
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.portfolio import Portfolio, Tables

CONCEPTS = "concepts"
"""What is gathered of the concepts that records of a type name: their IRIs."""


def concepts_in(batch: Batch, tables: Tables) -> Iterator[set[str]]:
    """Yield the IRIs of concepts of other publishers in the columns of a batch."""
    schema = tables.schema
    if not schema.schemes:
        return
    bases = {scheme.base for scheme in schema.schemes.values()}
    for column in tables.headers[batch.header].columns:
        field = column.field
        if field is None or not (schema.takes_concepts(field) or (field.kind is Kind.CODE and field.base in bases)):
            continue
        values = {value for cell in set(batch.columns[column.index]) for value in split(field, cell)}
        found = {schema.iri_of(field, value) for value in values if field.kind is Kind.CODE or ":" in value}
        if found:
            yield found


def concepts_of(portfolio: Portfolio, type_names: Iterable[str]) -> list[Code]:
    """Return the concepts that records of some types name, those above them, and the schemes they are of."""
    schemes = portfolio.schema.schemes
    if not schemes:
        return []
    used = (iri for name in type_names for iri in merged(portfolio.runs.get((CONCEPTS, name), ())))
    return described(used, schemes, portfolio.config.languages)
