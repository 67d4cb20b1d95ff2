"""What a spreadsheet can hold of a text, and the marks by which a text is known again."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import TYPE_CHECKING

from linkedproj.model.lexical import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 32_767
"""Characters of a cell: units of UTF-16, as Excel counts them."""

_BYTES = 6
_WIDTH = 8
_BLANK = "." * _WIDTH
# What begins so is read as one character (ECMA-376, part 1, section 22.9.2.19), and programs write it in two ways.
_ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_")
_LEFT_OUT = "[not in this workbook: "
_SHOWN = 200


def unheld(text: str) -> str:
    """Return why a spreadsheet cannot hold a text, or "": "long", "control" or "escape"."""
    if len(text) * 2 > LONGEST and len(text.encode("utf-16-le")) // 2 > LONGEST:
        return "long"
    if FORBIDDEN.search(text):
        return "control"
    return "escape" if "_x" in text and _ESCAPE.search(text) else ""


def with_line_feeds(text: str) -> str:
    """Return a text with line feeds as its line ends: a spreadsheet has no others."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def held(text: str) -> str:
    r"""Return what a workbook holds of a text: all of it with line feeds as its line ends, or what stands for it.

    >>> held("one\r\ntwo")
    'one\ntwo'
    """
    text = with_line_feeds(text)
    if not unheld(text):
        return text
    begins = _ESCAPE.sub("…", FORBIDDEN.sub("…", text[:_SHOWN]))
    return f"{_LEFT_OUT}{len(text)} characters, kept in the table] {begins}"


def stands_for(text: str) -> bool:
    """Return whether a text stands in a workbook for one that it cannot hold."""
    return text.startswith(_LEFT_OUT)


def mark(text: str) -> str:
    """Return eight signs by which a text that a workbook holds is known again."""
    if not text:
        return _BLANK
    return urlsafe_b64encode(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()).decode()


def marks(texts: Iterable[str]) -> str:
    """Return the marks of a row: one of all its cells, then one of each."""
    cells = list(texts)
    return row_mark(cells) + "".join(map(mark, cells))


def row_mark(cells: Iterable[str]) -> str:
    """Return the mark of all cells of a row together."""
    return mark("\x1f".join(cells))


def marks_of_cells(stated: str) -> list[str]:
    """Return the marks of the cells of a row, of all its marks."""
    return [stated[at : at + _WIDTH] for at in range(_WIDTH, len(stated), _WIDTH)]


def mark_of_row(stated: str) -> str:
    """Return the mark of a row, of all its marks."""
    return stated[:_WIDTH]
