"""Saved queries: read them, bind their parameters, run them here or on an endpoint, write what they answer.

The package can be called: `linkedproj.query("projects-by-city", city="barcelona")` is `linkedproj.query.api.query`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linkedproj.query.rows import Result


class _Query(ModuleType):
    """A package that is a function too, so that its name serves for both, whatever was imported before."""

    def __call__(self, query_id: str, /, **options: Any) -> Result:  # noqa: ANN401 - typed where it is defined
        """Run a saved query; see `linkedproj.query.api.query`."""
        from linkedproj.query.api import query

        return query(query_id, **options)


sys.modules[__name__].__class__ = _Query
