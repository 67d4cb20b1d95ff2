"""Read a query written for grlc: its header is ours already, and the file is kept as it is.

Source: CLARIAH/grlc, README (decorators) and src/gquery.py.
"""

from __future__ import annotations

from linkedproj.queries.published.convention.draft import Draft, kebab


def is_ours(text: str) -> bool:
    """Tell whether a query has a `#+` header."""
    return text.startswith("#+")


def read(text: str, name: str) -> Draft:
    """Keep the query; `name` becomes its id."""
    return Draft(kebab(name), whole=text)
