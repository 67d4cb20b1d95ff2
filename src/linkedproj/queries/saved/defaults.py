"""What a saved query asks about where nobody chooses: of a record type, the record with the most links.

What evidence says of a record is no link. Of several parameters of one type, the second takes the second record.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from linkedproj.model.context import RDF
from linkedproj.queries.saved.collection import SavedQuery
from linkedproj.queries.saved.expect import Expect

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from linkedproj.model.context import Context, RecordType
    from linkedproj.queries.saved.parameters import Parameter


def open_parameters(query: SavedQuery, given: Collection[str] = ()) -> list[Parameter]:
    """Return the parameters of a query that still need a value, beside those that are given one."""
    return [
        parameter
        for parameter in query.parameters.values()
        if parameter.default is None and not parameter.optional and parameter.of and parameter.name not in given
    ]


def most_linked(kind: RecordType, number: int) -> SavedQuery:
    """Return the query for so many records of a type, those with the most links first."""
    return _select(
        f"most-linked-{kind.table}",
        f"""SELECT ?value (COUNT(?other) AS ?links) WHERE {{
  {_among(kind)}
  OPTIONAL {{ ?other ?link ?value FILTER(?link NOT IN (<{RDF}subject>, <{RDF}object>)) }}
}}
GROUP BY ?value
HAVING(COUNT(?value) > 0)
ORDER BY DESC(?links) ?value
LIMIT {number}
""",
    )


def records(kind: RecordType) -> SavedQuery:
    """Return the query for all records of a type."""
    return _select(f"records-{kind.table}", f"SELECT DISTINCT ?value WHERE {{ {_among(kind)} }} ORDER BY ?value")


def _among(kind: RecordType) -> str:
    return f'?value a <{kind.iri}> FILTER(STRSTARTS(STR(?value), "{kind.base}"))'


def kind_of(parameter: Parameter, context: Context) -> RecordType | None:
    """Return the record type whose ids a parameter takes."""
    return next((kind for kind in context.types.values() if kind.table == parameter.of), None)


def with_defaults(query: SavedQuery, parameters: Sequence[Parameter], found: Mapping[str, Sequence[str]]) -> SavedQuery:
    """Give parameters the IRIs that were found for their record type, each the next one; as far as there are any."""
    left = {table: list(iris) for table, iris in found.items()}
    chosen = {}
    for parameter in parameters:
        if left.get(parameter.of):
            chosen[parameter.name] = replace(parameter, default=left[parameter.of].pop(0))
    return replace(query, parameters={**query.parameters, **chosen})


def _select(name: str, text: str) -> SavedQuery:
    return SavedQuery(
        id=name, file=name, text=text, title={}, description={}, tags=(), parameters={}, view="table",
        expect=Expect(("value",)), cases=(),
    )  # fmt: skip
