"""Publish a portfolio of projects as linked open data.

Records of projects, cities, organisations and policy themes are mapped to RDF by one JSON-LD context, checked with
SHACL, and published as dumps with saved SPARQL queries. The road as functions: `linkedproj.build.build`,
`linkedproj.check.portfolio.check_folder` and `linkedproj.query`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.errors import DataError, LinkedprojError, Place, Problem, QueryError, RemoteError, SetupError

if TYPE_CHECKING:
    from typing import Any

    from linkedproj.queries.api import query as query

__all__ = [
    "DataError", "LinkedprojError", "Place", "Problem", "QueryError", "RemoteError", "SetupError", "query",
]  # fmt: skip


def __getattr__(name: str) -> Any:  # noqa: ANN401 - `query`, which type checkers see above
    """Load what answers queries when it is asked for.

    Raises:
        AttributeError: there is no such name.
    """
    if name != "query":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from linkedproj.queries.api import query as found

    return found
