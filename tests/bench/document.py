"""The tables of a document that are measured: what stands between two markers is replaced, the prose around it stays.

A table stands between `<!-- measured: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MARKED = re.compile(r"(<!-- measured: ([a-z-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def places(text: str) -> list[str]:
    """Give the names of the tables that a document has a place for."""
    return [found[2] for found in _MARKED.finditer(text)]


def replaced(text: str, tables: Mapping[str, str]) -> str:
    """Put tables in their places; those that were not measured stay as they are.

    Raises:
        LookupError: the document has no place for one of them.
    """
    homeless = sorted(set(tables) - set(places(text)))
    if homeless:
        raise LookupError(f"The document has no place for: {', '.join(homeless)}. Add <!-- measured: NAME -->.")
    return _MARKED.sub(
        lambda found: f"{found[1]}\n{tables[found[2]]}\n{found[4]}" if found[2] in tables else found[0], text
    )
