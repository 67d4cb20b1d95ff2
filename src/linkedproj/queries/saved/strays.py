"""What [defaults] in portfolio.toml names and no table has: saved queries would find nothing, and say nothing."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, Problem
from linkedproj.queries.saved.collection import Collection
from linkedproj.system.sorting import merged
from linkedproj.tables.cells import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linkedproj.model.context import RecordType
    from linkedproj.model.folder import Folder
    from linkedproj.queries.saved.collection import SavedQuery
    from linkedproj.tables.portfolio import Portfolio

_CANDIDATES = 20_000


def stray_defaults(folder: Folder, portfolio: Portfolio) -> Iterator[Problem]:
    """Yield each default that should be the id of a record and is none, at its place in the settings.

    Raises:
        QueryError: a saved query cannot be read.
        SetupError: [defaults] names a query or a parameter that there is not.
    """
    config = folder.config
    if not config.defaults:
        return
    for key, tables, value in _stated(config.defaults, Collection(folder.path, config).read_defaulted()):
        kinds = [kind for table in tables if (kind := portfolio.schema.type_of_table(table))]
        # A whole IRI may be of another portfolio's record.
        if ":" in value or any(_may_be(portfolio, kind, value) for kind in kinds):
            continue
        for kind in kinds[:1]:
            place = config.places.get(f"defaults.{key}") or config.places.get("defaults") or Place("portfolio.toml")
            known = list(islice(merged(portfolio.runs.get(("ids", kind.name), ())), _CANDIDATES))
            values = {"value": value, "table": kind.table, **nearest(value, known)}
            yield Problem("LP-LINK-DANGLING", place, "", f"defaults.{key}", value, values)


def _may_be(portfolio: Portfolio, kind: RecordType, identifier: str) -> bool:
    """Check whether a type has a record of an id, or may have one that could not be read."""
    return portfolio.may_hold(kind.name, identifier) or identifier in merged(portfolio.runs.get(("ids", kind.name), ()))


def _stated(
    defaults: Mapping[str, str | Mapping[str, str]], queries: Mapping[str, SavedQuery]
) -> Iterator[tuple[str, list[str], str]]:
    """Yield each default that is about a record: the setting, the tables that may have the record, and its id."""
    for key, stated in defaults.items():
        if isinstance(stated, str):
            parameters = (query.parameters[key] for query in queries.values() if key in query.parameters)
            yield key, list(dict.fromkeys(parameter.of for parameter in parameters if parameter.of)), stated
        else:
            for name, value in stated.items():
                of = queries[key].parameters[name].of
                yield f"{key}.{name}", [of] if of else [], value
