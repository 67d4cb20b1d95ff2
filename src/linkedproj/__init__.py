"""Publish a portfolio of projects as linked open data.

Records of projects, cities, organisations and policy themes are mapped to RDF by one JSON-LD context, checked with
SHACL, and published as dumps with saved SPARQL queries. The road as functions: `linkedproj.build.build`,
`linkedproj.check.portfolio.check_folder`, `linkedproj.open` and `linkedproj.query`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from linkedproj.model.errors import DataError, LinkedprojError, Place, Problem, QueryError, RemoteError, SetupError

if TYPE_CHECKING:
    from typing import Any

    from linkedproj.queries.api import query as query
    from linkedproj.queries.dataset import open_dataset as open  # noqa: A004 - read as linkedproj.open

__all__ = [
    "DataError", "LinkedprojError", "Place", "Problem", "QueryError", "RemoteError", "SetupError", "open", "query",
]  # fmt: skip

_LOADED = {"query": ("linkedproj.queries.api", "query"), "open": ("linkedproj.queries.dataset", "open_dataset")}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the functions that type checkers see above
    """Load what answers queries when it is asked for.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in _LOADED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, function = _LOADED[name]
    return getattr(import_module(module), function)
