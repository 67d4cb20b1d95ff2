"""Write an answer for a terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.lexical import printable
from linkedproj.queries.results.sparql import value_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkedproj.queries.results.table import RdfTerm, Table

_NARROWEST = 8
_GAP = "  "


def write_text(table: Table, width: int = 0, shorten: Callable[[str], str] = str) -> str:
    """Align the columns for a terminal.

    With a `width` (in characters), the widest columns are cut, each cut marked with "…", until a line fits; without
    it nothing is cut. `shorten` returns the form in which an IRI is shown.
    """
    body = [[_shown(cell, shorten) for cell in row] for row in table.rows]
    cells = [list(table.columns), *body]
    widths = _fit([max(_text_width(row[n]) for row in cells) for n in range(len(table.columns))], width)
    lines = [cells[0], ["-" * size for size in widths], *body]
    return "".join(_line(line, widths) for line in lines)


def write_truth(truth: bool) -> str:  # noqa: FBT001 - what ASK answers is nothing but this
    """Write what ASK answers."""
    return "yes\n" if truth else "no\n"


def _shown(cell: RdfTerm | None, shorten: Callable[[str], str]) -> str:
    text = shorten(cell.value) if isinstance(cell, ox.NamedNode) else value_text(cell)
    return printable(" ".join(text.split()))


def _text_width(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"F", "W"} else 1


def _fit(widths: list[int], width: int) -> list[int]:
    while width and sum(widths) + len(_GAP) * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (_cut(cell, size) for cell, size in zip(cells, widths, strict=True))
    return _GAP.join(padded).rstrip() + "\n"


def _cut(text: str, size: int) -> str:
    if _text_width(text) <= size:
        return text + " " * (size - _text_width(text))
    kept, used = "", 0
    for character in text:
        if used + _character_width(character) > size - 1:
            break
        kept, used = kept + character, used + _character_width(character)
    return kept + "…" + " " * (size - 1 - used)
